"""What Events say of nodes that is worth a mark over the recording: one stops answering, one answers again, pods are evicted."""

from collections.abc import Iterable

from simulation.objects import Event

TURNS = {"NodeNotReady": "NotReady", "NodeReady": "Ready"}
"""Reason of a Node's Event -> the state it comes to."""


def turn(event: Event) -> tuple[str, str] | None:
    """(node, the state it comes to)."""
    about = event.involved_object
    return (about.name, TURNS[event.reason]) if about.kind == "Node" and event.reason in TURNS else None


def is_eviction(event: Event) -> bool:
    """The taint manager tells a pod to end."""
    return event.reason == "TaintManagerEviction" and event.message.startswith("Marking for deletion")


def words(events: Iterable[Event]) -> list[str]:
    """Of Events of one instant, in few words; pods that are evicted together are one."""
    found, evicted = [], 0
    for event in events:
        turned = turn(event)
        if turned is not None:
            found.append(" ".join(turned))
        evicted += is_eviction(event)
    return [*found, f"{evicted} evicted"] if evicted else found

"""What the log says of nodes: which stops answering and answers again, whose pods are evicted, what a drain is told and when it is done."""

from collections.abc import Iterable
from typing import NamedTuple

from rollviz.desk.versions import version_called
from rollviz.desk.words import Code, Line, counted, say, strong, text
from simulation.controllers.tainteviction import MESSAGE
from simulation.events import moment
from simulation.nodemarks import is_eviction, turn
from simulation.objects import Event


class Evicted(NamedTuple):
    """Events about pods that the taint manager told to end in one instant."""

    time: int
    events: tuple[Event, ...]


class Printed(NamedTuple):
    """A line that a drain printed after it was given."""

    time: int
    drain: int
    line: str


def is_told(event: Event) -> bool:
    return turn(event) is not None


def when(event: Event) -> int:
    """The millisecond of its last occurrence, whole seconds if there were others before."""
    return 1000 * (event.last_timestamp or 0) if (event.count or 1) > 1 else moment(event)


def evictions(events: Iterable[Event]) -> list[Evicted]:
    """Those of the taint manager, by instant."""
    found: dict[int, list[Event]] = {}
    for event in events:
        if is_eviction(event):
            found.setdefault(moment(event), []).append(event)
    return [Evicted(time, tuple(events)) for time, events in found.items()]


def of_node(time: int, event: Event) -> Line:
    name, state = turn(event)
    if state == "Ready":
        words = text(strong(say("{node} is Ready.", node=name)), " ", say("Its kubelet posts its status again."))
        return Line(time, "i-ok", words)
    said = text("Kubelet stopped posting node status. ", say("Its pods count as not ready, and nothing replaces them yet."))
    return Line(time, "s-lost", strong(say("{node} is NotReady.", node=name)), said, True)


def of_evictions(memory, cluster, evicted: Evicted) -> Line:
    owners = {(e.involved_object.namespace, e.involved_object.name.rpartition("-")[0]) for e in evicted.events}
    n = len(evicted.events)
    if len(owners) == 1:
        version = version_called(memory, cluster, *owners.pop())
        words = counted("{n} pod of {version} is evicted.", "{n} pods of {version} are evicted.", n, version=version)
    else:
        words = counted("{n} pod is evicted.", "{n} pods are evicted.", n)
    sum_ = text(f"{MESSAGE}. ", counted("It counts no more.", "They count no more.", n))
    return Line(evicted.time, "s-terminating", strong(words), sum_, True)


def of_drain(memory, printed: Printed) -> Line | None:
    """The first refusal of each drain, the end of each node's, and what goes wrong."""
    line, about = printed.line, ("drain", str(printed.drain))
    if line.startswith("node/") and line.endswith(" drained"):
        memory.told.discard(about)
        node = line.removeprefix("node/").removesuffix(" drained")
        return Line(printed.time, "i-ok", strong(say("{node} is drained.", node=node)))
    if line.startswith("error: "):
        return Line(printed.time, "s-pullerr", strong(say("The drain fails.")), text(line.removeprefix("error: ")), True)
    if " (will retry after " in line and about not in memory.told:
        memory.told.add(about)
        pod, refusal = line.split('"')[1], line.partition("): ")[2]
        words = text(strong(say("The drain waits:"), " "), Code(pod))
        return Line(printed.time, "i-hold", words, text(f"{refusal} ", say("kubectl asks again every 5 s.")), True)
    return None

"""What the log says of nodes: which stops answering and answers again, whose pods are evicted, what a drain is told and when it is done."""

from collections.abc import Iterable
from typing import NamedTuple

from rollviz.desk.versions import version_called
from rollviz.desk.words import Code, Line, pick, pods, strong, text
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
        return Line(time, "i-ok", text(strong(f"{name} is Ready."), " Its kubelet posts its status again."))
    said = text("Kubelet stopped posting node status. Its pods count as not ready, and nothing replaces them yet.")
    return Line(time, "s-lost", text(strong(f"{name} is NotReady.")), said, True)


def of_evictions(memory, cluster, evicted: Evicted) -> Line:
    owners = {(e.involved_object.namespace, e.involved_object.name.rpartition("-")[0]) for e in evicted.events}
    whose = (" of ", version_called(memory, cluster, *owners.pop())) if len(owners) == 1 else ()
    n = len(evicted.events)
    words = text(strong(pods(n), *whose, f" {pick(n, 'is', 'are')} evicted."))
    return Line(evicted.time, "s-terminating", words, text(f"{MESSAGE}. {pick(n, 'It counts', 'They count')} no more."), True)


def of_drain(memory, printed: Printed) -> Line | None:
    """The first refusal of each drain, the end of each node's, and what goes wrong."""
    line, about = printed.line, ("drain", str(printed.drain))
    if line.startswith("node/") and line.endswith(" drained"):
        memory.told.discard(about)
        return Line(printed.time, "i-ok", text(strong(f"{line.removeprefix('node/').removesuffix(' drained')} is drained.")))
    if line.startswith("error: "):
        return Line(printed.time, "s-pullerr", text(strong("The drain fails.")), text(line.removeprefix("error: ")), True)
    if " (will retry after " in line and about not in memory.told:
        memory.told.add(about)
        pod, refusal = line.split('"')[1], line.partition("): ")[2]
        words = text(strong("The drain waits: "), Code(pod))
        return Line(printed.time, "i-hold", words, text(f"{refusal} kubectl asks again every 5 s."), True)
    return None

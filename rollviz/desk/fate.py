"""What becomes of one node, and what happens next: a bar in true proportion, with the engine's own times, and the keys that skip.

Times are ms of the run's clock: the page works out from them where `now` is on the bar and how long it takes until the next of them.
"""

from bisect import bisect_right
from collections.abc import Callable
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from msgspec import Struct

from rollviz.desk.coming import said
from rollviz.desk.rack import Box, drained, rack
from rollviz.desk.words import Code, Text, clock, pick, pods, strong, text
from simulation.api.eviction import REFUSED
from simulation.controllers.node import GRACE_MS, MONITOR_PERIOD_MS
from simulation.controllers.tainteviction import FOR_EVER, time_on
from simulation.fate import Fate, fate
from simulation.nodes import UNREACHABLE
from simulation.objects import Taint
from simulation.recording import Recording
from simulation.store import Store
from simulation.upcoming import ONE_MOMENT_MS, Moment, upcoming


class Mark(NamedTuple):
    at_ms: int
    clock: str
    words: str


class Skip(NamedTuple):
    to: str
    """A millisecond, or "next"."""
    words: str
    solid: bool


class Panel(Struct, frozen=True):
    node: str
    title: Text
    text: Text
    marks: tuple[Mark, ...]
    until: str
    """What is counted down to, "" for nothing."""
    until_ms: int
    skips: tuple[Skip, ...]


_foreseen: WeakKeyDictionary = WeakKeyDictionary()
"""Tape -> (where it was foreseen from, what was asked -> what was found)."""


def panel(recording: Recording, wanted: str) -> Panel:
    """Of this node, or of the one that matters most now."""
    store: Store = recording.cluster.store
    box = _chosen(store, wanted)
    coming = _ask(recording, "next", lambda: upcoming(recording))
    if box is None:
        return Panel("", text("There is no node."), text(), (), "", 0, _skips(coming, None, recording.now))
    found = _ask(recording, box.name, lambda: fate(recording, box.name))
    if found is not None:
        return _off(recording, box, found, coming)
    title, words = _answering(store, box)
    return Panel(box.name, title, words, (), "", 0, _skips(coming, None, recording.now))


def _ask(recording: Recording, what: str, find: Callable[[], Any]) -> Any:
    """What is foreseen holds until the next thing has happened or somebody acts: many who ask cost as much as one."""
    tape = recording.tape
    place = recording.given, len(tape.commands), bisect_right(tape.events, recording.now), recording.cluster.store.revision
    if tape not in _foreseen or _foreseen[tape][0] != place:
        _foreseen[tape] = place, {}
    known = _foreseen[tape][1]
    if what not in known:
        known[what] = find()
    return known[what]


def _chosen(store: Store, wanted: str) -> Box | None:
    boxes = rack(store).boxes
    draining = drained(store)
    wanted_box = next((box for box in boxes if box.name == wanted), None)
    off = next((box for box in boxes if box.down), None)
    return wanted_box or off or next((box for box in boxes if box.name in draining), boxes[0] if boxes else None)


# ------------------------------------------------------------------------------------------------------ a machine is off


def _off(recording: Recording, box: Box, found: Fate, coming: Moment | None) -> Panel:
    now, store = recording.now, recording.cluster.store
    marks = [Mark(found.off, clock(found.off), "power off")]
    if found.not_ready is not None:
        marks.append(Mark(found.not_ready, clock(found.not_ready), f"NotReady, after {_span(found.off, found.not_ready)}"))
    for at_ms, n in found.evictions[:: max(len(found.evictions) - 1, 1)]:
        words = "eviction" if len(found.evictions) == 1 else f"{n} evicted"
        marks.append(Mark(at_ms, clock(at_ms), f"{words}, {_span(found.not_ready or 0, at_ms)} later"))
    noticed = found.not_ready is not None and found.not_ready <= now
    gone = found.evicted_by(now)
    title = "Kubernetes finds out slowly." if noticed else "Kubernetes has not noticed."
    if gone:
        title = "Its pods were evicted." if gone == found.pods else f"{gone} of its {pods(found.pods)} {pick(gone, 'was', 'were')} evicted."
    until, until_ms = _until(box, found, noticed, now)
    tale = _tale(store, box, found, noticed, now)
    heading = text(f"{box.name} went off at {clock(found.off)}. {title}")
    return Panel(box.name, heading, tale, tuple(marks), until, until_ms, _skips(coming, found, now))


def _span(start: int, end: int) -> str:
    """Between two times as the clock shows them."""
    return clock((end // 1000 - start // 1000) * 1000)


def _until(box: Box, found: Fate, noticed: bool, now: int) -> tuple[str, int]:
    if not noticed and found.not_ready is not None:
        return f"until {box.name} is NotReady", found.not_ready
    due = found.next_eviction(now)
    if not noticed or due is None:
        return "", 0
    at_ms, n = due
    who = f"{box.name}'s {pods(n)}" if n == found.pods else f"{n} of {box.name}'s {pods(found.pods)}"
    return f"until {who} {pick(n, 'is', 'are')} evicted", at_ms


def _tale(store: Store, box: Box, found: Fate, noticed: bool, now: int) -> Text:
    there = store.on_node.get(box.name, {}).values()
    counting = sum(pod.metadata.deletion_timestamp is None for pod in there)
    sent = _endpoints(store, box.name)
    gone, due = found.evicted_by(now), found.next_eviction(now)
    if gone:
        them, they = pick(gone, "it", "them"), pick(gone, "It counts", "They count")
        stay = f"{pods(gone)} {pick(gone, 'stays', 'stay')} Terminating: only {box.name} can end {them}. "
        still = f" The next {pick(due[1], 'is', 'are')} evicted at {clock(due[0])}." if due is not None else ""
        return text(stay, f"{they} no more, so the ReplicaSets made others.{still}")
    if not noticed:
        if found.not_ready is None:
            return text("It will be back before Kubernetes notices.")
        going_on = "The Service goes on sending requests there, " if sent else "Its pods count as before, "
        return text("It still says ", strong("Ready"), f". {going_on}until {clock(found.not_ready)}.")
    service = ""
    if sent:
        service = f"For {_span(found.off, found.not_ready or 0)} the Service kept sending requests there. Now it does not. "
    if not counting:
        return text(service, "No pod is there that counts.")
    count = f"The {pods(counting)} still {pick(counting, 'counts', 'count')}: no ReplicaSet replaces {pick(counting, 'it', 'them')}"
    if found.evicted is None:
        return text(service, f"{count}. Nobody is evicted: ", _no_eviction(store))
    return text(service, f"{count} before {clock(found.evicted)}.")


def _no_eviction(store: Store) -> str:
    boxes = rack(store).boxes
    if all(box.words.startswith("NotReady") for box in boxes):
        return "no node answers, so the fault is taken to be the control plane's own."
    if sum(box.words.startswith("NotReady") for box in boxes) > 2:
        return "too many nodes are down for that."
    return "it comes back before, or its pods tolerate it."


def _endpoints(store: Store, node: str) -> bool:
    """Does a Service know a pod there, ready or not?"""
    return any(endpoint.node_name == node for slice_ in store.list("EndpointSlice") for endpoint in slice_.endpoints or ())


# ------------------------------------------------------------------------------------------------------- a node answers


def _answering(store: Store, box: Box) -> tuple[Text, Text]:
    if box.words == "no Node object":
        return text(f"{box.name} is no node of this cluster."), text("Its Node object was deleted. Switched on again, it registers anew.")
    if box.words.startswith("NotReady"):
        return text(f"{box.name} is on again."), text("It is Ready when its kubelet has said so. Whoever was evicted stays evicted.")
    number = drained(store).get(box.name)
    if number is not None:
        return _drain(store, box, number)
    if box.shut:
        return text(f"{box.name} is cordoned."), text(
            "The scheduler puts nothing there. What is there stays: ", Code("drain"), " evicts it."
        )
    least, most = GRACE_MS // 1000, (GRACE_MS + MONITOR_PERIOD_MS) // 1000
    said_ = f"Switch it off and it says Ready for {least} to {most} s more."
    return text(f"{box.name} answers."), text(said_, _patience(store, box.name))


def _patience(store: Store, node: str) -> str:
    """How long its pods would wait for it, as they tolerate it."""
    counting = [pod for pod in store.on_node.get(node, {}).values() if pod.metadata.deletion_timestamp is None]
    waits = [time_on((Taint(key=UNREACHABLE, effect="NoExecute"),), pod.spec.tolerations) for pod in counting]
    ends = sorted(max(wait, 0) for wait in waits if wait != FOR_EVER)
    if not ends:
        return f" Its {pods(len(waits))} {pick(len(waits), 'tolerates', 'tolerate')} that for ever." if waits else ""
    who = f"its {pods(len(ends))}" if len(ends) == len(waits) else f"{len(ends)} of its {pods(len(waits))}"
    span = clock(ends[0]) if ends[0] == ends[-1] else f"{clock(ends[0])} to {clock(ends[-1])}"
    return f" {who[0].upper()}{who[1:]} {pick(len(ends), 'is', 'are')} evicted {span} after that."


def _drain(store: Store, box: Box, number: int) -> tuple[Text, Text]:
    draining = store.drains[number]
    held = [pod for pod in draining.pods if pod.evicted_at is None]
    title = text(f"{box.name} is being drained.")
    if not held or not draining.tried:
        return title, text("Every pod is told to end, and replaced at once: an eviction is a delete that asks the budgets first.")
    names = ", ".join(pod.name for pod in held[:3]) + (f" and {len(held) - 3} more" if len(held) > 3 else "")
    return title, text(Code(names), f": {REFUSED} kubectl asks again at {clock(draining.next_try)}.")


# ----------------------------------------------------------------------------------------------------------------- skips


def _skips(coming: Moment | None, found: Fate | None, now: int) -> tuple[Skip, ...]:
    if coming is None:
        first = Skip("", "nothing happens by itself in the next 10 minutes", False)
    else:
        first = Skip("next", f"skip to the next thing: {clock(coming.at_ms)}, {said(coming)}", True)
    later = [(found.not_ready, "NotReady"), *((at_ms, "eviction") for at_ms, _ in found.evictions)] if found is not None else []
    due = [(at_ms, words) for at_ms, words in later if at_ms is not None and at_ms > (coming.at_ms if coming is not None else now)]
    return (first, *(Skip(str(at_ms + ONE_MOMENT_MS), f"skip to {clock(at_ms)}, {words}", False) for at_ms, words in due[:1]))

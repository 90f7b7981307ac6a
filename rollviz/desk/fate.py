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
from rollviz.desk.words import NOTHING, Code, Run, Text, clock, counted, of_pods, say, strong, text
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
    words: Text


class Skip(NamedTuple):
    to: str
    """A millisecond, or "next"."""
    words: Text
    solid: bool


class Panel(Struct, frozen=True):
    node: str
    title: Text
    text: Text
    marks: tuple[Mark, ...]
    until: Text
    """What is counted down to; nothing if it is empty."""
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
        return Panel("", say("There is no node."), NOTHING, (), NOTHING, 0, _skips(coming, None, recording.now))
    found = _ask(recording, box.name, lambda: fate(recording, box.name))
    if found is not None:
        return _off(recording, box, found, coming)
    title, words = _answering(store, box)
    return Panel(box.name, title, words, (), NOTHING, 0, _skips(coming, None, recording.now))


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
    marks = [Mark(found.off, clock(found.off), say("power off"))]
    if found.not_ready is not None:
        marks.append(Mark(found.not_ready, clock(found.not_ready), say("NotReady, after {time}", time=_span(found.off, found.not_ready))))
    for at_ms, n in found.evictions[:: max(len(found.evictions) - 1, 1)]:
        later = _span(found.not_ready or 0, at_ms)
        one = len(found.evictions) == 1
        words = say("eviction, {time} later", time=later) if one else say("{n} evicted, {time} later", n=n, time=later)
        marks.append(Mark(at_ms, clock(at_ms), words))
    noticed = found.not_ready is not None and found.not_ready <= now
    gone = found.evicted_by(now)
    title = say("Kubernetes finds out slowly.") if noticed else say("Kubernetes has not noticed.")
    if gone:
        some = counted("{n} of its {pods} was evicted.", "{n} of its {pods} were evicted.", gone, pods=of_pods(found.pods))
        title = say("Its pods were evicted.") if gone == found.pods else some
    until, until_ms = _until(box, found, noticed, now)
    tale = _tale(store, box, found, noticed, now)
    heading = text(say("{node} went off at {at}.", node=box.name, at=clock(found.off)), " ", title)
    return Panel(box.name, heading, tale, tuple(marks), until, until_ms, _skips(coming, found, now))


def _span(start: int, end: int) -> str:
    """Between two times as the clock shows them."""
    return clock((end // 1000 - start // 1000) * 1000)


def _until(box: Box, found: Fate, noticed: bool, now: int) -> tuple[Text, int]:
    if not noticed and found.not_ready is not None:
        return say("until {node} is NotReady", node=box.name), found.not_ready
    due = found.next_eviction(now)
    if not noticed or due is None:
        return NOTHING, 0
    at_ms, n = due
    values = {"node": box.name, "pods": of_pods(found.pods)}
    if n == found.pods:
        return counted("until {node}'s {pods} is evicted", "until {node}'s {pods} are evicted", n, **values), at_ms
    return counted("until {n} of {node}'s {pods} is evicted", "until {n} of {node}'s {pods} are evicted", n, **values), at_ms


def _tale(store: Store, box: Box, found: Fate, noticed: bool, now: int) -> Text:
    there = store.on_node.get(box.name, {}).values()
    counting = sum(pod.metadata.deletion_timestamp is None for pod in there)
    sent = _endpoints(store, box.name)
    gone, due = found.evicted_by(now), found.next_eviction(now)
    if gone:
        stay = counted(
            "{n} pod stays Terminating: only {node} can end it.",
            "{n} pods stay Terminating: only {node} can end them.",
            gone,
            node=box.name,
        )
        others = counted("It counts no more, so the ReplicaSets made others.", "They count no more, so the ReplicaSets made others.", gone)
        if due is None:
            return text(stay, " ", others)
        following = counted("The next is evicted at {at}.", "The next are evicted at {at}.", due[1], at=clock(due[0]))
        return text(stay, " ", others, " ", following)
    if not noticed:
        if found.not_ready is None:
            return say("It will be back before Kubernetes notices.")
        at = clock(found.not_ready)
        going_on = (
            say("The Service goes on sending requests there, until {at}.", at=at)
            if sent
            else say("Its pods count as before, until {at}.", at=at)
        )
        return text(say("It still says {ready}.", ready=strong("Ready")), " ", going_on)
    service = NOTHING
    if sent:
        lasted = _span(found.off, found.not_ready or 0)
        service = text(say("For {time} the Service kept sending requests there. Now it does not.", time=lasted), " ")
    if not counting:
        return text(service, say("No pod is there that counts."))
    if found.evicted is None:
        count = counted(
            "The {n} pod still counts: no ReplicaSet replaces it.", "The {n} pods still count: no ReplicaSet replaces them.", counting
        )
        return text(service, count, " ", say("Nobody is evicted: {why}", why=_no_eviction(store)))
    before = counted(
        "The {n} pod still counts: no ReplicaSet replaces it before {at}.",
        "The {n} pods still count: no ReplicaSet replaces them before {at}.",
        counting,
        at=clock(found.evicted),
    )
    return text(service, before)


def _no_eviction(store: Store) -> Text:
    boxes = rack(store).boxes
    if all(box.words.startswith("NotReady") for box in boxes):
        return say("no node answers, so the fault is taken to be the control plane's own.")
    if sum(box.words.startswith("NotReady") for box in boxes) > 2:
        return say("too many nodes are down for that.")
    return say("it comes back before, or its pods tolerate it.")


def _endpoints(store: Store, node: str) -> bool:
    """Does a Service know a pod there, ready or not?"""
    return any(endpoint.node_name == node for slice_ in store.list("EndpointSlice") for endpoint in slice_.endpoints or ())


# ------------------------------------------------------------------------------------------------------- a node answers


def _answering(store: Store, box: Box) -> tuple[Text, Text]:
    if box.words == "no Node object":
        anew = say("Its Node object was deleted. Switched on again, it registers anew.")
        return say("{node} is no node of this cluster.", node=box.name), anew
    if box.words.startswith("NotReady"):
        when = say("It is Ready when its kubelet has said so. Whoever was evicted stays evicted.")
        return say("{node} is on again.", node=box.name), when
    number = drained(store).get(box.name)
    if number is not None:
        return _drain(store, box, number)
    if box.shut:
        stays = say("The scheduler puts nothing there. What is there stays: {drain} evicts it.", drain=Code("drain"))
        return say("{node} is cordoned.", node=box.name), stays
    least, most = GRACE_MS // 1000, (GRACE_MS + MONITOR_PERIOD_MS) // 1000
    more = say("Switch it off and it says Ready for {least} to {most} s more.", least=least, most=most)
    return say("{node} answers.", node=box.name), text(more, *_patience(store, box.name))


def _patience(store: Store, node: str) -> list[Run]:
    """How long its pods would wait for it, as they tolerate it."""
    counting = [pod for pod in store.on_node.get(node, {}).values() if pod.metadata.deletion_timestamp is None]
    waits = [time_on((Taint(key=UNREACHABLE, effect="NoExecute"),), pod.spec.tolerations) for pod in counting]
    ends = sorted(max(wait, 0) for wait in waits if wait != FOR_EVER)
    if not ends:
        ever = counted("Its {n} pod tolerates that for ever.", "Its {n} pods tolerate that for ever.", len(waits))
        return [" ", ever] if waits else []
    time = text(clock(ends[0])) if ends[0] == ends[-1] else say("{least} to {most}", least=clock(ends[0]), most=clock(ends[-1]))
    if len(ends) == len(waits):
        said_ = counted("Its {n} pod is evicted {time} after that.", "Its {n} pods are evicted {time} after that.", len(ends), time=time)
    else:
        values = {"pods": of_pods(len(waits)), "time": time}
        said_ = counted(
            "{n} of its {pods} is evicted {time} after that.", "{n} of its {pods} are evicted {time} after that.", len(ends), **values
        )
    return [" ", said_]


def _drain(store: Store, box: Box, number: int) -> tuple[Text, Text]:
    draining = store.drains[number]
    held = [pod for pod in draining.pods if pod.evicted_at is None]
    title = say("{node} is being drained.", node=box.name)
    if not held or not draining.tried:
        return title, say("Every pod is told to end, and replaced at once: an eviction is a delete that asks the budgets first.")
    names: Text = text(Code(", ".join(pod.name for pod in held[:3])))
    if len(held) > 3:
        names = say("{names} and {n} more", names=names, n=len(held) - 3)
    return title, text(names, f": {REFUSED} ", say("kubectl asks again at {at}.", at=clock(draining.next_try)))


# ----------------------------------------------------------------------------------------------------------------- skips


def _skips(coming: Moment | None, found: Fate | None, now: int) -> tuple[Skip, ...]:
    if coming is None:
        first = Skip("", say("nothing happens by itself in the next 10 minutes"), False)
    else:
        what = say("skip to the next thing: {at}, {what}", at=clock(coming.at_ms), what=said(coming))
        first = Skip("next", what, True)
    evicted = [(at_ms, say("eviction")) for at_ms, _ in found.evictions] if found is not None else []
    later = [(found.not_ready, text("NotReady")), *evicted] if found is not None else []
    due = [(at_ms, words) for at_ms, words in later if at_ms is not None and at_ms > (coming.at_ms if coming is not None else now)]
    following = (
        Skip(str(at_ms + ONE_MOMENT_MS), say("skip to {at}, {what}", at=clock(at_ms), what=what), False) for at_ms, what in due[:1]
    )
    return first, *following

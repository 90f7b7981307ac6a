"""One line of the log per thing that happened: a command, a decision with its sum, the first of each kind of incident."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from rollviz.desk import nodelog
from rollviz.desk.nodelog import Evicted, Printed
from rollviz.desk.versions import version_called
from rollviz.desk.words import NOTHING, Code, Line, Text, clock, pick, pods, strong, text, thousands
from simulation.events import moment
from simulation.ledger import Entry
from simulation.objects import Event
from simulation.stages import CRASH_BACKOFF_MS, PULL_BACKOFF_MS
from simulation.traffic import Loss

ECHO_MS = 500
"""A ReplicaSet that follows a new size within this time only does what it was told: no line of its own."""
UNHEALTHY_COUNT = 10
"""Failed probes of one pod before the log says so: a pod that starts fails a few."""


def lines(memory, cluster, time: int, what) -> Iterator[Line]:
    """What the log says about a Timed command, a ledger Entry, an Event, pods Evicted together, what a drain Printed, a Loss or a Lasting
    one; often nothing."""
    if isinstance(what, Entry):
        tell = RULES.get(what.rule)
        line = tell(memory, cluster, what) if tell else None
    elif isinstance(what, Event):
        line = nodelog.of_node(time, what) if nodelog.is_told(what) else _incident(memory, cluster, what)
    elif isinstance(what, Evicted):
        line = nodelog.of_evictions(memory, cluster, what)
    elif isinstance(what, Printed):
        line = nodelog.of_drain(memory, what)
    elif isinstance(what, Loss):
        line = _lost(memory, time, what)
    elif isinstance(what, Lasting):
        line = _losing(memory, time, what.loss)
    else:
        line = _command(memory, what)
    if line is not None:
        yield line


# ----------------------------------------------------------------------------------------------------------- commands


def _command(memory, timed) -> Line:
    command = timed.command
    if type(command).__name__ == "Scale" and command.kind == "ReplicaSet":
        memory.by_hand[command.name] = memory.sizes[command.name] = command.replicas
    if type(command).__name__ == "Drain":
        memory.told = {what for what in memory.told if what[0] != "drain"}
    who = {"you": "You ran ", "scenario": "The scenario ran "}.get(timed.who, f"{timed.who} ran ")
    return Line(timed.at_ms, "i-you", text(who, Code(command.kubectl())))


# ---------------------------------------------------------------------------------------------------------- requests


class Lasting(NamedTuple):
    """A loss that goes on."""

    loss: Loss


VERBS = {"refused": "refused", "timeout": "without an answer in time", "reset": "cut off"}


def _lost(memory, time: int, loss: Loss) -> Line:
    words = strong(f"{thousands(loss.count)} {pick(loss.count, 'request', 'requests')} {VERBS.get(loss.cause, 'lost')}")
    sent = f" It was {' and '.join(loss.pods)}." if 0 < len(loss.pods) < 3 else ""
    lasted = f"From {clock(loss.since)} on, for {(loss.until - loss.since) / 1000:.1f} s."
    return Line(time, "s-crash", text(words, *_by(memory, loss)), text(lasted, sent), True)


def _losing(memory, time: int, loss: Loss) -> Line:
    words = strong(f"Requests are {VERBS.get(loss.cause, 'lost')}")
    return Line(time, "s-crash", text(words, *_by(memory, loss)), text(f"Since {clock(loss.since)}, and it goes on."), True)


def _by(memory, loss: Loss) -> tuple:
    """Whose fault it was, and why."""
    version = memory.versions.get(loss.owner)
    return *((" by ", strong(version)) if version is not None else ()), f": {loss.why}."


# ---------------------------------------------------------------------------------------------------------- decisions


def _resized(memory, cluster, entry: Entry, before: int | None, after: int, sum_: Text, aside: str = "") -> Line | None:
    name = entry.replicaset
    memory.sizes[name] = after
    memory.scaled_at[name] = entry.time
    version = version_called(memory, cluster, entry.namespace, name)
    up = before is None or after > before
    if memory.by_hand.pop(name, None) == before and before is not None:
        memory.put_back[name] = (entry.time, after)
        words = text(strong(version, f" from {before} to {after}"), ": the Deployment put it back")
        return Line(entry.time, "i-up" if up else "i-down", words, text("It owns this fader. ", *sum_))
    if before == after:
        return Line(entry.time, "i-hold", text(strong(version, f" is made, at {after}")), sum_)
    span = f" from {before} to {after}" if before is not None else f" to {after}"
    return Line(entry.time, "i-up" if up else "i-down", text(strong(version, span), aside), sum_)


def _growth(memory, cluster, entry: Entry) -> Line | None:
    if entry.decision == "held":
        return None
    terms = entry.terms
    before = terms["replicas"] - terms["wanted"]
    free = terms["max_total"] - terms["pods"]
    if terms["wanted"] <= free:
        sum_ = text(f"{terms['replicas']} wanted − {before} there = {terms['wanted']} to add.")
    else:
        places = pick(free, "free place", "free places")
        sum_ = text(f"Max total {terms['max_total']} − {pods(terms['pods'])} = {free} {places}.")
    return _resized(memory, cluster, entry, before, before + entry.result, sum_)


def _unhealthy(memory, cluster, entry: Entry) -> Line | None:
    spec, available, budget = entry.terms["spec"], entry.terms["available"], entry.terms["budget"]
    sum_ = text(f"{spec} − {available} available = {spec - available} that do not answer; {budget} may go.")
    return _resized(memory, cluster, entry, spec, spec - entry.result, sum_, ", pods that do not answer first")


def _available(memory, cluster, entry: Entry) -> Line | None:
    available, least, taken = entry.terms["available"], entry.terms["min_available"], entry.terms["taken"]
    before = memory.sizes.get(entry.replicaset)
    sum_ = f"{available} available − min available {least} = {available - least} may go"
    sum_ += f", {taken} of them went already." if taken else "."
    after = before - entry.result if before is not None else 0
    return _resized(memory, cluster, entry, before, after, text(sum_))


def _only_one(memory, cluster, entry: Entry) -> Line | None:
    was, want = entry.terms["from"], entry.terms["replicas"]
    change = f"{want} wanted − {was} there = {want - was}".replace("= -", "= −")
    return _resized(memory, cluster, entry, was, want, text(f"{change}. One set has pods, so it takes it all."))


def _too_many(memory, cluster, entry: Entry) -> Line | None:
    was, want = entry.terms["from"], entry.terms["replicas"]
    return _resized(memory, cluster, entry, was, want, text(f"{was} − {want} wanted = {was - want} too many."))


def _full(memory, cluster, entry: Entry) -> Line | None:
    was, want = entry.terms["from"], entry.terms["replicas"]
    return _resized(memory, cluster, entry, was, 0, text(f"The new set has all {want} available, so these {was} are not needed."))


def _share(memory, cluster, entry: Entry) -> Line | None:
    if not entry.result:
        return None
    spec, most, before, leftover = (entry.terms[k] for k in ("spec", "replicas_with_surge", "max_replicas", "leftover"))
    sum_ = f"{spec} × {most} ÷ {before} rounds to {spec + entry.result - leftover}"
    sum_ += f", and {leftover} left over." if leftover > 0 else f", less {-leftover}." if leftover < 0 else "."
    return _resized(memory, cluster, entry, spec, spec + entry.result, text(sum_))


def _recreate_old(memory, cluster, entry: Entry) -> Line | None:
    was = entry.terms["from"]
    return _resized(memory, cluster, entry, was, 0, text(f"Recreate: {was} − {was} = 0 before the new set starts."))


def _recreate_waits(memory, cluster, entry: Entry) -> Line | None:
    if not _first(memory, entry.deployment, f"recreate after {memory.moved.get(entry.deployment, (0,))[0]}"):
        return None
    n = entry.terms["old_pods"]
    return Line(entry.time, "i-hold", text(strong("The new set waits.")), text(f"{pods(n)} of the old ones must be gone first."))


def _recreate_new(memory, cluster, entry: Entry) -> Line | None:
    want = entry.terms["replicas"]
    return _resized(memory, cluster, entry, memory.sizes.get(entry.replicaset, 0), want, text(f"0 old pods are left, {want} wanted."))


def _paused(memory, cluster, entry: Entry) -> Line:
    want = entry.terms["replicas"]
    return Line(entry.time, "i-hold", text(strong("The Deployment holds.")), text(f"It is paused: {want} wanted, no step is taken."))


def _complete(memory, cluster, entry: Entry) -> Line:
    terms = entry.terms
    who = version_called(memory, cluster, entry.namespace, entry.replicaset) if entry.replicaset else entry.deployment
    words = text(strong(who, " is complete"))
    sum_ = f"{terms['updated']} updated, {terms['available']} available, {terms['replicas']} wanted."
    return Line(entry.time, "i-ok", words, text(sum_))


def _deadline(memory, cluster, entry: Entry) -> Line:
    deadline, waited = entry.terms["deadline"], entry.terms["waited"]
    words = text(strong("The deadline has passed: "), Code("ProgressDeadlineExceeded"))
    sum_ = f"{waited} s without progress, {deadline} s allowed. The Deployment says so and changes nothing."
    return Line(entry.time, "s-pullerr", words, text(sum_), True)


def _reused(memory, cluster, entry: Entry) -> Line:
    version = version_called(memory, cluster, entry.namespace, entry.replicaset)
    words = text(strong(version, f" is revision {entry.terms['revision']} now"))
    sum_ = f"It was revision {entry.terms['was']}. Its template is the wanted one again: no new set is made."
    return Line(entry.time, "i-undo", words, text(sum_))


def _history(memory, cluster, entry: Entry) -> Line:
    sets, limit = entry.terms["old_sets"], entry.terms["limit"]
    words = text(strong("An old set is forgotten: "), Code(entry.replicaset))
    return Line(entry.time, "i-down", words, text(f"{sets} old sets − {limit} kept = {sets - limit} to delete."))


def _count(memory, cluster, entry: Entry) -> Line | None:
    """A ReplicaSet that keeps its number by itself: a pod was killed, or one too many came back."""
    if entry.time - memory.scaled_at.get(entry.replicaset, -ECHO_MS) < ECHO_MS:
        return None
    want, there = entry.terms["replicas"], entry.terms["pods"]
    version = version_called(memory, cluster, entry.namespace, entry.replicaset)
    if entry.result > 0:
        words, glyph, sum_ = f" makes {pods(entry.result)}", "i-up", f"{want} wanted − {there} there = {want - there} missing."
    else:
        words, glyph, sum_ = f" removes {pods(-entry.result)}", "i-down", f"{there} there − {want} wanted = {there - want} too many."
    return Line(entry.time, glyph, text(strong(version, words)), text(f"The ReplicaSet counts: {sum_}"))


def _scheduler(memory, cluster, entry: Entry) -> Line | None:
    if not _first(memory, "scheduler", entry.note):
        return None
    return Line(entry.time, "s-pending", text(strong("A pod finds no node."), " It waits."), text(entry.note), True)


RULES: dict[str, Callable] = {
    "new may grow by": _growth,
    "unhealthy old pods go first": _unhealthy,
    "available old pods may go": _available,
    "only one set has replicas": _only_one,
    "new set is full": _full,
    "too many of the new": _too_many,
    "share of the scaling": _share,
    "recreate: old ones to zero": _recreate_old,
    "recreate waits for old pods": _recreate_waits,
    "recreate: the new set": _recreate_new,
    "paused": _paused,
    "complete": _complete,
    "progress deadline": _deadline,
    "rolled over to revision": _reused,
    "history limit": _history,
    "keep the count": _count,
    "scheduler": _scheduler,
}


# ---------------------------------------------------------------------------------------------------------- incidents


def _incident(memory, cluster, event: Event) -> Line | None:
    about = event.involved_object
    if about.kind != "Pod":
        return None
    name = about.name.rpartition("-")[0]
    message = event.message
    if event.reason == "Failed" and message.startswith("Failed to pull image") and _first(memory, name, "pull"):
        reference = ": ".join(message.split(": ")[-2:])
        return Line(moment(event), "s-pullerr", text(strong("First pull failed: "), Code(reference)), NOTHING, True)
    version = version_called(memory, cluster, about.namespace, name)
    if event.reason == "BackOff" and "pulling image" in message and _first(memory, name, "pull back-off"):
        words = text(strong(version, " backs off"), " before pulling again.")
        sum_ = f"ErrImagePull becomes ImagePullBackOff: {_waits(PULL_BACKOFF_MS)}."
        return Line(moment(event), "s-pullerr", words, text(sum_), True)
    if event.reason == "BackOff" and "restarting failed" in message and _first(memory, name, "crash"):
        words = text(strong(version, " pods crash."), " The node waits before it starts them again.")
        return Line(moment(event), "s-crash", words, text(f"CrashLoopBackOff: {_waits(CRASH_BACKOFF_MS)}."), True)
    if event.reason == "Unhealthy" and event.count >= UNHEALTHY_COUNT and _first(memory, name, "unhealthy"):
        words = text(strong(version, " is not ready"), f" after {event.count} probes.")
        return Line((event.last_timestamp or 0) * 1000, "s-notready", words, text(message), True)
    return None


def _waits(bounds: tuple[int, int]) -> str:
    first, longest = bounds[0] // 1000, bounds[1] // 60_000
    return f"{first} s, {2 * first} s, {4 * first} s, up to {longest} min"


def _first(memory, *what: str) -> bool:
    """True once."""
    if what in memory.told:
        return False
    memory.told.add(what)
    return True

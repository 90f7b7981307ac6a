"""One line of the log per thing that happened: a command, a decision with its sum, the first of each kind of incident."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.utils.translation import gettext_noop as noop

from rollviz.desk import nodelog
from rollviz.desk.nodelog import Evicted, Printed
from rollviz.desk.versions import version_called
from rollviz.desk.words import NOTHING, Code, Line, Said, Text, Version, clock, counted, of_pods, say, strong, text, thousands
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
    return Line(timed.at_ms, "i-you", _ran(timed.who, Code(command.kubectl())))


def _ran(who: str, command: Code) -> Text:
    match who:
        case "you":
            return say("You ran {command}", command=command)
        case "scenario":
            return say("The scenario ran {command}", command=command)
    return say("{who} ran {command}", who=who, command=command)


# ---------------------------------------------------------------------------------------------------------- requests


class Lasting(NamedTuple):
    """A loss that goes on."""

    loss: Loss


REASONS = (
    noop("it counts as ready and does not listen yet"),
    noop("it had started again, did not listen yet, and the proxies still sent to it"),
    noop("it was told to stop and the proxies still sent to it"),
    noop("its container had ended and the proxies still sent to it"),
    noop("its node does not answer and the proxies still sent to it"),
    noop("no pod was ready"),
    noop("it ended before it had answered"),
)
"""Why the simulation says that requests were lost; it speaks English only, so the catalogues find its words here."""


def _lost(memory, time: int, loss: Loss) -> Line:
    lasted = say("From {since} on, for {seconds} s.", since=clock(loss.since), seconds=f"{(loss.until - loss.since) / 1000:.1f}")
    return Line(time, "s-crash", _blamed(memory, loss, _were_lost(loss)), text(lasted, *_pods_of(loss)), True)


def _losing(memory, time: int, loss: Loss) -> Line:
    return Line(
        time, "s-crash", _blamed(memory, loss, _are_lost(loss)), say("Since {since}, and it goes on.", since=clock(loss.since)), True
    )


def _were_lost(loss: Loss) -> Said:
    n, shown = loss.count, thousands(loss.count)
    match loss.cause:
        case "refused":
            return counted("{requests} request refused", "{requests} requests refused", n, requests=shown)
        case "timeout":
            return counted(
                "{requests} request without an answer in time", "{requests} requests without an answer in time", n, requests=shown
            )
        case "reset":
            return counted("{requests} request cut off", "{requests} requests cut off", n, requests=shown)
    return counted("{requests} request lost", "{requests} requests lost", n, requests=shown)


def _are_lost(loss: Loss) -> Said:
    match loss.cause:
        case "refused":
            return say("Requests are refused")
        case "timeout":
            return say("Requests are without an answer in time")
        case "reset":
            return say("Requests are cut off")
    return say("Requests are lost")


def _blamed(memory, loss: Loss, lost: Said) -> Said:
    """Whose fault it was, and why."""
    version = memory.versions.get(loss.owner)
    if version is None:
        return say("{lost}: {why}.", lost=strong(lost), why=say(loss.why))
    return say("{lost} by {version}: {why}.", lost=strong(lost), version=strong(version), why=say(loss.why))


def _pods_of(loss: Loss) -> tuple:
    """Which pods it was, if they are few enough to name."""
    match loss.pods:
        case (pod,):
            return " ", say("It was {pod}.", pod=pod)
        case (pod, other):
            return " ", say("It was {pod} and {other}.", pod=pod, other=other)
    return ()


# ---------------------------------------------------------------------------------------------------------- decisions


def _resized(memory, cluster, entry: Entry, before: int | None, after: int, sum_: Text, aside: Text = NOTHING) -> Line | None:
    name = entry.replicaset
    memory.sizes[name] = after
    memory.scaled_at[name] = entry.time
    version = version_called(memory, cluster, entry.namespace, name)
    up = before is None or after > before
    if memory.by_hand.pop(name, None) == before and before is not None:
        memory.put_back[name] = (entry.time, after)
        words = say("{move}: the Deployment put it back", move=strong(_span(version, before, after)))
        return Line(entry.time, "i-up" if up else "i-down", words, text(say("It owns this fader."), " ", sum_))
    if before == after:
        return Line(entry.time, "i-hold", strong(say("{version} is made, at {n}", version=version, n=after)), sum_)
    return Line(entry.time, "i-up" if up else "i-down", text(strong(_span(version, before, after)), aside), sum_)


def _span(version: Version, before: int | None, after: int) -> Said:
    if before is None:
        return say("{version} to {after}", version=version, after=after)
    return say("{version} from {before} to {after}", version=version, before=before, after=after)


def _growth(memory, cluster, entry: Entry) -> Line | None:
    if entry.decision == "held":
        return None
    terms = entry.terms
    before = terms["replicas"] - terms["wanted"]
    free = terms["max_total"] - terms["pods"]
    if terms["wanted"] <= free:
        sum_ = say("{want} wanted − {there} there = {n} to add.", want=terms["replicas"], there=before, n=terms["wanted"])
    else:
        values = {"most": terms["max_total"], "pods": of_pods(terms["pods"])}
        sum_ = counted("Max total {most} − {pods} = {n} free place.", "Max total {most} − {pods} = {n} free places.", free, **values)
    return _resized(memory, cluster, entry, before, before + entry.result, sum_)


def _unhealthy(memory, cluster, entry: Entry) -> Line | None:
    spec, available, budget = entry.terms["spec"], entry.terms["available"], entry.terms["budget"]
    values = {"there": spec, "available": available, "n": spec - available, "budget": budget}
    sum_ = say("{there} − {available} available = {n} that do not answer; {budget} may go.", **values)
    return _resized(memory, cluster, entry, spec, spec - entry.result, sum_, say(", pods that do not answer first"))


def _available(memory, cluster, entry: Entry) -> Line | None:
    available, least, taken = entry.terms["available"], entry.terms["min_available"], entry.terms["taken"]
    before = memory.sizes.get(entry.replicaset)
    values = {"available": available, "least": least, "n": available - least}
    if taken:
        sum_ = say("{available} available − min available {least} = {n} may go, {taken} of them went already.", taken=taken, **values)
    else:
        sum_ = say("{available} available − min available {least} = {n} may go.", **values)
    after = before - entry.result if before is not None else 0
    return _resized(memory, cluster, entry, before, after, sum_)


def _only_one(memory, cluster, entry: Entry) -> Line | None:
    was, want = entry.terms["from"], entry.terms["replicas"]
    change = str(want - was).replace("-", "−")
    sum_ = say("{want} wanted − {there} there = {n}. One set has pods, so it takes it all.", want=want, there=was, n=change)
    return _resized(memory, cluster, entry, was, want, sum_)


def _too_many(memory, cluster, entry: Entry) -> Line | None:
    was, want = entry.terms["from"], entry.terms["replicas"]
    return _resized(memory, cluster, entry, was, want, say("{there} − {want} wanted = {n} too many.", there=was, want=want, n=was - want))


def _full(memory, cluster, entry: Entry) -> Line | None:
    was, want = entry.terms["from"], entry.terms["replicas"]
    sum_ = say("The new set has all {want} available, so these {old} are not needed.", want=want, old=was)
    return _resized(memory, cluster, entry, was, 0, sum_)


def _share(memory, cluster, entry: Entry) -> Line | None:
    if not entry.result:
        return None
    spec, most, before, leftover = (entry.terms[k] for k in ("spec", "replicas_with_surge", "max_replicas", "leftover"))
    values = {"there": spec, "most": most, "before": before, "n": spec + entry.result - leftover}
    if leftover > 0:
        sum_ = say("{there} × {most} ÷ {before} rounds to {n}, and {more} left over.", more=leftover, **values)
    elif leftover < 0:
        sum_ = say("{there} × {most} ÷ {before} rounds to {n}, less {less}.", less=-leftover, **values)
    else:
        sum_ = say("{there} × {most} ÷ {before} rounds to {n}.", **values)
    return _resized(memory, cluster, entry, spec, spec + entry.result, sum_)


def _recreate_old(memory, cluster, entry: Entry) -> Line | None:
    was = entry.terms["from"]
    return _resized(memory, cluster, entry, was, 0, say("Recreate: {n} − {n} = 0 before the new set starts.", n=was))


def _recreate_waits(memory, cluster, entry: Entry) -> Line | None:
    if not _first(memory, entry.deployment, f"recreate after {memory.moved.get(entry.deployment, (0,))[0]}"):
        return None
    sum_ = say("{pods} of the old ones must be gone first.", pods=of_pods(entry.terms["old_pods"]))
    return Line(entry.time, "i-hold", strong(say("The new set waits.")), sum_)


def _recreate_new(memory, cluster, entry: Entry) -> Line | None:
    want = entry.terms["replicas"]
    sum_ = say("0 old pods are left, {want} wanted.", want=want)
    return _resized(memory, cluster, entry, memory.sizes.get(entry.replicaset, 0), want, sum_)


def _paused(memory, cluster, entry: Entry) -> Line:
    sum_ = say("It is paused: {want} wanted, no step is taken.", want=entry.terms["replicas"])
    return Line(entry.time, "i-hold", strong(say("The Deployment holds.")), sum_)


def _complete(memory, cluster, entry: Entry) -> Line:
    terms = entry.terms
    who = version_called(memory, cluster, entry.namespace, entry.replicaset) if entry.replicaset else entry.deployment
    values = {"updated": terms["updated"], "available": terms["available"], "want": terms["replicas"]}
    sum_ = say("{updated} updated, {available} available, {want} wanted.", **values)
    return Line(entry.time, "i-ok", strong(say("{who} is complete", who=who)), sum_)


def _deadline(memory, cluster, entry: Entry) -> Line:
    deadline, waited = entry.terms["deadline"], entry.terms["waited"]
    words = text(strong(say("The deadline has passed:"), " "), Code("ProgressDeadlineExceeded"))
    values = {"waited": waited, "deadline": deadline}
    sum_ = say("{waited} s without progress, {deadline} s allowed. The Deployment says so and changes nothing.", **values)
    return Line(entry.time, "s-pullerr", words, sum_, True)


def _reused(memory, cluster, entry: Entry) -> Line:
    version = version_called(memory, cluster, entry.namespace, entry.replicaset)
    words = strong(say("{version} is revision {n} now", version=version, n=entry.terms["revision"]))
    sum_ = say("It was revision {n}. Its template is the wanted one again: no new set is made.", n=entry.terms["was"])
    return Line(entry.time, "i-undo", words, sum_)


def _history(memory, cluster, entry: Entry) -> Line:
    sets, limit = entry.terms["old_sets"], entry.terms["limit"]
    words = text(strong(say("An old set is forgotten:"), " "), Code(entry.replicaset))
    sum_ = say("{sets} old sets − {limit} kept = {n} to delete.", sets=sets, limit=limit, n=sets - limit)
    return Line(entry.time, "i-down", words, sum_)


def _count(memory, cluster, entry: Entry) -> Line | None:
    """A ReplicaSet that keeps its number by itself: a pod was killed, or one too many came back."""
    if entry.time - memory.scaled_at.get(entry.replicaset, -ECHO_MS) < ECHO_MS:
        return None
    want, there = entry.terms["replicas"], entry.terms["pods"]
    version = version_called(memory, cluster, entry.namespace, entry.replicaset)
    values = {"want": want, "there": there}
    if entry.result > 0:
        words = say("{version} makes {pods}", version=version, pods=of_pods(entry.result))
        sum_ = say("The ReplicaSet counts: {want} wanted − {there} there = {n} missing.", n=want - there, **values)
        return Line(entry.time, "i-up", strong(words), sum_)
    words = say("{version} removes {pods}", version=version, pods=of_pods(-entry.result))
    sum_ = say("The ReplicaSet counts: {there} there − {want} wanted = {n} too many.", n=there - want, **values)
    return Line(entry.time, "i-down", strong(words), sum_)


def _scheduler(memory, cluster, entry: Entry) -> Line | None:
    if not _first(memory, "scheduler", entry.note):
        return None
    return Line(entry.time, "s-pending", text(strong(say("A pod finds no node.")), " ", say("It waits.")), text(entry.note), True)


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
        return Line(moment(event), "s-pullerr", text(strong(say("First pull failed:"), " "), Code(reference)), NOTHING, True)
    version = version_called(memory, cluster, about.namespace, name)
    if event.reason == "BackOff" and "pulling image" in message and _first(memory, name, "pull back-off"):
        words = say("{backs_off} before pulling again.", backs_off=strong(say("{version} backs off", version=version)))
        sum_ = say("ErrImagePull becomes ImagePullBackOff: {waits}.", waits=_waits(PULL_BACKOFF_MS))
        return Line(moment(event), "s-pullerr", words, sum_, True)
    if event.reason == "BackOff" and "restarting failed" in message and _first(memory, name, "crash"):
        words = text(strong(say("{version} pods crash.", version=version)), " ", say("The node waits before it starts them again."))
        return Line(moment(event), "s-crash", words, text("CrashLoopBackOff: ", _waits(CRASH_BACKOFF_MS), "."), True)
    if event.reason == "Unhealthy" and event.count >= UNHEALTHY_COUNT and _first(memory, name, "unhealthy"):
        not_ready = strong(say("{version} is not ready", version=version))
        words = say("{not_ready} after {n} probes.", not_ready=not_ready, n=event.count)
        return Line((event.last_timestamp or 0) * 1000, "s-notready", words, text(message), True)
    return None


def _waits(bounds: tuple[int, int]) -> Said:
    first, longest = bounds[0] // 1000, bounds[1] // 60_000
    values = {"first": first, "second": 2 * first, "third": 4 * first, "longest": longest}
    return say("{first} s, {second} s, {third} s, up to {longest} min", **values)


def _first(memory, *what: str) -> bool:
    """True once."""
    if what in memory.told:
        return False
    memory.told.add(what)
    return True

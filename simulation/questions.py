"""An answer to a question is what will happen: a copy of the cluster runs ahead, with the scenario's own commands, and is read.

The desk is not touched. Nothing is known of what a hand will do in the meantime: the answer is true if nobody touches anything.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from simulation.api.errors import StatusError
from simulation.api.writes import NAMESPACE
from simulation.cluster import Cluster
from simulation.conditions import count_pods, ready_pods
from simulation.controllers.deployment import util
from simulation.engine import Millis
from simulation.lesson import Question
from simulation.objects import Clients, Deployment, Pod, ReplicaSet
from simulation.store import controller_of
from simulation.traffic import Flow


class Count(NamedTuple):
    """How many pods a version is meant to have: where its fader stands."""

    replicaset: str
    revision: int
    pods: int


class Answer(NamedTuple):
    """The truth at `at_ms`; what the question did not ask for is None."""

    at_ms: Millis
    versions: tuple[Count, ...] | None = None
    """Oldest first, those at zero too."""
    available: int | None = None
    count: int | None = None
    """pods, endpoints, lost; share in whole percent."""
    pod: str | None = None
    """The pod that goes next, "" if none goes."""
    yes: bool | None = None
    """finishes, moves."""
    terms: tuple[tuple[str, int], ...] = ()
    """The numbers that the answer is made of, by name, in the order of the sum."""


def answer(question: Question, recording: Any, asked_ms: Millis) -> Answer:
    """What will be `question.ahead` seconds after `asked_ms`, as far as the recording and its scenario's own commands say."""
    return ANSWERS[question.about](question, recording, asked_ms, asked_ms + question.ahead * 1000)


def choice_of(true: Answer) -> str:
    """The answer as one of the choices says it: 8 · yes · none · 7 · 3 · 1; of lost requests only none, some, or half of them and more."""
    if true.versions is not None:
        return " · ".join(str(count.pods) for count in true.versions)
    if true.yes is not None:
        return "yes" if true.yes else "no"
    if true.pod is not None:
        return true.pod or "none"
    terms = dict(true.terms)
    if "lost" in terms:
        return "none" if not true.count else "some" if true.count * 2 < terms["sent"] else "half of them"
    return str(true.available if true.available is not None else true.count)


def _versions(question: Question, recording: Any, asked: Millis, until: Millis) -> Answer:
    cluster = _then(recording, asked, until)
    sets = sorted(_sets(cluster, question), key=util.by_age)
    counts = tuple(Count(rs.metadata.name, util.revision_of(rs) or 0, util.replicas_of(rs)) for rs in sets)
    return Answer(until, versions=counts)


def _available(question: Question, recording: Any, asked: Millis, until: Millis) -> Answer:
    cluster = _then(recording, asked, until)
    owned = ((rs, cluster.store.owned(rs.metadata.uid)) for rs in _sets(cluster, question))
    found = sum(pods.available(rs.spec.min_ready_seconds, cluster.now) for rs, pods in owned)
    return Answer(until, available=found, terms=_missing(_deployment(cluster, question), found))


def _missing(d: Deployment | None, available: int) -> tuple[tuple[str, int], ...]:
    """Why it is so many: as few as may be, or as many as were asked for."""
    if d is None or util.replicas_of(d) < available:
        return ()
    missing = util.replicas_of(d) - available
    if missing and missing == util.max_unavailable(d):
        return ("desired", available + missing), ("max_unavailable", missing), ("min_available", available)
    return ("desired", available + missing), ("not_available", missing), ("available", available)


def _count(question: Question, recording: Any, asked: Millis, until: Millis) -> Answer:
    return Answer(until, count=count_pods(_then(recording, asked, until), question.of or {"pods": ""}))


def _endpoints(question: Question, recording: Any, asked: Millis, until: Millis) -> Answer:
    return Answer(until, count=len(ready_pods(_then(recording, asked, until), _service(question))))


def _lost(question: Question, recording: Any, asked: Millis, until: Millis) -> Answer:
    """Of the requests in between."""
    before, after = _flows(question, recording, asked, until)
    lost, sent = after.lost_in_all - before.lost_in_all, after.sent - before.sent
    return Answer(until, count=lost, terms=(("sent", sent), ("answered", sent - lost), ("lost", lost)))


def _share(question: Question, recording: Any, asked: Millis, until: Millis) -> Answer:
    """Requests go to each endpoint alike, so the share of the requests is the share of the endpoints."""
    cluster = _then(recording, asked, until)
    mine = {pod.metadata.uid for pod in _pods(cluster, question)}
    ready = ready_pods(cluster, _service(question))
    part, whole = sum(pod is not None and pod.metadata.uid in mine for pod in ready), len(ready)
    return Answer(until, count=(part * 200 + whole) // (2 * whole) if whole else 0, terms=(("part", part), ("whole", whole)))


def _flows(question: Question, recording: Any, asked: Millis, until: Millis) -> tuple[Flow, Flow]:
    """The requests to the Service at the asking and at the end."""
    key = NAMESPACE, _service(question)
    none = Flow(Clients(key[1], key[0], 0), asked)
    return recording.at(asked).traffic.flows.get(key, none), _then(recording, asked, until).traffic.flows.get(key, none)


def _service(question: Question) -> str:
    return (question.of or {}).get("service", "")


def _next(question: Question, recording: Any, asked: Millis, until: Millis) -> Answer:
    """The first pod that is told to end or is gone; of several in one instant the first by name."""
    before = None
    for cluster in _ahead(recording, asked, until):
        now = {pod.metadata.name for pod in _pods(cluster, question) if pod.metadata.deletion_timestamp is None}
        if before is not None and (going := before - now):
            return Answer(cluster.now, pod=min(going))
        before = now
    return Answer(until, pod="")


def _finishes(question: Question, recording: Any, asked: Millis, until: Millis) -> Answer:
    for cluster in _ahead(recording, asked, until):
        d = _deployment(cluster, question)
        if d is not None and util.is_complete(d, d.status) and d.status.observed_generation >= d.metadata.generation:
            return Answer(cluster.now, yes=True)
    return Answer(until, yes=False)


def _moves(question: Question, recording: Any, asked: Millis, until: Millis) -> Answer:
    """A fader moves, or a pod comes, ends or goes."""
    before = None
    for cluster in _ahead(recording, asked, until):
        faders = [(rs.metadata.uid, rs.spec.replicas) for rs in _sets(cluster, question)]
        now = faders, [(pod.metadata.uid, pod.metadata.deletion_timestamp) for pod in _pods(cluster, question)]
        if before is not None and now != before:
            return Answer(cluster.now, yes=True)
        before = now
    return Answer(until, yes=False)


ANSWERS = {
    "versions": _versions,
    "available": _available,
    "pods": _count,
    "endpoints": _endpoints,
    "lost": _lost,
    "share": _share,
    "next": _next,
    "finishes": _finishes,
    "moves": _moves,
}

# --------------------------------------------------------------------------------------------------------------- running


def _then(recording: Any, asked: Millis, until: Millis) -> Cluster:
    for cluster in _ahead(recording, asked, until):
        found = cluster
    return found


def _ahead(recording: Any, asked: Millis, until: Millis) -> Iterator[Cluster]:
    """One copy, yielded at the asking, after each change that a person would see, and at `until`."""
    cluster = recording.at(asked)
    script = [timed for timed in recording.scenario.timed_commands() if asked < timed[0] <= until]
    yield cluster
    while cluster.now < until:
        cluster.step(script[0][0] if script else until)
        while script and script[0][0] <= cluster.now:
            try:
                cluster.do(script.pop(0)[1])
            except StatusError:
                continue
        yield cluster


def _deployment(cluster: Cluster, question: Question) -> Deployment | None:
    named = (d for d in cluster.store.list("Deployment") if question.deployment in ("", d.metadata.name))
    return next(named, None)


def _sets(cluster: Cluster, question: Question) -> list[ReplicaSet]:
    d = _deployment(cluster, question)
    if d is None:
        return []
    owned = ((rs, controller_of(rs)) for rs in cluster.store.list("ReplicaSet"))
    return [rs for rs, owner in owned if owner is not None and owner.uid == d.metadata.uid]


def _pods(cluster: Cluster, question: Question) -> list[Pod]:
    return [pod for rs in _sets(cluster, question) for pod in cluster.store.owned(rs.metadata.uid).pods.values()]

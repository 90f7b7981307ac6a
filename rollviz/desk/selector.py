"""A selector as it is and as it would be: for each version how many pods it picks, how many of them would answer, and how many do now.

The leads do not move before it is set: what would be is counted on a copy of the cluster (`simulation.foresight`).
"""

import shlex
from typing import Any, NamedTuple

import msgspec
from django.utils.translation import gettext_noop as noop
from msgspec import Struct

from rollviz.desk.versions import first_revision, version_of
from rollviz.desk.words import Markup, Text, Version, counted, of_pods, say, strong, text
from simulation import foresight
from simulation.api import selectors
from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.foresight import Load
from simulation.kubectl.parse import parse
from simulation.objects import LabelSelector, ReplicaSet, Service
from simulation.store import Store

KINDS = ("Service", "Deployment", "ReplicaSet")


class Pair(NamedTuple):
    key: str
    value: str


class Editor(Struct, frozen=True):
    """What the editor opens with."""

    kind: str
    name: str
    title: Text
    pairs: tuple[Pair, ...]
    sets: tuple[str, ...]
    """Requirements that are no `key = value`, as kubectl's -l writes them."""
    keep: Text


class Row(NamedTuple):
    version: Version | None
    """None for pods that no ReplicaSet counts."""
    word: str
    """English, looked up by the page."""
    match: int
    answer: int
    now: int


class Plan(Struct, frozen=True):
    rows: tuple[Row, ...] = ()
    match: int = 0
    answer: int = 0
    now: int = 0
    said: Text = text()
    line: str = ""
    error: str | Text = ""
    """As kubectl or the server has it, in English; or a sentence of the desk's own."""
    lost: int = 0
    """Requests per second."""

    @property
    def no(self) -> str | Markup:
        """The error, for a page."""
        return self.error.html if isinstance(self.error, Text) else self.error


def editor(store: Store, kind: str, name: str) -> Editor | None:
    """None if there is no such object."""
    obj = store.get(kind, name) if kind in KINDS else None
    if obj is None:
        return None
    found = _selector(obj)
    pairs = tuple(Pair(key, value) for key, value in found.match_labels.items())
    expressions = selectors.from_object(LabelSelector(match_expressions=found.match_expressions))
    service = kind == "Service"
    title = say("Send requests to pods with") if service else say("{kind} {name} counts pods with", kind=kind, name=name)
    keep = say("keep {labels}", labels=_said(found.match_labels))
    return Editor(kind, name, title, pairs, tuple(map(str, expressions.requirements)), keep)


def line_of(kind: str, name: str, wanted: dict[str, str], now: dict[str, str]) -> str:
    """The kubectl line that sets it, in place of what it is now."""
    if kind == "Service":
        if wanted:
            return shlex.join(["set", "selector", "service", name, _said(wanted)])
        return shlex.join(["patch", "service", name, "-p", '{"spec":{"selector":null}}'])
    body = {"spec": {"selector": {"matchLabels": dict.fromkeys(now) | wanted}}}
    return shlex.join(["patch", kind.lower(), name, "-p", msgspec.json.encode(body).decode()])


def plan(memory: Any, cluster: Cluster, kind: str, name: str, wanted: dict[str, str]) -> Plan:
    """What would be if these were its labels; what is, if they are."""
    obj = cluster.store.get(kind, name) if kind in KINDS else None
    if obj is None:
        return Plan(error=say("{kind} {name} is gone", kind=kind, name=name))
    labels = _selector(obj).match_labels
    line = line_of(kind, name, wanted, labels) if wanted != labels else ""
    try:
        seen = foresight.ahead(cluster, parse(line) if line else None)
    except StatusError as error:
        return Plan(line=line, error=error.kubectl())
    if not isinstance(obj, Service):
        return Plan(line=line)
    service = seen.after.get("Service", name)
    picked, before = foresight.matching(seen.after, service), foresight.matching(cluster.store, obj)
    answer, now = foresight.answering(seen.after, service), foresight.answering(seen.without, obj)
    rows = tuple(_rows(memory, seen.after, [[foresight.owner_uid(p) for p in some] for some in (picked, before)], answer, now))
    load = foresight.load(cluster, seen.after, service)
    said = _sum(len(answer), len(now), len(foresight.sent_to(seen.after, service)), bool(service.spec.selector), load)
    return Plan(rows, len(picked), len(answer), len(now), said, line, lost=load.lost if load is not None else 0)


# ------------------------------------------------------------------------------------------------------------- details


def _selector(obj: Any) -> LabelSelector:
    return LabelSelector(obj.spec.selector) if isinstance(obj, Service) else obj.spec.selector or LabelSelector()


def _said(labels: dict[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in labels.items())


def _rows(memory: Any, store: Store, owners: list[list[str]], answer: dict[str, str], now: dict[str, str]):
    """Of every set that has or had a pod in it, and of pods that nobody counts; oldest first."""
    picked, before = owners
    sets: list[ReplicaSet | None] = sorted(store.list("ReplicaSet"), key=first_revision)
    for rs in [*sets, None]:
        uid = rs.metadata.uid if rs is not None else ""
        match, was = picked.count(uid), before.count(uid)
        answers, answered = (list(some.values()).count(uid) for some in (answer, now))
        if not (match or was or answers or answered or (rs is not None and store.owned(uid).active)):
            continue
        version = version_of(memory, store, rs) if rs is not None else None
        yield Row(version, _word(was or answered, match or answers), match, answers, answered)


def _word(before: int, after: int) -> str:
    if after:
        return noop("stays") if before else noop("comes")
    return noop("leaves") if before else noop("stays out")


def _sum(answer: int, now: int, sent_to: int, asks: bool, load: Load | None) -> Text:
    if not asks:
        return text(strong(say("No selector:"), " "), say("the endpoints stay as they are, and nobody keeps them."))
    if load is not None:
        return _capacity(load)
    if not answer and sent_to:
        going = counted("While {n} pod ends, requests go to it.", "While {n} pods end, requests go to them.", sent_to)
        return text(strong(say("No pod is ready."), " "), going)
    if not answer:
        return text(strong(say("Nobody answers."), " "), say("Every request is refused.") if now else say("Nobody does now."))
    compared = say("as many as now.") if answer == now else counted("{n} does now.", "{n} do now.", now)
    return text(strong(counted("{n} pod answers,", "{n} pods answer,", answer), " "), compared)


def _capacity(load: Load) -> Text:
    if not load.pods:
        return text(strong(say("{rate} requests per second to nobody.", rate=load.rate), " "))
    able = f"{load.serve:.0f}"
    served = say("One pod serves {able}.", able=able) if load.pods == 1 else say("They serve {able}.", able=able)
    return text(strong(say("{rate} requests per second to {pods}.", rate=load.rate, pods=of_pods(load.pods)), " "), served, " ")

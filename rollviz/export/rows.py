"""A run as a table: one row for each change that somebody could have seen, with what was before and after, and who did it and why.

The run is played again from its start on a cluster of its own, instant by instant; what wrote each change is noted where it is known:
in a command, in the ledger beside the decision, or by the kind of change.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from simulation.api.errors import StatusError
from simulation.controllers.deployment import util
from simulation.controllers.endpointslice import SERVICE_NAME
from simulation.ledger import Entry
from simulation.objects import KINDS
from simulation.states import pod_state, well
from simulation.store import controller_of

MOST_ROWS = 100_000
MOST_SECONDS = 30.0
"""Of work for one table; the run of a day on a busy desk takes longer, and is told as far as it got."""


class Row(NamedTuple):
    time: float
    """Simulated seconds since the start."""
    what: str
    """command, created, deleted, or the part that changed: replicas, image, state, node, available, …"""
    object: str
    before: str | int
    after: str | int
    who: str
    why: str


class Plan(NamedTuple):
    """What a run is made of, up to `until` ms: enough to play it again."""

    scenario: Any
    seed: int
    commands: tuple
    until: int


def rows(plan: Plan) -> Iterator[Row | None]:
    """In order of time. None is a moment at which whoever asks may do something else. The last row says so if there is more."""
    begun, told, last = time.monotonic(), 0, 0.0
    for row in _all(plan):
        if told == MOST_ROWS or time.monotonic() - begun > MOST_SECONDS:
            yield Row(last, "cut", "", "", "", "rollviz", f"this is as far as one file goes: {told} changes")
            return
        if row is not None:
            told, last = told + 1, row.time
        yield row


def _all(plan: Plan) -> Iterator[Row | None]:
    cluster = plan.scenario.start(plan.seed)
    teller = _Teller(cluster)
    yield from teller.beginning()
    for timed in plan.commands:
        yield from teller.until(timed.at_ms)
        try:
            cluster.do(timed.command)
        except StatusError:
            continue
        line = timed.command.kubectl()
        line = line if line.startswith("#") else f"kubectl {line}"
        yield Row(cluster.now / 1000, "command", "", "", "", timed.who, line)
        yield from teller.told(timed.who, line)
    yield from teller.until(plan.until)


class _Teller:
    def __init__(self, cluster: Any) -> None:
        self.cluster = cluster
        cluster.changes = []
        self._entries = cluster.ledger.count
        self._endpoints: dict[str, dict[str, int]] = {}
        """Service -> its slices -> ready endpoints in each."""

    def beginning(self) -> Iterator[Row]:
        for kind in KINDS:
            if kind not in ("Event", "EndpointSlice"):
                for obj in self.cluster.store.list(kind):
                    yield Row(0.0, "created", _name(kind, obj), "", _size(kind, obj, self.cluster), "scenario", "stood there at the start")

    def until(self, when: int) -> Iterator[Row | None]:
        cluster = self.cluster
        while (due := cluster.engine.due()) is not None and due <= when:
            cluster.run(due)
            yield from self.told("", "")
            yield None
        cluster.run(when)

    def told(self, who: str, why: str) -> Iterator[Row]:
        """What was written since the last look; `who` and `why` if a command did it."""
        cluster = self.cluster
        entries = cluster.ledger.since(self._entries)
        self._entries = cluster.ledger.count
        sums = {(entry.replicaset or entry.deployment): entry for entry in entries if entry.decision != "held"}
        changes, cluster.changes = cluster.changes, []
        for kind, old, new in changes:
            for what, before, after, by in self._seen(kind, old, new):
                decided = what in DECIDED or after == "terminating"
                entry = sums.get(_subject(kind, new or old)) if decided and not who else None
                by = who or (entry.by if entry else by)
                yield Row(cluster.now / 1000, what, _name(kind, new or old), before, after, by, why or (_sum(entry) if entry else ""))

    def _seen(self, kind: str, old: Any, new: Any) -> Iterator[tuple]:
        """(what, before, after, who usually does it)."""
        if kind == "EndpointSlice":
            yield from self._traffic(old, new)
            return
        if kind not in KINDS or kind == "Event":
            return
        if old is None or new is None:
            what = "created" if old is None else "deleted"
            sizes = ("", _size(kind, new, self.cluster)) if old is None else (_size(kind, old, self.cluster), "")
            yield what, *sizes, MAKERS.get(kind, "") if old is None else "kubelet" if kind == "Pod" else ""
            return
        for what, read, by in PARTS.get(kind, ()):
            before, after = read(old, self.cluster), read(new, self.cluster)
            if before != after:
                yield what, before, after, by

    def _traffic(self, old: Any, new: Any) -> Iterator[tuple]:
        obj = new or old
        slices = self._endpoints.setdefault(obj.metadata.labels.get(SERVICE_NAME, ""), {})
        before = sum(slices.values())
        slices[obj.metadata.name] = sum(e.conditions.ready for e in new.endpoints or ()) if new is not None else 0
        if (after := sum(slices.values())) != before:
            yield "endpoints", before, after, "endpointslice-controller"


# ----------------------------------------------------------------------------------------------------------------- words


def _name(kind: str, obj: Any) -> str:
    if kind == "EndpointSlice":
        return f"service/{obj.metadata.labels.get(SERVICE_NAME, '')}"
    namespace = obj.metadata.namespace
    name = f"{KINDS[kind].singular}/{obj.metadata.name}"
    return name if namespace in ("", "default") else f"{namespace}/{name}"


def _subject(kind: str, obj: Any) -> str:
    """Whose decisions explain a change of this object."""
    if kind == "Pod" and (owner := controller_of(obj)) is not None:
        return owner.name
    return obj.metadata.name


def _size(kind: str, obj: Any, cluster: Any) -> str | int:
    """What there is of it, where one word says it."""
    return _state(obj, cluster) if kind == "Pod" else util.replicas_of(obj) if kind in ("Deployment", "ReplicaSet") else ""


def _state(pod: Any, cluster: Any) -> str:
    owner = controller_of(pod)
    rs = cluster.store.get("ReplicaSet", owner.name, pod.metadata.namespace) if owner is not None else None
    return pod_state(pod, cluster.now, rs.spec.min_ready_seconds if rs is not None else 0, well(cluster.store.list("Node")))


def _sum(entry: Entry) -> str:
    terms = ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in entry.terms.items())
    return ": ".join(part for part in (entry.rule, terms, entry.note) if part)


def _images(obj: Any, cluster: Any) -> str:
    spec = obj.spec if type(obj).__name__ == "Pod" else obj.spec.template.spec
    return " + ".join(container.image for container in spec.containers)


def _condition(type_: str) -> Callable[[Any, Any], str]:
    def read(obj: Any, cluster: Any) -> str:
        found = next((c for c in obj.status.conditions if c.type == type_), None)
        return f"{found.status} {found.reason}".strip() if found is not None else ""

    return read


DECIDED = ("created", "deleted", "replicas")
"""What a controller does by a sum."""
MAKERS = {"ReplicaSet": "deployment-controller", "Pod": "replicaset-controller", "Node": "kubelet"}
PARTS: dict[str, tuple[tuple[str, Callable[[Any, Any], Any], str], ...]] = {
    "Deployment": (
        ("replicas", lambda d, _: util.replicas_of(d), ""),
        ("image", _images, ""),
        ("max surge", lambda d, _: util.max_surge(d), ""),
        ("max unavailable", lambda d, _: util.max_unavailable(d), ""),
        ("paused", lambda d, _: "yes" if d.spec.paused else "no", ""),
        ("available", lambda d, _: d.status.available_replicas, "deployment-controller"),
        ("revision", lambda d, _: util.revision_of(d) or 0, "deployment-controller"),
        ("progressing", _condition("Progressing"), "deployment-controller"),
    ),
    "ReplicaSet": (
        ("replicas", lambda rs, _: util.replicas_of(rs), "deployment-controller"),
        ("available", lambda rs, _: rs.status.available_replicas, "replicaset-controller"),
        ("revision", lambda rs, _: util.revision_of(rs) or 0, "deployment-controller"),
    ),
    "Pod": (
        ("node", lambda pod, _: pod.spec.node_name, "default-scheduler"),
        ("image", _images, ""),
        ("state", _state, "kubelet"),
        ("labels", lambda pod, _: ",".join(f"{k}={v}" for k, v in sorted(pod.metadata.labels.items())), ""),
    ),
    "Node": (
        ("ready", _condition("Ready"), "node-controller"),
        ("unschedulable", lambda node, _: "yes" if node.spec.unschedulable else "no", ""),
    ),
    "Service": (("selector", lambda s, _: ",".join(f"{k}={v}" for k, v in sorted(s.spec.selector.items())), ""),),
}
"""What of each kind a row tells of, and who usually changes it."""

"""Random programs on a free-running cluster, and a watch that holds every single write to what the real system never breaks.

A program is kubectl lines with waits between them, so that one that breaks a law can be written down as a scenario file and played.
"""

from fractions import Fraction
from math import ceil, floor
from typing import Any, NamedTuple

import yaml

from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.commands import Create
from simulation.controllers.deployment import util
from simulation.controllers.endpointslice import SERVICE_NAME
from simulation.kubectl.parse import parse
from simulation.objects import KINDS, Deployment, Pod, ReplicaSet
from simulation.pods import is_active, is_finished, is_ready
from simulation.store import controller_of, key_of

GOOD = ("web:1.0", "web:2.0", "web:3.0")
BAD = ("web:missing", "web:crash", "web:never-ready")
POD = "{pod}"
"""Stands in a line for one of the pods there are at that moment."""
IMAGES = tuple(f"set image deployment/web web={image}" for image in (*GOOD, *BAD))
ROLLOUTS = tuple(f"rollout {verb} deployment/web" for verb in ("resume", "restart", "undo"))
PAUSE = "rollout pause deployment/web"
PODS = (f"delete pod {POD}", f"label pod {POD} app-")
SCALES = tuple(f"scale deployment/web --replicas={size}" for size in range(10))
BOUNDS = (0, 1, 2, 3, 4, "0%", "10%", "25%", "50%", "100%")
NODES = 4
SETTLED_MS = 150_000


WATCHED = tuple(kind for kind in KINDS if kind != "Event")


class Act(NamedTuple):
    """A line, given `wait` ms after the one before it; `pick` says which pod it is about."""

    wait: int
    line: str
    pick: int = 0


class Program(NamedTuple):
    """`spec` is that of the Deployment `web`, without selector and template."""

    seed: int
    spec: dict[str, Any]
    acts: tuple[Act, ...]

    @property
    def bounds(self) -> bool:
        """Nobody scales, so that the Deployment must keep within its own bounds."""
        return not any(act.line in SCALES for act in self.acts)

    def objects(self) -> list[dict[str, Any]]:
        probe = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 2}
        container = {"name": "web", "image": GOOD[0], "ports": [{"containerPort": 80}], "readinessProbe": probe}
        template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}}
        spec = {**self.spec, "selector": {"matchLabels": {"app": "web"}}, "template": template}
        service = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
        return [
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": service},
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec},
        ]


class Run:
    """A program on its way, with everything that it did written down."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.cluster = Cluster(program.seed, nodes=NODES)
        self.lines: list[tuple[float, str]] = []
        self.cluster.do(Create(yaml.safe_dump_all(program.objects())))

    def play(self) -> None:
        for act in self.program.acts:
            self.cluster.run(self.cluster.now + act.wait)
            self.do(act)

    def do(self, act: Act) -> None:
        """What the API refuses is as good as not said."""
        pods = [pod.metadata.name for pod in self.cluster.store.list("Pod") if is_active(pod)]
        if POD in act.line and not pods:
            return
        line = act.line.replace(POD, pods[act.pick % len(pods)] if pods else "")
        self.lines.append((self.cluster.now / 1000, line))
        try:
            self.cluster.do(parse(line))
        except StatusError:
            self.lines.pop()

    def scenario(self) -> str:
        """The run as a scenario file."""
        file = {
            "title": "A law is broken",
            "seed": self.program.seed,
            "nodes": NODES,
            "objects": self.program.objects(),
            "commands": [{"at": at, "run": line} for at, line in self.lines],
        }
        return yaml.safe_dump(file, sort_keys=False, width=140)


class Watch:
    """Reads a cluster's writes in order."""

    def __init__(self, cluster: Cluster, bounds: bool) -> None:
        self.cluster, self.bounds = cluster, bounds
        self.seen: dict[tuple[str, str, str], Any] = {(kind, *key_of(o)): o for kind in WATCHED for o in cluster.store.list(kind)}
        self.version = cluster.store.revision
        cluster.changes = []

    def look(self) -> bool:
        """Hold what was written since the last look to the laws; whether there was anything."""
        changes = self.cluster.changes
        for kind, old, new in changes:
            if kind in WATCHED:
                self._write(kind, old, new)
        moved = bool(changes)
        changes.clear()
        return moved

    def rest(self) -> None:
        """Let the cluster settle, to a moment in which nothing is on its way."""
        self.cluster.run(self.cluster.now + SETTLED_MS)
        self.look()
        for _ in range(100):
            self.cluster.run(self.cluster.now + 200)
            if not self.look():
                return

    def _write(self, kind: str, old: Any, new: Any) -> None:
        key = (kind, *key_of(new or old))
        assert self.seen.get(key) is old, f"{key} was written behind the watch's back"
        if new is not None:
            self._identity(old, new)
        if kind == "Pod":
            self._pod(old, new)
        before = self._available()
        if new is None:
            del self.seen[key]
        else:
            self.seen[key] = new
        if kind == "ReplicaSet":
            self._replica_set(old, new, before)

    def _identity(self, old: Any, new: Any) -> None:
        """Versions and generations only grow; a uid and a birthday are for life; a revision never goes back."""
        meta = new.metadata
        assert int(meta.resource_version) > self.version, "a version did not grow"
        self.version = int(meta.resource_version)
        if old is None:
            return
        assert (meta.uid, meta.creation_timestamp) == (old.metadata.uid, old.metadata.creation_timestamp), "another object took its name"
        assert meta.generation >= old.metadata.generation, "a generation went back"
        if isinstance(new, (Deployment, ReplicaSet)):
            assert (util.revision_of(new) or 0) >= (util.revision_of(old) or 0), "a revision went back"

    def _pod(self, old: Pod | None, new: Pod | None) -> None:
        if new is not None:
            assert sum(bool(owner.controller) for owner in new.metadata.owner_references) <= 1, "two own one pod"
        if new is None:
            told = old.metadata.deletion_timestamp is not None or is_finished(old) or not old.spec.node_name
            assert told, "a running pod vanished"
        if old is None and controller_of(new) is not None and not self._rolling():
            owner = controller_of(new).uid
            others = [p for p in self._pods() if not is_finished(p) and controller_of(p) is not None and controller_of(p).uid != owner]
            assert not others, "a new pod was made while an old one was still there"

    def _replica_set(self, old: ReplicaSet | None, new: ReplicaSet | None, before: int) -> None:
        if new is not None and util.revision_of(new) and (old is None or util.revision_of(old) != util.revision_of(new)):
            others = [util.revision_of(rs) or 0 for rs in self._sets() if rs is not new]
            assert util.revision_of(new) > max(others, default=0), "a revision is given twice"
        d = self.seen.get(("Deployment", "default", "web"))
        if d is None or not self.bounds or not self._rolling():
            return
        most, least = bounds(d)
        total = util.total_replicas(self._sets())
        assert total <= most, f"{total} pods wanted, {most} allowed"
        if old is not None and new is not None and util.replicas_of(new) < util.replicas_of(old):
            after = self._available()
            assert after >= min(least, before), f"{after} left available, {least} promised"

    def _available(self) -> int:
        """What would still be available if every set had only as many pods as it is given."""
        return sum(min(util.replicas_of(rs), rs.status.available_replicas) for rs in self._sets())

    def _rolling(self) -> bool:
        d = self.seen.get(("Deployment", "default", "web"))
        return d is None or util.is_rolling_update(d)

    def _sets(self) -> list[ReplicaSet]:
        return [obj for obj in self.seen.values() if isinstance(obj, ReplicaSet) and controller_of(obj) is not None]

    def _pods(self) -> list[Pod]:
        return [obj for obj in self.seen.values() if isinstance(obj, Pod)]

    def settled(self) -> None:
        """What must hold once everything has come to rest."""
        self.rest()
        store = self.cluster.store
        there = {(kind, *key_of(obj)): obj for kind in WATCHED for obj in store.list(kind)}
        assert self.seen == there, "the writes do not add up to what there is"
        pods = [pod for pod in store.list("Pod") if is_active(pod)]
        for rs in store.list("ReplicaSet"):
            mine = sum((owner := controller_of(pod)) is not None and owner.uid == rs.metadata.uid for pod in pods)
            assert mine == util.replicas_of(rs) == rs.status.replicas, "a set has not converged"
        ready = {pod.metadata.name for pod in pods if is_ready(pod) and pod.metadata.labels.get("app") == "web"}
        slices = [s for s in store.list("EndpointSlice") if s.metadata.labels.get(SERVICE_NAME) == "web"]
        served = {e.target_ref.name for s in slices for e in s.endpoints or () if e.conditions.ready}
        assert served == ready, "the endpoints are not the ready pods that match"


def bounds(d: Deployment) -> tuple[int, int]:
    """(most pods wanted, fewest available) of a rolling update, reckoned apart from the engine."""
    replicas, rolling = d.spec.replicas, d.spec.strategy.rolling_update
    surge, unavailable = rolling.max_surge, rolling.max_unavailable
    if isinstance(surge, str):
        surge = ceil(Fraction(int(surge[:-1]) * replicas, 100))
    if isinstance(unavailable, str):
        unavailable = floor(Fraction(int(unavailable[:-1]) * replicas, 100))
    if not surge and not unavailable:
        unavailable = 1
    return replicas + surge, replicas - min(unavailable, replicas)


def check(program: Program) -> Run:
    """Play a program to its end and rest. Raises AssertionError at the first broken law, with the run as a scenario file in its notes."""
    run = Run(program)
    watch = Watch(run.cluster, program.bounds)
    try:
        run.play()
        watch.look()
        watch.settled()
    except AssertionError as broken:
        broken.add_note(run.scenario())
        raise
    return run

"""The laws of the real system, said once: a cluster is held to them at every single write, a run that breaks one is written down.

`make soak`, the random programs of `make test` and hypothesis all play their runs through here. A run is a scenario and kubectl lines
with waits between them, so one that breaks a law is printed as a scenario file and as a link, and both play it again.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from math import ceil, floor
from typing import Any

import yaml

from simulation import links
from simulation.api.documents import write
from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.commands import Delete
from simulation.controllers.deployment import util
from simulation.controllers.endpointslice import SERVICE_NAME
from simulation.engine import Millis
from simulation.kubectl.parse import parse
from simulation.objects import KINDS, Deployment, Pod, ReplicaSet
from simulation.pods import is_active, is_finished, is_ready
from simulation.recording import Recording, Timed
from simulation.scenario import BadScenario, Scenario
from simulation.store import Key, controller_of, key_of

WATCHED = tuple(kind for kind in KINDS if kind != "Event")
WEB = ("default", "web")
"""The Deployment and the Service that the laws are about."""

PERSON = "person"
"""Stands for a handler's name where a person wrote."""

SETTLED_MS = 150_000
QUIET_MS = 900_000
"""Long enough for every back-off, grace and eviction to be over."""

SIZES = frozenset({"size", "strategy", "set"})
"""Meddling that lets a Deployment be outside of its own bounds for a while, through no act of its own."""
OLD_BESIDE_NEW = frozenset({"strategy", "set", "pause", "labels"})
"""Meddling after which also a Recreate may rightly make a pod beside an old one. Paused, the newest set gets all the replicas, upstream
too; a set that was scaled by hand, and one that adopts a pod, have pods of their own beside the new ones."""


class Broken(AssertionError):
    """A law does not hold."""


class Laws:
    """Lets time pass and commands be done in one cluster, and reads all its writes in order. Raises Broken at the first broken law."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.events = 0
        self.seen: dict[str, dict[Key, Any]] = {kind: {key_of(obj): obj for obj in cluster.store.list(kind)} for kind in WATCHED}
        """What there is, as the writes tell it."""
        self.version = cluster.store.revision
        self.meddled: set[str] = set()
        """What people have done, since the last complete rollout, that is more than asking for another version: see `_meddle`. While it
        is empty the guards hold at every moment; a law that some of it does not touch names what does (SIZES, OLD_BESIDE_NEW)."""
        self.informed = False
        """Whether the Deployment, when it last looked, could know how many pods are available: a person who deletes a pod, or a crash, in
        the milliseconds before the ReplicaSet's status says so, may coincide with a pod that the Deployment takes. So it is upstream."""
        self.known = 0
        """How many are available as far as the Deployment knew when it last looked."""
        cluster.changes = []

    # --- what can be done

    def run(self, until: Millis) -> None:
        """Let time pass, looking after each thing that happens."""
        cluster = self.cluster
        while (due := cluster.engine.due()) is not None and due <= until:
            handler = cluster.run_next()
            self.events += 1
            if handler == "deployment":
                self.known = util.total_available(cluster.store.list("ReplicaSet"))
                self.informed = self.known == self._available()
            if cluster.changes:
                self._look(handler)
        cluster.run(until)

    def do(self, command: Any) -> None:
        """Do what a person asks for. What it raises leaves no trace."""
        before = self.cluster.store.revision
        try:
            self.cluster.do(command)
        except StatusError:
            nothing = self.cluster.store.revision == before and not self.cluster.changes
            self._hold(nothing, f"{command} was refused and yet something was written")
            raise
        self._look(PERSON, isinstance(command, Delete) and command.force)

    def settle(self) -> None:
        """Go on to a moment in which nothing is on its way, and look whether everything is as asked."""
        self.run(self.cluster.now + SETTLED_MS)
        for _ in range(100):
            before = self.cluster.store.revision
            self.run(self.cluster.now + 200)
            if self.cluster.store.revision == before:
                break
        self.settled()

    def still(self, wait: Millis) -> None:
        """Nothing happens while nothing changes: not even a write that nobody would see."""
        before = self.cluster.store.revision
        self.run(self.cluster.now + wait)
        self._hold(self.cluster.store.revision == before, "something moved while nothing changed")

    # --- what holds at rest

    def settled(self) -> None:
        """What must hold once everything has come to rest."""
        store = self.cluster.store
        for kind, seen in self.seen.items():
            there = {key_of(obj): obj for obj in store.list(kind)}
            self._hold(seen == there, f"the writes of kind {kind} do not add up to what there is")
        pods = [pod for pod in store.list("Pod") if is_active(pod)]
        sets = {rs.metadata.uid: rs for rs in store.list("ReplicaSet")}
        owners = [owner.uid for pod in pods if (owner := controller_of(pod)) is not None]
        for uid, rs in sets.items():
            converged = owners.count(uid) == util.replicas_of(rs) == rs.status.replicas
            self._hold(converged, f"{rs.metadata.name} has not come to its size")
        self._hold(set(owners) <= sets.keys(), "a pod belongs to a ReplicaSet that is not there")
        self._served()

    def finished(self) -> None:
        """What must hold once the last version is there and everything has come to rest."""
        self.settled()
        d = self._deployment()
        self._hold(d.status.available_replicas == util.replicas_of(d), "the last version is not available everywhere")
        self._hold(d.status.updated_replicas == d.status.replicas == util.replicas_of(d), "there are others than the last version's pods")

    # --- what holds at every write

    def _look(self, handler: str, forced: bool = False) -> None:
        """Hold what was just written to the laws. `handler` wrote it."""
        changes = self.cluster.changes
        for kind, old, new in changes:
            if handler is PERSON:
                self._meddle(kind, old, new)
            if kind in self.seen:
                self._write(kind, old, new, forced)
        if handler == "replicaset" and not self.meddled:
            self._taken(changes)
        elif handler == "endpointslice":
            self._served()
        if self.meddled and self._calm():
            self.meddled.clear()
        changes.clear()

    def _write(self, kind: str, old: Any, new: Any, forced: bool) -> None:
        seen, key = self.seen[kind], key_of(old if new is None else new)
        self._hold(seen.get(key) is old, f"{kind} {key[1]} was written behind everybody's back")
        if new is None:
            del seen[key]
        else:
            seen[key] = new
            self._identity(old, new)
        if kind == "Pod":
            self._pod(old, new, forced)
        elif kind == "ReplicaSet":
            self._replica_set(old, new)

    def _identity(self, old: Any, new: Any) -> None:
        """Versions and generations only grow; a uid and a birthday are for life; a revision never goes back."""
        meta = new.metadata
        self._hold(int(meta.resource_version) > self.version, "a version did not grow")
        self.version = int(meta.resource_version)
        if old is None:
            return
        was = old.metadata
        self._hold(meta.uid == was.uid and meta.creation_timestamp == was.creation_timestamp, "another object took its name")
        self._hold(meta.generation >= was.generation, "a generation went back")
        if isinstance(new, (Deployment, ReplicaSet)):
            self._hold((util.revision_of(new) or 0) >= (util.revision_of(old) or 0), "a revision went back")

    def _pod(self, old: Pod | None, new: Pod | None, forced: bool) -> None:
        if new is None:
            told = old.metadata.deletion_timestamp is not None or is_finished(old) or not old.spec.node_name
            self._hold(told or forced, "a running pod vanished")
            return
        owners = new.metadata.owner_references
        self._hold(len(owners) <= 1 or sum(bool(owner.controller) for owner in owners) <= 1, "two own one pod")
        if old is None and (owner := controller_of(new)) is not None and not self._rolling() and not self.meddled & OLD_BESIDE_NEW:
            self._hold(not self._has_pods_of_others(owner.uid), "a new pod was made while an old one was still there")

    def _replica_set(self, old: ReplicaSet | None, new: ReplicaSet | None) -> None:
        """A revision is given once; never more than max total; no set made smaller by more than the others can do without."""
        if new is None:
            return
        revision = util.revision_of(new)
        if revision and (old is None or util.revision_of(old) != revision):
            others = [util.revision_of(rs) or 0 for rs in self._sets() if rs is not new]
            self._hold(revision > max(others, default=0), "a revision is given twice")
        size, before = util.replicas_of(new), util.replicas_of(old) if old is not None else 0
        d = self._deployment()
        if size == before or d is None or self.meddled & SIZES:
            return
        most, least = bounds(d)
        total = util.total_replicas(self._sets())
        self._hold(total <= most, f"{total} replicas where {most} are the most")
        if size < before and self._rolling() and self._counted(self._available()):
            # what would be left if every set had at once only as many pods as it is given
            after = sum(min(util.replicas_of(rs), rs.status.available_replicas) for rs in self._sets())
            lost = min(before, old.status.available_replicas) - min(size, new.status.available_replicas)
            self._hold(after >= min(least, after + lost), f"{after} available replicas left where {least} are the least")

    def _taken(self, changes: list[tuple[str, Any, Any]]) -> None:
        """A ReplicaSet takes no pod that would be missed. Before and after are counted from the pods themselves."""
        if not any(kind == "Pod" and _ended(old, new) for kind, old, new in changes):
            return
        d = self._deployment()
        # with minReadySeconds a ready pod that counts may go for one that does not yet: upstream ranks crowded nodes before young pods
        if d is None or not self.informed or not self._rolling() or d.spec.min_ready_seconds:
            return
        after, least = self._available(), bounds(d)[1]
        before = after + sum(_counts(old) - _counts(new) for kind, old, new in changes if kind == "Pod")
        if before > self.known:  # one turned ready after the Deployment had looked
            return
        self._hold(after >= min(before, least), f"{after} available after a deletion where {least} are the least")

    def _counted(self, available: int) -> bool:
        """Whether the ReplicaSets have told of all that are available: a pod that turned ready, or was taken, within the last few
        milliseconds cannot be known to the Deployment, here or upstream."""
        return available == sum(rs.status.available_replicas for rs in self._sets())

    def _served(self) -> None:
        """The Service's ready endpoints are the ready pods that match: at rest, and whenever its controller has just looked."""
        service = self.cluster.store.get("Service", "web")
        needed = service.spec.selector.items()
        ready = sorted(
            pod.metadata.name for pod in self._all("Pod") if needed <= pod.metadata.labels.items() and is_active(pod) and is_ready(pod)
        )
        slices = [s for s in self._all("EndpointSlice") if s.metadata.labels.get(SERVICE_NAME) == service.metadata.name]
        served = sorted(e.target_ref.name for s in slices for e in s.endpoints or () if e.conditions.ready and e.target_ref)
        self._hold(served == ready, "the endpoints are not the ready pods that match")

    # --- what people did

    def _meddle(self, kind: str, old: Any, new: Any) -> None:
        """Note what a person's write means for the guards. Asking for another version and deleting pods are no meddling."""
        if kind in ("Node", "Machine"):
            self.meddled.add("nodes")
        elif kind == "ReplicaSet" and (old is None or new is None or util.replicas_of(old) != util.replicas_of(new)):
            self.meddled.add("set")
        elif old is None or new is None:
            return
        elif kind == "Deployment":
            self.meddled |= {
                name
                for name, field in (("size", "replicas"), ("strategy", "strategy"), ("pause", "paused"), ("patience", "min_ready_seconds"))
                if getattr(old.spec, field) != getattr(new.spec, field)
            }
        elif kind == "Pod" and old.metadata.labels != new.metadata.labels:
            let_go = new.metadata.labels.items() <= old.metadata.labels.items()
            self.meddled.add("letting go" if let_go else "labels")

    def _calm(self) -> bool:
        """A complete rollout of what is asked for now, nothing paused: from here on only rollouts count. For Recreate also the last pod of
        any other version is gone."""
        d = self._deployment()
        if d is None or d.spec.paused or not util.is_complete(d, d.status):
            return False
        sets, want = list(self._all("ReplicaSet")), util.replicas_of(d)
        if len(active := util.active(sets)) > 1 or not util.total_replicas(sets) == self._available() == want:
            return False
        return self._rolling() or not self._has_pods_of_others(active[0].metadata.uid if active else "")

    # --- reading

    def _available(self) -> int:
        """The available pods of all sets, whatever their status says."""
        store, now = self.cluster.store, self.cluster.now
        return sum(store.owned(rs.metadata.uid).available(rs.spec.min_ready_seconds, now) for rs in store.list("ReplicaSet"))

    def _all(self, kind: str) -> Any:
        return self.seen[kind].values()

    def _sets(self) -> list[ReplicaSet]:
        return [rs for rs in self._all("ReplicaSet") if controller_of(rs) is not None]

    def _deployment(self) -> Deployment | None:
        return self.seen["Deployment"].get(WEB)

    def _rolling(self) -> bool:
        d = self._deployment()
        return d is None or util.is_rolling_update(d)

    def _has_pods_of_others(self, uid: str) -> bool:
        """Whether there are pods, also ones that are ending, of another set than this."""
        owners = (controller_of(pod) for pod in self._all("Pod") if not is_finished(pod))
        return any(owner is not None and owner.uid != uid for owner in owners)

    def _hold(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise Broken(f"{self.cluster.now} ms: {otherwise}")


def bounds(d: Deployment) -> tuple[int, int]:
    """(most replicas, fewest available), reckoned apart from the engine."""
    replicas, rolling = d.spec.replicas, d.spec.strategy.rolling_update
    if d.spec.strategy.type == "Recreate":
        return replicas, 0
    surge, unavailable = rolling.max_surge, rolling.max_unavailable
    if isinstance(surge, str):
        surge = ceil(Fraction(int(surge[:-1]) * replicas, 100))
    if isinstance(unavailable, str):
        unavailable = floor(Fraction(int(unavailable[:-1]) * replicas, 100))
    if not surge and not unavailable:
        unavailable = 1
    return replicas + surge, replicas - min(unavailable, replicas)


def _ended(old: Pod | None, new: Pod | None) -> bool:
    """Told to end, or taken before it had begun."""
    return old is not None and is_active(old) and (new is None or new.metadata.deletion_timestamp is not None)


def _counts(pod: Pod | None) -> bool:
    """One of its ReplicaSet's available pods, where nobody asks for patience."""
    return pod is not None and is_active(pod) and is_ready(pod) and controller_of(pod) is not None


class Run:
    """A scenario that is played line by line under the laws. It has what a Recording has, so that it can be saved as one."""

    def __init__(self, source: str, seed: int) -> None:
        self.scenario = Scenario.parse(source)
        self.seed = seed
        self.cluster: Cluster = self.scenario.start(seed)
        self.laws = Laws(self.cluster)
        self.commands: list[Timed] = []
        """What was done. What was refused left no trace, so it need not be kept."""

    def wait(self, ms: Millis) -> None:
        self.laws.run(self.cluster.now + ms)

    def do(self, line: str) -> bool:
        """Whether the line was done; what the API refuses is as good as not said."""
        given = len(self.commands)
        try:
            command = parse(line)
            self.commands.append(Timed(self.cluster.now, command, "you"))
            self.laws.do(command)
        except StatusError:
            del self.commands[given:]
            return False
        return True

    def rest(self) -> None:
        """Come to rest as things are; then put right what people put wrong, wait, and look whether everything is as asked and stays so."""
        self.laws.settle()
        for number in range(1, self.scenario.nodes + 1):
            self.do(f"uncordon node-{number}")
            self.do(f"# node-{number}: power on")
        self.do("rollout resume deployment/web")
        # a Recreate that is scaled while two sets have replicas stands still for ever: so does upstream's scale(), which then does nothing
        rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 1}}
        self.do("patch deployment web -p " + quoted({"spec": {"minReadySeconds": 0, "strategy": rolling}}))
        self.do("set image deployment/web web=web:9.0")
        self.wait(QUIET_MS)
        self.laws.finished()
        if all(controller_of(pod) is not None for pod in self.cluster.store.list("Pod") if not is_finished(pod)):
            self.laws.still(3_600_000)

    # --- what is written down

    @contextmanager
    def told(self) -> Iterator[None]:
        """Whatever breaks in here is raised with the run in its notes, as a file and as a link."""
        try:
            yield
        except Exception as broken:
            # a link goes to the broken moment; where the engine itself fails, to just before that
            at = self.cluster.now if isinstance(broken, Broken) else max(0, self.cluster.now - 1)
            broken.add_note(f"{self.link(at)}\n{self.file()}")
            raise

    def file(self) -> str:
        """The run as a scenario file, or why there is none."""
        try:
            return Scenario.save(self)
        except BadScenario as error:
            return f"No file: {error.said}."

    def link(self, at: Millis) -> str:
        """The path that opens the run at a moment on any desk, or why there is none. A link holds no command that is refused."""
        replayed = Recording(self.scenario, self.seed)
        for given in self.commands:
            if given.at_ms <= at:
                replayed.run(given.at_ms)
                with suppress(StatusError):
                    replayed.do(given.command, given.who)
        replayed.run(at)
        run = links.run_of(self.scenario, self.seed, replayed.commands, at, "moment", links.state_sum(replayed.cluster))
        try:
            return f"/l/{links.write(run)}"
        except links.TooLong as error:
            return f"No link, the run is too long for one: {error}"


def begins(title: str, spec: dict[str, Any], container: dict[str, Any], nodes: int) -> str:
    """A scenario of the Deployment `web` and its Service. `spec` is the Deployment's, without selector and template."""
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {**spec, "selector": {"matchLabels": labels}, "template": template}
    service = {"selector": labels, "ports": [{"port": 80}]}
    objects = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": service},
    ]
    return write({"title": title, "nodes": nodes, "objects": objects})


def quoted(patch: dict[str, Any]) -> str:
    """A patch as it is typed."""
    return "'" + yaml.safe_dump(patch, default_flow_style=True).strip().replace("\n", " ") + "'"

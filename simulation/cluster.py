"""START HERE. A cluster is an engine, a store, and a list of who wakes for which kind.

A person's act becomes a command, a command changes the store, the controllers that watch the store wake and change it further.
`do(command)` · `run(until)` · `step(limit)` · `copy()`. Everything in it is data, so a copy lives on by itself and does the same.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from simulation import fleet, traffic
from simulation.api import selectors
from simulation.controllers import endpointslice, garbage
from simulation.controllers.deployment import util
from simulation.controllers.deployment.controller import sync_deployment
from simulation.controllers.replicaset import sync_replica_set
from simulation.engine import FAILED, FIRST_RETRY, Engine, Millis
from simulation.fleet import Fleet
from simulation.kubelet import Kubelet, StepKey
from simulation.ledger import Ledger
from simulation.machine import new_node
from simulation.objects import KINDS, Exec, Machine, Pod, ReplicaSet
from simulation.scheduler import COMPONENT as DEFAULT_SCHEDULER
from simulation.scheduler import schedule
from simulation.stages import Images, delay
from simulation.states import pod_state
from simulation.store import FOREGROUND, Store, controller_of, key_of
from simulation.traffic import Traffic

RANKS = {"replicaset": 0, "deployment": 1, "scheduler": 2, "kubelet": 3, "endpointslice": 4, "garbage": 5}
"""Who goes first at the same instant. Any order is legal; with ReplicaSets first a fader that was pushed down costs its pods before the
Deployment puts it back, as recorded from the real ones, whose ReplicaSet controller is the quicker."""

LATENCY = {"deployment": 12, "replicaset": 4, "endpointslice": 60, "garbage": 30}
"""Milliseconds from a write to the sync it causes: the watch, the queue, the work of a controller in a small cluster.

A ReplicaSet acts and counts (two syncs) before its Deployment looks again; the other way round a Deployment would add up pods that are
already doomed and could take one too many, a race that the real ones win almost always."""

FIRST_RETRIES = {"endpointslice": 1000}
"""Milliseconds until a sync that failed is tried for the first time, where it is not workqueue's own."""


class Command(Protocol):
    """What a person may do: see simulation.commands."""

    def apply(self, store: Store) -> str: ...


class Follower(Protocol):
    """Reads along and changes nothing."""

    def note(self, batch: list[tuple[str, Any, Any]]) -> None:
        """(kind, before, after) of writes, in their order."""


class Cluster:
    """One simulated cluster. With `lockstep` nobody schedules or runs pods and nothing takes time: the conformance runner plays them."""

    __slots__ = (
        "_looks",
        "_seen",
        "_unscheduled",
        "changes",
        "engine",
        "followers",
        "fleet",
        "images",
        "kubelet",
        "ledger",
        "lockstep",
        "store",
        "traffic",
    )

    def __init__(self, seed: int = 0, images: Images | None = None, nodes: int = 4, pods_per_node: int = 110, lockstep: bool = False):
        self.images = images or Images()
        self.lockstep = lockstep
        self.engine = Engine(seed)
        self.store = Store(self.engine)
        self.ledger = Ledger()
        self.kubelet = Kubelet(self.engine, self.store, self.images)
        self.traffic = Traffic(seed, self.kubelet)
        self._unscheduled: dict[tuple[str, str], bool] = {}
        self._looks: dict[tuple[str, str], tuple[str, dict[str, str]]] = {}
        """What a person sees of each pod: its state and labels."""
        self._seen = 0
        self.changes: list[tuple[str, Any, Any]] | None = None
        """Set to a list to keep every (kind, before, after): for the conformance runner."""
        self.followers: list[Follower] = []
        """Who is told of every change while this cluster runs; a copy has none."""
        for number in range(1, nodes + 1):
            machine = Machine(f"node-{number}", pods_per_node)
            self.store.set_machine(machine)
            self.store.create(new_node(machine, self.store.seconds))
        self.fleet = Fleet(self.kubelet, self.store.list("Node"))
        # these nodes are older than the run: nobody is told of them
        self.store.changes.clear()

    @property
    def now(self) -> Millis:
        return self.engine.now

    @property
    def seen(self) -> int:
        """Counts the changes that a person would see; equal numbers mean that nothing moved."""
        return self._seen

    def do(self, command: Command) -> str:
        """Apply a command now, all or nothing, and return kubectl's output. What it raises leaves no trace."""
        saved = self.store.copy(self.engine)
        chance = self.engine.random.getstate()
        try:
            output = command.apply(self.store)
        except BaseException:
            self.store = self.kubelet.store = saved
            self.engine.random.setstate(chance)
            raise
        self._wake()
        return output

    def run(self, until: Millis) -> None:
        """Let everything happen that is due up to and including `until`; the clock then stands at `until`."""
        engine = self.engine
        while (due := engine.due()) is not None and due <= until:
            self.run_next()
        engine.now = max(engine.now, until)

    def step(self, limit: Millis) -> Millis:
        """Run to the end of the next instant in which a person would see a change, at most to `limit`; returns the time."""
        before = self._seen
        while self._seen == before:
            due = self.engine.due()
            if due is None or due > limit:
                self.engine.now = max(self.engine.now, limit)
                return self.now
            self.run_next()
        self.run(self.now)
        return self.now

    def settle(self) -> None:
        """Run what is due now and what that causes at once: in lockstep, everything."""
        self.run(self.now)

    def copy(self) -> "Cluster":
        """A cluster that would do exactly the same from here on and shares every object with this one."""
        twin = Cluster.__new__(Cluster)
        twin.images, twin.lockstep, twin._seen, twin.changes = self.images, self.lockstep, self._seen, None
        twin.followers = []
        twin.engine = self.engine.copy()
        twin.store = self.store.copy(twin.engine)
        twin.ledger = self.ledger.copy()
        twin.kubelet = self.kubelet.copy(twin.engine, twin.store)
        twin.traffic = self.traffic.copy(twin.kubelet)
        twin.fleet = self.fleet.copy(twin.kubelet)
        twin._unscheduled, twin._looks = self._unscheduled.copy(), self._looks.copy()
        return twin

    # --- one thing after the other

    def run_next(self) -> str:
        """Do the one thing that is due next and wake whom it concerns; returns its handler's name, "" if it was overtaken."""
        entry = self.engine.pop()
        if entry is None:
            return ""
        handler, key = entry
        door = HANDLERS.get(handler)
        if door is not None:
            door(self, key)
        elif handler in traffic.HANDLERS:
            traffic.HANDLERS[handler](self.traffic, self.store, key)
        else:
            fleet.HANDLERS[handler](self.fleet, self.store, key)
        if self.store.changes:
            self._wake()
        return handler

    def _wake(self) -> None:
        """Tell whoever watches what was written since the last look."""
        changes = self.store.changes
        while changes:
            batch = changes.copy()
            changes.clear()
            if self.changes is not None:
                self.changes += batch
            for follower in self.followers:
                follower.note(batch)
            for kind, old, new in batch:
                route, fleets = ROUTES.get(kind), fleet.ROUTES.get(kind)
                if route is not None:
                    route(self, old, new)
                if fleets is not None and not self.lockstep:
                    fleets(self.fleet, self.store, old, new)
                if self.traffic.flows or kind == "Clients":
                    self.traffic.note(self.store, kind, old, new)
                if self._shows(new) if kind == "Pod" and new is not None else _visible(kind, old, new):
                    self._seen += 1

    def _shows(self, pod: Pod) -> bool:
        """Would a person see that a pod was written: does it look different from before?"""
        key, look = key_of(pod), (pod_state(pod, self.now), pod.metadata.labels)
        before = self._looks.get(key)
        self._looks[key] = look
        return look != before

    def _queue(self, handler: str, key: Any) -> None:
        self.engine.add(RANKS[handler], handler, key, 0 if self.lockstep else LATENCY[handler])

    def _again(self, handler: str, key: Any, after: Millis | None) -> None:
        if after == FAILED:
            self.engine.add_rate_limited(RANKS[handler], handler, key, FIRST_RETRIES.get(handler, FIRST_RETRY))
            return
        self.engine.forget(handler, key)
        if after is not None:
            self.engine.add_after(RANKS[handler], handler, key, after)

    # --- the controllers' doors

    def _sync_deployment(self, key: Any) -> None:
        self._again("deployment", key, sync_deployment(self.store, self.ledger, key))

    def _sync_replica_set(self, key: Any) -> None:
        self._again("replicaset", key, sync_replica_set(self.store, self.ledger, key))

    def _sync_service(self, key: Any) -> None:
        self._again("endpointslice", key, endpointslice.sync_service(self.store, key))

    def _step_pod(self, key: StepKey) -> None:
        self.kubelet.step(key)
        if key[0] in ("stop", "sigterm"):  # no write tells of it
            self.traffic.pod_changed(self.store, key[3])

    def _collect(self, key: Any) -> None:
        garbage.collect(self.store, *key)

    def _schedule(self, key: Any) -> None:
        if key == RETRY:
            self._retry_unscheduled()
        elif not schedule(self.store, self.ledger, key):
            self._unscheduled[key] = True

    def _retry_unscheduled(self) -> None:
        """Room may have come free: try the waiting pods in order; of pods that ask for the same, one refusal answers for all."""
        refused: list[Any] = []
        for key in list(self._unscheduled):
            pod = self.store.get("Pod", key[1], key[0])
            if pod is not None and any(pod.spec == spec for spec in refused):
                continue
            if schedule(self.store, self.ledger, key):
                del self._unscheduled[key]
            elif pod is not None:
                refused.append(pod.spec)

    # --- the watches (§2.1, §3.1: who wakes for what)

    def _deployment_changed(self, old: Any, new: Any) -> None:
        self._queue("deployment", key_of(new or old))
        self._queue_garbage(old, new)
        self._queue_lost_owners(old, new)

    def _replica_set_changed(self, old: ReplicaSet | None, new: ReplicaSet | None) -> None:
        rs = new or old
        if new is not None:
            self._queue("replicaset", key_of(new))
        self._queue_garbage(old, new)
        self._queue_lost_owners(old, new)
        owners = [controller_of(o) for o in (old, new) if o is not None]
        for owner in owners:
            if owner is not None and owner.kind == "Deployment":
                self._queue("deployment", (rs.metadata.namespace, owner.name))
        if new is not None and controller_of(new) is None and (old is None or _identity_changed(old, new)):
            for d in self.store.list("Deployment", new.metadata.namespace):
                if d.spec.selector is not None and selectors.matches(d.spec.selector, new.metadata.labels):
                    self._queue("deployment", key_of(d))

    def _pod_changed(self, old: Pod | None, new: Pod | None) -> None:
        pod = new if new is not None else old
        owner, namespace = controller_of(pod), pod.metadata.namespace
        if owner is not None:
            self._queue("replicaset", (namespace, owner.name))
        if old is not None and new is not None and old.metadata.owner_references is not new.metadata.owner_references:
            was = controller_of(old)
            if was is not None and (owner is None or was.uid != owner.uid):
                self._queue("replicaset", (namespace, was.name))
        if new is not None and owner is None and (old is None or _identity_changed(old, new)):
            self._queue_matching_sets(new)
        self._queue_lost_owners(old, new)
        if new is None:
            self._looks.pop(key_of(old), None)
            waiting = self._last_of_recreate(old)
            if waiting is not None:
                self._queue("deployment", waiting)
            self._queue_waiting_owner(old)
        self._queue_services(old, new)
        if not self.lockstep:
            self._run_pod(old, new)

    def _queue_matching_sets(self, pod: Pod) -> None:
        for rs in self.store.list("ReplicaSet", pod.metadata.namespace):
            if rs.spec.selector is not None and selectors.matches(rs.spec.selector, pod.metadata.labels):
                self._queue("replicaset", key_of(rs))

    def _last_of_recreate(self, pod: Pod) -> tuple[str, str] | None:
        """The Recreate Deployment that waits for this pod, if it was the last one."""
        owner = controller_of(pod)
        rs = self.store.get("ReplicaSet", owner.name, pod.metadata.namespace) if owner is not None else None
        owner = controller_of(rs) if rs is not None else None
        d = self.store.get("Deployment", owner.name, pod.metadata.namespace) if owner is not None else None
        if d is None or util.is_rolling_update(d):
            return None
        for other in self.store.list("ReplicaSet", pod.metadata.namespace):
            whose = controller_of(other)
            if whose is not None and whose.uid == d.metadata.uid and self.store.owned(other.metadata.uid).pods:
                return None
        return key_of(d)

    def _queue_waiting_owner(self, pod: Pod) -> None:
        """A ReplicaSet that is being deleted in the foreground waits for its pods."""
        owner = controller_of(pod)
        rs = self.store.get("ReplicaSet", owner.name, pod.metadata.namespace) if owner is not None else None
        if rs is not None and FOREGROUND in rs.metadata.finalizers:
            self._queue_garbage(rs, rs)

    def _queue_services(self, old: Pod | None, new: Pod | None) -> None:
        if not self.store.count("Service"):
            return
        namespace = (new or old).metadata.namespace
        for service in self.store.list("Service", namespace):
            needed = service.spec.selector.items()
            if needed and any(p is not None and needed <= p.metadata.labels.items() for p in (old, new)):
                self._queue("endpointslice", key_of(service))

    def _run_pod(self, old: Pod | None, new: Pod | None) -> None:
        """What scheduler and kubelet do about a pod."""
        if new is None:
            self.kubelet.forgotten(old)
            self._unscheduled.pop(key_of(old), None)
            if self._unscheduled:
                self._later_schedule(RETRY, 100)
            return
        bound_before = old is not None and bool(old.spec.node_name)
        if not new.spec.node_name:
            if old is None and new.spec.scheduler_name in ("", DEFAULT_SCHEDULER):
                self._later_schedule(key_of(new), delay(self.engine, "schedule"))
            return
        if not bound_before:
            self.kubelet.bound(new)
        elif new.spec is not old.spec:
            self.kubelet.changed(new, old)
        ending_before = old is not None and old.metadata.deletion_timestamp is not None
        if new.metadata.deletion_timestamp is not None and not ending_before:
            self.kubelet.deleted(new)

    def _later_schedule(self, key: tuple[str, str], wait: Millis) -> None:
        self.engine.add_after(RANKS["scheduler"], "scheduler", key, wait)

    def _exec(self, _: None, new: Exec) -> None:
        self.kubelet.exec(new)

    def _service_changed(self, old: Any, new: Any) -> None:
        self._queue("endpointslice", key_of(new or old))
        self._queue_garbage(old, new)
        self._queue_lost_owners(old, new)

    def _queue_garbage(self, old: Any, new: Any) -> None:
        """An owner is gone or waits for its dependents; or a dependent is gone that an owner may wait for."""
        if new is None or FOREGROUND in new.metadata.finalizers:
            obj = new or old
            self._queue("garbage", (type(obj).__name__, *key_of(obj), obj.metadata.uid))
        if new is None:
            for owner in old.metadata.owner_references:
                self._queue("garbage", (owner.kind, old.metadata.namespace, owner.name, owner.uid))

    def _queue_lost_owners(self, old: Any, new: Any) -> None:
        """An object says that it belongs to something that is not there: it is garbage from the start."""
        if new is None or (old is not None and old.metadata.owner_references is new.metadata.owner_references):
            return
        namespace = new.metadata.namespace
        for owner in new.metadata.owner_references:
            row = KINDS.get(owner.kind)
            if row is None or not row.namespaced or row.api_version != owner.api_version:
                continue
            found = self.store.get(owner.kind, owner.name, namespace)
            if found is None or found.metadata.uid != owner.uid:
                self._queue("garbage", (owner.kind, namespace, owner.name, owner.uid))

    def _slice_changed(self, old: Any, new: Any) -> None:
        slice_ = new or old
        service = slice_.metadata.labels.get(endpointslice.SERVICE_NAME)
        if service and (old is None or new is None):
            self._queue("endpointslice", (slice_.metadata.namespace, service))

    def _node_changed(self, old: Any, new: Any) -> None:
        if self._unscheduled:
            self._later_schedule(RETRY, 100)


RETRY = ("", "")
"""The scheduler's key for "try all that wait"."""

HANDLERS: dict[str, Callable[[Cluster, Any], None]] = {
    "deployment": Cluster._sync_deployment,
    "replicaset": Cluster._sync_replica_set,
    "scheduler": Cluster._schedule,
    "kubelet": Cluster._step_pod,
    "endpointslice": Cluster._sync_service,
    "garbage": Cluster._collect,
}

ROUTES: dict[str, Callable[[Cluster, Any, Any], None]] = {
    "Deployment": Cluster._deployment_changed,
    "ReplicaSet": Cluster._replica_set_changed,
    "Pod": Cluster._pod_changed,
    "Service": Cluster._service_changed,
    "EndpointSlice": Cluster._slice_changed,
    "Node": Cluster._node_changed,
    "Exec": Cluster._exec,
}


def _identity_changed(old: Any, new: Any) -> bool:
    a, b = old.metadata, new.metadata
    return a.labels != b.labels or a.owner_references != b.owner_references


def _visible(kind: str, old: Any, new: Any) -> bool:
    """Would a person at the desk see it? Bookkeeping (annotations, observed generations, counts that follow pods) is not seen."""
    if kind == "Draining":  # a person has given it; it is refused, goes on to the next node, ends
        return old is not None and (new is None or new.nodes != old.nodes or any(pod.evicted_at is None for pod in new.pods))
    if old is None or new is None:
        return kind != "EndpointSlice"
    if kind == "ReplicaSet":
        became_available = new.spec.min_ready_seconds and old.status.available_replicas != new.status.available_replicas
        return bool(became_available) or old.spec.replicas != new.spec.replicas
    if kind == "Deployment":
        return old.spec != new.spec or _reasons(old.status.conditions) != _reasons(new.status.conditions)
    if kind == "Node":
        return old.spec != new.spec or _reasons(old.status.conditions) != _reasons(new.status.conditions)
    return kind in ("Service", "PodDisruptionBudget") and old.spec != new.spec or kind in ("Machine", "Clients")


def _reasons(conditions: Iterable[Any]) -> list[tuple[str, str, str]]:
    return [(c.type, c.status, c.reason) for c in conditions]

"""What the API server and etcd keep: objects, versions, who owns whom. It decides nothing and validates nothing.

Every write that changes something gets a new resourceVersion and is noted in `changes`, for the cluster to wake whoever watches;
a write that changes nothing wakes nobody. Counts per ReplicaSet and per node are kept as pods change and are never recounted.
Sources: staging/src/k8s.io/apiserver/pkg/registry/{generic,rest}, pkg/registry/{apps,core}/*/strategy.go (v1.36).
"""

from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from simulation.engine import Engine, Millis
from simulation.events import EventLog
from simulation.objects import KINDS, Clients, Draining, Exec, Machine, ObjectMeta, OwnerReference, Pod, PodStatus, Time
from simulation.pods import deletion_cost, is_finished, ready_since

ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""Letters of generated names (apimachinery/pkg/util/rand): no vowels, nothing that looks like something else."""

Key = tuple[str, str]
"""(namespace, name); the namespace of nodes is empty."""

UUID_RANDOM = 0xFFFFFFFF_FFFF_0FFF_3FFF_FFFFFFFFFFFF
UUID_VERSION_4 = 0x00000000_0000_4000_8000_000000000000
"""Which bits of a version 4 UUID are chance, and the others (RFC 9562 section 5.4)."""

FOREGROUND = "foregroundDeletion"
"""The finalizer of an object that waits for its dependents to go first."""

KEPT_LINES = 1000

WITHOUT_GENERATION = ("Service", "Node", "Event")


class Exists(Exception):
    """409: an object of that kind and name is there already."""


class Forbidden(Exception):
    """403: admission refuses the object."""


POD_QUOTA = 25_000
"""Pods that may exist at once, ended ones too. Rollouts that never become ready could otherwise pile up replicas without end."""


Standing = tuple[str, str, Time | None, int]
"""(node, phase, ready since, deletion cost) of an active pod: all that its ReplicaSet counts or ranks it by before ages matter."""

FINISHED: Standing = ("", "finished", None, 0)
TERMINATING: Standing = ("", "terminating", None, 0)
"""The standings of pods that no longer count."""


def standing(pod: Pod) -> Standing:
    """How its ReplicaSet sees a pod."""
    status, meta = pod.status, pod.metadata
    phase = status.phase
    if phase == "Succeeded" or phase == "Failed":
        return FINISHED
    if meta.deletion_timestamp is not None:
        return TERMINATING
    return pod.spec.node_name, phase, ready_since(pod), deletion_cost(pod) if meta.annotations else 0


class Owned:
    """The pods that one object controls, and their counts as a ReplicaSet's status has them."""

    __slots__ = ("active", "alike", "by_node", "labels", "odd", "pods", "ready", "since", "standings", "terminating")

    def __init__(self) -> None:
        self.pods: dict[Key, Pod] = {}
        """In order of creation, or of adoption."""
        self.standings: dict[Key, Standing] = {}
        self.alike: dict[tuple[str, str, bool, int], dict[Key, bool]] = {}
        """The active pods by (node, phase, ready, deletion cost): which of them goes first, ages alone decide."""
        self.active = 0
        self.ready = 0
        self.terminating = 0
        self.since: dict[Time, int] = {}
        """How many active ready pods turned ready in which second: what minReadySeconds needs."""
        self.by_node: dict[str, int] = {}
        self.labels: dict[str, str] | None = None
        self.odd: dict[Key, Pod] = {}
        """Pods whose labels differ from those of the first pod seen, the only ones a selector could treat differently."""

    def put(self, key: Key, pod: Pod) -> None:
        """Take a pod in, or its new state."""
        self.pods[key] = pod
        if self.labels is None:
            self.labels = pod.metadata.labels
        if pod.metadata.labels is self.labels or pod.metadata.labels == self.labels:
            self.odd.pop(key, None)
        else:
            self.odd[key] = pod
        before, now = self.standings.get(key), standing(pod)
        if now != before:
            self.standings[key] = now
            if before is not None:
                self._count(key, before, -1)
            self._count(key, now, 1)

    def drop(self, key: Key) -> None:
        """Forget a pod."""
        del self.pods[key]
        self.odd.pop(key, None)
        self._count(key, self.standings.pop(key), -1)

    def _count(self, key: Key, standing: Standing, by: int) -> None:
        """Add (by=1) or take away (by=-1) one pod."""
        if standing is FINISHED:
            return
        if standing is TERMINATING:
            self.terminating += by
            return
        node, phase, since, cost = standing
        group = (node, phase, since is not None, cost)
        if by > 0:
            alike = self.alike.get(group)
            if alike is None:
                alike = self.alike[group] = {}
            alike[key] = True
        else:
            del self.alike[group][key]
            if not self.alike[group]:
                del self.alike[group]
        self.active += by
        self.by_node[node] = self.by_node.get(node, 0) + by
        if since is not None:
            self.ready += by
            self.since[since] = self.since.get(since, 0) + by
            if not self.since[since]:
                del self.since[since]

    def misfits(self, fits: Callable[[dict[str, str]], bool]) -> list[Pod]:
        """The pods whose labels do not fit; where the common labels do, only the odd ones need a look."""
        suspects = self.odd if self.labels is None or fits(self.labels) else self.pods
        return [pod for pod in suspects.values() if not fits(pod.metadata.labels)]

    def available(self, min_ready_seconds: int, now: Millis) -> int:
        """Active pods ready for at least `min_ready_seconds` (api/v1/pod/util.go IsPodAvailable)."""
        if not min_ready_seconds:
            return self.ready
        return sum(n for since, n in self.since.items() if (since + min_ready_seconds) * 1000 <= now)

    def copy(self) -> "Owned":
        twin = Owned.__new__(Owned)
        twin.pods, twin.standings, twin.odd, twin.labels = self.pods.copy(), self.standings.copy(), self.odd.copy(), self.labels
        twin.alike = {group: keys.copy() for group, keys in self.alike.items()}
        twin.active, twin.ready, twin.terminating = self.active, self.ready, self.terminating
        twin.since, twin.by_node = self.since.copy(), self.by_node.copy()
        return twin


def key_of(obj: Any) -> Key:
    """(namespace, name) of an object."""
    return obj.metadata.namespace, obj.metadata.name


def controller_of(obj: Any) -> OwnerReference | None:
    """The owner that manages this object, if any (apimachinery metav1.GetControllerOf)."""
    for owner in obj.metadata.owner_references:
        if owner.controller:
            return owner
    return None


NOBODY = Owned()
"""Stands for the pods of an owner that has none; never written to."""


class Store:
    __slots__ = (
        "_addresses",
        "_objects",
        "_owned",
        "changes",
        "clients",
        "drains",
        "engine",
        "events",
        "loose",
        "machines",
        "on_node",
        "open_nodes",
        "running_on",
        "pod_quota",
        "printed",
        "revision",
        "unwell",
    )

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.revision = 0
        self.events = EventLog()
        self.changes: list[tuple[str, Any, Any]] = []
        """(kind, before, after) of each write since the cluster last looked; None before creation and after removal."""
        self._objects: dict[str, dict[Key, Any]] = {kind: {} for kind in KINDS if kind != "Event"}
        self._owned: dict[str, Owned] = {}
        self.loose: dict[Key, Pod] = {}
        """Pods that nobody controls."""
        self.on_node: dict[str, dict[Key, Pod]] = {}
        """Pods bound to each node, finished ones too."""
        self.running_on: dict[str, int] = {}
        """How many of them are not finished."""
        self.open_nodes: dict[str, int] = {}
        """How many pods each node takes that has no taint and is not cordoned."""
        self._addresses = 0
        self.pod_quota = POD_QUOTA
        self.machines: dict[str, Machine] = {}
        """By name: what stands behind the nodes, whether or not the API knows of it."""
        self.clients: dict[Key, Clients] = {}
        """Who sends requests, by the Service they send to."""
        self.drains: dict[int, Draining] = {}
        """Each `kubectl drain` that still runs, by the revision at which it began."""
        self.unwell: dict[tuple[str, int], bool] = {}
        """(uid, container) of those in which somebody removed /tmp/healthy: they answer no probe well until they start again."""
        self.printed: list[tuple[Millis, int, str]] = []
        """What drains that run on have printed since they were given: when, which drain, the line in the person's terminal."""

    # --- reading

    @property
    def now(self) -> Millis:
        return self.engine.now

    @property
    def seconds(self) -> Time:
        """The clock as API timestamps have it: whole seconds, cut."""
        return self.engine.now // 1000

    def get(self, kind: str, name: str, namespace: str = "default") -> Any | None:
        """One object, or None. Events are found by `events`."""
        return self._objects[kind].get((namespace, name))

    def list(self, kind: str, namespace: str | None = None) -> list[Any]:
        """All objects of a kind in order of creation, of one namespace if given."""
        if kind == "Event":
            return self.events.list(namespace)
        objects = self._objects[kind].values()
        return list(objects) if namespace is None else [o for o in objects if o.metadata.namespace == namespace]

    def count(self, kind: str) -> int:
        """How many objects of a kind there are."""
        return len(self._objects[kind])

    def owned(self, uid: str) -> Owned:
        """The pods that the object with this uid controls."""
        return self._owned.get(uid, NOBODY)

    def dependents(self, uid: str) -> Iterator[tuple[str, Any]]:
        """(kind, object) of everything that names this uid as an owner; pods that have a controller only by that."""
        yield from (("Pod", pod) for pod in list(self.owned(uid).pods.values()))
        for pod in list(self.loose.values()):
            if any(owner.uid == uid for owner in pod.metadata.owner_references):
                yield "Pod", pod
        for kind in ("ReplicaSet", "EndpointSlice", "Deployment", "Service", "PodDisruptionBudget"):
            for obj in self.list(kind):
                if any(owner.uid == uid for owner in obj.metadata.owner_references):
                    yield kind, obj

    # --- writing

    def create(self, obj: Any) -> Any:
        """Store a new object with the API server's stamps and return it. Raises Exists, Forbidden."""
        kind = type(obj).__name__
        meta = obj.metadata
        name = meta.name or self._generated_name(kind, meta)
        key = (meta.namespace, name)
        if key in self._objects[kind]:
            raise Exists(f'{KINDS[kind].resource} "{name}" already exists')
        if kind == "Pod":
            self._check_quota(name)
        meta = replace(
            meta,
            name=name,
            uid=self.new_uid(),
            resource_version=self._next_version(),
            creation_timestamp=self.seconds,
            generation=0 if kind in WITHOUT_GENERATION else 1,
        )
        return self._put(kind, None, replace(obj, metadata=meta))

    def update(self, obj: Any) -> Any:
        """Replace an object; the generation grows when the API server would bump it (pkg/registry/apps/*/strategy.go)."""
        return self._write(obj, True)

    def update_status(self, obj: Any) -> Any:
        """Replace an object without a new generation: the /status and /binding subresources."""
        return self._write(obj, False)

    def put_status(self, pod: Pod, status: PodStatus) -> None:
        """Give a pod that was just read a new status: `update_status` for the kubelet, who writes most."""
        if status == pod.status:
            return
        self.revision += 1
        meta = replace(pod.metadata, resource_version=str(self.revision))
        self._put("Pod", pod, Pod(meta, pod.spec, status))

    def delete(
        self,
        kind: str,
        name: str,
        namespace: str = "default",
        grace_period_seconds: int | None = None,
        propagation: str = "Background",
    ) -> Any | None:
        """Remove an object, or for a bound pod begin its graceful end. Returns the object as it was left, None if it was not there.

        With propagation Orphan its dependents lose their reference to it first; what Background leaves behind is the garbage
        collector's. Source: pkg/registry/core/pod/strategy.go CheckGracefulDelete, apiserver/pkg/registry/rest/delete.go.
        """
        obj = self.get(kind, name, namespace)
        if obj is None:
            return None
        if kind == "Pod":
            return self._delete_pod(obj, grace_period_seconds)
        if propagation == "Foreground" and any(True for _ in self.dependents(obj.metadata.uid)):
            return self._delete_in_foreground(kind, obj)
        if propagation == "Orphan":
            self._orphan(obj.metadata.uid)
        return self._end(kind, obj)

    def remove(self, kind: str, obj: Any) -> None:
        """Take an object away whose dependents are gone, unless somebody else's finalizer holds it."""
        left = tuple(name for name in obj.metadata.finalizers if name != FOREGROUND)
        if left:
            self.update_status(replace(obj, metadata=replace(obj.metadata, finalizers=left)))
        else:
            self._put(kind, obj, None)

    def event(self, obj: Any, type: str, reason: str, message: str, component: str, host: str = "", field_path: str = "") -> None:
        """Record an Event about `obj` through the correlator of client-go/tools/record."""
        self.events.record(self.now, obj, type, reason, message, component, host, field_path, self)

    # --- what is no API object

    def set_machine(self, machine: Machine) -> None:
        """Note that a machine was set up, cut off or came back."""
        old = self.machines.get(machine.name)
        if machine != old:
            self.machines[machine.name] = machine
            self.changes.append(("Machine", old, machine))

    def set_clients(self, clients: Clients) -> None:
        """Note who sends requests to a Service from now on."""
        key = clients.namespace, clients.service
        old = self.clients.get(key)
        if clients != old:
            self.clients[key] = clients
            self.changes.append(("Clients", old, clients))

    def set_drain(self, number: int, draining: Draining | None) -> None:
        """Note where a drain has got to; None ends it."""
        old = self.drains.get(number)
        if draining is None:
            del self.drains[number]
        else:
            self.drains[number] = draining
        if old is None or draining is None or (draining.nodes, draining.tried) != (old.nodes, old.tried):
            self.changes.append(("Draining", old, draining))

    def exec(self, pod: Pod, container: int, did: str) -> None:
        """Note that something was done inside a container: see objects.Exec."""
        uid = pod.metadata.uid
        if did == "rm":
            self.unwell[uid, container] = True
        elif did == "touch":
            self.unwell.pop((uid, container), None)
        self.changes.append(("Exec", None, Exec(*key_of(pod), uid, container, did)))

    def say(self, drain: int, line: str) -> None:
        """Print a line to the terminal of whoever gave that drain."""
        self.printed.append((self.now, drain, line))
        del self.printed[:-KEPT_LINES]

    # --- identity

    def new_uid(self) -> str:
        """A version 4 UUID from the engine's chance."""
        digits = f"{self.engine.random.getrandbits(128) & UUID_RANDOM | UUID_VERSION_4:032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def suffix(self, length: int = 5) -> str:
        """Random letters as generateName appends them (apiserver/pkg/storage/names/generate.go)."""
        chance = self.engine.random.random
        return "".join([ALPHABET[int(chance() * 27)] for _ in range(length)])

    def new_ip(self, prefix: str = "10.244") -> str:
        """The next address of a /16."""
        self._addresses += 1
        return f"{prefix}.{self._addresses // 254 % 256}.{self._addresses % 254 + 1}"

    def copy(self, engine: Engine) -> "Store":
        """The same store on another engine; objects are shared, they never change. O(objects)."""
        twin = Store.__new__(Store)
        twin.engine = engine
        twin.revision, twin._addresses, twin.pod_quota = self.revision, self._addresses, self.pod_quota
        twin.changes = self.changes.copy()
        twin.events = self.events.copy()
        twin._objects = {kind: objects.copy() for kind, objects in self._objects.items()}
        twin._owned = {uid: owned.copy() for uid, owned in self._owned.items()}
        twin.loose = self.loose.copy()
        twin.running_on = self.running_on.copy()
        twin.open_nodes = self.open_nodes.copy()
        twin.on_node = {node: pods.copy() for node, pods in self.on_node.items()}
        twin.clients = self.clients.copy()
        twin.machines, twin.drains, twin.printed = self.machines.copy(), self.drains.copy(), self.printed.copy()
        twin.unwell = self.unwell.copy()
        return twin

    # --- below the API

    def _generated_name(self, kind: str, meta: ObjectMeta) -> str:
        while True:
            name = meta.generate_name[:58] + self.suffix()
            if (meta.namespace, name) not in self._objects[kind]:
                return name

    def _check_quota(self, name: str) -> None:
        """The quota on the number of objects (apiserver/pkg/admission/plugin/resourcequota)."""
        used, most = len(self._objects["Pod"]), self.pod_quota
        if used >= most:
            counts = f"requested: count/pods=1, used: count/pods={used}, limited: count/pods={most}"
            raise Forbidden(f'pods "{name}" is forbidden: exceeded quota: desk, {counts}')

    def _next_version(self) -> str:
        self.revision += 1
        return str(self.revision)

    def _write(self, obj: Any, counted: bool) -> Any:
        """`counted`: a change of the spec is a new generation."""
        kind, meta = type(obj).__name__, obj.metadata
        key = (meta.namespace, meta.name)
        old = self._objects[kind][key]
        if old is obj or old == obj:
            return old
        generation = old.metadata.generation
        if counted and self._bumps_generation(old, obj):
            generation += 1
        if old.metadata.finalizers and not meta.finalizers and _only_held(kind, old):
            return self._put(kind, old, None)
        self.revision += 1
        meta = replace(meta, resource_version=str(self.revision), generation=generation)
        return self._put(kind, old, replace(obj, metadata=meta))

    def _end(self, kind: str, obj: Any) -> Any:
        """Take an object away; one that a finalizer holds is marked, and goes when nobody holds it any more."""
        meta = obj.metadata
        if not meta.finalizers:
            return self._put(kind, obj, None)
        if _only_held(kind, obj):
            return obj
        first = meta.deletion_timestamp is None
        meta = replace(
            meta,
            deletion_timestamp=self.seconds if first else meta.deletion_timestamp,
            deletion_grace_period_seconds=0,
            generation=meta.generation + (1 if first and kind not in WITHOUT_GENERATION else 0),
            resource_version=self._next_version(),
        )
        return self._put(kind, obj, replace(obj, metadata=meta))

    @staticmethod
    def _bumps_generation(old: Any, new: Any) -> bool:
        kind = type(new).__name__
        if kind in WITHOUT_GENERATION:
            return False
        if kind == "EndpointSlice":
            return True
        if old.spec is not new.spec and old.spec != new.spec:
            return True
        return kind == "Deployment" and old.metadata.annotations != new.metadata.annotations

    def _put(self, kind: str, old: Any, new: Any) -> Any:
        key = key_of(old if new is None else new)
        if new is None:
            del self._objects[kind][key]
            self.revision += 1
        else:
            self._objects[kind][key] = new
        if kind == "Pod":
            self._index(key, old, new)
        elif kind == "Node":
            self._index_node(old, new)
        self.changes.append((kind, old, new))
        return new if new is not None else old

    def _index_node(self, old: Any, new: Any) -> None:
        if new is None:
            self.open_nodes.pop(old.metadata.name, None)
        elif new.spec.taints or new.spec.unschedulable:
            self.open_nodes.pop(new.metadata.name, None)
        else:
            self.open_nodes[new.metadata.name] = int(new.status.allocatable.get("pods", "110"))

    def _index(self, key: Key, old: Pod | None, new: Pod | None) -> None:
        owner, was = new and controller_of(new), old and controller_of(old)
        if was is not None and (owner is None or owner.uid != was.uid):
            self._owned[was.uid].drop(key)
            if not self._owned[was.uid].pods:
                del self._owned[was.uid]
        elif old is not None and was is None and (new is None or owner is not None):
            del self.loose[key]
        if new is not None:
            if owner is None:
                self.loose[key] = new
            else:
                owned = self._owned.get(owner.uid)
                if owned is None:
                    owned = self._owned[owner.uid] = Owned()
                owned.put(key, new)
        node, left = new.spec.node_name if new is not None else "", old.spec.node_name if old is not None else ""
        if left:
            if not is_finished(old):
                self.running_on[left] -= 1
            if left != node:
                del self.on_node[left][key]
        if node:
            if not is_finished(new):
                self.running_on[node] = self.running_on.get(node, 0) + 1
            there = self.on_node.get(node)
            if there is None:
                there = self.on_node[node] = {}
            there[key] = new

    def _delete_pod(self, pod: Pod, grace: int | None) -> Pod:
        if grace is None:
            grace = pod.spec.termination_grace_period_seconds
            grace = 30 if grace is None else grace
        if grace < 0:
            grace = 1
        if not pod.spec.node_name or is_finished(pod):
            grace = 0
        if grace == 0:
            return self._end("Pod", pod)
        meta = pod.metadata
        until = self.seconds + grace
        if meta.deletion_timestamp is not None and until >= meta.deletion_timestamp:
            return pod
        generation = meta.generation if meta.deletion_timestamp is not None else meta.generation + 1
        meta = replace(
            meta,
            deletion_timestamp=until,
            deletion_grace_period_seconds=grace,
            generation=generation,
            resource_version=self._next_version(),
        )
        return self._put("Pod", pod, replace(pod, metadata=meta))

    def _delete_in_foreground(self, kind: str, obj: Any) -> Any:
        """Mark it: the garbage collector removes it when its dependents are gone."""
        meta = obj.metadata
        if meta.deletion_timestamp is not None:
            return obj
        generation = meta.generation + (0 if kind in WITHOUT_GENERATION else 1)
        meta = replace(
            meta,
            deletion_timestamp=self.seconds,
            deletion_grace_period_seconds=0,
            finalizers=(*meta.finalizers, FOREGROUND),
            generation=generation,
            resource_version=self._next_version(),
        )
        return self._put(kind, obj, replace(obj, metadata=meta))

    def _orphan(self, uid: str) -> None:
        for _, obj in list(self.dependents(uid)):
            left = tuple(owner for owner in obj.metadata.owner_references if owner.uid != uid)
            self.update_status(replace(obj, metadata=replace(obj.metadata, owner_references=left)))


def _only_held(kind: str, obj: Any) -> bool:
    """Whether nothing but its finalizers keeps an object from going."""
    meta = obj.metadata
    return meta.deletion_timestamp is not None and not (kind == "Pod" and meta.deletion_grace_period_seconds)

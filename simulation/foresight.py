"""What an act would do at once, seen before it is done: on a copy of the cluster, the controllers that go by labels look right after it.

The ReplicaSets' and the Services' own controllers adopt, release, make, delete and list endpoints there, until none of them has anything
left to do and before anybody else does anything; here it is only counted. A second copy without the act tells what was due anyway.
"""

from typing import Any, NamedTuple

from simulation.api.selectors import Selector, from_object
from simulation.cluster import Cluster
from simulation.controllers.deployment.util import replicas_of
from simulation.controllers.endpointslice import SERVICE_NAME, sync_service
from simulation.controllers.replicaset import sync_replica_set
from simulation.objects import LabelSelector, ObjectReference, Pod, ReplicaSet, Service
from simulation.pods import is_active
from simulation.proxy import reachable
from simulation.store import Store, controller_of, key_of
from simulation.traffic import capacity

LOOKS = 5
"""One set releases a pod, another adopts it and deletes one too many, a Service sees it; then they have nothing left to do."""

Change = tuple[str, Any, Any]
"""(kind, before, after) of a write."""


class Ahead(NamedTuple):
    """The same moment with the act and without: what stands then, and what the controllers wrote."""

    said: str
    """What kubectl prints."""
    after: Store
    changes: tuple[Change, ...]
    without: Store
    changes_without: tuple[Change, ...]


class Count(NamedTuple):
    """A ReplicaSet that would count otherwise: `pods` is what it finds, then it makes or deletes what it is short of or over."""

    replicaset: ReplicaSet
    pods: int
    wanted: int
    made: int
    deleted: tuple[str, ...]


def ahead(cluster: Cluster, command: Any) -> Ahead:
    """Raises StatusError if the act is refused; None is no act. The cluster is not touched."""
    twin, other = cluster.copy(), cluster.copy()
    said = twin.do(command) if command is not None else ""
    return Ahead(said, twin.store, _look(twin), other.store, _look(other))


def _look(cluster: Cluster) -> tuple[Change, ...]:
    """Let them act as they would within the next milliseconds, at this one."""
    store, found = cluster.store, []
    for _ in range(LOOKS):
        for rs in store.list("ReplicaSet"):
            sync_replica_set(store, cluster.ledger, key_of(rs))
        for service in store.list("Service"):
            sync_service(store, key_of(service))
        if not store.changes:
            break
        found += store.changes
        store.changes.clear()
    return tuple(found)


def counts(seen: Ahead) -> tuple[Count, ...]:
    """The ReplicaSets whose pods would not be the same, in order of creation."""
    found = []
    for rs in seen.after.list("ReplicaSet"):
        uid = rs.metadata.uid
        made = max(_made(seen.changes, uid) - _made(seen.changes_without, uid), 0)
        deleted = _deleted(seen.changes, uid)
        pods = seen.after.owned(uid).active - _made(seen.changes, uid) + len(deleted)
        kept = _deleted(seen.changes_without, uid)
        deleted = [name for name in deleted if name not in kept]
        if made or deleted or seen.after.owned(uid).active != seen.without.owned(uid).active:
            found.append(Count(rs, pods, replicas_of(rs), made, tuple(deleted)))
    return tuple(found)


class Asker(NamedTuple):
    """What picks pods by their labels."""

    kind: str
    name: str
    uid: str
    selector: Selector

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(requirement.key for requirement in self.selector.requirements)


def askers(store: Store, namespace: str = "default") -> tuple[Asker, ...]:
    """Every Service and ReplicaSet that asks for something, Services first."""
    found = [(service, LabelSelector(service.spec.selector)) for service in store.list("Service", namespace) if service.spec.selector]
    found += [(rs, rs.spec.selector) for rs in store.list("ReplicaSet", namespace)]
    return tuple(Asker(type(obj).__name__, obj.metadata.name, obj.metadata.uid, from_object(selector)) for obj, selector in found)


def answering(store: Store, service: Service) -> dict[str, str]:
    """Pods that the Service's slices say are ready, each with the uid of its controller, "" without one."""
    found = {}
    for slice_ in store.list("EndpointSlice", service.metadata.namespace):
        if slice_.metadata.labels.get(SERVICE_NAME) != service.metadata.name:
            continue
        for endpoint in slice_.endpoints or ():
            about = endpoint.target_ref
            if endpoint.conditions.ready and about is not None:
                pod = store.get("Pod", about.name, about.namespace)
                found[about.name] = owner_uid(pod) if pod is not None else ""
    return found


class Load(NamedTuple):
    """What clients would send to a Service's pods, and what those can do; all per second."""

    rate: int
    pods: int
    """Who would be sent to."""
    serve: float
    lost: int
    """What is more than the pods that get it can answer, once their queues are full."""


def load(cluster: Cluster, store: Store, service: Service) -> Load | None:
    """With this store's endpoints and the cluster's clients; None without clients, or if each of them stays with one pod."""
    flow = cluster.traffic.flows.get(key_of(service))
    if flow is None or not flow.clients.rate or service.spec.session_affinity == "ClientIP":
        return None
    rate, found = flow.clients.rate, [store.get("Pod", about.name, about.namespace) for about in sent_to(store, service)]
    able = [capacity(cluster.images.lookup(pod.spec.containers[0].image)) for pod in found if pod is not None]
    if not able:
        return Load(rate, 0, 0.0, rate)
    return Load(rate, len(able), sum(able), round(sum(max(rate / len(able) - one, 0.0) for one in able)))


def sent_to(store: Store, service: Service) -> list[ObjectReference]:
    """The pods among which kube-proxy would choose: the ready ones, or if there are none those that end and still serve."""
    name = service.metadata.name
    slices = [s for s in store.list("EndpointSlice", service.metadata.namespace) if s.metadata.labels.get(SERVICE_NAME) == name]
    found = reachable(endpoint for slice_ in slices for endpoint in slice_.endpoints or ())
    return [endpoint.target_ref for endpoint in found if endpoint.target_ref is not None]


def matching(store: Store, service: Service) -> list[Pod]:
    """Pods whose labels the Service asks for, ready or not, that have neither ended nor been told to."""
    needed = service.spec.selector.items()
    if not needed:
        return []
    return [pod for pod in store.list("Pod", service.metadata.namespace) if needed <= pod.metadata.labels.items() and is_active(pod)]


def owner_uid(pod: Pod) -> str:
    owner = controller_of(pod)
    return owner.uid if owner is not None else ""


def _made(changes: tuple[Change, ...], uid: str) -> int:
    return sum(kind == "Pod" and old is None and owner_uid(new) == uid for kind, old, new in changes)


def _deleted(changes: tuple[Change, ...], uid: str) -> list[str]:
    """The set's pods that were told to end, or that went at once."""
    found = []
    for kind, old, new in changes:
        mine = kind == "Pod" and old is not None and is_active(old) and owner_uid(old) == uid
        if mine and (new is None or new.metadata.deletion_timestamp is not None):
            found.append(old.metadata.name)
    return found

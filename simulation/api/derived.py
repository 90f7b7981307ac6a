"""Kinds that the API serves and nothing stores: the namespace a desk lives in, the Endpoints of each Service, each node's Lease, a Scale.

Models pkg/controller/endpoint and pkg/controller/endpointslicemirroring only as far as what stands in them (v1.36).
"""

from typing import Any

from simulation.api.selectors import from_object
from simulation.objects import Endpoint, EndpointSlice, ObjectMeta, ObjectReference, Record, Time
from simulation.store import Store

NAMESPACE = "default"
MANAGED_BY = "endpoints.kubernetes.io/managed-by"
SLICE_SERVICE = "kubernetes.io/service-name"
TRIGGERED = "endpoints.kubernetes.io/last-change-trigger-time"
DEPRECATED = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
LEASE_NAMESPACE = "kube-node-lease"


class Namespace(Record):
    metadata: ObjectMeta = ObjectMeta()


class Endpoints(Record):
    metadata: ObjectMeta = ObjectMeta()
    subsets: tuple[dict[str, Any], ...] = ()


class LeaseSpec(Record):
    holder_identity: str = ""
    lease_duration_seconds: int = 40
    acquire_time: Time | None = None
    renew_time: Time | None = None


class Lease(Record):
    metadata: ObjectMeta = ObjectMeta()
    spec: LeaseSpec = LeaseSpec()


class Scale(Record):
    metadata: ObjectMeta = ObjectMeta()
    spec: dict[str, Any] = {}
    status: dict[str, Any] = {}


def derived(store: Store, kind: str) -> list[Any]:
    """All objects of a derived kind, by name."""
    if kind == "Namespace":
        return [_namespace()]
    if kind == "Lease":
        return [_lease(node) for node in sorted(store.list("Node"), key=_name)]
    slices = store.list("EndpointSlice")
    return [_endpoints(service, slices) for service in sorted(store.list("Service"), key=_name) if service.spec.selector]


def scale_of(obj: Any) -> Scale:
    """The scale subresource of a Deployment or a ReplicaSet (pkg/registry/apps/*/storage scaleFrom*)."""
    meta = obj.metadata
    stamped = ObjectMeta(
        name=meta.name,
        namespace=meta.namespace,
        uid=meta.uid,
        resource_version=meta.resource_version,
        creation_timestamp=meta.creation_timestamp,
    )
    replicas = obj.spec.replicas or 0
    selector = str(from_object(obj.spec.selector))
    return Scale(stamped, {"replicas": replicas} if replicas else {}, {"replicas": obj.status.replicas, "selector": selector})


def _name(obj: Any) -> str:
    return obj.metadata.name


def _namespace() -> Namespace:
    labels = {"kubernetes.io/metadata.name": NAMESPACE}
    uid = "00000000-0000-4000-8000-000000000001"
    return Namespace(ObjectMeta(name=NAMESPACE, uid=uid, resource_version="1", creation_timestamp=0, labels=labels))


def _lease(node: Any) -> Lease:
    """Renewed at the node's last heartbeat."""
    meta = node.metadata
    beats = [condition.last_heartbeat_time for condition in node.status.conditions if condition.type == "Ready"]
    spec = LeaseSpec(meta.name, acquire_time=meta.creation_timestamp, renew_time=beats[0] if beats else None)
    stamped = ObjectMeta(
        name=meta.name,
        namespace=LEASE_NAMESPACE,
        uid=meta.uid,
        resource_version=meta.resource_version,
        creation_timestamp=meta.creation_timestamp,
    )
    return Lease(stamped, spec)


def _endpoints(service: Any, slices: list[EndpointSlice]) -> Endpoints:
    meta = service.metadata
    mine = [s for s in slices if s.metadata.labels.get(SLICE_SERVICE) == meta.name and s.metadata.namespace == meta.namespace]
    version = max((s.metadata.resource_version for s in mine), key=int, default=meta.resource_version)
    triggered = next((s.metadata.annotations[TRIGGERED] for s in mine if TRIGGERED in s.metadata.annotations), "")
    stamped = ObjectMeta(
        name=meta.name,
        namespace=meta.namespace,
        uid=meta.uid,
        resource_version=version,
        creation_timestamp=meta.creation_timestamp,
        labels=meta.labels | {MANAGED_BY: "endpoint-controller"},
        annotations={TRIGGERED: triggered} if triggered else {},
    )
    return Endpoints(stamped, tuple(subset for s in mine if (subset := _subset(s))))


def _subset(slice_: EndpointSlice) -> dict[str, Any]:
    """Ready and not ready addresses; pods that end are in neither."""
    there = sorted(
        (e for e in slice_.endpoints or () if not e.conditions.terminating), key=lambda e: [int(n) for n in e.addresses[0].split(".")]
    )
    ready, waiting = [e for e in there if e.conditions.ready], [e for e in there if not e.conditions.ready]
    ports = [{"port": p.port, "protocol": p.protocol} | ({"name": p.name} if p.name else {}) for p in slice_.ports or ()]
    out: dict[str, Any] = {}
    if ready:
        out["addresses"] = [_address(e) for e in ready]
    if waiting:
        out["notReadyAddresses"] = [_address(e) for e in waiting]
    return out | {"ports": ports} if out else out


def _address(endpoint: Endpoint) -> dict[str, Any]:
    out: dict[str, Any] = {"ip": endpoint.addresses[0]}
    if endpoint.node_name:
        out["nodeName"] = endpoint.node_name
    if endpoint.target_ref is not None:
        out["targetRef"] = _reference(endpoint.target_ref)
    return out


def _reference(ref: ObjectReference) -> dict[str, str]:
    return {"kind": ref.kind, "name": ref.name, "namespace": ref.namespace, "uid": ref.uid}

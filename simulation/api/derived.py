"""Kinds that the API serves and nothing stores: the namespace a desk lives in, and the Endpoints of each Service, read off its slices."""

from typing import Any

from simulation.api.duration import age
from simulation.api.wire import to_json
from simulation.api.writes import NAMESPACE
from simulation.objects import Endpoint, EndpointSlice, Kind, ObjectMeta, ObjectReference, Record, Time
from simulation.store import Store

LISTED = 3
"""How many addresses a row of Endpoints names before "more"."""
MANAGED_BY = "endpoints.kubernetes.io/managed-by"
SLICE_SERVICE = "kubernetes.io/service-name"
TRIGGERED = "endpoints.kubernetes.io/last-change-trigger-time"
DEPRECATED = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"


class Namespace(Record):
    metadata: ObjectMeta = ObjectMeta()


class Endpoints(Record):
    metadata: ObjectMeta = ObjectMeta()
    slices: tuple[EndpointSlice, ...] = ()


DERIVED = {
    "Namespace": Kind(cls=Namespace, api_version="v1", plural="namespaces", singular="namespace", short=("ns",), namespaced=False),
    "Endpoints": Kind(cls=Endpoints, api_version="v1", plural="endpoints", singular="endpoints", short=("ep",)),
}


def derived(store: Store, kind: str) -> list[Any]:
    """All objects of a derived kind, by name."""
    if kind == "Namespace":
        labels = {"kubernetes.io/metadata.name": NAMESPACE}
        uid = "00000000-0000-4000-8000-000000000001"
        return [Namespace(ObjectMeta(name=NAMESPACE, uid=uid, resource_version="1", creation_timestamp=0, labels=labels))]
    slices = store.list("EndpointSlice")
    services = sorted(store.list("Service"), key=lambda service: service.metadata.name)
    return [_endpoints(service, slices) for service in services if service.spec.selector]


def _endpoints(service: Any, slices: list[EndpointSlice]) -> Endpoints:
    meta = service.metadata
    mine = tuple(s for s in slices if s.metadata.labels.get(SLICE_SERVICE) == meta.name)
    version = max((s.metadata.resource_version for s in mine), key=int, default=meta.resource_version)
    triggered = next((s.metadata.annotations[TRIGGERED] for s in mine if TRIGGERED in s.metadata.annotations), "")
    return Endpoints(
        ObjectMeta(
            name=meta.name,
            namespace=meta.namespace,
            uid=meta.uid,
            resource_version=version,
            creation_timestamp=meta.creation_timestamp,
            labels=meta.labels | {MANAGED_BY: "endpoint-controller"},
            annotations={TRIGGERED: triggered} if triggered else {},
        ),
        mine,
    )


def derived_json(obj: Any) -> dict[str, Any]:
    """As the API answers it."""
    meta = to_json(EndpointSlice(obj.metadata))["metadata"]
    if isinstance(obj, Namespace):
        bare = {"kind": "Namespace", "apiVersion": "v1", "metadata": meta}
        return bare | {"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}
    body = {"kind": "Endpoints", "apiVersion": "v1", "metadata": meta}
    subsets = [subset for s in obj.slices if (subset := _subset(s))]
    return body | {"subsets": subsets} if subsets else body


def _subset(slice_: EndpointSlice) -> dict[str, Any]:
    ready, waiting = ready_and_not(slice_)
    ports = [{"port": p.port, "protocol": p.protocol} | ({"name": p.name} if p.name else {}) for p in slice_.ports or ()]
    out: dict[str, Any] = {}
    if ready:
        out["addresses"] = [_address(e) for e in ready]
    if waiting:
        out["notReadyAddresses"] = [_address(e) for e in waiting]
    return out | {"ports": ports} if out else out


def ready_and_not(slice_: EndpointSlice) -> tuple[list[Endpoint], list[Endpoint]]:
    """By address; pods that end are in neither, as the Endpoints controller has it."""
    there = [endpoint for endpoint in slice_.endpoints or () if not endpoint.conditions.terminating]
    there.sort(key=lambda endpoint: [int(part) for part in endpoint.addresses[0].split(".")])
    return [e for e in there if e.conditions.ready], [e for e in there if not e.conditions.ready]


def _address(endpoint: Endpoint) -> dict[str, Any]:
    out: dict[str, Any] = {"ip": endpoint.addresses[0]}
    if endpoint.node_name:
        out["nodeName"] = endpoint.node_name
    if endpoint.target_ref is not None:
        out["targetRef"] = _reference(endpoint.target_ref)
    return out


def _reference(ref: ObjectReference) -> dict[str, str]:
    return {"kind": ref.kind, "name": ref.name, "namespace": ref.namespace, "uid": ref.uid}


def derived_row(obj: Any, now: Time) -> list[str | int]:
    """The cells of `kubectl get`."""
    born = age(obj.metadata.creation_timestamp, now)
    if isinstance(obj, Namespace):
        return [obj.metadata.name, "Active", born]
    listed = [f"{e.addresses[0]}:{p.port}" for s in obj.slices for p in s.ports or () for e in ready_and_not(s)[0]]
    shown = ",".join(listed[:LISTED]) + (f" + {len(listed) - LISTED} more..." if len(listed) > LISTED else "")
    return [obj.metadata.name, shown or "<none>", born]

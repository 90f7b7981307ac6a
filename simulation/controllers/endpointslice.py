"""Who may receive traffic: every pod that a Service's selector matches, ready or not, in slices of at most 100.

Models staging/src/k8s.io/endpointslice (v1.36): an endpoint is ready if its pod is Ready and not ending; ending pods stay, marked.
"""

from msgspec.structs import replace

from simulation.engine import FAILED
from simulation.nodes import ZONE
from simulation.objects import (
    Endpoint,
    EndpointConditions,
    EndpointPort,
    EndpointSlice,
    ObjectMeta,
    ObjectReference,
    OwnerReference,
    Pod,
    Service,
    ServicePort,
)
from simulation.pods import is_finished, is_ready
from simulation.store import Key, Store

SERVICE_NAME = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
MANAGER = "endpointslice-controller.k8s.io"
COMPONENT = "endpoint-slice-controller"
MAX_ENDPOINTS = 100

Ports = tuple[EndpointPort, ...]


def sync_service(store: Store, key: Key) -> int | None:
    """Bring the slices of one Service to what its selector matches now. Returns None, or FAILED if a pod had to be left out."""
    namespace, name = key
    service = store.get("Service", name, namespace)
    slices = [s for s in store.list("EndpointSlice", namespace) if _belongs(s, name)]
    if service is None or not service.spec.selector or service.spec.type == "ExternalName":
        return None
    wanted, errors = _wanted(store, service)
    unwanted = [slice_ for slice_ in slices if (slice_.ports or ()) not in wanted]
    new: list[tuple[Ports, list[Endpoint]]] = []
    for ports, endpoints in wanted.items():
        emptied, further = _reconcile(store, [s for s in slices if (s.ports or ()) == ports], endpoints)
        unwanted += emptied
        new += [(ports, each) for each in further]
    if not new and len(unwanted) == len(slices):
        new.append(((), []))
    _finish(store, service, new, unwanted)
    if errors:
        said = errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]"
        message = f"Error updating Endpoint Slices for Service {namespace}/{name}: {said}"
        store.event(service, "Warning", "FailedToUpdateEndpointSlices", message, COMPONENT)
    return FAILED if errors else None


def _wanted(store: Store, service: Service) -> tuple[dict[Ports, dict[str, Endpoint]], list[str]]:
    """(endpoints by ports and uid, errors): a pod whose node is gone is left out."""
    wanted: dict[Ports, dict[str, Endpoint]] = {}
    errors = []
    for pod in selected(store, service):
        where = pod.spec.node_name
        if where and not service.spec.publish_not_ready_addresses and store.get("Node", where, "") is None:
            meta = service.metadata
            errors.append(f"skipping Pod {pod.metadata.name} for Service {meta.namespace}/{meta.name}: Node {where} Not Found")
            continue
        ports = tuple(p for port in service.spec.ports if (p := _port(port, pod)) is not None)
        wanted.setdefault(ports, {})[pod.metadata.uid] = endpoint_of(store, service, pod)
    return wanted, errors


def selected(store: Store, service: Service) -> list[Pod]:
    """Pods that can be endpoints: labels match, not finished, and with an address."""
    needed = service.spec.selector.items()
    pods = store.list("Pod", service.metadata.namespace)
    return [pod for pod in pods if needed <= pod.metadata.labels.items() and can_be_endpoint(pod)]


def can_be_endpoint(pod: Pod) -> bool:
    """It has an address and has not ended, whether or not it is ready or on its way out (ShouldPodBeInEndpoints)."""
    return bool(pod.status.pod_ip) and not is_finished(pod)


def _belongs(slice_: EndpointSlice, service: str) -> bool:
    labels = slice_.metadata.labels
    return labels.get(SERVICE_NAME) == service and labels.get(MANAGED_BY) == MANAGER


def _port(port: ServicePort, pod: Pod) -> EndpointPort | None:
    """The port on this pod; a named targetPort that the pod lacks leaves it out."""
    target = port.target_port if port.target_port is not None else port.port
    if isinstance(target, str):
        found = None
        for container in pod.spec.containers:
            found = next((p["containerPort"] for p in container.ports if p.get("name") == target), found)
        if found is None:
            return None
        target = found
    return EndpointPort(port.name, port.protocol or "TCP", target)


def endpoint_of(store: Store, service: Service, pod: Pod) -> Endpoint:
    """One pod as the service's slices say it (endpointslice/utils.go podToEndpoint)."""
    serving, terminating = is_ready(pod), pod.metadata.deletion_timestamp is not None
    ready = service.spec.publish_not_ready_addresses or (serving and not terminating)
    node = store.get("Node", pod.spec.node_name, "")
    zone = node.metadata.labels.get(ZONE) if node is not None else None
    hostname = pod.spec.hostname if pod.spec.subdomain == service.metadata.name else ""
    target = ObjectReference(kind="Pod", namespace=pod.metadata.namespace, name=pod.metadata.name, uid=pod.metadata.uid)
    conditions = EndpointConditions(ready, serving, terminating)
    return Endpoint((pod.status.pod_ip,), conditions, hostname or None, target, pod.spec.node_name or None, zone)


def _reconcile(store: Store, slices: list[EndpointSlice], wanted: dict[str, Endpoint]) -> tuple[list[EndpointSlice], list[list[Endpoint]]]:
    """Write what the slices of one set of ports should hold; returns (slices left empty, endpoints for further slices).

    An endpoint stays in its slice. New ones go where something changes anyway, the fullest first; else into the one slice that they fill
    best; else into slices of their own (reconcileByPortMapping).
    """
    left = dict(wanted)
    kept: list[tuple[EndpointSlice, list[Endpoint]]] = []
    for slice_ in slices:
        uids = [e.target_ref.uid for e in slice_.endpoints or () if e.target_ref is not None]
        kept.append((slice_, [left.pop(uid) for uid in uids if uid in left]))
    emptied = [slice_ for slice_, endpoints in kept if slice_.endpoints and not endpoints]
    changed = [(slice_, endpoints) for slice_, endpoints in kept if endpoints and tuple(endpoints) != slice_.endpoints]
    same = [(slice_, endpoints) for slice_, endpoints in kept if tuple(endpoints) == (slice_.endpoints or ())]
    new = list(left.values())
    for _, endpoints in sorted(changed, key=lambda each: -len(each[1])):
        new = _filled_up(endpoints, new)
    further: list[list[Endpoint]] = []
    while new:
        best = _best_filled(same, len(new))
        if best is not None:
            changed.append(best)
            same.remove(best)
        else:
            further.append([])
        new = _filled_up(best[1] if best is not None else further[-1], new)
    for slice_, endpoints in changed:
        store.update(replace(slice_, endpoints=tuple(endpoints)))
    return emptied, further


def _filled_up(endpoints: list[Endpoint], new: list[Endpoint]) -> list[Endpoint]:
    """Move as many as there is room for; returns the others."""
    room = MAX_ENDPOINTS - len(endpoints)
    endpoints += new[:room]
    return new[room:]


def _best_filled(slices: list[tuple[EndpointSlice, list[Endpoint]]], count: int) -> tuple[EndpointSlice, list[Endpoint]] | None:
    """The slice that is fullest with `count` more and still holds them (getSliceToFill)."""
    fitting = [each for each in slices if count < MAX_ENDPOINTS and len(each[1]) + count <= MAX_ENDPOINTS]
    return max(fitting, key=lambda each: len(each[1]), default=None)


def _finish(store: Store, service: Service, new: list[tuple[Ports, list[Endpoint]]], unwanted: list[EndpointSlice]) -> None:
    """Create and delete slices; one that would be deleted is used again for one that would be created (finalize)."""
    for ports, endpoints in new:
        if unwanted:
            store.update(replace(unwanted.pop(0), ports=ports, endpoints=tuple(endpoints)))
        else:
            _create(store, service, ports, tuple(endpoints))
    for slice_ in unwanted:
        store.delete("EndpointSlice", slice_.metadata.name, slice_.metadata.namespace)


def _create(store: Store, service: Service, ports: Ports, endpoints: tuple[Endpoint, ...]) -> EndpointSlice:
    meta = service.metadata
    owner = OwnerReference("v1", "Service", meta.name, meta.uid, True, True)
    labels = {**meta.labels, MANAGED_BY: MANAGER, SERVICE_NAME: meta.name}
    metadata = ObjectMeta(generate_name=f"{meta.name}-", namespace=meta.namespace, labels=labels, owner_references=(owner,))
    return store.create(EndpointSlice(metadata=metadata, address_type="IPv4", endpoints=endpoints, ports=ports))

"""Who may receive traffic: every pod that a Service's selector matches, ready or not, in slices of at most 100.

Models staging/src/k8s.io/endpointslice (v1.36): an endpoint is ready if its pod is Ready and not ending; ending pods stay, marked.
"""

from msgspec.structs import replace

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
MAX_ENDPOINTS = 100


def sync_service(store: Store, key: Key) -> None:
    """Bring the slices of one Service to what its selector matches now."""
    namespace, name = key
    service = store.get("Service", name, namespace)
    slices = [s for s in store.list("EndpointSlice", namespace) if _belongs(s, name)]
    if service is None or not service.spec.selector or service.spec.type == "ExternalName":
        return
    wanted: dict[tuple, dict[str, Endpoint]] = {}
    for pod in selected(store, service):
        ports = tuple(_port(port, pod) for port in service.spec.ports)
        endpoint = _endpoint(pod, service.spec.publish_not_ready_addresses)
        wanted.setdefault(tuple(p for p in ports if p is not None), {})[pod.metadata.uid] = endpoint
    if not wanted:
        wanted[tuple(p for p in (_port(port, None) for port in service.spec.ports) if p is not None)] = {}
    for ports, endpoints in wanted.items():
        _reconcile(store, service, [s for s in slices if (s.ports or ()) == ports], ports, endpoints)
    for stale in slices:
        if (stale.ports or ()) not in wanted:
            store.delete("EndpointSlice", stale.metadata.name, namespace)


def selected(store: Store, service: Service) -> list[Pod]:
    """Pods that can be endpoints: labels match, not finished, and with an address."""
    needed = service.spec.selector.items()
    pods = store.list("Pod", service.metadata.namespace)
    return [pod for pod in pods if pod.status.pod_ip and needed <= pod.metadata.labels.items() and not is_finished(pod)]


def _belongs(slice_: EndpointSlice, service: str) -> bool:
    labels = slice_.metadata.labels
    return labels.get(SERVICE_NAME) == service and labels.get(MANAGED_BY) == MANAGER


def _port(port: ServicePort, pod: Pod | None) -> EndpointPort | None:
    """The port on this pod; a named targetPort that the pod lacks leaves it out."""
    target = port.target_port if port.target_port is not None else port.port
    if isinstance(target, str):
        found = None
        for container in pod.spec.containers if pod is not None else ():
            found = next((p["containerPort"] for p in container.ports if p.get("name") == target), found)
        if found is None:
            return None
        target = found
    return EndpointPort(port.name, port.protocol or "TCP", target)


def _endpoint(pod: Pod, publish_not_ready: bool) -> Endpoint:
    serving = is_ready(pod)
    terminating = pod.metadata.deletion_timestamp is not None
    conditions = EndpointConditions(publish_not_ready or (serving and not terminating), serving, terminating)
    target = ObjectReference(kind="Pod", namespace=pod.metadata.namespace, name=pod.metadata.name, uid=pod.metadata.uid)
    return Endpoint((pod.status.pod_ip,), conditions, target, pod.spec.node_name or None)


def _reconcile(
    store: Store, service: Service, slices: list[EndpointSlice], ports: tuple[EndpointPort, ...], wanted: dict[str, Endpoint]
) -> None:
    """Keep every endpoint in the slice it is in, fill gaps with new ones, open a slice only when all are full."""
    left = dict(wanted)
    kept: list[list[Endpoint]] = []
    for slice_ in slices:
        uids = [e.target_ref.uid for e in slice_.endpoints or () if e.target_ref is not None]
        kept.append([left.pop(uid) for uid in uids if uid in left])
    new = list(left.values())
    for endpoints in kept:
        room = MAX_ENDPOINTS - len(endpoints)
        endpoints += new[:room]
        new = new[room:]
    for slice_, endpoints in zip(slices, kept, strict=True):
        if endpoints or slice_ is slices[0]:
            store.update(replace(slice_, endpoints=tuple(endpoints)))
        else:
            store.delete("EndpointSlice", slice_.metadata.name, slice_.metadata.namespace)
    while new or not slices:
        slices = [*slices, _create(store, service, ports, tuple(new[:MAX_ENDPOINTS]))]
        new = new[MAX_ENDPOINTS:]


def _create(store: Store, service: Service, ports: tuple[EndpointPort, ...], endpoints: tuple[Endpoint, ...]) -> EndpointSlice:
    meta = service.metadata
    owner = OwnerReference("v1", "Service", meta.name, meta.uid, True, True)
    labels = {**meta.labels, MANAGED_BY: MANAGER, SERVICE_NAME: meta.name}
    metadata = ObjectMeta(generate_name=f"{meta.name}-", namespace=meta.namespace, labels=labels, owner_references=(owner,))
    return store.create(EndpointSlice(metadata=metadata, address_type="IPv4", endpoints=endpoints, ports=ports))

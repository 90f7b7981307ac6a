"""The cells that `kubectl get` prints, which the API server works out: one row per object.

Models pkg/printers/internalversion/printers.go (v1.36). The cells of `-o wide` follow the usual ones; events have their source and subject
in between.
"""

from collections.abc import Callable, Iterable
from typing import Any

from simulation.api.derived import Endpoints, Lease, Namespace, Scale
from simulation.api.duration import age
from simulation.api.selectors import from_object
from simulation.objects import (
    ContainerStateTerminated,
    ContainerStatus,
    Deployment,
    EndpointSlice,
    Event,
    LabelSelector,
    Node,
    Pod,
    PodDisruptionBudget,
    PodTemplateSpec,
    ReplicaSet,
    Service,
    Time,
)
from simulation.pods import condition, is_finished, is_sidecar

Cell = str | int

NONE, UNKNOWN, UNSET = "<none>", "<unknown>", "<unset>"
NODE_ROLE = "node-role.kubernetes.io/"
LEGACY_ROLE = "kubernetes.io/role"
LISTED = 3
"""How many ports or addresses of a slice are named before "more"."""
BALANCER_WIDTH = 16


def row(obj: Any, now: Time, wide: bool = False) -> list[Cell]:
    """The cells of one object at second `now`."""
    return ROWS[type(obj).__name__](obj, now, wide)


# ------------------------------------------------------------------------------------------------------------------ pods


def _pod(pod: Pod, now: Time, wide: bool) -> list[Cell]:
    ready, status, restarts = pod_summary(pod, now)
    total = len(pod.spec.containers) + sum(map(is_sidecar, pod.spec.init_containers))
    cells: list[Cell] = [pod.metadata.name, f"{ready}/{total}", status, restarts, age(pod.metadata.creation_timestamp, now)]
    if not wide:
        return cells
    open_gates = sum((c := condition(pod, gate["conditionType"])) is not None and c.status == "True" for gate in pod.spec.readiness_gates)
    gates = f"{open_gates}/{len(pod.spec.readiness_gates)}" if pod.spec.readiness_gates else NONE
    return [*cells, pod.status.pod_ip or NONE, pod.spec.node_name or NONE, pod.status.nominated_node_name or NONE, gates]


def pod_summary(pod: Pod, now: Time) -> tuple[int, str, str]:
    """(ready containers, STATUS, RESTARTS) of printPod: the first container that has a problem gives the status."""
    scheduled = condition(pod, "PodScheduled")
    reason = pod.status.reason or pod.status.phase
    if scheduled is not None and scheduled.reason == "SchedulingGated":
        reason = scheduled.reason
    sidecars = [c.name for c in pod.spec.init_containers if is_sidecar(c)]
    initializing, ready, reached = _initializing(pod, sidecars)
    counted = pod.status.init_container_statuses[:reached]
    initialized = condition(pod, "Initialized")
    if initializing:
        reason = initializing
    if not initializing or (initialized is not None and initialized.status == "True"):
        reason, running = _running_reason(pod, reason)
        ready += running
        counted = (*(status for status in counted if status.name in sidecars), *pod.status.container_statuses)
    if pod.metadata.deletion_timestamp is not None:
        if pod.status.reason == "NodeLost":
            reason = "Unknown"
        elif not is_finished(pod):
            reason = "Terminating"
    return ready, reason, _restarts(counted, now)


def _initializing(pod: Pod, sidecars: list[str]) -> tuple[str, int, int]:
    """(the status while an init container is not done, "" after; ready sidecars before it; how many were looked at)."""
    ready = 0
    for number, status in enumerate(pod.status.init_container_statuses):
        ended, waiting = status.state.terminated, status.state.waiting
        if ended is not None and not ended.exit_code:
            continue
        if status.name in sidecars and status.started:
            ready += status.ready
            continue
        if ended is not None:
            return "Init:" + (ended.reason or _how(ended)), ready, number + 1
        if waiting is not None and waiting.reason not in ("", "PodInitializing"):
            return "Init:" + waiting.reason, ready, number + 1
        return f"Init:{number}/{len(pod.spec.init_containers)}", ready, number + 1
    return "", ready, len(pod.status.init_container_statuses)


def _running_reason(pod: Pod, reason: str) -> tuple[str, int]:
    """(status, ready containers) of the regular containers, from the last to the first."""
    ready, error = 0, ""
    for status in reversed(pod.status.container_statuses):
        ended, waiting = status.state.terminated, status.state.waiting
        if waiting is not None and waiting.reason:
            reason = waiting.reason
        elif ended is not None:
            reason = ended.reason or _how(ended)
            error = reason if ended.exit_code else error
        elif status.ready and status.state.running is not None:
            ready += 1
    if reason == "Completed":
        found = condition(pod, "Ready")
        if ready and found is not None and found.status == "True":
            return "Running", ready
        return error or ("NotReady" if ready else reason), ready
    return reason, ready


def _how(ended: ContainerStateTerminated) -> str:
    return f"Signal:{ended.signal}" if ended.signal else f"ExitCode:{ended.exit_code}"


def _restarts(statuses: Iterable[ContainerStatus], now: Time) -> str:
    """The sum, and how long ago the latest was."""
    count, latest = 0, None
    for status in statuses:
        count += status.restart_count
        ended = status.last_state.terminated
        if ended is not None and ended.finished_at is not None:
            latest = ended.finished_at if latest is None else max(latest, ended.finished_at)
    return f"{count} ({age(latest, now)} ago)" if count and latest is not None else str(count)


# --------------------------------------------------------------------------------------------------------- the other kinds


def _deployment(d: Deployment, now: Time, wide: bool) -> list[Cell]:
    name, status = d.metadata.name, d.status
    ready = f"{status.ready_replicas}/{d.spec.replicas or 0}"
    cells: list[Cell] = [name, ready, status.updated_replicas, status.available_replicas, age(d.metadata.creation_timestamp, now)]
    return cells + (_template(d.spec.template) + [_selector(d.spec.selector)] if wide else [])


def _replica_set(rs: ReplicaSet, now: Time, wide: bool) -> list[Cell]:
    status = rs.status
    born = age(rs.metadata.creation_timestamp, now)
    cells: list[Cell] = [rs.metadata.name, rs.spec.replicas or 0, status.replicas, status.ready_replicas, born]
    return cells + (_template(rs.spec.template) + [_selector(rs.spec.selector)] if wide else [])


def _service(service: Service, now: Time, wide: bool) -> list[Cell]:
    meta, spec = service.metadata, service.spec
    ports = ",".join(f"{p.port}{f':{p.node_port}' if p.node_port else ''}/{p.protocol}" for p in spec.ports)
    internal = spec.cluster_ips[0] if spec.cluster_ips else NONE
    cells: list[Cell] = [meta.name, spec.type, internal, _external(service, wide), ports or NONE, age(meta.creation_timestamp, now)]
    return cells + ([_labels(spec.selector)] if wide else [])


def _external(service: Service, wide: bool) -> str:
    if service.spec.type == "ExternalName":
        return service.spec.external_name
    if service.spec.type != "LoadBalancer":
        return NONE
    given = service.status.get("loadBalancer", {}).get("ingress", ())
    listed = ",".join(sorted({address.get("ip") or address.get("hostname", "") for address in given}))
    if not wide and len(listed) > BALANCER_WIDTH:
        listed = listed[: BALANCER_WIDTH - 3] + "..."
    return listed or "<pending>"


def _node(node: Node, now: Time, wide: bool) -> list[Cell]:
    ready = {found.type: found.status for found in node.status.conditions}.get("Ready")
    status = "Unknown" if ready is None else "Ready" if ready == "True" else "NotReady"
    if node.spec.unschedulable:
        status += ",SchedulingDisabled"
    info = node.status.node_info
    born = age(node.metadata.creation_timestamp, now)
    cells: list[Cell] = [node.metadata.name, status, roles(node), born, info.get("kubeletVersion", "")]
    if not wide:
        return cells
    kernel = info.get("kernelVersion") or UNKNOWN
    if info.get("architecture"):
        kernel += f" ({info['architecture']})"
    addresses = [_address(node, "InternalIP"), _address(node, "ExternalIP")]
    return [*cells, *addresses, info.get("osImage") or UNKNOWN, kernel, info.get("containerRuntimeVersion") or UNKNOWN]


def roles(node: Node) -> str:
    labels = node.metadata.labels
    roles = {key.removeprefix(NODE_ROLE) for key in labels if key.startswith(NODE_ROLE)} | {labels.get(LEGACY_ROLE, "")}
    return ",".join(sorted(roles - {""})) or NONE


def _address(node: Node, type: str) -> str:
    return next((address["address"] for address in node.status.addresses if address["type"] == type), NONE)


def _event(event: Event, now: Time, wide: bool) -> list[Cell]:
    first = age(event.first_timestamp if event.first_timestamp is not None else event.event_time, now)
    last = age(event.last_timestamp, now) if event.last_timestamp is not None else first
    count = event.count or 1
    if event.series is not None:
        last, count = age(event.series.last_observed_time, now), event.series.count
    about = event.involved_object
    target = "/".join(filter(None, (about.kind.lower(), about.name)))
    message = event.message.strip()
    if not wide:
        return [last, event.type, event.reason, target, message]
    by = event.source.component or event.reporting_component, event.source.host or event.reporting_instance
    source = ", ".join(filter(None, by))
    return [last, event.type, event.reason, target, about.field_path, source, message, first, count, event.metadata.name]


def _slice(slice_: EndpointSlice, now: Time, wide: bool) -> list[Cell]:
    ports = _more([str(port.port) if port.port is not None else port.name or "*" for port in slice_.ports or ()])
    addresses = _more([address for endpoint in slice_.endpoints or () for address in endpoint.addresses])
    return [slice_.metadata.name, slice_.address_type, ports, addresses, age(slice_.metadata.creation_timestamp, now)]


def _more(words: list[str]) -> str:
    listed = ",".join(words[:LISTED])
    return f"{listed} + {len(words) - LISTED} more..." if len(words) > LISTED else listed or UNSET


def _budget(budget: PodDisruptionBudget, now: Time, wide: bool) -> list[Cell]:
    bounds = ["N/A" if bound is None else str(bound) for bound in (budget.spec.min_available, budget.spec.max_unavailable)]
    return [budget.metadata.name, *bounds, budget.status.disruptions_allowed, age(budget.metadata.creation_timestamp, now)]


def _template(template: PodTemplateSpec) -> list[Cell]:
    containers = template.spec.containers
    return [",".join(c.name for c in containers), ",".join(c.image for c in containers)]


def _selector(selector: LabelSelector | None) -> str:
    return str(from_object(selector)) or NONE if selector is not None else NONE


def _labels(labels: dict[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items())) or NONE


def _namespace(namespace: Namespace, now: Time, wide: bool) -> list[Cell]:
    return [namespace.metadata.name, "Active", age(namespace.metadata.creation_timestamp, now)]


def _endpoints(endpoints: Endpoints, now: Time, wide: bool) -> list[Cell]:
    ready = [(subset.get("ports"), address["ip"]) for subset in endpoints.subsets for address in subset.get("addresses", ())]
    shown = _more([f"{ip}:{port['port']}" if port else ip for ports, ip in ready for port in ports or (None,)])
    return [endpoints.metadata.name, NONE if shown == UNSET else shown, age(endpoints.metadata.creation_timestamp, now)]


def _lease(lease: Lease, now: Time, wide: bool) -> list[Cell]:
    return [lease.metadata.name, lease.spec.holder_identity, age(lease.metadata.creation_timestamp, now)]


def _scale(scale: Scale, now: Time, wide: bool) -> list[Cell]:
    born = age(scale.metadata.creation_timestamp, now)
    return [scale.metadata.name, scale.spec.get("replicas", 0), scale.status.get("replicas", 0), born]


ROWS: dict[str, Callable[[Any, Time, bool], list[Cell]]] = {
    "Pod": _pod,
    "Deployment": _deployment,
    "ReplicaSet": _replica_set,
    "Service": _service,
    "Node": _node,
    "Event": _event,
    "EndpointSlice": _slice,
    "PodDisruptionBudget": _budget,
    "Namespace": _namespace,
    "Endpoints": _endpoints,
    "Lease": _lease,
    "Scale": _scale,
}

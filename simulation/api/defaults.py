"""Fills in what a manifest leaves out, exactly as the API server does before it stores an object.

Models pkg/apis/{apps,core}/v1/defaults.go and the admission of pods (DefaultTolerationSeconds, Priority) of v1.36.
"""

from typing import Any

from msgspec.structs import replace

from simulation.api.schema import quantity
from simulation.objects import (
    Container,
    Deployment,
    DeploymentStrategy,
    Pod,
    PodSpec,
    PodStatus,
    Probe,
    ReplicaSet,
    RollingUpdateDeployment,
    Service,
    ServicePort,
    Toleration,
)

EVICTED_BY = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
TOLERATION_SECONDS = 300
DEFAULT_MODE = 0o644


def default(obj: Any) -> Any:
    """The object as it is stored; a fully specified one is returned as it is."""
    return {Deployment: _deployment, ReplicaSet: _replicaset, Pod: _pod, Service: _service}.get(type(obj), _as_is)(obj)


def admit_pod(pod: Pod) -> Pod:
    """A pod as it leaves the API server's create: defaults, priority, the two tolerations of lost nodes, phase Pending."""
    spec, status = _admitted(pod.spec)
    return replace(pod, spec=spec, status=status)


def qos_class(spec: PodSpec) -> str:
    """BestEffort, Burstable or Guaranteed (pkg/apis/core/v1/helper/qos)."""
    containers = (*spec.init_containers, *spec.containers)
    wanted = [(c.resources or {}).get("requests") or {} for c in containers]
    limits = [(c.resources or {}).get("limits") or {} for c in containers]
    if not any(_positive(r) for r in (*wanted, *limits)):
        return "BestEffort"
    same = all(_positive(limit) >= {"cpu", "memory"} and _equal(want, limit) for want, limit in zip(wanted, limits, strict=True))
    return "Guaranteed" if same else "Burstable"


def _as_is(obj: Any) -> Any:
    return obj


def _deployment(obj: Deployment) -> Deployment:
    spec = obj.spec
    return replace(
        obj,
        spec=replace(
            spec,
            replicas=_or(spec.replicas, 1),
            strategy=_strategy(spec.strategy),
            revision_history_limit=_or(spec.revision_history_limit, 10),
            progress_deadline_seconds=_or(spec.progress_deadline_seconds, 600),
            template=replace(spec.template, spec=default_pod_spec(spec.template.spec)),
        ),
    )


def _strategy(strategy: DeploymentStrategy) -> DeploymentStrategy:
    kind = strategy.type or "RollingUpdate"
    rolling = strategy.rolling_update
    if kind == "RollingUpdate":
        rolling = rolling or RollingUpdateDeployment()
        rolling = RollingUpdateDeployment(_or(rolling.max_unavailable, "25%"), _or(rolling.max_surge, "25%"))
    return DeploymentStrategy(kind, rolling)


def _replicaset(obj: ReplicaSet) -> ReplicaSet:
    template = replace(obj.spec.template, spec=default_pod_spec(obj.spec.template.spec))
    return replace(obj, spec=replace(obj.spec, replicas=_or(obj.spec.replicas, 1), template=template))


def _pod(obj: Pod) -> Pod:
    return admit_pod(obj)


def _service(obj: Service) -> Service:
    spec = obj.spec
    kind = spec.type or "ClusterIP"
    inside = kind != "ExternalName"
    return replace(
        obj,
        spec=replace(
            spec,
            type=kind,
            session_affinity=spec.session_affinity or "None",
            ports=tuple(_service_port(port) for port in spec.ports),
            internal_traffic_policy=spec.internal_traffic_policy or ("Cluster" if inside else None),
            external_traffic_policy=spec.external_traffic_policy or ("Cluster" if kind in ("NodePort", "LoadBalancer") else None),
            allocate_load_balancer_node_ports=_or(spec.allocate_load_balancer_node_ports, True if kind == "LoadBalancer" else None),
            ip_families=spec.ip_families or (("IPv4",) if inside else ()),
            ip_family_policy=spec.ip_family_policy or ("SingleStack" if inside else None),
            cluster_ips=spec.cluster_ips or ((spec.cluster_ip,) if spec.cluster_ip else ()),
        ),
    )


def _service_port(port: ServicePort) -> ServicePort:
    target = port.port if port.target_port in (None, 0, "") else port.target_port
    return replace(port, protocol=port.protocol or "TCP", target_port=target)


_last_admitted: tuple[PodSpec, PodSpec, PodStatus] = (PodSpec(), PodSpec(), PodStatus())
"""The pods of a ReplicaSet share their template's spec, so one remembered answer serves them all and they share it too."""


def _admitted(spec: PodSpec) -> tuple[PodSpec, PodStatus]:
    global _last_admitted
    if _last_admitted[0] is not spec:
        answer = _admit(default_pod_spec(spec))
        _last_admitted = (spec, answer, PodStatus(phase="Pending", qos_class=qos_class(answer)))
    return _last_admitted[1:]


def _admit(spec: PodSpec) -> PodSpec:
    return replace(
        spec,
        containers=tuple(_requests_from_limits(c) for c in spec.containers),
        init_containers=tuple(_requests_from_limits(c) for c in spec.init_containers),
        enable_service_links=_or(spec.enable_service_links, True),
        priority=_or(spec.priority, 0),
        preemption_policy=_or(spec.preemption_policy, "PreemptLowerPriority"),
        tolerations=(*spec.tolerations, *_lost_node_tolerations(spec.tolerations)),
    )


def _lost_node_tolerations(given: tuple[Toleration, ...]) -> list[Toleration]:
    covered = {t.key for t in given if t.effect in ("", "NoExecute")}
    if "" in covered:
        return []
    return [Toleration(key, "Exists", "", "NoExecute", TOLERATION_SECONDS) for key in EVICTED_BY if key not in covered]


def _requests_from_limits(container: Container) -> Container:
    limits = (container.resources or {}).get("limits")
    if not limits:
        return container
    requests = {**limits, **container.resources.get("requests", {})}
    return replace(container, resources={**container.resources, "requests": requests})


def default_pod_spec(spec: PodSpec) -> PodSpec:
    """A pod's spec as templates store it too; what only pods get is added by `admit_pod`."""
    return replace(
        spec,
        volumes=tuple(map(_volume, spec.volumes)),
        init_containers=tuple(map(_container, spec.init_containers)),
        containers=tuple(map(_container, spec.containers)),
        restart_policy=spec.restart_policy or "Always",
        termination_grace_period_seconds=_or(spec.termination_grace_period_seconds, 30),
        dns_policy=spec.dns_policy or "ClusterFirst",
        security_context=_or(spec.security_context, {}),
        scheduler_name=spec.scheduler_name or "default-scheduler",
    )


def _container(container: Container) -> Container:
    return replace(
        container,
        ports=tuple(_container_port(port) for port in container.ports),
        env=tuple(map(_env, container.env)),
        resources=_or(container.resources, {}),
        liveness_probe=_probe(container.liveness_probe),
        readiness_probe=_probe(container.readiness_probe),
        startup_probe=_probe(container.startup_probe),
        lifecycle=container.lifecycle and {hook: _hook(handler) for hook, handler in container.lifecycle.items()},
        termination_message_path=container.termination_message_path or "/dev/termination-log",
        termination_message_policy=container.termination_message_policy or "File",
        image_pull_policy=container.image_pull_policy or pull_policy(container.image),
    )


def pull_policy(image: str) -> str:
    """Always for `latest` or no tag, else IfNotPresent; a digest counts as a tag."""
    rest = image.rpartition("/")[2]
    if "@" in rest:
        return "IfNotPresent"
    return "Always" if rest.partition(":")[2] in ("", "latest") else "IfNotPresent"


def _container_port(port: dict[str, Any]) -> dict[str, Any]:
    return port if port.get("protocol") else {**port, "protocol": "TCP"}


def _env(env: dict[str, Any]) -> dict[str, Any]:
    ref = (env.get("valueFrom") or {}).get("fieldRef")
    if ref is None or ref.get("apiVersion"):
        return env
    return {**env, "valueFrom": {**env["valueFrom"], "fieldRef": {"apiVersion": "v1", **ref}}}


def _probe(probe: Probe | None) -> Probe | None:
    if probe is None:
        return None
    return replace(
        probe,
        http_get=probe.http_get and _http_get(probe.http_get),
        grpc=probe.grpc and {**probe.grpc, "service": probe.grpc.get("service", "")},
        timeout_seconds=probe.timeout_seconds or 1,
        period_seconds=probe.period_seconds or 10,
        success_threshold=probe.success_threshold or 1,
        failure_threshold=probe.failure_threshold or 3,
    )


def _hook(handler: Any) -> Any:
    """postStart and preStop are handlers; beside them stands stopSignal, which is a text."""
    return _handler(handler) if isinstance(handler, dict) else handler


def _handler(handler: dict[str, Any]) -> dict[str, Any]:
    get = handler.get("httpGet")
    return {**handler, "httpGet": _http_get(get)} if get else handler


def _http_get(action: dict[str, Any]) -> dict[str, Any]:
    return {**action, "path": action.get("path") or "/", "scheme": action.get("scheme") or "HTTP"}


def _volume(volume: dict[str, Any]) -> dict[str, Any]:
    if len(volume) <= 1:
        return {**volume, "emptyDir": {}}
    out = dict(volume)
    for source in ("configMap", "secret", "downwardAPI", "projected"):
        if source in out and "defaultMode" not in out[source]:
            out[source] = {**out[source], "defaultMode": DEFAULT_MODE}
    return out


def _or(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else value


def _positive(resources: dict[str, str]) -> set[str]:
    return {name for name in ("cpu", "memory") if name in resources and quantity(resources[name]) > 0}


def _equal(one: dict[str, str], two: dict[str, str]) -> bool:
    return all(name in one and quantity(one[name]) == quantity(two[name]) for name in ("cpu", "memory"))

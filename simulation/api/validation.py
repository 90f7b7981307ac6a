"""What the API server refuses, in its words and its order. Every function returns all errors it finds; nothing is changed.

Models pkg/apis/apps/validation/validation.go, pkg/apis/core/validation/validation.go and apimachinery/pkg/{api,apis/meta/v1}/validation
(v1.36). Objects are validated after defaulting. Left out: what needs objects a desk does not have (quotas, volumes' claims, claims).
"""

from typing import Any

import msgspec

from simulation.api import names
from simulation.api.errors import DUPLICATE, FORBIDDEN, INVALID, NOT_FOUND, REQUIRED, TOO_LONG, UNSUPPORTED, FieldError
from simulation.api.schema import quantity
from simulation.api.selectors import NOTHING, ParseError, Selector, from_object
from simulation.objects import (
    Container,
    Deployment,
    DeploymentSpec,
    DeploymentStrategy,
    LabelSelector,
    Node,
    ObjectMeta,
    OwnerReference,
    Pod,
    PodDisruptionBudget,
    PodDisruptionBudgetSpec,
    PodSpec,
    PodTemplateSpec,
    Probe,
    ReplicaSet,
    ReplicaSetSpec,
    Service,
    ServicePort,
    ServiceSpec,
)
from simulation.pods import is_sidecar

Errors = list[FieldError]

IMMUTABLE = "field is immutable"
NOT_NEGATIVE = "must be greater than or equal to 0"
ANNOTATIONS_SIZE = 256 * 1024
HUGE = 18
"""Digits of a percentage that are looked at: more of them only say that it is huge."""
PROTOCOLS = ("SCTP", "TCP", "UDP")
PULL_POLICIES = ("Always", "IfNotPresent", "Never")
RESTART_POLICIES = ("Always", "OnFailure", "Never")
DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
MESSAGE_POLICIES = ("File", "FallbackToLogsOnError")
TAINT_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
EVICTION_POLICIES = ("AlwaysAllow", "IfHealthyBudget")
SERVICE_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
POD_UPDATE = (
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def validate(new: Any, old: Any = None) -> Errors:
    """All errors of an object about to be stored; `old` is the one it replaces."""
    checks = {
        "Deployment": validate_deployment,
        "ReplicaSet": validate_replicaset,
        "Pod": validate_pod,
        "Service": validate_service,
        "Node": validate_node,
        "PodDisruptionBudget": validate_budget,
    }
    return checks[type(new).__name__](new, old)


def validate_status(new: Any, old: Any) -> Errors:
    """All errors of a status about to replace another."""
    if isinstance(new, Deployment):
        return validate_deployment_status(new, old)
    if isinstance(new, ReplicaSet):
        return validate_replicaset_status(new)
    if isinstance(new, Pod):
        return validate_pod_status(new)
    return validate_budget_status(new) if isinstance(new, PodDisruptionBudget) else []


def validate_pod_status(new: Pod) -> Errors:
    """Addresses are those of this network, which is IPv4."""
    said = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
    addresses = (("status.podIPs[0]", new.status.pod_ip), ("status.hostIPs[0]", new.status.host_ip))
    return [FieldError(INVALID, field, value, said) for field, value in addresses if value and not _is_ip(value)]


# ------------------------------------------------------------------------------------------- deployments, replica sets


def validate_deployment(new: Deployment, old: Deployment | None = None) -> Errors:
    errors = _meta(new.metadata, old and old.metadata, names.subdomain_problems)
    errors += _deployment_spec(new.spec)
    return errors + _same("spec.selector", new.spec.selector, old and old.spec.selector)


def validate_replicaset(new: ReplicaSet, old: ReplicaSet | None = None) -> Errors:
    errors = _meta(new.metadata, old and old.metadata, names.subdomain_problems)
    errors += _replicaset_spec(new.spec)
    return errors + _same("spec.selector", new.spec.selector, old and old.spec.selector)


def validate_deployment_status(new: Deployment, old: Deployment | None = None) -> Errors:
    """What a controller may not write; with `old` also that collisionCount never shrinks."""
    status = new.status
    errors = []
    for field, value in (
        ("observedGeneration", status.observed_generation),
        ("replicas", status.replicas),
        ("updatedReplicas", status.updated_replicas),
        ("readyReplicas", status.ready_replicas),
        ("availableReplicas", status.available_replicas),
        ("unavailableReplicas", status.unavailable_replicas),
        ("terminatingReplicas", status.terminating_replicas),
        ("collisionCount", status.collision_count),
    ):
        errors += _not_negative(f"status.{field}", value)
    errors += _counts(status, ("updatedReplicas", status.updated_replicas))
    was = old.status.collision_count if old else None
    if was is not None and (status.collision_count is None or status.collision_count < was):
        errors.append(FieldError(INVALID, "status.collisionCount", status.collision_count, "cannot be decremented"))
    return errors


def validate_replicaset_status(new: ReplicaSet) -> Errors:
    """What a controller may not write."""
    status = new.status
    errors = []
    for field, value in (
        ("replicas", status.replicas),
        ("fullyLabeledReplicas", status.fully_labeled_replicas),
        ("readyReplicas", status.ready_replicas),
        ("availableReplicas", status.available_replicas),
        ("terminatingReplicas", status.terminating_replicas),
        ("observedGeneration", status.observed_generation),
    ):
        errors += _not_negative(f"status.{field}", value)
    return errors + _counts(status, ("fullyLabeledReplicas", status.fully_labeled_replicas))


def _counts(status: Any, other: tuple[str, int]) -> Errors:
    """The counts that are parts of others (validateReplicaSetStatus, ValidateDeploymentStatus)."""
    errors = []
    parts = (other, ("readyReplicas", status.ready_replicas), ("availableReplicas", status.available_replicas))
    for field, value in parts:
        if value > status.replicas:
            errors.append(FieldError(INVALID, f"status.{field}", value, "cannot be greater than status.replicas"))
    if status.available_replicas > status.ready_replicas:
        errors.append(FieldError(INVALID, "status.availableReplicas", status.available_replicas, "cannot be greater than readyReplicas"))
    return errors


def _deployment_spec(spec: DeploymentSpec) -> Errors:
    errors = _not_negative("spec.replicas", spec.replicas)
    errors += _selector_and_template(spec.selector, spec.template)
    errors += _strategy(spec.strategy)
    errors += _not_negative("spec.minReadySeconds", spec.min_ready_seconds)
    errors += _not_negative("spec.revisionHistoryLimit", spec.revision_history_limit)
    deadline = spec.progress_deadline_seconds
    errors += _not_negative("spec.progressDeadlineSeconds", deadline)
    if deadline is not None and deadline <= spec.min_ready_seconds:
        errors.append(FieldError(INVALID, "spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"))
    return errors


def _replicaset_spec(spec: ReplicaSetSpec) -> Errors:
    errors = _not_negative("spec.replicas", spec.replicas)
    errors += _not_negative("spec.minReadySeconds", spec.min_ready_seconds)
    return errors + _selector_and_template(spec.selector, spec.template)


def _selector_and_template(selector: LabelSelector | None, template: PodTemplateSpec) -> Errors:
    if selector is None:
        return [FieldError(REQUIRED, "spec.selector"), *_template(template, NOTHING)]
    errors = _label_selector(selector, "spec.selector")
    if not selector.match_labels and not selector.match_expressions:
        errors.append(FieldError(INVALID, "spec.selector", {}, "empty selector is invalid for deployment"))
    try:
        return errors + _template(template, from_object(selector))
    except ParseError:
        return [*errors, FieldError(INVALID, "spec.selector", selector, "invalid label selector")]


def _template(template: PodTemplateSpec, selector: Selector) -> Errors:
    """ValidatePodTemplateSpecForReplicaSet. A missing selector matches nothing, so it mismatches too."""
    where = "spec.template"
    labels, spec = template.metadata.labels, template.spec
    errors = []
    if not selector.empty and not selector.matches(labels):
        errors.append(FieldError(INVALID, f"{where}.metadata.labels", labels, "`selector` does not match template `labels`"))
    errors += validate_labels(labels, f"{where}.metadata.labels")
    errors += _annotations(template.metadata.annotations, f"{where}.metadata.annotations")
    errors += _pod_spec(spec, f"{where}.spec")
    if spec.restart_policy != "Always":
        errors.append(_unsupported(f"{where}.spec.restartPolicy", spec.restart_policy, ("Always",)))
    if spec.active_deadline_seconds is not None:
        field = f"{where}.spec.activeDeadlineSeconds"
        errors.append(FieldError(FORBIDDEN, field, detail="activeDeadlineSeconds in ReplicaSet is not Supported"))
    return errors


def _strategy(strategy: DeploymentStrategy) -> Errors:
    rolling = strategy.rolling_update
    if strategy.type == "Recreate":
        if rolling is None:
            return []
        return [FieldError(FORBIDDEN, "spec.strategy.rollingUpdate", detail="may not be specified when strategy `type` is 'Recreate'")]
    if strategy.type != "RollingUpdate":
        inner = rolling and {"MaxUnavailable": _whole(rolling.max_unavailable), "MaxSurge": _whole(rolling.max_surge)}
        shown = msgspec.Raw(f'{{"Type":{_json(strategy.type)},"RollingUpdate":{_json(inner)}}}')
        return [_unsupported("spec.strategy", shown, ("Recreate", "RollingUpdate"))]
    if rolling is None:
        return [FieldError(REQUIRED, "spec.strategy.rollingUpdate", detail="this should be defaulted and never be nil")]
    return _rolling_update(_whole(rolling.max_unavailable), _whole(rolling.max_surge))


def _rolling_update(unavailable: int | str, surge: int | str) -> Errors:
    where = "spec.strategy.rollingUpdate"
    errors = _int_or_percent(unavailable, f"{where}.maxUnavailable") + _int_or_percent(surge, f"{where}.maxSurge")
    if _number(unavailable) == 0 and _number(surge) == 0:
        errors.append(FieldError(INVALID, f"{where}.maxUnavailable", unavailable, "may not be 0 when `maxSurge` is 0"))
    if isinstance(unavailable, str) and _number(unavailable) > 100:
        errors.append(FieldError(INVALID, f"{where}.maxUnavailable", unavailable, "must not be greater than 100%"))
    return errors


def _int_or_percent(value: int | str, where: str) -> Errors:
    if isinstance(value, str):
        return [FieldError(INVALID, where, value, said) for said in names.percent_problems(value)]
    return _not_negative(where, value)


def _number(value: int | str) -> int:
    """The number in `5` or "5%", 0 for any other text: what the zero test looks at."""
    if isinstance(value, int):
        return value
    return 0 if names.percent_problems(value) else int(value[:-1][:HUGE])


def _whole(value: int | str | None) -> int | str:
    return 0 if value is None else value


# ------------------------------------------------------------------------------------------------------------------ pods


def validate_pod(new: Pod, old: Pod | None = None) -> Errors:
    errors = _meta(new.metadata, old and old.metadata, names.subdomain_problems)
    errors += _pod_spec(new.spec, "spec")
    for i, container in enumerate(new.spec.containers):
        if container.image != container.image.strip():
            field = f"spec.containers[{i}].image"
            errors.append(FieldError(INVALID, field, container.image, "must not have leading or trailing whitespace"))
    if old is not None and not _changes_allowed(new.spec, old.spec):
        errors.append(FieldError(FORBIDDEN, "spec", detail=POD_UPDATE))
    return errors


def _changes_allowed(new: PodSpec, old: PodSpec) -> bool:
    """Only images, a deadline and more tolerations may change in a pod that exists."""
    if new.tolerations[: len(old.tolerations)] != old.tolerations:
        return False
    if [c.name for c in new.containers] != [c.name for c in old.containers]:
        return False
    same = msgspec.structs.replace(
        new,
        containers=tuple(msgspec.structs.replace(c, image=o.image) for c, o in zip(new.containers, old.containers, strict=True)),
        tolerations=old.tolerations,
        active_deadline_seconds=old.active_deadline_seconds,
    )
    return same == old


def _pod_spec(spec: PodSpec, where: str) -> Errors:
    volumes, errors = _volumes(spec.volumes, f"{where}.volumes")
    errors += _containers(spec.containers, volumes, f"{where}.containers")
    errors += _init_containers(spec, volumes, f"{where}.initContainers")
    errors += _one_of(f"{where}.restartPolicy", spec.restart_policy, RESTART_POLICIES)
    errors += _one_of(f"{where}.dnsPolicy", spec.dns_policy, DNS_POLICIES)
    errors += validate_labels(spec.node_selector, f"{where}.nodeSelector")
    if spec.active_deadline_seconds is not None and not 1 <= spec.active_deadline_seconds <= 2**31 - 1:
        said = "must be between 1 and 2147483647, inclusive"
        errors.append(FieldError(INVALID, f"{where}.activeDeadlineSeconds", spec.active_deadline_seconds, said))
    if spec.hostname:
        errors += [FieldError(INVALID, f"{where}.hostname", spec.hostname, said) for said in names.label_problems(spec.hostname)]
    errors += _tolerations(spec, f"{where}.tolerations")
    return errors + _not_negative(f"{where}.terminationGracePeriodSeconds", spec.termination_grace_period_seconds)


def _volumes(volumes: tuple[dict, ...], where: str) -> tuple[set[str], Errors]:
    found: set[str] = set()
    errors = []
    for i, volume in enumerate(volumes):
        name = volume.get("name", "")
        if not name:
            errors.append(FieldError(REQUIRED, f"{where}[{i}].name"))
        errors += [FieldError(INVALID, f"{where}[{i}].name", name, said) for said in names.label_problems(name) if name]
        if name in found:
            errors.append(FieldError(DUPLICATE, f"{where}[{i}].name", name))
        found.add(name)
    return found, errors


def _containers(containers: tuple[Container, ...], volumes: set[str], where: str) -> Errors:
    if not containers:
        return [FieldError(REQUIRED, where)]
    errors: Errors = []
    seen: set[str] = set()
    for i, container in enumerate(containers):
        path = f"{where}[{i}]"
        errors += _container(container, volumes, path)
        if container.name in seen:
            errors.append(FieldError(DUPLICATE, f"{path}.name", container.name))
        seen.add(container.name)
        errors += _lifecycle(container, path)
        errors += _probes(container, path)
    return errors


def _init_containers(spec: PodSpec, volumes: set[str], where: str) -> Errors:
    errors: Errors = []
    seen = {container.name for container in spec.containers}
    for i, container in enumerate(spec.init_containers):
        path = f"{where}[{i}]"
        errors += _container(container, volumes, path)
        if container.name in seen:
            errors.append(FieldError(DUPLICATE, f"{path}.name", container.name))
        seen.add(container.name)
        if is_sidecar(container):
            errors += _lifecycle(container, path) + _probes(container, path)
            continue
        for field, probe in _probes_of(container):
            if probe is not None:
                errors.append(FieldError(FORBIDDEN, f"{path}.{field}", detail="may not be set for init containers"))
    return errors


def _container(container: Container, volumes: set[str], where: str) -> Errors:
    if not container.name:
        errors = [FieldError(REQUIRED, f"{where}.name")]
    else:
        errors = [FieldError(INVALID, f"{where}.name", container.name, said) for said in names.label_problems(container.name)]
    if not container.image:
        errors.append(FieldError(REQUIRED, f"{where}.image"))
    errors += _one_of(f"{where}.terminationMessagePolicy", container.termination_message_policy, MESSAGE_POLICIES)
    errors += _container_ports(container.ports, f"{where}.ports")
    errors += _env(container.env, f"{where}.env")
    errors += _volume_mounts(container.volume_mounts, volumes, f"{where}.volumeMounts")
    errors += _one_of(f"{where}.imagePullPolicy", container.image_pull_policy, PULL_POLICIES)
    if container.restart_policy:
        errors += _one_of(f"{where}.restartPolicy", container.restart_policy, RESTART_POLICIES)
    return errors + _resources(container.resources or {}, f"{where}.resources")


def _container_ports(ports: tuple[dict, ...], where: str) -> Errors:
    errors: Errors = []
    seen: set[str] = set()
    for i, port in enumerate(ports):
        path, name, number = f"{where}[{i}]", port.get("name", ""), port.get("containerPort", 0)
        problems = names.port_name_problems(name) if name else []
        errors += [FieldError(INVALID, f"{path}.name", name, said) for said in problems]
        if name and not problems and name in seen:
            errors.append(FieldError(DUPLICATE, f"{path}.name", name))
        seen.add(name)
        if number == 0:
            errors.append(FieldError(REQUIRED, f"{path}.containerPort"))
        else:
            errors += [FieldError(INVALID, f"{path}.containerPort", number, said) for said in names.port_problems(number)]
        if port.get("hostPort"):
            errors += [FieldError(INVALID, f"{path}.hostPort", port["hostPort"], s) for s in names.port_problems(port["hostPort"])]
        errors += _one_of(f"{path}.protocol", port.get("protocol", ""), PROTOCOLS)
    return errors


def _env(env: tuple[dict, ...], where: str) -> Errors:
    errors: Errors = []
    said = "a valid environment variable name must consist only of printable ASCII characters other than '='"
    for i, entry in enumerate(env):
        name = entry.get("name", "")
        if not name:
            errors.append(FieldError(REQUIRED, f"{where}[{i}].name"))
        elif not all(" " <= sign <= "~" and sign != "=" for sign in name):
            errors.append(FieldError(INVALID, f"{where}[{i}].name", name, said))
        if entry.get("value") and "valueFrom" in entry:
            errors.append(FieldError(INVALID, f"{where}[{i}].valueFrom", "", "may not be specified when `value` is not empty"))
    return errors


def _volume_mounts(mounts: tuple[dict, ...], volumes: set[str], where: str) -> Errors:
    errors: Errors = []
    seen: set[str] = set()
    for i, mount in enumerate(mounts):
        name, path = mount.get("name", ""), mount.get("mountPath", "")
        if not name:
            errors.append(FieldError(REQUIRED, f"{where}[{i}].name"))
        elif name not in volumes:
            errors.append(FieldError(NOT_FOUND, f"{where}[{i}].name", name))
        if not path:
            errors.append(FieldError(REQUIRED, f"{where}[{i}].mountPath"))
        if path in seen:
            errors.append(FieldError(INVALID, f"{where}[{i}].mountPath", path, "must be unique"))
        seen.add(path)
    return errors


def _resources(resources: dict[str, Any], where: str) -> Errors:
    errors: Errors = []
    limits = resources.get("limits") or {}
    for part in ("limits", "requests"):
        for name, amount in (resources.get(part) or {}).items():
            path = f"{where}.{part}.{name}" if "/" not in name else f"{where}.{part}[{name}]"
            if quantity(amount) < 0:
                errors.append(FieldError(INVALID, path, amount, NOT_NEGATIVE))
            if part == "requests" and name in limits and quantity(amount) > quantity(limits[name]):
                said = f"must be less than or equal to {name} limit of {limits[name]}"
                errors.append(FieldError(INVALID, f"{where}.requests", amount, said))
    return errors


def _lifecycle(container: Container, where: str) -> Errors:
    errors: Errors = []
    for hook, handler in (container.lifecycle or {}).items():
        if isinstance(handler, dict):
            errors += _handler({key: handler.get(key) for key in ("exec", "httpGet", "tcpSocket", "sleep")}, f"{where}.lifecycle.{hook}")
    return errors


def _probes_of(container: Container) -> tuple[tuple[str, Probe | None], ...]:
    return (
        ("livenessProbe", container.liveness_probe),
        ("readinessProbe", container.readiness_probe),
        ("startupProbe", container.startup_probe),
    )


def _probes(container: Container, where: str) -> Errors:
    errors: Errors = []
    for field, probe in _probes_of(container):
        if probe is None:
            continue
        path = f"{where}.{field}"
        handlers = {"exec": probe.exec, "httpGet": probe.http_get, "tcpSocket": probe.tcp_socket, "grpc": probe.grpc}
        errors += _handler(handlers, path) + _probe_numbers(probe, path)
        if field == "readinessProbe":
            if probe.termination_grace_period_seconds is not None:
                grace = probe.termination_grace_period_seconds
                errors.append(FieldError(INVALID, f"{path}.terminationGracePeriodSeconds", grace, "must not be set for readinessProbes"))
        elif probe.success_threshold != 1:
            errors.append(FieldError(INVALID, f"{path}.successThreshold", probe.success_threshold, "must be 1"))
    return errors


def _probe_numbers(probe: Probe, where: str) -> Errors:
    errors = _not_negative(f"{where}.initialDelaySeconds", probe.initial_delay_seconds)
    errors += _not_negative(f"{where}.timeoutSeconds", probe.timeout_seconds)
    errors += _not_negative(f"{where}.periodSeconds", probe.period_seconds)
    errors += _not_negative(f"{where}.successThreshold", probe.success_threshold)
    return errors + _not_negative(f"{where}.failureThreshold", probe.failure_threshold)


def _handler(handlers: dict[str, dict | None], where: str) -> Errors:
    given = [(name, action) for name, action in handlers.items() if action is not None]
    if not given:
        return [FieldError(REQUIRED, where, detail="must specify a handler type")]
    errors: Errors = []
    for name, _ in given[1:]:
        errors.append(FieldError(FORBIDDEN, f"{where}.{name}", detail="may not specify more than 1 handler type"))
    name, action = given[0]
    if name == "exec" and not action.get("command"):
        errors.append(FieldError(REQUIRED, f"{where}.exec.command"))
    if name in ("httpGet", "tcpSocket"):
        errors += _port_or_name(action.get("port", 0), f"{where}.{name}.port")
    if name == "httpGet":
        errors += _one_of(f"{where}.httpGet.scheme", action.get("scheme", ""), ("HTTP", "HTTPS"))
    if name == "grpc":
        errors += [FieldError(INVALID, f"{where}.grpc.port", action.get("port", 0), s) for s in names.port_problems(action.get("port", 0))]
    return errors


def _port_or_name(port: int | str, where: str) -> Errors:
    problems = names.port_problems(port) if isinstance(port, int) else names.port_name_problems(port)
    return [FieldError(INVALID, where, port, said) for said in problems]


def _tolerations(spec: PodSpec, where: str) -> Errors:
    errors: Errors = []
    for i, t in enumerate(spec.tolerations):
        path = f"{where}[{i}]"
        if t.key:
            errors += _label_key(t.key, f"{path}.key")
        elif t.operator != "Exists":
            said = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
            errors.append(FieldError(INVALID, f"{path}.operator", t.operator, said))
        if t.operator not in ("", "Equal", "Exists"):
            errors.append(_unsupported(f"{path}.operator", t.operator, ("Equal", "Exists")))
        if t.operator == "Exists" and t.value:
            errors.append(FieldError(INVALID, f"{path}.operator", t.value, "value must be empty when `operator` is 'Exists'"))
        if t.effect not in ("", "NoSchedule", "PreferNoSchedule", "NoExecute"):
            errors.append(_unsupported(f"{path}.effect", t.effect, ("NoSchedule", "PreferNoSchedule", "NoExecute")))
    return errors


# -------------------------------------------------------------------------------------------------------------- services


def validate_service(new: Service, old: Service | None = None) -> Errors:
    errors = _meta(new.metadata, old and old.metadata, names.label_problems)
    spec = new.spec
    if not spec.ports and spec.cluster_ip != "None" and spec.type != "ExternalName":
        errors.append(FieldError(REQUIRED, "spec.ports"))
    errors += _service_ports(spec.ports)
    errors += validate_labels(spec.selector, "spec.selector")
    errors += _one_of("spec.sessionAffinity", spec.session_affinity, ("ClientIP", "None"))
    errors += _one_of("spec.type", spec.type, SERVICE_TYPES)
    if spec.type == "ExternalName" and not spec.external_name:
        errors.append(FieldError(REQUIRED, "spec.externalName"))
    if spec.cluster_ip not in ("", "None") and not _is_ip(spec.cluster_ip):
        errors.append(
            FieldError(INVALID, "spec.clusterIPs[0]", spec.cluster_ip, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")
        )
    errors += _node_ports(spec)
    if old is not None and old.spec.cluster_ip and spec.cluster_ip and spec.cluster_ip != old.spec.cluster_ip:
        errors.append(FieldError(INVALID, "spec.clusterIPs[0]", spec.cluster_ip, "may not change once set"))
    return errors


def _service_ports(ports: tuple[ServicePort, ...]) -> Errors:
    errors: Errors = []
    seen_names: set[str] = set()
    seen: set[tuple[str, int]] = set()
    for i, port in enumerate(ports):
        path = f"spec.ports[{i}]"
        errors += _service_port_name(port.name, seen_names, len(ports) > 1, f"{path}.name")
        errors += [FieldError(INVALID, f"{path}.port", port.port, said) for said in names.port_problems(port.port)]
        errors += _one_of(f"{path}.protocol", port.protocol, PROTOCOLS)
        errors += _port_or_name(_whole(port.target_port), f"{path}.targetPort")
        if (port.protocol, port.port) in seen:
            errors.append(FieldError(DUPLICATE, path, msgspec.Raw(_duplicate_port(port))))
        seen.add((port.protocol, port.port))
    return errors


def _node_ports(spec: ServiceSpec) -> Errors:
    """Which kinds of Service have ports on the nodes, and what may be said about traffic from outside."""
    errors: Errors = []
    seen: set[tuple[str, int]] = set()
    outside = spec.type in ("NodePort", "LoadBalancer")
    if outside and spec.cluster_ip == "None":
        errors.append(FieldError(INVALID, "spec.clusterIPs[0]", "None", f"may not be set to 'None' for {spec.type} services"))
    for i, port in enumerate(spec.ports):
        where, key = f"spec.ports[{i}].nodePort", (port.protocol, port.node_port)
        if port.node_port and spec.type == "ClusterIP":
            errors.append(FieldError(FORBIDDEN, where, detail="may not be used when `type` is 'ClusterIP'"))
        if port.node_port and key in seen:
            errors.append(FieldError(DUPLICATE, where, port.node_port))
        seen.add(key)
    policy = spec.external_traffic_policy
    if policy is not None and not outside:
        said = "may only be set for externally-accessible services"
        errors.append(FieldError(INVALID, "spec.externalTrafficPolicy", policy, said))
    elif policy not in (None, "Cluster", "Local"):
        errors.append(_unsupported("spec.externalTrafficPolicy", policy, ("Cluster", "Local")))
    if spec.allocate_load_balancer_node_ports is not None and spec.type != "LoadBalancer":
        said = "may only be used when `type` is 'LoadBalancer'"
        errors.append(FieldError(FORBIDDEN, "spec.allocateLoadBalancerNodePorts", detail=said))
    return errors


def _service_port_name(name: str, seen: set[str], required: bool, where: str) -> Errors:
    if not name:
        return [FieldError(REQUIRED, where)] if required else []
    errors = [FieldError(INVALID, where, name, said) for said in names.label_problems(name)]
    if name in seen:
        errors.append(FieldError(DUPLICATE, where, name))
    seen.add(name)
    return errors


def _duplicate_port(port: ServicePort) -> str:
    """The internal Go struct has no JSON tags, so its fields appear under their Go names."""
    tail = f'"AppProtocol":null,"Port":{port.port},"TargetPort":0,"NodePort":0'
    return f'{{"Name":"","Protocol":{_json(port.protocol)},{tail}}}'


def _is_ip(text: str) -> bool:
    parts = text.split(".")
    return len(parts) == 4 and all(p.isascii() and p.isdigit() and str(int(p)) == p and int(p) < 256 for p in parts)


# ------------------------------------------------------------------------------------------------------ nodes, budgets


def validate_node(new: Node, old: Node) -> Errors:
    """ValidateNodeUpdate: nodes come from their kubelets only."""
    errors = _meta(new.metadata, old.metadata, names.subdomain_problems)
    seen: set[tuple[str, str]] = set()
    for i, taint in enumerate(new.spec.taints):
        where = f"spec.taints[{i}]"
        errors += _label_key(taint.key, f"{where}.key")
        errors += [FieldError(INVALID, f"{where}.value", taint.value, said) for said in names.label_value_problems(taint.value)]
        errors += _one_of(f"{where}.effect", taint.effect, TAINT_EFFECTS)
        if (taint.key, taint.effect) in seen:
            shown = f'{{"Key":{_json(taint.key)},"Value":{_json(taint.value)},"Effect":{_json(taint.effect)},"TimeAdded":null}}'
            errors.append(FieldError(DUPLICATE, where, msgspec.Raw(shown), "taints must be unique by key and effect pair"))
        seen.add((taint.key, taint.effect))
    return errors


def validate_budget_status(new: PodDisruptionBudget) -> Errors:
    status = new.status
    return [
        error
        for field, value in (
            ("disruptionsAllowed", status.disruptions_allowed),
            ("currentHealthy", status.current_healthy),
            ("desiredHealthy", status.desired_healthy),
            ("expectedPods", status.expected_pods),
        )
        for error in _not_negative(f"status.{field}", value)
    ]


def validate_budget(new: PodDisruptionBudget, old: PodDisruptionBudget | None = None) -> Errors:
    """ValidatePodDisruptionBudgetSpec (pkg/apis/policy/validation)."""
    errors = _meta(new.metadata, old and old.metadata, names.subdomain_problems)
    spec = new.spec
    if spec.min_available is not None and spec.max_unavailable is not None:
        errors.append(FieldError(INVALID, "spec", msgspec.Raw(_go_budget(spec)), "minAvailable and maxUnavailable cannot be both set"))
    for name, value in (("minAvailable", spec.min_available), ("maxUnavailable", spec.max_unavailable)):
        if value is not None:
            errors += _int_or_percent(value, f"spec.{name}")
            if isinstance(value, str) and _number(value) > 100:
                errors.append(FieldError(INVALID, f"spec.{name}", value, "must not be greater than 100%"))
    if spec.selector is not None:
        errors += _label_selector(spec.selector, "spec.selector")
    policy = spec.unhealthy_pod_eviction_policy
    if policy is not None and policy not in EVICTION_POLICIES:
        errors.append(_unsupported("spec.unhealthyPodEvictionPolicy", policy, EVICTION_POLICIES))
    return errors


def _go_budget(spec: PodDisruptionBudgetSpec) -> str:
    """The internal Go struct has no JSON tags."""
    parts = (
        ("MinAvailable", spec.min_available),
        ("Selector", spec.selector),
        ("MaxUnavailable", spec.max_unavailable),
        ("UnhealthyPodEvictionPolicy", spec.unhealthy_pod_eviction_policy),
    )
    return "{" + ",".join(f'"{name}":{_json(value)}' for name, value in parts) + "}"


# ------------------------------------------------------------------------------------------------- metadata and labels


def validate_labels(labels: dict[str, str], where: str) -> Errors:
    errors: Errors = []
    for key, value in sorted(labels.items()):
        errors += _label_key(key, where)
        errors += [FieldError(INVALID, where, value, said) for said in names.label_value_problems(value)]
    return errors


def _label_key(key: str, where: str) -> Errors:
    return [FieldError(INVALID, where, key, said) for said in names.label_key_problems(key)]


def _annotations(annotations: dict[str, str], where: str) -> Errors:
    errors: Errors = []
    for key in sorted(annotations):
        errors += [FieldError(INVALID, where, key, said) for said in names.label_key_problems(key.lower())]
    if sum(names.size(k) + names.size(v) for k, v in annotations.items()) > ANNOTATIONS_SIZE:
        errors.append(FieldError(TOO_LONG, where, detail=f"may not be more than {ANNOTATIONS_SIZE} bytes"))
    return errors


def _label_selector(selector: LabelSelector, where: str) -> Errors:
    errors = validate_labels(selector.match_labels, f"{where}.matchLabels")
    for i, expression in enumerate(selector.match_expressions):
        path = f"{where}.matchExpressions[{i}]"
        if expression.operator in ("In", "NotIn"):
            if not expression.values:
                errors.append(FieldError(REQUIRED, f"{path}.values", detail="must be specified when `operator` is 'In' or 'NotIn'"))
        elif expression.operator in ("Exists", "DoesNotExist"):
            if expression.values:
                said = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                errors.append(FieldError(FORBIDDEN, f"{path}.values", detail=said))
        else:
            errors.append(FieldError(INVALID, f"{path}.operator", expression.operator, "not a valid selector operator"))
        errors += _label_key(expression.key, f"{path}.key")
        for j, value in enumerate(expression.values):
            errors += [FieldError(INVALID, f"{path}.values[{j}]", value, said) for said in names.label_value_problems(value)]
    return errors


def _meta(new: ObjectMeta, old: ObjectMeta | None, name_problems: Any) -> Errors:
    if old is not None:
        errors = _same("metadata.name", new.name, old.name) + _same("metadata.namespace", new.namespace, old.namespace)
    else:
        errors = _name(new, name_problems)
        if not new.namespace:
            errors.append(FieldError(REQUIRED, "metadata.namespace"))
    errors += validate_labels(new.labels, "metadata.labels")
    errors += _annotations(new.annotations, "metadata.annotations")
    return errors + _owners(new.owner_references) + _finalizers(new, old)


def _owners(references: tuple[OwnerReference, ...]) -> Errors:
    where, errors, first = "metadata.ownerReferences", [], ""
    for owner in references:
        for field, value in (("apiVersion", owner.api_version), ("kind", owner.kind), ("name", owner.name), ("uid", owner.uid)):
            if not value:
                said = "version must not be empty" if field == "apiVersion" else "must not be empty"
                errors.append(FieldError(INVALID, f"{where}.{field}", value, said))
        if (owner.api_version, owner.kind) == ("v1", "Event"):
            errors.append(FieldError(INVALID, where, owner, "/v1, Kind=Event is disallowed from being an owner"))
        if owner.controller and first:
            said = (
                f'Only one reference can have Controller set to true. Found "true" in references for {first} and {owner.kind}/{owner.name}'
            )
            errors.append(FieldError(INVALID, where, list(references), said))
        elif owner.controller:
            first = f"{owner.kind}/{owner.name}"
    return errors


def _finalizers(new: ObjectMeta, old: ObjectMeta | None) -> Errors:
    where = "metadata.finalizers"
    errors = [FieldError(INVALID, where, name, said) for name in new.finalizers for said in names.label_key_problems(name)]
    more = sorted(set(new.finalizers) - set(old.finalizers)) if old is not None and old.deletion_timestamp is not None else []
    if more:
        said = "no new finalizers can be added if the object is being deleted, found new finalizers "
        errors.append(FieldError(FORBIDDEN, where, detail=f"{said}[]string{{{', '.join(map(_json, more))}}}"))
    return errors


def _name(meta: ObjectMeta, name_problems: Any) -> Errors:
    errors: Errors = []
    if meta.generate_name:
        start = meta.generate_name[:-1] + "a" if meta.generate_name.endswith("-") else meta.generate_name
        errors += [FieldError(INVALID, "metadata.generateName", meta.generate_name, said) for said in name_problems(start)]
    if meta.name:
        errors += [FieldError(INVALID, "metadata.name", meta.name, said) for said in name_problems(meta.name)]
    elif not meta.generate_name:
        errors.append(FieldError(REQUIRED, "metadata.name", detail="name or generateName is required"))
    return errors


# ----------------------------------------------------------------------------------------------------------------- small


def _same(where: str, new: Any, old: Any) -> Errors:
    if old is None or new == old:
        return []
    return [FieldError(INVALID, where, new, IMMUTABLE)]


def _not_negative(where: str, value: int | None) -> Errors:
    return [FieldError(INVALID, where, value, NOT_NEGATIVE)] if value is not None and value < 0 else []


def _one_of(where: str, value: str, supported: tuple[str, ...]) -> Errors:
    if not value:
        return [FieldError(REQUIRED, where)]
    return [] if value in supported else [_unsupported(where, value, supported)]


def _unsupported(where: str, value: Any, supported: tuple[str, ...]) -> FieldError:
    return FieldError(UNSUPPORTED, where, value, "supported values: " + ", ".join(f'"{s}"' for s in supported))


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()

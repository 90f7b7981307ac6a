"""Pods as a describe tells of them: containers with their states and probes, volumes, tolerations; and templates of pods."""

from typing import Any

from simulation.kubectl.describing.page import NONE, UNSET, Page, when
from simulation.objects import Container, ContainerState, ContainerStatus, PodTemplateSpec, Probe, Toleration
from simulation.store import Store


def template(page: Page, template: PodTemplateSpec) -> None:
    spec = template.spec
    page.lines.append("Pod Template:")
    page.labels("  Labels", template.metadata.labels)
    if template.metadata.annotations:
        page.annotations("  Annotations", template.metadata.annotations)
    if spec.service_account_name:
        page.add(1, f"Service Account:\t{spec.service_account_name}")
    if spec.init_containers:
        containers(page, "Init Containers", spec.init_containers, None, "  ")
    containers(page, "Containers", spec.containers, None, "  ")
    volumes(page, spec.volumes, "  ")
    if spec.priority_class_name:
        page.add(1, f"Priority Class Name:\t{spec.priority_class_name}")
    page.labels("  Node-Selectors", spec.node_selector)
    tolerations(page, "  Tolerations", spec.tolerations)


def template_text(of: PodTemplateSpec, store: Store) -> str:
    """A pod template with its tabs, as `rollout history --revision` prints it."""
    page = Page(store)
    template(page, of)
    return "\n".join(page.lines) + "\n"


def containers(page: Page, title: str, found: tuple[Container, ...], statuses: tuple[ContainerStatus, ...] | None, space: str) -> None:
    by_name = {status.name: status for status in statuses or ()}
    page.lines.append(f"{space}{title}:{'' if found else ' ' + NONE}")
    for container in found:
        one_container(page, container, by_name.get(container.name), " " if space else "")


def one_container(page: Page, container: Container, status: ContainerStatus | None, indent: str) -> None:
    page.add(1, f"{indent}{container.name}:")
    if status is not None:
        page.add(2, f"Container ID:\t{status.container_id}")
    page.add(2, f"Image:\t{container.image}")
    if status is not None:
        page.add(2, f"Image ID:\t{status.image_id}")
    for title, key in (("Port", "containerPort"), ("Host Port", "hostPort")):
        ports = ", ".join(f"{port.get(key, 0)}/{port.get('protocol', 'TCP')}" for port in container.ports)
        page.add(2, f"{title}{'s' if ',' in ports else ''}:\t{ports or NONE}")
    for title, words in (("Command", container.command), ("Args", container.args)):
        if words:
            page.add(2, f"{title}:")
            page.lines += [f"      {line}" for word in words for line in word.split("\n")]
    if status is not None:
        state(page, "State", status.state)
        if status.last_state.terminated is not None:
            state(page, "Last State", status.last_state)
        page.add(2, f"Ready:\t{status.ready}")
        page.add(2, f"Restart Count:\t{status.restart_count}")
    resources(page, container.resources or {})
    for title, probe in (("Liveness", container.liveness_probe), ("Readiness", container.readiness_probe)):
        if probe is not None:
            page.add(2, f"{title}:\t{_probe(probe)}")
    if container.startup_probe is not None:
        page.add(2, f"Startup:\t{_probe(container.startup_probe)}")
    environment(page, container)
    mounts = sorted(container.volume_mounts, key=lambda mount: mount.get("mountPath", ""))
    page.add(2, "Mounts:" if mounts else f"Mounts:\t{NONE}")
    for mount in mounts:
        page.add(3, f"{mount.get('mountPath', '')} from {mount.get('name', '')} ({'ro' if mount.get('readOnly') else 'rw'})")


def state(page: Page, title: str, state: ContainerState) -> None:
    if state.running is not None:
        page.add(2, f"{title}:\tRunning")
        page.add(3, f"Started:\t{when(state.running.started_at)}")
    elif state.terminated is not None:
        ended = state.terminated
        page.add(2, f"{title}:\tTerminated")
        for name, value in (("Reason", ended.reason), ("Message", ended.message)):
            if value:
                page.add(3, f"{name}:\t{value}")
        page.add(3, f"Exit Code:\t{ended.exit_code}")
        if ended.signal:
            page.add(3, f"Signal:\t{ended.signal}")
        page.add(3, f"Started:\t{when(ended.started_at)}")
        page.add(3, f"Finished:\t{when(ended.finished_at)}")
    else:
        page.add(2, f"{title}:\tWaiting")
        if state.waiting is not None and state.waiting.reason:
            page.add(3, f"Reason:\t{state.waiting.reason}")


def resources(page: Page, resources: dict[str, Any]) -> None:
    for title in ("limits", "requests"):
        if resources.get(title):
            page.add(2, f"{title.capitalize()}:")
            page.lines += [f"      {name}:\t{resources[title][name]}" for name in sorted(resources[title])]


def environment(page: Page, container: Container) -> None:
    if container.env_from:
        page.add(2, "Environment Variables from:")
        for source in container.env_from:
            kind, title = ("configMapRef", "ConfigMap") if "configMapRef" in source else ("secretRef", "Secret")
            optional = str(bool(source.get(kind, {}).get("optional"))).lower()
            page.add(3, f"{source.get(kind, {}).get('name', '')}\t{title}\tOptional: {optional}")
    page.add(2, "Environment:" if container.env else f"Environment:\t{NONE}")
    for entry in container.env:
        page.add(3, f"{entry['name']}:\t{_env(entry)}")


def volumes(page: Page, volumes: tuple[dict[str, Any], ...], space: str) -> None:
    if not volumes:
        page.lines.append(f"{space}Volumes:\t{NONE}")
        return
    page.lines.append(f"{space}Volumes:")
    for volume in volumes:
        page.add(1, f"{' ' if space else ''}{volume.get('name', '')}:")
        if "emptyDir" in volume:
            source = volume["emptyDir"] or {}
            page.add(2, "Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)")
            page.add(2, f"Medium:\t{source.get('medium', '')}")
            page.add(2, f"SizeLimit:\t{source.get('sizeLimit', UNSET)}")
        else:
            page.add(2, f"Type:\t{next((key for key in volume if key != 'name'), '<unknown>')}")


def tolerations(page: Page, title: str, tolerations: tuple[Toleration, ...]) -> None:
    texts = [_toleration(t) for t in sorted(tolerations, key=lambda t: t.key)] or [NONE]
    page.lines.append(f"{title}:\t{texts[0]}")
    page.lines += [f"\t{text}" for text in texts[1:]]


def _env(entry: dict[str, Any]) -> str:
    source = entry.get("valueFrom") or {}
    if (field := source.get("fieldRef")) is not None:
        return f" ({field.get('apiVersion', 'v1')}:{field.get('fieldPath', '')})"
    for key, what in (("configMapKeyRef", "config map"), ("secretKeyRef", "secret")):
        if (ref := source.get(key)) is not None:
            optional = str(bool(ref.get("optional"))).lower()
            return f"<set to the key '{ref.get('key', '')}' of {what} '{ref.get('name', '')}'>  Optional: {optional}"
    return entry.get("value", "")


def _probe(probe: Probe) -> str:
    attributes = f"delay={probe.initial_delay_seconds}s timeout={probe.timeout_seconds}s period={probe.period_seconds}s"
    attributes += f" #success={probe.success_threshold} #failure={probe.failure_threshold}"
    if probe.exec is not None:
        return f"exec [{' '.join(probe.exec.get('command', ()))}] {attributes}"
    if (http := probe.http_get) is not None:
        path = http.get("path", "")
        path = path if path.startswith("/") or not path else f"/{path}"
        return f"http-get {http.get('scheme', 'HTTP').lower()}://{http.get('host', '')}:{http.get('port')}{path} {attributes}"
    if (tcp := probe.tcp_socket) is not None:
        return f"tcp-socket {tcp.get('host', '')}:{tcp.get('port')} {attributes}"
    if (grpc := probe.grpc) is not None:
        return f"grpc <pod>:{grpc.get('port')} {grpc.get('service') or ''} {attributes}"
    return f"unknown {attributes}"


def _toleration(t: Toleration) -> str:
    text = t.key + (f"={t.value}" if t.value else "") + (f":{t.effect}" if t.effect else "")
    if t.operator == "Exists" and not t.value:
        text += " op=Exists" if text else "op=Exists"
    return text + (f" for {t.toleration_seconds}s" if t.toleration_seconds is not None else "")

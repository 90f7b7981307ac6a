"""`kubectl describe`: one object, what belongs to it and what was said about it. Lines are tabbed and aligned at the end.

Models kubectl/pkg/describe/describe.go (v1.33).
"""

from collections.abc import Callable
from typing import Any

from simulation.api.columns import roles
from simulation.api.derived import Endpoints, Lease, Namespace, derived
from simulation.api.duration import age
from simulation.api.errors import StatusError, UsageError
from simulation.api.selectors import from_object
from simulation.api.wire import rfc1123
from simulation.controllers.deployment.util import equal_templates
from simulation.events import last_seen
from simulation.kubectl.answer import Answer
from simulation.kubectl.asking import asked
from simulation.kubectl.generic import content
from simulation.kubectl.gosort import sorted_as_go
from simulation.kubectl.known import read
from simulation.kubectl.quantities import Sum
from simulation.kubectl.tabs import align
from simulation.kubectl.things import as_json, listed, named
from simulation.objects import (
    LAST_APPLIED,
    Container,
    ContainerState,
    ContainerStatus,
    Deployment,
    EndpointSlice,
    Event,
    Node,
    Pod,
    PodDisruptionBudget,
    PodTemplateSpec,
    Probe,
    ReplicaSet,
    Service,
    Time,
    Toleration,
)
from simulation.pods import is_finished
from simulation.store import Store, controller_of

LONGEST_ANNOTATION = 140
MOST_SIGNS = 400_000
NONE, UNSET = "<none>", "<unset>"
MISSING = UsageError(
    'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.'
)


def describe(words: list[str], store: Store) -> Answer:
    """`kubectl describe`, all of it. A name that nothing has stands for those that begin with it."""
    parsed = read(words, "describe")
    question = asked(parsed, MISSING)
    events = parsed.text("show-events", "true") not in ("false", "0", "f", "F", "False", "FALSE")
    if len(question.kinds) > 1 and any(name for _, name in question.targets) and not any("/" in arg for arg in parsed.args):
        raise UsageError("you may only specify a single resource type")
    found, errors, begun = [], [], False
    for kind, name in question.targets:
        if not name:
            found += question.objects(store, kind)
            continue
        try:
            found.append(named(store, kind, name, question.namespace or "default"))
        except StatusError as error:
            alike = [obj for obj in listed(store, kind, question.namespace) if obj.metadata.name.startswith(name)]
            begin = alike if len(parsed.args) == 2 else []
            found, begun = [*found, *begin], bool(begin)
            errors += [] if begin else [error]
    told = _told(store)
    texts, size = [], 0
    for obj in found:
        texts.append(Describing(store, events, told).text(obj))
        size += len(texts[-1])
        if size > MOST_SIGNS:
            break
    err = "".join(f"{line}\n" for line in (*question.warnings, *(error.kubectl() for error in errors)))
    if not found and not errors:
        err += f"No resources found in {question.namespace} namespace.\n" if question.namespace else "No resources found\n"
    note = f"These are the first {len(texts)} of {len(found)}: more do not fit here." if len(texts) < len(found) else ""
    out = "".join(f"{text}\n" for text in texts) if begun else "\n\n".join(texts)
    return Answer(out, err, 1 if errors else 0, note)


def _told(store: Store) -> dict[tuple[str, str, str, str], list[Event]]:
    """All events by the kind, namespace, name and uid of what they are about, each list in the API server's order."""
    found: dict[tuple[str, str, str, str], list[Event]] = {}
    for event in listed(store, "Event"):
        about = event.involved_object
        found.setdefault((about.kind, about.namespace, about.name, about.uid), []).append(event)
    return found


class Describing:
    """The lines of one object, gathered."""

    def __init__(self, store: Store, with_events: bool = True, told: dict[tuple[str, str, str, str], list[Event]] | None = None) -> None:
        self.store = store
        self.told = told or {}
        self.now: Time = store.seconds
        self.with_events = with_events
        self.lines: list[str] = []

    def text(self, obj: Any) -> str:
        tail = DESCRIBERS.get(type(obj), Describing.other)(self, obj)
        return align("\n".join(self.lines) + "\n") + (align(tail) if tail else "")

    def add(self, level: int, text: str) -> None:
        self.lines.append("  " * level + text)

    # --- common parts

    def head(self, obj: Any, namespaced: bool = True) -> None:
        self.add(0, f"Name:\t{obj.metadata.name}")
        if namespaced:
            self.add(0, f"Namespace:\t{obj.metadata.namespace}")

    def marks(self, obj: Any) -> None:
        self.labels("Labels", obj.metadata.labels)
        self.annotations("Annotations", obj.metadata.annotations)

    def labels(self, title: str, labels: dict[str, str]) -> None:
        pairs = [f"{key}={labels[key]}" for key in sorted(labels)] or [NONE]
        self.lines.append(f"{title}:\t{pairs[0]}")
        self.lines += [f"\t{pair}" for pair in pairs[1:]]

    def annotations(self, title: str, annotations: dict[str, str]) -> None:
        begin = f"{title}:\t"
        for key in sorted(set(annotations) - {LAST_APPLIED}):
            value = annotations[key].removesuffix("\n")
            if len(value) + len(key) + 2 > LONGEST_ANNOTATION or "\n" in value:
                self.lines.append(f"{begin}{key}:")
                self.lines += [f"\t  {_shortened(line, LONGEST_ANNOTATION - 2)}" for line in value.split("\n")]
            else:
                self.lines.append(f"{begin}{key}: {value}")
            begin = "\t"
        if begin != "\t":
            self.lines.append(f"{begin}{NONE}")

    def owner(self, obj: Any) -> None:
        owner = controller_of(obj)
        if owner is not None:
            self.add(0, f"Controlled By:\t{owner.kind}/{owner.name}")

    def events(self, obj: Any) -> str:
        """The table of events, which is aligned by itself; none is a line like the others."""
        if not self.with_events:
            return ""
        meta = obj.metadata
        uid = meta.name if isinstance(obj, Node) else meta.uid
        found = list(self.told.get((type(obj).__name__, meta.namespace, meta.name, uid), ()))
        if not found:
            self.add(0, f"Events:\t{NONE}")
            return ""
        found = sorted_as_go(found, lambda a, b: _last(a) < _last(b))
        rows = ["  Type\tReason\tAge\tFrom\tMessage", "  ----\t------\t----\t----\t-------"]
        for event in found:
            source = event.source.component or event.reporting_component
            rows.append(f"  {event.type}\t{event.reason}\t{interval(event, self.now)}\t{source}\t{event.message.strip()}")
        return "\n".join(["Events:", *rows]) + "\n"

    def conditions(self, conditions: tuple) -> None:
        if conditions:
            self.lines += ["Conditions:", "  Type\tStatus\tReason", "  ----\t------\t------"]
            self.lines += [f"  {c.type} \t{c.status}\t{c.reason}" for c in conditions]

    # --- pods and their templates

    def template(self, template: PodTemplateSpec) -> None:
        spec = template.spec
        self.lines.append("Pod Template:")
        self.labels("  Labels", template.metadata.labels)
        if template.metadata.annotations:
            self.annotations("  Annotations", template.metadata.annotations)
        if spec.service_account_name:
            self.add(1, f"Service Account:\t{spec.service_account_name}")
        if spec.init_containers:
            self.containers("Init Containers", spec.init_containers, None, "  ")
        self.containers("Containers", spec.containers, None, "  ")
        self.volumes(spec.volumes, "  ")
        if spec.priority_class_name:
            self.add(1, f"Priority Class Name:\t{spec.priority_class_name}")
        self.labels("  Node-Selectors", spec.node_selector)
        self.tolerations("  Tolerations", spec.tolerations)

    def containers(self, title: str, found: tuple[Container, ...], statuses: tuple[ContainerStatus, ...] | None, space: str) -> None:
        by_name = {status.name: status for status in statuses or ()}
        self.lines.append(f"{space}{title}:{'' if found else ' ' + NONE}")
        for container in found:
            self.container(container, by_name.get(container.name), " " if space else "")

    def container(self, container: Container, status: ContainerStatus | None, indent: str) -> None:
        self.add(1, f"{indent}{container.name}:")
        if status is not None:
            self.add(2, f"Container ID:\t{status.container_id}")
        self.add(2, f"Image:\t{container.image}")
        if status is not None:
            self.add(2, f"Image ID:\t{status.image_id}")
        for title, key in (("Port", "containerPort"), ("Host Port", "hostPort")):
            ports = ", ".join(f"{port.get(key, 0)}/{port.get('protocol', 'TCP')}" for port in container.ports)
            self.add(2, f"{title}{'s' if ',' in ports else ''}:\t{ports or NONE}")
        for title, words in (("Command", container.command), ("Args", container.args)):
            if words:
                self.add(2, f"{title}:")
                self.lines += [f"      {line}" for word in words for line in word.split("\n")]
        if status is not None:
            self.state("State", status.state)
            if status.last_state.terminated is not None:
                self.state("Last State", status.last_state)
            self.add(2, f"Ready:\t{status.ready}")
            self.add(2, f"Restart Count:\t{status.restart_count}")
        self.resources(container.resources or {})
        for title, probe in (("Liveness", container.liveness_probe), ("Readiness", container.readiness_probe)):
            if probe is not None:
                self.add(2, f"{title}:\t{_probe(probe)}")
        if container.startup_probe is not None:
            self.add(2, f"Startup:\t{_probe(container.startup_probe)}")
        self.environment(container)
        mounts = sorted(container.volume_mounts, key=lambda mount: mount.get("mountPath", ""))
        self.add(2, "Mounts:" if mounts else f"Mounts:\t{NONE}")
        for mount in mounts:
            self.add(3, f"{mount.get('mountPath', '')} from {mount.get('name', '')} ({'ro' if mount.get('readOnly') else 'rw'})")

    def state(self, title: str, state: ContainerState) -> None:
        if state.running is not None:
            self.add(2, f"{title}:\tRunning")
            self.add(3, f"Started:\t{_time(state.running.started_at)}")
        elif state.terminated is not None:
            ended = state.terminated
            self.add(2, f"{title}:\tTerminated")
            for name, value in (("Reason", ended.reason), ("Message", ended.message)):
                if value:
                    self.add(3, f"{name}:\t{value}")
            self.add(3, f"Exit Code:\t{ended.exit_code}")
            if ended.signal:
                self.add(3, f"Signal:\t{ended.signal}")
            self.add(3, f"Started:\t{_time(ended.started_at)}")
            self.add(3, f"Finished:\t{_time(ended.finished_at)}")
        else:
            self.add(2, f"{title}:\tWaiting")
            if state.waiting is not None and state.waiting.reason:
                self.add(3, f"Reason:\t{state.waiting.reason}")

    def resources(self, resources: dict[str, Any]) -> None:
        for title in ("limits", "requests"):
            if resources.get(title):
                self.add(2, f"{title.capitalize()}:")
                self.lines += [f"      {name}:\t{resources[title][name]}" for name in sorted(resources[title])]

    def environment(self, container: Container) -> None:
        if container.env_from:
            self.add(2, "Environment Variables from:")
            for source in container.env_from:
                kind, title = ("configMapRef", "ConfigMap") if "configMapRef" in source else ("secretRef", "Secret")
                optional = str(bool(source.get(kind, {}).get("optional"))).lower()
                self.add(3, f"{source.get(kind, {}).get('name', '')}\t{title}\tOptional: {optional}")
        self.add(2, "Environment:" if container.env else f"Environment:\t{NONE}")
        for entry in container.env:
            self.add(3, f"{entry['name']}:\t{_env(entry)}")

    def volumes(self, volumes: tuple[dict[str, Any], ...], space: str) -> None:
        if not volumes:
            self.lines.append(f"{space}Volumes:\t{NONE}")
            return
        self.lines.append(f"{space}Volumes:")
        for volume in volumes:
            self.add(1, f"{' ' if space else ''}{volume.get('name', '')}:")
            if "emptyDir" in volume:
                source = volume["emptyDir"] or {}
                self.add(2, "Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)")
                self.add(2, f"Medium:\t{source.get('medium', '')}")
                self.add(2, f"SizeLimit:\t{source.get('sizeLimit', UNSET)}")
            else:
                self.add(2, f"Type:\t{next((key for key in volume if key != 'name'), '<unknown>')}")

    def tolerations(self, title: str, tolerations: tuple[Toleration, ...]) -> None:
        texts = [_toleration(t) for t in sorted(tolerations, key=lambda t: t.key)] or [NONE]
        self.lines.append(f"{title}:\t{texts[0]}")
        self.lines += [f"\t{text}" for text in texts[1:]]

    # --- the kinds

    def pod(self, pod: Pod) -> str:
        meta, spec, status = pod.metadata, pod.spec, pod.status
        self.head(pod)
        if spec.priority is not None:
            self.add(0, f"Priority:\t{spec.priority}")
        if spec.priority_class_name:
            self.add(0, f"Priority Class Name:\t{spec.priority_class_name}")
        if spec.service_account_name:
            self.add(0, f"Service Account:\t{spec.service_account_name}")
        self.add(0, f"Node:\t{f'{spec.node_name}/{status.host_ip}' if spec.node_name else NONE}")
        if status.start_time is not None:
            self.add(0, f"Start Time:\t{_time(status.start_time)}")
        self.marks(pod)
        if meta.deletion_timestamp is not None and not is_finished(pod):
            self.add(0, f"Status:\tTerminating (lasts {age(meta.deletion_timestamp, self.now)})")
            self.add(0, f"Termination Grace Period:\t{meta.deletion_grace_period_seconds}s")
        else:
            self.add(0, f"Status:\t{status.phase}")
        for title, text in (("Reason", status.reason), ("Message", status.message)):
            if text:
                self.add(0, f"{title}:\t{text}")
        self.add(0, f"IP:\t{status.pod_ip}")
        self.lines += ["IPs:", f"  IP:\t{status.pod_ip}"] if status.pod_ip else [f"IPs:\t{NONE}"]
        self.owner(pod)
        if status.nominated_node_name:
            self.add(0, f"NominatedNodeName:\t{status.nominated_node_name}")
        if spec.init_containers:
            self.containers("Init Containers", spec.init_containers, status.init_container_statuses, "")
        self.containers("Containers", spec.containers, status.container_statuses, "")
        if status.conditions:
            self.lines += ["Conditions:", "  Type\tStatus"]
            self.lines += [f"  {c.type} \t{c.status} " for c in status.conditions]
        self.volumes(spec.volumes, "")
        self.add(0, f"QoS Class:\t{status.qos_class}")
        self.labels("Node-Selectors", spec.node_selector)
        self.tolerations("Tolerations", spec.tolerations)
        return self.events(pod)

    def deployment(self, d: Deployment) -> str:
        spec, status = d.spec, d.status
        self.head(d)
        self.add(0, f"CreationTimestamp:\t{_time(d.metadata.creation_timestamp)}")
        self.marks(d)
        self.add(0, f"Selector:\t{from_object(spec.selector)}")
        counts = f"{spec.replicas or 0} desired | {status.updated_replicas} updated | {status.replicas} total"
        counts += f" | {status.available_replicas} available | {status.unavailable_replicas} unavailable"
        self.add(0, f"Replicas:\t{counts}")
        self.add(0, f"StrategyType:\t{spec.strategy.type}")
        self.add(0, f"MinReadySeconds:\t{spec.min_ready_seconds}")
        if (rolling := spec.strategy.rolling_update) is not None:
            self.add(0, f"RollingUpdateStrategy:\t{rolling.max_unavailable} max unavailable, {rolling.max_surge} max surge")
        self.template(spec.template)
        self.conditions(status.conditions)
        old, new = self._sets(d)
        self.add(0, f"OldReplicaSets:\t{_created(old)}")
        self.add(0, f"NewReplicaSet:\t{_created(new)}")
        return self.events(d)

    def _sets(self, d: Deployment) -> tuple[list[ReplicaSet], list[ReplicaSet]]:
        mine = [rs for rs in listed(self.store, "ReplicaSet") if (owner := controller_of(rs)) and owner.uid == d.metadata.uid]
        mine.sort(key=lambda rs: rs.metadata.creation_timestamp or 0)
        new = [rs for rs in mine if equal_templates(rs.spec.template, d.spec.template)][:1]
        return [rs for rs in mine if rs not in new], new

    def replica_set(self, rs: ReplicaSet) -> str:
        self.head(rs)
        self.add(0, f"Selector:\t{from_object(rs.spec.selector)}")
        self.marks(rs)
        self.owner(rs)
        self.add(0, f"Replicas:\t{rs.status.replicas} current / {rs.spec.replicas or 0} desired")
        phases = [pod.status.phase for pod in self.store.owned(rs.metadata.uid).pods.values()]
        counts = (("Running", "Running"), ("Waiting", "Pending"), ("Succeeded", "Succeeded"), ("Failed", "Failed"))
        self.add(0, "Pods Status:\t" + " / ".join(f"{phases.count(phase)} {name}" for name, phase in counts))
        self.template(rs.spec.template)
        self.conditions(rs.status.conditions)
        return self.events(rs)

    def service(self, service: Service) -> str:
        spec = service.spec
        self.head(service)
        self.marks(service)
        self.add(0, f"Selector:\t{','.join(f'{key}={spec.selector[key]}' for key in sorted(spec.selector)) or NONE}")
        self.add(0, f"Type:\t{spec.type}")
        if spec.ip_family_policy:
            self.add(0, f"IP Family Policy:\t{spec.ip_family_policy}")
        self.add(0, f"IP Families:\t{','.join(spec.ip_families) or NONE}")
        self.add(0, f"IP:\t{spec.cluster_ip}")
        if spec.cluster_ips:
            self.add(0, f"IPs:\t{','.join(spec.cluster_ips)}")
        if spec.external_name:
            self.add(0, f"External Name:\t{spec.external_name}")
        slices = [
            s for s in listed(self.store, "EndpointSlice") if s.metadata.labels.get("kubernetes.io/service-name") == service.metadata.name
        ]
        for port in spec.ports:
            self.add(0, f"Port:\t{port.name or UNSET}\t{port.port}/{port.protocol}")
            self.add(0, f"TargetPort:\t{port.target_port}/{port.protocol}")
            if port.node_port:
                self.add(0, f"NodePort:\t{port.name or UNSET}\t{port.node_port}/{port.protocol}")
            self.add(0, f"Endpoints:\t{_endpoints(slices, port.name)}")
        self.add(0, f"Session Affinity:\t{spec.session_affinity}")
        if spec.external_traffic_policy:
            self.add(0, f"External Traffic Policy:\t{spec.external_traffic_policy}")
        if spec.internal_traffic_policy:
            self.add(0, f"Internal Traffic Policy:\t{spec.internal_traffic_policy}")
        return self.events(service)

    def node(self, node: Node) -> str:
        status = node.status
        self.head(node, namespaced=False)
        self.add(0, f"Roles:\t{roles(node)}")
        self.marks(node)
        self.add(0, f"CreationTimestamp:\t{_time(node.metadata.creation_timestamp)}")
        taints = [
            f"{t.key}{f'={t.value}' if t.value else ''}:{t.effect}" for t in sorted(node.spec.taints, key=lambda t: (t.effect, t.key))
        ]
        self.add(0, f"Taints:\t{(taints or [NONE])[0]}")
        self.lines += [f"\t{taint}" for taint in taints[1:]]
        self.add(0, f"Unschedulable:\t{str(node.spec.unschedulable).lower()}")
        self.lease(node)
        if status.conditions:
            self.lines += [
                "Conditions:",
                "  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage",
                "  ----\t------\t-----------------\t------------------\t------\t-------",
            ]
            for c in status.conditions:
                times = f"{_time(c.last_heartbeat_time)} \t{_time(c.last_transition_time)}"
                self.lines.append(f"  {c.type} \t{c.status} \t{times} \t{c.reason} \t{c.message}")
        self.add(0, "Addresses:")
        self.lines += [f"  {address['type']}:\t{address['address']}" for address in status.addresses]
        for title, amounts in (("Capacity", status.capacity), ("Allocatable", status.allocatable)):
            self.add(0, f"{title}:")
            self.lines += [f"  {name}:\t{amounts[name]}" for name in sorted(amounts)]
        self.add(0, "System Info:")
        self.lines += [f"  {title}:\t{status.node_info.get(key, '')}" for title, key in SYSTEM_INFO]
        if node.spec.pod_cidr:
            self.lines += [f"PodCIDR:\t{node.spec.pod_cidr}", f"PodCIDRs:\t{node.spec.pod_cidr}"]
        self.node_pods(node)
        return self.events(node)

    def lease(self, node: Node) -> None:
        lease: Lease | None = next((x for x in derived(self.store, "Lease") if x.metadata.name == node.metadata.name), None)
        self.add(0, "Lease:")
        self.add(1, f"HolderIdentity:\t{lease.spec.holder_identity if lease else UNSET}")
        self.add(1, f"AcquireTime:\t{_time(lease.spec.acquire_time) if lease and lease.spec.acquire_time is not None else UNSET}")
        self.add(1, f"RenewTime:\t{_time(lease.spec.renew_time) if lease and lease.spec.renew_time is not None else UNSET}")

    def node_pods(self, node: Node) -> None:
        pods = [pod for pod in listed(self.store, "Pod") if pod.spec.node_name == node.metadata.name and not is_finished(pod)]
        have = node.status.allocatable
        self.add(0, f"Non-terminated Pods:\t({len(pods)} in total)")
        self.lines.append("  Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge")
        self.lines.append("  ---------\t----\t\t------------\t----------\t---------------\t-------------\t---")
        for pod in pods:
            sums = [_sum([pod], which, name).of(have.get(name)) for name in ("cpu", "memory") for which in ("requests", "limits")]
            born = age(pod.metadata.creation_timestamp, self.now)
            self.lines.append("\t".join([f"  {pod.metadata.namespace}", pod.metadata.name, "", *sums, born]))
        self.lines += ["Allocated resources:", "  (Total limits may be over 100 percent, i.e., overcommitted.)"]
        self.lines += ["  Resource\tRequests\tLimits", "  --------\t--------\t------"]
        for name in ("cpu", "memory", "ephemeral-storage"):
            self.lines.append("\t".join([f"  {name}", *(_sum(pods, which, name).of(have.get(name)) for which in ("requests", "limits"))]))

    def budget(self, budget: PodDisruptionBudget) -> str:
        spec, status = budget.spec, budget.status
        self.head(budget)
        if spec.min_available is not None:
            self.add(0, f"Min available:\t{spec.min_available}")
        elif spec.max_unavailable is not None:
            self.add(0, f"Max unavailable:\t{spec.max_unavailable}")
        self.add(0, f"Selector:\t{from_object(spec.selector) if spec.selector is not None else UNSET}")
        self.add(0, "Status:")
        counts = (status.disruptions_allowed, status.current_healthy, status.desired_healthy, status.expected_pods)
        for title, count in zip(("Allowed disruptions", "Current", "Desired", "Total"), counts, strict=True):
            self.add(2, f"{title}:\t{count}")
        return self.events(budget)

    def endpoints(self, endpoints: Endpoints) -> str:
        self.head(endpoints)
        self.marks(endpoints)
        self.add(0, "Subsets:")
        for subset in endpoints.subsets:
            for title, key in (("Addresses", "addresses"), ("NotReadyAddresses", "notReadyAddresses")):
                self.add(1, f"{title}:\t{','.join(address['ip'] for address in subset.get(key, ())) or NONE}")
            self.lines += ["  Ports:", "    Name\tPort\tProtocol", "    ----\t----\t--------"]
            self.lines += [f"    {port.get('name') or UNSET}\t{port['port']}\t{port['protocol']}" for port in subset["ports"]]
            self.lines.append("")
        return self.events(endpoints)

    def slice(self, slice_: EndpointSlice) -> str:
        self.head(slice_)
        self.marks(slice_)
        self.add(0, f"AddressType:\t{slice_.address_type}")
        if slice_.ports:
            self.lines += ["Ports:", "  Name\tPort\tProtocol", "  ----\t----\t--------"]
            self.lines += [f"  {port.name or UNSET}\t{port.port}\t{port.protocol}" for port in slice_.ports]
        else:
            self.lines.append(f"Ports: {UNSET}")
        self.lines.append("Endpoints:" if slice_.endpoints else f"Endpoints: {NONE}")
        for endpoint in slice_.endpoints or ():
            self.add(1, f"- Addresses:\t{', '.join(endpoint.addresses)}")
            self.lines += ["    Conditions:", f"      Ready:\t{str(endpoint.conditions.ready).lower()}"]
            self.add(2, f"Hostname:\t{endpoint.hostname or UNSET}")
            if endpoint.target_ref is not None:
                self.add(2, f"TargetRef:\t{endpoint.target_ref.kind}/{endpoint.target_ref.name}")
            self.add(2, f"NodeName:\t{endpoint.node_name or UNSET}")
            self.add(2, f"Zone:\t{endpoint.zone or UNSET}")
        return self.events(slice_)

    def other(self, obj: Any) -> str:
        self.head(obj)
        self.marks(obj)
        self.lines += content(as_json(obj))
        return self.events(obj)

    def namespace(self, namespace: Namespace) -> str:
        self.head(namespace, namespaced=False)
        self.marks(namespace)
        self.lines += ["Status:\tActive", "", "No resource quota.", "", "No LimitRange resource."]
        return ""


SYSTEM_INFO = (
    ("Machine ID", "machineID"),
    ("System UUID", "systemUUID"),
    ("Boot ID", "bootID"),
    ("Kernel Version", "kernelVersion"),
    ("OS Image", "osImage"),
    ("Operating System", "operatingSystem"),
    ("Architecture", "architecture"),
    ("Container Runtime Version", "containerRuntimeVersion"),
    ("Kubelet Version", "kubeletVersion"),
    ("Kube-Proxy Version", "kubeProxyVersion"),
)

DESCRIBERS: dict[type, Callable[[Describing, Any], str]] = {
    Pod: Describing.pod,
    Deployment: Describing.deployment,
    ReplicaSet: Describing.replica_set,
    Service: Describing.service,
    Node: Describing.node,
    PodDisruptionBudget: Describing.budget,
    Endpoints: Describing.endpoints,
    EndpointSlice: Describing.slice,
    Namespace: Describing.namespace,
}


def template_text(template: PodTemplateSpec, store: Store) -> str:
    """A pod template with its tabs, as `rollout history --revision` prints it."""
    describing = Describing(store)
    describing.template(template)
    return "\n".join(describing.lines) + "\n"


def interval(event: Event, now: Time) -> str:
    """`5s`, or `5s (x3 over 1m)`."""
    first = age(event.event_time if event.event_time is not None else event.first_timestamp, now)
    if event.series is not None:
        return f"{age(event.series.last_observed_time, now)} (x{event.series.count} over {first})"
    return f"{age(event.last_timestamp, now)} (x{event.count} over {first})" if event.count > 1 else first


def by_time(events: list[Event]) -> list[Event]:
    """As `kubectl events` sorts them."""
    return sorted_as_go(events, lambda a, b: last_seen(a) < last_seen(b))


def _last(event: Event) -> Time:
    return -1 if event.last_timestamp is None else event.last_timestamp


def _time(seconds: Time | None) -> str:
    return rfc1123(seconds) if seconds is not None else "Mon, 01 Jan 0001 00:00:00 +0000"


def _shortened(text: str, most: int) -> str:
    return f"{text[:most]}..." if len(text) > most else text


def _created(sets: list[ReplicaSet]) -> str:
    return ", ".join(f"{rs.metadata.name} ({rs.status.replicas}/{rs.spec.replicas or 0} replicas created)" for rs in sets) or NONE


def _endpoints(slices: list[EndpointSlice], port_name: str) -> str:
    found = [
        f"{endpoint.addresses[0]}:{port.port}"
        for slice_ in slices
        for port in slice_.ports or ()
        if port.name == port_name
        for endpoint in slice_.endpoints or ()
        if endpoint.conditions.ready
    ]
    if not slices:
        return NONE
    return ",".join(found[:3]) + (f" + {len(found) - 3} more..." if len(found) > 3 else "")


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


def _sum(pods: list[Pod], which: str, name: str) -> Sum:
    total = Sum()
    for pod in pods:
        for container in pod.spec.containers:
            total.add(((container.resources or {}).get(which) or {}).get(name))
    return total

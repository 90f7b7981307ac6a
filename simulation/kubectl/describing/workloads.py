"""What keeps pods, and pods: how `kubectl describe` tells of each."""

from simulation.api.duration import age
from simulation.api.selectors import from_object
from simulation.controllers.deployment.util import equal_templates
from simulation.kubectl.describing.containers import containers, template, tolerations, volumes
from simulation.kubectl.describing.page import NONE, UNSET, Page, when
from simulation.kubectl.things import listed
from simulation.objects import Deployment, Pod, PodDisruptionBudget, ReplicaSet
from simulation.pods import is_finished
from simulation.store import controller_of


def pod(page: Page, pod: Pod) -> str:
    meta, spec, status = pod.metadata, pod.spec, pod.status
    page.head(pod)
    if spec.priority is not None:
        page.add(0, f"Priority:\t{spec.priority}")
    if spec.priority_class_name:
        page.add(0, f"Priority Class Name:\t{spec.priority_class_name}")
    if spec.service_account_name:
        page.add(0, f"Service Account:\t{spec.service_account_name}")
    page.add(0, f"Node:\t{f'{spec.node_name}/{status.host_ip}' if spec.node_name else NONE}")
    if status.start_time is not None:
        page.add(0, f"Start Time:\t{when(status.start_time)}")
    page.marks(pod)
    if meta.deletion_timestamp is not None and not is_finished(pod):
        page.add(0, f"Status:\tTerminating (lasts {age(meta.deletion_timestamp, page.now)})")
        page.add(0, f"Termination Grace Period:\t{meta.deletion_grace_period_seconds}s")
    else:
        page.add(0, f"Status:\t{status.phase}")
    for title, text in (("Reason", status.reason), ("Message", status.message)):
        if text:
            page.add(0, f"{title}:\t{text}")
    page.add(0, f"IP:\t{status.pod_ip}")
    page.lines += ["IPs:", f"  IP:\t{status.pod_ip}"] if status.pod_ip else [f"IPs:\t{NONE}"]
    page.owner(pod)
    if status.nominated_node_name:
        page.add(0, f"NominatedNodeName:\t{status.nominated_node_name}")
    if spec.init_containers:
        containers(page, "Init Containers", spec.init_containers, status.init_container_statuses, "")
    containers(page, "Containers", spec.containers, status.container_statuses, "")
    if status.conditions:
        page.lines += ["Conditions:", "  Type\tStatus"]
        page.lines += [f"  {c.type} \t{c.status} " for c in status.conditions]
    volumes(page, spec.volumes, "")
    page.add(0, f"QoS Class:\t{status.qos_class}")
    page.labels("Node-Selectors", spec.node_selector)
    tolerations(page, "Tolerations", spec.tolerations)
    return page.events(pod)


def deployment(page: Page, d: Deployment) -> str:
    spec, status = d.spec, d.status
    page.head(d)
    page.add(0, f"CreationTimestamp:\t{when(d.metadata.creation_timestamp)}")
    page.marks(d)
    page.add(0, f"Selector:\t{from_object(spec.selector)}")
    counts = f"{spec.replicas or 0} desired | {status.updated_replicas} updated | {status.replicas} total"
    counts += f" | {status.available_replicas} available | {status.unavailable_replicas} unavailable"
    page.add(0, f"Replicas:\t{counts}")
    page.add(0, f"StrategyType:\t{spec.strategy.type}")
    page.add(0, f"MinReadySeconds:\t{spec.min_ready_seconds}")
    if (rolling := spec.strategy.rolling_update) is not None:
        page.add(0, f"RollingUpdateStrategy:\t{rolling.max_unavailable} max unavailable, {rolling.max_surge} max surge")
    template(page, spec.template)
    page.conditions(status.conditions)
    old, new = _sets(page, d)
    page.add(0, f"OldReplicaSets:\t{_created(old)}")
    page.add(0, f"NewReplicaSet:\t{_created(new)}")
    return page.events(d)


def _sets(page: Page, d: Deployment) -> tuple[list[ReplicaSet], list[ReplicaSet]]:
    mine = [rs for rs in listed(page.store, "ReplicaSet") if (owner := controller_of(rs)) and owner.uid == d.metadata.uid]
    mine.sort(key=lambda rs: rs.metadata.creation_timestamp or 0)
    new = [rs for rs in mine if equal_templates(rs.spec.template, d.spec.template)][:1]
    return [rs for rs in mine if rs not in new], new


def replica_set(page: Page, rs: ReplicaSet) -> str:
    page.head(rs)
    page.add(0, f"Selector:\t{from_object(rs.spec.selector)}")
    page.marks(rs)
    page.owner(rs)
    page.add(0, f"Replicas:\t{rs.status.replicas} current / {rs.spec.replicas or 0} desired")
    phases = [pod.status.phase for pod in page.store.owned(rs.metadata.uid).pods.values()]
    counts = (("Running", "Running"), ("Waiting", "Pending"), ("Succeeded", "Succeeded"), ("Failed", "Failed"))
    page.add(0, "Pods Status:\t" + " / ".join(f"{phases.count(phase)} {name}" for name, phase in counts))
    template(page, rs.spec.template)
    page.conditions(rs.status.conditions)
    return page.events(rs)


def budget(page: Page, budget: PodDisruptionBudget) -> str:
    spec, status = budget.spec, budget.status
    page.head(budget)
    if spec.min_available is not None:
        page.add(0, f"Min available:\t{spec.min_available}")
    elif spec.max_unavailable is not None:
        page.add(0, f"Max unavailable:\t{spec.max_unavailable}")
    page.add(0, f"Selector:\t{from_object(spec.selector) if spec.selector is not None else UNSET}")
    page.add(0, "Status:")
    counts = (status.disruptions_allowed, status.current_healthy, status.desired_healthy, status.expected_pods)
    for title, count in zip(("Allowed disruptions", "Current", "Desired", "Total"), counts, strict=True):
        page.add(2, f"{title}:\t{count}")
    return page.events(budget)


def _created(sets: list[ReplicaSet]) -> str:
    return ", ".join(f"{rs.metadata.name} ({rs.status.replicas}/{rs.spec.replicas or 0} replicas created)" for rs in sets) or NONE

"""Nodes: how `kubectl describe` tells of them, of their pods and what those ask for."""

from simulation.api.columns import roles
from simulation.api.derived import Lease, derived
from simulation.api.duration import age
from simulation.kubectl.describing.page import NONE, UNSET, Page, when
from simulation.kubectl.quantities import Sum
from simulation.kubectl.things import listed
from simulation.objects import Node, Pod
from simulation.pods import is_finished

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


def node(page: Page, node: Node) -> str:
    status = node.status
    page.head(node, namespaced=False)
    page.add(0, f"Roles:\t{roles(node)}")
    page.marks(node)
    page.add(0, f"CreationTimestamp:\t{when(node.metadata.creation_timestamp)}")
    taints = [f"{t.key}{f'={t.value}' if t.value else ''}:{t.effect}" for t in sorted(node.spec.taints, key=lambda t: (t.effect, t.key))]
    page.add(0, f"Taints:\t{(taints or [NONE])[0]}")
    page.lines += [f"\t{taint}" for taint in taints[1:]]
    page.add(0, f"Unschedulable:\t{str(node.spec.unschedulable).lower()}")
    lease(page, node)
    if status.conditions:
        page.lines += [
            "Conditions:",
            "  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage",
            "  ----\t------\t-----------------\t------------------\t------\t-------",
        ]
        for c in status.conditions:
            times = f"{when(c.last_heartbeat_time)} \t{when(c.last_transition_time)}"
            page.lines.append(f"  {c.type} \t{c.status} \t{times} \t{c.reason} \t{c.message}")
    page.add(0, "Addresses:")
    page.lines += [f"  {address['type']}:\t{address['address']}" for address in status.addresses]
    for title, amounts in (("Capacity", status.capacity), ("Allocatable", status.allocatable)):
        page.add(0, f"{title}:")
        page.lines += [f"  {name}:\t{amounts[name]}" for name in sorted(amounts)]
    page.add(0, "System Info:")
    page.lines += [f"  {title}:\t{status.node_info.get(key, '')}" for title, key in SYSTEM_INFO]
    if node.spec.pod_cidr:
        page.lines += [f"PodCIDR:\t{node.spec.pod_cidr}", f"PodCIDRs:\t{node.spec.pod_cidr}"]
    node_pods(page, node)
    return page.events(node)


def lease(page: Page, node: Node) -> None:
    lease: Lease | None = next((x for x in derived(page.store, "Lease") if x.metadata.name == node.metadata.name), None)
    page.add(0, "Lease:")
    page.add(1, f"HolderIdentity:\t{lease.spec.holder_identity if lease else UNSET}")
    page.add(1, f"AcquireTime:\t{when(lease.spec.acquire_time) if lease and lease.spec.acquire_time is not None else UNSET}")
    page.add(1, f"RenewTime:\t{when(lease.spec.renew_time) if lease and lease.spec.renew_time is not None else UNSET}")


def node_pods(page: Page, node: Node) -> None:
    pods = [pod for pod in listed(page.store, "Pod") if pod.spec.node_name == node.metadata.name and not is_finished(pod)]
    have = node.status.allocatable
    page.add(0, f"Non-terminated Pods:\t({len(pods)} in total)")
    page.lines.append("  Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge")
    page.lines.append("  ---------\t----\t\t------------\t----------\t---------------\t-------------\t---")
    for pod in pods:
        sums = [_sum([pod], which, name).of(have.get(name)) for name in ("cpu", "memory") for which in ("requests", "limits")]
        born = age(pod.metadata.creation_timestamp, page.now)
        page.lines.append("\t".join([f"  {pod.metadata.namespace}", pod.metadata.name, "", *sums, born]))
    page.lines += ["Allocated resources:", "  (Total limits may be over 100 percent, i.e., overcommitted.)"]
    page.lines += ["  Resource\tRequests\tLimits", "  --------\t--------\t------"]
    for name in ("cpu", "memory", "ephemeral-storage"):
        page.lines.append("\t".join([f"  {name}", *(_sum(pods, which, name).of(have.get(name)) for which in ("requests", "limits"))]))


def _sum(pods: list[Pod], which: str, name: str) -> Sum:
    total = Sum()
    for pod in pods:
        for container in pod.spec.containers:
            total.add(((container.resources or {}).get(which) or {}).get(name))
    return total

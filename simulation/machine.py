"""A node's kubelet as a whole: it registers its Node, posts that it is well, and after a silence asserts what it knows of its pods.

Models pkg/kubelet/{kubelet_node_status,nodestatus/setters,status/status_manager}.go (v1.36). Heartbeats are not written: a machine that
answers has always just renewed its lease, and one that is cut off was cut off at a renewal, as in the recordings.
"""

from msgspec.structs import replace

from simulation.nodes import NOT_READY, condition, host_ip
from simulation.objects import HOSTNAME, Machine, Node, NodeCondition, NodeSpec, NodeStatus, ObjectMeta, Taint, Time
from simulation.pods import condition as pod_condition
from simulation.pods import is_finished
from simulation.store import Store

COMPONENT = "kubelet"
WELL = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available", "NodeHasSufficientMemory"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure", "NodeHasNoDiskPressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available", "NodeHasSufficientPID"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status", "NodeReady"),
)
"""(condition, status, reason, message, event) of a node that is well."""


def new_node(machine: Machine, now: Time) -> Node:
    """A Node as its kubelet keeps it: registered and well."""
    resources = {"cpu": "8", "memory": "16Gi", "ephemeral-storage": "100Gi", "pods": str(machine.pods)}
    name = machine.name
    return Node(
        metadata=ObjectMeta(name=name, labels={HOSTNAME: name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}),
        status=NodeStatus(
            capacity=resources,
            allocatable=resources,
            conditions=_well((), now),
            addresses=({"type": "InternalIP", "address": host_ip(name)}, {"type": "Hostname", "address": name}),
            node_info={
                "kubeletVersion": "v1.36.2",
                "osImage": "Debian GNU/Linux 12 (bookworm)",
                "kernelVersion": "6.1.0-32-amd64",
                "containerRuntimeVersion": "containerd://2.1.4",
                "operatingSystem": "linux",
                "architecture": "amd64",
            },
        ),
    )


def post_status(store: Store, name: str) -> None:
    """Say that the node is well, with an Event for each condition that this changes; a node the API does not know is registered first."""
    node = store.get("Node", name, "") or _register(store, store.machines[name])
    conditions = _well(node.status.conditions, store.seconds)
    changed = [event for type, status, _, _, event in WELL if (was := condition(node, type)) is None or was.status != status]
    if changed:
        node = store.update_status(replace(node, status=replace(node.status, conditions=conditions)))
    for event in changed:
        store.event(node, "Normal", event, f"Node {name} status is now: {event}", COMPONENT, name)


def reassert(store: Store, name: str) -> None:
    """Put back the Ready of pods that the node controller took away; to the kubelet nothing had changed, so the time stays the old one."""
    for pod in list(store.on_node.get(name, {}).values()):
        contained = pod_condition(pod, "ContainersReady")
        ready = pod_condition(pod, "Ready")
        if contained is None or ready is None or ready.status == contained.status or is_finished(pod) or pod.spec.readiness_gates:
            continue
        own = replace(contained, type="Ready")
        conditions = tuple(own if c.type == "Ready" else c for c in pod.status.conditions)
        store.update_status(replace(pod, status=replace(pod.status, conditions=conditions)))


def _register(store: Store, machine: Machine) -> Node:
    """Admission taints a new Node as not ready until its controller has seen it well (TaintNodesByCondition)."""
    node = new_node(machine, store.seconds)
    taint = Taint(key=NOT_READY, effect="NoSchedule")
    return store.create(replace(node, spec=NodeSpec(taints=(taint,)), status=replace(node.status, conditions=())))


def _well(old: tuple[NodeCondition, ...], now: Time) -> tuple[NodeCondition, ...]:
    before = {c.type: c for c in old}
    conditions = []
    for type, status, reason, message, _ in WELL:
        was = before.get(type)
        since = was.last_transition_time if was is not None and was.status == status else now
        conditions.append(NodeCondition(type, status, now, since, reason, message))
    return tuple(conditions)

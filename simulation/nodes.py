"""What a node's record says about it: ready, tainted, in which zone; and what a toleration lets by.

Models component-helpers/scheduling/corev1 and component-helpers/node/topology (v1.36).
"""

from collections.abc import Iterable

from simulation.objects import Machine, Node, NodeCondition, Taint, Time, Toleration

NOT_READY = "node.kubernetes.io/not-ready"
UNREACHABLE = "node.kubernetes.io/unreachable"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
ZONE = "topology.kubernetes.io/zone"
REGION = "topology.kubernetes.io/region"

STATUS_SECONDS = 300
"""How often a kubelet posts a status that has not changed (nodeStatusReportFrequency)."""


def condition(node: Node, type: str) -> NodeCondition | None:
    for found in node.status.conditions:
        if found.type == type:
            return found
    return None


def ready(node: Node) -> str:
    """Status of the Ready condition: True, False or Unknown; Unknown too for a node that never posted one."""
    found = condition(node, "Ready")
    return found.status if found is not None else "Unknown"


def zone_of(node: Node) -> str:
    """The failure domain a node is counted in, "" without labels (topology.GetZoneKey)."""
    region, zone = node.metadata.labels.get(REGION, ""), node.metadata.labels.get(ZONE, "")
    return f"{region}:\x00:{zone}" if region or zone else ""


def has_taint(node: Node, key: str, effect: str) -> bool:
    return any(taint.key == key and taint.effect == effect for taint in node.spec.taints)


def tolerates(toleration: Toleration, taint: Taint) -> bool:
    """Toleration.ToleratesTaint."""
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.key and toleration.key != taint.key:
        return False
    return toleration.operator == "Exists" or toleration.value == taint.value


def tolerated(tolerations: Iterable[Toleration], taint: Taint) -> bool:
    return any(tolerates(toleration, taint) for toleration in tolerations)


def last_heartbeat(node: Node, machine: Machine | None, now: Time) -> Time:
    """What lastHeartbeatTime says: the last post of an unchanged status while the machine answered. Worked out, never written."""
    until = now if machine is None or machine.off_since is None else machine.off_since // 1000
    found = condition(node, "Ready")
    posted = (found.last_heartbeat_time if found is not None else node.metadata.creation_timestamp) or 0
    return posted + max(0, until - posted) // STATUS_SECONDS * STATUS_SECONDS


def host_ip(node: str) -> str:
    """Node addresses are 192.168.0.10 plus the node's number."""
    digits = node.rpartition("-")[2]
    number = int(digits) if digits.isdigit() else sum(node.encode()) % 200
    return f"192.168.{(10 + number) // 256 % 256}.{(10 + number) % 256}"

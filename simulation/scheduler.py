"""Which node: one that has room, then the one with the fewest pods of the same owner, then the least loaded.

Models pkg/scheduler (v1.36) in its filters and messages; the scores are reduced to the two that decide on equal nodes
(PodTopologySpread and LeastAllocated), which reference material calls an adequate simplification.
"""

from collections import Counter
from functools import lru_cache

from msgspec.structs import replace

from simulation.ledger import Ledger
from simulation.nodes import UNSCHEDULABLE, tolerated
from simulation.objects import Container, Node, Pod, PodCondition, Taint
from simulation.pods import condition, is_finished
from simulation.store import Key, Store, controller_of

COMPONENT = "default-scheduler"
DEFAULT_MILLI_CPU = 100
DEFAULT_MEMORY = 200 * 1024 * 1024
CORDON = Taint(key=UNSCHEDULABLE, effect="NoSchedule")
SUFFIXES = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def schedule(store: Store, ledger: Ledger, key: Key) -> bool:
    """Bind one pod. False if no node has room; the pod then says so and waits."""
    namespace, name = key
    pod = store.get("Pod", name, namespace)
    if pod is None or pod.spec.node_name or pod.metadata.deletion_timestamp is not None:
        return True
    nodes = store.list("Node")
    reasons: Counter[str] = Counter()
    best: tuple | None = None
    owner = controller_of(pod)
    spread = store.owned(owner.uid).by_node if owner is not None else {}
    for node in nodes:
        reason = _refusal(store, node, pod)
        if reason:
            reasons[reason] += 1
            continue
        score = (_unloved(node, pod), spread.get(node.metadata.name, 0), _load(store, node), node.metadata.name)
        if best is None or score < best:
            best = score
    if best is None:
        _fail(store, ledger, pod, fit_error(len(nodes), reasons), len(nodes))
        return False
    bind(store, pod, best[-1])
    return True


def bind(store: Store, pod: Pod, node: str) -> Pod:
    """The Binding: nodeName and PodScheduled, without a new generation."""
    scheduled = PodCondition("PodScheduled", "True", store.seconds)
    conditions = (scheduled, *(c for c in pod.status.conditions if c.type != "PodScheduled"))
    bound = replace(pod, spec=replace(pod.spec, node_name=node), status=replace(pod.status, conditions=conditions))
    bound = store.update_status(bound)
    where = f"{pod.metadata.namespace}/{pod.metadata.name}"
    store.event(bound, "Normal", "Scheduled", f"Successfully assigned {where} to {node}", COMPONENT)
    return bound


def fit_error(nodes: int, reasons: Counter[str]) -> str:
    """FitError.Error(): the reasons counted, sorted as strings, then what preemption found."""
    if not nodes:
        return "no nodes available to schedule pods"
    histogram = ", ".join(sorted(f"{count} {reason}" for reason, count in reasons.items()))
    freeable = sum(count for reason, count in reasons.items() if reason.startswith(("Insufficient", "Too many")))
    victims: Counter[str] = Counter()
    victims["No preemption victims found for incoming pod"] = freeable
    victims["Preemption is not helpful for scheduling"] = nodes - freeable
    preemption = ", ".join(sorted(f"{count} {reason}" for reason, count in victims.items() if count))
    start = f"0/{nodes} nodes are available"
    return f"{start}: {histogram}. no new claims to deallocate, preemption: {start}: {preemption}." if histogram else f"{start}: "


def _fail(store: Store, ledger: Ledger, pod: Pod, message: str, nodes: int) -> None:
    store.event(pod, "Warning", "FailedScheduling", message, COMPONENT)
    old = condition(pod, "PodScheduled")
    if old is None or old.message != message:
        since = old.last_transition_time if old is not None and old.status == "False" else store.seconds
        failed = PodCondition("PodScheduled", "False", since, "Unschedulable", message)
        others = tuple(c for c in pod.status.conditions if c.type != "PodScheduled")
        store.update_status(replace(pod, status=replace(pod.status, conditions=(failed, *others))))
    ledger.write(store.now, COMPONENT, pod, "", "waiting", "scheduler", {"nodes": nodes, "fit": 0}, 0, message)


# ------------------------------------------------------------------------------------------------------------- filters


def _refusal(store: Store, node: Node, pod: Pod) -> str:
    """Why this pod may not go to this node, "" if it may."""
    if node.spec.unschedulable and not tolerated(pod.spec.tolerations, CORDON):
        return "node(s) were unschedulable"
    for taint in node.spec.taints:
        if taint.effect != "PreferNoSchedule" and not tolerated(pod.spec.tolerations, taint):
            return "node(s) had untolerated taint(s)"
    if not pod.spec.node_selector.items() <= node.metadata.labels.items():
        return "node(s) didn't match Pod's node affinity/selector"
    there = [p for p in store.on_node.get(node.metadata.name, {}).values() if not is_finished(p)] if _has_requests(pod) else None
    count = len(store.on_node.get(node.metadata.name, {})) if there is None else len(there)
    if count + 1 > int(node.status.allocatable.get("pods", "110")):
        return "Too many pods"
    if there is None:
        return ""
    cpu, memory = map(sum, zip(*(requests(p) for p in [*there, pod]), strict=True))
    if cpu > quantity(node.status.allocatable.get("cpu", "0"), milli=True):
        return "Insufficient cpu"
    return "Insufficient memory" if memory > quantity(node.status.allocatable.get("memory", "0")) else ""


def _unloved(node: Node, pod: Pod) -> int:
    """PreferNoSchedule taints that the pod does not tolerate: weighted so that any node without comes first (TaintToleration)."""
    return sum(taint.effect == "PreferNoSchedule" and not tolerated(pod.spec.tolerations, taint) for taint in node.spec.taints)


def _load(store: Store, node: Node) -> int:
    """Pods there: with equal requests the least allocated node is the one with the fewest."""
    return len(store.on_node.get(node.metadata.name, {}))


def _has_requests(pod: Pod) -> bool:
    return any((c.resources or {}).get("requests") for c in pod.spec.containers)


def requests(pod: Pod) -> tuple[int, int]:
    """What its containers ask for: (milli cpu, bytes of memory)."""
    return sum(_request(c, "cpu") for c in pod.spec.containers), sum(_request(c, "memory") for c in pod.spec.containers)


def _request(container: Container, resource: str) -> int:
    asked = (container.resources or {}).get("requests") or {}
    return quantity(str(asked.get(resource, "0")), milli=resource == "cpu")


@lru_cache(maxsize=1024)
def quantity(text: str, milli: bool = False) -> int:
    """A resource quantity as a whole number, in thousandths if `milli`, rounded up (apimachinery resource.Quantity)."""
    number, factor = text, 1.0
    for suffix, times in SUFFIXES.items():
        if text.endswith(suffix):
            number, factor = text[: -len(suffix)], float(times)
            break
    else:
        if text.endswith("m"):
            number, factor = text[:-1], 0.001
    try:
        return -int(-(float(number) * factor * (1000 if milli else 1)) // 1)
    except ValueError:
        return 0

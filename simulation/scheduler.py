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
from simulation.pods import condition, is_finished, is_sidecar
from simulation.store import Key, Store, controller_of

COMPONENT = "default-scheduler"
MANY = 1_000_000
"""More pods than any node has: two scores in one number."""
CORDON = Taint(key=UNSCHEDULABLE, effect="NoSchedule")
SUFFIXES = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def schedule(store: Store, ledger: Ledger, key: Key) -> bool:
    """Bind one pod. False if no node has room; the pod then says so and waits."""
    namespace, name = key
    pod = store.get("Pod", name, namespace)
    if pod is None or pod.spec.node_name or pod.metadata.deletion_timestamp is not None:
        return True
    owner = controller_of(pod)
    spread = store.owned(owner.uid).by_node if owner is not None else {}
    if _takes_any_node(pod) and (name := _emptiest(store, spread)):
        bind(store, pod, name)
        return True
    nodes = store.list("Node")
    reasons: Counter[str] = Counter()
    hopeless = 0
    best: tuple | None = None
    for node in nodes:
        refused, helpless = _refusals(store, node, pod)
        if refused:
            reasons.update(refused)
            hopeless += helpless
            continue
        score = (_unloved(node, pod), spread.get(node.metadata.name, 0), _load(store, node), node.metadata.name)
        if best is None or score < best:
            best = score
    if best is None:
        _fail(store, ledger, pod, fit_error(len(nodes), reasons, preemption(len(nodes), hopeless)), len(nodes))
        return False
    bind(store, pod, best[-1])
    return True


def _takes_any_node(pod: Pod) -> bool:
    """It asks for nothing by which two open nodes could differ."""
    return not pod.spec.node_selector and not _has_requests(pod)


def _emptiest(store: Store, spread: dict[str, int]) -> str:
    """What the scores below choose for such a pod while every node is open; "" if one is not or none has room. Most pods go this way,
    and a rollout of thousands asks it thousands of times."""
    best, most, loads = "", 0, store.on_node
    for name, places in store.open_nodes.items():
        if store.running_on.get(name, 0) >= places:
            continue
        score = spread.get(name, 0) * MANY + (len(loads[name]) if name in loads else 0)
        if not best or score < most or (score == most and name < best):
            best, most = name, score
    return best if len(store.open_nodes) == store.count("Node") else ""


def bind(store: Store, pod: Pod, node: str) -> Pod:
    """The Binding: nodeName and PodScheduled, without a new generation."""
    scheduled = PodCondition("PodScheduled", "True", store.seconds)
    conditions = (scheduled, *(c for c in pod.status.conditions if c.type != "PodScheduled"))
    bound = replace(pod, spec=replace(pod.spec, node_name=node), status=replace(pod.status, conditions=conditions))
    bound = store.update_status(bound)
    where = f"{pod.metadata.namespace}/{pod.metadata.name}"
    store.event(bound, "Normal", "Scheduled", f"Successfully assigned {where} to {node}", COMPONENT)
    return bound


def fit_error(nodes: int, reasons: Counter[str], post_filter: str) -> str:
    """Why no node is left: the reasons of all nodes counted, sorted as strings, then what was tried to change that (FitError.Error)."""
    if not nodes:
        return "no nodes available to schedule pods"
    histogram = ", ".join(sorted(f"{count} {reason}" for reason, count in reasons.items()))
    return f"0/{nodes} nodes are available: {histogram}. {post_filter}".rstrip()


def preemption(nodes: int, hopeless: int) -> str:
    """What the PostFilter plugins say: nobody is evicted here, and of `hopeless` nodes it would not help."""
    found = {"No preemption victims found for incoming pod": nodes - hopeless, "Preemption is not helpful for scheduling": hopeless}
    histogram = ", ".join(sorted(f"{count} {reason}" for reason, count in found.items() if count))
    return f"no new claims to deallocate, preemption: 0/{nodes} nodes are available: {histogram}."


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


def _refusals(store: Store, node: Node, pod: Pod) -> tuple[list[str], bool]:
    """(why this pod may not go to this node, whether evicting others would not help); the first plugin that refuses decides."""
    if node.spec.unschedulable and not tolerated(pod.spec.tolerations, CORDON):
        return ["node(s) were unschedulable"], True
    for taint in node.spec.taints:
        if taint.effect != "PreferNoSchedule" and not tolerated(pod.spec.tolerations, taint):
            return ["node(s) had untolerated taint(s)"], True
    if not pod.spec.node_selector.items() <= node.metadata.labels.items():
        return ["node(s) didn't match Pod's node affinity/selector"], True
    return _unfit(store, node, pod)


def _unfit(store: Store, node: Node, pod: Pod) -> tuple[list[str], bool]:
    """What the node has too little of, all of it (noderesources/fit.go fitsRequest)."""
    allocatable = node.status.allocatable
    there = store.on_node.get(node.metadata.name, {})
    asks = _has_requests(pod)
    running = store.running_on.get(node.metadata.name, 0)
    reasons = ["Too many pods"] if running + 1 > int(allocatable.get("pods", "110")) else []
    if not asks:
        return reasons, False
    others = [p for p in there.values() if not is_finished(p)]
    hopeless = False
    totals = [sum(amounts) for amounts in zip(*map(requests, others), strict=True)] or [0, 0]
    for resource, asked, used in zip(("cpu", "memory"), requests(pod), totals, strict=True):
        room = quantity(allocatable.get(resource, "0"), milli=resource == "cpu")
        if asked and asked > room - used:
            reasons.append(f"Insufficient {resource}")
            hopeless = hopeless or asked > room
    return reasons, hopeless


def _unloved(node: Node, pod: Pod) -> int:
    """PreferNoSchedule taints that the pod does not tolerate: weighted so that any node without comes first (TaintToleration)."""
    return sum(taint.effect == "PreferNoSchedule" and not tolerated(pod.spec.tolerations, taint) for taint in node.spec.taints)


def _load(store: Store, node: Node) -> int:
    """Pods there: with equal requests the least allocated node is the one with the fewest."""
    return len(store.on_node.get(node.metadata.name, {}))


def _has_requests(pod: Pod) -> bool:
    return any((c.resources or {}).get("requests") for c in (*pod.spec.init_containers, *pod.spec.containers))


def requests(pod: Pod) -> tuple[int, int]:
    """What the pod asks for: (milli cpu, bytes of memory); see component-helpers/resource PodRequests."""
    return _requests(pod, "cpu"), _requests(pod, "memory")


def _requests(pod: Pod, resource: str) -> int:
    """What runs together adds up: containers with sidecars, or an init container with the sidecars before it, whichever is more."""
    sidecars = most = 0
    for container in pod.spec.init_containers:
        asked = _request(container, resource)
        most = max(most, sidecars + asked)
        sidecars += asked if is_sidecar(container) else 0
    return max(most, sidecars + sum(_request(c, resource) for c in pod.spec.containers))


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

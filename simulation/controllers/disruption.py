"""How many pods of a PodDisruptionBudget may be evicted now: the healthy ones above those it wants.

Models pkg/controller/disruption/disruption.go and component-helpers/apps/poddisruptionbudget (v1.36). Pods are counted afresh at each
sync; what the budget wants is a share of the controllers' spec.replicas, or for a whole minAvailable that number itself.
"""

from msgspec.structs import replace

from simulation.api import eviction, selectors
from simulation.controllers.deployment.util import replicas_of, scaled
from simulation.engine import Millis
from simulation.objects import Pod, PodDisruptionBudget, PodDisruptionBudgetStatus, Time
from simulation.pods import is_ready
from simulation.store import Key, Store, controller_of

COMPONENT = "controllermanager"
DELETION_SECONDS = 120
"""How long a pod that was let go may take to be seen going."""
UNMANAGED = (
    "Pods selected by this PodDisruptionBudget (selector: %s) were found to be unmanaged. As a result, the status of the PDB cannot be "
    'calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of '
    "the PDB to an integer value."
)


def sync_budget(store: Store, key: Key) -> Millis | None:
    """Count, and say how many may go. Returns in how many ms a pod that was let go should be gone, or None."""
    namespace, name = key
    budget = store.get("PodDisruptionBudget", name, namespace)
    if budget is None:
        return None
    pods = [pod for pod in store.list("Pod", namespace) if selectors.matches(budget.spec.selector, pod.metadata.labels)]
    if not pods:
        store.event(budget, "Normal", "NoPods", "No matching pods found", COMPONENT)
    expected, wanted = _expected(store, budget, pods)
    disrupted = _disrupted(store, budget, pods)
    healthy = sum(1 for pod in pods if pod.metadata.deletion_timestamp is None and pod.metadata.name not in disrupted and is_ready(pod))
    allowed = max(healthy - wanted, 0) if expected > 0 else 0
    status = PodDisruptionBudgetStatus(
        observed_generation=budget.metadata.generation,
        disrupted_pods=disrupted,
        disruptions_allowed=allowed,
        current_healthy=healthy,
        desired_healthy=wanted,
        expected_pods=expected,
        conditions=budget.status.conditions,
    )
    store.update_status(replace(budget, status=eviction.with_condition(status, store.seconds)))
    due = [(since + DELETION_SECONDS) * 1000 + 1000 - store.now for since in disrupted.values()]
    return min(due, default=None)


def _expected(store: Store, budget: PodDisruptionBudget, pods: list[Pod]) -> tuple[int, int]:
    """(expected pods, pods wanted healthy) (getExpectedPodCount)."""
    spec = budget.spec
    if spec.max_unavailable is not None:
        expected = _scale(store, budget, pods)
        return expected, max(expected - scaled(spec.max_unavailable, expected, up=True), 0)
    if isinstance(spec.min_available, int):
        return len(pods), spec.min_available
    if spec.min_available is None:
        return 0, 0
    expected = _scale(store, budget, pods)
    return expected, scaled(spec.min_available, expected, up=True)


def _scale(store: Store, budget: PodDisruptionBudget, pods: list[Pod]) -> int:
    """spec.replicas of everything that controls these pods, a Deployment for its ReplicaSets (getExpectedScale)."""
    scales: dict[str, int] = {}
    unmanaged = False
    for pod in pods:
        owner = controller_of(pod)
        if owner is None:
            unmanaged = True
            continue
        rs = store.get("ReplicaSet", owner.name, pod.metadata.namespace)
        above = controller_of(rs) if rs is not None else None
        top = store.get("Deployment", above.name, pod.metadata.namespace) if above is not None else rs
        if top is not None:
            scales[top.metadata.uid] = replicas_of(top)
    if unmanaged:
        store.event(budget, "Warning", "UnmanagedPods", UNMANAGED % _go_selector(budget), COMPONENT)
    return sum(scales.values())


def _disrupted(store: Store, budget: PodDisruptionBudget, pods: list[Pod]) -> dict[str, Time]:
    """Pods that the API server let go and that are still there without a deletionTimestamp (buildDisruptedPodMap)."""
    waiting: dict[str, Time] = {}
    for pod in pods if budget.status.disrupted_pods else ():
        since = budget.status.disrupted_pods.get(pod.metadata.name)
        if since is None or pod.metadata.deletion_timestamp is not None:
            continue
        if (since + DELETION_SECONDS) * 1000 < store.now:
            namespace = budget.metadata.namespace
            message = f"Pod was expected by PDB {namespace}/{namespace} to be deleted but it wasn't"
            store.event(pod, "Warning", "NotDeleted", message, COMPONENT)
        else:
            waiting[pod.metadata.name] = since
    return waiting


def _go_selector(budget: PodDisruptionBudget) -> str:
    labels = budget.spec.selector.match_labels if budget.spec.selector is not None else {}
    pairs = "".join(f"{key}: {value}," for key, value in sorted(labels.items()))
    return f"&LabelSelector{{MatchLabels:map[string]string{{{pairs}}},MatchExpressions:[]LabelSelectorRequirement{{}},}}"

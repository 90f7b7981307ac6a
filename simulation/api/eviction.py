"""The Eviction subresource: a pod is deleted if its PodDisruptionBudget can spare it, else refused with 429.

Models pkg/registry/core/pod/storage/eviction.go and component-helpers/apps/poddisruptionbudget (v1.36).
"""

from msgspec.structs import replace

from simulation.api import selectors
from simulation.api.errors import StatusError
from simulation.objects import Condition, Pod, PodDisruptionBudget, PodDisruptionBudgetStatus, Time
from simulation.pods import is_finished, is_ready
from simulation.pods import with_condition as pod_with_condition
from simulation.store import Store

ALLOWED = "DisruptionAllowed"
REFUSED = "Cannot evict pod as it would violate the pod's disruption budget."
TOO_MANY = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."


def evict(store: Store, pod: Pod, grace_period_seconds: int | None = None) -> None:
    """Delete a pod gracefully, or raise StatusError: 429 if its budget does not allow it now, 500 if it has several."""
    if not (is_finished(pod) or pod.status.phase == "Pending" or pod.metadata.deletion_timestamp is not None):
        _ask_budget(store, pod)
        pod = pod_with_condition(pod, "DisruptionTarget", "True", store.seconds, "EvictionByEvictionAPI", "Eviction API: evicting")
        store.update_status(pod)
    store.delete("Pod", pod.metadata.name, pod.metadata.namespace, grace_period_seconds)


def budgets_of(store: Store, pod: Pod) -> list[PodDisruptionBudget]:
    budgets = store.list("PodDisruptionBudget", pod.metadata.namespace)
    return [budget for budget in budgets if selectors.matches(budget.spec.selector, pod.metadata.labels)]


def with_condition(status: PodDisruptionBudgetStatus, now: Time) -> PodDisruptionBudgetStatus:
    """The status with the condition that follows from its disruptionsAllowed (UpdateDisruptionAllowedCondition)."""
    enough = status.disruptions_allowed > 0
    value = "True" if enough else "False"
    old = next((c for c in status.conditions if c.type == ALLOWED), None)
    new = Condition(
        type=ALLOWED,
        status=value,
        observed_generation=status.observed_generation,
        last_transition_time=old.last_transition_time if old is not None and old.status == value else now,
        reason="SufficientPods" if enough else "InsufficientPods",
        message="",
    )
    return replace(status, conditions=(*(c for c in status.conditions if c.type != ALLOWED), new))


def _ask_budget(store: Store, pod: Pod) -> None:
    budgets = budgets_of(store, pod)
    if len(budgets) > 1:
        raise StatusError(500, "InternalError", TOO_MANY)
    if not budgets:
        return
    [budget] = budgets
    status = budget.status
    if not is_ready(pod):
        if budget.spec.unhealthy_pod_eviction_policy == "AlwaysAllow":
            return
        if status.current_healthy >= status.desired_healthy > 0:
            return
    _check_and_decrement(store, budget, pod)


def _check_and_decrement(store: Store, budget: PodDisruptionBudget, pod: Pod) -> None:
    name, status = budget.metadata.name, budget.status
    if status.observed_generation < budget.metadata.generation:
        raise _too_many_requests(f"The disruption budget {name} is still being processed by the server.")
    if status.disruptions_allowed == 0:
        needs = f"needs {status.desired_healthy} healthy pods and has {status.current_healthy} currently"
        raise _too_many_requests(f"The disruption budget {name} {needs}")
    disrupted = {**status.disrupted_pods, pod.metadata.name: store.seconds}
    status = replace(status, disruptions_allowed=status.disruptions_allowed - 1, disrupted_pods=disrupted)
    if not status.disruptions_allowed:
        status = with_condition(status, store.seconds)
    store.update_status(replace(budget, status=status))


def _too_many_requests(cause: str) -> StatusError:
    return StatusError(429, "TooManyRequests", REFUSED, [("DisruptionBudget", "", cause)])

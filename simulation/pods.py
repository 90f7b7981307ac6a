"""What a pod's record says about it: finished, active, ready, available.

Models pkg/api/v1/pod/util.go and pkg/controller/controller_utils.go (v1.36).
"""

from msgspec.structs import replace

from simulation.engine import Millis
from simulation.objects import POD_DELETION_COST, Container, Pod, PodCondition, Time

NEVER: Time = 2**62
"""Since when a pod is ready that does not say so: never for long enough, and always more recently than any other."""


def is_finished(pod: Pod) -> bool:
    """Succeeded or Failed: its containers will never run again."""
    return pod.status.phase in ("Succeeded", "Failed")


def is_active(pod: Pod) -> bool:
    """Counts for its ReplicaSet: neither finished nor being deleted."""
    return pod.metadata.deletion_timestamp is None and pod.status.phase not in ("Succeeded", "Failed")


def is_terminating(pod: Pod) -> bool:
    """Being deleted, and not yet finished (FilterTerminatingPods)."""
    return pod.metadata.deletion_timestamp is not None and not is_finished(pod)


def is_sidecar(container: Container) -> bool:
    """An init container that keeps running beside the others (IsRestartableInitContainer)."""
    return container.restart_policy == "Always"


def condition(pod: Pod, type: str) -> PodCondition | None:
    for found in pod.status.conditions:
        if found.type == type:
            return found
    return None


def is_ready(pod: Pod) -> bool:
    found = condition(pod, "Ready")
    return found is not None and found.status == "True"


def ready_since(pod: Pod) -> Time | None:
    """The second in which the pod turned ready, None while it is not."""
    for found in pod.status.conditions:
        if found.type == "Ready":
            if found.status != "True":
                return None
            return found.last_transition_time if found.last_transition_time is not None else NEVER
    return None


def is_available(pod: Pod, min_ready_seconds: int, now: Millis) -> bool:
    """Ready for at least `min_ready_seconds` (IsPodAvailable)."""
    since = ready_since(pod)
    return since is not None and (not min_ready_seconds or (since + min_ready_seconds) * 1000 <= now)


def with_condition(pod: Pod, type: str, status: str, now: Time, reason: str = "", message: str = "") -> Pod:
    """The pod with a condition set; its time is when the status last changed (UpdatePodCondition)."""
    old = condition(pod, type)
    since = old.last_transition_time if old is not None and old.status == status else now
    new = PodCondition(type, status, since, reason, message)
    conditions = tuple(new if c is old else c for c in pod.status.conditions) if old is not None else (*pod.status.conditions, new)
    return replace(pod, status=replace(pod.status, conditions=conditions))


def deletion_cost(pod: Pod) -> int:
    """The pod-deletion-cost annotation; 0 when missing or not written as an int32 (GetDeletionCostFromPodAnnotations)."""
    text = pod.metadata.annotations.get(POD_DELETION_COST)
    if text is None:
        return 0
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or (digits[0] == "0" and len(digits) > 1):
        return 0
    cost = int(text)
    return cost if -(2**31) <= cost < 2**31 else 0

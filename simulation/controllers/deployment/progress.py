"""How far the rollout is, and whether it has stood still for too long. Models pkg/controller/deployment/progress.go (v1.36)."""

from msgspec.structs import replace

from simulation.controllers.deployment import util
from simulation.controllers.deployment.sync import COMPONENT, calculate_status
from simulation.ledger import Ledger
from simulation.objects import Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet
from simulation.store import Store


def sync_rollout_status(store: Store, ledger: Ledger, d: Deployment, new: ReplicaSet | None, sets: list[ReplicaSet]) -> int | None:
    """Write status and conditions; returns in how many ms to look again for a missed deadline, None for never."""
    status = calculate_status(d, new, sets, store.seconds)
    conditions = status.conditions
    if not util.has_deadline(d):
        conditions = util.remove_condition(conditions, "Progressing")
    elif not _was_complete(status):
        conditions = _with_progress(store, ledger, d, new, status)
    failure = _replica_failure(new, sets)
    conditions = util.remove_condition(conditions, "ReplicaFailure") if failure is None else util.set_condition(conditions, failure)
    status = replace(status, conditions=conditions)
    if status != d.status:
        store.update_status(replace(d, status=status))
        return None
    # upstream asks again every few ms here, for ever: a rollout once called available never times out, so time alone changes nothing
    return None if _is_available(status) else requeue_stuck(store, d, status)


def _is_available(status: DeploymentStatus) -> bool:
    """The last rollout was called available, and no other has been seen to progress since."""
    progressing = util.get_condition(status.conditions, "Progressing")
    return progressing is not None and progressing.reason == "NewReplicaSetAvailable"


def _was_complete(status: DeploymentStatus) -> bool:
    """Once all pods are new and a rollout was called available, later losses never make it progress or time out again."""
    return status.replicas == status.updated_replicas and _is_available(status)


def _with_progress(
    store: Store, ledger: Ledger, d: Deployment, new: ReplicaSet | None, status: DeploymentStatus
) -> tuple[DeploymentCondition, ...]:
    who = f'ReplicaSet "{new.metadata.name}"' if new is not None else f'Deployment "{d.metadata.name}"'
    conditions = status.conditions
    if util.is_complete(d, status):
        message = f"{who} has successfully progressed."
        condition = util.new_condition("Progressing", "True", "NewReplicaSetAvailable", message, store.seconds)
        terms = {"replicas": status.replicas, "updated": status.updated_replicas, "available": status.available_replicas}
        ledger.write(store.now, COMPONENT, d, new.metadata.name if new else "", "complete", "complete", terms, 0)
        return util.set_condition(conditions, condition)
    if util.is_progressing(d, status):
        condition = util.new_condition("Progressing", "True", "ReplicaSetUpdated", f"{who} is progressing.", store.seconds)
        current = util.get_condition(conditions, "Progressing")
        if current is not None and current.status == "True":
            condition = replace(condition, last_transition_time=current.last_transition_time)
        # replaced even when nothing but the time differs: this is what restarts the deadline
        return (*util.remove_condition(conditions, "Progressing"), condition)
    if util.has_timed_out(d, status, store.now):
        message = f"{who} has timed out progressing."
        condition = util.new_condition("Progressing", "False", "ProgressDeadlineExceeded", message, store.seconds)
        _note_deadline(store, ledger, d, new, status)
        return util.set_condition(conditions, condition)
    return conditions


def _note_deadline(store: Store, ledger: Ledger, d: Deployment, new: ReplicaSet | None, status: DeploymentStatus) -> None:
    progressing = util.get_condition(status.conditions, "Progressing")
    if progressing is None or progressing.reason == "ProgressDeadlineExceeded":
        return
    waited = store.seconds - (progressing.last_update_time or 0)
    terms = {"deadline": d.spec.progress_deadline_seconds or 0, "waited": waited}
    name = new.metadata.name if new else ""
    ledger.write(store.now, COMPONENT, d, name, "exceeded", "progress deadline", terms, 0)


def _replica_failure(new: ReplicaSet | None, sets: list[ReplicaSet]) -> DeploymentCondition | None:
    """The new set's ReplicaFailure, else the first found, as a condition of the Deployment (getReplicaFailures)."""
    for rs in [new, *sets] if new is not None else sets:
        for found in rs.status.conditions:
            if found.type == "ReplicaFailure":
                since = found.last_transition_time
                return DeploymentCondition("ReplicaFailure", found.status, since, since, found.reason, found.message)
    return None


def requeue_stuck(store: Store, d: Deployment, status: DeploymentStatus) -> int | None:
    """When nothing else will wake us, wake at the deadline (requeueStuckDeployment)."""
    progressing = util.get_condition(status.conditions, "Progressing")
    if not util.has_deadline(d) or progressing is None:
        return None
    if util.is_complete(d, status) or progressing.reason == "ProgressDeadlineExceeded":
        return None
    after = ((progressing.last_update_time or 0) + (d.spec.progress_deadline_seconds or 0)) * 1000 - store.now
    return after + 1000 if after >= 1000 else max(after, 0) + 5

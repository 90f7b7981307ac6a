"""One Deployment, one look, one decision. Models pkg/controller/deployment/deployment_controller.go (v1.36)."""

from msgspec.structs import replace

from simulation.api import selectors
from simulation.controllers.deployment import util
from simulation.controllers.deployment.recreate import rollout_recreate
from simulation.controllers.deployment.rollback import rollback
from simulation.controllers.deployment.rolling import rollout_rolling
from simulation.controllers.deployment.sync import (
    COMPONENT,
    Collision,
    is_scaling_event,
    sets_and_revision,
    sync,
    with_condition,
    write_status,
)
from simulation.engine import FAILED
from simulation.ledger import Ledger
from simulation.objects import ROLLBACK_TO, Deployment, LabelSelector, OwnerReference, ReplicaSet
from simulation.store import Key, Store, controller_of


def sync_deployment(store: Store, ledger: Ledger, key: Key) -> int | None:
    """Read all, decide, write. Returns in how many ms to look again, None for "when something changes", or FAILED."""
    namespace, name = key
    d = store.get("Deployment", name, namespace)
    if d is None:
        return None
    if d.spec.selector is None or d.spec.selector == LabelSelector():
        message = "This deployment is selecting all pods. A non-empty selector is required."
        store.event(d, "Warning", "SelectingAll", message, COMPONENT)
        if d.status.observed_generation < d.metadata.generation:
            store.update_status(replace(d, status=replace(d.status, observed_generation=d.metadata.generation)))
        return None
    sets = claim(store, d)
    if d.metadata.deletion_timestamp is not None:
        d, new, old = sets_and_revision(store, ledger, d, sets, create=False)
        write_status(store, d, new, old if new is None else [*old, new])
        return None
    d = _paused_conditions(store, d)
    try:
        return _branch(store, ledger, d, sets)
    except Collision:
        return FAILED


def _branch(store: Store, ledger: Ledger, d: Deployment, sets: list[ReplicaSet]) -> int | None:
    if d.spec.paused:
        return sync(store, ledger, d, sets)
    if ROLLBACK_TO in d.metadata.annotations:
        return rollback(store, ledger, d, sets)
    if is_scaling_event(d, sets):
        return sync(store, ledger, d, sets)
    if util.is_rolling_update(d):
        return rollout_rolling(store, ledger, d, sets)
    return rollout_recreate(store, ledger, d, sets)


def claim(store: Store, d: Deployment) -> list[ReplicaSet]:
    """The sets that are this Deployment's: adopt matching orphans, let go of what matches no more (controller_ref_manager.go)."""
    claimed = []
    for rs in store.list("ReplicaSet", d.metadata.namespace):
        owner = controller_of(rs)
        if owner is not None and owner.uid != d.metadata.uid:
            continue
        matches = selectors.matches(d.spec.selector, rs.metadata.labels)
        if owner is not None and not matches:
            if d.metadata.deletion_timestamp is None:
                left = tuple(o for o in rs.metadata.owner_references if o.uid != d.metadata.uid)
                store.update(replace(rs, metadata=replace(rs.metadata, owner_references=left)))
            continue
        if owner is None:
            if not matches or rs.metadata.deletion_timestamp is not None or d.metadata.deletion_timestamp is not None:
                continue
            ours = OwnerReference("apps/v1", "Deployment", d.metadata.name, d.metadata.uid, True, True)
            rs = store.update(replace(rs, metadata=replace(rs.metadata, owner_references=(*rs.metadata.owner_references, ours))))
        claimed.append(rs)
    return claimed


def _paused_conditions(store: Store, d: Deployment) -> Deployment:
    """Pausing and resuming are conditions, written at once; resuming restarts the deadline (checkPausedConditions)."""
    if not util.has_deadline(d):
        return d
    found = util.get_condition(d.status.conditions, "Progressing")
    reason = found.reason if found is not None else ""
    if reason == "ProgressDeadlineExceeded":
        return d
    if d.spec.paused and reason != "DeploymentPaused":
        return store.update_status(with_condition(store, d, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused"))
    if not d.spec.paused and reason == "DeploymentPaused":
        return store.update_status(with_condition(store, d, "Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed"))
    return d

"""Fade the new set in and the old ones out, never above max total, never below min available by our own hand.

Models pkg/controller/deployment/rolling.go (v1.36). All sizes are spec.replicas; what is available is each set's status as last written.
"""

from simulation.controllers.deployment import util
from simulation.controllers.deployment.progress import sync_rollout_status
from simulation.controllers.deployment.sync import COMPONENT, clean_up, note_growth, scale_set, sets_and_revision
from simulation.ledger import Ledger
from simulation.objects import Deployment, ReplicaSet
from simulation.store import Store


def rollout_rolling(store: Store, ledger: Ledger, d: Deployment, sets: list[ReplicaSet]) -> int | None:
    """One step of a rolling update; returns in how many ms to look again, None for "when something changes"."""
    d, new, old = sets_and_revision(store, ledger, d, sets, create=True)
    if new is None:
        return None
    everything = [*old, new]
    if reconcile_new(store, ledger, d, new, everything) or reconcile_old(store, ledger, d, new, old, everything):
        return sync_rollout_status(store, ledger, d, new, everything)
    if util.is_complete(d, d.status):
        clean_up(store, ledger, d, old)
    return sync_rollout_status(store, ledger, d, new, everything)


def reconcile_new(store: Store, ledger: Ledger, d: Deployment, new: ReplicaSet, everything: list[ReplicaSet]) -> bool:
    """Give the new set the size it may have now; True if that is another than it has (reconcileNewReplicaSet)."""
    size, want = util.replicas_of(new), util.replicas_of(d)
    if size == want:
        return False
    if size > want:
        ledger.write(
            store.now, COMPONENT, d, new.metadata.name, "scaled-down", "too many of the new", {"replicas": want, "from": size}, want
        )
        return scale_set(store, d, new, want)
    total = util.total_replicas(everything)
    grown = util.new_rs_new_replicas(d, total, size)
    note_growth(store, ledger, d, new, total, size, grown)
    return scale_set(store, d, new, grown)


def reconcile_old(
    store: Store, ledger: Ledger, d: Deployment, new: ReplicaSet, old: list[ReplicaSet], everything: list[ReplicaSet]
) -> bool:
    """Take from the old sets what the others can do without; True if anything was (reconcileOldReplicaSets)."""
    shrinkable = util.active(old)
    if not shrinkable:
        return False
    pods, least = util.total_replicas(everything), util.min_available(d)
    not_available = util.replicas_of(new) - new.status.available_replicas
    budget = pods - least - not_available
    decision = "scaled-down" if budget > 0 else "held"
    terms = {"pods": pods, "min_available": least, "new_not_available": not_available}
    if budget <= 0:
        ledger.write(store.now, COMPONENT, d, "", decision, "old may shrink by", terms, max(budget, 0))
        return False
    shrinkable.sort(key=util.by_age)
    shrinkable, cleaned = clean_up_unhealthy(store, ledger, d, shrinkable, budget)
    # both parts read the same, now older, availability: upstream does, and so both can act in one step
    removed = cleaned + scale_down_available(store, ledger, d, shrinkable, everything, least)
    ledger.write(store.now, COMPONENT, d, "", decision if removed else "held", "old may shrink by", terms, budget)
    return removed > 0


def clean_up_unhealthy(store: Store, ledger: Ledger, d: Deployment, old: list[ReplicaSet], most: int) -> tuple[list[ReplicaSet], int]:
    """Old pods that do not answer go first, they cost nothing (cleanupUnhealthyReplicas)."""
    total, left = 0, []
    for rs in old:
        size, available = util.replicas_of(rs), rs.status.available_replicas
        remove = min(most - total, size - available)
        if total >= most or size == 0 or remove == 0:
            left.append(rs)
            continue
        if remove < 0:
            # more available than asked for: upstream stops here with an error that nobody reads
            return old, 0
        scale_set(store, d, rs, size - remove)
        terms = {"budget": most - total, "spec": size, "available": available}
        ledger.write(store.now, COMPONENT, d, rs.metadata.name, "scaled-down", "unhealthy old pods go first", terms, remove)
        total += remove
        left.append(store.get("ReplicaSet", rs.metadata.name, rs.metadata.namespace))
    return left, total


def scale_down_available(
    store: Store, ledger: Ledger, d: Deployment, old: list[ReplicaSet], everything: list[ReplicaSet], least: int
) -> int:
    """Old pods that answer go while enough others do (scaleDownOldReplicaSetsForRollingUpdate)."""
    available = util.total_available(everything)
    total = 0
    for rs in old:
        size = util.replicas_of(rs)
        remove = min(size, available - least - total)
        if remove <= 0:
            continue
        scale_set(store, d, rs, size - remove)
        terms = {"available": available, "min_available": least, "taken": total}
        ledger.write(store.now, COMPONENT, d, rs.metadata.name, "scaled-down", "available old pods may go", terms, remove)
        total += remove
    return total

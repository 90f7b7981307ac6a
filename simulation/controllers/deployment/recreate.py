"""All old pods go, are really gone, and only then the new set comes. Models pkg/controller/deployment/recreate.go (v1.36)."""

from simulation.controllers.deployment import util
from simulation.controllers.deployment.progress import sync_rollout_status
from simulation.controllers.deployment.sync import COMPONENT, clean_up, scale_set, sets_and_revision
from simulation.ledger import Ledger
from simulation.objects import Deployment, ReplicaSet
from simulation.store import Store


def rollout_recreate(store: Store, ledger: Ledger, d: Deployment, sets: list[ReplicaSet]) -> int | None:
    """One step of a Recreate rollout; returns in how many ms to look again, None for "when something changes"."""
    d, new, old = sets_and_revision(store, ledger, d, sets, create=False)
    everything = old if new is None else [*old, new]
    if scale_to_zero(store, ledger, d, old):
        return sync_rollout_status(store, ledger, d, new, everything)
    running = old_pods_running(store, old)
    if running:
        ledger.write(store.now, COMPONENT, d, "", "waiting", "recreate waits for old pods", {"old_pods": running}, 0)
        return sync_rollout_status(store, ledger, d, new, everything)
    if new is None:
        d, new, old = sets_and_revision(store, ledger, d, sets, create=True)
        everything = old if new is None else [*old, new]
    if new is not None:
        size, want = util.replicas_of(new), util.replicas_of(d)
        if scale_set(store, d, new, want):
            decision = "scaled-up" if want > size else "scaled-down"
            ledger.write(store.now, COMPONENT, d, new.metadata.name, decision, "recreate: the new set", {"replicas": want}, want)
    if util.is_complete(d, d.status):
        clean_up(store, ledger, d, old)
    return sync_rollout_status(store, ledger, d, new, everything)


def scale_to_zero(store: Store, ledger: Ledger, d: Deployment, old: list[ReplicaSet]) -> bool:
    """All old sets at once; True if any still had a size (scaleDownOldReplicaSetsForRecreate)."""
    scaled = False
    for rs in util.active(old):
        size = util.replicas_of(rs)
        ledger.write(store.now, COMPONENT, d, rs.metadata.name, "scaled-down", "recreate: old ones to zero", {"from": size}, 0)
        scaled = scale_set(store, d, rs, 0) or scaled
    return scaled


def old_pods_running(store: Store, old: list[ReplicaSet]) -> int:
    """Old pods that may still run: those a set's status counts, and every unfinished one there is, ending ones too (oldPodsRunning)."""
    counted = sum(rs.status.replicas for rs in old)
    there = 0
    for rs in old:
        owned = store.owned(rs.metadata.uid)
        there += owned.active + owned.terminating
    return max(counted, there)

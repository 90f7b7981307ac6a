"""Keep the count: as many pods as spec.replicas says, no matter what happens to them.

Models pkg/controller/replicaset/replica_set.go, replica_set_utils.go and pkg/controller/controller_utils.go (v1.36). The store is read
directly, so a sync always sees the controller's own earlier writes and upstream's expectations have nothing to wait for.
"""

from itertools import groupby
from operator import itemgetter

from msgspec.structs import replace

from simulation.api import selectors
from simulation.api.defaults import admit_pod
from simulation.controllers.deployment.util import replicas_of
from simulation.engine import Millis
from simulation.ledger import Ledger
from simulation.objects import (
    POD_DELETION_COST,
    ObjectMeta,
    OwnerReference,
    Pod,
    PodStatus,
    ReplicaSet,
    ReplicaSetStatus,
    Time,
)
from simulation.pods import is_active, ready_since
from simulation.store import Key, Owned, Store, active_pods, controller_of

COMPONENT = "replicaset-controller"
BURST = 500
PHASES = {"Pending": 0, "Unknown": 1, "Running": 2}


def sync_replica_set(store: Store, ledger: Ledger, key: Key) -> int | None:
    """Adopt, count, create or delete, then say what was counted. Returns in how many ms a ready pod becomes available, or None."""
    namespace, name = key
    rs = store.get("ReplicaSet", name, namespace)
    if rs is None:
        return None
    _claim(store, rs)
    owned = store.owned(rs.metadata.uid)
    # what was there before this sync creates or deletes anything: upstream's status lags by one look, and so does the rollout
    counted = _counts(store, rs, owned)
    next_check = _next_availability(rs, owned, store.now)
    if rs.metadata.deletion_timestamp is None:
        _manage(store, ledger, rs, owned)
    status = replace(counted, observed_generation=rs.metadata.generation, conditions=rs.status.conditions)
    if status != rs.status:
        store.update_status(replace(rs, status=status))
    return next_check


def _claim(store: Store, rs: ReplicaSet) -> None:
    """Adopt matching loose pods, release owned ones that match no more (PodControllerRefManager.ClaimPods)."""
    if rs.metadata.deletion_timestamp is None:
        for pod in list(store.loose.values()):
            if pod.metadata.namespace == rs.metadata.namespace and is_active(pod) and _matches(rs, pod):
                owners = (*pod.metadata.owner_references, _owner(rs))
                store.update_status(replace(pod, metadata=replace(pod.metadata, owner_references=owners)))
    owned = store.owned(rs.metadata.uid)
    suspects = owned.pods if owned.labels is not None and not _selects(rs, owned.labels) else owned.odd
    for pod in list(suspects.values()):
        if is_active(pod) and not _matches(rs, pod):
            left = tuple(o for o in pod.metadata.owner_references if o.uid != rs.metadata.uid)
            store.update_status(replace(pod, metadata=replace(pod.metadata, owner_references=left)))


def _matches(rs: ReplicaSet, pod: Pod) -> bool:
    return _selects(rs, pod.metadata.labels)


def _selects(rs: ReplicaSet, labels: dict[str, str]) -> bool:
    return selectors.matches(rs.spec.selector, labels)


def _counts(store: Store, rs: ReplicaSet, owned: Owned) -> ReplicaSetStatus:
    """calculateStatus without conditions."""
    labels = rs.spec.template.metadata.labels.items()
    unlabelled = sum(1 for pod in owned.odd.values() if is_active(pod) and not labels <= pod.metadata.labels.items())
    terminating = owned.terminating
    terminating -= sum(1 for pod in owned.odd.values() if pod.metadata.deletion_timestamp is not None and not _matches(rs, pod))
    return ReplicaSetStatus(
        replicas=owned.active,
        fully_labeled_replicas=owned.active - unlabelled,
        ready_replicas=owned.ready,
        available_replicas=owned.available(rs.spec.min_ready_seconds, store.now),
        terminating_replicas=terminating,
    )


def _next_availability(rs: ReplicaSet, owned: Owned, now: Millis) -> int | None:
    """In how many ms the next ready pod has been ready for minReadySeconds."""
    wait = rs.spec.min_ready_seconds
    if not wait:
        return None
    due = [(since + wait) * 1000 - now for since in owned.since]
    return min((ms for ms in due if ms > 0), default=None)


# ---------------------------------------------------------------------------------------------------- creating, deleting


def _manage(store: Store, ledger: Ledger, rs: ReplicaSet, owned: Owned) -> None:
    pods, want = owned.active, replicas_of(rs)
    if pods == want:
        return
    terms = {"replicas": want, "pods": pods}
    if pods < want:
        created = min(want - pods, BURST)
        _create_pods(store, rs, created)
        ledger.write(store.now, COMPONENT, rs, rs.metadata.name, "created", "keep the count", terms, created)
        return
    excess = min(pods - want, BURST)
    for pod in pods_to_delete(store, rs, excess):
        store.delete("Pod", pod.metadata.name, pod.metadata.namespace)
        store.event(rs, "Normal", "SuccessfulDelete", f"Deleted pod: {pod.metadata.name}", COMPONENT)
    ledger.write(store.now, COMPONENT, rs, rs.metadata.name, "deleted", "keep the count", terms, -excess)


def _create_pods(store: Store, rs: ReplicaSet, count: int) -> None:
    """`count` pods from the template; upstream's slow start (1, 2, 4, …) only shows when the API refuses some, which ours never does."""
    template = rs.spec.template
    meta = ObjectMeta(
        generate_name=f"{rs.metadata.name}-",
        namespace=rs.metadata.namespace,
        labels=template.metadata.labels,
        annotations=template.metadata.annotations,
        finalizers=template.metadata.finalizers,
        owner_references=(_owner(rs),),
    )
    pod = admit_pod(Pod(metadata=meta, spec=template.spec, status=PodStatus(phase="Pending")))
    for _ in range(count):
        made = store.create(pod)
        store.event(rs, "Normal", "SuccessfulCreate", f"Created pod: {made.metadata.name}", COMPONENT)


def _owner(rs: ReplicaSet) -> OwnerReference:
    return OwnerReference("apps/v1", "ReplicaSet", rs.metadata.name, rs.metadata.uid, True, True)


# ------------------------------------------------------------------------------------------------------ whom to delete


def pods_to_delete(store: Store, rs: ReplicaSet, count: int) -> list[Pod]:
    """The `count` active pods that are missed least (getPodsToDelete, ActivePodsWithRanks)."""
    pods = active_pods(store, rs.metadata.uid)
    if count >= len(pods):
        return pods
    ranks = _ranks(store, rs)
    return least_missed(pods, count, ranks, store.now)


def least_missed(pods: list[Pod], count: int, ranks: dict[str, int], now: Millis) -> list[Pod]:
    """The first `count` in deletion order; `ranks` gives per node how many pods of the same controller run there.

    The first five criteria make a plain key; only pods that tie there, and only where the cut falls, need the pairwise comparison.
    """
    ordered = sorted(((_plain_order(pod, ranks), pod) for pod in pods), key=itemgetter(0))
    chosen: list[Pod] = []
    for _, group in groupby(ordered, key=itemgetter(0)):
        tied = [pod for _, pod in group]
        if len(chosen) + len(tied) > count:
            tied = sorted_by_age(tied, now)
        chosen += tied
        if len(chosen) >= count:
            break
    return chosen[:count]


def _ranks(store: Store, rs: ReplicaSet) -> dict[str, int]:
    """Active pods per node over all sets with this set's controller: crowded nodes lose pods first."""
    owner = controller_of(rs)
    siblings = [rs]
    if owner is not None:
        sets = store.list("ReplicaSet", rs.metadata.namespace)
        siblings = [other for other in sets if (c := controller_of(other)) is not None and c.uid == owner.uid]
    ranks: dict[str, int] = {}
    for sibling in siblings:
        for node, count in store.owned(sibling.metadata.uid).by_node.items():
            ranks[node] = ranks.get(node, 0) + count
    return ranks


def _plain_order(pod: Pod, ranks: dict[str, int]) -> tuple[bool, int, bool, int, int]:
    return (
        bool(pod.spec.node_name),
        PHASES.get(pod.status.phase, 0),
        ready_since(pod) is not None,
        deletion_cost(pod),
        -ranks.get(pod.spec.node_name, 0),
    )


def deletion_cost(pod: Pod) -> int:
    """The pod-deletion-cost annotation; 0 when missing or not written as an int32 (GetDeletionCostFromPodAnnotations)."""
    text = pod.metadata.annotations.get(POD_DELETION_COST, "")
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or (digits[0] == "0" and len(digits) > 1):
        return 0
    cost = int(text)
    return cost if -(2**31) <= cost < 2**31 else 0


def sorted_by_age(pods: list[Pod], now: Millis) -> list[Pod]:
    """Merge sort by compare_age, spelled out: that order is not transitive (uids decide some pairs only), so the outcome depends on the
    algorithm, and Python's own has changed between versions. Upstream's depends on Go's."""
    if len(pods) < 2:
        return pods
    half = len(pods) // 2
    left, right = sorted_by_age(pods[:half], now), sorted_by_age(pods[half:], now)
    merged, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        if compare_age(right[j], left[i], now) < 0:
            merged.append(right[j])
            j += 1
        else:
            merged.append(left[i])
            i += 1
    return merged + left[i:] + right[j:]


def compare_age(a: Pod, b: Pod, now: Millis) -> int:
    """Ready for less long, then restarted more, then younger goes first; ages in one power of two are decided by uid, as if by chance."""
    ready_a, ready_b = ready_since(a), ready_since(b)
    if ready_a is not None and ready_b is not None and ready_a != ready_b:
        return _compare_times(ready_a, ready_b, a, b, now)
    restarts_a, restarts_b = _restarts(a), _restarts(b)
    if restarts_a != restarts_b:
        return restarts_b - restarts_a
    born_a, born_b = a.metadata.creation_timestamp, b.metadata.creation_timestamp
    if born_a != born_b:
        return _compare_times(born_a, born_b, a, b, now)
    return 0


def _compare_times(ta: Time | None, tb: Time | None, a: Pod, b: Pod, now: Millis) -> int:
    if ta is None or tb is None:
        return -1 if ta is None else 1
    rank_a, rank_b = _log2_age(ta, now), _log2_age(tb, now)
    if rank_a == rank_b:
        return -1 if a.metadata.uid < b.metadata.uid else 1
    return rank_a - rank_b


def _log2_age(since: Time, now: Millis) -> int:
    """Power of two of the age in nanoseconds, −1 for none: older pods differ less (LogarithmicScaleDown)."""
    age = (now - since * 1000) * 1_000_000
    return age.bit_length() - 1 if age > 0 else -1


def _restarts(pod: Pod) -> int:
    return max((status.restart_count for status in pod.status.container_statuses), default=0)

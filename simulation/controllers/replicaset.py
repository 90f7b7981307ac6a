"""Keep the count: as many pods as spec.replicas says, no matter what happens to them.

Models pkg/controller/replicaset/replica_set.go, replica_set_utils.go and pkg/controller/controller_utils.go (v1.36). The store is read
directly, so a sync always sees the controller's own earlier writes and upstream's expectations have nothing to wait for.
"""

from collections.abc import Callable

from msgspec.structs import replace

from simulation.api import selectors
from simulation.api.defaults import admit_pod
from simulation.controllers.deployment import util
from simulation.controllers.deployment.util import replicas_of
from simulation.engine import FAILED, Millis
from simulation.ledger import Ledger
from simulation.objects import (
    ObjectMeta,
    OwnerReference,
    Pod,
    PodStatus,
    ReplicaSet,
    ReplicaSetCondition,
    ReplicaSetStatus,
    Time,
)
from simulation.pods import NEVER, is_active, is_sidecar, is_terminating, ready_since
from simulation.store import Forbidden, Key, Owned, Store, controller_of

COMPONENT = "replicaset-controller"
BURST = 500
SLOW_START = 1
"""How many pods the first batch tries."""
PHASES = {"Pending": 0, "Unknown": 1, "Running": 2}


def sync_replica_set(store: Store, ledger: Ledger, key: Key) -> int | None:
    """Adopt, count, create or delete, then say what was counted. Returns in how many ms a ready pod becomes available, None, or FAILED."""
    namespace, name = key
    rs = store.get("ReplicaSet", name, namespace)
    if rs is None:
        return None
    _claim(store, rs)
    owned = store.owned(rs.metadata.uid)
    # what was there before this sync creates or deletes anything: upstream's status lags by one look, and so does the rollout
    counted = counts(rs, owned, store.now)
    next_check = next_availability(rs, owned, store.now)
    error = _manage(store, ledger, rs, owned) if rs.metadata.deletion_timestamp is None else ""
    conditions = with_failure(rs, counted.replicas, error, store.seconds)
    status = replace(counted, observed_generation=rs.metadata.generation, conditions=conditions)
    if status != rs.status:
        store.update_status(replace(rs, status=status))
    return FAILED if error else next_check


def _claim(store: Store, rs: ReplicaSet) -> None:
    """Adopt matching loose pods, release owned ones that match no more (PodControllerRefManager.ClaimPods)."""
    if rs.metadata.deletion_timestamp is None:
        for pod in list(store.loose.values()):
            if pod.metadata.namespace == rs.metadata.namespace and is_active(pod) and _selects(rs, pod.metadata.labels):
                owners = (*pod.metadata.owner_references, _owner(rs))
                store.update_status(replace(pod, metadata=replace(pod.metadata, owner_references=owners)))
    for pod in store.owned(rs.metadata.uid).misfits(lambda labels: _selects(rs, labels)):
        if is_active(pod):
            left = tuple(o for o in pod.metadata.owner_references if o.uid != rs.metadata.uid)
            store.update_status(replace(pod, metadata=replace(pod.metadata, owner_references=left)))


def _selects(rs: ReplicaSet, labels: dict[str, str]) -> bool:
    return selectors.matches(rs.spec.selector, labels)


def counts(rs: ReplicaSet, owned: Owned, now: Millis) -> ReplicaSetStatus:
    """What there is now: the numbers of calculateStatus."""
    wanted = rs.spec.template.metadata.labels.items()
    unlabelled = owned.misfits(lambda labels: wanted <= labels.items())
    strangers = owned.misfits(lambda labels: _selects(rs, labels))
    return ReplicaSetStatus(
        replicas=owned.active,
        fully_labeled_replicas=owned.active - sum(map(is_active, unlabelled)),
        ready_replicas=owned.ready,
        available_replicas=owned.available(rs.spec.min_ready_seconds, now),
        terminating_replicas=owned.terminating - sum(map(is_terminating, strangers)),
    )


def with_failure(rs: ReplicaSet, pods: int, error: str, now: Time) -> tuple[ReplicaSetCondition, ...]:
    """The conditions after an attempt: ReplicaFailure while it fails, with the first error it had (calculateStatus)."""
    conditions = rs.status.conditions
    if not error:
        return util.remove_condition(conditions, "ReplicaFailure")
    if util.get_condition(conditions, "ReplicaFailure") is not None:
        return conditions
    reason = "FailedCreate" if pods < replicas_of(rs) else "FailedDelete"
    return util.set_condition(conditions, ReplicaSetCondition("ReplicaFailure", "True", now, reason, error))


def next_availability(rs: ReplicaSet, owned: Owned, now: Millis) -> int | None:
    """In how many ms the next ready pod has been ready for minReadySeconds (findMinNextPodAvailabilityCheck)."""
    wait = rs.spec.min_ready_seconds
    if not wait:
        return None
    due = [(since + wait) * 1000 - now for since in owned.since if since != NEVER]
    return min((ms for ms in due if ms > 0), default=None)


# ---------------------------------------------------------------------------------------------------- creating, deleting


def _manage(store: Store, ledger: Ledger, rs: ReplicaSet, owned: Owned) -> str:
    """Create or delete what the count is short of or over, at most BURST at once (manageReplicas). Returns the error, "" for none."""
    pods, want = owned.active, replicas_of(rs)
    if pods == want:
        return ""
    terms = {"replicas": want, "pods": pods}
    if pods < want:
        created, error = slow_start(min(want - pods, BURST), SLOW_START, _creation(store, rs))
        decision = "created" if created else "held"
        ledger.write(store.now, COMPONENT, rs, rs.metadata.name, decision, "keep the count", terms, created, error)
        return error
    excess = min(pods - want, BURST)
    for pod in pods_to_delete(store, rs, excess):
        store.delete("Pod", pod.metadata.name, pod.metadata.namespace)
        store.event(rs, "Normal", "SuccessfulDelete", f"Deleted pod: {pod.metadata.name}", COMPONENT)
    ledger.write(store.now, COMPONENT, rs, rs.metadata.name, "deleted", "keep the count", terms, -excess)
    return ""


def slow_start(count: int, batch: int, call: Callable[[], str]) -> tuple[int, str]:
    """Call `count` times in batches that double; one with an error is finished and is the last (slowStartBatch).

    `call` returns its error, "" for none. Returns (successes, first error).
    """
    successes, batch = 0, min(batch, count)
    while batch:
        errors = [error for error in (call() for _ in range(batch)) if error]
        successes += batch - len(errors)
        if errors:
            return successes, errors[0]
        count -= batch
        batch = min(2 * batch, count)
    return successes, ""


def _creation(store: Store, rs: ReplicaSet) -> Callable[[], str]:
    """What creates one pod from the template and says so (RealPodControl.CreatePods)."""
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

    def create() -> str:
        try:
            made = store.create(pod)
        except Forbidden as refused:
            store.event(rs, "Warning", "FailedCreate", f"Error creating: {refused}", COMPONENT)
            return str(refused)
        store.event(rs, "Normal", "SuccessfulCreate", f"Created pod: {made.metadata.name}", COMPONENT)
        return ""

    return create


def _owner(rs: ReplicaSet) -> OwnerReference:
    return OwnerReference("apps/v1", "ReplicaSet", rs.metadata.name, rs.metadata.uid, True, True)


# ------------------------------------------------------------------------------------------------------ whom to delete


def pods_to_delete(store: Store, rs: ReplicaSet, count: int) -> list[Pod]:
    """The `count` active pods of the set that are missed least."""
    return least_missed(store.owned(rs.metadata.uid), count, ranks_of(store, rs), store.now)


def least_missed(owned: Owned, count: int, ranks: dict[str, int], now: Millis) -> list[Pod]:
    """The first `count` active pods in deletion order; `ranks` gives per node how many pods of the same controller run there.

    Only pods of the group where the cut falls need their ages compared. Source: getPodsToDelete, ActivePodsWithRanks.
    """
    if count >= owned.active:
        return [pod for pod in owned.pods.values() if is_active(pod)]
    tied: dict[tuple, list[Key]] = {}
    for group, keys in owned.alike.items():
        tied.setdefault(plain_order(*group, ranks), []).extend(keys)
    chosen: list[Pod] = []
    for order in sorted(tied):
        pods, room = [owned.pods[key] for key in tied[order]], count - len(chosen)
        chosen += pods if len(pods) <= room else youngest(pods, now)[:room]
        if len(chosen) == count:
            break
    return chosen


def plain_order(node: str, phase: str, ready: bool, cost: int, ranks: dict[str, int]) -> tuple[bool, int, bool, int, int]:
    """The five criteria before ages matter: unassigned, not yet running, unready, cheap, on a crowded node."""
    return bool(node), PHASES.get(phase, 0), ready, cost, -ranks.get(node, 0)


def youngest(pods: list[Pod], now: Millis) -> list[Pod]:
    """Pods that tie in the plain order, in the order in which they go; where nothing at all decides, by uid."""
    keys = age_keys(pods, now)
    return [pods[i] for i in sorted(range(len(pods)), key=lambda i: (keys[i], pods[i].metadata.uid))]


def ranks_of(store: Store, rs: ReplicaSet) -> dict[str, int]:
    """Active pods per node over all sets with this set's controller: crowded nodes lose pods first."""
    found: dict[str, int] = {}
    for sibling in same_controller(store, rs):
        for node, count in store.owned(sibling.metadata.uid).by_node.items():
            found[node] = found.get(node, 0) + count
    return found


def same_controller(store: Store, rs: ReplicaSet) -> list[ReplicaSet]:
    """All sets that this set's controller controls, or this one alone if it has none (getReplicaSetsWithSameController)."""
    owner = controller_of(rs)
    if owner is None:
        return [rs]
    sets = store.list("ReplicaSet", rs.metadata.namespace)
    return [other for other in sets if (c := controller_of(other)) is not None and c.uid == owner.uid]


def age_keys(pods: list[Pod], now: Millis) -> list[tuple]:
    """Sort keys: ready for less long first, then restarted more, then younger; of ages in one power of two the lower uid, as if by chance.

    Upstream compares pair by pair, and since the uids decide only between pods of different ages that order is not transitive: what comes
    of it depends on Go's sort. Here pods of one age stand together, where the lowest of their uids puts them, which agrees with every
    pair of one age and is a total order, so that every Python sorts it alike.
    """
    facts = [(ready_since(pod), -max_restarts(pod), -max_sidecar_restarts(pod), _born(pod)) for pod in pods]
    ready: dict[Time | None, str] = {}
    born: dict[tuple, str] = {}
    for pod, alike in zip(pods, facts, strict=True):
        uid, since = pod.metadata.uid, alike[0]
        if since not in ready or uid < ready[since]:
            ready[since] = uid
        if alike not in born or uid < born[alike]:
            born[alike] = uid
    keys = {}
    for alike, lowest in born.items():
        since, restarts, sidecars, birth = alike
        keys[alike] = (_log2_age(since, now), ready[since], restarts, sidecars, _log2_age(birth, now), lowest)
    return [keys[alike] for alike in facts]


def _born(pod: Pod) -> Time:
    return NEVER if pod.metadata.creation_timestamp is None else pod.metadata.creation_timestamp


def _log2_age(since: Time | None, now: Millis) -> int:
    """Power of two of the age in nanoseconds, −1 for none, −2 for an age that nobody knows: older pods differ less
    (LogarithmicScaleDown)."""
    if since is None:
        return -1
    if since == NEVER:
        return -2
    age = (now - since * 1000) * 1_000_000
    return age.bit_length() - 1 if age > 0 else -1


def max_restarts(pod: Pod) -> int:
    most = 0
    for status in pod.status.container_statuses:
        if status.restart_count > most:
            most = status.restart_count
    return most


def max_sidecar_restarts(pod: Pod) -> int:
    if not pod.spec.init_containers:
        return 0
    sidecars = [c.name for c in pod.spec.init_containers if is_sidecar(c)]
    return max((status.restart_count for status in pod.status.init_container_statuses if status.name in sidecars), default=0)

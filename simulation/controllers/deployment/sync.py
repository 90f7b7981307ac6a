"""What every strategy shares: find or make the new ReplicaSet, number revisions, scale, keep the status, forget old history.

Models pkg/controller/deployment/sync.go (v1.36).
"""

from msgspec.structs import replace

from simulation.controllers.deployment import util
from simulation.ledger import Ledger
from simulation.objects import (
    POD_TEMPLATE_HASH,
    REVISION,
    Deployment,
    DeploymentStatus,
    LabelSelector,
    ObjectMeta,
    OwnerReference,
    ReplicaSet,
    ReplicaSetSpec,
)
from simulation.store import Exists, Store, controller_of

COMPONENT = "deployment-controller"


class Collision(Exception):
    """A set of that name has another template or another owner: the next attempt hashes differently."""


# ------------------------------------------------------------------------------------------------ finding and making


def sets_and_revision(
    store: Store, ledger: Ledger, d: Deployment, sets: list[ReplicaSet], create: bool
) -> tuple[Deployment, ReplicaSet | None, list[ReplicaSet]]:
    """(deployment, new set or None, old sets): getAllReplicaSetsAndSyncRevision."""
    new = util.find_new(d, sets)
    old = util.find_old(sets, new)
    revision = util.max_revision(old) + 1
    if new is not None:
        d, new = _take_up(store, ledger, d, new, revision)
    elif create:
        d, new = _make(store, ledger, d, old, revision)
    return d, new, old


def _take_up(store: Store, ledger: Ledger, d: Deployment, rs: ReplicaSet, revision: int) -> tuple[Deployment, ReplicaSet]:
    annotations = util.annotations_for_new(d, rs, revision)
    if annotations != rs.metadata.annotations or rs.spec.min_ready_seconds != d.spec.min_ready_seconds:
        was = util.revision_of(rs) or 0
        if was and annotations.get(REVISION) != rs.metadata.annotations.get(REVISION):
            terms = {"revision": revision, "was": was}
            ledger.write(store.now, COMPONENT, d, rs.metadata.name, "reused", "rolled over to revision", terms, revision)
        spec = replace(rs.spec, min_ready_seconds=d.spec.min_ready_seconds)
        return d, store.update(replace(rs, metadata=replace(rs.metadata, annotations=annotations), spec=spec))
    d = with_revision(d, rs.metadata.annotations.get(REVISION))
    if util.has_deadline(d) and util.get_condition(d.status.conditions, "Progressing") is None:
        message = f'Found new replica set "{rs.metadata.name}"'
        d = with_condition(store, d, "Progressing", "True", "FoundNewReplicaSet", message)
    return store.update_status(d), rs


def _make(store: Store, ledger: Ledger, d: Deployment, old: list[ReplicaSet], revision: int) -> tuple[Deployment, ReplicaSet]:
    size = util.new_rs_new_replicas(d, util.total_replicas(old), 0)
    wanted = _new_replica_set(d, size, revision)
    try:
        rs = store.create(wanted)
    except Exists:
        rs = store.get("ReplicaSet", wanted.metadata.name, d.metadata.namespace)
        owner = controller_of(rs)
        if owner is None or owner.uid != d.metadata.uid or not util.equal_templates(rs.spec.template, d.spec.template):
            count = (d.status.collision_count or 0) + 1
            store.update_status(replace(d, status=replace(d.status, collision_count=count)))
            raise Collision(wanted.metadata.name) from None
    else:
        note_growth(store, ledger, d, rs, util.total_replicas(old), 0, size, "created")
        if size > 0:
            store.event(d, "Normal", "ScalingReplicaSet", f"Scaled up replica set {rs.metadata.name} from 0 to {size}", COMPONENT)
        if util.has_deadline(d):
            message = f'Created new replica set "{rs.metadata.name}"'
            d = with_condition(store, d, "Progressing", "True", "NewReplicaSetCreated", message)
    return store.update_status(with_revision(d, str(revision))), rs


def _new_replica_set(d: Deployment, size: int, revision: int) -> ReplicaSet:
    hash_ = util.template_hash(d.spec.template, d.status.collision_count)
    template = d.spec.template
    labels = util.with_label(template.metadata.labels, POD_TEMPLATE_HASH, hash_)
    selector = d.spec.selector or LabelSelector()
    annotations = {**util.own_annotations(d.metadata.annotations), REVISION: str(revision)}
    owner = OwnerReference("apps/v1", "Deployment", d.metadata.name, d.metadata.uid, True, True)
    return ReplicaSet(
        metadata=ObjectMeta(
            name=util.replica_set_name(d.metadata.name, hash_),
            namespace=d.metadata.namespace,
            labels=labels,
            annotations=_sized_for(d, annotations),
            owner_references=(owner,),
        ),
        spec=ReplicaSetSpec(
            replicas=size,
            min_ready_seconds=d.spec.min_ready_seconds,
            selector=util.selecting(selector, POD_TEMPLATE_HASH, hash_),
            template=replace(template, metadata=replace(template.metadata, labels=labels)),
        ),
    )


def with_revision(d: Deployment, revision: str | None) -> Deployment:
    if revision is None or d.metadata.annotations.get(REVISION) == revision:
        return d
    return replace(d, metadata=replace(d.metadata, annotations={**d.metadata.annotations, REVISION: revision}))


def with_condition(store: Store, d: Deployment, type: str, status: str, reason: str, message: str) -> Deployment:
    condition = util.new_condition(type, status, reason, message, store.seconds)
    conditions = util.set_condition(d.status.conditions, condition)
    return d if conditions is d.status.conditions else replace(d, status=replace(d.status, conditions=conditions))


# ----------------------------------------------------------------------------------------------------------- scaling


def scale_set(store: Store, d: Deployment, rs: ReplicaSet, size: int, force: bool = False) -> bool:
    """Give a set a size and fresh annotations; True if its size changed (scaleReplicaSet).

    Without `force` a set that has the size already is left alone, its annotations too, however stale.
    """
    old = util.replicas_of(rs)
    if size == old and not force:
        return False
    annotations = _sized_for(d, rs.metadata.annotations)
    store.update(replace(rs, metadata=replace(rs.metadata, annotations=annotations), spec=replace(rs.spec, replicas=size)))
    if size == old:
        return False
    way = "up" if size > old else "down"
    store.event(d, "Normal", "ScalingReplicaSet", f"Scaled {way} replica set {rs.metadata.name} from {old} to {size}", COMPONENT)
    return True


def _sized_for(d: Deployment, annotations: dict[str, str]) -> dict[str, str]:
    return util.with_replicas_annotations(annotations, util.replicas_of(d), util.replicas_of(d) + util.max_surge(d))


def sync(store: Store, ledger: Ledger, d: Deployment, sets: list[ReplicaSet]) -> None:
    """Scale without rolling out: a changed spec.replicas, or a paused Deployment."""
    d, new, old = sets_and_revision(store, ledger, d, sets, create=False)
    scale(store, ledger, d, new, old)
    if d.spec.paused:
        if new is None or util.active(old):
            ledger.write(store.now, COMPONENT, d, "", "held", "paused", {"replicas": util.replicas_of(d)}, 0)
        clean_up(store, ledger, d, old)
    write_status(store, d, new, _with(old, new))


def scale(store: Store, ledger: Ledger, d: Deployment, new: ReplicaSet | None, old: list[ReplicaSet]) -> None:
    """Bring the sets to the Deployment's size: one set takes it all, several share it in proportion."""
    target = _only_active_or_latest(new, old)
    if target is not None:
        size, was = util.replicas_of(d), util.replicas_of(target)
        if scale_set(store, d, target, size):
            terms = {"replicas": size, "from": was}
            _note(store, ledger, d, target, "only one set has replicas", terms, size, size - was)
        return
    if new is not None and util.is_saturated(d, new):
        for rs in util.active(sorted(old, key=util.by_age)):
            terms = {"replicas": util.replicas_of(d), "from": util.replicas_of(rs)}
            _note(store, ledger, d, rs, "new set is full", terms, 0, -util.replicas_of(rs))
            scale_set(store, d, rs, 0)
        return
    if util.is_rolling_update(d):
        _scale_in_proportion(store, ledger, d, _with(old, new))


def _only_active_or_latest(new: ReplicaSet | None, old: list[ReplicaSet]) -> ReplicaSet | None:
    """FindActiveOrLatest: the only set with replicas; without any, the new one or the newest; None if several have some."""
    active = util.active(_with(old, new))
    if len(active) == 1:
        return active[0]
    if active:
        return None
    return new if new is not None else max(old, key=util.by_age, default=None)


def _scale_in_proportion(store: Store, ledger: Ledger, d: Deployment, sets: list[ReplicaSet]) -> None:
    active = util.active(sets)
    allowed = util.replicas_of(d) + util.max_surge(d) if util.replicas_of(d) > 0 else 0
    to_add = allowed - util.total_replicas(active)
    active = util.by_size_newer(active) if to_add > 0 else util.by_size_older(active)
    added, shares = 0, []
    for rs in active:
        share = util.proportion(rs, d, to_add, added) if to_add else 0
        shares.append(share)
        added += share
    for i, rs in enumerate(active):
        leftover = to_add - added if i == 0 else 0
        was = util.replicas_of(rs)
        size = max(0, was + shares[i] + leftover)
        scale_set(store, d, rs, size, force=True)
        terms = {"spec": was, "replicas_with_surge": allowed, "max_replicas": util.max_replicas_annotation(rs) or d.status.replicas}
        _note(store, ledger, d, rs, "share of the scaling", {**terms, "leftover": leftover}, size - was, size - was)


def is_scaling_event(d: Deployment, sets: list[ReplicaSet]) -> bool:
    """A set was last sized for another spec.replicas than the one wanted now (isScalingEvent)."""
    wanted = (util.desired_replicas_annotation(rs) for rs in util.active(sets))
    return any(size is not None and size != util.replicas_of(d) for size in wanted)


# ------------------------------------------------------------------------------------------------------------- status


def calculate_status(d: Deployment, new: ReplicaSet | None, sets: list[ReplicaSet], now: int) -> DeploymentStatus:
    """The sums over all sets and the Available condition (calculateStatus); `now` in s."""
    available = util.total_available(sets)
    conditions = d.status.conditions
    if available >= util.replicas_of(d) - util.max_unavailable(d):
        condition = ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    else:
        condition = ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    return DeploymentStatus(
        observed_generation=d.metadata.generation,
        replicas=sum(rs.status.replicas for rs in sets),
        updated_replicas=new.status.replicas if new is not None else 0,
        ready_replicas=sum(rs.status.ready_replicas for rs in sets),
        available_replicas=available,
        unavailable_replicas=max(0, util.total_replicas(sets) - available),
        terminating_replicas=_terminating(sets),
        conditions=util.set_condition(conditions, util.new_condition("Available", *condition, now)),
        collision_count=d.status.collision_count,
    )


def _terminating(sets: list[ReplicaSet]) -> int | None:
    """A set whose controller has not looked yet counts as 0; one that has and does not know makes the sum unknown."""
    total = 0
    for rs in sets:
        if rs.status.terminating_replicas is not None:
            total += rs.status.terminating_replicas
        elif rs.status.observed_generation:
            return None
    return total


def write_status(store: Store, d: Deployment, new: ReplicaSet | None, sets: list[ReplicaSet]) -> None:
    """Status without a look at progress (syncDeploymentStatus)."""
    store.update_status(replace(d, status=calculate_status(d, new, sets, store.seconds)))


# ------------------------------------------------------------------------------------------------------------ history


def clean_up(store: Store, ledger: Ledger, d: Deployment, old: list[ReplicaSet]) -> None:
    """Delete the oldest revisions beyond revisionHistoryLimit; a set still in use is skipped and not replaced by another."""
    limit = d.spec.revision_history_limit
    if limit is None or limit == util.NO_DEADLINE:
        return
    alive = [rs for rs in old if rs.metadata.deletion_timestamp is None]
    excess = len(alive) - limit
    if excess <= 0:
        return
    alive.sort(key=lambda rs: (util.revision_of(rs) or 0, *util.by_age(rs)))
    for rs in alive[:excess]:
        unseen = rs.metadata.generation > rs.status.observed_generation
        if rs.status.replicas or util.replicas_of(rs) or unseen:
            continue
        store.delete("ReplicaSet", rs.metadata.name, rs.metadata.namespace)
        terms = {"old_sets": len(alive), "limit": limit}
        ledger.write(store.now, COMPONENT, d, rs.metadata.name, "deleted", "history limit", terms, excess)


# ------------------------------------------------------------------------------------------------------------- ledger


def note_growth(
    store: Store, ledger: Ledger, d: Deployment, new: ReplicaSet, pods: int, size: int, grown: int, moved: str = "scaled-up"
) -> None:
    """Why the new set may grow, or may not: max total − pods there are, and no more than are wanted."""
    surge, want = util.max_surge(d), util.replicas_of(d)
    most = want + surge
    terms = {"replicas": want, "max_surge": surge, "max_total": most, "pods": pods, "wanted": want - size}
    decision = moved if grown > size or moved == "created" else "held"
    ledger.write(store.now, COMPONENT, d, new.metadata.name, decision, "new may grow by", terms, max(0, grown - size))


def _note(store: Store, ledger: Ledger, d: Deployment, rs: ReplicaSet, rule: str, terms: dict[str, int], result: int, change: int) -> None:
    decision = "scaled-up" if change > 0 else "scaled-down" if change < 0 else "kept"
    ledger.write(store.now, COMPONENT, d, rs.metadata.name, decision, rule, terms, result)


def _with(old: list[ReplicaSet], new: ReplicaSet | None) -> list[ReplicaSet]:
    return old if new is None else [*old, new]

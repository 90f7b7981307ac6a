"""The arithmetic of a rollout, without the store. Models pkg/controller/deployment/util/deployment_util.go (v1.36)."""

import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from simulation.engine import Millis
from simulation.objects import (
    DESIRED_REPLICAS,
    LAST_APPLIED,
    MAX_REPLICAS,
    POD_TEMPLATE_HASH,
    REVISION,
    REVISION_HISTORY,
    ROLLBACK_TO,
    Deployment,
    DeploymentCondition,
    DeploymentStatus,
    LabelSelector,
    PodTemplateSpec,
    ReplicaSet,
    Time,
)

MAX_INT32 = NO_DEADLINE = 2147483647
REVISION_HISTORY_CHARS = 2000
HASH_DIGITS = str.maketrans("0123456789", "456789bcdf")
"""Decimal digits as apimachinery's rand.SafeEncodeString maps them: alphabet[ord(c) mod 27]."""
SKIPPED_ANNOTATIONS = (LAST_APPLIED, REVISION, REVISION_HISTORY, DESIRED_REPLICAS, MAX_REPLICAS, ROLLBACK_TO)

# --------------------------------------------------------------------------------------------------- sizes


class NotAPercentage(ValueError):
    """An int-or-percent value that is a string without a percentage."""


def scaled(value: int | str | None, total: int, up: bool) -> int:
    """An int-or-percent against `total`, percentages rounded up or down (apimachinery intstr.GetScaledValueFromIntOrPercent)."""
    if value is None:
        return 0
    if isinstance(value, int):
        return value
    if not re.fullmatch(r"[-+]?[0-9]+%", value):
        raise NotAPercentage(f"invalid value for IntOrString: invalid type: string is not a percentage: {value!r}")
    hundredths = int(value[:-1]) * total
    return -(-hundredths // 100) if up else hundredths // 100


def resolve_fenceposts(max_surge: int | str | None, max_unavailable: int | str | None, desired: int) -> tuple[int, int]:
    """(surge, unavailable) in pods: surge rounds up, unavailable down, and both zero would stand still, so unavailable becomes 1."""
    surge = scaled(max_surge, desired, up=True)
    unavailable = scaled(max_unavailable, desired, up=False)
    return (surge, 1) if surge == 0 and unavailable == 0 else (surge, unavailable)


def is_rolling_update(d: Deployment) -> bool:
    return d.spec.strategy.type == "RollingUpdate"


def replicas_of(obj: Deployment | ReplicaSet) -> int:
    """spec.replicas; the API server has filled in 1 where nothing was said."""
    return obj.spec.replicas if obj.spec.replicas is not None else 1


def _fenceposts(d: Deployment) -> tuple[int, int]:
    rolling = d.spec.strategy.rolling_update
    if rolling is None:
        return resolve_fenceposts(None, None, replicas_of(d))
    return resolve_fenceposts(rolling.max_surge, rolling.max_unavailable, replicas_of(d))


def max_unavailable(d: Deployment) -> int:
    """Pods a rolling update may lack; 0 for Recreate and for a Deployment of 0."""
    if not is_rolling_update(d) or replicas_of(d) == 0:
        return 0
    return min(_fenceposts(d)[1], replicas_of(d))


def max_surge(d: Deployment) -> int:
    """Pods a rolling update may have beyond spec.replicas, not capped; 0 for Recreate."""
    return _fenceposts(d)[0] if is_rolling_update(d) else 0


def min_available(d: Deployment) -> int:
    return replicas_of(d) - max_unavailable(d) if is_rolling_update(d) else 0


def new_rs_new_replicas(d: Deployment, total: int, current: int) -> int:
    """The size the new ReplicaSet may take now; `total` is the sum of spec.replicas of all sets, `current` its own (NewRSNewReplicas)."""
    if not is_rolling_update(d):
        return replicas_of(d)
    rolling = d.spec.strategy.rolling_update
    surge = scaled(rolling.max_surge if rolling else None, replicas_of(d), up=True)
    room = replicas_of(d) + surge - total
    return current if room <= 0 else current + min(room, replicas_of(d) - current)


def total_replicas(sets: Iterable[ReplicaSet]) -> int:
    """Sum of spec.replicas (GetReplicaCountForReplicaSets)."""
    return sum(replicas_of(rs) for rs in sets)


def total_available(sets: Iterable[ReplicaSet]) -> int:
    """Sum of status.availableReplicas (GetAvailableReplicaCountForReplicaSets)."""
    return sum(rs.status.available_replicas for rs in sets)


def active(sets: Iterable[ReplicaSet]) -> list[ReplicaSet]:
    """Sets with spec.replicas above 0 (FilterActiveReplicaSets)."""
    return [rs for rs in sets if replicas_of(rs) > 0]


def non_negative_int32(annotations: dict[str, str], key: str) -> int | None:
    """The number in an annotation, None if it is missing or no int32 from 0 up (getNonNegativeInt32FromAnnotation)."""
    text = annotations.get(key, "")
    if not re.fullmatch("[0-9]+", text) or len(text.lstrip("0")) > 10:
        return None
    number = int(text)
    return number if number <= MAX_INT32 else None


def desired_replicas_annotation(rs: ReplicaSet) -> int | None:
    return non_negative_int32(rs.metadata.annotations, DESIRED_REPLICAS)


def max_replicas_annotation(rs: ReplicaSet) -> int | None:
    """0 is as good as none: somebody else wrote it."""
    return non_negative_int32(rs.metadata.annotations, MAX_REPLICAS) or None


def with_replicas_annotations(annotations: dict[str, str], desired: int, most: int) -> dict[str, str]:
    """What a set was last sized for (SetReplicasAnnotations)."""
    return {**annotations, DESIRED_REPLICAS: str(desired), MAX_REPLICAS: str(most)}


def replica_set_fraction(rs: ReplicaSet, d: Deployment) -> int:
    """How much of a scaling belongs to this set, rounded half away from zero (getReplicaSetFraction)."""
    if replicas_of(d) == 0:
        return -replicas_of(rs)
    before = max_replicas_annotation(rs)
    if before is None:
        before = d.status.replicas
    if before == 0:
        return 0
    exact = replicas_of(rs) * (replicas_of(d) + max_surge(d)) / before
    return int(exact + 0.5 if exact >= 0 else exact - 0.5) - replicas_of(rs)


def proportion(rs: ReplicaSet, d: Deployment, to_add: int, added: int) -> int:
    """The change of this set's size in a proportional scaling, `added` having been given to others (GetReplicaSetProportion)."""
    if replicas_of(rs) == 0 or to_add == 0 or to_add == added:
        return 0
    fraction, allowed = replica_set_fraction(rs, d), to_add - added
    return min(fraction, allowed) if to_add > 0 else max(fraction, allowed)


# ------------------------------------------------------------------------------------- order, identity, revisions


def by_age(rs: ReplicaSet) -> tuple[Time, str]:
    """Oldest first; sets born in the same second by name (ReplicaSetsByCreationTimestamp)."""
    return rs.metadata.creation_timestamp or 0, rs.metadata.name


def by_size_older(sets: Iterable[ReplicaSet]) -> list[ReplicaSet]:
    return sorted(sorted(sets, key=by_age), key=lambda rs: -replicas_of(rs))


def by_size_newer(sets: Iterable[ReplicaSet]) -> list[ReplicaSet]:
    newest_first = sorted(sets, key=lambda rs: rs.metadata.name)
    newest_first.sort(key=lambda rs: -(rs.metadata.creation_timestamp or 0))
    return sorted(newest_first, key=lambda rs: -replicas_of(rs))


def with_label(labels: dict[str, str], key: str, value: str) -> dict[str, str]:
    """A copy with one more label (util/labels CloneAndAddLabel)."""
    return {**labels, key: value}


def selecting(selector: LabelSelector, key: str, value: str) -> LabelSelector:
    """A copy that asks for one more label (util/labels CloneSelectorAndAddLabel)."""
    return replace(selector, match_labels=with_label(selector.match_labels, key, value))


def without_hash(template: PodTemplateSpec) -> PodTemplateSpec:
    labels = template.metadata.labels
    if POD_TEMPLATE_HASH not in labels:
        return template
    labels = {key: value for key, value in labels.items() if key != POD_TEMPLATE_HASH}
    return replace(template, metadata=replace(template.metadata, labels=labels))


def equal_templates(a: PodTemplateSpec, b: PodTemplateSpec) -> bool:
    """Semantic equality, blind to the pod-template-hash label (EqualIgnoreHash): the hash itself is never compared."""
    return a is b or without_hash(a) == without_hash(b)


def find_new(d: Deployment, sets: Iterable[ReplicaSet]) -> ReplicaSet | None:
    """The oldest set with the Deployment's template (FindNewReplicaSet)."""
    for rs in sorted(sets, key=by_age):
        if equal_templates(rs.spec.template, d.spec.template):
            return rs
    return None


def find_old(sets: Iterable[ReplicaSet], new: ReplicaSet | None) -> list[ReplicaSet]:
    """All sets but the new one (FindOldReplicaSets)."""
    return [rs for rs in sets if new is None or rs.metadata.uid != new.metadata.uid]


def is_saturated(d: Deployment, rs: ReplicaSet) -> bool:
    """It has all the replicas, was sized for them, and all of them are available (IsSaturated)."""
    want = replicas_of(d)
    return replicas_of(rs) == want == desired_replicas_annotation(rs) and rs.status.available_replicas == want


def revision_of(obj: Deployment | ReplicaSet) -> int | None:
    """The revision annotation: 0 when missing, None when it is no number."""
    text = obj.metadata.annotations.get(REVISION)
    if text is None:
        return 0
    return int(text) if re.fullmatch(r"[-+]?[0-9]+", text) else None


def max_revision(sets: Iterable[ReplicaSet]) -> int:
    return max((revision_of(rs) or 0 for rs in sets), default=0)


def own_annotations(annotations: dict[str, str]) -> dict[str, str]:
    """What a Deployment and its ReplicaSets share: all but the bookkeeping."""
    return {key: value for key, value in annotations.items() if key not in SKIPPED_ANNOTATIONS}


def annotations_for_new(d: Deployment, rs: ReplicaSet, revision: int) -> dict[str, str]:
    """The annotations an existing set must have to be the new one (SetNewReplicaSetAnnotations).

    A revision never goes down; a set that is taken up again keeps its earlier numbers in revision-history.
    """
    annotations = {**rs.metadata.annotations, **own_annotations(d.metadata.annotations)}
    old = revision_of(rs)
    if old is None or old >= revision:
        return annotations
    annotations[REVISION] = str(revision)
    if rs.metadata.annotations.get(REVISION):
        history = rs.metadata.annotations.get(REVISION_HISTORY, "")
        annotations[REVISION_HISTORY] = _appended(history, str(old))
    return annotations


def _appended(history: str, old: str) -> str:
    numbers = [n for n in history.split(",") if n]
    while numbers and len(",".join(numbers)) + len(old) + 1 > REVISION_HISTORY_CHARS:
        del numbers[0]
    return ",".join([*numbers, old])


@lru_cache(maxsize=512)
def _fnv1a(data: bytes) -> int:
    value = 0x811C9DC5
    for byte in data:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def template_hash(template: PodTemplateSpec, collision_count: int | None) -> str:
    """pod-template-hash in the real form: FNV-1a 32 bit over a canonical encoding, in decimal, in the safe alphabet (ComputeHash).

    Go hashes a dump of its own structs, so the value differs from a real cluster's; its letters, length and use do not.
    """
    data = msgspec.json.encode(without_hash(template), order="sorted")
    if collision_count is not None:
        data += collision_count.to_bytes(4, "little") + b"\0\0\0\0"
    return str(_fnv1a(data)).translate(HASH_DIGITS)


def replica_set_name(deployment: str, hash_: str) -> str:
    """`<deployment>-<hash>`, the Deployment's part cut so that the whole stays within 253 characters."""
    room = 253 - 1 - len(hash_)
    return f"{deployment[:room] if room > 0 else deployment}-{hash_}"


# ------------------------------------------------------------------------------------------- conditions and progress


def get_condition(conditions: Iterable[DeploymentCondition], type: str) -> DeploymentCondition | None:
    return next((found for found in conditions if found.type == type), None)


def set_condition(conditions: tuple[DeploymentCondition, ...], new: DeploymentCondition) -> tuple[DeploymentCondition, ...]:
    """The same status and reason change nothing; a new condition goes to the end and keeps its transition time if the status is the same
    (SetDeploymentCondition)."""
    old = get_condition(conditions, new.type)
    if old is not None and old.status == new.status and old.reason == new.reason:
        return conditions
    if old is not None and old.status == new.status:
        new = replace(new, last_transition_time=old.last_transition_time)
    return (*remove_condition(conditions, new.type), new)


def remove_condition(conditions: tuple[DeploymentCondition, ...], type: str) -> tuple[DeploymentCondition, ...]:
    return tuple(found for found in conditions if found.type != type)


def new_condition(type: str, status: str, reason: str, message: str, now: Time) -> DeploymentCondition:
    return DeploymentCondition(type, status, now, now, reason, message)


def has_deadline(d: Deployment) -> bool:
    return d.spec.progress_deadline_seconds is not None and d.spec.progress_deadline_seconds != NO_DEADLINE


def is_complete(d: Deployment, status: DeploymentStatus) -> bool:
    """All wanted pods are updated, there are no others, all are available and the spec has been seen (DeploymentComplete)."""
    want = replicas_of(d)
    return (
        status.updated_replicas == want
        and status.replicas == want
        and status.available_replicas == want
        and status.observed_generation >= d.metadata.generation
    )


def is_progressing(d: Deployment, new: DeploymentStatus) -> bool:
    """More updated, fewer old, more ready or more available pods than the status as last written (DeploymentProgressing)."""
    old = d.status
    return (
        new.updated_replicas > old.updated_replicas
        or new.replicas - new.updated_replicas < old.replicas - old.updated_replicas
        or new.ready_replicas > old.ready_replicas
        or new.available_replicas > old.available_replicas
    )


def has_timed_out(d: Deployment, status: DeploymentStatus, now: Millis) -> bool:
    """Nothing has progressed for longer than the deadline (DeploymentTimedOut). A finished rollout never times out."""
    if not has_deadline(d):
        return False
    progressing = get_condition(status.conditions, "Progressing")
    if progressing is None or progressing.reason == "NewReplicaSetAvailable":
        return False
    if progressing.reason == "ProgressDeadlineExceeded":
        return True
    return ((progressing.last_update_time or 0) + (d.spec.progress_deadline_seconds or 0)) * 1000 < now

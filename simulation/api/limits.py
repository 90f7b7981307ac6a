"""What a desk can hold. Not the API server's rules: they keep one person's desk from filling the machine that serves it.

They are said in the form of the API's own field errors, with the number in plain words.
"""

from collections.abc import Iterable
from typing import Any

from simulation.api.errors import FORBIDDEN, INVALID, TOO_LONG, FieldError
from simulation.api.names import size
from simulation.objects import Deployment, Pod, PodSpec, ReplicaSet

REPLICAS = 10_000
OBJECTS = {"Deployment": 50, "Service": 50, "ReplicaSet": 50, "PodDisruptionBudget": 50}
"""Objects of a kind that people may make; ReplicaSets that a Deployment makes do not count."""
IMAGE_BYTES = 255
CONTAINERS = 20
HISTORY = 100
PERCENT_DIGITS = 9


def problems(obj: Any, others: Iterable[Any]) -> list[FieldError]:
    """What is too much about storing `obj` beside the `others` (everything else on the desk that people asked for)."""
    errors = _replicas(obj, list(others))
    if isinstance(obj, Deployment):
        errors += _history(obj) + _percentages(obj)
    spec, where = _pod_spec(obj)
    return errors + _containers(spec, where) if spec is not None else errors


def too_many(kind: str, have: int) -> list[FieldError]:
    """Whether one more object of this kind is one too many; `have` counts those there are."""
    most = OBJECTS.get(kind)
    if most is None or have < most:
        return []
    return [FieldError(FORBIDDEN, "metadata.name", detail=f"a desk holds at most {most} {kind}s, and {have} are there already")]


def _replicas(obj: Any, others: list[Any]) -> list[FieldError]:
    wanted = _asked(obj)
    taken = sum(map(_asked, others))
    if wanted == 0 or wanted + taken <= REPLICAS:
        return []
    said = f"a desk holds at most {REPLICAS} replicas in all"
    if taken:
        said += f", and {taken} of them are taken"
    field = "spec.replicas" if not isinstance(obj, Pod) else "metadata.name"
    return [FieldError(INVALID, field, wanted if not isinstance(obj, Pod) else obj.metadata.name, said)]


def _asked(obj: Any) -> int:
    if isinstance(obj, Deployment | ReplicaSet):
        return max(obj.spec.replicas or 0, 0)
    return 1 if isinstance(obj, Pod) else 0


def _history(obj: Deployment) -> list[FieldError]:
    limit = obj.spec.revision_history_limit
    if limit is None or limit <= HISTORY:
        return []
    return [FieldError(INVALID, "spec.revisionHistoryLimit", limit, f"a desk keeps at most {HISTORY} old ReplicaSets of a Deployment")]


def _percentages(obj: Deployment) -> list[FieldError]:
    rolling = obj.spec.strategy.rolling_update
    errors = []
    for name, value in (("maxUnavailable", rolling and rolling.max_unavailable), ("maxSurge", rolling and rolling.max_surge)):
        if isinstance(value, str) and len(value) > PERCENT_DIGITS + 1:
            said = f"a percentage has at most {PERCENT_DIGITS} digits here"
            errors.append(FieldError(INVALID, f"spec.strategy.rollingUpdate.{name}", value, said))
    return errors


def _pod_spec(obj: Any) -> tuple[PodSpec | None, str]:
    if isinstance(obj, Pod):
        return obj.spec, "spec"
    return (obj.spec.template.spec, "spec.template.spec") if isinstance(obj, Deployment | ReplicaSet) else (None, "")


def _containers(spec: PodSpec, where: str) -> list[FieldError]:
    errors = []
    for field, containers in (("containers", spec.containers), ("initContainers", spec.init_containers)):
        if len(containers) > CONTAINERS:
            said = f"a pod has at most {CONTAINERS} containers here, these are {len(containers)}"
            errors.append(FieldError(FORBIDDEN, f"{where}.{field}", detail=said))
        for i, container in enumerate(containers):
            if size(container.image) > IMAGE_BYTES:
                errors.append(FieldError(TOO_LONG, f"{where}.{field}[{i}].image", detail=f"may not be more than {IMAGE_BYTES} bytes"))
    return errors

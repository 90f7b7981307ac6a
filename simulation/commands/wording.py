"""How kubectl writes what it did: references, warnings, lines. Models staging/src/k8s.io/cli-runtime/pkg/printers/name.go (v1.36)."""

from collections.abc import Iterable
from typing import Any

from simulation.api.errors import UsageError
from simulation.api.resources import BY_KIND
from simulation.objects import KINDS, Deployment, Pod, PodSpec, ReplicaSet

MAX_COMMANDS = 100
"""Objects that one act may touch by naming them."""
NOTHING_FOUND = "No resources found"


def pod_spec_of(obj: Any) -> PodSpec:
    if isinstance(obj, Pod):
        return obj.spec
    if isinstance(obj, Deployment | ReplicaSet):
        return obj.spec.template.spec
    raise no_template(obj)


def no_template(obj: Any) -> UsageError:
    """What `kubectl set` says of an object that has neither a pod's spec nor a template of it."""
    row = BY_KIND[type(obj).__name__]
    said = f"the object is not a pod or does not have a pod template: *{row.version}.{row.kind}"
    return UsageError(f"{row.plural}/{obj.metadata.name} {said}")


def pairs(labels: dict[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in labels.items())


def named(kind: str, name: str) -> list[str]:
    return [KINDS[kind].singular, name]


def ref_of(obj: Any) -> str:
    """kind.group/name, as kubectl's NamePrinter writes it."""
    row = KINDS[type(obj).__name__]
    return f"{row.singular}.{row.group}/{obj.metadata.name}" if row.group else f"{row.singular}/{obj.metadata.name}"


def text_of(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if line)

"""kubectl label and annotate. Models staging/src/k8s.io/kubectl/pkg/cmd/label and annotate (v1.36)."""

import shlex
from typing import Any

from msgspec.structs import replace

from simulation.api.errors import UsageError, go_json, go_quote
from simulation.api.writes import Writes
from simulation.commands.picking import Picking
from simulation.commands.wording import ref_of


class Label(Picking, frozen=True, tag="label"):
    """`kubectl label`; a label of None is removed."""

    kind: str
    name: str
    labels: dict[str, str | None]
    overwrite: bool = False

    def each(self, writes: Writes, obj: Any) -> list[str]:
        have = obj.metadata.labels
        if taken := _taken(have, self.labels, self.overwrite):
            raise UsageError(f"{taken[0]}, and --overwrite is false")
        lines = [f"label {go_quote(key)} not found." for key, value in self.labels.items() if value is None and key not in have]
        labels = _changed(have, self.labels)
        writes.update(replace(obj, metadata=replace(obj.metadata, labels=labels)))
        return [*lines, f"{ref_of(obj)} {_label_word(have, labels, self.overwrite)}"]

    def kubectl(self) -> str:
        return shlex.join(["label", *self._picking(), *_changes(self.labels), *(["--overwrite"] if self.overwrite else [])])


class Annotate(Picking, frozen=True, tag="annotate"):
    """`kubectl annotate`; an annotation of None is removed."""

    kind: str
    name: str
    annotations: dict[str, str | None]
    overwrite: bool = False

    def each(self, writes: Writes, obj: Any) -> list[str]:
        have = obj.metadata.annotations
        if taken := _taken(have, self.annotations, self.overwrite):
            raise UsageError(f"--overwrite is false but found the following declared annotation(s): {', '.join(taken)}")
        annotations = _changed(have, self.annotations)
        writes.update(replace(obj, metadata=replace(obj.metadata, annotations=annotations)))
        return [f"{ref_of(obj)} annotated"]

    def kubectl(self) -> str:
        return shlex.join(["annotate", *self._picking(), *_changes(self.annotations), *(["--overwrite"] if self.overwrite else [])])


def _taken(have: dict[str, str], changes: dict[str, str | None], overwrite: bool) -> list[str]:
    """What stands in the way of setting these without --overwrite."""
    if overwrite:
        return []
    return [
        f"'{key}' already has a value ({have[key]})"
        for key, value in changes.items()
        if value is not None and have.get(key, value) != value
    ]


def _changed(have: dict[str, str], changes: dict[str, str | None]) -> dict[str, str]:
    kept = {key: value for key, value in have.items() if changes.get(key, "") is not None}
    return kept | {key: value for key, value in changes.items() if value is not None}


def _label_word(old: dict[str, str], new: dict[str, str], overwrite: bool) -> str:
    """kubectl/pkg/cmd/label updateDataChangeMsg: it looks whether the object's JSON got shorter."""
    if old == new:
        return "not labeled"
    return "unlabeled" if not overwrite and len(go_json(new)) < len(go_json(old)) else "labeled"


def _changes(changes: dict[str, str | None]) -> list[str]:
    return [f"{key}-" if value is None else f"{key}={value}" for key, value in changes.items()]

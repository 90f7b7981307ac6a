"""kubectl rollout: pause, resume, restart, undo. Models staging/src/k8s.io/kubectl/pkg/cmd/rollout (v1.36)."""

import shlex
from typing import Any

from msgspec.structs import replace

from simulation.api.errors import UsageError, go_quote
from simulation.api.wire import rfc3339
from simulation.api.writes import Writes
from simulation.commands.picking import Picking
from simulation.commands.wording import ref_of
from simulation.controllers.deployment.util import equal_templates, own_annotations, revision_of, without_hash
from simulation.objects import KINDS, LAST_APPLIED, RESTARTED_AT, Deployment, ReplicaSet
from simulation.store import controller_of

ROLLBACK_WARNING = (
    "Warning: {ref} was previously managed with kubectl apply. Rolling back will not update the "
    "kubectl.kubernetes.io/last-applied-configuration annotation."
)
TOO_SOON = (
    "failed to create patch for {name}: if restart has already been triggered within the past second, please wait before attempting "
    "to trigger another"
)


class Rollout(Picking, frozen=True):
    """Base of the verbs of `kubectl rollout`."""

    def _words(self, verb: str, *more: str) -> str:
        return shlex.join(["rollout", verb, *(word for word in self._picking() if word != "--all"), *more])


class Pause(Rollout, frozen=True, tag="pause"):
    """`kubectl rollout pause`."""

    kind: str
    name: str

    def each(self, writes: Writes, obj: Any) -> list[str]:
        _only_deployments(obj, "pausing is not supported")
        if obj.spec.paused:
            raise UsageError(f"{_quoted(obj)} is already paused")
        writes.update(replace(obj, spec=replace(obj.spec, paused=True)))
        return [f"{ref_of(obj)} paused"]

    def kubectl(self) -> str:
        return self._words("pause")


class Resume(Rollout, frozen=True, tag="resume"):
    """`kubectl rollout resume`."""

    kind: str
    name: str

    def each(self, writes: Writes, obj: Any) -> list[str]:
        _only_deployments(obj, "resuming is not supported")
        if not obj.spec.paused:
            raise UsageError(f"{_quoted(obj)} is not paused")
        writes.update(replace(obj, spec=replace(obj.spec, paused=False)))
        return [f"{ref_of(obj)} resumed"]

    def kubectl(self) -> str:
        return self._words("resume")


class Restart(Rollout, frozen=True, tag="restart"):
    """`kubectl rollout restart`: a new annotation in the template makes a new ReplicaSet of the same image."""

    kind: str
    name: str

    def each(self, writes: Writes, obj: Any) -> list[str]:
        _only_deployments(obj, "restarting is not supported")
        if obj.spec.paused:
            raise UsageError(f"{_quoted(obj)} can't restart paused deployment (run rollout resume first)")
        template = obj.spec.template
        stamped = template.metadata.annotations | {RESTARTED_AT: rfc3339(writes.store.seconds)}
        if stamped == template.metadata.annotations:
            raise UsageError(TOO_SOON.format(name=obj.metadata.name))
        template = replace(template, metadata=replace(template.metadata, annotations=stamped))
        writes.update(replace(obj, spec=replace(obj.spec, template=template)))
        return [f"{ref_of(obj)} restarted"]

    def kubectl(self) -> str:
        return self._words("restart")


class Undo(Rollout, frozen=True, tag="undo"):
    """`kubectl rollout undo`: put the template of an older ReplicaSet back. `to_revision` 0 is the one before the latest."""

    kind: str
    name: str
    to_revision: int = 0

    def each(self, writes: Writes, obj: Any) -> list[str]:
        if not isinstance(obj, Deployment):
            if self.kind in ("Pod", "ReplicaSet"):
                raise UsageError(f'no rollbacker has been implemented for "{self.kind}"')
            raise UsageError(f'error retrieving rollbacker for "{self.kind}", no visitor method exists for {{ {self.kind}}}')
        rs = self._target(writes, obj)
        if obj.spec.paused:
            raise UsageError("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again")
        if equal_templates(rs.spec.template, obj.spec.template):
            return [f"{ref_of(obj)} skipped rollback (current template already matches revision {self.to_revision})"]
        annotations = _rolled_back(obj.metadata.annotations, rs.metadata.annotations)
        meta = replace(obj.metadata, annotations=annotations)
        writes.update(replace(obj, metadata=meta, spec=replace(obj.spec, template=without_hash(rs.spec.template))))
        warned = [ROLLBACK_WARNING.format(ref=ref_of(obj))] if LAST_APPLIED in annotations else []
        return [*warned, f"{ref_of(obj)} rolled back"]

    def _target(self, writes: Writes, obj: Deployment) -> ReplicaSet:
        """polymorphichelpers/rollback.go deploymentRevision."""
        mine = [rs for rs in writes.select("ReplicaSet") if (owner := controller_of(rs)) and owner.uid == obj.metadata.uid]
        by_revision = sorted(mine, key=lambda rs: revision_of(rs) or 0)
        if self.to_revision:
            for rs in by_revision:
                if revision_of(rs) == self.to_revision:
                    return rs
            raise UsageError(f"unable to find specified revision {self.to_revision} in history")
        if len(by_revision) < 2:
            raise UsageError(f"no rollout history found for deployment {go_quote(obj.metadata.name)}")
        return by_revision[-2]

    def kubectl(self) -> str:
        return self._words("undo", *([f"--to-revision={self.to_revision}"] if self.to_revision else []))


def _only_deployments(obj: Any, otherwise: str) -> None:
    if not isinstance(obj, Deployment):
        raise UsageError(f"{_quoted(obj)} {otherwise}")


def _quoted(obj: Any) -> str:
    """`deployments.apps "web"`, as kubectl's errors name an object."""
    return f'{KINDS[type(obj).__name__].resource} "{obj.metadata.name}"'


def _rolled_back(own: dict[str, str], old: dict[str, str]) -> dict[str, str]:
    """Annotations after an undo: bookkeeping stays the Deployment's, all else is the old ReplicaSet's."""
    kept = own_annotations(own)
    return {key: value for key, value in own.items() if key not in kept} | own_annotations(old)

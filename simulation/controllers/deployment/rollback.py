"""The server's own rollback, asked for by an annotation that only old clients write.

Models pkg/controller/deployment/rollback.go (v1.36).
"""

from msgspec.structs import replace

from simulation.controllers.deployment import util
from simulation.controllers.deployment.sync import COMPONENT, sets_and_revision
from simulation.ledger import Ledger
from simulation.objects import ROLLBACK_TO, Deployment, ReplicaSet
from simulation.store import Store


def rollback(store: Store, ledger: Ledger, d: Deployment, sets: list[ReplicaSet]) -> None:
    """Take the template of the revision named by the annotation (0: the one before) and clear the annotation."""
    d, new, old = sets_and_revision(store, ledger, d, sets, create=True)
    everything = old if new is None else [*old, new]
    wanted = int(d.metadata.annotations[ROLLBACK_TO])
    revision = wanted or _last_revision(everything)
    if not revision:
        _done(store, d, "Warning", "DeploymentRollbackRevisionNotFound", "Unable to find last revision.")
        return
    for rs in everything:
        if util.revision_of(rs) != revision:
            continue
        template = util.without_hash(rs.spec.template)
        if util.equal_templates(d.spec.template, template):
            message = f'The rollback revision contains the same template as current deployment "{d.metadata.name}"'
            _done(store, d, "Warning", "DeploymentRollbackTemplateUnchanged", message)
            return
        annotations = {**d.metadata.annotations, **util.own_annotations(rs.metadata.annotations)}
        d = replace(d, spec=replace(d.spec, template=template), metadata=replace(d.metadata, annotations=annotations))
        _done(store, d, "Normal", "DeploymentRollback", f'Rolled back deployment "{d.metadata.name}" to revision {revision}')
        return
    _done(store, d, "Warning", "DeploymentRollbackRevisionNotFound", "Unable to find the revision to rollback to.")


def _last_revision(sets: list[ReplicaSet]) -> int:
    """The second highest revision, 0 if there is none (LastRevision)."""
    revisions = sorted((util.revision_of(rs) or 0 for rs in sets), reverse=True)
    return revisions[1] if len(revisions) > 1 else 0


def _done(store: Store, d: Deployment, type: str, reason: str, message: str) -> None:
    store.event(d, type, reason, message, COMPONENT)
    annotations = {key: value for key, value in d.metadata.annotations.items() if key != ROLLBACK_TO}
    store.update(replace(d, metadata=replace(d.metadata, annotations=annotations)))

"""How far a rollout is, in `kubectl rollout status`' words. Models kubectl/pkg/polymorphichelpers/rollout_status.go (v1.36)."""

from simulation.controllers.deployment.util import get_condition, replicas_of
from simulation.objects import Deployment

WAITING = 'Waiting for deployment "{}" rollout to finish: {}...'


def status(d: Deployment) -> tuple[str, bool]:
    """(line, done). A missed deadline is done too: kubectl then ends with exit code 1."""
    name, seen = d.metadata.name, d.status
    if d.metadata.generation > seen.observed_generation:
        return "Waiting for deployment spec update to be observed...", False
    progressing = get_condition(seen.conditions, "Progressing")
    if progressing is not None and progressing.reason == "ProgressDeadlineExceeded":
        return f'error: deployment "{name}" exceeded its progress deadline', True
    updated, want = seen.updated_replicas, replicas_of(d)
    if updated < want:
        return WAITING.format(name, f"{updated} out of {want} new replicas have been updated"), False
    if seen.replicas > updated:
        return WAITING.format(name, f"{seen.replicas - updated} old replicas are pending termination"), False
    if seen.available_replicas < updated:
        return WAITING.format(name, f"{seen.available_replicas} of {updated} updated replicas are available"), False
    return f'deployment "{name}" successfully rolled out', True

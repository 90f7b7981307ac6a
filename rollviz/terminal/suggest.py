"""At most three lines that may come next, from how the desk stands and what was typed last."""

from simulation.api.errors import StatusError
from simulation.controllers.deployment.util import get_condition, replicas_of
from simulation.kubectl.words import words_of
from simulation.objects import Deployment
from simulation.store import Store

MOST = 3


def suggestions(line: str, store: Store) -> list[str]:
    """Lines without `kubectl`."""
    found = _after(line, store)
    found += _about(store)
    return list(dict.fromkeys(text for text in found if text != line.removeprefix("kubectl ").strip()))[:MOST]


def _after(line: str, store: Store) -> list[str]:
    try:
        words = words_of(line)[0]
    except StatusError:
        return []
    if words[:1] == ["run"] and len(words) > 1 and store.get("Pod", words[1]) is not None:
        image = store.get("Pod", words[1]).spec.containers[0].image
        return [f"create deployment {words[1]} --image={image}", f"delete pod {words[1]}", f"describe pod {words[1]}"]
    if words[:2] == ["set", "image"] and (d := _first(store)) is not None:
        return [f"rollout status deployment/{d.metadata.name}"]
    if words[:2] == ["create", "deployment"] and len(words) > 2:
        return [f"scale deployment {words[2]} --replicas=4", f"expose deployment {words[2]} --port=80", "get all"]
    return []


def _about(store: Store) -> list[str]:
    d = _first(store)
    if d is None:
        return ["create deployment web --image=nginx --replicas=4", "get nodes", "help"]
    name = f"deployment/{d.metadata.name}"
    if _stuck(d):
        return [f"rollout undo {name}", f"describe {name}", "get pods"]
    return ["get pods -w", f"rollout history {name}", f"describe {name}"]


def _first(store: Store) -> Deployment | None:
    return next(iter(store.list("Deployment")), None)


def _stuck(d: Deployment) -> bool:
    progressing = get_condition(d.status.conditions, "Progressing")
    late = progressing is not None and progressing.reason == "ProgressDeadlineExceeded"
    return late or (d.status.updated_replicas > 0 and d.status.available_replicas < replicas_of(d))

"""The next thing that happens, in a few words: the weightiest of what is written in that moment, as the engine will write it."""

from collections import Counter
from typing import Any

from rollviz.desk.marks import few_words
from rollviz.desk.words import pick
from simulation.controllers.deployment import util
from simulation.nodes import ready
from simulation.objects import Deployment, Node, Pod
from simulation.pods import condition
from simulation.states import pod_state
from simulation.upcoming import Moment

BECOMES = {
    "lost": ("is lost", "are lost"),
    "crash": ("crashes", "crash"),
    "pullerr": ("gets no image", "get no image"),
    "notready": ("starts", "start"),
    "ready": ("is ready", "are ready"),
    "available": ("is ready", "are ready"),
    "pulling": ("gets a node", "get a node"),
    "pending": ("is made", "are made"),
}
"""State that a pod comes to -> what it does, of one and of several."""

EVICTED, ENDS, GONE = ("is evicted", "are evicted"), ("is told to end", "are told to end"), ("is gone", "are gone")
WEIGHTS = [EVICTED, BECOMES["lost"], ENDS, *(words for state, words in BECOMES.items() if state != "lost"), GONE]


def said(moment: Moment) -> str:
    """What happens, the weightiest of it."""
    if moment.commands:
        return few_words(moment.commands[0])
    return _of_nodes(moment) or _of_pods(moment) or _of_sets(moment) or _of_drains(moment) or _of_the_rest(moment)


def _of_nodes(moment: Moment) -> str:
    for kind, old, new in moment.changes:
        if kind != "Node":
            continue
        if old is None or new is None:
            return f"{(new or old).metadata.name} {'is registered' if old is None else 'is deleted'}"
        if ready(old) != ready(new):
            return f"{new.metadata.name} is {'Ready' if ready(new) == 'True' else 'NotReady'}"
    return ""


def _of_pods(moment: Moment) -> str:
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], Pod | None] = {}
    last: dict[tuple[str, str], Pod | None] = {}
    for kind, old, new in moment.changes:
        if kind == "Pod":
            key = ((new or old).metadata.namespace, (new or old).metadata.name)
            first.setdefault(key, old)
            last[key] = new
    for key, old in first.items():
        words = _of_pod(old, last[key], moment.at_ms)
        if words is not None:
            counts[words] += 1
    if not counts:
        return ""
    words = min(counts, key=WEIGHTS.index)
    return f"{'a pod' if counts[words] == 1 else f'{counts[words]} pods'} {pick(counts[words], *words)}"


def _of_pod(old: Pod | None, new: Pod | None, now: int) -> tuple[str, str] | None:
    if new is None:
        return GONE
    if new.metadata.deletion_timestamp is not None:
        if old is not None and old.metadata.deletion_timestamp is not None:
            return None
        told = condition(new, "DisruptionTarget")
        return EVICTED if told is not None and told.status == "True" else ENDS
    before, after = pod_state(old, now) if old is not None else "", pod_state(new, now)
    return BECOMES.get(after) if before != after else None


def _of_sets(moment: Moment) -> str:
    for kind, old, new in moment.changes:
        if kind == "ReplicaSet" and old is not None and new is not None:
            if old.spec.replicas != new.spec.replicas:
                return f"{new.metadata.name} goes to {new.spec.replicas}"
            if new.spec.min_ready_seconds and old.status.available_replicas != new.status.available_replicas:
                more = (new.status.available_replicas or 0) > (old.status.available_replicas or 0)
                return f"a pod is {'' if more else 'not '}available"
    return ""


def _of_drains(moment: Moment) -> str:
    for kind, old, new in moment.changes:
        if kind == "Draining" and old is not None:
            if new is None or new.nodes != old.nodes:
                return f"the drain of {old.nodes[0]} ends"
            if new.tried:
                return f"the drain of {new.nodes[0]} is refused"
    return ""


def _of_the_rest(moment: Moment) -> str:
    for _, old, new in moment.changes:
        if isinstance(new, Deployment) and old is not None and _progress(old) != _progress(new):
            return f"{new.metadata.name}: {_progress(new)}"
    for _, old, new in moment.changes:
        if isinstance(new, Node) and old is not None and old.spec.taints != new.spec.taints:
            return f"{new.metadata.name} is tainted"
    named = [(kind, new or old) for kind, old, new in moment.changes if kind not in ("Event", "EndpointSlice")]
    return f"{named[-1][0]} {_name(named[-1][1])} changes" if named else "something changes"


def _progress(d: Deployment) -> str:
    found = util.get_condition(d.status.conditions, "Progressing")
    return found.reason if found is not None else ""


def _name(obj: Any) -> str:
    return obj.metadata.name if hasattr(obj, "metadata") else getattr(obj, "name", "")

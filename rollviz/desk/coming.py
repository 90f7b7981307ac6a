"""The next thing that happens, in a few words: the weightiest of what is written in that moment, as the engine will write it."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext_noop as noop

from rollviz.desk.marks import few_words
from rollviz.desk.words import NOTHING, Text, say, text
from simulation.controllers.deployment import util
from simulation.nodes import ready
from simulation.objects import Deployment, Node, Pod
from simulation.pods import condition
from simulation.states import pod_state
from simulation.upcoming import Moment

Becomes = tuple[str, str]
"""What pods do, of one and of several."""

BECOMES: dict[str, Becomes] = {
    "lost": (noop("a pod is lost"), noop("{n} pods are lost")),
    "crash": (noop("a pod crashes"), noop("{n} pods crash")),
    "pullerr": (noop("a pod gets no image"), noop("{n} pods get no image")),
    "notready": (noop("a pod starts"), noop("{n} pods start")),
    "ready": (noop("a pod is ready"), noop("{n} pods are ready")),
    "available": (noop("a pod is ready"), noop("{n} pods are ready")),
    "pulling": (noop("a pod gets a node"), noop("{n} pods get a node")),
    "pending": (noop("a pod is made"), noop("{n} pods are made")),
}
"""State that a pod comes to -> what it does."""

EVICTED = noop("a pod is evicted"), noop("{n} pods are evicted")
ENDS = noop("a pod is told to end"), noop("{n} pods are told to end")
GONE = noop("a pod is gone"), noop("{n} pods are gone")
WEIGHTS = [EVICTED, BECOMES["lost"], ENDS, *(words for state, words in BECOMES.items() if state != "lost"), GONE]


def said(moment: Moment) -> Text:
    """What happens, the weightiest of it."""
    if moment.commands:
        return text(few_words(moment.commands[0]))
    return _of_nodes(moment) or _of_pods(moment) or _of_sets(moment) or _of_drains(moment) or _of_lesson(moment) or _of_the_rest(moment)


def _of_nodes(moment: Moment) -> Text:
    for kind, old, new in moment.changes:
        if kind != "Node":
            continue
        if old is None or new is None:
            words = noop("{node} is registered") if old is None else noop("{node} is deleted")
            return say(words, node=(new or old).metadata.name)
        if ready(old) != ready(new):
            return say(noop("{node} is Ready") if ready(new) == "True" else noop("{node} is NotReady"), node=new.metadata.name)
    return NOTHING


def _of_pods(moment: Moment) -> Text:
    counts: Counter[Becomes] = Counter()
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
        return NOTHING
    one, many = words = min(counts, key=WEIGHTS.index)
    return say(one) if counts[words] == 1 else say(many, n=counts[words])


def _of_pod(old: Pod | None, new: Pod | None, now: int) -> Becomes | None:
    if new is None:
        return GONE
    if new.metadata.deletion_timestamp is not None:
        if old is not None and old.metadata.deletion_timestamp is not None:
            return None
        told = condition(new, "DisruptionTarget")
        return EVICTED if told is not None and told.status == "True" else ENDS
    before, after = pod_state(old, now) if old is not None else "", pod_state(new, now)
    return BECOMES.get(after) if before != after else None


def _of_sets(moment: Moment) -> Text:
    for kind, old, new in moment.changes:
        if kind == "ReplicaSet" and old is not None and new is not None:
            if old.spec.replicas != new.spec.replicas:
                return say("{name} goes to {n}", name=new.metadata.name, n=new.spec.replicas)
            if new.spec.min_ready_seconds and old.status.available_replicas != new.status.available_replicas:
                more = (new.status.available_replicas or 0) > (old.status.available_replicas or 0)
                return say("a pod is available") if more else say("a pod is not available")
    return NOTHING


def _of_drains(moment: Moment) -> Text:
    for kind, old, new in moment.changes:
        if kind == "Draining" and old is not None:
            if new is None or new.nodes != old.nodes:
                return say("the drain of {node} ends", node=old.nodes[0])
            if new.tried:
                return say("the drain of {node} is refused", node=new.nodes[0])
    return NOTHING


def _of_lesson(moment: Moment) -> Text:
    return say("step {n} is done", n=moment.steps) if moment.steps else NOTHING


def _of_the_rest(moment: Moment) -> Text:
    for _, old, new in moment.changes:
        if isinstance(new, Deployment) and old is not None and _progress(old) != _progress(new):
            return text(f"{new.metadata.name}: {_progress(new)}")
    for _, old, new in moment.changes:
        if isinstance(new, Node) and old is not None and old.spec.taints != new.spec.taints:
            return say("{node} is tainted", node=new.metadata.name)
    named = [(kind, new or old) for kind, old, new in moment.changes if kind not in ("Event", "EndpointSlice")]
    return say("{kind} {name} changes", kind=named[-1][0], name=_name(named[-1][1])) if named else say("something changes")


def _progress(d: Deployment) -> str:
    found = util.get_condition(d.status.conditions, "Progressing")
    return found.reason if found is not None else ""


def _name(obj: Any) -> str:
    return obj.metadata.name if hasattr(obj, "metadata") else getattr(obj, "name", "")

"""`kubectl describe`: one object, what belongs to it and what was said about it. Lines are tabbed and aligned at the end.

Models kubectl/pkg/describe/describe.go (v1.33).
"""

from collections.abc import Callable
from typing import Any

from simulation.api.derived import Endpoints, Namespace
from simulation.api.errors import StatusError, UsageError
from simulation.kubectl.answer import Answer
from simulation.kubectl.asking import asked
from simulation.kubectl.describing.nodes import node
from simulation.kubectl.describing.page import Page
from simulation.kubectl.describing.services import endpoint_slice, endpoints, service
from simulation.kubectl.describing.workloads import budget, deployment, pod, replica_set
from simulation.kubectl.generic import content
from simulation.kubectl.known import read
from simulation.kubectl.tabs import align
from simulation.kubectl.things import as_json, listed, named
from simulation.objects import Deployment, EndpointSlice, Event, Node, Pod, PodDisruptionBudget, ReplicaSet, Service
from simulation.store import Store

MOST_SIGNS = 400_000
MISSING = UsageError(
    'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.'
)


def describe(words: list[str], store: Store) -> Answer:
    """`kubectl describe`, all of it. A name that nothing has stands for those that begin with it."""
    parsed = read(words, "describe")
    question = asked(parsed, MISSING)
    events = parsed.text("show-events", "true") not in ("false", "0", "f", "F", "False", "FALSE")
    found, errors, begun = [], [], False
    for kind, name in question.targets:
        if not name:
            found += question.objects(store, kind)
            continue
        try:
            found.append(named(store, kind, name, question.namespace or "default"))
        except StatusError as error:
            alike = [obj for obj in listed(store, kind, question.namespace) if obj.metadata.name.startswith(name)]
            begin = alike if len(parsed.args) == 2 and len(question.kinds) == 1 else []
            found, begun = [*found, *begin], bool(begin)
            errors += [] if begin else [error]
    if len(errors) == 1 and len(question.kinds) > 1 and len(parsed.args) == 2:
        raise UsageError("you may only specify a single resource type")
    told = _told(store)
    texts, size = [], 0
    for obj in found:
        texts.append(_text(Page(store, events, told), obj))
        size += len(texts[-1])
        if size > MOST_SIGNS:
            break
    err = "".join(f"{line}\n" for line in (*question.warnings, *(error.kubectl() for error in errors)))
    if not found and not errors:
        err += f"No resources found in {question.namespace} namespace.\n" if question.namespace else "No resources found\n"
    note = f"These are the first {len(texts)} of {len(found)}: more do not fit here." if len(texts) < len(found) else ""
    out = "".join(f"{text}\n" for text in texts) if begun else "\n\n".join(texts)
    return Answer(out, err, 1 if errors else 0, note)


def _told(store: Store) -> dict[tuple[str, str, str, str], list[Event]]:
    """All events by the kind, namespace, name and uid of what they are about, each list in the API server's order."""
    found: dict[tuple[str, str, str, str], list[Event]] = {}
    for event in listed(store, "Event"):
        about = event.involved_object
        found.setdefault((about.kind, about.namespace, about.name, about.uid), []).append(event)
    return found


def _text(page: Page, obj: Any) -> str:
    tail = DESCRIBERS.get(type(obj), _other)(page, obj)
    return align("\n".join(page.lines) + "\n") + (align(tail) if tail else "")


def _other(page: Page, obj: Any) -> str:
    page.head(obj)
    page.marks(obj)
    page.lines += content(as_json(obj))
    return page.events(obj)


def _namespace(page: Page, namespace: Namespace) -> str:
    page.head(namespace, namespaced=False)
    page.marks(namespace)
    page.lines += ["Status:\tActive", "", "No resource quota.", "", "No LimitRange resource."]
    return ""


DESCRIBERS: dict[type, Callable[[Page, Any], str]] = {
    Pod: pod,
    Deployment: deployment,
    ReplicaSet: replica_set,
    Service: service,
    Node: node,
    PodDisruptionBudget: budget,
    Endpoints: endpoints,
    EndpointSlice: endpoint_slice,
    Namespace: _namespace,
}

"""The rack, large: each node as a column with its places, what holds a drain, and the pods that no node takes, in the scheduler's words."""

from typing import NamedTuple

from django.utils.translation import gettext_noop as noop

from rollviz.desk.rack import NO_NODE, Box, Key, Rack, drained, rack
from rollviz.desk.scene import Scene
from rollviz.desk.sets import Strip
from rollviz.desk.unplaced import refusals, sentence, waiting
from rollviz.desk.words import Said, Text, Version, counted, of_pods, say, strong, text
from simulation.api.eviction import budgets_of
from simulation.controllers.deployment import util
from simulation.objects import Pod
from simulation.store import Store


class Foot(NamedTuple):
    """What stands under a column. Without `n` it is the number of its pods."""

    id: str
    n: int | None
    words: Text
    keys: tuple[Key, ...]


class Waiting(NamedTuple):
    """Pods without a node: how many, and what the scheduler said of how many of them."""

    n: int
    said: tuple[tuple[int, str, tuple[str, ...]], ...]
    """(pods, `0/4 nodes are available`, reasons), the commonest first."""


class Head(NamedTuple):
    """The sentence over the rack, and what each version has left."""

    words: Text
    versions: tuple[tuple[Version, int], ...]
    least: int | None


def columns(store: Store) -> dict[str, tuple[str, object]]:
    """Element id -> (template, data), for all nodes."""
    found, drains = rack(store), drained(store)
    parts: dict[str, tuple[str, object]] = {"units": ("units", tuple((box.id, box.name) for box in found.boxes))}
    for box in found.boxes:
        parts[f"{box.id}-h"] = ("unit_head", box)
        parts[f"{box.id}-f"] = ("unit_foot", _foot(store, box, drains.get(box.name)))
    return parts | {"nonode": ("nonode", _waiting(store))}


# ---------------------------------------------------------------------------------------------------------------- a foot


def _foot(store: Store, box: Box, drain: int | None) -> Foot:
    keys = []
    if not box.on and box.power is not None:
        keys.append(box.power)
    if drain is not None:
        keys.append(Key(noop("stop draining"), f"# {box.name}: stop draining"))
    elif box.words != NO_NODE:
        keys.append(Key("uncordon", f"uncordon {box.name}") if box.shut else Key("cordon", f"cordon {box.name}"))
        keys += [Key("drain", f"drain {box.name}")] if box.on else []
    n, words = _said(store, box, drain)
    return Foot(f"{box.id}-f", n, words, tuple(keys))


def _said(store: Store, box: Box, drain: int | None) -> tuple[int | None, Text]:
    there = list(store.on_node.get(box.name, {}).values())
    ending = sum(pod.metadata.deletion_timestamp is not None for pod in there)
    if box.down and box.words.startswith("NotReady") and there:
        if ending == len(there):
            return ending, counted(
                "is to end; only {node} can say when it has", "are to end; only {node} can say when they have", ending, node=box.name
            )
        return len(there) - ending, say("nobody knows")
    if drain is not None:
        return _draining(store, drain, ending)
    if box.shut:
        staying = len(there) - ending
        return staying, counted("stays, none may come", "stay, none may come", staying) if staying else say("there, none may come")
    return None, say("of {places} places", places=box.places)


def _draining(store: Store, number: int, ending: int) -> tuple[int, Text]:
    """The pods that a budget keeps, with its sum in the API server's words; else those that go."""
    draining = store.drains[number]
    asked = [store.get("Pod", pod.name, pod.namespace) for pod in draining.pods if pod.evicted_at is None and draining.tried]
    held = [pod for pod in asked if pod is not None and pod.metadata.deletion_timestamp is None]
    if not held:
        return ending, counted("goes, none may come", "go, none may come", ending)
    return len(held), counted("waits: {reason}", "wait: {reason}", len(held), reason=_budget(store, held[0]))


def _budget(store: Store, pod: Pod) -> Said:
    budgets = budgets_of(store, pod)
    if len(budgets) != 1:
        return say("kubectl asks again")
    [budget] = budgets
    status = budget.status
    values = {"name": budget.metadata.name, "least": status.desired_healthy, "healthy": status.current_healthy}
    return say("budget {name} needs {least} healthy pods and has {healthy}", **values)


# ------------------------------------------------------------------------------------------------------------ no node


def _waiting(store: Store) -> Waiting:
    found = waiting(store)
    return Waiting(len(found), tuple((n, *_reasons(message)) for message, n in refusals(found)))


def _reasons(message: str) -> tuple[str, tuple[str, ...]]:
    head, _, reasons = sentence(message).rstrip(".").partition(": ")
    return head, tuple(reasons.split(", ")) if reasons else ()


# --------------------------------------------------------------------------------------------------------------- over it


def head(store: Store, scene: Scene | None, strips: tuple[Strip, ...]) -> Head:
    versions = tuple((s.version, s.available) for s in strips if s.pods)
    least = util.min_available(scene.group.d) if scene is not None and util.is_rolling_update(scene.group.d) else None
    return Head(_happening(store, rack(store)), versions, least)


def _happening(store: Store, found: Rack) -> Text:
    pending = sum(n for _, n in refusals(waiting(store)))
    places = sum(store.open_nodes.values())
    taken = sum(min(store.running_on.get(name, 0), most) for name, most in store.open_nodes.items())
    if pending:
        full = [counted("{n} place, all taken.", "{n} places, all taken.", places), " "] if taken >= places else []
        return text(*full, counted("{n} pod waits for a node.", "{n} pods wait for a node.", pending))
    silent = [box.name for box in found.boxes if box.words.startswith("Ready, not noticed")]
    if silent:
        return counted(
            "{nodes} is off, and Kubernetes has not noticed.",
            "{nodes} are off, and Kubernetes has not noticed.",
            len(silent),
            nodes=_named(silent),
        )
    down = [box.name for box in found.boxes if box.words.startswith("NotReady")]
    if down:
        return text(counted("{nodes} does not answer.", "{nodes} do not answer.", len(down), nodes=_named(down)), *_theirs(store, down))
    drains = drained(store)
    if drains:
        return counted("{nodes} is being drained.", "{nodes} are being drained.", len(drains), nodes=_named(list(drains)))
    ready = counted("{n} node is Ready.", "{n} nodes are Ready.", found.ready)
    return text(ready, " ", say("{taken} of {places} places are taken.", taken=taken, places=places))


def _theirs(store: Store, down: list[str]) -> list:
    there = [pod for name in down for pod in store.on_node.get(name, {}).values()]
    ending = sum(pod.metadata.deletion_timestamp is not None for pod in there)
    if not there:
        return []
    if ending == len(there):
        evicted = counted("{n} pod was evicted there and cannot be ended.", "{n} pods were evicted there and cannot be ended.", ending)
        return [" ", evicted]
    unknown = len(there) - ending
    pods = strong(of_pods(unknown))
    return [" ", counted("Nobody knows what {pods} there does.", "Nobody knows what {pods} there do.", unknown, pods=pods)]


def _named(names: list[str]) -> str | Said:
    return names[0] if len(names) == 1 else say("{names} and {last}", names=", ".join(names[:-1]), last=names[-1])

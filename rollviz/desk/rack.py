"""The nodes: what each says of itself, whether its machine is on, the pods in its places, and the pods that have no node.

Pods are drawn as Kubernetes believes they are. A machine that is off is hatched at once; its pods turn `lost` when that is noticed.
"""

from collections.abc import Container
from typing import NamedTuple

from django.utils.translation import gettext_noop as noop

from rollviz.desk import scale
from rollviz.desk.cells import STATES, word_of
from rollviz.desk.delta import Tree
from rollviz.desk.memory import Memory
from rollviz.desk.sets import element_id
from rollviz.desk.unplaced import waiting
from rollviz.desk.versions import version_of
from rollviz.desk.words import Markup, Text, Version, say, text
from simulation.nodes import condition, ready
from simulation.objects import Node, Pod
from simulation.states import pod_state, well
from simulation.store import Store, controller_of

PLACES = 22
"""Places that are all drawn, one to a row; of more, as many as a scale needs that holds the fullest node."""
LEAST = 10

NOBODY = Version("", 0)

NO_NODE, NOT_NOTICED, ON_AGAIN, DRAINING, CORDONED = (
    noop("no Node object"),
    noop("not noticed"),
    noop("on again"),
    noop("draining"),
    noop("cordoned"),
)
POWER_ON, POWER_OFF = noop("power on"), noop("power off")


class Key(NamedTuple):
    verb: str
    """English, looked up by the page; what is also kubectl's stays as it is."""
    line: str


class Box(NamedTuple):
    """A node. `words` are its state, `since` the second from which a state counts that is worth counting."""

    name: str
    id: str
    words: str
    since: int | None
    on: bool
    """Its machine answers, whatever Kubernetes says."""
    down: bool
    """Hatched: off, or Kubernetes says NotReady."""
    shut: bool
    """Cordoned."""
    places: int
    power: Key | None

    @property
    def told(self) -> Text:
        """Its state, each part by itself. `Ready` is Kubernetes' own."""
        status, *more = self.words.split(", ")
        return text(say(status) if status == NO_NODE else status, *(run for part in more for run in (", ", say(part))))

    @property
    def said(self) -> Markup:
        """The same, for a page."""
        return self.told.html


class Rack(NamedTuple):
    boxes: tuple[Box, ...]

    @property
    def many(self) -> bool:
        return len(self.boxes) > 8

    @property
    def ready(self) -> int:
        return sum(box.words.startswith("Ready") for box in self.boxes)


def rack(store: Store) -> Rack:
    """Machines in their order, whether they are nodes at the moment or not: each stays where it stands."""
    nodes = {node.metadata.name: node for node in store.list("Node")}
    return Rack(tuple(_box(store, name, nodes.get(name)) for name in dict.fromkeys([*store.machines, *nodes])))


def drained(store: Store) -> dict[str, int]:
    """Node -> number of the `kubectl drain` whose turn it is."""
    return {draining.nodes[0]: number for number, draining in store.drains.items()}


def _box(store: Store, name: str, node: Node | None) -> Box:
    machine = store.machines.get(name)
    on = machine is None or machine.off_since is None
    power = None if machine is None else Key(POWER_OFF if on else POWER_ON, f"# {name}: power {'off' if on else 'on'}")
    id = element_id("unit", "", name)
    if node is None:
        return Box(name, id, NO_NODE, None, on, True, False, machine.pods if machine is not None else 0, power)
    up, shut = ready(node) == "True", node.spec.unschedulable
    words = "Ready" if up else "NotReady"
    words += f", {NOT_NOTICED}" if up and not on else f", {ON_AGAIN}" if on and not up else ""
    words += f", {DRAINING}" if name in drained(store) else f", {CORDONED}" if shut else ""
    found = condition(node, "Ready")
    since = None if up or found is None else found.last_transition_time
    return Box(name, id, words, since, on, not (up and on), shut, int(node.status.allocatable.get("pods", "110")), power)


# --------------------------------------------------------------------------------------------------------------- moving


def on_nodes(memory: Memory, store: Store) -> Tree:
    """Node -> its pods, oldest first: as hue and state letter (`1a1a3r`), and, while each has a row of its own, as words and names.
    Under "" those without a node."""
    known: dict[str, tuple[Version, int]] = {}
    for rs in store.list("ReplicaSet"):
        known[rs.metadata.uid] = version_of(memory, store, rs), rs.spec.min_ready_seconds
    there = {node: list(store.on_node.get(node, {}).values()) for node in (box.name for box in rack(store).boxes)}
    there[""] = waiting(store)
    worded, answering = columns(store) == 1, well(store.list("Node"))
    return {node: _cells(store, known, pods, answering, worded) for node, pods in there.items()}


def _cells(store: Store, known: dict[str, tuple[Version, int]], pods: list[Pod], answering: Container[str], worded: bool) -> Tree:
    letters, words, names, now = [], [], [], store.now
    for pod in sorted(pods, key=lambda pod: (pod.metadata.creation_timestamp or 0, pod.metadata.name)):
        owner = controller_of(pod)
        version, min_ready = known.get(owner.uid, (NOBODY, 0)) if owner is not None else (NOBODY, 0)
        state = pod_state(pod, now, min_ready, answering)
        letters.append(f"{version.hue}{STATES[state][0]}")
        if worded:
            words.append(f"lost {version.label}".rstrip() if state == "lost" else word_of(pod, state, now, min_ready))
            names.append(pod.metadata.name)
    found: Tree = {"s": "".join(letters)}
    return found | {"w": "|".join(words), "i": "|".join(names)} if names else found


def drawn(store: Store) -> int:
    """How many places of each node are drawn: the same for all, so that heights compare."""
    places = max((box.places for box in rack(store).boxes), default=0)
    if places <= PLACES:
        return max(places, 1)
    most = max((len(pods) for pods in store.on_node.values()), default=0)
    return min(scale.top(max(most, LEAST)), places)


def columns(store: Store) -> int:
    return scale.columns(drawn(store))


def asked(store: Store) -> int:
    """Changes whenever a drain has asked for its evictions again, which writes nothing if it is refused."""
    return sum(draining.next_try for draining in store.drains.values())


def geometry(store: Store) -> Tree:
    """How the places are laid out, and `asks` for what becomes of a node, which is asked for when something happened."""
    places, cols = drawn(store), columns(store)
    return {"rows": -(-places // cols), "cols": cols, "places": places, "asks": asked(store)}

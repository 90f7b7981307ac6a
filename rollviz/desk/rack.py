"""The nodes, and the pods on each in hue and state."""

from typing import NamedTuple

from rollviz.desk.cells import STATES
from rollviz.desk.delta import Tree
from rollviz.desk.memory import Memory
from rollviz.desk.versions import version_of
from simulation.states import pod_state
from simulation.store import controller_of


class NodeBox(NamedTuple):
    name: str
    words: str
    down: bool


def rack(store) -> tuple[NodeBox, ...]:
    return tuple(_node(store, node) for node in store.list("Node"))


def _node(store, node) -> NodeBox:
    ready = next((c.status == "True" for c in node.status.conditions if c.type == "Ready"), False)
    words = "Ready" if ready else "NotReady"
    if node.spec.unschedulable:
        words += ", SchedulingDisabled"
    return NodeBox(node.metadata.name, words, not ready)


def on_nodes(memory: Memory, store) -> Tree:
    """Node -> its pods as hue and state letter, oldest first: `1a1a3r`."""
    hues: dict[str, tuple[int, int]] = {}
    for rs in store.list("ReplicaSet"):
        hues[rs.metadata.uid] = version_of(memory, store, rs).hue, rs.spec.min_ready_seconds
    found: Tree = {}
    for node in store.list("Node"):
        cells = []
        placed = store.on_node.get(node.metadata.name, {})
        for pod in sorted(placed.values(), key=lambda pod: (pod.metadata.creation_timestamp or 0, pod.metadata.name)):
            owner = controller_of(pod)
            hue, min_ready = hues.get(owner.uid, (0, 0)) if owner is not None else (0, 0)
            cells.append(f"{hue}{STATES[pod_state(pod, store.now, min_ready)][0]}")
        found[node.metadata.name] = "".join(cells)
    return found

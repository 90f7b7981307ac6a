"""The desk as an outline: Deployments, their ReplicaSets, Services and nodes, as numbers and words for whoever reads instead of looks.

Numbers and conditions are the objects' own status, as kubectl prints it; what the pods of a set do is already in `sets`.
"""

from rollviz.desk.cells import STATES, Cell, loose_cells
from rollviz.desk.delta import Tree
from rollviz.desk.rack import rack
from rollviz.desk.service import ServiceBox, endpoint_counts
from rollviz.desk.sets import Group, Strip
from rollviz.desk.words import say, text
from simulation.controllers.deployment import util
from simulation.objects import Deployment
from simulation.states import well


def outline(store, found: list[Group], strips: tuple[Strip, ...], box: ServiceBox) -> Tree:
    """`strips` are all sets, those included that have no strip; `box` is the Service whose requests are counted."""
    ids = {s.uid: s.id for s in strips}
    tree: Tree = {
        "d": {group.d.metadata.name: _deployment(group.d) for group in found if group.d is not None},
        "rs": {s.id: _set(s) for s in strips},
        "svc": {service.metadata.name: _service(store, service, ids) for service in store.list("Service")},
        "nodes": {box.name: box.told if box.on else text(box.told, ", ", say("the machine is off")) for box in rack(store).boxes},
        "heard": box.name,
    }
    if store.loose:
        cells = loose_cells(store.loose.values(), store.now, well(store.list("Node")))
        tree["loose"] = {"i": "|".join(cell.name for cell in cells), "s": _letters(cells)}
    return tree


def _deployment(d: Deployment) -> Tree:
    status = d.status
    return {
        "n": util.replicas_of(d),
        "t": status.replicas,
        "u": status.updated_replicas,
        "r": status.ready_replicas,
        "a": status.available_replicas,
        "c": "|".join(f"{c.type} {c.status}, {c.reason}" for c in status.conditions),
        "p": bool(d.spec.paused),
    }


def _set(s: Strip) -> Tree:
    """What does not move while it fades; its counts and pods are in `sets`, and of a set that is not there both are 0."""
    return {
        "of": s.deployment,
        "name": s.name,
        "label": s.label,
        "hue": s.hue,
        "rev": s.revision,
        "img": s.image,
        "now": s.target,
        "does": say(s.words),
        "why": s.why,
    }


def _service(store, service, ids: dict[str, str]) -> Tree:
    counts = endpoint_counts(store, service.metadata.name)
    return {
        "sel": ", ".join(f"{key}={value}" for key, value in sorted(service.spec.selector.items())),
        "n": sum(counts.values()),
        "by": {ids.get(uid, "loose"): n for uid, n in counts.items()},
    }


def _letters(cells: tuple[Cell, ...]) -> str:
    return "".join(STATES[cell.state][0] for cell in cells)

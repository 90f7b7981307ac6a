"""The row of strips: which sets stand as strips, which are spines, and the pods that nobody counts."""

from typing import NamedTuple
from zlib import crc32

from django.utils.translation import gettext_noop as noop
from msgspec.structs import replace

from rollviz.desk import scale
from rollviz.desk.cells import STATES, Cell, loose_cells
from rollviz.desk.delta import Tree
from rollviz.desk.memory import Memory
from rollviz.desk.moves import with_move
from rollviz.desk.service import endpoint_counts, picks, picks_loose
from rollviz.desk.sets import Group, Strip, of_other_images, strip
from rollviz.desk.unplaced import refusals, sentence
from rollviz.desk.words import counted, say, strong, text
from simulation.controllers.deployment import util
from simulation.states import well

SLOTS = 3
"""Strips that are always drawn, empty ones included; so many parked sets keep their strip, older ones become spines."""

MANY = 4
"""Strips beyond which each says less, to stay readable."""


class Strips(NamedTuple):
    """The row as a whole: changes only when a strip comes or goes."""

    ids: tuple[str, ...]
    spines: int
    slots: tuple[int, ...] = tuple(range(1, SLOTS + 1))

    @property
    def n(self) -> int:
        return len(self.ids)

    @property
    def many(self) -> bool:
        return self.n > MANY or 4 * self.n + self.spines > 14


class Spine(NamedTuple):
    id: str
    label: str
    revision: int
    image: str
    line: str


class Loose(NamedTuple):
    """Pods that nobody counts: a strip without a fader."""

    name: str
    image: str
    cells: tuple[Cell, ...]
    cols: int
    rows: int
    endpoints: int
    plug: str
    """As a strip's."""
    sending: str
    """The Service that sends to some of them, or would."""

    @property
    def n(self) -> int:
        return len(self.cells)


def scale_for(found: list[Group], store) -> int:
    """The scale that holds every total that may be, and every cap that a hand has pushed further."""
    most = [len(store.loose)]
    for group in found:
        if group.d is not None:
            most.append(util.replicas_of(group.d) + util.max_surge(group.d))
        most += [util.replicas_of(rs) for rs in group.sets]
    return scale.top(max(most))


def strips(memory: Memory, store, found: list[Group]) -> tuple[Strip, ...]:
    services = store.list("Service")
    top = scale_for(found, store)
    counts = endpoint_counts(store)
    made = []
    for group in found:
        for rs in group.sets:
            selected = any(picks(service, store, rs.metadata.namespace, rs.metadata.uid) for service in services)
            made.append(_told(with_move(memory, group, strip(memory, store, group, rs, counts, selected, top)), store, rs))
    return tuple(map(_unplugged, made)) if any(s.plug == "lit" for s in made) else tuple(made)


def _unplugged(s: Strip) -> Strip:
    """Where a Service sends to others, those that it does not even pick are not on air."""
    if s.words != "on air" or s.plug:
        return s
    return replace(s, words=noop("standing by"), why=say("no Service sends requests here"))


def _told(s: Strip, store, rs) -> Strip:
    """With a word about pods that no node takes, or that are not of the image on the tape."""
    pending = [] if s.line else [store.get("Pod", c.name, s.namespace) for c in s.pods if c.state == "pending"]
    if unplaced := refusals(pod for pod in pending if pod is not None):
        message, n = unplaced[0]
        return replace(s, foot=text(strong(counted("{n} finds no node.", "{n} find no node.", n), " "), sentence(message)))
    n, image = of_other_images(store.owned(s.uid), tuple(c.image for c in rs.spec.template.spec.containers))
    if not n:
        return s
    said = counted(
        "{n} pod is of {image}: a template is only for pods to come.",
        "{n} pods are of {image}: a template is only for pods to come.",
        n,
        image=image,
    )
    return replace(s, foot=said)


def shown_and_parked(strips: tuple[Strip, ...], slots: int) -> tuple[tuple[Strip, ...], tuple[Spine, ...]]:
    """Strips with pods or a purpose stand; of the parked ones the latest stay as long as there is room, the others are spines."""
    parked = [s for s in strips if s.parked]
    room = max(slots - (len(strips) - len(parked)), 0)
    kept = {s.id for s in sorted(parked, key=lambda s: s.revision)[-room:]} if room else set()
    shown = tuple(s for s in strips if not s.parked or s.id in kept)
    spines = tuple(Spine(s.id, s.label, s.revision, s.image, s.line) for s in parked if s.id not in kept)
    return shown, spines[-10:]


def loose(store, top: int) -> Loose | None:
    if not store.loose:
        return None
    first = next(iter(store.loose.values()))
    columns = scale.columns(top)
    image = " + ".join(c.image for c in first.spec.containers)
    cells = loose_cells(store.loose.values(), store.now, well(store.list("Node")))
    n, sending = _sending(store)
    plug = "lit" if n else "dark" if sending else ""
    return Loose(first.metadata.name, image, cells, columns, -(-top // columns), n, plug, sending)


def _sending(store) -> tuple[int, str]:
    """(how many of them get requests, from which Service, or which one would send)."""
    for service in store.list("Service"):
        n = endpoint_counts(store, service.metadata.name).get("", 0)
        if n or picks_loose(service, store):
            return n, service.metadata.name
    return 0, ""


def moving_set(s: Strip, later: dict[str, int], paces: dict[str, int]) -> Tree:
    """`later`: uid -> where its cap stands at the end of the take, when that is not now. `paces`: uid -> requests in a second."""
    found: Tree = {
        "v": s.v,
        "r": s.ready,
        "e": s.endpoints,
        "p": s.peak,
        "hue": s.hue,
        "plug": s.plug,
        "pin": s.pin,
        "tgt": s.target,
        "say": s.say,
        "s": "".join(STATES[c.state][0] for c in s.pods),
    }
    if s.dest is not None:
        found["d"] = s.dest
    if s.uid in paces:
        found["q"] = paces[s.uid]
    if s.side:
        found |= {"side": s.side, "f": s.driven or s.ref}
    if later.get(s.uid, s.v) != s.v:
        found["g"] = later[s.uid]
    if s.cols == 1:
        found["w"] = "|".join(c.word for c in s.pods)
        found["i"] = "|".join(c.name for c in s.pods)
    return found


def strips_hash(row: Strips) -> str:
    return f"{crc32(repr(row.ids).encode()):08x}"

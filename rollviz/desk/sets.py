"""One strip per ReplicaSet: what stands on its tape, where its cap is and may go, and each pod as a cell."""

from typing import NamedTuple

from msgspec import Struct

from rollviz.desk import scale
from rollviz.desk.cells import Cell, Tally, cells
from rollviz.desk.versions import first_revision, version_of
from rollviz.desk.words import NONE, Text, Version, counted, say, text
from simulation.api.selectors import from_object
from simulation.controllers.deployment import util
from simulation.objects import POD_TEMPLATE_HASH, Deployment, ReplicaSet
from simulation.pods import is_active
from simulation.states import well
from simulation.store import Owned, controller_of


class Tape(Struct, frozen=True):
    id: str
    label: str
    name: str
    image: str
    under: Text


class Move(Struct, frozen=True):
    """What the set does, in a word, and what holds it."""

    id: str
    glyph: str
    words: str
    """English, looked up by the page."""
    why: Text


class Foot(Struct, frozen=True):
    id: str
    hash: str
    tally: tuple[Tally, ...]
    say: Text
    line: str
    verb: Text
    name: str = ""
    selector: str = ""
    """Which pods it counts, where no Deployment does: as kubectl's -l writes it."""


class Strip(Struct, frozen=True):
    id: str
    ref: str
    """As kubectl names it: `rs/web-5d4f8c7b9d`."""
    name: str
    uid: str
    namespace: str
    deployment: str
    version: Version
    image: str
    revision: int
    hash: str
    target: bool
    v: int
    ready: int
    available: int
    endpoints: int
    peak: int
    dest: int | None
    pin: str
    plug: str
    """"lit", "dark", or "" when no Service selects its pods."""
    pods: tuple[Cell, ...]
    max: int
    glyph: str = ""
    words: str = ""
    why: Text = text()
    foot: Text = text()
    line: str = ""
    verb: Text = text()
    parked: bool = False
    selector: str = ""
    side: str = ""
    """"a" or "b" of two Deployments that belong together (duo)."""
    word: str = ""
    """What stands on its tape instead of its version, as one of two."""
    driven: str = ""
    """What its fader moves, if not the set itself."""

    @property
    def hue(self) -> int:
        return self.version.hue

    @property
    def label(self) -> str:
        return self.version.label

    @property
    def short(self) -> str:
        """The version without its Deployment's name."""
        return self.label.rpartition(" ")[2]

    @property
    def cols(self) -> int:
        return scale.columns(self.max)

    @property
    def rows(self) -> int:
        return -(-self.max // self.cols)

    @property
    def dest_or_0(self) -> int:
        return self.dest or 0

    @property
    def endpoint_word(self) -> Text:
        return counted("endpoint", "endpoints", self.endpoints)

    @property
    def say(self) -> Text:
        held = (", ", say("held")) if self.pin else ()
        return text(say("{n} replicas, {ready} ready", n=self.v, ready=self.ready), ", ", say(self.words), *held)

    @property
    def tally(self) -> tuple[Tally, ...]:
        counts: dict[str, int] = {}
        for cell in self.pods:
            counts[cell.state] = counts.get(cell.state, 0) + 1
        return tuple(Tally(state, n) for state, n in counts.items())

    @property
    def count_words(self) -> Text:
        counts = [run for t in self.tally for run in (", ", f"{t.n} ", say(t.word))]
        return text(*counts[1:]) if counts else NONE

    @property
    def tape(self) -> Tape:
        under = say("revision {n}", n=self.revision) if self.revision else say("by hand")
        alone = self.short == self.label or self.side
        return Tape(self.id, self.word or self.short, self.name, self.image, under if alone else text(f"{self.deployment}, ", under))

    @property
    def move(self) -> Move:
        return Move(self.id, self.glyph, self.words, self.why)

    @property
    def footer(self) -> Foot:
        crowded = self.cols > 1 or len(self.pods) > self.rows
        tally = self.tally if crowded else ()
        return Foot(self.id, self.hash or self.name, tally, self.foot, self.line, self.verb, self.name, self.selector)


class Group(NamedTuple):
    """A Deployment with its sets, oldest first, and the one that has its template; `d` is None for sets that nobody manages."""

    d: Deployment | None
    sets: list[ReplicaSet]
    new: ReplicaSet | None


def groups(store) -> list[Group]:
    """Every Deployment in order of creation, then the sets without one."""
    by_owner: dict[str, list[ReplicaSet]] = {}
    for rs in store.list("ReplicaSet"):
        owner = controller_of(rs)
        by_owner.setdefault(owner.uid if owner is not None else "", []).append(rs)
    found = []
    for d in store.list("Deployment"):
        sets = sorted(by_owner.get(d.metadata.uid, ()), key=lambda rs: (first_revision(rs), *util.by_age(rs)))
        found.append(Group(d, sets, util.find_new(d, sets)))
    loose = by_owner.get("", [])
    return [*found, Group(None, loose, None)] if loose else found


def element_id(prefix: str, namespace: str, name: str) -> str:
    """A stable id that needs no escaping in a selector."""
    safe = name.replace(".", "_")
    return f"{prefix}-{safe}" if namespace in ("", "default") else f"{prefix}-{namespace}--{safe}"


def of_other_images(owned: Owned, images: tuple[str, ...]) -> tuple[int, str]:
    """(how many pods of a set were made from another template than it has now, an image of theirs): an edit does not reach them."""
    known: dict[int, bool] = {}
    n, image = 0, ""
    for pod in owned.pods.values():
        containers = pod.spec.containers  # shared by pods that were made at once
        alike = known.get(id(containers))
        if alike is None:
            alike = known[id(containers)] = tuple(c.image for c in containers) == images
        if not alike and is_active(pod):
            n, image = n + 1, containers[0].image
    return n, image


def strip(memory, store, group: Group, rs: ReplicaSet, endpoints: dict[str, int], selected: bool, top: int) -> Strip:
    """`endpoints`: uid of a set -> its pods that a Service sends to; `selected`: some Service's selector matches its pods."""
    meta, d = rs.metadata, group.d
    owned = store.owned(meta.uid)
    version = version_of(memory, store, rs)
    target = group.new is not None and group.new.metadata.uid == meta.uid
    containers = rs.spec.template.spec.containers
    images = [c.image for c in containers]
    n = endpoints.get(meta.uid, 0)
    return Strip(
        id=element_id("rs", meta.namespace, meta.name),
        ref=f"rs/{meta.name}",
        name=meta.name,
        uid=meta.uid,
        namespace=meta.namespace,
        deployment=d.metadata.name if d is not None else "",
        version=version,
        image=" + ".join(images),
        revision=util.revision_of(rs) or 0,
        hash=meta.labels.get(POD_TEMPLATE_HASH, ""),
        target=target,
        v=util.replicas_of(rs),
        ready=owned.ready,
        available=owned.available(rs.spec.min_ready_seconds, store.now),
        endpoints=n,
        peak=max(memory.peaks.get(meta.uid, 0), owned.ready),
        dest=None,
        pin="",
        plug="lit" if n else "dark" if selected else "",
        pods=cells(owned, store.now, rs.spec.min_ready_seconds, well(store.list("Node"))),
        max=top,
        selector=str(from_object(rs.spec.selector)) if d is None else "",
    )

"""One strip per ReplicaSet: what stands on its tape, where its cap is and may go, and each pod as a cell."""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from rollviz.desk import scale
from rollviz.desk.versions import first_revision, version_of
from rollviz.desk.words import Text, Version, pick, pods, text
from simulation.controllers.deployment import util
from simulation.objects import POD_TEMPLATE_HASH, Deployment, Pod, ReplicaSet
from simulation.pods import ready_since
from simulation.states import pod_state
from simulation.store import Owned, controller_of

STATES = {
    "available": ("a", "available"),
    "ready": ("r", "ready, not yet available"),
    "notready": ("n", "running, not ready"),
    "pulling": ("u", "pulling the image"),
    "pending": ("p", "pending"),
    "pullerr": ("e", "cannot pull the image"),
    "crash": ("c", "crash loop"),
    "lost": ("l", "on a lost node"),
    "terminating": ("t", "terminating"),
}
"""State -> (its letter in messages, its name), in the order of the cells from the bottom up."""
WORDS = {
    "notready": "starting",
    "pulling": "pulling",
    "pending": "pending",
    "pullerr": "no image",
    "crash": "crash",
    "lost": "lost",
    "terminating": "ending",
}
RANK = {state: rank for rank, state in enumerate(STATES)}
BROKEN = ("pullerr", "crash", "lost")
PUT_BACK_MS = 8_000
"""How long a strip says that a hand's move was undone."""


class Cell(NamedTuple):
    name: str
    state: str
    word: str

    @property
    def title(self) -> str:
        return f"{self.name}: {STATES[self.state][1]}"


class Tally(NamedTuple):
    state: str
    n: int

    @property
    def word(self) -> str:
        return STATES[self.state][1]

    @property
    def bad(self) -> bool:
        return self.state in BROKEN


class Tape(Struct, frozen=True):
    id: str
    label: str
    name: str
    image: str
    under: str


class Move(Struct, frozen=True):
    """What the set does, in a word, and what holds it."""

    id: str
    glyph: str
    words: str
    why: Text


class Foot(Struct, frozen=True):
    id: str
    hash: str
    tally: tuple[Tally, ...]
    say: Text
    line: str
    verb: Text


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
    def endpoint_word(self) -> str:
        return pick(self.endpoints, "endpoint", "endpoints")

    @property
    def say(self) -> str:
        held = ", held" if self.pin else ""
        return f"{self.v} replicas, {self.ready} ready, {self.words}{held}"

    @property
    def tally(self) -> tuple[Tally, ...]:
        counts: dict[str, int] = {}
        for cell in self.pods:
            counts[cell.state] = counts.get(cell.state, 0) + 1
        return tuple(Tally(state, n) for state, n in counts.items())

    @property
    def count_words(self) -> str:
        return ", ".join(f"{t.n} {t.word}" for t in self.tally) or "none"

    @property
    def tape(self) -> Tape:
        under = f"revision {self.revision}" if self.revision else "by hand"
        return Tape(self.id, self.short, self.name, self.image, under if self.short == self.label else f"{self.deployment}, {under}")

    @property
    def move(self) -> Move:
        return Move(self.id, self.glyph, self.words, self.why)

    @property
    def footer(self) -> Foot:
        crowded = self.cols > 1 or len(self.pods) > self.rows
        return Foot(self.id, self.hash or self.name, self.tally if crowded else (), self.foot, self.line, self.verb)


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


def cells(owned: Owned, now: int, min_ready: int) -> tuple[Cell, ...]:
    """Pods as cells: by state, oldest first inside each."""
    found = []
    for pod in owned.pods.values():
        state = pod_state(pod, now, min_ready)
        found.append((RANK[state], pod.metadata.creation_timestamp or 0, pod.metadata.name, state, pod))
    found.sort(key=lambda item: item[:3])
    return tuple(Cell(name, state, _word(pod, state, now, min_ready)) for _, _, name, state, pod in found)


def loose_cells(found: Iterable[Pod], now: int) -> tuple[Cell, ...]:
    """Pods without an owner, by their full names."""
    states = [(RANK[state], pod.metadata.name, state) for pod in found for state in [pod_state(pod, now)]]
    return tuple(Cell(name, state, name if state == "available" else WORDS[state]) for _, name, state in sorted(states))


def _word(pod: Pod, state: str, now: int, min_ready: int) -> str:
    if state == "available":
        return pod.metadata.name.rpartition("-")[2]
    if state == "ready":
        return f"{now // 1000 - (ready_since(pod) or 0)}/{min_ready} s"
    return WORDS[state]


def strip(memory, store, group: Group, rs: ReplicaSet, endpoints: dict[str, int], selected: bool, top: int) -> Strip:
    """`endpoints`: uid of a set -> its pods that a Service sends to; `selected`: some Service's selector matches its pods."""
    meta, d = rs.metadata, group.d
    owned = store.owned(meta.uid)
    version = version_of(memory, store, rs)
    target = group.new is not None and group.new.metadata.uid == meta.uid
    containers = rs.spec.template.spec.containers
    images = [c.image for c in containers]
    n = endpoints.get(meta.uid, 0)
    return _with_move(
        memory,
        group,
        Strip(
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
            plug=("lit" if n else "dark") if selected else "",
            pods=cells(owned, store.now, rs.spec.min_ready_seconds),
            max=top,
        ),
    )


def _with_move(memory, group: Group, s: Strip) -> Strip:
    """Add where the Deployment takes this set, what holds it, and the words for both."""
    d = group.d
    if d is None:
        return replace(s, glyph="i-hold", words="by itself", why=text(f"{s.v} wanted; no Deployment moves it"))
    want = util.replicas_of(d) if s.target else 0
    put_back = memory.put_back.get(s.name)
    if put_back is not None and memory.now - put_back[0] < PUT_BACK_MS and s.v == put_back[1]:
        s = replace(s, why=text(f"The Deployment put it back to {put_back[1]}"))
    if d.spec.paused and s.v and not (s.target and s.v == want):
        return replace(s, glyph="i-hold", words="held", why=s.why or text("the rollout is paused"), **_to_target(group, s))
    if s.target:
        return _target(memory, group, replace(s, dest=want if s.v != want else None))
    if s.v == 0:
        return _leaving_or_parked(group, s)
    held = memory.held(s.deployment, "", "old may shrink by")
    why = s.why or (_shrink_words(memory, group, s, held) if held else text())
    s = replace(s, dest=0, pin="below" if held else "", glyph="i-down", words="fading out", why=why)
    return replace(s, **_to_target(group, s))


def _target(memory, group: Group, s: Strip) -> Strip:
    d = group.d
    want = util.replicas_of(d)
    gone = all(other.metadata.uid == s.uid or not util.replicas_of(other) for other in group.sets)
    if s.v == want and s.available >= want and gone:
        words = ("i-ok", "on air", text(f"{s.available} available, {want} desired")) if want else ("i-hold", "at zero", text("0 desired"))
        return replace(s, glyph=words[0], words=words[1], why=s.why or words[2], foot=text(f"The Deployment wants this one at {want}."))
    if s.v > want:
        return replace(s, glyph="i-down", words="coming down", why=s.why or text(f"{s.v} there, {want} desired"))
    held = memory.held(s.deployment, s.name, "new may grow by") if s.v < want else None
    if held:
        why = text(f"held: {pods(held.terms['pods'])}, max is {held.terms['max_total']}")
    elif s.v == want:
        why = text(f"{s.available} available, {want} desired")
    else:
        why = text()
    bringing = text(f"The Deployment is bringing this one to {want}.") if s.v < want else text(f"The Deployment wants this one at {want}.")
    return replace(s, pin="above" if held else "", glyph="i-up", words="fading in", why=s.why or why, foot=bringing)


def _leaving_or_parked(group: Group, s: Strip) -> Strip:
    if s.pods:
        s = replace(s, glyph="i-down", words="fading out", why=s.why or text(f"{pods(len(s.pods))} still ending"))
    else:
        s = replace(s, glyph="i-hold", words="parked", why=s.why or text("0 replicas, kept to go back to"), parked=True)
    return replace(s, **_to_target(group, s))


def _to_target(group: Group, s: Strip) -> dict:
    """The key under an old set: make it the target again."""
    if s.target or group.new is None or not s.revision:
        return {}
    older = s.revision < (util.revision_of(group.new) or 0)
    sound = not any(c.state in BROKEN for c in s.pods)
    verb = text("roll back to ", s.short) if older and sound else text("make ", s.short, " the target")
    scope = f" -n {s.namespace}" if s.namespace != "default" else ""
    return {"line": f"rollout undo deployment/{s.deployment} --to-revision={s.revision}{scope}", "verb": verb}


def _shrink_words(memory, group: Group, s: Strip, held) -> Text:
    least, available = held.terms["min_available"], util.total_available(group.sets)
    if s.available and available <= least:
        return text(f"held: {available} available, min is {least}")
    if group.new is not None and held.terms["new_not_available"] > 0:
        return text(f"held: {_label(memory, group)} is not available yet")
    return text(f"held: {held.terms['pods']} − {least} − {held.terms['new_not_available']} = {held.result}")


def _label(memory, group: Group) -> str:
    return f"v{first_revision(group.new)}"

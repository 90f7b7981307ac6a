"""A picture is all that a desk shows at one moment, read off the recording and nothing else.

`moving` is what the page draws by itself (numbers, cells, bars), small enough to send often; `parts` are the texts and structures that
templates render, each a value that can be compared with the one before.
"""

from typing import Any, NamedTuple
from zlib import crc32

import msgspec

from rollviz.desk import bars, scale, story
from rollviz.desk.acts import Act, acts
from rollviz.desk.delta import Tree
from rollviz.desk.lesson import Lesson, lesson
from rollviz.desk.memory import Memory, memory_of
from rollviz.desk.sets import STATES, Cell, Group, Strip, groups, loose_cells, strip
from rollviz.desk.story import Scene
from rollviz.desk.versions import version_of
from rollviz.desk.words import Text, clock, pick, text
from simulation.controllers.deployment import util
from simulation.controllers.endpointslice import SERVICE_NAME
from simulation.objects import Service
from simulation.states import pod_state
from simulation.store import controller_of

SLOTS = 3
"""Strips that are always drawn, empty ones included; so many parked sets keep their strip, older ones become spines."""
MANY = 4
MARKS = 40


class Mark(NamedTuple):
    at: float
    clock: str
    kind: str
    glyph: str
    words: str


class Out(NamedTuple):
    id: str
    hue: int


class ServiceBox(NamedTuple):
    name: str
    selector: tuple[str, ...]
    outs: tuple[Out, ...]
    say: str


class Head(NamedTuple):
    name: str
    paused: bool
    line: str
    verb: str


class Knob(NamedTuple):
    field: str
    raw: str
    resolved: int
    now: int
    top: int
    unit: str

    @property
    def percent(self) -> bool:
        return self.raw.endswith("%")

    @property
    def turn(self) -> float:
        return round(min(self.now / self.top, 1), 4) if self.top else 0

    @property
    def say(self) -> str:
        return f"{self.raw}, {self.resolved} {pick(self.resolved, 'pod', 'pods')}"


class Knobs(NamedTuple):
    deployment: str
    knobs: tuple[Knob, ...]
    none: str = ""
    none_why: str = ""


class Guard(NamedTuple):
    id: str
    at: int
    word: str
    sum: str
    tag: str
    tight: bool
    """No room for two lines: the two guards lie close."""


class Field(NamedTuple):
    name: str
    value: str
    id: str = ""


class NodeBox(NamedTuple):
    name: str
    words: str
    down: bool


class Master(NamedTuple):
    name: str
    v: int
    available: int
    total: int
    max: int


class Loose(NamedTuple):
    """Pods that nobody counts: a strip without a fader."""

    name: str
    image: str
    cells: tuple[Cell, ...]
    cols: int
    rows: int

    @property
    def n(self) -> int:
        return len(self.cells)


class Spine(NamedTuple):
    id: str
    label: str
    revision: int
    image: str
    line: str


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


class Picture:
    """One moment. `parts` maps an element's id to (template, data); `strips` are drawn as a whole only when they appear."""

    def __init__(
        self, moving: Tree, parts: dict[str, tuple[str, Any]], strips: tuple[Strip, ...], row: Strips, log: "Log", facts: dict[str, Any]
    ):
        self.moving = moving
        self.parts = parts
        self.strips = strips
        self.row = row
        self.log = log
        self.facts = facts
        """What only the whole page needs: clock text, speed, master."""

    def keyframe(self, n: int) -> str:
        """All that moves, as JSON text."""
        return msgspec.json.encode({"k": n, "s": self.moving}).decode()


class Log(NamedTuple):
    count: int
    lines: tuple
    """Newest first."""


def picture(recording, clock_) -> Picture:
    """`clock_` has `paused` and `speed`, as people set them."""
    memory = memory_of(recording)
    cluster = recording.cluster
    found = groups(cluster.store)
    all_strips, services = _strips(memory, cluster.store, found)
    scene = _scene(memory, recording, found, all_strips)
    stuck = story.callout(scene)
    shown, spines = _shown(all_strips, SLOTS - 1 if stuck else SLOTS)
    top = shown[0].max if shown else _top(found, cluster.store)
    row = Strips(tuple(s.id for s in shown), len(spines))
    taught = lesson(recording)
    parts: dict[str, tuple[str, Any]] = {
        "now": ("now", story.headline(scene, all_strips, len(cluster.store.loose))),
        "marks": ("marks", _marks(recording)),
        "spines": ("spines", spines),
        "loose": ("loose", _loose(cluster.store, top)),
        "service": ("service", _service(services, shown, scene)),
        "callout": ("callout", stuck),
        "empty": ("empty", _empty(found, cluster.store, taught)),
        "head": ("head", _head(scene)),
        "knobs": ("knobs", _knobs(scene)),
        "guards": ("guards", _guards(scene, top)),
        "fields": ("fields", _fields(scene)),
        "why": ("why", story.why(scene, all_strips, len(cluster.store.loose))),
        "acts": ("acts", _acts(scene, cluster.store)),
        "rack": ("rack", _nodes(cluster.store)),
    }
    if taught is not None:
        parts["lesson"] = ("lesson", taught)
    for s in shown:
        parts[f"{s.id}-tape"] = ("tape", s.tape)
        parts[f"{s.id}-move"] = ("move", s.move)
        parts[f"{s.id}-foot"] = ("foot", s.footer)
    log = Log(memory.line_count, tuple(reversed(memory.lines)))
    master = _master(scene, top)
    moving = {
        "t": cluster.now,
        "run": not clock_.paused,
        "speed": clock_.speed,
        "max": top,
        "cols": scale.columns(top),
        "stuck": stuck is not None,
        "many": row.many,
        "sets": {s.id: _set(s) for s in shown},
        "svc": _endpoints(cluster.store, shown, parts["service"][1]),
        "m": _meters(scene, master),
        "nodes": _on_nodes(memory, cluster.store),
        "rec": _recording(memory, recording),
        "h": {"log": log.count, "strips": strips_hash(row)},
    }
    facts = {
        "clock": clock(cluster.now) + f".{cluster.now % 1000 // 100}",
        "speed": clock_.speed,
        "paused": clock_.paused,
        "stuck": moving["stuck"],
        "cols": moving["cols"],
        "master": master,
    }
    return Picture(moving, parts, shown, row, log, facts)


def strips_hash(row: Strips) -> str:
    return f"{crc32(repr(row.ids).encode()):08x}"


# ------------------------------------------------------------------------------------------------------------ strips


def _top(found: list[Group], store) -> int:
    """The scale that holds every total that may be, and every cap that a hand has pushed further."""
    most = [len(store.loose)]
    for group in found:
        if group.d is not None:
            most.append(util.replicas_of(group.d) + util.max_surge(group.d))
        most += [util.replicas_of(rs) for rs in group.sets]
    return scale.top(max(most))


def _strips(memory: Memory, store, found: list[Group]) -> tuple[tuple[Strip, ...], list[Service]]:
    services = store.list("Service")
    top = _top(found, store)
    counts = _endpoint_counts(store)
    strips = []
    for group in found:
        for rs in group.sets:
            labels = rs.spec.template.metadata.labels
            selected = any(_selects(service, rs.metadata.namespace, labels) for service in services)
            strips.append(strip(memory, store, group, rs, counts, selected, top))
    return tuple(strips), services


def _selects(service: Service, namespace: str, labels: dict[str, str]) -> bool:
    needed = service.spec.selector
    return bool(needed) and service.metadata.namespace == namespace and needed.items() <= labels.items()


def _endpoint_counts(store) -> dict[str, int]:
    """uid of a ReplicaSet -> its pods that some Service sends to. A pod behind two Services counts once."""
    seen: set[str] = set()
    counts: dict[str, int] = {}
    for slice_ in store.list("EndpointSlice"):
        for endpoint in slice_.endpoints or ():
            about = endpoint.target_ref
            if not endpoint.conditions.ready or about is None or about.uid in seen:
                continue
            seen.add(about.uid)
            pod = store.get("Pod", about.name, about.namespace)
            owner = controller_of(pod) if pod is not None else None
            if owner is not None:
                counts[owner.uid] = counts.get(owner.uid, 0) + 1
    return counts


def _shown(strips: tuple[Strip, ...], slots: int) -> tuple[tuple[Strip, ...], tuple[Spine, ...]]:
    """Strips with pods or a purpose stand; of the parked ones the latest stay as long as there is room, the others are spines."""
    parked = [s for s in strips if s.parked]
    room = max(slots - (len(strips) - len(parked)), 0)
    kept = {s.id for s in sorted(parked, key=lambda s: s.revision)[-room:]} if room else set()
    shown = tuple(s for s in strips if not s.parked or s.id in kept)
    spines = tuple(Spine(s.id, s.label, s.revision, s.image, s.line) for s in parked if s.id not in kept)
    return shown, spines[-10:]


def _loose(store, top: int) -> Loose | None:
    if not store.loose:
        return None
    first = next(iter(store.loose.values()))
    columns = scale.columns(top)
    image = " + ".join(c.image for c in first.spec.containers)
    return Loose(first.metadata.name, image, loose_cells(store.loose.values(), store.now), columns, -(-top // columns))


def _set(s: Strip) -> Tree:
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
    if s.cols == 1:
        found["w"] = "|".join(c.word for c in s.pods)
        found["i"] = "|".join(c.name for c in s.pods)
    return found


# ------------------------------------------------------------------------------------------------------- the Service


def _service(services: list[Service], shown: tuple[Strip, ...], scene: Scene | None) -> ServiceBox:
    """The Service of the Deployment at hand, else the first."""
    mine = None
    if scene is not None:
        labels, namespace = scene.group.d.spec.template.metadata.labels, scene.group.d.metadata.namespace
        mine = next((s for s in services if _selects(s, namespace, labels)), None)
    service = mine or next((s for s in services if s.spec.selector), None)
    if service is None:
        return ServiceBox("", (), (), "No Service: nothing sends requests to these pods.")
    plugged = [s for s in shown if s.plug]
    outs = tuple(Out(s.id, s.hue) for s in reversed(plugged))
    selector = tuple(f"{key}={value}" for key, value in sorted(service.spec.selector.items()))
    return ServiceBox(service.metadata.name, selector, outs, "Requests would go to every ready pod whose labels match.")


def _endpoints(store, shown: tuple[Strip, ...], box: ServiceBox) -> Tree:
    """The Service's ready endpoints, and how they divide over the versions; hue 0 stands for pods of no strip."""
    if not box.name:
        return {}
    slices = [s for s in store.list("EndpointSlice") if s.metadata.labels.get(SERVICE_NAME) == box.name]
    total = sum(endpoint.conditions.ready for slice_ in slices for endpoint in slice_.endpoints or ())
    counted = [(s.hue, s.endpoints) for s in shown if s.endpoints]
    rest = total - sum(n for _, n in counted)
    shares = [*counted, (0, rest)] if rest > 0 else counted
    return {"e": total, "split": ",".join(f"{hue}:{n}" for hue, n in shares)}


# ----------------------------------------------------------------------------------------------------- the Deployment


def _scene(memory: Memory, recording, found: list[Group], strips: tuple[Strip, ...]) -> Scene | None:
    """The Deployment that was touched last, else the first."""
    deployed = [group for group in found if group.d is not None]
    if not deployed:
        return None
    touched = [getattr(timed.command, "name", "") for timed in recording.commands[-50:]]
    group = max(deployed, key=lambda group: _last_index(touched, group.d.metadata.name))
    own = tuple(s for s in strips if s.deployment == group.d.metadata.name and s.namespace == group.d.metadata.namespace)
    return Scene(memory, recording, group, own)


def _last_index(names: list[str], name: str) -> int:
    return max((i for i, other in enumerate(names) if other == name), default=-1)


def _head(scene: Scene | None) -> Head:
    if scene is None:
        return Head("", False, "", "")
    d = scene.group.d
    verb = "resume" if d.spec.paused else "pause"
    scope = f" -n {d.metadata.namespace}" if d.metadata.namespace != "default" else ""
    return Head(scene.name, d.spec.paused, f"rollout {verb} deployment/{scene.name}{scope}", f"{verb} rollout")


def _knobs(scene: Scene | None) -> Knobs:
    if scene is None:
        return Knobs("", ())
    d = scene.group.d
    if not util.is_rolling_update(d):
        return Knobs(scene.name, (), "Recreate", "All old pods go, then all new ones come.")
    rolling = d.spec.strategy.rolling_update
    surge = rolling.max_surge if rolling is not None and rolling.max_surge is not None else 0
    unavailable = rolling.max_unavailable if rolling is not None and rolling.max_unavailable is not None else 0
    return Knobs(
        scene.name,
        (
            _knob("maxSurge", surge, util.max_surge(d), scene.want, "up", ("pod extra", "pods extra")),
            _knob("maxUnavailable", unavailable, util.max_unavailable(d), scene.want, "down", ("pod short", "pods short")),
        ),
    )


def _knob(field: str, raw: int | str, resolved: int, want: int, way: str, units: tuple[str, str]) -> Knob:
    if isinstance(raw, str) and raw.endswith("%"):
        return Knob(field, raw, resolved, int(raw[:-1]) if raw[:-1].isdigit() else 0, 100, f"rounds {way}")
    return Knob(field, str(raw), resolved, int(raw), max(want, int(raw), 1), pick(resolved, *units))


def _guards(scene: Scene | None, top: int) -> tuple[Guard, ...]:
    if scene is None or not util.is_rolling_update(scene.group.d) or not scene.want:
        return ()
    d, want = scene.group.d, scene.want
    surge, short = util.max_surge(d), util.max_unavailable(d)
    wide = want + surge >= 100
    close = 6 * (surge + short) < top
    return (
        Guard("max", want + surge, "max" if wide else "max total", f"{want} + {surge}", "over" if close else "under", close),
        Guard("min", want - short, "min" if wide else "min available", f"{want} − {short}", "under", False),
    )


def _fields(scene: Scene | None) -> tuple[Field, ...]:
    if scene is None:
        return ()
    return Field("minReadySeconds", f"{scene.group.d.spec.min_ready_seconds} s"), Field("progress deadline", "", "deadline")


def _master(scene: Scene | None, top: int) -> Master:
    if scene is None:
        return Master("", 0, 0, 0, top)
    return Master(scene.name, scene.want, scene.available, scene.total, top)


def _meters(scene: Scene | None, master: Master) -> Tree:
    if scene is None:
        return {"v": 0, "a": 0, "t": 0, "sa": "", "st": "", "dl": "", "short": 0, "name": ""}
    available = [f"{s.hue}:{s.available}" for s in scene.strips if s.available]
    waiting = [f"{s.hue}:{s.v - s.available}t" for s in scene.strips if s.v > s.available]
    short = 0
    if util.is_rolling_update(scene.group.d):
        short = max(0, util.min_available(scene.group.d) - scene.available)
    return {
        "name": master.name,
        "v": master.v,
        "a": master.available,
        "t": master.total,
        "sa": ",".join(available),
        "st": ",".join(available + waiting),
        "dl": story.deadline_words(scene),
        "short": short,
    }


def _acts(scene: Scene | None, store) -> tuple[Act, ...]:
    return acts(scene, [(name, namespace) for namespace, name in store.loose])


def _empty(found: list[Group], store, taught: Lesson | None) -> Text | None:
    """The banner of a desk on which nothing stands yet; a lesson says by itself what to do."""
    if found or store.loose or taught is not None:
        return None
    return text(acts(None, [])[0].line)


# --------------------------------------------------------------------------------------------------------- the nodes


def _nodes(store) -> tuple[NodeBox, ...]:
    return tuple(_node(store, node) for node in store.list("Node"))


def _node(store, node) -> NodeBox:
    ready = next((c.status == "True" for c in node.status.conditions if c.type == "Ready"), False)
    words = "Ready" if ready else "NotReady"
    if node.spec.unschedulable:
        words += ", SchedulingDisabled"
    return NodeBox(node.metadata.name, words, not ready)


def _on_nodes(memory: Memory, store) -> Tree:
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


# ----------------------------------------------------------------------------------------------------- the recording


def _marks(recording) -> tuple[Mark, ...]:
    commands = iter(recording.commands)
    marks = []
    for mark in recording.marks:
        words = _few_words(next(commands).command) if mark.kind == "you" else mark.words
        if mark.kind == "fault" and "answer" in words:
            continue  # a probe that fails while a pod starts is no fault
        marks.append(Mark(mark.at_ms / 1000, clock(mark.at_ms), mark.kind, _glyph(mark), words))
    return tuple(marks[-MARKS:])


def _few_words(command) -> str:
    """A command as it fits over the graph: what it does and to what, no more."""
    words = [word for word in command.kubectl().split() if not word.startswith("-") or word.startswith("--replicas=")]
    if words[:2] == ["set", "image"]:
        return f"set image {words[-1].partition('=')[2]}"
    if words[0] == "scale":
        return f"scale {words[-1].partition('=')[2]}"
    if words[0] == "rollout":
        return words[1]
    return " ".join([words[0], *words[2:3]])[:40]


def _glyph(mark) -> str:
    if mark.kind == "fault":
        return "s-crash" if "crash" in mark.words else "s-pullerr"
    return "i-you" if mark.kind == "you" else "s-pullerr"


def _recording(memory: Memory, recording) -> Tree:
    drawn = memory.bars
    latest = recording.samples[-1] if recording.samples else None
    return {
        "span": drawn.span,
        "bin": drawn.bin,
        "bars": drawn.bars.copy(),
        "sets": {str(i): list(band) for i, band in enumerate(bars.bands(drawn, memory.versions))},
        "max": latest.max_total if latest else 0,
        "min": latest.min_available if latest else 0,
        "broken": bool(latest and sum(s.available for s in latest.sets) < latest.min_available),
    }

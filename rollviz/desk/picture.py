"""A picture is all that a desk shows at one moment, read off the recording and nothing else.

`moving` is what the page draws by itself (numbers, cells, bars, a few words), small enough to send often; `parts` are the texts and
structures that templates render, each a value that can be compared with the one before.
"""

from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import msgspec

from rollviz.desk import bars, scale, units
from rollviz.desk.acts import Act, acts
from rollviz.desk.bars import Bars
from rollviz.desk.callout import callout
from rollviz.desk.delta import Tree, spoken
from rollviz.desk.duo import dressed, duo, find
from rollviz.desk.headline import headline
from rollviz.desk.lesson import Lesson, lesson
from rollviz.desk.marks import marks
from rollviz.desk.master import fields, guards, head, knobs, master, meters
from rollviz.desk.memory import Memory, memory_of
from rollviz.desk.outline import outline
from rollviz.desk.pair import pair
from rollviz.desk.rack import asked, geometry, on_nodes, rack
from rollviz.desk.requests import counts, pace
from rollviz.desk.row import SLOTS, Strips, loose, moving_set, scale_for, shown_and_parked, strips, strips_hash
from rollviz.desk.scene import Scene
from rollviz.desk.service import ServiceBox, endpoints_split, service_box
from rollviz.desk.sets import Group, Strip, groups
from rollviz.desk.takes import Take, lanes
from rollviz.desk.why import why
from rollviz.desk.words import Text, clock, text
from simulation.commands import Command, CreateDeployment
from simulation.recording import Recording


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

    def later(self, now: int) -> "Picture":
        """The same, with the clock moved on within its second."""
        facts = {**self.facts, "clock": _clock(now)}
        return Picture({**self.moving, "t": now}, self.parts, self.strips, self.row, self.log, facts)

    def keyframe(self, n: int) -> str:
        """All that moves, as JSON text in the reader's language."""
        return msgspec.json.encode({"k": n, "s": spoken(self.moving)}).decode()


class Log(NamedTuple):
    count: int
    sum: str
    """Of all lines: equal sums show the same log."""
    lines: tuple
    """Newest first."""


_drawn: WeakKeyDictionary = WeakKeyDictionary()
"""Recording -> (what it was made of, its last picture)."""
_bars: WeakKeyDictionary = WeakKeyDictionary()
"""Tape -> its bars, all of them: also those after the playhead."""


def picture(recording: Recording, clock_, takes: tuple[Take, ...] = ()) -> Picture:
    """The recording at its playhead. `clock_` has `paused` and `speed`, as people set them; `takes` are all takes of the desk.

    If nothing happened since the last picture, it is that one a little later."""
    cluster = recording.cluster
    sent = tuple(flow.sent for flow in cluster.traffic.flows.values())
    happened = (
        cluster.store.revision,
        sent,
        cluster.now // 1000,
        cluster.ledger.count,
        recording.given,
        asked(cluster.store),
    )
    seen = (recording.tape, *happened, recording.live, clock_.paused, clock_.speed, takes)
    before = _drawn.get(recording)
    if before is None or before[0] != seen:
        _drawn[recording] = seen, (drawn := _picture(memory_of(recording), recording, clock_, takes))
        return drawn
    return before[1].later(cluster.now)


def _picture(memory: Memory, recording: Recording, clock_, takes: tuple[Take, ...]) -> Picture:
    cluster = recording.cluster
    found = groups(cluster.store)
    all_strips = strips(memory, cluster.store, found)
    matched = find(cluster.store, found)
    two = duo(matched, all_strips)
    all_strips = dressed(two, all_strips)
    scene = _scene(memory, recording, found, all_strips)
    stuck = callout(scene) if two is None else None
    shown, spines = shown_and_parked(all_strips, 0 if two else SLOTS - 1 if stuck else SLOTS)
    most = shown[0].max if shown else scale_for(found, cluster.store)
    row = Strips(tuple(s.id for s in shown), len(spines))
    taught = lesson(recording)
    box = service_box(cluster.store, shown, scene)
    paired = pair(recording, matched, two, box)
    parts: dict[str, tuple[str, Any]] = {
        "now": ("now", headline(scene, all_strips, len(cluster.store.loose))),
        "marks": ("marks", marks(recording)),
        "spines": ("spines", spines),
        "loose": ("loose", loose(cluster.store, most)),
        "service": ("service", box),
        "callout": ("callout", stuck),
        "empty": ("empty", _empty(found, cluster.store, taught)),
        "head": ("head", head(scene)),
        "knobs": ("knobs", knobs(scene)),
        "guards": ("guards", guards(scene, most)),
        "fields": ("fields", fields(scene)),
        "why": ("why", why(scene, all_strips, len(cluster.store.loose))),
        "acts": ("acts", _acts(scene, cluster.store)),
        "rack": ("rack", rack(cluster.store)),
        "nodehead": ("nodehead", units.head(cluster.store, scene, all_strips)),
        **units.columns(cluster.store),
        "takes": ("takes", lanes(takes, recording.live)),
        **paired.parts,
    }
    if taught is not None:
        parts["lesson"] = ("lesson", taught)
    for s in shown:
        parts[f"{s.id}-tape"] = ("tape", s.tape)
        parts[f"{s.id}-move"] = ("move", s.move)
        parts[f"{s.id}-foot"] = ("foot", s.footer)
    log = Log(memory.line_count, f"{memory.lines_sum:08x}", tuple(reversed(memory.lines)))
    panel = master(scene, most)
    later = {} if recording.live else {rs.metadata.uid: rs.spec.replicas for rs in recording.tape.cluster.store.list("ReplicaSet")}
    paces = pace(recording.samples)
    moving = {
        "t": cluster.now,
        "rev": cluster.store.revision,
        "run": not clock_.paused,
        "speed": clock_.speed,
        "max": most,
        "cols": scale.columns(most),
        "stuck": stuck is not None,
        "many": row.many,
        "sets": {s.id: moving_set(s, later, paces) for s in shown},
        "svc": _service(memory, recording, shown, parts["service"][1]),
        "m": meters(scene, panel),
        "duo": paired.moving,
        "nodes": on_nodes(memory, cluster.store),
        "rack": geometry(cluster.store),
        "outline": outline(cluster.store, found, all_strips, box),
        "rec": _recording(memory, recording),
        "h": {"log": log.sum, "strips": strips_hash(row)},
    }
    if not recording.live:
        moving["end"] = recording.end
    here = next((take.number for take in takes if take.here), 0)
    if here:
        moving |= {"take": here, "takes": len(takes)}
    facts = {
        "clock": _clock(cluster.now),
        "speed": clock_.speed,
        "paused": clock_.paused,
        "past": not recording.live,
        "end": recording.end,
        "stuck": moving["stuck"],
        "cols": moving["cols"],
        "master": panel,
        "duo": moving["duo"],
    }
    return Picture(moving, parts, shown, row, log, facts)


def _service(memory: Memory, recording: Recording, shown: tuple[Strip, ...], box: ServiceBox) -> Tree:
    key = ("default", box.name)
    flow = recording.cluster.traffic.flows.get(key)
    return endpoints_split(recording.cluster.store, shown, box) | counts(flow, recording.samples, memory.lately(key))


def _clock(now: int) -> str:
    return f"{clock(now)}.{now % 1000 // 100}"


def _scene(memory: Memory, recording, found: list[Group], strips: tuple[Strip, ...]) -> Scene | None:
    """The Deployment that was touched last, else the first."""
    deployed = [group for group in found if group.d is not None]
    if not deployed:
        return None
    touched = [_deployment_of(timed.command) for timed in recording.commands[-50:]]
    group = max(deployed, key=lambda group: _last_index(touched, group.d.metadata.name))
    own = tuple(s for s in strips if s.deployment == group.d.metadata.name and s.namespace == group.d.metadata.namespace)
    elsewhere = any(s.plug == "lit" for s in strips) and not any(s.plug for s in own)
    return Scene(memory, recording, group, own, elsewhere)


def _deployment_of(command: Command) -> str:
    """The name of the Deployment that a command names; a Service may have the same."""
    about = isinstance(command, CreateDeployment) or getattr(command, "kind", "") == "Deployment"
    return command.name if about else ""


def _last_index(names: list[str], name: str) -> int:
    return max((i for i, other in enumerate(names) if other == name), default=-1)


def _acts(scene: Scene | None, store) -> tuple[Act, ...]:
    return acts(scene, [(name, namespace) for namespace, name in store.loose])


def _empty(found: list[Group], store, taught: Lesson | None) -> Text | None:
    """The banner of a desk on which nothing stands yet; a lesson says by itself what to do."""
    if found or store.loose or taught is not None:
        return None
    return text(acts(None, [])[0].line)


def _recording(memory: Memory, recording: Recording) -> Tree:
    """The graph is of the whole take; what stands beside it is of the playhead's moment, and so are the hues and names of what is on the
    desk then."""
    tape = recording.tape
    drawn = _bars.setdefault(tape, Bars())
    drawn.follow(tape.samples)
    names = {**tape.witness.versions, **memory.versions}
    latest = recording.samples[-1] if recording.samples else None
    return {
        "span": drawn.span,
        "bin": drawn.bin,
        "bars": drawn.bars.copy(),
        "req": drawn.requests.copy(),
        "sets": {str(i): list(band) for i, band in enumerate(bars.bands(drawn, names))},
        "max": latest.max_total if latest else 0,
        "min": latest.min_available if latest else 0,
        "broken": bool(latest and latest.spare < 0),
    }

"""The Deployment's own panel: what is wanted, the two knobs, the guards with their sums, the pair of meters, what the deadline leaves."""

from typing import NamedTuple

from django.utils.translation import gettext_noop as noop

from rollviz.desk.delta import Tree
from rollviz.desk.scene import Scene
from rollviz.desk.words import NONE, NOTHING, Text, counted, of_pods, say, text
from simulation.api.selectors import from_object
from simulation.controllers.deployment import util


class Head(NamedTuple):
    name: str
    paused: bool
    line: str
    verb: str
    selector: str = ""
    """Which pods it counts, as kubectl's -l writes it."""


class Knob(NamedTuple):
    field: str
    raw: str
    resolved: int
    now: int
    top: int
    unit: Text

    @property
    def percent(self) -> bool:
        return self.raw.endswith("%")

    @property
    def turn(self) -> float:
        return round(min(self.now / self.top, 1), 4) if self.top else 0

    @property
    def say(self) -> Text:
        return text(self.raw, ", ", of_pods(self.resolved))


class Knobs(NamedTuple):
    deployment: str
    knobs: tuple[Knob, ...]
    none: str = ""
    none_why: Text = NOTHING


class Guard(NamedTuple):
    id: str
    at: int
    word: str
    sum: str
    tag: str
    tight: bool
    """No room for two lines: the two guards lie close."""


class Field(NamedTuple):
    """A number of the spec that can be typed, in seconds."""

    words: str
    """English, looked up by the page; what is Kubernetes' stays as it is."""
    field: str
    value: str
    deployment: str
    left: bool = False
    """Beside it stands what is left of it."""


class Master(NamedTuple):
    name: str
    v: int
    available: int
    total: int
    max: int


def head(scene: Scene | None) -> Head:
    if scene is None:
        return Head("", False, "", "")
    d = scene.group.d
    verb, words = ("resume", noop("resume rollout")) if d.spec.paused else ("pause", noop("pause rollout"))
    scope = f" -n {d.metadata.namespace}" if d.metadata.namespace != "default" else ""
    line = f"rollout {verb} deployment/{scene.name}{scope}"
    return Head(scene.name, d.spec.paused, line, words, str(from_object(d.spec.selector)))


def knobs(scene: Scene | None) -> Knobs:
    if scene is None:
        return Knobs("", ())
    d = scene.group.d
    if not util.is_rolling_update(d):
        return Knobs(scene.name, (), "Recreate", say("All old pods go, then all new ones come."))
    rolling = d.spec.strategy.rolling_update
    surge = rolling.max_surge if rolling is not None and rolling.max_surge is not None else 0
    unavailable = rolling.max_unavailable if rolling is not None and rolling.max_unavailable is not None else 0
    return Knobs(
        scene.name,
        (
            _knob("maxSurge", surge, util.max_surge(d), scene.want),
            _knob("maxUnavailable", unavailable, util.max_unavailable(d), scene.want),
        ),
    )


def _knob(field: str, raw: int | str, resolved: int, want: int) -> Knob:
    extra = field == "maxSurge"
    if isinstance(raw, str) and raw.endswith("%"):
        rounds = say("rounds up") if extra else say("rounds down")
        return Knob(field, raw, resolved, int(raw[:-1]) if raw[:-1].isdigit() else 0, 100, rounds)
    unit = counted("pod extra", "pods extra", resolved) if extra else counted("pod short", "pods short", resolved)
    return Knob(field, str(raw), resolved, int(raw), max(want, int(raw), 1), unit)


def guards(scene: Scene | None, top: int) -> tuple[Guard, ...]:
    if scene is None or not util.is_rolling_update(scene.group.d) or not scene.want:
        return ()
    d, want = scene.group.d, scene.want
    surge, short = util.max_surge(d), util.max_unavailable(d)
    wide = want + surge >= 100
    close = 4 * (surge + short) < top
    return (
        Guard("max", want + surge, noop("max") if wide else noop("max total"), f"{want} + {surge}", "over" if close else "under", close),
        Guard("min", want - short, noop("min") if wide else noop("min available"), f"{want} − {short}", "under", False),
    )


def fields(scene: Scene | None) -> tuple[Field, ...]:
    if scene is None:
        return ()
    spec = scene.group.d.spec
    deadline = "" if spec.progress_deadline_seconds is None else str(spec.progress_deadline_seconds)
    return (
        Field("minReadySeconds", "minReadySeconds", str(spec.min_ready_seconds), scene.name),
        Field(noop("progress deadline"), "progressDeadlineSeconds", deadline, scene.name, left=True),
    )


def master(scene: Scene | None, top: int) -> Master:
    if scene is None:
        return Master("", 0, 0, 0, top)
    return Master(scene.name, scene.want, scene.available, scene.total, top)


def meters(scene: Scene | None, master: Master) -> Tree:
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
        "dl": deadline_words(scene),
        "short": short,
    }


def deadline_words(scene: Scene) -> Text:
    d = scene.group.d
    if not util.has_deadline(d):
        return NONE
    if scene.exceeded:
        return say("exceeded")
    if d.spec.paused and not scene.complete:
        return say("stands")
    if scene.deadline is None:
        return say("no rollout")
    left = scene.deadline - scene.recording.cluster.now // 1000
    return say("{n} s left", n=max(left, 0))

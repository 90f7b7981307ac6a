"""The home page's pictures. Each lesson is played once by the engine, act by act, and drawn from its samples; nothing is drawn by hand."""

from functools import cache
from typing import NamedTuple

from django.utils.translation import gettext_noop as noop

from rollviz.desk import bars
from rollviz.desk.bars import Bars, Path
from rollviz.desk.memory import memory_of
from simulation import scenario
from simulation.controllers.deployment import util
from simulation.kubectl.parse import parse
from simulation.recording import Recording
from simulation.walk import walk

MOMENTS = 26
LONGEST_FADE_SECONDS = 600
ONE_BY_ONE = """patch deployment web -p '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}}}'"""
LEFT, TOP, BOTTOM, PITCH, CAP = 56.0, 26.0, 318.0, 50.6, 38.0
"""The hero's drawing: first fader, cap centre at most and at zero, distance between faders, width of a cap."""


class Card(NamedTuple):
    name: str
    number: int
    title: str
    summary: str
    minutes: int
    paths: tuple[Path, ...]


class Cap(NamedTuple):
    hue: int
    n: int
    x: float
    y: float

    @property
    def left(self) -> float:
        return round(self.x - CAP / 2, 1)

    @property
    def top(self) -> float:
        return round(self.y - 11, 1)

    @property
    def base(self) -> float:
        """The baseline of its number."""
        return round(self.y + 5.5, 1)


class Fader(NamedTuple):
    x: float
    caps: tuple[Cap, ...]


class Hero(NamedTuple):
    width: float
    most: int
    faders: tuple[Fader, ...]
    scale: tuple[tuple[int, float], ...]
    seconds: int


class Side(NamedTuple):
    letter: str
    title: str
    cards: tuple[Card, ...]


class Gallery(NamedTuple):
    hero: Hero
    sides: tuple[Side, ...]
    first: str


SIDES = {"A": noop("how it works"), "B": noop("how to play it")}


@cache
def gallery() -> Gallery:
    """Played once per process."""
    lessons = sorted((scenario.load(name) for name in scenario.names()), key=lambda s: (s.number or 99, s.name))
    told = [s for s in lessons if s.steps]
    sides = []
    for letter in sorted({s.side for s in told}):
        cards = tuple(Card(s.name, s.number, s.title, s.summary, s.minutes, thumbnail(s)) for s in told if s.side == letter)
        sides.append(Side(letter, SIDES.get(letter, ""), cards))
    return Gallery(hero(scenario.load("fade")), tuple(sides), told[0].name if told else "")


def thumbnail(lesson) -> tuple[Path, ...]:
    recording, _ = walk(lesson)
    drawn = Bars()
    drawn.follow(recording.samples)
    memory = memory_of(recording)
    hues = [band.hue for band in bars.bands(drawn, memory.versions)]
    span = max(recording.samples[-1].t + 1, 30)
    return tuple(bars.paths(drawn.bars, hues, span, drawn.bin, bars.height(drawn.bars)))


def hero(lesson) -> Hero:
    """The caps of a fade, one pod at a time, at equally spaced seconds from the first move to the last."""
    recording = Recording(lesson, lesson.seed)
    while not recording.reached:
        recording.run(recording.now + 1000)
    recording.do(parse(ONE_BY_ONE))
    before = _caps(recording)
    recording.do(next(step.action for step in lesson.steps if step.action is not None).commands[0])
    sizes = [before, *_sizes(recording)]
    sizes = [{uid: caps.get(uid, 0) for uid in sizes[-1]} for caps in sizes]
    picked = [sizes[round(i * (len(sizes) - 1) / (MOMENTS - 1))] for i in range(MOMENTS)]
    memory = memory_of(recording)
    want = max(n for caps in sizes for n in caps.values())
    faders = []
    for i, caps in enumerate(picked):
        x = round(LEFT + i * PITCH, 1)
        drawn = [Cap(memory.versions[uid].hue, n, x, _y(n, want)) for uid, n in caps.items()]
        faders.append(Fader(x, tuple(drawn)))
    scale = tuple((n, _y(n, want)) for n in range(0, want + 1, max(1, want // 5)))
    return Hero(round(LEFT * 2 + (MOMENTS - 1) * PITCH), want, tuple(faders), scale, len(sizes))


def _sizes(recording: Recording) -> list[dict[str, int]]:
    """spec.replicas of each set, second by second until the fade is complete."""
    found: list[dict[str, int]] = []
    limit = recording.now + LONGEST_FADE_SECONDS * 1000
    while recording.now < limit:
        recording.run(recording.now + 1000)
        found.append(_caps(recording))
        if all(util.is_complete(d, d.status) for d in recording.cluster.store.list("Deployment")):
            break
    return found


def _caps(recording: Recording) -> dict[str, int]:
    return {rs.metadata.uid: util.replicas_of(rs) for rs in recording.cluster.store.list("ReplicaSet")}


def _y(n: int, want: int) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * n / want, 1)

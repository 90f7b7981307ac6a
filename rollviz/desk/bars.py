"""The recording as bars: one per simulated second, and beyond 240 of them one per 2, 5, 10 s … A bar shows the worst second of its span,
and a second ends where the clock is.

A bar is `[set, available, waiting, faulty, …]`, `set` being the place of a ReplicaSet in `sets`, followed by what max total and min
available were. Whoever draws it, the page or the home page's thumbnails, draws the same.
"""

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from rollviz.desk.requests import graph
from rollviz.desk.words import Version
from simulation.recording import Sample

SPANS = (45, 60, 80, 100, 120, 150, 180, 210, 240, 480, 720, 1200, 2400, 4800, 7200, 14_400, 28_800, 72_000, 144_000, 288_000, 720_000)
"""Seconds that the whole axis may stand for."""
MOST_BARS = 240
BAR = 0.78
"""Part of its place that a wide bar takes; a thin one takes a third of that."""
WIDTH, HEIGHT = 1000, 100


def span(seconds: int) -> int:
    """How long the axis is at this second: some of the future is on it."""
    return next((span for span in SPANS if seconds < span * 0.94), SPANS[-1])


def bin_seconds(span: int) -> int:
    return next((b for b in (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3000) if span <= MOST_BARS * b), 3000)


def ticks(span: int) -> list[int]:
    """Seconds that are named on the axis."""
    step = next((s for s in (5, 10, 15, 20, 30, 60, 120, 300, 600, 1200, 3600, 7200, 14_400, 43_200) if span <= 11 * s), 86_400)
    return list(range(0, span, step))


class Band(NamedTuple):
    hue: int
    label: str


class Bars:
    """Bars of a growing list of samples; takes in only what is new."""

    def __init__(self) -> None:
        self.bin = 1
        self.span = SPANS[0]
        self.bars: dict[str, list[int]] = {}
        self.requests: dict[str, list[int]] = {}
        """The lower half: see `requests.graph`."""
        self.places: dict[str, int] = {}
        """uid -> its place among the sets."""
        self._requests_bin = 0
        self._worst: tuple[int, int] = (-1, 0)
        self._taken = 0
        """The second of the last sample that was taken in; there is nothing to see in second 0."""

    def follow(self, samples: list[Sample]) -> None:
        now = samples[-1].t if samples else 0
        span_now = span(now)
        if bin_seconds(span_now) != self.bin:
            self.bin, self.bars, self.places, self._taken, self._worst = bin_seconds(span_now), {}, {}, 0, (-1, 0)
        self.span = span_now
        for sample in samples[bisect_right(samples, self._taken, key=lambda sample: sample.t) :]:
            self._take(sample)
        self._taken = now
        self._follow_requests(samples)

    def _follow_requests(self, samples: list[Sample]) -> None:
        """Only the last two bars can have changed; all of them if the seconds that a bar stands for have."""
        if not samples or not (samples[-1].heard or samples[-1].lost):
            return
        if self.bin != self._requests_bin:
            self.requests, self._requests_bin = {}, self.bin
        since = max((int(number) for number in self.requests), default=1) - 1
        first = bisect_left(samples, since * self.bin, key=lambda sample: sample.t)
        self.requests |= graph(samples[max(first - 1, 0) :], self.places, self.bin, since)

    def _take(self, sample: Sample) -> None:
        number = sample.t // self.bin
        if self._worst[0] == number and self._worst[1] <= sample.spare:
            return
        self._worst = (number, sample.spare)
        bar: list[int] = []
        for s in sample.sets:
            place = self.places.setdefault(s.uid, len(self.places))
            bar += [place, s.available, s.waiting, s.faulty]
        self.bars[str(number)] = [*bar, sample.max_total, sample.min_available]


def height(bars: dict[str, list[int]]) -> int:
    """What the full height stands for: the most pods or the highest guard, and a little air."""
    most = 1
    for bar in bars.values():
        total = sum(n for i, n in enumerate(bar[:-2]) if i % 4)
        most = max(most, total, bar[-2])
    return most + max(1, most // 12)


class Path(NamedTuple):
    hue: int | str
    d: str


def paths(bars: dict[str, list[int]], hues: list[int], span: int, bin: int, top: int, end: float = WIDTH) -> list[Path]:
    """SVG paths, one per hue, in a box of WIDTH × HEIGHT (`end` is where the axis ends)."""
    step = end * bin / span
    width, second = step * BAR, end / span
    drawn: dict[int | str, list[str]] = {}

    def rect(hue: int | str, x: float, y: float, w: float, n: int) -> float:
        h = n / top * HEIGHT
        drawn.setdefault(hue, []).append(f"M{x:.1f} {y - h + 0.5:.1f}h{w:.1f}v{max(h - 0.5, 0.5):.1f}h{-w:.1f}z")
        return y - h

    for number, bar in bars.items():
        x, y = int(number) * step - second + step * (1 - BAR) / 2, float(HEIGHT)
        sets = [bar[i : i + 4] for i in range(0, len(bar) - 2, 4)]
        for place, available, _, _ in sets:
            if available:
                y = rect(hues[place], x, y, width, available)
        for place, _, waiting, faulty in sets:
            if waiting:
                y = rect(hues[place], x + width / 3, y, width / 3, waiting)
            if faulty:
                y = rect("f", x + width / 3, y, width / 3, faulty)
    return [Path(hue, "".join(d)) for hue, d in drawn.items()]


def bands(bars: Bars, versions: dict[str, Version]) -> list[Band]:
    """Hue and name of each set, by place."""
    return [Band(*_band(versions.get(uid))) for uid in bars.places]


def _band(version: Version | None) -> tuple[int, str]:
    return (version.hue, version.label) if version is not None else (0, "")

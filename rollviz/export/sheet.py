"""The recording as one picture for a report, in its reader's language: the sentence, the graph with its marks and axis, the strips."""

from typing import NamedTuple

from rollviz.desk import bars
from rollviz.desk.picture import Picture
from rollviz.desk.row import Loose
from rollviz.desk.sets import Strip
from rollviz.desk.words import clock, of_seconds, say
from rollviz.export import graph, strip
from rollviz.export.graph import Plot
from rollviz.export.lettering import fit, width
from rollviz.export.moment import Moment
from rollviz.export.pen import Pen, colour
from rollviz.export.strip import Place

WIDTH = 1200
MARGIN = 16
TOP = 72
"""Of the graph's display."""
GAP = 12
SLOTS, MOST = 3, 8


class Layout(NamedTuple):
    """Heights in pixels: of the picture and of the graph in it; the faders take what is left."""

    height: int
    graph: int

    @property
    def plot(self) -> Plot:
        return Plot(72, TOP + 52, 1064, self.graph)

    @property
    def well(self) -> int:
        """How high the graph's display is, with its marks and axis."""
        return self.graph + 100

    @property
    def row(self) -> int:
        """Where the strips begin."""
        return TOP + self.well + 16


WHOLE = Layout(760, 144)
HALF = Layout(570, 78)
"""Two of them, and what is said to them, go on a printed page."""


def draw(shown: Moment, layout: Layout = WHOLE) -> Pen:
    picture = shown.picture()
    pen = Pen(WIDTH, layout.height, colour("panel"))
    _head(pen, picture.parts["now"][1].plain, say("{title}, at {at}", title=say(shown.scenario.title), at=clock(shown.now)).plain)
    pen.rect(MARGIN, TOP, WIDTH - 2 * MARGIN, layout.well, colour("well"), rx=3)
    graph.draw(pen, layout.plot, picture, 3)
    _numbers(pen, layout.plot, picture)
    _axis(pen, layout.plot, picture.moving["rec"]["span"])
    _marks(pen, layout.plot, picture)
    _row(pen, layout, picture)
    return pen


def _head(pen: Pen, sentence: str, where: str) -> None:
    small, size = 16, 27
    where = fit(where, 420, small)
    pen.text(WIDTH - MARGIN - 8, 46, where, small, colour("ink-2"), anchor="end")
    room = WIDTH - 2 * MARGIN - 40 - width(where, small)
    size = max(min(size, size * room / max(width(sentence, size, True), 1)), 17)
    pen.text(MARGIN + 8, 48, fit(sentence, room, size, True), size, colour("ink"), bold=True)


# ------------------------------------------------------------------------------------------------------------- the graph


def _numbers(pen: Pen, plot: Plot, picture: Picture) -> None:
    """What the two guards say now, at the left of their lines."""
    rec = picture.moving["rec"]
    top = bars.height(rec["bars"])
    for n, broken in ((rec["max"], False), (rec["min"], rec["broken"])):
        if n:
            y = plot.y + plot.height * (1 - n / top) + 5
            pen.text(plot.x - 12, y, str(n), 15, colour("fault" if broken else "well-ink"), bold=True, anchor="end")


def _axis(pen: Pen, plot: Plot, span: int) -> None:
    for second in bars.ticks(span):
        x = plot.at(second, span)
        pen.line(x, plot.y + plot.height + 4, x, plot.y + plot.height + 12, colour("well-ink-3"), 1.5)
        pen.text(x, plot.y + plot.height + 32, of_seconds(second), 14, colour("well-ink-2"), anchor="middle")


def _marks(pen: Pen, plot: Plot, picture: Picture) -> None:
    """Over their second; where two collide the older keeps its glyph and loses its words."""
    span, free = picture.moving["rec"]["span"], float(WIDTH - MARGIN)
    for mark in reversed(picture.parts["marks"][1]):
        x = plot.at(mark.at, span)
        words = fit(mark.told.plain, 230, 14)
        wide = width(words, 14)
        ink = colour("fault" if mark.kind == "fault" else "well-ink")
        pen.line(x, TOP + 30, x, plot.y + plot.height, ink, 1, stroke_opacity=0.5)
        pen.glyph(mark.glyph, x - 2, TOP + 12, 14, ink)
        if x + 18 + wide < free - 6:
            pen.text(x + 17, TOP + 24, words, 14, ink)
        free = min(free, x - 2)


# ------------------------------------------------------------------------------------------------------------ the strips


def _row(pen: Pen, layout: Layout, picture: Picture) -> None:
    loose: Loose | None = picture.parts["loose"][1]
    shown: list[Strip | Loose] = [*([loose] if loose is not None else []), *picture.strips][-MOST:]
    if not shown:
        return
    slots = max(len(shown), SLOTS)
    wide = (WIDTH - 2 * MARGIN - GAP * (slots - 1)) / slots
    for i, s in enumerate(shown):
        place = Place(
            MARGIN + i * (wide + GAP), wide, (layout.row, 66), (layout.row + 150, layout.height - 36), min(64, wide * 0.45), 34, 28
        )
        if isinstance(s, Loose):
            strip.draw_loose(pen, place, s)
            continue
        strip.draw(pen, place, s, s.image if s.short == s.label else f"{s.deployment}, {s.image}")
        _move(pen, place, s)
        if s.target:
            pen.rect(place.x, layout.height - 10, wide, 5, colour("ink"))


def _move(pen: Pen, place: Place, s: Strip) -> None:
    top, room = place.tape[0] + 92, place.width - 4
    ready = say("{n}/{all} ready", n=s.ready, all=s.v).plain
    pen.text(place.x + place.width - 2, top, ready, 15, colour("ink"), bold=True, anchor="end")
    room -= width(ready, 15, True) + 12
    if s.words and room > 40:
        pen.glyph(s.glyph, place.x + 2, top - 12, 13, colour("ink"))
        pen.text(place.x + 20, top, fit(say(s.words).plain, room - 20, 15, True), 15, colour("ink"), bold=True)
    pen.text(place.x + 2, top + 22, fit(s.why.plain, place.width - 4, 13), 13, colour("ink-2"))

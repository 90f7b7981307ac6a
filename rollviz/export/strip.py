"""A strip as the pictures show it: tape, fader with its cap, and the pods as cells on the same scale."""

from typing import NamedTuple

from rollviz.desk.cells import STATES, Cell
from rollviz.desk.row import Loose
from rollviz.desk.sets import Strip
from rollviz.export.lettering import fit, width
from rollviz.export.pen import Pen, colour, hue

SMALLEST_CELL = 6.0
"""Cells lower than this are drawn as one block for each state: what nobody could tell apart is not worth a shape."""
BROKEN = ("pullerr", "crash")


class Place(NamedTuple):
    """Where a strip stands and how large its parts are, in pixels."""

    x: float
    width: float
    tape: tuple[float, float]
    """Top and height."""
    bay: tuple[float, float]
    """Where the scale's most and its zero are."""
    fader: float
    """Width of the cap."""
    cap: float
    """Height of it."""
    letters: float
    """Size of the letters on the tape."""

    @property
    def middle(self) -> float:
        return self.x + self.fader / 2

    @property
    def well(self) -> tuple[float, float]:
        """Left edge and width."""
        gap = self.fader * 0.09
        return self.x + self.fader + gap, self.width - self.fader - gap

    def y(self, n: float, most: int) -> float:
        top, zero = self.bay
        return zero - (zero - top) * min(n, most) / most


def draw(pen: Pen, place: Place, s: Strip, under: str = "") -> None:
    """`under` is what stands under the version on the tape."""
    _tape(pen, place, hue(s.hue), s.short, under)
    _cells(pen, place, s.pods, s.rows, s.cols, hue(s.hue))
    _fader(pen, place, s)


def draw_loose(pen: Pen, place: Place, found: Loose) -> None:
    """Pods that nobody counts: no fader, and no hue but the grey."""
    _tape(pen, place, colour("panel"), found.name, "")
    top, height = place.tape
    pen.rect(place.x, top, 8, height, hue(0), rx=3)
    whole = place._replace(x=place.x - place.fader * 1.09, width=place.width + place.fader * 1.09)
    _cells(pen, whole, found.cells, found.rows, found.cols, hue(0))


def draw_empty(pen: Pen, place: Place) -> None:
    """A strip that nobody has yet."""
    top, height = place.tape
    pen.rect(place.x + 1, top + 1, place.width - 2, height - 2, rx=3, stroke=colour("line"), stroke_width=2.5, stroke_dasharray="8 6")
    _well(pen, place)
    _slot(pen, place)
    _cap(pen, place, place.bay[1], colour("panel"), "0")


# -------------------------------------------------------------------------------------------------------------- the tape


def _tape(pen: Pen, place: Place, fill: str, label: str, under: str) -> None:
    ink, (top, height) = colour("ink"), place.tape
    pen.rect(place.x + 1.25, top + 1.25, place.width - 2.5, height - 2.5, fill, rx=3, stroke=ink, stroke_width=2.5)
    room = place.width - 2 * (inset := min(14.0, place.width * 0.1))
    size = max(min(place.letters, place.letters * room / max(width(label, place.letters, True), 1)), place.letters * 0.45)
    base = top + height / 2 + (size * 0.36 if not under else 0)
    pen.text(place.x + inset, base, fit(label, room, size, True), size, ink, bold=True, letter_spacing=-size * 0.03)
    if under:
        small = height * 0.22
        pen.text(place.x + inset, top + height * 0.82, fit(under, room, small), small, ink)


# ------------------------------------------------------------------------------------------------------------- the fader


def _fader(pen: Pen, place: Place, s: Strip) -> None:
    ink, y = colour("ink"), place.y(s.v, s.max)
    left, wide = place.well
    _slot(pen, place)
    pen.rect(place.middle - 3.5, y, 7, place.bay[1] + 4 - y, hue(s.hue), stroke=ink, stroke_width=1.5)
    if s.dest is not None:
        at, reach = place.y(s.dest, s.max), place.fader * 0.37
        pen.line(place.middle - reach, at, place.middle + reach, at, ink, 2)
        for side in (-1, 1):
            x = place.middle + side * reach
            pen.path(f"M{x:.1f} {at - 5:.1f}l{-side * 5} 5l{side * 5} 5z", ink)
    pen.line(place.x + place.fader, y, left, y, ink, 2)
    pen.line(left, y, left + wide, y, colour("well-ink"), 2, stroke_dasharray="6 4")
    _cap(pen, place, y, hue(s.hue), str(s.v))


def _slot(pen: Pen, place: Place) -> None:
    top, zero = place.bay
    pen.rect(place.middle - 4, top - 3, 8, zero - top + 6, colour("ink"), rx=4)


def _cap(pen: Pen, place: Place, y: float, fill: str, number: str) -> None:
    ink, x, size = colour("ink"), place.x, place.cap * 0.64
    pen.rect(x + 1.5, y - place.cap / 2, place.fader - 3, place.cap, fill, rx=4, stroke=ink, stroke_width=3)
    if len(number) < 3:
        for start in (x + 2, x + place.fader - 12):
            pen.line(start, y, start + 10, y, ink, 2)
    size = min(size, size * (place.fader - 12) / max(width(number, size, True), 1))
    pen.text(place.middle, y + size * 0.36, number, size, ink, bold=True, anchor="middle")


# -------------------------------------------------------------------------------------------------------------- the pods


def _well(pen: Pen, place: Place) -> None:
    left, wide = place.well
    top, zero = place.bay
    pen.rect(left, top, wide, zero - top, colour("well"))


def _cells(pen: Pen, place: Place, cells: tuple[Cell, ...], rows: int, columns: int, own: str) -> None:
    left, wide = place.well
    top, zero = place.bay
    _well(pen, place)
    high, across = (zero - top) / rows, wide / columns
    if min(high, across) < SMALLEST_CELL:
        _blocks(pen, place, cells, rows * columns, own)
        return
    for row in range(1, rows):
        pen.line(left, zero - row * high, left + wide, zero - row * high, colour("well-2"), 1)
    for i, cell in enumerate(cells[: rows * columns]):
        row, column = divmod(i, columns)
        _cell(pen, left + column * across, zero - (row + 1) * high, across, high, cell.state, own)


def _cell(pen: Pen, x: float, y: float, w: float, h: float, state: str, own: str) -> None:
    edge = min(1.5, h * 0.08, w * 0.08)
    x, y, w, h = x + edge, y + edge, w - 2 * edge, h - 2 * edge
    own = colour("fault") if state in BROKEN else own
    if state in ("available", "ready"):
        pen.rect(x, y, w, h, own)
    elif state == "notready":
        pen.rect(x, y, w / 2, h, own, fill_opacity=0.38)
    elif state == "terminating":
        _hatch(pen, x, y, w, h, own)
    if state in ("notready", "pulling", *BROKEN):
        pen.rect(x + 0.75, y + 0.75, w - 1.5, h - 1.5, stroke=own, stroke_width=1.5)
    elif state == "pending":
        pen.rect(x + 0.75, y + 0.75, w - 1.5, h - 1.5, stroke=own, stroke_width=1.5, stroke_dasharray="5 3")
    elif state == "lost":
        pen.rect(x + 0.75, y + 0.75, w - 1.5, h - 1.5, rx=h / 2, stroke=colour("well-ink-2"), stroke_width=1.5, stroke_dasharray="2 3")
    if state != "available":
        size = min(20.0, h * 0.8, w * 0.8)
        ink = {"ready": colour("on-hue"), "lost": colour("well-ink-2")}.get(state, own)
        pen.glyph(f"s-{state}", x + (w - size) / 2, y + (h - size) / 2, size, ink)


def _hatch(pen: Pen, x: float, y: float, w: float, h: float, own: str) -> None:
    """Strokes from the lower left to the upper right, each cut at the edges."""
    strokes, at = [], 5.0
    while at < w + h:
        x1, y1 = (x + at, y) if at <= w else (x + w, y + at - w)
        x2, y2 = (x, y + at) if at <= h else (x + at - h, y + h)
        strokes.append(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}")
        at += 9
    pen.path("".join(strokes), stroke=own, stroke_width=2, stroke_opacity=0.5)


def _blocks(pen: Pen, place: Place, cells: tuple[Cell, ...], most: int, own: str) -> None:
    left, wide = place.well
    below = 0
    for state in STATES:
        n = sum(cell.state == state for cell in cells)
        y, base = place.y(below + n, most), place.y(below, most)
        fill = colour("fault") if state in BROKEN else colour("well-ink-2") if state == "lost" else own
        thin = 0 if state in ("available", "ready") else wide / 3
        if n:
            pen.rect(left + thin, y, wide - 2 * thin, base - y, fill)
        below += n

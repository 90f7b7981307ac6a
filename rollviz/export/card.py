"""The picture that a chat shows of a link: the sentence of that moment, its strips, and the recording as the lower edge.

1200 × 630, and legible at a third of it: no text is smaller than 30 px. The same run, moment and language give the same bytes.
"""

import re
from typing import Any

from rollviz.desk.picture import Picture
from rollviz.desk.row import Loose
from rollviz.desk.sets import Strip
from rollviz.desk.words import Text, Version, clock, say
from rollviz.export import graph, strip
from rollviz.export.graph import Plot
from rollviz.export.lettering import fit, version, width
from rollviz.export.moment import Moment, moment
from rollviz.export.pen import Pen, colour, hue
from rollviz.export.strip import Place

WIDTH, HEIGHT = 1200, 630
MARGIN = 44
TEXT = 640
"""Width of the sentence's column."""
STRIPS = (714, 456)
"""Left edge and width of the row."""
GAP = 10
SLOTS, MOST = 3, 4
SIZES = (84, 72, 62, 54)
"""Of the first sentence: the largest with which it takes three lines."""
SPACING = -0.03
SMALL, SMALL_LINES = 34, 3
WELL = 118
SIGN = 30

WORDS = re.compile(r"\d+ [^\W\d]+ \d+|\S+")
Word = tuple[str, int | None]
"""A word, and the hue that it stands on."""


def png(recording: Any, at_ms: int) -> bytes:
    """The card of a recording at a millisecond. Slow enough (some 80 ms) to be kept by whoever serves it."""
    return draw(moment(recording, at_ms)).png()


def draw(shown: Moment) -> Pen:
    picture = shown.picture()
    pen = Pen(WIDTH, HEIGHT, colour("panel"))
    loose, row = _row(picture)
    moving = [s for s in row if s.v != s.dest and s.dest is not None]
    waits = picture.parts["callout"][1] is not None or bool(moving) and all(s.pin for s in moving)
    _sentence(pen, picture.parts["now"][1], waits)
    _signature(pen, say(shown.scenario.title).plain, say("at {at}", at=clock(shown.now)).plain)
    _strips(pen, loose, row)
    pen.rect(0, HEIGHT - WELL, WIDTH, WELL, colour("well"))
    graph.draw(pen, Plot(MARGIN, HEIGHT - WELL + 18, WIDTH - 2 * MARGIN, WELL - 36), picture, 5)
    return pen


# ---------------------------------------------------------------------------------------------------------- the sentence


def _sentence(pen: Pen, said: Text, waits: bool) -> None:
    """The first sentence large, the others under it."""
    first, rest = _split(said)
    size, lines = _lines(first)
    base = MARGIN + size * 0.85
    for line in lines:
        _line(pen, line, base, size)
        base += size * 1.14
    base += SMALL - size * 0.62
    for words in _wrapped(rest, SMALL, False)[:SMALL_LINES]:
        pen.text(MARGIN, base, fit(" ".join(word for word, _ in words), TEXT, SMALL), SMALL, colour("ink-2"))
        base += SMALL * 1.35
    if waits:
        pen.text(MARGIN, base, say("Why is it waiting?").plain, SMALL, colour("ink-2"), bold=True)


def _split(said: Text) -> tuple[list[Word], list[Word]]:
    """The words of the first sentence, without its full stop, and those of the others."""
    first: list[Word] = []
    rest: list[Word] = []
    for run in said.told():
        version = run.hue if isinstance(run, Version) else None
        # what the desk says of an object is one word, whatever it is called; the desk's own words are many
        for word in [str(run)] if version is not None else WORDS.findall(str(run)):
            (rest if first and first[-1][0].endswith(".") and first[-1][1] is None else first).append((word, version))
    if first and first[-1][1] is None:
        first[-1] = (first[-1][0].rstrip("."), None)
    return [word for word in first if word[0]], rest


def _lines(words: list[Word]) -> tuple[int, list[list[Word]]]:
    for size in SIZES:
        lines = _wrapped(words, size, True)
        if len(lines) <= (2 if size == SIZES[0] else 3) and all(_width(line, size) <= TEXT for line in lines):
            break
    return size, lines[:3]


def _wrapped(words: list[Word], size: float, bold: bool) -> list[list[Word]]:
    lines: list[list[Word]] = []
    for word in words:
        if lines and _width([*lines[-1], word], size, bold) <= TEXT:
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def _width(words: list[Word], size: float, bold: bool = True) -> float:
    spacing = SPACING if bold else 0
    boxes = sum(size * 0.32 for _, on in words if on is not None and bold)
    return width(" ".join(word for word, _ in words), size, bold, spacing) + boxes


def _line(pen: Pen, words: list[Word], base: float, size: float) -> None:
    x, space, pad = float(MARGIN), width(" ", size, True, SPACING), size * 0.16
    for word, on in words:
        room = TEXT - (x - MARGIN)
        shown = fit(word, room, size, True, SPACING) if on is None else version(word, room - 2 * pad, size, True, SPACING)
        wide = width(shown, size, True, SPACING)
        if on is not None:
            pen.rect(x, base - size * 0.88, wide + 2 * pad, size * 1.14, hue(on), rx=5)
        pen.text(x + (pad if on is not None else 0), base, shown, size, colour("ink"), bold=True, letter_spacing=size * SPACING)
        x += wide + (2 * pad if on is not None else 0) + space


def _signature(pen: Pen, title: str, at: str) -> None:
    """The mark, whose run it is, and the second."""
    base, left = HEIGHT - WELL - 42, MARGIN
    pen.open(transform=f"translate({left} {base - 36}) scale(1.625)")
    ink, one, two = colour("ink"), colour("v1"), colour("v3")
    pen.rect(1, 1, 30, 30, ink, rx=4)
    pen.path("M6 8.5C15 8.5 17 23.5 26 23.5", stroke=one, stroke_width=4)
    pen.path("M6 23.5C15 23.5 17 8.5 26 8.5", stroke=ink, stroke_width=8)
    pen.path("M6 23.5C15 23.5 17 8.5 26 8.5", stroke=two, stroke_width=4)
    pen.close()
    left += 68
    pen.text(left, base, "rollviz", SIGN, ink, bold=True)
    end = MARGIN + TEXT - 16
    pen.text(end, base, at, SIGN, colour("ink-2"), anchor="end")
    left += width("rollviz", SIGN, True) + 18
    room = end - width(at, SIGN) - 18 - left
    pen.text(left, base, fit(title, room, SIGN), SIGN, colour("ink-2"))


# ------------------------------------------------------------------------------------------------------------ the strips


def _row(picture: Picture) -> tuple[Loose | None, list[Strip]]:
    """The strips that the sentence is about: those of its Deployment, or what there is if there is none."""
    name = picture.parts["head"][1].name
    return picture.parts["loose"][1] if not name else None, [s for s in picture.strips if not name or s.deployment == name]


def _strips(pen: Pen, loose: Loose | None, found: list[Strip]) -> None:
    """The newest four; empty slots where there are fewer than three."""
    room = MOST - (loose is not None)
    shown: list[Any] = [*([loose] if loose is not None else []), *found[-room:]]
    slots = max(SLOTS, len(shown))
    left, wide = STRIPS[0], (STRIPS[1] - GAP * (slots - 1)) / slots
    for slot in range(slots):
        place = Place(left + slot * (wide + GAP), wide, (28, 62), (120, 466), min(66, wide * 0.52), 50, 42)
        s = shown[slot] if slot < len(shown) else None
        if s is None:
            strip.draw_empty(pen, place)
        elif isinstance(s, Loose):
            strip.draw_loose(pen, place, s)
        else:
            strip.draw(pen, place, s)
            if s.target:
                pen.path(f"M{place.x} 484v1q0 3 3 3h{wide - 6}q3 0 3 -3v-1", stroke=colour("ink"), stroke_width=5)
    if len(found) > room:
        pen.text(left - 14, 466, f"+{len(found) - room}", SIGN, colour("ink-2"), bold=True, anchor="end")

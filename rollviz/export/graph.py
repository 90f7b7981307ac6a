"""The recording as a picture: the bars of the desk with max total, min available, and where the clock stands."""

from typing import NamedTuple

from rollviz.desk import bars
from rollviz.desk.picture import Picture
from rollviz.export.pen import Pen, colour, hue


class Plot(NamedTuple):
    """The box of the bars, in pixels."""

    x: float
    y: float
    width: float
    height: float

    def at(self, seconds: float, span: int) -> float:
        return self.x + self.width * seconds / span


def draw(pen: Pen, plot: Plot, picture: Picture, playhead: float) -> None:
    """The bars up to the moment, and the future as empty well."""
    rec = picture.moving["rec"]
    top = bars.height(rec["bars"])
    hues = [rec["sets"][str(place)][0] for place in range(len(rec["sets"]))]
    pen.open(transform=f"translate({plot.x} {plot.y}) scale({plot.width / bars.WIDTH} {plot.height / bars.HEIGHT})")
    for path in bars.paths(rec["bars"], hues, rec["span"], rec["bin"], top):
        pen.path(path.d, hue(path.hue))
    pen.close()
    _guards(pen, plot, rec, top)
    x = plot.at(picture.moving["t"] / 1000, rec["span"])
    pen.rect(x - playhead / 2, plot.y - 18, playhead, plot.height + 36, colour("well-ink"))


def _guards(pen: Pen, plot: Plot, rec: dict, top: int) -> None:
    """Max total and min available as they were in each bar, and as they are from here on; below min it is a fault."""
    high, low, broken, end = [], [], [], plot.x
    step = plot.width * rec["bin"] / rec["span"]

    def y(n: int) -> float:
        return plot.y + plot.height * (1 - n / top)

    for number, bar in sorted((int(number), bar) for number, bar in rec["bars"].items()):
        start = max(plot.x, plot.x + number * step - plot.width / rec["span"])
        end = max(plot.x, start + step)
        most, least = bar[-2:]
        if most:
            high.append(f"{'L' if high else 'M'}{start:.1f} {y(most):.1f}H{end:.1f}")
        if least:
            low.append(f"{'L' if low else 'M'}{start:.1f} {y(least):.1f}H{end:.1f}")
        if sum(bar[i] for i in range(1, len(bar) - 2, 4)) < least:
            broken.append(f"M{start:.1f} {y(least):.1f}H{end:.1f}")
    for line, now, dash in ((high, rec["max"], "7 5"), (low, rec["min"], "none")):
        if now:
            line.append(f"{'L' if line else 'M'}{end if line else plot.x:.1f} {y(now):.1f}H{plot.x + plot.width:.1f}")
        pen.path("".join(line), stroke=colour("well-ink"), stroke_width=1.5, stroke_dasharray=dash)
    pen.path("".join(broken), stroke=colour("fault"), stroke_width=4)

"""Draws SVG with the desk's own colours and glyphs. Every text is escaped here; numbers are all that comes in otherwise.

Colours come from static/css/app.css and glyphs from templates/_sprite.html, so a picture never says something else than the desk.
"""

import re
import subprocess
import sys
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from django.conf import settings

from rollviz.export.lettering import FILES, drawable

FAMILY = "B612"
RASTER = Path(__file__).with_name("raster.py")
RASTER_SECONDS = 20


def _tokens() -> dict[str, str]:
    css = (settings.BASE_DIR / "static/css/app.css").read_text()
    bright = css[css.index(":root") : css.index('[data-theme="dark"]')]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", bright))


def _glyphs() -> dict[str, str]:
    sprite = (settings.BASE_DIR / "templates/_sprite.html").read_text()
    found = re.findall(r'<symbol id="([\w-]+)" viewBox="0 0 16 16">(.*?)</symbol>', sprite)
    return {name: body.replace('"currentColor"', '"inherit"') for name, body in found}


TOKENS = _tokens()
GLYPHS = _glyphs()


def colour(name: str) -> str:
    return TOKENS[name]


def hue(number: int | str) -> str:
    """Of a version by its number, 0 being the grey of old ones; "f" is a fault."""
    return TOKENS["fault" if number == "f" else "vx" if number == 0 else f"v{number}"]


class Pen:
    """Collects shapes; `svg` and `png` are what was drawn so far."""

    def __init__(self, width: int, height: int, background: str) -> None:
        self.width, self.height = width, height
        self._shapes: list[str] = []
        self.rect(0, 0, width, height, background)

    def rect(self, x: float, y: float, w: float, h: float, fill: str = "none", **more: Any) -> None:
        self._shapes.append(f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(w, 0))}" height="{_n(max(h, 0))}" fill="{fill}"{_more(more)}/>')

    def path(self, d: str, fill: str = "none", **more: Any) -> None:
        self._shapes.append(f'<path d="{d}" fill="{fill}"{_more(more)}/>')

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str, width: float, **more: Any) -> None:
        self.path(f"M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}", stroke=stroke, stroke_width=width, **more)

    def text(self, x: float, y: float, words: str, size: float, fill: str, bold: bool = False, anchor: str = "start", **more: Any) -> None:
        """`y` is the baseline."""
        said = escape(re.sub(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]", " ", words))
        weight = ' font-weight="700"' if bold else ""
        at = f'x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" fill="{fill}" text-anchor="{anchor}"'
        self._shapes.append(f"<text {at}{weight}{_more(more)}>{said}</text>")

    def glyph(self, name: str, x: float, y: float, size: float, fill: str) -> None:
        place = f"translate({_n(x)} {_n(y)}) scale({_n(size / 16)})"
        self._shapes.append(f'<g transform="{place}" fill="{fill}" stroke="none" color="{fill}">{GLYPHS[name]}</g>')

    def open(self, **attributes: Any) -> None:
        """A group, to be closed."""
        self._shapes.append(f"<g{_more(attributes)}>")

    def close(self) -> None:
        self._shapes.append("</g>")

    def svg(self) -> str:
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" viewBox="0 0 {self.width} {self.height}"'
        )
        return f'{head} font-family="{FAMILY}, system-ui, sans-serif">{"".join(self._shapes)}</svg>\n'

    def png(self) -> bytes:
        """The same bytes on every machine: it is drawn with no other fonts than the two that are checked in."""
        return _raster(drawable(self.svg().strip()))


@lru_cache(maxsize=64)
def _raster(svg: str) -> bytes:
    """Of the last pictures the bytes are kept: what has not changed is not drawn again."""
    asked = [sys.executable, "-I", RASTER, FAMILY, *FILES.values()]
    return subprocess.run(asked, input=svg.encode(), stdout=subprocess.PIPE, check=True, timeout=RASTER_SECONDS).stdout


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _more(attributes: dict[str, Any]) -> str:
    return "".join(f' {name.replace("_", "-")}="{_n(value) if isinstance(value, float) else value}"' for name, value in attributes.items())

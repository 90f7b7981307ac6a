"""How wide a word is, before it is drawn: the advances of the two fonts that the pictures are set in."""

from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).with_name("fonts")
FILES = {False: FONTS / "B612-Regular.otf", True: FONTS / "B612-Bold.otf"}


def width(text: str, size: float, bold: bool = False, spacing: float = 0.0) -> float:
    """In pixels; `spacing` is added after each letter, in parts of the size."""
    advances, units = _advances(bold)
    return size * sum(advances.get(ord(sign), units / 2) / units + spacing for sign in text)


def fit(text: str, most: float, size: float, bold: bool = False, spacing: float = 0.0) -> str:
    """The text, or its beginning and an ellipsis."""
    if width(text, size, bold, spacing) <= most:
        return text
    text = text[:200]
    while text and width(f"{text}…", size, bold, spacing) > most:
        text = text[:-1]
    return f"{text.rstrip()}…"


def version(label: str, most: float, size: float, bold: bool = False, spacing: float = 0.0) -> str:
    """As `fit`, but of `a-long-name v2` the v2 stays."""
    name, space, last = label.rpartition(" ")
    if not name or width(label, size, bold, spacing) <= most:
        return fit(label, most, size, bold, spacing)
    return fit(name, most - width(space + last, size, bold, spacing), size, bold, spacing) + space + last


def drawable(text: str) -> str:
    """The text with a question mark for each sign that the fonts do not have."""
    advances, _ = _advances(False)
    return "".join(sign if ord(sign) in advances else "?" for sign in text)


@cache
def _advances(bold: bool) -> tuple[dict[int, int], int]:
    with TTFont(FILES[bold]) as font:
        metrics = font["hmtx"].metrics
        return {code: metrics[name][0] for code, name in font.getBestCmap().items()}, font["head"].unitsPerEm

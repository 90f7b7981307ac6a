"""Pictures to text: the page as a whole, and what to send when one picture follows another. Pure, and the same templates for both.

A message is at most two frames: JSON with what moved, then HTML with the elements whose text or structure changed, each with its id.
Every element carries a short hash of what it shows, so that a page that gets everything again replaces only what it has wrong.
"""

from functools import lru_cache
from typing import Any
from zlib import crc32

import msgspec
from django.template import loader
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override

from rollviz.desk import bars
from rollviz.desk.delta import diff, spoken
from rollviz.desk.picture import Picture
from rollviz.desk.row import strips_hash
from rollviz.desk.sets import Strip
from rollviz.desk.words import clock
from rollviz.language import ENGLISH


def message(old: Picture | None, new: Picture, n: int, language: str = ENGLISH) -> list[str]:
    """The frames that bring a page from `old` to `new`; from None, everything. Nothing at all if only a running clock's fraction moved.

    A picture speaks no language; its texts become words here, in that of the viewers."""
    with override(language):
        return _message(old, new, n)


def _message(old: Picture | None, new: Picture, n: int) -> list[str]:
    if old is None:
        return [new.keyframe(n), "".join(_everything(new))]
    patch = diff(old.moving, new.moving)
    html = "".join(_changed(old, new))
    if not html and not patch.keys() - {"t"} and new.moving["run"] and old.moving["t"] // 1000 == new.moving["t"] // 1000:
        return []
    patch["t"] = new.moving["t"]
    frame = msgspec.json.encode({"n": n, "p": spoken(patch)}).decode()
    return [frame, html] if html else [frame]


def page(picture: Picture) -> dict[str, Any]:
    """Context of desk/page.html: every element rendered, and the facts that the page needs once."""
    parts = {id: part(template, data, False) for id, (template, data) in picture.parts.items()}
    parts["strips"] = _row(picture, False)
    parts["units"] = _units(picture, False)
    parts["log"] = _log(picture, "")
    rec = picture.moving["rec"]
    top = bars.height(rec["bars"])
    hues = [band[0] for band in rec["sets"].values()]
    paths = bars.paths(rec["bars"], hues, rec["span"], rec["bin"], top)
    return {"parts": parts, "x": {**picture.facts, "paths": paths}}


def part(template: str, data: Any, oob: bool) -> SafeString:
    """One element. What was rendered before is not rendered again."""
    try:
        return _rendered(template, data, oob, get_language())
    except TypeError:  # not hashable
        return _render(template, data, oob)


@lru_cache(maxsize=2048)
def _rendered(template: str, data: Any, oob: bool, language: str) -> SafeString:
    return _render(template, data, oob)


def _render(template: str, data: Any, oob: bool) -> SafeString:
    return mark_safe(_template(template).render({"x": data, "oob": oob, "h": hash_of(data)}).strip())


@lru_cache
def _template(name: str):
    return loader.get_template(f"desk/_{name}.html")


def hash_of(data: Any) -> str:
    return f"{crc32(repr(data).encode()):08x}"


# -------------------------------------------------------------------------------------------------------- what changed


def _everything(new: Picture) -> list[str]:
    parts = (part(template, data, True) for id, (template, data) in new.parts.items() if id != "units")
    return [_row(new, True), _units(new, True), *parts, _log(new, "true")]


def _changed(old: Picture, new: Picture) -> list[str]:
    found = _row_changes(old, new)
    fresh = {s.id for s in new.strips} if _redrawn(old, new) else {s.id for s in new.strips} - set(old.row.ids)
    for id, (template, data) in new.parts.items():
        before = old.parts.get(id)
        if (before is None or before[1] != data) and id.rpartition("-")[0] not in fresh:
            found.append(_units(new, True) if id == "units" else part(template, data, True))
    return [*found, *_log_changes(old, new)]


def _redrawn(old: Picture, new: Picture) -> bool:
    """The row is drawn anew only if its order changed; else strips come and go one by one, and a fader under a hand stays."""
    return [i for i in old.row.ids if i in new.row.ids] != [i for i in new.row.ids if i in old.row.ids]


def _row_changes(old: Picture, new: Picture) -> list[str]:
    if old.row.ids == new.row.ids:
        return []
    if _redrawn(old, new):
        return [_row(new, True)]
    found = [format_html('<div id="{}" hx-swap-oob="delete"></div>', id) for id in old.row.ids if id not in new.row.ids]
    for i, s in enumerate(new.strips):
        if s.id in old.row.ids:
            continue
        after = next((id for id in new.row.ids[i + 1 :] if id in old.row.ids), None)
        where = f"beforebegin:#{after}" if after else "beforeend"
        found.append(format_html('<div id="strips" hx-swap-oob="{}">{}</div>', where, strip(new, s)))
    return found


def strip(picture: Picture, s: Strip) -> SafeString:
    inner = {name: part(*picture.parts[f"{s.id}-{name}"], False) for name in ("tape", "move", "foot")}
    return mark_safe(_template("strip").render({"x": s, **inner}).strip())


def _row(picture: Picture, oob: bool) -> SafeString:
    strips = mark_safe("\n".join(strip(picture, s) for s in picture.strips))
    context = {"x": picture.row, "strips": strips, "oob": oob, "h": strips_hash(picture.row)}
    return mark_safe(_template("strips").render(context).strip())


def _units(picture: Picture, oob: bool) -> SafeString:
    """The rack's columns, drawn as a whole only when a node comes or goes."""
    nodes = picture.parts["units"][1]
    parts = [{"id": id, "name": name, **{p: part(*picture.parts[f"{id}-{p[0]}"], False) for p in ("head", "foot")}} for id, name in nodes]
    return mark_safe(_template("units").render({"units": parts, "oob": oob, "h": hash_of(nodes)}).strip())


# ---------------------------------------------------------------------------------------------------------------- log


def _log(picture: Picture, oob: str, new: int | None = None) -> SafeString:
    lines = picture.log.lines if new is None else picture.log.lines[:new]
    rendered = mark_safe("".join(_line(line, new is not None, get_language()) for line in lines))
    return mark_safe(_template("log").render({"lines": rendered, "oob": oob, "h": picture.log.sum}).strip())


def _log_changes(old: Picture, new: Picture) -> list[str]:
    """New lines go on top; the page cuts the tail."""
    count = new.log.count - old.log.count
    if new.log.sum == old.log.sum:
        return []
    if 0 < count < len(new.log.lines) and new.log.lines[count : count + 1] == old.log.lines[:1]:
        return [_log(new, "afterbegin", count)]
    return [_log(new, "true")]


@lru_cache(maxsize=2048)
def _line(line, fresh: bool, language: str) -> SafeString:
    shown = {"clock": clock(line.time), "glyph": line.glyph, "words": line.words, "sum": line.sum, "bad": line.bad}
    return mark_safe(_template("line").render({"x": shown, "oob": fresh}).strip())

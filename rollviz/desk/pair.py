"""What a desk shows of two Deployments that belong together: the elements that stand in place of the Service's, the master's, the why."""

from typing import Any, NamedTuple

from rollviz.desk import comparison, crossfader
from rollviz.desk.delta import Tree
from rollviz.desk.duo import BLUE_GREEN, Duo, Found
from rollviz.desk.service import ServiceBox
from simulation.recording import Recording


class Pair(NamedTuple):
    parts: dict[str, tuple[str, Any]]
    """Elements by id; those that every desk has replace its own, the others are empty without a pair."""
    moving: Tree
    """What the page draws by itself."""


def pair(recording: Recording, found: Found | None, duo: Duo | None, box: ServiceBox) -> Pair:
    none: dict[str, tuple[str, Any]] = {"fade": ("fade", None), "verdict": ("verdict", None), "abkeys": ("abkeys", ())}
    if found is None or duo is None:
        return Pair(none, {"kind": ""})
    shown = _crossfader(recording, duo) if duo.kind == BLUE_GREEN else _comparison(recording, found, duo, box)
    sides = {side.letter: {"name": side.name, "v": side.want, "hue": side.hue} for side in duo.sides}
    counts = {f"n{side.letter}": sum(not s.parked for s in side.strips) for side in duo.sides}
    return Pair({**none, **shown.parts}, {"kind": duo.kind, **sides, **counts, **shown.moving})


def _crossfader(recording: Recording, duo: Duo) -> Pair:
    back = crossfader.back_ms(recording, duo)
    parts: dict[str, tuple[str, Any]] = {"fade": ("fade", crossfader.fader(duo)), "service": ("between", crossfader.between(duo, back))}
    if duo.resting:
        parts |= {"now": ("now", crossfader.headline(duo)), "why": ("why", crossfader.why(duo, back))}
    return Pair(parts, {})


def _comparison(recording: Recording, found: Found, duo: Duo, box: ServiceBox) -> Pair:
    heard = comparison.heard(recording.cluster, found)
    parts: dict[str, tuple[str, Any]] = {
        "service": ("service", box._replace(say=comparison.both(duo))),
        "verdict": ("verdict", comparison.said(duo, heard)),
        "abkeys": ("abkeys", comparison.keys(duo, heard)),
    }
    if duo.resting:
        parts |= {"now": ("now", comparison.headline(duo, heard)), "why": ("why", comparison.why(duo))}
    return Pair(parts, comparison.moving(heard))

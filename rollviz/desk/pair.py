"""What a desk shows of two Deployments that belong together: the elements that stand in place of the Service's, the master's, the why."""

from typing import Any

from rollviz.desk import comparison, crossfader
from rollviz.desk.delta import Tree
from rollviz.desk.duo import BLUE_GREEN, CANARY, Duo
from rollviz.desk.service import ServiceBox
from simulation.recording import Recording

Parts = dict[str, tuple[str, Any]]


def parts(recording: Recording, duo: Duo | None, box: ServiceBox) -> Parts:
    """Elements by id; those that every desk has replace its own, the others are empty without a pair."""
    found: Parts = {"fade": ("fade", None), "verdict": ("verdict", None), "abkeys": ("abkeys", ())}
    if duo is None:
        return found
    if duo.kind == BLUE_GREEN:
        back = crossfader.back_ms(recording, duo)
        found |= {"fade": ("fade", crossfader.fader(duo)), "service": ("between", crossfader.between(duo, back))}
        if duo.resting:
            found |= {"now": ("now", crossfader.headline(duo)), "why": ("why", crossfader.why(duo, back))}
        return found
    heard = comparison.heard(recording, duo)
    found["service"] = "service", box._replace(say=comparison.both(duo))
    found |= {"verdict": ("verdict", comparison.said(duo, heard)), "abkeys": ("abkeys", comparison.keys(duo, heard))}
    if duo.resting:
        found |= {"now": ("now", comparison.headline(duo, heard)), "why": ("why", comparison.why(duo))}
    return found


def moving(recording: Recording, duo: Duo | None) -> Tree:
    """What the page draws of it by itself."""
    if duo is None:
        return {"kind": ""}
    sides = {side.letter: {"name": side.name, "v": side.want, "hue": side.hue} for side in duo.sides}
    counts = {f"n{side.letter}": sum(not s.parked for s in side.strips) for side in duo.sides}
    rows = comparison.moving(comparison.heard(recording, duo)) if duo.kind == CANARY else {}
    return {"kind": duo.kind, **sides, **counts, **rows}

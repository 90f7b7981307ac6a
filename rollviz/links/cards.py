"""The picture that a chat shows of a link. A desk that is shared draws its own; for any other link the run is played first, at the pace
of the rooms and for so long at most.
"""

import asyncio

from rollviz.export import card
from rollviz.export.moment import Moment
from rollviz.links.moments import key_of
from rollviz.links.opening import played
from simulation import links

PATIENCE = 3.0
"""Seconds of CPU that a run may take before its picture is given up."""
KEPT = 100

_drawn: dict[bytes, bytes] = {}


async def note(texts: list[str], shown: Moment) -> None:
    """Draws what these links lead to."""
    if any(key_of(text) not in _drawn for text in texts):
        png = await asyncio.to_thread(_png, shown)
        for text in texts:
            _keep(text, png)


async def png_of(text: str, run: links.Run) -> bytes:
    """Raises links.BadLink."""
    if key_of(text) not in _drawn:
        recording = await played(run, PATIENCE)
        _keep(text, await asyncio.to_thread(_png, Moment(recording)))
    return _drawn[key_of(text)]


def _png(shown: Moment) -> bytes:
    return card.draw(shown).png()


def _keep(text: str, png: bytes) -> None:
    _drawn[key_of(text)] = png
    while len(_drawn) > KEPT:
        del _drawn[next(iter(_drawn))]

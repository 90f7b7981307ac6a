"""The picture that a chat shows of a link. A desk that is shared draws its own; for any other link the run is played first, at the pace
of the rooms and for so long at most.
"""

import asyncio

from django.utils.translation import override

from rollviz.export import card
from rollviz.export.moment import Moment
from rollviz.links.moments import key_of
from rollviz.links.opening import played
from simulation import links

PATIENCE = 3.0
"""Seconds of CPU that a run may take before its picture is given up."""
KEPT = 100

_drawn: dict[tuple[str, bytes], bytes] = {}
"""(language, key of a link) -> its picture."""


async def note(texts: list[str], shown: Moment, language: str) -> None:
    """Draws what these links lead to."""
    if any((language, key_of(text)) not in _drawn for text in texts):
        png = await asyncio.to_thread(_png, shown, language)
        for text in texts:
            _keep(text, language, png)


async def png_of(text: str, run: links.Run, language: str) -> bytes:
    """Raises links.BadLink."""
    if (language, key_of(text)) not in _drawn:
        recording = await played(run, PATIENCE)
        _keep(text, language, await asyncio.to_thread(_png, Moment(recording), language))
    return _drawn[language, key_of(text)]


def _png(shown: Moment, language: str) -> bytes:
    with override(language):
        return card.draw(shown).png()


def _keep(text: str, language: str, png: bytes) -> None:
    _drawn[language, key_of(text)] = png
    while len(_drawn) > KEPT:
        del _drawn[next(iter(_drawn))]

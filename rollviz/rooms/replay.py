"""A desk comes back by doing again, at the same simulated times, all that was done to it.

Long runs are cut into slices that let other work on the loop in between; where they are cut changes nothing in the simulation.
"""

import asyncio
import logging
import time

from simulation.api.errors import StatusError
from simulation.recording import Recording

from .journal import command_of
from .models import Desk, JournalEntry

logger = logging.getLogger(__name__)

SLICE_MS = 1_000
PATIENCE = 0.010
"""Wall seconds that one desk may hold the loop."""


async def replay(recording: Recording, desk: Desk, entries: list[JournalEntry]) -> None:
    for entry in entries:
        await run_to(recording, entry.at_ms)
        try:
            recording.do(command_of(entry), entry.who)
        except StatusError:
            logger.exception("Desk %s: entry %d no longer works and is left out", desk.id, entry.seq)
    await run_to(recording, desk.at_ms)


async def run_to(recording: Recording, until_ms: int) -> None:
    while recording.cluster.now < until_ms:
        run_for(recording, until_ms, PATIENCE)
        await asyncio.sleep(0)


def run_for(recording: Recording, until_ms: int, seconds: float) -> None:
    """Runs to `until_ms`, or as far as it gets in `seconds` of wall time (at least one slice)."""
    deadline = time.monotonic() + seconds
    while recording.cluster.now < until_ms:
        recording.run(min(until_ms, recording.cluster.now + SLICE_MS))
        if time.monotonic() >= deadline:
            return

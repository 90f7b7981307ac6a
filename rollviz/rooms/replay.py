"""A desk comes back by doing again, at the same simulated times, all that was done to it.

Long runs are cut into slices that let other work on the loop in between; where they are cut changes nothing in the simulation.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from rollviz.desk.memory import Memory
from simulation.api.errors import StatusError
from simulation.recording import Recording
from simulation.scenario import Scenario

from .journal import command_of
from .models import JournalEntry

logger = logging.getLogger(__name__)

SLICE_MS = 1_000
PATIENCE = 0.010
"""Wall seconds that one desk may hold the loop."""


async def replay(scenario: Scenario, seed: int, entries: list[JournalEntry], end_ms: int) -> Recording:
    """The take with these commands, at its end."""
    recording = Recording(scenario, seed)
    recording.attend(Memory())
    for entry in entries:
        await run_to(recording, entry.at_ms)
        try:
            recording.do(command_of(entry), entry.who)
        except StatusError:
            logger.exception("Desk %s: entry %d no longer works and is left out", entry.desk_id, entry.seq)
    await run_to(recording, end_ms)
    return recording


async def look_at(recording: Recording, when: int) -> Recording:
    """A playhead of its own at `when`, or at the end of the tape."""
    head = recording.look()
    when = min(max(when, 0), head.end)
    head.rewind(when)
    await run_to(head, when)
    return head


async def run_to(recording: Recording, until_ms: int) -> None:
    while recording.cluster.now < until_ms:
        run_for(recording, until_ms, PATIENCE)
        await asyncio.sleep(0)


def run_for(recording: Recording, until_ms: int, seconds: float, stop: Callable[[Recording], bool] | None = None) -> bool:
    """Runs to `until_ms`, or as far as it gets in `seconds` of wall time (at least one slice), or to the whole second in which `stop`
    says so; whether it did."""
    deadline = time.monotonic() + seconds
    while (now := recording.cluster.now) < until_ms:
        recording.run(min(until_ms, now - now % SLICE_MS + SLICE_MS))
        if stop is not None and stop(recording):
            return True
        if time.monotonic() >= deadline:
            break
    return False

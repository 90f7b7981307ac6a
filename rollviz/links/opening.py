"""Opening a link: its run is played, in small slices so that nobody else waits, and becomes a desk of one's own.

The state that it leads to is held against the sum in the link. If they differ, whoever opens it is told.
"""

import asyncio
import logging
import time

from rollviz.desk.picture import Picture, picture
from rollviz.rooms.clock import Clock
from rollviz.rooms.models import Desk
from rollviz.rooms.registry import registry
from rollviz.rooms.replay import PATIENCE
from simulation import links
from simulation.api.errors import StatusError
from simulation.recording import Recording, Timed

logger = logging.getLogger(__name__)

LONGEST = 60.0
"""Seconds of CPU that opening a link may take."""


async def played(run: links.Run, longest: float = LONGEST) -> Recording:
    """The run, played. Raises links.BadLink, also for a run that takes more than these seconds of CPU."""
    try:
        begins, _ = await asyncio.to_thread(links.begin, run)
        recording = Recording(begins, run.seed)
        spent, since = 0.0, time.thread_time()
        for _ in links.play(run, recording):
            if (slice := time.thread_time() - since) > PATIENCE:
                spent += slice
                if spent > longest:
                    raise links.BadLink(f"It takes more than {longest:g} seconds to play the run in this link.")
                await asyncio.sleep(0)
                since = time.thread_time()
    except StatusError as error:
        raise links.BadLink(f"What this link begins with is refused: {error.message[:300]}") from None
    except links.Refused as error:
        raise links.BadLink(f"This link holds a run that cannot be played. {str(error)[:300]}") from None
    drawn(recording)
    return recording


def drawn(recording: Recording) -> Picture:
    """What the desk shows. A forged command may be one that nobody could type and that no part of the desk expects: raises
    links.BadLink, so that no desk is made that could not be shown."""
    try:
        return picture(recording, Clock(True, 1.0, recording.now))
    except Exception:
        logger.warning("A link leads to a desk that cannot be drawn", exc_info=True)
        raise links.BadLink("This link leads to a desk that cannot be drawn.") from None


async def opened(run: links.Run, paused: bool) -> tuple[Desk, str, bool]:
    """A new desk, its key, and whether it stands where the link's maker left it."""
    recording = await played(run)
    same = await asyncio.to_thread(links.state_sum, recording.cluster) == run.state
    commands = [Timed(given.at_ms, given.command, given.who) for given in run.commands]
    playhead = 0 if run.opens == "start" else run.at_ms
    desk, key = await registry.open_run(recording.scenario, run.seed, commands, run.at_ms, playhead, paused)
    return desk, key, same

"""A room owns one desk's cluster and paces it. Nothing awaits between reading the cluster and writing it.

Who changes a desk takes its turn: the cluster is changed at once, then the journal is written, and until that is done the clock
stands and no viewer is shown anything. So what anybody has seen or been told is always in the journal.
"""

import asyncio
import logging
import time
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from rollviz.desk.picture import Picture, picture
from rollviz.desk.render import message
from simulation.recording import Recording

from . import journal
from .clock import Clock, Note
from .hub import Hub
from .limits import COMMANDS_PER_DESK, COMMANDS_PER_MINUTE, LIFE_SECONDS, Allowance
from .models import Desk
from .refusals import NotSaved, Refused, TooMany
from .replay import run_for, run_to
from .sink import Sink

logger = logging.getLogger(__name__)

TICK = 0.05
BUDGET = 0.010
"""Wall seconds of simulation in one tick. A cluster that needs more runs slower than its speed says; the sockets do not."""


class Room:
    """Lives while somebody watches or acts, and IDLE_SECONDS longer. `closed` once it is not to be used again."""

    def __init__(self, desk: Desk, recording: Recording, commands: int):
        self.desk = desk
        self.recording = recording
        self.clock = Clock(desk.paused, desk.speed, recording.cluster.now)
        self.hub = Hub(self._whole)
        self.closed = False
        self.used = time.monotonic()
        self._wanted_until = 0.0
        self._noted: Note | None = None
        self._commands = commands
        self._allowance = Allowance(COMMANDS_PER_MINUTE)
        self._turn = asyncio.Lock()
        self._picture: Picture | None = None
        self._glanced: tuple = ()
        self._task: asyncio.Task | None = None

    @property
    def now(self) -> int:
        """Simulated milliseconds."""
        return self.recording.cluster.now

    @property
    def moving(self) -> bool:
        """A clock that is not paused moves while somebody watches, and for a while after somebody set it going or left."""
        if self.clock.paused or self.closed or self.now >= LIFE_SECONDS * 1000:
            return False
        return bool(len(self.hub)) or time.monotonic() < self._wanted_until

    @property
    def busy(self) -> bool:
        return self._turn.locked()

    def picture(self) -> Picture:
        return picture(self.recording, self.clock)

    # ------------------------------------------------------------------------------------------------------- who acts

    async def do(self, command: Any, who: str = "you") -> str:
        """kubectl's output. Saved before this returns; a StatusError or a refusal has changed nothing."""
        return await asyncio.shield(self._do(command, who))

    async def set_clock(
        self, *, paused: bool | None = None, speed: float | None = None, advance: int | None = None, step: bool = False
    ) -> int:
        """`advance` runs that many simulated milliseconds at once, `step` to the next change. Returns the simulated millisecond."""
        return await asyncio.shield(self._set_clock(paused, speed, advance, step))

    async def settled(self) -> None:
        """Waits for the turn of whoever is changing the desk."""
        async with self._turn:
            return

    def touch(self) -> None:
        """Somebody asked for this desk."""
        self.used = time.monotonic()
        if self.used < self._wanted_until:
            self._want()

    async def _do(self, command: Any, who: str) -> str:
        async with self._turn:
            if self._commands >= COMMANDS_PER_DESK:
                raise TooMany(f"This desk has had its {COMMANDS_PER_DESK} commands. Take a copy from the start, or make a new one.")
            if not self._allowance.take():
                raise TooMany(f"More than {COMMANDS_PER_MINUTE} commands a minute. Wait a moment.")
            at_ms = self.now
            output = self.recording.do(command, who)
            await self._save(journal.append, journal.entry(self.desk.id, self._commands, at_ms, command, who))
            self._commands += 1
        self._stir()
        return output

    async def _set_clock(self, paused: bool | None, speed: float | None, advance: int | None, step: bool) -> int:
        async with self._turn:
            until = self.now + (advance or 0)
            if until > LIFE_SECONDS * 1000:
                raise Refused(f"A desk lives for {LIFE_SECONDS // 86_400} simulated days, and this would be past that.", "advance")
            if paused is not None:
                self.clock.paused = paused
            if speed is not None:
                self.clock.speed = speed
            if paused is False:
                self._want()
            await run_to(self.recording, until)
            if step:
                self.recording.step()
            self.clock.settle(self.now)
            await self._note()
        self._stir()
        return self.now

    async def _save(self, write, *args) -> None:
        """If it cannot be saved it must not have happened: this room is given up, and the next one begins from the journal."""
        try:
            await write(*args)
        except DatabaseError as error:
            logger.exception("Desk %s could not be saved", self.desk.id)
            self.close()
            raise NotSaved from error

    # ------------------------------------------------------------------------------------------------------ who watches

    def join(self, sink: Sink) -> None:
        if not len(self.hub):
            self._picture, self._glanced = self.picture(), self._glance()
            self.hub.n += 1
        self.hub.join(sink)
        self._stir()

    def leave(self, sink: Sink) -> None:
        moving = self.moving
        self.hub.leave(sink)
        self.used = time.monotonic()
        if moving:
            self._want()

    def keyframe(self) -> str:
        return self.picture().keyframe(self.hub.n)

    def _whole(self, n: int) -> list[str]:
        return message(None, self._picture, n)

    def _want(self) -> None:
        self._wanted_until = time.monotonic() + settings.IDLE_SECONDS

    # ------------------------------------------------------------------------------------------------------- the clock

    def note(self) -> Note:
        return Note(self.desk.id, self.now, time.time() if self.moving else None, self.clock.paused, self.clock.speed)

    def noted(self, note: Note) -> None:
        """This note is in the journal now."""
        self._noted = note
        self.clock.promise = note.promise

    @property
    def to_note(self) -> bool:
        return self.moving or (self._noted is not None and self._noted.wall is not None)

    def close(self) -> None:
        self.closed = True
        self.hub.drop()
        if self._task:
            self._task.cancel()

    async def _note(self) -> None:
        note = self.note()
        await self._save(journal.note, [note])
        self.noted(note)

    def _stir(self) -> None:
        """Something changed: the loop below looks at once."""
        if self._task is None or self._task.done():
            self._stirred = asyncio.Event()
            self._task = asyncio.get_running_loop().create_task(self._play(self._stirred))
        self._stirred.set()

    async def _play(self, stirred: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        while True:
            if self.moving or self.hub.late:
                alarm = loop.call_later(TICK, stirred.set)
                await stirred.wait()
                alarm.cancel()
            else:
                self.clock.stand()
                await stirred.wait()
            stirred.clear()
            if not self.busy:
                await self._tick_safely()

    async def _tick_safely(self) -> None:
        """A mistake in the simulation or the drawing stops this desk's clock, and nothing else."""
        try:
            await self._tick()
        except NotSaved:
            return
        except Exception:
            logger.exception("Desk %s: its clock is stopped", self.desk.id)
            self.clock.paused = True

    async def _tick(self) -> None:
        if self.moving:
            if self.clock.promise <= self.now:
                async with self._turn:
                    await self._note()
            self._keep_pace()
        if len(self.hub):
            await self._show()

    def _keep_pace(self) -> None:
        due = min(self.clock.due(time.monotonic()), LIFE_SECONDS * 1000)
        run_for(self.recording, due, BUDGET)
        if self.now < due:
            self.clock.settle(self.now)

    async def _show(self) -> None:
        glance = self._glance()
        if glance != self._glanced:
            before, self._picture, self._glanced = self._picture, self.picture(), glance
            texts = message(before, self._picture, self.hub.n + 1)
            if texts:
                await self.hub.publish(self.hub.n + 1, texts)
        self.hub.catch_up()

    def _glance(self) -> tuple:
        """Cheap to take; while it stays the same there is nothing new to draw."""
        recording, cluster = self.recording, self.recording.cluster
        done = (cluster.store.revision, cluster.ledger.count, len(recording.marks))
        return *done, self.now // 1000, self.clock.paused, self.clock.speed

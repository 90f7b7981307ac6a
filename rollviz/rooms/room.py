"""A room owns one desk's takes and its playhead, and paces it. Nothing awaits between reading the cluster and writing it.

Who changes a desk takes its turn: the cluster is changed at once, then the journal is written, and until that is done the clock
stands and no viewer is shown anything. So what anybody has seen or been told is always in the journal.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from django.conf import settings
from django.db import DatabaseError

from rollviz.desk.memory import hues_of
from rollviz.desk.picture import Picture, picture
from rollviz.desk.render import message
from rollviz.desk.words import say
from simulation.cluster import Cluster
from simulation.lesson import waits_for_act
from simulation.recording import STEP_LIMIT_MS, Recording
from simulation.upcoming import upcoming

from . import journal
from .audience import Audience
from .clock import Clock, Note
from .hub import Hub
from .limits import COMMANDS_PER_DESK, COMMANDS_PER_MINUTE, LIFE_SECONDS, TAKES_PER_DESK, Allowance
from .looks import Looks, where
from .models import Desk, JournalEntry
from .move import Move
from .refusals import NotSaved, Refused, TooMany
from .replay import replay, run_for, run_to
from .sink import Sink
from .takes import Takes
from .transcript import Transcript

logger = logging.getLogger(__name__)

TICK = 0.05
BUDGET = 0.010
"""Wall seconds of simulation in one tick. A cluster that needs more runs slower than its speed says; the sockets do not."""

HELD = 0.5
"""Wall seconds that the clock stands after a hand last said where it drags the playhead."""


class Listener(Protocol):
    """Somebody besides the pages who follows a desk; `watching` keeps its clock going."""

    @property
    def watching(self) -> bool: ...

    def look(self) -> None:
        """Something may be new, and all of it is saved."""

    def end(self) -> None:
        """The room closes."""


class Room:
    """Lives while somebody watches or acts, and IDLE_SECONDS longer. `closed` once it is not to be used again."""

    def __init__(self, desk: Desk, takes: Takes, commands: int):
        self.desk = desk
        self.takes = takes
        self.clock = Clock(desk.paused, desk.speed, self.now)
        self.hub = Hub(self._whole)
        self.looks = Looks(self, self.hub)
        self.audience = Audience(self.hub)
        self.transcript = Transcript(lambda: list(self.hub.sinks), lambda: hues_of(self.recording))
        self.listeners: list[Listener] = []
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
        self._hand: int | None = None
        """Where a hand drags the playhead to, until it is there."""
        self._hand_said = 0.0
        self._held_until = 0.0
        self._strayed = False
        """The playhead was dragged since the clock was noted."""

    @property
    def recording(self) -> Recording:
        """The take on the desk, at the playhead."""
        return self.takes.recording

    @property
    def now(self) -> int:
        """The playhead, in simulated milliseconds."""
        return self.recording.now

    @property
    def moving(self) -> bool:
        """A clock that is not paused moves while somebody watches, and for a while after somebody set it going or left."""
        if self.clock.paused or self.closed or self.now >= LIFE_SECONDS * 1000:
            return False
        return self.watched or time.monotonic() < self._wanted_until

    @property
    def watched(self) -> bool:
        """Whether a page or a watch of the Kubernetes API is open on this desk."""
        return bool(len(self.hub)) or any(listener.watching for listener in self.listeners)

    @property
    def busy(self) -> bool:
        return self._turn.locked()

    def picture(self) -> Picture:
        return picture(self.recording, self.clock, self.takes.shown)

    # ------------------------------------------------------------------------------------------------------- who acts

    async def do(self, command: Any, who: str = "you", read: Callable[[Cluster], Any] | None = None) -> Any:
        """kubectl's output, or what `read` makes of the cluster as the command left it.

        Saved before this returns; a StatusError or a refusal has changed nothing.
        """
        return await asyncio.shield(self._do(command, who, read))

    async def set_clock(self, move: Move | None = None, **change: Any) -> int:
        """A move, or what is to be in it. Returns the simulated millisecond where the playhead is then."""
        return await asyncio.shield(self._set_clock(move or Move(**change)))

    def scrub(self, when: int, said: float) -> None:
        """A hand drags the playhead and is at `when` now. Of two that come in the wrong order the one that was `said` later counts."""
        if said <= self._hand_said:
            return
        self.clock.end_skip()
        self._hand, self._hand_said = max(when, 0), said
        self._held_until = time.monotonic() + HELD
        self._stir()

    async def settled(self) -> None:
        """Waits for the turn of whoever is changing the desk."""
        async with self._turn:
            return

    def listen(self, listener: Listener) -> None:
        """From now on `listener` is told when there is something new to see."""
        self.listeners.append(listener)

    def handed(self, key_hash: str) -> None:
        """Another key moves this desk from now on; the pages that had the old one are told to look who they are."""
        self.desk.key_hash = key_hash
        self.audience.hands += 1
        self.audience.stir()

    def want(self) -> None:
        """Somebody works here without a page: a clock that is not paused moves on for a while."""
        self.used = time.monotonic()
        self._want()
        self._stir()

    def touch(self) -> None:
        """Somebody asked for this desk."""
        self.used = time.monotonic()
        if self.used < self._wanted_until:
            self._want()

    async def _do(self, command: Any, who: str, read: Callable[[Cluster], Any] | None) -> Any:
        async with self._turn:
            if self._commands >= COMMANDS_PER_DESK:
                over = say("This desk has had its {n} commands. Take a copy from the start, or make a new one.", n=COMMANDS_PER_DESK)
                raise TooMany(over)
            if not self._allowance.take():
                raise TooMany(say("More than {n} commands a minute. Wait a moment.", n=COMMANDS_PER_MINUTE))
            live, at_ms = self.recording.live, self.now
            recording = self.recording if live else self._fork(self.recording.given)
            held = self.clock.paused and waits_for_act(recording)
            output = recording.do(command, who)
            skipped = self.clock.end_skip()
            if read is not None:
                output = read(recording.cluster)
            entry = journal.entry(self.desk.id, self._commands, at_ms, command, who, self.takes.number if live else len(self.takes) + 1)
            if live:
                await self._save(journal.append, entry)
            else:
                await self._begin_take(recording, recording.given - 1, entry)
            self._commands += 1
            self.takes.done(at_ms)
            if held:
                self.clock.paused = False
                self._want()
            if held or skipped:
                await self._note()
        self._stir()
        return output

    async def _set_clock(self, move: Move) -> int:
        async with self._turn:
            if move.until(self.recording) > LIFE_SECONDS * 1000:
                too_far = say("A take lasts {n} simulated hours at most, and this would be past that.", n=LIFE_SECONDS // 3600)
                raise Refused(too_far, move.field)
            goal = self._goal(move)
            self.clock.end_skip()
            if move.paused is not None:
                self.clock.paused = move.paused
            if move.speed is not None:
                self.clock.speed = move.speed
            if move.paused is False:
                self._want()
            if move.take is not None:
                await self._open_take(move.take)
            if move.undo:
                await self._undo()
            for place in move.places(self.recording):
                await self._reach(place)
            if move.step == "next":
                self.recording.step()
            self._hand = None
            self.clock.settle(self.now)
            if goal > self.now:
                self.clock.skip(goal)
                self._want()
            await self._note()
        self._stir()
        return self.now

    def _goal(self, move: Move) -> int:
        """Where a skip is to stop."""
        if move.skip != "next":
            return int(move.skip or 0)
        found = upcoming(self.recording)
        if found is None:
            minutes = STEP_LIMIT_MS // 60_000
            raise Refused(say("Nothing happens by itself in the next {n} minutes. What comes next is up to you.", n=minutes), "skip")
        return found.at_ms

    async def _reach(self, when: int) -> None:
        """Put the playhead there, a slice of work at a time."""
        if when != self.now:
            self.recording.rewind(when)
            await run_to(self.recording, when)

    # -------------------------------------------------------------------------------------------------------- the takes

    def _fork(self, given: int) -> Recording:
        """A recording that begins as this take, for the next one."""
        if len(self.takes) >= TAKES_PER_DESK:
            raise TooMany(say("This desk has had its {n} takes. Go to the end of one, or take a copy.", n=TAKES_PER_DESK))
        return self.recording.fork(given)

    async def _begin_take(self, recording: Recording, given: int, entry: JournalEntry | None) -> None:
        left, begun = self.takes.left(self._said()), self.takes.next(self.desk.id, recording, given)
        await self._save(journal.begin_take, left, begun, entry, replace(self.note(), take=begun.number, at_ms=recording.now, end_ms=0))
        self.takes.begin(begun, recording)

    async def _undo(self) -> None:
        """A take that is the same up to just before the last command that a person gave."""
        commands = self.recording.commands
        last = next((i for i in reversed(range(len(commands))) if commands[i].who != "scenario"), None)
        if last is None:
            raise Refused(say("Nothing was done yet that could be undone."), "undo")
        await self._begin_take(self._fork(last), last, None)

    async def _open_take(self, number: int) -> None:
        """This take, at the second where the desk is or at its end."""
        row = self.takes.row(number)
        if row is None:
            raise Refused(say("There is no take {n} here. The last one is {last}.", n=number, last=len(self.takes)), "take")
        if number == self.takes.number:
            return
        recording = self.takes.ready(number)
        if recording is None:
            found = await journal.stored(self.desk.id)
            recording = await replay(self.recording.scenario, self.recording.seed, found.commands_of(number), row.end_ms)
        when = min(self.now, recording.end)
        recording.rewind(when)
        await run_to(recording, when)
        left, end_ms = self.takes.left(self._said()), 0 if recording.live else recording.end
        await self._save(journal.open_take, left, replace(self.note(), take=number, at_ms=when, end_ms=end_ms))
        self.takes.open(number, recording)

    def _said(self) -> str:
        """What the desk says at the end of the take on it."""
        return str(picture(self.recording.look(), self.clock).parts["now"][1])

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
        self.audience.stir()
        self._stir()

    def leave(self, sink: Sink) -> None:
        moving = self.moving
        self.looks.leave(sink)
        self.hub.leave(sink)
        self.audience.stir()
        self.used = time.monotonic()
        if moving:
            self._want()

    def keyframe(self) -> str:
        return self.picture().keyframe(self.hub.n)

    def _whole(self, n: int, language: str) -> list[str]:
        return message(None, self._picture, n, language)

    def _want(self) -> None:
        self._wanted_until = time.monotonic() + settings.IDLE_SECONDS

    # ------------------------------------------------------------------------------------------------------- the clock

    def note(self) -> Note:
        """What is to survive now; of a skip, where it stops."""
        paused, speed = self.clock.kept
        at_ms = self.now if self.clock.goal is None else self.clock.goal
        wall = time.time() if self.moving and self.clock.goal is None else None
        end_ms = 0 if at_ms >= self.recording.end else self.recording.end
        return Note(self.desk.id, at_ms, wall, paused, speed, self.takes.number, end_ms)

    def noted(self, note: Note) -> None:
        """This note is in the journal now."""
        self._noted = note
        self._strayed = self._strayed and note.at_ms != self.now
        self.clock.promise = note.promise

    @property
    def to_note(self) -> bool:
        return self.moving or self._strayed or (self._noted is not None and self._noted.wall is not None)

    def close(self) -> None:
        self.closed = True
        self.hub.drop()
        self.looks.close()
        self.audience.close()
        for listener in self.listeners:
            listener.end()
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
        if self._hand is not None:
            await self._follow_hand()
        if time.monotonic() < self._held_until:
            self.clock.stand()
        elif self.moving:
            if self.clock.promise <= self.now:
                async with self._turn:
                    await self._note()
            self._keep_pace()
        if self.clock.goal is not None and self.now >= self.clock.goal:
            await self._stop_there()
        for listener in self.listeners:
            listener.look()
        if len(self.hub):
            await self._show()

    async def _stop_there(self) -> None:
        async with self._turn:
            if self.clock.end_skip(arrived=True):
                self.clock.settle(self.now)
                await self._note()

    async def _follow_hand(self) -> None:
        """As far as the take goes: a drag looks, it does not simulate. What is shown next is the newest place, not each that was asked."""
        async with self._turn:
            when, self._hand = self._hand, None
            await self._reach(min(when, self.recording.end))
            self.clock.settle(self.now)
            self._strayed = True

    def _keep_pace(self) -> None:
        due = min(self.clock.due(time.monotonic()), LIFE_SECONDS * 1000)
        if run_for(self.recording, due, BUDGET, waits_for_act):
            self.clock.end_skip()
            self.clock.paused = True
        if self.now < due:
            self.clock.settle(self.now)

    async def _show(self) -> None:
        glance, seen = self._glance(), self._glanced
        if glance != seen:
            before, self._picture, self._glanced = self._picture, self.picture(), glance
            texts = {language: message(before, self._picture, self.hub.n + 1, language) for language in self.hub.languages}
            if any(texts.values()):
                await self.hub.publish(self.hub.n + 1, texts)
            if glance[:3] != seen[:3]:
                self.hub.tell_away(where(self))
        self.hub.catch_up()

    def _glance(self) -> tuple:
        """Cheap to take; while it stays the same there is nothing new to draw."""
        recording, cluster = self.recording, self.recording.cluster
        time_ = self.now // 1000 if self.moving else self.now
        done = (cluster.store.revision, cluster.ledger.count, len(recording.tape.marks), recording.given)
        return (time_, self.takes.shown, recording.live, *done, self.clock.paused, self.clock.speed)

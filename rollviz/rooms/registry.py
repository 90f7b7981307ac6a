"""The rooms that are open in this process: a room is opened by the first who asks for its desk and closed when nobody has for a while."""

import asyncio
import logging
import re
import time

from django.conf import settings
from django.db import DatabaseError

from rollviz.desk.words import say
from simulation.recording import Timed
from simulation.scenario import Scenario

from . import journal
from .keys import ALPHABET, DESK_ID_LENGTH, hash_key, make_desk_id, make_key
from .limits import OPEN_DESKS
from .models import Desk, Take
from .refusals import NoSuchDesk, TooMany
from .replay import replay, run_to
from .room import Room
from .takes import Takes, journaled

logger = logging.getLogger(__name__)

BEAT = 1.0
BEATS_HEARD = 4
"""So many beats apart, every page hears that the server is there."""
_DESK_ID = re.compile(f"[{ALPHABET}]{{{DESK_ID_LENGTH}}}")


class Registry:
    def __init__(self):
        self._rooms: dict[str, Room] = {}
        self._opening: dict[str, asyncio.Task] = {}
        self._beating: asyncio.Task | None = None

    async def open(self, desk_id: str) -> Room:
        """The desk's room, once nobody is in the middle of changing it."""
        room = self._rooms.get(desk_id)
        if room is None or room.closed:
            if not _DESK_ID.fullmatch(desk_id):
                raise NoSuchDesk(desk_id)
            if desk_id not in self._opening:
                self._opening[desk_id] = asyncio.ensure_future(self._load(desk_id))
            room = await asyncio.shield(self._opening[desk_id])
        room.touch()
        await room.settled()
        return room

    async def make(self, scenario: Scenario, seed: int | None = None, paused: bool = False) -> tuple[Room, str]:
        """A new desk and its key, which is not kept anywhere else."""
        seed = scenario.seed if seed is None else seed
        recording = await replay(scenario, seed, [], 0)
        key = make_key()
        desk = Desk(id=make_desk_id(), scenario=scenario.source, seed=seed, key_hash=hash_key(key), paused=paused)
        await self._make_place()
        await journal.create(desk, [])
        takes = Takes([Take(desk=desk, number=1)], {1: []}, 1, recording)
        return self._admit(Room(desk, takes, commands=0)), key

    async def open_run(
        self, scenario: Scenario, seed: int, commands: list[Timed], at_ms: int, playhead_ms: int, paused: bool, speed: float = 1.0
    ) -> tuple[Desk, str]:
        """A desk of one's own with this past, which reaches to `at_ms`; its playhead is at `playhead_ms`."""
        key = make_key()
        desk = Desk(id=make_desk_id(), scenario=scenario.source, seed=seed, key_hash=hash_key(key), paused=paused, speed=speed)
        desk.at_ms = min(playhead_ms, at_ms)
        entries = [journal.entry(desk.id, seq, t.at_ms, t.command, t.who) for seq, t in enumerate(journaled(commands))]
        await journal.create(desk, entries, at_ms)
        return desk, key

    async def copy(self, room: Room, at_ms: int | None = None) -> tuple[Desk, str]:
        """A desk of one's own that has the same past, up to this moment of the take on the desk or to that of the playhead."""
        recording = room.recording
        until = room.now if at_ms is None else min(at_ms, recording.end)
        commands = [timed for timed in recording.tape.commands if timed.at_ms <= until]
        given = recording.scenario, recording.seed, commands
        return await self.open_run(*given, until, until, room.clock.paused, room.clock.speed)

    async def close_all(self) -> None:
        """The clocks stand from here; each desk goes on from where it is now."""
        await self._close([room for room in self._rooms.values() if not room.closed])

    async def _load(self, desk_id: str) -> Room:
        try:
            found = await journal.load(desk_id)
            if found is None:
                raise NoSuchDesk(desk_id)
            desk = found.desk
            await self._make_place()
            begun, end_ms = Scenario.parse(desk.scenario), found.takes[desk.take - 1].end_ms
            recording = await replay(begun, desk.seed, found.commands_of(desk.take), end_ms)
            recording.rewind(desk.at_ms)
            await run_to(recording, desk.at_ms)
            takes = Takes(found.takes, found.own_times(), desk.take, recording)
            return self._admit(Room(desk, takes, commands=len(found.entries)))
        finally:
            del self._opening[desk_id]

    def _admit(self, room: Room) -> Room:
        self._rooms[room.desk.id] = room
        if self._beating is None or self._beating.done():
            self._beating = asyncio.get_running_loop().create_task(self._beat())
        return room

    async def _make_place(self) -> None:
        """The desk that nobody has looked at for longest makes way; one that is watched never does."""
        if len(self._rooms) < OPEN_DESKS:
            return
        idle = [room for room in self._rooms.values() if not room.watched and not room.busy]
        if not idle:
            raise TooMany(say("{n} desks are being watched here now, and that is all this server does at once.", n=OPEN_DESKS))
        await self._close([min(idle, key=lambda room: room.used)])

    async def _beat(self) -> None:
        beats = 0
        while self._rooms:
            await asyncio.sleep(BEAT)
            self._rooms = {desk_id: room for desk_id, room in self._rooms.items() if not room.closed}
            try:
                await self._note([room for room in self._rooms.values() if room.to_note and not room.busy])
                await self._close([room for room in self._rooms.values() if _is_idle(room)])
                if (beats := beats + 1) % BEATS_HEARD == 0:
                    for room in self._rooms.values():
                        room.hub.beat()
            except DatabaseError:
                logger.exception("The clocks could not be noted; they stand when what was promised is used up")

    async def _note(self, rooms: list[Room]) -> None:
        notes = [room.note() for room in rooms]
        if notes:
            await journal.note(notes)
        for room, note in zip(rooms, notes, strict=True):
            room.noted(note)

    async def _close(self, rooms: list[Room]) -> None:
        for room in rooms:
            room.close()
            del self._rooms[room.desk.id]
        if rooms:
            await journal.note([room.note() for room in rooms])


def _is_idle(room: Room) -> bool:
    return not room.closed and not room.watched and not room.busy and time.monotonic() - room.used > settings.IDLE_SECONDS


registry = Registry()

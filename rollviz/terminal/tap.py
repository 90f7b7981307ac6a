"""What is written on a desk while somebody's lines run on: every change with its simulated time, given to each session in order.

One tap per room, and only while it is needed: the cluster keeps no changes otherwise. When the playhead is moved, or a new take begins,
the lines are told once and go on from there.
"""

import asyncio
import logging
from typing import Any

from rollviz.rooms.room import Room
from simulation.cluster import Cluster
from simulation.kubectl.answer import Change
from simulation.store import Store

logger = logging.getLogger(__name__)

LOOK = 0.1
"""Wall seconds between two looks."""
MOST = 20_000
"""Changes between two looks; if there are more, the lines go on from where the desk is then."""


class Stamped:
    """Follows a cluster's changes, and notes when each was made."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.log: list[Change] = []
        self.full = False

    def note(self, batch: list[tuple[str, Any, Any]]) -> None:
        if len(self.log) + len(batch) > MOST:
            self.full = True
        else:
            now = self.cluster.now
            self.log += [Change(now, kind, old, new) for kind, old, new in batch]


class Tap:
    def __init__(self, room: Room) -> None:
        self.room = room
        self.sessions: list[Any] = []
        self._stamped: Stamped | None = None
        self._revision = 0
        self._task: asyncio.Task | None = None

    @property
    def store(self) -> Store:
        return self.room.recording.cluster.store

    def join(self, session: Any) -> None:
        self.sessions.append(session)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._look_again())

    def leave(self, session: Any) -> None:
        if session in self.sessions:
            self.sessions.remove(session)

    def look(self) -> None:
        """Give out what has been written since the last look."""
        wanted = any(session.lines for session in self.sessions)
        cluster = self.room.recording.cluster
        stamped = self._stamped
        if not wanted:
            self._unhook()
            return
        if stamped is None or stamped not in cluster.followers or stamped.full:
            self._hook(cluster)
            if stamped is not None:
                for session in self.sessions:
                    session.moved(cluster)
            return
        log, stamped.log = stamped.log, []
        events = cluster.store.events.since(self._revision)
        self._revision = cluster.store.revision
        now = cluster.now
        log += [Change(now, "Event", None, event) for event in events]
        for session in self.sessions:
            session.see(log, cluster)

    def _hook(self, cluster: Cluster) -> None:
        self._unhook()
        self._stamped = Stamped(cluster)
        cluster.followers.append(self._stamped)
        self._revision = cluster.store.revision

    def _unhook(self) -> None:
        if self._stamped is not None and self._stamped in self._stamped.cluster.followers:
            self._stamped.cluster.followers.remove(self._stamped)
        self._stamped = None

    async def _look_again(self) -> None:
        while self.sessions and not self.room.closed:
            await asyncio.sleep(LOOK)
            if not self.room.busy:
                try:
                    self.look()
                except Exception:
                    logger.exception("Desk %s: its terminals' lines are ended", self.room.desk.id)
                    for session in list(self.sessions):
                        session.end_all()
        self._unhook()
        for session in list(self.sessions):
            session.close()

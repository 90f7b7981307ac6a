"""One page's terminal: the stream to it, and the lines that run on in it. It lives as long as the stream does."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from rollviz.desk.memory import hues_of
from rollviz.desk.words import clock, say
from rollviz.rooms.refusals import TooMany
from rollviz.rooms.room import Room
from rollviz.terminal.tap import Tap
from simulation.cluster import Cluster
from simulation.commands import Command
from simulation.kubectl.answer import Answer, Change, Running

LINES_PER_SESSION = 8
SESSIONS_PER_DESK = 60
SESSIONS = 200
"""In one process."""
WAITING_SIGNS = 512 * 1024
"""Text that waits for a slow page; with more, its stream ends and the page opens a new one."""
PRINTED_SIGNS = 2_000_000
"""What one running line may print in all."""
HEARTBEAT = 15.0

MOVED = "time was moved: what follows is from {}"


class Session:
    def __init__(self, tap: Tap) -> None:
        self.id = secrets.token_urlsafe(12)
        self.tap = tap
        self.lines: dict[int, Running] = {}
        self.turn = 0
        self._printed: dict[int, int] = {}
        self._shown: dict[int, int] = {}
        self._count = 0
        self._waiting: list[str] = []
        self._size = 0
        self._stirred = asyncio.Event()
        self.closed = False

    # --- lines

    def start(self, line: Running, cluster: Cluster, shown: int = 0) -> tuple[int | None, Answer]:
        """Begin a line; its number, None if it has ended already, and what it says at first. `shown` is its number in the transcript."""
        if len(self.lines) >= LINES_PER_SESSION:
            raise TooMany(say("{n} lines run on in this terminal already. Ctrl-C ends one.", n=LINES_PER_SESSION))
        self.tap.look()
        line.begin(cluster.store)
        answer = line.take()
        if answer.code is not None:
            return None, answer
        self._count += 1
        self.lines[self._count] = line
        self._printed[self._count] = len(answer.out)
        self._shown[self._count] = shown
        self.tap.look()
        return self._count, answer

    def stop(self, number: int) -> Command | None:
        """End a line; what that does to the cluster, if anything."""
        line = self.lines.pop(number, None)
        return line.stopped() if line is not None else None

    def see(self, log: list[Change], cluster: Cluster) -> None:
        for number, line in list(self.lines.items()):
            now = cluster.now
            for change in log:
                if change.kind in line.kinds and line.code is None:
                    if change.at_ms // 1000 != now // 1000:
                        self._hand_on(number, line, now)
                    now = change.at_ms
                    line.see(change)
            self._hand_on(number, line, now)
            if line.code is None:
                line.pass_time(cluster.store)
            self._hand_on(number, line, cluster.now)

    def moved(self, cluster: Cluster) -> None:
        for number, line in list(self.lines.items()):
            self._send({"n": number, "t": cluster.now, "note": MOVED.format(clock(cluster.now)), "hues": hues_of(self.tap.room.recording)})
            line.moved(cluster.store)
            self._hand_on(number, line, cluster.now)

    def end_all(self) -> None:
        for number in list(self.lines):
            self._send({"n": number, "code": 1, "note": "this line was ended by a mistake of ours; it has been written down"})
        self.lines.clear()

    def _hand_on(self, number: int, line: Running, now: int) -> None:
        answer = line.take()
        if not answer.out and not answer.err and (answer.code is None or number not in self.lines):
            return
        self._printed[number] = self._printed.get(number, 0) + len(answer.out)
        message: dict[str, Any] = {"n": number, "t": now, "out": answer.out, "err": answer.err, "hues": hues_of(self.tap.room.recording)}
        code = answer.code
        if code is None and self._printed[number] > PRINTED_SIGNS:
            code, message["note"] = 130, "this line has printed enough and was ended"
        if code is not None:
            message["code"] = code
            self.lines.pop(number, None)
        self._send(message)
        self.tap.room.transcript.add(self._shown.get(number, 0), now, answer.out, answer.err)

    # --- the stream

    def _send(self, message: dict[str, Any]) -> None:
        text = f"data: {msgspec.json.encode(message).decode()}\n\n"
        self._size += len(text)
        if self._size > WAITING_SIGNS:
            self.close()
            return
        self._waiting.append(text)
        self._stirred.set()

    def close(self) -> None:
        self.closed = True
        self._stirred.set()

    async def stream(self) -> AsyncIterator[str]:
        """Server-sent events, until the page goes."""
        self.tap.join(self)
        sessions[self.id] = self
        try:
            yield f"event: hello\ndata: {self.id}\n\n"
            while not self.closed:
                try:
                    await asyncio.wait_for(self._stirred.wait(), HEARTBEAT)
                except TimeoutError:
                    yield ": still here\n\n"
                self._stirred.clear()
                texts, self._waiting, self._size = "".join(self._waiting), [], 0
                if texts:
                    yield texts
        finally:
            self.closed = True
            self.lines.clear()
            self.tap.leave(self)
            sessions.pop(self.id, None)
            if not self.tap.sessions:
                taps.pop(self.tap.room.desk.id, None)


sessions: dict[str, Session] = {}
taps: dict[str, Tap] = {}


def open_session(room: Room) -> Session:
    """Raises TooMany."""
    tap = taps.get(room.desk.id)
    if tap is None or tap.room is not room:
        tap = taps[room.desk.id] = Tap(room)
    if len(tap.sessions) >= SESSIONS_PER_DESK or len(sessions) >= SESSIONS:
        raise TooMany(say("There are as many terminals open here as this server bears. Lines that end at once still work."))
    return Session(tap)

"""One viewer's socket. A slow viewer is skipped, then given the current state: late, but never wrong.

Daphne queues every write for a later turn of its reactor, which costs five times the write itself, and never says when a reader is
slow. So a frame goes straight to the socket while nothing is queued before it. This is the only place that looks inside Daphne and
Twisted (their versions are pinned); under any other server frames wait in a queue here instead.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from rollviz.language import ENGLISH

from .frame import Frame

SLOW_BYTES = 64 * 1024
"""A viewer with more than this unsent gets nothing new until it has drained."""

LATE_SECONDS = 10.0
"""A viewer that has not drained for this long is dropped; its page reconnects."""


class Sink:
    """`shown` is the number of the last message that this viewer has in full, None when it needs the whole state."""

    def __init__(self):
        self.shown: int | None = None
        self.late_since: float | None = None
        self.away = False
        """This viewer looks at a moment of his own."""
        self.follows = False
        """Somebody in the class, not a window of whoever teaches."""
        self.token = ""
        """By which this viewer's phone is known, "" if it answers nothing."""
        self.language = ENGLISH
        self.hears = False
        """This viewer's page shows what the presenter's terminal says."""

    def give(self, n: int, frames: list[Frame], whole: Callable[[str], list[Frame]]) -> None:
        """Message `n`, or the whole state instead if this viewer missed something."""
        if self.shown is not None and self.shown >= n:
            return
        if self.buffered() > (SLOW_BYTES if self.late_since is None else 0):
            self._fall_behind()
            return
        for frame in frames if self.shown == n - 1 else whole(self.language):
            self.write(frame)
        self.shown = n
        self.late_since = None

    def tell(self, frame: Frame) -> None:
        """A word beside the picture. Who gets the whole state soon gets the word with it."""
        if self.shown is None and not self.away:
            return
        if self.buffered() > SLOW_BYTES:
            self._fall_behind()
        else:
            self.write(frame)

    def _fall_behind(self) -> None:
        now = time.monotonic()
        self.shown = None
        self.late_since = self.late_since or now
        if now - self.late_since > LATE_SECONDS:
            self.drop()

    def buffered(self) -> int:
        """Bytes that are not yet with the operating system."""
        raise NotImplementedError

    def write(self, frame: Frame) -> None:
        raise NotImplementedError

    def drop(self) -> None:
        """Ends the connection without a closing handshake (the client sees 1006 and comes back)."""
        raise NotImplementedError


class DaphneSink(Sink):
    def __init__(self, protocol):
        super().__init__()
        self._protocol = protocol
        self._transport = protocol.transport

    def buffered(self) -> int:
        transport = self._transport
        return len(transport.dataBuffer) - transport.offset + transport._tempDataLen

    def write(self, frame: Frame) -> None:
        if self._protocol.state != self._protocol.STATE_OPEN:
            return
        rest = frame.wire
        if not self.buffered():
            try:
                rest = rest[self._transport.socket.send(rest) :]
            except BlockingIOError:
                pass
            except OSError:
                return  # gone; the reactor finds out by itself
        if rest:
            self._transport.write(rest)

    def drop(self) -> None:
        self._transport.abortConnection()


class QueueSink(Sink):
    def __init__(self, send):
        super().__init__()
        self._send = send
        self._queue: deque[Frame] = deque()
        self._waiting = 0
        self._task: asyncio.Task | None = None

    def buffered(self) -> int:
        return self._waiting

    def write(self, frame: Frame) -> None:
        self._queue.append(frame)
        self._waiting += len(frame.wire)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        while self._queue:
            frame = self._queue.popleft()
            await self._send({"type": "websocket.send", "text": frame.text})
            self._waiting -= len(frame.wire)

    def drop(self) -> None:
        self._queue.clear()
        self._task = asyncio.get_running_loop().create_task(self._send({"type": "websocket.close", "code": 1011}))


def sink_for(send) -> Sink:
    """The sink that fits the server which gave us this ASGI `send`."""
    protocol = next(iter(getattr(send, "args", ())), None)
    transport = getattr(protocol, "transport", None)
    private = ("socket", "dataBuffer", "offset", "_tempDataLen", "abortConnection")
    if all(hasattr(transport, name) for name in private) and not getattr(transport, "TLS", False):
        return DaphneSink(protocol)
    return QueueSink(send)

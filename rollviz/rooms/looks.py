"""Those who look back alone: each is shown his moment of the take, and where the others are. The room and its viewers do not notice.

A look costs a restored moment and a whole page of text, so a desk serves one at a time, the newest wish of each, and spends on all of
them no more than LOOKS_SHARE of the time.
"""

import asyncio
import contextlib
import time

import msgspec

from rollviz.desk.picture import picture
from rollviz.desk.render import message

from .frame import Frame
from .hub import Hub
from .limits import LOOKS_SHARE
from .replay import look_at
from .sink import SLOW_BYTES, Sink


class Looks:
    def __init__(self, room, hub: Hub):
        self._room = room
        self._hub = hub
        self._wanted: dict[Sink, int] = {}
        self._task: asyncio.Task | None = None

    def ask(self, sink: Sink, when: int) -> None:
        """Show this viewer the millisecond `when` of the take on the desk."""
        if sink not in self._hub.sinks:
            return
        sink.away = True
        self._wanted[sink] = when
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._serve())

    def back(self, sink: Sink) -> None:
        """Back to where the others are."""
        self._wanted.pop(sink, None)
        if sink.away:
            sink.away = False
            self._hub.show_whole(sink)

    def leave(self, sink: Sink) -> None:
        self._wanted.pop(sink, None)

    def close(self) -> None:
        if self._task:
            self._task.cancel()

    async def _serve(self) -> None:
        while self._wanted:
            sink = next(iter(self._wanted))
            when = self._wanted.pop(sink)
            begun = time.monotonic()
            frames = await self._frames(when, sink.language)
            if sink.away and sink in self._hub.sinks and sink not in self._wanted and sink.buffered() <= SLOW_BYTES:
                for frame in frames:
                    sink.write(frame)
            spent = time.monotonic() - begun
            await asyncio.sleep(spent * (1 / LOOKS_SHARE - 1))

    async def _frames(self, when: int, language: str) -> list[Frame]:
        room = self._room
        head = await look_at(room.recording, when)
        shown = picture(head, room.clock, room.takes.shown)
        whole = message(None, shown, self._hub.n, language)
        return [Frame(text) for text in (where(room, head.now), *whole)]


def where(room, own: int | None = None) -> str:
    """Where the others are, for those who look back alone; `own` says that what follows is this viewer's moment."""
    said = {"t": room.now, "end": room.recording.end, "run": room.moving}
    return msgspec.json.encode({"class": said} if own is None else {"class": said, "own": own}).decode()


def asked(looks: Looks, sink: Sink, said: dict) -> None:
    """What a viewer's page said: {"look": milliseconds} or {"look": null}."""
    when = said.get("look")
    if when is None:
        looks.back(sink)
    elif type(when) in (int, float):
        with contextlib.suppress(OverflowError, ValueError):
            looks.ask(sink, int(when))

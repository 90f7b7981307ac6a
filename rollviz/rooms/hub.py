"""Fan-out: each message is made once, and every viewer of a desk gets the same bytes."""

import asyncio
from collections.abc import Callable

from .frame import Frame
from .limits import VIEWERS_PER_DESK
from .refusals import TooMany
from .sink import SLOW_BYTES, Sink

BEAT = Frame('{"beat":1}')
BREATH = 100
"""Viewers served before other work on the loop gets a turn."""


class Hub:
    """`whole(n)` gives the texts that show everything as of message `n`; they are made at most once per message."""

    def __init__(self, whole: Callable[[int], list[str]]):
        self.n = 0
        self.sinks: dict[Sink, None] = {}
        self._make_whole = whole
        self._whole: tuple[int, list[Frame]] = (-1, [])
        self._words: dict[str, Frame] = {}

    def __len__(self) -> int:
        return len(self.sinks)

    @property
    def late(self) -> bool:
        return any(sink.late_since is not None and not sink.away for sink in self.sinks)

    def join(self, sink: Sink) -> None:
        if len(self.sinks) >= VIEWERS_PER_DESK:
            raise TooMany(f"{VIEWERS_PER_DESK} people are watching this desk already.")
        self.sinks[sink] = None
        self.show_whole(sink)

    def leave(self, sink: Sink) -> None:
        self.sinks.pop(sink, None)

    def show_whole(self, sink: Sink) -> None:
        """Everything as of the last message, to one viewer: on joining, or because its page saw a gap."""
        sink.shown = None
        sink.give(self.n, [], self.whole)

    def whole(self) -> list[Frame]:
        if self._whole[0] != self.n:
            self._whole = (self.n, [Frame(text) for text in self._make_whole(self.n)])
        return [*self._whole[1], *self._words.values()]

    def tell(self, about: str, text: str) -> None:
        """A word beside the picture, to all, and later with the whole state to whoever comes."""
        self._words[about] = frame = Frame(text)
        for sink in self.sinks:
            sink.tell(frame)

    def beat(self) -> None:
        """A sign of life where nothing else is said: a page tells silence from a line that is dead."""
        for sink in self.sinks:
            if not sink.buffered():
                sink.write(BEAT)

    def drop(self) -> None:
        """Every viewer's page comes back by itself and finds the desk as it is then."""
        for sink in list(self.sinks):
            sink.drop()

    async def publish(self, n: int, texts: list[str]) -> None:
        self.n = n
        frames = [Frame(text) for text in texts]
        for served, sink in enumerate(list(self.sinks), 1):
            if not sink.away:
                sink.give(n, frames, self.whole)
            if served % BREATH == 0:
                await asyncio.sleep(0)

    def tell_away(self, text: str) -> None:
        """A word to those who look at moments of their own, as far as they keep up."""
        away = [sink for sink in self.sinks if sink.away]
        frame = Frame(text) if away else None
        for sink in away:
            if sink.buffered() <= SLOW_BYTES:
                sink.write(frame)

    def catch_up(self) -> None:
        """Viewers who fell behind, when nothing new is being published."""
        for sink in list(self.sinks):
            if sink.late_since is not None and not sink.away:
                sink.give(self.n, [], self.whole)

"""Fan-out: each message is made once for each language in use, and every viewer of a desk who reads it gets the same bytes."""

import asyncio
from collections.abc import Callable
from functools import lru_cache

from rollviz.desk.words import say
from rollviz.language import ENGLISH

from .frame import Frame
from .limits import VIEWERS_PER_DESK
from .refusals import TooMany
from .sink import SLOW_BYTES, Sink

BEAT = Frame('{"beat":1}')
BREATH = 100
"""Viewers served before other work on the loop gets a turn."""


class Hub:
    """`whole(n, language)` gives the texts that show everything as of message `n`; they are made at most once per message and language."""

    def __init__(self, whole: Callable[[int, str], list[str]]):
        self.n = 0
        self.sinks: dict[Sink, None] = {}
        self._make_whole = whole
        self._whole: dict[str, tuple[int, list[Frame]]] = {}
        self._words: dict[str, Callable[[str], Frame]] = {}

    def __len__(self) -> int:
        return len(self.sinks)

    @property
    def late(self) -> bool:
        return any(sink.late_since is not None and not sink.away for sink in self.sinks)

    def join(self, sink: Sink) -> None:
        if len(self.sinks) >= VIEWERS_PER_DESK:
            raise TooMany(say("{n} people are watching this desk already.", n=VIEWERS_PER_DESK))
        self.sinks[sink] = None
        self.show_whole(sink)

    def leave(self, sink: Sink) -> None:
        self.sinks.pop(sink, None)

    def show_whole(self, sink: Sink) -> None:
        """Everything as of the last message, to one viewer: on joining, or because its page saw a gap."""
        sink.shown = None
        sink.give(self.n, [], self.whole)

    @property
    def languages(self) -> list[str]:
        """Those that somebody here reads."""
        return sorted({sink.language for sink in self.sinks})

    def whole(self, language: str = ENGLISH) -> list[Frame]:
        n, frames = self._whole.get(language, (-1, []))
        if n != self.n:
            frames = [Frame(text) for text in self._make_whole(self.n, language)]
            self._whole[language] = self.n, frames
        return [*frames, *(words(language) for words in self._words.values())]

    def tell(self, about: str, text: Callable[[str], str]) -> None:
        """A word beside the picture, to all, and later with the whole state to whoever comes; `text` says it in a language."""
        self._words[about] = words = lru_cache(lambda language: Frame(text(language)))
        for sink in self.sinks:
            sink.tell(words(sink.language))

    def beat(self) -> None:
        """A sign of life where nothing else is said: a page tells silence from a line that is dead."""
        for sink in self.sinks:
            if not sink.buffered():
                sink.write(BEAT)

    def drop(self) -> None:
        """Every viewer's page comes back by itself and finds the desk as it is then."""
        for sink in list(self.sinks):
            sink.drop()

    async def publish(self, n: int, texts: dict[str, list[str]]) -> None:
        """Message `n`, in each of `languages`."""
        self.n = n
        frames = {language: [Frame(text) for text in said] for language, said in texts.items()}
        for served, sink in enumerate(list(self.sinks), 1):
            if not sink.away:
                sink.give(n, frames[sink.language], self.whole)
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

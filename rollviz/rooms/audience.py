"""What all who watch are told beside the picture: how many follow, and whether somebody else moves the desk now. It
changes with every phone that comes, so it is told at a pace."""

import asyncio

import msgspec

from .hub import Hub

PACE = 0.5
"""Wall seconds between two tellings."""


class Audience:
    def __init__(self, hub: Hub):
        self._hub = hub
        self.hands = 0
        """How often the desk was handed over."""
        self._told = self._now()
        self._task: asyncio.Task | None = None

    @property
    def followers(self) -> int:
        return sum(sink.follows for sink in self._hub.sinks)

    def stir(self) -> None:
        """Something changed: it is told soon, together with what changes until then."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._tell())

    def close(self) -> None:
        if self._task:
            self._task.cancel()

    async def _tell(self) -> None:
        while (now := self._now()) != self._told:
            self._told = now
            self._hub.tell(msgspec.json.encode({"audience": now}).decode())
            await asyncio.sleep(PACE)

    def _now(self) -> dict:
        return {"n": self.followers, "hands": self.hands}

"""What all who watch are told beside the picture: how many follow, whether somebody else moves the desk now, and what is asked.

The numbers change with every phone that comes or answers, so they are told at a pace; a question is told at once.
"""

import asyncio
from typing import Any

import msgspec
from django.utils.translation import override

from rollviz.classroom.poll import Poll, pushed
from rollviz.desk.words import say

from .frame import Frame
from .hub import Hub
from .sink import Sink

PACE = 0.5
"""Wall seconds between two tellings."""


class Audience:
    def __init__(self, hub: Hub):
        self._hub = hub
        self.hands = 0
        """How often the desk was handed over."""
        self.poll: Poll | None = None
        self._asked = 0
        self._phones = 0
        """The most that followed while this was asked."""
        self._told = self._now()
        self._task: asyncio.Task | None = None

    @property
    def followers(self) -> int:
        return sum(sink.follows for sink in self._hub.sinks)

    def next_id(self) -> int:
        self._asked += 1
        return self._asked

    def ask(self, poll: Poll | None) -> None:
        """This is asked from now on; None: nothing any more."""
        self.poll, self._phones = poll, self.followers
        self.show()

    def show(self) -> None:
        """What is asked, or was opened, as it stands now."""
        poll = self.poll
        self._hub.tell("ask", lambda language: pushed(poll, language))
        self.stir()

    def answer(self, sink: Sink, said: dict[str, Any]) -> None:
        """A phone says what it expects, and is told whether that was taken."""
        poll = self.poll
        if poll is None or said.get("ask") != poll.id:
            refused = say("This question is closed.")
        elif not sink.token:
            refused = say("Load this page again to answer.")
        else:
            refused = poll.guess(sink.token, said["answer"], self._phones)
        with override(sink.language):
            taken = {"ask": said.get("ask"), "value": None if refused else said["answer"], "no": refused.plain}
        sink.write(Frame(msgspec.json.encode({"answered": taken}).decode()))
        self.stir()

    def stir(self) -> None:
        """Something changed: it is told soon, together with what changes until then."""
        self._phones = max(self._phones, self.followers)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._tell())

    def close(self) -> None:
        if self._task:
            self._task.cancel()

    async def _tell(self) -> None:
        while (now := self._now()) != self._told:
            self._told = now
            said = msgspec.json.encode({"audience": now}).decode()
            self._hub.tell("audience", lambda language, said=said: said)
            await asyncio.sleep(PACE)

    def _now(self) -> dict:
        asked = {} if self.poll is None else {"answered": self.poll.answered, "of": max(self._phones, self.poll.answered)}
        return {"n": self.followers, "hands": self.hands, **asked}

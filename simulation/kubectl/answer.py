"""What a line comes to: text for stdout and stderr with an exit code, at once or bit by bit while the cluster changes."""

from typing import Any, NamedTuple

import msgspec

from simulation.commands import Command
from simulation.store import Store


class Answer(msgspec.Struct, frozen=True):
    """`code` is None while a line is still running."""

    out: str = ""
    err: str = ""
    code: int | None = 0
    note: str = ""
    """A sentence of ours beside what kubectl says."""


class Change(NamedTuple):
    """One write to the store; `old` is None before creation, `new` after removal. Events are only known as they are now."""

    at_ms: int
    kind: str
    old: Any
    new: Any


class Running:
    """A line that goes on: `begin` once, then `see` for each change and `pass_time` now and then, until `code` is set.

    It must not be asked again after that. What it prints waits in it for `take`.
    """

    kinds: tuple[str, ...] = ()
    """The kinds whose changes it wants to see."""

    def __init__(self) -> None:
        self.code: int | None = None
        self._out: list[str] = []
        self._err: list[str] = []

    def begin(self, store: Store) -> None:
        """What it says at first."""
        raise NotImplementedError

    def see(self, change: Change) -> None:
        """Something was written."""

    def pass_time(self, store: Store) -> None:
        """It is later now."""

    def moved(self, store: Store) -> None:
        """Somebody moved the playhead: go on from here as if nothing had been missed."""

    def stopped(self) -> Command | None:
        """What Ctrl-C does to the cluster, beside ending the line."""
        return None

    def take(self) -> Answer:
        """What it has printed since the last time."""
        answer = Answer("".join(self._out), "".join(self._err), self.code)
        self._out.clear()
        self._err.clear()
        return answer

    def say(self, line: str) -> None:
        self._out.append(line + "\n")

    def complain(self, line: str) -> None:
        self._err.append(line + "\n")

    def end(self, code: int) -> None:
        if self.code is None:
            self.code = code

"""What the presenter typed or pressed lately and what kubectl answered, for those who follow: they see the same terminal.

Only those whose page shows it are told. What somebody missed comes again as a whole when he asks again.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from .frame import Frame
from .sink import SLOW_BYTES, Sink

LINES = 30
SIGNS = 6_000
"""Of one line's output, the last ones."""


class Printed(msgspec.Struct):
    id: int
    line: str
    t: int
    """Simulated milliseconds."""
    out: str = ""
    err: str = ""


class Transcript:
    """`sinks()` are all who watch, `hues()` the hue of each name in the text."""

    def __init__(self, sinks: Callable[[], list[Sink]], hues: Callable[[], dict[str, int]]):
        self._sinks = sinks
        self._hues = hues
        self._printed: dict[int, Printed] = {}
        self._count = 0

    def say(self, line: str, t: int, out: str = "", err: str = "") -> int:
        """A line and what it said at once. Returns the number under which more of it may come."""
        self._count += 1
        self._printed[self._count] = Printed(self._count, line, t)
        while len(self._printed) > LINES:
            del self._printed[next(iter(self._printed))]
        self.add(self._count, t, out, err)
        return self._count

    def add(self, number: int, t: int, out: str, err: str = "") -> None:
        """More of a line that runs on; one that was forgotten meanwhile says no more."""
        printed = self._printed.get(number)
        if printed is None:
            return
        first = not printed.out and not printed.err
        printed.out, printed.err = _last(printed.out + out), _last(printed.err + err)
        more: dict[str, Any] = {"id": number, "t": t, "out": _last(out), "err": _last(err)}
        self._tell([more | {"line": printed.line} if first else more])

    def hear(self, sink: Sink) -> None:
        """This viewer shows the terminal from now on; he gets what there is."""
        sink.hears = True
        sink.write(self._frame(list(self._printed.values()), anew=True))

    def _tell(self, printed: list[dict[str, Any]]) -> None:
        hearing = [sink for sink in self._sinks() if sink.hears and sink.buffered() <= SLOW_BYTES]
        if hearing:
            frame = self._frame(printed)
            for sink in hearing:
                sink.write(frame)

    def _frame(self, printed: list[Any], anew: bool = False) -> Frame:
        return Frame(msgspec.json.encode({"printed": printed, "anew": anew, "hues": self._hues()}).decode())


def _last(text: str) -> str:
    """The end of it, in whole lines."""
    return text if len(text) <= SIGNS else text[-SIGNS:].partition("\n")[2]

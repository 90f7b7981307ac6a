"""What the desk says, as data: plain text with versions, code and emphasis in it. It speaks no language yet.

`html` is the text for a page, escaped, in the language of its reader, and `plain` the same without any markup; `str` is English, for what
is kept or given away.
"""

import re
from collections.abc import Iterator
from html import escape
from typing import Any, NamedTuple

from django.utils.translation import gettext, ngettext

PLACE = re.compile(r"\{(\w+)\}")


class Version(NamedTuple):
    """A version's name on its hue."""

    label: str
    hue: int

    def __html__(self) -> str:
        return f'<b class="vt" data-hue="{self.hue}">{escape(self.label)}</b>'

    def __str__(self) -> str:
        return self.label


class Code(NamedTuple):
    text: str

    def __html__(self) -> str:
        return f"<code>{escape(self.text)}</code>"

    def __str__(self) -> str:
        return self.text


class Markup(str):
    """HTML that is safe to print."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


class Text(tuple):
    """Runs of str, Version, Code and Strong in order."""

    __slots__ = ()

    @property
    def html(self) -> Markup:
        """For templates, which turn into str whatever is not one."""
        return Markup(self.__html__())

    def __html__(self) -> str:
        return "".join(escape(run) if type(run) is str else run.__html__() for run in self)

    def __str__(self) -> str:
        return "".join(map(str, self))

    @property
    def plain(self) -> str:
        """For attributes, for pictures, and for scripts that write text."""
        return "".join(map(str, self.told()))

    def runs(self) -> Iterator["str | Version | Code"]:
        """In English and in order, with nothing inside another."""
        for run in self:
            yield from run.runs() if isinstance(run, Text) else (run,)

    def told(self) -> Iterator["str | Version | Code"]:
        """The same in the reader's language."""
        for run in self:
            yield from run.told() if isinstance(run, Text) else (run,)


class Strong(Text):
    __slots__ = ()

    def __html__(self) -> str:
        return f"<b>{super().__html__()}</b>"


class Said(Text):
    """(a sentence in English, the same of several things or "", how many, ((name, value), …)): each `{name}` in it is a value."""

    __slots__ = ()

    def __html__(self) -> str:
        found = {name: _shown(value) for name, value in self[3]}
        return PLACE.sub(lambda place: found.get(place[1], place[0]), escape(self._translated()))

    def __str__(self) -> str:
        return "".join(map(str, self.runs()))

    def runs(self) -> Iterator["str | Version | Code"]:
        one, many, n, _ = self
        for value in self._filled(many if many and n != 1 else one):
            yield from value.runs() if isinstance(value, Text) else (value if isinstance(value, Version | Code) else str(value),)

    def told(self) -> Iterator["str | Version | Code"]:
        for value in self._filled(self._translated()):
            yield from value.told() if isinstance(value, Text) else (value if isinstance(value, Version | Code) else str(value),)

    def _translated(self) -> str:
        one, many, n, _ = self
        return ngettext(one, many, n) if many else gettext(one)

    def _filled(self, sentence: str) -> Iterator[Any]:
        found = dict(self[3])
        return (found.get(piece, f"{{{piece}}}") if i % 2 else piece for i, piece in enumerate(PLACE.split(sentence)))


def _shown(value: Any) -> str:
    return value.__html__() if hasattr(value, "__html__") else escape(str(value))


Run = str | Version | Code | Text


def say(sentence: str, **values: Any) -> Said:
    """A sentence that the catalogues know."""
    return Said((sentence, "", 0, tuple(values.items())))


def counted(one: str, many: str, n: int, **values: Any) -> Said:
    """A sentence about `n` things, as it is of one and of several."""
    return Said((one, many, n, tuple({"n": n, **values}.items())))


def text(*runs: Run) -> Text:
    return Text(runs)


def strong(*runs: Run) -> Strong:
    return Strong(runs)


NOTHING = text()
NONE = counted("none", "none", 0)
"""Of several things: in other languages that is not what is said of one."""


class Line(NamedTuple):
    """A line of the log: when, its sign, what happened, the sum or the words behind it, and whether it is bad."""

    time: int
    glyph: str
    words: Text
    sum: Text = NOTHING
    bad: bool = False


def clock(ms: int) -> str:
    """1:27, or 1:02:03 from an hour on."""
    return of_seconds(ms // 1000)


def of_seconds(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def thousands(n: int) -> str:
    """12 480, with a space that does not break."""
    return f"{n:,}".replace(",", "\u00a0")


def of_pods(n: int) -> Said:
    return counted("{n} pod", "{n} pods", n)

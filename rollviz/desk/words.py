"""What the desk says, as data: plain text with versions, code and emphasis in it. `html` is the same, escaped."""

from html import escape
from typing import NamedTuple


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


class Strong(Text):
    __slots__ = ()

    def __html__(self) -> str:
        return f"<b>{super().__html__()}</b>"


Run = str | Version | Code | Text


def text(*runs: Run) -> Text:
    return Text(runs)


def strong(*runs: Run) -> Strong:
    return Strong(runs)


NOTHING = text()


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


def pods(n: int) -> str:
    return f"{n} pod" if n == 1 else f"{n} pods"


def pick(n: int, one: str, many: str) -> str:
    return one if n == 1 else many

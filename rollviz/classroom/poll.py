"""One question to a class: phones guess until it is opened, then there is the truth beside how many guessed what, and the guesses are gone.

Nobody can be told from a guess: it is kept under a phone's random token, and only until the question is opened.
"""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from zlib import crc32

from django.template import loader
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_noop as noop
from django.utils.translation import override

from rollviz.desk import scale
from rollviz.desk.markdown import Markdown
from rollviz.desk.words import NOTHING, Markup, Text, counted, say
from rollviz.language import ENGLISH

MOST_ROWS = 25
"""Of a drawing; on a larger scale, guesses that lie together are drawn together."""
MOST_SQUARES = 24
"""In a row; if more guessed the same, a square is several people."""


AHEAD = (5, 10, 30, 60)
ASKS = {
    "versions": noop("How many pods of each version in {seconds} s?"),
    "available": noop("How many pods are available in {seconds} s?"),
    "next": noop("Which pod goes first in the next {seconds} s?"),
    "finishes": noop("Is the rollout finished in {seconds} s?"),
    "moves": noop("Does anything move in the next {seconds} s?"),
}
"""What can be asked on the spot: how it is called for the engine, and how for people."""

PARTS = ("title", "panel", "why", "phone", "desk")


class Column(NamedTuple):
    """A fader of the ghost desk. `now` is where the real one stands."""

    label: str
    hue: str
    now: int


class Row(NamedTuple):
    """How many guessed the same, or nearly."""

    at: float
    label: str
    n: int
    right: int
    squares: tuple[bool, ...]
    """One for each person, or for each few; true for those who were right."""


class Opened(NamedTuple):
    told: Text
    rows: tuple[Row, ...]
    guesses: int
    right: int
    true: int | None
    """Where the truth is on the scale, or which option it is."""
    unit: int
    """How many people a square is."""
    sum: tuple
    why: Markdown

    @property
    def said(self) -> Text:
        if not self.guesses:
            return say("Nobody guessed.")
        if self.true is None:
            return say("None of {guesses} said so.", guesses=self.guesses)
        return say("{right} of {guesses} said so.", right=self.right, guesses=self.guesses)


class Poll:
    """`columns` are dragged, or one of `options` is chosen; `top` is the faders' scale. `focus` is the column that is drawn when opened.

    `counted`: the options are numbers of what is on that scale, and so can be drawn on it.
    """

    resolve: Callable[[], Awaitable[None]]
    """Finds out what is so, and opens."""

    def __init__(
        self,
        id: int,
        ask: str | Text,
        columns: tuple[Column, ...],
        options: tuple[str, ...],
        top: int,
        focus: int = 0,
        counted: bool = False,
    ):
        self.id = id
        self.ask = ask
        self.columns = columns
        self.options = options
        self.top = top
        self.focus = focus
        self.on_scale = not options or counted and top <= MOST_ROWS and all(option.isdigit() and int(option) <= top for option in options)
        self.lines: tuple[str, ...] = ()
        """What is done when it is opened, as kubectl lines."""
        self.opened: Opened | None = None
        self._guesses: dict[str, tuple[int, ...]] = {}

    @property
    def words(self) -> Markup:
        """What is asked, for a page."""
        return (self.ask if isinstance(self.ask, Text) else say(self.ask)).html

    @property
    def answered(self) -> int:
        return self.opened.guesses if self.opened else len(self._guesses)

    @property
    def focus_label(self) -> Text:
        guesses = counted("{n} guess", "{n} guesses", self.answered)
        return say("{guesses} for {version}", guesses=guesses, version=self.columns[self.focus].label) if len(self.columns) > 1 else guesses

    @property
    def numbers(self) -> range:
        return scale.numbers(self.top)

    def guess(self, token: str, value: Any, phones: int) -> Text:
        """One phone says, or changes, what it expects. Returns why that is not taken, nothing if it is. No more answer than `phones`."""
        if self.opened:
            return say("It has been opened: this guess came too late.")
        if not self._is_possible(value):
            return say("This is none of the answers.")
        if token not in self._guesses and len(self._guesses) >= phones:
            return say("There are as many answers as phones already.")
        self._guesses[token] = tuple(value)
        return NOTHING

    def open(self, truth: tuple[int, ...] | None, told: Text, sum_: tuple = (), why: str = "") -> None:
        """The truth, as a guess would say it (None if no guess could), and in words. The guesses become counts."""
        values = list(self._guesses.values())
        self._guesses.clear()
        true = None if truth is None else self._place(truth)
        heaps = self._heaps([self._place(value) for value in values])
        unit = -(-max(map(len, heaps.values()), default=1) // MOST_SQUARES) or 1
        rows = tuple(self._row(heap, said, true, unit) for heap, said in self._in_order(heaps))
        self.opened = Opened(told, rows, len(values), values.count(truth), true, unit, sum_, Markdown(why))

    def _place(self, value: tuple[int, ...]) -> int:
        """Where a guess is drawn: on the scale, or which of the options it is."""
        return int(self.options[value[0]]) if self.options and self.on_scale else value[self.focus]

    def _heaps(self, said: list[int]) -> dict[range, list[int]]:
        """What was said by option, by number, or on a large scale by a few numbers that lie together."""
        width = -(-self.top // MOST_ROWS) if self.on_scale else 1
        heaps: dict[range, list[int]] = {} if self.on_scale else {range(i, i + 1): [] for i in range(len(self.options))}
        for value in said:
            begin = value - value % width
            heaps.setdefault(range(begin, min(begin + width, self.top + 1)), []).append(value)
        return heaps

    def _in_order(self, heaps: dict[range, list[int]]) -> list[tuple[range, list[int]]]:
        """Options as they are offered, numbers from above."""
        return sorted(heaps.items(), key=lambda heap: heap[0].start, reverse=self.on_scale)

    def _row(self, heap: range, said: list[int], true: int | None, unit: int) -> Row:
        first, last = heap.start, heap.stop - 1
        label = self.options[first] if not self.on_scale else str(first) if first == last else f"{first}–{last}"
        right = said.count(true)
        filled = -(-right // unit)
        return Row((first + last) / 2, label, len(said), right, tuple(i < filled for i in range(-(-len(said) // unit))))

    def _is_possible(self, value: Any) -> bool:
        if not isinstance(value, list) or not all(type(n) is int for n in value):
            return False
        if self.options:
            return len(value) == 1 and 0 <= value[0] < len(self.options)
        return len(value) == len(self.columns) and all(0 <= n <= self.top for n in value)


def part(poll: Poll | None, name: str, oob: bool = False) -> SafeString:
    """What stands of it in this place. Hidden where nothing is asked."""
    phase = "" if poll is None else f"{poll.id} {'opened' if poll.opened else 'open'}"
    context = {"poll": poll, "oob": oob, "h": f"{crc32(phase.encode()):08x}"}
    return mark_safe(loader.get_template(f"classroom/_poll_{name}.html").render(context).strip())


def pushed(poll: Poll | None, language: str = ENGLISH) -> str:
    """All of it; each page takes what it has a place for."""
    with override(language):
        return "".join(part(poll, name, True) for name in PARTS)

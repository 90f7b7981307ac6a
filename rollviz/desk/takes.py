"""The takes of a desk as lanes on one scale: where each left which other, what was done in it, what came of it."""

from typing import NamedTuple

from rollviz.desk.words import clock


class Take(NamedTuple):
    """`parent` is 0 for the first, which begins at the start; `times` are the milliseconds of its own commands."""

    number: int
    parent: int
    from_ms: int
    end_ms: int
    times: tuple[int, ...]
    said: str
    """What the desk said when it was left, "" while it is on the desk."""
    here: bool
    """It is on the desk now."""


class Lane(NamedTuple):
    number: int
    words: str
    start: int
    end: int
    """Milliseconds; of the take that is on the desk the page knows better."""
    ticks: tuple[int, ...]
    here: bool


class Lanes(NamedTuple):
    lanes: tuple[Lane, ...]
    next: int
    """The number that a new take would have; 0 if touching something goes on with this one."""


def lanes(takes: tuple[Take, ...], live: bool) -> Lanes | None:
    """None if there is nothing to choose: one take, seen at its end."""
    if len(takes) < 2 and live:
        return None
    made = tuple(Lane(t.number, _words(t), t.from_ms, 0 if t.here else t.end_ms, t.times, t.here) for t in takes)
    return Lanes(made, 0 if live else len(takes) + 1)


def _words(take: Take) -> str:
    begins = f"leaves take {take.parent} at {clock(take.from_ms)}" if take.parent else "from the start"
    n = len(take.times)
    done = f"{n} command" if n == 1 else f"{n} commands"
    return f"{begins}, {done}. {take.said}".strip()

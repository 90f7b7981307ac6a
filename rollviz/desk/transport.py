"""What the page posts about time becomes a Move, or the place where a hand drags the playhead, or a refusal."""

from collections.abc import Mapping

from rollviz.desk.words import say
from rollviz.rooms.clock import SPEEDS
from rollviz.rooms.limits import LIFE_SECONDS
from rollviz.rooms.move import Move
from rollviz.rooms.refusals import Refused

WAYS = ("next", "previous")


def move(post: Mapping[str, str]) -> Move:
    """Stepping and jumping pause, so that one can look."""
    step, mark = _way(post, "step"), _way(post, "mark")
    paused = {"yes": True, "no": False}.get(post.get("paused", ""))
    return Move(
        paused=True if step or mark else paused,
        speed=_speed(post),
        take=_whole(post, "take", 10_000),
        undo=post.get("undo") == "yes",
        seek="end" if post.get("seek") == "end" else milliseconds(post, "seek"),
        mark=mark,
        step=step,
        skip="next" if post.get("skip") == "next" else milliseconds(post, "skip"),
    )


def drag(post: Mapping[str, str]) -> tuple[int, float] | None:
    """(the millisecond under the hand, when the hand said so); None if this is no drag."""
    when = milliseconds(post, "drag")
    return None if when is None else (when, _whole(post, "said", 2**53) or 0)


def milliseconds(post: Mapping[str, str], name: str) -> int | None:
    """A place in simulated time."""
    return _whole(post, name, LIFE_SECONDS * 1000)


def _whole(post: Mapping[str, str], name: str, most: int) -> int | None:
    text = post.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 17 and int(text) <= most):
        raise Refused(say("{name} must be a whole number from 0 to {most}.", name=name, most=most), name)
    return int(text)


def _way(post: Mapping[str, str], name: str) -> str:
    way = post.get(name, "")
    if way and way not in WAYS:
        raise Refused(say("{name} goes to the next or the previous one.", name=name), name)
    return way


def _speed(post: Mapping[str, str]) -> float | None:
    text = post.get("speed")
    if text is None:
        return None
    found = next((speed for speed in SPEEDS if f"{speed:g}" == text), None)
    if found is None:
        raise Refused(say("The speeds are ¼, 1, 4, 16 and 64."), "speed")
    return found

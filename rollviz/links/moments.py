"""What is going on at a link's moment, in the desk's own words, if that can be found out for next to nothing.

A crawler's GET may ask for any run that somebody thought up. So it is played for a few milliseconds; a run that takes longer is
described by what it holds. Whoever makes a link from a desk knows the words already, and notes them here.
"""

import hashlib
import time
from typing import NamedTuple

from rollviz.desk.words import clock
from rollviz.links.opening import drawn
from simulation import links
from simulation.api.errors import StatusError
from simulation.recording import Recording
from simulation.scenario import Scenario

BUDGET = 0.015
"""Seconds of CPU that one link may be played for."""
MOST_PODS = 200
"""Wanted pods beyond which a single step of a controller could use up the budget."""
MOST_BEGUN = 400
MOST_DONE = 600
"""Knots (`links.knots`) beyond which what a run begins with, or all its commands together, are not tried: a manifest of many objects
takes as long to create as a page may take in all."""
KEPT = 2_000


class Moment(NamedTuple):
    """`title` and `words` for the head of a page, `lesson` what the desk is called; `same` false if the lesson's text has changed."""

    title: str
    words: str
    lesson: str
    same: bool


_noted: dict[bytes, Moment] = {}


def note(text: str, moment: Moment) -> None:
    """The words that a desk had when this link was made."""
    _noted[key_of(text)] = moment
    while len(_noted) > KEPT:
        del _noted[next(iter(_noted))]


def moment_of(text: str, run: links.Run) -> Moment:
    """Raises links.BadLink for a run that is refused: what it begins with, or what it does in the time there is for it."""
    if key_of(text) not in _noted:
        note(text, _found(run))
    return _noted[key_of(text)]


def key_of(text: str) -> bytes:
    """What is remembered of a link, which may be long."""
    return hashlib.sha256(text.encode()).digest()


def words_of(now: str, run: links.Run, lesson: str, same: bool = True) -> Moment:
    """`now` is the desk's headline at the run's moment, "" if nobody knows it."""
    at, n = clock(run.at_ms), len(run.commands)
    done = "nothing was touched" if not n else "1 command was given" if n == 1 else f"{n} commands were given"
    first, _, rest = now.partition(". ")
    if run.opens == "start":
        title = f"{lesson}, from the start"
        words = f"Plays {'the run' if not n else '1 command' if n == 1 else f'{n} commands'} again from 0:00, on the same seed."
        words += f" At {at}: {now}" if now else ""
    elif now:
        title, words = f"{first.removesuffix('.')}, at {at}", f"{rest} Move the faders and see what the Deployment does.".strip()
    else:
        title, words = f"{lesson}, at {at}", f"Up to here {done}. Open it and see what the Deployment does."
    return Moment(title[:200], words[:400], lesson, same)


def _found(run: links.Run) -> Moment:
    deadline = time.thread_time() + BUDGET
    if isinstance(run.scenario, str) and links.knots(run.scenario) > links.LINK.knots:
        return words_of("", run, title_of(None))
    try:
        begins, same = links.begin(run)
        now = _peek(run, Recording(begins, run.seed), deadline) if _is_light(run) else ""
    except StatusError as error:
        raise links.BadLink(f"What this link begins with is refused: {error.message[:300]}") from None
    except links.Refused as error:
        raise links.BadLink(f"This link holds a run that cannot be played. {str(error)[:300]}") from None
    return words_of(now, run, title_of(begins), same)


def _is_light(run: links.Run) -> bool:
    begins = links.knots(run.scenario) if isinstance(run.scenario, str) else 0
    return begins <= MOST_BEGUN and links.knots(str(run.commands)) <= MOST_DONE


def title_of(begins: Scenario | None) -> str:
    return (begins.title[:100] if begins else "") or "A desk"


def _peek(run: links.Run, recording: Recording, deadline: float) -> str:
    for _ in links.play(run, recording):
        if time.thread_time() > deadline or _wanted(recording) > MOST_PODS:
            return ""
    return str(drawn(recording).parts["now"][1])


def _wanted(recording: Recording) -> int:
    store = recording.cluster.store
    return sum(obj.spec.replicas or 0 for kind in ("Deployment", "ReplicaSet") for obj in store.list(kind))

"""What is going on at a link's moment, in the desk's own words, if that can be found out for next to nothing.

A crawler's GET may ask for any run that somebody thought up. So it is played for a few milliseconds; a run that takes longer is
described by what it holds. Whoever makes a link from a desk knows the words already, and notes them here.
"""

import hashlib
import time
from typing import NamedTuple

from django.utils.translation import gettext

from rollviz.desk.words import NOTHING, Text, clock, counted, say
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
    """A run as far as it is known; `title` and `words` are for the head of a page, in the language of its reader."""

    now: Text
    """The desk's headline at the run's moment; nothing if nobody knows it."""
    at: str
    commands: int
    opens: str
    """As links.Run.opens."""
    begins: str
    """What the desk is called, "" for a nameless one."""
    same: bool
    """False if the lesson's text has changed."""

    @property
    def lesson(self) -> str:
        return gettext(self.begins) if self.begins else gettext("A desk")

    @property
    def title(self) -> str:
        if self.opens == "start":
            return say("{desk}, from the start", desk=self.lesson).plain[:200]
        first = self.now.plain.partition(". ")[0].removesuffix(".")
        return say("{what}, at {at}", what=first or self.lesson, at=self.at).plain[:200]

    @property
    def words(self) -> str:
        return (self._of_start() if self.opens == "start" else self._of_moment())[:400]

    def _of_start(self) -> str:
        plays = counted(
            "Plays {n} command again from 0:00, on the same seed.", "Plays {n} commands again from 0:00, on the same seed.", self.commands
        )
        if not self.commands:
            plays = say("Plays the run again from 0:00, on the same seed.")
        return plays.plain + (f" {say('At {at}: {now}', at=self.at, now=self.now).plain}" if self.now else "")

    def _of_moment(self) -> str:
        if self.now:
            rest = self.now.plain.partition(". ")[2]
            return f"{rest} {gettext('Move the faders and see what the Deployment does.')}".strip()
        return f"{self._done()} {gettext('Open it and see what the Deployment does.')}"

    def _done(self) -> str:
        if not self.commands:
            return gettext("Up to here nothing was touched.")
        return counted("Up to here {n} command was given.", "Up to here {n} commands were given.", self.commands).plain


class Kept(NamedTuple):
    """What was said of a run when it was kept, in the language of whoever did that."""

    title: str
    words: str
    lesson: str = ""
    same: bool = True


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


def moment_at(now: Text, run: links.Run, begins: Scenario | None, same: bool = True) -> Moment:
    return Moment(now, clock(run.at_ms), len(run.commands), run.opens, begins.title[:100] if begins else "", same)


def _found(run: links.Run) -> Moment:
    deadline = time.thread_time() + BUDGET
    if isinstance(run.scenario, str) and links.knots(run.scenario) > links.LINK.knots:
        return moment_at(NOTHING, run, None)
    try:
        begins, same = links.begin(run)
        now = _peek(run, Recording(begins, run.seed), deadline) if _is_light(run) else NOTHING
    except StatusError as error:
        raise links.BadLink(f"What this link begins with is refused: {error.message[:300]}") from None
    except links.Refused as error:
        raise links.BadLink(f"This link holds a run that cannot be played. {str(error)[:300]}") from None
    return moment_at(now, run, begins, same)


def _is_light(run: links.Run) -> bool:
    begins = links.knots(run.scenario) if isinstance(run.scenario, str) else 0
    return begins <= MOST_BEGUN and links.knots(str(run.commands)) <= MOST_DONE


def _peek(run: links.Run, recording: Recording, deadline: float) -> Text:
    for _ in links.play(run, recording):
        if time.thread_time() > deadline or _wanted(recording) > MOST_PODS:
            return NOTHING
    return drawn(recording).parts["now"][1]


def _wanted(recording: Recording) -> int:
    store = recording.cluster.store
    return sum(obj.spec.replicas or 0 for kind in ("Deployment", "ReplicaSet") for obj in store.list(kind))

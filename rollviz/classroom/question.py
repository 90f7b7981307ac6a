"""A question at a moment of the desk: what a class can guess of it, and what the engine says is so when its second has come."""

import contextlib
from collections.abc import Callable

from django.utils.translation import gettext_noop as noop

from rollviz.classroom.poll import Column, Poll
from rollviz.desk.asked import TELL, sum_of, touched
from rollviz.desk.memory import memory_of
from rollviz.desk.sets import Strip
from rollviz.desk.versions import version_called
from rollviz.desk.words import NOTHING, Text, Version, clock, say, text
from rollviz.rooms.refusals import Refused
from rollviz.rooms.room import Room
from simulation.api.errors import StatusError
from simulation.lesson import Action, Question
from simulation.questions import Answer, answer, choice_of

COUNTED = ("available", "pods", "endpoints")
"""What is as many as a fader says."""
PODS = 4
"""To choose from, at most, besides none of them."""


class Asked:
    """`act` comes between the question and its answer: it is done when the answers are opened."""

    def __init__(self, room: Room, question: Question, act: Action | None = None):
        self.room = room
        self.question = question
        self.act = act
        self.at_ms = room.now
        picture = room.picture()
        self.strips = [s for s in picture.strips if s.deployment == question.deployment]
        columns, options, self.keys, focus = self._guessed()
        self.poll = Poll(room.audience.next_id(), question.ask, columns, options, picture.moving["max"], focus, question.about in COUNTED)
        self.poll.lines = act.lines if act else ()
        self.poll.resolve = self.resolve

    async def resolve(self) -> None:
        """Does what is to be done, brings the desk to the second that was asked about, and opens the answers."""
        if self.act is not None:
            await self._do(self.act)
        until = self.at_ms + self.question.ahead * 1000
        if self.room.now < until:
            await self.room.set_clock(paused=True, seek=until)
        true = self.truth()
        hand = touched(self.room.recording, self.at_ms, until)
        told = self._told(true)
        if hand:
            told = say("Left alone: {told}", told=told)
        self.poll.open(self._true(true), told, sum_of(self.question, true), self.question.why)

    def truth(self) -> Answer:
        return answer(self.question, self.room.recording, self.at_ms)

    def version(self, name: str) -> Version:
        recording = self.room.recording
        return version_called(memory_of(recording), recording.cluster, self.strips[0].namespace if self.strips else "", name)

    async def _do(self, act: Action) -> None:
        """A lesson may have acts that are there to be refused."""
        for command in act.commands:
            with contextlib.suppress(*([StatusError] if act.refused else [])):
                await self.room.do(command)
        self.at_ms = self.room.now

    def _guessed(self) -> "Guessed":
        if self.question.choices:
            return (), tuple(map(str, self.question.choices)), (), 0
        if self.question.about not in GUESSED:
            raise Refused(say("This question has no answers to choose from."), "about")
        return GUESSED[self.question.about](self)

    def _true(self, true: Answer) -> tuple[int, ...] | None:
        if not self.question.choices:
            return TRUE[self.question.about](self, true)
        said = choice_of(true)
        return (self.poll.options.index(said),) if said in self.poll.options else None

    def _told(self, true: Answer) -> Text:
        if self.question.choices or self.question.about not in TOLD:
            return TELL[self.question.about](true, self.room.recording)
        return TOLD[self.question.about](self, true)


Guessed = tuple[tuple[Column, ...], tuple[str, ...], tuple[str, ...], int]
"""Columns, options, what each of them is called in the cluster, and the column that is drawn."""


def _faders(asked: Asked) -> Guessed:
    """Of each version that has pods or is to have some."""
    shown = [s for s in asked.strips if s.v or s.pods or s.target]
    focus = next((i for i, s in enumerate(shown) if s.target), 0)
    return tuple(Column(s.label, str(s.hue), s.v) for s in shown), (), tuple(s.name for s in shown), focus


def _number(asked: Asked) -> Guessed:
    return (Column(noop("available"), "k", sum(s.available for s in asked.strips)),), (), (), 0


def _pods(asked: Asked) -> Guessed:
    """The pod that goes is among them; the others are taken from all versions in turn, so that their number says nothing."""
    true = asked.truth().pod
    named = [[(s, cell.name) for cell in s.pods if cell.state != "terminating"] for s in asked.strips]
    turns = [of_set[i] for i in range(max(map(len, named), default=0)) for of_set in named if i < len(of_set)]
    chosen = [pod for pod in turns if pod[1] == true] + [pod for pod in turns if pod[1] != true]
    shown = sorted(chosen[:PODS], key=lambda pod: (pod[0].label, pod[1]))
    return (), (*(_short(s, name) for s, name in shown), noop("none goes")), tuple(name for _, name in shown), 0


def _short(s: Strip, name: str) -> str:
    return f"{s.label} {name.rpartition('-')[2]}"


def _yes_or_no(asked: Asked) -> Guessed:
    return (), (noop("yes"), noop("no")), (), 0


GUESSED: dict[str, Callable[[Asked], Guessed]] = {
    "versions": _faders,
    "available": _number,
    "next": _pods,
    "finishes": _yes_or_no,
    "moves": _yes_or_no,
}


def _true_pod(asked: Asked, true: Answer) -> tuple[int, ...] | None:
    if not true.pod:
        return (len(asked.keys),)
    return (asked.keys.index(true.pod),) if true.pod in asked.keys else None


def _true_versions(asked: Asked, true: Answer) -> tuple[int, ...]:
    found = {count.replicaset: count.pods for count in true.versions or ()}
    return tuple(found.get(name, 0) for name in asked.keys)


TRUE: dict[str, Callable[[Asked, Answer], tuple[int, ...] | None]] = {
    "versions": _true_versions,
    "available": lambda _, true: (true.available or 0,),
    "next": _true_pod,
    "finishes": lambda _, true: (0 if true.yes else 1,),
    "moves": lambda _, true: (0 if true.yes else 1,),
}


def _told_versions(asked: Asked, true: Answer) -> Text:
    found = NOTHING
    for name, n in zip(asked.keys, _true_versions(asked, true), strict=True):
        said = say(noop("{version} at {n}") if found else noop("{version} is at {n}"), version=asked.version(name), n=n)
        found = text(found, ", " if found else "", said)
    return text(found, ".")


def _told_pod(asked: Asked, true: Answer) -> Text:
    if not true.pod:
        return say("None goes.")
    name = asked.poll.options[asked.keys.index(true.pod)] if true.pod in asked.keys else true.pod
    return say("{pod} goes, at {at}.", pod=name, at=clock(true.at_ms))


TOLD: dict[str, Callable[[Asked, Answer], Text]] = {
    "versions": _told_versions,
    "next": _told_pod,
}

"""A lesson's question as it stands: open until the step's act, then waiting for its second, then answered with the engine's sum.

What somebody guessed stays in his browser. Nothing here knows whether it was right.
"""

from typing import NamedTuple
from weakref import WeakKeyDictionary

from django.utils.translation import gettext_noop as noop

from rollviz.desk.markdown import Markdown
from rollviz.desk.memory import memory_of
from rollviz.desk.versions import version_called
from rollviz.desk.why import Term
from rollviz.desk.words import NOTHING, Code, Text, clock, counted, say, text
from simulation.lesson import Question
from simulation.questions import Answer, answer


class Asked(NamedTuple):
    ask: str
    choices: tuple[str, ...]
    on_meter: bool
    """A guess is a height on the Deployment's meter."""
    holds: bool
    """The clock stands until the act."""
    due: str = ""
    """When the answer comes, once the act is done."""
    told: Text | None = None
    sum: tuple[Term, ...] = ()
    why: Markdown = Markdown()


_answers: WeakKeyDictionary = WeakKeyDictionary()
"""Tape -> {(question's place in the file, asked ms): its answer}; worked out once, when it is due."""


def asked(recording, step: int, acted_ms: int | None) -> Asked | None:
    """The question of this step (from 1), whose act was done then; None if it has none."""
    place, question = next(((i, q) for i, q in enumerate(recording.scenario.questions) if q.step == step), (0, None))
    if question is None:
        return None
    open_ = Asked(question.ask, tuple(map(str, question.choices)), question.about == "available", question.hold)
    if acted_ms is None:
        return open_
    due = acted_ms + question.ahead * 1000
    if recording.now < due:
        return open_._replace(due=clock(due))
    found = _answers.setdefault(recording.tape, {})
    if (place, acted_ms) not in found:
        found[place, acted_ms] = answer(question, recording, acted_ms)
    true = found[place, acted_ms]
    told = TELL[question.about](true, recording)
    if touched(recording, acted_ms, due):
        told = say("Left alone: {told}", told=told)
    return open_._replace(due=clock(due), told=told, sum=sum_of(question, true), why=Markdown(question.why))


def touched(recording, acted_ms: int, due: int) -> bool:
    """Somebody did something more in the meantime, so what the desk shows may differ."""
    return any(acted_ms < timed.at_ms <= due and timed.who != "scenario" for timed in recording.commands)


# -------------------------------------------------------------------------------------------------------------- in words


def _versions(true: Answer, recording) -> Text:
    memory, found = memory_of(recording), NOTHING
    for count in true.versions or ():
        version = version_called(memory, recording.cluster, "", count.replicaset)
        found = text(found, ", " if found else "", say("{n} of {version}", n=count.pods, version=version))
    return text(found, ".") if found else say("Nothing.")


def _available(true: Answer, _) -> Text:
    return counted("{n} pod is available.", "{n} pods are available.", true.available or 0)


def _next(true: Answer, _) -> Text:
    return say("{pod} goes.", pod=Code(true.pod)) if true.pod else say("None goes.")


def _yes(true: Answer) -> Text:
    return say("Yes, at {at}.", at=clock(true.at_ms))


TELL = {
    "versions": _versions,
    "available": _available,
    "pods": lambda true, _: counted("{n} pod.", "{n} pods.", true.count),
    "endpoints": lambda true, _: counted("{n} endpoint.", "{n} endpoints.", true.count),
    "lost": lambda true, _: counted("{n} request is lost.", "{n} requests are lost.", true.count),
    "share": lambda true, _: text(f"{true.count} %."),
    "next": _next,
    "finishes": lambda true, _: _yes(true) if true.yes else say("No."),
    "moves": lambda true, _: _yes(true) if true.yes else say("No, nothing moves."),
}

TERMS = {
    "desired": noop("desired"),
    "max_unavailable": noop("may be missing"),
    "min_available": noop("must stay"),
    "not_available": noop("not available"),
    "available": noop("available"),
    "sent": noop("sent"),
    "answered": noop("answered"),
    "lost": noop("lost"),
    "part": noop("such endpoints"),
    "whole": noop("endpoints"),
}


def sum_of(question: Question, true: Answer) -> tuple[Term, ...]:
    if question.about == "share":
        part, whole = (n for _, n in true.terms)
        return Term(part, TERMS["part"]), Term(whole, TERMS["whole"], "÷"), Term(f"{true.count} %", "of the requests", "=")
    *parts, last = true.terms or [None]
    if last is None:
        return ()
    op = "+" if parts[0][0] not in TERMS else "−"
    first, *rest = (Term(n, TERMS.get(name, name)) for name, n in parts)
    return (first, *(term._replace(op=op) for term in rest), Term(last[1], TERMS[last[0]], "="))

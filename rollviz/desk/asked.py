"""A lesson's question as it stands: open until the step's act, then waiting for its second, then answered with the engine's sum.

What somebody guessed stays in his browser. Nothing here knows whether it was right.
"""

from typing import NamedTuple
from weakref import WeakKeyDictionary

from rollviz.desk.markdown import Markdown
from rollviz.desk.memory import memory_of
from rollviz.desk.versions import version_called
from rollviz.desk.why import Term
from rollviz.desk.words import Code, Text, clock, pick, text
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
    told = text("Left alone: " if touched(recording, acted_ms, due) else "", *TELL[question.about](true, recording))
    return open_._replace(due=clock(due), told=told, sum=sum_of(question, true), why=Markdown(question.why))


def touched(recording, acted_ms: int, due: int) -> bool:
    """Somebody did something more in the meantime, so what the desk shows may differ."""
    return any(acted_ms < timed.at_ms <= due and timed.who != "scenario" for timed in recording.commands)


# -------------------------------------------------------------------------------------------------------------- in words


def _versions(true: Answer, recording) -> list:
    memory, runs = memory_of(recording), []
    for count in true.versions or ():
        version = version_called(memory, recording.cluster, "", count.replicaset)
        runs += [*([", "] if runs else []), f"{count.pods} of ", version]
    return [*runs, "."] if runs else ["Nothing."]


def _available(true: Answer, _) -> list:
    return [f"{true.available} {pick(true.available or 0, 'answers', 'answer')}."]


def _when(no: str):
    return lambda true, _: [f"Yes, at {clock(true.at_ms)}." if true.yes else no]


def _next(true: Answer, _) -> list:
    return [Code(true.pod), " goes."] if true.pod else ["None goes."]


TELL = {
    "versions": _versions,
    "available": _available,
    "pods": lambda true, _: [f"{true.count} {pick(true.count, 'pod', 'pods')}."],
    "endpoints": lambda true, _: [f"{true.count} {pick(true.count, 'endpoint', 'endpoints')}."],
    "lost": lambda true, _: [f"{true.count} {pick(true.count, 'request is', 'requests are')} lost."],
    "share": lambda true, _: [f"{true.count} %."],
    "next": _next,
    "finishes": _when("No."),
    "moves": _when("No, nothing moves."),
}

TERMS = {
    "desired": "desired",
    "max_unavailable": "may be missing",
    "min_available": "must stay",
    "not_available": "not available",
    "available": "available",
    "sent": "sent",
    "answered": "answered",
    "lost": "lost",
    "part": "such endpoints",
    "whole": "endpoints",
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

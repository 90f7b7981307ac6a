"""What stands over the recording: commands in few words, first failures, verdicts, steps of the lesson."""

from typing import NamedTuple
from weakref import WeakKeyDictionary

from django.utils.translation import gettext_noop as noop

from rollviz.desk.bars import span
from rollviz.desk.words import Markup, Text, clock, say, text

MARKS = 40
WORDS = (noop("cannot pull its image"), noop("crashes"), noop("deadline passed"), noop("all done"))
"""What the simulation writes on marks; it speaks English only, so the catalogues find its words here."""


class Mark(NamedTuple):
    at: float
    clock: str
    kind: str
    glyph: str
    words: str
    """In English."""

    @property
    def told(self) -> Text:
        """The words as they can be looked up."""
        return _said(self.kind, self.words)

    @property
    def shown(self) -> Markup:
        """The same, for a page."""
        return self.told.html


def marks(recording) -> tuple[Mark, ...]:
    """Of the whole take, before and after the playhead. Where there are more than fit, the first of each stretch."""
    tape = recording.tape
    known = (len(tape.marks), span(tape.end // 1000))
    if (before := _laid.get(tape)) is None or before[0] != known:
        _laid[tape] = before = known, _lay(tape, known[1])
    return before[1]


_laid: WeakKeyDictionary = WeakKeyDictionary()
"""Tape -> (what they were made of, its marks)."""


def _lay(tape, seconds: int) -> tuple[Mark, ...]:
    commands = iter(tape.commands)
    found: list[Mark] = []
    taken: dict[int, bool] = {}
    for mark in tape.marks:
        command = next(commands).command if mark.kind == "you" else None
        stretch = mark.at_ms * MARKS // (seconds * 1000)
        if len(tape.marks) > MARKS and stretch in taken:
            continue
        if mark.kind == "fault" and "answer" in mark.words:
            continue  # a probe that fails while a pod starts is no fault
        taken[stretch] = True
        words = mark.words if command is None else few_words(command)
        found.append(Mark(mark.at_ms / 1000, clock(mark.at_ms), mark.kind, _glyph(mark), words))
    return tuple(found)


def _said(kind: str, words: str) -> Text:
    """Words of the simulation as they can be looked up; a command, and what Kubernetes calls a node's state, stay as they are."""
    first, _, rest = words.partition(" ")
    if kind == "phase" and first == "step":
        return say("step {n}", n=rest)
    if kind == "node":
        return say("{n} evicted", n=first) if rest == "evicted" else text(words)
    if kind == "fault" and first == "refused:":
        return say("refused: {command}", command=rest)
    if kind == "fault" and first[1:].isdigit():
        return say("{version} {fault}", version=first, fault=say(rest))
    return text(words) if kind == "you" else say(words)


def few_words(command) -> str:
    """A command as it fits over the graph: what it does and to what, no more."""
    words = [word for word in command.kubectl().split() if not word.startswith("-") or word.startswith("--replicas=")]
    if words[:2] == ["set", "image"]:
        return f"set image {words[-1].partition('=')[2]}"
    if words[:2] == ["set", "selector"]:
        return f"select {words[-1]}"[:40]
    if words[0] == "scale":
        return f"scale {words[-1].partition('=')[2]}"
    if words[0] == "rollout":
        return words[1]
    if words[0] == "#":
        return command.kubectl()[2:].replace(": power", "")[:40]
    if words[0] in ("cordon", "uncordon", "drain"):
        return " ".join(words[:2])[:40]
    return " ".join([words[0], *words[2:3]])[:40]


def _glyph(mark) -> str:
    if mark.kind == "phase":
        return "i-ok"
    if mark.kind == "node":
        return "i-ok" if mark.words.endswith(" Ready") else "s-lost"
    if mark.kind == "fault":
        return "s-crash" if "crash" in mark.words else "s-pullerr"
    return "i-you" if mark.kind == "you" else "s-pullerr"

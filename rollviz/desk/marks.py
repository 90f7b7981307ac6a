"""What stands over the recording: commands in few words, first failures, verdicts."""

from typing import NamedTuple

from rollviz.desk.words import clock

MARKS = 40


class Mark(NamedTuple):
    at: float
    clock: str
    kind: str
    glyph: str
    words: str


def marks(recording) -> tuple[Mark, ...]:
    commands = iter(recording.commands)
    marks = []
    for mark in recording.marks:
        words = _few_words(next(commands).command) if mark.kind == "you" else mark.words
        if mark.kind == "fault" and "answer" in words:
            continue  # a probe that fails while a pod starts is no fault
        marks.append(Mark(mark.at_ms / 1000, clock(mark.at_ms), mark.kind, _glyph(mark), words))
    return tuple(marks[-MARKS:])


def _few_words(command) -> str:
    """A command as it fits over the graph: what it does and to what, no more."""
    words = [word for word in command.kubectl().split() if not word.startswith("-") or word.startswith("--replicas=")]
    if words[:2] == ["set", "image"]:
        return f"set image {words[-1].partition('=')[2]}"
    if words[0] == "scale":
        return f"scale {words[-1].partition('=')[2]}"
    if words[0] == "rollout":
        return words[1]
    return " ".join([words[0], *words[2:3]])[:40]


def _glyph(mark) -> str:
    if mark.kind == "fault":
        return "s-crash" if "crash" in mark.words else "s-pullerr"
    return "i-you" if mark.kind == "you" else "s-pullerr"

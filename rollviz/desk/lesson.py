"""A lesson stands beside the desk: steps with a little text, one act each, and a condition that opens the next."""

from typing import NamedTuple

from rollviz.desk.markdown import Markdown
from rollviz.desk.words import clock


class Step(NamedTuple):
    title: str
    text: Markdown
    line: str
    verb: str
    done: bool
    open: bool
    acted: str
    """When the act of this step was done, "" while it was not."""
    nav: str


class Lesson(NamedTuple):
    steps: tuple[Step, ...]
    shown: int
    """The step to open first: the earliest that is not done."""


def lesson(recording) -> Lesson | None:
    """None for a scenario without steps."""
    given = recording.scenario.steps
    if not given:
        return None
    reached = recording.reached
    steps = []
    for i, step in enumerate(given):
        done = i < len(reached)
        line = step.action.run if step.action else ""
        following = given[i + 1].title if i + 1 < len(given) else ""
        nav = (f"step {i + 2}: {following}" if following else "That was all of it.") if done else step.opens
        acted = _acted(recording, i, line) if line else ""
        steps.append(
            Step(step.title, Markdown(step.text), line, step.action.label if step.action else "", done, i <= len(reached), acted, nav)
        )
    return Lesson(tuple(steps), min(len(reached), len(given) - 1) + 1)


def _acted(recording, index: int, line: str) -> str:
    """When this line was run since the step before was done; typing it counts as pressing it. The same line may come in two steps."""
    reached = recording.reached
    if index > len(reached):
        return ""
    since = reached[index - 1] if index else 0
    until = reached[index] if index < len(reached) else recording.now
    times = [timed.at_ms for timed in recording.commands if since <= timed.at_ms <= until and timed.command.kubectl() == line]
    return clock(times[0]) if times else ""

"""A lesson stands beside the desk: steps with a little text, a question, one act each, and a condition that opens the next."""

from typing import NamedTuple

from rollviz.desk.asked import Asked, asked
from rollviz.desk.markdown import Markdown
from rollviz.desk.words import Text, clock, say
from simulation.lesson import Page


class Step(NamedTuple):
    title: str
    text: Markdown
    lines: tuple[str, ...]
    manifest: str
    verb: str
    done: bool
    open: bool
    acted: str
    """When the act of this step was done, "" while it was not."""
    nav: Text
    question: Asked | None
    waits: bool
    """Nothing is to be done but let time pass."""


class Idea(NamedTuple):
    say: Markdown
    line: str


class Lesson(NamedTuple):
    steps: tuple[Step, ...]
    shown: int
    """The step to open first: the earliest that is not done; one more than there are is what comes after them."""
    ideas: tuple[Idea, ...]
    docs: tuple[Page, ...]
    paper: str
    """The name under which it is printed; "" for one that is nobody's but yours."""

    @property
    def over(self) -> bool:
        return self.steps[-1].done

    @property
    def last(self) -> int:
        """The number of the page after the steps."""
        return len(self.steps) + 1


def lesson(recording) -> Lesson | None:
    """None for a scenario without steps."""
    told = recording.scenario
    if not told.steps:
        return None
    steps = tuple(_step(recording, i) for i in range(len(told.steps)))
    after = bool(told.ideas or told.docs)
    shown = min(len(recording.reached), len(steps) - 1 + after) + 1
    return Lesson(
        steps, shown, tuple(Idea(Markdown(idea.say), idea.run or "") for idea in told.ideas), told.docs, told.name if told.number else ""
    )


def _step(recording, i: int) -> Step:
    told, reached = recording.scenario, len(recording.reached)
    step, done = told.steps[i], i < reached
    acted = _acted(recording, i)
    return Step(
        step.title,
        Markdown(step.then if done and step.then else step.text),
        step.action.lines if step.action else (),
        step.action.manifest.strip() if step.action else "",
        step.action.label if step.action else "",
        done,
        i <= reached,
        "" if acted is None else clock(acted),
        _nav(told, i) if done else say(step.opens),
        asked(recording, i + 1, acted),
        i == reached and (step.action is None or acted is not None),
    )


def _nav(told, i: int) -> Text:
    if i + 1 < len(told.steps):
        return say("step {n}: {title}", n=i + 2, title=say(told.steps[i + 1].title))
    return say("try it yourself") if told.ideas or told.docs else say("That was all of it.")


def _acted(recording, index: int) -> int | None:
    """When the act of this step was done, if that was between the step before and its own end. The same lines may come in two steps."""
    reached = recording.reached
    if index > len(reached):
        return None
    since = reached[index - 1] if index else 0
    until = reached[index] if index < len(reached) else recording.now
    return recording.scenario.steps[index].acted(timed for timed in recording.commands if since <= timed.at_ms <= until)

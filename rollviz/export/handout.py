"""A lesson on paper: steps to do, questions to answer, and what the engine showed, played once and drawn from that run."""

from functools import cache
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override

from rollviz.desk.lesson import Idea, Lesson, Step, lesson
from rollviz.desk.words import Text, clock
from rollviz.export import sheet
from rollviz.export.moment import Moment, moment
from rollviz.language import ENGLISH
from simulation import links
from simulation.recording import Recording
from simulation.scenario import Scenario, load
from simulation.walk import Walked, walk


class Figure(NamedTuple):
    at: str
    said: Text
    """The sentence over it."""
    svg: SafeString


class Page(NamedTuple):
    """A step: as it is read before the act, and as it is told after it."""

    number: int
    before: Step
    after: Step
    figure: Figure
    at_ms: int
    """When it is told, and drawn."""


class Handout(NamedTuple):
    scenario: Scenario
    pages: tuple[Page, ...]
    ideas: tuple[Idea, ...]
    path: str
    """The link that opens the lesson."""

    @property
    def asked(self) -> tuple[Page, ...]:
        return tuple(page for page in self.pages if page.after.question)


def handout(name: str) -> Handout:
    """Made once per process and language: the same lesson makes the same run. Raises KeyError for a name that is no lesson's."""
    return _made(name, get_language() or ENGLISH)


@cache
def _made(name: str, language: str) -> Handout:
    with override(language):
        return _handout(name)


def _handout(name: str) -> Handout:
    told = load(name)
    if not told.steps:
        raise KeyError(name)
    recording, walked = walk(told)
    return Handout(told, tuple(_page(recording, step) for step in walked), _lesson(recording).ideas, _link(told))


def _page(recording: Recording, step: Walked) -> Page:
    before, after = (moment(recording, at) for at in (step.before, step.after))
    return Page(step.number, _step(before, step.number), _step(after, step.number), _figure(after), step.after)


def _step(shown: Moment, number: int) -> Step:
    return _lesson(shown.recording).steps[number - 1]


def _lesson(recording: Recording) -> Lesson:
    told = lesson(recording)
    assert told is not None
    return told


def _figure(shown: Moment) -> Figure:
    return Figure(clock(shown.now), shown.picture().parts["now"][1], mark_safe(sheet.draw(shown, sheet.HALF).svg()))


def _link(told: Scenario) -> str:
    begun = Recording(told, told.seed)
    return f"/l/{links.write(links.run_of(told, told.seed, [], 0, 'start', links.state_sum(begun.cluster)))}"

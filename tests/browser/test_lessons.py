"""Each of the twelve lessons, walked to its end by somebody who guesses, presses the step's key and reads on; answers are the engine's."""

import re
from urllib.request import urlopen

import pytest

from simulation.questions import answer, choice_of
from simulation.recording import Recording
from simulation.scenario import Scenario, load, names
from tests.browser.test_desk import faster

pytestmark = pytest.mark.still

LESSONS = [name for name in names() if load(name).number]
PATIENCE_MS = 60_000


def questions_of(lesson) -> dict:
    return {question.step: question for question in lesson.questions}


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_walked_to_its_end(name, new_desk, server):
    lesson = load(name)
    page = new_desk(name, quiet=not refusals(lesson))
    page.set_default_timeout(PATIENCE_MS)
    faster(page, "64")
    told = {}
    for number, step in enumerate(lesson.steps, 1):
        shown = page.locator(f'#lesson [data-step="{number}"]:not([hidden])')
        assert shown.locator("h2").inner_text() == step.title
        question = questions_of(lesson).get(number)
        if question:
            shown.locator(".guess").last.click()
        if step.action:
            press(page, shown, step.action)
        if question:
            told[number] = answered(shown, guess=str(question.choices[-1]))
        shown.locator("[data-next]:not([aria-disabled=true])").click()
    at_the_end(page, lesson)
    assert told == answers_of_the_engine(server, page, lesson)
    assert [said.partition(" (")[0] for said in page.said] == refusals(lesson)


def refusals(lesson) -> list[str]:
    """What the browser itself notes of an answer that is a refusal, once for each act that is there to be refused."""
    return ["error: Failed to load resource: the server responded with a status of 422" for step in lesson.steps if is_refused(step)]


def is_refused(step) -> bool:
    return bool(step.action and step.action.refused)


def press(page, shown, action) -> None:
    shown.locator(".act").click()
    if action.refused:
        page.locator("#say-lesson", has_text=action.refused).wait_for()
    else:
        shown.locator(".act[data-done]").wait_for()


def answered(shown, guess: str) -> list[str]:
    """Yes or no, or the numbers of the answer, once its second has come."""
    said = shown.locator("section.ask h3")
    said.wait_for()
    heard, _, true = said.inner_text().partition(". ")
    assert heard == f"You said {guess}"
    return digest(true)


def digest(true: str) -> list[str]:
    true = true.removeprefix("Left alone: ")
    word = re.match(r"(Yes|No|None)\b", true)
    return [word[1].lower()] if word else re.findall(r"\d+(?= )", re.sub(r"(?<=\d)\s(?=\d{3}\b)", "", true))


def at_the_end(page, lesson) -> None:
    last = page.locator("#lesson [data-step]:not([hidden])")
    assert last.locator("h2").inner_text() == "Try it yourself"
    assert last.locator(".ideas li").count() == len(lesson.ideas)
    assert [link.get_attribute("href") for link in last.locator(".pages a").all()] == [page.url for page in lesson.docs]


def answers_of_the_engine(server, page, lesson) -> dict:
    """The same acts at the same times, without a desk."""
    with urlopen(f"{server.url}/d/{page.desk}/export/scenario.yaml") as answered:
        acts = Scenario.parse(answered.read().decode()).timed_commands()
    run = Recording(lesson, lesson.seed)
    found = {}
    for number, step in enumerate(lesson.steps, 1):
        for _ in step.action.commands if step.action and not is_refused(step) else ():
            at, command = acts.pop(0)
            run.run(at)
            run.do(command)
        if number in questions_of(lesson):
            found[number] = digest_of(answer(questions_of(lesson)[number], run, at))
    assert not acts
    return found


def digest_of(true) -> list[str]:
    if true.versions is not None:
        return [str(count.pods) for count in true.versions]
    if true.count is not None:
        return [str(true.count)]
    return [choice_of(true)]

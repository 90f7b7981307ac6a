"""Every lesson on paper: its steps, its questions without their answers, and the engine's answers and numbers behind them."""

import html
import re

import pytest
from django.test import AsyncClient
from django.utils.translation import gettext, override

from rollviz.export import views
from rollviz.export.handout import handout
from rollviz.export.pen import colour
from rollviz.rooms.limits import Allowances
from simulation import links
from simulation.controllers.deployment import util
from simulation.questions import answer, choice_of
from simulation.recording import Recording
from simulation.scenario import load, names

pytestmark = pytest.mark.usefixtures("static_files")
CAP = rf'fill="{colour("ink")}" text-anchor="middle" font-weight="700">(\d+)</text>'
LESSONS = [name for name in names() if load(name).number]


@pytest.fixture(autouse=True)
def nobody_has_exported(monkeypatch):
    monkeypatch.setattr(views, "exports", Allowances(views.EXPORTS_PER_MINUTE, "exports"))


async def printed(name: str) -> str:
    response = await AsyncClient().get(f"/lessons/{name}/print")
    assert response.status_code == 200
    return html.unescape(response.content.decode())


@pytest.mark.parametrize("name", LESSONS)
async def test_a_lesson_is_printed_with_its_steps_and_its_questions_before_their_answers(name):
    lesson, page = load(name), await printed(name)
    steps, _, answers = page.partition('class="answers"')
    for step in lesson.steps:
        assert step.title in steps
        for line in step.action.lines if step.action and not step.action.manifest else ():
            assert line in steps
    assert page.count('<figure class="pfig">') == len(lesson.steps)
    assert steps.count('<figure class="pfig">') == len(lesson.steps) - len(lesson.questions)
    for question in lesson.questions:
        assert question.ask in steps and question.ask in answers
        assert all(f"</i>{choice}</li>" in steps for choice in question.choices)
    for page_ in lesson.docs:
        assert page_.url in page


async def test_it_is_printed_in_the_readers_language():
    page = html.unescape((await AsyncClient().get(f"/lessons/{LESSONS[0]}/print?lang=de")).content.decode())
    with override("de"):
        titles = {step.title: gettext(step.title) for step in load(LESSONS[0]).steps}
    assert all(f"</b>{german}</h2>" in page and english not in page for english, german in titles.items())
    assert 'aria-label="1 Pod, und niemand zählt ihn."' in page and ">1 Pod, und niemand zählt ihn.</text>" in page


def played(name: str) -> tuple[Recording, dict[int, int]]:
    """The run of the hand-out, act by act, and when each step's act was done."""
    lesson, made = load(name), handout(name)
    run = Recording(lesson, lesson.seed)
    acted = {}
    for step, page in zip(lesson.steps, made.pages, strict=True):
        if step.action:
            run.run(run.now + 1000)
            acted[page.number] = run.now
            for command in step.action.commands if not step.action.refused else ():
                run.do(command)
        run.run(page.at_ms)
    return run, acted


@pytest.mark.parametrize("name", LESSONS)
def test_its_numbers_are_those_of_the_engine(name):
    lesson, made = load(name), handout(name)
    run, acted = played(name)
    for page in made.pages:
        there = run.fork()
        there.seek(page.at_ms)
        caps = [util.replicas_of(rs) for rs in there.cluster.store.list("ReplicaSet")]
        drawn = map(int, re.findall(CAP, page.figure.svg))
        assert sorted(filter(None, drawn)) == sorted(filter(None, caps)), page.number
    for question in lesson.questions:
        said = str(made.pages[question.step - 1].after.question.told)
        true = answer(question, run, acted[question.step])
        word = choice_of(true) if true.count is None else str(true.count)
        assert all(part.lower() in said.lower() for part in word.split(" · ")), f"{said}: {word}"


@pytest.mark.parametrize("name", LESSONS)
def test_its_code_opens_the_lesson_from_its_start(name):
    run = links.read(handout(name).path.removeprefix("/l/"))
    begun, same = links.begin(run)
    assert (begun.name, begun.steps, run.at_ms, run.commands) == (name, load(name).steps, 0, ())


@pytest.mark.parametrize("name", ["blank", "nobody", "..%2fsecret"])
async def test_what_is_no_lesson_is_not_printed(name):
    assert (await AsyncClient().get(f"/lessons/{name}/print")).status_code == 404

"""Every lesson is played to its end, as somebody who presses each key would, and held to all that it claims, at each instant."""

import re

import pytest

from simulation.api.errors import StatusError
from simulation.api.validation import validate_deployment_status, validate_replicaset_status
from simulation.conditions import Condition, condition, holds
from simulation.kubectl.parse import parse
from simulation.questions import answer, choice_of
from simulation.recording import Recording
from simulation.scenario import load, names

LESSONS = [name for name in names() if load(name).number]
PATIENCE_MS = 600_000
LINES = 3
LETTERS_IN_A_LINE = 46
"""Of a step's text in the panel beside the desk, on a laptop."""


def test_the_lessons_come_in_order_and_the_blank_desk_last():
    assert [load(name).number for name in names()] == [*range(1, len(LESSONS) + 1), 0]
    assert names()[-1] == "blank"


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_short_steps_of_three_lines(name):
    lesson = load(name)
    assert 4 <= len(lesson.steps) <= 8 and 2 <= lesson.minutes <= 5 and lesson.side in "AB" and lesson.summary
    for step in lesson.steps:
        for text in (step.text, step.then):
            assert len(plain(text)) <= LINES * LETTERS_IN_A_LINE, f"{step.title}: {len(plain(text))}"
            assert "!" not in text + step.title
        assert step.opens.startswith("opens when "), step.title


def plain(text: str) -> str:
    """As it is read: a line break in the file is none on the page, and signs of Markdown are not letters."""
    return " ".join(text.split()).replace("`", "").replace("**", "").replace("[", "").replace("]", "")


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_asks_before_it_shows_and_ends_with_what_to_try_and_to_read(name):
    lesson = load(name)
    assert lesson.questions and lesson.ideas and lesson.docs and lesson.claims
    for question in lesson.questions:
        assert question.choices and question.why, question.ask
        assert lesson.steps[question.step - 1].action, f"{question.ask}: nothing is done in that step"
    assert len({question.step for question in lesson.questions}) == len(lesson.questions)


@pytest.mark.parametrize("name", LESSONS)
def test_the_key_of_a_step_shows_the_very_lines_that_it_runs(name):
    for step in load(name).steps:
        if step.action and not step.action.manifest:
            assert tuple(map(parse, step.action.lines)) == step.action.commands


class Told:
    """A lesson played to its end, with its claims held at each instant in which something was written."""

    def __init__(self, name: str, seed: int | None, pause_ms: int) -> None:
        self.lesson = load(name)
        self.run = Recording(self.lesson, self.lesson.seed if seed is None else seed)
        self.promises = [Promise(claim) for claim in self.lesson.claims if claim.answer is None]
        self.answers = {}
        self.done = 0
        for number, step in enumerate(self.lesson.steps, 1):
            if step.action:
                self.act(step)
                self.answer(number)
            self.wait(number, step)
            self.done += 1
            self.look()
            if not is_held(self.lesson, number + 1):
                self.pass_time(pause_ms)
        self.pass_time(2000)

    @property
    def cluster(self):
        return self.run.cluster

    def act(self, step) -> None:
        for command in step.action.commands:
            if step.action.refused:
                with pytest.raises(StatusError, match=re.escape(step.action.refused)):
                    self.run.do(command)
            else:
                self.run.do(command)
        self.look()

    def answer(self, number: int) -> None:
        for question in self.lesson.questions:
            if question.step == number:
                self.answers[number] = choice_of(answer(question, self.run, self.run.now))

    def wait(self, number: int, step) -> None:
        until = self.run.now + PATIENCE_MS
        while len(self.run.reached) < number:
            assert self.run.now < until, f"{step.title}: {step.opens}"
            self.pass_time(1000 - self.run.now % 1000)

    def pass_time(self, ms: int) -> None:
        until = self.run.now + ms
        while self.run.now < until:
            due, revision = self.cluster.engine.due(), self.cluster.store.revision
            self.run.run(until if due is None else min(until, max(due, self.run.now + 1)))
            if self.cluster.store.revision != revision or self.run.now == until:
                self.look()

    def look(self) -> None:
        for promise in self.promises:
            promise.look(self.cluster, self.done)
        for d in self.cluster.store.list("Deployment"):
            assert validate_deployment_status(d) == []
        for rs in self.cluster.store.list("ReplicaSet"):
            assert validate_replicaset_status(rs) == []


def is_held(lesson, number: int) -> bool:
    """The clock stands from when this step opens."""
    return any(question.hold and question.step == number for question in lesson.questions)


class Promise:
    def __init__(self, claim) -> None:
        self.claim = claim
        self.condition: Condition = condition(claim.always or claim.once or claim.finally_)
        self.kept = claim.always is not None

    def look(self, cluster, done: int) -> None:
        """`done` steps are done."""
        if self.claim.finally_ is not None:
            self.kept = self.condition.holds(cluster)
        elif done < self.claim.after or (self.claim.until is not None and done >= self.claim.until):
            return
        elif self.claim.always is not None:
            assert self.condition.holds(cluster), f"{self.claim.claim}, at {cluster.now} ms"
        else:
            self.kept = self.kept or self.condition.holds(cluster)


@pytest.mark.parametrize(("seed", "pause_ms"), [(None, 0), (11, 3000)])
@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_can_be_played_to_its_end_and_keeps_its_claims(name, seed, pause_ms):
    told = Told(name, seed, pause_ms)
    assert [promise.claim.claim for promise in told.promises if not promise.kept] == []
    for question in told.lesson.questions:
        assert told.answers[question.step] in map(str, question.choices), question.ask
    for claim in told.lesson.claims:
        assert claim.answer is None or told.answers[claim.step] == str(claim.answer), claim.claim


@pytest.mark.parametrize("name", LESSONS)
def test_no_step_is_done_before_its_act(name):
    """Or its key would light up as done before anybody pressed it. A step whose act is there to be refused needs none."""
    run = Recording(load(name), load(name).seed)
    for number, step in enumerate(run.scenario.steps, 1):
        if step.action and not step.action.refused:
            run.run(run.now + (0 if is_held(run.scenario, number) else 60_000))
            assert len(run.reached) == number - 1, f"{name}: {step.title}"
            for command in step.action.commands:
                run.do(command)
        end = run.now + PATIENCE_MS
        while len(run.reached) < number and run.now < end:
            run.run(run.now + 1000)


@pytest.mark.parametrize("name", LESSONS)
def test_what_is_to_be_tried_can_be_done_when_the_lesson_is_over(name):
    told = Told(name, None, 0)
    for idea in told.lesson.ideas:
        if idea.run is not None:
            told.run.fork().do(parse(idea.run))


def test_the_fade_takes_twenty_to_forty_seconds_and_moves_often():
    fade = load("fade")
    cluster = fade.start()
    cluster.run(20_000)
    cluster.do(parse("set image deployment/web web=web:2.0"))
    sizes = set()
    while not holds({"deployment": "web", "complete": True, "image": "web:2.0"}, cluster):
        cluster.run(cluster.now + 50)
        sizes.add(tuple(rs.spec.replicas for rs in cluster.store.list("ReplicaSet")))
    assert 15_000 < cluster.now - 20_000 < 40_000
    assert len(sizes) >= 6


def test_the_broken_deploy_stays_at_thirteen_eight_and_five():
    cluster = load("broken-deploy").start()
    cluster.run(20_000)
    cluster.do(parse("set image deployment/web web=web:2.O"))
    for _ in range(20):
        cluster.run(cluster.now + 60_000)
        assert holds({"deployment": "web", "total": 13, "available": 8, "unavailable": 5, "updated": 5}, cluster)
    assert holds({"condition": "Progressing", "reason": "ProgressDeadlineExceeded"}, cluster)

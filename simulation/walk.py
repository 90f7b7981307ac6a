"""A lesson as somebody plays it who presses each key when its step opens, and waits for each answer."""

from contextlib import suppress
from typing import NamedTuple

from simulation.api.errors import StatusError
from simulation.engine import Millis
from simulation.recording import Recording
from simulation.scenario import Scenario

READ = 1000
"""Between the opening of a step and its act, in ms."""
PATIENCE = 400_000
"""How long a step's condition is waited for, in ms."""
AFTER = 4000


class Walked(NamedTuple):
    """One step, by its number from 1."""

    number: int
    before: Millis
    """The last moment before its act; of a step without one, when it opened."""
    after: Millis
    """When it was done, and its question answered."""


def walk(lesson: Scenario) -> tuple[Recording, tuple[Walked, ...]]:
    """The run, a little beyond its last step, and when each step was taken."""
    recording = Recording(lesson, lesson.seed)
    walked = []
    for number, step in enumerate(lesson.steps, 1):
        if step.action is not None:
            recording.run(recording.now + READ)
        before = acted = recording.now
        if step.action is not None:
            for command in step.action.commands:
                with suppress(StatusError):
                    recording.do(command)
            before -= 1
        limit = acted + PATIENCE
        while len(recording.reached) < number and recording.now < limit:
            recording.run(recording.now + 1000)
        due = max((acted + question.ahead * 1000 for question in lesson.questions if question.step == number), default=0)
        recording.run(max(recording.now, due))
        walked.append(Walked(number, before, recording.now))
    recording.run(recording.now + AFTER)
    return recording, tuple(walked)

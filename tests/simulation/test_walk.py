"""Who presses each key when its step opens comes to the end of every lesson."""

import pytest

from simulation.scenario import load, names
from simulation.walk import walk


@pytest.mark.parametrize("name", [name for name in names() if load(name).steps])
def test_each_step_is_taken_and_its_question_waited_for(name):
    lesson = load(name)
    recording, walked = walk(lesson)
    assert len(recording.reached) == len(lesson.steps) == len(walked)
    for step, told, done in zip(walked, lesson.steps, recording.reached, strict=True):
        assert done <= step.after
        assert step.before <= done or told.action.refused
    for question in lesson.questions:
        step = walked[question.step - 1]
        assert step.after >= step.before + question.ahead * 1000

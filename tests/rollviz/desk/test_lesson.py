from tests.rollviz.desk.desks import Watched, web


def test_a_desk_without_a_lesson_has_no_lesson_panel():
    assert "lesson" not in web().look().parts


def test_the_next_step_opens_when_the_simulation_says_so():
    desk = Watched("broken-deploy")
    lesson = desk.says("lesson")
    assert [(step.done, step.open) for step in lesson.steps[:3]] == [(False, True), (False, False), (False, False)]
    assert (lesson.shown, lesson.steps[0].nav) == (1, "opens when ten answer")
    lesson = desk.run(8).says("lesson")
    assert [(step.done, step.open) for step in lesson.steps[:3]] == [(True, True), (False, True), (False, False)]
    assert (lesson.shown, lesson.steps[0].nav) == (2, f"step 2: {lesson.steps[1].title}")


def test_typing_the_line_counts_as_pressing_the_key():
    desk = Watched("broken-deploy").run(8)
    assert desk.says("lesson").steps[1].acted == ""
    desk.do("kubectl set image deploy web web=web:2.O")
    assert desk.says("lesson").steps[1].acted == "0:08"


def test_the_same_line_in_two_steps_is_done_twice():
    desk = Watched("broken-deploy").run(8).do("set image deployment/web web=web:2.O").run(90).do("rollout undo deployment/web").run(20)
    steps = desk.says("lesson").steps
    assert [step.line for step in steps if "undo" in step.line] == ["rollout undo deployment/web"] * 2
    assert [bool(step.acted) for step in steps if "undo" in step.line] == [True, False]


def test_a_desk_played_again_has_reached_the_same_steps():
    def reached(step: float):
        desk = Watched("broken-deploy").run(8).do("set image deployment/web web=web:2.O")
        for _ in range(round(30 / step)):
            desk.run(step)
        return desk.recording.reached

    assert reached(0.05) == reached(30)

from tests.rollviz.desk.desks import Watched, web


def test_a_desk_without_a_lesson_has_no_lesson_panel():
    assert "lesson" not in web().look().parts


def test_the_next_step_opens_when_the_simulation_says_so():
    desk = Watched("broken-deploy")
    lesson = desk.says("lesson")
    assert [(step.done, step.open) for step in lesson.steps[:3]] == [(False, True), (False, False), (False, False)]
    assert (lesson.shown, str(lesson.steps[0].nav)) == (1, "opens when ten answer")
    lesson = desk.run(8).says("lesson")
    assert [(step.done, step.open) for step in lesson.steps[:3]] == [(True, True), (False, True), (False, False)]
    assert (lesson.shown, str(lesson.steps[0].nav)) == (2, f"step 2: {lesson.steps[1].title}")


def test_typing_the_line_counts_as_pressing_the_key():
    desk = Watched("broken-deploy").run(8)
    assert desk.says("lesson").steps[1].acted == ""
    desk.do("kubectl set image deploy web web=web:2.O")
    assert desk.says("lesson").steps[1].acted == "0:08"


def test_the_same_act_in_two_steps_is_done_twice():
    desk = Watched("declarative")
    first, second = (step.action.commands[0] for step in desk.recording.scenario.steps[:2])
    assert first == second
    desk.recording.do(first)
    desk.run(10)
    assert [bool(step.acted) for step in desk.says("lesson").steps[:2]] == [True, False]
    desk.recording.do(second)
    assert [bool(step.acted) for step in desk.says("lesson").steps[:2]] == [True, True]
    assert desk.run(1).says("lesson").shown == 3


def test_an_act_of_two_lines_is_done_with_the_second():
    desk = Watched("surge").run(8)
    one, two = desk.says("lesson").steps[1].lines
    assert desk.do(one).says("lesson").steps[1].acted == ""
    assert desk.run(3).do(two).says("lesson").steps[1].acted == "0:11"


# ------------------------------------------------------------------------------------------------------------ questions


def asked(desk: Watched, step: int = 2):
    return desk.says("lesson").steps[step - 1].question


def test_a_question_is_open_then_waits_for_its_second_then_turns_into_its_answer():
    desk = Watched("broken-deploy").run(8)
    question = asked(desk)
    assert (question.choices, question.due, question.told) == (("10", "8", "5", "0"), "", None)
    desk.do("set image deployment/web web=web:2.O")
    assert (asked(desk).due, asked(desk).told) == ("0:18", None)
    assert asked(desk.run(9)).told is None
    question = asked(desk.run(1))
    assert str(question.told) == "8 pods are available."
    assert [(term.op, term.n, term.label) for term in question.sum] == [
        ("", 10, "desired"),
        ("−", 2, "may be missing"),
        ("=", 8, "must stay"),
    ]


def test_an_answer_that_hands_may_have_made_false_says_so():
    desk = Watched("broken-deploy").run(8).do("set image deployment/web web=web:2.O").run(2)
    question = asked(desk.do("scale deployment/web --replicas=4").run(8))
    assert str(question.told) == "Left alone: 8 pods are available."


def test_whoever_goes_back_before_the_act_finds_the_question_open_again():
    desk = Watched("broken-deploy").run(8).do("set image deployment/web web=web:2.O").run(30)
    assert asked(desk).told is not None
    desk.recording.seek(7_000)
    assert (asked(desk).told, asked(desk).due) == (None, "")


def test_versions_are_told_by_their_names():
    desk = Watched("fade").run(8).do("set image deployment/web web=web:2.0").run(2)
    assert str(asked(desk).told) == "8 of v1, 5 of v2."


def test_a_manifest_is_shown_and_applied_as_it_is():
    desk = Watched("declarative")
    step = desk.says("lesson").steps[0]
    assert step.manifest.startswith("apiVersion: apps/v1\nkind: Deployment") and step.lines == ("apply -f -",)


def test_the_end_says_what_to_try_and_where_to_read():
    desk = Watched("just-a-container")
    lesson = desk.says("lesson")
    assert not lesson.over and lesson.ideas[0].line == "scale deployment/web --replicas=0"
    assert lesson.docs[0].title == "Pods"


def test_a_desk_played_again_has_reached_the_same_steps():
    def reached(step: float):
        desk = Watched("broken-deploy").run(8).do("set image deployment/web web=web:2.O")
        for _ in range(round(30 / step)):
            desk.run(step)
        return desk.recording.reached

    assert reached(0.05) == reached(30)

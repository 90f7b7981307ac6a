"""A phone answers once and may change its mind until the answers are opened; then there are counts and nothing else."""

import pytest

from rollviz.classroom.poll import MOST_SQUARES, PARTS, Column, Poll, part, pushed
from rollviz.desk.words import text

FADERS = (Column("v1", "1", 7), Column("v2", "2", 3))


def faders(top: int = 12) -> Poll:
    return Poll(1, "How many?", FADERS, (), top, focus=1)


def choice() -> Poll:
    return Poll(1, "Will it?", (), ("yes", "no"), 10)


def test_a_phone_answers_once_and_may_change_its_mind():
    poll = faders()
    assert not any([poll.guess("a", [7, 3], 9), poll.guess("b", [7, 3], 9), poll.guess("a", [5, 4], 9)])
    assert poll.answered == 2
    poll.open((5, 4), text("So it is."))
    assert [(row.label, row.n, row.right) for row in poll.opened.rows] == [("4", 1, 1), ("3", 1, 0)]
    assert (poll.opened.guesses, poll.opened.right, str(poll.opened.said)) == (2, 1, "1 of 2 said so.")


def test_right_is_who_has_every_fader_right():
    poll = faders()
    poll.guess("a", [5, 4], 9)
    poll.guess("b", [6, 4], 9)
    poll.open((5, 4), text("So it is."))
    assert (poll.opened.right, poll.opened.rows[0].right) == (1, 2), "the drawing is of the one fader"


def test_after_it_is_opened_a_guess_is_refused_and_none_is_kept():
    poll = choice()
    poll.guess("a", [0], 9)
    poll.open((1,), text("No."))
    assert str(poll.guess("b", [1], 9)) == "It has been opened: this guess came too late."
    assert poll._guesses == {}
    assert [(row.label, row.n) for row in poll.opened.rows] == [("yes", 1), ("no", 0)]
    assert str(poll.opened.said) == "0 of 1 said so."


def test_there_are_no_more_answers_than_phones():
    poll = choice()
    assert [str(poll.guess(token, [0], 2)) for token in "abc"] == ["", "", "There are as many answers as phones already."]
    assert not poll.guess("a", [1], 2)


@pytest.mark.parametrize("value", [None, 3, "3", [], [1], [1, 2, 3], [1, -1], [1, 13], [1, True], [1, 2.0], [[1], 2], {"a": 1}])
def test_what_is_no_answer_is_refused(value):
    poll = faders()
    assert str(poll.guess("a", value, 9)) == "This is none of the answers."
    assert poll.answered == 0


def test_of_a_large_class_a_square_is_several_people():
    poll = choice()
    for n in range(300):
        poll.guess(str(n), [int(n % 3 == 0)], 300)
    poll.open((1,), text("No."))
    assert poll.opened.unit > 1
    assert all(len(row.squares) <= MOST_SQUARES for row in poll.opened.rows)
    assert [(row.n, sum(row.squares)) for row in poll.opened.rows] == [(200, 0), (100, -(-100 // poll.opened.unit))]


def test_on_a_large_scale_guesses_that_lie_together_are_drawn_together():
    poll = Poll(1, "How many?", (Column("available", "k", 100),), (), 220)
    for n, value in enumerate((100, 101, 102, 150)):
        poll.guess(str(n), [value], 9)
    poll.open((101,), text("So it is."))
    assert [(row.label, row.n, row.right) for row in poll.opened.rows] == [("144–152", 1, 0), ("99–107", 3, 1)]
    assert poll.opened.right == 1


def test_numbers_of_pods_are_drawn_on_the_scale_where_they_have_a_place_on_it():
    offered = ("10", "8", "0")
    poll = Poll(1, "How many?", (), offered, 14, counted=True)
    for n, option in enumerate((1, 1, 2)):
        poll.guess(str(n), [option], 9)
    poll.open((1,), text("So it is."))
    assert [(row.at, row.label, row.n, row.right) for row in poll.opened.rows] == [(8, "8", 2, 2), (0, "0", 1, 0)]
    assert (poll.opened.right, poll.opened.true) == (2, 8)
    assert 'class="votes"' in part(poll, "panel")
    above, word = Poll(1, "?", (), offered, 9, counted=True), Poll(1, "?", (), ("1", "none"), 14, counted=True)
    for other in (above, word, Poll(1, "?", (), offered, 14)):
        other.guess("a", [1], 9)
        other.open((1,), text("So it is."))
        assert [row.at for row in other.opened.rows] == list(range(len(other.options)))
        assert 'class="votes"' not in part(other, "panel")


def test_nobody_guessed():
    poll = faders()
    poll.open((5, 4), text("So it is."))
    assert str(poll.opened.said) == "Nobody guessed."
    assert "So it is. Nobody guessed." in part(poll, "title")


def test_what_is_pushed_tells_no_guess_before_it_is_opened():
    poll = choice()
    before = pushed(poll)
    poll.guess("a", [0], 9)
    after = pushed(poll)
    assert before.replace(">0<", ">1<") == after.replace(">0<", ">1<"), "but how many have answered"
    assert pushed(None).count("hidden") == len(PARTS)


def test_a_phone_is_shown_what_was_right_also_where_nobody_said_it():
    poll = choice()
    poll.guess("a", [0], 1)
    poll.open((1,), text("No."))
    rows = part(poll, "phone").partition("<ol>")[2].partition("</ol>")[0].split("</li>")
    assert ["data-true" in row for row in rows[:2]] == [False, True]

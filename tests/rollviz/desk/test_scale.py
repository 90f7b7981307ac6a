import pytest

from rollviz.desk import scale


@pytest.mark.parametrize(("most", "top"), [(0, 10), (10, 10), (11, 12), (13, 14), (15, 20), (125, 220), (10_000, 10_000)])
def test_the_scale_is_the_smallest_that_holds_it(most, top):
    assert scale.top(most) == top


@pytest.mark.parametrize(("top", "columns"), [(14, 1), (20, 1), (25, 2), (50, 5), (110, 5), (220, 10), (500, 20), (10_000, 100)])
def test_cells_get_denser_as_it_grows(top, columns):
    assert scale.columns(top) == columns
    assert -(-top // columns) <= 100


@pytest.mark.parametrize("top", scale.STEPS)
def test_about_twelve_numbers_stand_beside_a_fader(top):
    numbers = list(scale.numbers(top))
    assert 5 <= len(numbers) <= 13
    assert numbers[0] == 0

import re

import pytest

from rollviz.desk import bars
from rollviz.desk.bars import Bars
from simulation.recording import Sample, SetSample


def sample(t: int, available: int, waiting: int = 0, faulty: int = 0) -> Sample:
    return Sample(t, (SetSample("uid", "default", "web", 1, available, waiting, faulty),), 13, 8)


def followed(*samples: Sample) -> Bars:
    drawn = Bars()
    drawn.follow(list(samples))
    return drawn


def test_a_bar_is_one_second_with_its_guards():
    assert followed(sample(0, 10), sample(1, 8, 3, 2)).bars == {"1": [0, 8, 3, 2, 13, 8]}


@pytest.mark.parametrize(("seconds", "bin"), [(10, 1), (220, 1), (300, 2), (1000, 5), (2000, 10), (90_000, 600)])
def test_there_are_never_more_than_240_bars(seconds, bin):
    drawn = followed(*(sample(t, 10) for t in range(seconds + 1)))
    assert drawn.bin == bin
    assert len(drawn.bars) <= bars.MOST_BARS


def test_a_bar_of_several_seconds_shows_the_worst_of_them():
    drawn = followed(*(sample(t, 3 if t == 276 else 10) for t in range(300)))
    assert drawn.bars["138"][:2] == [0, 3]
    assert drawn.bars["137"][:2] == [0, 10]


def test_it_takes_in_only_what_is_new_and_comes_to_the_same():
    samples = [sample(t, t % 11) for t in range(700)]
    grown = Bars()
    for end in (1, 5, 100, 230, 231, 480, 700):
        grown.follow(samples[:end])
    assert (grown.bars, grown.span, grown.bin) == ((whole := followed(*samples)).bars, whole.span, whole.bin)


def test_what_is_not_available_stands_thin_on_what_is():
    drawn = followed(sample(0, 0), sample(1, 6, 2, 4))
    blue, fault = bars.paths(drawn.bars, [1], 45, 1, 12)
    assert (blue.hue, fault.hue) == (1, "f")
    wide, thin, broken = (float(w) for w in re.findall(r"h(\d+\.\d+)v", blue.d + fault.d))
    assert wide == pytest.approx(3 * thin, abs=0.1)
    assert thin == broken
    tops = [float(y) for y in re.findall(r"M\S+ (\S+?)h", blue.d + fault.d)]
    assert tops == [50.5, pytest.approx(33.8, abs=0.1), 0.5]

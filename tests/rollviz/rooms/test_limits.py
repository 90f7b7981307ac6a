import pytest

from rollviz.rooms import limits
from rollviz.rooms.limits import Allowance, Allowances
from rollviz.rooms.refusals import TooMany


@pytest.fixture
def clock(monkeypatch):
    class Wall:
        now = 1_000.0

    monkeypatch.setattr(limits.time, "monotonic", lambda: Wall.now)
    return Wall


def test_a_burst_is_fine_and_a_flood_is_not(clock):
    allowance = Allowance(60)
    assert [allowance.take() for _ in range(61)] == [True] * 60 + [False]
    clock.now += 2
    assert [allowance.take() for _ in range(3)] == [True, True, False]


def test_an_allowance_never_grows_beyond_a_minute(clock):
    allowance = Allowance(5)
    clock.now += 3_600
    assert sum(allowance.take() for _ in range(20)) == 5


def test_each_caller_has_an_allowance_and_quiet_ones_are_forgotten(clock):
    allowances = Allowances(1, "desks", callers=2)
    for caller in "ab":
        allowances.take(caller)
        with pytest.raises(TooMany, match="More than 1 desks a minute"):
            allowances.take(caller)
    clock.now += 61
    allowances.take("c")
    assert set(allowances._of) == {"c"}

from hypothesis import given
from hypothesis import strategies as st

from rollviz.rooms.clock import LEAD, LONGEST_STEP, SPEEDS, Clock, Note

speeds = st.sampled_from(SPEEDS)
seconds = st.floats(0, 1_000)


def clock_with_promise(speed: float, at_ms: int = 0, promise: float = 10_000_000) -> Clock:
    clock = Clock(paused=False, speed=speed, at_ms=at_ms)
    clock.promise = promise
    clock.due(0.0)
    return clock


def test_time_passes_at_its_speed():
    for speed, due in zip(SPEEDS, (125, 500, 2_000, 8_000, 32_000), strict=True):
        assert clock_with_promise(speed).due(0.5) == due


def test_no_millisecond_is_lost_between_two_looks():
    clock = clock_with_promise(0.25)
    for look in range(1, 1_001):
        due = clock.due(look * 0.001)
    assert due in (249, 250)


def test_the_first_look_and_the_first_after_standing_count_for_nothing():
    clock = Clock(paused=False, speed=1.0, at_ms=7_000)
    clock.promise = 100_000
    assert clock.due(50.0) == 7_000
    assert clock.due(50.5) == 7_500
    clock.stand()
    assert clock.due(90.0) == 7_500


def test_a_stall_is_not_made_up_for():
    assert clock_with_promise(4.0).due(3_600.0) == LONGEST_STEP * 4_000


def test_time_never_passes_what_the_journal_has_promised():
    clock = clock_with_promise(16.0, promise=900)
    assert clock.due(0.5) == 900
    clock.promise = 20_000
    assert clock.due(1.0) == 8_900


def test_time_moved_by_hand_goes_on_from_there():
    clock = clock_with_promise(1.0)
    clock.settle(60_000)
    assert clock.due(0.25) == 60_250


@given(at_ms=st.integers(0, 10**9), speed=speeds, lived=st.floats(0, 10), away=seconds)
def test_after_a_crash_time_is_never_before_what_was_seen_nor_after_the_promise(at_ms, speed, lived, away):
    noted_at = 1_000.0
    note = Note("desk", at_ms, noted_at, paused=False, speed=speed)
    clock = clock_with_promise(speed, at_ms, note.promise)
    seen = at_ms
    for look in range(1, int(lived * 20) + 1):
        seen = clock.due(look / 20)
    resumed = note.resume_at(noted_at + lived + away)
    assert seen <= resumed + 1 <= at_ms + LEAD * 1000 * speed + 1


@given(at_ms=st.integers(0, 10**9), speed=speeds, away=seconds)
def test_a_clock_that_stood_goes_on_where_it_stood(at_ms, speed, away):
    assert Note("desk", at_ms, None, paused=True, speed=speed).resume_at(away) == at_ms


def test_a_wall_clock_that_was_set_back_does_not_take_simulated_time_back():
    assert Note("desk", 5_000, 1_000.0, paused=False, speed=1.0).resume_at(10.0) == 5_000

"""A canary equal to stable is left alone however often somebody looks; one that fails too much is condemned, with the sum that says why."""

from itertools import accumulate
from math import erfc, exp, log, pi, sqrt
from random import Random

import pytest

from simulation.latency import EDGES_MS
from simulation.traffic import Heard
from simulation.verdict import EARLY, MANY_LOOKS, SAME, WORSE, difference, judge, many_looks, quantiles, wilson

ANSWERS = {30: 4, 31: 9, 32: 16, 33: 20, 34: 19, 35: 14, 36: 8, 37: 5, 38: 3, 39: 2}
"""Bucket -> how many of a hundred answers take that long: about 50 ms, the slowest five in a hundred 88 or more."""
SLOW = {bucket + 4: n for bucket, n in ANSWERS.items()}
RUNS, SECONDS, RATE = 200, 150, 60


def said(stable: Heard, canary: Heard) -> str:
    return judge(stable, canary).said


def heard(requests: int, errors: int = 0, answers: dict[int, int] = ANSWERS) -> Heard:
    """With latencies in these proportions."""
    each = (requests - errors) / 100
    return Heard(requests, errors, tuple(round(answers.get(i, 0) * each) for i in range(len(EDGES_MS))))


def looks(seed: int, stable_fails: float, canary_fails: float, share: float = 0.2, canary: dict[int, int] = ANSWERS):
    """What each version has heard after each second of a run in which every request goes where chance sends it."""
    chance = Random(seed)
    sides = [[stable_fails, ANSWERS, 0, 0, [0] * len(EDGES_MS)], [canary_fails, canary, 0, 0, [0] * len(EDGES_MS)]]
    tables = [(list(answers), list(accumulate(answers.values()))) for _, answers, *_ in sides]
    for _ in range(SECONDS):
        to_canary = sum(chance.random() < share for _ in range(RATE))
        for side, table, n in zip(sides, tables, (RATE - to_canary, to_canary), strict=True):
            failed = sum(chance.random() < side[0] for _ in range(n))
            side[2] += n
            side[3] += failed
            for bucket in chance.choices(table[0], cum_weights=table[1], k=n - failed):
                side[4][bucket] += 1
        yield tuple(Heard(side[2], side[3], tuple(side[4])) for side in sides)


@pytest.mark.parametrize("fails", [0.002, 0.06])
def test_a_canary_that_is_equal_is_condemned_in_at_most_one_run_of_twenty(fails):
    """However often it is looked at: with the 1.96 of a single look it would be one in eight of those that fail 6 %."""
    condemned = sum(any(said(*look) == WORSE for look in looks(seed, fails, fails)) for seed in range(RUNS))
    assert condemned <= RUNS * 0.05


def test_a_canary_that_fails_3_percent_is_condemned_once_a_thousand_of_its_requests_were_heard():
    condemned = 0
    for seed in range(RUNS):
        stable, canary = next(look for look in looks(seed, 0.002, 0.03) if look[1].requests >= 1000)
        condemned += said(stable, canary) == WORSE
    assert condemned >= RUNS * 0.95


def test_a_slow_canary_is_condemned_and_an_equally_slow_one_is_not():
    found = [judge(*list(looks(seed, 0.002, 0.002, canary=SLOW))[-1]) for seed in range(10)]
    assert {v.said for v in found} == {WORSE}
    assert {tuple(m.name for m in v.worse) for v in found} == {("p50", "p95")}
    assert said(heard(8000, answers=SLOW), heard(2000, answers=SLOW)) == SAME


def test_it_is_too_early_until_both_have_heard_a_thousand():
    assert said(heard(4000), heard(999)) == EARLY
    assert said(heard(999), heard(4000)) == EARLY
    assert said(heard(4000), heard(1000)) == SAME
    assert judge(heard(4000), heard(420)).words == "420 of 1000 requests heard by the canary"
    assert said(Heard(0, 0, ()), Heard(0, 0, ())) == EARLY


def test_what_is_bad_beyond_doubt_is_said_from_250_on():
    assert said(heard(1000), Heard(249, 249, ())) == EARLY
    assert said(heard(1000), Heard(250, 250, ())) == WORSE


def test_a_difference_within_the_limit_is_none_however_certain():
    v = judge(heard(400_000, 800), heard(100_000, 900))
    assert (v.said, v.measures[0].certain, v.measures[0].over) == (SAME, "more", False)


def test_a_difference_beyond_the_limit_that_may_be_chance_is_none():
    v = judge(heard(4000, 200), heard(1000, 62))
    assert (v.said, v.measures[0].certain, v.measures[0].over) == (SAME, "", True)


def test_a_canary_that_is_better_is_not_worse():
    v = judge(heard(4000, 400), heard(1000, 1))
    assert (v.said, v.measures[0].certain) == (SAME, "less")


def test_the_sum_is_right_as_it_is_shown():
    v = judge(heard(5240, 10), heard(1310, 41))
    assert v.words == "errors: 0.19 % + 1 % = 1.19 % allowed, 3.1 % measured"
    slow = judge(heard(8000), heard(2000, answers=SLOW))
    p50, p95 = slow.measures[1:]
    assert (p95.stable.value, p95.canary.value) == (88, 141)
    assert p95.sum == "88 ms × 1.25 = 110 ms allowed, 141 ms measured"
    assert slow.words == f"p50: {p50.sum}; p95: {p95.sum}"


def test_wilsons_interval_is_the_published_one():
    """Newcombe 1998 (Statistics in Medicine 17:857), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    for errors, requests, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)):
        assert wilson(errors, requests, 1.959964) == pytest.approx((low, high), abs=0.00005)


def test_newcombes_interval_is_the_published_one():
    """Newcombe 1998 (Statistics in Medicine 17:873), table II, method 10."""
    for canary, stable, low, high in (
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
    ):
        ranges = [(errors / n, *wilson(errors, n, 1.959964)) for errors, n in (stable, canary)]
        assert difference(*ranges) == pytest.approx((low, high), abs=0.0001)
        assert difference(*reversed(ranges)) == pytest.approx((-high, -low), abs=0.0001)


def test_a_quantile_lies_where_the_counts_say_and_its_range_holds_the_truth():
    counts = tuple(100 * (i == 10) + 100 * (i == 20) for i in range(len(EDGES_MS)))
    assert quantiles(counts, 0.25)[0] == pytest.approx((EDGES_MS[10] + EDGES_MS[11]) / 2)
    low, high = quantiles(counts, 0.5)[1:]
    assert EDGES_MS[10] < low < EDGES_MS[11] < EDGES_MS[20] < high < EDGES_MS[21]
    inside = 0
    table = list(accumulate(ANSWERS.values()))
    true = quantiles(tuple(ANSWERS.get(i, 0) for i in range(len(EDGES_MS))), 0.95)[0]
    for seed in range(400):
        drawn = Random(seed).choices(list(ANSWERS), cum_weights=table, k=500)
        _, low, high = quantiles(tuple(drawn.count(i) for i in range(len(EDGES_MS))), 0.95)
        inside += low <= true <= high
    assert 0.93 <= inside / 400 <= 0.97


def test_one_answer_and_the_last_bucket_have_a_quantile_too():
    one = tuple(int(i == 95) for i in range(96))
    assert all(EDGES_MS[95] <= value <= EDGES_MS[95] * 1.125 * 1.000001 for value in quantiles(one, 0.5))
    v = judge(heard(1000), Heard(1000, 999, one))
    assert [measure.name for measure in v.worse][0] == "errors"


def test_the_many_looks_spend_no_more_than_5_percent():
    """By the rate at which scaled Brownian motion crosses a level while its time doubles."""
    spent = erfc(MANY_LOOKS[0] / sqrt(2)) / 2
    for k, z in enumerate(MANY_LOOKS):
        spent += z * exp(-z * z / 2) / sqrt(2 * pi) * log(2) / 2
        assert spent <= 0.05 / 3 * (k + 1) / (k + 2) * 1.001
    assert list(MANY_LOOKS) == sorted(MANY_LOOKS)


def test_each_time_what_was_heard_doubles_more_is_asked():
    assert many_looks(1000, 250) == MANY_LOOKS[0]
    assert many_looks(400, 400) == MANY_LOOKS[0]
    assert many_looks(500, 500) == MANY_LOOKS[1]
    assert many_looks(2000, 2000) == MANY_LOOKS[3]
    assert many_looks(10**12, 10**12) == MANY_LOOKS[-1]

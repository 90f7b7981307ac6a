"""A drag along ten minutes of 200 pods: `make bench` measures it; here it may not be so slow that something must be broken."""

from tests.scrub import LIMIT_MS, alone, percentile, places


def test_a_seek_is_a_matter_of_milliseconds():
    assert percentile(alone(200, places(5)), 0.95) < 3 * LIMIT_MS

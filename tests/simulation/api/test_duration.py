from simulation.api.duration import age, human_duration
from tests.vectors import vector


@vector("human_duration", "TestHumanDuration")
def test_a_duration_in_one_or_two_units(given, expected):
    assert human_duration(given["seconds"]) == expected["want"]


@vector("human_duration", "TestHumanDurationBoundaries")
def test_a_unit_gives_way_to_the_next_where_upstreams_does(given, expected):
    assert human_duration(given["seconds"]) == expected["want"]


def test_an_age_counts_from_a_second_that_is_known():
    assert (age(None, 7), age(7, 7), age(0, 7), age(8, 7), age(9, 7)) == ("<unknown>", "0s", "7s", "0s", "<invalid>")

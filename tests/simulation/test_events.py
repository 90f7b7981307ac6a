"""Every case of upstream's events_cache_test.go, and what a person sees of it."""

import pytest

from simulation.engine import Engine
from simulation.objects import Event, ObjectMeta, Pod
from simulation.store import Store
from tests.vectors import vector


class Correlator:
    """A store that is told of events on pods, by one source, while the clock goes on."""

    def __init__(self, step_seconds: int = 1) -> None:
        self.store, self.step = Store(Engine(1)), step_seconds
        self.before: list[Event] = []

    def say(self, given) -> None:
        kind, _, name = given["object"].partition("/")
        assert kind == "Pod"
        pod = Pod(ObjectMeta(name=name, namespace="default", uid=f"uid-{name}"))
        self.before = self.store.list("Event")
        # upstream's clock goes on at each of the two looks at it that an event takes
        self.store.engine.now += 2 * self.step * 1000
        self.store.event(pod, given["type"], given["reason"], given["message"], "kubelet", "node-1", given.get("fieldPath", ""))

    def written(self) -> Event | None:
        """What the last one wrote, None if it was dropped."""
        new = [event for event in self.store.list("Event") if event not in self.before]
        return new[0] if new else None


@vector("event_correlator", "TestEventCorrelator")
def test_an_event_is_counted_combined_or_dropped(given, expected):
    correlator = Correlator(given["clockStepSeconds"])
    for each in given["previousEvents"]:
        for _ in range(each["times"]):
            correlator.say(each["event"])
    correlator.say(given["newEvent"])
    event = correlator.written()
    assert (event is None) == expected["skip"]
    if event is not None:
        assert (event.message, event.count) == (expected["message"], expected["count"])


def about(message: str, reason: str = "Unhealthy") -> dict[str, str]:
    return {"object": "Pod/web", "type": "Warning", "reason": reason, "message": message}


def test_what_was_dropped_is_counted_in_the_next_that_is_written():
    correlator = Correlator(0)
    for _ in range(30):
        correlator.say(about("no"))
    [event] = correlator.store.list("Event")
    assert (event.count, event.last_timestamp) == (25, 0)
    correlator.store.engine.now = 301_000
    correlator.say(about("no"))
    [event] = correlator.store.list("Event")
    assert (event.count, event.first_timestamp, event.last_timestamp) == (31, 0, 301)


def test_the_allowance_is_of_a_source_an_object_and_a_type_whatever_the_reason():
    correlator = Correlator(0)
    for number in range(30):
        correlator.say(about("no", reason=f"R{number}"))
    assert len(correlator.store.list("Event")) == 25
    correlator.say(about("no") | {"type": "Normal"})
    correlator.say(about("no") | {"object": "Pod/other"})
    assert len(correlator.store.list("Event")) == 27


def test_an_event_that_the_api_forgot_after_an_hour_comes_back_with_its_count():
    correlator = Correlator(0)
    correlator.say(about("no"))
    correlator.store.engine.now = 3_601_000
    correlator.say(about("other"))
    assert [event.message for event in correlator.store.list("Event")] == ["other"]
    correlator.say(about("no"))
    again = correlator.written()
    assert (again.message, again.count, again.first_timestamp, again.last_timestamp) == ("no", 2, 0, 3601)


def test_the_scheduler_counts_in_a_series_and_starts_again_after_six_minutes():
    store = Store(Engine(1))
    pod = Pod(ObjectMeta(name="web", namespace="default", uid="u"))
    for second in (0, 300, 600, 961):
        store.engine.now = second * 1000
        store.event(pod, "Warning", "FailedScheduling", "no room", "default-scheduler")
    first, second = sorted(store.list("Event"), key=lambda event: event.event_time)
    assert (first.event_time, first.series.count, first.series.last_observed_time, first.count) == (0, 3, 600, 0)
    assert (second.event_time, second.series) == (961, None)
    assert first.metadata.name != second.metadata.name


@pytest.mark.parametrize("copied", [False, True])
def test_a_copy_counts_on_by_itself(copied):
    correlator = Correlator(0)
    correlator.say(about("no"))
    other = correlator.store.copy(correlator.store.engine.copy())
    (other if copied else correlator.store).event(Pod(ObjectMeta(name="web", namespace="default", uid="u")), "Normal", "A", "b", "kubelet")
    assert len(correlator.store.list("Event")) + len(other.list("Event")) == 3

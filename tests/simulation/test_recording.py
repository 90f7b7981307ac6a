"""A run is a scenario, a seed and timed commands: repeated from those, it is the same run; its graph shows what the engine did."""

import pytest

from simulation import scenario
from simulation.api.errors import StatusError
from simulation.kubectl.parse import parse
from simulation.recording import Recording
from tests.simulation.test_cluster import snapshot


def begun(name="fade", seed=11):
    return Recording(scenario.load(name), seed)


def run_broken():
    recording = begun("broken-deploy")
    recording.run(20_000)
    recording.do(parse("set image deployment/web web=web:2.O"))
    recording.run(100_000)
    return recording


def test_the_same_commands_at_the_same_times_give_the_same_bytes():
    recording = begun()
    for until, line in ((21_340, "set image deployment/web web=web:2.0"), (24_017, "scale deployment/web --replicas=7"), (60_000, None)):
        recording.run(until)
        if line:
            recording.do(parse(line))
    again = begun()
    for timed in recording.commands:
        again.run(timed.at_ms)
        if timed.who != "scenario":
            again.do(timed.command, timed.who)
    again.run(60_000)
    assert snapshot(again.cluster) == snapshot(recording.cluster)
    assert again.samples == recording.samples
    assert again.marks == recording.marks


def test_how_time_is_cut_changes_nothing():
    whole, slices = begun(), begun()
    for recording in (whole, slices):
        recording.run(20_000)
        recording.do(parse("set image deployment/web web=web:2.0"))
    whole.run(50_000)
    while slices.now < 50_000:
        slices.run(min(50_000, slices.now + 37))
    assert snapshot(whole.cluster) == snapshot(slices.cluster)
    assert whole.samples == slices.samples


def test_there_is_one_sample_a_second_and_it_adds_up():
    recording = run_broken()
    assert [sample.t for sample in recording.samples] == list(range(101))
    last = recording.samples[-1]
    assert (last.max_total, last.min_available) == (13, 8)
    assert [(s.revision, s.available, s.waiting, s.faulty) for s in last.sets] == [(1, 8, 0, 0), (2, 0, 0, 5)]


def test_marks_say_what_was_done_what_broke_and_what_the_controller_made_of_it():
    marks = [(mark.kind, mark.words) for mark in run_broken().marks]
    assert marks == [
        ("you", "set image deployment/web web=web:2.O"),
        ("fault", "v2 cannot pull its image"),
        ("lamp", "deadline passed"),
    ]


def test_a_step_ends_just_after_something_was_seen_to_move():
    recording = begun()
    recording.run(20_000)
    recording.do(parse("set image deployment/web web=web:2.0"))
    seen, sizes = recording.cluster.seen, []
    for _ in range(3):
        recording.step()
        assert recording.cluster.seen > seen
        seen = recording.cluster.seen
        sizes.append([rs.spec.replicas for rs in recording.cluster.store.list("ReplicaSet")])
    assert sizes[0] == [8, 3]


def test_a_step_with_nothing_to_come_goes_no_further_than_its_limit():
    recording = begun("blank")
    assert recording.step(5_000) == 5_000


def test_a_command_that_is_refused_is_not_written_down():
    recording = begun()
    recording.run(20_000)
    before = snapshot(recording.cluster)
    with pytest.raises(StatusError):
        recording.do(parse("scale deployment/web --replicas=10001"))
    assert recording.commands == []
    assert recording.marks == []
    assert snapshot(recording.cluster) == before


@pytest.mark.parametrize("copy_every", [0, 1_000, 7_000])
def test_going_back_is_doing_it_again(copy_every):
    recording = Recording(scenario.load("fade"), 11, copy_every)
    moments = (0, 1, 20_999, 21_000, 21_340, 21_341, 23_456, 24_017, 59_999, 60_000)
    lived = {}
    lines = {21_340: "set image deployment/web web=web:2.0", 24_017: "scale deployment/web --replicas=7"}
    for moment in moments:
        recording.run(moment)
        if moment in lines:
            recording.do(parse(lines[moment]))
        lived[moment] = snapshot(recording.cluster)
    for moment in reversed(moments):
        assert snapshot(recording.at(moment)) == lived[moment]
    assert snapshot(recording.cluster) == lived[60_000]

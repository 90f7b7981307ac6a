"""A run is a scenario, a seed and timed commands: repeated from those, it is the same run, any moment of it can be had again, and what
begins in its past leaves it as it was."""

import random

import pytest

from simulation import copies, scenario, tape
from simulation import recording as recordings
from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.engine import Engine
from simulation.kubectl.parse import parse
from simulation.recording import Recording
from simulation.scenario import Scenario
from tests.simulation.test_cluster import snapshot
from tests.soak import Program


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
        ("phase", "step 2"),
        ("you", "set image deployment/web web=web:2.O"),
        ("fault", "v2 cannot pull its image"),
        ("phase", "step 3"),
        ("lamp", "deadline passed"),
        ("phase", "step 4"),
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
    assert [mark for mark in recording.marks if mark.kind == "you"] == []
    assert snapshot(recording.cluster) == before


# ------------------------------------------------------------------------------------------------------- back and forth


def whole(cluster: Cluster) -> tuple:
    """All that a cluster is: what is in the store, and all that is going to happen, chance included."""
    engine = {name: getattr(cluster.engine, name) for name in Engine.__slots__}
    chance = engine.pop("random").getstate()
    queue = sorted(engine.pop("_heap"))
    return snapshot(cluster), chance, queue, repr(engine), repr(cluster.kubelet.past), cluster.seen


def random_run(seed: int) -> tuple[Program, Recording]:
    program = Program(seed)
    program.run(30)
    recording = Recording(program.scenario, seed)
    for given in program.commands:
        recording.run(given.at_ms)
        recording.do(given.command)
    recording.run(program.cluster.now)
    return program, recording


def lived(program: Program, moments: list[int]) -> dict[int, tuple]:
    """The run once more, without a recording, to each of these moments."""
    cluster = program.scenario.start(program.seed)
    commands, found = list(program.commands), {}
    for moment in sorted(moments):
        while commands and commands[0].at_ms <= moment:
            given = commands.pop(0)
            if given.at_ms > cluster.now:
                cluster.run(given.at_ms)
            cluster.do(given.command)
        cluster.run(moment)
        found[moment] = whole(cluster)
    return found


@pytest.mark.parametrize("seed", range(25))
def test_a_seek_is_a_fresh_run_to_that_moment(seed, monkeypatch):
    monkeypatch.setattr(copies, "GRAIN", 50)
    monkeypatch.setattr(copies, "MOST", 12)
    program, recording = random_run(seed)
    draw = random.Random(seed)
    commands = [given.at_ms for given in program.commands]
    last = commands[-1] + 60_000
    moments = [draw.randrange(last) for _ in range(14)] + draw.sample(commands, 4) + [0, recording.end]
    truth = lived(program, moments)
    for moment in moments:
        recording.seek(moment)
        assert recording.now == moment
        assert whole(recording.cluster) == truth[moment]
    assert len(recording.tape.copies) <= 12


def test_time_goes_on_from_the_past_as_it_did():
    recording = run_broken()
    end, samples = snapshot(recording.cluster), recording.samples
    recording.seek(19_500)
    assert (recording.live, recording.commands, recording.samples) == (False, [], samples[:20])
    while recording.now < 100_000:
        recording.run(min(100_000, recording.now + 370))
    assert recording.live and recording.samples is samples
    assert snapshot(recording.cluster) == end
    recording.run(101_000)
    assert recording.end == 101_000


def test_beyond_the_end_a_seek_goes_on_with_the_run():
    recording, other = run_broken(), run_broken()
    recording.seek(5_000)
    recording.seek(130_000)
    other.run(130_000)
    assert recording.live and whole(recording.cluster) == whole(other.cluster)


def test_the_past_takes_no_commands():
    recording = run_broken()
    recording.seek(30_000)
    with pytest.raises(ValueError, match="fork"):
        recording.do(parse("scale deployment/web --replicas=3"))
    assert recording.end == 100_000 and len(recording.commands) == 1


def test_what_begins_in_the_past_leaves_it_as_it_was():
    recording = run_broken()
    truth = {t: whole(recording.at(t)) for t in (0, 19_000, 20_000, 30_000, 40_001, 100_000)}
    told = recording.samples.copy(), recording.marks.copy(), recording.commands.copy(), list(recording.tape.events)
    recording.seek(40_000)
    take = recording.fork()
    take.do(parse("rollout undo deployment/web"))
    take.run(90_000)
    assert [t.command.kubectl() for t in take.commands] == [
        "set image deployment/web web=web:2.O",
        "rollout undo deployment/web",
    ]
    assert whole(take.at(30_000)) == truth[30_000]
    recording.seek(100_000)
    assert (recording.samples, recording.marks, recording.commands, list(recording.tape.events)) == told
    assert {t: whole(recording.at(t)) for t in truth} == truth


@pytest.mark.parametrize("seed", range(5))
def test_a_take_is_what_would_have_been(seed):
    """A fork that is given the rest of the commands becomes the run that it left, its samples, marks and events too."""
    program, recording = random_run(seed)
    at = program.commands[len(program.commands) // 2].at_ms
    recording.seek(at)
    take = recording.fork()
    for timed in recording.tape.commands[take.given :]:
        take.run(timed.at_ms)
        take.do(timed.command)
    take.run(recording.end)
    recording.seek(recording.end)
    assert whole(take.cluster) == whole(recording.cluster)
    assert (take.samples, take.marks, take.tape.events) == (recording.samples, recording.marks, recording.tape.events)


def test_undo_is_a_take_without_the_last_command():
    recording = run_broken()
    recording.do(parse("scale deployment/web --replicas=3"))
    recording.do(parse("rollout undo deployment/web"))
    take = recording.fork(recording.given - 1)
    other = run_broken()
    other.do(parse("scale deployment/web --replicas=3"))
    assert (take.end, whole(take.cluster)) == (100_000, whole(other.cluster))
    assert [mark for mark in take.marks if mark.kind == "you"] == [mark for mark in other.marks if mark.kind == "you"]
    again = take.fork(0)
    assert (again.end, again.commands) == (20_000, [])


def test_the_scenario_s_own_commands_come_in_every_take():
    told = Scenario.parse("title: T\ncommands:\n  - {at: 10, run: run web --image=nginx}\n  - {at: 20, run: delete pod web}")
    recording = Recording(told, 1)
    recording.run(30_000)
    recording.seek(10_000)
    take = recording.fork()
    take.run(30_000)
    assert whole(take.cluster) == whole(recording.at(30_000))
    assert take.commands == recording.tape.commands


def test_steps_lead_over_the_same_moments_both_ways():
    recording = run_broken()
    recording.seek(20_000)
    forth = [recording.step() for _ in range(12)]
    assert forth == sorted(set(forth)) and forth[0] > 20_000
    assert [recording.step_back() for _ in range(12)] == [*reversed(forth[:-1]), 20_000]
    recording.seek(0)
    assert recording.step_back() == 0


def test_a_step_from_the_past_goes_over_the_end():
    recording = begun()
    recording.run(20_000)
    recording.do(parse("set image deployment/web web=web:2.0"))
    recording.run(20_001)
    recording.seek(20_000)
    assert recording.step() > 20_001 and recording.live


def test_marks_lead_from_one_to_the_next():
    recording = run_broken()
    stops = sorted({mark.at_ms for mark in recording.marks})
    recording.seek(0)
    found = []
    while (following := recording.next_mark()) is not None:
        recording.seek(following)
        found.append(following)
    assert found == stops
    assert [recording.previous_mark() for _ in range(2)] == [stops[-2]] * 2


def test_when_a_fault_is_marked_does_not_depend_on_how_time_is_cut():
    whole_run, slices = run_broken(), begun("broken-deploy")
    while slices.now < 100_000:
        slices.run(slices.now + 50)
        if slices.now == 20_000:
            slices.do(parse("set image deployment/web web=web:2.O"))
    assert slices.marks == whole_run.marks


class Scribe:
    """A witness that notes what it is shown."""

    def __init__(self, seen=()):
        self.seen = list(seen)

    def see(self, cluster, commands, given):
        self.seen.append((cluster.now, cluster.store.revision, given))

    def copy(self):
        return Scribe(self.seen)


def test_a_witness_has_seen_each_second_once_wherever_one_goes():
    recording = run_broken()
    recording.attend(Scribe())
    recording.run(120_000)
    told = recording.witness.seen
    assert [now for now, _, _ in told] == list(range(0, 121_000, 1000))
    for moment in (119_999, 3_000, 40_500, 20_000, 119_000, 0):
        recording.seek(moment)
        assert recording.witness.seen == told[: moment // 1000 + 1]
    recording.seek(50_000)
    assert recording.fork().witness.seen == told[:51]


def test_a_second_that_was_kept_before_the_witness_saw_it_is_seen_once(monkeypatch):
    for module, name in ((copies, "GRAIN"), (tape, "BETWEEN_LOOKS"), (recordings, "BETWEEN_LOOKS")):
        monkeypatch.setattr(module, name, 1)
    recording = begun()
    recording.attend(Scribe())
    recording.run(20_000)
    recording.do(parse("set image deployment/web web=web:2.0"))
    recording.run(21_000)
    told = recording.witness.seen
    for moment in range(19_900, 20_100):
        recording.seek(moment)
        assert recording.witness.seen == told[: moment // 1000 + 1]


def test_a_long_run_keeps_little_and_is_exact_all_the_same(monkeypatch):
    monkeypatch.setattr(copies, "GRAIN", 20)
    monkeypatch.setattr(copies, "MOST", 10)
    monkeypatch.setattr(tape, "SAMPLES", 600)
    recording = begun()
    for minute in range(40):
        recording.run(minute * 60_000 + 20_000)
        recording.do(parse(f"set image deployment/web web=web:{minute + 2}.0"))
    assert len(recording.tape.copies) <= 10
    assert len(recording.samples) <= 600
    assert recording.samples[-1].t == 39 * 60 + 20
    when = 15 * 60_000 + 27_123
    fresh = begun()
    for timed in recording.commands[:16]:
        fresh.run(timed.at_ms)
        fresh.do(timed.command)
    fresh.run(when)
    assert whole(recording.at(when)) == whole(fresh.cluster)

"""The numbers in the README are those of the data beside the tests."""

from pathlib import Path

from simulation import conformance
from simulation.questions import answer
from simulation.recording import Recording
from simulation.scenario import Scenario, holds

TESTS = Path(__file__).parent
README = (TESTS.parent / "README.md").read_text()


def test_the_recordings_are_counted():
    traces = conformance.files([str(TESTS / "conformance" / "traces")])
    states = sum(len(conformance.read(path)["steps"]) for path in traces)
    assert f"{len(traces)} traces, {states:,} states" in README


def test_the_timelines_are_counted():
    assert f"{len(list((TESTS / 'conformance' / 'nodes').iterdir()))} timelines" in README


def test_every_file_that_it_names_exists():
    for line in README.splitlines():
        for target in line.split("](")[1:]:
            path = target.split(")")[0]
            assert path.startswith("http") or (TESTS.parent / path).exists(), path


def test_the_example_of_a_scenario_file_plays_and_keeps_its_claim():
    told = Scenario.parse(README.split("```yaml\n")[1].split("```")[0])
    recording = Recording(told, told.seed)
    while not recording.reached:
        recording.run(recording.now + 1000)
    [claim], [question] = told.claims, told.questions
    while recording.now < 120_000:
        recording.run(recording.now + 1000)
        assert holds(claim.always, recording.cluster)
    assert [rs.spec.replicas for rs in recording.cluster.store.list("ReplicaSet")] == [3, 2]
    assert answer(question, recording, int(question.at * 1000)).available == 3

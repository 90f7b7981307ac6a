"""The numbers in the README are those of the data beside the tests."""

import re
from pathlib import Path

from msgspec.structs import fields

from simulation import conformance
from simulation.conditions import FIELDS
from simulation.questions import answer
from simulation.recording import Recording
from simulation.scenario import STRUCTS, Scenario, holds, load, names
from simulation.stages import BEHAVIOURS

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


def test_the_article_is_mapped_to_every_lesson_and_to_tests_that_exist():
    table = README.split("| section of the article |")[1].split("\n\n")[0]
    rows = [[re.findall("`([^`]+)`", cell) for cell in line.strip("|").split("|")[1:]] for line in table.splitlines()[2:]]
    assert sorted(lesson for lessons, _ in rows for lesson in lessons) == sorted(name for name in names() if load(name).number)
    for _, tests in rows:
        assert tests and all((TESTS.parent / path).is_file() for path in tests), tests


def test_every_key_of_a_scenario_file_is_named():
    told = README.split("## Add a lesson")[1].split("\n## ")[0]
    named = {key.split(":")[0] for key in re.findall("`([^`]+)`", told)}
    keys = {field.encode_name for struct in STRUCTS.values() for field in fields(struct)}
    assert {*keys, *FIELDS} - named == set()
    assert all(word in told for word in BEHAVIOURS)


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

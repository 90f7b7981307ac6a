"""The numbers in the README are those of the data beside the tests."""

from pathlib import Path

from simulation import conformance

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

"""The recorded moves of the real controllers (v1.36.2), one test a trace."""

import json
from pathlib import Path

import pytest

from simulation import conformance

TRACES = Path(__file__).parents[1] / "conformance" / "traces"
FILES = conformance.files([str(TRACES)])


@pytest.mark.parametrize("path", FILES, ids=[path.name.removesuffix(".json.gz") for path in FILES])
def test_every_state_is_the_recorded_one(path):
    conformance.run(conformance.read(path))


def test_every_group_of_traces_is_here():
    assert {path.name[0] for path in FILES} >= set("abcdefghijklmnopr")


def test_a_wrong_number_is_found(tmp_path, capsys):
    trace = conformance.read(TRACES / "a_roll_r3_s25pct_u25pct.json.gz")
    trace["steps"][2]["state"]["replicasets"][0]["desired"] += 1
    (tmp_path / "wrong.json").write_text(json.dumps(trace))
    assert conformance.main([str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "FAIL wrong step 2: replicasets[v1].desired: expected 4 got 3",
        "0 passed, 1 failed",
    ]


def test_a_recorded_race_may_go_either_way():
    expected = {"deployment": {"conditions": [{"type": "Progressing", "reason": "A", "message": "a"}]}, "replicasets": []}
    actual = {"deployment": {"conditions": [{"type": "Progressing", "reason": "B", "message": "b"}]}, "replicasets": []}
    path = "deployment.conditions[Progressing].reason"
    assert [found[0] for found in conformance.compare(expected, actual, {})] == [path, path.replace("reason", "message")]
    assert not list(conformance.compare(expected, actual, {path: [{"value": "A", "seen": 2}, {"value": "B", "seen": 1}]}))


def test_a_file_that_is_no_trace_fails_in_one_line(tmp_path, capsys):
    (tmp_path / "broken.json").write_text("{")
    assert conformance.main([str(tmp_path)]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("FAIL broken step 0: file: ")
    assert out[1] == "0 passed, 1 failed"

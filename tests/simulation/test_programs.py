"""Random programs against the laws: a few thousand stimuli here, a million with `make soak`."""

from types import SimpleNamespace

import pytest

from simulation.controllers.deployment import rolling, util
from simulation.recording import Recording
from simulation.scenario import Scenario
from tests.simulation.test_cluster import snapshot
from tests.soak import Broken, Program

STIMULI = 250


@pytest.mark.parametrize("seed", range(12))
def test_no_program_breaks_a_law(seed):
    Program(seed).run(STIMULI)


def test_a_controller_that_adds_one_pod_too_many_is_caught(monkeypatch):
    honest = util.new_rs_new_replicas
    monkeypatch.setattr(util, "new_rs_new_replicas", lambda d, total, size: min(honest(d, total, size) + 1, util.replicas_of(d)))
    with pytest.raises(Broken, match="are the most"):
        for seed in range(12):
            Program(seed).run(STIMULI)


def test_a_controller_that_takes_one_pod_too_many_is_caught(monkeypatch):
    wrong = {**vars(util), "min_available": lambda d: util.min_available(d) - 1}
    monkeypatch.setattr(rolling, "util", SimpleNamespace(**wrong))
    with pytest.raises(Broken, match="are the least"):
        for seed in range(40):
            Program(seed).run(STIMULI)


def test_what_broke_is_written_as_a_scenario_that_replays_it():
    program = Program(3)
    program.run(60)
    recording = Recording(Scenario.parse(program.file(program.lines)), program.seed)
    recording.run(program.cluster.now)
    assert snapshot(recording.cluster) == snapshot(program.cluster)

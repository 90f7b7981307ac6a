import pytest

from simulation.fate import Fate, fate
from simulation.kubectl.parse import parse
from simulation.recording import Recording
from simulation.scenario import Scenario

SIX = """
title: T
nodes: {nodes}
objects:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: web}}
    spec:
      replicas: 6
      selector: {{matchLabels: {{app: web}}}}
      template: {{metadata: {{labels: {{app: web}}}}, spec: {{containers: [{{name: web, image: "web:1.0"}}]}}}}
"""


@pytest.fixture
def run() -> Recording:
    """Node-2 has been off for a second; it has two pods."""
    return off("node-2")


def off(*names: str, nodes: int = 3) -> Recording:
    run = Recording(Scenario.parse(SIX.format(nodes=nodes)), 1)
    run.run(30_000)
    for name in names:
        run.do(parse(f"# {name}: power off"))
    run.run(31_000)
    return run


def happened(run: Recording, node: str = "node-2") -> tuple[int, int]:
    """When it became NotReady and when its first pod was told to end, by looking every tenth of a second."""
    noticed = evicted = 0
    for now in range(run.now, 600_000, 100):
        run.run(now)
        store = run.cluster.store
        if not noticed and any(c.type == "Ready" and c.status != "True" for c in store.get("Node", node, "").status.conditions):
            noticed = now
        if any(pod.metadata.deletion_timestamp is not None for pod in store.on_node.get(node, {}).values()):
            evicted = now
            break
    return noticed, evicted


def test_both_times_are_known_while_kubernetes_knows_nothing_and_come_true(run):
    said = fate(run, "node-2")
    noticed, evicted = happened(run)
    assert said.off == 30_000 and said.pods == 2
    assert 0 <= noticed - said.not_ready < 100 and 0 <= evicted - said.evicted < 100
    assert said.not_ready - said.off >= 50_000 and 300_000 <= said.evicted - said.not_ready < 301_000


def whens(told: Fate) -> list[int]:
    return [told.off, told.not_ready, *(at_ms for at_ms, _ in told.evictions)]


def test_what_is_said_stays_the_same_at_every_later_moment(run):
    said = fate(run, "node-2")
    for second in (50, 100, 200, 380, 390, 450):
        run.run(second * 1000)
        later = fate(run, "node-2")
        times = [(now // 1000, before // 1000) for now, before in zip(whens(later), whens(said), strict=True)]
        assert all(now == before for now, before in times) and later.pods == said.pods, second


def test_a_node_that_answers_has_none(run):
    assert fate(run, "node-1") is None and fate(run, "node-9") is None
    run.do(parse("# node-2: power on"))
    assert fate(run, "node-2") is None


def test_when_no_node_answers_nobody_is_evicted():
    run = off("node-1", "node-2", nodes=2)
    said = fate(run, "node-1")
    assert said.not_ready is not None and (said.evicted, said.pods) == (None, 0)


def test_of_two_nodes_the_second_waits_its_turn():
    run = off("node-1", "node-2")
    first, second = fate(run, "node-1"), fate(run, "node-2")
    assert first.not_ready == second.not_ready
    assert second.evicted - first.evicted == 10_000
    assert happened(run)[1] // 100 == -(-second.evicted // 100)


def test_a_node_that_comes_back_in_this_take_is_never_noticed(run):
    run.run(40_000)
    run.do(parse("# node-2: power on"))
    run.run(60_000)
    run.seek(35_000)
    assert fate(run, "node-2") == Fate(30_000, None, ())

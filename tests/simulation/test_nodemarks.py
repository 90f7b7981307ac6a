from simulation.kubectl.parse import parse
from tests.simulation.test_fate import off


def test_what_becomes_of_a_node_is_marked_once_each_time():
    run = off("node-2")
    run.run(400_000)
    run.do(parse("# node-2: power on"))
    run.run(420_000)
    assert [mark.words for mark in run.marks if mark.kind == "node"] == ["node-2 NotReady", "2 evicted", "node-2 Ready"]
    assert [mark.at_ms in run.tape.events for mark in run.marks if mark.kind == "node"] == [True] * 3


def test_whoever_comes_back_in_time_is_not_marked_as_evicted():
    run = off("node-2")
    run.run(120_000)
    run.do(parse("# node-2: power on"))
    run.run(420_000)
    assert [mark.words for mark in run.marks if mark.kind == "node"] == ["node-2 NotReady", "node-2 Ready"]

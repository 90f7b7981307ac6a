import pytest

from rollviz.desk.rack import PLACES, Key, rack
from simulation.recording import Recording
from simulation.scenario import Scenario
from tests.rollviz.desk.desks import Watched, web


def box(desk: Watched, name: str = "node-4"):
    return next(box for box in rack(desk.recording.cluster.store).boxes if box.name == name)


def rack_of(nodes: int, places: int, replicas: int) -> Watched:
    desk = Watched()
    desk.recording = Recording(Scenario.parse(f"title: T\nnodes: {nodes}\nmax_pods: {places}\n"), 1)
    return desk.do(f"create deployment web --image=web:1.0 --replicas={replicas}").run(12)


def states(desk: Watched, node: str = "node-4") -> str:
    return desk.look().moving["nodes"][node]["s"][1::2]


def test_a_switch_says_what_it_does_and_the_box_what_kubernetes_knows():
    desk = web(8).run(8)
    assert (box(desk).words, box(desk).power, box(desk).down) == ("Ready", Key("power off", "# node-4: power off"), False)
    desk.do("# node-4: power off").run(30)
    assert (box(desk).words, box(desk).power, box(desk).down) == ("Ready, not noticed", Key("power on", "# node-4: power on"), True)
    assert states(desk) == "aa"
    desk.run(40)
    assert (box(desk).words, box(desk).since) == ("NotReady", 74)
    assert states(desk) == "ll"
    desk.run(310)
    assert states(desk) == "tt"
    desk.do("# node-4: power on").run(60)
    assert (box(desk).words, box(desk).since, box(desk).down, states(desk)) == ("Ready", None, False, "")


def test_a_node_that_comes_back_in_time_has_its_pods_back():
    desk = web(8).run(8).do("# node-4: power off").run(100).do("# node-4: power on").run(10)
    assert box(desk).words == "Ready" and states(desk) == "aa"
    assert desk.run(400).look().moving["nodes"]["node-4"]["i"].count("|") == 1


def test_cordoned_and_draining_are_said():
    desk = web().do("create poddisruptionbudget web --selector=app=web --min-available=10").run(1)
    assert box(desk.do("cordon node-4")).words == "Ready, cordoned" and box(desk).shut
    assert box(desk.do("drain node-4").run(1)).words == "Ready, draining"
    assert box(desk.do("# node-4: stop draining").run(1)).words == "Ready, cordoned"
    assert box(desk.do("uncordon node-4")).words == "Ready"


def test_a_machine_whose_node_was_deleted_can_be_switched_on_again():
    desk = web(4).do("delete node node-4").run(1)
    assert (box(desk).words, box(desk).down, box(desk).power.verb) == ("no Node object", True, "power off")
    desk.do("# node-4: power on").run(5)
    assert box(desk).words == "Ready"


def test_a_machine_stays_where_it_stands_when_its_node_is_deleted_and_registers_anew():
    desk = web(4).do("delete node node-2").run(1)
    names = ["node-1", "node-2", "node-3", "node-4"]
    assert [box.name for box in rack(desk.recording.cluster.store).boxes] == names
    desk.do("# node-2: power on").run(5)
    assert [box.name for box in rack(desk.recording.cluster.store).boxes] == names


def test_pods_without_a_node_are_a_column_of_their_own_oldest_first_with_names():
    desk = rack_of(2, 2, 6)
    none = desk.look().moving["nodes"][""]
    assert (none["s"], none["w"]) == ("1p1p", "pending|pending")
    desk.do("scale deployment/web --replicas=7").run(1)
    names = desk.look().moving["nodes"][""]["i"].split("|")
    assert names[:2] == none["i"].split("|") and len(names) == 3
    assert all(not desk.recording.cluster.store.get("Pod", name).spec.node_name for name in names)


def test_a_lost_pod_says_its_version_in_words():
    desk = web(8).run(8).do("# node-4: power off").run(70)
    assert desk.look().moving["nodes"]["node-4"]["w"] == "lost v1|lost v1"


@pytest.mark.parametrize(
    ("places", "replicas", "geometry"),
    [
        (6, 4, {"rows": 6, "cols": 1, "places": 6, "asks": 0}),
        (PLACES, 4, {"rows": 22, "cols": 1, "places": PLACES, "asks": 0}),
        (110, 6, {"rows": 10, "cols": 1, "places": 10, "asks": 0}),
    ],
)
def test_all_nodes_are_as_high_as_their_places_as_long_as_they_can_be_drawn(places, replicas, geometry):
    assert rack_of(2, places, replicas).look().moving["rack"] == geometry


def test_of_many_places_as_many_are_drawn_as_the_fullest_node_needs():
    desk = rack_of(2, 110, 90)
    drawn = desk.look().moving["rack"]
    assert 45 <= drawn["places"] < 110 and drawn["rows"] * drawn["cols"] >= drawn["places"]
    assert "w" not in desk.look().moving["nodes"]["node-1"]


def test_more_than_eight_are_cells():
    found = [rack(rack_of(nodes, 10, 1).recording.cluster.store) for nodes in (8, 9)]
    assert [(r.many, r.ready) for r in found] == [(False, 8), (True, 9)]


def test_a_drain_that_is_refused_again_is_news_though_nothing_is_written():
    desk = web().do("create poddisruptionbudget web --selector=app=web --min-available=10").run(1).do("drain node-4").run(3)
    before, revision = desk.look().moving["rack"]["asks"], desk.recording.cluster.store.revision
    assert desk.run(5).look().moving["rack"]["asks"] == before + 5_000
    assert desk.recording.cluster.store.revision == revision


def test_the_first_refusal_is_drawn_in_the_second_in_which_it_comes():
    desk = web().do("create poddisruptionbudget web --selector=app=web --min-available=10").run(1).do("drain node-4").run(0.01)
    assert str(desk.says("unit-node-4-f").words) == "go, none may come"
    assert str(desk.run(0.5).says("unit-node-4-f").words).startswith("wait: budget web needs 10")


def test_the_headline_counts_nobody_whose_machine_is_off():
    desk = web(8).run(8).do("# node-4: power off").run(30)
    assert str(desk.says("now")) == "6 of 8 pods of v1 answer. Nobody has noticed that node-4 is off."
    desk.do("# node-3: power off").run(1)
    assert str(desk.says("now")) == "4 of 8 pods of v1 answer. Nobody has noticed that node-3 and node-4 are off."
    desk.run(60)
    assert str(desk.says("now")) == "v1 4 of 8 pods available."

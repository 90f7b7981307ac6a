import pytest

from rollviz.desk.coming import said
from simulation.upcoming import upcoming
from tests.rollviz.desk.desks import MISSING, NEXT, Watched, web


def coming(desk: Watched) -> list[str]:
    """What comes, each said before it happens, until nothing does for ten minutes; at most forty."""
    found: list[str] = []
    while len(found) < 40 and (moment := upcoming(desk.recording)) is not None:
        found.append(str(said(moment)))
        desk.recording.run(moment.at_ms)
    return found


def test_a_pod_that_dies_with_its_node_and_comes_elsewhere():
    desk = web(4).run(8).do("# node-4: power off")
    assert coming(desk)[:2] == ["node-4 is NotReady", "a pod is evicted"]
    assert "a pod is ready" in coming(web(4).run(8).do("# node-4: power off"))[2:6]


def test_a_node_that_comes_back():
    desk = web(4).run(8).do("# node-4: power off").run(100).do("# node-4: power on")
    assert coming(desk)[0] == "node-4 is Ready"


def test_a_node_that_registers_anew():
    assert coming(web(4).do("delete node node-4").run(100).do("# node-4: power on"))[0] == "node-4 is registered"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (NEXT, ["2 pods are told to end", "a pod is gone", "a pod is ready"]),
        (MISSING, ["gets no image"]),
        ("set image deployment/web web=web:2.0-crash", ["crash"]),
        ("delete pod {pod}", ["a pod gets a node", "a pod is gone", "a pod is ready"]),
        ("scale deployment/web --replicas=4", ["6 pods are told to end", "are gone"]),
    ],
)
def test_a_rollout_is_told_by_what_weighs_most(line, words):
    desk = web()
    desk.do(line.format(pod=desk.look().strips[0].pods[0].name))
    found = " · ".join(coming(desk))
    assert [word for word in words if word not in found] == [], found


def test_what_people_did_since_is_told_in_the_past():
    desk = web().run(20).do("scale deployment/web --replicas=4").run(20)
    desk.recording.seek(20_000)
    moment = upcoming(desk.recording)
    while not moment.commands:
        desk.recording.seek(moment.at_ms)
        moment = upcoming(desk.recording)
    assert str(said(moment)) == "scale 4"


def test_when_nothing_comes_nothing_is_said():
    desk = web()
    coming(desk)
    assert upcoming(desk.recording) is None


def test_a_drain():
    desk = web(4).do("create poddisruptionbudget web --selector=app=web --min-available=4").run(1).do("drain node-4")
    assert coming(desk) == ["the drain of node-4 is refused"]
    assert coming(desk.do("delete poddisruptionbudget web"))[0] == "a pod is evicted" and not desk.recording.cluster.store.drains
    assert "the drain of node-3 ends" in coming(desk.do("drain node-3"))

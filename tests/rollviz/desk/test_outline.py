"""The outline says of each object what kubectl prints of it, and knows those that have no strip."""

from tests.rollviz.desk.desks import MISSING, Watched, web


def outline(desk: Watched) -> dict:
    return desk.look().moving["outline"]


def test_deployments_have_their_own_status():
    desk = web().do(MISSING).run(20)
    status = desk.recording.cluster.store.list("Deployment")[0].status
    (name, told), *others = outline(desk)["d"].items()
    assert (name, others) == ("web", [])
    assert (told["n"], told["t"], told["u"], told["r"], told["a"]) == (10, 13, 5, 8, 8)
    assert (told["t"], told["u"]) == (status.replicas, status.updated_replicas)
    assert told["c"] == "Available True, MinimumReplicasAvailable|Progressing True, ReplicaSetUpdated"
    assert not told["p"]
    assert outline(desk.do("rollout pause deployment/web").run(1))["d"]["web"]["p"]


def test_sets_say_whose_they_are_what_they_do_and_why():
    sets = outline(web().do(MISSING).run(20))["rs"]
    old, new = sets.values()
    assert (old["of"], old["label"], old["rev"], old["img"], old["now"]) == ("web", "v1", 1, "web:1.0", False)
    assert (new["label"], new["img"], new["now"], str(new["why"])) == ("v2", "web:2.O", True, "held: 13 pods, max is 13")


def test_sets_that_are_only_spines_are_there_too():
    desk = web(2)
    for n in range(2, 7):
        desk.do(f"set image deployment/web web=web:{n}.0").run(30)
    picture = desk.look()
    assert len(picture.strips) < 6
    assert [one["label"] for one in picture.moving["outline"]["rs"].values()] == [f"v{n}" for n in range(1, 7)]


def test_services_say_whose_pods_they_send_to():
    desk = web().do("run alone --image=web:1.0 --labels=app=web").run(10)
    told = outline(desk)["svc"]["web"]
    assert (told["sel"], told["n"]) == ("app=web", 11)
    (strip,) = desk.look().strips
    assert told["by"] == {strip.id: 10, "loose": 1}
    assert outline(desk)["loose"] == {"i": "alone", "s": "a"}


def test_nodes_say_how_they_are():
    desk = web(2).do("cordon node-1")
    assert str(outline(desk)["nodes"]["node-1"]) == "Ready, cordoned"

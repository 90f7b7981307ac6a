import pytest

from tests.rollviz.desk.desks import MISSING, NEXT, PAUSED, Watched, web

KNOBS = """patch deployment web -p '{"spec":{"minReadySeconds":10,"strategy":{"rollingUpdate":{"maxSurge":2,"maxUnavailable":1}}}}'"""


def sums(why) -> list[tuple[str, int, str]]:
    return [(term.op, term.n, term.label) for term in why.sum]


def strips(desk: Watched) -> dict:
    return {strip.label: strip for strip in desk.look().strips}


def test_an_empty_desk_says_what_to_type():
    picture = Watched().look()
    assert str(picture.parts["empty"][1]).startswith("create deployment web --image=")
    assert str(picture.parts["now"][1]) == "Nothing runs yet. Every fader is at zero."
    assert picture.strips == ()


def test_a_deployment_that_has_all_it_wants_is_on_air():
    desk = web()
    v1 = strips(desk)["v1"]
    assert (v1.v, v1.ready, v1.available, v1.endpoints, v1.peak, v1.dest, v1.pin, v1.plug) == (10, 10, 10, 10, 10, None, "", "lit")
    assert (v1.words, str(v1.why)) == ("on air", "10 available, 10 desired")
    assert str(desk.says("now")) == "10 pods of v1 answer. Nothing is moving."
    assert sums(desk.says("why")) == [("", 10, "desired"), ("−", 10, "available"), ("=", 0, "left to do")]


def test_the_stuck_rollout_is_told_with_the_controllers_own_numbers():
    desk = web().do(MISSING).run(20)
    v1, v2 = strips(desk).values()
    assert (v1.v, v1.available, v1.dest, v1.pin, str(v1.why)) == (8, 8, 0, "below", "held: 8 available, min is 8")
    assert (v2.v, v2.ready, v2.dest, v2.pin, str(v2.why)) == (5, 0, 10, "above", "held: 13 pods, max is 13")
    assert str(desk.says("now")) == "v2 cannot start. 8 of 10 pods still answer."
    why = desk.says("why")
    assert [(term.n, str(term.label), term.op) for term in why.sum] == [
        (13, "pods now", ""),
        (8, "min available", "−"),
        (5, "v2 not available", "−"),
        (0, "may be removed", "="),
    ]
    assert "Total is at the maximum" in str(why.text)
    panel = desk.says("callout")
    assert (str(panel.title), panel.share, str(panel.air)) == ("Stuck, but still on air", 80, "8 of 10 pods answer.")
    assert (panel.line, str(panel.after)) == ("rollout undo deployment/web", "back to v1")
    assert desk.look().moving["stuck"] is True


def test_after_the_deadline_it_is_still_told_and_undo_clears_it():
    desk = web().do(MISSING).run(700)
    assert str(desk.says("now")) == "v2 is stuck. 8 of 10 pods still answer."
    assert "ProgressDeadlineExceeded" in str(desk.says("why").text)
    assert str(desk.look().moving["m"]["dl"]) == "exceeded"
    desk.do("rollout undo deployment/web").run(15)
    assert desk.says("callout") is None
    assert str(desk.says("now")) == "10 pods of v1 answer. Nothing is moving."
    assert [strip.words for strip in desk.look().strips] == ["on air", "parked"]


def test_the_next_move_is_named_when_the_simulation_knows_it():
    desk = web().do(KNOBS).run(1).do(NEXT)
    while not any(cell.state == "ready" for strip in desk.look().strips for cell in strip.pods if strip.target):
        desk.run(0.5)
    ready = [cell for strip in desk.look().strips if strip.target for cell in strip.pods if cell.state == "ready"]
    assert ready[0].word.endswith("/10 s")
    said = str(desk.says("why").text)
    assert "Next move at " in said
    assert "will have been ready for 10 s" in said
    at = said.split("Next move at ")[1].split(":")
    due = int(at[0]) * 60 + int(at[1][:2])
    before = {strip.label: strip.v for strip in desk.look().strips}
    desk.recording.run(due * 1000 - 1)
    assert {strip.label: strip.v for strip in desk.look().strips} == before
    desk.run(0.2)
    assert {strip.label: strip.v for strip in desk.look().strips} != before


def test_a_pull_that_failed_is_tried_when_it_was_said():
    desk = web().do(MISSING).run(12)
    said = str(desk.says("why").text)
    at = said.split("Next pull at ")[1].split(":")
    due = int(at[0]) * 60 + int(at[1][:2])

    def pulls() -> int:
        events = desk.recording.cluster.store.list("Event")
        return sum(event.count for event in events if event.reason == "Pulling" and "2.O" in event.message)

    desk.recording.run(due * 1000 - 1)
    before = pulls()
    desk.recording.run(due * 1000 + 1000)
    assert pulls() > before


def test_percentages_are_resolved_and_say_how_they_round():
    surge, unavailable = web().says("knobs").knobs
    assert (surge.raw, surge.resolved, str(surge.unit)) == ("25%", 3, "rounds up")
    assert (unavailable.raw, unavailable.resolved, str(unavailable.unit)) == ("25%", 2, "rounds down")
    most, least = web().says("guards")
    assert (most.at, most.sum, least.at, least.sum) == (13, "10 + 3", 8, "10 − 2")


def test_a_broken_guard_says_how_many_are_short():
    desk = web(4)
    assert desk.look().moving["m"]["short"] == 0
    for name in [pod.metadata.name for pod in desk.recording.cluster.store.list("Pod")][:3]:
        desk.do(f"delete pod {name}")
    assert desk.run(0.5).look().moving["m"]["short"] == 2


def test_a_hand_on_a_replica_sets_fader_is_undone_and_the_strip_says_so():
    desk = web(7)
    name = desk.look().strips[0].name
    desk.do(f"scale rs/{name} --replicas=9").run(1)
    assert str(strips(desk)["v1"].why) == "The Deployment put it back to 7"
    assert strips(desk)["v1"].v == 7
    lines = [str(line.words) for line in desk.look().log.lines]
    assert "v1 from 9 to 7: the Deployment put it back" in lines
    assert str(strips(desk.run(10))["v1"].why) == "7 available, 7 desired"


def test_a_roll_back_renames_nothing():
    desk = web().do(NEXT).run(40).do("rollout undo deployment/web").run(40)
    v1, v2 = strips(desk).values()
    assert [(s.label, s.revision, s.hue, s.target) for s in (v1, v2)] == [("v1", 3, 1, True), ("v2", 2, 2, False)]
    assert v2.line == "rollout undo deployment/web --to-revision=2"


def test_pause_stops_the_faders_and_the_desk_says_it():
    desk = web().do(NEXT, "rollout pause deployment/web").run(5)
    assert "paused" in str(desk.says("why").title)
    assert desk.says("head").line == "rollout resume deployment/web"
    assert str(desk.says("now")).startswith("Paused.")


def test_recreate_waits_for_the_old_pods():
    desk = web(4).do("""patch deployment web -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'""", NEXT).run(0.6)
    assert desk.says("knobs").none == "Recreate"
    assert desk.says("guards") == ()
    assert "v1 goes before the new one starts." in str(desk.says("now"))
    assert str(desk.run(20).says("now")) == "4 pods of v2 answer. Nothing is moving."


def test_several_deployments_stand_on_one_desk():
    desk = web().do("create deployment api --image=httpd:1.0 --replicas=3").run(10)
    picture = desk.look()
    assert [(s.label, s.short, s.deployment) for s in picture.strips] == [("web v1", "v1", "web"), ("api v1", "v1", "api")]
    assert len({s.hue for s in picture.strips}) == 2
    assert picture.facts["master"].name == "api"
    assert desk.do("scale deployment/web --replicas=5").look().facts["master"].name == "web"


def test_pods_without_an_owner_have_a_strip_without_a_fader():
    desk = Watched().do("run web --image=nginx").run(8)
    loose = desk.says("loose")
    assert [cell.state for cell in loose.cells] == ["available"]
    assert str(desk.says("now")) == "1 pod, and nobody counts it."


def test_endpoints_count_ready_pods_and_the_guards_only_available_ones():
    desk = web().do(KNOBS).run(1).do(NEXT).run(9)
    target = next(s for s in desk.look().strips if s.target)
    assert target.endpoints > target.available
    assert desk.look().moving["svc"]["e"] == sum(s.endpoints for s in desk.look().strips)


def test_what_a_service_does_not_select_is_not_plugged():
    desk = web().do("create deployment api --image=httpd:1.0").run(8)
    assert {s.deployment: s.plug for s in desk.look().strips} == {"web": "lit", "api": ""}
    assert [out.id for out in desk.says("service").outs] == [desk.look().strips[0].id]


def test_of_several_deployments_only_those_that_a_service_sends_to_are_on_air_and_its_own_name_touches_none():
    desk = Watched().do("create deployment web --image=nginx --replicas=3", "create deployment blue --image=nginx")
    desk.do("create deployment green --image=httpd", "create service clusterip web --tcp=80").run(12)
    assert [s.words for s in desk.look().strips] == ["on air", "standing by", "standing by"]
    assert str(desk.says("now")) == "1 pod of green v1 stands by. Nothing is moving."
    desk.do("""patch service web -p '{"spec":{"selector":{"app":"green"}}}'""").run(3)
    assert [s.words for s in desk.look().strips] == ["standing by", "standing by", "on air"]
    assert str(desk.says("now")) == "1 pod of green v1 answers. Nothing is moving."
    desk.do("set image deployment/blue nginx=that-image-does-not-exist").run(8)
    assert str(desk.says("now")) == "blue v2 cannot start. 1 of 1 pod still stands by."
    assert (str(desk.says("callout").title), str(desk.says("callout").air)) == ("Stuck", "1 of 1 pod stands by.")


def test_old_parked_sets_become_spines():
    desk = web(2)
    for number in range(2, 7):
        desk.do(f"set image deployment/web web=web:{number}.0").run(25)
    picture = desk.look()
    assert [s.label for s in picture.strips] == ["v4", "v5", "v6"]
    assert [s.label for s in picture.parts["spines"][1]] == ["v1", "v2", "v3"]


def test_nodes_carry_their_pods_in_hue_and_state():
    moving = web(4).look().moving
    assert set(moving["nodes"]) == {"", "node-1", "node-2", "node-3", "node-4"}
    assert sorted("".join(node["s"] for node in moving["nodes"].values())) == sorted("1a" * 4)


def test_the_clock_is_what_people_set():
    picture = web().look(PAUSED)
    assert (picture.moving["run"], picture.moving["speed"], picture.facts["clock"]) == (False, 1.0, "0:12.0")


@pytest.mark.parametrize("replicas", [1, 30, 300, 3000])
def test_any_size_fits_on_its_scale(replicas):
    desk = Watched().do(f"create deployment web --image=web:1.0 --replicas={replicas}").run(6)
    picture = desk.look()
    (strip,) = picture.strips
    assert strip.v <= picture.moving["max"]
    assert strip.rows * strip.cols >= picture.moving["max"]
    assert ("w" in picture.moving["sets"][strip.id]) == (strip.cols == 1)


def test_the_recording_says_which_node_and_what():
    desk = web().do("# node-4: power off", "cordon node-2", "drain node-3 --force")
    assert [mark.words for mark in desk.says("marks")][-3:] == ["node-4 off", "cordon node-2", "drain node-3"]

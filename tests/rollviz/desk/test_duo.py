"""What two Deployments and a Service make together follows from labels and selector; the crossfader is a patch, the price is counted."""

import json

import pytest

from rollviz.desk import crossfader
from rollviz.desk.duo import BLUE_GREEN, CANARY, duo, find
from rollviz.desk.sets import groups
from simulation.commands import Create
from tests.rollviz.desk.desks import Watched

TO_BLUE, TO_GREEN = (f"""patch service web -p '{{"spec":{{"selector":{{"app":"{side}"}}}}}}'""" for side in ("blue", "green"))


def two(*more: str, blue: int = 3, green: int = 3) -> Watched:
    """The article's: two Deployments, and a Service that looks for app=web."""
    made = [
        f"create deployment {name} --image={image} --replicas={n}"
        for name, image, n in (("blue", "web:1.0", blue), ("green", "web:2.0", green))
    ]
    return Watched().do(*made, "create service clusterip web --tcp=80", *more).run(12)


def deployment(name: str, labels: dict[str, str], image: str = "web:1.0", replicas: int = 3) -> Create:
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": image}]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    return Create(json.dumps({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}))


def service(selector: dict[str, str]) -> Create:
    spec = {"selector": selector, "ports": [{"port": 80}]}
    return Create(json.dumps({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec}))


def made(*commands: Create) -> Watched:
    desk = Watched()
    for command in commands:
        desk.recording.do(command)
    return desk.run(12)


def scene(desk: Watched) -> str:
    return desk.look().moving["duo"]["kind"]


def on_air(desk: Watched) -> str:
    at = desk.says("fade").at
    return at.name if at else ""


def test_the_scene_comes_with_the_second_deployment_and_goes_with_it():
    desk = Watched().do("create deployment blue --image=web:1.0", "create service clusterip web --tcp=80")
    assert scene(desk) == ""
    assert scene(desk.do("create deployment green --image=web:2.0")) == BLUE_GREEN
    assert scene(desk.do("create deployment red --image=web:3.0")) == ""
    assert scene(desk.do("delete deployment red")) == BLUE_GREEN
    assert scene(desk.do("expose deployment blue --port=80")) == ""
    assert scene(desk.do("delete service blue", "delete deployment green").run(60)) == ""


def test_another_application_beside_the_one_with_the_service_is_no_pair():
    desk = Watched().do("create deployment web --image=web:1.0", "expose deployment web --port=80", "create deployment api --image=httpd:1")
    assert scene(desk) == ""
    assert scene(desk.do("delete deployment api", "create deployment web-green --image=web:2.0").run(60)) == BLUE_GREEN


def test_the_ends_are_patches_of_the_selector_and_the_engine_is_where_they_lead():
    desk = two()
    assert on_air(desk) == ""
    fader = desk.says("fade")
    assert (fader.a.line, fader.b.line) == (TO_BLUE, TO_GREEN)
    assert on_air(desk.do(fader.a.line)) == "blue"
    assert on_air(desk.do(fader.b.line)) == "green"
    assert {s.deployment: (s.word, s.plug, s.words) for s in desk.run(1).look().strips} == {
        "blue": ("A", "", "standing by"),
        "green": ("B", "lit", "on air"),
    }


def test_a_selector_that_finds_neither_is_said_and_rests_on_no_end():
    desk = two()
    assert str(desk.says("now")) == "No request reaches a pod: app=web is on neither side."
    assert str(desk.says("fade").say) == "on neither: the selector finds none of these pods"
    assert desk.says("fade").lines == (desk.says("fade").a, desk.says("fade").b)


def test_what_holding_both_costs_and_how_long_going_back_takes_are_counted():
    desk = two(TO_GREEN, blue=3, green=4)
    back = crossfader.back_ms(desk.recording, _duo(desk))
    assert {str(stat.words): str(stat.n) for stat in desk.says("service").stats} == {
        "pods held for the work of 4": "7",
        "until all requests are back": f"{back / 1000:g} s" if back >= 1000 else f"{back} ms",
    }
    assert [(t.op, t.n) for t in desk.says("why").sum] == [("", 7), ("−", 4), ("=", 3)]
    desk.do("# web: 100 requests/s")
    desk.do(TO_BLUE).run(back / 1000 - 0.001)
    assert _reached(desk) != {"blue"}
    assert _reached(desk.run(0.001)) == {"blue"}


def test_without_ready_pods_there_is_no_way_back():
    desk = two(TO_GREEN).do("scale deployment blue --replicas=0").run(40)
    assert str(desk.says("now")) == "All requests go to B green. A blue is at zero."
    assert {str(stat.n): str(stat.words) for stat in desk.says("service").stats} == {
        "3": "pods held for the work of 3",
        "no way": "back: blue has no ready pod",
    }
    assert str(desk.says("why").title) == "Going back is not possible now"


def test_asking_how_long_it_takes_moves_nothing():
    desk, same = two(TO_GREEN), two(TO_GREEN)
    desk.look()
    for one in (desk, same):
        one.do(TO_BLUE, "delete pods --all").run(30)
    assert [pod.metadata.name for pod in desk.recording.cluster.store.list("Pod")] == [
        pod.metadata.name for pod in same.recording.cluster.store.list("Pod")
    ]


def test_a_rollout_on_one_deck_shows_both_its_sets_and_says_what_it_does():
    desk = two(TO_GREEN).do("set image deployment/blue web=web:3.0").run(1)
    assert [(s.deployment, s.side) for s in desk.look().strips] == [("blue", "a"), ("blue", "a"), ("green", "b")]
    assert (desk.look().moving["duo"]["na"], desk.look().moving["duo"]["nb"]) == (2, 1)
    assert "Fading in" in str(desk.says("now"))


def test_blue_is_blue_and_green_is_green():
    assert {s.deployment: s.hue for s in two().look().strips} == {"blue": 1, "green": 3}


@pytest.mark.parametrize(
    ("selector", "labels", "kind"),
    [
        ({"app": "web"}, ({"app": "web", "track": "stable"}, {"app": "web", "track": "canary"}), CANARY),
        ({"app": "web", "color": "blue"}, ({"app": "web", "color": "blue"}, {"app": "web", "color": "green"}), BLUE_GREEN),
        ({"app": "web", "color": "blue"}, ({"app": "api", "color": "blue"}, {"app": "db", "color": "green"}), BLUE_GREEN),
        ({"app": "web", "tier": "front"}, ({"app": "web", "tier": "back"}, {"app": "db", "tier": "back"}), ""),
        ({"tier": "front", "app": "web"}, ({"app": "web"}, {"app": "db"}), ""),
        ({"status": "enabled"}, ({"app": "web"}, {"app": "db"}), ""),
    ],
)
def test_labels_and_selector_decide(selector, labels, kind):
    assert scene(made(*(deployment(name, own) for name, own in zip(("one", "two"), labels, strict=True)), service(selector))) == kind


def test_pods_that_are_enabled_by_a_label_make_a_canary_of_their_deployment():
    desk = made(deployment("web", {"app": "web"}, replicas=4), deployment("next", {"app": "next"}), service({"status": "enabled"}))
    assert scene(desk.do("label pods -l app=web status=enabled").run(1)) == ""
    first = next(cell.name for s in desk.look().strips for cell in s.pods if s.deployment == "next")
    assert scene(desk.do(f"label pod {first} status=enabled").run(1)) == CANARY
    assert str(desk.says("why").title) == "Why does canary hear 20\u00a0%?"
    assert [(t.op, t.n) for t in desk.says("why").sum] == [("", 1), ("÷", 5), ("=", "20\u00a0%")]


def test_who_is_called_canary_is_it_whoever_came_first():
    labels = {"app": "web", "track": "stable"}, {"app": "web", "track": "canary"}
    desk = made(deployment("new", labels[1]), deployment("old", labels[0]), service({"app": "web"}))
    assert [(desk.look().moving["duo"][letter]["name"]) for letter in "ab"] == ["old", "new"]
    assert {s.deployment: (s.word, s.driven) for s in desk.look().strips} == {
        "old": ("stable", "deployment/old"),
        "new": ("canary", "deployment/new"),
    }


# ------------------------------------------------------------------------------------------------------------ details


def _duo(desk: Watched):
    store = desk.recording.cluster.store
    return duo(find(store, groups(store)), desk.look().strips)


def _reached(desk: Watched) -> set[str]:
    """The Deployments to whose pods the proxies send."""
    known = desk.recording.cluster.traffic.flows["default", "web"].table
    return {s.deployment for s in desk.look().strips if any(cell.name in {pod.name for pod in known.values()} for cell in s.pods)}

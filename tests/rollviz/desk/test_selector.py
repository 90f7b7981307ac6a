"""The numbers of the selector's editor before it is set are those of the cluster after it was."""

import pytest

from rollviz.desk.memory import memory_of
from rollviz.desk.selector import editor, plan
from simulation.commands import SendRequests
from tests.rollviz.desk.desks import NEXT, Watched, web


def planned(desk: Watched, wanted: dict[str, str], kind: str = "Service"):
    return plan(memory_of(desk.recording), desk.recording.cluster, kind, "web", wanted)


def rows(found) -> list[tuple]:
    return [(row.version.label if row.version else "", row.word, row.match, row.answer, row.now) for row in found.rows]


def mixed() -> Watched:
    """v1 answers, v2 is on its way, and one pod that nobody counts answers too."""
    return web(10).do("run by-hand --image=web:1.0 --labels=app=web").run(5).do(NEXT).run(2.5)


def hash_of(desk: Watched, label: str) -> str:
    return next(s.hash for s in desk.look().strips if s.label == label)


def test_it_opens_with_what_is_and_nothing_to_set():
    desk = mixed()
    found = planned(desk, {"app": "web"})
    assert found.line == ""
    assert rows(found) == [("v1", "stays", 8, 8, 8), ("v2", "stays", 5, 0, 0), ("", "stays", 1, 1, 1)]
    assert (found.match, found.answer, found.now) == (14, 9, 9)
    opened = editor(desk.recording.cluster.store, "Service", "web")
    assert ([*map(tuple, opened.pairs)], str(opened.keep)) == ([("app", "web")], "keep app=web")


@pytest.mark.parametrize("wanted", [{"app": "web", "pod-template-hash": "v1"}, {"app": "other"}, {"run": "nobody"}, {}])
def test_what_is_told_comes_so(wanted):
    desk = mixed()
    wanted = {key: hash_of(desk, value) if value == "v1" else value for key, value in wanted.items()}
    found = planned(desk, wanted)
    before = desk.look().moving["svc"]["e"]
    assert before == found.now
    desk.do(found.line).run(0.1)
    assert desk.look().moving["svc"]["e"] == found.answer
    by_version = {row.version.label: row.answer for row in found.rows if row.version}
    assert {s.label: s.endpoints for s in desk.look().strips} == by_version


def test_a_version_that_leaves_and_one_that_stays_though_nobody_of_it_answers():
    desk = mixed()
    found = planned(desk, {"app": "web", "pod-template-hash": hash_of(desk, "v2")})
    assert rows(found) == [("v1", "leaves", 0, 0, 8), ("v2", "stays", 5, 0, 0), ("", "leaves", 0, 0, 1)]
    assert str(found.said) == "Nobody answers. Every request is refused."
    assert found.line == f"set selector service web app=web,pod-template-hash={hash_of(desk, 'v2')}"


@pytest.mark.parametrize("rate", [300, 1500, 5000])
def test_what_one_version_cannot_serve_is_lost_as_it_was_told(rate):
    desk = web(4).do("label pods --all pool=a").run(1)
    desk.do(f"label pod {desk.look().strips[0].pods[0].name} pool=b --overwrite")
    desk.recording.do(SendRequests("web", rate))
    desk.run(5)
    found = planned(desk, {"app": "web", "pool": "b"})
    assert str(found.said).startswith(f"{rate} requests per second to 1 pod. One pod serves ")
    desk.do(found.line).run(20)
    before = desk.recording.cluster.traffic.flows["default", "web"].lost_in_all
    desk.run(20)
    lost = desk.recording.cluster.traffic.flows["default", "web"].lost_in_all - before
    assert lost == pytest.approx(20 * found.lost, rel=0.02, abs=2)
    assert (found.lost > 0) == (rate > 400)


def test_without_anybody_every_request_is_lost():
    desk = web(2)
    desk.recording.do(SendRequests("web", 200))
    found = planned(desk.run(2), {"app": "nobody"})
    assert (str(found.said).strip(), found.lost) == ("200 requests per second to nobody.", 200)


def test_pods_that_end_are_sent_to_while_nobody_is_ready():
    desk = web(2)
    desk.do("delete deployment web").run(0.3)
    found = planned(desk, {"app": "web"})
    assert (found.answer, str(found.said)) == (0, "No pod is ready. While 2 pods end, requests go to them.")


def test_without_a_selector_the_endpoints_stay():
    found = planned(mixed(), {})
    assert (found.match, found.answer, found.now) == (0, 9, 9)
    assert str(found.said).startswith("No selector: ")


def test_a_deployments_selector_is_refused_in_the_apis_words():
    desk = web(2)
    found = planned(desk, {"app": "other"}, "Deployment")
    assert "field is immutable" in found.error
    assert found.rows == ()
    assert planned(desk, {"app": "web"}, "Deployment").error == ""


def test_a_label_that_is_none_is_refused_before():
    assert planned(web(1), {"a b": "c"}).error.startswith("error: ")


def test_set_based_requirements_are_shown_as_kubectl_writes_them():
    body = (
        '{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"},'
        '"matchExpressions":[{"key":"tier","operator":"In","values":["a","b"]},{"key":"old","operator":"DoesNotExist"}]},'
        '"template":{"metadata":{"labels":{"app":"web","tier":"a"}},"spec":{"containers":[{"name":"w","image":"web:1.0"}]}}}}'
    )
    from simulation.commands import Apply

    desk = Watched()
    desk.recording.do(Apply(body))
    assert editor(desk.recording.cluster.store, "ReplicaSet", "web").sets == ("!old", "tier in (a,b)")
    assert editor(desk.recording.cluster.store, "Service", "web") is None

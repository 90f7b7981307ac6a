import re

import pytest

from rollviz.desk import fate
from rollviz.desk.fate import Panel, panel
from simulation.nodes import ready
from tests.rollviz.desk.desks import Watched, web


def shown(desk: Watched, node: str = "") -> Panel:
    return panel(desk.recording, node)


def said(desk: Watched, node: str = "") -> tuple[str, str]:
    found = shown(desk, node)
    return str(found.title), str(found.text)


def skips(desk: Watched, node: str = "") -> list[tuple[str, str]]:
    return [(skip.to, str(skip.words)) for skip in shown(desk, node).skips]


def off() -> Watched:
    """Eight on four nodes; node-4 with two of them is switched off at 0:20."""
    return web(8).run(8).do("# node-4: power off").run(1)


def test_the_bar_has_the_real_times_before_anybody_has_noticed():
    desk = off()
    bar = shown(desk)
    [gone, noticed, evicted] = [mark.at_ms for mark in bar.marks]
    assert gone == 20_000 and 50_000 <= noticed - gone <= 55_100 and 300_000 <= evicted - noticed < 301_000
    assert [mark.clock for mark in bar.marks] == ["0:20", "1:14", "6:14"]
    assert [str(mark.words) for mark in bar.marks] == ["power off", "NotReady, after 0:54", "eviction, 5:00 later"]
    assert said(desk) == (
        "node-4 went off at 0:20. Kubernetes has not noticed.",
        "It still says Ready. The Service goes on sending requests there, until 1:14.",
    )
    assert (str(bar.until), bar.until_ms) == ("until node-4 is NotReady", noticed)


def test_what_it_says_then_happens():
    desk = off()
    noticed, evicted = (mark.at_ms for mark in shown(desk).marks[1:])
    store = desk.recording.cluster.store
    desk.recording.run(noticed - 1)
    assert ready(store.get("Node", "node-4", "")) == "True"
    desk.recording.run(noticed)
    store = desk.recording.cluster.store
    assert ready(store.get("Node", "node-4", "")) == "Unknown"
    desk.recording.run(evicted - 1)
    assert all(pod.metadata.deletion_timestamp is None for pod in store.on_node["node-4"].values())
    desk.recording.run(evicted)
    assert all(pod.metadata.deletion_timestamp is not None for pod in desk.recording.cluster.store.on_node["node-4"].values())


def test_the_tale_goes_on_as_kubernetes_finds_out():
    desk = off().run(60)
    assert said(desk) == (
        "node-4 went off at 0:20. Kubernetes finds out slowly.",
        "For 0:54 the Service kept sending requests there. Now it does not. "
        "The 2 pods still count: no ReplicaSet replaces them before 6:14.",
    )
    assert str(shown(desk).until) == "until node-4's 2 pods are evicted"
    desk.run(310)
    assert said(desk) == (
        "node-4 went off at 0:20. Its pods were evicted.",
        "2 pods stay Terminating: only node-4 can end them. They count no more, so the ReplicaSets made others.",
    )
    assert str(shown(desk).until) == ""


def test_the_keys_skip_to_what_is_next_and_to_the_turn_after_it():
    desk = off()
    [(to, words), (later, eviction)] = skips(desk)
    assert (to, words) == ("next", "skip to the next thing: 1:14, node-4 is NotReady")
    assert re.fullmatch(r"3746\d\d|3747\d\d", later) and eviction == "skip to 6:14, eviction"
    desk.run(60)
    assert skips(desk)[0] == ("next", "skip to the next thing: 6:14, 2 pods are evicted")
    assert len(skips(desk)) == 1
    desk.run(400)
    assert skips(desk) == [("", "nothing happens by itself in the next 10 minutes")]


def test_a_node_that_will_be_back_in_time_is_said_in_the_past():
    desk = off().run(20).do("# node-4: power on").run(30)
    desk.recording.seek(30_000)
    assert said(desk, "node-4")[1] == "It will be back before Kubernetes notices."
    assert [str(mark.words) for mark in shown(desk, "node-4").marks] == ["power off"]


def test_when_too_many_are_off_nobody_is_evicted_and_it_says_why():
    desk = web(8).run(8).do(*(f"# node-{n}: power off" for n in (1, 2, 3, 4))).run(70)
    assert str(shown(desk).text).endswith("Nobody is evicted: no node answers, so the fault is taken to be the control plane's own.")
    assert len(shown(desk).marks) == 2
    three = web(8).run(8).do(*(f"# node-{n}: power off" for n in (1, 2, 3))).run(70)
    assert str(shown(three).text).endswith("Nobody is evicted: too many nodes are down for that.")


PATCH = """patch deployment web -p '{"spec":{"template":{"spec":{"tolerations":[%s]}}}}'"""
UNREACHABLE = '{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute"%s}'
READY = "Switch it off and it says Ready for 50 to 55 s more."


@pytest.mark.parametrize(
    ("tolerations", "words", "eviction"),
    [
        ("", " Its 2 pods are evicted 5:00 after that.", ["eviction, 5:00 later"]),
        (UNREACHABLE % ',"tolerationSeconds":20', " Its 2 pods are evicted 0:20 after that.", ["eviction, 0:20 later"]),
        (UNREACHABLE % "", " Its 2 pods tolerate that for ever.", []),
    ],
)
def test_a_node_that_answers_says_what_would_come_and_it_comes(tolerations, words, eviction):
    desk = web(8).do(PATCH % tolerations).run(60)
    assert said(desk, "node-2") == ("node-2 answers.", READY + words)
    assert [str(mark.words) for mark in shown(desk.do("# node-2: power off").run(1)).marks[2:]] == eviction


def test_an_empty_node_that_answers_promises_nothing_about_pods():
    assert said(web(4).do("scale deployment/web --replicas=0").run(60), "node-2")[1] == READY


def test_one_that_is_on_again_one_cordoned_one_deleted():
    desk = web(4).do("cordon node-2", "delete node node-1").run(1)
    assert said(desk, "node-2")[0] == "node-2 is cordoned."
    assert said(desk, "node-1") == (
        "node-1 is no node of this cluster.",
        "Its Node object was deleted. Switched on again, it registers anew.",
    )


def test_a_drain_that_waits_gives_the_api_servers_words_and_when_kubectl_asks_again():
    desk = web(8).do("create poddisruptionbudget web --selector=app=web --min-available=8").run(1).do("drain node-4").run(3)
    title, words = said(desk)
    assert title == "node-4 is being drained."
    assert "Cannot evict pod as it would violate the pod's disruption budget. kubectl asks again at 0:18." in words
    names = words.partition(":")[0].split(", ")
    assert names == [pod.name for pod in next(iter(desk.recording.cluster.store.drains.values())).pods]


def test_without_a_name_it_is_the_node_that_matters_most():
    desk = web(8).run(8)
    assert shown(desk).node == "node-1"
    assert (
        shown(desk.do("create poddisruptionbudget web --selector=app=web --min-available=8").run(1).do("drain node-3").run(1)).node
        == "node-3"
    )
    assert shown(desk.do("# node-4: power off").run(1)).node == "node-4"
    assert shown(desk, "node-2").node == "node-2" and shown(desk, "nobody").node == "node-4"


def test_many_who_look_at_one_moment_cost_one_look_ahead(monkeypatch):
    desk, asked = off(), []
    upcoming = fate.upcoming
    monkeypatch.setattr(fate, "upcoming", lambda recording: asked.append(recording.now) or upcoming(recording))
    first = shown(desk)
    assert [shown(desk.run(1)).skips for _ in range(5)] == [first.skips] * 5 and len(asked) == 1
    desk.do("scale deployment/web --replicas=9")
    assert shown(desk).skips != first.skips and len(asked) == 2


def test_pods_that_wait_for_different_times_are_told_apart():
    hasty = UNREACHABLE % ',"tolerationSeconds":20'
    desk = web(8).do("create deployment hasty --image=web:1.0 --replicas=4").run(1)
    desk.do((PATCH % hasty).replace("deployment web", "deployment hasty")).run(60)
    assert said(desk, "node-2")[1] == f"{READY} Its 3 pods are evicted 0:20 to 5:00 after that."
    desk.do("# node-2: power off").run(60)
    assert [str(mark.words).partition(", ")[2] for mark in shown(desk).marks[2:]] == ["0:20 later", "5:00 later"]
    assert [str(mark.words)[0] for mark in shown(desk).marks[2:]] == ["1", "2"]
    assert str(shown(desk).until) == "until 1 of node-2's 3 pods is evicted"
    desk.run(30)
    title, words = said(desk)
    assert title.endswith("1 of its 3 pods was evicted.") and words.startswith("1 pod stays Terminating: only node-2 can end it.")
    assert words.endswith(f"The next are evicted at {shown(desk).marks[-1].clock}.")
    assert str(shown(desk).until) == "until 2 of node-2's 3 pods are evicted"
    desk.recording.run(shown(desk).until_ms)
    assert said(desk)[0].endswith("Its pods were evicted.") and said(desk)[1].startswith("3 pods stay Terminating")

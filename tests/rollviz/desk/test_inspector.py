"""What the inspector says of a pod, and what labels and selectors are said to do, held against what then happens."""

import pytest

from rollviz.desk.consequence import of_label
from rollviz.desk.inspector import inspector, name_at
from rollviz.desk.memory import memory_of
from simulation.pods import is_active
from simulation.store import controller_of
from tests.rollviz.desk.desks import NEXT, Watched, web

CONTAINER = '{"name":"web","readinessProbe":{"httpGet":{"port":80},"periodSeconds":2}}'
PROBE = f"""patch deployment web -p '{{"spec":{{"template":{{"spec":{{"containers":[{CONTAINER}]}}}}}}}}'"""


def probed(replicas: int = 3) -> Watched:
    return web(replicas).do(PROBE).run(40)


def look(desk: Watched, name: str):
    return inspector(desk.look(), desk.recording, name)


def first(desk: Watched, strip: int = -1) -> str:
    shown = [s for s in desk.look().strips if s.pods]
    return shown[strip].pods[0].name


def acts(desk: Watched, name: str) -> dict:
    return {action.id: action for action in look(desk, name).actions}


def then(desk: Watched, name: str, key: str, value: str | None):
    return of_label(memory_of(desk.recording), desk.recording.cluster, name, key, value)


def said(found) -> list[str]:
    return [str(item.words) for item in found.items]


def pods(desk: Watched) -> list:
    return [pod for pod in desk.recording.cluster.store.list("Pod") if is_active(pod)]


# ---------------------------------------------------------------------------------------------------------------- the pod


def test_a_pod_is_told_as_its_record_has_it():
    desk = probed()
    name = first(desk)
    pod = desk.recording.cluster.store.get("Pod", name)
    seen = look(desk, name)
    assert (seen.who.name, seen.who.state, seen.who.version.label) == (name, "available", "v2")
    assert str(seen.who.words).endswith(f"ReplicaSet {controller_of(pod).name} counts it.")
    assert [(label.key, label.value) for label in seen.labels] == list(pod.metadata.labels.items())
    assert seen.labels[0].asked == ("Service web", f"ReplicaSet {controller_of(pod).name}")
    assert (seen.facts.node, seen.facts.ip) == (pod.spec.node_name, pod.status.pod_ip)
    assert [(c.type, c.true) for c in seen.facts.conditions] == [(c.type, c.status == "True") for c in pod.status.conditions]
    assert [(c.name, c.image, str(c.words)) for c in seen.facts.containers] == [("web", "web:1.0", "running, ready")]
    assert "Container started" in [event.words for event in seen.facts.events]


def test_every_cell_leads_to_its_pod_and_back():
    desk = probed(5).do(NEXT).run(2)
    shown = desk.look()
    places = [(s.id, i, cell.name) for s in shown.strips for i, cell in enumerate(s.pods)]
    assert len(places) > 5
    for strip, cell, name in places:
        assert name_at(shown, strip, cell) == name
        who = inspector(shown, desk.recording, name).who
        assert (who.strip, who.cell) == (strip, cell)
    assert name_at(shown, "loose", 0) == name_at(shown, places[0][0], 99) == ""


def test_what_the_kubelet_does_next_is_told_with_its_time_and_comes_then():
    desk = web(1).do("set image deployment/web web=web:missing").run(14)
    name = first(desk)
    assert str(look(desk, name).facts.containers[0].words) == "ImagePullBackOff, tried now"
    [container] = look(desk.run(5), name).facts.containers
    assert str(container.words).startswith("ImagePullBackOff, again at 0:")
    due = int(str(container.words).rpartition(":")[2])

    def pulls() -> int:
        return sum(event.count for event in look(desk, name).facts.events if event.words.startswith("Pulling"))

    before = pulls()
    desk.recording.run(due * 1000 - 1)
    assert pulls() == before
    desk.recording.run(due * 1000 + 999)
    assert pulls() == before + 1


def test_a_pod_that_is_gone_says_so_and_nothing_can_be_done_to_it():
    desk = web(1)
    name = first(desk)
    desk.do(f"delete pod {name}").run(20)
    seen = look(desk, name)
    assert str(seen.who.words) == "This pod is gone."
    assert [action.line for action in seen.actions] == [""] * 4
    assert seen.facts is None


def test_the_four_actions_are_lines_that_do_what_they_say_and_keep_their_places():
    desk = probed()
    name = first(desk)
    found = look(desk, name).actions
    assert [action.id for action in found] == ["delete", "crash", "ready", "release"]
    desk.do(acts(desk, name)["ready"].line).run(8)
    assert look(desk, name).who.state == "notready"
    assert str(acts(desk, name)["ready"].verb) == "make ready"
    assert "probe at" in str(look(desk, name).facts.containers[0].words)
    desk.do(acts(desk, name)["ready"].line).run(4)
    assert look(desk, name).who.state == "available"
    desk.do(acts(desk, name)["crash"].line).run(4)
    assert "1 restart" in str(look(desk, name).facts.containers[0].words)
    desk.do(acts(desk, name)["delete"].line)
    assert [action.id for action in look(desk, name).actions] == ["delete", "crash", "ready", "release"]
    assert {str(action.no) for action in look(desk, name).actions if not action.key} == {"it is ending already", "it is ending"}


def test_why_something_cannot_be_done_is_said():
    desk = web(1)
    name = first(desk)
    assert str(acts(desk, name)["ready"].no) == "no container has a readiness probe: running is ready"
    node = desk.recording.cluster.store.get("Pod", name).spec.node_name
    desk.do(f"# {node}: power off")
    assert str(acts(desk, name)["crash"].no) == f"{node} does not answer"


def test_release_takes_the_label_that_most_selectors_ask_for():
    desk = web(2)
    name = first(desk)
    assert acts(desk, name)["release"].key == "app"
    desk.do(f"label pod {name} app-")
    assert str(acts(desk, name)["release"].no) == "no selector picks it"


# ------------------------------------------------------------------------------------------------------- before it happens


def test_a_label_is_told_before_it_is_set_and_then_it_is_so():
    desk = web(3)
    name = first(desk)
    found = then(desk, name, "app", "debug")
    assert str(found.title) == "app=web becomes app=debug. It leaves two selectors:"
    assert said(found) == [
        "ReplicaSet v1 counts 2 of 3 and makes another pod.",
        "Service web stops sending to it.",
        "The pod keeps running. Nobody owns it.",
    ]
    assert (found.line, str(found.verb)) == (f"label pod {name} app=debug --overwrite", "set label")
    assert len(pods(desk)) == 3
    desk.do(found.line).run(12)
    assert len(pods(desk)) == 4
    assert controller_of(desk.recording.cluster.store.get("Pod", name)) is None
    assert desk.look().moving["svc"]["e"] == 3
    back = then(desk, name, "app", "web")
    assert str(back.title) == "app=debug becomes app=web. It joins two selectors:"
    assert said(back)[0].startswith("ReplicaSet v1 counts 4 of 3, 1 too many, and deletes ")
    goes = said(back)[0].removesuffix(".").rpartition(" ")[2]
    desk.do(back.line).run(0.2)
    assert [pod.metadata.name for pod in desk.recording.cluster.store.list("Pod") if not is_active(pod)] == [
        name if goes == "one" else goes
    ]


def test_only_the_hash_leaves_the_set_and_not_the_service():
    desk = web(3)
    found = then(desk, first(desk), "pod-template-hash", None)
    assert str(found.verb) == "remove label"
    assert said(found) == ["ReplicaSet v1 counts 2 of 3 and makes another pod.", "The pod keeps running. Nobody owns it."]


def test_a_label_that_nobody_asks_for_is_told_as_that():
    desk = web(2)
    found = then(desk, first(desk), "status", "enabled")
    assert str(found.title) == "status=enabled comes. No selector minds:"
    assert said(found) == ["The pod keeps running. ReplicaSet v1 owns it."]


def test_a_pod_that_is_not_ready_is_told_what_will_be_when_it_is():
    desk = web(2).do("set image deployment/web web=web:missing").run(5)
    assert "Service web will not use it, even when it is ready." in said(then(desk, first(desk), "app", "x"))


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [("a b", "x", 'The Pod "'), ("app", "no spaces", 'error: invalid label value: "app=no spaces"')],
)
def test_what_kubectl_or_the_server_refuses_is_refused_before(key, value, error):
    desk = web(1)
    found = then(desk, first(desk), key, value)
    assert found.error.startswith(error)
    assert str(found.verb) == ""


def test_nothing_to_do_is_said_without_a_line():
    desk = web(1)
    name = first(desk)
    assert str(then(desk, name, "app", "web").title) == "app is web already."
    assert then(desk, name, "app", "web").line == then(desk, name, "", "web").line == then(desk, name, "none", None).line == ""


# ---------------------------------------------------------------------------------------------------- pods nobody counts


def test_a_released_pod_is_a_strip_of_its_own_with_its_lead_and_its_endpoint():
    desk = web(3)
    name = first(desk)
    desk.do(f"label pod {name} pod-template-hash-").run(12)
    loose = desk.says("loose")
    assert [cell.name for cell in loose.cells] == [name]
    assert (loose.plug, loose.endpoints, loose.sending) == ("lit", 1, "web")
    assert [out.id for out in desk.says("service").outs][-1] == "loose"
    assert desk.look().moving["svc"] == {"e": 4, "split": "1:3,0:1"}
    desk.do(f"label pod {name} app-").run(1)
    assert desk.says("loose").plug == ""
    assert [out.id for out in desk.says("service").outs] == [s.id for s in desk.look().strips if s.plug]


def test_leads_come_and_go_with_labels_that_the_template_does_not_have():
    desk = web(3).do("set selector service web app=web,status=enabled").run(1)
    [strip] = desk.look().strips
    assert (strip.plug, strip.endpoints, desk.says("service").outs) == ("", 0, ())
    desk.do("label pods -l app=web status=enabled").run(1)
    [strip] = desk.look().strips
    assert (strip.plug, strip.endpoints) == ("lit", 3)
    assert [out.id for out in desk.says("service").outs] == [strip.id]
    desk.do(f"label pod {strip.pods[0].name} status-").run(1)
    assert desk.look().strips[0].endpoints == 2
    desk.do("label pods --all status-").run(1)
    assert desk.look().strips[0].plug == ""


def test_an_edited_template_is_told_to_be_for_pods_to_come():
    desk = web(3)
    [strip] = desk.look().strips
    assert "template" not in str(strip.foot)
    desk.do(f"set image rs/{strip.name} web=web:9.0")
    [strip] = desk.look().strips
    assert (strip.image, str(strip.foot)) == ("web:9.0", "3 pods are of web:1.0: a template is only for pods to come.")
    assert look(desk, strip.pods[0].name).facts.containers[0].image == "web:1.0"


def test_a_service_has_leads_only_to_those_it_sends_to():
    desk = web(2).do("create deployment other --image=web:2.0 --replicas=2", "expose deployment other --port=80").run(12)
    desk.do("scale deployment web --replicas=3").run(5)
    shown = {s.deployment: s for s in desk.look().strips}
    assert {s.plug for s in shown.values()} == {"lit"}
    assert [out.id for out in desk.says("service").outs] == [shown["web"].id]
    assert desk.look().moving["svc"]["e"] == 3

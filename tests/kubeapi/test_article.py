"""Every command line of the article, in its order, with the kubectl on somebody's machine."""

import re
import shlex
import time

import pytest

from simulation.scenario import Scenario
from tests.kubeapi.kubectl import NEWEST, binary
from tests.rollviz.desks import MANIFEST
from tests.terminal.masks import masked
from tests.terminal.play import Player

DEMO = [
    ("run", "web", "--image=nginx"),
    ("get", "all"),
    ("create", "deployment", "web", "--image=nginx"),
    ("run", "deployment", "web", "--image=nginx"),
    ("scale", "deployment", "web", "--replicas=10"),
    ("rollout", "status", "deployment", "web"),
    ("set", "image", "deployment", "web", "nginx=that-image-does-not-exist"),
]
AFTER = [
    ("rollout", "undo", "deployment", "web"),
    ("expose", "deployment", "web", "--port=80"),
    ("create", "deployment", "blue", "--image=nginx"),
    ("create", "deployment", "green", "--image=httpd"),
    ("delete", "service", "web"),
    ("create", "service", "clusterip", "web", "--tcp=80"),
    ("edit", "service", "web"),
    ("get", "svc", "web"),
    ("patch", "service", "web", "-p", '{"spec": {"selector": {"app": "green"}}}'),
    ("run", "fronted-aabbccdd-xyz", "--image=nginx"),
    ("label", "pod", "fronted-aabbccdd-xyz", "status=enabled"),
    ("label", "pods", "-l", "app=blue,version=v1.5", "status=enabled"),
    ("label", "pods", "-l", "app=blue,version=v1.4", "status-"),
]
"""What kubectl has changed since 2018 is written as it is today: `kubectl run` made a Deployment, and a name is taken once."""

WATCHES = ("pods", "replicasets", "deployments", "events")


@pytest.mark.parametrize("version", ["1.27", "1.30", "1.33"])
def test_every_line_of_the_article_runs(open_desk, version):
    binary(version)
    kubectl = open_desk(version)
    kubectl.desk.clock(speed=4)
    kubectl("delete", "deployment,service", "web")
    watching = {kind: kubectl.start("get", kind, "-w") for kind in WATCHES}
    printed = [(line, read(kubectl, line)) for line in DEMO]
    deployment = stuck(kubectl)
    assert deployment["availableReplicas"] == 8, "80 % of the capacity still answers"
    printed += [(line, read(kubectl, line)) for line in AFTER]
    kubectl("rollout", "status", "deployment", "web")
    state = {d["metadata"]["name"]: d for d in kubectl.desk.state()["deployments"]}
    assert state["web"]["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx"
    assert state["web"]["status"]["availableReplicas"] == 10
    assert {name: d["spec"]["replicas"] for name, d in state.items()} == {"web": 10, "blue": 1, "green": 1}
    assert kubectl("get", "pod", "-l", "status=enabled", "-o", "name") == "pod/fronted-aabbccdd-xyz\n"
    assert kubectl("get", "svc", "web", "-o", "jsonpath={.spec.selector.app}") == "green"
    said = {kind: ended(watch) for kind, watch in watching.items()}
    assert "ErrImagePull" in said["pods"] or "ImagePullBackOff" in said["pods"]
    assert re.search(r"web-[0-9a-f]+ +10 +10 +10 ", said["replicasets"])
    assert "8/10" in said["deployments"]
    assert "ScalingReplicaSet" in said["events"]
    if version == NEWEST:
        typed = typed_in_the_terminal()
        assert [(line, comparable(line, out)) for line, out in printed] == [(line, comparable(line, out)) for line, out in typed]


def read(kubectl, line) -> str:
    """What a line prints; one that reads is typed when what went before has happened."""
    if line[0] == "get":
        kubectl.desk.clock(advance=10)
    return kubectl(*line, EDITOR="sed -i s/app:.web$/app:\\ blue/")


def typed_in_the_terminal() -> list[tuple]:
    """The same lines in the terminal of a desk that begins with the same objects."""
    player = Player(Scenario.parse(MANIFEST).start(1))
    player.wait(10_000)
    assert player.type("kubectl delete deployment,service web").code == 0
    found = []
    for line in [*DEMO, *AFTER]:
        if line[0] == "get":
            player.wait(10_000)
        text = shlex.join(("kubectl", *line))
        answer = player.edit(text, to_blue) if line[0] == "edit" else player.type(text)
        assert (answer.code, answer.err) == (0, ""), (line, answer)
        found.append((line, answer.out))
        player.wait(2_000)
    return found


def to_blue(text: str) -> str:
    return re.sub(r"(app:) web$", r"\1 blue", text, flags=re.M)


def comparable(line, out: str) -> str:
    """Names, ages and addresses apart; of a rollout only how it ended, since one may look at another moment of it."""
    lines = masked(out).splitlines()
    return lines[-1] if line[:2] == ("rollout", "status") else "\n".join(sorted(lines))


def stuck(kubectl) -> dict:
    """The status of web when the rollout can go no further."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        state = kubectl.desk.state()
        (web,) = [d for d in state["deployments"] if d["metadata"]["name"] == "web"]
        if web["status"].get("updatedReplicas") == 5 and sum("ErrImagePull" in str(pod) for pod in state["pods"]) == 5:
            break
        time.sleep(0.2)
    return web["status"]


def ended(watch) -> str:
    """What a `-w` had printed when it was stopped."""
    watch.terminate()
    return watch.communicate(timeout=60)[0]

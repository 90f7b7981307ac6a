"""Every command line of the article, in its order, with the kubectl on somebody's machine."""

import re
import time

import pytest

from tests.kubeapi.kubectl import binary

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
    for line in DEMO:
        kubectl(*line)
    deployment = stuck(kubectl)
    assert deployment["availableReplicas"] == 8, "80 % of the capacity still answers"
    for line in AFTER:
        kubectl(*line, EDITOR="sed -i s/app:.web$/app:\\ blue/")
    kubectl("rollout", "status", "deployment", "web")
    state = {d["metadata"]["name"]: d for d in kubectl.desk.state()["deployments"]}
    assert state["web"]["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx"
    assert state["web"]["status"]["availableReplicas"] == 10
    assert kubectl("get", "svc", "web", "-o", "jsonpath={.spec.selector.app}") == "green"
    said = {kind: ended(watch) for kind, watch in watching.items()}
    assert "ErrImagePull" in said["pods"] or "ImagePullBackOff" in said["pods"]
    assert re.search(r"web-[0-9a-f]+ +10 +10 +10 ", said["replicasets"])
    assert "8/10" in said["deployments"]
    assert "ScalingReplicaSet" in said["events"]


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
    return watch.communicate(timeout=10)[0]

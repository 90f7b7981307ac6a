"""What people do with kubectl beyond the article: follow, wait, delete, drain, apply, replace, edit."""

import json
import threading

import pytest

from tests.rollviz.desks import MANIFEST

DOCUMENTS = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: nginx-deployment
  labels:
    app: nginx
spec:
  replicas: 3
  selector:
    matchLabels:
      app: nginx
  template:
    metadata:
      labels:
        app: nginx
    spec:
      containers:
      - name: nginx
        image: nginx:1.14.2
        ports:
        - containerPort: 80
---
apiVersion: v1
kind: Service
metadata:
  name: my-service
spec:
  selector:
    app: nginx
  ports:
  - protocol: TCP
    port: 80
    targetPort: 9376
"""
STUCK = MANIFEST.replace("  replicas: 10\n", "  replicas: 10\n  progressDeadlineSeconds: 20\n")


def test_a_rollout_is_followed_to_its_end(kubectl):
    kubectl("rollout", "status", "deployment/web")
    kubectl("set", "image", "deployment/web", "web=web:2.0")
    said = kubectl("rollout", "status", "deployment/web")
    assert said.endswith('deployment "web" successfully rolled out\n')
    assert "out of 10 new replicas have been updated" in said


def test_a_rollout_that_is_stuck_ends_with_1_after_its_deadline(open_desk):
    kubectl = open_desk(manifest=STUCK)
    kubectl("rollout", "status", "deployment/web")
    kubectl("set", "image", "deployment/web", "web=that-image-does-not-exist")
    threading.Timer(2, lambda: kubectl.desk.clock(advance=40)).start()
    done = kubectl.run("rollout", "status", "deployment/web")
    assert (done.returncode, done.stderr) == (1, 'error: deployment "web" exceeded its progress deadline\n')


def test_delete_and_drain_return(kubectl):
    kubectl("rollout", "status", "deployment/web")
    assert "node/node-1 drained" in kubectl("drain", "node-1", "--ignore-daemonsets")
    kubectl("delete", "pod", "-l", "app=web")
    kubectl("delete", "deployment", "web", "--cascade=foreground")
    assert kubectl("get", "pods", "-o", "name") == ""


def test_a_budget_holds_a_drain_back_until_there_is_room(kubectl):
    kubectl("rollout", "status", "deployment/web")
    kubectl("create", "pdb", "web", "--selector=app=web", "--min-available=10")
    done = kubectl.run("drain", "node-1", "--ignore-daemonsets", "--timeout=3s")
    assert done.returncode == 1
    assert "Cannot evict pod as it would violate the pod's disruption budget." in done.stderr


@pytest.mark.parametrize("version", ["1.27", "1.33"])
def test_documents_are_applied_compared_and_applied_again(open_desk, tmp_path, version):
    kubectl = open_desk(version)
    path = tmp_path / "app.yaml"
    path.write_text(DOCUMENTS)
    assert kubectl("apply", "-f", "app.yaml") == "deployment.apps/nginx-deployment created\nservice/my-service created\n"
    kubectl.desk.clock(advance=60)  # or the rollout would stand between the two looks that diff takes
    assert kubectl("apply", "-f", "app.yaml") == "deployment.apps/nginx-deployment unchanged\nservice/my-service unchanged\n"
    assert kubectl("diff", "-f", "app.yaml") == ""
    path.write_text(DOCUMENTS.replace("1.14.2", "1.16.1"))
    differs = kubectl.run("diff", "-f", "app.yaml")
    assert differs.returncode == 1
    assert "-      - image: nginx:1.14.2\n+      - image: nginx:1.16.1\n" in differs.stdout
    assert [line for line in differs.stdout.splitlines() if line[:1] in "+-" and line[:3] not in ("---", "+++")] == [
        "-  generation: 1",
        "+  generation: 2",
        "-      - image: nginx:1.14.2",
        "+      - image: nginx:1.16.1",
    ]
    assert kubectl("apply", "-f", "app.yaml") == "deployment.apps/nginx-deployment configured\nservice/my-service unchanged\n"
    assert kubectl("get", "deploy", "nginx-deployment", "-o", "jsonpath={..image}") == "nginx:1.16.1"


def test_what_was_got_can_be_put_back(kubectl):
    kubectl("rollout", "status", "deployment/web")
    live = kubectl("get", "deploy", "web", "-o", "yaml")
    assert kubectl("replace", "-f", "-", stdin=live) == "deployment.apps/web replaced\n"
    assert len(kubectl("get", "rs", "-o", "name").split()) == 1, "nothing in it was new"
    kubectl("label", "deploy", "web", "a=b")
    stale = kubectl.run("replace", "-f", "-", stdin=live)
    assert stale.returncode == 1
    assert "the object has been modified" in stale.stderr


def test_an_editor_that_is_a_script(kubectl):
    assert kubectl("edit", "deployment", "web", EDITOR="sed -i s/replicas:.10/replicas:\\ 7/") == "deployment.apps/web edited\n"
    assert kubectl("get", "deploy", "web", "-o", "jsonpath={.spec.replicas}") == "7"
    assert kubectl.run("edit", "deployment", "web", EDITOR="true").stderr == "Edit cancelled, no changes made.\n"


def test_age_is_the_desks_time_and_describe_agrees_also_when_it_stands(kubectl):
    kubectl.desk.clock(advance=3600, paused=True)
    assert kubectl("get", "nodes").splitlines()[1].split()[3] == "60m"
    event = next(line for line in kubectl("describe", "deployment", "web").splitlines() if "ScalingReplicaSet" in line)
    assert event.split()[2] == "60m"


def test_writes_wait_for_a_clock_that_stands_and_say_so(kubectl):
    kubectl.desk.clock(paused=True)
    done = kubectl.run("scale", "deployment", "web", "--replicas=3")
    assert done.stdout == "deployment.apps/web scaled\n"
    assert done.stderr.startswith("Warning: the desk's clock is paused")
    state = kubectl.desk.state()
    assert state["deployments"][0]["spec"]["replicas"] == 3
    assert state["deployments"][0]["status"].get("observedGeneration", 0) < state["deployments"][0]["metadata"]["generation"]


def test_the_log_says_what_kubectl_did(kubectl):
    kubectl("rollout", "status", "deployment/web")
    for line in (
        ("set", "image", "deployment/web", "web=web:2.0"),
        ("scale", "deployment/web", "--replicas=3"),
        ("rollout", "status", "deployment/web"),
        ("rollout", "undo", "deployment/web"),
        ("label", "deployment/web", "a=b"),
    ):
        kubectl(*line)
    page = kubectl.desk.page()
    for said in ("set image deployment/web web=web:2.0", "scale deployment/web --replicas=3", "rollout undo deployment/web"):
        assert said in page


def test_a_viewers_kubeconfig_reads_and_changes_nothing(kubectl, tmp_path):
    path = tmp_path / "config"
    path.write_text(kubectl.desk.kubeconfig())
    read = kubectl.viewer(path, "get", "deploy", "web", "-o", "name")
    assert (read.returncode, read.stdout) == (0, "deployment.apps/web\n")
    refused = kubectl.viewer(path, "scale", "deploy", "web", "--replicas=1")
    assert refused.returncode == 1
    assert 'Error from server (Forbidden): deployments.apps "web" is forbidden: User "viewer" cannot patch' in refused.stderr


def test_a_desk_that_kubectl_drove_comes_back_the_same(open_desk, tmp_path_factory):
    from tests.rollviz.live import Server

    server = Server(tmp_path_factory.mktemp("again"))
    try:
        kubectl = open_desk(server=server)
        kubectl.desk.clock(paused=True, advance=20)
        kubectl("set", "image", "deployment/web", "web=web:2.0")
        kubectl("create", "deployment", "blue", "--image=nginx")
        kubectl("label", "deployment/web", "a=b")
        kubectl("delete", "pod", kubectl("get", "pods", "-o", "name").split()[0].removeprefix("pod/"), "--wait=false")
        kubectl.desk.clock(advance=20)
        before = kubectl.desk.state()
        server.kill()
        server.start()
        kubectl.desk.server = server
        assert json.dumps(kubectl.desk.state()) == json.dumps(before)
    finally:
        server.kill()


def test_the_times_told_stay_the_same_for_one_kubectl_and_are_never_in_the_future(kubectl, tmp_path):
    """At any speed: `kubectl diff` looks twice, and would find a difference."""
    (tmp_path / "app.yaml").write_text(MANIFEST)
    kubectl("apply", "-f", "app.yaml")
    kubectl("rollout", "status", "deployment/web")
    assert kubectl("diff", "-f", "app.yaml") == ""
    for _ in range(3):
        kubectl("scale", "deployment/web", "--replicas=9")
        kubectl("scale", "deployment/web", "--replicas=10")
        assert "<invalid>" not in kubectl("describe", "deployment", "web")


def test_a_log_is_followed_until_its_container_ends(open_desk):
    kubectl = open_desk()
    kubectl.desk.clock(advance=20, paused=True)
    pod = kubectl("get", "pods", "-o", "name").split()[0]
    following = kubectl.start("logs", "-f", "--tail=1", pod)
    assert following.stdout.readline() == "listening on :80\n"
    kubectl("delete", pod, "--wait=false")
    kubectl.desk.clock(advance=40)
    out, err = following.communicate(timeout=20)
    assert (out, err, following.returncode) == ("received SIGTERM, shutting down\n", "", 0)


@pytest.mark.parametrize("version", ["1.27", "1.30", "1.33"])
def test_what_needs_a_program_in_a_container_says_what_this_is(open_desk, version):
    kubectl = open_desk(version)
    kubectl.desk.clock(advance=20)
    pod = kubectl("get", "pods", "-o", "name").split()[0]
    for words in (["exec", pod, "--", "ls"], ["attach", pod], ["port-forward", pod, "8080:80"], ["cp", f"{pod[4:]}:/x", "y"]):
        done = kubectl.run(*words)
        assert (done.returncode, done.stdout) == (1, "")
        assert "nothing runs in the containers of this simulation" in done.stderr
    assert kubectl.run("top", "pods").stderr == "error: Metrics API not available\n"


@pytest.mark.parametrize("version", ["1.27", "1.33"])
def test_every_kind_that_is_served_is_explained(open_desk, version):
    kubectl = open_desk(version)
    for path in ("endpoints.subsets.addresses", "event.reason", "lease.spec.holderIdentity", "ns.status.phase", "endpointslice.endpoints"):
        assert "FIELD: " in kubectl("explain", path)
    assert "regarding\t<ObjectReference>" in kubectl("explain", "events", "--api-version=events.k8s.io/v1")

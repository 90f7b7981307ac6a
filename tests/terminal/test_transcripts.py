"""What the terminal prints, beside what kubectl 1.33 printed against a real cluster in the same situation.

`transcripts.json` has the recorded lines. After masking names that a cluster makes up, ids, times and addresses, stdout, stderr and the
exit code are the same. NOT_HERE lists the recordings that do not apply, each with its reason.
"""

import json
import re
from pathlib import Path

import pytest

from tests.terminal.play import Player

RECORDED = json.loads(Path(__file__).with_name("transcripts.json").read_text())

WEB = ["create deployment web --image=nginx", 6000]
THREE = [*WEB, "scale deployment web --replicas=3", 6000]
BARE = ["run web --image=nginx", 6000]
BLUE = ["run blue1 --image=nginx --labels=app=blue,version=v1.5", "run blue2 --image=nginx --labels=app=blue,version=v1.5", 6000]
SERVED = [*THREE, "expose deployment web --port=80", 3000]
GREEN = ["create service clusterip web --tcp=80"]
BROKEN = "set image deployment web nginx=that-image-does-not-exist"
V2 = [*WEB, BROKEN, 6000]
TWO = [*WEB, "scale deployment web --replicas=2", 6000]
SCALED = [step for n in (3, 1, 2, 1, 2, 1, 2, 1) for step in (f"scale deployment web --replicas={n}", 4000)]
APP2 = """apiVersion: apps/v1
kind: Deployment
metadata: {name: app2, labels: {app: app2}}
spec:
  replicas: 2
  selector: {matchLabels: {app: app2}}
  template:
    metadata: {labels: {app: app2}}
    spec: {containers: [{name: nginx, image: nginx, ports: [{containerPort: 80}]}]}
"""
A2 = APP2.replace("replicas: 2", "replicas: 3").replace("image: nginx,", 'image: "nginx:1.27",')
BAD = APP2.replace("replicas: 2", "replicas: 2\n  replicaz: 3")
BAD2 = APP2.replace("labels: {app: app2}}\n    spec", "labels: {app: other}}\n    spec")
HAVE_APP2 = [("apply -f a1.yaml", APP2), 6000]
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: app2}\nspec: {selector: {app: app2}, ports: [{port: 80}]}\n"
EDITS = {
    "edit": ("app: web\n  sess", "app: blue\n  sess"),
    "edit-deploy": ("replicas: 1", "replicas: 2"),
    "edit-invalid": ("port: 80", "port: 99999999"),
}
TEXTS = {"svc.yaml": f"{SERVICE}---\n{APP2}", "a1.yaml": APP2, "a2.yaml": A2, "bad.yaml": BAD, "bad2.yaml": BAD2}

SITUATIONS: dict[str, list] = {
    "annotate-change-cause": WEB,
    "annotate-pod": BARE,
    "apply-create": [],
    "apply-unchanged": HAVE_APP2,
    "apply-update": HAVE_APP2,
    "apply-dry-client": [*HAVE_APP2, ("apply -f a2.yaml", A2), 6000],
    "apply-dry-server": [*HAVE_APP2, ("apply -f a2.yaml", A2), 6000],
    "create-f-exists": HAVE_APP2,
    "create-f-invalid": [],
    "create-f-unknown-field": [],
    "create-deployment": [],
    "create-deployment-exists": WEB,
    "create-deployment-badname": [],
    "create-deployment-dry-client": [],
    "create-deployment-dry-server": [],
    "create-service": [],
    "delete-notfound": [],
    "delete-ignore-notfound": [],
    "delete-pod": BARE,
    "delete-pod-force": ["run p2 --image=nginx", 6000],
    "delete-pod-now": ["run p3 --image=nginx", 6000],
    "delete-pod-nowait": ["run p1 --image=nginx", 6000],
    "delete-pods-l": BARE,
    "delete-svc": GREEN,
    "delete-deploy-rs-pods": [*WEB, *GREEN],
    "describe-deployment-badimage": [
        *TWO,
        "set resources deployment web -c nginx --limits=cpu=100m",
        6000,
        "rollout restart deployment web",
        6000,
        BROKEN,
        6000,
    ],
    "describe-pod": BARE,
    "describe-svc": SERVED,
    "diff": HAVE_APP2,
    "edit-noop": GREEN,
    "events-for": [*WEB, *SCALED],
    "expose": WEB,
    "expose-again": SERVED,
    "get-all": WEB,
    "get-all-empty": [],
    "get-deploy": WEB,
    "get-deploy-wide": WEB,
    "get-deploy-yaml": WEB,
    "get-deploy-multiple": WEB,
    "get-deploy-rs-pods": WEB,
    "get-endpoints": SERVED,
    "get-endpoints-yaml": SERVED,
    "get-endpointslices": SERVED,
    "get-endpointslices-yaml": SERVED,
    "get-jsonpath-deploy": TWO,
    "get-missing-ns": [],
    "get-notfound": [],
    "get-pod-custom-columns": BARE,
    "get-pod-jsonpath": BARE,
    "get-pod-name": BARE,
    "get-pods": BARE,
    "get-pods-L": BARE,
    "get-pods-field": BARE,
    "get-pods-no-headers": BARE,
    "get-pods-show-labels": BARE,
    "get-pod-wide": BARE,
    "get-pod-yaml": BARE,
    "get-pod-json": BARE,
    "get-pods-w-empty": BARE,
    "get-rs": WEB,
    "get-rs-yaml": WEB,
    "get-subresource-scale": [*WEB, "scale deployment web --replicas=2", 6000],
    "get-svc": SERVED,
    "get-svc-wide": SERVED,
    "get-unknown-resource": [],
    "label-all": [*BLUE, *WEB, "scale deployment web --replicas=2", 6000],
    "label-dry": [*BLUE, *WEB, "scale deployment web --replicas=2", 6000, "label pods --all x=y"],
    "label-invalid": WEB,
    "label-pod": BARE,
    "label-pod-again": [*BARE, "label pod web status=enabled"],
    "label-pod-conflict": [*BARE, "label pod web status=enabled"],
    "label-selector": BLUE,
    "label-selector-remove": [*BLUE, "label pods -l app=blue,version=v1.5 status=enabled"],
    "patch-deploy-strategic": WEB,
    "patch-immutable": WEB,
    "patch-invalid": WEB,
    "patch-json": GREEN,
    "patch-merge": GREEN,
    "patch-nochange": [*GREEN, 'patch service web -p \'{"spec":{"selector":{"app":"green"}}}\''],
    "patch-strategic": GREEN,
    "replace-f": HAVE_APP2,
    "rollout-history": V2,
    "rollout-history-revision": V2,
    "rollout-pause": WEB,
    "rollout-restart-1": WEB,
    "rollout-resume": [*WEB, "rollout pause deployment web"],
    "rollout-resume-again": WEB,
    "rollout-status": ["create deployment web --image=nginx", 500],
    "rollout-status-paused": [*WEB, "rollout pause deployment web", 500],
    "rollout-status-timeout": [*THREE, "set image deployment web nginx=that-image-does-not-exist", 3000],
    "rollout-status-watch-false": WEB,
    "rollout-undo": V2,
    "rollout-undo-2": V2,
    "rollout-undo-same": V2,
    "rollout-undo-to-revision": [*V2, "rollout undo deployment web", 6000],
    "run": [],
    "run-again": BARE,
    "run-expose": [],
    "scale": WEB,
    "scale-negative": WEB,
    "scale-notfound": [],
    "scale-rs": [],
    "set-env": WEB,
    "set-image": WEB,
    "set-image-bad": WEB,
    "set-image-nocontainer": WEB,
    "set-resources": WEB,
    "taint": [],
    "taint-rm": ["taint node kubectlstudy-node-1 k=v:NoSchedule"],
    "cordon": [],
    "get-node-cordoned": ["cordon kubectlstudy-node-1"],
    "top-pods": [],
    "version": [],
    "wait-available": WEB,
    "wait-delete": [],
    "wait-jsonpath": [*WEB, "scale deployment web --replicas=2", 6000],
    "wait-pods": [*WEB, "scale deployment web --replicas=2", 6000],
    "wait-timeout": WEB,
    "auth-can-i": [],
    "delete-f": [("apply -f svc.yaml", f"{SERVICE}---\n{APP2}"), 6000],
    "delete-cascade-foreground": ["create deployment d1 --image=nginx", 6000, "delete deployment d1 --cascade=orphan"],
    "drain": TWO,
    "drain-force": [*TWO, "cordon node-1"],
    "rollout-restart-twice": [*WEB, "rollout restart deployment web", 3000],
    "scale-resource-version": WEB,
    "create-f-unknown-field-warn": [],
    "edit": GREEN,
    "edit-deploy": WEB,
    "edit-invalid": GREEN,
}

NOT_HERE = {
    "autoscale": "a desk has no autoscalers",
    "get-hpa": "a desk has no autoscalers",
    "create-configmap": "a desk has no ConfigMaps",
    "create-namespace": "a desk has the namespace default and no other",
    "delete-ns": "a desk has the namespace default and no other",
    "get-ns": "a desk has the namespace default and no other",
    "apply-server-side": "no list of who owns which field is kept",
    "apply-server-side-force": "no list of who owns which field is kept",
    "apply-ss-conflict": "no list of who owns which field is kept",
    "apply-ss-diff": "no list of who owns which field is kept",
    "config-view": "the terminal has no kubeconfig",
    "get-raw": "the terminal has no server of its own to ask",
    "get-v9": "the terminal sends no requests to log",
    "exec": "nothing runs in the containers; refused with a sentence",
    "explain-field": "the texts are our own",
    "explain-recursive": "the texts are our own",
    "api-resources": "a desk has fewer kinds",
    "api-versions": "a desk has fewer kinds",
    "logs": "the recording's nodes had no kubelet to ask",
    "logs-f": "the recording's nodes had no kubelet to ask",
}

MASKS = (
    (r"kubectlstudy-node-1", "node-1"),
    (r"kubectlstudy", "default"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000", "TIME"),
    (r"[A-Z][a-z][a-z], \d\d [A-Z][a-z][a-z] \d{4} \d\d:\d\d:\d\d \+0000", "TIME"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID"),
    (r"resourceVersion: \"\d+\"|\"resourceVersion\": \"\d+\"", "VERSION"),
    (r"\b(web|app2)-[0-9a-f]{8,10}-[a-z0-9]{5}\b", r"\1-HASH-POD"),
    (r"\b(web|app2)-[0-9a-f]{8,10}\b", r"\1-HASH"),
    (r"\bweb-[a-z0-9]{5}\b", "web-SLICE"),
    (r"pod-template-hash(=|: \"?|\": \")[0-9a-f]{8,10}\"?", "pod-template-hash=HASH"),
    (r"v1\.3\d\.\d\b", "KUBELET"),
    (r"\b\d+\.\d+\.\d+\.\d+\b", "IP"),
    (r"\b\d+(?:d\d*h?|h\d*m?|m\d*s?|s)\b", "AGE"),
    (r"(docker\.io/library/[a-z]+@)?sha256:[0-9a-f]+", "IMAGE"),
    (r"containerd://[0-9a-z.]+", "CONTAINER"),
    (r"/tmp/kubectl-edit-[a-z0-9.-]+", "FILE"),
    (r"(web|app2|d1)-[0-9a-f]{8,10}\b", r"\1-HASH"),
    (r"was \d+$", "was VERSION"),
    (r"diff -u -N \S+ \S+", "diff -u -N FILE FILE"),
    (r"(?m)^(---|\+\+\+) \S+(\tTIME)?$", r"\1 FILE"),
    (r"  +", "  "),
)


OTHERWISE = {
    "describe-deployment-badimage": (r"OldReplicaSets: .*", r"  Normal  Scal.*", r"Annotations: .*revision.*"),
    "describe-pod": (r"  PodReadyToStartContainers .*", r"  Normal  (Scheduled|Pulling|Pulled|Created|Started) .*"),
    "get-pod-yaml": (
        r"  - lastProbeTime: null",
        r"  lastTransitionTime: .*",
        r'  status: "True"',
        r"  type: PodReady.*",
        r"  hostIPs:",
        r"  - ip: IP",
    ),
    "get-pod-json": (
        r"  \},? *",
        r'  "(lastProbe|lastTransition)Time.*',
        r"  \{",
        r'  "status": "True",',
        r'  "type": "PodReady.*',
        r'.*ip": "IP"',
        r'  "(host|pod)IPs": \[',
        r"  \],?",
    ),
    "get-endpoints-yaml": (r"  annotations:", r"  endpoints.kubernetes.io/last-change.*"),
    "get-endpointslices-yaml": (r"  annotations:", r"  endpoints.kubernetes.io/last-change.*"),
}
"""Lines that are not compared. The recording's kubelet was played: it told less and in other words; there was more history before; and the
trigger time of an endpoint is not kept here."""


def comparable(name: str, text: str) -> str:
    lines = masked(text).splitlines()
    return "\n".join(line for line in lines if not any(re.fullmatch(pattern, line) for pattern in OTHERWISE.get(name, ())))


def masked(text: str) -> str:
    for pattern, by in MASKS:
        text = re.sub(pattern, by, text)
    return text


@pytest.mark.parametrize("name", sorted(SITUATIONS))
def test_a_line_says_what_kubectl_said(name):
    recorded = RECORDED[name]
    player = situation(SITUATIONS[name])
    line = recorded["command"].replace("kubectlstudy-node-1", "node-1")
    answer = player.type(line, TEXTS.get(line.rpartition("-f ")[2]) if " -f " in line else edited(name, line, player), until=20_000)
    code = 1 if answer.code == 130 else answer.code
    said = (comparable(name, answer.out), masked(answer.err), code)
    assert said == (comparable(name, recorded["stdout"]), masked(recorded["stderr"]), recorded["exit"])


def situation(steps: list) -> Player:
    player = Player()
    for step in steps:
        if isinstance(step, int):
            player.wait(step)
        elif isinstance(step, tuple):
            assert player.type(*step).code == 0
        else:
            assert player.type(step.replace("kubectlstudy-node-1", "node-1")).code == 0, step
    return player


def edited(name: str, line: str, player: Player) -> str | None:
    """What is saved in the editor."""
    if " edit " not in line:
        return None
    from simulation.kubectl.terminal import Edit, Seat, plan

    found = plan(line, Seat(player.cluster))
    assert isinstance(found, Edit)
    return found.text.replace(*EDITS.get(name, ("", "")), 1)


def test_no_more_than_25_recordings_do_not_apply():
    assert len(NOT_HERE) <= 25
    assert not set(NOT_HERE) & set(SITUATIONS)

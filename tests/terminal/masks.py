"""What is not compared of kubectl's words: names that a cluster makes up, ids, times, ages, addresses; and why some lines are left out."""

import re

MASKS = (
    (r"kubectlstudy-node-1", "node-1"),
    (r"kubectlstudy", "default"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000", "TIME"),
    (r"[A-Z][a-z][a-z], \d\d [A-Z][a-z][a-z] \d{4} \d\d:\d\d:\d\d \+0000", "TIME"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID"),
    (r"resourceVersion: \"\d+\"|\"resourceVersion\": \"\d+\"", "VERSION"),
    (r"\b(web|app2|d2)-[0-9a-f]{8,10}-[a-z0-9]{5}\b", r"\1-HASH-POD"),
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
    (r"gitCommit: \S+", "gitCommit: COMMIT"),
    (r"http://\S+", "ADDRESS"),
    (r"  +", "  "),
)


KUBELET = r"AGE  Normal  (Scheduled|Pulling|Pulled|Created|Started)  \S+  .*"
EVENTS = (KUBELET, r".*web3-?.*")
"""web3 was somebody else's in the same namespace."""

ANY_ORDER = (
    "get-events",
    "get-events-sort",
    "get-events-field",
    "get-events-w",
    "events",
    "get-pods-w-wide",
    "get-pods-badimage",
    "label-list",
)
"""Names come in the order of their letters, events of one second and the labels of `--list` in any: Go's maps have none."""
ENDS = ("get-pods-w", "get-pods-w-wide", "get-pods-watch-only")
"""The recording's pods went without telling how their containers ended: only that each ends is compared."""

POD_YAML = (
    *(r"  - lastProbeTime: null", r"  lastTransitionTime: .*", r'  status: "True"'),
    *(r"  type: PodReady.*", r"  hostIPs:", r"  - ip: IP"),
)
OTHERWISE = {
    "get-events": EVENTS,
    "get-events-sort": EVENTS,
    "get-events-field": EVENTS,
    "get-events-w": EVENTS,
    "events": EVENTS,
    "describe-deployment-badimage": (r"OldReplicaSets: .*", r"  Normal  Scal.*", r"Annotations: .*revision.*"),
    "describe-pod": (r"  PodReadyToStartContainers .*", r"  Normal  (Scheduled|Pulling|Pulled|Created|Started) .*"),
    "get-pod-yaml": POD_YAML,
    "get-pods-w-yaml": POD_YAML,
    "describe-node": (
        r"Taints: .*",
        r"Lease:.*",
        r"  (HolderIdentity|AcquireTime|RenewTime): .*",
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
"""Lines that are not compared. The recording's kubelet was played: it told less and in other words; there was more history before; its
node was registered by hand, with no lease and its taint never lifted; and the trigger time of an endpoint is not kept here."""


def comparable(name: str, text: str) -> str:
    if name in ENDS:
        text = _ends_once(text)
    if name == "describe-rs":
        return "\n\n\n".join(sorted(masked(text).rstrip("\n").split("\n\n\n")))
    lines = [line for line in masked(text).splitlines() if not any(re.fullmatch(left_out, line) for left_out in OTHERWISE.get(name, ()))]
    return "\n".join(sorted(lines) if name in ANY_ORDER else lines)


def _ends_once(text: str) -> str:
    """The first row that says that a pod ends, and none of how it ended."""
    ending: set[str] = set()
    kept = []
    for line in text.splitlines():
        name = line.split(" ")[0]
        if "Completed" not in line and not ("Terminating" in line and name in ending):
            kept.append(line)
        if "Terminating" in line:
            ending.add(name)
    return "\n".join(kept)


def masked(text: str) -> str:
    for pattern, by in MASKS:
        text = re.sub(pattern, by, text)
    return text

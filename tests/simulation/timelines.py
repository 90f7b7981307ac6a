"""Plays a recorded timeline of the real node controllers and lists what happened in the recording's own words.

The recordings (v1.36.2, `tests/conformance/nodes/`) are of real etcd, API server, controllers, scheduler and kubectl in real time; only
the kubelets were played: a pod starts in 1 s, stops in 2 s, and i + 3 s after node i is back its pods' readiness is asserted again. The
same delays are given to the cluster here. t = 0 is the last heartbeat of the first node that stops, or the first cordon.
"""

import gzip
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from simulation import stages
from simulation.api.defaults import default
from simulation.cluster import Cluster
from simulation.controllers import node as lifecycle
from simulation.controllers import podgc
from simulation.events import EventLog
from simulation.kubectl.parse import parse
from simulation.objects import (
    Container,
    Deployment,
    DeploymentSpec,
    Event,
    LabelSelector,
    ObjectMeta,
    Pod,
    PodSpec,
    PodTemplateSpec,
    Service,
    ServicePort,
    ServiceSpec,
    Toleration,
)
from simulation.pods import condition
from simulation.stages import Image, Images, Stage
from tests.simulation.clusters import Act

FOLDER = Path(__file__).parents[1] / "conformance" / "nodes"
PLAYED = {
    "schedule": Stage(20, 0),
    "admit": Stage(20, 0),
    "pull": Stage(20, 0),
    "start": Stage(40, 0, "start_seconds"),
    "stop": Stage(20, 0),
    "stopped": Stage(20, 0, "stop_seconds"),
    "remove": Stage(10, 0),
    "post": Stage(5, 0),
    "resume": Stage(80, 0),
}
NOT_PLAYED = ("Pulling", "Pulled", "Created", "Started")
POD_CONDITIONS = ("Ready", "ContainersReady", "PodScheduled", "DisruptionTarget")
COUNTS = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas", "terminatingReplicas")

HASH = re.compile(r"web-[4-9bcdf]{8,10}\b")

Entry = dict[str, Any]


def read(name: str) -> dict[str, Any]:
    return json.loads(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()))


def recorded(recording: dict[str, Any], renamed: dict[str, str]) -> list[Entry]:
    """What the recording says from t = 0 on, with some names swapped and the ReplicaSet's hash taken out."""
    entries = [e for e in recording["timeline"] if e["t"] >= -0.5 and not e.get("line", "").startswith("(exit status")]
    for e in entries:
        if "comes back" in e.get("text", ""):
            e["reasserted_after"] = 3_000 + 1_000 * int(e["text"].split()[0][-1])
    text = json.dumps(entries)
    text = HASH.sub("web-#", text)
    if renamed:
        text = re.sub("|".join(rf"\b{re.escape(name)}\b" for name in renamed), lambda found: renamed[found[0]], text)
    return json.loads(text)


def play(recording: dict[str, Any], entries: list[Entry], monkeypatch: Any, seed: int = 1) -> list[Entry]:
    """Do what the recording did at its times, and list what happened."""
    for name, stage in PLAYED.items():
        monkeypatch.setitem(stages.STAGES, name, stage)
    image = Image("played:1", pull_seconds=0, start_seconds=1, stop_seconds=2, jitter=0)
    cluster = Cluster(seed, Images((image,)))
    cluster.do(Act(lambda store: [store.create(obj) for obj in _objects(recording["settings"])]))
    start = _start(entries)
    cluster.run(start)
    watch = Watch(cluster, start, monkeypatch)
    for entry in entries:
        if entry["what"] == "action":
            watch.run(start + round(entry["t"] * 1000))
            if "reasserted_after" in entry:
                monkeypatch.setitem(stages.STAGES, "reassert", Stage(entry["reasserted_after"], 0))
            _act(watch, entry["text"])
    watch.run(start + round(entries[-1]["t"] * 1000) + 6_000)
    return watch.listed()


def _objects(settings: dict[str, Any]) -> list[Any]:
    tolerations = tuple(Toleration(t["key"], t["operator"], "", t["effect"], t["tolerationSeconds"]) for t in settings["podTolerations"])
    labels = {"app": "web"}
    spec = PodSpec(
        containers=(Container("c", "played:1"),),
        tolerations=tolerations,
        termination_grace_period_seconds=settings["terminationGracePeriodSeconds"],
    )
    web = ObjectMeta(name="web", namespace="default")
    template = PodTemplateSpec(ObjectMeta(labels=labels), spec)
    deployment = Deployment(web, DeploymentSpec(settings["replicas"], LabelSelector(labels), template))
    return [default(deployment), default(Service(web, ServiceSpec((ServicePort(port=80),), labels)))]


def _start(entries: list[Entry]) -> int:
    """A moment at which the monitor's beat (and the pod collector's, where it matters) falls as it fell in the recording."""
    found = [e["t"] for e in entries if e["what"] == "node condition" and e["status"] == "Unknown"]
    collected = [e["t"] for e in entries if e.get("reason") == "DeletionByPodGC"]
    beat, period = lifecycle.MONITOR_PHASE_MS - round((found or [0])[0] * 1000), lifecycle.MONITOR_PERIOD_MS
    if collected:
        beat, period = podgc.PHASE_MS - round(collected[0] * 1000), podgc.PERIOD_MS
    return 40_000 + (beat - 40_000) % period


def _act(watch: "Watch", text: str) -> None:
    node = text.split()[0]
    if "stops" in text:
        line = f"# {node}: power off"
    elif "comes back" in text:
        line = f"# {node}: power on"
    elif text.startswith("create PodDisruptionBudget"):
        line = "create pdb web --selector=app=web --max-unavailable=1"
    else:
        line = text
    said = watch.cluster.do(parse(line))
    watch.collect()
    if text.startswith("kubectl"):
        watch.command = text.removeprefix("kubectl ")
        watch.printed += [(watch.t, watch.command, said_line) for said_line in said.splitlines()]


class Watch:
    """Collects changes with their times, as the recorder's watches did."""

    def __init__(self, cluster: Cluster, start: int, monkeypatch: Any) -> None:
        self.cluster, self.start = cluster, start
        write = EventLog._put
        monkeypatch.setattr(EventLog, "_put", lambda log, event: (self._said(event), write(log, event))[1])
        self.entries: list[Entry] = []
        self.pods: list[Pod] = cluster.store.list("Pod")
        self.nodes: dict[str, str] = {pod.metadata.name: pod.spec.node_name for pod in self.pods}
        self.printed: list[tuple[float, str, str]] = []
        self.command = ""
        cluster.changes = []

    @property
    def t(self) -> float:
        return (self.cluster.now - self.start) / 1000

    def run(self, until: int) -> None:
        while (due := self.cluster.engine.due()) is not None and due <= until:
            self.cluster.run(due)
            self.collect()
        self.cluster.run(until)

    def collect(self) -> None:
        for kind, old, new in self.cluster.changes:
            about = getattr(self, "_" + kind.lower(), None)
            if about is not None:
                about(old, new)
        self.cluster.changes.clear()
        while self.cluster.store.printed:
            at, _, line = self.cluster.store.printed.pop(0)
            self.printed.append(((at - self.start) / 1000, self.command, line))

    def note(self, what: str, **fields: Any) -> None:
        self.entries.append({"t": self.t, "what": what, **fields})

    def _node(self, old: Any, new: Any) -> None:
        name = (new or old).metadata.name
        if old is None:
            self.note("node created", node=name)
        if new is None:
            self.note("node deleted", node=name)
            return
        taints = [{(t.key, t.effect): t for t in node.spec.taints} if node else {} for node in (old, new)]
        for what, here, there in (("added", taints[1], taints[0]), ("removed", taints[0], taints[1])):
            for key, effect in here:
                if (key, effect) not in there:
                    self.note(f"taint {what}", node=name, key=key, effect=effect)
        if old is not None and old.spec.unschedulable != new.spec.unschedulable:
            self.note("node unschedulable", node=name, value=new.spec.unschedulable)
        before = {c.type: c for c in old.status.conditions} if old is not None else {}
        for c in new.status.conditions:
            was = before.get(c.type)
            if was is None or was.status != c.status:
                self.note("node condition", node=name, type=c.type, status=c.status, reason=c.reason, message=c.message)

    def _pod(self, old: Pod | None, new: Pod | None) -> None:
        name = (new or old).metadata.name
        if old is None:
            self.pods.append(new)
            self.note("pod created", pod=name)
        if new is None:
            self.note("pod deleted", pod=name, node=old.spec.node_name, phase=old.status.phase)
            return
        if new.spec.node_name and not (old and old.spec.node_name):
            self.nodes[name] = new.spec.node_name
            self.note("pod bound", pod=name, node=new.spec.node_name)
        if old is None or old.status.phase != new.status.phase:
            self.note("pod phase", pod=name, phase=new.status.phase)
        for type in POD_CONDITIONS:
            self._pod_condition(name, condition(old, type) if old else None, condition(new, type))
        if new.metadata.deletion_timestamp is not None and (old is None or old.metadata.deletion_timestamp is None):
            grace = new.metadata.deletion_grace_period_seconds
            self.note("pod deletionTimestamp", pod=name, node=new.spec.node_name, gracePeriodSeconds=grace)

    def _pod_condition(self, name: str, was: Any, now: Any) -> None:
        if now is None or (was is not None and (was.status, was.reason) == (now.status, now.reason)):
            return
        if was is None and now.reason == "ContainersNotReady":
            return  # a played kubelet posts nothing before its container runs
        fields = {"pod": name, "type": now.type, "status": now.status, "reason": now.reason, "message": now.message}
        self.note("pod condition", **{key: value for key, value in fields.items() if value})

    def _deployment(self, old: Any, new: Any) -> None:
        before = {c.type: (c.status, c.reason, c.message) for c in old.status.conditions}
        for c in new.status.conditions:
            if before.get(c.type) != (c.status, c.reason, c.message):
                self.note("deployment condition", name="web", type=c.type, status=c.status, reason=c.reason, message=c.message)
        self._counts("deployment status", old.status, new.status)

    def _replicaset(self, old: Any, new: Any) -> None:
        self._counts("replicaset status", old.status, new.status)

    def _counts(self, what: str, old: Any, new: Any) -> None:
        counts = [{key: getattr(status, _snake(key), None) for key in COUNTS} for status in (old, new)]
        if counts[0] != counts[1]:
            self.note(what, **{key: value for key, value in counts[1].items() if value is not None})

    def _endpointslice(self, old: Any, new: Any) -> None:
        before = {e.target_ref.name: e.conditions for e in (old.endpoints or ())}
        after = {e.target_ref.name: e.conditions for e in (new.endpoints or ())}
        for name, c in after.items():
            if before.get(name) != c:
                self.note("endpoint", pod=name, ready=c.ready, serving=c.serving, terminating=c.terminating)
        for name in before:
            if name not in after:
                self.note("endpoint removed", pod=name)

    def _said(self, event: Event) -> None:
        about = event.involved_object
        if event.reason in NOT_PLAYED:
            return
        fields = {"type": event.type, "reason": event.reason, "message": event.message}
        component = event.source.component or event.reporting_component
        self.note("event", **fields, component=component, kind=about.kind, name=about.name, count=event.count or 1)

    def listed(self) -> list[Entry]:
        """The entries with pods named as in the recordings, by node and ordinal, and no hash."""
        ordinals: dict[str, int] = defaultdict(int)
        names = {}
        for pod in self.pods:
            name = pod.metadata.name
            node = self.nodes.get(name, "node-0")
            ordinals[node] += 1
            names[name] = f"web-#-n{node[-1]}-p{ordinals[node]}"
        lines = [{"t": t, "what": "kubectl output", "command": command, "line": line} for t, command, line in self.printed]
        text = json.dumps(sorted([*self.entries, *lines], key=lambda e: e["t"]))
        for name, called in names.items():
            text = text.replace(name, called)
        return json.loads(HASH.sub("web-#", text))


def _snake(key: str) -> str:
    return re.sub(r"([A-Z])", lambda found: "_" + found[1].lower(), key)

"""Drive the controllers through recorded traces of the real ones, in lockstep, and compare every state.

`python -m simulation.conformance FILE_OR_DIR...` prints one line a trace and exits 0 only if none failed. A trace is a list of stimuli
with the state that the real kube-controller-manager (v1.36.2) settled in after each; scheduler and kubelet were played by the recorder
and are played here. Where independent recordings disagree (`unstable`), any recorded value is accepted.
"""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from simulation.api.defaults import admit_pod, default
from simulation.cluster import Cluster
from simulation.controllers.deployment import util
from simulation.objects import (
    RESTARTED_AT,
    Container,
    Deployment,
    DeploymentSpec,
    DeploymentStrategy,
    LabelSelector,
    Node,
    ObjectMeta,
    Pod,
    PodCondition,
    PodSpec,
    PodStatus,
    PodTemplateSpec,
    ReplicaSet,
    RollingUpdateDeployment,
    Service,
    ServicePort,
    ServiceSpec,
)
from simulation.pods import condition, is_active, is_finished, is_ready
from simulation.store import controller_of

STEP_MS = 1000
TIMED_STEP_MS = 400
"""How far the clock goes from stimulus to stimulus; the recorder needed about 0.4 s, which only matters where a trace tests timers."""

Json = dict[str, Any]


class Mismatch(Exception):
    """The first difference found: step number, path, expected and actual value."""


class Lockstep:
    """A cluster whose scheduler and kubelet are a trace's stimuli."""

    def __init__(self, trace: Json) -> None:
        self.cluster = Cluster(nodes=0, lockstep=True)
        self.cluster.changes = []
        self.cluster.engine.now = 1000
        self.pending = trace.get("pod_model") == "pending-bound"
        self.unschedulable = set(trace.get("unschedulable", ()))
        self.nodes = trace.get("nodes", 1)
        for number in range(self.nodes):
            self.store.create(Node(ObjectMeta(name=f"node-{number}")))
        self.store.changes.clear()
        self.step_ms = TIMED_STEP_MS if "timing" in trace.get("tags", ()) else STEP_MS
        self.bound = 0
        self.old_labels: dict[str, dict[str, str]] = {}
        self.names: list[str] = []
        self.rs_keys: dict[str, str] = {}

    @property
    def store(self) -> Any:
        return self.cluster.store

    # --- one step

    def apply(self, do: Json) -> Json:
        """Apply a stimulus, settle, bind what is unbound, settle again; returns the state as a trace records it."""
        self.cluster.run(self.cluster.now + self.step_ms)
        self.cluster.changes.clear()
        if "noop" not in do:
            getattr(self, "op_" + do["op"])(do)
        self._settle()
        while self._bind_all():
            self._settle()
        return self.state()

    def _settle(self) -> None:
        self.cluster._wake()
        self.cluster.settle()

    def _bind_all(self) -> bool:
        waiting = [p for p in self.store.list("Pod") if not p.spec.node_name and is_active(p) and self._image(p) not in self.unschedulable]
        for pod in waiting:
            self._bind(pod)
        return bool(waiting)

    def _bind(self, pod: Pod) -> None:
        self.bound += 1
        node = f"node-{self.bound % self.nodes}"
        now = self.store.seconds
        status = replace(pod.status, pod_ip=self.store.new_ip())
        if not self.pending:
            status = replace(status, phase="Running", conditions=(PodCondition("Ready", "False", now),))
        self.store.update_status(replace(pod, spec=replace(pod.spec, node_name=node), status=status))

    # --- stimuli

    def op_create(self, do: Json) -> None:
        name = do.get("name", "web")
        labels = do.get("labels", {"app": name})
        template = PodTemplateSpec(ObjectMeta(labels=labels), PodSpec(containers=(Container("c", do["image"]),)))
        rolling = RollingUpdateDeployment(do.get("maxUnavailable"), do.get("maxSurge"))
        strategy = DeploymentStrategy(do["strategy"]) if "strategy" in do else DeploymentStrategy("RollingUpdate", rolling)
        spec = DeploymentSpec(
            replicas=do.get("replicas"),
            selector=LabelSelector(labels),
            template=template,
            strategy=strategy,
            min_ready_seconds=do.get("minReadySeconds", 0),
            progress_deadline_seconds=do.get("progressDeadlineSeconds"),
            revision_history_limit=do.get("revisionHistoryLimit"),
            paused=do.get("paused", False),
        )
        meta = ObjectMeta(name=name, namespace="default", labels=labels)
        self.store.create(default(Deployment(meta, spec)))
        if name not in self.names:
            self.names.append(name)

    def op_scale(self, do: Json) -> None:
        self._change_spec(do, lambda spec: replace(spec, replicas=do["replicas"]))

    def op_set_image(self, do: Json) -> None:
        self._change_spec(do, lambda spec: _with_image(spec, do["image"]))

    def op_set_strategy(self, do: Json) -> None:
        if do.get("strategy") == "Recreate":
            strategy = DeploymentStrategy("Recreate")
        else:
            rolling = self._deployment(do).spec.strategy.rolling_update or RollingUpdateDeployment("25%", "25%")
            surge = do.get("maxSurge", rolling.max_surge)
            rolling = RollingUpdateDeployment(do.get("maxUnavailable", rolling.max_unavailable), surge)
            strategy = DeploymentStrategy("RollingUpdate", rolling)
        self._change_spec(do, lambda spec: replace(spec, strategy=strategy))

    def op_patch_spec(self, do: Json) -> None:
        patch = dict(do["spec"])
        template = patch.pop("template", None)

        def change(spec: DeploymentSpec) -> DeploymentSpec:
            if template:
                spec = _with_image(spec, template["spec"]["containers"][0]["image"])
            given = msgspec.convert(patch, DeploymentSpec)
            names = {f.encode_name: f.name for f in msgspec.structs.fields(DeploymentSpec)}
            return replace(spec, **{names[key]: getattr(given, names[key]) for key in patch})

        self._change_spec(do, change)

    def op_pause(self, do: Json) -> None:
        self._change_spec(do, lambda spec: replace(spec, paused=True))

    def op_resume(self, do: Json) -> None:
        self._change_spec(do, lambda spec: replace(spec, paused=False))

    def op_restart(self, do: Json) -> None:
        def change(spec: DeploymentSpec) -> DeploymentSpec:
            meta = spec.template.metadata
            annotations = {**meta.annotations, RESTARTED_AT: do["at"]}
            return replace(spec, template=replace(spec.template, metadata=replace(meta, annotations=annotations)))

        self._change_spec(do, change)

    def op_undo(self, do: Json) -> None:
        d = self._deployment(do)
        sets = self._sets(d)
        revisions = sorted((util.revision_of(rs) or 0 for rs in sets), reverse=True)
        wanted = do.get("resolvedRevision") or do.get("to") or revisions[1]
        rs = next(rs for rs in sets if util.revision_of(rs) == int(wanted))
        kept = {k: v for k, v in d.metadata.annotations.items() if k in util.SKIPPED_ANNOTATIONS}
        annotations = {**kept, **util.own_annotations(rs.metadata.annotations)}
        spec = replace(d.spec, template=util.without_hash(rs.spec.template))
        self.store.update(replace(d, spec=spec, metadata=replace(d.metadata, annotations=annotations)))

    def op_pod_ready(self, do: Json) -> None:
        pod = next(p for p in self._pods(do) if p.spec.node_name and not is_ready(p))
        self._set_ready(pod, True)

    def op_pod_unready(self, do: Json) -> None:
        self._set_ready(next(p for p in self._pods(do) if is_ready(p)), False)

    def op_pod_gone(self, do: Json) -> None:
        image = do["image"]
        ending = [p for p in self.store.list("Pod") if p.metadata.deletion_timestamp is not None]
        pod = next(p for p in sorted(ending, key=_by_age) if self._whose(p) == image and self._is_of(p, do))
        self.store.delete("Pod", pod.metadata.name, grace_period_seconds=0)

    def op_pod_failed(self, do: Json) -> None:
        pod = self._chosen(do)
        ready = PodCondition("Ready", "False", self.store.seconds)
        self.store.update_status(replace(pod, status=replace(pod.status, phase="Failed", reason="Evicted", conditions=(ready,))))

    def op_delete_pod(self, do: Json) -> None:
        self.store.delete("Pod", self._chosen(do).metadata.name)

    def op_relabel_pod(self, do: Json) -> None:
        pod = self._chosen(do)
        self.old_labels[pod.metadata.name] = pod.metadata.labels
        labels = {k: v for k, v in pod.metadata.labels.items() if k != do.get("label", "app")}
        self.store.update(replace(pod, metadata=replace(pod.metadata, labels=labels)))

    def op_relabel_back(self, do: Json) -> None:
        pod = min((p for p in self.store.loose.values() if p.metadata.name in self.old_labels), key=_by_age)
        labels = self.old_labels.pop(pod.metadata.name)
        self.store.update(replace(pod, metadata=replace(pod.metadata, labels=labels)))

    def op_create_orphan(self, do: Json) -> None:
        rs = self._set(do)
        meta = ObjectMeta(name=f"orphan-{self.store.suffix()}", namespace="default", labels=rs.spec.template.metadata.labels)
        self.store.create(admit_pod(Pod(meta, rs.spec.template.spec, PodStatus(phase="Pending"))))

    def op_schedule(self, do: Json) -> None:
        self._bind(next(p for p in self._pods(do) if not p.spec.node_name))

    def op_unschedulable(self, do: Json) -> None:
        self.unschedulable = set(do["images"])

    def op_service(self, do: Json) -> None:
        meta = ObjectMeta(name=do["service"], namespace="default")
        spec = ServiceSpec(ports=(ServicePort(port=80),), selector=do["selector"])
        self.store.create(default(Service(meta, spec)))

    def op_service_selector(self, do: Json) -> None:
        service = self.store.get("Service", do["service"])
        self.store.update(replace(service, spec=replace(service.spec, selector=do["selector"])))

    def op_delete(self, do: Json) -> None:
        name = do.get("name", "web")
        self.store.delete("Deployment", name, propagation=do.get("propagation", "Background"))

    def op_delete_rs(self, do: Json) -> None:
        self.store.delete("ReplicaSet", self._set(do).metadata.name, propagation=do.get("propagation", "Background"))

    def op_scale_rs(self, do: Json) -> None:
        rs = self._set(do)
        self.store.update(replace(rs, spec=replace(rs.spec, replicas=do["replicas"])))

    def op_wait(self, do: Json) -> None:
        self.cluster.run(self.cluster.now + int(do["seconds"] * 1000))

    # --- finding things

    def _deployment(self, do: Json) -> Deployment:
        return self.store.get("Deployment", do.get("name", "web"))

    def _change_spec(self, do: Json, change: Any) -> None:
        d = self._deployment(do)
        self.store.update(replace(d, spec=change(d.spec)))

    def _sets(self, d: Deployment | None) -> list[ReplicaSet]:
        if d is None:
            return []
        sets = self.store.list("ReplicaSet")
        return [rs for rs in sets if (owner := controller_of(rs)) is not None and owner.uid == d.metadata.uid]

    def _set(self, do: Json) -> ReplicaSet:
        """The newest set with this key."""
        return [rs for rs in self.store.list("ReplicaSet") if key_of_set(rs) == do["image"] and self._named(rs, do)][-1]

    def _named(self, rs: ReplicaSet, do: Json) -> bool:
        owner = controller_of(rs)
        return "name" not in do or (owner is not None and owner.name == do["name"])

    def _pods(self, do: Json) -> list[Pod]:
        """Live pods of one set, oldest first."""
        pods = self.store.owned(self._set(do).metadata.uid).pods.values()
        return sorted((p for p in pods if is_active(p)), key=_by_age)

    def _chosen(self, do: Json) -> Pod:
        pods = self._pods(do)
        where = do.get("from")
        if where:
            return next(p for p in pods if is_ready(p) == (where == "ready"))
        return min(pods, key=lambda p: not is_ready(p))

    def _whose(self, pod: Pod) -> str:
        owner = controller_of(pod)
        if owner is None:
            return "*orphan*"
        rs = self.store.get("ReplicaSet", owner.name)
        return key_of_set(rs) if rs is not None and rs.metadata.uid == owner.uid else "*ownerGone*"

    def _is_of(self, pod: Pod, do: Json) -> bool:
        owner = controller_of(pod)
        rs = self.store.get("ReplicaSet", owner.name) if owner is not None else None
        return rs is None or self._named(rs, do)

    def _image(self, pod: Pod) -> str:
        return pod.spec.containers[0].image

    def _set_ready(self, pod: Pod, ready: bool) -> None:
        new = PodCondition("Ready", "True" if ready else "False", self.store.seconds)
        others = tuple(c for c in pod.status.conditions if c.type != "Ready")
        self.store.update_status(replace(pod, status=replace(pod.status, phase="Running", conditions=(*others, new))))

    # --- the state as a trace records it

    def state(self) -> Json:
        for rs in self.store.list("ReplicaSet"):
            self.rs_keys[rs.metadata.name] = key_of_set(rs)
        out: Json = {}
        if len(self.names) > 1:
            out["apps"] = {name: self._app(name) for name in self.names}
        else:
            out.update(self._app(self.names[0] if self.names else "web"))
        out["scaling"] = list(self._scaling())
        orphans = [p for p in self.store.loose.values() if not is_finished(p)]
        if orphans:
            out["orphans"] = _tally(orphans)
        gone = [p for p in self.store.list("Pod") if self._whose(p) == "*ownerGone*"]
        if gone:
            out["ownerGone"] = _tally(gone)
        services = self.store.list("Service")
        if len(services) == 1:
            out["endpoints"] = self._endpoints(services[0].metadata.name)
        elif services:
            out["endpointsByService"] = {s.metadata.name: self._endpoints(s.metadata.name) for s in services}
        return out

    def _app(self, name: str) -> Json:
        d = self.store.get("Deployment", name)
        return {"deployment": self._deployment_state(d), "replicasets": [self._set_state(rs) for rs in self._sets(d)]}

    def _deployment_state(self, d: Deployment | None) -> Json | None:
        if d is None:
            return None
        status = msgspec.to_builtins(d.status)
        counts = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas", "terminatingReplicas")
        conditions = [
            {"type": c.type, "status": c.status, "reason": c.reason, "message": self._named_by_key(c.message)}
            for c in sorted(d.status.conditions, key=lambda c: c.type)
        ]
        return {
            "replicas": d.spec.replicas,
            "image": key_of_template(d.spec.template),
            "revision": d.metadata.annotations.get("deployment.kubernetes.io/revision"),
            "paused": d.spec.paused,
            "status": {name: status.get(name) or 0 for name in counts},
            "conditions": conditions,
        }

    def _named_by_key(self, message: str) -> str:
        for name, key in self.rs_keys.items():
            message = message.replace(f'"{name}"', f'"<rs:{key}>"')
        return message

    def _set_state(self, rs: ReplicaSet) -> Json:
        notes = rs.metadata.annotations
        out: Json = {
            "image": key_of_set(rs),
            "revision": notes.get("deployment.kubernetes.io/revision"),
            "desired": rs.spec.replicas,
            "status": {
                "replicas": rs.status.replicas,
                "ready": rs.status.ready_replicas,
                "available": rs.status.available_replicas,
                "fullyLabeled": rs.status.fully_labeled_replicas,
                "terminating": rs.status.terminating_replicas or 0,
            },
            "pods": _tally(list(self.store.owned(rs.metadata.uid).pods.values())),
        }
        for short in ("desired-replicas", "max-replicas", "revision-history"):
            if f"deployment.kubernetes.io/{short}" in notes:
                out[short] = notes[f"deployment.kubernetes.io/{short}"]
        return out

    def _scaling(self) -> Iterator[list[Any]]:
        for kind, old, new in self.cluster.changes or ():
            if kind != "ReplicaSet":
                continue
            rs = new or old
            key = key_of_set(rs)
            owner = controller_of(rs)
            if len(self.names) > 1 and owner is not None:
                key = f"{owner.name}/{key}"
            if old is None:
                yield [key, "created", new.spec.replicas]
            elif new is None:
                yield [key, "deleted"]
            elif old.spec.replicas != new.spec.replicas:
                yield [key, old.spec.replicas, new.spec.replicas]

    def _endpoints(self, service: str) -> Json:
        out = {"ready": 0, "notReady": 0, "terminating": 0}
        legacy = {"ready": 0, "notReady": 0}
        for slice_ in self.store.list("EndpointSlice"):
            if slice_.metadata.labels.get("kubernetes.io/service-name") != service:
                continue
            for endpoint in slice_.endpoints or ():
                if endpoint.conditions.terminating:
                    out["terminating"] += 1
                    continue
                which = "ready" if endpoint.conditions.ready else "notReady"
                out[which] += 1
                legacy[which] += 1
        return {**out, "legacy": legacy}


def key_of_template(template: PodTemplateSpec) -> str:
    """How traces name a set: its image, with the time of a restart."""
    restarted = template.metadata.annotations.get(RESTARTED_AT)
    return template.spec.containers[0].image + (f"#{restarted}" if restarted else "")


def key_of_set(rs: ReplicaSet) -> str:
    return key_of_template(rs.spec.template)


def _with_image(spec: DeploymentSpec, image: str) -> DeploymentSpec:
    container = replace(spec.template.spec.containers[0], image=image)
    return replace(spec, template=replace(spec.template, spec=replace(spec.template.spec, containers=(container,))))


def _by_age(pod: Pod) -> tuple[int, str]:
    return pod.metadata.creation_timestamp or 0, pod.metadata.name


def _tally(pods: list[Pod]) -> Json:
    out = {"ready": 0, "notReady": 0, "terminating": 0, "unscheduled": 0, "failed": 0}
    for pod in pods:
        if pod.metadata.deletion_timestamp is not None:
            out["terminating"] += 1
        elif is_finished(pod):
            out["failed"] += 1
        else:
            found = condition(pod, "Ready")
            out["ready" if found is not None and found.status == "True" else "notReady"] += 1
            out["unscheduled"] += not pod.spec.node_name
    return {name: count for name, count in out.items() if count or name in ("ready", "notReady", "terminating")}


# ----------------------------------------------------------------------------------------------------------- comparing


def compare(expected: Json, actual: Json, unstable: Json) -> Iterator[tuple[str, Any, Any]]:
    """(path, expected, actual) of every difference that no recording shows; absent optional counts are 0."""
    want, have = dict(flatten(expected)), dict(flatten(actual))
    # a reason that varies takes its message with it, and a step with several sets varies only in how it got there
    loose = {path.rpartition(".")[0] + ".message" for path in unstable if path.endswith(".reason")}
    for path, value in want.items():
        found = have.get(path, 0 if isinstance(value, int) else None)
        if value == found or path in loose or any(found == seen["value"] for seen in unstable.get(path, ())):
            continue
        if path == "scaling" and _sets(expected) >= 3 and _ends(value) == _ends(found):
            continue
        yield path, value, found
    for path in have:
        if path not in want and path.rpartition(".")[2] in ("desired", "unscheduled", "failed") and have[path]:
            yield path, None, have[path]


def flatten(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Leaves by path: conditions by type, replica sets by image."""
    if path.endswith("scaling"):
        yield path, value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from flatten(child, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        yield path, [child.get("image") or child.get("type") for child in value]
        for child in value:
            yield from flatten(child, f"{path}[{child.get('image') or child.get('type')}]")
    else:
        yield path, value


def _sets(state: Json) -> int:
    apps = state["apps"].values() if "apps" in state else [state]
    return max(len(app["replicasets"]) for app in apps)


def _ends(scaling: list[list[Any]] | None) -> Json:
    """First and last size per set: what is the same however a race went."""
    ends: Json = {}
    for key, first, *last in scaling or ():
        start = ends.get(key, [first])[0]
        ends[key] = [start, last[-1] if last else None]
    return ends


def run(trace: Json) -> None:
    """Raises Mismatch at the first step whose state differs."""
    lockstep = Lockstep(trace)
    for number, step in enumerate(trace["steps"]):
        try:
            state = lockstep.apply(step["do"])
        except (StopIteration, IndexError, AttributeError) as missing:
            raise Mismatch(f"step {number}: do: expected {json.dumps(step['do'])} to find its object got {missing!r}") from missing
        for path, expected, actual in compare(step["state"], state, step.get("unstable", {})):
            raise Mismatch(f"step {number}: {path}: expected {json.dumps(expected)} got {json.dumps(actual)}")


def files(arguments: list[str]) -> list[Path]:
    """The trace files named, directories searched, in order of name."""
    found: list[Path] = []
    for argument in arguments:
        path = Path(argument)
        found += sorted(p for p in path.rglob("*") if p.name.endswith((".json", ".json.gz"))) if path.is_dir() else [path]
    return found


def read(path: Path) -> Json:
    """A trace from a file, compressed or not. Raises OSError, ValueError."""
    data = path.read_bytes()
    return json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)


def main(arguments: list[str]) -> int:
    passed = failed = 0
    for path in files(arguments):
        name = path.name.removesuffix(".gz").removesuffix(".json")
        try:
            trace = read(path)
            run(trace)
        except Mismatch as found:
            failed += 1
            print(f"FAIL {name} {found}")
        except (OSError, ValueError, KeyError) as broken:
            failed += 1
            print(f"FAIL {name} step 0: file: expected a trace got {broken!r}")
        else:
            passed += 1
            print(f"ok {name}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Objects as the vectors write them: the API's own form, or short forms of a ReplicaSet and a pod. Times may be relative to `now`."""

from typing import Any

import msgspec
from msgspec.structs import replace

from simulation.api.wire import from_rfc3339
from simulation.objects import (
    Container,
    ContainerState,
    ContainerStatus,
    LabelSelector,
    ObjectMeta,
    OwnerReference,
    Pod,
    PodCondition,
    PodSpec,
    PodStatus,
    PodTemplateSpec,
    ReplicaSet,
    ReplicaSetSpec,
    ReplicaSetStatus,
    Time,
)
from simulation.store import Store

Json = dict[str, Any]
NEEDED = {
    "ownerReferences": {"apiVersion": "", "kind": "", "name": "", "uid": ""},
    "containerStatuses": {"name": "", "ready": False, "restartCount": 0, "image": "", "imageID": ""},
    "terminated": {"exitCode": 0},
    "conditions": {"type": "", "status": ""},
}
"""What upstream's tests leave at Go's zero value and the records ask for."""
NEEDED["initContainerStatuses"] = NEEDED["containerStatuses"]


def time(value: Any, now: Time = 0) -> Time | None:
    """Seconds since the simulation's EPOCH."""
    if value is None:
        return None
    return now + int(value["now_plus_seconds"]) if isinstance(value, dict) else from_rfc3339(value)


def record(cls: type, body: Any, now: Time = 0, key: str = "") -> Any:
    """A record from the API's form, with zero values where the vector is silent; `key` is the field it stands in, if that matters."""
    return msgspec.convert(_filled(body, now, key), cls)


def _filled(value: Any, now: Time, key: str) -> Any:
    if isinstance(value, list):
        return [_filled(item, now, key) for item in value]
    if isinstance(value, dict):
        if "now_plus_seconds" in value:
            return time(value, now)
        if list(value) == ["time"]:
            # Go's MicroTime
            return time(value["time"], now)
        inner = {("lastState" if k == "lastTerminationState" else k): _filled(v, now, k) for k, v in value.items()}
        return {**NEEDED.get(key, {}), **inner}
    return from_rfc3339(value) if isinstance(value, str) and key.endswith(("Time", "Timestamp")) else value


def addressed(body: Json, now: Time = 0) -> Pod:
    """A pod from the API's form. Its podIP is the first of its podIPs, as the API keeps them."""
    made = record(Pod, body, now)
    addresses = body["status"].get("podIPs")
    return replace(made, status=replace(made.status, pod_ip=addresses[0]["ip"])) if addresses else made


def owners(given: Json) -> tuple[OwnerReference, ...]:
    return record(tuple[OwnerReference, ...], given.get("ownerReferences") or [], key="ownerReferences")


def metadata(given: Json, now: Time = 0) -> ObjectMeta:
    return ObjectMeta(
        name=given.get("name") or "",
        namespace=given.get("namespace") or "default",
        uid=given.get("uid") or "",
        labels=given.get("labels") or {},
        annotations=given.get("annotations") or {},
        owner_references=owners(given),
        creation_timestamp=time(given.get("creationTimestamp"), now),
        deletion_timestamp=time(given.get("deletionTimestamp"), now),
    )


def pod(given: Json, now: Time = 0) -> Pod:
    """A pod from the short form: nodeName, phase, ready, readySince, restartCounts."""
    ready = PodCondition("Ready", "True" if given.get("ready") else "False", time(given.get("readySince"), now))
    statuses = tuple(_container(f"c{i}", count) for i, count in enumerate(given.get("restartCounts", ())))
    sidecars = tuple(_container(f"sidecar{i}", count) for i, count in enumerate(given.get("sidecarRestartCounts", ())))
    init_containers = tuple(Container(status.name, restart_policy="Always") for status in sidecars)
    status = PodStatus(phase=given.get("phase") or "", conditions=(ready,), init_container_statuses=sidecars, container_statuses=statuses)
    return Pod(metadata(given, now), PodSpec(init_containers=init_containers, node_name=given.get("nodeName") or ""), status)


def _container(name: str, restarts: int) -> ContainerStatus:
    return ContainerStatus(name=name, state=ContainerState(), ready=True, restart_count=restarts, image="", image_id="")


def replica_set(given: Json, now: Time = 0) -> ReplicaSet:
    """A ReplicaSet from the short form: replicas, minReadySeconds, selector, templateLabels."""
    spec = ReplicaSetSpec(
        replicas=given.get("replicas"),
        min_ready_seconds=given.get("minReadySeconds", 0),
        selector=record(LabelSelector, given["selector"]) if "selector" in given else None,
        template=PodTemplateSpec(ObjectMeta(labels=given.get("templateLabels", {}))),
    )
    return ReplicaSet(metadata(given, now), spec, record(ReplicaSetStatus, {"replicas": 0} | given.get("status", {})))


def kept(store: Store, obj: Any) -> Any:
    """`obj` in the store, with the uid and creation time that it has."""
    meta = obj.metadata
    made = store.create(obj)
    stamps = {"uid": meta.uid or made.metadata.uid}
    if meta.creation_timestamp is not None:
        stamps["creation_timestamp"] = meta.creation_timestamp
    return store.update_status(replace(made, metadata=replace(made.metadata, **stamps)))

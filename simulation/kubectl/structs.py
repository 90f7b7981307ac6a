"""JSON of Go's structs: fields in the order in which they are declared, where what comes as a map has its keys sorted.

The order is that of the protobuf field numbers (`api/protobuf.json`) but for what was declared elsewhere later on (k8s.io/api, v1.33).
"""

import json
from typing import Any

from simulation.api.protobuf import FIELDS
from simulation.kubectl.gotext import escaped

FIRST = ("kind", "apiVersion")
OTHERWISE = {
    "PodSpec": {"initContainers": "volumes", "ephemeralContainers": "containers", "automountServiceAccountToken": "serviceAccount"},
    "Container": {
        "envFrom": "ports",
        "resizePolicy": "resources",
        "restartPolicy": "resizePolicy",
        "volumeDevices": "volumeMounts",
        "startupProbe": "readinessProbe",
        "terminationMessagePolicy": "terminationMessagePath",
    },
    "ServiceSpec": {"clusterIPs": "clusterIP", "ipFamilies": "sessionAffinityConfig", "ipFamilyPolicy": "ipFamilies"},
    "ServicePort": {"appProtocol": "protocol"},
    "DeploymentStatus": {"readyReplicas": "updatedReplicas", "terminatingReplicas": "unavailableReplicas"},
    "DeploymentCondition": {"lastUpdateTime": "status", "lastTransitionTime": "lastUpdateTime"},
    "ReplicaSetSpec": {"minReadySeconds": "replicas"},
    "ReplicaSetStatus": {"terminatingReplicas": "availableReplicas", "observedGeneration": "terminatingReplicas"},
    "OwnerReference": {"kind": "apiVersion", "name": "kind", "uid": "name"},
}
"""Fields that stand after another one than their number says."""


def pretty(body: dict[str, Any]) -> str:
    """As `-o json` prints an object that kubectl holds as a struct."""
    type_ = next((name for name in FIELDS if name.rpartition(".")[2] == body["kind"]), "")
    return escaped(json.dumps(_ordered(type_, body, top=True), indent=4, ensure_ascii=False)) + "\n"


def _ordered(type_: str, value: Any, top: bool = False) -> Any:
    if isinstance(value, list):
        return [_ordered(type_.removeprefix("[]"), item) for item in value]
    if not isinstance(value, dict):
        return value
    if type_.startswith("map:") or type_ not in FIELDS:
        return {key: _ordered(type_[4:], value[key]) for key in sorted(value)}
    fields = _fields(type_)
    names = [*(FIRST if top else ()), *fields]
    known = [name for name in names if name in value]
    rest = sorted(set(value) - set(known))
    return {name: _ordered(fields.get(name, ""), value[name]) for name in (*known, *rest)}


def _fields(type_: str) -> dict[str, str]:
    """Name to type, in order."""
    numbered = sorted((int(number), line) for number, line in FIELDS[type_].items())
    fields = {name: kind for name, kind, *_ in (line.split() for _, line in numbered)}
    for name, after in OTHERWISE.get(type_.rpartition(".")[2], {}).items():
        if name in fields and after in fields:
            order = [one for one in fields if one != name]
            order.insert(order.index(after) + 1, name)
            fields = {one: fields[one] for one in order}
    return fields

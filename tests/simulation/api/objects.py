"""Objects for the tests of the API, from their JSON."""

from typing import Any

import msgspec

from simulation.api import schema
from simulation.api.defaults import default
from simulation.api.wire import from_manifest, from_rfc3339, to_record
from simulation.objects import KINDS


def record(kind: str, body: dict[str, Any]) -> Any:
    """A record of a body that may have Go's internal fields, as upstream's unit tests do: what the API does not know is left out."""
    return to_record(kind, schema.clean(kind, body, []))


def deployment(**spec: Any) -> Any:
    """A valid, defaulted Deployment `web` with some of its spec replaced."""
    return default(from_manifest(manifest("Deployment", **spec)))


def manifest(kind: str = "Deployment", name: str = "web", **spec: Any) -> dict[str, Any]:
    """A small valid manifest; Pods and Services have a spec of their own."""
    own = {
        "Pod": {"containers": [{"name": "web", "image": "web:1.0"}]},
        "Service": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
    }
    workload = {
        "replicas": 10,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": own["Pod"]},
    }
    version = "apps/v1" if kind in ("Deployment", "ReplicaSet") else "v1"
    meta = {"name": name, "namespace": "default", "labels": {"app": "web"}}
    return {"apiVersion": version, "kind": kind, "metadata": meta, "spec": {**own.get(kind, workload), **spec}}


def answered(answer: dict[str, Any]) -> Any:
    """The record of an object as an API server answered it, status and times and all."""
    return msgspec.convert(_in_seconds(answer), KINDS[answer["kind"]].cls)


def _in_seconds(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {k: _in_seconds(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_in_seconds(item) for item in value]
    timed = isinstance(value, str) and key.endswith(("At", "Time", "Timestamp"))
    return from_rfc3339(value) if timed else value

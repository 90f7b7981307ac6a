"""Objects to and from the JSON that the Kubernetes API speaks.

Out: camelCase, zero values left out where Go leaves them out, times as RFC 3339. In: strictly by `schema.json`; what the records of
this simulation have no place for is named in a warning and left out, what the API does not know is refused.
Sources: staging/src/k8s.io/api/*/types.go, apimachinery/pkg/runtime/serializer/json (v1.36).
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from simulation.api import schema
from simulation.api.errors import FORBIDDEN, FieldError, StatusError, bad_request, invalid
from simulation.objects import EPOCH, KINDS, Time

SENT_BY_PEOPLE = ("Deployment", "ReplicaSet", "Pod", "Service", "PodDisruptionBudget")
"""The kinds that may be in a manifest."""

SERVER_SIDE = ("uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink")
"""Metadata that only the server writes; it ignores them in what people send."""

IGNORED = (*SERVER_SIDE, "managedFields", "ownerReferences", "finalizers")

STATUS_TIMES = ("startedAt", "finishedAt")
CONDITION_TIMES = ("lastUpdateTime", "lastTransitionTime", "lastHeartbeatTime")
NULLS = {"Event": ("firstTimestamp", "lastTimestamp", "eventTime"), "EndpointSlice": ("endpoints", "ports")}
"""Fields that Go writes even when they are nil."""

DERIVED = {"Namespace": "v1", "Endpoints": "v1", "Lease": "coordination.k8s.io/v1", "Scale": "autoscaling/v1"}
"""Kinds that nothing stores (`simulation.api.derived`), with their versions."""

ZEROS = {int: 0, bool: False, str: ""}

Json = dict[str, Any]
Clock = Callable[[Time, bool], Any]
"""Writes a time; true for those that the API has with microseconds."""


# ------------------------------------------------------------------------------------------------------------------- out


def to_json(obj: Any, kind: str | None = None, write: Clock | None = None, managed: bool = False) -> Json:
    """An object as the API answers it, with apiVersion and kind.

    `write` says how its times are written, if not by the simulated clock; `managed` keeps the managedFields, which most readers hide.
    """
    kind = kind or type(obj).__name__
    write = write or _as_simulated
    body = msgspec.json.decode(msgspec.json.encode(obj))
    version = KINDS[kind].api_version if kind in KINDS else DERIVED[kind]
    out = {"kind": kind, "apiVersion": version, "metadata": _metadata(body.pop("metadata", {}), write)}
    if not managed:
        out["metadata"].pop("managedFields", None)
    out.update(body)
    _FINISH[kind](out, write)
    return out


def rfc3339(seconds: Time, since: int = EPOCH) -> str:
    """`since` is the Unix second at which `seconds` begins to count."""
    return datetime.fromtimestamp(since + seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc1123(seconds: Time) -> str:
    """As kubectl's describe writes times."""
    return datetime.fromtimestamp(EPOCH + seconds, UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")


def rfc3339_micro(seconds: Time, since: int = EPOCH) -> str:
    return rfc3339(seconds, since).replace("Z", ".000000Z")


def _as_simulated(seconds: Time, micro: bool) -> str:
    return rfc3339_micro(seconds) if micro else rfc3339(seconds)


def from_rfc3339(text: str) -> Time:
    """Raises ValueError."""
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()) - EPOCH


def _metadata(meta: Json, write: Clock) -> Json:
    for field in meta.get("managedFields", ()):
        _times(write, field, "time")
    return _times(write, meta, "creationTimestamp", "deletionTimestamp")


def _times(write: Clock, record: Json, *keys: str) -> Json:
    for key in keys:
        if record.get(key) is not None:
            record[key] = write(record[key], False)
    return record


def _workload(out: Json, write: Clock) -> None:
    spec = out.setdefault("spec", {})
    template = spec.setdefault("template", {})
    template.setdefault("metadata", {})
    template.setdefault("spec", {})
    status = out.setdefault("status", {})
    for condition in status.get("conditions", ()):
        _times(write, condition, *CONDITION_TIMES)


def _deployment(out: Json, write: Clock) -> None:
    _workload(out, write)
    out["spec"].setdefault("strategy", {})


def _replicaset(out: Json, write: Clock) -> None:
    _workload(out, write)
    out["status"].setdefault("replicas", 0)


def _pod(out: Json, write: Clock) -> None:
    out.setdefault("spec", {})
    status = out["status"] = _pod_addresses(out.get("status", {}))
    _times(write, status, "startTime")
    for condition in status.get("conditions", ()):
        condition["lastProbeTime"] = None
        _times(write, condition, "lastTransitionTime")
    for container in (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())):
        for state in (container["state"], container["lastState"]):
            for inner in state.values():
                _times(write, inner, "startedAt", "finishedAt")


def _pod_addresses(status: Json) -> Json:
    """hostIPs and podIPs follow their singular, as in the API's order of fields."""
    out = {}
    for key, value in status.items():
        out[key] = value
        if key in ("hostIP", "podIP"):
            out[f"{key}s"] = [{"ip": value}]
    return out


def _service(out: Json, write: Clock) -> None:
    out.setdefault("spec", {})


def _node(out: Json, write: Clock) -> None:
    spec = out.setdefault("spec", {})
    if "podCIDR" in spec:
        spec["podCIDRs"] = [spec["podCIDR"]]
    for taint in spec.get("taints", ()):
        _times(write, taint, "timeAdded")
    for condition in out.setdefault("status", {}).get("conditions", ()):
        _times(write, condition, *CONDITION_TIMES)


def _event(out: Json, write: Clock) -> None:
    _times(write, out, "firstTimestamp", "lastTimestamp")
    if out.get("eventTime") is not None:
        out["eventTime"] = write(out["eventTime"], True)
    if (series := out.get("series")) and series.get("lastObservedTime") is not None:
        series["lastObservedTime"] = write(series["lastObservedTime"], True)
    for key in ("involvedObject", "source"):
        out.setdefault(key, {})
    for key in ("reportingComponent", "reportingInstance"):
        out.setdefault(key, "")
    _nulls(out)


def _slice(out: Json, write: Clock) -> None:
    for port in out.get("ports") or ():
        port.setdefault("name", "")
    _nulls(out)


def _budget(out: Json, write: Clock) -> None:
    out.setdefault("spec", {})
    status = out.setdefault("status", {})
    for count in ("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"):
        status.setdefault(count, 0)
    _times(write, status.get("disruptedPods", {}), *status.get("disruptedPods", {}))
    for condition in status.get("conditions", ()):
        _times(write, condition, *CONDITION_TIMES)


def _namespace(out: Json, write: Clock) -> None:
    out["spec"] = {"finalizers": ["kubernetes"]}
    out["status"] = {"phase": "Active"}


def _endpoints(out: Json, write: Clock) -> None:
    """As it is."""


def _lease(out: Json, write: Clock) -> None:
    spec = out.setdefault("spec", {})
    for key in ("acquireTime", "renewTime"):
        if spec.get(key) is not None:
            spec[key] = write(spec[key], True)


def _scale(out: Json, write: Clock) -> None:
    out.setdefault("spec", {})
    out.setdefault("status", {}).setdefault("replicas", 0)


def _nulls(out: Json) -> None:
    for key in NULLS[out["kind"]]:
        out.setdefault(key, None)


_FINISH = {
    "Deployment": _deployment,
    "ReplicaSet": _replicaset,
    "Pod": _pod,
    "Service": _service,
    "Node": _node,
    "Event": _event,
    "EndpointSlice": _slice,
    "PodDisruptionBudget": _budget,
    "Namespace": _namespace,
    "Endpoints": _endpoints,
    "Lease": _lease,
    "Scale": _scale,
}


# -------------------------------------------------------------------------------------------------------------------- in


def from_manifest(manifest: Any, warnings: list[str] | None = None, lenient: list[str] | None = None) -> Any:
    """The record of one manifest. Raises StatusError in the API server's (or kubectl's) words.

    `warnings` gets a sentence for each field that is real but has no place in this simulation; fields that the API does not have are
    refused, unless `lenient` is there to take their paths.
    """
    kind = kind_of(manifest)
    unknown: list[str] = [] if lenient is None else lenient
    body = {key: value for key, value in manifest.items() if key not in ("apiVersion", "kind", "status") and value is not None}
    body = _without_server_side(body)
    try:
        body = schema.clean(kind, body, unknown)
    except schema.Mismatch as error:
        raise undecodable(kind, error.text) from None
    if unknown and lenient is None:
        raise undecodable(kind, strict_error(unknown))
    return to_record(kind, body, warnings)


def strict_error(unknown: list[str]) -> str:
    return "strict decoding error: " + ", ".join(f'unknown field "{path}"' for path in unknown)


def kind_of(manifest: Any) -> str:
    """The kind of a manifest, checked against the kinds a person may send. Raises StatusError."""
    if not isinstance(manifest, dict):
        raise bad_request(f"a manifest is a mapping with apiVersion and kind, this is {_noun(manifest)}")
    kind, version = manifest.get("kind"), manifest.get("apiVersion")
    if not isinstance(kind, str) or not kind:
        raise bad_request("Object 'Kind' is missing in the manifest")
    if not isinstance(version, str) or not version:
        raise bad_request("apiVersion not set")
    if kind not in SENT_BY_PEOPLE or KINDS[kind].api_version != version:
        have = ", ".join(f"{k} ({KINDS[k].api_version})" for k in SENT_BY_PEOPLE)
        raise bad_request(f'no matches for kind "{kind}" in version "{version}"; a desk has {have}')
    return kind


def to_record(kind: str, body: Json, warnings: list[str] | None = None) -> Any:
    """The record of a cleaned body (see `schema.clean`)."""
    cls = KINDS[kind].cls
    template = body.get("spec", {}).get("template", {})
    if template.get("spec", {}).get("ephemeralContainers"):
        refused = FieldError(FORBIDDEN, "spec.template.spec.ephemeralContainers", detail="ephemeral containers not allowed in pod template")
        raise invalid(kind, body.get("metadata", {}).get("name", ""), [refused])
    if warnings is not None:
        warnings += [f'"{path}" is not part of this simulation and was left out' for path in _left_out(cls, body)]
    try:
        return msgspec.convert(_with_seconds(body), cls)
    except (msgspec.ValidationError, ValueError) as error:
        raise undecodable(kind, str(error)) from None


def status_record(kind: str, body: Json) -> Any:
    """The record of a cleaned status, its times in seconds."""
    cls = KINDS[kind].cls
    known = {field.name: field for field in msgspec.structs.fields(cls)}["status"].type
    try:
        return msgspec.convert(_zeroed(known, _in_seconds(body)), known)
    except (msgspec.ValidationError, ValueError, OverflowError) as error:
        raise undecodable(kind, str(error)) from None


def _zeroed(annotation: Any, value: Any) -> Any:
    """The value with Go's zero for each field that its record must have."""
    record = _record_in(annotation)
    if isinstance(value, list):
        return [_zeroed(annotation, item) for item in value]
    if record is None or not isinstance(value, dict):
        return value
    fields = msgspec.structs.fields(record)
    known = {field.encode_name: field.type for field in fields}
    zeros = {field.encode_name: ZEROS[field.type] for field in fields if field.required and field.type in ZEROS}
    return zeros | {key: _zeroed(known[key], inner) if key in known else inner for key, inner in value.items()}


def in_simulated_time(value: Any, since: int, key: str = "") -> Any:
    """A status as a client wrote it, its times put back to the simulated clock. `since` as in `rfc3339`."""
    if isinstance(value, dict):
        return {name: in_simulated_time(inner, since, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [in_simulated_time(item, since, key) for item in value]
    if isinstance(value, str) and (key in STATUS_TIMES or key.endswith("Time")):
        try:
            return rfc3339(max(from_rfc3339(value) + EPOCH - since, 0))
        except (ValueError, OverflowError):
            return value
    return value


def _in_seconds(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _in_seconds(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_in_seconds(item, key) for item in value]
    return from_rfc3339(value) if isinstance(value, str) and (key in STATUS_TIMES or key.endswith("Time")) else value


def _with_seconds(body: Json) -> Json:
    """The only times that a person may write: when a node was tainted."""
    taints = body.get("spec", {}).get("taints", ())
    if not any("timeAdded" in taint for taint in taints):
        return body
    taints = [taint | {"timeAdded": from_rfc3339(taint["timeAdded"])} if "timeAdded" in taint else taint for taint in taints]
    return body | {"spec": body["spec"] | {"taints": taints}}


def _without_server_side(body: Json) -> Json:
    meta = body.get("metadata")
    if isinstance(meta, dict):
        body = body | {"metadata": {key: value for key, value in meta.items() if key not in IGNORED}}
    return body


def _left_out(annotation: Any, value: Any, path: str = "") -> list[str]:
    """Paths of fields the API knows and the record does not."""
    record = _record_in(annotation)
    if record is None:
        return []
    if isinstance(value, list):
        return [p for i, item in enumerate(value) for p in _left_out(record, item, f"{path}[{i}]")]
    fields = {f.encode_name: f.type for f in msgspec.structs.fields(record)}
    out = []
    for key, inner in value.items():
        here = f"{path}.{key}" if path else key
        out += _left_out(fields[key], inner, here) if key in fields else [here] if inner else []
    return out


def _record_in(annotation: Any) -> Any:
    """The record class inside `X`, `X | None` or `tuple[X, ...]`, if there is one."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        if (found := _record_in(inner)) is not None:
            return found
    return None


def undecodable(kind: str, said: str) -> StatusError:
    version = KINDS[kind].api_version.rpartition("/")[2]
    return bad_request(f'{kind} in version "{version}" cannot be handled as a {kind}: {said}')


def _noun(value: Any) -> str:
    return {dict: "a mapping", list: "a list", str: "a text", bool: "a boolean", type(None): "nothing"}.get(type(value), "a number")

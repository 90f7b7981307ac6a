"""The live object after a patch or a replacement: what only the server writes stays, what the API server refuses is refused in its words.

Sources: apiserver/pkg/endpoints/handlers/{patch,update}.go, registry/rest/update.go (v1.36).
"""

from typing import Any

from msgspec.structs import replace

from simulation.api import ownership, schema
from simulation.api import patch as patching
from simulation.api.derived import scale_of
from simulation.api.errors import INVALID, FieldError, StatusError, bad_request, conflict, go_json, go_quote, invalid
from simulation.api.validation import validate_status
from simulation.api.wire import rfc3339, status_record, to_json, to_record, undecodable

MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"
NOT_TAKEN = ("creationTimestamp", "deletionTimestamp", "managedFields", "selfLink")
"""Metadata that is not taken from what a client sends."""
SCALABLE = ("Deployment", "ReplicaSet")


def without_status(body: dict) -> dict:
    return {key: value for key, value in body.items() if key not in ("status", "apiVersion", "kind")}


def bare(live: Any) -> dict:
    return without_status(to_json(live))


def patched(live: Any, body: Any, how: str, warnings: list[str], unknown: list[str] | None = None) -> Any:
    """The live object with a patch of type `how`. Raises StatusError."""
    before = bare(live)
    if how != "json":
        after = patch_body(type(live).__name__, before, body, how)
        _check_uid(live, after)
        return replaced(live, after, warnings=warnings, patch=(body, how), unknown=unknown)
    before["metadata"]["managedFields"] = owners = to_json(live, managed=True)["metadata"].get("managedFields", [])
    after = patch_body(type(live).__name__, before, body, how)
    _check_uid(live, after)
    meta = after.get("metadata")
    said = meta.get("managedFields") if isinstance(meta, dict) else owners
    entries = None if said == owners else ownership.given(live, said, live.metadata.creation_timestamp or 0)
    return replaced(live, after, warnings=warnings, patch=(body, how), unknown=unknown, entries=entries)


def _check_uid(live: Any, after: dict) -> None:
    """Raises the API's 422 (ValidateObjectMetaAccessorUpdate)."""
    meta, was = after.get("metadata"), live.metadata
    uid = meta.get("uid") if isinstance(meta, dict) else None
    if uid and uid != was.uid:
        raise invalid(type(live).__name__, was.name, [FieldError(INVALID, "metadata.uid", uid, "field is immutable")])


def patch_body(type: str, before: dict, patch: Any, how: str) -> dict:
    """A body after a patch; `type` is the Go type of both. Raises StatusError."""
    try:
        if how == "json":
            after = patching.json_patch(before, patch)
        else:
            after = patching.merge(before, patch) if how == "merge" else patching.strategic(type, before, patch)
    except patching.PatchError as error:
        raise (rejected() if how == "json" else bad_request(str(error))) from None
    if not isinstance(after, dict):
        raise rejected()
    return after


def scaled(live: Any, body: Any, how: str = "") -> Any:
    """A workload after its Scale was replaced, or patched by `how`."""
    kind, was = type(live).__name__, live.metadata
    if kind not in SCALABLE:
        raise StatusError(404, "NotFound", "the server could not find the requested resource")
    scale = scale_of(live)
    after = patch_body("Scale", without_status(to_json(scale, "Scale")), body, how) if how else body
    try:
        clean = schema.clean("Scale", without_status(after), [])
    except schema.Mismatch as error:
        if how:
            raise invalid_patch(scale, body, how, error.loose if how == "strategic" else error.text) from None
        raise bad_request(f'Scale in version "v1" cannot be handled as a Scale: {error.text}') from None
    if clean.get("metadata", {}).get("resourceVersion") not in (None, "", was.resource_version):
        raise conflict(kind, was.name, MODIFIED)
    replicas = clean.get("spec", {}).get("replicas") or 0
    if replicas < 0:
        wrong = FieldError(INVALID, "spec.replicas", replicas, "must be greater than or equal to 0")
        about = {"name": was.name, "group": "autoscaling", "kind": "Scale"}
        cause = ("FieldValueInvalid", wrong.field, wrong.body)
        raise StatusError(422, "Invalid", f'Scale.autoscaling "{was.name}" is invalid: {wrong}', [cause], details=about)
    return replace(live, spec=replace(live.spec, replicas=replicas))


def replaced_status(live: Any, body: Any, unknown: list[str], how: str = "") -> Any:
    """An object with a new status and nothing else new: what the status subresource takes. Its times are the simulated ones."""
    kind, was = type(live).__name__, live.metadata
    after = patch_body(kind, to_json(live), body, how) if how else body
    if not isinstance(after, dict):
        raise bad_request("the body must be an object")
    try:
        clean = schema.clean(kind, {key: after[key] for key in ("metadata", "status") if after.get(key) is not None}, unknown)
    except schema.Mismatch as error:
        if how:
            raise invalid_patch(live, body, how, error.loose if how == "strategic" else error.text) from None
        raise undecodable(kind, error.text) from None
    if clean.get("metadata", {}).get("resourceVersion") not in (None, "", was.resource_version):
        raise conflict(kind, was.name, MODIFIED)
    new = replace(live, status=status_record(kind, clean.get("status", {})))
    if errors := validate_status(new, live):
        raise invalid(kind, was.name, errors)
    return new


def replaced(
    live: Any,
    body: dict,
    strict: bool = False,
    warnings: list[str] | None = None,
    patch: tuple[Any, str] | None = None,
    unknown: list[str] | None = None,
    entries: tuple[dict[str, Any], ...] | None = None,
) -> Any:
    """The live object with a new body: what only the server writes stays.

    Fields that the API does not have are noted in `unknown` if it is given, else in `warnings`. `patch` is the patch that led to
    the body, and its type.
    """
    kind = type(live).__name__
    strange: list[str] = [] if unknown is None else unknown
    if isinstance(body.get("metadata"), dict):
        body = body | {"metadata": {key: value for key, value in body["metadata"].items() if key not in NOT_TAKEN}}
    try:
        clean = schema.clean(kind, without_status(body), strange)
    except schema.Mismatch as error:
        if patch is not None:
            raise invalid_patch(live, *patch, error.loose if patch[1] == "strategic" else error.text) from None
        raise undecodable(kind, error.text) from None
    if warnings is not None and unknown is None:
        warnings += [f'unknown field "{path}"' for path in strange]
    meta = clean.setdefault("metadata", {})
    check_identity(live, meta)
    managed = live.metadata.managed_fields if entries is None else entries
    if kind == "Node":
        _keep_taint_times(live, clean)
    new = to_record(kind, clean, None if strict else warnings)
    was = live.metadata
    stamped = replace(
        new.metadata,
        generate_name=was.generate_name,
        uid=was.uid,
        resource_version=was.resource_version,
        generation=was.generation,
        creation_timestamp=was.creation_timestamp,
        deletion_timestamp=was.deletion_timestamp,
        deletion_grace_period_seconds=was.deletion_grace_period_seconds,
        managed_fields=managed,
    )
    return replace(new, metadata=stamped, status=live.status)


def check_identity(live: Any, meta: dict) -> None:
    kind, was = type(live).__name__, live.metadata
    name = meta.get("name", "")
    if not name:
        raise bad_request(f"the name of the object ({was.name} based on URL) was undeterminable: name must be provided")
    if name != was.name:
        raise bad_request(f"the name of the object ({name}) does not match the name on the URL ({was.name})")
    space = meta.get("namespace") or was.namespace
    if space != was.namespace:
        raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
    version = meta.get("resourceVersion") or was.resource_version
    if version != was.resource_version:
        raise conflict(kind, was.name, MODIFIED)


def _keep_taint_times(live: Any, body: dict) -> None:
    """Since when a taint is there is the server's to know: its clock is not the client's."""
    since = {(taint.key, taint.effect): taint.time_added for taint in live.spec.taints}
    for taint in body.get("spec", {}).get("taints", ()):
        added = since.get((taint.get("key"), taint.get("effect")))
        taint.pop("timeAdded", None)
        if added is not None:
            taint["timeAdded"] = rfc3339(added)


def invalid_patch(live: Any, patch: Any, how: str, said: str) -> StatusError:
    """A strategic patch is shown as Go prints it, of the others what came of them."""
    if how == "strategic":
        text = patching.go_map(patching.used(patch))
    else:
        text = go_json(patch_body(type(live).__name__, to_json(live, managed=True), patch, how))
    value = go_quote(text)
    message = f"patch: Invalid value: {value}: {said}"
    cause = ("FieldValueInvalid", "patch", f"Invalid value: {value}: {said}")
    return StatusError(422, "Invalid", f' "" is invalid: {message}', [cause])


def rejected() -> StatusError:
    """Which operation of a JSON patch it was the API server does not say (errors.NewGenericServerResponse)."""
    return StatusError(422, "Invalid", "the server rejected our request due to an error in our request")

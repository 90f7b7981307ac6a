"""A request's body becomes plain values, whichever of the API's formats it is in, or a Status that says what is wrong with it."""

from typing import Any

import msgspec
from django.http import HttpRequest
from django.http.request import RequestDataTooBig, UnreadablePostError

from simulation.api import documents, protobuf
from simulation.api.errors import StatusError, bad_request
from simulation.api.jsontext import END, duplicate_fields, syntax_error

from .answers import failure

JSON, YAML, PROTOBUF = "application/json", "application/yaml", "application/vnd.kubernetes.protobuf"
APPLY = "application/apply-patch+yaml"
PATCHES = {
    "application/strategic-merge-patch+json": "strategic",
    "application/merge-patch+json": "merge",
    "application/json-patch+json": "json",
    APPLY: "apply",
}
MAX_DEPTH = 100
META = r'struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }'
"""What a body is read into first, to see what it is."""
SUMMARY = 30


def read(request: HttpRequest) -> Any:
    """The value of the body, None if it is empty. Raises StatusError."""
    data, media = raw(request), request.content_type or JSON
    if not data.strip():
        return None
    if media == JSON or (media in PATCHES and media != APPLY):
        return _json(data)
    if media == PROTOBUF:
        return protobuf.read(data)
    if media in (YAML, APPLY):
        return _json(data) if data.lstrip().startswith((b"{", b"[")) else _yaml(data)
    accepted = ", ".join((JSON, YAML, PROTOBUF))
    said = f"the body of the request was in an unknown format - accepted media types include: {accepted}"
    raise failure(415, "UnsupportedMediaType", said)


def read_object(request: HttpRequest, kind: str) -> dict[str, Any]:
    """The body, which must be an object of this kind. Raises StatusError."""
    try:
        body = read(request)
    except Unreadable as error:
        raise _unrecognized(kind, error.message, raw(request)) from None
    if isinstance(body, dict):
        return body
    data = raw(request)
    if body is None and data.strip():
        return {}
    said = END if body is None else f"json: cannot unmarshal {_json_kind(body)} into Go value of type {META}"
    raise _unrecognized(kind, said, data)


def read_patch(request: HttpRequest, type: str) -> Any:
    """The body as a patch of this type. Raises the API's 400."""
    decoding = "" if type == "strategic" else "error decoding YAML: " if type == "apply" else "error decoding patch: "
    try:
        body = read(request)
    except Unreadable as error:
        raise bad_request(decoding + error.message) from None
    if isinstance(body, list if type == "json" else dict):
        return body
    wanted = "[]interface {}" if type == "json" else "map[string]interface {}"
    empty = body is None and not raw(request).strip()
    raise bad_request(decoding + (END if empty else f"json: cannot unmarshal {_json_kind(body)} into Go value of type {wanted}"))


def said_twice(request: HttpRequest) -> list[str]:
    """What a body that was read says of fields it has twice. YAML that does so is not read at all."""
    data, media = raw(request), request.content_type or JSON
    is_json = media == JSON or media in PATCHES and media != APPLY or data.lstrip().startswith((b"{", b"["))
    if media == PROTOBUF or not is_json:
        return []
    found = duplicate_fields(data)
    return [f"json patch {said}" for said in found] if PATCHES.get(media) == "json" else found


def patch_type(request: HttpRequest) -> str:
    """Raises the API's 415."""
    found = PATCHES.get(request.content_type or "")
    if found is None:
        accepted = ", ".join(PATCHES)
        said = f"the body of the request was in an unknown format - accepted media types include: {accepted}"
        raise failure(415, "UnsupportedMediaType", said)
    return found


def raw(request: HttpRequest) -> bytes:
    try:
        return request.body
    except RequestDataTooBig:
        raise failure(413, "RequestEntityTooLarge", "the request is too large for a desk") from None
    except UnreadablePostError:
        raise bad_request("the body could not be read") from None


class Unreadable(StatusError):
    """A body that is no JSON; the message is Go's."""

    def __init__(self, said: str) -> None:
        super().__init__(400, "BadRequest", said)


def _unrecognized(kind: str, said: str, data: bytes) -> StatusError:
    """handlers/rest.go transformDecodeError, for what does not even say its kind."""
    summary = data[:SUMMARY] if data.startswith(b"{") else data[:SUMMARY].hex().encode()
    shown = summary.decode(errors="replace") + (" ..." if len(data) > SUMMARY else "") if data else "<empty>"
    return bad_request(
        f"the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; json parse error: {said} ({shown})"
    )


def _json_kind(value: Any) -> str:
    kinds = {list: "array", dict: "object", str: "string", bool: "bool", type(None): "null"}
    return kinds.get(type(value), "number")


def _json(data: bytes) -> Any:
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Unreadable(syntax_error(data) or f"the body is not JSON: {error}") from None
    if _depth(value) > MAX_DEPTH:
        raise bad_request(f"the body is nested more than {MAX_DEPTH} deep")
    return value


def _yaml(data: bytes) -> Any:
    try:
        return documents.read(data.decode())
    except UnicodeDecodeError as error:
        raise bad_request(f"the body is not UTF-8: {error}") from None
    except StatusError as error:
        raise bad_request(error.message) from None


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [inner for outer in level for inner in _inside(outer)]
    return depth


def _inside(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [item for item in inner if isinstance(item, dict | list)]

"""A request's body becomes plain values, whichever of the API's formats it is in, or a Status that says what is wrong with it."""

from typing import Any

import msgspec
from django.http import HttpRequest
from django.http.request import RequestDataTooBig, UnreadablePostError

from simulation.api import documents, protobuf
from simulation.api.duplicates import duplicate_fields
from simulation.api.errors import StatusError, bad_request

from .answers import failure

JSON, YAML, PROTOBUF = "application/json", "application/yaml", "application/vnd.kubernetes.protobuf"
PATCHES = {
    "application/strategic-merge-patch+json": "strategic",
    "application/merge-patch+json": "merge",
    "application/json-patch+json": "json",
    "application/apply-patch+yaml": "apply",
}
MAX_DEPTH = 100


def read(request: HttpRequest) -> Any:
    """The value of the body, None if it is empty. Raises StatusError."""
    data, media = raw(request), request.content_type or JSON
    if not data.strip():
        return None
    if media == JSON or (media in PATCHES and media != "application/apply-patch+yaml"):
        return _json(data)
    if media == PROTOBUF:
        return protobuf.read(data)
    if media in (YAML, "application/apply-patch+yaml"):
        return _json(data) if data.lstrip().startswith((b"{", b"[")) else _yaml(data)
    accepted = ", ".join((JSON, YAML, PROTOBUF))
    said = f"the body of the request was in an unknown format - accepted media types include: {accepted}"
    raise failure(415, "UnsupportedMediaType", said)


def read_object(request: HttpRequest) -> dict[str, Any]:
    """The body, which must be an object. Raises StatusError."""
    body = read(request)
    if not isinstance(body, dict):
        raise bad_request("Object 'Kind' is missing in the body: an object was expected")
    return body


def said_twice(request: HttpRequest) -> list[str]:
    """What a body that was read says of fields it has twice. YAML that does so is not read at all."""
    data, media = raw(request), request.content_type or JSON
    is_json = media == JSON or media in PATCHES and media != "application/apply-patch+yaml" or data.lstrip().startswith((b"{", b"["))
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


def _json(data: bytes) -> Any:
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise bad_request(f"the body is not JSON: {error}") from None
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

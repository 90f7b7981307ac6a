"""The form in which a client wants objects: whole, as rows of a table, or only their metadata, by its Accept header."""

import re
from functools import cache
from typing import Any, NamedTuple

import msgspec

from simulation.api import columns
from simulation.api.errors import StatusError
from simulation.api.resources import COLUMNS, Resource

from .feed import Feed, Moment

WHOLE, TABLE, PARTIAL = "whole", "table", "partial"
EVENTS_V1 = "events.k8s.io/v1"

JSON_TYPES = ("application/json", "application/*", "*/*", "application/yaml", "")
FORMS = {"Table": TABLE, "PartialObjectMetadata": PARTIAL, "PartialObjectMetadataList": PARTIAL}


class Form(NamedTuple):
    """`include` is what each row of a table carries: Metadata, Object or None."""

    kind: str
    version: str = "v1"
    include: str = "Metadata"


def form_of(accept: str, include: str) -> Form:
    """The first form of the Accept header that is spoken here. Raises the API's 406."""
    if include not in ("", "Metadata", "Object", "None"):
        raise StatusError(400, "BadRequest", f'unrecognized includeObject value: "{include[:40]}"')
    for part in accept.split(","):
        media, *parameters = (word.strip() for word in part.split(";"))
        said = dict(word.partition("=")[::2] for word in parameters)
        if media not in JSON_TYPES:
            continue
        if "as" not in said:
            return Form(WHOLE)
        if said["as"] in FORMS and said.get("g") == "meta.k8s.io" and said.get("v") in ("v1", "v1beta1"):
            return Form(FORMS[said["as"]], said["v"], include or "Metadata")
    raise StatusError(406, "NotAcceptable", "only the following media types are accepted: application/json, application/yaml")


def one(form: Form, resource: Resource, obj: Any, feed: Feed, at: Moment, first: bool = True) -> bytes:
    """One object. `first`: a table says its columns."""
    if form.kind == TABLE:
        return table(form, resource, [obj], feed, at, version(obj), first=first)
    if form.kind == PARTIAL:
        return _partial(form, obj, feed, at)
    if resource.api_version == EVENTS_V1:
        return _event(obj, feed, at)
    return feed.encoded(obj).whole(at.since)


def many(form: Form, resource: Resource, objects: list[Any], feed: Feed, at: Moment, meta: dict[str, Any]) -> bytes:
    """A list of objects."""
    if form.kind == TABLE:
        return table(form, resource, objects, feed, at, meta=meta)
    if form.kind == PARTIAL:
        items = b",".join(_partial(form, obj, feed, at) for obj in objects)
        head = f'"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/{form.version}"'
    else:
        head = f'"kind":"{resource.kind}List","apiVersion":"{resource.api_version}"'
        if resource.api_version == EVENTS_V1:
            items = b",".join(_event(obj, feed, at) for obj in objects)
        else:
            items = b",".join([feed.encoded(obj).item(at.since) for obj in objects])
    return b'{%s,"metadata":%s,"items":[%s]}' % (head.encode(), msgspec.json.encode(meta), items)


def table(
    form: Form, resource: Resource, objects: list[Any], feed: Feed, at: Moment, revision: str = "", meta: Any = None, first: bool = True
) -> bytes:
    """Rows of cells as kubectl prints them; every second of age is the simulated one."""
    meta = meta or {"resourceVersion": revision}
    rows = []
    for obj in objects:
        cells = msgspec.json.encode(columns.row(obj, at.now, True))
        if form.include == "None":
            rows.append(b'{"cells":%s}' % cells)
        else:
            inner = one(Form(WHOLE), resource, obj, feed, at) if form.include == "Object" else _partial(form, obj, feed, at)
            rows.append(b'{"cells":%s,"object":%s}' % (cells, inner))
    kind = type(objects[0]).__name__ if objects else resource.kind
    said = _columns(kind) if first else b"null"
    head = f'"kind":"Table","apiVersion":"meta.k8s.io/{form.version}"'.encode()
    return b'{%s,"metadata":%s,"columnDefinitions":%s,"rows":[%s]}' % (head, msgspec.json.encode(meta), said, b",".join(rows))


def version(obj: Any) -> str:
    return obj.metadata.resource_version


@cache
def _columns(kind: str) -> bytes:
    names = [
        {"name": name, "type": type, "format": "name" if name == "Name" else "", "description": _about(kind, name), "priority": priority}
        for name, type, priority in COLUMNS[kind]
    ]
    return msgspec.json.encode(names)


def _about(kind: str, name: str) -> str:
    """Our own words; no client shows them in a table."""
    return f"{re.sub(r'[-()]', ' ', name).strip()} of the {kind}."


def _partial(form: Form, obj: Any, feed: Feed, at: Moment) -> bytes:
    head = f'"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/{form.version}"'.encode()
    return b'{%s,"metadata":%s}' % (head, feed.encoded(obj).metadata(at.since))


def _event(obj: Any, feed: Feed, at: Moment) -> bytes:
    """The same event in the words of events.k8s.io/v1 (pkg/apis/events/v1/conversion.go)."""
    core = msgspec.json.decode(feed.encoded(obj).whole(at.since))
    renamed = {
        "note": core.get("message"),
        "regarding": core.get("involvedObject"),
        "reportingController": core.get("reportingComponent", ""),
        "deprecatedSource": core.get("source"),
        "deprecatedFirstTimestamp": core.get("firstTimestamp"),
        "deprecatedLastTimestamp": core.get("lastTimestamp"),
        "deprecatedCount": core.get("count"),
    }
    same = {key: core.get(key) for key in ("metadata", "eventTime", "series", "reportingInstance", "action", "reason", "type")}
    # a real server leaves it null for events of the older form, and the official Python client cannot read that
    same["eventTime"] = core.get("eventTime") or (core.get("firstTimestamp") or "").replace("Z", ".000000Z") or None
    kept = {key: value for key, value in (same | renamed).items() if value is not None}
    return msgspec.json.encode({"kind": "Event", "apiVersion": EVENTS_V1} | kept)

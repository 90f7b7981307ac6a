"""The OpenAPI v3 documents, made from the table of fields: clients check manifests, merge lists and explain fields by them.

The descriptions are our own. v2 is an empty protobuf: old clients insist on its being there and then check nothing themselves.
"""

import hashlib
from functools import cache
from typing import Any

import msgspec

from simulation.api.resources import BY_KIND, GROUPS, RESOURCES, Resource
from simulation.api.schema import FIELDS, Field
from simulation.kubectl.explanations import FIELDS as SAID
from simulation.kubectl.explanations import KINDS_SAID

from .forms import EVENTS_V1

V2_TYPE = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
PREFIX = "io.rollviz."

SCALARS: dict[str, dict[str, str]] = {
    "string": {"type": "string"},
    "bool": {"type": "boolean"},
    "int32": {"type": "integer", "format": "int32"},
    "int64": {"type": "integer", "format": "int64"},
    "float64": {"type": "number", "format": "double"},
    "time": {"type": "string", "format": "date-time"},
    "byte": {"type": "integer", "format": "byte"},
    "any": {"type": "object"},
}
INT_OR_STRING, QUANTITY = f"{PREFIX}IntOrString", f"{PREFIX}Quantity"
NAMED = {"intstr": INT_OR_STRING, "quantity": QUANTITY}
"""Scalars that have a name of their own."""


def index() -> dict[str, Any]:
    """Addresses without our prefix: clients put it before them."""
    paths = {_name(version): {"serverRelativeURL": f"/openapi/v3/{_name(version)}?hash={digest(version)}"} for version in GROUPS}
    return {"paths": paths}


@cache
def document(name: str) -> bytes | None:
    """The document of `api/v1` or `apis/apps/v1`."""
    version = next((version for version in GROUPS if _name(version) == name), None)
    if version is None:
        return None
    rows = [row for row in RESOURCES if row.api_version == version]
    schemas: dict[str, Any] = {INT_OR_STRING: {"oneOf": [{"type": "integer"}, {"type": "string"}], "format": "int-or-string"}}
    schemas[QUANTITY] = {"oneOf": [{"type": "string"}, {"type": "number"}]}
    for row in rows:
        name = PREFIX + _type_of(row)
        _collect(_type_of(row), schemas)
        schemas[name]["x-kubernetes-group-version-kind"] = [_gvk(row)]
        schemas[name]["description"] = KINDS_SAID.get(row.kind, "")
    paths = {path: item for row in rows for path, item in _paths(row).items()}
    about = {"title": "rollviz", "version": "v1"}
    return msgspec.json.encode({"openapi": "3.0.0", "info": about, "paths": paths, "components": {"schemas": schemas}})


@cache
def digest(version: str) -> str:
    return hashlib.sha256(document(_name(version)) or b"").hexdigest()[:32].upper()


def _name(version: str) -> str:
    return f"apis/{version}" if "/" in version else f"api/{version}"


def _type_of(row: Resource) -> str:
    """A kind of its own words in each of two groups is two types."""
    return "EventsEvent" if row.api_version == EVENTS_V1 else row.kind


def _gvk(row: Resource) -> dict[str, str]:
    return {"group": row.group, "kind": row.kind, "version": row.version}


def _paths(row: Resource) -> dict[str, Any]:
    base = f"/{_name(row.api_version)}" + ("/namespaces/{namespace}" if row.namespaced else "") + f"/{row.plural}"
    answer = {"200": {"description": "OK", "content": {"application/json": {"schema": _ref(PREFIX + _type_of(row))}}}}
    query = [
        {"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": True}}
        for name in ("dryRun", "fieldManager", "fieldValidation", "pretty")
    ]

    def operation(action: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
        marks = {"x-kubernetes-action": action, "x-kubernetes-group-version-kind": _gvk(row)}
        return {"parameters": parameters, "responses": answer, **marks}

    everything = {"get": operation("list", [])}
    one = {"get": operation("get", [])}
    if "create" in row.verbs:
        everything["post"] = operation("post", query)
    if "patch" in row.verbs:
        one |= {"put": operation("put", query), "patch": operation("patch", query), "delete": operation("delete", query[:1])}
    return {base: everything, f"{base}/{{name}}": one}


def _collect(type: str, schemas: dict[str, Any]) -> None:
    """The schema of a type and of all that it needs."""
    if PREFIX + type in schemas:
        return
    properties: dict[str, Any] = {}
    schemas[PREFIX + type] = {"type": "object", "properties": properties}
    fields = FIELDS.get(type, {})
    if type in BY_KIND:
        properties |= {name: {"type": "string", "description": SAID.get(name, "")} for name in ("apiVersion", "kind")}
    for name, field in sorted(fields.items()):
        if name == "-":
            continue
        properties[name] = _field(type, name, field, schemas)


def _field(type: str, name: str, field: Field, schemas: dict[str, Any]) -> dict[str, Any]:
    said = SAID.get(f"{type}.{name}") or SAID.get(name, "")
    out = _typed(field.type, schemas)
    out = {"allOf": [out]} if "$ref" in out else out
    if said:
        out["description"] = said
    if field.merge or field.retain_keys:
        out["x-kubernetes-patch-strategy"] = ",".join(["merge"] * field.merge + ["retainKeys"] * field.retain_keys)
    if field.merge_key:
        out["x-kubernetes-patch-merge-key"] = field.merge_key
    return out


def _typed(type: str, schemas: dict[str, Any]) -> dict[str, Any]:
    if type.startswith("[]"):
        return {"type": "array", "items": _typed(type[2:], schemas)}
    if type.startswith("map:"):
        return {"type": "object", "additionalProperties": _typed(type[4:], schemas)}
    if type in NAMED:
        return _ref(NAMED[type])
    if type in FIELDS:
        _collect(type, schemas)
        return _ref(PREFIX + type)
    return dict(SCALARS[type])


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}

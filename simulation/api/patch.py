"""How a patch changes an object's JSON: strategic merge, JSON merge (RFC 7386), JSON patch (RFC 6902) and kubectl apply's three-way merge.

Nothing given is changed; every function returns a new value. Sources: apimachinery/pkg/util/strategicpatch/patch.go,
pkg/util/jsonmergepatch, apiserver/pkg/endpoints/handlers/patch.go (v1.36).
"""

from typing import Any

from simulation.api.schema import FIELDS, Field

Json = Any

DIRECTIVE, RETAIN_KEYS = "$patch", "$retainKeys"
ORDER, DELETE_PRIMITIVES = "$setElementOrder/", "$deleteFromPrimitiveList/"
UNTYPED = Field("any")


class PatchError(Exception):
    """A patch that cannot be used; the text is the library's."""


# ----------------------------------------------------------------------------------------------------------- JSON merge


def merge(live: Json, patch: Json) -> Json:
    """RFC 7386: null removes, maps merge, everything else is replaced."""
    if not isinstance(patch, dict):
        return patch
    out = dict(live) if isinstance(live, dict) else {}
    for key, value in patch.items():
        if value is None:
            out.pop(key, None)
        else:
            out[key] = merge(out.get(key), value)
    return out


# ------------------------------------------------------------------------------------------------------ strategic merge


def strategic(type: str, live: Json, patch: Json) -> Json:
    """Like a JSON merge, but lists with a merge key are merged by it. `type` is the Go type of both. Raises PatchError."""
    directive = patch.get(DIRECTIVE)
    if directive == "replace":
        return _without_directives(patch)
    if directive == "delete":
        return {}
    if directive not in (None, "merge"):
        raise PatchError(f"Unknown patch type found: {directive}")
    out = dict(live)
    if RETAIN_KEYS in patch:
        retained = _list(patch[RETAIN_KEYS])
        out = {key: value for key, value in out.items() if key in retained}
    for key, value in patch.items():
        if key.startswith("$"):
            continue
        field = FIELDS.get(type, {}).get(key, UNTYPED)
        if value is None:
            out.pop(key, None)
        else:
            out[key] = _strategic_value(field, out.get(key), value, patch, key)
    for key in patch:
        if key.startswith(DELETE_PRIMITIVES):
            name = key.removeprefix(DELETE_PRIMITIVES)
            removed = _list(patch[key])
            out[name] = [item for item in _list(out.get(name, [])) if item not in removed]
    return out


def _strategic_value(field: Field, live: Json, value: Json, patch: dict, key: str) -> Json:
    if isinstance(value, dict):
        item = field.item if field.type.startswith("map:") else field.type
        return strategic(item, live if isinstance(live, dict) else {}, value)
    if isinstance(value, list) and field.merge:
        order = _list(patch.get(ORDER + key, []))
        return _merge_list(field, live if isinstance(live, list) else [], value, order)
    return value


def _merge_list(field: Field, live: list, patch: list, order: list) -> list:
    if not field.merge_key:
        return [*live, *(item for item in patch if item not in live)]
    key = field.merge_key
    if any(isinstance(item, dict) and item.get(DIRECTIVE) == "replace" for item in patch):
        return [_without_directives(item) for item in patch if not isinstance(item, dict) or item.get(DIRECTIVE) != "replace"]
    out = list(live)
    for item in patch:
        if not isinstance(item, dict) or key not in item:
            raise PatchError(f"map: {go_map(item)} does not contain declared merge key: {key}")
        at = next((i for i, old in enumerate(out) if old.get(key) == item[key]), None)
        if item.get(DIRECTIVE) == "delete":
            out = [old for old in out if old.get(key) != item[key]]
        elif at is None:
            out.append(strategic(field.item, {}, item))
        else:
            out[at] = strategic(field.item, out[at], item)
    return _ordered(out, [item.get(key) for item in order if isinstance(item, dict)], key)


def used(patch: Json) -> Json:
    """A strategic patch after it was merged: lists that came with an order are taken out of it (mergePatchIntoOriginal)."""
    if not isinstance(patch, dict):
        return patch
    merged = [key.removeprefix(ORDER) for key in patch if key.startswith(ORDER)]
    return {key: used(value) for key, value in patch.items() if key not in merged and not key.startswith(ORDER)}


def _ordered(items: list, order: list, key: str) -> list:
    """The listed ones in the listed order, in the places that listed ones have."""
    if not order:
        return items
    listed = iter(sorted((i for i in items if i.get(key) in order), key=lambda i: order.index(i[key])))
    return [next(listed) if item.get(key) in order else item for item in items]


def _list(value: Json) -> list:
    if not isinstance(value, list):
        raise PatchError(f"expected a list, got {go_map(value)}")
    return value


def _without_directives(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _without_directives(inner) for key, inner in value.items() if not key.startswith("$") and inner is not None}
    return [_without_directives(item) for item in value] if isinstance(value, list) else value


# -------------------------------------------------------------------------------------------------------- kubectl apply


def three_way(type: str, last: Json, new: Json, live: Json) -> Json:
    """What `kubectl apply` makes of `live`: `new` wins, what was in `last` and is no longer in `new` goes, the rest stays."""
    out = dict(live)
    for key in last:
        if key not in new:
            field = FIELDS.get(type, {}).get(key, UNTYPED)
            _forget(field, last[key], out, key)
    for key, value in new.items():
        field = FIELDS.get(type, {}).get(key, UNTYPED)
        if value is None:
            out.pop(key, None)
            continue
        merged = _three_way_value(field, last.get(key), value, out.get(key))
        if field.retain_keys and isinstance(merged, dict) and merged != out.get(key):
            merged = {k: v for k, v in merged.items() if k in value}
        out[key] = merged
    return out


def difference(type: str, last: Json, new: Json, live: Json) -> Json:
    """The patch that `kubectl apply` sends, as the API server names it when it refuses it: lists that it merges by a key are used up."""
    out: dict[str, Json] = {key: None for key in last if key not in new and key in live}
    for key, value in new.items():
        field = FIELDS.get(type, {}).get(key, UNTYPED)
        have = live.get(key)
        if isinstance(value, dict) and isinstance(have, dict):
            item = field.item if field.type.startswith("map:") else field.type
            inner = difference(item, _dict(last.get(key)), value, have)
            if inner or _three_way_value(field, last.get(key), value, have) != have:
                out[key] = inner
        elif value != have and not (field.merge_key and isinstance(value, list) and isinstance(have, list)):
            out[key] = value
    return out


def two_way(type: str, old: Json, new: Json) -> Json:
    """The strategic patch that makes `new` of `old`, as `kubectl edit` sends it: what was left alone is not in it."""
    out: dict[str, Json] = {key: None for key in old if key not in new}
    for key, value in new.items():
        if key in old and old[key] == value:
            continue
        field, had = FIELDS.get(type, {}).get(key, UNTYPED), old.get(key)
        if isinstance(value, dict) and isinstance(had, dict):
            out[key] = two_way(field.item if field.type.startswith("map:") else field.type, had, value)
        elif field.merge_key and isinstance(value, list) and isinstance(had, list):
            out[key] = _two_way_list(field, had, value)
        else:
            out[key] = value
    return out


def _two_way_list(field: Field, old: list, new: list) -> list:
    key = field.merge_key
    before = {item.get(key): item for item in old if isinstance(item, dict)}
    now = [item for item in new if isinstance(item, dict)]
    changed = [item for item in now if before.get(item.get(key)) != item]
    gone = [name for name in before if name not in {item.get(key) for item in now}]
    merged = [{key: item.get(key), **two_way(field.item, before.get(item.get(key), {}), item)} for item in changed]
    return [*merged, *({"$patch": "delete", key: name} for name in gone)]


def _forget(field: Field, last: Json, live: dict, key: str) -> None:
    """Remove what apply put there: whole values, but only the named items of a merged list."""
    if field.merge_key and isinstance(last, list) and isinstance(live.get(key), list):
        ours = [item.get(field.merge_key) for item in last if isinstance(item, dict)]
        live[key] = [item for item in live[key] if item.get(field.merge_key) not in ours]
        if live[key]:
            return
    live.pop(key, None)


def _three_way_value(field: Field, last: Json, new: Json, live: Json) -> Json:
    if isinstance(new, dict):
        item = field.item if field.type.startswith("map:") else field.type
        return three_way(item, _dict(last), new, _dict(live))
    if isinstance(new, list) and field.merge_key:
        return _three_way_list(field, last if isinstance(last, list) else [], new, live if isinstance(live, list) else [])
    return new


def _three_way_list(field: Field, last: list, new: list, live: list) -> list:
    key = field.merge_key
    before = {item.get(key): item for item in last if isinstance(item, dict)}
    now = {item.get(key): item for item in live}
    wanted = {item.get(key) for item in new if isinstance(item, dict)}
    out = [three_way(field.item, before.get(item.get(key), {}), item, now.get(item.get(key), {})) for item in new if isinstance(item, dict)]
    return out + [item for item in live if item.get(key) not in wanted and item.get(key) not in before]


def _dict(value: Json) -> dict:
    return value if isinstance(value, dict) else {}


# ----------------------------------------------------------------------------------------------------------- JSON patch


def json_patch(live: Json, operations: Json) -> Json:
    """RFC 6902. Raises PatchError."""
    if not isinstance(operations, list):
        raise PatchError("a JSON patch is a list of operations")
    for operation in operations:
        if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
            raise PatchError("every operation of a JSON patch has an op and a path")
        live = _operate(live, operation)
    return live


def _operate(document: Json, operation: dict) -> Json:
    op, path = operation.get("op"), _pointer(operation["path"])
    if op in ("add", "replace", "test") and "value" not in operation:
        raise PatchError(f"the operation {op} needs a value")
    if op == "add":
        return _set(document, path, operation["value"], insert=True)
    if op == "replace":
        _get(document, path)
        return _set(document, path, operation["value"], insert=False)
    if op == "remove":
        return _remove(document, path)
    if op == "test":
        if _get(document, path) != operation["value"]:
            raise PatchError(f"testing value {operation['path']} failed")
        return document
    if op in ("move", "copy"):
        return _move(document, path, operation, op)
    raise PatchError(f"Unexpected kind: {op}")


def _move(document: Json, path: list[str], operation: dict, op: str) -> Json:
    source = _pointer(operation.get("from") if isinstance(operation.get("from"), str) else "")
    value = _get(document, source)
    if op == "move":
        if path[: len(source)] == source:
            raise PatchError("a value cannot be moved into itself")
        document = _remove(document, source)
    return _set(document, path, value, insert=True)


def _pointer(path: str) -> list[str]:
    if path and not path.startswith("/"):
        raise PatchError(f"the path {path} does not begin with /")
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]


def _get(document: Json, path: list[str]) -> Json:
    for part in path:
        document = _child(document, part)
    return document


def _child(document: Json, part: str) -> Json:
    if isinstance(document, dict) and part in document:
        return document[part]
    if isinstance(document, list):
        return document[_index(part, len(document) - 1)]
    raise PatchError(f"the path does not exist: {part}")


def _index(part: str, highest: int) -> int:
    if part.isascii() and part.isdigit() and len(part) < 10 and int(part) <= highest:
        return int(part)
    raise PatchError(f"invalid index: {part}")


def _set(document: Json, path: list[str], value: Json, insert: bool) -> Json:
    if not path:
        return value
    head, rest = path[0], path[1:]
    if rest:
        return _with(document, head, _set(_child(document, head), rest, value, insert))
    if isinstance(document, dict):
        return {**document, head: value}
    if not isinstance(document, list):
        raise PatchError(f"the path does not exist: {head}")
    if not insert:
        return _with(document, head, value)
    at = len(document) if head == "-" else _index(head, len(document))
    return [*document[:at], value, *document[at:]]


def _remove(document: Json, path: list[str]) -> Json:
    if not path:
        raise PatchError("the whole object cannot be removed")
    head, rest = path[0], path[1:]
    child = _child(document, head)
    if rest:
        return _with(document, head, _remove(child, rest))
    if isinstance(document, dict):
        return {key: value for key, value in document.items() if key != head}
    at = _index(head, len(document) - 1)
    return [*document[:at], *document[at + 1 :]]


def _with(document: Json, head: str, value: Json) -> Json:
    if isinstance(document, dict):
        return {**document, head: value}
    at = _index(head, len(document) - 1)
    return [*document[:at], value, *document[at + 1 :]]


def go_map(value: Json) -> str:
    """A decoded JSON value as Go's %v prints it, for the API's `patch: Invalid value` messages."""
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{go_map(inner)}" for key, inner in sorted(value.items())) + "]"
    if isinstance(value, list):
        return "[" + " ".join(map(go_map, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "<nil>" if value is None else str(value)

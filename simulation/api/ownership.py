"""Who wrote which field, and server-side apply, which refuses to take a field from somebody else unless it is told to.

Models sigs.k8s.io/structured-merge-diff and apimachinery/pkg/util/managedfields (v1.36) for what people send; what the controllers
write has no owner here. Fields are named as in FieldsV1: `f:spec`, `k:{"name":"web"}`; "." is an item itself.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from simulation.api import patch as patching
from simulation.api.documents import read
from simulation.api.errors import StatusError
from simulation.api.schema import FIELDS, Field, Mismatch, clean
from simulation.api.wire import to_json
from simulation.objects import KINDS, LAST_APPLIED, Time

Path = tuple[str, ...]
Json = dict[str, Any]
Entry = dict[str, Any]
"""One of managedFields, its time in seconds."""

NOT_OWNED = {
    ("f:metadata", f"f:{name}")
    for name in (
        *("name", "generateName", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp"),
        *("deletionGracePeriodSeconds", "managedFields", "selfLink"),
    )
} | {("f:apiVersion",), ("f:kind",)}
ATOMIC = ("LabelSelector", "Affinity", "ObjectReference")
ATOMIC_MAPS = ("selector", "nodeSelector")
MOST_MANAGERS = 20
MISSING = object()


def leaves(type: str, body: Json, path: Path = ()) -> dict[Path, Any]:
    """Every field of a body that can have an owner, with its value."""
    out: dict[Path, Any] = {}
    for key, value in body.items():
        here = (*path, f"f:{key}")
        if here in NOT_OWNED:
            continue
        field = FIELDS.get(type, {}).get(key, Field("any"))
        if isinstance(value, dict) and value and field.type not in ATOMIC and not (field.type.startswith("map:") and key in ATOMIC_MAPS):
            out |= leaves(field.item if field.type.startswith("map:") else field.type, value, here)
        elif isinstance(value, list) and field.merge_key:
            for item in value:
                if isinstance(item, dict):
                    inside = (*here, _key(field, item))
                    out[(*inside, ".")] = None
                    out |= leaves(field.item, item, inside)
        else:
            out[here] = value
    return out


def updated(live: Any | None, new: Any, manager: str, subresource: str, now: Time) -> Any:
    """The new object, in which `manager` owns what it has changed."""
    kind = type(new).__name__
    before = leaves(kind, to_json(live)) if live is not None else {}
    after = leaves(kind, to_json(new))
    before, after = ({p: v for p, v in some.items() if (p[0] == "f:status") == (subresource == "status")} for some in (before, after))
    changed = {path for path, value in after.items() if before.get(path, MISSING) != value}
    removed = set(before) - set(after)
    entries = list(live.metadata.managed_fields) if live is not None else []
    if not changed and not removed:
        return replace(new, metadata=replace(new.metadata, managed_fields=tuple(entries)))
    out = []
    for entry in entries:
        mine = _is(entry, manager, "Update", subresource)
        kept = paths_of(entry) - removed - (set() if mine else changed)
        if mine:
            changed |= kept
        elif kept:
            out.append(_with(entry, kept))
    if changed:
        out.append(_entry(kind, manager, "Update", subresource, changed, now))
    return _owned(new, out)


def applied(live: Any, body: Json, manager: str, force: bool, now: Time) -> tuple[Json, list[Entry]]:
    """(the live object's body with `body` applied, who owns what then). Raises the API's 409."""
    kind = type(live).__name__
    before, mine = to_json(live), leaves(kind, body)
    values = leaves(kind, before)
    entries = list(live.metadata.managed_fields)
    taken = _taken(kind, entries, mine, values, manager, live)
    if taken and not force:
        raise _conflicts(taken)
    lost = {path for _, path in taken}
    old = next((paths_of(e) for e in entries if _is(e, manager, "Apply", "")), set())
    others = [e for e in entries if not _is(e, manager, "Apply", "")]
    held = {path for entry in others for path in paths_of(entry)}
    after = before
    for path in sorted(old - set(mine) - held, key=len, reverse=True):
        after = _without(kind, after, path)
    after = patching.three_way(kind, {}, body, after)
    out = [_with(entry, kept) for entry in others if (kept := paths_of(entry) - lost)]
    if mine:
        same = next((e for e in entries if _is(e, manager, "Apply", "")), None)
        out.append(same if same is not None and paths_of(same) == set(mine) else _entry(kind, manager, "Apply", "", set(mine), now))
    return after, out


def created(obj: Any, body: Json, manager: str, operation: str, now: Time) -> Any:
    """A new object, all of whose body belongs to who sent it."""
    kind = type(obj).__name__
    mine = {path for path in leaves(kind, body) if path[0] != "f:status"}
    return _owned(obj, [_entry(kind, manager, operation, "", mine, now)] if mine else [])


def given(live: Any, entries: Any, now: Time) -> tuple[Entry, ...]:
    """managedFields as a client sent them, with the times that this clock knows."""
    if not isinstance(entries, list) or not all(isinstance(e, dict) and isinstance(e.get("fieldsV1"), dict) for e in entries):
        return live.metadata.managed_fields
    known = {(e["manager"], e["operation"], e.get("subresource", "")): e.get("time", now) for e in live.metadata.managed_fields}
    out = []
    for entry in entries[:MOST_MANAGERS]:
        who = tuple(str(entry.get(name, ""))[:128] for name in ("manager", "operation", "subresource"))
        kind = type(live).__name__
        out.append(_entry(kind, *who, paths_of(entry), known.get(who, now)))
    return tuple(out)


def paths_of(entry: Entry) -> set[Path]:
    """The leaves of an entry's fieldsV1."""
    out: set[Path] = set()
    level: list[tuple[Path, Any]] = [((), entry["fieldsV1"])]
    while level:
        path, node = level.pop()
        if isinstance(node, dict) and node:
            level += [((*path, str(key)), inner) for key, inner in node.items()]
        elif path and not (path[-1] == "." and not path[-2].startswith("k:")):
            out.add(path)
    return out


def _taken(
    kind: str, entries: list[Entry], mine: dict[Path, Any], values: dict[Path, Any], manager: str, live: Any
) -> list[tuple[Entry, Path]]:
    """Fields of others that this would give another value. kubectl may take over what it once applied from the client's side."""
    last = leaves(kind, _read(live.metadata.annotations.get(LAST_APPLIED, ""))) if manager == "kubectl" else {}
    out = []
    for entry in entries:
        if _is(entry, manager, "Apply", ""):
            continue
        for path in sorted(paths_of(entry) & set(mine)):
            value = values.get(path, MISSING)
            if path[-1] != "." and value != mine[path] and last.get(path, MISSING) != value:
                out.append((entry, path))
    return out


def _conflicts(taken: list[tuple[Entry, Path]]) -> StatusError:
    """managedfields/internal/conflict.go."""
    causes = []
    for entry, path in taken:
        under = f' with subresource "{entry["subresource"]}"' if entry.get("subresource") else ""
        said = f'conflict with "{entry["manager"]}"{under} using {entry["apiVersion"]}'
        causes.append(("FieldManagerConflict", _shown(path), said))
    words = "conflict" if len(causes) == 1 else "conflicts"
    if len(causes) == 1:
        detail = f"{causes[0][2]}: {causes[0][1]}"
    else:
        by: dict[str, list[str]] = {}
        for _, field, said in causes:
            by.setdefault(said, []).append(f"- {field}")
        detail = "\n".join(
            line for said, fields in sorted(by.items()) for line in (f"{said.replace('conflict with', 'conflicts with')}:", *fields)
        )
    return StatusError(409, "Conflict", f"Apply failed with {len(causes)} {words}: {detail}", causes)


def check_typed(live: Any, body: Json) -> None:
    """Raises what the API says of a body that is not of its kind's types, or has an item without its key."""
    kind, meta = type(live).__name__, live.metadata
    try:
        clean(kind, body, [])
    except Mismatch as error:
        raise untyped(kind, meta.name, meta.namespace, error.text) from None
    if said := _keyless(kind, body, ""):
        raise untyped(kind, meta.name, meta.namespace, said)


def undeclared(kind: str, name: str, namespace: str, unknown: list[str]) -> StatusError:
    """What is applied must fit the schema, whatever the request wants to be validated."""
    said = [f".{path}: field not declared in schema" for path in dict.fromkeys(unknown)]
    return untyped(kind, name, namespace, said[0] if len(said) == 1 else "\n".join(["errors:", *(f"  {line}" for line in said)]))


def untyped(kind: str, name: str, namespace: str, said: str) -> StatusError:
    """managedfields/internal/structuredmerge.go. A real server answers with its 500, though it is the client's fault."""
    where = f"{namespace}/{name}; {KINDS[kind].api_version}, Kind={kind}"
    return StatusError(400, "", f"failed to create typed patch object ({where}): {said}")


def _keyless(type: str, body: Any, path: str) -> str:
    """The first item of a keyed list that has not its key, in structured-merge-diff's words."""
    for key, value in body.items() if isinstance(body, dict) else ():
        field, here = FIELDS.get(type, {}).get(key, Field("any")), f"{path}.{key}"
        items = value if isinstance(value, list) else [value] if isinstance(value, dict) else []
        for i, item in enumerate(items):
            if isinstance(value, list) and field.merge_key and isinstance(item, dict) and item.get(field.merge_key) is None:
                omits = f'associative list with keys has an element that omits key field "{field.merge_key}"'
                return f"{here}: element {i}: {omits} (and doesn't have default value)"
            if said := _keyless(field.item if not field.type.startswith("map:") else "any", item, here):
                return said
    return ""


def _shown(path: Path) -> str:
    """A path as structured-merge-diff prints it: .spec.template.spec.containers[name="web"].image"""
    out = ""
    for part in path:
        if part.startswith("k:"):
            keys = msgspec.json.decode(part[2:])
            out += "[" + ",".join(f"{key}={msgspec.json.encode(value).decode()}" for key, value in keys.items()) + "]"
        elif part != ".":
            out += f".{part[2:]}"
    return out


def _without(type: str, body: Any, path: Path) -> Any:
    """The body without one field or item."""
    head, rest = path[0], path[1:]
    if not isinstance(body, dict) or head[2:] not in body:
        return body
    key = head[2:]
    field = FIELDS.get(type, {}).get(key, Field("any"))
    if not rest:
        return {name: value for name, value in body.items() if name != key}
    if rest[0].startswith("k:") and isinstance(body[key], list):
        items = body[key]
        at = next((i for i, item in enumerate(items) if isinstance(item, dict) and _key(field, item) == rest[0]), None)
        if at is None:
            return body
        left = [] if rest[1:] == (".",) else [_without(field.item, items[at], rest[1:])]
        return body | {key: [*items[:at], *left, *items[at + 1 :]]}
    return body | {key: _without(field.item if field.type.startswith("map:") else field.type, body[key], rest)}


def _key(field: Field, item: Json) -> str:
    """A list's item by its keys; a port also by its protocol."""
    keys = {field.merge_key: item.get(field.merge_key)}
    if field.item in ("ContainerPort", "ServicePort"):
        keys["protocol"] = item.get("protocol") or "TCP"
    return "k:" + msgspec.json.encode(keys, order="deterministic").decode()


def _is(entry: Entry, manager: str, operation: str, subresource: str) -> bool:
    return (entry["manager"], entry["operation"], entry.get("subresource", "")) == (manager, operation, subresource)


def _entry(kind: str, manager: str, operation: str, subresource: str, paths: set[Path], now: Time) -> Entry:
    version = KINDS[kind].api_version
    entry = {"manager": manager, "operation": operation, "apiVersion": version, "time": now, "fieldsType": "FieldsV1"}
    entry["fieldsV1"] = _tree(paths)
    return entry | ({"subresource": subresource} if subresource else {})


def _with(entry: Entry, paths: set[Path]) -> Entry:
    return entry if paths == paths_of(entry) else entry | {"fieldsV1": _tree(paths)}


def _tree(paths: set[Path]) -> Json:
    out: Json = {}
    for path in sorted(paths):
        node = out
        for part in path:
            node = node.setdefault(part, {})
    return out


def _owned(obj: Any, entries: list[Entry]) -> Any:
    return replace(obj, metadata=replace(obj.metadata, managed_fields=tuple(entries[-MOST_MANAGERS:])))


def _read(text: str) -> Json:
    try:
        value = read(text)
    except StatusError:
        return {}
    return value if isinstance(value, dict) else {}

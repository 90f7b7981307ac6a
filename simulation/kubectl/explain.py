"""`kubectl explain`: the fields of a kind by name and type, with a short sentence of our own where it helps.

Models kubectl/pkg/explain/v2/templates/plaintext.tmpl (v1.33); the fields are those of `api/schema.json`.
"""

import textwrap

from simulation.api import schema
from simulation.api.errors import UsageError, go_quote
from simulation.api.resources import BY_KIND
from simulation.kubectl.answer import Answer
from simulation.kubectl.explanations import FIELDS, KINDS_SAID
from simulation.kubectl.known import read
from simulation.kubectl.things import UnknownKind, kinds_named

WIDTH = 76


def explain(words: list[str]) -> Answer:
    parsed = read(words, "explain")
    if not parsed.args:
        raise UsageError(
            'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.'
        )
    if len(parsed.args) > 1:
        raise UsageError("We accept only this format: explain RESOURCE")
    if parsed.text("output", "plaintext") not in ("plaintext", "plaintext-openapiv2"):
        raise UsageError(f"unrecognized format: {parsed.text('output')}")
    word, *path = parsed.args[0].split(".")
    try:
        (kind,) = kinds_named(word)[:1]
    except UnknownKind as error:
        error.said = ""
        raise
    row = BY_KIND[kind]
    if parsed.text("api-version", row.api_version) != row.api_version:
        wanted = parsed.text("api-version")
        raise UsageError(f"couldn't find resource for {go_quote(f'{wanted}, Resource={row.plural}')}")
    head = [*([f"GROUP:      {row.group}"] if row.group else []), f"KIND:       {kind}", f"VERSION:    {row.version}", ""]
    try:
        owner, type_, shown = _walk(kind, path)
    except UsageError as error:
        return Answer("\n".join(head) + "\n", f"{error.kubectl()}\n", 1)
    if path:
        head += [f"FIELD: {path[-1]} <{shown}>", "", ""]
    head.append("DESCRIPTION:")
    said = _said(owner, path[-1]) if path else KINDS_SAID.get(kind, "")
    head += [*_wrapped(said, "<empty>"), *(["    "] if said else [])]
    fields = _fields(type_, parsed.true("recursive"))
    if fields:
        head += ["FIELDS:", *fields]
    return Answer("\n".join([*head, ""]) + "\n")


def _walk(kind: str, path: list[str]) -> tuple[str, str, str]:
    """(Go type that has the last field, its own, as it is shown)"""
    owner = type_ = shown = kind
    for name in path:
        line = _all_fields(type_).get(name)
        if line is None:
            raise UsageError(f"field {go_quote(name)} does not exist")
        owner = type_
        shown = schema.Field(line).type
        type_ = shown.removeprefix("[]").removeprefix("map:")
        shown = _shown(shown)
    return owner, type_, shown


def _all_fields(type_: str) -> dict[str, str]:
    """With what every kind has, and without what is only a form of bytes."""
    more = {"apiVersion": "string", "kind": "string"} if type_ in BY_KIND else {}
    return more | {name: line for name, line in schema.TYPES.get(type_, {}).items() if name != "-"}


def _said(type_: str, name: str) -> str:
    return FIELDS.get(f"{type_}.{name}") or FIELDS.get(name, "")


def _fields(type_: str, deep: bool, level: int = 1, seen: tuple[str, ...] = ()) -> list[str]:
    lines = []
    for name, line in sorted(_all_fields(type_).items()):
        inner = schema.Field(line).type
        lines.append(f"{'  ' * level}{name}\t<{_shown(inner)}>")
        below = inner.removeprefix("[]").removeprefix("map:")
        if deep:
            if below not in seen:
                lines += _fields(below, deep, level + 1, (*seen, below))
        else:
            lines += [*_wrapped(_said(type_, name), "<no description>"), ""]
    return lines


def _wrapped(text: str, nothing: str) -> list[str]:
    return [f"    {line}" for line in textwrap.wrap(text or nothing, WIDTH)]


def _shown(type_: str) -> str:
    names = {"int32": "integer", "int64": "integer", "bool": "boolean", "intstr": "IntOrString", "quantity": "Quantity", "time": "string"}
    names |= {"any": "Object"}
    if type_.startswith("[]"):
        return f"[]{_shown(type_[2:])}"
    return f"map[string]{_shown(type_[4:])}" if type_.startswith("map:") else names.get(type_, type_)

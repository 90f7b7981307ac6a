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
from simulation.kubectl.things import kinds_named

WIDTH = 76


def explain(words: list[str]) -> Answer:
    parsed = read(words, "explain")
    if not parsed.args:
        raise UsageError(
            'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.\n',
            prefix="",
        )
    word, *path = parsed.args[0].split(".")
    (kind,) = kinds_named(word)[:1]
    row = BY_KIND[kind]
    head = [*([f"GROUP:      {row.group}"] if row.group else []), f"KIND:       {kind}", f"VERSION:    {row.version}", ""]
    type_, shown = _walk(kind, path)
    if path:
        head += [f"FIELD: {path[-1]} <{shown}>", "", ""]
    head.append("DESCRIPTION:")
    head += _wrapped(FIELDS.get(f"{kind}.{'.'.join(path)}") or FIELDS.get(f"{path[-1]}") or "" if path else KINDS_SAID.get(kind, ""))
    head.append("    ")
    fields = _fields(type_, parsed.true("recursive"))
    if fields:
        head += ["FIELDS:", *fields]
    return Answer("\n".join([*head, ""]) + "\n")


def _walk(kind: str, path: list[str]) -> tuple[str, str]:
    """(Go type, as it is shown)"""
    type_ = shown = kind
    for name in path:
        line = schema.TYPES.get(type_, {}).get(name)
        if line is None:
            raise UsageError(f"field {go_quote(name)} does not exist")
        shown = schema.Field(line).type
        type_ = shown.removeprefix("[]").removeprefix("map:")
        shown = _shown(shown)
    return type_, shown


def _fields(type_: str, deep: bool, level: int = 1, seen: tuple[str, ...] = ()) -> list[str]:
    lines = []
    for name in sorted(schema.TYPES.get(type_, {})):
        inner = schema.Field(schema.TYPES[type_][name]).type
        lines.append(f"{'  ' * level}{name}\t<{_shown(inner)}>")
        below = inner.removeprefix("[]").removeprefix("map:")
        if deep:
            if below not in seen and level < 8:
                lines += _fields(below, deep, level + 1, (*seen, below))
        else:
            lines += [*_wrapped(FIELDS.get(f"{type_}.{name}") or FIELDS.get(name, "")), ""]
    return lines


def _wrapped(text: str) -> list[str]:
    return [f"    {line}" for line in textwrap.wrap(text or "There is no text for this here.", WIDTH)]


def _shown(type_: str) -> str:
    names = {"int32": "integer", "int64": "integer", "bool": "boolean", "intstr": "IntOrString", "quantity": "Quantity", "time": "string"}
    names |= {"any": "Object"}
    if type_.startswith("[]"):
        return f"[]{_shown(type_[2:])}"
    return f"map[string]{_shown(type_[4:])}" if type_.startswith("map:") else names.get(type_, type_)

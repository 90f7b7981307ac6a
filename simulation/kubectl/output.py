"""What `-o` makes of objects: name, yaml, json, jsonpath, custom-columns. Tables are in get.py.

Models cli-runtime/pkg/printers and kubectl/pkg/cmd/get (v1.33).
"""

import json
from typing import Any

from simulation.api.documents import write_sorted
from simulation.api.errors import UsageError, go_quote
from simulation.kubectl import gotemplate, jsonpath, structs
from simulation.kubectl.gotext import escaped, shown
from simulation.kubectl.tabs import PRINTED, align

Json = dict[str, Any]

MOST_SIGNS = 500_000
TABLES = ("", "wide")
FORMATS = (
    "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,"
    "templatefile,wide,yaml"
)
CHANGED = "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,yaml"
"""What a verb that writes may print."""
TEMPLATE_FILES = ("go-template-file", "jsonpath-file", "templatefile")
TEMPLATED = ("go-template", "jsonpath", "jsonpath-as-json", "template", *TEMPLATE_FILES)


def check_format(how: str, allowed: str = FORMATS) -> str:
    """The format without its template. Raises UsageError."""
    name, _, template = how.partition("=")
    name = name.lower() if name.lower() in ("yaml", "json", "name") else name
    if name not in allowed.split(",") and how:
        raise UsageError(f"unable to match a printer suitable for the output format {go_quote(how)}, allowed formats are: {allowed}")
    if name in TEMPLATED and not template:
        raise UsageError("template format specified but no template given")
    if name in TEMPLATE_FILES:
        raise UsageError(f"error reading --template {template}, open {template}: no such file or directory")
    if name == "custom-columns-file":
        raise UsageError(f"error reading template {template}, open {template}: no such file or directory")
    if name == "custom-columns" and not how.partition("=")[2]:
        raise UsageError("custom-columns format specified but no custom columns given")
    return name


def one(how: str, body: Json, ref: str, bare: bool = False, struct: bool = False) -> str:
    """One object, as `-o` asks; `ref` is what `-o name` prints of it, `bare` leaves a heading out, `struct`: it is one of Go's."""
    name, _, template = how.partition("=")
    name = name.lower()
    if name == "name":
        return f"{ref}\n"
    if name == "yaml":
        return write_sorted(body)
    if name == "json":
        return structs.pretty(body) if struct else pretty(body)
    if name == "jsonpath":
        return jsonpath.evaluate(template, body)
    if name in ("go-template", "template"):
        return gotemplate.evaluate(template, body)
    if name == "jsonpath-as-json":
        return json.dumps(jsonpath.find(jsonpath.relaxed(template), body), indent=4, sort_keys=True, ensure_ascii=False) + "\n"
    return custom_columns(template, [body], bare)


def several(how: str, bodies: list[Json], refs: list[str], bare: bool = False) -> str:
    """What was asked for as a list."""
    name, _, template = how.partition("=")
    name = name.lower()
    if name == "name":
        return "".join(f"{ref}\n" for ref in refs)
    if name == "custom-columns":
        return custom_columns(template, bodies, bare)
    if name == "yaml" and bodies:
        return _yaml_list(bodies)
    return one(how, {"apiVersion": "v1", "items": bodies, "kind": "List", "metadata": {"resourceVersion": ""}}, "")


def separate(how: str, bodies: list[tuple[Json, str]], struct: bool, between: str = "---\n") -> str:
    """One after another, as several answers are printed; each with what `-o name` prints of it."""
    return (between if how.partition("=")[0].lower() == "yaml" else "").join(one(how, body, ref, struct=struct) for body, ref in bodies)


def _yaml_list(bodies: list[Json]) -> str:
    """Item by item, and no further than anybody reads: it is slow to write."""
    parts, size = ["apiVersion: v1\nitems:\n"], 0
    for body in bodies:
        parts.append(write_sorted([body]))
        size += len(parts[-1])
        if size > MOST_SIGNS:
            break
    return "".join([*parts, 'kind: List\nmetadata:\n  resourceVersion: ""\n'])


def pretty(body: Any) -> str:
    """json.MarshalIndent of a map: keys sorted, four spaces, `<`, `>` and `&` escaped."""
    return escaped(json.dumps(body, indent=4, sort_keys=True, ensure_ascii=False)) + "\n"


def custom_columns(spec: str, bodies: list[Json], bare: bool = False) -> str:
    columns = []
    for part in spec.split(","):
        name, colon, path = part.partition(":")
        if not colon:
            raise UsageError(f"unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>")
        columns.append((name, jsonpath.relaxed(path) if path else ""))
    lines = [] if bare else ["\t".join(name for name, _ in columns)]
    for body in bodies:
        found = [[shown(value) for value in jsonpath.find(path, body)] if path else [] for _, path in columns]
        lines.append("\t".join(",".join(values) if values else "<none>" for values in found))
    return align("\n".join(lines) + "\n", PRINTED) if lines else ""

"""What `-o` makes of objects: name, yaml, json, jsonpath, custom-columns. Tables are in tables.py.

Models cli-runtime/pkg/printers and kubectl/pkg/cmd/get (v1.33).
"""

import json
from typing import Any

from simulation.api.documents import write_sorted
from simulation.api.errors import UsageError, go_quote
from simulation.kubectl import jsonpath
from simulation.kubectl.tabs import PRINTED, align

Json = dict[str, Any]

MOST_SIGNS = 500_000
TABLES = ("", "wide")
FORMATS = (
    "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,"
    "templatefile,wide,yaml"
)
NOT_HERE = ("custom-columns-file", "go-template", "go-template-file", "jsonpath-file", "template", "templatefile")


def check_format(how: str) -> str:
    """The format without its template. Raises UsageError."""
    name = how.partition("=")[0]
    if name in NOT_HERE:
        raise UsageError(f"-o {name} is not part of this terminal: jsonpath and custom-columns are", prefix="")
    if name not in (*FORMATS.split(","), ""):
        raise UsageError(f"unable to match a printer suitable for the output format {go_quote(how)}, allowed formats are: {FORMATS}")
    if name in ("jsonpath", "jsonpath-as-json") and not how.partition("=")[2]:
        raise UsageError("template format specified but no template given")
    if name == "custom-columns" and not how.partition("=")[2]:
        raise UsageError("custom-columns format specified but no custom columns given")
    return name


def one(how: str, body: Json, ref: str) -> str:
    """One object, as `-o` asks; `ref` is what `-o name` prints of it."""
    name, _, template = how.partition("=")
    if name == "name":
        return f"{ref}\n"
    if name == "yaml":
        return write_sorted(body)
    if name == "json":
        return pretty(body)
    if name == "jsonpath":
        return jsonpath.evaluate(template, body)
    if name == "jsonpath-as-json":
        return json.dumps(jsonpath.find(jsonpath.relaxed(template), body), indent=4, ensure_ascii=False) + "\n"
    return custom_columns(template, [body])


def several(how: str, bodies: list[Json], refs: list[str]) -> str:
    """What was asked for as a list."""
    name, _, template = how.partition("=")
    if name == "name":
        return "".join(f"{ref}\n" for ref in refs)
    if name == "custom-columns":
        return custom_columns(template, bodies)
    if name == "yaml" and bodies:
        return _yaml_list(bodies)
    return one(how, {"apiVersion": "v1", "items": bodies, "kind": "List", "metadata": {"resourceVersion": ""}}, "")


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
    text = json.dumps(body, indent=4, sort_keys=True, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text + "\n"


def custom_columns(spec: str, bodies: list[Json]) -> str:
    columns = [part.partition(":")[::2] for part in spec.split(",")]
    for name, path in columns:
        if not name or not path:
            raise UsageError(f"unexpected custom-columns spec: {name}, expected <header>:<json-path-expr>")
    lines = ["\t".join(name for name, _ in columns)]
    paths = [jsonpath.relaxed(path) for _, path in columns]
    for body in bodies:
        found = [[_cell(value) for value in jsonpath.find(path, body)] for path in paths]
        lines.append("\t".join(",".join(values) if values else "<none>" for values in found))
    return align("\n".join(lines) + "\n", PRINTED)


def _cell(value: Any) -> str:
    """Go's %v of what JSON decodes to."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "<nil>"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{_cell(value[key])}' for key in sorted(value))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(_cell, value))}]"
    return str(value)

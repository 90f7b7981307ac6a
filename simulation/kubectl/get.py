"""`kubectl get`: the objects that the words pick, as a table or as `-o` asks, once or for as long as they change.

Models kubectl/pkg/cmd/get (v1.33) and the API server's tables.
"""

import functools
import re
from typing import Any

from simulation.api.derived import DEPRECATED
from simulation.api.duration import age
from simulation.api.errors import StatusError, UsageError
from simulation.kubectl import jsonpath, output
from simulation.kubectl.answer import Answer, Change, Running
from simulation.kubectl.asking import PICKING, Asked, asked, find, read
from simulation.kubectl.flags import Flag, Parsed
from simulation.kubectl.tabs import PRINTED, Columns
from simulation.kubectl.things import READABLE, as_json, cells, headers, ref
from simulation.objects import Time
from simulation.store import Store

FLAGS = (
    *PICKING,
    Flag("output", short="o"),
    Flag("watch", "bool", "w"),
    Flag("watch-only", "bool"),
    Flag("output-watch-events", "bool"),
    Flag("show-labels", "bool"),
    Flag("label-columns", "texts", "L"),
    Flag("no-headers", "bool"),
    Flag("sort-by"),
    Flag("ignore-not-found", "bool"),
    Flag("show-kind", "bool"),
    Flag("show-managed-fields", "bool"),
    Flag("server-print", "bool"),
    Flag("allow-missing-template-keys", "bool"),
    Flag("subresource"),
    Flag("raw"),
)

MISSING = UsageError(
    """You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.

error: Required resource not specified.
Use "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).
See 'kubectl get -h' for help and examples""",
    prefix="",
)
WATCHED = {"Endpoints": ("EndpointSlice", "Service")}
"""Kinds that change when others do."""


class Get:
    """One `kubectl get` line, read."""

    def __init__(self, words: list[str]) -> None:
        parsed = read(words, "get", *FLAGS)
        if parsed.has("raw"):
            raise UsageError(
                "get --raw asks the API server itself, and this terminal has none: take the line for your own kubectl", prefix=""
            )
        self.how = parsed.text("output")
        self.format = output.check_format(self.how)
        self.question = asked(parsed, MISSING)
        self.watch = parsed.true("watch") or parsed.true("watch-only")
        if self.watch and len(self.question.kinds) > 1:
            raise UsageError("you may only specify a single resource type")
        self.table = Table(parsed, self.question, wide=self.format == "wide")
        self.ignore = parsed.true("ignore-not-found")
        self.sort = jsonpath.relaxed(parsed.text("sort-by")) if parsed.has("sort-by") else ""
        self.events = parsed.true("output-watch-events")
        self.watch_only = parsed.true("watch-only")
        self.scale = _subresource(parsed, self.question)

    def once(self, store: Store) -> Answer:
        found, errors = find(store, self.question)
        if self.ignore:
            errors = [error for error in errors if error.reason != "NotFound"]
        if self.sort:
            found = _sorted(found, self.sort)
        out = self._printed(found, store.seconds)
        err = [f"Warning: {DEPRECATED}"] if "Endpoints" in self.question.kinds else []
        if not found and not errors and not self.ignore and self.format in output.TABLES and not self.question.by_name:
            err.append(_nothing(self.question))
        err += [error.kubectl() for error in errors]
        return Answer(out, "".join(f"{line}\n" for line in err), 1 if errors else 0)

    def _printed(self, found: list[Any], now: Time) -> str:
        if self.scale:
            return self.table.scales(found, now)
        if self.format in output.TABLES:
            return self.table.blocks(found, now)
        if self.question.by_name and len(self.question.targets) == 1:
            return output.one(self.how, as_json(found[0]), ref(found[0])) if found else ""
        return output.several(self.how, [as_json(obj) for obj in found], [ref(obj) for obj in found])


class Table:
    """How rows are printed; remembers the widths of its columns, so that a watch goes on below its first rows."""

    def __init__(self, parsed: Parsed, question: Asked, wide: bool) -> None:
        self.wide = wide
        self.labels = parsed.texts("label-columns")
        self.show_labels = parsed.true("show-labels")
        self.bare = parsed.true("no-headers")
        self.everywhere = question.namespace is None
        self.listed = len({kind for kind, name in question.targets if not name})
        """How many kinds were asked for as a whole: with several, names say their kind."""
        self.show_kind = parsed.true("show-kind")
        self.events = parsed.true("output-watch-events") and (parsed.true("watch") or parsed.true("watch-only"))
        self.columns = Columns(*PRINTED, remember=True)
        self._headed = False

    def blocks(self, found: list[Any], now: Time) -> str:
        """A table for each run of objects of one kind."""
        several = len({type(obj) for obj in found}) > 1 or self.listed > 1 or self.show_kind
        blocks: list[list[Any]] = []
        for obj in found:
            if not blocks or type(blocks[-1][0]) is not type(obj):
                blocks.append([])
            blocks[-1].append(obj)
        printed = [Table.block(self, block, now, several) for block in blocks]
        return ("" if self.bare else "\n").join(printed)

    def block(self, block: list[Any], now: Time, named: bool) -> str:
        lines = [] if self.bare else [self.header(type(block[0]).__name__)]
        lines += [self.row(obj, now, named) for obj in block]
        return Columns(*PRINTED).write("\n".join(lines) + "\n")

    def rows(self, found: list[Any], now: Time, event: str = "") -> str:
        """Rows of a watch, under the header if it was not said before."""
        if not found:
            return ""
        lines = [] if self.bare or self._headed else [self.header(type(found[0]).__name__)]
        self._headed = True
        lines += [self.row(obj, now, self.show_kind, event) for obj in found]
        return self.columns.write("\n".join(lines) + "\n")

    def header(self, kind: str) -> str:
        names = [*(["EVENT"] if self.events else []), *(["NAMESPACE"] if self._spaced(kind) else []), *headers(kind, self.wide)]
        names += [label.rpartition("/")[2].upper() for label in self.labels] + (["LABELS"] if self.show_labels else [])
        return "\t".join(names)

    def row(self, obj: Any, now: Time, named: bool, event: str = "") -> str:
        kind, labels = type(obj).__name__, obj.metadata.labels
        found = cells(obj, now, self.wide)
        if named and kind != "Event":
            found[0] = ref(obj)
        found = [*([event] if self.events else []), *([obj.metadata.namespace] if self._spaced(kind) else []), *found]
        found += [labels.get(label, "") for label in self.labels]
        if self.show_labels:
            found.append(",".join(f"{key}={labels[key]}" for key in sorted(labels)) or "<none>")
        return "\t".join(cell.split("\n")[0] + "..." if "\n" in cell else cell for cell in found)

    def scales(self, found: list[Any], now: Time) -> str:
        lines = [] if self.bare else ["NAME\tDESIRED\tAVAILABLE\tAGE"]
        for obj in found:
            born = age(obj.metadata.creation_timestamp, now)
            lines.append(f"{obj.metadata.name}\t{obj.spec.replicas or 0}\t{obj.status.replicas}\t{born}")
        return Columns(*PRINTED).write("\n".join(lines) + "\n") if found else ""

    def _spaced(self, kind: str) -> bool:
        return self.everywhere and READABLE[kind].namespaced


class Watch(Running):
    """`kubectl get -w`: the list, then a row for each change of what it picks."""

    def __init__(self, line: Get) -> None:
        super().__init__()
        self.line = line
        (self.kind,) = line.question.kinds
        self.kinds = WATCHED.get(self.kind, (self.kind,))
        self._names = [name for _, name in line.question.targets if name]

    def begin(self, store: Store) -> None:
        found, errors = find(store, self.line.question)
        if errors:
            self.complain(errors[0].kubectl())
            self.end(1)
            return
        if self.kind == "Endpoints":
            self.complain(f"Warning: {DEPRECATED}")
        if not self.line.watch_only:
            self._print(found, store.seconds, "ADDED")
        self._store = store

    def moved(self, store: Store) -> None:
        self._store = store

    def pass_time(self, store: Store) -> None:
        self._store = store

    def see(self, change: Change) -> None:
        if change.kind != self.kind:
            self._see_source(change)
            return
        before, after = self._picks(change.old), self._picks(change.new)
        if not before and not after:
            return
        event = "MODIFIED" if before and after else "ADDED" if after else "DELETED"
        self._print([change.new if change.new is not None else change.old], change.at_ms // 1000, event)

    def _see_source(self, change: Change) -> None:
        """A slice of a Service changed: its Endpoints did."""
        meta = (change.new or change.old).metadata
        name = meta.labels.get("kubernetes.io/service-name", "") if change.kind == "EndpointSlice" else meta.name
        found = [obj for obj in self.line.question.objects(self._store, self.kind) if obj.metadata.name == name]
        self._print([obj for obj in found if self._picks(obj)], change.at_ms // 1000, "MODIFIED")

    def _picks(self, obj: Any) -> bool:
        question = self.line.question
        if obj is None or (self._names and obj.metadata.name not in self._names):
            return False
        if question.namespace is not None and READABLE[self.kind].namespaced and obj.metadata.namespace != question.namespace:
            return False
        return question.picks(obj)

    def _print(self, found: list[Any], now: Time, event: str) -> None:
        line = self.line
        if line.format in output.TABLES:
            self._out.append(line.table.rows(found, now, event))
            return
        for obj in found:
            text = output.one(line.how, as_json(obj), ref(obj))
            self._out.append(f"---\n{text}" if line.format == "yaml" and self._began else text)
            self._began = True

    _began = False


def _nothing(question: Asked) -> str:
    if question.namespace is None or not any(READABLE[kind].namespaced for kind in question.kinds):
        return "No resources found"
    return f"No resources found in {question.namespace} namespace."


def _subresource(parsed: Parsed, question: Asked) -> bool:
    name = parsed.text("subresource")
    if name not in ("", "scale", "status"):
        raise UsageError(f'invalid subresource value: "{name}". Must be one of [status scale resize]')
    if name == "scale" and not set(question.kinds) <= {"Deployment", "ReplicaSet"}:
        raise StatusError(404, "NotFound", "the server could not find the requested resource")
    return name == "scale"


def _sorted(found: list[Any], path: str) -> list[Any]:
    """By the first value that the path finds in each; one without it comes first (kubectl/pkg/cmd/get/sorter.go)."""
    keyed = [(next(iter(jsonpath.find(path, as_json(obj))), None), obj) for obj in found]
    if found and all(key is None for key, _ in keyed):
        raise UsageError(f"couldn't find any field with path {_braced(path)} in the list of objects")
    return [obj for _, obj in sorted(keyed, key=functools.cmp_to_key(lambda a, b: _compare(a[0], b[0])))]


def _braced(path: str) -> str:
    return f'"{{{path}}}"'


def _compare(a: Any, b: Any) -> int:
    if a is None or b is None:
        return (a is not None) - (b is not None)
    if isinstance(a, str) and isinstance(b, str):
        a, b = _natural(a), _natural(b)
    elif type(a) is not type(b) or isinstance(a, dict | list):
        a, b = str(a), str(b)
    return (a > b) - (a < b)


def _natural(text: str) -> list[tuple[int, int, str]]:
    """sortorder.NaturalLess: digits by their value."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"[0-9]{1,18}|[^0-9]", text)]

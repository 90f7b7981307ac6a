"""`kubectl get`: the objects that the words pick, as a table or as `-o` asks, once or for as long as they change.

Models kubectl/pkg/cmd/get (v1.33) and the API server's tables.
"""

from typing import Any

from simulation.api.derived import scale_of
from simulation.api.duration import age
from simulation.api.errors import StatusError, UsageError
from simulation.api.wire import to_json
from simulation.kubectl import output
from simulation.kubectl.answer import Answer, Change, Running
from simulation.kubectl.asking import Asked, asked, find
from simulation.kubectl.flags import FALSE, Parsed
from simulation.kubectl.known import read
from simulation.kubectl.sorting import by_path
from simulation.kubectl.tabs import PRINTED, Columns
from simulation.kubectl.things import READABLE, as_json, cells, headers, ref
from simulation.objects import Time
from simulation.store import Store

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
        parsed = read(words, "get")
        if parsed.has("raw"):
            if parsed.args:
                raise UsageError("arguments may not be passed when --raw is specified")
            raise UsageError(
                "get --raw asks the API server itself, and this terminal has none: take the line for your own kubectl", prefix=""
            )
        self.how = parsed.text("output")
        if parsed.has("template") and self.how in ("", "go-template", "template"):
            self.how = f"go-template={parsed.text('template')}"
        self.format = output.check_format(self.how)
        if parsed.true("show-labels") and self.format not in output.TABLES:
            raise UsageError(f"--show-labels option cannot be used with {self.how} printer")
        self.watch = parsed.true("watch") or parsed.true("watch-only")
        if parsed.true("output-watch-events") and not self.watch:
            raise UsageError("--output-watch-events option can only be used with --watch or --watch-only")
        self.question = asked(parsed, MISSING)
        if self.watch and len(self.question.kinds) > 1:
            raise UsageError("you may only specify a single resource type")
        self.table = Table(parsed, self.question, wide=self.format == "wide")
        self.ignore = parsed.true("ignore-not-found")
        self.sort = parsed.text("sort-by")
        self.watch_only = parsed.true("watch-only")
        self.bare = parsed.true("no-headers")
        self.scale = _subresource(parsed, self.question)

    def once(self, store: Store) -> Answer:
        found, errors = find(store, self.question)
        if self.ignore:
            errors = [error for error in errors if error.reason != "NotFound"]
        if self.sort:
            tables = len(found) if self.question.by_name else len(self.question.kinds)
            found = by_path(found, self.sort, tables if self.format in output.TABLES else 0)
        out = self._printed(found, store.seconds)
        err = list(self.question.warnings) if found or not self.question.by_name else []
        if not found and not errors and not self.ignore and self.format in output.TABLES and not self.question.by_name:
            err.append(_nothing(self.question))
        err += [error.kubectl() for error in errors]
        return Answer(out, "".join(f"{line}\n" for line in err), 1 if errors else 0)

    def _printed(self, found: list[Any], now: Time) -> str:
        if self.scale and self.format in output.TABLES:
            return self.table.scales(found, now)
        if self.format in output.TABLES:
            return self.table.blocks(found, now)
        bodies = [to_json(scale_of(obj)) if self.scale else as_json(obj) for obj in found]
        refs = [f"scale.autoscaling/{obj.metadata.name}" if self.scale else ref(obj) for obj in found]
        if self.question.by_name and len(self.question.targets) == 1:
            return output.one(self.how, bodies[0], refs[0], self.bare) if found else ""
        return output.several(self.how, bodies, refs, self.bare)


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
        self.printed = parsed.text("server-print", "true") not in FALSE
        """By the server: kubectl itself knows of a name and an age."""
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
        columns = headers(kind, self.wide) if self.printed else ("NAME", "AGE")
        names = [*(["EVENT"] if self.events else []), *(["NAMESPACE"] if self._spaced(kind) else []), *columns]
        names += [label.rpartition("/")[2].upper() for label in self.labels] + (["LABELS"] if self.show_labels else [])
        return "\t".join(names)

    def row(self, obj: Any, now: Time, named: bool, event: str = "") -> str:
        kind, labels = type(obj).__name__, obj.metadata.labels
        found = cells(obj, now, self.wide) if self.printed else [obj.metadata.name, age(obj.metadata.creation_timestamp, now)]
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
        for warning in self.line.question.warnings:
            self.complain(warning)
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
            try:
                text = output.one(line.how, as_json(obj), ref(obj))
            except StatusError as error:
                self.complain(error.kubectl())
                self.end(1)
                return
            self._out.append(f"---\n{text}" if line.format == "yaml" and self._began else text)
            self._began = True

    _began = False


def _nothing(question: Asked) -> str:
    if question.namespace is None or not any(READABLE[kind].namespaced for kind in question.kinds):
        return "No resources found"
    return f"No resources found in {question.namespace} namespace."


def _subresource(parsed: Parsed, question: Asked) -> bool:
    name = parsed.text("subresource")
    if name and not question.by_name:
        raise UsageError("subresource cannot be used when bulk resources are specified")
    has = all(name in {sub.name for sub in READABLE[kind].subresources} for kind in question.kinds)
    if name and not (has and name in ("scale", "status")):
        raise StatusError(404, "NotFound", "the server could not find the requested resource")
    return name == "scale"

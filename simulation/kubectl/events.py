"""`kubectl events`: what was told, in order of time, each with how often and since when; with `-w` as it comes.

Models kubectl/pkg/cmd/events (v1.33). Not `kubectl get events`, which is a table of objects like any other.
"""

from simulation.api.errors import StatusError, UsageError
from simulation.kubectl import output
from simulation.kubectl.answer import Answer, Change, Running
from simulation.kubectl.asking import namespace_of
from simulation.kubectl.describing.page import by_time, interval
from simulation.kubectl.known import read
from simulation.kubectl.tabs import PRINTED, Columns
from simulation.kubectl.things import UnknownKind, as_json, kinds_named, listed, ref
from simulation.objects import Event, Time
from simulation.store import Store


class Events(Running):
    """One line, read."""

    kinds = ("Event",)

    def __init__(self, words: list[str]) -> None:
        super().__init__()
        parsed = read(words, "events")
        self.watch = parsed.true("watch")
        self.how = parsed.text("output")
        output.check_format(self.how, output.CHANGED)
        self.types = [text.lower() for text in parsed.texts("types")]
        if not set(self.types) <= {"normal", "warning"}:
            raise UsageError("valid --types are Normal or Warning")
        self.about = _about(parsed.text("for")) if parsed.has("for") else None
        self.namespace = namespace_of(parsed)
        self._bare = parsed.true("no-headers")
        self._columns = Columns(*PRINTED, remember=True)
        self._began = False

    def once(self, store: Store) -> Answer:
        found = by_time([event for event in listed(store, "Event", self.namespace) if self._picks(event)])
        if not found:
            return Answer("", f"No events found in {self.namespace} namespace.\n" if self.namespace else "No events found.\n")
        if self.how == "name":
            return Answer()
        if self.how:
            return Answer(output.several(self.how, [as_json(event) for event in found], [ref(event) for event in found]))
        lines = [*self._header(), *(self._row(event, store.seconds) for event in found)]
        return Answer(self._columns.write("\n".join(lines) + "\n"))

    def begin(self, store: Store) -> None:
        for event in listed(store, "Event", self.namespace):
            if self.code is None:
                self._print(event, store.seconds)

    def see(self, change: Change) -> None:
        if change.new is not None:
            self._print(change.new, change.at_ms // 1000)

    def _print(self, event: Event, now: Time) -> None:
        if not self._picks(event):
            return
        if self.how:
            try:
                text = output.one(self.how, as_json(event), ref(event))
            except StatusError as error:
                self.complain(error.kubectl())
                self.end(1)
                return
            self._out.append(f"---\n{text}" if self.how == "yaml" and self._began else text)
        else:
            lines = [*([] if self._began else self._header()), self._row(event, now)]
            self._out.append(self._columns.write("\n".join(lines) + "\n"))
        self._began = True

    def _picks(self, event: Event) -> bool:
        if self.namespace is not None and event.metadata.namespace != self.namespace:
            return False
        about = (event.involved_object.kind, event.involved_object.name)
        return self.about in (None, about) and (not self.types or event.type.lower() in self.types)

    def _header(self) -> list[str]:
        space = ["NAMESPACE"] if self.namespace is None else []
        return [] if self._bare else ["\t".join([*space, "LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"])]

    def _row(self, event: Event, now: Time) -> str:
        about = f"{event.involved_object.kind}/{event.involved_object.name}"
        space = [event.metadata.namespace] if self.namespace is None else []
        return "\t".join([*space, interval(event, now), event.type, event.reason, about, event.message.strip()])


def _about(text: str) -> tuple[str, str]:
    """(kind, name) of `--for`."""
    if "/" not in text:
        raise UsageError("--for must be in resource/name form")
    kind, _, name = text.partition("/")
    try:
        (kind, *_) = kinds_named(kind)
    except UnknownKind as error:
        error.said = ""
        raise
    return kind, name

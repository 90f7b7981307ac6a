"""The lines of one object, gathered, and the parts that most kinds have: its head, labels, owner, conditions, events."""

from typing import Any

from simulation.api.duration import age
from simulation.api.wire import rfc1123
from simulation.events import last_seen
from simulation.kubectl.gosort import sorted_as_go
from simulation.objects import LAST_APPLIED, Event, Node, Time
from simulation.store import Store, controller_of

LONGEST_ANNOTATION = 140
NONE, UNSET = "<none>", "<unset>"


class Page:
    """Lines are tabbed, and aligned at the end."""

    def __init__(self, store: Store, with_events: bool = True, told: dict[tuple[str, str, str, str], list[Event]] | None = None) -> None:
        self.store = store
        self.told = told or {}
        self.now: Time = store.seconds
        self.with_events = with_events
        self.lines: list[str] = []

    def add(self, level: int, text: str) -> None:
        self.lines.append("  " * level + text)

    def head(self, obj: Any, namespaced: bool = True) -> None:
        self.add(0, f"Name:\t{obj.metadata.name}")
        if namespaced:
            self.add(0, f"Namespace:\t{obj.metadata.namespace}")

    def marks(self, obj: Any) -> None:
        self.labels("Labels", obj.metadata.labels)
        self.annotations("Annotations", obj.metadata.annotations)

    def labels(self, title: str, labels: dict[str, str]) -> None:
        pairs = [f"{key}={labels[key]}" for key in sorted(labels)] or [NONE]
        self.lines.append(f"{title}:\t{pairs[0]}")
        self.lines += [f"\t{pair}" for pair in pairs[1:]]

    def annotations(self, title: str, annotations: dict[str, str]) -> None:
        begin = f"{title}:\t"
        for key in sorted(set(annotations) - {LAST_APPLIED}):
            value = annotations[key].removesuffix("\n")
            if len(value) + len(key) + 2 > LONGEST_ANNOTATION or "\n" in value:
                self.lines.append(f"{begin}{key}:")
                self.lines += [f"\t  {_shortened(line, LONGEST_ANNOTATION - 2)}" for line in value.split("\n")]
            else:
                self.lines.append(f"{begin}{key}: {value}")
            begin = "\t"
        if begin != "\t":
            self.lines.append(f"{begin}{NONE}")

    def owner(self, obj: Any) -> None:
        owner = controller_of(obj)
        if owner is not None:
            self.add(0, f"Controlled By:\t{owner.kind}/{owner.name}")

    def events(self, obj: Any) -> str:
        """The table of events, which is aligned by itself; none is a line like the others."""
        if not self.with_events:
            return ""
        meta = obj.metadata
        uid = meta.name if isinstance(obj, Node) else meta.uid
        found = list(self.told.get((type(obj).__name__, meta.namespace, meta.name, uid), ()))
        if not found:
            self.add(0, f"Events:\t{NONE}")
            return ""
        found = sorted_as_go(found, lambda a, b: _last(a) < _last(b))
        rows = ["  Type\tReason\tAge\tFrom\tMessage", "  ----\t------\t----\t----\t-------"]
        for event in found:
            source = event.source.component or event.reporting_component
            rows.append(f"  {event.type}\t{event.reason}\t{interval(event, self.now)}\t{source}\t{event.message.strip()}")
        return "\n".join(["Events:", *rows]) + "\n"

    def conditions(self, conditions: tuple) -> None:
        if conditions:
            self.lines += ["Conditions:", "  Type\tStatus\tReason", "  ----\t------\t------"]
            self.lines += [f"  {c.type} \t{c.status}\t{c.reason}" for c in conditions]


def interval(event: Event, now: Time) -> str:
    """`5s`, or `5s (x3 over 1m)`."""
    first = age(event.event_time if event.event_time is not None else event.first_timestamp, now)
    if event.series is not None:
        return f"{age(event.series.last_observed_time, now)} (x{event.series.count} over {first})"
    return f"{age(event.last_timestamp, now)} (x{event.count} over {first})" if event.count > 1 else first


def by_time(events: list[Event]) -> list[Event]:
    """As `kubectl events` sorts them."""
    return sorted_as_go(events, lambda a, b: last_seen(a) < last_seen(b))


def _last(event: Event) -> Time:
    return -1 if event.last_timestamp is None else event.last_timestamp


def when(seconds: Time | None) -> str:
    return rfc1123(seconds) if seconds is not None else "Mon, 01 Jan 0001 00:00:00 +0000"


def _shortened(text: str, most: int) -> str:
    return f"{text[:most]}..." if len(text) > most else text

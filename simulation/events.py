"""Events as `kubectl get events` shows them: repeats are counted, similar ones combined, floods dropped.

Models client-go/tools/record/events_cache.go (v1.36): the same event is patched (count + 1), the tenth distinct message of a group
within ten minutes becomes "(combined from similar events): …", and each (source, object, type) may write 25 at once, then one per
300 s; what is not written is counted all the same, and shows in the next that is. The scheduler writes events.k8s.io/v1 and bypasses
all this. Events live one hour after their last write.
"""

from typing import Any

from msgspec.structs import replace

from simulation.engine import Millis
from simulation.layers import Layers
from simulation.objects import EPOCH, KINDS, Event, EventSeries, EventSource, ObjectMeta, ObjectReference, Time

SIMILAR = 10
WINDOW_SECONDS = 600
BURST = 25
REFILL_SECONDS = 300
TTL_SECONDS = 3600
SERIES_SECONDS = 360
COMBINED = "(combined from similar events): "
SCHEDULER = "default-scheduler"


class EventLog:
    """All events, least recently written first, and the correlator's memory."""

    __slots__ = ("_buckets", "_events", "_groups", "_number", "_observed")

    def __init__(self) -> None:
        self._events = Layers()
        """Name -> Event."""
        self._observed = Layers()
        """Event key -> (name of the Event that carries it, occurrences, first second): it also counts what is never written."""
        self._number = 0
        self._groups = Layers()
        """Group key -> (last seen in s, distinct messages)."""
        self._buckets = Layers()
        """Spam key -> (tokens, last refill in s)."""

    def since(self, version: int) -> list[Event]:
        """Events written after a resourceVersion, oldest first."""
        new = []
        for event in self._events.newest():
            if int(event.metadata.resource_version) <= version:
                break
            new.append(event)
        return new[::-1]

    def list(self, namespace: str | None = None) -> list[Event]:
        events = self._events.values()
        return list(events) if namespace is None else [e for e in events if e.metadata.namespace == namespace]

    def copy(self) -> "EventLog":
        twin = EventLog.__new__(EventLog)
        twin._events, twin._observed, twin._number = self._events.copy(), self._observed.copy(), self._number
        twin._groups, twin._buckets = self._groups.copy(), self._buckets.copy()
        return twin

    def record(
        self, now: Millis, obj: Any, type: str, reason: str, message: str, component: str, host: str, field_path: str, store: Any
    ) -> None:
        about = reference(obj, field_path)
        if component == SCHEDULER:
            self._record_series(now, about, type, reason, message, store)
            return
        seconds = now // 1000
        # upstream's keys name the object by kind, namespace and name as well, which its uid implies
        spam = (component, host, about.uid, type)
        group = (*spam, reason)
        local = (*group, field_path, message)
        message, key = self._combined(seconds, group, message, local)
        name, count, first = self._observe(key, now, about)
        if not self._allowed(seconds, spam):
            return
        seen = self._events.pop(name)
        if seen is not None:
            self._again(replace(seen, message=message, count=count, last_timestamp=seconds), store)
            return
        combined = key is not local
        event = Event(
            _metadata(name, seconds, about, store),
            about,
            reason,
            message,
            EventSource(component, host),
            first,
            seconds,
            count,
            type,
            # upstream makes a combined event anew and forgets who reports it
            reporting_component="" if combined else component,
            reporting_instance="" if combined else host,
        )
        self._put(event)
        self._expire(seconds)

    def _record_series(self, now: Millis, about: ObjectReference, type: str, reason: str, message: str, store: Any) -> None:
        """events.k8s.io/v1: the same event within six minutes grows a series instead of a count."""
        seconds = now // 1000
        key = (SCHEDULER, about.uid, reason, message)
        observed = self._observed.get(key)
        seen = self._events.get(observed[0]) if observed is not None else None
        if seen is not None:
            last = seen.series.last_observed_time if seen.series else seen.event_time
            if seconds - (last or 0) <= SERIES_SECONDS:
                self._events.pop(seen.metadata.name)
                count = (seen.series.count if seen.series else 1) + 1
                self._again(replace(seen, series=EventSeries(count, seconds)), store)
                return
            self._observed.pop(key)
        name, _, _ = self._observe(key, now, about)
        event = Event(
            metadata=_metadata(name, seconds, about, store),
            involved_object=about,
            reason=reason,
            message=message,
            type=type,
            event_time=seconds,
            action="Binding" if reason == "Scheduled" else "Scheduling",
            reporting_component=SCHEDULER,
            reporting_instance=f"{SCHEDULER}-control-plane",
        )
        self._put(event)
        self._expire(seconds)

    def _observe(self, key: tuple, now: Millis, about: ObjectReference) -> tuple[str, int, Time]:
        """(name, occurrences, first second) of what is counted under `key`, this time included (eventLogger.eventObserve)."""
        seen = self._observed.get(key)
        if seen is not None:
            seen = (seen[0], seen[1] + 1, seen[2])
        else:
            self._number += 1
            nanoseconds = (EPOCH * 1000 + now) * 1_000_000 + self._number % 1_000_000
            seen = (f"{about.name}.{nanoseconds:x}", 1, now // 1000)
        self._observed[key] = seen
        return seen

    def _combined(self, seconds: int, group: tuple, message: str, local: tuple) -> tuple[str, tuple]:
        """EventAggregate: (message, key) under which this event is counted."""
        last, messages = self._groups.get(group) or (seconds, ())
        if seconds - last > WINDOW_SECONDS:
            messages = ()
        if message not in messages:
            messages = (*messages, message)
        combine = len(messages) >= SIMILAR
        # upstream drops any one of the set here; the oldest is as good and repeatable
        self._groups[group] = (seconds, messages[1:] if combine else messages)
        return (COMBINED + message, group) if combine else (message, local)

    def _allowed(self, seconds: int, spam: tuple) -> bool:
        """A token bucket per (source, object, type): the reason does not matter."""
        tokens, last = self._buckets.get(spam) or (float(BURST), seconds)
        tokens = min(float(BURST), tokens + (seconds - last) / REFILL_SECONDS)
        allowed = tokens >= 1
        self._buckets[spam] = (tokens - 1 if allowed else tokens, seconds)
        return allowed

    def _again(self, event: Event, store: Any) -> None:
        """Write an Event that was there before; it becomes the last written."""
        store.revision += 1
        self._put(replace(event, metadata=replace(event.metadata, resource_version=str(store.revision))))

    def _put(self, event: Event) -> None:
        self._events[event.metadata.name] = event

    def _expire(self, seconds: int) -> None:
        """Drop what was last written over an hour ago, and the memory of objects that say nothing any more."""
        if seconds <= TTL_SECONDS:
            return
        while self._events:
            name, event = next(iter(self._events.items()))
            if seconds - last_seen(event) <= TTL_SECONDS:
                return
            self._events.pop(name)
            if len(self._observed) > 4 * len(self._events) + 1000:
                self._observed.keep({key: seen for key, seen in self._observed.items() if seen[0] in self._events})
                self._groups.keep({key: found for key, found in self._groups.items() if seconds - found[0] <= WINDOW_SECONDS})
                self._buckets.keep({k: b for k, b in self._buckets.items() if seconds - b[1] <= BURST * REFILL_SECONDS})


def _metadata(name: str, seconds: Time, about: ObjectReference, store: Any) -> ObjectMeta:
    store.revision += 1
    return ObjectMeta(name, "", about.namespace or "default", store.new_uid(), str(store.revision), 0, seconds)


def last_seen(event: Event) -> int:
    """The second of the latest occurrence, as kubectl's LAST SEEN takes it."""
    if event.series:
        return event.series.last_observed_time or 0
    return event.last_timestamp or event.event_time or event.metadata.creation_timestamp or 0


def reference(obj: Any, field_path: str = "") -> ObjectReference:
    """How an Event names the object it is about (client-go/tools/reference)."""
    kind, meta = type(obj).__name__, obj.metadata
    uid = meta.name if kind == "Node" else meta.uid
    return ObjectReference(kind, meta.namespace, meta.name, uid, KINDS[kind].api_version, meta.resource_version, field_path)


def moment(event: Event) -> int:
    """The millisecond of an Event's first occurrence; its name ends in it (client-go writes the nanosecond there)."""
    try:
        return int(event.metadata.name.rpartition(".")[2], 16) // 1_000_000 - EPOCH * 1000
    except ValueError:
        return (event.first_timestamp or 0) * 1000

"""What happened on one desk lately, for those who watch it through the Kubernetes API, and its objects as they were encoded last.

A feed begins with the first request for its desk. When the playhead was moved or a take begun, what clients know is of another past:
their watches end with 410 Expired, and they list again.
"""

import time
from collections import deque
from contextvars import ContextVar
from math import floor
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from rollviz.rooms.room import Room
from simulation.api.derived import derived
from simulation.api.encoded import Encoded
from simulation.cluster import Cluster
from simulation.store import key_of

KEPT_CHANGES = 2_000
"""Per kind: who asks for what happened before them is told to list again."""
KEPT_OBJECTS = 20_000
"""Of all desks together, in their encoded form."""
MOST_EVENTS = 5_000
KEPT_LINES = 2_000
KEPT_BETWEEN = 50_000
"""Changes between two looks; if there are more (a day was run at once), clients list again."""
ROUGH_SECONDS = 2.0
"""How much older than it is a thing may be told to be before that is set right; never younger."""
STEADY_SECONDS = 2.0
"""How long they stay as they are for one kubectl, however quick the desk's clock: about as long as it looks."""
KEPT_SESSIONS = 100

session: ContextVar[str] = ContextVar("session", default="")
"""The Kubectl-Session of the request that is being answered: the same for all that one kubectl asks."""
DERIVED_FROM = {"Endpoints": ("Service", "EndpointSlice"), "Lease": ("Node",)}
"""Which kinds are read off which."""


class Change(NamedTuple):
    """`before` is None for what is new, `after` for what is gone."""

    revision: int
    before: Any
    after: Any


class Moment(NamedTuple):
    """A desk as it is now. `since` is the Unix second at which its simulated clock would have begun, for whoever looks now."""

    cluster: Cluster
    now: int
    since: int

    @property
    def revision(self) -> int:
        return self.cluster.store.revision


class Feed:
    """One per room."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.closed = False
        self.watches: dict[Any, None] = {}
        self.lines: dict[tuple, tuple[Any, bytes]] = {}
        self._zero = 0
        """Where the simulated clock's zero was last laid, in Unix seconds."""
        self._told: dict[str, tuple[float, int]] = {}
        """Per kubectl: when it first asked, and where the zero lay then."""
        self._attach()
        room.listen(self)

    @property
    def watching(self) -> bool:
        return bool(self.watches)

    def moment(self) -> Moment:
        """Everything as it is at the playhead."""
        self.look()
        room = self.room
        return Moment(room.recording.cluster, room.now // 1000, self._since(time.time()))

    def _since(self, wall: float) -> int:
        """Where the simulated clock's zero lies in Unix seconds. For one kubectl it stays: a birthday that changes between two looks is
        a difference to `kubectl diff`. For the next it is moved, or what has just happened would lie in the future."""
        asked, told = self._told.get(session.get(), (0.0, 0))
        if wall - asked < STEADY_SECONDS:
            return told
        exact = wall - self.room.now / 1000
        if not 0 <= exact - self._zero < ROUGH_SECONDS:
            self._zero = floor(exact)
        if session.get():
            self._remember(session.get(), wall)
        return self._zero

    def _remember(self, who: str, wall: float) -> None:
        self._told.pop(who, None)
        self._told[who] = wall, self._zero
        while len(self._told) > KEPT_SESSIONS:
            del self._told[next(iter(self._told))]

    def encoded(self, obj: Any) -> Encoded:
        found = _encoded.get(id(obj))
        if found is None or found.obj is not obj:
            if len(_encoded) >= KEPT_OBJECTS:
                _encoded.clear()
            found = _encoded[id(obj)] = Encoded(obj)
        return found

    def keep_line(self, key: tuple, obj: Any, line: bytes) -> tuple[Any, bytes]:
        """A watch event's bytes, for whoever else wants the same."""
        if len(self.lines) >= KEPT_LINES:
            self.lines.clear()
        self.lines[key] = (obj, line)
        return self.lines[key]

    def after(self, kind: str, revision: int) -> list[Change] | None:
        """What happened to a kind after a resourceVersion, None if that is not known any more."""
        if revision < self._floor.get(kind, self.began) or revision > self.cluster.store.revision:
            return None
        return [change for change in self._changes.get(kind, ()) if change.revision > revision]

    def note(self, batch: list[tuple[str, Any, Any]]) -> None:
        """The cluster was written to."""
        if len(self._batch) < KEPT_BETWEEN:
            self._batch += batch

    def look(self) -> None:
        """Take in what has happened, and pass it on."""
        if self.closed:
            return
        cluster = self.room.recording.cluster
        if cluster is not self.cluster or cluster.store.revision < self._seen or len(self._batch) >= KEPT_BETWEEN:
            self._expire()
        elif cluster.store.revision != self._seen:
            self._collect()

    def end(self) -> None:
        self.closed = True
        self._detach()
        for watch in list(self.watches):
            watch.end()

    def _attach(self) -> None:
        self.cluster = self.room.recording.cluster
        self.cluster.followers.append(self)
        self._batch: list[tuple[str, Any, Any]] = []
        self.began = self._seen = self.cluster.store.revision
        self._changes: dict[str, deque[Change]] = {}
        self._floor: dict[str, int] = {}
        self._events = {event.metadata.name: event for event in self.cluster.store.list("Event")}
        self._derived = {kind: self._read(kind) for kind in DERIVED_FROM}

    def _detach(self) -> None:
        if self in self.cluster.followers:
            self.cluster.followers.remove(self)

    def _expire(self) -> None:
        self._detach()
        self._attach()
        for watch in list(self.watches):
            watch.expire()

    def _collect(self) -> None:
        store = self.cluster.store
        batch, self._batch = self._batch, []
        revision = self._seen
        for kind, before, after in batch:
            if kind in ("Machine", "Draining", "Exec"):
                continue
            # a removal has a revision of its own, which nothing carries: the one after what was written before it
            revision = int(after.metadata.resource_version) if after is not None else revision + 1
            self._add(kind, Change(revision, before, after))
        for event in store.events.since(self._seen):
            name = event.metadata.name
            self._add("Event", Change(int(event.metadata.resource_version), self._events.get(name), event))
            self._events[name] = event
        if len(self._events) > MOST_EVENTS:
            self._events = {event.metadata.name: event for event in store.list("Event")}
        touched = {kind for kind, _, _ in batch}
        for kind, sources in DERIVED_FROM.items():
            if touched & set(sources):
                self._derive(kind, store.revision)
        self._seen = store.revision

    def _derive(self, kind: str, revision: int) -> None:
        """What a derived kind looks like now, against what it looked like before."""
        before, now = self._derived[kind], self._read(kind)
        for key in before | now:
            if before.get(key) != now.get(key):
                self._add(kind, Change(revision, before.get(key), now.get(key)))
        self._derived[kind] = now

    def _read(self, kind: str) -> dict[tuple[str, str], Any]:
        return {key_of(obj): obj for obj in derived(self.cluster.store, kind)}

    def _add(self, kind: str, change: Change) -> None:
        kept = self._changes.get(kind)
        if kept is None:
            kept = self._changes[kind] = deque()
        kept.append(change)
        for watch in list(self.watches):
            if watch.kind == kind:
                watch.put(change)
        if len(kept) > KEPT_CHANGES:
            self._floor[kind] = kept.popleft().revision


_encoded: dict[int, Encoded] = {}
_feeds: WeakKeyDictionary[Room, Feed] = WeakKeyDictionary()


def feed_of(room: Room) -> Feed:
    feed = _feeds.get(room)
    if feed is None:
        feed = _feeds[room] = Feed(room)
    return feed

"""Time stands still until something is due: a clock, a queue of data, and the one source of chance.

The queue holds plain tuples, never closures or generators, so that a running cluster can be copied,
saved and rewound. Handlers are names; `simulation.cluster` knows what they mean.
Models client-go/util/workqueue (v1.36): a key that waits is not queued twice, and of two timers for one key the earlier one stays; a key
that fails waits longer each time.
"""

import heapq
import random
from typing import Any

Millis = int
"""Whole milliseconds since simulation.objects.EPOCH."""

FAILED: Millis = -1
"""What the work on a key returns, in place of when to look again, if it failed and wants to be tried again."""

FIRST_RETRY: Millis = 5
LONGEST_RETRY: Millis = 1_000_000
"""Waits after a failure (default_rate_limiters.go)."""


class Engine:
    __slots__ = ("_failures", "_heap", "_number", "_queued", "_timers", "handled", "now", "random")

    def __init__(self, seed: int) -> None:
        self.now: Millis = 0
        self.random = random.Random(seed)
        self._heap: list[tuple[Millis, int, int, str, Any, bool]] = []
        """(time, rank, number, handler, key, whether calls for the same key collapse into one)."""
        self._number = 0
        self.handled = 0
        """Entries popped so far."""
        self._queued: dict[tuple[str, Any], Millis] = {}
        self._timers: dict[tuple[str, Any], Millis] = {}
        self._failures: dict[tuple[str, Any], int] = {}
        """How often in a row the work on a key failed."""

    def at(self, time: Millis, rank: int, handler: str, key: Any) -> None:
        """Call `handler` with `key` at `time`; among equal times the lower rank goes first, then the earlier call."""
        self._push(time, rank, handler, key, False)

    def _push(self, time: Millis, rank: int, handler: str, key: Any, collapses: bool) -> None:
        self._number += 1
        heapq.heappush(self._heap, (time, rank, self._number, handler, key, collapses))

    def add(self, rank: int, handler: str, key: Any, delay: Millis = 0) -> None:
        """Queue a key once: while it waits, further calls collapse into the one that is waiting."""
        pair = (handler, key)
        if pair not in self._queued:
            time = self.now + delay
            self._queued[pair] = time
            self._push(time, rank, handler, key, True)

    def add_after(self, rank: int, handler: str, key: Any, delay: Millis) -> None:
        """Set a timer for a key. Of several timers for one key only the earliest is kept, as in workqueue's delaying queue."""
        time = self.now + max(0, delay)
        waiting = self._timers.get((handler, key))
        if waiting is None or time < waiting:
            self._timers[handler, key] = time
            self._push(time, rank, handler, key, True)

    def add_rate_limited(self, rank: int, handler: str, key: Any, first: Millis = FIRST_RETRY) -> None:
        """Try a key again that failed: after the first wait, then twice as long each time (AddRateLimited)."""
        failures = self._failures.get((handler, key), 0)
        self._failures[handler, key] = failures + 1
        self.add_after(rank, handler, key, min(first << min(failures, 20), LONGEST_RETRY))

    def forget(self, handler: str, key: Any) -> None:
        """The work on a key succeeded: its next failure is the first again."""
        self._failures.pop((handler, key), None)

    def due(self) -> Millis | None:
        """When the next thing happens, or None if nothing ever will."""
        return self._heap[0][0] if self._heap else None

    def pop(self) -> tuple[str, Any] | None:
        """Advance the clock to the next entry and return (handler, key); None if the entry was overtaken by an earlier timer."""
        time, _, _, handler, key, collapses = heapq.heappop(self._heap)
        if time > self.now:
            self.now = time
        self.handled += 1
        pair = (handler, key)
        if not collapses:
            return pair
        if self._queued.get(pair) == time:
            del self._queued[pair]
            if self._timers.get(pair) == time:
                del self._timers[pair]
            return pair
        timer = self._timers.get(pair)
        if timer is not None:
            if timer != time:
                return None
            del self._timers[pair]
        return pair

    def between(self, low: Millis, spread: Millis) -> Millis:
        """A whole number of milliseconds in [low, low + spread)."""
        return low + int(self.random.random() * spread)

    def copy(self) -> "Engine":
        """An engine that will do exactly the same from here on; O(entries)."""
        twin = Engine.__new__(Engine)
        twin.now = self.now
        twin.random = random.Random()
        twin.random.setstate(self.random.getstate())
        twin._heap = self._heap.copy()
        twin._number, twin.handled = self._number, self.handled
        twin._queued = self._queued.copy()
        twin._timers = self._timers.copy()
        twin._failures = self._failures.copy()
        return twin

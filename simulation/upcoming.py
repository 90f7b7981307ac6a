"""What happens next if nobody does anything: a copy of the cluster runs ahead, with the commands that are written down already.

At the end of a take those are the scenario's own; in its past, also those that people gave since. The engine has no chance but its own,
so what is found here is what will be seen. The recording is not touched.
"""

from collections import deque
from typing import Any, NamedTuple

from simulation.api.errors import StatusError
from simulation.engine import Millis
from simulation.recording import STEP_LIMIT_MS

ONE_MOMENT_MS: Millis = 100
"""What happens within a tenth of a second, as the desk's clock shows it, is one thing."""

Change = tuple[str, Any, Any]
"""(kind, before, after) of a write; None before creation and after removal."""


class Moment(NamedTuple):
    """An instant in which a person sees something change, all that was written since the one before, and the commands in it."""

    at_ms: Millis
    changes: tuple[Change, ...]
    commands: tuple[Any, ...]


class Ahead:
    """The run as it will be from the playhead on. `cluster` stands where `step` has got to."""

    def __init__(self, recording: Any) -> None:
        tape = recording.tape
        written = [(timed.at_ms, timed.command) for timed in tape.commands[recording.given :]]
        script = [timed for timed in recording.scenario.timed_commands() if timed[0] > tape.end]
        self._coming = deque([*written, *script])
        self.cluster = recording.cluster.copy()
        self.cluster.changes = []

    def step(self, until: Millis) -> Moment | None:
        """Run to the end of the next instant in which something is seen; None if nothing is by `until`, where the cluster then stands."""
        cluster = self.cluster
        while cluster.now < until or self._is_due():
            seen, given = cluster.seen, []
            if not self._is_due():
                cluster.step(min(self._coming[0][0], until) if self._coming else until)
            while self._is_due():
                given.append(self._coming.popleft()[1])
                self._give(given)
            if cluster.seen != seen or given:
                changes = tuple(cluster.changes)
                cluster.changes.clear()
                return Moment(cluster.now, changes, tuple(given))
        return None

    def _is_due(self) -> bool:
        return bool(self._coming) and self._coming[0][0] <= self.cluster.now

    def _give(self, given: list[Any]) -> None:
        try:
            self.cluster.do(given[-1])
        except StatusError:
            given.pop()


def upcoming(recording: Any, limit: Millis = STEP_LIMIT_MS) -> Moment | None:
    """The next thing that happens by itself, where it is over: all that a person sees within a tenth of a second. None if nothing
    happens within `limit`."""
    ahead = Ahead(recording)
    first = following = ahead.step(recording.now + limit)
    changes: list[Change] = []
    commands: list[Any] = []
    at_ms = recording.now
    while first is not None and following is not None:
        at_ms = following.at_ms
        changes += following.changes
        commands += following.commands
        following = ahead.step(first.at_ms + ONE_MOMENT_MS)
    return None if first is None else Moment(at_ms, tuple(changes), tuple(commands))

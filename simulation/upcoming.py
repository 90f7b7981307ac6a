"""What happens next if nobody does anything: a copy of the cluster runs ahead, with the commands that are written down already.

At the end of a take those are the scenario's own; in its past, also those that people gave since. The engine has no chance but its own,
so what is found here is what will be seen. The recording is not touched.
"""

from collections import deque
from typing import Any, NamedTuple

from simulation.api.errors import StatusError
from simulation.engine import Millis
from simulation.lesson import is_open_step_done
from simulation.recording import STEP_LIMIT_MS, Timed

ONE_MOMENT_MS: Millis = 100
"""What happens within a tenth of a second, as the desk's clock shows it, is one thing."""

Change = tuple[str, Any, Any]
"""(kind, before, after) of a write; None before creation and after removal."""


class Moment(NamedTuple):
    """An instant in which a person sees something change, all that was written since the one before, and the commands in it."""

    at_ms: Millis
    changes: tuple[Change, ...]
    commands: tuple[Any, ...]
    steps: int = 0
    """How many steps of the lesson are done, if one is in this moment, else 0."""


class Ahead:
    """The run as it will be from the playhead on. `cluster` stands where `step` has got to."""

    def __init__(self, recording: Any) -> None:
        tape = recording.tape
        written = [(timed.at_ms, timed.command) for timed in tape.commands[recording.given :]]
        script = [timed for timed in recording.scenario.timed_commands() if timed[0] > tape.end]
        self._coming = deque([*written, *script])
        self._steps, self._reached, self._commands = recording.scenario.steps, list(recording.reached), list(recording.commands)
        self._looked = recording.now
        self.cluster = recording.cluster.copy()
        self.cluster.changes = []

    def step(self, until: Millis) -> Moment | None:
        """Run to the end of the next instant in which something is seen; None if nothing is by `until`, where the cluster then stands."""
        cluster = self.cluster
        while cluster.now < until or self._is_due():
            seen, given = cluster.seen, []
            if not self._is_due():
                coming = self._coming[0][0] if self._coming else until
                cluster.step(min(coming, until, self._next_look(until)))
            while self._is_due():
                given.append(self._coming.popleft()[1])
                self._give(given)
            steps = self._look()
            if cluster.seen != seen or given or steps:
                changes = tuple(cluster.changes)
                cluster.changes.clear()
                return Moment(cluster.now, changes, tuple(given), steps)
        return None

    def _next_look(self, until: Millis) -> Millis:
        """Whether a step is done is looked at in whole seconds (`tape.py`), as long as there is one."""
        return (self.cluster.now // 1000 + 1) * 1000 if len(self._reached) < len(self._steps) else until

    def _look(self) -> int:
        now, before = self.cluster.now, len(self._reached)
        if now % 1000 or now == self._looked:
            return 0
        self._looked = now
        while is_open_step_done(self._steps, self._reached, self.cluster, self._commands):
            self._reached.append(now)
        return len(self._reached) if len(self._reached) > before else 0

    def _is_due(self) -> bool:
        return bool(self._coming) and self._coming[0][0] <= self.cluster.now

    def _give(self, given: list[Any]) -> None:
        try:
            self.cluster.do(given[-1])
            self._commands.append(Timed(self.cluster.now, given[-1], ""))
        except StatusError:
            given.pop()


def upcoming(recording: Any, limit: Millis = STEP_LIMIT_MS) -> Moment | None:
    """The next thing that happens by itself, where it is over: all that a person sees within a tenth of a second. None if nothing
    happens within `limit`."""
    ahead = Ahead(recording)
    first = following = ahead.step(recording.now + limit)
    changes: list[Change] = []
    commands: list[Any] = []
    at_ms, steps = recording.now, 0
    while first is not None and following is not None:
        at_ms = following.at_ms
        changes += following.changes
        commands += following.commands
        steps = max(steps, following.steps)
        following = ahead.step(first.at_ms + ONE_MOMENT_MS)
    return None if first is None else Moment(at_ms, tuple(changes), tuple(commands), steps)

"""Simulated time = speed × wall time, and never past what the journal has promised.

The journal notes the clock about once a second. Each note promises LEAD seconds more, at the speed of the moment; the clock does not
pass that promise until the next note is saved. After a crash a desk goes on from its note plus the wall time since, up to the promise:
nobody ever sees time go back.
"""

from dataclasses import dataclass

SPEEDS = (0.25, 1.0, 4.0, 16.0, 64.0)
LEAD = 2.0
LONGEST_STEP = 1.0
"""Wall seconds that one look may make up for: after a stall (a laptop that slept) time goes on, it does not jump."""


@dataclass(frozen=True, slots=True)
class Note:
    """A row for the journal: the playhead as it is, `wall` in Unix seconds while it moves, None while it stands."""

    desk_id: str
    at_ms: int
    wall: float | None
    paused: bool
    speed: float
    take: int = 1
    end_ms: int = 0
    """How far the take goes beyond the playhead; 0 at its end."""

    @property
    def promise(self) -> float:
        return self.at_ms if self.wall is None else self.at_ms + LEAD * 1000 * self.speed

    def resume_at(self, wall: float) -> int:
        """Where a desk goes on whose process died after this note."""
        if self.wall is None:
            return self.at_ms
        return int(min(self.at_ms + max(wall - self.wall, 0.0) * 1000 * self.speed, self.promise))


class Clock:
    """`paused` and `speed` are what a person sees and sets; the rest is the pace."""

    def __init__(self, paused: bool, speed: float, at_ms: int):
        self.paused = paused
        self.speed = speed
        self.promise: float = at_ms
        self.goal: int | None = None
        """Where a skip stops, None while nobody skips."""
        self._before = (paused, speed)
        self._at: float = at_ms
        self._looked: float | None = None

    def due(self, wall: float) -> int:
        """The simulated millisecond that is due at `wall` (monotonic seconds), counted from the look before."""
        elapsed = 0.0 if self._looked is None else min(wall - self._looked, LONGEST_STEP)
        self._looked = wall
        most = self.promise if self.goal is None else self.goal
        self._at = max(self._at, min(self._at + elapsed * 1000 * self.speed, most))
        return int(self._at)

    def skip(self, goal: int) -> None:
        """Play at the highest speed to the simulated millisecond `goal`."""
        self._before = self.paused, self.speed
        self.goal, self.paused, self.speed = goal, False, SPEEDS[-1]

    def end_skip(self, arrived: bool = False) -> bool:
        """Back to the speed of before, and to a clock that stands if the goal was reached. Was there a skip to end?"""
        if self.goal is None:
            return False
        paused, self.speed = self._before
        self.paused, self.goal = paused or arrived, None
        return True

    @property
    def kept(self) -> tuple[bool, float]:
        """Whether paused, and the speed, as they will be when a skip has ended."""
        return (self.paused, self.speed) if self.goal is None else (True, self._before[1])

    def stand(self) -> None:
        """Time that passes from here to the next look does not count."""
        self._looked = None

    def settle(self, now_ms: int) -> None:
        """The simulation is at `now_ms`: it was moved by hand, or could not keep up and what it owes is forgiven."""
        self._at = now_ms

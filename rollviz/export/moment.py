"""A run as it stood at one of its milliseconds: all that was known then, and nothing of what came after."""

from bisect import bisect_right
from typing import Any, NamedTuple

from rollviz.desk.picture import Picture, picture


class Still(NamedTuple):
    """A clock that stands."""

    paused: bool = True
    speed: float = 1.0


class Moment:
    """Reads as a Recording does. `cluster` is the run's own at that millisecond and is never run further."""

    def __init__(self, run: Any, cluster: Any) -> None:
        now = cluster.now
        self.scenario, self.seed, self.cluster, self.now = run.scenario, run.seed, cluster, now
        self.commands = run.commands[: bisect_right(run.commands, now, key=lambda timed: timed.at_ms)]
        self.samples = run.samples[: bisect_right(run.samples, now // 1000, key=lambda sample: sample.t)]
        self.marks = [mark for mark in run.marks if mark.at_ms <= now]
        self.reached = [at for at in run.reached if at <= now]

    def picture(self) -> Picture:
        """What the desk showed then."""
        return picture(self, Still())


def moment(recording: Any, at_ms: int) -> Moment:
    return Moment(recording, recording.at(at_ms))

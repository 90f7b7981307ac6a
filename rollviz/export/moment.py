"""A run as it stood at one of its milliseconds: all that was known then, and nothing of what came after."""

from typing import NamedTuple

from rollviz.desk.picture import Picture, picture
from simulation.recording import Recording


class Still(NamedTuple):
    """A clock that stands."""

    paused: bool = True
    speed: float = 1.0


class Moment:
    """A take of its own that ends here: whoever draws it may do so beside the run, which goes on."""

    def __init__(self, run: Recording) -> None:
        self.recording = own = run.fork()
        self.scenario, self.seed, self.cluster, self.now = own.scenario, own.seed, own.cluster, own.now
        self.commands, self.samples, self.marks, self.reached = own.commands, own.samples, own.marks, own.reached

    def picture(self) -> Picture:
        """What the desk showed then."""
        return picture(self.recording, Still())


def moment(recording: Recording, at_ms: int) -> Moment:
    head = recording.look()
    head.seek(min(at_ms, head.end))
    return Moment(head)

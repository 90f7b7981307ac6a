"""What a person may do to the clock in one go: take, undo, seek, mark, advance, step, skip, in this order."""

from collections.abc import Iterator
from dataclasses import dataclass

from simulation.recording import Recording


@dataclass(frozen=True, slots=True)
class Move:
    paused: bool | None = None
    speed: float | None = None
    take: int | None = None
    """Open the take with this number."""
    undo: bool = False
    """Begin a take without the last command."""
    seek: int | str | None = None
    """A simulated millisecond, or "end"."""
    mark: str = ""
    """"next" or "previous" """
    step: str = ""
    """"next" or "previous" change that a person would see."""
    skip: int | str | None = None
    """Play at the highest speed and stop: at a simulated millisecond, or "next", where the next thing that happens is over."""
    advance: int = 0
    """Simulated milliseconds to run from there."""

    @property
    def field(self) -> str:
        """The part to blame if it goes too far."""
        return "advance" if self.advance else "skip" if self.skip is not None else "seek"

    def until(self, recording: Recording) -> int:
        """How far this take would have to go."""
        asked = max((place for place in (self.seek, self.skip) if isinstance(place, int)), default=recording.now)
        return asked + self.advance

    def places(self, recording: Recording) -> Iterator[int]:
        """Where the playhead is to be next; each is found when it is at the one before."""
        if self.seek is not None:
            yield recording.end if self.seek == "end" else int(self.seek)
        if self.mark == "next":
            following = recording.next_mark()
            yield recording.end if following is None else following
        elif self.mark == "previous":
            yield recording.previous_mark()
        if self.advance:
            yield recording.now + self.advance
        if self.step == "previous":
            yield recording.previous_change()

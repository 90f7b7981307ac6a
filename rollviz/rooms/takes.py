"""The takes of one desk, and the recording of the one that is on it. Another is played again from the journal when it is opened."""

from rollviz.desk.takes import Take as ShownTake
from simulation.recording import Recording, Timed

from .models import Take

WARM = 2
"""Takes beside the one on the desk that are kept ready."""


class Takes:
    """`rows` are the journal's; `own[number]` the milliseconds of a take's own commands."""

    def __init__(self, rows: list[Take], own: dict[int, list[int]], number: int, recording: Recording):
        self.number = number
        self.recording = recording
        self._rows = rows
        self._own = own
        self._warm: dict[int, Recording] = {}
        self._shown: tuple[ShownTake, ...] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def shown(self) -> tuple[ShownTake, ...]:
        """For the desk; the same object until something changes."""
        if self._shown is None:
            self._shown = tuple(self._show(row) for row in self._rows)
        return self._shown

    def row(self, number: int) -> Take | None:
        return self._rows[number - 1] if 0 < number <= len(self._rows) else None

    def ready(self, number: int) -> Recording | None:
        return self._warm.get(number)

    def done(self, at_ms: int) -> None:
        """A command was given in this take."""
        self._own[self.number].append(at_ms)
        self._shown = None

    def left(self, said: str) -> Take:
        """The row of the take on the desk, as it is when it is left."""
        row = self._rows[self.number - 1]
        row.end_ms, row.said = self.recording.end, said
        return row

    def next(self, desk_id: str, recording: Recording, given: int) -> Take:
        """The row of a take that keeps the first `given` commands of the one on the desk; it is not yet on it."""
        kept = journaled(self.recording.tape.commands[:given])
        return Take(
            desk_id=desk_id, number=len(self._rows) + 1, parent=self.number, kept=len(kept), from_ms=recording.now, end_ms=recording.end
        )

    def begin(self, row: Take, recording: Recording) -> None:
        self._rows.append(row)
        self._own[row.number] = []
        self.open(row.number, recording)

    def open(self, number: int, recording: Recording) -> None:
        """This take is on the desk from here."""
        self._warm.pop(number, None)
        self._warm[self.number] = self.recording
        while len(self._warm) > WARM:
            del self._warm[next(iter(self._warm))]
        self.number, self.recording, self._shown = number, recording, None

    def _show(self, row: Take) -> ShownTake:
        here = row.number == self.number
        return ShownTake(row.number, row.parent, row.from_ms, row.end_ms, tuple(self._own[row.number]), "" if here else row.said, here)


def journaled(commands: list[Timed]) -> list[Timed]:
    """Those that people gave; what the scenario does by itself comes by itself in every take."""
    return [timed for timed in commands if timed.who != "scenario"]

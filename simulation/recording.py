"""A run is a scenario, a seed and timed commands; everything else follows. So any of its moments can be had again, exactly.

A Recording is a tape (`tape.py`) with a playhead. At the end of the tape the run goes on and is recorded; before it, time passes as it
did: the same commands at the same times. The past is never changed: `fork` gives a new tape that begins as this one did.
"""

from bisect import bisect_left, bisect_right
from typing import Any

from simulation.cluster import Cluster
from simulation.copies import BETWEEN_LOOKS
from simulation.engine import Millis
from simulation.tape import Mark, Sample, SetSample, Tape, Timed, Witness

__all__ = ["Mark", "Recording", "Sample", "SetSample", "Timed", "Witness"]

STEP_LIMIT_MS = 600_000
"""How far `step` looks for something to happen: the longest of the usual timers."""


class Recording:
    """One take with a playhead. Commands come through `do`, time through `run`, `step` and `seek`; the scenario's own commands come by
    themselves. Everything it tells is as of the playhead, but for `tape` and `end`."""

    def __init__(self, scenario: Any, seed: int) -> None:
        self._put_on(Tape(scenario, seed))

    @property
    def scenario(self) -> Any:
        return self.tape.scenario

    @property
    def seed(self) -> int:
        return self.tape.seed

    @property
    def now(self) -> Millis:
        """Where the playhead is."""
        return self.cluster.now

    @property
    def end(self) -> Millis:
        """How far this take was simulated."""
        return self.tape.end

    @property
    def live(self) -> bool:
        """The playhead is at the end."""
        return self.cluster is self.tape.cluster

    @property
    def given(self) -> int:
        """How many commands have been given."""
        return len(self.tape.commands) if self.live else self._given

    @property
    def commands(self) -> list[Timed]:
        return self.tape.commands if self.live else self.tape.commands[: self._given]

    @property
    def samples(self) -> list[Sample]:
        samples = self.tape.samples
        return samples if self.live else samples[: bisect_right(samples, self.now // 1000, key=lambda sample: sample.t)]

    @property
    def marks(self) -> list[Mark]:
        marks = self.tape.marks
        return marks if self.live else marks[: bisect_right(marks, self.now, key=lambda mark: mark.at_ms)]

    @property
    def reached(self) -> list[Millis]:
        """When each step of the lesson was done, as far as they are."""
        reached = self.tape.reached
        return reached if self.live else reached[: bisect_right(reached, self.now)]

    # --- on and on

    def do(self, command: Any, who: str = "you") -> str:
        """Apply a command now and write it down. What it raises leaves the run as it was. Only at the end: the past stays."""
        if not self.live:
            raise ValueError("this moment is past: fork() begins a take that may differ from here on")
        return self.tape.do(command, who)

    def run(self, until: Millis) -> None:
        """Let time pass up to `until`, with one sample at each whole second on the way."""
        while self.now < until:
            if self.live:
                self.tape.record(until)
            else:
                self._replay(min(until, self.end))
                if self.now == self.end:
                    self._put_on(self.tape)

    def step(self, limit: Millis = STEP_LIMIT_MS) -> Millis:
        """Run to just after the next change that a person would see (at most `limit` ms further); returns the time."""
        stop, events = self.now + limit, self.tape.events
        following = bisect_right(events, self.now)
        if following < len(events):
            self.run(min(events[following], stop))
            return self.now
        self.run(min(self.end, stop))
        while self.now < stop and not self.tape.record_change(stop):
            pass
        return self.now

    # --- back and forth

    def seek(self, when: Millis) -> None:
        """Put the playhead at `when`; beyond the end the run goes on."""
        self.rewind(when)
        self.run(when)

    def rewind(self, when: Millis) -> None:
        """Put the playhead at or somewhat before `when`, where `run` has the shortest way to it."""
        if when >= self.end:
            self._put_on(self.tape)
            return
        kept = self.tape.copies.before(when, len(self.tape.commands))
        if self.live or not kept.at_ms <= self.now <= when:
            self._take_up(kept)
            self._arrive()

    def step_back(self) -> Millis:
        """To the change before this moment that a person would see, or to the start; returns the time."""
        self.seek(self.previous_change())
        return self.now

    def previous_change(self) -> Millis:
        index = bisect_left(self.tape.events, self.now) - 1
        return self.tape.events[index] if index >= 0 else 0

    def next_mark(self) -> Millis | None:
        """When the next mark on the tape is, None if there is none."""
        marks = self.tape.marks
        index = bisect_right(marks, self.now, key=lambda mark: mark.at_ms)
        return marks[index].at_ms if index < len(marks) else None

    def previous_mark(self) -> Millis:
        """When the mark before was, 0 if there is none."""
        marks = self.tape.marks
        index = bisect_left(marks, self.now, key=lambda mark: mark.at_ms) - 1
        return marks[index].at_ms if index >= 0 else 0

    def look(self) -> "Recording":
        """Another playhead on the same tape, at its end. It must not be run past it."""
        other = Recording.__new__(Recording)
        other._put_on(self.tape)
        return other

    def at(self, when: Millis) -> Cluster:
        """The cluster as it was at `when` (or is at the end), a copy."""
        other = self.look()
        other.seek(min(when, self.end))
        return other.cluster.copy()

    def fork(self, given: int | None = None) -> "Recording":
        """A take of its own that is the same up to here, or up to just before command number `given` (counted from 0)."""
        given = self.given if given is None else given
        when = self.now if given == self.given else self.tape.commands[given].at_ms
        other = self.look()
        other._take_up(self.tape.copies.before(when, given))
        other._most = given
        other._arrive()
        while other.now < when:
            other._replay(when)
        other._put_on(self.tape.until(when, given, other.cluster, other.witness))
        return other

    def attend(self, witness: Witness) -> None:
        """Show `witness`, who knows nothing yet, the run so far, and then all of it."""
        tape, when = self.tape, self.now
        tape.copies = tape.copies.seen_by(witness)
        self._take_up(tape.copies.before(0, 0))
        self._arrive()
        while self.now < tape.end:
            self._replay(tape.end)
        tape.witness = self.witness
        self._put_on(tape)
        self.seek(when)

    # --- the playhead

    def _put_on(self, tape: Tape) -> None:
        """At the end of this tape."""
        self.tape = tape
        self.cluster, self.witness = tape.cluster, tape.witness
        self._given = len(tape.commands)
        self._most = self._given

    def _take_up(self, kept: Any) -> None:
        self.cluster, self.witness = kept.cluster.copy(), kept.notes and kept.notes.copy()
        self._given = kept.given
        self._most = len(self.tape.commands)

    def _replay(self, until: Millis) -> None:
        """One leg as it was: to the next whole second, to the next command, or to `until`."""
        commands = self.tape.commands
        following = commands[self._given].at_ms if self._given < self._most else until
        stop = min((self.now // 1000 + 1) * 1000, until, max(following, self.now))
        cluster = self.cluster
        engine, look = cluster.engine, 0
        while (due := engine.due()) is not None and due <= stop:
            cluster.run(due)
            if engine.handled >= look:
                look = engine.handled + BETWEEN_LOOKS
                self.tape.copies.offer(cluster, self._given, self.witness, looking=True)
        cluster.run(stop)
        self._arrive()

    def _arrive(self) -> None:
        """In the order of `Tape`: what the scenario does, then whoever takes notes, then what people did."""
        self._obey("scenario")
        if self.witness is not None and not self.now % 1000:
            self.witness.see(self.cluster, self.tape.commands, self._given)
        self._obey()

    def _obey(self, who: str = "") -> None:
        commands = self.tape.commands
        while self._given < self._most and (timed := commands[self._given]).at_ms <= self.now and who in ("", timed.who):
            self.cluster.do(timed.command)
            self._given += 1

"""What the desk remembers of a recording: who got which hue, how high each meter stood, what was decided and said.

It is a fold over the recording's own samples, ledger, events and commands, so two desks of one recording remember the same.
Each picture takes it a little further; a recording that was rewound is folded again from its start.
"""

from collections import deque
from weakref import WeakKeyDictionary

from rollviz.desk import chronicle
from rollviz.desk.bars import Bars
from rollviz.desk.chronicle import Line, moment
from rollviz.desk.versions import version_of
from rollviz.desk.words import Version
from simulation.controllers.deployment.util import revision_of
from simulation.ledger import Entry

HUES = 6
LINES = 80
MOVES = ("created", "scaled-up", "scaled-down", "deleted")


class Hues:
    """Which of six hues each ReplicaSet has. 0 is the grey of those older than the six newest that have pods."""

    def __init__(self) -> None:
        self.of: dict[str, int] = {}
        self.live: frozenset[str] = frozenset()
        self.born: dict[str, int] = {}
        """Each set's first revision: its number on the tape."""

    def copy(self) -> "Hues":
        twin = Hues()
        twin.of, twin.live, twin.born = self.of.copy(), self.live, self.born.copy()
        return twin

    def see(self, live: list[tuple[str, int]]) -> None:
        """These sets (uid, revision) have pods now. A hue stays with its set, and is never shared by two that have pods."""
        for uid, revision in live:
            self.born.setdefault(uid, revision)
        now = frozenset(uid for uid, _ in live)
        if now == self.live:
            return
        newest = sorted((uid for uid, _ in live), key=self.born.__getitem__)[-HUES:]
        for uid in now.difference(newest):
            self.of[uid] = 0
        # also what had pods until now: a set that comes as another goes must not take its hue, whenever one looks
        held = {self.of[uid] for uid in self.live if self.of.get(uid)}
        if len(held) == HUES:
            held = {self.of[uid] for uid in newest if uid in self.live and self.of.get(uid)}
        for uid in newest:
            if uid in self.live and self.of.get(uid):
                continue
            self.of[uid] = self._free(self.of.get(uid) or self.wanted(self.born[uid]), held)
            held.add(self.of[uid])
        self.live = now

    def peek(self, uid: str, revision: int) -> int:
        """The hue of a set without pods: its own, or the one it would get."""
        if uid in self.of:
            return self.of[uid]
        held = {self.of[other] for other in self.live}
        return self._free(self.wanted(revision), held)

    @staticmethod
    def wanted(revision: int) -> int:
        return (max(revision, 1) - 1) % HUES + 1

    @staticmethod
    def _free(wanted: int, held: set[int]) -> int:
        for step in range(HUES):
            hue = (wanted - 1 + step) % HUES + 1
            if hue not in held:
                return hue
        return 0


class Memory:
    def __init__(self) -> None:
        self.now = 0
        self.settled = Hues()
        """As of the last sample."""
        self.hues = self.settled
        """With what has pods at this very moment; the next sample settles it."""
        self.bars = Bars()
        self.versions: dict[str, Version] = {}
        """uid -> what a set was called when it was last seen."""
        self.peaks: dict[str, int] = {}
        self.lines: deque[Line] = deque(maxlen=LINES)
        self.line_count = 0
        self.last: dict[tuple[str, str, str], tuple[int, Entry]] = {}
        """(deployment, set, rule) -> (number, entry) of the latest decision under that rule."""
        self.moved: dict[str, tuple[int, Entry]] = {}
        """Deployment -> its latest decision that changed a size."""
        self.put_back: dict[str, tuple[int, int]] = {}
        """Set -> (when, to what size) the Deployment undid a hand's move."""
        self.by_hand: dict[str, int] = {}
        """Set -> the size a hand gave it, until the Deployment answers."""
        self.sizes: dict[str, int] = {}
        self.scaled_at: dict[str, int] = {}
        self.gone: dict[str, Version] = {}
        """What sets were called that may be deleted by now."""
        self.told: set[tuple[str, ...]] = set()
        """(set, kind of incident) that the log has told already."""
        self.pictured: tuple | None = None
        """(what it was made of, the last picture)."""
        self._samples = self._entries = self._commands = self._revision = 0

    def follow(self, recording) -> None:
        """Take in what happened since the last time."""
        self.now = recording.cluster.now
        for sample in recording.samples[self._samples :]:
            self.settled.see([(s.uid, s.revision) for s in sample.sets])
            for s in sample.sets:
                if s.available > self.peaks.get(s.uid, 0):
                    self.peaks[s.uid] = s.available
        self._samples = len(recording.samples)
        self.bars.follow(recording.samples)
        self._see_now(recording.cluster.store)
        happened = self._new_commands(recording) + self._new_entries(recording.cluster.ledger) + self._new_events(recording.cluster.store)
        happened.sort(key=lambda item: item[:2])
        for time, _, what in happened:
            for line in chronicle.lines(self, recording, time, what):
                self.lines.append(line)
                self.line_count += 1

    def _see_now(self, store) -> None:
        sets = store.list("ReplicaSet")
        live = [(rs.metadata.uid, revision_of(rs) or 0) for rs in sets if store.owned(rs.metadata.uid).pods]
        self.hues = self.settled
        if frozenset(uid for uid, _ in live) != self.settled.live:
            self.hues = self.settled.copy()
            self.hues.see(live)
        for rs in sets:
            self.versions[rs.metadata.uid] = version_of(self, store, rs)

    def _new_commands(self, recording) -> list[tuple]:
        new = recording.commands[self._commands :]
        self._commands = len(recording.commands)
        return [(timed.at_ms, 0, timed) for timed in new]

    def _new_entries(self, ledger) -> list[tuple]:
        missing = min(ledger.count - self._entries, len(ledger.entries))
        first = ledger.count - missing
        self._entries = ledger.count
        entries = [ledger.entries[i] for i in range(len(ledger.entries) - missing, len(ledger.entries))] if missing else []
        for number, entry in enumerate(entries, first):
            self.last[entry.deployment, entry.replicaset, entry.rule] = number, entry
            if entry.decision in MOVES and entry.deployment and entry.by == "deployment-controller":
                self.moved[entry.deployment] = number, entry
        return [(entry.time, 1, entry) for entry in entries]

    def _new_events(self, store) -> list[tuple]:
        new = store.events.since(self._revision)
        if new:
            self._revision = int(new[-1].metadata.resource_version)
        return [(moment(event), 2, event) for event in new if event.type == "Warning" or event.reason == "BackOff"]

    def held(self, deployment: str, replicaset: str, rule: str) -> Entry | None:
        """The decision under this rule not to move, if nothing of this Deployment has moved since."""
        number, entry = self.last.get((deployment, replicaset, rule), (-1, None))
        if entry is None or entry.decision != "held" or number < self.moved.get(deployment, (-1, None))[0]:
            return None
        return entry


_memories: WeakKeyDictionary = WeakKeyDictionary()


def memory_of(recording) -> Memory:
    """The memory of this recording, up to now."""
    memory = _memories.get(recording)
    if memory is None or recording.cluster.now < memory.now:
        memory = _memories[recording] = Memory()
    memory.follow(recording)
    return memory

"""What the desk remembers of a run: who got which hue, how high each meter stood, what was decided and said.

It is the recording's witness: shown the cluster once a second, whether the run is lived or played again, it notes the same. So what it
knows at a moment follows from the run alone, and going back to that moment finds it as it was.
"""

from collections import deque
from zlib import crc32

from rollviz.desk import chronicle, comparison, nodelog
from rollviz.desk.chronicle import Lasting
from rollviz.desk.hues import Hues
from rollviz.desk.nodelog import Printed
from rollviz.desk.versions import hue_revision, version_of
from rollviz.desk.words import Line, Version
from simulation.cluster import Cluster
from simulation.controllers.deployment.util import revision_of
from simulation.events import moment
from simulation.ledger import Entry
from simulation.recording import Recording, Timed
from simulation.traffic import GRID, over_at

LINES = 80
HEARD_SECONDS = 10
SETS = 100
"""Sets that are remembered. Of more, those that are gone for longest are forgotten: their band on the graph is grey, as `older` is."""
BEFORE_COMMANDS = -1
"""Where in its millisecond: what nodes and drains do comes at least 10 ms after the command that leads to it, so a command of the same
millisecond was given to a clock that stood there."""
LONG_LOSS = 5000
"""Milliseconds after which a loss is told though it goes on."""
MOVES = ("created", "scaled-up", "scaled-down", "deleted")


class Memory:
    def __init__(self) -> None:
        self.now = 0
        self.hues = Hues()
        self.versions: dict[str, Version] = {}
        """uid -> what a set was called when it was last seen."""
        self.names: dict[str, str] = {}
        """uid -> a set's name."""
        self.peaks: dict[str, int] = {}
        self.lines: deque[Line] = deque(maxlen=LINES)
        self.line_count = 0
        self.lines_sum = 0
        """A checksum of every line so far."""
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
        self.verdict = ""
        """What was last said of a canary."""
        self.told: set[tuple[str, ...]] = set()
        """(set, kind of incident) that the log has told already."""
        self.times: dict[tuple[str, str], tuple[tuple[int, ...], ...]] = {}
        """Of each Service with requests, what was counted in the last seconds, one entry a second."""
        self.told_losses: frozenset[tuple] = frozenset()
        """(since, why, owner, whether as over) of those that the log has told and the traffic still lists."""
        self._seen: tuple[int, ...] = ()
        self._printed = (0, 0)
        """The time of the last line of a drain that was read, and how many of that time were."""
        self._entries = self._commands = self._revision = 0

    def see(self, cluster: Cluster, commands: list[Timed], given: int) -> None:
        """Take in what happened since the last time."""
        self.now, store = cluster.now, cluster.store
        self._hear(cluster)
        timers = any(rs.spec.min_ready_seconds for rs in store.list("ReplicaSet"))
        seen = (
            store.revision,
            cluster.ledger.count,
            given,
            self.now // 1000 if timers else 0,
            store.printed[-1][0] if store.printed else 0,
        )
        losses = self._new_losses(cluster)
        if seen != self._seen or losses:
            self._seen = seen
            self._see_sets(store)
            said = self._new_events(store) + self._new_lines(store) + losses
            self._tell(cluster, self._new_commands(commands, given) + self._new_entries(cluster.ledger) + said)
        if not self.now % 1000:
            self._judge(cluster)

    def _tell(self, cluster: Cluster, happened: list[tuple]) -> None:
        happened.sort(key=lambda item: item[:2])
        for time, _, what in happened:
            for line in chronicle.lines(self, cluster, time, what):
                self._add(line)

    def _add(self, line: Line) -> None:
        self.lines.append(line)
        self.line_count += 1
        self.lines_sum = crc32(repr(line).encode(), self.lines_sum)

    def _judge(self, cluster: Cluster) -> None:
        """A verdict on a canary is told when it changes, by whole seconds, when the witness looks: the log follows from the run."""
        heard = comparison.verdict_on(cluster)
        if (told := comparison.told(heard)) and heard.said != self.verdict:
            self._add(Line(self.now, *told))
        self.verdict = heard.said if heard is not None else ""

    def _new_losses(self, cluster: Cluster) -> list[tuple]:
        """What is over for certain, and what has gone on for long: told as of when that was known, so that the log keeps its order."""
        settled = cluster.now - cluster.now % GRID
        known = {}
        for loss in (loss for flow in cluster.traffic.flows.values() for loss in flow.losses):
            over, long = over_at(loss), loss.since + LONG_LOSS
            if long < min(over, settled):
                known[loss.since, loss.why, loss.owner, False] = long, 3, Lasting(loss)
            if over < settled:
                known[loss.since, loss.why, loss.owner, True] = over, 3, loss
        new = [told for which, told in known.items() if which not in self.told_losses]
        self.told_losses = frozenset(known)
        return new

    def _hear(self, cluster: Cluster) -> None:
        """The answers so far by how long they took, for each Service: what the last seconds were like is the difference."""
        for key, flow in cluster.traffic.flows.items():
            kept = self.times.setdefault(key, ())
            total = tuple(map(sum, zip(*(heard.latencies for heard in flow.heard.values()), strict=True)))
            self.times[key] = (*kept, total)[-HEARD_SECONDS - 1 :]

    def lately(self, key: tuple[str, str]) -> tuple[int, ...]:
        """How long the answers of the last seconds took, by `simulation.latency`'s buckets."""
        kept = self.times.get(key, ())
        first, last = (kept[0] or (), kept[-1]) if kept else ((), ())
        return tuple(now - before for now, before in zip(last, first, strict=True)) if first else last

    def copy(self) -> "Memory":
        twin = Memory.__new__(Memory)
        for name, value in vars(self).items():
            twin.__dict__[name] = value.copy() if hasattr(value, "copy") else value
        return twin

    def _see_sets(self, store) -> None:
        sets = store.list("ReplicaSet")
        live = []
        for rs in sets:
            uid, owned = rs.metadata.uid, store.owned(rs.metadata.uid)
            if owned.pods:
                live.append((uid, hue_revision(rs, revision_of(rs) or 0)))
                self.peaks[uid] = max(self.peaks.get(uid, 0), owned.available(rs.spec.min_ready_seconds, self.now))
        self.hues.see(live)
        for rs in sets:
            self.names[rs.metadata.uid] = rs.metadata.name
            self.versions[rs.metadata.uid] = version_of(self, store, rs)
        if len(self.versions) > SETS:
            self._forget({rs.metadata.uid for rs in sets})

    def _forget(self, alive: set[str]) -> None:
        """The sets that are gone for longest, and all that was known of them."""
        gone = [uid for uid in self.versions if uid not in alive][: len(self.versions) - SETS]
        names = {self.names[uid] for uid in gone}
        for uid in gone:
            for known in (self.versions, self.names, self.peaks, self.hues.of, self.hues.born):
                known.pop(uid, None)
        for name in names:
            for known in (self.put_back, self.by_hand, self.sizes, self.scaled_at, self.gone):
                known.pop(name, None)
        self.last = {about: entry for about, entry in self.last.items() if about[1] not in names}
        self.told = {what for what in self.told if what[0] not in names}

    def _new_commands(self, commands: list[Timed], given: int) -> list[tuple]:
        new = commands[self._commands : given]
        self._commands = given
        return [(timed.at_ms, 0, timed) for timed in new]

    def _new_entries(self, ledger) -> list[tuple]:
        entries = ledger.since(self._entries)
        self._entries = ledger.count
        for number, entry in enumerate(entries, ledger.count - len(entries)):
            self.last[entry.deployment, entry.replicaset, entry.rule] = number, entry
            if entry.decision in MOVES and entry.deployment and entry.by == "deployment-controller":
                self.moved[entry.deployment] = number, entry
        return [(entry.time, 1, entry) for entry in entries]

    def _new_events(self, store) -> list[tuple]:
        new = store.events.since(self._revision)
        if new:
            self._revision = int(new[-1].metadata.resource_version)
        told = [(moment(event), 2, event) for event in new if event.type == "Warning" or event.reason == "BackOff"]
        nodes = [(nodelog.when(event), BEFORE_COMMANDS, event) for event in new if nodelog.is_told(event)]
        return [*told, *nodes, *((evicted.time, BEFORE_COMMANDS, evicted) for evicted in nodelog.evictions(new))]

    def _new_lines(self, store) -> list[tuple]:
        """What drains printed since the last look."""
        time, read = self._printed
        new = [Printed(*line) for line in store.printed if line[0] >= time]
        new = new[read if new and new[0].time == time else 0 :]
        if new:
            last = new[-1].time
            self._printed = last, sum(line[0] == last for line in store.printed)
        return [(printed.time, BEFORE_COMMANDS, printed) for printed in new]

    def held(self, deployment: str, replicaset: str, rule: str) -> Entry | None:
        """The decision under this rule not to move, if nothing of this Deployment has moved since."""
        number, entry = self.last.get((deployment, replicaset, rule), (-1, None))
        if entry is None or entry.decision != "held" or number < self.moved.get(deployment, (-1, None))[0]:
            return None
        return entry


def memory_of(recording: Recording) -> Memory:
    """What is remembered at the recording's playhead."""
    if recording.witness is None:
        recording.attend(Memory())
    memory = recording.witness.copy()
    memory.see(recording.cluster, recording.tape.commands, recording.given)
    return memory


def hues_of(recording: Recording) -> dict[str, int]:
    """Each ReplicaSet's hue by its name: what colours names in a terminal."""
    known = memory_of(recording).hues.of
    return {rs.metadata.name: known.get(rs.metadata.uid, 0) for rs in recording.cluster.store.list("ReplicaSet")[-100:]}

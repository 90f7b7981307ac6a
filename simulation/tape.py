"""What a take has on it: the cluster at its end, and everything that a look at it needs, written down as the cluster goes.

Samples (one a second) and marks are read from the cluster and never fed back to it. Old samples thin out, and so do the kept moments;
the state at any moment does not: it is always had by playing the commands again (`recording.py`).
"""

from array import array
from bisect import bisect_right
from typing import Any, NamedTuple, Protocol

from simulation import nodemarks
from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.controllers.deployment import util
from simulation.copies import BETWEEN_LOOKS, Copies, Kept
from simulation.engine import Millis
from simulation.lesson import is_open_step_done
from simulation.objects import Event, ReplicaSet
from simulation.states import FAULTY, pod_state, well
from simulation.store import controller_of

SAMPLES = 7200
"""How many samples are kept. When there are more, of the older half every other one goes: of each two the better second."""

FAULTS = {
    ("Failed", "Failed"): ("cannot pull its image", 1),
    ("BackOff", "Back-off"): ("crashes", 1),
    ("Unhealthy", "Readiness"): ("does not answer", 3),
}
"""What to say of a Warning about a pod, by its reason and first word, and from which repetition on: starting, a probe may fail once."""


class Timed(NamedTuple):
    """A command and when it was given; `who` is "you", "scenario" or a name."""

    at_ms: Millis
    command: Any
    who: str


class SetSample(NamedTuple):
    """The pods of one ReplicaSet in one second; without a Deployment its name is ""."""

    uid: str
    namespace: str
    deployment: str
    revision: int
    available: int
    waiting: int
    faulty: int


class Sample(NamedTuple):
    """One second: `max_total` and `min_available` are sums over all Deployments."""

    t: int
    sets: tuple[SetSample, ...]
    max_total: int
    min_available: int
    heard: tuple[tuple[str, int, int], ...] = ()
    """(uid, requests, errors) of each ReplicaSet (or pod that none has) that answered requests, since they began."""
    lost: int = 0
    """Requests that nobody answered, since they began."""

    @property
    def spare(self) -> int:
        """Available pods above the minimum."""
        return sum(s.available for s in self.sets) - self.min_available


class Mark(NamedTuple):
    """A moment worth jumping to: kind is "you" for a command, "fault" for a first failure, "lamp" for a verdict of the controller,
    "node" for one that stops or starts answering, or whose pods are evicted, "phase" for a step of the lesson that opens."""

    at_ms: Millis
    kind: str
    words: str


class Witness(Protocol):
    """Whoever takes notes of a run. It is shown the run once in each second, whether that is lived or played again, and must note the
    same both times."""

    def see(self, cluster: Cluster, commands: list[Timed], given: int) -> None:
        """The cluster now; the first `given` of `commands` have been given."""

    def copy(self) -> "Witness":
        """Notes that go on by themselves from here."""


class Tape:
    """One take, as far as it was simulated. It only grows; whoever looks at its past has a cluster of his own (`recording.py`)."""

    def __init__(self, scenario: Any, seed: int) -> None:
        self.scenario = scenario
        self.seed = seed
        self.cluster: Cluster = scenario.start(seed)
        """At the end."""
        self.witness: Witness | None = None
        self.commands: list[Timed] = []
        self.samples: list[Sample] = []
        self.marks: list[Mark] = []
        self.reached: list[Millis] = []
        """When each step of the lesson was done, as far as they are: looked at once a second, so a replay reaches the same."""
        self.events = array("q")
        """The milliseconds in which a person would see something change: in the cluster, or that a step of the lesson is done."""
        self.copies = Copies([Kept(0, 0, 0, self.cluster.copy(), None)])
        self._script = self._script_after(-1)
        self._sampled: tuple[int, Sample] | None = None
        self._entries = self._version = 0
        self._faults: dict[tuple[str, str], Millis] = {}
        self._arrive()

    def until(self, when: Millis, given: int, cluster: Cluster, witness: Witness | None) -> "Tape":
        """A tape with the same on it up to `when` and the first `given` commands; `cluster` and `witness` stand there."""
        twin = Tape.__new__(Tape)
        twin.scenario, twin.seed, twin.cluster, twin.witness = self.scenario, self.seed, cluster, witness
        twin.commands = self.commands[:given]
        twin.samples = self.samples[: bisect_right(self.samples, when // 1000, key=lambda sample: sample.t)]
        twin.marks = self.marks[: self._marks_until(when, given)]
        twin.reached = [time for time in self.reached if time <= when]
        twin.events = self.events[: bisect_right(self.events, when)]
        twin.copies = self.copies.until(when, given)
        twin._script = self._script_after(when)
        twin._sampled = None
        twin._entries, twin._version = cluster.ledger.count, cluster.store.revision
        twin._faults = {fault: time for fault, time in self._faults.items() if time <= when}
        return twin

    @property
    def end(self) -> Millis:
        return self.cluster.now

    def do(self, command: Any, who: str) -> str:
        """Apply a command at the end and write it down. What it raises leaves the run as it was."""
        seen = self.cluster.seen
        output = self.cluster.do(command)
        self.commands.append(Timed(self.end, command, who))
        self.marks.append(Mark(self.end, "you", _short(command)))
        self._see_change(seen)
        return output

    def record(self, until: Millis) -> None:
        """Go on for one leg: to the next whole second, to what the scenario does next, or to `until`."""
        second = (self.end // 1000 + 1) * 1000
        script = self._script[0][0] if self._script else until
        self._live(min(second, until, max(script, self.end)))
        self._arrive()

    def record_change(self, until: Millis) -> bool:
        """Go on for one leg, but no further than the next instant; was there something to see?"""
        before = len(self.events)
        due = self.cluster.engine.due()
        self.record(until if due is None else max(min(due, until), self.end + 1))
        return len(self.events) > before

    # --- as time passes

    def _live(self, stop: Millis) -> None:
        """Instant by instant to `stop`."""
        cluster = self.cluster
        engine, store, look = cluster.engine, cluster.store, 0
        while (due := engine.due()) is not None and due <= stop:
            seen, revision = cluster.seen, store.revision
            cluster.run(due)
            if store.revision != revision or cluster.seen != seen:
                self._see_change(seen)
                self._mark_faults()
            if engine.handled >= look:
                look = engine.handled + BETWEEN_LOOKS
                self.copies.offer(cluster, len(self.commands), self.witness, looking=False)
        cluster.run(stop)

    def _arrive(self) -> None:
        """What is to be done at the time that it is now."""
        while self._script and self._script[0][0] <= self.end:
            _, command = self._script.pop(0)
            try:
                self.do(command, "scenario")
            except StatusError:
                self.marks.append(Mark(self.end, "fault", f"refused: {_short(command)}"))
        second, rest = divmod(self.end, 1000)
        if rest or (self.samples and self.samples[-1].t >= second):
            return
        self._mark_faults()
        self._take_sample(second)
        self._note_steps()
        if self.witness is not None:
            self.witness.see(self.cluster, self.commands, len(self.commands))

    def _see_change(self, seen: int) -> None:
        if self.cluster.seen != seen:
            self._note_event()

    def _note_event(self) -> None:
        if not self.events or self.events[-1] != self.end:
            self.events.append(self.end)

    def _script_after(self, when: Millis) -> list[tuple[Millis, Any]]:
        return sorted((timed for timed in self.scenario.timed_commands() if timed[0] > when), key=lambda timed: timed[0])

    def _note_steps(self) -> None:
        steps = self.scenario.steps
        while is_open_step_done(steps, self.reached, self.cluster, self.commands):
            self.reached.append(self.end)
            opened = len(self.reached) + 1
            self.marks.append(Mark(self.end, "phase", f"step {opened}" if opened <= len(steps) else "all done"))
            self._note_event()

    # --- samples

    def _take_sample(self, second: int) -> None:
        self.samples.append(self._sample(second))
        if len(self.samples) > SAMPLES:
            half = SAMPLES // 2
            self.samples[:half] = [min(self.samples[i : i + 2], key=lambda sample: sample.spare) for i in range(0, half, 2)]

    def _sample(self, second: int) -> Sample:
        sample, flows = self._pods_sampled(second), self.cluster.traffic.flows.values()
        if not flows:
            return sample
        heard = tuple((uid, heard.requests, heard.errors) for flow in flows for uid, heard in flow.heard.items())
        return sample._replace(heard=heard, lost=sum(flow.lost_in_all for flow in flows))

    def _pods_sampled(self, second: int) -> Sample:
        """Read off the pods; in a second in which nothing was written the last reading stands."""
        store = self.cluster.store
        timers = any(rs.spec.min_ready_seconds for rs in store.list("ReplicaSet"))
        if self._sampled is not None and self._sampled[0] == store.revision and not timers:
            return self._sampled[1]._replace(t=second)
        deployments = [d for d in store.list("Deployment") if d.metadata.deletion_timestamp is None]
        sample = Sample(
            second,
            tuple(s for rs in store.list("ReplicaSet") if (s := self._set_sample(rs)) is not None),
            sum(util.replicas_of(d) + util.max_surge(d) for d in deployments),
            sum(util.replicas_of(d) - util.max_unavailable(d) for d in deployments if util.is_rolling_update(d)),
        )
        self._sampled = (store.revision, sample)
        return sample

    def _set_sample(self, rs: ReplicaSet) -> SetSample | None:
        store = self.cluster.store
        owned = store.owned(rs.metadata.uid)
        if not owned.pods:
            return None
        available = owned.available(rs.spec.min_ready_seconds, self.end)
        faulty = 0
        if owned.active > available:
            nodes = well(store.list("Node"))
            faulty = sum(pod_state(pod, self.end, rs.spec.min_ready_seconds, nodes) in FAULTY for pod in owned.pods.values())
        owner = controller_of(rs)
        deployment = owner.name if owner is not None else ""
        waiting = owned.active - available - min(faulty, owned.active - available)
        meta = rs.metadata
        return SetSample(meta.uid, meta.namespace, deployment, util.revision_of(rs) or 0, available, waiting, faulty)

    # --- marks

    def _marks_until(self, when: Millis, given: int) -> int:
        """How many marks there are up to `when` that are not of a later command than the first `given`."""
        commands = 0
        for index, mark in enumerate(self.marks):
            commands += mark.kind == "you"
            if mark.at_ms > when or commands > given:
                return index
        return len(self.marks)

    def _mark_faults(self) -> None:
        """The deadline's verdict, and the first failure of each kind in each ReplicaSet."""
        ledger = self.cluster.ledger
        for entry in ledger.since(self._entries):
            if entry.decision == "exceeded":
                self.marks.append(Mark(entry.time, "lamp", "deadline passed"))
        self._entries = ledger.count
        events = self.cluster.store.events.since(self._version)
        self._version = self.cluster.store.revision
        for event in events:
            if event.type == "Warning" and event.involved_object.kind == "Pod":
                self._mark_fault(event)
        self.marks += [Mark(self.end, "node", words) for words in nodemarks.words(events)]

    def _mark_fault(self, event: Event) -> None:
        owner = self._owner_of(event)
        words, count = FAULTS.get((event.reason, event.message.partition(" ")[0]), ("", 0))
        if owner is None or not words or event.count < count or (owner.metadata.uid, words) in self._faults:
            return
        self._faults[owner.metadata.uid, words] = self.end
        revision = util.revision_of(owner) or 0
        self.marks.append(Mark(self.end, "fault", f"v{revision} {words}" if revision else words))

    def _owner_of(self, event: Event) -> ReplicaSet | None:
        about = event.involved_object
        pod = self.cluster.store.get("Pod", about.name, about.namespace)
        owner = controller_of(pod) if pod is not None else None
        return self.cluster.store.get("ReplicaSet", owner.name, about.namespace) if owner is not None else None


def _short(command: Any) -> str:
    """A command in the few words that fit over the graph."""
    words = command.kubectl().split()
    return " ".join(word for word in words[:4] if not word.startswith("-"))

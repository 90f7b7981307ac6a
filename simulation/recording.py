"""A run is a scenario, a seed and timed commands; everything else follows. This keeps the three, and what the graph shows of them.

The graph's samples (one a second) and marks are read from the cluster as it runs and never fed back to it.
"""

from bisect import bisect_right
from typing import Any, NamedTuple

from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.controllers.deployment import util
from simulation.engine import Millis
from simulation.objects import Event, ReplicaSet
from simulation.states import FAULTY, pod_state
from simulation.store import controller_of

STEP_LIMIT_MS = 600_000
"""How far `step` looks for something to happen: the longest of the usual timers."""
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


class Mark(NamedTuple):
    """A moment worth jumping to: kind is "you" for a command, "fault" for a first failure, "lamp" for a verdict of the controller."""

    at_ms: Millis
    kind: str
    words: str


class Recording:
    """One run in progress. Commands come through `do`, time through `run` and `step`; the scenario's own commands come by themselves."""

    def __init__(self, scenario: Any, seed: int, copy_every: Millis = 0) -> None:
        self.scenario = scenario
        self.seed = seed
        self.cluster = scenario.start(seed)
        self.commands: list[Timed] = []
        self.samples: list[Sample] = []
        self.marks: list[Mark] = []
        self.reached: list[Millis] = []
        """When each step of the lesson was done, as far as they are: looked at once a second, so a replay reaches the same."""
        self._copy_every = copy_every
        """How often a copy of the cluster is kept, in ms (whole seconds), for `at`; 0 keeps none but the first."""
        self._copies: list[tuple[Millis, int, Cluster]] = []
        """(when, how many commands had been given, the cluster then)."""
        self._script: list[tuple[Millis, Any]] = sorted(scenario.timed_commands(), key=lambda timed: timed[0])
        self._sampled: tuple[int, Sample] | None = None
        self._entries = 0
        self._version = 0
        self._faults: dict[tuple[str, str], bool] = {}
        self._advance(0)

    @property
    def now(self) -> Millis:
        return self.cluster.now

    def do(self, command: Any, who: str = "you") -> str:
        """Apply a command now and write it down. What it raises leaves the run as it was."""
        output = self.cluster.do(command)
        self.commands.append(Timed(self.now, command, who))
        self.marks.append(Mark(self.now, "you", _short(command)))
        return output

    def run(self, until: Millis) -> None:
        """Let time pass up to `until`, with one sample at each whole second on the way."""
        while self.now < until:
            second = (self.now // 1000 + 1) * 1000
            script = self._script[0][0] if self._script else until
            stop = min(second, until, max(script, self.now))
            self._advance(stop)

    def step(self, limit: Millis = STEP_LIMIT_MS) -> Millis:
        """Run to just after the next change that a person would see (at most `limit` ms further); returns the time."""
        end = self.now + limit
        probe = self.cluster.copy()
        target = probe.step(end)
        if self._script:
            target = min(target, self._script[0][0])
        self.run(max(target, self.now))
        return self.now

    def at(self, when: Millis) -> Cluster:
        """The cluster as it was at `when`, a copy: the nearest kept before, and from there the same commands at the same times."""
        _, count, kept = self._copies[bisect_right(self._copies, when, key=lambda copy: copy[0]) - 1]
        cluster = kept.copy()
        for timed in self.commands[count:]:
            if timed.at_ms > when:
                break
            cluster.run(timed.at_ms)
            cluster.do(timed.command)
        cluster.run(when)
        return cluster

    # --- what the graph shows

    def _advance(self, stop: Millis) -> None:
        self.cluster.run(stop)
        while self._script and self._script[0][0] <= self.now:
            _, command = self._script.pop(0)
            try:
                self.do(command, "scenario")
            except StatusError:
                self.marks.append(Mark(self.now, "fault", f"refused: {_short(command)}"))
        self._mark_faults()
        if stop % 1000 == 0 and (not self.samples or self.samples[-1].t < stop // 1000):
            self.samples.append(self._sample(stop // 1000))
            if not self._copies or (self._copy_every and stop % self._copy_every == 0):
                self._copies.append((stop, len(self.commands), self.cluster.copy()))
            self._note_steps()

    def _sample(self, second: int) -> Sample:
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

    def _note_steps(self) -> None:
        steps = self.scenario.steps
        while len(self.reached) < len(steps) and steps[len(self.reached)].holds(self.cluster):
            self.reached.append(self.now)

    def _set_sample(self, rs: ReplicaSet) -> SetSample | None:
        store = self.cluster.store
        owned = store.owned(rs.metadata.uid)
        if not owned.pods:
            return None
        available = owned.available(rs.spec.min_ready_seconds, self.now)
        faulty = 0
        if owned.active > available:
            faulty = sum(pod_state(pod, self.now, rs.spec.min_ready_seconds) in FAULTY for pod in owned.pods.values())
        owner = controller_of(rs)
        deployment = owner.name if owner is not None else ""
        waiting = owned.active - available - min(faulty, owned.active - available)
        meta = rs.metadata
        return SetSample(meta.uid, meta.namespace, deployment, util.revision_of(rs) or 0, available, waiting, faulty)

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

    def _mark_fault(self, event: Event) -> None:
        owner = self._owner_of(event)
        words, count = FAULTS.get((event.reason, event.message.partition(" ")[0]), ("", 0))
        if owner is None or not words or event.count < count or (owner.metadata.uid, words) in self._faults:
            return
        self._faults[owner.metadata.uid, words] = True
        revision = util.revision_of(owner) or 0
        self.marks.append(Mark(self.now, "fault", f"v{revision} {words}" if revision else words))

    def _owner_of(self, event: Event) -> ReplicaSet | None:
        about = event.involved_object
        pod = self.cluster.store.get("Pod", about.name, about.namespace)
        owner = controller_of(pod) if pod is not None else None
        return self.cluster.store.get("ReplicaSet", owner.name, about.namespace) if owner is not None else None


def _short(command: Any) -> str:
    """A command in the few words that fit over the graph."""
    words = command.kubectl().split()
    return " ".join(word for word in words[:4] if not word.startswith("-"))

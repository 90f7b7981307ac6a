"""What the engine answers to a question is what then happens: in a thousand moments, read off every write that follows."""

import contextlib
import random

import pytest

from simulation.api.errors import StatusError
from simulation.controllers.deployment import util
from simulation.kubectl.parse import parse
from simulation.questions import answer
from simulation.recording import Recording
from simulation.scenario import Question, Scenario
from simulation.states import pod_state
from simulation.store import controller_of
from tests.soak import Program

PROGRAMS = 40
MOMENTS = 25
ABOUT = ("versions", "available", "next", "finishes", "moves")


class Asked(Program):
    """A random program that is asked a question at each of its moments."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.recording = Recording(Scenario.parse(self._begins(seed)), seed)

    @property
    def cluster(self):
        return self.recording.cluster

    def moment(self) -> None:
        draw, recording = self.draw, self.recording
        recording.run(recording.now + draw.choice((0, 40, 700, 2_000, 9_000)))
        if draw.random() < 0.7:
            with contextlib.suppress(StatusError):
                recording.do(parse(self._line()))
        if draw.random() < 0.5:
            recording.run(recording.now + draw.randrange(3_000))
        question = Question("?", draw.choice(ABOUT), at=0, ahead=draw.choice((1, 3, 10, 45)))
        said = answer(question, recording, recording.now)
        Then(self.cluster).check(question, said, lambda until: recording.run(until))


class Then:
    """What is written from here on: each write with its time, and nothing else, decides what was true."""

    def __init__(self, cluster) -> None:
        self.cluster = cluster
        self.begun = cluster.now
        self.gone: dict[int, set[str]] = {}
        """When pods of the Deployment were told to end or left it -> their names."""
        self.moved: list[int] = []
        self.finished: list[int] = []

    def note(self, batch) -> None:
        now = self.cluster.now
        for kind, old, new in batch:
            if kind == "Pod" and (self._ours(old) or self._ours(new)):
                before, after = self._stays(old), self._stays(new)
                if before and not after:
                    self.gone.setdefault(now, set()).add(old.metadata.name)
                if before != after or (old is None) != (new is None):
                    self.moved.append(now)
            if kind == "ReplicaSet" and (old is None or new is None or old.spec.replicas != new.spec.replicas):
                self.moved.append(now)
        if self._complete():
            self.finished.append(now)

    def check(self, question, said, run) -> None:
        self.finished += [self.begun] * self._complete()
        self.cluster.followers.append(self)
        until = self.begun + question.ahead * 1000
        run(until)
        self.cluster.followers.remove(self)
        getattr(self, f"_check_{question.about}")(said, until)

    def _check_versions(self, said, until) -> None:
        sets = {rs.metadata.name: rs.spec.replicas for rs in self._sets()}
        assert {count.replicaset: count.pods for count in said.versions} == sets

    def _check_available(self, said, until) -> None:
        now, pods = self.cluster.now, self.cluster.store.list("Pod")
        wait = {rs.metadata.uid: rs.spec.min_ready_seconds for rs in self._sets()}
        states = [pod_state(pod, now, wait[controller_of(pod).uid]) for pod in pods if self._ours(pod)]
        assert said.available == states.count("available")

    def _check_next(self, said, until) -> None:
        first = min(self.gone, default=None)
        assert (said.pod in self.gone[first] and said.at_ms == first) if first is not None else said.pod == ""

    def _check_finishes(self, said, until) -> None:
        assert said.yes == bool(self.finished)

    def _check_moves(self, said, until) -> None:
        assert said.yes == bool(self.moved)

    def _sets(self) -> list:
        return [rs for rs in self.cluster.store.list("ReplicaSet") if controller_of(rs) is not None]

    def _ours(self, pod) -> bool:
        owner = controller_of(pod) if pod is not None else None
        return owner is not None and owner.uid in {rs.metadata.uid for rs in self._sets()}

    def _stays(self, pod) -> bool:
        return self._ours(pod) and pod.metadata.deletion_timestamp is None

    def _complete(self) -> bool:
        d = self.cluster.store.get("Deployment", "web")
        return d is not None and util.is_complete(d, d.status) and d.status.observed_generation >= d.metadata.generation


@pytest.mark.parametrize("seed", range(PROGRAMS))
def test_the_answer_is_what_then_happens(seed):
    program = Asked(seed)
    for _ in range(MOMENTS):
        program.moment()

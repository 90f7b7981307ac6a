"""Types lines into a simulated cluster as the desk's terminal does, and lets its time pass while a line runs on."""

from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.kubectl.answer import Answer, Change, Running
from simulation.kubectl.terminal import Do, Edit, Seat, plan

STEP = 20


class Player:
    def __init__(self, cluster: Cluster | None = None, presenter: bool = True) -> None:
        self.cluster = cluster or Cluster(seed=1, nodes=1)
        self.presenter = presenter
        self.turn = 0

    def type(
        self, line: str, text: str | None = None, until: int = 0, during: tuple[tuple[int, str], ...] = (), opened: str | None = None
    ) -> Answer:
        """The line's whole answer; a line that runs on is ended after `until` ms of the cluster's time, with code 130.

        `during` are lines of another terminal, each with the ms after which it is typed.
        """
        self.turn += 1
        found = plan(line, Seat(self.cluster, self.presenter, self.turn, text, opened))
        if isinstance(found, Do):
            return self._do(found, until or 60_000)
        if isinstance(found, Running):
            return self.run_on(found, until or 60_000, during)
        assert not isinstance(found, Edit), f"{line} opens an editor"
        return found

    def edit(self, line: str, change, meanwhile: str = "") -> Answer:
        """Open the editor, change its text, save; `meanwhile` is a line of somebody else."""
        found = plan(line, Seat(self.cluster, self.presenter))
        assert isinstance(found, Edit), found
        if meanwhile:
            assert self.type(meanwhile).code == 0
        return self.type(line, change(found.text), opened=found.text)

    def wait(self, ms: int) -> None:
        self.cluster.run(self.cluster.now + ms)

    def run_on(self, line: Running, until: int, during: tuple[tuple[int, str], ...] = ()) -> Answer:
        cluster, begun = self.cluster, self.cluster.now
        line.begin(cluster.store)
        others = [(begun + ms, other) for ms, other in during]
        cluster.changes, revision = [], cluster.store.revision
        while line.code is None and cluster.now < begun + until:
            while others and others[0][0] <= cluster.now:
                cluster.do(plan(others.pop(0)[1], Seat(cluster)).command)
            cluster.run(cluster.now + STEP)
            events = [("Event", None, event) for event in cluster.store.events.since(revision)]
            changes, cluster.changes, revision = [*cluster.changes, *events], [], cluster.store.revision
            for kind, old, new in changes:
                if kind in line.kinds and line.code is None:
                    line.see(Change(cluster.now, kind, old, new))
            if line.code is None:
                line.pass_time(cluster.store)
        cluster.changes = None
        answer = line.take()
        return Answer(answer.out, answer.err, 130 if line.code is None else line.code)

    def _do(self, found: Do, until: int) -> Answer:
        try:
            answer = found.finish(self.cluster.do(found.command), self.cluster.store)
        except StatusError as error:
            return found.refuse(error)
        after = found.after(self.cluster.store)
        if after is None:
            return answer
        rest = self.run_on(after, until)
        return Answer(answer.out + rest.out, answer.err + rest.err, rest.code)

"""After `kubectl delete` and `kubectl drain` the prompt comes back only when what they began is done."""

from typing import Any

from simulation.api import selectors
from simulation.commands import Command, Delete, Drain, Several, StopDrain
from simulation.drain import OUT
from simulation.kubectl.answer import Change, Running
from simulation.store import Store


class Gone(Running):
    """Waits, saying nothing, until the objects that were deleted are no more. They are still in the store when it is made."""

    kinds = ("Pod", "Deployment", "ReplicaSet", "Service", "Node", "PodDisruptionBudget")

    def __init__(self, command: Command, store: Store, code: int = 0) -> None:
        super().__init__()
        self._done = code
        deletes = command.commands if isinstance(command, Several) else (command,)
        names = {(d.kind, d.name) for d in deletes if isinstance(d, Delete) and not d.force}
        self._left = {
            obj.metadata.uid
            for kind in {kind for kind, _ in names}
            for obj in store.list(kind)
            if obj.metadata.deletion_timestamp is not None and ({(kind, obj.metadata.name), (kind, "")} & names)
        }

    def begin(self, store: Store) -> None:
        self._check()

    def see(self, change: Change) -> None:
        if change.new is None and change.old is not None:
            self._left.discard(change.old.metadata.uid)
            self._check()

    def moved(self, store: Store) -> None:
        there = {obj.metadata.uid for kind in self.kinds for obj in store.list(kind)}
        self._left &= there
        self._check()

    def _check(self) -> None:
        if not self._left:
            self.end(self._done)


class Drained(Running):
    """Hands on what one drain prints, until it is over: the latest that is about these nodes."""

    def __init__(self, command: Drain, store: Store) -> None:
        super().__init__()
        selector = selectors.parse(command.selector)
        picked = [node.metadata.name for node in store.list("Node") if selector.matches(node.metadata.labels)]
        self._nodes = set(command.nodes or picked)
        self._number: int | None = None
        self._seen: tuple[Any, ...] = ()
        self._failed = False

    def is_on(self, store: Store) -> bool:
        return bool(self._mine(store))

    def _mine(self, store: Store) -> list[int]:
        return [number for number, draining in store.drains.items() if set(draining.nodes) <= self._nodes]

    def begin(self, store: Store) -> None:
        self._number = max(self._mine(store), default=None)
        self._seen = tuple(store.printed)
        if self._number is None:
            self.end(0)

    def stopped(self) -> Command | None:
        """It is kubectl that evicts: without it nobody more goes."""
        return StopDrain(min(self._nodes)) if self._number is not None and self._nodes else None

    def pass_time(self, store: Store) -> None:
        if self.code is not None:
            return
        for printed in store.printed:
            if printed[1] == self._number and printed not in self._seen:
                self._failed = self._failed or printed[2].startswith("error:")
                (self.say if OUT.fullmatch(printed[2]) else self.complain)(printed[2])
        self._seen = tuple(store.printed)
        if self._number not in store.drains:
            self.end(1 if self._failed else 0)

    def moved(self, store: Store) -> None:
        self._seen = tuple(store.printed)
        if self._number not in store.drains:
            self.end(0)

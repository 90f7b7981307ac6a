"""After `kubectl delete` and `kubectl drain` the prompt comes back only when what they began is done."""

from typing import Any

from simulation.commands import Command, Delete, Several
from simulation.kubectl.answer import Change, Running
from simulation.store import Store


class Gone(Running):
    """Waits, saying nothing, until the objects that were deleted are no more. They are still in the store when it is made."""

    kinds = ("Pod", "Deployment", "ReplicaSet", "Service", "Node", "PodDisruptionBudget")

    def __init__(self, command: Command, store: Store) -> None:
        super().__init__()
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
            self.end(0)


class Drained(Running):
    """Hands on what the drain that was begun last prints, until it is over."""

    def __init__(self) -> None:
        super().__init__()
        self._drain: int | None = None
        self._seen: tuple[Any, ...] = ()

    def begin(self, store: Store) -> None:
        self._drain = max(store.drains, default=None)
        self._seen = tuple(store.printed)
        if self._drain is None:
            self.end(0)

    def pass_time(self, store: Store) -> None:
        if self.code is not None:
            return
        failed = False
        for printed in store.printed:
            if printed not in self._seen:
                failed = failed or printed[1].startswith("error:")
                (self.complain if printed[1].startswith(("error", "There are pending")) else self.say)(printed[1])
        self._seen = tuple(store.printed)
        if self._drain not in store.drains:
            self.end(1 if failed else 0)

    def moved(self, store: Store) -> None:
        self._seen = tuple(store.printed)
        if self._drain not in store.drains:
            self.end(0)

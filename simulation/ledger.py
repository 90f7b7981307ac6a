"""Beside every decision stands its sum: the numbers a controller had in hand, also when it decided to do nothing.

Not upstream's: the real controllers keep these numbers to themselves. An entry is written where the decision is made, never worked
out afterwards, and one that says the same as the last about the same thing is not repeated.
"""

from collections import deque
from typing import Any

from simulation.engine import Millis
from simulation.objects import Record

KEPT = 5000


class Entry(Record):
    """One decision. `terms` are in the order of the sum; `result` is what came out."""

    time: Millis
    by: str
    namespace: str
    deployment: str
    replicaset: str
    decision: str
    rule: str
    terms: dict[str, int]
    result: int
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Flat, as scripts read it; `time` in seconds since the start of the run."""
        out = {
            "time": self.time / 1000,
            "by": self.by,
            "namespace": self.namespace,
            "deployment": self.deployment,
            "replicaset": self.replicaset,
            "decision": self.decision,
            "rule": self.rule,
            **self.terms,
            "result": self.result,
        }
        return {**out, "note": self.note} if self.note else out


class Ledger:
    __slots__ = ("_last", "count", "entries")

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.count = 0
        """How many were ever written: the number of the next entry."""
        self._last: dict[tuple[str, str, str], Entry] = {}

    def write(
        self,
        time: Millis,
        by: str,
        obj: Any,
        replicaset: str,
        decision: str,
        rule: str,
        terms: dict[str, int],
        result: int,
        note: str = "",
    ) -> None:
        """Note a decision about `obj` (a Deployment, or the ReplicaSet or Pod that has none)."""
        deployment = obj.metadata.name if type(obj).__name__ == "Deployment" else owner_name(obj)
        entry = Entry(time, by, obj.metadata.namespace, deployment, replicaset, decision, rule, terms, result, note)
        about = (deployment, replicaset, rule)
        last = self._last.get(about)
        if last is not None and (last.decision, last.terms, last.result, last.note) == (decision, terms, result, note):
            return
        if decision in ("scaled-up", "scaled-down", "created", "deleted"):
            # a move: what stood still before may be worth saying again
            self._last = {key: entry for key, entry in self._last.items() if key[0] != deployment}
        self._last[about] = entry
        self.entries.append(entry)
        self.count += 1

    def since(self, count: int) -> list[Entry]:
        """The entries written after the first `count`, as far as they are kept."""
        new = min(self.count - count, len(self.entries))
        return [self.entries[i] for i in range(len(self.entries) - new, len(self.entries))] if new else []

    def copy(self) -> "Ledger":
        twin = Ledger.__new__(Ledger)
        twin.entries, twin.count, twin._last = self.entries.copy(), self.count, self._last.copy()
        return twin


def owner_name(obj: Any) -> str:
    """The name of the Deployment that manages this object, "" without one."""
    return next((owner.name for owner in obj.metadata.owner_references if owner.controller and owner.kind == "Deployment"), "")

"""Moments of a run that are kept whole, so that going back is not doing it all again: dense where one looks, thin elsewhere.

Whatever is thrown away can be had again by playing on from the kept moment before it; so this decides how long a look takes, never what
it shows.
"""

from bisect import bisect_right
from typing import Any, NamedTuple

from simulation.cluster import Cluster
from simulation.engine import Millis

GRAIN = 300
"""Pieces of work (entries of the engine's queue) between two kept moments: some milliseconds of playing again. Where somebody has looked
they lie twice as near."""
COMMAND_WORK = 40
"""What a command costs, in the same measure."""
BETWEEN_LOOKS = GRAIN // 6
"""How often it is worth asking whether the moment is to be kept."""
MOST = 200
MOST_BYTES = 28_000_000
"""What a recording keeps at most, by the estimate below: whatever the run's length, the number of its pods and commands."""
BYTES, POD_BYTES = 50_000, 400
"""About what a kept moment takes: with a cluster of no pods, and for each pod. The objects themselves are shared."""


class Kept(NamedTuple):
    """The run as it stood at `at_ms` when `given` commands had been given; `notes` is the witness's copy."""

    work: int
    at_ms: Millis
    given: int
    cluster: Cluster
    notes: Any
    bytes: int = 0


def work_of(cluster: Cluster, given: int) -> int:
    """How much it takes to come here from the start; only grows along a run."""
    return cluster.engine.handled + COMMAND_WORK * given


class Copies:
    """Kept moments in the order of the run. The first is its start and never goes."""

    def __init__(self, kept: list[Kept]) -> None:
        self._kept = kept
        self._bytes = sum(one.bytes for one in kept)

    def __len__(self) -> int:
        return len(self._kept)

    def before(self, when: Millis, given: int) -> Kept:
        """The last kept moment that is not after `when`, and in which no more than `given` commands had been given."""
        index = bisect_right(self._kept, when, key=lambda one: one.at_ms) - 1
        while index and self._kept[index].given > given:
            index -= 1
        return self._kept[index]

    def offer(self, cluster: Cluster, given: int, witness: Any, looking: bool) -> None:
        """Keep this moment if there is none near it. If that makes too many, the one goes that is missed least from here."""
        work = work_of(cluster, given)
        index = bisect_right(self._kept, work, key=lambda one: one.work)
        grain = GRAIN // 2 if looking else GRAIN
        near = index < len(self._kept) and self._kept[index].work - work < grain // 2
        if near or work - self._kept[index - 1].work < grain:
            return
        size = BYTES + POD_BYTES * len(cluster.store.list("Pod"))
        self._kept.insert(index, Kept(work, cluster.now, given, cluster.copy(), witness and witness.copy(), size))
        self._bytes += size
        while len(self._kept) > 2 and (len(self._kept) > MOST or self._bytes > MOST_BYTES):
            self._bytes -= self._kept.pop(self._least(index)).bytes

    def seen_by(self, witness: Any) -> "Copies":
        """Only the start, with a witness who has seen nothing yet."""
        return Copies([self._kept[0]._replace(notes=witness)])

    def until(self, when: Millis, given: int) -> "Copies":
        """Those of a run that is the same up to there."""
        return Copies([one for one in self._kept if one.at_ms <= when and one.given <= given])

    def _least(self, here: int) -> int:
        """The one whose neighbours are nearest to each other, and the further from `here` the nearer they seem."""
        kept = self._kept
        last = len(kept) - 1

        def gap(index: int) -> float:
            following = kept[index + 1].work if index < last else kept[index].work + GRAIN
            return (following - kept[index - 1].work) / (1 + abs(index - here))

        return min((index for index in range(1, last + 1) if index != here), key=gap)

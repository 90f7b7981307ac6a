"""What becomes of a node that does not answer, and when: as the cluster has it written down already, else as a copy of it will do."""

from typing import Any, NamedTuple

from simulation.controllers import node as nodes
from simulation.controllers.tainteviction import REASON
from simulation.engine import Millis
from simulation.nodes import condition, ready
from simulation.objects import Node, Pod
from simulation.pods import condition as pod_condition
from simulation.store import Store
from simulation.upcoming import Ahead

TAINTED_WITHIN_MS = 130_000
"""How long after it is NotReady a node gets its NoExecute taint at the latest, unless none is given: one of a zone each ten seconds."""

STRIDE_MS = 1_000
"""How often it is looked for."""


class Fate(NamedTuple):
    """Of a machine that is off, in ms of the run's clock: since when, when Kubernetes says NotReady, None if it does not, and when how many
    of its pods were or will be evicted, those of one second together."""

    off: Millis
    not_ready: Millis | None
    evictions: tuple[tuple[Millis, int], ...]

    @property
    def evicted(self) -> Millis | None:
        """When the first are."""
        return self.evictions[0][0] if self.evictions else None

    @property
    def pods(self) -> int:
        """How many are in all."""
        return sum(n for _, n in self.evictions)

    def evicted_by(self, now: Millis) -> int:
        return sum(n for at_ms, n in self.evictions if at_ms <= now)

    def next_eviction(self, now: Millis) -> tuple[Millis, int] | None:
        return next(((at_ms, n) for at_ms, n in self.evictions if at_ms > now), None)


def fate(recording: Any, name: str) -> Fate | None:
    """None while the machine answers, or when there is none of that name."""
    store: Store = recording.cluster.store
    machine, node = store.machines.get(name), store.get("Node", name, "")
    if machine is None or machine.off_since is None or node is None:
        return None
    gone = _evicted(store, name)
    if gone:
        return Fate(machine.off_since, _not_ready(node), _together([*gone, *_due(recording.cluster, name)]))
    ahead = Ahead(recording)
    due = _due(ahead.cluster, name)
    if ready(node) == "True":
        until = nodes.deadline(machine)
        while not _answers_not(ahead, name):
            if ahead.step(until) is None:
                return Fate(machine.off_since, None, ())
        noticed = ahead.cluster.now
    else:
        noticed = _not_ready(node)
    while not due and ahead.cluster.now < noticed + TAINTED_WITHIN_MS and _answers_not(ahead, name):
        ahead.step(ahead.cluster.now + STRIDE_MS)
        due = _due(ahead.cluster, name)
    return Fate(machine.off_since, noticed, _together(due))


def _together(times: list[Millis]) -> tuple[tuple[Millis, int], ...]:
    """Those of one second of the clock are one, at the first of them."""
    found: dict[int, list[Millis]] = {}
    for at_ms in sorted(times):
        found.setdefault(at_ms // 1000, []).append(at_ms)
    return tuple((same[0], len(same)) for same in found.values())


def _answers_not(ahead: Ahead, name: str) -> bool:
    """Off, and Kubernetes knows."""
    node, machine = ahead.cluster.store.get("Node", name, ""), ahead.cluster.store.machines[name]
    return node is not None and ready(node) != "True" and machine.off_since is not None


def _not_ready(node: Node) -> Millis:
    found = condition(node, "Ready")
    return 1000 * ((found.last_transition_time if found is not None else None) or 0)


def _due(cluster: Any, name: str) -> list[Millis]:
    """When the node's pods are to be evicted, as far as the taint manager's timers run; those that were told to end count no more."""
    timers, there = cluster.fleet.tainteviction.timers, cluster.store.on_node.get(name, {})
    counting = {key for key, pod in there.items() if pod.metadata.deletion_timestamp is None}
    return [timer.due for key, timer in timers.items() if key in counting and not timer.done]


def _evicted(store: Store, name: str) -> list[Millis]:
    """When those of its pods were evicted that are still there, because only their kubelet can end them."""
    return [since for pod in store.on_node.get(name, {}).values() if (since := _evicted_at(pod)) is not None]


def _evicted_at(pod: Pod) -> Millis | None:
    """None too for one that had been told to end before."""
    found, meta = pod_condition(pod, "DisruptionTarget"), pod.metadata
    if found is None or found.reason != REASON or meta.deletion_timestamp is None:
        return None
    told = meta.deletion_timestamp - (meta.deletion_grace_period_seconds or 0)
    return 1000 * told if told == found.last_transition_time else None

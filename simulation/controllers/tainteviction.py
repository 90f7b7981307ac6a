"""Pods leave a node with a NoExecute taint: at once, after their tolerationSeconds, or never.

Models pkg/controller/tainteviction/{taint_eviction,timed_workers}.go (v1.36). The clock of a toleration starts when the first taint is
seen; it keeps its time when taints are added or changed, and stops when the last one is gone.
"""

from msgspec.structs import replace

from simulation.engine import Millis
from simulation.nodes import tolerates
from simulation.objects import Pod, Record, Taint, Toleration
from simulation.pods import with_condition
from simulation.store import Key, Store

COMPONENT = "taint-eviction-controller"
FOR_EVER, AT_ONCE = -1, -2
REASON, MESSAGE = "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint"


class Timer(Record):
    """When a pod's eviction is due. `done` keeps a pod from being evicted twice."""

    pod: Pod
    due: Millis
    done: bool = False


class TaintEviction:
    __slots__ = ("tainted", "timers")

    def __init__(self) -> None:
        self.tainted: dict[str, tuple[Taint, ...]] = {}
        """NoExecute taints by node, as last seen."""
        self.timers: dict[Key, Timer] = {}

    def copy(self) -> "TaintEviction":
        twin = TaintEviction()
        twin.tainted, twin.timers = self.tainted.copy(), self.timers.copy()
        return twin

    def sync_node(self, store: Store, name: str) -> list[tuple[Key, Millis]]:
        """A node's NoExecute taints changed, it came or went. Returns which pods are due when."""
        node = store.get("Node", name, "")
        taints = no_execute(node.spec.taints) if node is not None else ()
        if not taints:
            self.tainted.pop(name, None)
        else:
            self.tainted[name] = taints
        if node is None:
            return []
        due = [self._process(store, pod, taints) for pod in list(store.on_node.get(name, {}).values())]
        return [found for found in due if found is not None]

    def sync_pod(self, store: Store, key: Key) -> list[tuple[Key, Millis]]:
        """A pod came to a node, changed its tolerations or is gone. Returns when it is due."""
        pod = store.get("Pod", key[1], key[0])
        if pod is None:
            self._cancel(store, key)
            return []
        taints = self.tainted.get(pod.spec.node_name)
        found = self._process(store, pod, taints) if taints else None
        return [] if found is None else [found]

    def fire(self, store: Store, key: Key) -> None:
        """Evict a pod whose time is up."""
        timer = self.timers.get(key)
        if timer is None or timer.done or timer.due > store.now:
            return
        pod = store.get("Pod", key[1], key[0])
        store.event(pod or timer.pod, "Normal", "TaintManagerEviction", f"Marking for deletion Pod {'/'.join(key)}", COMPONENT)
        if pod is None:
            del self.timers[key]
            return
        self.timers[key] = replace(timer, done=True)
        store.update_status(with_condition(pod, "DisruptionTarget", "True", store.seconds, REASON, MESSAGE))
        store.delete("Pod", key[1], key[0])

    def _process(self, store: Store, pod: Pod, taints: tuple[Taint, ...]) -> tuple[Key, Millis] | None:
        key = (pod.metadata.namespace, pod.metadata.name)
        wait = time_on(taints, pod.spec.tolerations)
        if wait in (AT_ONCE, FOR_EVER):
            self._cancel(store, key)
        if wait == FOR_EVER or key in self.timers:
            return None
        due = store.now + max(wait, 0)
        self.timers[key] = Timer(pod, due)
        return key, due

    def _cancel(self, store: Store, key: Key) -> None:
        timer = self.timers.pop(key, None)
        if timer is not None and not timer.done:
            pod = store.get("Pod", key[1], key[0]) or timer.pod
            store.event(pod, "Normal", "TaintManagerEviction", f"Cancelling deletion of Pod {'/'.join(key)}", COMPONENT)


def no_execute(taints: tuple[Taint, ...]) -> tuple[Taint, ...]:
    return tuple(taint for taint in taints if taint.effect == "NoExecute")


def time_on(taints: tuple[Taint, ...], tolerations: tuple[Toleration, ...]) -> Millis:
    """How long a pod may stay on a node with these taints: ms, AT_ONCE if it does not tolerate one, or FOR_EVER (processPodOnNode)."""
    if not taints:
        return FOR_EVER
    used = [next((t for t in tolerations if tolerates(t, taint)), None) for taint in taints]
    return AT_ONCE if None in used else min_toleration_time(used)


def min_toleration_time(used: list[Toleration]) -> Millis:
    """The shortest of the tolerations that let a pod stay, FOR_EVER if none has an end (getMinTolerationTime)."""
    if not used:
        return 0
    seconds = [t.toleration_seconds for t in used if t.toleration_seconds is not None]
    return max(min(seconds), 0) * 1000 if seconds else FOR_EVER

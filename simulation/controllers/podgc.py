"""Pods that no kubelet can ever end: those of nodes that no longer exist, and those ending on nodes declared out of service.

Models pkg/controller/podgc/gc_controller.go (v1.36): a pass every 20 s, planned only while there is something to look after; a node must be
gone for 40 s before its pods are. Terminated pods are left alone, as there are never 12 500 of them.
"""

from msgspec.structs import replace

from simulation.engine import Millis
from simulation.nodes import OUT_OF_SERVICE, ready
from simulation.objects import Node, Pod
from simulation.pods import is_finished, with_condition
from simulation.store import Store

PERIOD_MS, PHASE_MS = 20_000, 9_600
QUARANTINE_MS = 40_000
REASON, MESSAGE = "DeletionByPodGC", "PodGC: node no longer exists"


class PodGC:
    __slots__ = ("quarantine",)

    def __init__(self) -> None:
        self.quarantine: dict[str, Millis] = {}
        """Missing nodes that still have pods, and when each is taken to be gone."""

    def copy(self) -> "PodGC":
        twin = PodGC()
        twin.quarantine = self.quarantine.copy()
        return twin

    def collect(self, store: Store) -> bool:
        """One pass. True if another is needed."""
        for node in store.list("Node"):
            if is_out_of_service(node):
                self._collect_terminating(store, node)
        missing = [name for name, pods in store.on_node.items() if pods and store.get("Node", name, "") is None]
        for name in missing:
            self.quarantine.setdefault(name, store.now + QUARANTINE_MS)
        waiting = False
        for name, due in list(self.quarantine.items()):
            if due > store.now:
                waiting = True
                continue
            del self.quarantine[name]
            for pod in list(store.on_node[name].values()) if name in missing else ():
                _force_delete(store, pod, orphaned=True)
        return waiting

    @staticmethod
    def _collect_terminating(store: Store, node: Node) -> None:
        pods = [pod for pod in store.on_node.get(node.metadata.name, {}).values() if pod.metadata.deletion_timestamp is not None]
        for pod in sorted(pods, key=lambda pod: (pod.status.reason != "Evicted", pod.metadata.creation_timestamp, pod.metadata.name)):
            _force_delete(store, pod, orphaned=False)


def is_out_of_service(node: Node) -> bool:
    """Somebody vouches that a node that is not ready is really down."""
    return ready(node) != "True" and any(taint.key == OUT_OF_SERVICE for taint in node.spec.taints)


def next_pass(now: Millis) -> Millis:
    """The first pass after `now`."""
    return now + 1 + (PHASE_MS - now - 1) % PERIOD_MS


def _force_delete(store: Store, pod: Pod, orphaned: bool) -> None:
    """Failed first, as no kubelet will ever say so; then gone, with no grace."""
    if not is_finished(pod):
        if orphaned:
            pod = with_condition(pod, "DisruptionTarget", "True", store.seconds, REASON, MESSAGE)
        store.update_status(replace(pod, status=replace(pod.status, phase="Failed")))
    store.delete("Pod", pod.metadata.name, pod.metadata.namespace, grace_period_seconds=0)

"""The nine things a person can see of a pod, as one word each.

One table for the desk, the recording and the lessons, so that a cell never says something else than the graph above it.
"""

from collections.abc import Container, Iterable

from simulation.engine import Millis
from simulation.nodes import ready
from simulation.objects import ContainerStatus, Node, Pod
from simulation.pods import is_available, is_finished, is_ready

PULL_ERRORS = ("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError")
START_ERRORS = ("CrashLoopBackOff", "CreateContainerConfigError", "CreateContainerError", "RunContainerError", "StartError")
FAULTY = ("pullerr", "crash", "lost")


def well(nodes: Iterable[Node]) -> frozenset[str]:
    """The nodes that answer, as far as Kubernetes knows."""
    return frozenset(node.metadata.name for node in nodes if ready(node) == "True")


def pod_state(pod: Pod, now: Millis, min_ready_seconds: int = 0, nodes: Container[str] | None = None) -> str:
    """pending · pulling · notready · ready · available · terminating · pullerr · crash · lost.

    `nodes` are those that are well: what was last heard of a pod that is on none of them nobody knows any more. Without them a pod is lost
    only if its own record says so, which it does if it was ready.
    """
    if pod.metadata.deletion_timestamp is not None:
        return "terminating"
    if pod.status.reason == "NodeLost" or _is_lost(pod):
        return "lost"
    if is_finished(pod):
        return "crash"
    if is_ready(pod):
        return "available" if is_available(pod, min_ready_seconds, now) else "ready"
    if nodes is not None and pod.spec.node_name and pod.spec.node_name not in nodes:
        return "lost"
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    faults = [fault for fault in map(_fault, statuses) if fault]
    if faults:
        return faults[0]
    if not pod.spec.node_name:
        return "pending"
    running = pod.status.phase == "Running"
    return "notready" if running else "pulling"


def _is_lost(pod: Pod) -> bool:
    """Its node stopped answering: the node controller says unready while the containers, for all anyone knows, still run."""
    ready = contained = None
    for found in pod.status.conditions:
        if found.type == "Ready":
            ready = found.status if found.reason != "ReadinessGatesNotReady" else None
        elif found.type == "ContainersReady":
            contained = found.status
    return ready == "False" and contained == "True"


def _fault(status: ContainerStatus) -> str | None:
    waiting = status.state.waiting
    if waiting is not None and waiting.reason in PULL_ERRORS:
        return "pullerr"
    if waiting is not None and waiting.reason in START_ERRORS:
        return "crash"
    ended = status.state.terminated
    return "crash" if ended is not None and ended.exit_code else None

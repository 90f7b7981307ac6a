"""What a person may do inside a container: two things reach process 1 and its health, and no other program is there.

`kubectl exec` is not a write to the API: it reaches the node, so the node must answer and the container must run. The programs in a
desk's containers end on SIGTERM as at the end of their pod, and answer their readiness probe as long as /tmp/healthy is there.
Errors are those of kubectl/pkg/cmd/exec and pkg/kubelet/server (v1.36).
"""

import shlex
from typing import ClassVar

from simulation.act import Act, Said
from simulation.api.errors import StatusError, UsageError, bad_request
from simulation.api.writes import Writes
from simulation.kubelet import HEALTHY
from simulation.nodes import host_ip
from simulation.objects import ContainerStatus, Pod
from simulation.pods import is_finished
from simulation.store import Store

PORT = 10250
"""Where a kubelet listens."""


class Inside(Act, frozen=True):
    """Base of the commands: `container` "" is the pod's first."""

    pod: str
    container: str = ""

    did: ClassVar[str]
    words: ClassVar[tuple[str, ...]]
    """What runs in the container."""

    def act(self, writes: Writes) -> Said:
        pod = writes.get("Pod", self.pod)
        if is_finished(pod):
            raise UsageError(f"cannot exec into a container in a completed pod; current phase is {pod.status.phase}")
        number = _number(pod, self.container)
        _reach(writes.store, pod, number)
        self.check(writes.store, pod, number)
        writes.then(lambda store: store.exec(store.get("Pod", self.pod), number, self.did))
        return ""

    def check(self, store: Store, pod: Pod, number: int) -> None:
        """Raises what the program itself says."""

    def kubectl(self) -> str:
        return shlex.join(["exec", self.pod, *(["-c", self.container] if self.container else []), "--", *self.words])


class KillInside(Inside, frozen=True, tag="kill-inside"):
    """SIGTERM to process 1: the container ends, and the kubelet starts it again as its restartPolicy says."""

    did: ClassVar[str] = "kill"
    words: ClassVar[tuple[str, ...]] = ("kill", "1")


class RemoveHealthy(Inside, frozen=True, tag="remove-healthy"):
    """The container answers no readiness probe well any more, until it starts again or the file comes back."""

    did: ClassVar[str] = "rm"
    words: ClassVar[tuple[str, ...]] = ("rm", HEALTHY)

    def check(self, store: Store, pod: Pod, number: int) -> None:
        if (pod.metadata.uid, number) in store.unwell:
            said = f"rm: cannot remove '{HEALTHY}': No such file or directory\ncommand terminated with exit code 1"
            raise UsageError(said, prefix="")


class TouchHealthy(Inside, frozen=True, tag="touch-healthy"):
    """The container answers its readiness probe again."""

    did: ClassVar[str] = "touch"
    words: ClassVar[tuple[str, ...]] = ("touch", HEALTHY)


def container_of(pod: Pod, number: int) -> str:
    """A container's name by its number."""
    return (pod.spec.containers[number] if number >= 0 else pod.spec.init_containers[-1 - number]).name


def status_of(pod: Pod, number: int) -> ContainerStatus | None:
    """What is known of a container by its number, None before its node has looked at the pod."""
    statuses = pod.status.container_statuses if number >= 0 else pod.status.init_container_statuses
    at = number if number >= 0 else -1 - number
    return statuses[at] if at < len(statuses) else None


def _number(pod: Pod, name: str) -> int:
    """Raises the API server's 400."""
    if not name:
        return 0
    for number, container in enumerate(pod.spec.containers):
        if container.name == name:
            return number
    for number, container in enumerate(pod.spec.init_containers):
        if container.name == name:
            return -1 - number
    raise bad_request(f"container {name} is not valid for pod {pod.metadata.name}")


def _reach(store: Store, pod: Pod, number: int) -> None:
    """Raises if the node does not answer or the container does not run."""
    if not pod.spec.node_name:
        raise bad_request(f"pod {pod.metadata.name} does not have a host assigned")
    machine = store.machines.get(pod.spec.node_name)
    if machine is not None and machine.off_since is not None:
        said = f"dial tcp {host_ip(machine.name)}:{PORT}: i/o timeout"
        raise StatusError(500, "InternalError", f"error dialing backend: {said}")
    status = status_of(pod, number)
    if status is None or status.state.running is None:
        raise UsageError(f'unable to upgrade connection: container not found ("{container_of(pod, number)}")')

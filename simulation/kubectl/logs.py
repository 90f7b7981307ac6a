"""`kubectl logs`: what the simulated containers would write, which follows from their image and their state.

Nothing runs in these containers: a start, a crash, a readiness that fails are what there is to tell. Errors are the API server's.
"""

from typing import Any

from simulation.api.errors import StatusError, UsageError, bad_request, go_quote
from simulation.api.podlog import container_log
from simulation.api.wire import rfc3339
from simulation.kubectl.answer import Answer, Change, Running
from simulation.kubectl.asking import asked
from simulation.kubectl.known import read
from simulation.kubectl.things import kinds_named, listed, named
from simulation.objects import Pod, Time
from simulation.store import Store, controller_of

USAGE = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command"


class Logs(Running):
    """One `kubectl logs` line, read; with `-f` it goes on until the pod is gone."""

    kinds = ("Pod",)

    def __init__(self, words: list[str]) -> None:
        super().__init__()
        self.parsed = read(words, "logs")
        self.follow = self.parsed.true("follow")
        if not self.parsed.args and not self.parsed.has("selector"):
            raise UsageError(f"{USAGE}\nSee 'kubectl logs -h' for help and examples")
        self._said: dict[str, int] = {}

    def once(self, store: Store) -> Answer:
        self.begin(store)
        self.code = 0 if self.code is None else self.code
        return self.take()

    def begin(self, store: Store) -> None:
        self.pod = self._pod(store)
        name = self._container(self.pod)
        self.name = name
        lines = self._lines(self.pod, store.seconds)
        tail = self.parsed.number("tail")
        self._said[self.pod.metadata.uid] = len(lines)
        for line in lines if tail is None or tail < 0 else lines[len(lines) - tail :] if tail else []:
            self.say(line)

    def see(self, change: Change) -> None:
        pod = change.new if change.new is not None else change.old
        if pod.metadata.uid != self.pod.metadata.uid:
            return
        if change.new is None:
            self.end(0)
            return
        try:
            lines = self._lines(pod, change.at_ms // 1000)
        except StatusError:
            return
        for line in lines[self._said[pod.metadata.uid] :]:
            self.say(line)
        self._said[pod.metadata.uid] = len(lines)

    def _pod(self, store: Store) -> Pod:
        """The pod that the words name; of a Deployment's, the first that runs (GetFirstPod)."""
        if self.parsed.has("selector"):
            self.parsed.args = ["pods"]
            found = asked(self.parsed, UsageError(USAGE)).objects(store, "Pod")
            if not found:
                raise UsageError("No resources found in default namespace.", prefix="")
            return found[0]
        kind, slash, name = self.parsed.args[0].partition("/")
        if not slash:
            return _found(store, "Pod", kind)
        (kind, *_) = kinds_named(kind)
        obj = named(store, kind, name, "default") if kind != "Pod" else _found(store, "Pod", name)
        if kind == "Pod":
            return obj
        pods = [pod for pod in listed(store, "Pod") if _belongs(store, pod, obj)]
        if not pods:
            raise UsageError("timed out waiting for the condition")
        pods.sort(key=lambda pod: pod.status.phase != "Running")
        if len(pods) > 1:
            self.complain(f"Found {len(pods)} pods, using pod/{pods[0].metadata.name}")
        return pods[0]

    def _container(self, pod: Pod) -> str:
        names = [container.name for container in (*pod.spec.init_containers, *pod.spec.containers)]
        wanted = self.parsed.text("container") or (self.parsed.args[1] if len(self.parsed.args) > 1 else "")
        if wanted and wanted not in names:
            raise bad_request(f"container {wanted} is not valid for pod {pod.metadata.name}")
        regular = [container.name for container in pod.spec.containers]
        if not wanted and len(regular) > 1 and not self.parsed.true("all-containers"):
            self.complain(f"Defaulted container {go_quote(regular[0])} out of: {', '.join(regular)}")
        return wanted or regular[0]

    def _lines(self, pod: Pod, now: Time) -> list[str]:
        lines = container_log(pod, self.name, self.parsed.true("previous"))
        return [f"{rfc3339(time)} {line}" if self.parsed.true("timestamps") else line for time, line in lines]


def _found(store: Store, kind: str, name: str) -> Pod:
    try:
        return named(store, kind, name, "default")
    except StatusError as error:
        said = f'error from server ({error.reason}): {error.message} in namespace "default"'
        raise UsageError(said) from None


def _belongs(store: Store, pod: Pod, obj: Any) -> bool:
    owner = controller_of(pod)
    if type(obj).__name__ == "Service":
        return bool(obj.spec.selector) and obj.spec.selector.items() <= pod.metadata.labels.items()
    if owner is None:
        return False
    if owner.uid == obj.metadata.uid:
        return True
    rs = store.get("ReplicaSet", owner.name, pod.metadata.namespace)
    above = controller_of(rs) if rs is not None else None
    return above is not None and above.uid == obj.metadata.uid

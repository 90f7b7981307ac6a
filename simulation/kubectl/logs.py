"""`kubectl logs`: what the simulated containers would write, which follows from their image and their state.

Nothing runs in these containers: a start, a crash, a readiness that fails are what there is to tell. Errors are the API server's.
"""

import math
import re
from typing import Any

from simulation.api.errors import StatusError, UsageError, go_quote
from simulation.api.podlog import Line, LogOptions, check_reached, container_log, picked
from simulation.api.resources import BY_KIND
from simulation.api.wire import from_rfc3339, rfc3339
from simulation.kubectl.answer import Answer, Change, Running
from simulation.kubectl.asking import asked
from simulation.kubectl.known import read
from simulation.kubectl.things import kinds_named, listed, named
from simulation.objects import Pod
from simulation.store import Store, controller_of

USAGE = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command"
HELP = "\nSee 'kubectl logs -h' for help and examples"
TAIL = 10
"""Lines of each pod that a selector picks, unless it is said."""
FOLLOWED = 5
"""Streams at once, unless it is said."""
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
LAYOUT = "2006-01-02T15:04:05Z07:00"

Source = tuple[Pod, str]
"""A pod and the name of a container of it."""


class Logs(Running):
    """One `kubectl logs` line, read; with `-f` it goes on until the pods are gone."""

    kinds = ("Pod",)

    def __init__(self, words: list[str]) -> None:
        super().__init__()
        self.parsed = parsed = read(words, "logs")
        self.follow = parsed.true("follow")
        picks = parsed.has("selector")
        if picks and parsed.args:
            raise UsageError(f"only a selector (-l) or a POD name is allowed{HELP}")
        if (not parsed.args and not picks) or len(parsed.args) > 2:
            raise UsageError(f"{USAGE}{HELP}")
        tail = parsed.number("tail") if parsed.has("tail") else TAIL if picks else -1
        if tail < -1:
            raise UsageError("--tail must be greater than or equal to -1")
        if parsed.has("since") and parsed.has("since-time"):
            raise UsageError("at most one of `sinceTime` or `sinceSeconds` may be specified")
        stamp = parsed.text("since-time")
        if stamp and not STAMP.fullmatch(stamp):
            raise UsageError(f'parsing time {go_quote(stamp)} as "{LAYOUT}": cannot parse {go_quote(stamp)} as "2006"')
        self.options = LogOptions(
            since_seconds=math.ceil(parsed.ms("since") / 1000) if parsed.ms("since") else None,
            since_time=from_rfc3339(stamp) if stamp else None,
            tail_lines=tail if tail >= 0 else None,
        )
        self.prefix = parsed.true("prefix") or (parsed.true("all-pods") and parsed.text("prefix") != "false")
        self._sources: list[Source] = []
        self._said: dict[tuple[str, str], int] = {}

    def once(self, store: Store) -> Answer:
        self.begin(store)
        self.end(0)
        return self.take()

    def begin(self, store: Store) -> None:
        try:
            self._sources = self._found(store)
            self._count_streams()
            for pod, name in self._sources:
                self._print(pod, name, store)
        except StatusError as error:
            self.complain(error.kubectl())
            self.end(1)
        if not self._sources:
            self.end(0)

    def see(self, change: Change) -> None:
        pod = change.new if change.new is not None else change.old
        mine = [source for source in self._sources if source[0].metadata.uid == pod.metadata.uid]
        if change.new is None:
            self._sources = [source for source in self._sources if source not in mine]
            if not self._sources:
                self.end(0)
            return
        for _, name in mine:
            try:
                lines = container_log(pod, name)
            except StatusError:
                continue
            self._say(pod, name, lines[self._said[pod.metadata.uid, name] :])
            self._said[pod.metadata.uid, name] = len(lines)

    def _count_streams(self) -> None:
        most = self.parsed.number("max-log-requests") or FOLLOWED
        if self.follow and len(self._sources) > most:
            said = f"you are attempting to follow {len(self._sources)} log streams, but maximum allowed concurrency is {most}"
            raise UsageError(f"{said}, use --max-log-requests to increase the limit")

    def _print(self, pod: Pod, name: str, store: Store) -> None:
        check_reached(pod, name, store.machines.get(pod.spec.node_name), self._query())
        lines = container_log(pod, name, self.parsed.true("previous"))
        self._said[pod.metadata.uid, name] = len(lines)
        self._say(pod, name, picked(lines, self.options, store.seconds))

    def _query(self) -> str:
        """What the API server asks of the kubelet, which is in its words when it does not reach it."""
        asked_for = {"follow": self.follow, "previous": self.parsed.true("previous"), "timestamps": self.parsed.true("timestamps")}
        query = {key: "true" for key, wanted in asked_for.items() if wanted}
        numbers = {"limitBytes": self.parsed.number("limit-bytes"), "tailLines": self.options.tail_lines}
        query |= {key: str(value) for key, value in (numbers | {"sinceSeconds": self.options.since_seconds}).items() if value is not None}
        return "&".join(f"{key}={query[key]}" for key in sorted(query))

    def _say(self, pod: Pod, name: str, lines: list[Line]) -> None:
        head = f"[pod/{pod.metadata.name}/{name}] " if self.prefix else ""
        stamps = self.parsed.true("timestamps")
        text = "".join(f"{head}{rfc3339(time).replace('Z', '.000000000Z ') if stamps else ''}{line}\n" for time, line in lines)
        most = self.parsed.number("limit-bytes") or 0
        self._out.append(text[:most] if most > 0 else text)

    def _found(self, store: Store) -> list[Source]:
        """What the words name. Raises StatusError."""
        parsed = self.parsed
        if parsed.has("selector"):
            parsed.args = ["pods"]
            question = asked(parsed, UsageError(USAGE))
            pods = question.objects(store, "Pod")
            if not pods:
                self.complain(f"No resources found in {question.namespace} namespace.")
            return [source for pod in pods for source in self._containers(pod, "")]
        wanted = parsed.text("container") or (parsed.args[1] if len(parsed.args) > 1 else "")
        return [source for pod in self._pods(store) for source in self._containers(pod, wanted)]

    def _pods(self, store: Store) -> list[Pod]:
        """The pod that the words name; of a Deployment's, the first that runs (GetFirstPod)."""
        namespace = self.parsed.text("namespace", "default")
        kind, slash, name = self.parsed.args[0].partition("/")
        if not slash:
            return [_named(store, "Pod", kind, namespace)]
        (kind, *_) = kinds_named(kind)
        obj = _named(store, kind, name, namespace)
        if kind == "Pod":
            return [obj]
        if kind not in ("Deployment", "ReplicaSet", "Service"):
            shown = f"*{BY_KIND[kind].version}.{kind}"
            raise UsageError(f"cannot get the logs from {shown}: selector for {shown} not implemented")
        pods = [pod for pod in listed(store, "Pod") if _belongs(store, pod, obj)]
        if not pods:
            raise UsageError("timed out waiting for the condition")
        if self.parsed.true("all-pods"):
            return pods
        pods.sort(key=_by_logging)
        if len(pods) > 1:
            self.complain(f"Found {len(pods)} pods, using pod/{pods[0].metadata.name}")
        return pods[:1]

    def _containers(self, pod: Pod, wanted: str) -> list[Source]:
        regular = [container.name for container in pod.spec.containers]
        first = [container.name for container in pod.spec.init_containers]
        if self.parsed.true("all-containers"):
            return [(pod, name) for name in (*first, *regular)]
        if wanted and wanted not in (*first, *regular):
            raise UsageError(f"container {wanted} is not valid for pod {pod.metadata.name}")
        if not wanted and len(regular) > 1:
            self.complain(f"Defaulted container {go_quote(regular[0])} out of: {', '.join(regular)}")
        return [(pod, wanted or regular[0])]


def _named(store: Store, kind: str, name: str, namespace: str) -> Any:
    try:
        return named(store, kind, name, namespace)
    except StatusError as error:
        said = f"error from server ({error.reason}): {error.message} in namespace {go_quote(namespace)}"
        raise UsageError(said) from None


def _by_logging(pod: Pod) -> tuple:
    """Which of several pods speaks for all (podutils.ByLogging): one that has been ready for long before all others."""
    ready = next((c for c in pod.status.conditions if c.type == "Ready" and c.status == "True"), None)
    since = (ready.last_transition_time or 0) if ready is not None else 0
    restarts = max((status.restart_count for status in pod.status.container_statuses), default=0)
    phase = {"Running": 0, "Unknown": 1, "Pending": 2}.get(pod.status.phase, 0)
    return not pod.spec.node_name, phase, ready is None, since, -restarts, pod.metadata.creation_timestamp or 0


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

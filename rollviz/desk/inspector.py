"""One pod, as its own record tells it: who it is, its labels and who asks for them, where it runs, its conditions, containers, events.

Times are of the run's clock and stand still, so that what was read is shown again only when the pod has changed.
"""

from typing import Any, NamedTuple

from msgspec import Struct

from rollviz.desk.cells import STATES, Cell
from rollviz.desk.grips import Action, actions, no_actions
from rollviz.desk.memory import memory_of
from rollviz.desk.picture import Picture
from rollviz.desk.unplaced import refusal
from rollviz.desk.versions import version_of
from rollviz.desk.words import NOTHING, Text, Version, clock, counted, of_seconds, say, text
from simulation.events import last_seen
from simulation.foresight import askers
from simulation.inside import status_of
from simulation.kubelet import Kubelet
from simulation.objects import ContainerStatus, Event, Pod
from simulation.pods import is_sidecar, ready_since
from simulation.states import FAULTY, pod_state, well
from simulation.store import Store, controller_of

EVENTS = 12


class Label(NamedTuple):
    key: str
    value: str
    asked: tuple[str, ...]
    """Who asks for this key: `Service web`."""

    @property
    def title(self) -> Text:
        if not self.asked:
            return say("no selector asks for it")
        askers = self.asked[0] if len(self.asked) == 1 else _and(self.asked)
        return say("asked for by {askers}", askers=askers)


def _and(names: tuple[str, ...]) -> Text:
    found: Text = text(names[0])
    for name in names[1:]:
        found = say("{names} and {last}", names=found, last=name)
    return found


class Condition(NamedTuple):
    type: str
    true: bool
    words: str


class Container(NamedTuple):
    name: str
    image: str
    state: str
    words: Text
    ready: bool


class Happened(NamedTuple):
    clock: str
    words: str
    count: int
    bad: bool


class Who(Struct, frozen=True):
    name: str
    state: str
    hue: int
    version: Version | None
    words: Text
    strip: str
    cell: int


class Facts(Struct, frozen=True):
    node: str
    ip: str
    conditions: tuple[Condition, ...]
    containers: tuple[Container, ...]
    ready: Text
    """As kubectl's READY: regular containers and sidecars."""
    events: tuple[Happened, ...]
    refused: str
    """Why no node takes it, as the scheduler says it."""


class Inspector(Struct, frozen=True):
    """What is shown of a pod, in parts that change by themselves. A pod that is gone has only `who`."""

    who: Who
    labels: tuple[Label, ...]
    facts: Facts | None
    actions: tuple[Action, ...]

    @property
    def parts(self) -> dict[str, tuple[str, Any]]:
        """Element id -> (template, data)."""
        return {
            "insp-who": ("insp_who", self.who),
            "insp-labels": ("insp_labels", self.labels),
            "insp-facts": ("insp_facts", self.facts),
            "insp-acts": ("insp_acts", self.actions),
        }


def name_at(picture: Picture, strip: str, cell: int) -> str:
    """The pod in this place of a strip, "" if there is none."""
    found = next((cells for id, cells in _cells(picture) if id == strip), ())
    return found[cell].name if 0 <= cell < len(found) else ""


def inspector(picture: Picture, recording: Any, name: str) -> Inspector:
    cluster = recording.cluster
    store: Store = cluster.store
    pod = store.get("Pod", name)
    if pod is None:
        return Inspector(Who(name, "gone", 0, None, say("This pod is gone."), "", -1), (), None, no_actions(say("the pod is gone")))
    memory = memory_of(recording)
    owner = controller_of(pod)
    rs = store.get("ReplicaSet", owner.name) if owner is not None else None
    version = version_of(memory, store, rs) if rs is not None else None
    state = pod_state(pod, cluster.now, rs.spec.min_ready_seconds if rs is not None else 0, well(store.list("Node")))
    strip, cell = _place(picture, name)
    who = Who(name, state, version.hue if version is not None else 0, version, _words(pod, state, owner), strip, cell)
    return Inspector(who, _labels(store, pod), _facts(cluster.kubelet, store, pod, state), actions(store, pod))


# ------------------------------------------------------------------------------------------------------------------ who


def _place(picture: Picture, name: str) -> tuple[str, int]:
    for strip, cells in _cells(picture):
        for index, cell in enumerate(cells):
            if cell.name == name:
                return strip, index
    return "", -1


def _cells(picture: Picture) -> list[tuple[str, tuple[Cell, ...]]]:
    """Strip -> its cells in their order."""
    loose = picture.parts["loose"][1]
    return [*((s.id, s.pods) for s in picture.strips), ("loose", loose.cells if loose is not None else ())]


def _words(pod: Pod, state: str, owner: Any) -> Text:
    since = ready_since(pod) if state in ("ready", "available") else None
    created = of_seconds(pod.metadata.creation_timestamp or 0)
    told = say("since {at}", at=of_seconds(since)) if since is not None else say("created at {at}", at=created)
    counts = say("Nobody counts this pod.") if owner is None else say("{owner} counts it.", owner=f"{owner.kind} {owner.name}")
    return text(say(STATES[state][1]), ", ", told, ". ", counts)


# --------------------------------------------------------------------------------------------------------------- labels


def _labels(store: Store, pod: Pod) -> tuple[Label, ...]:
    labels = pod.metadata.labels
    picking = [asker for asker in askers(store) if asker.selector.matches(labels)]
    return tuple(
        Label(key, value, tuple(f"{asker.kind} {asker.name}" for asker in picking if key in asker.keys)) for key, value in labels.items()
    )


# ---------------------------------------------------------------------------------------------------------------- facts


def _facts(kubelet: Kubelet, store: Store, pod: Pod, state: str) -> Facts:
    conditions = tuple(Condition(c.type, c.status == "True", c.reason) for c in pod.status.conditions)
    containers = [_container(kubelet, pod, number, state) for number in (*_sidecars_and_inits(pod), *range(len(pod.spec.containers)))]
    lasting = [*range(len(pod.spec.containers)), *(-1 - i for i, c in enumerate(pod.spec.init_containers) if is_sidecar(c))]
    statuses = [status_of(pod, number) for number in lasting]
    ready = say("{n} of {all} ready", n=sum(s.ready for s in statuses if s is not None), all=len(lasting))
    return Facts(pod.spec.node_name, pod.status.pod_ip, conditions, tuple(containers), ready, _events(store, pod), refusal(pod))


def _sidecars_and_inits(pod: Pod) -> range:
    return range(-1, -1 - len(pod.spec.init_containers), -1)


def _container(kubelet: Kubelet, pod: Pod, number: int, state: str) -> Container:
    container = pod.spec.containers[number] if number >= 0 else pod.spec.init_containers[-1 - number]
    status = status_of(pod, number)
    if status is None:
        return Container(container.name, container.image, "pending", say("not started"), False)
    restarts = counted(", {n} restart", ", {n} restarts", status.restart_count) if status.restart_count else NOTHING
    glyph, words = _doing(kubelet, pod, number, status, state)
    return Container(container.name, container.image, glyph, text(words, restarts), status.ready)


def _doing(kubelet: Kubelet, pod: Pod, number: int, status: ContainerStatus, state: str) -> tuple[str, Text]:
    """(glyph, words): what it does, and when the kubelet comes back to it."""
    past, doing = kubelet.past.get((pod.metadata.uid, number)), status.state
    if doing.waiting is not None:
        due = past.restart_at if past is not None and doing.waiting.reason == "CrashLoopBackOff" else 0
        if past is not None and doing.waiting.reason in ("ErrImagePull", "ImagePullBackOff"):
            due = past.backed_off_at + past.pull_backoff
        glyph = state if state in FAULTY or state == "pulling" else "pending"
        again = say(", again at {at}", at=clock(due)) if due > kubelet.store.now else say(", tried now") if due else NOTHING
        return glyph, text(doing.waiting.reason, again)
    if doing.terminated is not None:
        return "terminating", say("{reason}, exit code {code}", reason=doing.terminated.reason, code=doing.terminated.exit_code)
    if status.ready:
        unwell = (pod.metadata.uid, number) in kubelet.store.unwell
        if unwell and past is not None and past.probed_at:
            return "available", say("running, ready, its file is gone, probe at {at}", at=clock(past.probed_at))
        return "available", say("running, ready")
    if past is not None and past.probed_at:
        return "notready", say("running, probe at {at}", at=clock(past.probed_at))
    return "notready", say("running, not ready")


def _events(store: Store, pod: Pod) -> tuple[Happened, ...]:
    found = [event for event in store.list("Event") if event.involved_object.uid == pod.metadata.uid]
    found.sort(key=lambda event: (last_seen(event), int(event.metadata.resource_version)), reverse=True)
    return tuple(Happened(of_seconds(last_seen(event)), event.message, _times(event), event.type == "Warning") for event in found[:EVENTS])


def _times(event: Event) -> int:
    return event.series.count if event.series else event.count or 1

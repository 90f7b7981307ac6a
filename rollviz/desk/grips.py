"""What a hand can do to one pod: four acts that keep their places, each a kubectl line, or the reason why it cannot be done now."""

from typing import NamedTuple

from django.utils.translation import gettext_noop as noop

from rollviz.desk.words import NOTHING, Text, say
from simulation.foresight import askers
from simulation.inside import KillInside, RemoveHealthy, TouchHealthy, container_of, status_of
from simulation.objects import Pod
from simulation.pods import is_finished
from simulation.store import Store


class Action(NamedTuple):
    id: str
    verb: Text
    line: str
    no: Text = NOTHING
    """Why it cannot be done now."""
    key: str = ""
    """The label whose removal it proposes, instead of a line."""


VERBS = {"delete": noop("delete pod"), "crash": noop("crash it"), "ready": noop("make unready"), "release": noop("release")}
"""Their places: a container that was made unready is made ready in the same."""


def no_actions(why: Text) -> tuple[Action, ...]:
    """Of a pod that is gone."""
    return tuple(Action(id, say(verb), "", why) for id, verb in VERBS.items())


def actions(store: Store, pod: Pod) -> tuple[Action, ...]:
    name, ending = pod.metadata.name, pod.metadata.deletion_timestamp is not None
    no = say("it is ending already") if ending else NOTHING
    delete = Action("delete", say(VERBS["delete"]), "" if ending else f"delete pod {name}", no)
    return delete, _crash(store, pod, ending), _unready(store, pod, ending), _release(store, pod)


def _crash(store: Store, pod: Pod, ending: bool) -> Action:
    why = _unreached(store, pod, 0, ending)
    return Action("crash", say(VERBS["crash"]), "" if why else KillInside(*_into(pod, 0)).kubectl(), why)


def _unready(store: Store, pod: Pod, ending: bool) -> Action:
    number = next((i for i, container in enumerate(pod.spec.containers) if container.readiness_probe is not None), None)
    if number is None:
        return Action("ready", say(VERBS["ready"]), "", say("no container has a readiness probe: running is ready"))
    back = (pod.metadata.uid, number) in store.unwell
    verb, command = (noop("make ready"), TouchHealthy) if back else (VERBS["ready"], RemoveHealthy)
    why = _unreached(store, pod, number, ending)
    return Action("ready", say(verb), "" if why else command(*_into(pod, number)).kubectl(), why)


def _release(store: Store, pod: Pod) -> Action:
    """Away with the label that most selectors ask for, so that it is nobody's."""
    labels = pod.metadata.labels
    asks = [key for asker in askers(store) if asker.selector.matches(labels) for key in asker.keys if key in labels]
    if not asks:
        return Action("release", say(VERBS["release"]), "", say("no selector picks it"))
    return Action("release", say(VERBS["release"]), "", NOTHING, min(asks, key=lambda key: (-asks.count(key), key)))


def _into(pod: Pod, number: int) -> tuple[str, str]:
    """(pod, container), "" where kubectl takes the only one."""
    return pod.metadata.name, container_of(pod, number) if len(pod.spec.containers) > 1 else ""


def _unreached(store: Store, pod: Pod, number: int, ending: bool) -> Text:
    if ending:
        return say("it is ending")
    machine = store.machines.get(pod.spec.node_name)
    if machine is not None and machine.off_since is not None:
        return say("{node} does not answer", node=machine.name)
    status = status_of(pod, number)
    if is_finished(pod) or status is None or status.state.running is None:
        return say("container {container} does not run", container=container_of(pod, number))
    return NOTHING

"""What a label will do, in sentences, before it is set: who makes another pod, who stops sending to it, who owns it.

Every number is counted on a copy of the cluster on which the act was done (`simulation.foresight`).
"""

import shlex
from typing import NamedTuple

from msgspec import Struct

from rollviz.desk.versions import version_of
from rollviz.desk.words import Run, Text, pick, pods, strong, text
from simulation import foresight
from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.foresight import Ahead, Count
from simulation.kubectl.parse import parse
from simulation.objects import Pod, ReplicaSet, Service
from simulation.pods import is_active
from simulation.store import Store, controller_of

NUMBERS = ("no", "one", "two", "three", "four", "five", "six")


class Item(NamedTuple):
    glyph: str
    words: Text


class Then(Struct, frozen=True):
    """What will happen; `line` "" if there is nothing to set, `error` is kubectl's refusal."""

    title: Text
    items: tuple[Item, ...] = ()
    line: str = ""
    verb: str = ""
    error: str = ""


def line_of(pod: str, key: str, value: str | None) -> str:
    """The kubectl line that sets a label, or with None removes it."""
    change = [f"{key}-"] if value is None else [f"{key}={value}", "--overwrite"]
    return shlex.join(["label", "pod", pod, *change])


def of_label(memory, cluster: Cluster, name: str, key: str, value: str | None) -> Then:
    """If this pod's label got this value, or with None went."""
    pod = cluster.store.get("Pod", name)
    if pod is None:
        return Then(text("This pod is gone."))
    old = pod.metadata.labels.get(key)
    if not key or old == value:
        return Then(text("It has no such label." if value is None else f"{key} is {old} already." if key else "A label has a name."))
    line = line_of(name, key, value)
    try:
        seen = foresight.ahead(cluster, parse(line))
    except StatusError as error:
        return Then(text("This is refused:"), (), line, "", error.kubectl())
    labels = {have: of for have, of in pod.metadata.labels.items() if have != key}
    before = _picking(cluster.store, pod.metadata.labels)
    after = _picking(cluster.store, labels if value is None else labels | {key: value})
    items = (*_sets(memory, seen, name), *_services(seen, pod, before, after), *_itself(memory, seen, name))
    return Then(text(_becomes(key, old, value), _moves(before, after)), items, line, "set label" if value is not None else "remove label")


# ---------------------------------------------------------------------------------------------------------------- title


def _becomes(key: str, old: str | None, value: str | None) -> str:
    if value is None:
        return f"{key}={old} goes. "
    return f"{key}={value} comes. " if old is None else f"{key}={old} becomes {key}={value}. "


def _picking(store: Store, labels: dict[str, str]) -> frozenset[str]:
    """uids of the selectors that pick them."""
    return frozenset(asker.uid for asker in foresight.askers(store) if asker.selector.matches(labels))


def _moves(before: frozenset[str], after: frozenset[str]) -> str:
    left, joined = len(before - after), len(after - before)
    if left and joined:
        return f"It leaves {_selectors(left)} and joins {_selectors(joined)}:"
    if left or joined:
        return f"It {'leaves' if left else 'joins'} {_selectors(left or joined)}:"
    return "No selector minds:"


def _selectors(n: int) -> str:
    return f"{NUMBERS[n] if n < len(NUMBERS) else n} {pick(n, 'selector', 'selectors')}"


# ---------------------------------------------------------------------------------------------------------------- items


def _sets(memory, seen: Ahead, name: str) -> list[Item]:
    return [_counts(memory, seen.after, count, name) for count in foresight.counts(seen)]


def _counts(memory, store: Store, count: Count, name: str) -> Item:
    who: list[Run] = ["ReplicaSet ", version_of(memory, store, count.replicaset), f" counts {count.pods} of {count.wanted}"]
    if count.made:
        return Item("i-up", text(*who, " and ", strong(f"makes {_another(count.made)}.")))
    if count.deleted:
        which = "this one" if name in count.deleted else ", ".join(count.deleted)
        return Item("i-down", text(*who, f", {count.pods - count.wanted} too many, and ", strong(f"deletes {which}.")))
    return Item("i-hold", text(*who, " and changes nothing."))


def _another(n: int) -> str:
    return "another pod" if n == 1 else f"{pods(n)} more"


def _services(seen: Ahead, pod: Pod, before: frozenset[str], after: frozenset[str]) -> list[Item]:
    found = []
    for service in seen.after.list("Service", pod.metadata.namespace):
        was, will = service.metadata.uid in before, service.metadata.uid in after
        said = _sends(seen, service, pod.metadata.name, was, will)
        if said is not None:
            found.append(Item("s-available" if will else "i-no", text(f"Service {service.metadata.name} ", *said)))
    return found


def _sends(seen: Ahead, service: Service, name: str, before: bool, after: bool) -> tuple[Run, ...] | None:
    """What this Service does about the pod, None if it is the same as before."""
    sent, sends = (name in foresight.answering(store, service) for store in (seen.without, seen.after))
    if sent and not sends:
        return (strong("stops sending"), " to it.")
    if sends and not sent:
        return (strong("sends to it"), " from now on.")
    if before and not after:
        return (strong("will not use it,"), " even when it is ready.")
    if after and not before:
        return (strong("will send to it"), " once it is ready.")
    return None


def _itself(memory, seen: Ahead, name: str) -> list[Item]:
    pod = seen.after.get("Pod", name)
    if pod is None or not is_active(pod):
        return [Item("s-terminating", text("The pod ", strong("ends:"), " it is the one that is missed least."))]
    stays = strong("keeps running." if pod.status.phase == "Running" else "stays as it is.")
    owner = controller_of(pod)
    if owner is None:
        return [Item("s-available", text("The pod ", stays, " Nobody owns it."))]
    rs: ReplicaSet | None = seen.after.get(owner.kind, owner.name, pod.metadata.namespace)
    who: Run = version_of(memory, seen.after, rs) if rs is not None else owner.name
    return [Item("s-available", text("The pod ", stays, f" {owner.kind} ", who, " owns it."))]

"""What a label will do, in sentences, before it is set: who makes another pod, who stops sending to it, who owns it.

Every number is counted on a copy of the cluster on which the act was done (`simulation.foresight`).
"""

import shlex
from typing import NamedTuple

from django.utils.translation import gettext_noop as noop
from msgspec import Struct

from rollviz.desk.versions import version_of
from rollviz.desk.words import NOTHING, Run, Text, counted, say, strong, text
from simulation import foresight
from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.foresight import Ahead, Count
from simulation.kubectl.parse import parse
from simulation.objects import Pod, ReplicaSet, Service
from simulation.pods import is_active
from simulation.store import Store, controller_of

NUMBERS = ("", noop("one"), noop("two"), noop("three"), noop("four"), noop("five"), noop("six"))


class Item(NamedTuple):
    glyph: str
    words: Text


class Then(Struct, frozen=True):
    """What will happen; `line` "" if there is nothing to set, `error` is kubectl's refusal."""

    title: Text
    items: tuple[Item, ...] = ()
    line: str = ""
    verb: Text = NOTHING
    error: str = ""


def line_of(pod: str, key: str, value: str | None) -> str:
    """The kubectl line that sets a label, or with None removes it."""
    change = [f"{key}-"] if value is None else [f"{key}={value}", "--overwrite"]
    return shlex.join(["label", "pod", pod, *change])


def of_label(memory, cluster: Cluster, name: str, key: str, value: str | None) -> Then:
    """If this pod's label got this value, or with None went."""
    pod = cluster.store.get("Pod", name)
    if pod is None:
        return Then(say("This pod is gone."))
    old = pod.metadata.labels.get(key)
    if not key or old == value:
        if value is None:
            return Then(say("It has no such label."))
        return Then(say("{key} is {value} already.", key=key, value=old) if key else say("A label has a name."))
    line = line_of(name, key, value)
    try:
        seen = foresight.ahead(cluster, parse(line))
    except StatusError as error:
        return Then(say("This is refused:"), (), line, NOTHING, error.kubectl())
    labels = {have: of for have, of in pod.metadata.labels.items() if have != key}
    before = _picking(cluster.store, pod.metadata.labels)
    after = _picking(cluster.store, labels if value is None else labels | {key: value})
    items = (*_sets(memory, seen, name), *_services(seen, pod, before, after), *_itself(memory, seen, name))
    title = text(_becomes(key, old, value), " ", _moves(before, after))
    return Then(title, items, line, say("set label") if value is not None else say("remove label"))


# ---------------------------------------------------------------------------------------------------------------- title


def _becomes(key: str, old: str | None, value: str | None) -> Text:
    if value is None:
        return say("{label} goes.", label=f"{key}={old}")
    if old is None:
        return say("{label} comes.", label=f"{key}={value}")
    return say("{old} becomes {new}.", old=f"{key}={old}", new=f"{key}={value}")


def _picking(store: Store, labels: dict[str, str]) -> frozenset[str]:
    """uids of the selectors that pick them."""
    return frozenset(asker.uid for asker in foresight.askers(store) if asker.selector.matches(labels))


def _moves(before: frozenset[str], after: frozenset[str]) -> Text:
    left, joined = len(before - after), len(after - before)
    if left and joined:
        return say("It leaves {some} and joins {others}:", some=_selectors(left), others=_selectors(joined))
    if left:
        return say("It leaves {some}:", some=_selectors(left))
    return say("It joins {some}:", some=_selectors(joined)) if joined else say("No selector minds:")


def _selectors(n: int) -> Text:
    return counted("{number} selector", "{number} selectors", n, number=say(NUMBERS[n]) if n < len(NUMBERS) else n)


# ---------------------------------------------------------------------------------------------------------------- items


def _sets(memory, seen: Ahead, name: str) -> list[Item]:
    return [_counts(memory, seen.after, count, name) for count in foresight.counts(seen)]


def _counts(memory, store: Store, count: Count, name: str) -> Item:
    values = {"version": version_of(memory, store, count.replicaset), "n": count.pods, "wanted": count.wanted}
    if count.made:
        makes = strong(say("makes another pod.") if count.made == 1 else say("makes {more} pods more.", more=count.made))
        return Item("i-up", say("ReplicaSet {version} counts {n} of {wanted} and {makes}", **values, makes=makes))
    if count.deleted:
        which: Run = say("this one") if name in count.deleted else ", ".join(count.deleted)
        values |= {"over": count.pods - count.wanted, "deletes": strong(say("deletes {which}.", which=which))}
        return Item("i-down", say("ReplicaSet {version} counts {n} of {wanted}, {over} too many, and {deletes}", **values))
    return Item("i-hold", say("ReplicaSet {version} counts {n} of {wanted} and changes nothing.", **values))


def _services(seen: Ahead, pod: Pod, before: frozenset[str], after: frozenset[str]) -> list[Item]:
    found = []
    for service in seen.after.list("Service", pod.metadata.namespace):
        was, will = service.metadata.uid in before, service.metadata.uid in after
        said = _sends(seen, service, pod.metadata.name, was, will)
        if said is not None:
            found.append(Item("s-available" if will else "i-no", said))
    return found


def _sends(seen: Ahead, service: Service, name: str, before: bool, after: bool) -> Text | None:
    """What this Service does about the pod, None if it is the same as before."""
    sent, sends = (name in foresight.answering(store, service) for store in (seen.without, seen.after))
    if sent and not sends:
        sentence = noop("Service {name} {stops} to it."), "stops", noop("stops sending")
    elif sends and not sent:
        sentence = noop("Service {name} {sends} from now on."), "sends", noop("sends to it")
    elif before and not after:
        sentence = noop("Service {name} {not_used} even when it is ready."), "not_used", noop("will not use it,")
    elif after and not before:
        sentence = noop("Service {name} {will} once it is ready."), "will", noop("will send to it")
    else:
        return None
    whole, place, weighty = sentence
    return say(whole, name=service.metadata.name, **{place: strong(say(weighty))})


def _itself(memory, seen: Ahead, name: str) -> list[Item]:
    pod = seen.after.get("Pod", name)
    if pod is None or not is_active(pod):
        return [Item("s-terminating", say("The pod {ends} it is the one that is missed least.", ends=strong(say("ends:"))))]
    stays = say("The pod {stays}", stays=strong(say("keeps running.") if pod.status.phase == "Running" else say("stays as it is.")))
    owner = controller_of(pod)
    if owner is None:
        return [Item("s-available", text(stays, " ", say("Nobody owns it.")))]
    rs: ReplicaSet | None = seen.after.get(owner.kind, owner.name, pod.metadata.namespace)
    who: Run = version_of(memory, seen.after, rs) if rs is not None else owner.name
    return [Item("s-available", text(stays, " ", say("{kind} {version} owns it.", kind=owner.kind, version=who)))]

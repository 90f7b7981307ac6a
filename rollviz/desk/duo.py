"""Two Deployments at one Service are blue/green if the selector can find only one of them, stable and canary if it finds both.

What stands here follows from the labels and the selector alone: nobody switches the desk into it, and it goes when the state does.
"""

import json
import shlex
from typing import NamedTuple

from django.utils.translation import gettext_noop as noop
from msgspec.structs import replace

from rollviz.desk.service import picks
from rollviz.desk.sets import Group, Strip
from rollviz.desk.words import Code, Version, say, text
from simulation.controllers.deployment import util
from simulation.objects import Deployment, Service

BLUE_GREEN, CANARY = "bluegreen", "canary"


class Side(NamedTuple):
    """One of the two Deployments. `a` is the one made first; of a canary `b` is the canary."""

    letter: str
    word: str
    """What stands on its tape: A, B, stable, canary."""
    d: Deployment
    strips: tuple[Strip, ...]

    @property
    def name(self) -> str:
        return self.d.metadata.name

    @property
    def scope(self) -> str:
        return f" -n {self.d.metadata.namespace}" if self.d.metadata.namespace != "default" else ""

    @property
    def labels(self) -> dict[str, str]:
        return self.d.spec.template.metadata.labels

    @property
    def want(self) -> int:
        return util.replicas_of(self.d)

    @property
    def target(self) -> Strip | None:
        return next((s for s in self.strips if s.target), None)

    @property
    def hue(self) -> int:
        return self.target.hue if self.target else 0

    @property
    def version(self) -> Version:
        return Version(self.word, self.hue)

    @property
    def full(self) -> Version:
        return Version(f"{self.word} {self.name}", self.hue)

    @property
    def ready(self) -> int:
        return sum(s.ready for s in self.strips)

    @property
    def endpoints(self) -> int:
        return sum(s.endpoints for s in self.strips)

    @property
    def held(self) -> int:
        """Pods that take up room on a node, or want to."""
        return sum(cell.state != "terminating" for s in self.strips for cell in s.pods)

    @property
    def complete(self) -> bool:
        """Its rollout is over: one set has all that is wanted, and it is there."""
        t = self.target
        return t is not None and t.v == self.want and t.available == self.want and not any(s.v for s in self.strips if s is not t)


class Duo(NamedTuple):
    kind: str
    """BLUE_GREEN or CANARY."""
    service: Service
    a: Side
    b: Side
    keys: tuple[str, ...]
    """The selector's keys in which the two differ; none for a canary."""

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.a, self.b

    @property
    def on(self) -> Side | None:
        """The side that the selector finds, None if it finds neither."""
        selector = self.service.spec.selector
        return next((side for side in self.sides if all(selector[key] == side.labels[key] for key in self.keys)), None)

    @property
    def off(self) -> Side | None:
        return None if self.on is None else self.b if self.on is self.a else self.a

    @property
    def resting(self) -> bool:
        return self.a.complete and self.b.complete

    def other(self, side: Side) -> Side:
        return self.b if side.letter == "a" else self.a

    def cut(self, side: Side) -> str:
        """The kubectl line that moves all requests to a side."""
        found = {key: side.labels[key] for key in self.keys}
        patch = json.dumps({"spec": {"selector": found}}, separators=(",", ":"))
        scope = ["-n", self.service.metadata.namespace] if side.scope else []
        return shlex.join(["patch", "service", self.service.metadata.name, *scope, "-p", patch])


class Found(NamedTuple):
    """Two Deployments and a Service, as the store has them; `one` is A, or stable."""

    kind: str
    service: Service
    one: Group
    other: Group
    keys: tuple[str, ...] = ()


def find(store, found: list[Group]) -> Found | None:
    """What the two Deployments and the one Service of a cluster make together; None if there are more or fewer, or they have nothing to do
    with one another."""
    services = [service for service in store.list("Service") if service.spec.selector]
    if len(found) != 2 or len(services) != 1 or any(group.d is None for group in found):
        return None
    service, (one, other) = services[0], (group.d for group in found)
    if not one.metadata.namespace == other.metadata.namespace == service.metadata.namespace:
        return None
    keys = _apart(service.spec.selector, one, other)
    if keys:
        own = _is_own(service, keys, one, other) or _is_own(service, keys, other, one)
        return None if own else Found(BLUE_GREEN, service, *found, keys)
    if not all(_is_behind(store, service, group) for group in found):
        return None
    swapped = _called_canary(one) and not _called_canary(other)
    return Found(CANARY, service, *(reversed(found) if swapped else found))


def duo(found: Found | None, strips: tuple[Strip, ...]) -> Duo | None:
    """The same with their strips."""
    if found is None:
        return None
    words = ("A", "B") if found.kind == BLUE_GREEN else ("stable", "canary")
    sides = (_side(letter, word, group.d, strips) for letter, word, group in zip("ab", words, (found.one, found.other), strict=True))
    return Duo(found.kind, found.service, *sides, found.keys)


def dressed(pair: Duo | None, strips: tuple[Strip, ...]) -> tuple[Strip, ...]:
    """The strips with what they are in this pair."""
    if pair is None:
        return strips
    sides = {side.name: side for side in pair.sides}
    return tuple(_dressed(pair, sides[s.deployment], s) for s in strips)


def _dressed(pair: Duo, side: Side, s: Strip) -> Strip:
    s = replace(s, side=side.letter)
    if not s.target:
        return s
    labels = ",".join(f"{key}={value}" for key, value in sorted(side.labels.items()))
    s = replace(s, word=side.word, foot=text(Code(labels)))
    if pair.kind == CANARY:
        s = replace(s, driven=f"deployment/{side.name}")
    if not side.complete or not side.want:
        return s
    if pair.kind == CANARY:
        return replace(s, words=side.word, why=say("Deployment {name}", name=side.name))
    if side is pair.on:
        return replace(s, words=noop("on air"), why=say("all requests come here"))
    return replace(s, words=noop("standing by"), why=say("no requests, pods stay ready"))


def _apart(selector: dict[str, str], one: Deployment, two: Deployment) -> tuple[str, ...]:
    """The keys whose value decides which of the two a selector finds; () if no value of them would find each."""
    a, b = (d.spec.template.metadata.labels for d in (one, two))
    if any(key not in a or key not in b for key in selector):
        return ()
    keys = tuple(key for key in sorted(selector) if a[key] != b[key])
    return keys if all(a[key] == value for key, value in selector.items() if key not in keys) else ()


def _is_own(service: Service, keys: tuple[str, ...], one: Deployment, other: Deployment) -> bool:
    """A Service that bears the name of the one it finds is that one's own, and the other another application; unless the other is called
    after it (web, web-green), or they have something in common that the selector asks for."""
    labels, selector = one.spec.template.metadata.labels, service.spec.selector
    called = service.metadata.name == one.metadata.name and not other.metadata.name.startswith(f"{one.metadata.name}-")
    return called and len(keys) == len(selector) and all(labels[key] == selector[key] for key in keys)


def _is_behind(store, service: Service, group: Group) -> bool:
    """Whether the Service sends to pods of this Deployment, or would as soon as they are ready."""
    return any(picks(service, store, rs.metadata.namespace, rs.metadata.uid) for rs in group.sets)


def _called_canary(d: Deployment) -> bool:
    return "canary" in d.metadata.name or "canary" in d.spec.template.metadata.labels.values()


def _side(letter: str, word: str, d: Deployment, strips: tuple[Strip, ...]) -> Side:
    own = tuple(s for s in strips if (s.deployment, s.namespace) == (d.metadata.name, d.metadata.namespace))
    return Side(letter, word, d, own)

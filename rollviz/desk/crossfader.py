"""Blue/green: who receives requests, the cut that moves them, what holding both costs, and how long going back would take."""

from typing import NamedTuple
from weakref import WeakKeyDictionary

from django.utils.translation import gettext_noop as noop

from rollviz.desk.duo import Duo, Side
from rollviz.desk.service import Out
from rollviz.desk.why import Term, Why
from rollviz.desk.words import Code, Text, counted, of_pods, say, strong, text
from simulation.recording import Recording
from simulation.switching import switch_ms


class Chip(NamedTuple):
    text: str
    hue: int | None
    """Of the side that this label chooses; None if it chooses neither."""


class Stat(NamedTuple):
    n: str | Text
    words: Text

    @property
    def number(self) -> str:
        """For a page."""
        return self.n.html if isinstance(self.n, Text) else self.n


class Between(NamedTuple):
    """The Service between the two decks: its jacks on either side, its selector, and the price."""

    name: str
    chips: tuple[Chip, ...]
    outs_a: tuple[Out, ...]
    outs_b: tuple[Out, ...]
    stats: tuple[Stat, ...]


class End(NamedTuple):
    letter: str
    word: str
    name: str
    hue: int
    on: bool
    first: bool
    """Where the tab key comes to."""
    line: str


class Fader(NamedTuple):
    service: str
    a: End
    b: End
    say: Text

    @property
    def lines(self) -> tuple[End, ...]:
        """What may be moved to."""
        return tuple(end for end in (self.a, self.b) if not end.on)

    @property
    def at(self) -> End | None:
        return next((end for end in (self.a, self.b) if end.on), None)


_switches: WeakKeyDictionary = WeakKeyDictionary()
"""Recording -> (what the answer followed from, how long going back takes)."""


def between(duo: Duo, back: int | None) -> Between:
    """`back`: milliseconds that going back would take, None if nobody would answer."""
    selector = duo.service.spec.selector
    hue = duo.on.hue if duo.on else None
    chips = tuple(Chip(f"{key}={value}", hue if key in duo.keys else None) for key, value in sorted(selector.items()))
    outs = (tuple(Out(s.id, s.hue) for s in side.strips if not s.parked) for side in duo.sides)
    return Between(duo.service.metadata.name, chips, *outs, _stats(duo, back))


def _stats(duo: Duo, back: int | None) -> tuple[Stat, ...]:
    held = sum(side.held for side in duo.sides)
    if duo.on is None:
        return (Stat(str(held), counted("pod held, for nobody", "pods held, for nobody", held)),)
    cost = Stat(str(held), counted("pod held for the work of {want}", "pods held for the work of {want}", held, want=duo.on.want))
    if back is None:
        return cost, Stat(say("no way"), say("back: {name} has no ready pod", name=duo.off.name))
    return cost, Stat(_seconds(back), say("until all requests are back"))


def fader(duo: Duo) -> Fader:
    ends = (
        End(side.letter, side.word, side.name, side.hue, side is duo.on, side is (duo.on or duo.a), duo.cut(side)) for side in duo.sides
    )
    words = say("no halfway: a selector cuts") if duo.on else say("on neither: the selector finds none of these pods")
    return Fader(duo.service.metadata.name, *ends, words)


def back_ms(recording: Recording, duo: Duo) -> int | None:
    """How long it would take until all requests reach the side that stands by; None if none of its pods would answer."""
    if duo.off is None or not duo.off.ready:
        return None
    cluster = recording.cluster
    followed = recording.tape, cluster.store.revision, cluster.now // 1000, duo.off.name
    before = _switches.get(recording)
    if before is None or before[0] != followed:
        before = _switches[recording] = followed, switch_ms(cluster, duo.service, duo.off.labels)
    return before[1]


# ------------------------------------------------------------------------------------------------------ in sentences


def headline(duo: Duo) -> Text:
    on, off = duo.on, duo.off
    if on is None:
        selector = ",".join(f"{key}={value}" for key, value in sorted(duo.service.spec.selector.items()))
        return say("No request reaches a pod: {selector} is on neither side.", selector=Code(selector))
    if not on.endpoints:
        return say("All requests go to {version}, and no pod of it answers.", version=on.full)
    return text(say("All requests go to {version}.", version=on.full), " ", _stands_by(off))


def _stands_by(off: Side) -> Text:
    if not off.want:
        return say("{version} is at zero.", version=off.full)
    return say("{version} stands by.", version=off.full) if off.ready else say("{version} has no ready pod.", version=off.full)


def why(duo: Duo, back: int | None) -> Why:
    on, off = duo.on, duo.off
    held = sum(side.held for side in duo.sides)
    if on is None:
        labels = [Code(",".join(f"{key}={side.labels[key]}" for key in duo.keys)) for side in duo.sides]
        said = say("The pods have {a} and {b}. The crossfader writes one of these into the selector.", a=labels[0], b=labels[1])
        return Why(say("Nobody receives requests"), (Term(held, noop("pods")), Term(held, "unplugged", "−"), Term(0, "on air", "=")), said)
    sum_ = (Term(held, "pods held"), Term(on.want, "for the requests", "−"), Term(held - on.want, "to go back to", "="))
    moved = say("One label in the selector decides. Changing it replaces the list of endpoints at once; no pod starts or stops.")
    if back is None:
        nobody = say("{name} has no ready pod: requests would reach nobody.", name=off.name)
        return Why(say("Going back is not possible now"), sum_, text(moved, " ", nobody))
    cost = strong(say("{pods} for the work of {want}.", pods=of_pods(held), want=on.want))
    way = say("Going back takes {time}, because {name} still runs. That is what it costs:", time=_seconds(back), name=off.name)
    return Why(say("Why is {version} still running?", version=off.version), sum_, text(moved, " ", way, " ", cost))


def _seconds(ms: int) -> Text:
    if not ms:
        return say("no time")
    return text(f"{ms} ms" if ms < 1000 else f"{ms / 1000:g} s")

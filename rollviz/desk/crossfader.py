"""Blue/green: who receives requests, the cut that moves them, what holding both costs, and how long going back would take."""

from typing import NamedTuple
from weakref import WeakKeyDictionary

from rollviz.desk.duo import Duo, Side
from rollviz.desk.service import Out
from rollviz.desk.why import Term, Why
from rollviz.desk.words import Code, Text, pick, pods, strong, text
from simulation.recording import Recording
from simulation.switching import switch_ms


class Chip(NamedTuple):
    text: str
    hue: int | None
    """Of the side that this label chooses; None if it chooses neither."""


class Stat(NamedTuple):
    n: str
    words: str


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
        return (Stat(str(held), f"{pick(held, 'pod', 'pods')} held, for nobody"),)
    cost = Stat(str(held), f"{pick(held, 'pod', 'pods')} held for the work of {duo.on.want}")
    if back is None:
        return cost, Stat("no way", f"back: {duo.off.name} has no ready pod")
    return cost, Stat(_seconds(back), "until all requests are back")


def fader(duo: Duo) -> Fader:
    ends = (
        End(side.letter, side.word, side.name, side.hue, side is duo.on, side is (duo.on or duo.a), duo.cut(side)) for side in duo.sides
    )
    say = text("no halfway: a selector cuts") if duo.on else text("on neither: the selector finds none of these pods")
    return Fader(duo.service.metadata.name, *ends, say)


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
        return text("No request reaches a pod: ", Code(selector), " is on neither side.")
    if not on.endpoints:
        return text("All requests go to ", on.full, ", and no pod of it answers.")
    return text("All requests go to ", on.full, ". ", *_stands_by(off))


def _stands_by(off: Side) -> list:
    if not off.want:
        return [off.full, " is at zero."]
    return [off.full, " stands by." if off.ready else " has no ready pod."]


def why(duo: Duo, back: int | None) -> Why:
    on, off = duo.on, duo.off
    held = sum(side.held for side in duo.sides)
    if on is None:
        labels = [Code(",".join(f"{key}={side.labels[key]}" for key in duo.keys)) for side in duo.sides]
        said = text("The pods have ", labels[0], " and ", labels[1], ". The crossfader writes one of these into the selector.")
        return Why(text("Nobody receives requests"), (Term(held, "pods"), Term(held, "unplugged", "−"), Term(0, "on air", "=")), said)
    sum_ = (Term(held, "pods held"), Term(on.want, "for the requests", "−"), Term(held - on.want, "to go back to", "="))
    moved = "One label in the selector decides. Changing it replaces the list of endpoints at once; no pod starts or stops. "
    if back is None:
        return Why(text("Going back is not possible now"), sum_, text(moved, off.name, " has no ready pod: requests would reach nobody."))
    cost = strong(f"{pods(held)} for the work of {on.want}.")
    way = f"Going back takes {_seconds(back)}, because {off.name} still runs. That is what it costs: "
    return Why(text("Why is ", off.version, " still running?"), sum_, text(moved, way, cost))


def _seconds(ms: int) -> str:
    if not ms:
        return "no time"
    return f"{ms} ms" if ms < 1000 else f"{ms / 1000:g} s"

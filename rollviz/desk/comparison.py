"""Stable and canary side by side: what each has heard, what may be said of it, and the kubectl lines that follow from it."""

from collections.abc import Sequence
from math import gcd
from typing import NamedTuple

from django.utils.translation import gettext_noop as noop

from rollviz.desk.delta import Tree
from rollviz.desk.duo import CANARY, Duo, Found, find
from rollviz.desk.service import endpoint_counts
from rollviz.desk.sets import groups
from rollviz.desk.why import Term, Why
from rollviz.desk.words import NOTHING, Code, Text, counted, say, strong, text, thousands
from simulation import hearing, verdict
from simulation.cluster import Cluster
from simulation.verdict import Measure, Verdict

NOBODY, SILENT, PROMOTED, GONE = "nobody", "silent", "promoted", "gone"
"""What may be said besides verdict.SAME, WORSE and EARLY: no clients, no endpoint, both run one image, it is at zero."""
NAMES = {"errors": noop("errors"), "p95": noop("the slowest 5 %"), "p50": noop("the typical request")}
CAPITALS = {"errors": noop("Errors"), "p95": noop("The slowest 5 %"), "p50": noop("The typical request")}
"""The same at the beginning of a sentence."""


class Said(NamedTuple):
    kind: str
    title: Text
    text: Text


class Key(NamedTuple):
    id: str
    verb: Text
    line: str
    """A kubectl line, or "" for the key that only lets time go on."""
    first: bool

    @property
    def comment(self) -> bool:
        """What happens around the cluster has no verb in kubectl."""
        return self.line.startswith("#")


def heard(cluster: Cluster, found: Found) -> Verdict | None:
    """What may be said of what both have heard in the same time; None if nobody sends requests."""
    meta = found.service.metadata
    flow = cluster.traffic.flows.get((meta.namespace, meta.name))
    if flow is None or found.other.new is None or not found.one.sets:
        return None
    counts = endpoint_counts(cluster.store)
    stable = max(found.one.sets, key=lambda rs: (counts.get(rs.metadata.uid, 0), rs is found.one.new))
    judged = verdict.judge(*hearing.together(flow, stable.metadata.uid, found.other.new.metadata.uid))
    return judged if judged.stable or flow.clients.rate else None


def verdict_on(cluster: Cluster) -> Verdict | None:
    """What may be said of the canary of a cluster, if it has one."""
    if not cluster.traffic.flows:
        return None
    found = find(cluster.store, groups(cluster.store))
    return heard(cluster, found) if found is not None and found.kind == CANARY else None


def told(heard: Verdict | None) -> tuple[str, Text, Text, bool] | None:
    """The line of the log: glyph, words, sum, whether it is bad."""
    if heard is None or heard.said == verdict.EARLY:
        return None
    if heard.said == verdict.SAME:
        sum_ = say("{canary} requests of the canary, {stable} of stable; no limit broken for certain.", **_heard(heard))
        return "i-ok", strong(say("Verdict: nothing worse heard")), sum_, False
    words = text(strong(say("Verdict: fade the canary out."), " "), _listed(heard.worse, CAPITALS))
    return "s-crash", words, _sum(heard.worse[0]), True


def kind(duo: Duo, heard: Verdict | None) -> str:
    if not duo.b.want:
        return GONE
    if _images(duo.a) == _images(duo.b):
        return PROMOTED
    if heard is None:
        return NOBODY
    return SILENT if heard.said == verdict.EARLY and not duo.b.endpoints else heard.said


def said(duo: Duo, heard: Verdict | None) -> Said:
    """The verdict in a title and a sentence with its sum."""
    what, canary, stable = kind(duo, heard), duo.b.version, duo.a.version
    match what:
        case "gone":
            return Said(what, say("The canary is at zero"), say("{version} hears all requests.", version=stable))
        case "promoted":
            images = Code(" + ".join(_images(duo.a).values()))
            both = say("Both run {images}. Nothing is left to compare; the canary's pods may go.", images=images)
            return Said(what, say("Promoted"), both)
        case "nobody":
            needs = say("A verdict needs requests to compare.")
            return Said(what, say("Nobody sends requests"), text(needs, " ", _share(duo, would=True)))
        case "silent":
            return Said(what, say("The canary hears nothing"), text(say("None of its pods is ready."), " ", _share(duo)))
        case "worse":
            first, *more = heard.worse
            also = text(" ", say("Also {measures}.", measures=_listed(more, NAMES))) if more else NOTHING
            sum_ = text(strong(say(CAPITALS[first.name])), ": ", _sum(first), ".", also)
            return Said(what, say("Fade the canary out"), text(sum_, " ", _share(duo)))
        case "nothing worse":
            sides = {"on_canary": canary, "on_stable": stable, **_heard(heard)}
            shown = say("{canary} requests of {on_canary}, {stable} of {on_stable}, and no limit broken for certain.", **sides)
            return Said(what, say("Nothing worse heard"), shown)
    needs = say("A verdict needs {n} of each.", n=thousands(verdict.ENOUGH))
    return Said(what, say("Too early to say"), text(_heard_by(duo, heard), " ", needs, " ", _share(duo)))


def keys(duo: Duo, heard: Verdict | None) -> tuple[Key, ...]:
    """What may be done, the nearest first, each with its line."""
    what, name, scope = kind(duo, heard), duo.b.name, duo.b.scope
    canary = duo.b.version
    fade = say("fade {version} out", version=canary)
    out = Key("out", fade, f"scale deployment/{name} --replicas=0{scope}", what in (verdict.WORSE, PROMOTED))
    listen = Key("listen", say("keep listening"), "", what in (verdict.EARLY, SILENT))
    if what == GONE:
        again = Key("again", say("send {version} in again", version=canary), f"scale deployment/{name} --replicas=1{scope}", False)
        return again, Key("delete", say("delete {version}", version=canary), f"delete deployment {name}{scope}", False)
    if what == PROMOTED:
        return out, listen
    if what == NOBODY:
        clients = Key("clients", say("let clients come"), f"# {duo.service.metadata.name}: 200 requests/s{duo.b.scope}", True)
        return clients, out, _promote(duo, what)
    return out, listen, _promote(duo, what)


def _promote(duo: Duo, what: str) -> Key:
    images = " ".join(f"{name}={image}" for name, image in _images(duo.b).items() if _images(duo.a).get(name) != image)
    sentence = noop("promote {version} anyway") if what == verdict.WORSE else noop("promote {version}")
    line = f"set image deployment/{duo.a.name} {images}{duo.a.scope}"
    return Key("promote", say(sentence, version=duo.b.version), line, what == verdict.SAME)


def moving(heard: Verdict | None) -> Tree:
    """The rows of the panel: numbers with their unit, and where things stand in thousandths of a row's scale; the page has the words."""
    if heard is None:
        return {}
    rows = {measure.name: _row(measure) for measure in heard.measures}
    least = min(heard.canary, heard.stable)
    enough = {
        "g": "i-ok" if least >= verdict.ENOUGH else "i-hold",
        "c": thousands(heard.canary),
        "s": thousands(heard.stable),
        "at": min(1000 * least // verdict.ENOUGH, 1000),
    }
    return {"rows": rows, "enough": enough}


def _row(m: Measure) -> Tree:
    most = max(m.stable.high, m.canary.high, m.limit) * 1.1 or 1.0
    places = (m.stable.value, m.stable.low, m.stable.high, m.canary.value, m.canary.low, m.canary.high, m.limit)
    return {
        "g": "s-crash" if m.worse else "i-hold" if m.over else "i-ok",
        "c": f"{m.canary.value:g} {m.unit}",
        "s": f"{m.stable.value:g} {m.unit}",
        "l": f"{m.limit:g} {m.unit}",
        "chance": m.over and not m.worse,
        "at": [round(1000 * place / most) for place in places],
    }


# ------------------------------------------------------------------------------------------------------ in sentences


HEADLINES = {
    verdict.WORSE: noop("The {version} hears {part}, and is worse."),
    verdict.SAME: noop("The {version} hears {part}, and nothing worse is heard."),
    verdict.EARLY: noop("The {version} hears {part}. It is too early to say more."),
    NOBODY: noop("The {version} would hear {part}. Nobody sends any."),
    SILENT: noop("The {version} hears {part}."),
}


def headline(duo: Duo, heard: Verdict | None) -> Text:
    what = kind(duo, heard)
    if what == GONE:
        return say("{version} hears all requests.", version=duo.a.full)
    if what == PROMOTED:
        return say("{a} and {b} run the same image.", a=duo.a.full, b=duo.b.full)
    return say(HEADLINES[what], version=duo.b.version, part=_part(duo))


def why(duo: Duo) -> Why:
    """The share of the requests is the share of the endpoints."""
    canary, every = duo.b.endpoints, duo.a.endpoints + duo.b.endpoints
    share = f"{100 * canary / every:.0f}\u00a0%" if every else "0\u00a0%"
    sum_ = (Term(canary, "canary pods ready"), Term(every, "pods ready", "÷"), Term(share, "of the requests", "="))
    selector = Code(",".join(f"{key}={value}" for key, value in sorted(duo.service.spec.selector.items())))
    spreads = say("The Service knows nothing of canaries. It spreads requests over every ready pod that has {selector}.", selector=selector)
    less = say("For {share} run 1 canary beside 9 stable pods.", share="10\u00a0%")
    return Why(say("Why does {version} hear {share}?", version=duo.b.version, share=share), sum_, text(spreads, " ", less))


def both(duo: Duo) -> Text:
    """Why the Service finds pods of both."""
    a, b = duo.a.labels, duo.b.labels
    apart = sorted(key for key in {*a, *b} if a.get(key) != b.get(key) and key not in duo.service.spec.selector)
    if apart and all(s.plug for side in duo.sides for s in side.strips if s.target):
        keys: Text = text(apart[0])
        for key in apart[1:]:
            keys = say("{some} or {last}", some=keys, last=key)
        return say("The selector does not ask for {keys}, so it finds both.", keys=keys)
    return say("Pods of both carry the labels that the selector asks for.")


def _share(duo: Duo, would: bool = False) -> Text:
    found = {"part": _part(duo), "n": duo.b.endpoints, "every": duo.a.endpoints + duo.b.endpoints}
    if would:
        return say("It would hear {part}: {n} of {every} endpoints.", **found)
    return say("It hears {part}: {n} of {every} endpoints.", **found)


def _part(duo: Duo) -> Text:
    canary, every = duo.b.endpoints, duo.a.endpoints + duo.b.endpoints
    if not canary:
        return say("no request")
    if canary == every:
        return say("every request")
    common = gcd(canary, every)
    return counted("{n} request in {every}", "{n} requests in {every}", canary // common, every=every // common)


def _heard(heard: Verdict) -> dict[str, str]:
    return {"canary": thousands(heard.canary), "stable": thousands(heard.stable)}


def _heard_by(duo: Duo, heard: Verdict) -> Text:
    least, word = min((heard.canary, duo.b.word), (heard.stable, duo.a.word))
    return say("{n} requests heard by the {version}.", n=thousands(least), version=word)


def _sum(m: Measure) -> Text:
    """As Measure.sum."""
    stable, limit, canary = (f"{value:g} {m.unit}" for value in (m.stable.value, m.limit, m.canary.value))
    return say("{stable} {by} = {limit} allowed, {canary} measured", stable=stable, by=m.by, limit=limit, canary=canary)


def _images(side) -> dict[str, str]:
    return {container.name: container.image for container in side.d.spec.template.spec.containers}


def _listed(measures: Sequence[Measure], first: dict[str, str]) -> Text:
    """`first`: the names from which the first is taken, NAMES or CAPITALS."""
    *others, last = (say((NAMES if i else first)[measure.name]) for i, measure in enumerate(measures))
    if not others:
        return last
    some = others[0]
    for name in others[1:]:
        some = text(some, ", ", name)
    return say("{some} and {last}", some=some, last=last)

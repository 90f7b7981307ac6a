"""Stable and canary side by side: what each has heard, what may be said of it, and the kubectl lines that follow from it."""

from collections.abc import Sequence
from math import gcd
from typing import NamedTuple

from rollviz.desk.delta import Tree
from rollviz.desk.duo import CANARY, Duo, Found, find
from rollviz.desk.service import endpoint_counts
from rollviz.desk.sets import groups
from rollviz.desk.why import Term, Why
from rollviz.desk.words import Code, Text, pick, strong, text, thousands
from simulation import hearing, verdict
from simulation.cluster import Cluster
from simulation.verdict import Measure, Verdict

NOBODY, SILENT, PROMOTED, GONE = "nobody", "silent", "promoted", "gone"
"""What may be said besides verdict.SAME, WORSE and EARLY: no clients, no endpoint, both run one image, it is at zero."""
NAMES = {"errors": "errors", "p95": "the slowest 5 %", "p50": "the typical request"}


class Said(NamedTuple):
    kind: str
    title: str
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
        sum_ = text(f"{thousands(heard.canary)} requests of the canary, {thousands(heard.stable)} of stable; no limit broken for certain.")
        return "i-ok", text(strong("Verdict: nothing worse heard")), sum_, False
    words = text(strong("Verdict: fade the canary out. "), _capital(_listed(heard.worse)))
    return "s-crash", words, text(heard.worse[0].sum), True


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
            return Said(what, "The canary is at zero", text(stable, " hears all requests."))
        case "promoted":
            images = Code(" + ".join(_images(duo.a).values()))
            return Said(what, "Promoted", text("Both run ", images, ". Nothing is left to compare; the canary's pods may go."))
        case "nobody":
            return Said(what, "Nobody sends requests", text("A verdict needs requests to compare. ", *_share(duo, "would hear")))
        case "silent":
            return Said(what, "The canary hears nothing", text("None of its pods is ready. ", *_share(duo)))
        case "worse":
            first, *more = heard.worse
            also = [" Also ", _listed(more), "."] if more else []
            sum_ = [strong(_capital(NAMES[first.name])), f": {first.sum}.", *also, " "]
            return Said(what, "Fade the canary out", text(*sum_, *_share(duo)))
        case "nothing worse":
            shown = f"{thousands(heard.canary)} requests of "
            return Said(
                what,
                "Nothing worse heard",
                text(shown, canary, f", {thousands(heard.stable)} of ", stable, ", and no limit broken for certain."),
            )
    return Said(
        what, "Too early to say", text(f"{_heard_by(duo, heard)} A verdict needs {thousands(verdict.ENOUGH)} of each. ", *_share(duo))
    )


def keys(duo: Duo, heard: Verdict | None) -> tuple[Key, ...]:
    """What may be done, the nearest first, each with its line."""
    what, name, scope = kind(duo, heard), duo.b.name, duo.b.scope
    out = Key(
        "out", text("fade ", duo.b.version, " out"), f"scale deployment/{name} --replicas=0{scope}", what in (verdict.WORSE, PROMOTED)
    )
    listen = Key("listen", text("keep listening"), "", what in (verdict.EARLY, SILENT))
    if what == GONE:
        again = Key("again", text("send ", duo.b.version, " in again"), f"scale deployment/{name} --replicas=1{scope}", False)
        return again, Key("delete", text("delete ", duo.b.version), f"delete deployment {name}{scope}", False)
    if what == PROMOTED:
        return out, listen
    if what == NOBODY:
        clients = Key("clients", text("let clients come"), f"# {duo.service.metadata.name}: 200 requests/s{duo.b.scope}", True)
        return clients, out, _promote(duo, what)
    return out, listen, _promote(duo, what)


def _promote(duo: Duo, what: str) -> Key:
    images = " ".join(f"{name}={image}" for name, image in _images(duo.b).items() if _images(duo.a).get(name) != image)
    anyway = " anyway" if what == verdict.WORSE else ""
    line = f"set image deployment/{duo.a.name} {images}{duo.a.scope}"
    return Key("promote", text("promote ", duo.b.version, anyway), line, what == verdict.SAME)


def moving(heard: Verdict | None) -> Tree:
    """The rows of the panel: texts, and where things stand in thousandths of a row's scale."""
    if heard is None:
        return {}
    rows = {measure.name: _row(measure) for measure in heard.measures}
    least = min(heard.canary, heard.stable)
    enough = {
        "g": "i-ok" if least >= verdict.ENOUGH else "i-hold",
        "c": thousands(heard.canary),
        "s": f"stable {thousands(heard.stable)}",
        "at": min(1000 * least // verdict.ENOUGH, 1000),
    }
    return {"rows": rows, "enough": enough}


def _row(m: Measure) -> Tree:
    most = max(m.stable.high, m.canary.high, m.limit) * 1.1 or 1.0
    places = (m.stable.value, m.stable.low, m.stable.high, m.canary.value, m.canary.low, m.canary.high, m.limit)
    chance = ", may be chance" if m.over and not m.worse else ""
    return {
        "g": "s-crash" if m.worse else "i-hold" if m.over else "i-ok",
        "c": f"{m.canary.value:g} {m.unit}",
        "s": f"stable {m.stable.value:g} {m.unit}",
        "l": f"limit {m.limit:g} {m.unit}{chance}",
        "at": [round(1000 * place / most) for place in places],
    }


# ------------------------------------------------------------------------------------------------------ in sentences


def headline(duo: Duo, heard: Verdict | None) -> Text:
    what = kind(duo, heard)
    if what in (GONE, PROMOTED):
        return text(duo.a.full, " hears all requests.") if what == GONE else text(duo.a.full, " and ", duo.b.full, " run the same image.")
    ends = {
        verdict.WORSE: ", and is worse.",
        verdict.SAME: ", and nothing worse is heard.",
        verdict.EARLY: ". It is too early to say more.",
        NOBODY: ". Nobody sends any.",
    }
    return text("The ", duo.b.version, f" {'would hear' if what == NOBODY else 'hears'} {_part(duo)}", ends.get(what, "."))


def why(duo: Duo) -> Why:
    """The share of the requests is the share of the endpoints."""
    canary, every = duo.b.endpoints, duo.a.endpoints + duo.b.endpoints
    share = f"{100 * canary / every:.0f}\u00a0%" if every else "0\u00a0%"
    sum_ = (Term(canary, "canary pods ready"), Term(every, "pods ready", "÷"), Term(share, "of the requests", "="))
    selector = Code(",".join(f"{key}={value}" for key, value in sorted(duo.service.spec.selector.items())))
    said = text("The Service knows nothing of canaries. It spreads requests over every ready pod that has ", selector, ".")
    less = text(said, " For 10\u00a0% run 1 canary beside 9 stable pods.")
    return Why(text("Why does ", duo.b.version, f" hear {share}?"), sum_, less)


def both(duo: Duo) -> str:
    """Why the Service finds pods of both."""
    a, b = duo.a.labels, duo.b.labels
    apart = sorted(key for key in {*a, *b} if a.get(key) != b.get(key) and key not in duo.service.spec.selector)
    if apart and all(s.plug for side in duo.sides for s in side.strips if s.target):
        return f"The selector does not ask for {' or '.join(apart)}, so it finds both."
    return "Pods of both carry the labels that the selector asks for."


def _share(duo: Duo, hears: str = "hears") -> list:
    return [f"It {hears} ", f"{_part(duo)}: {duo.b.endpoints} of {duo.a.endpoints + duo.b.endpoints} endpoints."]


def _part(duo: Duo) -> str:
    canary, every = duo.b.endpoints, duo.a.endpoints + duo.b.endpoints
    if not canary:
        return "no request"
    common = gcd(canary, every)
    return (
        "every request" if canary == every else f"{canary // common} {pick(canary // common, 'request', 'requests')} in {every // common}"
    )


def _heard_by(duo: Duo, heard: Verdict) -> str:
    least, word = min((heard.canary, duo.b.word), (heard.stable, duo.a.word))
    return f"{thousands(least)} requests heard by the {word}."


def _images(side) -> dict[str, str]:
    return {container.name: container.image for container in side.d.spec.template.spec.containers}


def _listed(measures: Sequence[Measure]) -> str:
    *others, last = (NAMES[measure.name] for measure in measures)
    return f"{', '.join(others)} and {last}" if others else last


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]

"""Requests as the desk shows them: how many a second, how they went, and what was lost since they began.

All of it is `simulation.traffic`'s. Rates are over the last whole second of the take, times over the last ten.
"""

from rollviz.desk.delta import Tree
from simulation import latency
from simulation.recording import Sample
from simulation.traffic import Flow


def pace(samples: list[Sample]) -> Tree:
    """uid of a ReplicaSet -> requests that its pods answered in the last second."""
    if len(samples) < 2:
        return {}
    (before, now), seconds = samples[-2:], max(samples[-1].t - samples[-2].t, 1)
    had = {uid: requests for uid, requests, _ in before.heard}
    return {uid: (requests - had.get(uid, 0)) // seconds for uid, requests, _ in now.heard}


def counts(flow: Flow | None, samples: list[Sample], times: tuple[int, ...]) -> Tree:
    """What stands in the Service's box: nothing where nobody sends. `times` are the latencies of the last ten seconds."""
    if flow is None or not flow.sent:
        return {}
    errors = 0
    if len(samples) > 1:
        before, now = samples[-2:]
        errors = (sum(one[2] for one in now.heard) - sum(one[2] for one in before.heard)) // max(now.t - before.t, 1)
    half, most = (latency.quantile(times, part) for part in (0.5, 0.95))
    found = {"rps": flow.clients.rate, "err": errors, "lost": flow.lost_in_all, "sent": flow.sent}
    return found if half is None or most is None else {**found, "p50": round(half), "p95": round(most)}


def graph(samples: list[Sample], places: dict[str, int], bin: int, since: int) -> Tree:
    """Bin number, from `since` on -> [set, requests, errors, …, lost], each in a second of that bin, where there were any. `places` grows.

    The sample before the first of them is only counted from."""
    found: Tree = {}
    had: dict[str, tuple[int, int]] = {}
    lost, at = 0, 0
    for number, sample in _last_of_bins(samples, bin):
        seconds, at = max(sample.t - at, 1), sample.t
        bar: list[int] = []
        for uid, requests, errors in sample.heard:
            before = had.get(uid, (0, 0))
            if requests > before[0]:
                place = places.setdefault(uid, len(places))
                bar += [place, _each(requests - before[0], seconds), _each(errors - before[1], seconds)]
            had[uid] = requests, errors
        gone, lost = _each(sample.lost - lost, seconds), sample.lost
        if (bar or gone) and number >= since:
            found[str(number)] = [*bar, gone]
    return found


def _last_of_bins(samples: list[Sample], bin: int):
    """(number of the bin, its last sample)."""
    latest: dict[int, Sample] = {}
    for sample in samples:
        if sample.t:
            latest[sample.t // bin] = sample
    return latest.items()


def _each(count: int, seconds: int) -> int:
    """In a second; one alone is still seen."""
    return -(-count // seconds)

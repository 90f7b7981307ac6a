"""A canary is worse if it certainly differs from the stable version, and by more than is allowed; before enough was heard, nobody knows.

Three measures: the part of the requests that failed, and the times within which half of the good answers (p50) and 95 in 100 of them
(p95) came. Each has its 95 % range: Wilson's score interval for a part, and for a quantile the values at the ranks n·q ± z·√(n·q·(1 − q)),
which hold for any distribution of times. A difference is certain if its interval, put together from the two ranges as Newcombe does
(Statistics in Medicine 17, 1998, method 10; MOVER in general), does not hold 0.

People look again and again, and stop when they like what they see, so the z of that test is not 1.96. It grows with what was heard, a
step each time that doubles, such that a canary equal to stable is condemned in at most 5 runs of 100 however long and often somebody
looks: each measure may spend a third of the 5 %, and its k-th doubling 1/(k + 1)(k + 2) of that. Only the four operations and square
roots, which are the same to the last bit on every machine. Answers are taken to be independent of one another.
"""

from bisect import bisect_left
from itertools import accumulate
from math import sqrt
from typing import NamedTuple

from simulation.latency import EDGES_MS
from simulation.traffic import Heard

EARLY, SAME, WORSE = "too early", "nothing worse", "worse"

LEAST = 250
"""Requests that each version must have had before anything is said of a canary, even that it is worse."""
ENOUGH = 1000
"""Requests that each must have had before a canary in which nothing worse was heard is called so."""
MORE_ERRORS = 1.0
"""By how many percent of its requests more a canary may fail than stable does."""
SLOWER = 1.25
"""How many times as long as stable's its p50 and its p95 may be."""

ONE_LOOK = 1.96
"""Standard deviations to either side that hold 95 % of a normal distribution."""
MANY_LOOKS = (2.88, 3.19, 3.42, 3.58, 3.70, 3.80, 3.88, 3.95, 4.01, 4.06, 4.11, 4.15, 4.19, 4.23, 4.26, 4.29, 4.32, 4.35, 4.37, 4.40)
"""Standard deviations that a difference of nothing exceeds anywhere in the k-th doubling with a chance of at most
5 % / 3 / (k + 1)(k + 2): z·φ(z)·ln 2 / 2, the rate at which Brownian motion over √t crosses z while t doubles; in the first also 1 − Φ(z).
The last holds for ever after; 2²⁰ times 250 requests are more than a desk lives to hear."""


class Range(NamedTuple):
    """What was measured, rounded as it is shown, and the 95 % range around it."""

    value: float
    low: float
    high: float


class Measure(NamedTuple):
    name: str
    """errors (in percent of the requests) · p50 · p95 (in ms)"""
    stable: Range
    canary: Range
    limit: float
    """What the canary may have: a sum or product of stable's value as shown."""
    certain: str
    """The canary has "more" or "less" of it, for certain; "" while that may be chance."""

    @property
    def unit(self) -> str:
        return "%" if self.name == "errors" else "ms"

    @property
    def over(self) -> bool:
        return self.canary.value > self.limit

    @property
    def worse(self) -> bool:
        return self.over and self.certain == "more"

    @property
    def by(self) -> str:
        """What makes the limit of stable's value."""
        return f"+ {MORE_ERRORS:g} %" if self.name == "errors" else f"× {SLOWER:g}"

    @property
    def sum(self) -> str:
        """How the limit comes about, and what the canary has."""
        stable, limit, canary = (f"{value:g} {self.unit}" for value in (self.stable.value, self.limit, self.canary.value))
        return f"{stable} {self.by} = {limit} allowed, {canary} measured"


class Verdict(NamedTuple):
    said: str
    """EARLY, SAME or WORSE."""
    stable: int
    canary: int
    """Requests that each has had."""
    measures: tuple[Measure, ...]
    """Those for which both have something to show."""

    @property
    def worse(self) -> tuple[Measure, ...]:
        return tuple(measure for measure in self.measures if measure.worse)

    @property
    def words(self) -> str:
        if self.said == WORSE:
            return "; ".join(f"{measure.name}: {measure.sum}" for measure in self.worse)
        if self.said == SAME:
            return "no measure is over its limit for certain"
        least, version = min((self.stable, "stable"), (self.canary, "canary"))
        return f"{least} of {ENOUGH} requests heard by the {version}"


def judge(stable: Heard, canary: Heard) -> Verdict:
    """What can be said of the canary now. Both have heard what they have heard in the same time (`hearing.together`)."""
    measures = _measures(stable, canary)
    least = min(stable.requests, canary.requests)
    certain = least >= LEAST and any(measure.worse for measure in measures)
    said = WORSE if certain else SAME if least >= ENOUGH else EARLY
    return Verdict(said, stable.requests, canary.requests, measures)


def wilson(errors: int, requests: int, z: float = ONE_LOOK) -> tuple[float, float]:
    """Wilson's score interval for errors / requests, which holds the true part (0 … 1) as often as a normal one holds its mean."""
    part, spread = errors / requests, z * z / requests
    middle = part + spread / 2
    half = sqrt((part * (1 - part) + spread / 4) * spread)
    return max((middle - half) / (1 + spread), 0.0), min((middle + half) / (1 + spread), 1.0)


def quantiles(counts: tuple[int, ...], part: float, z: float = ONE_LOOK) -> tuple[float, float, float]:
    """(ms below which `part` of what was counted lies, and its range's two ends), each evenly spread inside its bucket."""
    total = sum(counts)
    half = z * sqrt(total * part * (1 - part))
    below = list(accumulate(counts))
    return tuple(_at(rank, counts, below) for rank in (total * part, total * part - half, total * part + half))


def difference(stable: tuple[float, float, float], canary: tuple[float, float, float]) -> tuple[float, float]:
    """Newcombe's interval for the canary's value less stable's; each is (value, and the two ends of its range)."""
    between = canary[0] - stable[0]
    low = between - sqrt((canary[0] - canary[1]) ** 2 + (stable[2] - stable[0]) ** 2)
    high = between + sqrt((canary[2] - canary[0]) ** 2 + (stable[0] - stable[1]) ** 2)
    return low, high


def many_looks(stable: int, canary: int) -> float:
    """The z at which two versions that had so many requests certainly differ."""
    weight, doubling = stable * canary / (stable + canary), 0
    while weight >= LEAST and doubling < len(MANY_LOOKS) - 1:
        weight, doubling = weight / 2, doubling + 1
    return MANY_LOOKS[doubling]


# ------------------------------------------------------------------------------------------------------------ details


def _measures(stable: Heard, canary: Heard) -> tuple[Measure, ...]:
    if not stable.requests or not canary.requests:
        return ()
    z = many_looks(stable.requests, canary.requests)
    found = [_errors(stable, canary, z)]
    if any(stable.latencies) and any(canary.latencies):
        found += [_quantile("p50", 0.5, stable, canary, z), _quantile("p95", 0.95, stable, canary, z)]
    return tuple(found)


def _errors(stable: Heard, canary: Heard, z: float) -> Measure:
    a, b = (_in_percent(heard, ONE_LOOK) for heard in (stable, canary))
    ranges = [Range(_shown_percent(value), low, high) for value, low, high in (a, b)]
    certain = _certainly(_in_percent(stable, z), _in_percent(canary, z))
    return Measure("errors", *ranges, round(ranges[0].value + MORE_ERRORS, 2), certain)


def _in_percent(heard: Heard, z: float) -> tuple[float, float, float]:
    low, high = wilson(heard.errors, heard.requests, z)
    return 100 * heard.errors / heard.requests, 100 * low, 100 * high


def _quantile(name: str, part: float, stable: Heard, canary: Heard, z: float) -> Measure:
    ranges = []
    for heard in (stable, canary):
        value, low, high = quantiles(heard.latencies, part)
        ranges.append(Range(_shown_ms(value), low, high))
    certain = _certainly(quantiles(stable.latencies, part, z), quantiles(canary.latencies, part, z))
    return Measure(name, *ranges, round(ranges[0].value * SLOWER, 3), certain)


def _certainly(stable: tuple[float, float, float], canary: tuple[float, float, float]) -> str:
    low, high = difference(stable, canary)
    return "more" if low > 0 else "less" if high < 0 else ""


def _at(rank: float, counts: tuple[int, ...], below: list[int]) -> float:
    """The value at a rank. Beyond the first or the last answer that is the end of its bucket."""
    rank = min(max(rank, 0.0), float(below[-1]))
    i = max(bisect_left(below, rank), bisect_left(below, 1))
    low = EDGES_MS[i]
    high = EDGES_MS[i + 1] if i + 1 < len(EDGES_MS) else low * low / EDGES_MS[i - 1]
    return low + (high - low) * max(rank - (below[i] - counts[i]), 0.0) / counts[i]


def _shown_percent(value: float) -> float:
    return round(value, 1 if value >= 1 else 2)


def _shown_ms(value: float) -> float:
    return float(round(value)) if value >= 10 else round(value, 1)

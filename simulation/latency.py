"""How long answers take: buckets to count them in, the shape of their spread, and quantiles of what was counted.

Buckets grow by an eighth, from 1 ms to over a minute: any quantile is known to within 6 %. The shape is that of a lognormal
distribution whose 95th percentile is 2.3 times its median, as a table, so that no machine's logarithm is asked.
"""

from bisect import bisect_right
from functools import lru_cache

from simulation.chance import Chance

EDGES_MS = tuple(1.125**i for i in range(96))
"""Bucket i holds what took from EDGES_MS[i] up to EDGES_MS[i + 1] ms; the first also what was quicker, the last also what was slower."""
NONE = (0,) * len(EDGES_MS)

SHAPE = (
    (0.00, 0.25),
    (0.05, 0.44),
    (0.10, 0.53),
    (0.20, 0.66),
    (0.30, 0.77),
    (0.40, 0.88),
    (0.50, 1.00),
    (0.60, 1.14),
    (0.70, 1.30),
    (0.80, 1.52),
    (0.90, 1.90),
    (0.95, 2.28),
    (0.98, 2.79),
    (0.99, 3.20),
    (0.999, 4.69),
    (1.00, 7.0),
)
"""(part of the answers, multiple of the median below which they are), with straight lines between."""
MEAN = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in zip(SHAPE, SHAPE[1:], strict=False))
"""Of the shape, in medians."""
ONE_BY_ONE = 40
PARTS = [part for part, _ in SHAPE]
MULTIPLES = [multiple for _, multiple in SHAPE]


def spread(chance: Chance, count: int, median_ms: float, wait_ms: float, into: list[int]) -> None:
    """Add `count` answers to the counts `into`: each takes as long as chance will have it, after `wait_ms` in a queue."""
    if count <= ONE_BY_ONE:
        for _ in range(count):
            into[bucket(median_ms * _multiple(chance.uniform()) + wait_ms)] += 1
        return
    left, above = count, 1.0
    for i, part in shares(median_ms, wait_ms):
        here = chance.binomial(left, part / above) if part < above else left
        into[i] += here
        left -= here
        above -= part


@lru_cache(maxsize=256)
def shares(median_ms: float, wait_ms: float) -> tuple[tuple[int, float], ...]:
    """(bucket, part of the answers that end in it), where there are any."""
    found, below, last = [], 0.0, len(EDGES_MS) - 1
    for i in range(bucket(median_ms * SHAPE[0][1] + wait_ms), last + 1):
        up_to = _part((EDGES_MS[i + 1] - wait_ms) / median_ms) if i < last else 1.0
        if up_to > below:
            found.append((i, up_to - below))
        if up_to == 1.0:
            break
        below = up_to
    return tuple(found)


def bucket(ms: float) -> int:
    """Which bucket holds what took so long."""
    return max(bisect_right(EDGES_MS, ms) - 1, 0)


def quantile(counts: tuple[int, ...], part: float) -> float | None:
    """The time in ms below which `part` (0 … 1) of what was counted is, evenly spread inside its bucket; None if nothing was counted."""
    total = sum(counts)
    if not total:
        return None
    wanted = part * total
    for i, n in enumerate(counts):
        if n and wanted <= n:
            low = EDGES_MS[i]
            return low + (low * 0.125) * wanted / n
        wanted -= n
    return EDGES_MS[-1]


def _multiple(part: float) -> float:
    """The shape at one point."""
    at = min(bisect_right(PARTS, part), len(SHAPE) - 1)
    (low, shortest), (high, longest) = SHAPE[at - 1], SHAPE[at]
    return shortest + (longest - shortest) * (part - low) / (high - low)


def _part(multiple: float) -> float:
    """The part of the answers that take at most this multiple of the median."""
    at = bisect_right(MULTIPLES, multiple)
    if at in (0, len(SHAPE)):
        return 0.0 if at == 0 else 1.0
    (low, shortest), (high, longest) = SHAPE[at - 1], SHAPE[at]
    return low + (high - low) * (multiple - shortest) / (longest - shortest)

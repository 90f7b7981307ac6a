"""Chance for what comes in numbers: how many of a thousand requests go here, how many of them fail.

A stream of its own beside the engine's, so that drawing from it moves nothing else. Only whole numbers, the four operations and square
roots, which are the same to the last bit on every machine; no logarithm, no exponential.
"""

from math import sqrt

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
FEW = 24
"""Up to this many expected successes they are counted one by one; beyond, their number is as good as normally distributed."""


class Chance:
    """SplitMix64 (Steele, Lea, Flood 2014): one 64-bit number is all its state."""

    __slots__ = ("state",)

    def __init__(self, seed: int) -> None:
        self.state = seed & MASK

    def copy(self) -> "Chance":
        return Chance(self.state)

    def uniform(self) -> float:
        """A number in [0, 1)."""
        self.state = (self.state + GOLDEN) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return ((z ^ (z >> 31)) >> 11) * 2.0**-53

    def binomial(self, n: int, p: float) -> int:
        """How many of `n` tries succeed, each with chance `p`."""
        if n <= 0 or p <= 0.0:
            return 0
        if p >= 1.0:
            return n
        if p > 0.5:
            return n - self.binomial(n, 1.0 - p)
        return self._counted(n, p) if n * p < FEW else self._normal(n, p)

    def share(self, n: int, weights: list[int]) -> list[int]:
        """`n` things, each put by itself where chance will have it, in proportion to whole `weights`."""
        left, total = n, sum(weights)
        parts = []
        for weight in weights:
            part = left if weight >= total else self.binomial(left, weight / total)
            parts.append(part)
            left -= part
            total -= weight
        return parts

    def _counted(self, n: int, p: float) -> int:
        """By inversion: walk up the distribution until it holds the number drawn."""
        odds = p / (1.0 - p)
        chance, at, left = _power(1.0 - p, n), 0, self.uniform()
        while left >= chance and at < n:
            left -= chance
            chance *= odds * (n - at) / (at + 1)
            at += 1
        return at

    def _normal(self, n: int, p: float) -> int:
        """Twelve uniform numbers less six are near enough to the normal distribution."""
        bell = sum(self.uniform() for _ in range(12)) - 6.0
        return min(max(int(n * p + bell * sqrt(n * p * (1.0 - p)) + 0.5), 0), n)


def _power(base: float, exponent: int) -> float:
    """By squaring: pow() may differ in the last bit from machine to machine."""
    result = 1.0
    while exponent:
        if exponent & 1:
            result *= base
        base *= base
        exponent >>= 1
    return result

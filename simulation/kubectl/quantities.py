"""Sums of resource quantities (`100m`, `64Mi`) and their share of a node's, as `kubectl describe node` prints them.

Models apimachinery/pkg/api/resource/quantity.go as far as sums go (v1.33).
"""

import re
from fractions import Fraction

PARTS = re.compile(r"([+-]?[0-9.]+)([a-zA-Z]*)([0-9+-]*)")
DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


def amount(text: str) -> tuple[Fraction, bool]:
    """(value, was its suffix binary). What cannot be read is nothing: the API has checked it."""
    found = PARTS.fullmatch(str(text))
    if found is None:
        return Fraction(0), False
    number, suffix, exponent = found.groups()
    if suffix in ("e", "E") and exponent:
        return Fraction(number) * Fraction(10) ** int(exponent), False
    if suffix in BINARY:
        return Fraction(number) * 2 ** BINARY[suffix], True
    return Fraction(number) * Fraction(10) ** DECIMAL.get(suffix, 0), False


class Sum:
    """Adds up; its text has the form of the first that was added."""

    def __init__(self) -> None:
        self.value = Fraction(0)
        self._binary: bool | None = None

    def add(self, text: str | None) -> None:
        if text is None:
            return
        value, binary = amount(text)
        self.value += value
        self._binary = binary if self._binary is None else self._binary

    def of(self, whole: str | None) -> str:
        """`250m (6%)`."""
        have = amount(whole or "0")[0]
        return f"{self} ({int(self.value * 100 / have) if have else 0}%)"

    def __str__(self) -> str:
        if not self.value:
            return "0"
        if self._binary and self.value.denominator == 1:
            return _suffixed(int(self.value), [(name, 2**power) for name, power in reversed(BINARY.items())])
        if self.value.denominator != 1:
            return f"{-(-self.value * 1000 // 1)}m"
        return _suffixed(int(self.value), [(name, 10**power) for name, power in reversed(DECIMAL.items()) if power > 0])


def _suffixed(number: int, units: list[tuple[str, int]]) -> str:
    return next((f"{number // unit}{name}" for name, unit in units if number % unit == 0), str(number))

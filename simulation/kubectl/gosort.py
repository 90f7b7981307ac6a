"""Go's sort.Sort: what compares equal comes in the order in which that algorithm leaves it, which is not the order it came in.

kubectl sorts events and `--sort-by` rows with it, by times of whole seconds, so that most of them are equal. Models sort.Sort of Go 1.24, a
pattern-defeating quicksort (Orson Peters); up to 12 items are sorted by insertion and keep their order.
"""

from collections.abc import Callable
from typing import Any

FEW, SHORT_SHIFT, MOST_STEPS, NINTHER, MOST_SWAPS = 12, 50, 5, 50, 12
MASK = 2**64 - 1

Less = Callable[[Any, Any], bool]


def sorted_as_go(items: list[Any], less: Less) -> list[Any]:
    """A new list; `less(a, b)`: must a stand before b?"""
    sorting = _Sorting(list(items), less)
    sorting.sort(0, len(items), len(items).bit_length())
    return sorting.items


class _Sorting:
    def __init__(self, items: list[Any], less: Less) -> None:
        self.items = items
        self._less = less

    def less(self, i: int, j: int) -> bool:
        return self._less(self.items[i], self.items[j])

    def swap(self, i: int, j: int) -> None:
        self.items[i], self.items[j] = self.items[j], self.items[i]

    def sort(self, a: int, b: int, limit: int) -> None:
        """Between a and b; after `limit` bad pivots by a heap."""
        balanced = parted = True
        while b - a > FEW:
            if limit == 0:
                self._heap(a, b)
                return
            if not balanced:
                self._shuffle(a, b)
                limit -= 1
            pivot, hint = self._pivot(a, b)
            if hint == "falling":
                self.items[a:b] = self.items[a:b][::-1]
                pivot, hint = b - 1 - (pivot - a), "rising"
            if balanced and parted and hint == "rising" and self._nearly(a, b):
                return
            if a > 0 and not self.less(a - 1, pivot):
                a = self._equals(a, b, pivot)
                continue
            middle, parted = self._part(a, b, pivot)
            balanced = min(middle - a, b - middle) >= (b - a) // 8
            if middle - a < b - middle:
                self.sort(a, middle, limit)
                a = middle + 1
            else:
                self.sort(middle + 1, b, limit)
                b = middle
        self._insert(a, b)

    def _insert(self, a: int, b: int) -> None:
        for i in range(a + 1, b):
            self._sink(i, a)

    def _sink(self, i: int, a: int) -> None:
        while i > a and self.less(i, i - 1):
            self.swap(i, i - 1)
            i -= 1

    def _heap(self, a: int, b: int) -> None:
        for i in range((b - a - 1) // 2, -1, -1):
            self._sift(i, b - a, a)
        for i in range(b - a - 1, -1, -1):
            self.swap(a, a + i)
            self._sift(0, i, a)

    def _sift(self, root: int, end: int, first: int) -> None:
        while (child := 2 * root + 1) < end:
            if child + 1 < end and self.less(first + child, first + child + 1):
                child += 1
            if not self.less(first + root, first + child):
                return
            self.swap(first + root, first + child)
            root = child

    def _part(self, a: int, b: int, pivot: int) -> tuple[int, bool]:
        """(where the pivot is now, whether all stood on its side already)"""
        self.swap(a, pivot)
        i, j = self._meet(a, a + 1, b - 1)
        already = i > j
        while i <= j:
            self.swap(i, j)
            i, j = self._meet(a, i + 1, j - 1)
        self.swap(j, a)
        return j, already

    def _meet(self, pivot: int, i: int, j: int) -> tuple[int, int]:
        while i <= j and self.less(i, pivot):
            i += 1
        while i <= j and not self.less(j, pivot):
            j -= 1
        return i, j

    def _equals(self, a: int, b: int, pivot: int) -> int:
        """Those that equal the pivot first; where the others begin."""
        self.swap(a, pivot)
        i, j = a + 1, b - 1
        while True:
            while i <= j and not self.less(a, i):
                i += 1
            while i <= j and self.less(a, j):
                j -= 1
            if i > j:
                return i
            self.swap(i, j)
            i, j = i + 1, j - 1

    def _nearly(self, a: int, b: int) -> bool:
        """Was it sorted but for a few, and is it now?"""
        i = a + 1
        for _ in range(MOST_STEPS):
            while i < b and not self.less(i, i - 1):
                i += 1
            if i == b:
                return True
            if b - a < SHORT_SHIFT:
                return False
            self.swap(i, i - 1)
            if i - a >= 2:
                self._sink(i - 1, 0)
            if b - i >= 2:
                for j in range(i + 1, b):
                    if not self.less(j, j - 1):
                        break
                    self.swap(j, j - 1)
        return False

    def _shuffle(self, a: int, b: int) -> None:
        length = b - a
        if length < 8:
            return
        state, modulus = length, 1 << length.bit_length()
        at = a + (length // 4) * 2 - 1
        for i in range(3):
            state ^= state << 13 & MASK
            state ^= state >> 7
            state ^= state << 17 & MASK
            other = state & (modulus - 1)
            self.swap(at + i, a + (other - length if other >= length else other))

    def _pivot(self, a: int, b: int) -> tuple[int, str]:
        """(its place, what the choice says of the order)"""
        length, swaps = b - a, [0]
        i, j, k = (a + length // 4 * part for part in (1, 2, 3))
        if length >= 8:
            if length >= NINTHER:
                i, j, k = (self._median(x - 1, x, x + 1, swaps) for x in (i, j, k))
            j = self._median(i, j, k, swaps)
        return j, {0: "rising", MOST_SWAPS: "falling"}.get(swaps[0], "")

    def _median(self, a: int, b: int, c: int, swaps: list[int]) -> int:
        a, b = self._ordered(a, b, swaps)
        b, c = self._ordered(b, c, swaps)
        return self._ordered(a, b, swaps)[1]

    def _ordered(self, a: int, b: int, swaps: list[int]) -> tuple[int, int]:
        if self.less(b, a):
            swaps[0] += 1
            return b, a
        return a, b

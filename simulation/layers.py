"""A dict whose copies share what has not changed since, so that keeping many copies of a large one takes little.

Two layers: a base that nobody writes to any more, and what was written since. Keys come in the order of their last write.
"""

from collections.abc import Iterator
from typing import Any

SMALL = 64
"""Writes that are copied rather than laid down into a new base; beyond it, an eighth of the base."""


class Layers:
    """Values are never None."""

    __slots__ = ("_base", "_gone", "_own")

    def __init__(self) -> None:
        self._base: dict[Any, Any] = {}
        self._own: dict[Any, Any] = {}
        self._gone: dict[Any, bool] = {}
        """Keys of the base that were written again or taken away."""

    def get(self, key: Any) -> Any:
        found = self._own.get(key)
        if found is None and key not in self._gone:
            return self._base.get(key)
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        self._own.pop(key, None)
        self._own[key] = value
        if key in self._base:
            self._gone[key] = True

    def pop(self, key: Any) -> Any:
        """Take it away; None if it was not there."""
        found = self._own.pop(key, None)
        if key in self._base and key not in self._gone:
            self._gone[key] = True
            return self._base[key]
        return found

    def __contains__(self, key: Any) -> bool:
        return key in self._own or (key in self._base and key not in self._gone)

    def __len__(self) -> int:
        return len(self._base) - len(self._gone) + len(self._own)

    def items(self) -> Iterator[tuple[Any, Any]]:
        """In the order of the last write."""
        gone = self._gone
        yield from (item for item in self._base.items() if item[0] not in gone)
        yield from self._own.items()

    def values(self) -> Iterator[Any]:
        return (value for _, value in self.items())

    def newest(self) -> Iterator[Any]:
        """The last written first."""
        yield from reversed(self._own.values())
        gone = self._gone
        yield from (value for key, value in reversed(self._base.items()) if key not in gone)

    def copy(self) -> "Layers":
        if len(self._own) + len(self._gone) > SMALL + len(self._base) // 8:
            self._base, self._own, self._gone = dict(self.items()), {}, {}
        twin = Layers.__new__(Layers)
        twin._base, twin._own, twin._gone = self._base, self._own.copy(), self._gone.copy()
        return twin

    def keep(self, kept: dict[Any, Any]) -> None:
        """Only these from now on."""
        self._base, self._own, self._gone = kept, {}, {}

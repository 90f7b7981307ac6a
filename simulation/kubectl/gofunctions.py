"""The functions of Go's templates, what is true to them, what they print of a value. Models text/template/funcs.go (Go 1.24)."""

import re
from collections.abc import Callable
from typing import Any

from simulation.api.errors import go_quote
from simulation.kubectl.gotext import shown


class Missing:
    """A key that a map does not have."""


MISSING = Missing()


def true(value: Any) -> bool:
    return value is not MISSING and bool(value)


def printed(value: Any) -> str:
    return "<no value>" if value is MISSING or value is None else shown(value)


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        value = value.get(key, MISSING) if isinstance(value, dict) else value[int(key)]
    return value


def _printf(form: str, *values: Any) -> str:
    rest = list(values)

    def one(found: re.Match) -> str:
        if found[0] == "%%":
            return "%"
        value = rest.pop(0)
        return go_quote(str(value)) if found[0] == "%q" else printed(value)

    return re.sub(r"%[svq%]", one, form)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "len": len,
    "index": _index,
    "eq": lambda a, *others: a in others,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "and": lambda *values: next((value for value in values if not true(value)), values[-1]),
    "or": lambda *values: next((value for value in values if true(value)), values[-1]),
    "not": lambda value: not true(value),
    "print": lambda *values: "".join(printed(value) for value in values),
    "println": lambda *values: " ".join(printed(value) for value in values) + "\n",
    "printf": _printf,
}

"""`kubectl get --sort-by`: by the first value that a path finds in each object; one without it comes first.

Models kubectl/pkg/cmd/get/sorter.go (v1.33), with what follows from it: a table whose rows cannot be sorted is not printed at all.
"""

import re
from typing import Any

from simulation.api.errors import StatusError, UsageError, go_quote
from simulation.kubectl import jsonpath
from simulation.kubectl.gosort import sorted_as_go
from simulation.kubectl.things import as_json


def by_path(found: list[Any], path: str, tables: int) -> list[Any]:
    """Sorted; `tables` is how many tables the objects came in, 0 if they came as themselves. Raises UsageError."""
    path = jsonpath.relaxed(path)
    if tables > 1:
        raise _nothing_there(path)
    if len(found) < 2:
        return found
    try:
        keys = [next(iter(jsonpath.find(path, as_json(obj))), None) for obj in found]
    except StatusError:
        if tables:
            return []
        raise
    if all(key is None for key in keys):
        if tables:
            return []
        raise _nothing_there(path)
    paired = sorted_as_go(list(zip(keys, found, strict=True)), lambda a, b: _compare(a[0], b[0]) < 0)
    return [obj for _, obj in paired]


def _nothing_there(path: str) -> UsageError:
    return UsageError(f"couldn't find any field with path {go_quote(f'{{{path}}}')} in the list of objects")


def _compare(a: Any, b: Any) -> int:
    if a is None or b is None:
        return (a is not None) - (b is not None)
    if isinstance(a, str) and isinstance(b, str):
        a, b = _natural(a), _natural(b)
    elif type(a) is not type(b) or isinstance(a, dict | list):
        a, b = str(a), str(b)
    return (a > b) - (a < b)


def _natural(text: str) -> list[tuple[int, int, str]]:
    """sortorder.NaturalLess: digits by their value."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"[0-9]{1,18}|[^0-9]", text)]

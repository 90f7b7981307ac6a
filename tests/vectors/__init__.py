"""The cases of upstream's own unit tests, as data: every one is run by a test with `@vector`, or listed in not_applicable.json.

README.md beside this file says where they are from. `tests/test_vectors.py` holds the two lists together complete.
"""

import json
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
NOT_APPLICABLE: list[dict[str, Any]] = json.loads((HERE / "not_applicable.json").read_text())
"""Rows of {file, function, cases, reason}; `cases` are names, or "all" of the function's."""

Json = dict[str, Any]


def tables(file: str) -> list[Json]:
    """The tables of one file, each with its `function` and `cases`."""
    found = json.loads((HERE / f"{file}.json").read_text())
    return found if isinstance(found, list) else [found]


def files() -> list[str]:
    return sorted(path.stem for path in HERE.glob("*.json") if path.name != "not_applicable.json")


def not_applicable(file: str, function: str) -> list[str]:
    """The names of a table's cases that are listed with a reason."""
    names: list[str] = []
    for row in NOT_APPLICABLE:
        if (row["file"], row["function"]) == (file, function):
            names += [case["name"] for case in table(file, function)["cases"]] if row["cases"] == "all" else row["cases"]
    return names


def table(file: str, function: str) -> Json:
    [found] = [each for each in tables(file) if each["function"] == function]
    return found


def vector(file: str, function: str, only: tuple[str, ...] = ()) -> pytest.MarkDecorator:
    """Run a test with (given, expected) of each case that applies, or of those in `only`."""
    left_out = not_applicable(file, function)
    cases = [case for case in table(file, function)["cases"] if case["name"] not in left_out]
    chosen = [case for case in cases if not only or case["name"] in only]
    values = [pytest.param(case["input"], case["expected"], id=case["name"][:80]) for case in chosen]
    return pytest.mark.parametrize(("given", "expected"), values)

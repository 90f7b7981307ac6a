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

RUN: dict[tuple[str, str], list[int]] = {}
"""(file, function) -> the numbers of its cases that a test runs; filled as the tests are imported."""

Json = dict[str, Any]


def tables(file: str) -> list[Json]:
    """The tables of one file, each with its `function` and `cases`."""
    found = json.loads((HERE / f"{file}.json").read_text())
    return found if isinstance(found, list) else [found]


def files() -> list[str]:
    return sorted(path.stem for path in HERE.glob("*.json") if path.name != "not_applicable.json")


def table(file: str, function: str) -> Json:
    [found] = [each for each in tables(file) if each["function"] == function]
    return found


def not_applicable(file: str, function: str) -> list[int]:
    """The numbers of a table's cases that are listed with a reason."""
    names = [case["name"] for case in table(file, function)["cases"]]
    numbers: list[int] = []
    for row in NOT_APPLICABLE:
        if (row["file"], row["function"]) == (file, function):
            numbers += [i for i, name in enumerate(names) if row["cases"] == "all" or name in row["cases"]]
    return numbers


def vector(file: str, *functions: str, only: tuple[str, ...] = ()) -> pytest.MarkDecorator:
    """Run a test with (given, expected) of each case that applies, or of those in `only`, of one or more tables."""
    values = []
    for function in functions:
        left_out = not_applicable(file, function)
        run = RUN.setdefault((file, function), [])
        for number, case in enumerate(table(file, function)["cases"]):
            if number not in left_out and (not only or case["name"] in only):
                run.append(number)
                values.append(pytest.param(case["input"], case["expected"], id=case["name"][:80]))
    return pytest.mark.parametrize(("given", "expected"), values)


def table_of_the_rest() -> str:
    """What is listed, as README.md has it: one line for each file and reason."""
    counts: dict[tuple[str, str], int] = {}
    for row in NOT_APPLICABLE:
        cases = table(row["file"], row["function"])["cases"]
        listed = [case for case in cases if row["cases"] == "all" or case["name"] in row["cases"]]
        about = (row["file"], row["reason"])
        counts[about] = counts.get(about, 0) + len(listed)
    lines = [f"| {count} | {file} | {reason} |" for (file, reason), count in counts.items()]
    return "\n".join(["| Cases | Of | Why not |", "|---|---|---|", *lines])

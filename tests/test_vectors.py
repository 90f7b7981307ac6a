"""Nothing of upstream's cases is dropped: each is run by exactly one test, or listed once with the reason why it does not apply."""

import importlib
from pathlib import Path

import pytest

from tests import vectors

TESTS = Path(__file__).parent
TABLES = [(file, table["function"], table["cases"]) for file in vectors.files() for table in vectors.tables(file)]
MOST = 120


@pytest.fixture(scope="module", autouse=True)
def all_tests_are_imported():
    for path in sorted(TESTS.rglob("test_*.py")):
        if "@vector(" in path.read_text() and path != Path(__file__):
            importlib.import_module(".".join(path.relative_to(TESTS.parent).with_suffix("").parts))


@pytest.mark.parametrize(("file", "function", "cases"), TABLES, ids=[f"{file}-{function}" for file, function, _ in TABLES])
def test_every_case_is_run_or_listed(file, function, cases):
    found = sorted(vectors.RUN.get((file, function), []) + vectors.not_applicable(file, function))
    assert found == list(range(len(cases)))


def test_all_of_them_are_here():
    assert sum(len(cases) for _, _, cases in TABLES) == 1025


LISTED = sum(len(vectors.not_applicable(file, function)) for file, function, _ in TABLES)


def test_no_more_are_listed_than_promised():
    assert LISTED <= MOST


def test_the_readme_has_the_list():
    readme = (TESTS.parent / "README.md").read_text()
    assert f"{1025 - LISTED} of upstream's 1,025" in readme
    assert vectors.table_of_the_rest() in readme


@pytest.mark.parametrize("row", vectors.NOT_APPLICABLE, ids=lambda row: f"{row['file']}-{row['function']}")
def test_what_is_listed_exists_and_has_a_reason(row):
    names = [case["name"] for case in vectors.table(row["file"], row["function"])["cases"]]
    assert row["cases"] == "all" or set(row["cases"]) <= set(names)
    assert len(row["reason"]) > 20

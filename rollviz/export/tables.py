"""Rows as CSV or JSON text, piece by piece: a piece is small, so that whoever sends it can do something else in between."""

import csv
import io
import time
from collections.abc import Callable, Iterator

import msgspec

from rollviz.export.rows import Plan, Row, rows

PIECE_SECONDS = 0.02
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for something to work out."""


def csv_pieces(plan: Plan) -> Iterator[str]:
    yield _csv([Row._fields])
    yield from _pieces(plan, lambda found: _csv([[_harmless(cell) for cell in row] for row in found]))


def json_pieces(plan: Plan) -> Iterator[str]:
    head = {"scenario": plan.scenario.title, "seed": plan.seed, "seconds": plan.until / 1000}
    yield f'{msgspec.json.encode(head).decode()[:-1]},"changes":[\n'
    comma = ""
    for piece in _pieces(plan, _json):
        yield comma + piece if piece else ""
        comma = ",\n" if piece else comma
    yield "\n]}\n"


def _pieces(plan: Plan, written: Callable[[list[Row]], str]) -> Iterator[str]:
    """One for what was found in PIECE_SECONDS; "" where there was nothing."""
    found: list[Row] = []
    begun = time.monotonic()
    for row in rows(plan):
        if row is not None:
            found.append(row)
        if time.monotonic() - begun > PIECE_SECONDS:
            yield written(found) if found else ""
            found, begun = [], time.monotonic()
    if found:
        yield written(found)


def _csv(table: list) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(table)
    return out.getvalue()


def _json(found: list[Row]) -> str:
    return ",\n".join(msgspec.json.encode(row._asdict()).decode() for row in found)


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell

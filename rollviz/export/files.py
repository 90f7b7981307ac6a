"""The files that a run can be taken away as: one row each. templates/desk/_exports.html offers them."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from rollviz.export import sheet
from rollviz.export.manifests import manifests
from rollviz.export.moment import Moment
from rollviz.export.rows import Plan
from rollviz.export.tables import csv_pieces, json_pieces


class File(NamedTuple):
    name: str
    type: str
    whole: Callable[[Moment], str | bytes] | None = None
    """Made of one moment, at once."""
    pieces: Callable[[Plan], Iterator[str]] | None = None
    """Made of the run up to there, piece by piece."""


def _saved(shown: Any) -> str:
    return type(shown.scenario).save(shown)


FILES = (
    File("recording.png", "image/png", lambda shown: sheet.draw(shown).png()),
    File("recording.svg", "image/svg+xml", lambda shown: sheet.draw(shown).svg()),
    File("run.csv", "text/csv; charset=utf-8", pieces=csv_pieces),
    File("run.json", "application/json", pieces=json_pieces),
    File("scenario.yaml", "application/yaml", _saved),
    File("manifests.yaml", "application/yaml", lambda shown: manifests(shown.cluster.store)),
)
BY_NAME = {file.name: file for file in FILES}

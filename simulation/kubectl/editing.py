"""`kubectl edit`: an object opened as YAML, and the patch that its edited text makes.

Models kubectl/pkg/cmd/util/editor/editoptions.go (v1.33).
"""

from typing import Any

import msgspec

from simulation.api.documents import read as read_yaml
from simulation.api.documents import write_sorted
from simulation.api.errors import StatusError, UsageError
from simulation.api.patch import two_way
from simulation.api.wire import to_json
from simulation.commands import Patch
from simulation.kubectl.answer import Answer
from simulation.kubectl.asking import asked, find
from simulation.kubectl.known import read
from simulation.kubectl.resources import NOTHING_NAMED
from simulation.objects import KINDS
from simulation.store import Store

HEAD = """# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
"""


def edit(words: list[str], store: Store, text: str | None, opened: str | None) -> Any:
    """(title, text, what was wrong) to be edited, an Answer, or the patch that makes the edited text of the one that was opened.

    What somebody else changes in between stays, as with kubectl: only what was edited is sent.
    """
    parsed = read(words, "edit")
    found, errors = find(store, asked(parsed, UsageError(NOTHING_NAMED)))
    if errors:
        raise errors[0]
    if not found:
        raise UsageError("edit cancelled, no objects found")
    if len(found) != 1:
        raise UsageError("one object at a time: edit KIND NAME", prefix="")
    obj = found[0]
    kind = type(obj).__name__
    if kind not in KINDS or kind in ("Event", "EndpointSlice"):
        raise UsageError(f"{kind} objects are not edited here: their controllers write them", prefix="")
    live = to_json(obj)
    title = f"{KINDS[kind].singular}/{obj.metadata.name}"
    if text is None:
        return title, HEAD + write_sorted(live), ""
    was = read_yaml(opened) if opened is not None else live
    return _edited(kind, was if isinstance(was, dict) else live, text, title)


def _edited(kind: str, opened: dict[str, Any], text: str, title: str) -> Any:
    try:
        body = read_yaml(text)
    except StatusError as error:
        return title, f"{HEAD}# {error.message}\n#\n{_without_head(text)}", error.message
    if body is None:
        return Answer("", "Edit cancelled, saved file was empty.\n")
    if not isinstance(body, dict):
        return title, f"{HEAD}# this is not an object\n#\n{_without_head(text)}", "this is not an object"
    was, body = _lasting(opened), _lasting(body)
    if body == was:
        return Answer("", "Edit cancelled, no changes made.\n")
    return Patch(kind, title.partition("/")[2], msgspec.json.encode(two_way(kind, was, body)).decode())


def _lasting(body: dict[str, Any]) -> dict[str, Any]:
    """Without what changes by itself while somebody edits."""
    meta = body.get("metadata")
    kept = {key: value for key, value in body.items() if key != "status"}
    if isinstance(meta, dict):
        kept["metadata"] = {key: value for key, value in meta.items() if key not in ("resourceVersion", "generation")}
    return kept


def _without_head(text: str) -> str:
    lines = text.splitlines(keepends=True)
    while lines and lines[0].startswith("#"):
        lines.pop(0)
    return "".join(lines)


def reopened(error: StatusError, text: str) -> str:
    """The text that was not valid, with what was wrong with it above."""
    causes = "".join(f"# * {field}: {message}\n" for _, field, message in error.causes) or f"# {error.message}\n"
    about = f'# {KINDS[error.kind].resource} "{error.name}" was not valid:\n' if error.kind in KINDS else ""
    return f"{HEAD}{about}{causes}#\n{_without_head(text)}"

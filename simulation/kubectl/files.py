"""Verbs that read a file or open an editor: `apply -f`, `create -f`, `replace -f`, `delete -f`, `diff -f`, `edit`.

There are no files here: the terminal opens an editor in their place, and its text comes back with the same line.
"""

import difflib
import json
from typing import Any

import msgspec

from simulation.api import schema
from simulation.api.documents import read as read_yaml
from simulation.api.documents import read_all, write_sorted
from simulation.api.errors import StatusError, UsageError, bad_request, not_found
from simulation.api.patch import two_way
from simulation.api.wire import kind_of, to_json
from simulation.cluster import Cluster
from simulation.commands import Apply, Command, Create, Delete, Patch, Several
from simulation.kubectl.answer import Answer
from simulation.kubectl.asking import asked, find
from simulation.kubectl.flags import Parsed
from simulation.kubectl.known import read
from simulation.kubectl.resources import NOTHING_NAMED
from simulation.objects import KINDS, LAST_APPLIED
from simulation.store import Store

VERBS = ("apply", "create", "replace", "delete")
HEAD = """# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
"""
SERVER_SIDE = "server-side apply keeps a list of who owns which field, and a desk keeps none: apply without --server-side"


def from_file(words: list[str]) -> bool:
    return any(word in ("-f", "--filename") or word.startswith(("-f=", "--filename=")) or _joined(word) for word in words)


def _joined(word: str) -> bool:
    return word.startswith("-f") and len(word) > 2 and not word.startswith(("--", "-f="))


def file_of(parsed: Parsed) -> str:
    """The name that the editor bears. Raises UsageError."""
    name = parsed.text("filename")
    if not name:
        raise UsageError("must specify one of -f and -k")
    if name == "-":
        raise UsageError("nothing is piped into this terminal: name a file, and an editor opens in its place", prefix="")
    if name.startswith(("http://", "https://")):
        raise UsageError("a desk fetches nothing from the network: name a file, and paste the text into the editor that opens", prefix="")
    if parsed.true("server-side"):
        raise UsageError(SERVER_SIDE, prefix="")
    return name[:200]


NAMED_IN = ("get", "describe", "label", "annotate", "scale", "set", "rollout", "expose", "patch", "wait", "edit", "autoscale")
"""Verbs that take the names of objects from a file."""


def full(words: list[str]) -> str:
    """`set image` of a line whose flags come after both."""
    return " ".join(words[:2]) if words[0] in ("set", "rollout") else words[0]


def named_in(words: list[str], command: str, text: str) -> list[str]:
    """The words with `-f` made the names of what is in the file. Raises StatusError."""
    head, rest = words[: command.count(" ")], words[command.count(" ") :]
    kept: list[str] = []
    while rest:
        word = rest.pop(0)
        if word in ("-f", "--filename"):
            rest = rest[1:]
        elif not word.startswith("--filename=") and not _joined(word) and not word.startswith("-f="):
            kept.append(word)
    names = []
    for document in read_all(text):
        kind, name = kind_of(document.value), (document.value.get("metadata") or {}).get("name", "")
        names.append(f"{KINDS[kind].resource}/{name}")
    return [*head, *names, *kept]


def command(verb: str, text: str, parsed: Parsed) -> Command:
    """Raises StatusError."""
    if verb == "delete":
        return _delete(text, parsed.true("ignore-not-found"))
    if verb == "replace":
        return Apply(text)
    return {"apply": Apply, "create": Create}[verb](text, VALIDATE[parsed.text("validate", "strict").lower()])


def split(text: str, store: Store) -> tuple[str, list[StatusError]]:
    """(the documents whose objects are there, what is missing): `replace` does what it can."""
    there, missing = [], []
    for document in read_all(text):
        kind, name = kind_of(document.value), (document.value.get("metadata") or {}).get("name", "")
        if store.get(kind, name, "" if kind == "Node" else "default") is None:
            missing.append(not_found(kind, name))
        else:
            there.append(write_sorted(document.value))
    return ("---\n".join(there), missing) if missing else (text, [])


VALIDATE = {"strict": "strict", "true": "strict", "warn": "warn", "ignore": "ignore", "false": "ignore"}


def last_applied(words: list[str], store: Store) -> Answer:
    """`kubectl apply view-last-applied`."""
    parsed = read(words, "apply view-last-applied")
    how = parsed.text("output", "yaml")
    if how not in ("yaml", "json"):
        raise UsageError(f"Unexpected -o output mode: {how}, the flag 'output' must be one of yaml|json")
    found, errors = find(store, asked(parsed, UsageError(NOTHING_NAMED)))
    if errors:
        raise errors[0]
    out = []
    for obj in found:
        text = obj.metadata.annotations.get(LAST_APPLIED)
        if text is None:
            raise UsageError(f"no last-applied-configuration annotation found on resource: {obj.metadata.name}")
        body = read_yaml(text)
        out.append(write_sorted(body) if how == "yaml" else json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
    return Answer("".join(out))


def lenient(text: str, validate: str) -> tuple[str, list[str]]:
    """With `--validate=warn` or `ignore`: the manifest without fields that the API does not have, and what to say of them."""
    bodies, warnings = [], []
    for document in read_all(text):
        kind = kind_of(document.value)
        unknown: list[str] = []
        try:
            bodies.append({**schema.clean(kind, document.value, unknown), "apiVersion": document.value["apiVersion"], "kind": kind})
        except schema.Mismatch:
            return text, []
        warnings += [f'Warning: unknown field "{path}"' for path in unknown if path not in ("apiVersion", "kind")]
    return "---\n".join(write_sorted(body) for body in bodies), warnings if validate == "warn" else []


def _delete(text: str, ignore: bool) -> Command:
    made = []
    for document in read_all(text):
        kind = kind_of(document.value)
        name = (document.value.get("metadata") or {}).get("name", "")
        if not isinstance(name, str) or not name:
            raise UsageError("resource name may not be empty")
        made.append(Delete(kind, name, ignore_not_found=ignore))
    if not made:
        raise bad_request("no objects passed: the manifest is empty")
    return made[0] if len(made) == 1 else Several(tuple(made), "delete -f -")


def reopened(error: StatusError, text: str) -> str:
    """The text that was not valid, with what was wrong with it above."""
    causes = "".join(f"# * {field}: {message}\n" for _, field, message in error.causes) or f"# {error.message}\n"
    about = f'# {KINDS[error.kind].resource} "{error.name}" was not valid:\n' if error.kind in KINDS else ""
    return f"{HEAD}{about}{causes}#\n{_without_head(text)}"


def refusal(error: StatusError, verb: str, file: str) -> str:
    """An error about a file names it; one about an edited object is said when the editor is left."""
    said = error.kubectl()
    if verb == "edit" and error.reason == "Invalid" and error.kind in KINDS:
        left = f'A copy of your changes has been stored to "/tmp/kubectl-edit-{error.name}.yaml"'
        said = f'error: {KINDS[error.kind].resource} "{error.name}" is invalid'
        return f"{said}\n{left}\nerror: Edit cancelled, no valid changes were saved."
    doing = {"create": "creating", "apply": "creating", "replace": "replacing", "delete": "deleting"}.get(verb, "")
    if not file or not doing or not said.startswith("Error from server ("):
        return said
    head, colon, rest = said.partition("): ")
    return f'{head}{colon}error when {doing} "{file}": {rest}'


# ----------------------------------------------------------------------------------------------------------------- edit


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
    return _edited(kind, read_yaml(opened) if opened is not None else live, text, title)


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


# ----------------------------------------------------------------------------------------------------------------- diff


def diff(text: str, cluster: Cluster) -> Answer:
    """`kubectl diff -f`: the live objects beside what applying the text would make of them. Exit code 1 if they differ."""
    twin = cluster.copy()
    wanted = [(kind_of(d.value), (d.value.get("metadata") or {}).get("name", "")) for d in read_all(text)]
    said = [line for line in twin.do(Apply(text, "warn")).splitlines() if line.startswith("Warning: ")]
    found = {}
    for kind, name in wanted:
        before, after = (one.store.get(kind, name, "" if kind == "Node" else "default") for one in (cluster, twin))
        file = f"{KINDS[kind].api_version.replace('/', '.')}.{kind}.default.{name}"
        old, new = (_yaml(obj, before).splitlines(keepends=True) for obj in (before, after))
        found[file] = "".join(difflib.unified_diff(old, new, f"/tmp/LIVE/{file}", f"/tmp/MERGED/{file}"))
    out = [f"diff -u -N /tmp/LIVE/{file} /tmp/MERGED/{file}\n{found[file]}" for file in sorted(found) if found[file]]
    return Answer("".join(out), "".join(f"{line}\n" for line in said), 1 if out else 0)


def _yaml(obj: Any, before: Any) -> str:
    """What a diff shows: the notes of apply itself are the live object's, and so is the version of a write that never happens."""
    if obj is None:
        return ""
    body = to_json(obj)
    notes = {key: value for key, value in body["metadata"].get("annotations", {}).items() if key != LAST_APPLIED}
    version = {}
    if before is not None:
        last = before.metadata.annotations.get(LAST_APPLIED)
        notes |= {LAST_APPLIED: last} if last is not None else {}
        version = {"resourceVersion": before.metadata.resource_version}
    kept = {key: value for key, value in body["metadata"].items() if key not in ("annotations", "resourceVersion")}
    return write_sorted({**body, "metadata": kept | version | ({"annotations": notes} if notes else {})})

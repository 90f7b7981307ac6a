"""Verbs that read a file: `apply -f`, `create -f`, `replace -f`, `delete -f`, and those that take the names of objects from one.

There are no files here: the terminal opens an editor in their place, and its text comes back with the same line.
"""

import json

from simulation.api import schema
from simulation.api.documents import read as read_yaml
from simulation.api.documents import read_all, write_sorted
from simulation.api.errors import StatusError, UsageError, bad_request, not_found
from simulation.api.wire import kind_of
from simulation.commands import Apply, Command, Create, Delete, Several
from simulation.kubectl.answer import Answer
from simulation.kubectl.asking import asked, find
from simulation.kubectl.flags import Parsed
from simulation.kubectl.known import read
from simulation.kubectl.resources import NOTHING_NAMED
from simulation.objects import KINDS, LAST_APPLIED
from simulation.store import Store

VERBS = ("apply", "create", "replace", "delete")
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

"""`kubectl set env` and `kubectl set resources`: both are patches of the containers they name.

Models kubectl/pkg/cmd/set/set_env.go and set_resources.go (v1.33).
"""

import re
from typing import Any

import msgspec

from simulation.api.errors import UsageError, go_quote
from simulation.commands import Command, Patch, Several
from simulation.kubectl.asking import asked, find, read
from simulation.kubectl.flags import Flag
from simulation.objects import KINDS, Container, Pod
from simulation.store import Store

MISSING = UsageError("one or more resources must be specified as <resource> <name> or <resource>/<name>")
FLAGS = (Flag("containers", short="c"), Flag("selector", short="l"), Flag("overwrite", "bool"))

Made = tuple[Command | None, str]


def set_env(words: list[str], store: Store) -> Made:
    """(command, verb); without variables there is nothing to do."""
    parsed = read(words, "set env", *FLAGS, Flag("env", "texts", "e"), Flag("list", "bool"))
    pairs = [arg for arg in parsed.args if _is_pair(arg)] + parsed.texts("env")
    parsed.args = [arg for arg in parsed.args if not _is_pair(arg)]
    if not pairs:
        raise UsageError("at least one environment variable must be provided")
    changes: dict[str, str | None] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        changes[name if equals else pair[:-1]] = value if equals else None

    def patch(container: Container) -> dict[str, Any]:
        entries = [{"name": name, "value": v} if v is not None else {"$patch": "delete", "name": name} for name, v in changes.items()]
        return {"name": container.name, "env": entries}

    return _each(parsed, store, patch), "env"


def set_resources(words: list[str], store: Store) -> Made:
    parsed = read(words, "set resources", *FLAGS, Flag("limits"), Flag("requests"))
    amounts = {which: _amounts(parsed.text(which)) for which in ("limits", "requests") if parsed.text(which)}
    if not amounts:
        raise UsageError("you must specify an update to requests or limits (in the form of --requests/--limits)")
    return _each(parsed, store, lambda container: {"name": container.name, "resources": amounts}), "resources"


def _each(parsed: Any, store: Store, patch: Any) -> Command | None:
    question = asked(parsed, MISSING)
    found, errors = find(store, question)
    if errors:
        raise errors[0]
    wanted = parsed.text("containers", "*")
    made: list[Command] = []
    for obj in found:
        kind = type(obj).__name__
        if kind not in ("Deployment", "ReplicaSet", "Pod"):
            raise UsageError(f"{KINDS[kind].plural}/{obj.metadata.name} does not have a pod template")
        spec = obj.spec if isinstance(obj, Pod) else obj.spec.template.spec
        containers = [c for c in spec.containers if wanted in ("*", c.name)]
        if not containers:
            raise UsageError(f"unable to find container named {go_quote(wanted)}")
        body: dict[str, Any] = {"spec": {"containers": [patch(container) for container in containers]}}
        body = body if isinstance(obj, Pod) else {"spec": {"template": body}}
        made.append(Patch(kind, obj.metadata.name, msgspec.json.encode(body).decode()))
    if not made:
        return None
    return made[0] if len(made) == 1 else Several(tuple(made), "; ".join(command.kubectl() for command in made))


def _is_pair(arg: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z_][-A-Za-z0-9_.]*(=.*|-)", arg, re.DOTALL)) and "/" not in arg.partition("=")[0]


def _amounts(text: str) -> dict[str, str]:
    found = {}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        if not equals or not name or not value:
            raise UsageError(f"invalid argument syntax {part}, expected <resource>=<value>")
        found[name] = value
    return found

"""`kubectl set env`, `set resources` and `set serviceaccount`: all are patches of pod templates, and of the containers they name.

Models kubectl/pkg/cmd/set/set_env.go, set_resources.go and set_serviceaccount.go (v1.33).
"""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from simulation.api.errors import UsageError, go_quote
from simulation.commands import Command, Patch, Several
from simulation.commands.wording import no_template
from simulation.kubectl.answer import Answer
from simulation.kubectl.asking import asked, find
from simulation.kubectl.flags import Parsed
from simulation.kubectl.known import read
from simulation.kubectl.resources import NOTHING_NAMED
from simulation.objects import Deployment, Pod, ReplicaSet
from simulation.store import Store

SPECIFY = UsageError("one or more resources must be specified as <resource> <name> or <resource>/<name>")
QUANTITY = re.compile(r"([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)", re.ASCII)
NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*", re.ASCII)
BAD_NAME = (
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit "
    "(e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')"
)
FROM = "there are no ConfigMaps and Secrets here to take variables from"


class Setting(msgspec.Struct):
    """What a line comes to: the command, None if there is nothing to change, what is printed besides, and how its refusal begins."""

    command: Command | None
    verb: str
    answer: Answer = Answer()
    refused: str = ""


def set_env(words: list[str], store: Store) -> Setting:
    parsed = read(words, "set env")
    if any(parsed.has(name) for name in ("from", "keys", "prefix", "resolve")):
        raise UsageError(FROM, prefix="")
    parsed.args, pairs = _environment(parsed.args)
    if not parsed.args:
        raise SPECIFY
    if parsed.true("list") and parsed.has("output"):
        raise UsageError("--list and --output may not be specified together")
    changes = _changes(pairs + parsed.flags.get("env", []))
    found = _found(parsed, store, SPECIFY)
    listed, warned, made = "", "", []
    for obj in found:
        containers = _containers(obj, parsed.text("containers", "*"))
        kind = type(obj).__name__
        if not containers:
            warned += f"Warning: {kind}/{obj.metadata.name} does not have any containers matching {go_quote(parsed.text('containers'))}\n"
        if parsed.true("list"):
            listed += "".join(_listed(kind, obj.metadata.name, container) for container in containers)
            continue
        made += _patch(obj, [entry for container in containers if (entry := _entry(container, changes, parsed)) is not None])
    return Setting(_several(made), "env", Answer(listed, warned), "failed to patch env update to pod template: ")


def set_resources(words: list[str], store: Store) -> Setting:
    parsed = read(words, "set resources")
    found = _found(parsed, store, UsageError(NOTHING_NAMED))
    amounts = {which: _amounts(parsed.text(which)) for which in ("limits", "requests") if parsed.text(which)}
    if not amounts:
        raise UsageError("you must specify an update to requests or limits (in the form of --requests/--limits)")
    made: list[Command] = []
    for obj in found:
        containers = _containers(obj, parsed.text("containers", "*"))
        if not containers:
            raise UsageError(f"unable to find container named {parsed.text('containers')}")
        made += _patch(obj, [{"name": container.name, "resources": amounts} for container in containers])
    return Setting(_several(made), "resources", refused="failed to patch resources update to pod template ")


def set_serviceaccount(words: list[str], store: Store) -> Setting:
    parsed = read(words, "set serviceaccount")
    if not parsed.args:
        raise UsageError("serviceaccount is required")
    account = parsed.args.pop()
    made: list[Command] = []
    for obj in _found(parsed, store, UsageError(NOTHING_NAMED)):
        if _spec(obj).service_account_name != account:
            made.append(_templated(obj, {"serviceAccountName": account}))
    return Setting(_several(made), "serviceaccount", refused="failed to patch ServiceAccountName ")


MADE: dict[str, Callable[[list[str], Store], Setting]] = {
    "env": set_env,
    "resources": set_resources,
    "serviceaccount": set_serviceaccount,
    "sa": set_serviceaccount,
}


# ------------------------------------------------------------------------------------------------------------ details


def _environment(args: list[str]) -> tuple[list[str], list[str]]:
    """(objects, NAME=value and NAME-) (env.SplitEnvironmentFromResources)."""
    resources: list[str] = []
    pairs: list[str] = []
    for arg in args:
        if "=" in arg or arg.endswith("-"):
            pairs.append(arg)
        elif pairs:
            raise UsageError(f"all resources must be specified before environment changes: {arg}")
        else:
            resources.append(arg)
    return resources, pairs


def _changes(pairs: list[str]) -> dict[str, str | None]:
    changes: dict[str, str | None] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals and not pair.endswith("-"):
            raise UsageError(f"unknown: {pair}")
        if equals and not NAME.fullmatch(name):
            raise UsageError(f"{go_quote(name)} is not a valid key name: {BAD_NAME}")
        name = name if equals else pair[:-1]
        if name in changes and (changes[name] is None) == bool(equals):
            raise UsageError("can not both modify and remove the same environment variable in the same command")
        changes[name] = value if equals else None
    return changes


def _entry(container: Any, changes: dict[str, str | None], parsed: Parsed) -> dict[str, Any] | None:
    """The container's part of the patch, None if nothing in it changes."""
    have = {env["name"]: env.get("value", "") for env in container.env}
    for name, value in changes.items():
        if value is not None and name in have and parsed.text("overwrite", "true") == "false":
            raise UsageError(f"{go_quote(name)} already has a value ({have[name]}), and --overwrite is false")
    set_ = [{"name": name, "value": v} for name, v in changes.items() if v is not None and have.get(name) != v]
    gone = [{"$patch": "delete", "name": name} for name, v in changes.items() if v is None and name in have]
    return {"name": container.name, "env": set_ + gone} if set_ or gone else None


def _listed(kind: str, name: str, container: Any) -> str:
    lines = [f"# {kind} {name}, container {container.name}"]
    lines += [f"{env['name']}={env.get('value', '')}" for env in container.env]
    return "".join(f"{line}\n" for line in lines)


def _found(parsed: Parsed, store: Store, missing: UsageError) -> list[Any]:
    question = asked(parsed, missing)
    if not any(name for _, name in question.targets) and not parsed.true("all") and not parsed.has("selector"):
        raise UsageError("resource(s) were provided, but no name was specified")
    found, errors = find(store, question)
    if errors:
        raise errors[0]
    return found


def _spec(obj: Any) -> Any:
    if not isinstance(obj, Deployment | ReplicaSet | Pod):
        raise no_template(obj)
    return obj.spec if isinstance(obj, Pod) else obj.spec.template.spec


def _containers(obj: Any, wanted: str) -> list[Any]:
    return [container for container in _spec(obj).containers if re.fullmatch(re.escape(wanted).replace(r"\*", ".*"), container.name)]


def _patch(obj: Any, entries: list[dict[str, Any]]) -> list[Command]:
    return [_templated(obj, {"containers": entries})] if entries else []


def _templated(obj: Any, change: dict[str, Any]) -> Command:
    body: dict[str, Any] = {"spec": change}
    body = body if isinstance(obj, Pod) else {"spec": {"template": body}}
    return Patch(type(obj).__name__, obj.metadata.name, msgspec.json.encode(body).decode())


def _several(made: list[Command]) -> Command | None:
    if not made:
        return None
    return made[0] if len(made) == 1 else Several(tuple(made), "; ".join(command.kubectl() for command in made))


def _amounts(text: str) -> dict[str, str]:
    found = {}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        if not equals or not name or "=" in value:
            raise UsageError(f"Invalid argument syntax {part}, expected <resource>=<value>")
        if not QUANTITY.fullmatch(value):
            raise UsageError(f"quantities must match the regular expression '^{QUANTITY.pattern}$'")
        found[name] = value
    return found

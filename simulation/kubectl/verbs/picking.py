"""What the verbs that write have in common: their flags, which objects their words name, and what comes with them.

Models cli-runtime/pkg/resource/builder.go and kubectl/pkg/cmd/util (v1.33).
"""

import shlex

from simulation.api import selectors
from simulation.api.errors import StatusError, UsageError, not_found
from simulation.api.writes import NAMESPACE, check_namespace
from simulation.commands import Command, Several
from simulation.kubectl.flags import Flag, Parsed
from simulation.kubectl.known import read
from simulation.kubectl.resources import Target, kind_named, targets

NOT_HERE = {
    "dry-run": "a desk has no dry run: take a copy of it and try there",
    "output": "the output of a change is always its one line here",
    "filename": "there are no files here: paste the manifest into the desk's own field instead",
}
RECORD = "--record is deprecated: use `kubectl annotate` with kubernetes.io/change-cause instead"
SPECIFY = "one or more resources must be specified as <resource> <name> or <resource>/<name>"


def read_line(words: list[str], command: str, *more: Flag) -> Parsed:
    parsed = read(words, command, *more)
    if parsed.has("record"):
        raise UsageError(RECORD, prefix="")
    for name, said in NOT_HERE.items():
        if parsed.has(name) and parsed.text(name) not in ("none", "false"):
            raise UsageError(said, prefix="")
    if parsed.true("all-namespaces"):
        return parsed
    try:
        check_namespace(parsed.text("namespace", NAMESPACE))
    except StatusError as missing:
        if command == "delete" and len(parsed.args) == 2:
            raise not_found(kind_named(parsed.args[0]), parsed.args[1]) from None
        missing.prefix = "failed to create deployment: " if command == "create deployment" else ""
        raise
    return parsed


def each(made: list[Command], words: list[str]) -> Command:
    return made[0] if len(made) == 1 else Several(tuple(made), shlex.join(words))


def helped(said: str, command: str) -> UsageError:
    return UsageError(f"{said}\nSee 'kubectl {command} -h' for help and examples")


def picked(parsed: Parsed, missing: str, everything: bool = False) -> list[tuple[str, str, str, bool]]:
    """(kind, name, selector, all) for each thing the command is about; `everything` if a kind alone stands for all of it."""
    selector = parsed.text("selector")
    everything = parsed.true("all") or (everything and not selector and len(parsed.args) == 1 and "/" not in parsed.args[0])
    if parsed.true("all-namespaces") and (len(parsed.args) > 1 or any("/" in arg for arg in parsed.args)):
        raise UsageError("a resource cannot be retrieved by name across all namespaces")
    if selector and everything:
        raise UsageError("cannot set --all and --selector at the same time")
    if selector:
        check_selector(selector)
    found: list[Target] = targets(parsed.args, bool(selector) or everything, missing)
    return [(kind, name, selector, everything) for kind, name in found]


def check_selector(text: str) -> None:
    try:
        selectors.parse(text)
    except selectors.ParseError as error:
        raise UsageError(str(error)) from None


def label_map(text: str) -> dict[str, str]:
    """generate.ParseLabels."""
    wrong = next((part for part in text.split(",") if "=" not in part or not part.partition("=")[0]), None) if text else None
    if wrong is not None:
        raise UsageError(f"unexpected label spec: {wrong}")
    try:
        return selectors.parse_set(text)
    except selectors.ParseError as error:
        raise UsageError(str(error)) from None


def resources_and_pairs(args: list[str], what: str) -> tuple[list[str], list[str]]:
    """cmd/util GetResourcesAndPairs: objects first, then k=v and k-."""
    resources: list[str] = []
    pairs: list[str] = []
    for arg in args:
        if ("=" in arg and not arg.startswith("=")) or (arg.endswith("-") and arg != "-"):
            pairs.append(arg)
        elif pairs:
            raise UsageError(f"all resources must be specified before {what} changes: {arg}")
        else:
            resources.append(arg)
    return resources, pairs

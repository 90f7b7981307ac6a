"""A line as typed becomes a command, or an error in kubectl's words. Only lines that change something; what reads is the desk itself.

Sources: staging/src/k8s.io/kubectl/pkg/cmd (v1.36), each verb's own file.
"""

import difflib
import re
import shlex
from collections.abc import Callable

from simulation.api import selectors
from simulation.api.errors import UsageError, go_quote
from simulation.api.names import label_key_problems, label_value_problems
from simulation.api.writes import NAMESPACE, check_namespace
from simulation.commands import (
    Annotate,
    Command,
    CreateDeployment,
    CreateService,
    Delete,
    Expose,
    Label,
    Patch,
    Pause,
    Restart,
    Resume,
    Run,
    Scale,
    SetImage,
    Several,
    Undo,
)
from simulation.kubectl.flags import Flag, Parsed, parse_flags
from simulation.kubectl.resources import NOTHING_NAMED, Target, targets

MOST_BYTES = 64 * 1024

COMMON = (
    Flag("namespace", short="n"),
    Flag("field-manager"),
    Flag("dry-run", "optional", default="unchanged"),
    Flag("output", short="o"),
    Flag("filename", short="f"),
    Flag("record", "bool"),
)
PICK = (Flag("selector", short="l"), Flag("all", "bool"))
NOT_HERE = {
    "dry-run": "a desk has no dry run: take a copy of it and try there",
    "output": "the output of a change is always its one line here",
    "filename": "there are no files here: paste the manifest into the desk's own field instead",
    "record": "--record is deprecated: use `kubectl annotate` with kubernetes.io/change-cause instead",
}

READING = ("get", "describe", "logs", "events", "top", "explain", "diff", "wait", "api-resources", "version", "cluster-info")
ELSEWHERE = {
    "edit": "kubectl edit opens an editor, and there is none here: kubectl patch does the same in one line",
    "apply": "kubectl apply reads a file, and there are none here: paste the manifest into the desk's own field",
    "replace": "kubectl replace reads a file, and there are none here: paste the manifest into the desk's own field",
    "exec": "there is nothing running inside these containers to talk to",
    "attach": "there is nothing running inside these containers to talk to",
    "port-forward": "there is nothing running inside these containers to talk to",
}
SHELL = re.compile(r"[|;<>`\n]|&|\$[A-Za-z({]")
SHELL_IN_QUOTES = re.compile(r"`|\$\(")

SPECIFY = "one or more resources must be specified as <resource> <name> or <resource>/<name>"


def parse(line: str) -> Command:
    """The command that a line means, with or without the leading `kubectl`. Raises StatusError."""
    words = _without_namespace(_words(line))
    if not words:
        raise UsageError(f"an empty line does nothing; the verbs are {', '.join(VERBS)}", prefix="")
    verb = VERBS.get(words[0])
    if verb is None:
        raise _unknown(words[0], VERBS, "")
    return verb(words[1:])


def _without_namespace(words: list[str]) -> list[str]:
    """kubectl takes -n before the verb too."""
    while words and words[0].startswith(("-n", "--namespace")):
        value = 1 if words[0] in ("-n", "--namespace") else 0
        parsed = parse_flags(words[: 1 + value], COMMON, "options")
        check_namespace(parsed.text("namespace"))
        words = words[1 + value :]
    return words


def _words(line: str) -> list[str]:
    if len(line) > MOST_BYTES:
        raise UsageError(f"a line has at most {MOST_BYTES} characters", prefix="")
    line = line.strip().removeprefix("$ ").replace("\\\n", " ")
    _refuse_shell(line)
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"this line does not end as it began: {str(error).lower()}", prefix="") from None
    return words[1:] if words[:1] in (["kubectl"], ["k"]) else words


def _refuse_shell(line: str) -> None:
    """Signs that a shell would act on, outside quotes (and those that work inside double quotes)."""
    quote = ""
    at = 0
    while at < len(line):
        sign = line[at]
        if sign == "\\" and quote != "'":
            at += 2
            continue
        if sign == quote:
            quote = ""
        elif not quote and sign in "'\"":
            quote = sign
        found = None if quote == "'" else (SHELL_IN_QUOTES if quote else SHELL).match(line, at)
        if found:
            shown = "a second line" if found.group() == "\n" else f"the shell's {found.group()[:1]}"
            raise UsageError(f"one kubectl command at a time, without {shown}; quote it if it belongs to a value", prefix="")
        at += 1


def _unknown(word: str, known: dict, parent: str) -> UsageError:
    if word in READING and not parent:
        return UsageError(f"kubectl {word} only reads, and this line only takes changes: what it would show is on the desk", prefix="")
    if word in ELSEWHERE and not parent:
        return UsageError(ELSEWHERE[word], prefix="")
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    where = f"kubectl {parent}".strip()
    return UsageError(f"{where} has no {go_quote(word)} here: {hint}", prefix="")


def _read(words: list[str], command: str, *flags: Flag) -> Parsed:
    parsed = parse_flags(words, (*COMMON, *flags), command)
    for name, said in NOT_HERE.items():
        if parsed.has(name) and parsed.text(name) not in ("none", "false"):
            raise UsageError(said, prefix="")
    check_namespace(parsed.text("namespace", NAMESPACE))
    return parsed


def _each(made: list[Command], words: list[str]) -> Command:
    return made[0] if len(made) == 1 else Several(tuple(made), shlex.join(words))


def _help(said: str, command: str) -> UsageError:
    return UsageError(f"{said}\nSee 'kubectl {command} -h' for help and examples")


# -------------------------------------------------------------------------------------------------------------- creating


def _create(words: list[str]) -> Command:
    if words and not words[0].startswith("-"):
        made = CREATES.get(words[0])
        if made is None:
            raise _unknown(words[0], {"deployment": 1, "service": 1}, "create")
        return made(words[1:])
    _read(words, "create")
    raise UsageError("must specify one of -f and -k")


def _create_deployment(words: list[str]) -> Command:
    command = "create deployment"
    flags = (Flag("image", "texts"), Flag("replicas", "number", "r"), Flag("port", "number"), Flag("save-config", "bool"))
    parsed = _read(words, command, *flags)
    if not parsed.has("image"):
        raise UsageError('required flag(s) "image" not set')
    _one_name(parsed, command)
    images = parsed.texts("image")
    if len(images) > 1 and parsed.rest:
        raise UsageError("cannot specify multiple --image options and command")
    replicas = parsed.number("replicas")
    return CreateDeployment(parsed.args[0], tuple(images), 1 if replicas is None else replicas, parsed.number("port"), tuple(parsed.rest))


def _create_service(words: list[str]) -> Command:
    if words[:1] != ["clusterip"]:
        if words and words[0] in ("nodeport", "loadbalancer", "externalname"):
            raise UsageError("a desk's Services are inside the cluster: create service clusterip", prefix="")
        raise _unknown(words[0] if words else "", {"clusterip": 1}, "create service")
    command = "create service clusterip"
    parsed = _read(words[1:], command, Flag("tcp", "texts"), Flag("clusterip"), Flag("save-config", "bool"))
    _one_name(parsed, command)
    return CreateService(parsed.args[0], tuple(parsed.texts("tcp")), parsed.text("clusterip"))


def _one_name(parsed: Parsed, command: str) -> None:
    if len(parsed.args) != 1:
        raise _help(f"exactly one NAME is required, got {len(parsed.args)}", command)


def _run(words: list[str]) -> Command:
    flags = (
        Flag("image"),
        Flag("port", "number"),
        Flag("labels", short="l"),
        Flag("env", "texts"),
        Flag("restart"),
        Flag("expose", "bool"),
        Flag("command", "bool"),
    )
    parsed = _read(words, "run", *flags)
    if not parsed.has("image"):
        raise UsageError('required flag(s) "image" not set')
    if not parsed.args:
        raise _help("NAME is required for run", "run")
    if not IMAGE.fullmatch(parsed.text("image")):
        raise UsageError(f"Invalid image name {go_quote(parsed.text('image'))}: invalid reference format")
    port = parsed.number("port")
    if parsed.true("expose") and port is None:
        raise _help("--port must be set when exposing a service", "run")
    restart = parsed.text("restart")
    if restart not in ("", "Always", "OnFailure", "Never"):
        raise _help(f"invalid restart policy: {restart}", "run")
    return Run(
        name=parsed.args[0],
        image=parsed.text("image"),
        port=port,
        labels=_label_map(parsed.text("labels")),
        env=tuple(_env(entry) for entry in parsed.flags.get("env", ())),
        args=(*parsed.args[1:], *parsed.rest),
        command=parsed.true("command"),
        restart="" if restart == "Always" else restart,
        expose=parsed.true("expose"),
    )


IMAGE = re.compile(
    r"([A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*(:[0-9]+)?/)?"
    r"[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*(/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*(:\w[\w.-]{0,127})?(@[A-Za-z][A-Za-z0-9+._-]*:[0-9a-fA-F]{32,})?",
    re.ASCII,
)
"""distribution/reference ReferenceRegexp: kubectl checks it for `run` only."""


def _env(entry: str) -> str:
    name, equals, _ = entry.partition("=")
    if not equals or not name:
        raise UsageError(f"invalid env: {entry}")
    return entry


def _expose(words: list[str]) -> Command:
    names = ("port", "target-port", "name", "protocol", "type", "selector", "cluster-ip", "session-affinity")
    parsed = _read(words, "expose", *(Flag(name) for name in names), Flag("labels", short="l"))
    found = targets(parsed.args)
    if len(found) > 1:
        raise UsageError("one Service at a time: expose one object", prefix="")
    (kind, name), *_ = found
    return Expose(
        kind,
        name,
        port=parsed.text("port"),
        target_port=parsed.text("target-port"),
        service=parsed.text("name"),
        protocol=parsed.text("protocol"),
        type=parsed.text("type"),
        selector=_label_map(parsed.text("selector")),
        labels=_label_map(parsed.text("labels")),
        cluster_ip=parsed.text("cluster-ip"),
    )


def _label_map(text: str) -> dict[str, str]:
    try:
        return selectors.parse_set(text)
    except selectors.ParseError as error:
        raise UsageError(str(error)) from None


# -------------------------------------------------------------------------------------------------------------- changing


def _scale(words: list[str]) -> Command:
    flags = (Flag("replicas", "number"), Flag("current-replicas", "number"), Flag("timeout"))
    parsed = _read(words, "scale", *flags, *PICK)
    if not parsed.has("replicas"):
        raise UsageError('required flag(s) "replicas" not set')
    replicas = parsed.number("replicas")
    if replicas is None or replicas < 0:
        raise UsageError("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0")
    current = parsed.number("current-replicas")
    current = None if current is None or current < 0 else current

    def made(kind: str, name: str, selector: str, everything: bool) -> Command:
        return Scale(kind, name, replicas, current, selector=selector, all=everything)

    return _each([made(*target) for target in _picked(parsed, NOTHING_NAMED)], ["scale", *words])


def _set(words: list[str]) -> Command:
    if words[:1] != ["image"]:
        raise _unknown(words[0] if words else "", {"image": 1}, "set")
    parsed = _read(words[1:], "set image", Flag("local", "bool"), *PICK)
    resources, pairs = _resources_and_pairs(parsed.args, "image")
    if not resources:
        raise UsageError(SPECIFY)
    images = {}
    for pair in pairs:
        container, equals, image = pair.partition("=")
        if not equals or not image:
            raise UsageError(f"invalid image format: {pair}")
        images[container] = image
    if not images:
        raise UsageError("at least one image update is required")
    parsed.args = resources
    made = [SetImage(kind, name, images, selector=selector, all=all_) for kind, name, selector, all_ in _picked(parsed, SPECIFY)]
    return _each(made, ["set", *words])


def _rollout(words: list[str]) -> Command:
    verb = words[0] if words else ""
    if verb in ("status", "history"):
        raise UsageError(
            f"kubectl rollout {verb} only reads, and this line only takes changes: what it would show is on the desk", prefix=""
        )
    if verb not in ROLLOUTS:
        raise _unknown(verb, ROLLOUTS, "rollout")
    flags = (Flag("to-revision", "number"),) if verb == "undo" else ()
    parsed = _read(words[1:], f"rollout {verb}", *flags, Flag("selector", short="l"))
    if not parsed.args:
        raise UsageError("required resource not specified")
    found = _picked(parsed, "required resource not specified")
    if verb == "undo":
        to = parsed.number("to-revision") or 0
        if to < 0:
            raise UsageError(f"unable to find specified revision {to} in history")
        made: list[Command] = [Undo(kind, name, to, selector=selector) for kind, name, selector, _ in found]
    else:
        made = [ROLLOUTS[verb](kind, name, selector=selector) for kind, name, selector, _ in found]
    return _each(made, ["rollout", *words])


def _patch(words: list[str]) -> Command:
    parsed = _read(words, "patch", Flag("patch", short="p"), Flag("patch-file"), Flag("type"), Flag("subresource"))
    if parsed.has("patch-file"):
        raise UsageError(NOT_HERE["filename"], prefix="")
    if not parsed.text("patch"):
        raise UsageError("must specify --patch or --patch-file containing the contents of the patch")
    how = parsed.text("type", "strategic").lower()
    if how not in ("json", "merge", "strategic"):
        raise _help(f"--type must be one of [json merge strategic], not {go_quote(how)}", "patch")
    made = [Patch(kind, name, parsed.text("patch"), how) for kind, name in targets(parsed.args)]
    return _each(made, ["patch", *words])


def _label(words: list[str]) -> Command:
    parsed = _read(words, "label", Flag("overwrite", "bool"), Flag("list", "bool"), Flag("resource-version"), *PICK)
    if parsed.true("list"):
        raise UsageError("--list only reads, and this line only takes changes: labels are on the desk", prefix="")
    parsed.args, pairs = _resources_and_pairs(parsed.args, "label")
    if not parsed.args:
        raise UsageError(SPECIFY)
    labels = dict(_label_change(pair) for pair in pairs)
    _not_both(pairs, "label")
    if not labels:
        raise UsageError("at least one label update is required")
    overwrite = parsed.true("overwrite")
    made = [Label(kind, name, labels, overwrite, selector=selector, all=all_) for kind, name, selector, all_ in _picked(parsed, SPECIFY)]
    return _each(made, ["label", *words])


def _label_change(pair: str) -> tuple[str, str | None]:
    """kubectl/pkg/cmd/label parseLabels."""
    if "=" not in pair:
        return pair[:-1], None
    parts = pair.split("=")
    if len(parts) != 2:
        raise UsageError(f"invalid label spec: {pair}")
    if problems := label_value_problems(parts[1]):
        raise UsageError(f"invalid label value: {go_quote(pair)}: {';'.join(problems)}")
    if problems := label_key_problems(parts[0]):
        raise UsageError(f"invalid label key: {go_quote(pair)}: {';'.join(problems)}")
    return parts[0], parts[1]


def _annotate(words: list[str]) -> Command:
    parsed = _read(words, "annotate", Flag("overwrite", "bool"), Flag("list", "bool"), Flag("resource-version"), *PICK)
    if parsed.true("list"):
        raise UsageError("--list only reads, and this line only takes changes: annotations are on the desk", prefix="")
    parsed.args, pairs = _resources_and_pairs(parsed.args, "annotation")
    if not parsed.args:
        raise UsageError(SPECIFY)
    changes: dict[str, str | None] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        changes[key if equals else pair[:-1]] = value if equals else None
    _not_both(pairs, "annotation")
    if not changes:
        raise UsageError("at least one annotation update is required")
    overwrite = parsed.true("overwrite")
    made = [Annotate(kind, name, changes, overwrite, selector=selector, all=a) for kind, name, selector, a in _picked(parsed, SPECIFY)]
    return _each(made, ["annotate", *words])


def _not_both(pairs: list[str], what: str) -> None:
    set_ = {pair.partition("=")[0] for pair in pairs if "=" in pair}
    if any(pair[:-1] in set_ for pair in pairs if "=" not in pair):
        raise UsageError(f"can not both modify and remove {'a label' if what == 'label' else 'an annotation'} in the same command")


def _resources_and_pairs(args: list[str], what: str) -> tuple[list[str], list[str]]:
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


# -------------------------------------------------------------------------------------------------------------- deleting


def _delete(words: list[str]) -> Command:
    flags = (
        Flag("grace-period", "number"),
        Flag("force", "bool"),
        Flag("now", "bool"),
        Flag("cascade", "optional", default="background"),
        Flag("ignore-not-found", "bool"),
        Flag("wait", "bool"),
        Flag("timeout"),
    )
    parsed = _read(words, "delete", *flags, *PICK)
    propagation = _cascade(parsed.text("cascade", "background"))
    grace, force = _grace(parsed)
    ignore = parsed.true("ignore-not-found")
    made = [
        Delete(kind, name, grace, propagation, force=force, selector=selector, all=everything, ignore_not_found=ignore)
        for kind, name, selector, everything in _picked(parsed, NOTHING_NAMED)
    ]
    return _each(made, ["delete", *words])


def _cascade(text: str) -> str:
    known = {"background": "Background", "true": "Background", "orphan": "Orphan", "false": "Orphan", "foreground": "Foreground"}
    if text not in known:
        raise UsageError(f'invalid cascade value ({text}). Must be "background", "foreground", or "orphan"')
    return known[text]


def _grace(parsed: Parsed) -> tuple[int | None, bool]:
    """(grace period, at once) as kubectl/pkg/cmd/delete Complete works them out."""
    grace, force = parsed.number("grace-period"), parsed.true("force")
    if grace is not None and grace < 0:
        grace = None
    if parsed.true("now"):
        if grace is not None:
            raise UsageError("--now and --grace-period cannot be specified together")
        grace = 1
    if force and grace:
        raise UsageError("--force and --grace-period greater than 0 cannot be specified together")
    if force:
        return None, True
    return 1 if grace == 0 else grace, False


def _picked(parsed: Parsed, missing: str) -> list[tuple[str, str, str, bool]]:
    """(kind, name, selector, all) for each thing the command is about."""
    selector, everything = parsed.text("selector"), parsed.true("all")
    if selector and everything:
        raise UsageError("cannot set --all and --selector at the same time")
    if selector:
        _check_selector(selector)
    found: list[Target] = targets(parsed.args, bool(selector) or everything, missing)
    return [(kind, name, selector, everything) for kind, name in found]


def _check_selector(text: str) -> None:
    try:
        selectors.parse(text)
    except selectors.ParseError as error:
        raise UsageError(str(error)) from None


ROLLOUTS = {"pause": Pause, "resume": Resume, "restart": Restart, "undo": Undo}

CREATES: dict[str, Callable[[list[str]], Command]] = {
    "deployment": _create_deployment,
    "deploy": _create_deployment,
    "service": _create_service,
    "svc": _create_service,
}

VERBS: dict[str, Callable[[list[str]], Command]] = {
    "create": _create,
    "run": _run,
    "expose": _expose,
    "scale": _scale,
    "set": _set,
    "rollout": _rollout,
    "patch": _patch,
    "label": _label,
    "annotate": _annotate,
    "delete": _delete,
}

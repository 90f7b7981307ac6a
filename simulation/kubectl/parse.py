"""A line as typed becomes a command, or an error in kubectl's words. Only lines that change something; what reads is the desk itself.

Sources: staging/src/k8s.io/kubectl/pkg/cmd (v1.36), each verb's own file.
"""

import difflib
import re
import shlex
from collections.abc import Callable
from typing import Any

from simulation.api import selectors
from simulation.api.errors import StatusError, UsageError, go_json, go_quote, not_found
from simulation.api.names import label_key_problems, label_value_problems
from simulation.api.writes import NAMESPACE, check_namespace
from simulation.commands import (
    Annotate,
    Command,
    Cordon,
    Create,
    CreateBudget,
    CreateDeployment,
    CreateService,
    CutNode,
    Delete,
    Drain,
    Expose,
    Label,
    Patch,
    Pause,
    Restart,
    RestoreNode,
    Resume,
    Run,
    Scale,
    SendRequests,
    SetImage,
    SetSelector,
    SetTaints,
    Several,
    StopDrain,
    Uncordon,
    Undo,
)
from simulation.inside import KillInside, RemoveHealthy, TouchHealthy
from simulation.kubectl.flags import Flag, Parsed
from simulation.kubectl.known import read
from simulation.kubectl.resources import NOTHING_NAMED, Target, kind_named, targets
from simulation.objects import Taint

MOST_BYTES = 64 * 1024

NOT_HERE = {
    "dry-run": "a desk has no dry run: take a copy of it and try there",
    "output": "the output of a change is always its one line here",
    "filename": "there are no files here: paste the manifest into the desk's own field instead",
}
RECORD = "--record is deprecated: use `kubectl annotate` with kubernetes.io/change-cause instead"

READING = ("get", "describe", "logs", "events", "top", "explain", "diff", "wait", "api-resources", "version", "cluster-info")
ELSEWHERE = {
    "edit": "kubectl edit opens an editor, and there is none here: kubectl patch does the same in one line",
    "apply": "kubectl apply reads a file, and there are none here: paste the manifest into the desk's own field",
    "replace": "kubectl replace reads a file, and there are none here: paste the manifest into the desk's own field",
    "attach": "there is nothing running inside these containers to talk to",
    "port-forward": "there is nothing running inside these containers to talk to",
}
SHELL = re.compile(r"[|;<>`\n]|&|\$[A-Za-z({]")
SHELL_IN_QUOTES = re.compile(r"`|\$\(")

PLUG = re.compile(r"# *(?P<node>[a-z0-9.-]+): (?P<way>power off|power on|stop draining)", re.ASCII)
"""The plug of a machine has no verb, nor has Ctrl-C: they are written as comments, as in `# node-4: power off`."""
PLUGS: dict[str, Callable[[str], Command]] = {"power off": CutNode, "power on": RestoreNode, "stop draining": StopDrain}

CLIENTS = re.compile(r"# *(?P<service>[a-z0-9-]+): (?P<rate>\d{1,9}) requests/s(?P<waits> once it answers)?", re.ASCII)
"""Nor have clients: `# web: 200 requests/s`."""

SPECIFY = "one or more resources must be specified as <resource> <name> or <resource>/<name>"


def parse(line: str) -> Command:
    """The command that a line means, with or without the leading `kubectl`. Raises StatusError."""
    if (plug := PLUG.fullmatch(line.strip())) is not None:
        return PLUGS[plug["way"]](plug["node"])
    if (clients := CLIENTS.fullmatch(line.strip())) is not None:
        return SendRequests(clients["service"], int(clients["rate"]), clients["waits"] is not None)
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
        parsed = read(words[: 1 + value], "options")
        check_namespace(parsed.text("namespace"))
        words = words[1 + value :]
    return words


def words_of(line: str) -> tuple[list[str], bool]:
    """A line's words without the leading `kubectl`, and whether it had one. Raises UsageError for what only a shell would do."""
    words = _split(line)
    return (words[1:], True) if words[:1] in (["kubectl"], ["k"]) else (words, False)


def _words(line: str) -> list[str]:
    return words_of(line)[0]


def _split(line: str) -> list[str]:
    if len(line) > MOST_BYTES:
        raise UsageError(f"a line has at most {MOST_BYTES} characters", prefix="")
    line = line.strip().removeprefix("$ ").replace("\\\n", " ")
    _refuse_shell(line)
    try:
        return shlex.split(line)
    except ValueError as error:
        raise UsageError(f"this line does not end as it began: {str(error).lower()}", prefix="") from None


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


def _read(words: list[str], command: str, *more: Flag) -> Parsed:
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


def _each(made: list[Command], words: list[str]) -> Command:
    return made[0] if len(made) == 1 else Several(tuple(made), shlex.join(words))


def _help(said: str, command: str) -> UsageError:
    return UsageError(f"{said}\nSee 'kubectl {command} -h' for help and examples")


# -------------------------------------------------------------------------------------------------------------- creating


def _create(words: list[str]) -> Command:
    if words and not words[0].startswith("-"):
        made = CREATES.get(words[0])
        if made is not None:
            return made(words[1:])
        if words[0] in ("namespace", "ns"):
            _one_name(_read(words[1:], "create namespace"), "create namespace")
            raise StatusError(403, "Forbidden", "namespaces is forbidden: a desk has the namespace default and no other")
        if words[0] in CREATED_ELSEWHERE:
            raise UsageError(f"a desk has no {words[0]}: it has deployments, services, pods and poddisruptionbudgets", prefix="")
    parsed = _read(words, "create")
    if parsed.args:
        raise UsageError(f"Unexpected args: [{' '.join(parsed.args)}]\nSee 'kubectl create -h' for help and examples")
    raise UsageError("must specify one of -f and -k")


CREATED_ELSEWHERE = (
    *("clusterrole", "clusterrolebinding", "configmap", "cm", "cronjob", "cj", "ingress", "ing", "job", "priorityclass", "pc"),
    *("quota", "resourcequota", "role", "rolebinding", "secret", "serviceaccount", "sa", "token"),
)
"""What kubectl can create and a desk does not have."""


def _create_deployment(words: list[str]) -> Command:
    command = "create deployment"
    parsed = _read(words, command)
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
        if words and words[0] in SERVICE_TYPES:
            return _create_typed_service(words[0], words[1:])
        said = f"unknown command {go_quote(' '.join(words))}\nSee 'kubectl create service -h' for help and examples"
        raise UsageError(said)
    command = "create service clusterip"
    parsed = _read(words[1:], command)
    _check_ports(parsed.texts("tcp"))
    _one_name(parsed, command)
    return CreateService(parsed.args[0], tuple(parsed.texts("tcp")), parsed.text("clusterip"))


SERVICE_TYPES = {"nodeport": "NodePort", "loadbalancer": "LoadBalancer", "externalname": "ExternalName"}


def _create_typed_service(word: str, words: list[str]) -> Command:
    command = f"create service {word}"
    parsed = _read(words, command)
    _one_name(parsed, command)
    pairs, name = parsed.texts("tcp"), parsed.args[0]
    _check_ports(pairs)
    if word == "externalname" and not parsed.text("external-name"):
        raise UsageError('required flag(s) "external-name" not set')
    if word != "externalname" and not pairs:
        raise UsageError("at least one tcp port specifier must be provided")
    spec: dict[str, Any] = {"type": SERVICE_TYPES[word], "selector": {"app": name}}
    if pairs:
        spec["ports"] = [_service_port(pair, parsed.number("node-port") or 0) for pair in pairs]
    if word == "externalname":
        spec["externalName"] = parsed.text("external-name")
    labels = {"app": name}
    return Create(go_json({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "labels": labels}, "spec": spec}))


def _service_port(pair: str, node_port: int) -> dict[str, Any]:
    port, colon, target = pair.partition(":")
    aim: int | str = int(target) if target.isdigit() else target
    named = {"name": pair.replace(":", "-"), "port": int(port), "protocol": "TCP", "targetPort": aim if colon else int(port)}
    return named | ({"nodePort": node_port} if node_port else {})


def _check_ports(pairs: list[str]) -> None:
    """strconv.ParseUint of the first part."""
    for pair in pairs:
        port = pair.partition(":")[0]
        if not (port.isascii() and port.isdigit()):
            raise UsageError(f"strconv.ParseUint: parsing {go_quote(port)}: invalid syntax")
        if int(port) > 65535:
            raise UsageError(f"strconv.ParseUint: parsing {go_quote(port)}: value out of range")


def _one_name(parsed: Parsed, command: str) -> None:
    if len(parsed.args) != 1:
        raise _help(f"exactly one NAME is required, got {len(parsed.args)}", command)


def _run(words: list[str]) -> Command:
    parsed = _read(words, "run", Flag("generator"))
    if parsed.has("generator") and parsed.text("generator") not in GENERATORS:
        raise UsageError(f"generator {go_quote(parsed.text('generator'))} not found.")
    if not parsed.has("image"):
        raise UsageError('required flag(s) "image" not set')
    if not parsed.args:
        raise _help("NAME is required for run", "run")
    if not parsed.text("image"):
        raise UsageError("--image is required")
    if not IMAGE.fullmatch(parsed.text("image")):
        raise UsageError(f"Invalid image name {go_quote(parsed.text('image'))}: invalid reference format")
    port = _port(parsed.text("port"))
    if parsed.true("expose") and port is None:
        raise _help("--port must be set when exposing a service", "run")
    restart = parsed.text("restart")
    if restart not in ("", "Always", "OnFailure", "Never"):
        raise _help(f"invalid restart policy: {restart}", "run")
    if parsed.text("generator") == OLD_RUN:
        return Create(_old_run(parsed, port))
    if any(parsed.has(name) for name in ("annotations", "image-pull-policy", "privileged")):
        return Create(_manifest_of_run(parsed, port))
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


def _manifest_of_run(parsed: Parsed, port: int | None) -> str:
    """The pod with what the command Run does not know of."""
    name = parsed.args[0]
    container: dict[str, Any] = {"name": name, "image": parsed.text("image")}
    if parsed.has("image-pull-policy"):
        container["imagePullPolicy"] = parsed.text("image-pull-policy")
    if port is not None:
        container["ports"] = [{"containerPort": port}]
    env = [_env(entry).partition("=") for entry in parsed.flags.get("env", ())]
    container |= {"env": [{"name": key, "value": value} for key, _, value in env]} if env else {}
    if args := [*parsed.args[1:], *parsed.rest]:
        container["command" if parsed.true("command") else "args"] = args
    if parsed.true("privileged"):
        container["securityContext"] = {"privileged": True}
    metadata: dict[str, Any] = {"name": name, "labels": _label_map(parsed.text("labels")) or {"run": name}}
    if parsed.has("annotations"):
        metadata["annotations"] = dict(entry.partition("=")[::2] for entry in parsed.texts("annotations"))
    spec = {"containers": [container], **({"restartPolicy": parsed.text("restart")} if parsed.has("restart") else {})}
    return go_json({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})


def _port(text: str) -> int | None:
    if text and not re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII):
        raise UsageError(f"strconv.Atoi: parsing {go_quote(text)}: invalid syntax")
    return int(text) if text else None


OLD_RUN = "deployment/apps.v1"
"""What `kubectl run` did by itself until 1.17: a Deployment whose pods are labelled run=NAME."""
GENERATORS = (OLD_RUN, "run-pod/v1")


def _old_run(parsed: Parsed, port: int | None) -> str:
    name, labels = parsed.args[0], _label_map(parsed.text("labels")) or {"run": parsed.args[0]}
    container: dict[str, Any] = {"name": name, "image": parsed.text("image")}
    if port is not None:
        container["ports"] = [{"containerPort": port}]
    if args := [*parsed.args[1:], *parsed.rest]:
        container["command" if parsed.true("command") else "args"] = args
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    return go_json({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "labels": labels}, "spec": spec})


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
    parsed = _read(words, "expose")
    made = [_exposed(kind, name, parsed) for kind, name in targets(parsed.args)]
    return _each(made, ["expose", *words])


def _exposed(kind: str, name: str, parsed: Parsed) -> Command:
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
    """generate.ParseLabels."""
    wrong = next((part for part in text.split(",") if "=" not in part or not part.partition("=")[0]), None) if text else None
    if wrong is not None:
        raise UsageError(f"unexpected label spec: {wrong}")
    try:
        return selectors.parse_set(text)
    except selectors.ParseError as error:
        raise UsageError(str(error)) from None


# -------------------------------------------------------------------------------------------------------------- changing


def _scale(words: list[str]) -> Command:
    parsed = _read(words, "scale")
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
    if words[:1] == ["selector"]:
        return _set_selector(words[1:])
    if words[:1] != ["image"]:
        said = f"unknown command {go_quote(' '.join(words))}\nSee 'kubectl set -h' for help and examples"
        raise UsageError(said)
    parsed = _read(words[1:], "set image")
    resources, pairs = _resources_and_pairs(parsed.args, "image")
    if not resources:
        raise UsageError(NOTHING_NAMED)
    targets(resources, bool(parsed.text("selector")) or parsed.true("all"), NOTHING_NAMED)
    images = {}
    for pair in pairs:
        container, equals, image = pair.partition("=")
        if not equals:
            raise UsageError(f"invalid image format: {pair}")
        images[container] = image
    if not images:
        raise UsageError("at least one image update is required")
    parsed.args = resources
    made = [SetImage(kind, name, images, selector=selector, all=all_) for kind, name, selector, all_ in _picked(parsed, SPECIFY)]
    return _each(made, ["set", *words])


def _set_selector(words: list[str]) -> Command:
    """kubectl/pkg/cmd/set/set_selector.go: the last word is the selector."""
    parsed = _read(words, "set selector")
    if not parsed.args:
        raise UsageError("one selector is required")
    *named, text = parsed.args
    if not named:
        raise UsageError(NOTHING_NAMED)
    try:
        wanted = selectors.parse(text)
    except selectors.ParseError as error:
        raise UsageError(str(error)) from None
    labels = {r.key: r.values[0] for r in wanted.requirements if r.operator in (selectors.EQUALS, selectors.DOUBLE_EQUALS)}
    for r in wanted.requirements:
        if r.operator in (selectors.NOT_EQUALS, selectors.GREATER, selectors.LESS):
            raise UsageError(f"{go_quote(r.operator)} is not a valid label selector operator")
        if r.key not in labels:
            operator = next(name for name, sign in selectors.FROM_OBJECT.items() if sign == r.operator)
            raise UsageError(f"match expression [{{{r.key} {operator} [{' '.join(r.values)}]}}] not supported on this object")
    parsed.args = named
    made = [SetSelector(kind, name, labels, all=all_) for kind, name, _, all_ in _picked(parsed, SPECIFY)]
    return _each(made, ["set", "selector", *words])


def _exec(words: list[str]) -> Command:
    parsed = _read(words, "exec")
    if not parsed.rest and len(parsed.args) > 1:
        raise _help("exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead", "exec")
    if len(parsed.args) != 1:
        raise UsageError("pod, type/name or --filename must be specified")
    if not parsed.rest:
        raise UsageError("you must specify at least one command for the container")
    name = parsed.args[0]
    if "/" in name:
        [(kind, name)] = targets([name])
        if kind != "Pod":
            raise UsageError("name one pod: exec POD -- COMMAND", prefix="")
    made = INSIDE.get(tuple(_unwrapped(parsed.rest)))
    if made is None:
        raise UsageError(KILL_9 if parsed.rest[0] == "kill" and parsed.rest[-1] == "1" else NOTHING_ELSE, prefix="")
    return made(name, parsed.text("container"))


def _unwrapped(words: list[str]) -> list[str]:
    """What a shell in the container would run, without its own flags that change nothing here."""
    if len(words) == 3 and words[0] in ("sh", "/bin/sh", "bash", "/bin/bash") and words[1] == "-c":
        words = shlex.split(words[2])
    return [word for word in words if not (words[:1] == ["rm"] and word in ("-f", "-rf"))]


INSIDE: dict[tuple[str, ...], Callable[[str, str], Command]] = {
    **{("kill", *signal, "1"): KillInside for signal in ((), ("-15",), ("-TERM",), ("-SIGTERM",), ("-s", "TERM"), ("-s", "SIGTERM"))},
    ("rm", "/tmp/healthy"): RemoveHealthy,
    ("touch", "/tmp/healthy"): TouchHealthy,
}
NOTHING_ELSE = (
    "a desk simulates what Kubernetes does with pods, not the programs in them: inside a container there is process 1 and the file "
    "/tmp/healthy, so `exec POD -- kill 1`, `rm /tmp/healthy` and `touch /tmp/healthy` are what can be done there"
)
KILL_9 = "from inside a container no signal but TERM reaches its process 1: the kernel keeps the others away. `exec POD -- kill 1` is TERM"


def _rollout(words: list[str]) -> Command:
    verb = words[0] if words else ""
    if verb in ("status", "history"):
        raise UsageError(
            f"kubectl rollout {verb} only reads, and this line only takes changes: what it would show is on the desk", prefix=""
        )
    if verb not in ROLLOUTS:
        raise UsageError(f"unknown command {go_quote(' '.join(words))}\nSee 'kubectl rollout -h' for help and examples")
    parsed = _read(words[1:], f"rollout {verb}")
    if not parsed.args:
        raise UsageError("required resource not specified")
    found = _picked(parsed, "required resource not specified", everything=True)
    if verb == "undo":
        to = parsed.number("to-revision") or 0
        if to < 0:
            raise UsageError(f"unable to find specified revision {to} in history")
        made: list[Command] = [Undo(kind, name, to, selector=selector, all=all_) for kind, name, selector, all_ in found]
    else:
        made = [ROLLOUTS[verb](kind, name, selector=selector, all=all_) for kind, name, selector, all_ in found]
    return _each(made, ["rollout", *words])


def _patch(words: list[str]) -> Command:
    parsed = _read(words, "patch")
    if not parsed.text("patch"):
        raise UsageError("must specify --patch or --patch-file containing the contents of the patch")
    how = parsed.text("type", "strategic").lower()
    if how not in ("json", "merge", "strategic"):
        raise UsageError(f"--type must be one of [json merge strategic], not {go_quote(how)}")
    if parsed.true("local"):
        raise UsageError("cannot specify --local and server resources")
    made = [Patch(kind, name, parsed.text("patch"), how, parsed.text("subresource")) for kind, name in targets(parsed.args)]
    return _each(made, ["patch", *words])


def _label(words: list[str]) -> Command:
    parsed = _read(words, "label")
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
    return parts[0], parts[1]


def _annotate(words: list[str]) -> Command:
    parsed = _read(words, "annotate")
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
    both = [pair[:-1] for pair in pairs if "=" not in pair and pair[:-1] in set_]
    if both and what == "label":
        raise UsageError("can not both modify and remove a label in the same command")
    if both:
        raise UsageError(f"can not both modify and remove the following annotation(s) in the same command: {', '.join(both)}")


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
    parsed = _read(words, "delete")
    if parsed.true("all") and parsed.has("selector"):
        raise UsageError("setting 'all' parameter but found a non empty selector. ")
    if not parsed.args and (parsed.true("all") or parsed.has("selector")):
        raise UsageError("at least one resource must be specified to use a selector")
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


# ----------------------------------------------------------------------------------------------------------------- nodes


def _cordon(words: list[str]) -> Command:
    return _cordons(Cordon, "cordon", words)


def _uncordon(words: list[str]) -> Command:
    return _cordons(Uncordon, "uncordon", words)


def _cordons(make: type, verb: str, words: list[str]) -> Command:
    parsed = _read(words, verb)
    names, selector = _node_names(parsed, verb)
    return _each([make(name) for name in names] or [make(selector=selector)], [verb, *words])


def _drain(words: list[str]) -> Command:
    parsed = _read(words, "drain")
    names, selector = _node_names(parsed, "drain")
    grace = parsed.number("grace-period")
    pod_selector = parsed.text("pod-selector")
    if pod_selector:
        try:
            selectors.parse(pod_selector)
        except selectors.ParseError:
            raise UsageError("--pod-selector=<pod_selector> must be a valid label selector") from None
    return Drain(
        tuple(names),
        selector,
        force=parsed.true("force"),
        delete_emptydir_data=parsed.true("delete-emptydir-data"),
        ignore_daemonsets=parsed.true("ignore-daemonsets"),
        grace_period_seconds=None if grace is None or grace < 0 else grace,
        timeout_ms=parsed.ms("timeout") or None,
        pod_selector=pod_selector,
        disable_eviction=parsed.true("disable-eviction"),
    )


def _node_names(parsed: Parsed, verb: str) -> tuple[list[str], str]:
    """The nodes that `cordon`, `uncordon` and `drain` name, each once, or the selector that picks them."""
    selector = parsed.text("selector")
    if not parsed.args and not parsed.has("selector"):
        raise _help(f"USAGE: {verb} NODE [flags]", verb)
    if parsed.args and selector:
        raise _help("cannot specify both a node name and a --selector option", verb)
    if selector:
        _check_selector(selector)
    names = []
    for arg in parsed.args:
        kind, slash, name = arg.partition("/")
        if slash and (found := kind_named(kind)) != "Node":
            raise not_found(found, name)
        names.append(name if slash else arg)
    return list(dict.fromkeys(names)), selector


def _taint(words: list[str]) -> Command:
    parsed = _read(words, "taint")
    named = [arg for arg in parsed.args if not _is_taint(arg)]
    specs = [arg for arg in parsed.args if _is_taint(arg)]
    if named and specs and parsed.args.index(specs[0]) < len(named):
        late = next(arg for arg in parsed.args[parsed.args.index(specs[0]) :] if not _is_taint(arg))
        raise UsageError(f"all resources must be specified before taint changes: {late}")
    if not named:
        raise UsageError("one or more resources must be specified as <resource> <name>")
    if not specs:
        raise UsageError("at least one taint update is required")
    add, remove = _taints(specs)
    if "/" in named[0]:
        raise UsageError(f"the server doesn't have a resource type {go_quote(named[0])}", prefix="")
    if kind_named(named[0]) != "Node":
        raise UsageError(f"invalid resource type {named[0].lower()}, only node types are supported")
    clash = [gone for new in add for gone in remove if gone.key == new.key and gone.effect in ("", new.effect)]
    if clash:
        said = ", ".join(f"{taint.key}={taint.effect}" if taint.effect else taint.key for taint in clash)
        raise UsageError(f"can not both modify and remove the following taint(s) in the same command: {said}")
    everything, selector, overwrite = parsed.true("all"), parsed.text("selector"), parsed.true("overwrite")
    if everything and selector:
        raise UsageError("setting 'all' parameter with a non empty selector is prohibited")
    if everything or selector:
        if selector:
            _check_selector(selector)
        return SetTaints(add=add, remove=remove, overwrite=overwrite, selector=selector, all=everything)
    if len(named) < 2:
        raise UsageError("at least one resource name must be specified since 'all' parameter is not set")
    return _each([SetTaints(name, add, remove, overwrite) for name in dict.fromkeys(named[1:])], ["taint", *words])


def _is_taint(arg: str) -> bool:
    return "=" in arg or ":" in arg or arg.endswith("-")


def _taints(specs: list[str]) -> tuple[tuple[Taint, ...], tuple[Taint, ...]]:
    """(to add, to remove) (kubectl/pkg/cmd/taint/utils.go parseTaints)."""
    add: list[Taint] = []
    remove: list[Taint] = []
    for spec in specs:
        taint = _one_taint(spec.removesuffix("-"))
        if spec.endswith("-"):
            remove.append(Taint(key=taint.key, effect=taint.effect))
            continue
        if not taint.effect:
            raise _help(f"invalid taint spec: {spec}", "taint")
        if any((taint.key, taint.effect) == (other.key, other.effect) for other in add):
            shown = f"{{{taint.key} {taint.value} {taint.effect} <nil>}}"
            raise _help(f"duplicated taints with the same key and effect: {shown}", "taint")
        add.append(taint)
    return tuple(add), tuple(remove)


def _one_taint(spec: str) -> Taint:
    parts = spec.split(":")
    key, *values = parts[0].split("=") if len(parts) == 2 else (parts[0],)
    effect = parts[1] if len(parts) == 2 else ""
    if len(parts) == 2 and effect not in ("NoSchedule", "PreferNoSchedule", "NoExecute"):
        raise _help(f"invalid taint effect: {effect}, unsupported taint effect", "taint")
    if len(parts) > 2 or len(values) > 1:
        raise _help(f"invalid taint spec: {spec}", "taint")
    value = values[0] if values else ""
    if problems := label_value_problems(value) or label_key_problems(key):
        raise _help(f"invalid taint spec: {spec}, {'; '.join(problems)}", "taint")
    return Taint(key=key, value=value, effect=effect)


def _create_budget(words: list[str]) -> Command:
    command = "create poddisruptionbudget"
    parsed = _read(words, command)
    _one_name(parsed, command)
    least, most = parsed.text("min-available"), parsed.text("max-unavailable")
    if not parsed.text("selector"):
        raise UsageError("a selector must be specified")
    if not least and not most:
        raise UsageError("one of min-available or max-unavailable must be specified")
    if least and most:
        raise UsageError("min-available and max-unavailable cannot be both specified")
    try:
        selectors.parse(parsed.text("selector"))
    except selectors.ParseError as error:
        raise UsageError(f"couldn't parse the selector string {go_quote(parsed.text('selector'))}: {error}") from None
    if not re.fullmatch(r"[0-9]+%?", least or most):
        raise UsageError(f"invalid format specified for {'min-available' if least else 'max-unavailable'}")
    return CreateBudget(parsed.args[0], parsed.text("selector"), least, most)


def _picked(parsed: Parsed, missing: str, everything: bool = False) -> list[tuple[str, str, str, bool]]:
    """(kind, name, selector, all) for each thing the command is about; `everything` if a kind alone stands for all of it."""
    selector = parsed.text("selector")
    everything = parsed.true("all") or (everything and not selector and len(parsed.args) == 1 and "/" not in parsed.args[0])
    if parsed.true("all-namespaces") and (len(parsed.args) > 1 or any("/" in arg for arg in parsed.args)):
        raise UsageError("a resource cannot be retrieved by name across all namespaces")
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
    "poddisruptionbudget": _create_budget,
    "pdb": _create_budget,
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
    "cordon": _cordon,
    "uncordon": _uncordon,
    "drain": _drain,
    "taint": _taint,
    "exec": _exec,
}

"""Lines that make something: create and expose. Models kubectl/pkg/cmd/create and expose (v1.33)."""

import re
from collections.abc import Callable
from typing import Any

from simulation.api import selectors
from simulation.api.errors import StatusError, UsageError, go_json, go_quote
from simulation.commands import Command, Create, CreateBudget, CreateDeployment, CreateService, Expose
from simulation.kubectl.flags import Parsed
from simulation.kubectl.resources import targets
from simulation.kubectl.verbs.picking import each, helped, label_map, read_line


def create(words: list[str]) -> Command:
    if words and not words[0].startswith("-"):
        made = CREATES.get(words[0])
        if made is not None:
            return made(words[1:])
        if words[0] in ("namespace", "ns"):
            _one_name(read_line(words[1:], "create namespace"), "create namespace")
            raise StatusError(403, "Forbidden", "namespaces is forbidden: a desk has the namespace default and no other")
        if words[0] in CREATED_ELSEWHERE:
            raise UsageError(f"a desk has no {words[0]}: it has deployments, services, pods and poddisruptionbudgets", prefix="")
    parsed = read_line(words, "create")
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
    parsed = read_line(words, command)
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
    parsed = read_line(words[1:], command)
    _check_ports(parsed.texts("tcp"))
    _one_name(parsed, command)
    return CreateService(parsed.args[0], tuple(parsed.texts("tcp")), parsed.text("clusterip"))


SERVICE_TYPES = {"nodeport": "NodePort", "loadbalancer": "LoadBalancer", "externalname": "ExternalName"}


def _create_typed_service(word: str, words: list[str]) -> Command:
    command = f"create service {word}"
    parsed = read_line(words, command)
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
        raise helped(f"exactly one NAME is required, got {len(parsed.args)}", command)


def _create_budget(words: list[str]) -> Command:
    command = "create poddisruptionbudget"
    parsed = read_line(words, command)
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


def expose(words: list[str]) -> Command:
    parsed = read_line(words, "expose")
    made = [_exposed(kind, name, parsed) for kind, name in targets(parsed.args)]
    return each(made, ["expose", *words])


def _exposed(kind: str, name: str, parsed: Parsed) -> Command:
    return Expose(
        kind,
        name,
        port=parsed.text("port"),
        target_port=parsed.text("target-port"),
        service=parsed.text("name"),
        protocol=parsed.text("protocol"),
        type=parsed.text("type"),
        selector=label_map(parsed.text("selector")),
        labels=label_map(parsed.text("labels")),
        cluster_ip=parsed.text("cluster-ip"),
    )


CREATES: dict[str, Callable[[list[str]], Command]] = {
    "deployment": _create_deployment,
    "deploy": _create_deployment,
    "service": _create_service,
    "svc": _create_service,
    "poddisruptionbudget": _create_budget,
    "pdb": _create_budget,
}

"""`kubectl run`: a pod, and before 1.18 a Deployment. Models kubectl/pkg/cmd/run/run.go (v1.33)."""

import re
from typing import Any

from simulation.api.errors import UsageError, go_json, go_quote
from simulation.commands import Command, Create, Run
from simulation.kubectl.flags import Flag, Parsed
from simulation.kubectl.verbs.picking import helped, label_map, read_line


def run(words: list[str]) -> Command:
    parsed = read_line(words, "run", Flag("generator"))
    if parsed.has("generator") and parsed.text("generator") not in GENERATORS:
        raise UsageError(f"generator {go_quote(parsed.text('generator'))} not found.")
    if not parsed.has("image"):
        raise UsageError('required flag(s) "image" not set')
    if not parsed.args:
        raise helped("NAME is required for run", "run")
    if not parsed.text("image"):
        raise UsageError("--image is required")
    if not IMAGE.fullmatch(parsed.text("image")):
        raise UsageError(f"Invalid image name {go_quote(parsed.text('image'))}: invalid reference format")
    port = _port(parsed.text("port"))
    if parsed.true("expose") and port is None:
        raise helped("--port must be set when exposing a service", "run")
    restart = parsed.text("restart")
    if restart not in ("", "Always", "OnFailure", "Never"):
        raise helped(f"invalid restart policy: {restart}", "run")
    if parsed.text("generator") == OLD_RUN:
        return Create(_old_run(parsed, port))
    if any(parsed.has(name) for name in ("annotations", "image-pull-policy", "privileged")):
        return Create(_manifest_of_run(parsed, port))
    return Run(
        name=parsed.args[0],
        image=parsed.text("image"),
        port=port,
        labels=label_map(parsed.text("labels")),
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
    metadata: dict[str, Any] = {"name": name, "labels": label_map(parsed.text("labels")) or {"run": name}}
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
    name, labels = parsed.args[0], label_map(parsed.text("labels")) or {"run": parsed.args[0]}
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

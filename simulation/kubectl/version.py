"""`kubectl version`: what this terminal equals, and what the API server says that it is.

Models kubectl/pkg/cmd/version/version.go (v1.33).
"""

import json

from simulation.api.documents import write_sorted
from simulation.api.errors import UsageError
from simulation.api.version import SERVER
from simulation.kubectl.answer import Answer
from simulation.kubectl.known import read

CLIENT = {
    "major": "1",
    "minor": "33",
    "gitVersion": "v1.33.1",
    "gitCommit": "8adc0f041b8e7ad1d30e29cc59c6ae7a15e19828",
    "gitTreeState": "clean",
    "buildDate": "2025-05-15T08:27:33Z",
    "goVersion": "go1.24.2",
    "compiler": "gc",
    "platform": "linux/amd64",
}
"""The kubectl whose words these are."""
KUSTOMIZE = "v5.6.0"


def version(words: list[str]) -> Answer:
    parsed = read(words, "version")
    how = parsed.text("output")
    if parsed.args:
        raise UsageError(f"extra arguments: [{' '.join(parsed.args)}]")
    if how not in ("", "yaml", "json"):
        raise UsageError("--output must be 'yaml' or 'json'")
    told = {"clientVersion": CLIENT, "kustomizeVersion": KUSTOMIZE} | ({} if parsed.true("client") else {"serverVersion": SERVER})
    return Answer(_shown(told, how), "" if parsed.true("client") else _skew())


def _shown(told: dict, how: str) -> str:
    if how == "yaml":
        return write_sorted(told) + "\n"
    if how == "json":
        return json.dumps(told, indent=2) + "\n"
    lines = [f"Client Version: {CLIENT['gitVersion']}", f"Kustomize Version: {KUSTOMIZE}"]
    lines += [f"Server Version: {SERVER['gitVersion']}"] if "serverVersion" in told else []
    return "".join(f"{line}\n" for line in lines)


def _skew() -> str:
    client, server = f"{CLIENT['major']}.{CLIENT['minor']}", f"{SERVER['major']}.{SERVER['minor']}"
    if abs(int(SERVER["minor"]) - int(CLIENT["minor"])) <= 1:
        return ""
    return f"WARNING: version difference between client ({client}) and server ({server}) exceeds the supported minor version skew of +/-1\n"

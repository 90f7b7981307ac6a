"""What the desk's commands say, in the words of kubectl 1.33: they speak as 1.36 does, and some verbs are patches under another name."""

import re

from simulation.api.writes import NAMESPACE

PATCHES = {
    "edit": "edited",
    "env": "env updated",
    "resources": "resource requirements updated",
    "serviceaccount": "serviceaccount updated",
}
DELETED = re.compile(r'(\S+) "(\S+)" (?:force )?deleted')
SUFFIX = {"client": " (dry run)", "server": " (server dry run)"}
SILENT = ("patch", "taint")
"""Verbs that do not say that they only try."""


def as_1_33(line: str, verb: str) -> str:
    if verb.startswith("delete"):
        return line.removesuffix(f" from {NAMESPACE} namespace")
    if verb in PATCHES:
        return line.replace(" patched (no change)", f" {PATCHES[verb]}").replace(" patched", f" {PATCHES[verb]}")
    return line.replace(" configured", " replaced").replace(" unchanged", " replaced") if verb == "replace" else line


def tried(line: str, verb: str, where: str) -> str:
    """The same of a dry run by the client or the server."""
    return as_1_33(line, verb) + ("" if verb in SILENT else SUFFIX[where])


def deleted_names(lines: list[str]) -> list[str]:
    """What `delete -o name` prints instead."""
    return [f"{found[1]}/{found[2]}" if (found := DELETED.match(line)) else line for line in lines]

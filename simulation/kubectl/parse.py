"""A line as typed becomes a command, or an error in kubectl's words. Only lines that change something; what reads is the desk itself.

Sources: staging/src/k8s.io/kubectl/pkg/cmd (v1.36), each verb's own file.
"""

import difflib
import re
from collections.abc import Callable

from simulation.api.errors import UsageError, go_quote
from simulation.api.writes import check_namespace
from simulation.commands import Command, CutNode, RestoreNode, SendRequests, StopDrain
from simulation.kubectl.known import read
from simulation.kubectl.verbs.changing import patch, rollout, scale, set_fields
from simulation.kubectl.verbs.creating import create, expose
from simulation.kubectl.verbs.deleting import delete
from simulation.kubectl.verbs.executing import execute
from simulation.kubectl.verbs.labelling import annotate, label
from simulation.kubectl.verbs.nodes import cordon, drain, taint, uncordon
from simulation.kubectl.verbs.running import run
from simulation.kubectl.words import words_of

READING = ("get", "describe", "logs", "events", "top", "explain", "diff", "wait", "api-resources", "version", "cluster-info")
ELSEWHERE = {
    "edit": "kubectl edit opens an editor, and there is none here: kubectl patch does the same in one line",
    "apply": "kubectl apply reads a file, and there are none here: paste the manifest into the desk's own field",
    "replace": "kubectl replace reads a file, and there are none here: paste the manifest into the desk's own field",
    "attach": "there is nothing running inside these containers to talk to",
    "port-forward": "there is nothing running inside these containers to talk to",
}

PLUG = re.compile(r"# *(?P<node>[a-z0-9.-]+): (?P<way>power off|power on|stop draining)", re.ASCII)
"""The plug of a machine has no verb, nor has Ctrl-C: they are written as comments, as in `# node-4: power off`."""
PLUGS: dict[str, Callable[[str], Command]] = {"power off": CutNode, "power on": RestoreNode, "stop draining": StopDrain}

CLIENTS = re.compile(r"# *(?P<service>[a-z0-9-]+): (?P<rate>\d{1,9}) requests/s(?P<waits> once it answers)?", re.ASCII)
"""Nor have clients: `# web: 200 requests/s`."""


def parse(line: str) -> Command:
    """The command that a line means, with or without the leading `kubectl`. Raises StatusError."""
    if (plug := PLUG.fullmatch(line.strip())) is not None:
        return PLUGS[plug["way"]](plug["node"])
    if (clients := CLIENTS.fullmatch(line.strip())) is not None:
        return SendRequests(clients["service"], int(clients["rate"]), clients["waits"] is not None)
    words = _without_namespace(words_of(line)[0])
    if not words:
        raise UsageError(f"an empty line does nothing; the verbs are {', '.join(VERBS)}", prefix="")
    verb = VERBS.get(words[0])
    if verb is None:
        raise _unknown(words[0])
    return verb(words[1:])


def _without_namespace(words: list[str]) -> list[str]:
    """kubectl takes -n before the verb too."""
    while words and words[0].startswith(("-n", "--namespace")):
        value = 1 if words[0] in ("-n", "--namespace") else 0
        parsed = read(words[: 1 + value], "options")
        check_namespace(parsed.text("namespace"))
        words = words[1 + value :]
    return words


def _unknown(word: str) -> UsageError:
    if word in READING:
        return UsageError(f"kubectl {word} only reads, and this line only takes changes: what it would show is on the desk", prefix="")
    if word in ELSEWHERE:
        return UsageError(ELSEWHERE[word], prefix="")
    near = difflib.get_close_matches(word, VERBS, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(VERBS)}"
    return UsageError(f"kubectl has no {go_quote(word)} here: {hint}", prefix="")


VERBS: dict[str, Callable[[list[str]], Command]] = {
    "create": create,
    "run": run,
    "expose": expose,
    "scale": scale,
    "set": set_fields,
    "rollout": rollout,
    "patch": patch,
    "label": label,
    "annotate": annotate,
    "delete": delete,
    "cordon": cordon,
    "uncordon": uncordon,
    "drain": drain,
    "taint": taint,
    "exec": execute,
}

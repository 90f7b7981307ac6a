"""START HERE for the terminal: a line as typed becomes something to do: an answer, a running line, a command to give, a text to edit.

Whoever shows the terminal gives the commands to the desk, so that they are journalled as every other act is, and hands on what they say.
`plan` never changes anything. What a line says equals kubectl 1.33's, to the byte; what is not kubectl's own words says so plainly.
"""

import difflib
import re
from typing import Any

from simulation.api.errors import StatusError, UsageError
from simulation.commands import Run
from simulation.kubectl import asides, editing, files, help, parse
from simulation.kubectl.answer import Answer
from simulation.kubectl.comparing import diff
from simulation.kubectl.complete import AFTER
from simulation.kubectl.curl import curl
from simulation.kubectl.describe import describe
from simulation.kubectl.events import Events
from simulation.kubectl.explain import explain
from simulation.kubectl.get import Get, Watch
from simulation.kubectl.known import read, take_first
from simulation.kubectl.lists import annotation_list, api_resources, api_versions, cluster_info, label_list
from simulation.kubectl.logs import Logs
from simulation.kubectl.rollouts import RolloutStatus, history
from simulation.kubectl.seat import Do, Edit, Plan, Seat
from simulation.kubectl.things import UnknownKind
from simulation.kubectl.version import version
from simulation.kubectl.wait import Wait
from simulation.kubectl.words import words_of
from simulation.kubectl.writing import give, unexpected, unknown, writing

UNKNOWN_BELOW = re.compile(r"unknown command \"(?P<word>[^ \"]+).*\"\nSee 'kubectl (?P<parent>\w+) -h'")
MOST_SIGNS = 4000
"""A line; a text that is edited has the limits of a manifest."""

REFUSED = {
    "attach": "there is nothing running inside these containers: a desk simulates what Kubernetes does with pods, not the programs in them",
    "debug": "there is nothing running inside these containers: a desk simulates what Kubernetes does with pods, not the programs in them",
    "cp": "there are no files inside these containers: a desk simulates what Kubernetes does with pods, not the programs in them",
    "port-forward": "there is no network into a desk: `curl` to a Service's name or address asks from inside",
    "proxy": "there is no network into a desk: `curl` to a Service's name or address asks from inside",
    "completion": "Tab completes in this terminal by itself",
    "plugin": "there are no plugins here",
    "kustomize": "there are no files here to build from",
    "certificate": "a desk has no certificates",
    "alpha": "there is nothing alpha here",
}
SHELL_WORDS = ("ls", "cat", "cd", "echo", "grep", "watch", "for", "while", "export", "sudo", "docker", "vi", "vim", "nano", "ssh", "helm")


def plan(line: str, seat: Seat) -> Plan:
    """What a line comes to. Never raises StatusError."""
    try:
        return _plan(line, seat)
    except UnknownKind as error:
        return Answer("", f"{error.kubectl()}\n", 1, _about_kind(error))
    except StatusError as error:
        return Answer("", f"{error.kubectl()}\n", 1, _about_subcommand(error.message))


def _plan(line: str, seat: Seat) -> Plan:
    if len(line) > MOST_SIGNS:
        raise UsageError(f"a line has at most {MOST_SIGNS} signs here", prefix="")
    if parse.PLUG.fullmatch(line.strip()):
        return give(parse.parse(line), "node", seat)
    if line.strip().startswith("#") or not line.strip():
        return Answer()
    words, kubectl = words_of(line)
    if not kubectl and words[:1] == ["curl"]:
        return curl(words[1:], seat.store, seat.turn)
    if not kubectl and words[:1] and words[0] in SHELL_WORDS:
        raise UsageError(f"this is not a shell: it has kubectl, curl, help and clear, and no {words[0]}", prefix="")
    before, words = take_first(words)
    if not words or words[0] in ("help", "--help", "-h"):
        return Answer(help.text(words[1:]))
    if _wants_help(words):
        return Answer(help.text([word for word in words if not word.startswith("-")]))
    verb, rest = words[0], [*before, *words[1:]] if "--" in words else [*words[1:], *before]
    if verb in files.NAMED_IN and files.from_file(rest):
        if seat.text is None:
            return Edit(files.file_of(read(rest, files.full(words))), "")
        rest = files.named_in(rest, files.full(words), seat.text)
    return _verb(verb, rest, seat)


def _verb(verb: str, words: list[str], seat: Seat) -> Plan:
    if verb in GROUPS and not words:
        return Answer(help.text([] if verb in ("auth", "config", "top") else [verb]), "", GROUPS[verb])
    reading = READING.get(verb)
    if reading is not None:
        return reading(words, seat)
    if verb in REFUSED:
        raise UsageError(REFUSED[verb], prefix="")
    if verb not in VERBS:
        raise unknown(verb, [*VERBS, *REFUSED])
    return writing(verb, words, seat)


def _wants_help(words: list[str]) -> bool:
    """Not what stands behind `--`: that is the container's."""
    mine = words[: words.index("--")] if "--" in words else words
    return any(word in ("--help", "-h") for word in mine)


# --------------------------------------------------------------------------------------------------------------- reading


def _get(words: list[str], seat: Seat) -> Plan:
    line = Get(words)
    return Watch(line) if line.watch else line.once(seat.store)


def _logs(words: list[str], seat: Seat) -> Plan:
    line = Logs(words)
    return line if line.follow else line.once(seat.store)


def _events(words: list[str], seat: Seat) -> Plan:
    line = Events(words)
    return line if line.watch else line.once(seat.store)


def _rollout(words: list[str], seat: Seat) -> Plan:
    if words[:1] == ["status"]:
        return RolloutStatus(words[1:])
    if words[:1] == ["history"]:
        return history(words[1:], seat.store)
    return writing("rollout", words, seat)


def _label(words: list[str], seat: Seat) -> Plan:
    return label_list(words, seat.store) if "--list" in words else writing("label", words, seat)


def _annotate(words: list[str], seat: Seat) -> Plan:
    return annotation_list(words, seat.store) if "--list" in words else writing("annotate", words, seat)


def _apply(words: list[str], seat: Seat) -> Plan:
    if words[:1] == ["view-last-applied"]:
        return files.last_applied(words[1:], seat.store)
    return writing("apply", words, seat)


def _edit(words: list[str], seat: Seat) -> Plan:
    return _edited(editing.edit(words, seat.store, seat.text, seat.opened), seat)


def _edited(made: Any, seat: Seat) -> Plan:
    if isinstance(made, tuple):
        return Edit(*made)
    return made if isinstance(made, Answer) else give(made, "edit", seat)


def _diff(words: list[str], seat: Seat) -> Plan:
    """Its exit code says whether there is a difference; a mistake is one above that."""
    try:
        parsed = read(words, "diff")
        if parsed.args:
            raise unexpected("diff", parsed.args)
        name = files.file_of(parsed)
        return diff(seat.text, seat.cluster) if seat.text is not None else Edit(name, "")
    except StatusError as error:
        return Answer("", f"{error.kubectl()}\n", 2)


READING = {
    "get": _get,
    "describe": lambda words, seat: describe(words, seat.store),
    "logs": _logs,
    "rollout": _rollout,
    "label": _label,
    "annotate": _annotate,
    "apply": _apply,
    "wait": lambda words, seat: Wait(words),
    "events": _events,
    "explain": lambda words, seat: explain(words),
    "version": lambda words, seat: version(words),
    "api-resources": lambda words, seat: api_resources(words),
    "api-versions": lambda words, seat: api_versions(words),
    "cluster-info": lambda words, seat: cluster_info(words, seat.server),
    "top": asides.top,
    "auth": asides.auth,
    "config": asides.config,
    "autoscale": asides.autoscale,
    "edit": _edit,
    "diff": _diff,
}
"""Verbs that are not simply a command; some of them end in one."""

VERBS = (*sorted({*READING, *parse.VERBS, "replace"}),)
GROUPS = {"rollout": 1, "set": 1, "auth": 0, "config": 0, "top": 0}
"""Verbs that are nothing by themselves, and what saying just them exits with."""


def is_writing(found: Plan) -> bool:
    """Only the presenter may go on with this."""
    return isinstance(found, Do | Edit)


def teaches(found: Plan) -> str:
    """The hint that a line is an occasion for: what `kubectl run` makes today ("run") and made in 2018 ("run-2018")."""
    if not isinstance(found, Do) or found.verb != "run":
        return ""
    return "run" if isinstance(found.command, Run) else "run-2018"


def _about_subcommand(said: str) -> str:
    """kubectl suggests nothing below its first word; a note beside what it says does."""
    found = UNKNOWN_BELOW.match(said)
    near = difflib.get_close_matches(found["word"], AFTER.get(found["parent"], ()), n=1, cutoff=0.5) if found else []
    return f"did you mean {found['parent']} {near[0]}?" if found and near else ""


def _about_kind(error: UnknownKind) -> str:
    if error.near:
        return f"did you mean {error.near}?"
    return "a real cluster has it, a desk does not: `kubectl api-resources` lists what it has" if error.real else ""

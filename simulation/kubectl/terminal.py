"""START HERE for the terminal: a line as typed becomes something to do: an answer, a running line, a command to give, a text to edit.

Whoever shows the terminal gives the commands to the desk, so that they are journalled as every other act is, and hands on what they say.
`plan` never changes anything. What a line says equals kubectl 1.33's, to the byte; what is not kubectl's own words says so plainly.
"""

import difflib
from typing import Any

import msgspec

from simulation.api.errors import StatusError, UsageError, go_quote
from simulation.api.writes import NAMESPACE
from simulation.cluster import Cluster
from simulation.commands import Command, Drain, Run
from simulation.drain import OUT
from simulation.kubectl import files, help, output, parse
from simulation.kubectl.answer import Answer, Running
from simulation.kubectl.asking import asked, find, read
from simulation.kubectl.curl import curl
from simulation.kubectl.describe import describe
from simulation.kubectl.dry import dry_run, written
from simulation.kubectl.explain import explain
from simulation.kubectl.get import Get, Watch
from simulation.kubectl.lists import api_resources, api_versions, cluster_info, events, label_list
from simulation.kubectl.logs import Logs
from simulation.kubectl.rollouts import RolloutStatus, Wait, history
from simulation.kubectl.setting import set_env, set_resources
from simulation.kubectl.things import UnknownKind
from simulation.kubectl.version import version
from simulation.kubectl.waiting import Drained, Gone
from simulation.store import Store

MOST_SIGNS = 4000
"""A line; a text that is edited has the limits of a manifest."""

REFUSED = {
    "attach": "there is nothing running inside these containers: a desk simulates what Kubernetes does with pods, not the programs in them",
    "debug": "there is nothing running inside these containers: a desk simulates what Kubernetes does with pods, not the programs in them",
    "cp": "there are no files inside these containers: a desk simulates what Kubernetes does with pods, not the programs in them",
    "port-forward": "there is no network into a desk: `curl` to a Service's name or address asks from inside",
    "proxy": "there is no network into a desk: `curl` to a Service's name or address asks from inside",
    "autoscale": "a desk has no autoscalers: `kubectl scale` does it by hand",
    "config": "this terminal is always on this desk; there is no kubeconfig to look into",
    "plugin": "there are no plugins here",
    "kustomize": "there are no files here to build from",
    "certificate": "a desk has no certificates",
    "alpha": "there is nothing alpha here",
}
SHELL_WORDS = ("ls", "cat", "cd", "echo", "grep", "watch", "for", "while", "export", "sudo", "docker", "vi", "vim", "nano", "ssh", "helm")


class Seat(msgspec.Struct):
    """Where a line is typed: the desk as it is now, and what this terminal knows."""

    cluster: Cluster
    presenter: bool = True
    turn: int = 0
    """Grows with each request that `curl` makes."""
    text: str | None = None
    """What came back from the editor."""
    server: str = "http://localhost:8000"
    before_1_18: bool = False
    """`kubectl run` makes a Deployment, as it did in 2018."""

    @property
    def store(self) -> Store:
        return self.cluster.store


class Do(msgspec.Struct, frozen=True):
    """A command to give to the desk; `finish` makes the answer of what it said, and `refuse` of what it raised."""

    command: Command
    verb: str
    how: str = ""
    file: str = ""
    warnings: tuple[str, ...] = ()
    """What is said on stderr before anything else."""

    def finish(self, said: str, store: Store) -> Answer:
        lines = [_as_1_33(line, self.verb) for line in said.splitlines()]
        if isinstance(self.command, Drain):
            return _begun(lines)
        warnings = [*self.warnings, *(line for line in lines if line.startswith("Warning: "))]
        lines = [line for line in lines if line not in warnings]
        out = "".join(f"{line}\n" for line in lines)
        if self.how and self.verb != "delete":
            out = written(self.command, self.how, store)
        return Answer(out, "".join(f"{line}\n" for line in warnings), 0)

    def refuse(self, error: StatusError) -> Answer:
        return Answer("", files.refusal(error, self.verb, self.file) + "\n", 1)

    def after(self, store: Store) -> Running | None:
        """What goes on after the command is given: kubectl waits for what it deletes and drains."""
        if isinstance(self.command, Drain):
            return Drained(self.command, store)
        return Gone(self.command, store) if self.verb == "delete" else None


class Edit(msgspec.Struct, frozen=True):
    """A text to be edited first: the same line comes back with it."""

    title: str
    text: str
    said: str = ""


Plan = Answer | Running | Do | Edit


def plan(line: str, seat: Seat) -> Plan:
    """What a line comes to. Never raises StatusError."""
    try:
        return _plan(line, seat)
    except UnknownKind as error:
        return Answer("", f"{error.kubectl()}\n", 1, _about_kind(error))
    except StatusError as error:
        return Answer("", f"{error.kubectl()}\n", 1)


def _plan(line: str, seat: Seat) -> Plan:
    if len(line) > MOST_SIGNS:
        raise UsageError(f"a line has at most {MOST_SIGNS} signs here", prefix="")
    if parse.PLUG.fullmatch(line.strip()):
        return _give(parse.parse(line), "node", seat)
    if line.strip().startswith("#") or not line.strip():
        return Answer()
    words, kubectl = parse.words_of(line)
    if not kubectl and words[:1] == ["curl"]:
        return curl(words[1:], seat.store, seat.turn)
    if not kubectl and words[:1] and words[0] in SHELL_WORDS:
        raise UsageError(f"this is not a shell: it has kubectl, curl, help and clear, and no {words[0]}", prefix="")
    if not words or words[0] in ("help", "--help", "-h"):
        return Answer(help.text(words[1:]))
    namespace, words = _namespace_first(words)
    if any(word in ("--help", "-h") for word in words):
        return Answer(help.text([word for word in words if not word.startswith("-")]))
    if not words:
        return Answer(help.text([]))
    reading = READING.get(words[0])
    if reading is not None:
        return reading([*words[1:], *namespace], seat)
    if words[0] in REFUSED:
        raise UsageError(REFUSED[words[0]], prefix="")
    return _writing(words[0], [*words[1:], *namespace] if "--" not in words else [*namespace, *words[1:]], seat)


def _namespace_first(words: list[str]) -> tuple[list[str], list[str]]:
    """kubectl takes -n before the verb too."""
    taken: list[str] = []
    while words and words[0].startswith(("-n", "--namespace")):
        count = 2 if words[0] in ("-n", "--namespace") else 1
        taken, words = [*taken, *words[:count]], words[count:]
    return taken, words


# --------------------------------------------------------------------------------------------------------------- reading


def _get(words: list[str], seat: Seat) -> Plan:
    line = Get(words)
    return Watch(line) if line.watch else line.once(seat.store)


def _logs(words: list[str], seat: Seat) -> Plan:
    line = Logs(words)
    return line if line.follow else line.once(seat.store)


def _rollout(words: list[str], seat: Seat) -> Plan:
    if words[:1] == ["status"]:
        return RolloutStatus(words[1:])
    if words[:1] == ["history"]:
        return history(words[1:], seat.store)
    return _writing("rollout", words, seat)


def _label(words: list[str], seat: Seat) -> Plan:
    return label_list(words, seat.store) if "--list" in words else _writing("label", words, seat)


def _set(words: list[str], seat: Seat) -> Plan:
    """`set env` and `set resources` are patches; `set image` has a command of its own."""
    made = {"env": set_env, "resources": set_resources}.get(words[0] if words else "")
    if made is None:
        return _writing("set", words, seat)
    words, dry, how = _strip(words[1:])
    command, verb = made(words, seat.store)
    return Answer() if command is None else _give(command, verb, seat, how, dry)


def _top(words: list[str], seat: Seat) -> Plan:
    raise UsageError("Metrics API not available")


def _auth(words: list[str], seat: Seat) -> Plan:
    if words[:1] != ["can-i"]:
        raise UsageError("of kubectl auth there is only can-i here", prefix="")
    verb = words[1] if len(words) > 1 else ""
    may = seat.presenter or verb in ("get", "list", "watch")
    return Answer("yes\n" if may else "no\n", "", 0 if may else 1)


def _edit(words: list[str], seat: Seat) -> Plan:
    return _edited(files.edit(words, seat.store, seat.text), seat)


def _edited(made: Any, seat: Seat) -> Plan:
    if isinstance(made, tuple):
        return Edit(*made)
    return made if isinstance(made, Answer) else _give(made, "edit", seat)


def _diff(words: list[str], seat: Seat) -> Plan:
    name = files.file_of(read(words, "diff", *files.FLAGS))
    if seat.text is None:
        return Edit(name, "")
    return files.diff(seat.text, seat.cluster)


READING = {
    "get": _get,
    "describe": lambda words, seat: describe(words, seat.store),
    "logs": _logs,
    "rollout": _rollout,
    "label": _label,
    "set": _set,
    "wait": lambda words, seat: Wait(words),
    "events": lambda words, seat: events(words, seat.store),
    "explain": lambda words, seat: explain(words),
    "version": lambda words, seat: version(words),
    "api-resources": lambda words, seat: api_resources(words),
    "api-versions": lambda words, seat: api_versions(),
    "cluster-info": lambda words, seat: cluster_info(seat.server),
    "top": _top,
    "auth": _auth,
    "edit": _edit,
    "diff": _diff,
}
"""Verbs that are not simply a command; some of them end in one."""

VERBS = (*sorted({*READING, *parse.VERBS, "apply", "replace"}),)


# --------------------------------------------------------------------------------------------------------------- writing


def _writing(verb: str, words: list[str], seat: Seat) -> Plan:
    bare, dry, how = _strip(words)
    if verb in files.VERBS and files.from_file(bare):
        return _from_file(verb, bare, dry, how, seat)
    if verb in ("apply", "replace"):
        raise UsageError("must specify one of -f and -k")
    if verb not in parse.VERBS:
        raise _unknown(verb)
    if verb == "run" and seat.before_1_18 and not any(word.startswith("--generator") for word in bare):
        bare = ["--generator=deployment/apps.v1", *bare]
    if verb == "scale":
        bare = _checked_version(bare, seat.store)
    bare, wait = _waits(verb, bare)
    return _give(parse.VERBS[verb](bare), verb if wait else "delete --wait=false", seat, how, dry)


def _checked_version(words: list[str], store: Store) -> list[str]:
    """`scale --resource-version=N`: only if the object still has it."""
    wanted = [word for word in words if word.startswith("--resource-version=")]
    rest = [word for word in words if word not in wanted]
    plain = [word for word in rest if not word.startswith("-")]
    if wanted and plain:
        found, _ = find(store, asked(read(plain, "scale"), UsageError("resource(s) were provided, but no name was specified")))
        for obj in found:
            have, want = obj.metadata.resource_version, wanted[-1].partition("=")[2]
            if have != want:
                raise UsageError(f"Expected resource version to be {want}, was {have}")
    return rest


def _waits(verb: str, words: list[str]) -> tuple[list[str], bool]:
    if verb != "delete":
        return words, True
    no = [word for word in words if word in ("--wait=false", "--wait=0", "--wait=f")]
    return [word for word in words if word not in no], not no


def _from_file(verb: str, words: list[str], dry: str, how: str, seat: Seat) -> Plan:
    name = files.file_of(read(words, verb, *files.FLAGS))
    if seat.text is None:
        return Edit(name, "")
    if not seat.text.strip():
        raise UsageError("no objects passed to " + verb)
    text, warnings = seat.text, ()
    validate = read(words, verb, *files.FLAGS).text("validate", "strict").lower()
    if verb == "replace" and validate in ("warn", "ignore", "false"):
        text, said = files.lenient(text, validate)
        warnings = tuple(said)
    found = _give(files.command(verb, text, words), verb, seat, how, dry, name)
    return msgspec.structs.replace(found, warnings=warnings) if isinstance(found, Do) else found


def _give(command: Command, verb: str, seat: Seat, how: str = "", dry: str = "", file: str = "") -> Plan:
    if dry:
        try:
            return dry_run(command, how, dry, seat.cluster)
        except StatusError as error:
            return Answer("", files.refusal(error, verb, file) + "\n", 1)
    return Do(command, verb, how, file)


def _strip(words: list[str]) -> tuple[list[str], str, str]:
    """(words, dry run: "", client or server, output format): flags that every writing verb has."""
    kept: list[str] = []
    dry = how = ""
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            kept += [word, *waiting]
            break
        if word.startswith("--dry-run"):
            value = word.partition("=")[2] or "client"
            if value not in ("client", "server", "none"):
                said = f'Invalid dry-run value ({value}). Must be "none", "server", or "client".'
                raise UsageError(said)
            dry = "" if value == "none" else value
        elif word in ("-o", "--output") and waiting:
            how = waiting.pop(0)
        elif word.startswith(("-o", "--output=")) and not word.startswith("--o") or word.startswith("--output="):
            how = word.removeprefix("--output=").removeprefix("-o").removeprefix("=")
        else:
            kept.append(word)
    if how:
        output.check_format(how)
        if how == "wide":
            how = ""
    return kept, dry, how


def _begun(lines: list[str]) -> Answer:
    """What a drain says at once."""
    out, err = ([line for line in lines if bool(OUT.fullmatch(line)) is to_out] for to_out in (True, False))
    code = 1 if any(line.startswith("error:") for line in err) else 0
    return Answer("".join(f"{line}\n" for line in out), "".join(f"{line}\n" for line in err), code)


def is_writing(found: Plan) -> bool:
    """Only the presenter may go on with this."""
    return isinstance(found, Do | Edit)


def teaches(found: Plan) -> str:
    """The hint that a line is an occasion for: what `kubectl run` makes today ("run") and made in 2018 ("run-2018")."""
    if not isinstance(found, Do) or found.verb != "run":
        return ""
    return "run" if isinstance(found.command, Run) else "run-2018"


def _as_1_33(line: str, verb: str) -> str:
    """kubectl 1.34 began to say from which namespace it deletes; `edit` is a patch under another name."""
    if verb.startswith("delete"):
        return line.removesuffix(f" from {NAMESPACE} namespace")
    if verb in ("edit", "env", "resources"):
        word = {"edit": "edited", "env": "env updated", "resources": "resource requirements updated"}[verb]
        return line.replace(" patched (no change)", f" {word}").replace(" patched", f" {word}")
    return line.replace(" configured", " replaced").replace(" unchanged", " replaced") if verb == "replace" else line


def _unknown(word: str) -> UsageError:
    near = difflib.get_close_matches(word, [*VERBS, *REFUSED], n=1, cutoff=0.5)
    said = f'unknown command {go_quote(word)} for "kubectl"'
    if near:
        said += f"\n\nDid you mean this?\n\t{near[0]}\n"
    return UsageError(said)


def _about_kind(error: UnknownKind) -> str:
    if error.near:
        return f"did you mean {error.near}?"
    return "a real cluster has it, a desk does not: `kubectl api-resources` lists what it has" if error.real else ""

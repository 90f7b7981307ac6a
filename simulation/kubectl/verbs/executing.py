"""`kubectl exec`: the little that can be done inside a container here."""

import shlex
from collections.abc import Callable

from simulation.api.errors import UsageError
from simulation.commands import Command
from simulation.inside import KillInside, RemoveHealthy, TouchHealthy
from simulation.kubectl.resources import targets
from simulation.kubectl.verbs.picking import helped, read_line


def execute(words: list[str]) -> Command:
    parsed = read_line(words, "exec")
    if not parsed.rest and len(parsed.args) > 1:
        raise helped("exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead", "exec")
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

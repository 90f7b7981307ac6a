"""What the terminal prints is what the real kubectl 1.33 prints: many lines, typed into both, on the same objects at the same second."""

import difflib
import re
import shlex

import pytest

from simulation.kubectl.parse import parse
from simulation.scenario import Scenario
from tests.kubeapi.lines import SITUATIONS
from tests.terminal.masks import masked
from tests.terminal.play import Player
from tests.terminal.situations import TEXTS

FILE = "title: Lines\nnodes: 3\n"
UNTIL = 1
"""ms of the desk's time that a line may run on: the clock stands."""
TOLD_SO = r"(?m)^Warning: the desk's clock is paused.*\n"
SAME = (
    (r"kubectl\.1\.33", "kubectl"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "TIME"),
    (r"resourceVersion: \"\d+\"|\"resourceVersion\": \"\d+\"", "VERSION"),
    (r"http://[^\s\"]+", "ADDRESS"),
)
"""The name of the file that is called, the time of day, the count of what was written, the address of the server."""
BY_THEIR_OWN_CLOCK = ("describe", "events")
"""kubectl itself works out these ages, and its clock does not stand."""


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_terminal_says_what_kubectl_says(open_desk, tmp_path, name):
    steps, lines = SITUATIONS[name]
    kubectl, player = open_desk(file=FILE), Player(Scenario.parse(FILE).start(1))
    for file, text in TEXTS.items():
        (tmp_path / file).write_text(text)
    kubectl.desk.clock(paused=True)
    for step in steps:
        if isinstance(step, int):
            kubectl.desk.clock(advance=step / 1000)
            player.wait(step)
        else:
            kubectl.desk.do(step)
            player.cluster.do(parse(step))
    differ = {}
    for line in lines:
        done = kubectl.run(*shlex.split(line))
        typed = player.type(line, TEXTS.get(line.partition(" -f ")[2].split(" ")[0]), until=UNTIL)
        theirs = (same(line, done.stdout), same(line, re.sub(TOLD_SO, "", done.stderr)), done.returncode)
        ours = (same(line, typed.out), same(line, typed.err), typed.code)
        if ours != theirs:
            differ[line] = "\n".join(difference(ours, theirs))
    assert not differ, "\n".join(f"{line}\n{text}\n" for line, text in differ.items())


def difference(ours: tuple[str, str, int], theirs: tuple[str, str, int]) -> list[str]:
    found = [f"exit codes: kubectl {theirs[2]}, the terminal {ours[2]}"] if ours[2] != theirs[2] else []
    for mine, other in zip(ours[:2], theirs[:2], strict=True):
        found += difflib.unified_diff(other.splitlines(), mine.splitlines(), "kubectl", "terminal", lineterm="", n=1)
    return found


def same(line: str, text: str) -> str:
    for pattern, by in SAME:
        text = re.sub(pattern, by, text)
    return masked(text) if line.startswith(BY_THEIR_OWN_CLOCK) else text

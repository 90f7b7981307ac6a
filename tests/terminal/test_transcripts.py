"""What the terminal prints, beside what kubectl 1.33 printed against a real cluster in the same situation.

`transcripts.json` has the recorded lines. After masking names that a cluster makes up, ids, times and addresses, stdout, stderr and the
exit code are the same.
"""

import json
from pathlib import Path

import pytest

from simulation.kubectl.terminal import Edit, Seat, plan
from tests.terminal.masks import comparable, masked
from tests.terminal.play import Player
from tests.terminal.situations import DURING, EDITS, NOT_HERE, SITUATIONS, TEXTS, UNTIL

RECORDED = json.loads(Path(__file__).with_name("transcripts.json").read_text())


@pytest.mark.parametrize("name", sorted(SITUATIONS))
def test_a_line_says_what_kubectl_said(name):
    recorded = RECORDED[name]
    player = situation(SITUATIONS[name])
    line = recorded["command"].replace("kubectlstudy-node-1", "node-1")
    answer = player.type(
        line,
        TEXTS.get(line.rpartition("-f ")[2]) if " -f " in line else edited(name, line, player),
        until=UNTIL.get(name, 20_000),
        during=DURING.get(name, ()),
    )
    code = 1 if answer.code == 130 else answer.code
    said = (comparable(name, answer.out), masked(answer.err), code)
    assert said == (comparable(name, recorded["stdout"]), masked(recorded["stderr"]), recorded["exit"])


def situation(steps: list) -> Player:
    player = Player()
    for step in steps:
        if isinstance(step, int):
            player.wait(step)
        elif isinstance(step, tuple):
            assert player.type(*step).code == 0
        else:
            assert player.type(step.replace("kubectlstudy-node-1", "node-1")).code == 0, step
    return player


def edited(name: str, line: str, player: Player) -> str | None:
    """What is saved in the editor."""
    if " edit " not in line:
        return None
    found = plan(line, Seat(player.cluster))
    assert isinstance(found, Edit)
    return found.text.replace(*EDITS.get(name, ("", "")), 1)


def test_every_recording_is_compared_or_one_of_25_that_do_not_apply():
    assert set(SITUATIONS) | set(NOT_HERE) == set(RECORDED)
    assert not set(NOT_HERE) & set(SITUATIONS)
    assert len(NOT_HERE) <= 25

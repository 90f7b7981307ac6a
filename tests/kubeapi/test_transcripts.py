"""The real kubectl 1.33 against a desk says what it said against a real cluster in the same situation: text, errors, exit code.

The recordings, the situations and what is masked are those that the desk's terminal is held to (tests/terminal).
"""

import re
import shlex
import signal
import subprocess
import time

import pytest

from tests.terminal.test_transcripts import A2, EDITS, HAVE_APP2, NOT_HERE, RECORDED, SITUATIONS, TEXTS, comparable, masked

EDITED_COPY = r"/tmp/kubectl\.[0-9.]+-edit-\d+\.yaml"
NOTHING = "apiVersion: v1\nkind: Service\nmetadata: {name: begin}\nspec: {ports: [{port: 80}]}\n"
HERE = SITUATIONS | {
    "get-raw": [],
    "apply-server-side": [*HAVE_APP2, ("apply -f a2.yaml", A2), 6000],
    "apply-ss-conflict": [*HAVE_APP2, ("apply --server-side -f a2.yaml", A2), "scale deployment app2 --replicas=5"],
    "apply-server-side-force": [*HAVE_APP2, ("apply --server-side -f a2.yaml", A2), "scale deployment app2 --replicas=5", 6000],
}
"""A real kubectl can do a little more than the terminal."""
STAMPED = ("rollout-restart-twice",)
"""A restart is told from the one before by kubectl's own clock, which counts seconds."""


@pytest.fixture
def bare(open_desk, tmp_path):
    """An empty desk with one node, as the recordings began."""
    kubectl = open_desk(manifest=NOTHING)
    for line in ("delete service begin", "delete node node-2 node-3 node-4"):
        kubectl.desk.do(line)
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text)
    return kubectl


@pytest.mark.parametrize("name", sorted(HERE))
def test_kubectl_says_what_it_said(bare, name, tmp_path):
    recorded = RECORDED[name]
    for step in HERE[name]:
        set_up(bare, step, tmp_path)
    old, new = EDITS.get(name, ("", ""))
    script = f"sed -i -z 's/{sed(old)}/{sed(new)}/'" if old else "true"
    words = shlex.split(recorded["command"].replace("kubectlstudy-node-1", "node-1"))[1:]
    if name in STAMPED:
        time.sleep(1)
    done = finished(bare, words, script)
    said = (comparable(name, done[0]), masked(re.sub(EDITED_COPY, "FILE", done[1])), done[2])
    assert said == (comparable(name, recorded["stdout"]), masked(recorded["stderr"]), recorded["exit"])


def set_up(kubectl, step, path) -> None:
    if isinstance(step, int):
        kubectl.desk.clock(advance=step / 1000)
        return
    line = step if isinstance(step, str) else step[0]
    kubectl(*shlex.split(line.replace("kubectlstudy-node-1", "node-1")))


def finished(kubectl, words, script) -> tuple[str, str, int]:
    if {"-w", "--watch", "--watch-only"} & set(words):
        watching = kubectl.start(*words)
        try:
            out, err = watching.communicate(timeout=2)
        except subprocess.TimeoutExpired:
            watching.send_signal(signal.SIGINT)
            out, err = watching.communicate(timeout=10)
        return out, err, 1
    done = kubectl.run(*words, EDITOR=script)
    return done.stdout, done.stderr, done.returncode


def sed(text: str) -> str:
    return re.sub(r"([/&\\])", r"\\\1", text).replace("\n", "\\n")


def test_few_recordings_are_left_out():
    assert len(NOT_HERE) <= 25

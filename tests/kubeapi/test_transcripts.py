"""The real kubectl 1.33 against a desk says what it said against a real cluster in the same situation: text, errors, exit code.

The recordings, the situations and what is masked are those that the desk's terminal is held to (tests/terminal).
"""

import re
import shlex
import signal
import threading
import time

import pytest

from tests.terminal.masks import comparable, masked
from tests.terminal.situations import A2, DURING, EDITS, HAVE_APP2, SITUATIONS, TEXTS, UNTIL
from tests.terminal.test_transcripts import RECORDED

PATIENCE = 20
EDITED_COPY = r"/tmp/kubectl\.[0-9.]+-edit-\d+\.yaml"
HERE = SITUATIONS | {
    "get-raw": [],
    "apply-server-side": [*HAVE_APP2, ("apply -f a2.yaml", A2), 6000],
    "apply-ss-conflict": [*HAVE_APP2, ("apply --server-side -f a2.yaml", A2), "scale deployment app2 --replicas=5"],
    "apply-server-side-force": [*HAVE_APP2, ("apply --server-side -f a2.yaml", A2), "scale deployment app2 --replicas=5", 6000],
}
"""A real kubectl can do a little more than the terminal."""
QUICK = ("delete-all",)
"""The garbage collector must be quicker than kubectl asks for the next kind, as the real one was."""
TYPED_ON_THE_DESK = (
    *("annotate", "create deployment", "create service", "delete deployment", "expose", "run", "scale deployment web", "set image"),
    *("rollout pause", "rollout restart", "rollout resume", "rollout undo"),
)
"""What leads to a situation with these is not typed with kubectl each time: their own recordings are."""


@pytest.fixture
def bare(open_desk, tmp_path):
    """An empty desk with one node, as the recordings began."""
    kubectl = open_desk(file="title: Recorded\nnodes: 1\n")
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text)
    return kubectl


@pytest.mark.parametrize("name", sorted(HERE))
def test_kubectl_says_what_it_said(bare, name):
    recorded = RECORDED[name]
    for step in HERE[name]:
        set_up(bare, step)
    old, new = EDITS.get(name, ("", ""))
    script = f"sed -i -z 's/{sed(old)}/{sed(new)}/'" if old else "true"
    words = shlex.split(recorded["command"].replace("kubectlstudy-node-1", "node-1"))[1:]
    if name in QUICK:
        bare.desk.clock(speed=16)
    done = finished(bare, words, script, DURING.get(name, ()), UNTIL.get(name, 20_000), len(recorded["stdout"].splitlines()))
    said = (comparable(name, done[0]), masked(re.sub(EDITED_COPY, "FILE", done[1])), done[2])
    assert said == (comparable(name, recorded["stdout"]), masked(recorded["stderr"]), recorded["exit"])


def set_up(kubectl, step) -> None:
    if isinstance(step, int):
        kubectl.desk.clock(advance=step / 1000)
        return
    line = step if isinstance(step, str) else step[0]
    if line.startswith(TYPED_ON_THE_DESK):
        kubectl.desk.do(line)
        return
    kubectl(*shlex.split(line.replace("kubectlstudy-node-1", "node-1")))


def finished(kubectl, words, script, during, until, lines) -> tuple[str, str, int]:
    if {"-w", "--watch", "--watch-only"} & set(words):
        return watched(kubectl, words, during, until, lines)
    done = kubectl.run(*words, EDITOR=script)
    return done.stdout, done.stderr, done.returncode


def watched(kubectl, words, during, until, lines) -> tuple[str, str, int]:
    """What a watch printed while somebody else typed these lines; Ctrl-C ended it when it had printed so many lines, and no more came."""
    watching = kubectl.start("-v=6", *words)
    err, out = "", []
    reader = threading.Thread(target=lambda: [out.append(line) for line in watching.stdout])
    reader.start()
    while "watch=true" not in err and (line := watching.stderr.readline()):
        err += line
    at = 0
    for ms, line in during:
        kubectl.desk.clock(advance=(ms - at) / 1000)
        kubectl.desk.do(line)
        at = ms
    kubectl.desk.clock(advance=(min(until, 20_000) - at) / 1000)
    deadline = time.monotonic() + PATIENCE
    while len(out) < lines and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.3)  # for more than that, which would be wrong
    watching.send_signal(signal.SIGINT)
    watching.wait(PATIENCE)
    reader.join()
    return "".join(out), re.sub(r"^I\d{4} .*\n", "", err + watching.stderr.read(), flags=re.M), 1


def sed(text: str) -> str:
    return re.sub(r"([/&\\])", r"\\\1", text).replace("\n", "\\n")

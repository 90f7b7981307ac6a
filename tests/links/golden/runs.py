"""The runs behind the golden links: one for each thing that a link can hold."""

from pathlib import Path

from msgspec.structs import replace

from simulation import ENGINE, links, scenario
from simulation.kubectl.parse import parse
from simulation.recording import Recording
from simulation.scenario import Scenario

FOLDER = Path(__file__).parent / f"v{links.FORMAT}"

OWN = """title: Two tiers
seed: 7
nodes: 3
images:
  - {name: "shop:bad", behaviour: crash}
objects:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: {name: shop}
    spec:
      replicas: 6
      selector: {matchLabels: {app: shop}}
      template:
        metadata: {labels: {app: shop}}
        spec: {containers: [{name: shop, image: "shop:1.0"}]}
commands:
  - {at: 12.5, run: "set image deployment/shop shop=shop:2.0"}
"""
MANIFEST = """apiVersion: apps/v1
kind: Deployment
metadata: {name: green}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1.0"}]}
"""

PROGRAMS = {
    "untouched": ("fade", 3, "start", 30_000, []),
    "fade": ("fade", 1, "moment", 41_250, [(20_000, "set image deployment/web web=web:2.0")]),
    "stuck": ("broken-deploy", 1, "moment", 90_000, [(20_000, "set image deployment/web web=web:2.O")]),
    "roll-over": (
        "rollback",
        11,
        "moment",
        75_020,
        [
            (15_000, "set image deployment/web web=web:2.0"),
            (31_337, "set image deployment/web web=web:crash"),
            (44_000, "scale deployment/web --replicas=7"),
            (44_000, "rollout undo deployment/web"),
            (60_001, "rollout restart deployment/web"),
        ],
    ),
    "nodes": (
        "fade",
        2**40,
        "start",
        420_000,
        [(20_000, "# node-2: power off"), (30_000, "cordon node-3"), (200_000, "# node-2: power on"), (300_000, "uncordon node-3")],
    ),
    "blank": (
        "blank",
        5,
        "moment",
        60_000,
        [
            (1_000, "create deployment web --image=web:1.0 --replicas=4"),
            (2_000, "expose deployment web --port=80"),
            (20_000, """patch deployment web -p '{"spec":{"minReadySeconds":5}}'"""),
            (25_000, "run lonely --image=web:1.0"),
            (30_000, "rollout pause deployment/web"),
            (40_000, "rollout resume deployment/web"),
            (50_000, "delete pod lonely"),
        ],
    ),
    "own": (OWN, 7, "moment", 50_000, [(30_000, "set image deployment/shop shop=shop:bad")]),
    "manifest": (MANIFEST, 1, "moment", 15_000, [(5_000, "scale deployment/green --replicas=5")]),
}


def begun(name: str) -> Recording:
    begins, seed, *_ = PROGRAMS[name]
    return Recording(scenario.load(begins) if begins in scenario.names() else Scenario.parse(begins), seed)


def played(name: str) -> tuple[Recording, links.Run]:
    """The run as a person would make it, and what a link says of it."""
    _, seed, opens, at_ms, lines = PROGRAMS[name]
    recording = begun(name)
    for when, line in lines:
        recording.run(when)
        recording.do(parse(line))
    recording.run(at_ms)
    state = links.state_sum(recording.cluster)
    return recording, links.run_of(recording.scenario, seed, recording.commands, at_ms, opens, state)


def states(run: links.Run) -> dict[str, str]:
    """The sum of the state half a second after each command and at the end, by simulated millisecond."""
    times = sorted({run.at_ms, *(min(given.at_ms + 500, run.at_ms) for given in run.commands)})
    return {str(time): _state_at(run, time) for time in times}


def _state_at(run: links.Run, time: int) -> str:
    begins, _ = links.begin(run)
    recording = Recording(begins, run.seed)
    until = replace(run, at_ms=time, commands=tuple(given for given in run.commands if given.at_ms <= time))
    for _ in links.play(until, recording):
        pass
    return links.state_sum(recording.cluster)


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.e{ENGINE}.json"

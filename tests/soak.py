"""Random programs against the laws of the real system: `python -m tests.soak [--stimuli N] [--programs N] [--seed N]`.

A program is a seed: a Deployment with a Service on a few nodes, and hundreds of kubectl lines with random waits between them. After
every single thing that happens in the cluster the laws of `tests/simulation/laws.py` are held against it. A program that breaks one is
printed as a scenario file and as a link, which replay it.
"""

import argparse
import multiprocessing
import os
import random
import sys
import time
import traceback
from typing import Any

from tests.simulation.laws import Run, begins, quoted

GOOD = ("web:1.0", "web:2.0", "web:3.0")
BAD = ("web:missing", "web:crash", "web:never-ready", "web:flaky", "web:slow")
SIZES = (0, 1, 2, 3, "10%", "25%", "50%", "100%")


class Program(Run):
    """One random program: what it is made of and what is done are drawn from its seed."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.done = 0
        self.refused = 0
        super().__init__(self._begins(seed), seed)

    def run(self, stimuli: int) -> None:
        """Do `stimuli` random acts, then nothing, and see it come to rest. What breaks is raised with the run in its notes."""
        with self.told():
            for _ in range(stimuli):
                self.wait(self.draw.choice((0, 5, 40, 300, 900, 2_000, 6_000)))
                self.refused += not self.do(self._line())
                self.done += 1
            self.rest()

    def _begins(self, seed: int) -> str:
        """The scenario: a Deployment and its Service on three nodes."""
        replicas = self.draw.randrange(0, 8)
        surge, unavailable = self.draw.choice(SIZES), self.draw.choice(SIZES)
        if surge in (0, "0%") and unavailable in (0, "0%"):
            surge = 1
        container: dict[str, Any] = {"name": "web", "image": "web:1.0"}
        if self.draw.random() < 0.7:
            container["readinessProbe"] = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": self.draw.choice((1, 2, 5))}
        strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}
        return begins(f"Soak {seed}", {"replicas": replicas, "strategy": strategy}, container, nodes=3)

    # --- what is done

    def _line(self) -> str:
        draw = self.draw
        kind = draw.choices(("image", "scale", "strategy", "undo", "restart", "pause", "pod", "set", "label", "node", "ready"), WEIGHTS)[0]
        return getattr(self, f"_do_{kind}")()

    def _do_image(self) -> str:
        return f"set image deployment/web web={self.draw.choice(GOOD + BAD)}"

    def _do_scale(self) -> str:
        return f"scale deployment/web --replicas={self.draw.randrange(0, 9)}"

    def _do_strategy(self) -> str:
        if self.draw.random() < 0.2:
            return "patch deployment web -p " + quoted({"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}})
        rolling = {"maxSurge": self.draw.choice(SIZES), "maxUnavailable": self.draw.choice(SIZES)}
        return "patch deployment web -p " + quoted({"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": rolling}}})

    def _do_undo(self) -> str:
        return "rollout undo deployment/web" + self.draw.choice(("", "", " --to-revision=1", " --to-revision=2"))

    def _do_restart(self) -> str:
        return "rollout restart deployment/web"

    def _do_pause(self) -> str:
        return self.draw.choice(("rollout pause deployment/web", "rollout resume deployment/web", "rollout resume deployment/web"))

    def _do_pod(self) -> str:
        pods = self.cluster.store.list("Pod")
        name = self.draw.choice(pods).metadata.name if pods else "none"
        return f"delete pod {name}" + self.draw.choice(("", "", " --grace-period=0 --force"))

    def _do_set(self) -> str:
        sets = self.cluster.store.list("ReplicaSet")
        name = self.draw.choice(sets).metadata.name if sets else "none"
        return f"scale replicaset/{name} --replicas={self.draw.randrange(0, 9)}"

    def _do_label(self) -> str:
        pods = self.cluster.store.list("Pod")
        name = self.draw.choice(pods).metadata.name if pods else "none"
        return self.draw.choice(
            (f"label pod {name} app-", f"label pod {name} app=web --overwrite", f"label pod {name} track=canary --overwrite")
        )

    def _do_node(self) -> str:
        node = f"node-{self.draw.randrange(1, 4)}"
        return self.draw.choice((f"cordon {node}", f"uncordon {node}", f"uncordon {node}", f"# {node}: power off", f"# {node}: power on"))

    def _do_ready(self) -> str:
        return "patch deployment web -p " + quoted({"spec": {"minReadySeconds": self.draw.choice((0, 0, 3, 10))}})


WEIGHTS = (30, 8, 5, 14, 5, 6, 16, 4, 4, 4, 4)
"""How often each kind of line comes, in the order of Program._line."""


def soak(job: tuple[int, int]) -> tuple[int, int, int, str]:
    """(stimuli, refused, events, what broke) of one program."""
    seed, stimuli = job
    program, what = Program(seed), ""
    try:
        program.run(stimuli)
    except Exception as broken:
        what = f"python -m tests.soak --programs 1 --stimuli {stimuli} --seed {seed}\n{''.join(traceback.format_exception(broken))}"
    return program.done, program.refused, program.laws.events, what


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--stimuli", type=int, default=1_000_000, help="in all")
    parser.add_argument("--programs", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0, help="of the first program")
    options = parser.parse_args(arguments)
    each = -(-options.stimuli // options.programs)
    started, done, refused, events, broken = time.monotonic(), 0, 0, 0, 0
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        jobs = ((options.seed + number, each) for number in range(options.programs))
        for count, (stimuli, no, moments, what) in enumerate(pool.imap_unordered(soak, jobs), 1):
            done, refused, events = done + stimuli, refused + no, events + moments
            if what:
                broken += 1
                print(what, flush=True)
            if count % 100 == 0:
                print(f"{count} programs, {done} stimuli, {time.monotonic() - started:.0f} s", flush=True)
    took = time.monotonic() - started
    print(f"{options.programs} programs, {done} stimuli ({refused} refused), {events} events, {broken} violations, {took:.0f} s")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

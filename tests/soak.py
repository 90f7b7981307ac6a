"""Random programs against the laws of the real system: `python -m tests.soak [--stimuli N] [--programs N] [--seed N]`.

A program is a seed: a Deployment with a Service on a few nodes, and hundreds of kubectl lines with random waits between them. After
every single thing that happens in the cluster the laws below are held against it. A program that breaks one is printed as a scenario
file, which replays it.
"""

import argparse
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Iterator
from typing import Any

import yaml

from simulation import scenario
from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.controllers.deployment import util
from simulation.kubectl.parse import parse
from simulation.objects import Deployment, Pod
from simulation.pods import is_finished, is_ready
from simulation.store import controller_of

GOOD = ("web:1.0", "web:2.0", "web:3.0")
BAD = ("web:missing", "web:crash", "web:never-ready", "web:flaky", "web:slow")
SIZES = (0, 1, 2, 3, "10%", "25%", "50%", "100%")
QUIET_MS = 900_000
"""Long enough for every back-off, grace and eviction to be over."""


class Broken(AssertionError):
    """A law does not hold."""


class Program:
    """One random program and the laws it is held to."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.draw = random.Random(seed)
        self.replicas = self.draw.randrange(0, 8)
        self.manifest = self._manifest()
        self.cluster: Cluster = scenario.Scenario.parse(self.file(())).start(seed)
        self.lines: list[tuple[int, str]] = []
        self.refused = 0
        self.events = 0
        self.revision = 0
        self.strict = True
        """Whether only rollouts have happened since the last complete one, so that the guards hold at every moment."""
        self.informed = False
        """Whether the Deployment, when it last looked, could know how many pods are available: a person who deletes a pod, or a crash, in
        the milliseconds before the ReplicaSet's status says so, may coincide with a pod that the Deployment takes. So it is upstream."""

    def run(self, stimuli: int) -> None:
        """Do `stimuli` random acts, then nothing, and see it come to rest. Raises Broken."""
        for _ in range(stimuli):
            self._pass(self.draw.choice((0, 5, 40, 300, 900, 2_000, 6_000)))
            line = self._line()
            before = self.cluster.store.revision
            if not self._attempt(line):
                self.refused += 1
                self._hold(self.cluster.store.revision == before, f"{line!r} was refused and yet something was written")
        self._rest()

    def _attempt(self, line: str) -> bool:
        """Do a line and write it down; one that is refused leaves no trace, so it need not be kept."""
        try:
            self.cluster.do(parse(line))
        except StatusError:
            return False
        self.lines.append((self.cluster.now, line))
        return True

    # --- what is done

    def _line(self) -> str:
        draw = self.draw
        kind = draw.choices(("image", "scale", "strategy", "undo", "restart", "pause", "pod", "set", "label", "node", "ready"), WEIGHTS)[0]
        return getattr(self, f"_do_{kind}")()

    def _do_image(self) -> str:
        return f"set image deployment/web web={self.draw.choice(GOOD + BAD)}"

    def _do_scale(self) -> str:
        self.strict = False
        return f"scale deployment/web --replicas={self.draw.randrange(0, 9)}"

    def _do_strategy(self) -> str:
        self.strict = False
        if self.draw.random() < 0.2:
            return "patch deployment web -p " + quoted({"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}})
        rolling = {"maxSurge": self.draw.choice(SIZES), "maxUnavailable": self.draw.choice(SIZES)}
        return "patch deployment web -p " + quoted({"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": rolling}}})

    def _do_undo(self) -> str:
        return "rollout undo deployment/web" + self.draw.choice(("", "", " --to-revision=1", " --to-revision=2"))

    def _do_restart(self) -> str:
        return "rollout restart deployment/web"

    def _do_pause(self) -> str:
        self.strict = False
        return self.draw.choice(("rollout pause deployment/web", "rollout resume deployment/web", "rollout resume deployment/web"))

    def _do_pod(self) -> str:
        pods = self.cluster.store.list("Pod")
        name = self.draw.choice(pods).metadata.name if pods else "none"
        return f"delete pod {name}" + self.draw.choice(("", "", " --grace-period=0 --force"))

    def _do_set(self) -> str:
        self.strict = False
        sets = self.cluster.store.list("ReplicaSet")
        name = self.draw.choice(sets).metadata.name if sets else "none"
        return f"scale replicaset/{name} --replicas={self.draw.randrange(0, 9)}"

    def _do_label(self) -> str:
        self.strict = False
        pods = self.cluster.store.list("Pod")
        name = self.draw.choice(pods).metadata.name if pods else "none"
        return self.draw.choice(
            (f"label pod {name} app-", f"label pod {name} app=web --overwrite", f"label pod {name} track=canary --overwrite")
        )

    def _do_node(self) -> str:
        self.strict = False
        node = f"node-{self.draw.randrange(1, 4)}"
        return self.draw.choice((f"cordon {node}", f"uncordon {node}", f"uncordon {node}", f"# {node}: power off", f"# {node}: power on"))

    def _do_ready(self) -> str:
        self.strict = False
        return "patch deployment web -p " + quoted({"spec": {"minReadySeconds": self.draw.choice((0, 0, 3, 10))}})

    # --- what must hold

    def _pass(self, wait: int) -> None:
        """Let time pass, looking after each thing that happens."""
        cluster, until = self.cluster, self.cluster.now + wait
        while (due := cluster.engine.due()) is not None and due <= until:
            before = self._available() if self.strict else 0
            cluster.changes = []
            handler = cluster.run_next()
            self.events += 1
            if handler == "deployment" and self.strict:
                self.informed = util.total_available(cluster.store.list("ReplicaSet")) == self._available()
            if cluster.changes:
                self._check(before, handler)
        cluster.run(until)

    def _check(self, available_before: int, handler: str) -> None:
        d: Deployment = self.cluster.store.get("Deployment", "web")
        for kind, _, new in self.cluster.changes or ():
            if kind == "Pod" and new is not None:
                owners = [owner.uid for owner in new.metadata.owner_references if owner.controller]
                self._hold(len(owners) <= 1, f"{new.metadata.name} has {len(owners)} controllers")
            elif kind == "Deployment" and new is not None:
                revision = util.revision_of(new) or 0
                self._hold(revision >= self.revision, f"the revision went from {self.revision} to {revision}")
                self.revision = revision
        if not self.strict:
            self.strict = self._calm(d)
            return
        sets = [rs for rs in self.cluster.store.list("ReplicaSet") if controller_of(rs) is not None]
        most = util.replicas_of(d) + util.max_surge(d)
        self._hold(util.total_replicas(sets) <= most, f"{util.total_replicas(sets)} replicas where {most} are the most")
        removed = any(kind == "Pod" and new is not None and _ended(old, new) for kind, old, new in self.cluster.changes or ())
        # with minReadySeconds a ready pod that counts may go for one that does not yet: upstream ranks crowded nodes before young pods
        if removed and handler == "replicaset" and self.informed and util.is_rolling_update(d) and not d.spec.min_ready_seconds:
            least = min(available_before, util.min_available(d))
            self._hold(self._available() >= least, f"{self._available()} available after a deletion where {least} are the least")

    def _calm(self, d: Deployment) -> bool:
        """A complete rollout of what is asked for now, nothing paused: from here on only rollouts count."""
        sets, want = self.cluster.store.list("ReplicaSet"), util.replicas_of(d)
        asked = util.is_complete(d, d.status) and not d.spec.paused
        return asked and len(util.active(sets)) <= 1 and util.total_replicas(sets) == self._available() == want

    def _available(self) -> int:
        store = self.cluster.store
        sets = store.list("ReplicaSet")
        return sum(store.owned(rs.metadata.uid).available(rs.spec.min_ready_seconds, self.cluster.now) for rs in sets)

    def _rest(self) -> None:
        """Put right what people put wrong, wait, and look whether everything is as asked and stays so."""
        self.strict = False
        for line in (
            *(f"uncordon node-{n}" for n in (1, 2, 3)),
            *(f"# node-{n}: power on" for n in (1, 2, 3)),
            "rollout resume deployment/web",
        ):
            self._attempt(line)
        # a Recreate that is scaled while two sets have replicas stands still for ever: so does upstream's scale(), which then does nothing
        rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 1}}
        self._attempt("patch deployment web -p " + quoted({"spec": {"minReadySeconds": 0, "strategy": rolling}}))
        self._attempt("set image deployment/web web=web:9.0")
        self._pass(QUIET_MS)
        store, d = self.cluster.store, self.cluster.store.get("Deployment", "web")
        for rs in store.list("ReplicaSet"):
            self._hold(store.owned(rs.metadata.uid).active == rs.spec.replicas, f"{rs.metadata.name} has not come to its size")
        self._hold(d.status.available_replicas == util.replicas_of(d), "the last version is not available everywhere")
        self._hold(d.status.updated_replicas == d.status.replicas == util.replicas_of(d), "there are others than the last version's pods")
        pods = [pod for pod in store.list("Pod") if not is_finished(pod)]
        for pod in pods:
            owner = controller_of(pod)
            there = owner is None or (rs := store.get("ReplicaSet", owner.name)) is not None and rs.metadata.uid == owner.uid
            self._hold(there, f"{pod.metadata.name} belongs to a ReplicaSet that is not there")
        wanted = sorted(pod.metadata.name for pod in pods if pod.metadata.labels.get("app") == "web" and is_ready(pod))
        self._hold(list(self._endpoints()) == wanted, "the endpoints are not the ready pods that match")
        seen = self.cluster.seen
        if not any(controller_of(pod) is None for pod in pods):
            self._pass(3_600_000)
            self._hold(self.cluster.seen == seen, "something moved while nothing changed")

    def _endpoints(self) -> Iterator[str]:
        slices = self.cluster.store.list("EndpointSlice")
        yield from sorted(e.target_ref.name for s in slices for e in s.endpoints or () if e.conditions.ready and e.target_ref)

    def _hold(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise Broken(f"seed {self.seed}, {self.cluster.now} ms: {otherwise}\n{self.file(self.lines)}")

    # --- what is written down

    def _manifest(self) -> dict[str, Any]:
        surge, unavailable = self.draw.choice(SIZES), self.draw.choice(SIZES)
        if surge in (0, "0%") and unavailable in (0, "0%"):
            surge = 1
        container: dict[str, Any] = {"name": "web", "image": "web:1.0"}
        if self.draw.random() < 0.7:
            container["readinessProbe"] = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": self.draw.choice((1, 2, 5))}
        strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}
        template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}}
        selector = {"matchLabels": {"app": "web"}}
        spec = {"replicas": self.replicas, "selector": selector, "strategy": strategy, "template": template}
        return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}

    def file(self, lines: Any) -> str:
        """The program as a scenario file."""
        service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}
        service["spec"] = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
        document = {
            "title": f"Soak {self.seed}",
            "number": 0,
            "side": "A",
            "minutes": 1,
            "summary": "A random program.",
            "seed": self.seed,
            "nodes": 3,
            "objects": [self.manifest, service],
            "commands": [{"at": at / 1000, "run": line} for at, line in lines],
        }
        return yaml.safe_dump(document, sort_keys=False)


WEIGHTS = (30, 8, 5, 14, 5, 6, 16, 4, 4, 4, 4)
"""How often each kind of line comes, in the order of Program._line."""


def quoted(patch: dict[str, Any]) -> str:
    return "'" + yaml.safe_dump(patch, default_flow_style=True).strip().replace("\n", " ") + "'"


def _ended(old: Pod | None, new: Pod) -> bool:
    return old is not None and old.metadata.deletion_timestamp is None and new.metadata.deletion_timestamp is not None


def soak(job: tuple[int, int]) -> tuple[int, int, int, str]:
    """(stimuli, refused, events, what broke) of one program."""
    seed, stimuli = job
    program = Program(seed)
    try:
        program.run(stimuli)
    except Broken as broken:
        return len(program.lines) + program.refused, program.refused, program.events, str(broken)
    return stimuli, program.refused, program.events, ""


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

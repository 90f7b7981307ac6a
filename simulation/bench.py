"""How fast the engine is, in ratios: a whole rollout of N pods beside a bare heap and SimPy doing as many events in the same run.

`python -m simulation.bench` prints a table, `--pods N --json` one JSON object with pods, cpu_s, wall_s, events, peak_mb.
"""

import argparse
import heapq
import importlib
import json
import math
import sys
import time
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from simulation.cluster import Cluster
from simulation.commands import Create, SetImage
from simulation.objects import Deployment
from simulation.recording import Recording
from simulation.scenario import Scenario

NODE_PODS = 110
LIMIT_MS = 3_600_000


def manifest(pods: int) -> str:
    """A Deployment with a readiness probe and 25 %/25 %."""
    container = {"name": "web", "image": "web:1.0", "readinessProbe": {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 2}}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}}
    spec = {"replicas": pods, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    return json.dumps({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec})


def ready(pods: int) -> Cluster:
    """A cluster in which `web` has `pods` available pods."""
    cluster = Cluster(1, nodes=max(4, pods * 2 // NODE_PODS + 2))
    cluster.do(Create(manifest(pods)))
    until_available(cluster, pods)
    return cluster


def until_available(cluster: Cluster, pods: int) -> None:
    """Run until the rollout is complete and the last old pod gone."""
    while cluster.now < LIMIT_MS:
        cluster.run(cluster.now + 1000)
        d: Deployment = cluster.store.get("Deployment", "web")
        seen = d.status.observed_generation == d.metadata.generation
        if seen and d.status.updated_replicas == d.status.available_replicas == pods == len(cluster.store.list("Pod")):
            return
    raise RuntimeError(f"{pods} pods were not available after {LIMIT_MS} ms")


def rollout(pods: int) -> dict[str, Any]:
    """A complete rolling update of `pods` pods: CPU and wall seconds, events handled, MB at the peak."""
    cluster = ready(pods)
    before = cluster.engine.handled
    wall, cpu = time.perf_counter(), time.process_time()
    cluster.do(SetImage("Deployment", "web", {"*": "web:2.0"}))
    until_available(cluster, pods)
    spent = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}
    return {"pods": pods, **{k: round(v, 4) for k, v in spent.items()}, "events": cluster.engine.handled - before}


def peak(pods: int) -> float:
    """MB of Python memory at the peak of a run, measured apart because measuring is slow."""
    tracemalloc.start()
    rollout(pods)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return round(most / 1e6, 1)


def copies(pods: int, times: int = 50) -> float:
    """Milliseconds for one copy of a cluster."""
    cluster = ready(pods)
    cpu = time.process_time()
    for _ in range(times):
        cluster.copy()
    return (time.process_time() - cpu) / times * 1000


def seeks(pods: int = 200, times: int = 40) -> tuple[float, float]:
    """(median, worst) CPU milliseconds to have the cluster of a random moment of a recorded ten minute run of `pods` pods."""
    recording = Recording(Scenario.parse(manifest(pods)), 1)
    for minute in range(10):
        recording.run(minute * 60_000 + 5_000)
        recording.do(SetImage("Deployment", "web", {"*": f"web:{minute + 2}.0"}))
    recording.run(600_000)
    took = []
    for number in range(times):
        cpu = time.process_time()
        recording.at((number * 7_919_777 + 131) % 600_000)
        took.append((time.process_time() - cpu) * 1000)
    return sorted(took)[times // 2], max(took)


def simpy_queue(events: int) -> float | None:
    """Seconds that SimPy needs for as many timeouts; None where it is not installed (it is among the tests' requirements)."""
    try:
        simpy = importlib.import_module("simpy")
    except ImportError:
        return None
    environment = simpy.Environment()

    def clock(number: int) -> Iterator[Any]:
        for step in range(events // 1000):
            yield environment.timeout((number * 31 + step) % 1000)

    for number in range(1000):
        environment.process(clock(number))
    cpu = time.process_time()
    environment.run()
    return time.process_time() - cpu


def bare_queue(events: int) -> float:
    """Seconds that a heap needs for as many events that do nothing: the floor."""
    heap = [(i * 7919 % 1000, i) for i in range(1000)]
    heapq.heapify(heap)
    cpu = time.process_time()
    for number in range(1000, events + 1000):
        due, _ = heapq.heappop(heap)
        heapq.heappush(heap, (due + number * 31 % 1000, number))
    return time.process_time() - cpu


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m simulation.bench", description=__doc__)
    parser.add_argument("--pods", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    results = []
    for pods in options.pods:
        result = {**rollout(pods), "peak_mb": peak(pods)}
        results.append(result)
        if options.json:
            print(json.dumps(result))
        else:
            print(
                f"rolling update of {pods:>6} pods: {result['cpu_s']:.3f} s CPU, {result['events']} events{_yardsticks(result)}", flush=True
            )
    if not options.json:
        _print_growth(results)
        print(f"copy of a cluster: 200 pods {copies(200):.2f} ms, 1000 pods {copies(1000):.2f} ms")
        print("seek in ten recorded minutes of 200 pods: median {:.0f} ms, worst {:.0f} ms".format(*seeks()))
    return 0


def _yardsticks(result: dict[str, Any]) -> str:
    """The same number of events in a bare heap and in SimPy, and memory."""
    floor, simpy = bare_queue(result["events"]), simpy_queue(result["events"])
    beside = f", {result['cpu_s'] / floor:.0f}x a bare heap"
    if simpy:
        beside += f", {result['cpu_s'] / simpy:.1f}x SimPy"
    return f"{beside}, peak {result['peak_mb']} MB"


def _print_growth(results: list[dict[str, Any]]) -> None:
    for one, other in pairwise(results):
        exponent = math.log(other["cpu_s"] / one["cpu_s"]) / math.log(other["pods"] / one["pods"])
        print(f"growth from {one['pods']} to {other['pods']} pods: exponent {exponent:.2f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How fast the engine is, in ratios: a whole rollout of N pods beside a bare queue doing as many events in the same run.

`python -m simulation.bench` prints a table, `--pods N --json` one JSON object with pods, cpu_s, wall_s, events, peak_mb.
"""

import argparse
import heapq
import json
import sys
import time
import tracemalloc
from typing import Any

from simulation.cluster import Cluster
from simulation.commands import Create, SetImage
from simulation.objects import Deployment

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
    parser.add_argument("--pods", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    for pods in options.pods:
        result = {**rollout(pods), "peak_mb": peak(pods)}
        if options.json:
            print(json.dumps(result))
            continue
        floor = bare_queue(result["events"])
        print(
            f"rolling update of {pods:>6} pods: {result['cpu_s']:.3f} s CPU, {result['events']} events, "
            f"{result['cpu_s'] / floor:.0f}x a bare heap, peak {result['peak_mb']} MB; one copy {copies(pods):.2f} ms"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

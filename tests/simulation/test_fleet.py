"""Outages as a whole: the same for every hash seed, in every copy, however time is cut up; and everything heals."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.kubectl.parse import parse
from simulation.pods import is_active
from tests.simulation.clusters import create, deployment, running, set_image, sets, web
from tests.simulation.test_cluster import snapshot

ROOT = Path(__file__).parents[2]

OUTAGE = (
    (1_000, "create pdb web --selector=app=web --max-unavailable=2"),
    (2_000, "# node-2: power off"),
    (30_000, "drain node-1"),
    (40_000, "# node-3: power off"),
    (70_000, "delete node node-2"),
    (90_000, "uncordon node-1"),
    (150_000, "taint nodes node-4 dedicated=db:NoExecute"),
    (200_000, "# node-2: power on"),
    (400_000, "# node-3: power on"),
)


START = 30_000
"""When the clusters of `running` have settled."""


def play(cluster: Cluster, until: int = 500_000, stride: int = 0) -> Cluster:
    """The outage, from where the cluster is in it; with a stride time is cut into pieces."""
    begun = cluster.now
    for at, line in (*OUTAGE, (until, "")):
        if not begun < START + at <= START + until:
            continue
        while stride and cluster.now + stride < START + at:
            cluster.run(cluster.now + stride)
        cluster.run(START + at)
        if line:
            cluster.do(parse(line))
    return cluster


def everything(cluster: Cluster) -> bytes:
    return snapshot(cluster) + repr((cluster.store.list("PodDisruptionBudget"), cluster.store.printed, cluster.store.machines)).encode()


def test_time_may_be_cut_up_as_one_likes():
    assert everything(play(running(replicas=12))) == everything(play(running(replicas=12), stride=1_737))


@pytest.mark.parametrize("at", [45_000, 53_000, 66_000, 95_000, 160_000, 350_000])
def test_a_copy_made_in_the_middle_of_it_lives_on(at):
    cluster = play(running(replicas=12), until=at)
    twin = cluster.copy()
    play(cluster)
    assert everything(twin) != everything(cluster)
    assert everything(play(twin)) == everything(cluster)


PROGRAM = """
import hashlib
from tests.simulation.clusters import running
from tests.simulation.test_fleet import everything, play
print(hashlib.sha256(everything(play(running(replicas=12)))).hexdigest())
"""


@pytest.mark.parametrize("hashseed", ["0", "4242"])
def test_an_outage_is_the_same_bytes_under_every_hash_seed(hashseed):
    env = {**os.environ, "PYTHONHASHSEED": hashseed, "PYTHONPATH": str(ROOT)}
    out = subprocess.run([sys.executable, "-c", PROGRAM], env=env, cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == hashlib.sha256(everything(play(running(replicas=12)))).hexdigest()


def test_a_refused_command_leaves_no_trace_in_the_middle_of_it():
    cluster = running(replicas=12)
    cluster.do(parse("# node-1: power off"))
    cluster.run(cluster.now + 60_000)
    twin = cluster.copy()
    with pytest.raises(StatusError):
        cluster.do(parse("drain node-2 node-9"))
    cluster.run(cluster.now + 400_000)
    twin.run(cluster.now)
    assert everything(cluster) == everything(twin)


NODES = ("node-1", "node-2", "node-3", "node-4")
LINES = st.one_of(
    st.sampled_from(NODES).map(lambda node: f"# {node}: power off"),
    st.sampled_from(NODES).map(lambda node: f"# {node}: power on"),
    st.sampled_from(NODES).map(lambda node: f"drain {node}"),
    st.sampled_from(NODES).map(lambda node: f"uncordon {node}"),
    st.sampled_from(NODES).map(lambda node: f"delete node {node}"),
    st.sampled_from(NODES).map(lambda node: f"taint nodes {node} dedicated=db:NoExecute"),
    st.just("create pdb web --selector=app=web --max-unavailable=1"),
    st.integers(0, 9).map(lambda n: f"scale deploy web --replicas={n}"),
    st.sampled_from(["web=web:2.0", "web=web:3.0"]).map(lambda image: f"set image deploy web {image}"),
)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), acts=st.lists(st.tuples(st.integers(0, 120_000), LINES), min_size=1, max_size=12))
def test_whatever_happens_to_the_nodes_the_cluster_heals_and_grows_no_extra_pod(seed, acts):
    cluster = Cluster(seed)
    cluster.do(create(deployment(replicas=6, progress_deadline_seconds=None)))
    cluster.run(30_000)
    for wait, line in acts:
        until = cluster.now + wait
        while cluster.now < until:
            cluster.step(until)
            for rs in sets(cluster):
                active = cluster.store.owned(rs.metadata.uid).active
                assert active <= max(rs.spec.replicas, rs.status.replicas)
        attempt(cluster, line)
    for node in NODES:
        for line in (f"# {node}: power on", f"uncordon {node}", f"taint nodes {node} dedicated-"):
            attempt(cluster, line)
        cluster.run(cluster.now + 1_000)
    cluster.run(cluster.now + 1_500_000)
    status, wanted = web(cluster).status, web(cluster).spec.replicas
    assert status.available_replicas == wanted
    assert len(cluster.store.list("Pod")) == wanted
    assert all(is_active(pod) for pod in cluster.store.list("Pod"))
    assert all(node.spec.taints == () for node in cluster.store.list("Node"))
    assert (cluster.kubelet.parked, cluster.fleet.tainteviction.timers, cluster.fleet.podgc.quarantine) == ({}, {}, {})
    assert cluster.store.drains == {}
    quiet = cluster.seen, cluster.engine.handled
    cluster.run(cluster.now + 3_600_000)
    assert (cluster.seen, cluster.engine.handled) == quiet


def attempt(cluster: Cluster, line: str) -> None:
    """A line that may be refused: what is on already, what is there already, what is gone."""
    try:
        cluster.do(parse(line))
    except StatusError as refused:
        assert refused.code in (404, 409, 422)


def test_a_rollout_in_the_middle_of_an_outage_ends_as_it_should():
    cluster = running(replicas=12)
    cluster.do(parse("# node-1: power off"))
    cluster.run(cluster.now + 20_000)
    cluster.do(set_image("web:2.0"))
    cluster.run(cluster.now + 500_000)
    assert web(cluster).status.available_replicas == 12
    assert all(pod.spec.node_name == "node-1" for pod in cluster.store.list("Pod") if pod.metadata.deletion_timestamp is not None)

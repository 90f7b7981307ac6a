"""Who buries the pods of a node that is gone."""

from simulation.cluster import Cluster
from simulation.controllers import podgc
from simulation.kubectl.parse import parse
from tests.simulation.clusters import running


def pods_on(cluster: Cluster, node: str) -> list:
    return list(cluster.store.on_node[node].values())


def test_a_pass_is_the_next_one_on_the_beat():
    assert podgc.next_pass(0) == 9_600
    assert podgc.next_pass(9_599) == 9_600
    assert podgc.next_pass(9_600) == 29_600


def test_pods_of_a_deleted_node_go_without_grace_forty_to_sixty_seconds_later():
    cluster = running(replicas=8)
    watched = cluster.changes = []
    at = cluster.now
    cluster.do(parse("delete node node-1"))
    cluster.run(at + 39_999)
    assert len(pods_on(cluster, "node-1")) == 2
    watched.clear()
    cluster.run(at + 60_000)
    assert pods_on(cluster, "node-1") == []
    last = [old for kind, old, new in watched if kind == "Pod" and new is None]
    assert len(last) == 2
    for pod in last:
        found = next(c for c in pod.status.conditions if c.type == "DisruptionTarget")
        assert (pod.status.phase, found.reason, found.message) == ("Failed", "DeletionByPodGC", "PodGC: node no longer exists")
        assert pod.metadata.deletion_timestamp is None
    cluster.run(at + 120_000)
    assert len(cluster.store.list("Pod")) == 8
    assert not [e for e in cluster.store.list("Event") if "gc" in e.source.component]


def test_a_node_that_registers_again_in_time_keeps_its_pods():
    cluster = running(replicas=8)
    names = [pod.metadata.name for pod in pods_on(cluster, "node-1")]
    at = cluster.now
    cluster.do(parse("delete node node-1"))
    cluster.run(at + 20_000)
    cluster.do(parse("# node-1: power on"))
    cluster.run(at + 300_000)
    assert [pod.metadata.name for pod in pods_on(cluster, "node-1")] == names
    assert cluster.fleet.podgc.quarantine == {}


def test_out_of_service_frees_the_ending_pods_of_a_node_that_is_down():
    cluster = running(replicas=8)
    off = cluster.now
    cluster.do(parse("# node-1: power off"))
    cluster.run(off + 60_000)
    cluster.do(parse("taint nodes node-1 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"))
    cluster.run(off + 61_000)
    assert all(pod.metadata.deletion_timestamp is not None for pod in pods_on(cluster, "node-1"))
    cluster.run(off + 81_000)
    assert pods_on(cluster, "node-1") == []
    assert len(cluster.store.list("Pod")) == 8


def test_out_of_service_does_nothing_to_a_node_that_answers():
    cluster = running(replicas=8)
    cluster.do(parse("taint nodes node-1 node.kubernetes.io/out-of-service:NoSchedule"))
    cluster.run(cluster.now + 60_000)
    assert len(pods_on(cluster, "node-1")) == 2


def test_ending_pods_of_a_silent_node_stay_for_ever():
    cluster = running(replicas=8)
    off = cluster.now
    cluster.do(parse("# node-1: power off"))
    cluster.run(off + 24 * 3_600_000)
    assert len(pods_on(cluster, "node-1")) == 2
    assert all(pod.metadata.deletion_timestamp is not None for pod in pods_on(cluster, "node-1"))

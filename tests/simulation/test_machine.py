"""What a kubelet does about an outage: nothing while it lasts, and once it is over what it had missed."""

import pytest

from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.kubectl.parse import parse
from simulation.nodes import condition, host_ip, last_heartbeat
from simulation.objects import Machine
from simulation.pods import is_active, is_ready
from tests.simulation.clusters import create, deployment, running, set_image, web


def do(cluster: Cluster, line: str) -> int:
    cluster.do(parse(line))
    return cluster.now


def pods_on(cluster: Cluster, node: str) -> list:
    return list(cluster.store.on_node[node].values())


def test_a_kubelet_that_is_cut_off_writes_nothing_and_then_goes_on():
    cluster = Cluster(1, nodes=1)
    cluster.do(create(deployment(replicas=3)))
    cluster.run(700)
    off = do(cluster, "# node-1: power off")
    before = pods_on(cluster, "node-1")
    assert all(pod.status.container_statuses[0].state.waiting for pod in before)
    cluster.run(off + 45_000)
    assert pods_on(cluster, "node-1") == before
    on = do(cluster, "# node-1: power on")
    cluster.run(on + 10_000)
    assert all(is_ready(pod) for pod in pods_on(cluster, "node-1"))
    assert cluster.kubelet.parked == {}


def test_no_extra_pod_when_a_node_is_back_before_its_pods_are_replaced():
    cluster = running(replicas=8)
    off = do(cluster, "# node-1: power off")
    names = [pod.metadata.name for pod in cluster.store.list("Pod")]
    cluster.run(off + 200_000)
    on = do(cluster, "# node-1: power on")
    cluster.run(on + 600_000)
    assert [pod.metadata.name for pod in cluster.store.list("Pod")] == names
    assert web(cluster).status.ready_replicas == 8


def test_no_extra_pod_when_it_is_back_after_that_either():
    cluster = running(replicas=8)
    off = do(cluster, "# node-1: power off")
    most = 0
    cluster.run(off + 350_000)
    while cluster.now < off + 360_000:
        cluster.run(cluster.engine.due())
        most = max(most, sum(map(is_active, cluster.store.list("Pod"))))
    assert most == 8
    assert len(cluster.store.list("Pod")) == 10
    on = do(cluster, "# node-1: power on")
    cluster.run(on + 30_000)
    assert len(cluster.store.list("Pod")) == 8
    assert pods_on(cluster, "node-1") == []


def test_the_last_words_of_an_evicted_pod_still_say_why():
    cluster = running(replicas=8)
    off = do(cluster, "# node-1: power off")
    cluster.run(off + 400_000)
    watched = cluster.changes = []
    on = do(cluster, "# node-1: power on")
    cluster.run(on + 10_000)
    last = [old for kind, old, new in watched if kind == "Pod" and new is None]
    assert [pod.status.phase for pod in last] == ["Succeeded"] * 2
    assert all(any(c.type == "DisruptionTarget" for c in pod.status.conditions) for pod in last)


def test_readiness_is_put_back_with_its_old_time_within_ten_seconds():
    cluster = running(replicas=8)
    since = {pod.metadata.name: condition_of(pod) for pod in pods_on(cluster, "node-1")}
    off = do(cluster, "# node-1: power off")
    cluster.run(off + 100_000)
    on = do(cluster, "# node-1: power on")
    cluster.run(on + 10_100)
    for pod in pods_on(cluster, "node-1"):
        assert condition_of(pod) == since[pod.metadata.name]
        assert pod.status.container_statuses[0].restart_count == 0


def condition_of(pod):
    return next(c for c in pod.status.conditions if c.type == "Ready")


def test_a_probe_that_was_due_is_made_up_for():
    cluster = Cluster(1)
    cluster.do(create(deployment(replicas=4, probe_period=5)))
    cluster.run(2_000)
    off = do(cluster, "# node-1: power off")
    cluster.run(off + 30_000)
    assert web(cluster).status.ready_replicas == 3
    do(cluster, "# node-1: power on")
    cluster.run(off + 45_000)
    assert web(cluster).status.ready_replicas == 4


def test_a_rollout_goes_on_without_the_node_and_ends_when_it_is_back():
    cluster = running(replicas=8)
    off = do(cluster, "# node-1: power off")
    cluster.run(off + 60_000)
    cluster.do(set_image("web:2.0"))
    cluster.run(off + 200_000)
    assert web(cluster).status.updated_replicas == 8
    left = [pod for pod in cluster.store.list("Pod") if pod.spec.containers[0].image == "web:1.0"]
    assert {pod.spec.node_name for pod in left} == {"node-1"}
    assert all(pod.metadata.deletion_timestamp is not None for pod in left)
    do(cluster, "# node-1: power on")
    cluster.run(off + 260_000)
    assert len(cluster.store.list("Pod")) == 8


def test_a_node_whose_object_was_deleted_registers_anew():
    cluster = running(replicas=4)
    old = cluster.store.get("Node", "node-1", "").metadata.uid
    do(cluster, "# node-1: power off")
    do(cluster, "delete node node-1")
    cluster.run(cluster.now + 1_000)
    on = do(cluster, "# node-1: power on")
    cluster.run(on + 29)
    node = cluster.store.get("Node", "node-1", "")
    assert node.metadata.uid != old
    assert [(t.key, t.effect) for t in node.spec.taints] == [("node.kubernetes.io/not-ready", "NoSchedule")]
    cluster.run(on + 1_000)
    assert cluster.store.get("Node", "node-1", "").spec.taints == ()
    said = [e.reason for e in cluster.store.list("Event") if e.source.component == "kubelet" and e.involved_object.kind == "Node"]
    assert said == ["NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID", "NodeReady"]


def test_a_plug_that_is_in_cannot_be_put_in():
    cluster = Cluster(1)
    for line, said in (
        ("# node-1: power on", "node-1 is on already"),
        ("# node-9: power off", 'Error from server (NotFound): nodes "node-9" not found'),
    ):
        assert refusal(cluster, line) == said
    assert cluster.do(parse("# node-1: power off")) == "node/node-1 power off"
    assert refusal(cluster, "# node-1: power off") == "node-1 is off already"
    assert cluster.do(parse("# node-1: power on")) == "node/node-1 power on"


def refusal(cluster: Cluster, line: str) -> str:
    with pytest.raises(StatusError) as refused:
        cluster.do(parse(line))
    return refused.value.kubectl()


def test_heartbeats_are_worked_out():
    cluster = Cluster(1)
    node = cluster.store.get("Node", "node-1", "")
    assert condition(node, "Ready").last_heartbeat_time == 0
    assert [last_heartbeat(node, Machine("node-1"), now) for now in (0, 299, 300, 1_000)] == [0, 0, 300, 900]
    assert last_heartbeat(node, Machine("node-1", off_since=650_000), 5_000) == 600


def test_every_node_has_an_address_of_its_own():
    assert [host_ip(f"node-{i}") for i in (1, 2, 250)] == ["192.168.0.11", "192.168.0.12", "192.168.1.4"]

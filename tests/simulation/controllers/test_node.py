"""The node controller's beat, zones, taints and token bucket; the whole of it is replayed in tests/simulation/test_nodes.py."""

import pytest
from msgspec.structs import replace

from simulation.cluster import Cluster
from simulation.controllers import node
from simulation.controllers.node import FULL, NORMAL, PARTIAL, deadline, zone_state
from simulation.kubectl.parse import parse
from simulation.nodes import UNREACHABLE, ZONE, condition, has_taint, ready
from simulation.objects import Machine
from simulation.states import pod_state
from tests.simulation.clusters import Act, create, deployment, running, web


def do(cluster: Cluster, *lines: str) -> int:
    """Give commands now; the time in ms."""
    for line in lines:
        cluster.do(parse(line))
    return cluster.now


def named(cluster: Cluster, name: str):
    return cluster.store.get("Node", name, "")


def evicted(cluster: Cluster, until: int) -> list[tuple[str, int]]:
    """Nodes in the order in which they got their NoExecute taint, and when."""
    found: dict[str, int] = {}
    while cluster.now < until:
        due = cluster.engine.due()
        cluster.run(until if due is None else min(due, until))
        for each in cluster.store.list("Node"):
            if has_taint(each, UNREACHABLE, "NoExecute"):
                found.setdefault(each.metadata.name, cluster.now)
    return list(found.items())


# ---------------------------------------------------------------------------------------------------------------- tables


@pytest.mark.parametrize(
    ("healthy", "unhealthy", "state"),
    [
        (4, 0, NORMAL),
        (2, 2, NORMAL),
        (1, 2, NORMAL),
        (1, 3, PARTIAL),
        (3, 3, NORMAL),
        (9, 11, PARTIAL),
        (10, 11, NORMAL),
        (0, 1, FULL),
        (0, 4, FULL),
        (0, 0, NORMAL),
    ],
)
def test_a_zone_is_disrupted_by_more_than_two_nodes_and_55_percent(healthy, unhealthy, state):
    assert zone_state(healthy, unhealthy) == state


@pytest.mark.parametrize("off", [*range(100_000, 105_000, 217), 104_600, 104_601])
def test_a_silence_counts_from_the_pass_that_saw_the_last_heartbeat(off):
    waited = deadline(Machine("node-1", off_since=off)) - off
    assert 50_000 <= waited < 55_000
    assert (off + waited - node.MONITOR_PHASE_MS) % node.MONITOR_PERIOD_MS == 0


# ------------------------------------------------------------------------------------------------------------------ quiet


def test_a_quiet_cluster_has_nothing_in_its_queue():
    cluster = Cluster(1, nodes=20)
    assert cluster.engine.due() is None
    cluster.run(24 * 3_600_000)
    assert cluster.engine.handled == 0


def test_nothing_is_left_in_the_queue_when_a_node_is_off_for_good():
    cluster = Cluster(1)
    do(cluster, "# node-1: power off")
    cluster.run(3_600_000)
    assert cluster.engine.due() is None
    do(cluster, "# node-1: power on")
    cluster.run(3_620_000)
    assert cluster.engine.due() is None
    assert named(cluster, "node-1").spec.taints == ()


def test_a_node_that_is_back_within_the_grace_period_was_never_missed():
    cluster = running(replicas=4)
    before = cluster.store.revision
    do(cluster, "# node-1: power off")
    cluster.run(cluster.now + 49_000)
    do(cluster, "# node-1: power on")
    cluster.run(cluster.now + 120_000)
    assert cluster.store.revision == before


# -------------------------------------------------------------------------------------------------------------- noticing


def test_pods_of_a_silent_node_turn_unready_and_still_print_as_running():
    cluster = running(replicas=8)
    off = do(cluster, "# node-1: power off")
    mine = [pod.metadata.name for pod in cluster.store.on_node["node-1"].values()]
    cluster.run(off + 50_000 - 1)
    assert ready(named(cluster, "node-1")) == "True"
    assert web(cluster).status.ready_replicas == 8
    cluster.run(off + 55_000)
    assert ready(named(cluster, "node-1")) == "Unknown"
    for pod in map(cluster.store.get, ["Pod"] * len(mine), mine):
        assert pod.status.phase == "Running"
        assert pod.status.container_statuses[0].ready
        assert pod_state(pod, cluster.now) == "lost"
    cluster.run(off + 56_000)
    assert (web(cluster).status.replicas, web(cluster).status.ready_replicas) == (8, 6)


def test_all_four_conditions_become_unknown_with_the_time_of_the_last_post():
    cluster = Cluster(1)
    cluster.run(700_000)
    do(cluster, "# node-1: power off")
    cluster.run(760_000)
    for found in named(cluster, "node-1").status.conditions:
        assert (found.status, found.reason, found.message) == (
            "Unknown",
            "NodeStatusUnknown",
            "Kubelet stopped posting node status.",
        )
        assert (found.last_heartbeat_time, found.last_transition_time) == (600, 754)


def test_no_schedule_comes_at_once_no_execute_in_its_turn():
    cluster = Cluster(1)
    off = do(cluster, "# node-1: power off", "# node-2: power off")
    cluster.run(off + 54_650)
    for name in ("node-1", "node-2"):
        assert [(t.key, t.effect) for t in named(cluster, name).spec.taints] == [(UNREACHABLE, "NoSchedule")]
    (first, at), (second, later) = evicted(cluster, off + 80_000)
    assert (first, second) == ("node-1", "node-2")
    assert later - at == 10_000


# ------------------------------------------------------------------------------------------------------------ disruption


def test_three_of_six_are_evicted_one_every_ten_seconds():
    cluster = Cluster(1, nodes=6)
    off = do(cluster, "# node-1: power off", "# node-2: power off", "# node-3: power off")
    times = [at for _, at in evicted(cluster, off + 120_000)]
    assert [b - a for a, b in zip(times, times[1:], strict=False)] == [10_000, 10_000]


def test_of_three_of_four_none_is_evicted():
    cluster = Cluster(1)
    off = do(cluster, "# node-1: power off", "# node-2: power off", "# node-3: power off")
    assert evicted(cluster, off + 600_000) == []


def test_the_only_node_is_never_evicted():
    cluster = running(replicas=2, nodes=1)
    off = do(cluster, "# node-1: power off")
    assert evicted(cluster, off + 600_000) == []
    assert web(cluster).status.ready_replicas == 0
    assert len(cluster.store.list("Pod")) == 2


def test_when_the_last_node_falls_silent_the_taints_come_off():
    cluster = Cluster(1, nodes=2)
    off = do(cluster, "# node-1: power off")
    cluster.run(off + 60_000)
    assert has_taint(named(cluster, "node-1"), UNREACHABLE, "NoExecute")
    off = do(cluster, "# node-2: power off")
    cluster.run(off + 60_000)
    for each in cluster.store.list("Node"):
        assert [(t.key, t.effect) for t in each.spec.taints] == [(UNREACHABLE, "NoSchedule")]


def test_coming_out_of_it_waits_for_a_token():
    cluster = Cluster(1)
    off = do(cluster, *(f"# node-{i}: power off" for i in (1, 2, 3, 4)))
    cluster.run(off + 100_000)
    back = do(cluster, "# node-1: power on", "# node-2: power on")
    (first, at), *_ = evicted(cluster, back + 60_000)
    assert first == "node-3"
    assert 10_000 <= at - back <= 15_200


def test_a_zone_that_is_down_as_a_whole_is_evicted_as_long_as_another_answers():
    cluster = Cluster(1)
    for i, zone in enumerate("aabb", 1):
        cluster.do(Act(lambda store, i=i, zone=zone: _in_zone(store, f"node-{i}", zone)))
    off = do(cluster, "# node-1: power off", "# node-2: power off")
    assert [name for name, _ in evicted(cluster, off + 80_000)] == ["node-1", "node-2"]


def test_a_large_zone_in_disruption_is_evicted_ten_times_slower():
    cluster = Cluster(1, nodes=51)
    off = do(cluster, *(f"# node-{i}: power off" for i in range(1, 31)))
    times = [at for _, at in evicted(cluster, off + 300_000)]
    assert [b - a for a, b in zip(times, times[1:], strict=False)] == [100_000, 100_000]


def _in_zone(store, name, zone):
    found = store.get("Node", name, "")
    labels = {**found.metadata.labels, ZONE: zone}
    store.update(replace(found, metadata=replace(found.metadata, labels=labels)))


# ---------------------------------------------------------------------------------------------------------------- by hand


def test_a_taint_taken_off_by_hand_comes_back():
    cluster = Cluster(1)
    off = do(cluster, "# node-1: power off")
    cluster.run(off + 60_000)
    do(cluster, f"taint nodes node-1 {UNREACHABLE}:NoExecute-")
    cluster.run(off + 80_000)
    assert has_taint(named(cluster, "node-1"), UNREACHABLE, "NoExecute")


def test_a_taint_put_on_a_healthy_node_by_hand_comes_off():
    cluster = Cluster(1)
    do(cluster, f"taint nodes node-1 {UNREACHABLE}:NoExecute {UNREACHABLE}:NoSchedule")
    cluster.run(10_000)
    assert named(cluster, "node-1").spec.taints == ()


def test_a_cordon_taints_and_an_uncordon_untaints():
    cluster = Cluster(1)
    assert cluster.do(parse("cordon node-1")) == "node/node-1 cordoned"
    cluster.run(1_000)
    assert has_taint(named(cluster, "node-1"), node.UNSCHEDULABLE, "NoSchedule")
    assert cluster.do(parse("cordon node-1")) == "node/node-1 already cordoned"
    assert cluster.do(parse("uncordon node-1")) == "node/node-1 uncordoned"
    cluster.run(2_000)
    assert named(cluster, "node-1").spec.taints == ()


def test_nothing_moves_back_to_a_node_that_is_uncordoned():
    cluster = running(replicas=8)
    do(cluster, "drain node-1")
    cluster.run(cluster.now + 60_000)
    do(cluster, "uncordon node-1")
    cluster.run(cluster.now + 600_000)
    assert not cluster.store.on_node["node-1"]


def test_a_pod_bound_to_a_silent_node_waits_there_until_it_is_evicted():
    cluster = Cluster(1, nodes=2)
    do(cluster, "cordon node-2", "# node-1: power off")
    cluster.do(create(deployment(replicas=1)))
    cluster.run(40_000)
    [pod] = cluster.store.on_node["node-1"].values()
    assert (pod.status.phase, pod.status.container_statuses) == ("Pending", ())
    do(cluster, "uncordon node-2")
    cluster.run(360_000)
    [again] = [p for p in cluster.store.list("Pod") if p.metadata.deletion_timestamp is None]
    assert again.spec.node_name == "node-2"


def test_with_every_node_down_pods_wait_with_the_schedulers_sum_until_one_is_back():
    cluster = running(replicas=2)
    off = do(cluster, *(f"# node-{i}: power off" for i in (1, 2, 3, 4)))
    cluster.run(off + 60_000)
    do(cluster, "scale deploy web --replicas=3")
    cluster.run(off + 61_000)
    [pod] = [pod for pod in cluster.store.list("Pod") if not pod.spec.node_name]
    [scheduled] = [c for c in pod.status.conditions if c.type == "PodScheduled"]
    assert (scheduled.status, scheduled.reason, scheduled.message) == (
        "False",
        "Unschedulable",
        "0/4 nodes are available: 4 node(s) had untolerated taint(s). no new claims to deallocate, preemption: "
        "0/4 nodes are available: 4 Preemption is not helpful for scheduling.",
    )
    back = do(cluster, "# node-3: power on")
    cluster.run(back + 1_000)
    assert cluster.store.get("Pod", pod.metadata.name).spec.node_name == "node-3"


def test_a_pod_that_comes_to_a_node_that_is_not_ready_is_not_ready_either():
    cluster = running(replicas=4)
    off = do(cluster, "# node-1: power off")
    cluster.run(off + 60_000)
    [pod] = cluster.store.on_node["node-2"].values()
    cluster.do(Act(lambda store: store.update_status(replace(pod, spec=replace(pod.spec, node_name="node-1")))))
    cluster.run(cluster.now + 1_000)
    assert condition_of(cluster, pod) == "False"


def condition_of(cluster, pod):
    now = cluster.store.get("Pod", pod.metadata.name)
    return next(c.status for c in now.status.conditions if c.type == "Ready")


# ------------------------------------------------------------------------------------------------------- going, and coming


def test_the_controller_says_which_nodes_go_and_come():
    cluster = Cluster(1)
    assert cluster.do(parse("delete node node-2")) == 'node "node-2" deleted'
    cluster.run(10_000)
    do(cluster, "# node-2: power on")
    cluster.run(20_000)
    said = [(e.reason, e.message) for e in cluster.store.list("Event") if e.source.component == "node-controller"]
    assert said == [
        ("RemovingNode", "Node node-2 event: Removing Node node-2 from Controller"),
        ("RegisteredNode", "Node node-2 event: Registered Node node-2 in Controller"),
    ]
    assert condition(named(cluster, "node-2"), "Ready").status == "True"
    assert named(cluster, "node-2").spec.taints == ()

"""The life of a pod against the clock: back-offs, probes, several containers, endings."""

from itertools import pairwise

from msgspec.structs import replace

from simulation.cluster import Cluster
from simulation.kubelet import get_phase
from simulation.objects import Container, ContainerState, ContainerStateRunning, ContainerStateTerminated, ContainerStatus
from simulation.states import pod_state
from tests.simulation.clusters import Act, change, create, deployment, running


def only_pod(cluster):
    [pod] = cluster.store.list("Pod")
    return pod


def one_pod(**spec):
    """A cluster in which the one pod of `web` has just been created."""
    cluster = Cluster(1)
    cluster.do(create(deployment(replicas=1, **spec)))
    cluster.run(50)
    return cluster


def times(cluster, until, what):
    """The moments, in s from now, at which `what(pod)` changes, with its new value."""
    start, seen = cluster.now, []
    while cluster.now < until:
        value = what(only_pod(cluster))
        if not seen or seen[-1][1] != value:
            seen.append((round((cluster.now - start) / 1000), value))
        due = cluster.engine.due()
        cluster.run(min(until, due if due is not None else until))
    return seen


def waiting(pod):
    statuses = pod.status.container_statuses
    return statuses[0].state.waiting.reason if statuses and statuses[0].state.waiting else ""


def waiting_message(pod):
    statuses = pod.status.container_statuses
    return statuses[0].state.waiting.message if statuses and statuses[0].state.waiting else ""


def test_pulls_of_a_missing_image_back_off_from_ten_seconds_to_five_minutes():
    cluster = one_pod(image="web:missing")
    failed = [t for t, reason in times(cluster, 1_400_000, waiting) if reason == "ErrImagePull"]
    gaps = [b - a for a, b in pairwise(failed)]
    assert [round(gap, -1) for gap in gaps[:7]] == [10, 20, 40, 80, 160, 300, 300]
    assert only_pod(cluster).status.phase == "Pending"
    assert pod_state(only_pod(cluster), cluster.now) == "pullerr"


def test_the_first_restart_is_at_once_and_the_later_ones_wait_twice_as_long():
    cluster = one_pod(image="web:crash")
    seen = times(cluster, 1_500_000, lambda pod: [s.restart_count for s in pod.status.container_statuses])
    starts = [t for t, count in seen if count and count[0] > 0]
    gaps = [b - a for a, b in pairwise(starts)]
    assert starts[0] < 15
    for gap, wait in zip(gaps, [10, 20, 40, 80, 160, 300], strict=False):
        assert wait + 5 <= gap <= wait + 9
    status = only_pod(cluster).status
    assert status.phase == "Running"
    assert status.container_statuses[0].last_state.terminated.exit_code == 1


def test_a_crash_loop_says_how_long_it_waits():
    cluster = one_pod(image="web:crash")
    said = [message for _, message in times(cluster, 40_000, waiting_message) if "restarting" in message]
    pod = only_pod(cluster)
    where = f"container=web pod={pod.metadata.name}_default({pod.metadata.uid})"
    assert said == [f"back-off 10s restarting failed {where}", f"back-off 20s restarting failed {where}"]


def test_a_pod_of_two_containers_is_ready_when_both_are():
    cluster = Cluster(1)
    d = deployment(replicas=1)
    first = d.spec.template.spec.containers[0]
    probe = deployment(probe_period=2).spec.template.spec.containers[0].readiness_probe
    slow = replace(first, name="side", image="web:slow", readiness_probe=probe)
    spec = replace(d.spec.template.spec, containers=(first, slow))
    cluster.do(create(replace(d, spec=replace(d.spec, template=replace(d.spec.template, spec=spec)))))
    seen = []
    while cluster.now < 60_000:
        cluster.step(60_000)
        ready = [s.ready for pod in cluster.store.list("Pod") for s in pod.status.container_statuses]
        if ready and (not seen or seen[-1] != ready):
            seen.append(ready)
        if ready == [True, False]:
            assert only_pod(cluster).status.conditions[2].message == "containers with unready status: [side]"
            assert pod_state(only_pod(cluster), cluster.now) in ("notready", "pulling")
    assert seen[-2:] == [[True, False], [True, True]]


def test_a_readiness_probe_runs_every_period_and_says_so():
    cluster = Cluster(1)
    cluster.do(create(deployment(replicas=1, image="web:never-ready", probe_period=10)))
    cluster.run(65_000)
    [unhealthy] = [e for e in cluster.store.list("Event") if e.reason == "Unhealthy"]
    assert unhealthy.message == "Readiness probe failed: HTTP probe failed with statuscode: 503"
    assert 6 <= unhealthy.count <= 7


def test_a_flaky_container_comes_and_goes():
    cluster = running(replicas=1, image="web:flaky", probe_period=2)
    seen = [value for _, value in times(cluster, 200_000, lambda pod: pod_state(pod, cluster.now))]
    assert seen.count("available") >= 3
    assert seen.count("notready") >= 3


def test_an_ending_pod_gets_no_more_than_its_grace_and_never_less_than_two_seconds():
    for grace, longest in ((30, 4), (0, 0)):
        cluster = running(replicas=1, grace=grace)
        cluster.do(change(replicas=0))
        start = cluster.now
        while cluster.store.list("Pod"):
            cluster.step(start + 60_000)
            assert cluster.now < start + 60_000
        assert (cluster.now - start) / 1000 <= longest + 0.5


def test_a_pod_without_a_node_is_deleted_at_once():
    cluster = Cluster(1, nodes=0)
    cluster.do(create(deployment(replicas=1)))
    cluster.run(5_000)
    pod = only_pod(cluster)
    assert pod_state(pod, cluster.now) == "pending"
    assert pod.status.conditions[0].message == "no nodes available to schedule pods"
    cluster.do(change(replicas=0))
    cluster.run(6_000)
    assert cluster.store.list("Pod") == []


def test_a_full_cluster_says_why_and_takes_the_pod_when_room_comes_free():
    cluster = Cluster(1, nodes=2, pods_per_node=2)
    cluster.do(create(deployment(replicas=5)))
    cluster.run(10_000)
    [pending] = [p for p in cluster.store.list("Pod") if not p.spec.node_name]
    assert pending.status.conditions[0].message == (
        "0/2 nodes are available: 2 Too many pods. no new claims to deallocate, preemption: 0/2 nodes are available: "
        "2 No preemption victims found for incoming pod."
    )
    victim = next(p for p in cluster.store.list("Pod") if p.spec.node_name)
    cluster.do(Act(lambda store: store.delete("Pod", victim.metadata.name, grace_period_seconds=0)))
    cluster.run(20_000)
    assert len([p for p in cluster.store.list("Pod") if p.spec.node_name]) == 4


def status(**state):
    return ContainerStatus(name="c", ready=False, restart_count=0, image="i", image_id="", state=ContainerState(**state))


def test_phases():
    up, down = ContainerStateRunning(0), ContainerStateTerminated(1)
    assert get_phase((status(running=up), status())) == "Pending"
    assert get_phase((status(running=up), status(terminated=down))) == "Running"
    assert get_phase((replace(status(), last_state=ContainerState(terminated=down)),)) == "Running"
    assert Container().image == ""

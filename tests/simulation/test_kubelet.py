"""The life of a pod against the clock: back-offs, probes, several containers, endings."""

from itertools import pairwise

from msgspec.structs import replace

from simulation.api.defaults import admit_pod
from simulation.cluster import Cluster
from simulation.objects import Container, ObjectMeta, Pod, PodSpec
from simulation.pods import is_ready
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


def with_init_containers(*init: Container, policy: str = "Always", image: str = "web:1.0") -> Cluster:
    """A bare pod `web` with init containers, in a cluster that has just been told of it."""
    cluster = Cluster(1)
    spec = PodSpec(init_containers=init, containers=(Container("web", image),), restart_policy=policy)
    pod = admit_pod(Pod(ObjectMeta(name="web", namespace="default", labels={"app": "web"}), spec))
    cluster.do(Act(lambda store: store.create(pod)))
    return cluster


def doing(pod: Pod) -> list[str]:
    """What each container does, init containers first."""
    words = []
    for status in (*pod.status.init_container_statuses, *pod.status.container_statuses):
        ended = status.state.terminated
        waiting = status.state.waiting
        words.append(waiting.reason if waiting else ended.reason if ended else "Running")
    return words


def history(cluster: Cluster, until: int) -> list[list[str]]:
    return [words for _, words in times(cluster, until, doing) if words]


def test_init_containers_run_one_after_the_other_and_then_the_others_at_once():
    cluster = with_init_containers(Container("a", "web:1"), Container("b", "web:2"))
    cluster.run(10)
    assert history(cluster, 30_000) == [
        ["PodInitializing", "PodInitializing", "PodInitializing"],
        ["Running", "PodInitializing", "PodInitializing"],
        ["Completed", "PodInitializing", "PodInitializing"],
        ["Completed", "Running", "PodInitializing"],
        ["Completed", "Completed", "PodInitializing"],
        ["Completed", "Completed", "Running"],
    ]
    pod = only_pod(cluster)
    assert (pod.status.phase, is_ready(pod)) == ("Running", True)
    events = [e for e in cluster.store.list("Event") if e.reason == "Started"]
    paths = [e.involved_object.field_path for e in events]
    assert paths == ["spec.initContainers{a}", "spec.initContainers{b}", "spec.containers{web}"]


def test_a_pod_is_pending_and_not_initialized_until_its_init_containers_are_done():
    cluster = with_init_containers(Container("a", "web:crash"))
    cluster.run(60_000)
    pod = only_pod(cluster)
    assert pod.status.phase == "Pending"
    assert pod_state(pod, cluster.now) == "crash"
    [initialized] = [c for c in pod.status.conditions if c.type == "Initialized"]
    assert (initialized.status, initialized.message) == ("False", "containers with incomplete status: [a]")
    assert pod.status.init_container_statuses[0].restart_count >= 2


def test_a_sidecar_starts_before_the_others_and_is_started_again_beside_them():
    cluster = with_init_containers(Container("proxy", "web:crash", restart_policy="Always"))
    cluster.run(10)
    seen = history(cluster, 60_000)
    assert seen[:3] == [["PodInitializing", "PodInitializing"], ["Running", "PodInitializing"], ["Running", "Running"]]
    assert ["Error", "Running"] in seen
    assert ["CrashLoopBackOff", "Running"] in seen
    assert only_pod(cluster).status.phase == "Running"
    cluster.do(Act(lambda store: store.delete("Pod", "web")))
    cluster.run(cluster.now + 30_000)
    assert cluster.store.list("Pod") == []


def test_a_pod_that_is_never_restarted_fails_with_its_container_and_takes_its_sidecar_along():
    cluster = with_init_containers(Container("proxy", "web:1", restart_policy="Always"), policy="Never", image="web:crash")
    cluster.run(30_000)
    pod = only_pod(cluster)
    assert (pod.status.phase, doing(pod)) == ("Failed", ["Completed", "Error"])
    cluster.run(300_000)
    assert only_pod(cluster) is pod


def test_a_pod_whose_init_container_fails_and_is_never_restarted_fails():
    cluster = with_init_containers(Container("a", "web:crash"), policy="Never")
    cluster.run(60_000)
    assert (only_pod(cluster).status.phase, doing(only_pod(cluster))) == ("Failed", ["Error", "PodInitializing"])


def test_a_readiness_gate_that_nobody_opens_keeps_a_pod_unready():
    cluster = with_init_containers()
    spec = PodSpec(containers=(Container("web", "web:1"),), readiness_gates=({"conditionType": "example.com/lb"},))
    cluster.do(Act(lambda store: store.create(admit_pod(Pod(ObjectMeta(name="gated", namespace="default"), spec)))))
    cluster.run(30_000)
    gated = cluster.store.get("Pod", "gated")
    [ready] = [c for c in gated.status.conditions if c.type == "Ready"]
    assert (ready.status, ready.reason) == ("False", "ReadinessGatesNotReady")
    assert pod_state(gated, cluster.now) == "notready"

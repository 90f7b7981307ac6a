"""Hands inside a container: process 1 ends and comes back, and a pod's readiness can be taken away and given back."""

import pytest

from simulation.api.errors import StatusError
from simulation.commands import Command, decode
from simulation.inside import KillInside, RemoveHealthy, TouchHealthy
from simulation.kubectl.parse import parse
from simulation.pods import is_ready
from simulation.states import pod_state
from tests.simulation.clusters import running


def one(probe_period: int = 5, **spec):
    cluster = running(replicas=1, probe_period=probe_period, **spec)
    return cluster, pod_of(cluster).metadata.name


def pod_of(cluster):
    return cluster.store.list("Pod")[0]


def status(cluster):
    return pod_of(cluster).status.container_statuses[0]


def ready_times(cluster, seconds: int) -> list[tuple[float, bool]]:
    """When, in s from now, the pod turned ready or unready."""
    start, seen = cluster.now, [(0.0, is_ready(pod_of(cluster)))]
    while cluster.now < start + seconds * 1000:
        cluster.step(start + seconds * 1000)
        if is_ready(pod_of(cluster)) != seen[-1][1]:
            seen.append(((cluster.now - start) / 1000, is_ready(pod_of(cluster))))
    return seen[1:]


def do(cluster, line: str) -> str:
    return cluster.do(parse(line))


def test_a_killed_container_starts_again_at_once_and_the_second_time_waits():
    cluster, name = one()
    uid = pod_of(cluster).metadata.uid
    assert do(cluster, f"exec {name} -- kill 1") == ""
    cluster.run(cluster.now + 4_000)
    assert (status(cluster).restart_count, status(cluster).state.running is not None) == (1, True)
    assert (status(cluster).last_state.terminated.exit_code, status(cluster).last_state.terminated.reason) == (0, "Completed")
    do(cluster, f"exec {name} -- kill 1")
    cluster.run(cluster.now + 4_000)
    assert status(cluster).state.waiting.reason == "CrashLoopBackOff"
    assert pod_state(pod_of(cluster), cluster.now) == "crash"
    cluster.run(cluster.now + 12_000)
    assert (status(cluster).restart_count, pod_of(cluster).metadata.uid) == (2, uid)


def test_two_signals_to_one_process_end_it_once():
    cluster, name = one()
    do(cluster, f"exec {name} -- kill 1")
    do(cluster, f"exec {name} -- kill 1")
    cluster.run(cluster.now + 20_000)
    assert status(cluster).restart_count == 1


def test_without_its_file_a_container_fails_three_probes_in_a_row_and_the_pod_is_unready():
    cluster, name = one(probe_period=5)
    do(cluster, f"exec {name} -- rm /tmp/healthy")
    [(at, ready)] = ready_times(cluster, 60)
    assert not ready
    assert 10 <= at <= 15
    said = [e.message for e in cluster.store.list("Event") if e.reason == "Unhealthy"]
    assert "Readiness probe failed: HTTP probe failed with statuscode: 503" in said
    do(cluster, f"exec {name} -- touch /tmp/healthy")
    [(at, ready)] = ready_times(cluster, 60)
    assert ready
    assert at <= 5
    assert status(cluster).restart_count == 0


def test_probes_go_on_in_step_and_are_never_doubled():
    cluster, name = one(probe_period=5)
    for line in ("rm", "touch", "rm", "touch", "rm"):
        do(cluster, f"exec {name} -- {line} /tmp/healthy")
        cluster.run(cluster.now + 1_000)
    failed = []
    start = cluster.now
    while cluster.now < start + 30_000:
        before = sum(e.count for e in cluster.store.list("Event") if e.reason == "Unhealthy")
        cluster.run(cluster.now + 100)
        if sum(e.count for e in cluster.store.list("Event") if e.reason == "Unhealthy") > before:
            failed.append(cluster.now)
    assert {b - a for a, b in zip(failed, failed[1:], strict=False)} == {5_000}
    assert cluster.kubelet.past[pod_of(cluster).metadata.uid, 0].streak <= -5


def test_a_new_start_brings_the_file_back():
    cluster, name = one(probe_period=2)
    do(cluster, f"exec {name} -- rm /tmp/healthy")
    cluster.run(cluster.now + 10_000)
    assert not is_ready(pod_of(cluster))
    do(cluster, f"exec {name} -- kill 1")
    cluster.run(cluster.now + 10_000)
    assert is_ready(pod_of(cluster))
    assert cluster.store.unwell == {}


def test_nobody_asks_a_container_that_has_no_probe():
    cluster, name = one(probe_period=0)
    do(cluster, f"exec {name} -- rm /tmp/healthy")
    cluster.run(cluster.now + 120_000)
    assert is_ready(pod_of(cluster))


def test_an_unready_pod_leaves_the_endpoints_and_is_not_replaced():
    cluster = running(replicas=3, probe_period=2)
    do(cluster, "expose deployment web --port=80")
    name = pod_of(cluster).metadata.name
    do(cluster, f"exec {name} -- rm /tmp/healthy")
    cluster.run(cluster.now + 20_000)
    [slice_] = cluster.store.list("EndpointSlice")
    assert sorted(e.conditions.ready for e in slice_.endpoints) == [False, True, True]
    assert len(cluster.store.list("Pod")) == 3


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("exec nope -- kill 1", 'Error from server (NotFound): pods "nope" not found'),
        ("exec {pod} -c side -- kill 1", "Error from server (BadRequest): container side is not valid for pod {pod}"),
        ("exec {pod} -- kill -9 1", "the kernel keeps the others away"),
        ("exec {pod} -- ls", "not the programs in them"),
        ("exec {pod} kill 1", "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead"),
        ("exec {pod}", "error: you must specify at least one command for the container"),
        ("exec {pod} -- touch /tmp/healthy extra", "not the programs in them"),
    ],
)
def test_what_cannot_be_done_there_is_refused(line, said):
    cluster, name = one()
    with pytest.raises(StatusError) as refused:
        do(cluster, line.format(pod=name))
    assert said.format(pod=name) in refused.value.kubectl()


def test_a_container_that_does_not_run_and_a_node_that_does_not_answer_are_not_reached():
    cluster, name = one(image="web:missing")
    with pytest.raises(StatusError) as refused:
        do(cluster, f"exec {name} -- kill 1")
    assert refused.value.kubectl() == 'error: unable to upgrade connection: container not found ("web")'
    cluster, name = one()
    do(cluster, f"# {pod_of(cluster).spec.node_name}: power off")
    with pytest.raises(StatusError) as refused:
        do(cluster, f"exec {name} -- kill 1")
    assert "error dialing backend" in refused.value.kubectl()


def test_removing_what_is_gone_says_so_as_rm_does():
    cluster, name = one()
    do(cluster, f"exec {name} -- rm /tmp/healthy")
    with pytest.raises(StatusError) as refused:
        do(cluster, f"exec {name} -- rm /tmp/healthy")
    assert refused.value.kubectl().startswith("rm: cannot remove '/tmp/healthy': No such file or directory")


def test_a_copy_lives_on_by_itself():
    cluster, name = one(probe_period=2)
    twin = cluster.copy()
    do(cluster, f"exec {name} -- rm /tmp/healthy")
    twin.run(twin.now + 30_000)
    cluster.run(cluster.now + 30_000)
    assert is_ready(pod_of(twin))
    assert not is_ready(pod_of(cluster))


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("exec web -- kill 1", KillInside("web")),
        ("exec -it pod/web -c side -- sh -c 'kill -TERM 1'", KillInside("web", "side")),
        ("exec web -- rm -f /tmp/healthy", RemoveHealthy("web")),
        ("exec web -- touch /tmp/healthy", TouchHealthy("web")),
    ],
)
def test_a_line_is_a_command_is_a_line(line, command: Command):
    import msgspec

    assert parse(line) == command
    assert parse(command.kubectl()) == command
    assert decode(msgspec.json.encode(command)) == command

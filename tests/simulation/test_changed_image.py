"""The image of a pod that exists: the kubelet kills its container and starts it again, as computePodActions has it."""

from msgspec.structs import replace

from simulation.api.changes import patched
from simulation.cluster import Cluster
from simulation.objects import Pod
from tests.simulation.clusters import Act, create, deployment
from tests.simulation.test_kubelet import one_pod, only_pod, times, waiting


def set_image(cluster: Cluster, image: str) -> None:
    pod = only_pod(cluster)
    cluster.do(Act(lambda store: store.update(patched(pod, {"spec": {"containers": [{"name": "web", "image": image}]}}, "strategic", []))))


def events(cluster: Cluster, since: int) -> list[tuple[str, str]]:
    found = [e for e in cluster.store.list("Event") if e.involved_object.kind == "Pod" and int(e.metadata.resource_version) > since]
    return [(e.reason, e.message) for e in found]


def changed(image: str, after: int, **spec) -> tuple[Cluster, Pod, list[tuple[str, str]]]:
    """(cluster, its pod, what was said) after the image of a pod that runs was changed and `after` ms passed."""
    cluster = one_pod(image="web:1.0", **spec)
    cluster.run(30_000)
    seen = cluster.store.revision
    set_image(cluster, image)
    cluster.run(30_000 + after)
    return cluster, only_pod(cluster), events(cluster, seen)


def test_what_runs_is_killed_and_the_next_image_starts_in_its_place():
    cluster, pod, said = changed("web:2.0", 20_000)
    assert [reason for reason, _ in said] == ["Killing", "Pulling", "Pulled", "Created", "Started"]
    assert said[0][1] == "Container web definition changed, will be restarted"
    [status] = pod.status.container_statuses
    assert (status.image, status.restart_count, status.ready) == ("web:2.0", 1, True)
    assert (status.last_state.terminated.exit_code, status.last_state.terminated.reason) == (0, "Completed")
    assert pod.metadata.generation == 2
    cluster.run(600_000)
    assert only_pod(cluster).status.container_statuses[0].restart_count == 1


def test_the_api_hears_of_the_end_together_with_the_start():
    cluster = one_pod(image="web:1.0")
    cluster.run(30_000)
    set_image(cluster, "web:2.0")
    seen = times(cluster, 60_000, lambda pod: (waiting(pod), pod.status.container_statuses[0].state.terminated, _count(pod)))
    assert [value for _, value in seen] == [("", None, 0), ("", None, 1)]


def test_an_image_that_cannot_be_pulled_leaves_the_former_in_its_last_state():
    cluster, pod, said = changed("web:missing", 5_000)
    assert [reason for reason, _ in said][:4] == ["Killing", "Pulling", "Failed", "Failed"]
    assert waiting(pod) in ("ErrImagePull", "ImagePullBackOff")
    [status] = pod.status.container_statuses
    assert (status.ready, status.restart_count, status.last_state.terminated.exit_code) == (False, 0, 0)
    set_image(cluster, "web:2.0")
    cluster.run(40_000)
    [status] = only_pod(cluster).status.container_statuses
    assert (status.ready, status.restart_count, status.image) == (True, 1, "web:2.0")


def test_a_back_off_belongs_to_the_image_it_was_for():
    cluster = one_pod(image="web:missing")
    cluster.run(100_000)
    seen = cluster.store.revision
    set_image(cluster, "web:2.0")
    cluster.run(104_000)
    assert only_pod(cluster).status.container_statuses[0].ready
    assert [reason for reason, _ in events(cluster, seen)] == ["Pulling", "Pulled", "Created", "Started"]
    crashing = one_pod(image="web:crash")
    crashing.run(100_000)
    set_image(crashing, "web:2.0")
    crashing.run(106_000)
    assert _count(only_pod(crashing)) and only_pod(crashing).status.container_statuses[0].ready


def test_while_it_ends_its_readiness_probe_is_refused():
    cluster = Cluster(1)
    cluster.do(create(deployment(replicas=1, image="web:1.0", probe_period=1)))
    cluster.run(30_000)
    seen = cluster.store.revision
    set_image(cluster, "web:2.0")
    cluster.run(60_000)
    refused = [message for reason, message in events(cluster, seen) if reason == "Unhealthy"]
    address = only_pod(cluster).status.pod_ip
    assert refused[0] == f'Readiness probe failed: Get "http://{address}:80/": dial tcp {address}:80: connect: connection refused'


def test_the_same_image_and_a_pod_that_is_going_change_nothing():
    cluster, pod, said = changed("web:1.0", 10_000)
    assert (said, _count(pod)) == ([], 0)
    cluster.do(Act(lambda store: store.delete("Pod", pod.metadata.name)))
    set_image(cluster, "web:2.0") if cluster.store.get("Pod", pod.metadata.name, "default") else None
    cluster.run(41_000)
    assert not [e for e in cluster.store.list("Event") if "definition changed" in e.message]


def test_the_last_of_two_changes_wins():
    cluster = one_pod(image="web:1.0")
    cluster.run(30_000)
    set_image(cluster, "web:2.0")
    cluster.run(30_400)
    set_image(cluster, "web:3.0")
    cluster.run(60_000)
    [status] = only_pod(cluster).status.container_statuses
    assert (status.image, status.restart_count, status.ready) == ("web:3.0", 1, True)


def test_a_pod_that_is_never_restarted_is_all_the_same():
    cluster = Cluster(1)
    cluster.do(create(deployment(replicas=1, image="web:1.0")))
    cluster.run(30_000)
    pod = only_pod(cluster)
    cluster.do(Act(lambda store: store.update(replace(pod, spec=replace(pod.spec, restart_policy="Never")))))
    set_image(cluster, "web:2.0")
    cluster.run(60_000)
    assert _count(only_pod(cluster)) == 1


def _count(pod: Pod) -> int:
    return pod.status.container_statuses[0].restart_count

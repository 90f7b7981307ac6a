"""Which lines a log gives is the kubelet's rule, and what it refuses is said in the API server's words."""

import pytest

from simulation.api.errors import StatusError
from simulation.api.podlog import LogOptions, check_options, container_log, container_of, picked
from tests.simulation.api.objects import answered

LINES = [(10, "a"), (20, "b"), (30, "c")]


def pod(state: dict, last: dict | None = None, node: str = "node-1", **spec):
    """A pod `web` with one container in this state."""
    status = {"name": "web", "image": "web:1.0", "imageID": "", "ready": False, "restartCount": 0, "state": state, "lastState": last or {}}
    containers = [{"name": "web", "image": "web:1.0"}]
    body = {"kind": "Pod", "metadata": {"name": "p"}, "spec": {"nodeName": node, "containers": containers, **spec}}
    return answered(body | {"status": {"containerStatuses": [status]}})


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, "abc"),
        ({"tail_lines": 2}, "bc"),
        ({"tail_lines": 0}, ""),
        ({"tail_lines": 9}, "abc"),
        ({"since_seconds": 15}, "c"),
        ({"since_seconds": 20}, "bc"),
        ({"since_time": 20}, "bc"),
        ({"since_time": 20, "tail_lines": 1}, "c"),
        ({"since_time": 40}, ""),
    ],
)
def test_the_last_lines_since_a_time(options, found):
    assert "".join(text for _, text in picked(LINES, LogOptions(**options), 40)) == found


def test_wrong_options_are_named_all_at_once():
    with pytest.raises(StatusError) as refused:
        check_options("p", LogOptions(tail_lines=-1, limit_bytes=0, since_seconds=0))
    assert refused.value.code == 422
    assert refused.value.message == (
        'PodLogOptions "p" is invalid: [tailLines: Invalid value: -1: must be greater than or equal to 0, '
        "limitBytes: Invalid value: 0: must be greater than 0, sinceSeconds: Invalid value: 0: must be greater than 0]"
    )
    with pytest.raises(StatusError, match="at most one of `sinceTime` or `sinceSeconds` may be specified"):
        check_options("p", LogOptions(since_seconds=1, since_time=1))


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("ErrImagePull", "image can't be pulled"),
        ("ImagePullBackOff", "trying and failing to pull image"),
        ("ContainerCreating", "ContainerCreating"),
    ],
)
def test_what_has_not_started_says_why(reason, said):
    with pytest.raises(StatusError) as refused:
        container_log(pod({"waiting": {"reason": reason}}), "web")
    assert (refused.value.code, refused.value.message) == (400, f'container "web" in pod "p" is waiting to start: {said}')


def test_a_pod_without_a_node_has_written_nothing():
    assert container_log(pod({"waiting": {}}, node=""), "web") == []


def test_the_life_before_is_told_apart():
    ended = {"terminated": {"exitCode": 1, "startedAt": "2025-01-01T00:00:00Z", "finishedAt": "2025-01-01T00:00:05Z"}}
    running = pod({"running": {"startedAt": "2025-01-01T00:00:06Z"}}, ended)
    now, before = (container_log(running, "web", previous) for previous in (False, True))
    assert [text for _, text in now] == ["web:1.0 starting", "listening on :80"]
    assert [text for _, text in before][2:] == ["exiting with code 1"]
    assert now[0][0] - before[-1][0] == 1
    assert container_log(pod({"waiting": {"reason": "CrashLoopBackOff"}}, ended), "web") == before
    with pytest.raises(StatusError, match='previous terminated container "web" in pod "p" not found'):
        container_log(pod({"running": {}}), "web", previous=True)


def test_of_several_containers_one_must_be_named():
    two = pod({}, containers=[{"name": "a", "image": "x"}, {"name": "b", "image": "x"}], initContainers=[{"name": "i", "image": "x"}])
    with pytest.raises(StatusError) as refused:
        container_of(two, "")
    assert refused.value.message == (
        "a container name must be specified for pod p, choose one of: [a b] or one of the init containers: [i]"
    )
    assert container_of(two, "i") == "i"
    with pytest.raises(StatusError, match="container c is not valid for pod p"):
        container_of(two, "c")

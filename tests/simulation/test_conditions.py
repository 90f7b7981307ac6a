import pytest

from simulation.cluster import Cluster
from simulation.commands import CreateDeployment
from simulation.conditions import BadCondition, condition, holds
from simulation.kubectl.parse import parse


@pytest.fixture(scope="module")
def cluster():
    """Ten of `web`, then an image that is missing: 8 available, 5 that cannot pull; a Service; and one bare pod."""
    cluster = Cluster(1)
    cluster.do(CreateDeployment("web", ("nginx",), 10))
    cluster.do(parse("expose deployment web --port=80"))
    cluster.do(parse("run lone --image=nginx"))
    cluster.run(20_000)
    cluster.do(parse("""patch deployment web -p '{"spec":{"progressDeadlineSeconds":60}}'"""))
    cluster.do(parse("set image deployment/web nginx=missing"))
    cluster.run(120_000)
    return cluster


TRUE = [
    {"time": 120},
    {"deployment": "web"},
    {"deployment": "web", "available": 8, "unavailable": 5, "total": 13, "updated": 5, "ready": 8, "replicas": 10},
    {"deployment": "web", "available": {"at_least": 8, "at_most": 8}},
    {"deployment": "web", "image": "missing", "paused": False, "complete": False, "revision": 2},
    {"condition": "Progressing", "reason": "ProgressDeadlineExceeded"},
    {"deployment": "web", "condition": "Progressing", "status": "False"},
    {"condition": "Available", "status": "True"},
    {"replicaset": "new", "pods": 5, "ready": 0, "image": "missing"},
    {"replicaset": "old", "pods": 8, "ready": 8},
    {"replicaset": "old", "deployment": "web", "pods": {"at_most": 8}},
    {"pods": "app=web", "count": 13},
    {"pods": "app=web", "state": "pullerr", "count": 5},
    {"pods": "", "state": "available", "count": 9},
    {"pods": "run=lone"},
    {"pods": "app=web", "image": "missing", "count": 5},
    {"service": "web", "endpoints": 8},
    {"service": "web", "only": "app=web", "lost": 0},
    {"deployment": "web", "max_surge": 3, "max_unavailable": 2, "heard": 0},
    {"node": "node-1", "ready": "True", "schedulable": True, "pods": {"at_least": 1}},
    {"exists": "node/node-4"},
    {"exists": "pod/lone"},
    {"exists": "svc/web"},
    {"gone": "pod/other"},
    {"log": "Failed to pull image"},
    {"log": "ScalingReplicaSet"},
    {"all": [{"time": 1}, {"exists": "pod/lone"}]},
    {"any": [{"time": 9999}, {"exists": "pod/lone"}]},
    {"not": {"time": 9999}},
]
FALSE = [
    {"time": 121},
    {"deployment": "nope", "available": {"at_least": 0}},
    {"deployment": "web", "available": 9},
    {"deployment": "web", "available": {"at_least": 9}},
    {"deployment": "web", "available": {"at_most": 7}},
    {"deployment": "web", "complete": True},
    {"deployment": "web", "image": "nginx"},
    {"condition": "Progressing", "reason": "NewReplicaSetAvailable"},
    {"deployment": "nope", "condition": "Progressing"},
    {"replicaset": "new", "pods": 4},
    {"replicaset": "new", "image": "nginx"},
    {"replicaset": "web-nope", "pods": {"at_least": 0}},
    {"pods": "app=web", "state": "crash"},
    {"service": "nope", "endpoints": {"at_least": 0}},
    {"service": "web", "endpoints": 13},
    {"service": "web", "only": "run=lone"},
    {"service": "nope", "only": "app=web"},
    {"pods": "app=web", "image": "missing", "count": 13},
    {"deployment": "web", "max_surge": 2},
    {"deployment": "web", "heard": {"at_least": 1}},
    {"node": "node-1", "ready": "Unknown"},
    {"node": "node-1", "schedulable": False},
    {"node": "node-9"},
    {"exists": "node/node-9"},
    {"exists": "pod/other"},
    {"gone": "pod/lone"},
    {"log": "never said"},
    {"all": [{"time": 1}, {"time": 9999}]},
    {"any": [{"time": 9999}, {"gone": "pod/lone"}]},
    {"not": {"time": 1}},
]


@pytest.mark.parametrize("given", TRUE, ids=str)
def test_what_is_so_holds(cluster, given):
    assert holds(given, cluster)


@pytest.mark.parametrize("given", FALSE, ids=str)
def test_what_is_not_so_does_not(cluster, given):
    assert not holds(given, cluster)


def test_a_rollout_is_not_complete_before_the_controller_has_seen_it():
    cluster = Cluster(1)
    cluster.do(CreateDeployment("web", ("nginx",), 2))
    cluster.run(20_000)
    assert holds({"deployment": "web", "complete": True}, cluster)
    cluster.do(parse("set image deployment/web nginx=nginx:2"))
    assert holds({"deployment": "web", "complete": False}, cluster)


@pytest.mark.parametrize("given", [*TRUE, *FALSE], ids=str)
def test_every_condition_can_be_said_in_words(given):
    words = condition(given).words()
    assert words and "{" not in words


def test_the_words_of_a_condition_are_short_sentences():
    assert condition({"deployment": "web", "available": 10, "image": "web:2.0"}).words() == "10 are available and the image is web:2.0"
    assert condition({"replicaset": "old", "pods": {"at_most": 7}}).words() == "the old sets have at most 7 pods"
    assert condition({"time": 75}).words() == "the clock shows 1:15"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "a condition is a mapping like"),
        ("x", "a condition is a mapping like"),
        ({"moon": "full"}, "no condition begins with moon; there are all, any, not, time,"),
        ({"deployment": "web", "pods": 5}, "deployment knows deployment, replicas,"),
        ({"deployment": "web", "available": "ten"}, "available takes a number"),
        ({"deployment": "web", "available": True}, "available takes a number"),
        ({"deployment": "web", "available": {"near": 3}}, "available takes a number"),
        ({"deployment": 5}, "deployment takes a text"),
        ({"deployment": "web", "paused": 1}, "paused takes true or false"),
        ({"time": -1}, "time takes whole seconds"),
        ({"pods": "a in b"}, "pods takes a selector"),
        ({"pods": 5}, "pods takes a selector"),
        ({"pods": "", "state": "happy"}, "state is one of pending,"),
        ({"exists": "web"}, "exists takes an object like pod/web"),
        ({"exists": "event/x"}, "exists takes an object like pod/web"),
        ({"gone": 5}, "gone takes an object like pod/web"),
        ({"all": []}, "all takes a list of conditions"),
        ({"not": {"moon": 1}}, "no condition begins with moon"),
    ],
)
def test_a_condition_that_cannot_be_read_is_refused_in_words(given, said):
    with pytest.raises(BadCondition) as refused:
        condition(given)
    assert said in str(refused.value)

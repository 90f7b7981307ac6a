"""When pods leave a tainted node: upstream's own cases, and what a taint by hand does."""

import pytest
from msgspec.structs import replace

from simulation.cluster import Cluster
from simulation.controllers.tainteviction import AT_ONCE, FOR_EVER, min_toleration_time, time_on
from simulation.kubectl.parse import parse
from simulation.objects import Taint, Toleration
from tests.simulation.clusters import create, deployment, running
from tests.vectors import vector

DEDICATED = Taint(key="dedicated", value="db", effect="NoExecute")
UNREACHABLE = Taint(key="node.kubernetes.io/unreachable", effect="NoExecute")
TOLERATED = Toleration("node.kubernetes.io/unreachable", "Exists", "", "NoExecute", 300)


@vector("taint_eviction", "TestGetMinTolerationTime")
def test_the_shortest_toleration_counts(given, expected):
    used = [Toleration(toleration_seconds=t.get("tolerationSeconds")) for t in given["tolerations"]]
    assert min_toleration_time(used) == (FOR_EVER if expected["seconds"] == -1 else expected["seconds"] * 1000)


@pytest.mark.parametrize(
    ("taints", "tolerations", "wait"),
    [
        ((), (TOLERATED,), FOR_EVER),
        ((UNREACHABLE,), (TOLERATED,), 300_000),
        ((UNREACHABLE,), (), AT_ONCE),
        ((UNREACHABLE, DEDICATED), (TOLERATED,), AT_ONCE),
        ((UNREACHABLE, DEDICATED), (TOLERATED, Toleration("dedicated", "Equal", "db")), 300_000),
        ((DEDICATED,), (Toleration("dedicated", "Equal", "web"),), AT_ONCE),
        ((DEDICATED,), (Toleration(operator="Exists"),), FOR_EVER),
        ((UNREACHABLE,), (Toleration(operator="Exists", toleration_seconds=-5), TOLERATED), 0),
    ],
)
def test_a_pod_stays_as_long_as_it_tolerates_every_taint(taints, tolerations, wait):
    assert time_on(taints, tolerations) == wait


def said(cluster: Cluster) -> list[str]:
    return [e.message.rpartition("-")[0] for e in cluster.store.list("Event") if e.reason == "TaintManagerEviction"]


def test_a_taint_that_nothing_tolerates_empties_the_node_at_once():
    cluster = running(replicas=8)
    at = cluster.now
    assert cluster.do(parse("taint nodes node-1 dedicated=db:NoExecute")) == "node/node-1 tainted"
    cluster.run(at + 20)
    ending = [pod for pod in cluster.store.on_node["node-1"].values() if pod.metadata.deletion_timestamp is not None]
    assert len(ending) == 2
    for pod in ending:
        found = next(c for c in pod.status.conditions if c.type == "DisruptionTarget")
        assert (found.reason, found.message) == ("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint")
        assert pod.metadata.deletion_grace_period_seconds == 30
    cluster.run(at + 60_000)
    assert not cluster.store.on_node["node-1"]
    assert len(cluster.store.list("Pod")) == 8
    assert [message.partition(" Pod")[0] for message in said(cluster)] == ["Marking for deletion"] * 2


def test_a_toleration_without_seconds_lets_a_pod_stay_for_ever():
    cluster = Cluster(1)
    d = deployment(replicas=4)
    template = d.spec.template
    tolerant = replace(template.spec, tolerations=(Toleration("dedicated", "Exists"),))
    cluster.do(create(replace(d, spec=replace(d.spec, template=replace(template, spec=tolerant)))))
    cluster.run(30_000)
    cluster.do(parse("taint nodes node-1 dedicated:NoExecute"))
    cluster.run(3_600_000)
    assert len(cluster.store.on_node["node-1"]) == 1


def test_a_second_taint_does_not_start_the_clock_again():
    cluster = running(replicas=8)
    off = cluster.now
    cluster.do(parse("# node-1: power off"))
    cluster.run(off + 200_000)
    cluster.do(parse("taint nodes node-1 node.kubernetes.io/unreachable=again:NoExecute --overwrite"))
    cluster.run(off + 350_000)
    assert said(cluster) == []
    cluster.run(off + 356_000)
    assert len(said(cluster)) == 2


def test_a_taint_that_goes_in_time_is_a_scare():
    cluster = running(replicas=8)
    off = cluster.now
    cluster.do(parse("# node-1: power off"))
    cluster.run(off + 200_000)
    cluster.do(parse("# node-1: power on"))
    cluster.run(off + 600_000)
    assert [message.partition(" of Pod")[0] for message in said(cluster)] == ["Cancelling deletion"] * 2
    pods = cluster.store.list("Pod")
    assert len(pods) == 8
    assert all(pod.metadata.deletion_timestamp is None and pod.status.container_statuses[0].restart_count == 0 for pod in pods)


def test_pods_evicted_already_are_not_scared_again():
    cluster = running(replicas=8)
    off = cluster.now
    cluster.do(parse("# node-1: power off"))
    cluster.run(off + 400_000)
    cluster.do(parse("# node-1: power on"))
    cluster.run(off + 600_000)
    assert [message.partition(" Pod")[0] for message in said(cluster)] == ["Marking for deletion"] * 2
    assert cluster.fleet.tainteviction.timers == {}


def test_a_pod_that_goes_before_its_time_takes_its_timer_along():
    cluster = running(replicas=8)
    off = cluster.now
    cluster.do(parse("# node-1: power off"))
    cluster.run(off + 100_000)
    cluster.do(parse("delete pods --all --force --grace-period=0"))
    cluster.run(off + 101_000)
    assert [message.partition(" of Pod")[0] for message in said(cluster)] == ["Cancelling deletion"] * 2
    assert cluster.fleet.tainteviction.timers == {}

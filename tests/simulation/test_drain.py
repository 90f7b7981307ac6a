"""`kubectl drain` as it prints: at once, while it waits, and when it gives up."""

import json

import pytest

from simulation.api.errors import UsageError
from simulation.cluster import Cluster
from simulation.commands import Create
from simulation.kubectl.parse import parse
from tests.simulation.clusters import running


def names(cluster: Cluster, node: str) -> list[str]:
    return sorted(pod.metadata.name for pod in cluster.store.on_node.get(node, {}).values())


def lines(cluster: Cluster) -> list[str]:
    return [line for _, _, line in cluster.store.printed]


@pytest.fixture
def cluster() -> Cluster:
    return running(replicas=8)


def test_it_cordons_evicts_at_once_and_prints_each_pod_as_it_goes(cluster):
    one, two = names(cluster, "node-1")
    at = cluster.now
    said = cluster.do(parse("drain node-1 --ignore-daemonsets"))
    assert said == f"node/node-1 cordoned\nevicting pod default/{one}\nevicting pod default/{two}"
    cluster.run(at + 200)
    assert all(pod.metadata.deletion_timestamp is not None for pod in cluster.store.on_node["node-1"].values())
    cluster.run(at + 20_000)
    assert sorted(lines(cluster)[:2]) == [f"pod/{one} evicted", f"pod/{two} evicted"]
    assert lines(cluster)[2:] == ["node/node-1 drained"]
    assert {(ms - at - 80) % 1000 for ms, *_ in cluster.store.printed} == {0}, "it looks once a second"
    assert cluster.store.drains == {}
    assert cluster.do(parse("drain node-1")) == "node/node-1 already cordoned\nnode/node-1 drained"


def test_a_budget_makes_it_try_again_every_five_seconds(cluster):
    cluster.do(parse("create pdb web --selector=app=web --max-unavailable=1"))
    cluster.run(cluster.now + 1_000)
    one, two = names(cluster, "node-1")
    at = cluster.now
    cluster.do(parse("drain node-1"))
    cluster.run(at + 4_000)
    assert lines(cluster)[0] == (
        f'error when evicting pods/"{two}" -n "default" (will retry after 5s): '
        "Cannot evict pod as it would violate the pod's disruption budget."
    )
    cluster.run(at + 5_100)
    assert f"evicting pod default/{two}" in lines(cluster)
    cluster.run(at + 30_000)
    assert lines(cluster)[-2:] == [f"pod/{two} evicted", "node/node-1 drained"]


def test_a_budget_that_never_allows_it_keeps_it_trying(cluster):
    cluster.do(parse("create pdb web --selector=app=web --max-unavailable=0"))
    cluster.run(cluster.now + 1_000)
    cluster.do(parse("drain node-1 --timeout=12s"))
    cluster.run(cluster.now + 11_000)
    assert len([line for line in lines(cluster) if "will retry after 5s" in line]) == 6
    cluster.run(cluster.now + 60_000)
    one, two = names(cluster, "node-1")
    errors = ", ".join(f'error when evicting pods/"{name}" -n "default": global timeout reached: 12s' for name in (one, two))
    assert lines(cluster)[-7:] == [
        f'There are pending pods in node "node-1" when an error occurred: [{errors}]',
        f"pod/{one}",
        f"pod/{two}",
        f'error: unable to drain node "node-1" due to error: [{errors}], continuing command...',
        "There are pending nodes to be drained:",
        " node-1",
        f"[{errors}]",
    ]
    assert cluster.engine.due() is None or cluster.engine.due() > cluster.now + 60_000


def test_a_drain_that_is_stopped_evicts_nobody_more_and_leaves_the_node_cordoned(cluster):
    cluster.do(parse("create pdb web --selector=app=web --max-unavailable=1"))
    cluster.run(cluster.now + 1_000)
    cluster.do(parse("drain node-1"))
    cluster.run(cluster.now + 1_000)
    kept = [name for name in names(cluster, "node-1") if cluster.store.get("Pod", name).metadata.deletion_timestamp is None]
    printed = lines(cluster)
    assert cluster.do(parse("# node-1: stop draining")) == "node/node-1 draining stopped"
    cluster.run(cluster.now + 60_000)
    assert names(cluster, "node-1") == kept and len(kept) == 1
    assert lines(cluster) == printed and cluster.store.drains == {}
    assert cluster.store.get("Node", "node-1", "").spec.unschedulable
    with pytest.raises(UsageError, match="nobody drains node-1"):
        cluster.do(parse("# node-1: stop draining"))


def test_a_silent_node_is_never_drained_and_costs_nothing(cluster):
    cluster.do(parse("# node-1: power off"))
    cluster.do(parse("drain node-1"))
    cluster.run(3_600_000)
    assert lines(cluster) == []
    assert len(cluster.store.drains) == 1
    assert cluster.engine.due() is None
    one, two = names(cluster, "node-1")
    cluster.do(parse("# node-1: power on"))
    cluster.run(3_620_000)
    assert sorted(lines(cluster)) == sorted([f"pod/{one} evicted", f"pod/{two} evicted", "node/node-1 drained"])


BARE = "cannot delete cannot delete Pods that declare no controller (use --force to override): default/bare"
LOCAL = "cannot delete Pods with local storage (use --delete-emptydir-data to override): default/local"


def with_bare(cluster: Cluster) -> str:
    """The node of a pod that nobody controls."""
    cluster.do(parse("run bare --image=nginx"))
    cluster.run(cluster.now + 20_000)
    return cluster.store.get("Pod", "bare").spec.node_name


def test_a_pod_that_nobody_controls_stands_in_the_way(cluster):
    node = with_bare(cluster)
    before = names(cluster, node)
    assert cluster.do(parse(f"drain {node}")).splitlines() == [
        f"node/{node} cordoned",
        f'error: unable to drain node "{node}" due to error: {BARE}, continuing command...',
        "There are pending nodes to be drained:",
        f" {node}",
        BARE,
    ]
    cluster.run(cluster.now + 60_000)
    assert names(cluster, node) == before
    assert cluster.store.drains == {}


def test_force_takes_it_with_a_warning(cluster):
    node = with_bare(cluster)
    said = cluster.do(parse(f"drain {node} --force")).splitlines()
    assert said[:2] == [f"node/{node} cordoned", "Warning: deleting Pods that declare no controller: default/bare"]
    cluster.run(cluster.now + 20_000)
    assert cluster.store.get("Pod", "bare") is None


def test_local_data_stands_in_the_way_too():
    cluster = Cluster(1, nodes=1)
    spec = {"containers": [{"name": "c", "image": "nginx"}], "volumes": [{"name": "v", "emptyDir": {}}]}
    cluster.do(Create(json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "local"}, "spec": spec})))
    cluster.run(20_000)
    assert LOCAL in cluster.do(parse("drain node-1 --force"))
    assert "Warning: deleting Pods that declare no controller" in cluster.do(parse("drain node-1 --force --delete-emptydir-data"))


def test_nodes_are_cordoned_together_and_drained_one_after_the_other(cluster):
    said = cluster.do(parse("drain node-1 node-2")).splitlines()
    assert said[:2] == ["node/node-1 cordoned", "node/node-2 cordoned"]
    two = names(cluster, "node-2")
    cluster.run(cluster.now + 1_000)
    assert all(pod.metadata.deletion_timestamp is None for pod in cluster.store.on_node["node-2"].values())
    cluster.run(cluster.now + 30_000)
    first = lines(cluster).index("node/node-1 drained")
    assert lines(cluster)[first + 1 : first + 3] == [f"evicting pod default/{name}" for name in two]
    assert lines(cluster)[-1] == "node/node-2 drained"


def test_only_the_pods_a_selector_picks_are_evicted(cluster):
    assert cluster.do(parse("drain node-1 --pod-selector=app=other")).splitlines() == ["node/node-1 cordoned", "node/node-1 drained"]


def test_a_pod_that_goes_by_itself_is_not_asked_for_again(cluster):
    cluster.do(parse("create pdb web --selector=app=web --max-unavailable=0"))
    cluster.run(cluster.now + 1_000)
    one, two = names(cluster, "node-1")
    cluster.do(parse("drain node-1"))
    cluster.run(cluster.now + 1_000)
    cluster.do(parse(f"delete pod {one} {two} --force --grace-period=0"))
    cluster.run(cluster.now + 5_000)
    assert lines(cluster)[-1] == "node/node-1 drained"
    assert f"pod/{one} evicted" not in lines(cluster)


def test_two_pods_under_two_budgets_fail_for_good(cluster):
    cluster.do(parse("create pdb web --selector=app=web --max-unavailable=1"))
    cluster.do(parse("create pdb other --selector=app=web --max-unavailable=1"))
    cluster.run(cluster.now + 1_000)
    cluster.do(parse("drain node-1"))
    cluster.run(cluster.now + 1_000)
    assert "which the eviction subresource does not support.], continuing command..." in "\n".join(lines(cluster))
    assert cluster.store.drains == {}

"""Whom the API server lets go, and in which words it refuses."""

import pytest
from msgspec.structs import replace

from simulation.api.errors import StatusError
from simulation.api.eviction import evict
from simulation.cluster import Cluster
from simulation.kubectl.parse import parse
from tests.simulation.clusters import running, set_image


@pytest.fixture
def cluster() -> Cluster:
    """Four pods, of which one may go at a time."""
    cluster = running(replicas=4)
    cluster.do(parse("create pdb web --selector=app=web --max-unavailable=1"))
    cluster.run(cluster.now + 100)
    return cluster


def refused(cluster: Cluster, pod) -> StatusError:
    before = cluster.store.revision
    with pytest.raises(StatusError) as refusal:
        evict(cluster.store, pod)
    assert cluster.store.revision == before
    return refusal.value


def test_without_a_budget_a_pod_is_deleted_gracefully_and_told_why():
    cluster = running(replicas=1)
    [pod] = cluster.store.list("Pod")
    evict(cluster.store, pod)
    [pod] = cluster.store.list("Pod")
    found = next(c for c in pod.status.conditions if c.type == "DisruptionTarget")
    assert (found.status, found.reason, found.message) == ("True", "EvictionByEvictionAPI", "Eviction API: evicting")
    assert pod.metadata.deletion_grace_period_seconds == 30


def test_a_budget_is_spent_at_once_not_when_its_controller_looks(cluster):
    first, second, *_ = cluster.store.list("Pod")
    evict(cluster.store, first)
    status = cluster.store.get("PodDisruptionBudget", "web").status
    assert (status.disruptions_allowed, list(status.disrupted_pods)) == (0, [first.metadata.name])
    assert status.conditions[0].reason == "InsufficientPods"
    said = refused(cluster, second)
    assert (said.code, said.reason) == (429, "TooManyRequests")
    assert said.message == "Cannot evict pod as it would violate the pod's disruption budget."
    assert said.causes == [("DisruptionBudget", "", "The disruption budget web needs 3 healthy pods and has 4 currently")]


def test_a_budget_that_was_just_changed_is_not_asked(cluster):
    budget = cluster.store.get("PodDisruptionBudget", "web")
    cluster.store.update(replace(budget, spec=replace(budget.spec, max_unavailable=2)))
    said = refused(cluster, cluster.store.list("Pod")[0])
    assert said.causes == [("DisruptionBudget", "", "The disruption budget web is still being processed by the server.")]


def test_two_budgets_are_one_too_many(cluster):
    cluster.do(parse("create pdb other --selector=app=web --max-unavailable=1"))
    said = refused(cluster, cluster.store.list("Pod")[0])
    assert (said.code, said.message) == (
        500,
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
    )


def test_a_pod_that_is_pending_or_ending_needs_no_budget(cluster):
    cluster.do(set_image("web:missing"))
    cluster.run(cluster.now + 10_000)
    pending = [pod for pod in cluster.store.list("Pod") if pod.status.phase == "Pending"]
    assert pending
    for pod in pending:
        evict(cluster.store, pod)
        assert cluster.store.get("Pod", pod.metadata.name).metadata.deletion_timestamp is not None
    running = next(pod for pod in cluster.store.list("Pod") if pod.status.phase == "Running")
    refused(cluster, running)
    cluster.store.delete("Pod", running.metadata.name)
    evict(cluster.store, cluster.store.get("Pod", running.metadata.name))


def unready(cluster: Cluster):
    """A pod of a node that does not answer."""
    off = cluster.now
    cluster.do(parse("# node-1: power off"))
    cluster.run(off + 56_000)
    [pod] = cluster.store.on_node["node-1"].values()
    return pod


def test_an_unready_pod_may_go_while_enough_others_are_healthy(cluster):
    pod = unready(cluster)
    assert cluster.store.get("PodDisruptionBudget", "web").status.disruptions_allowed == 0
    evict(cluster.store, pod)
    assert cluster.store.get("Pod", pod.metadata.name).metadata.deletion_timestamp is not None


def test_an_unready_pod_of_a_budget_that_is_short_may_go_only_if_it_always_may(cluster):
    budget = cluster.store.get("PodDisruptionBudget", "web")
    cluster.do(parse('patch pdb web --type=merge -p \'{"spec":{"maxUnavailable":0}}\''))
    pod = unready(cluster)
    assert refused(cluster, pod).causes[0][2] == "The disruption budget web needs 4 healthy pods and has 3 currently"
    budget = cluster.store.get("PodDisruptionBudget", "web")
    cluster.store.update(replace(budget, spec=replace(budget.spec, unhealthy_pod_eviction_policy="AlwaysAllow")))
    evict(cluster.store, pod)

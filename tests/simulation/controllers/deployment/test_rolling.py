"""Every case of upstream's rolling_test.go, against a store that holds the Deployment and its sets."""

from simulation.controllers.deployment import util
from simulation.controllers.deployment.rolling import clean_up_unhealthy, reconcile_new, reconcile_old, scale_down_available
from simulation.engine import Engine
from simulation.ledger import Ledger
from simulation.objects import ObjectMeta, ReplicaSet, ReplicaSetSpec, ReplicaSetStatus
from simulation.store import Store
from tests.simulation.clusters import deployment
from tests.simulation.given import kept
from tests.vectors import vector


class Fixture:
    """A Deployment with an old and a new set of given sizes, of which so many pods are available."""

    def __init__(self, replicas, surge, unavailable, old, old_ready, new=0, new_ready=0):
        self.store, self.ledger = Store(Engine(1)), Ledger()
        self.d = self.store.create(deployment(replicas=replicas, surge=surge, unavailable=unavailable))
        self.old, self.new = self._set("old", old, old_ready), self._set("new", new, new_ready)
        self.store.changes.clear()

    def _set(self, name, size, available):
        status = ReplicaSetStatus(replicas=size, available_replicas=available)
        return self.store.create(ReplicaSet(ObjectMeta(name=name, namespace="default"), ReplicaSetSpec(replicas=size), status))

    def size(self, name):
        return self.store.get("ReplicaSet", name).spec.replicas


@vector("deployment_rolling", "TestDeploymentController_reconcileNewReplicaSet")
def test_the_new_set_grows_into_the_room_there_is(given, expected):
    case = Fixture(given["deploymentReplicas"], given["maxSurge"], 0, given["oldReplicas"], 0, given["newReplicas"])
    assert reconcile_new(case.store, case.ledger, case.d, case.new, [case.new, case.old]) == expected["scaleExpected"]
    if expected["scaleExpected"]:
        assert case.size("new") == expected["expectedNewReplicas"]
        assert len(case.store.changes) == 1
    else:
        assert case.store.changes == []


@vector("deployment_rolling", "TestDeploymentController_reconcileOldReplicaSets")
def test_old_sets_shrink_by_what_the_others_can_spare(given, expected):
    ready = given["readyPodsFromOldRS"], given["newReplicas"], given["readyPodsFromNewRS"]
    case = Fixture(given["deploymentReplicas"], 0, given["maxUnavailable"], given["oldReplicas"], *ready)
    scaled = reconcile_old(case.store, case.ledger, case.d, case.new, [case.old], [case.old, case.new])
    assert scaled == expected["scaleExpected"]
    assert case.size("old") == (expected["expectedOldReplicas"] if scaled else given["oldReplicas"])


@vector("deployment_rolling", "TestDeploymentController_cleanupUnhealthyReplicas")
def test_no_more_unhealthy_pods_go_than_may(given, expected):
    case = Fixture(10, 2, 2, given["oldReplicas"], given["readyPods"])
    left, count = clean_up_unhealthy(case.store, case.ledger, case.d, [case.old], given["maxCleanupCount"])
    assert count == expected["cleanupCountExpected"]
    assert left[0].spec.replicas == case.size("old") == given["oldReplicas"] - count


@vector("deployment_rolling", "TestDeploymentController_scaleDownOldReplicaSetsForRollingUpdate")
def test_available_pods_go_down_to_the_least_there_must_be(given, expected):
    case = Fixture(given["deploymentReplicas"], 0, given["maxUnavailable"], given["oldReplicas"], given["readyPods"])
    total = scale_down_available(case.store, case.ledger, case.d, [case.old], [case.old], util.min_available(case.d))
    assert (total > 0) == expected["scaleExpected"]
    assert case.size("old") == (expected["expectedOldReplicas"] if total else given["oldReplicas"])


def test_a_set_with_more_available_than_asked_for_stops_the_clean_up():
    """Upstream computes a negative number there, fails, and swallows the error."""
    case = Fixture(10, 2, 2, 5, 6)
    assert clean_up_unhealthy(case.store, case.ledger, case.d, [case.old], 3) == ([case.old], 0)


def test_the_oldest_sets_shrink_first_and_both_parts_may_act_in_one_step():
    case = Fixture(10, 3, 2, 8, 6, 5, 5)
    meta = ObjectMeta(name="older", namespace="default", creation_timestamp=-60)
    older = kept(case.store, ReplicaSet(meta, ReplicaSetSpec(replicas=1), ReplicaSetStatus(replicas=1, available_replicas=1)))
    sets = [case.old, older]
    assert reconcile_old(case.store, case.ledger, case.d, case.new, sets, [*sets, case.new])
    # two unhealthy ones go from the one, then 12 - 8 available ones: the older's first
    assert (case.size("older"), case.size("old")) == (0, 3)

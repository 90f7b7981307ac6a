"""Every case of upstream's progress_test.go."""

from simulation.controllers.deployment import util
from simulation.controllers.deployment.progress import requeue_stuck, sync_rollout_status
from simulation.engine import Engine
from simulation.ledger import Ledger
from simulation.objects import Deployment, DeploymentSpec, DeploymentStatus, DeploymentStrategy, ObjectMeta, ReplicaSet
from simulation.store import Store
from tests.simulation.given import record, time
from tests.vectors import vector


def at(now: int) -> Store:
    """A store whose clock stands at `now`, in ms."""
    store = Store(Engine(1))
    store.engine.now = now
    return store


def stored(store: Store, given) -> Deployment:
    spec = DeploymentSpec(
        replicas=given["replicas"],
        strategy=DeploymentStrategy(given["strategy"]),
        progress_deadline_seconds=given["progressDeadlineSeconds"],
    )
    # upstream's have generation 0 and were seen
    status = record(DeploymentStatus, {"observedGeneration": 1} | given["status"])
    return store.create(Deployment(ObjectMeta(name="foo", namespace="default"), spec, status))


def milliseconds(text: str | None) -> int:
    """The finest our clock can tell; a nanosecond counts as one of them."""
    if text is None:
        return 0
    whole, _, fraction = text.rstrip("Z").partition(".")
    return time(whole + "Z") * 1000 + (1 if fraction else 0)


@vector("deployment_progress", "TestRequeueStuckDeployment")
def test_a_stuck_rollout_is_looked_at_again_when_its_deadline_is_over(given, expected):
    store = at(milliseconds(given["now"]))
    d = stored(store, given["deployment"])
    status = record(DeploymentStatus, given["deployment"]["status"] | given["newStatus"] | {"observedGeneration": 1})
    after, seconds = requeue_stuck(store, d, status), expected["requeueAfterSeconds"]
    if seconds:
        assert after == (seconds + 1) * 1000
    elif seconds is None:
        assert after is None
    else:
        # upstream looks every 5 ms until the deadline is over, ours once when it is
        progressing = util.get_condition(d.status.conditions, "Progressing")
        deadline = (progressing.last_update_time + d.spec.progress_deadline_seconds) * 1000
        assert store.now + after == max(store.now, deadline) + 5


def replica_set(given) -> ReplicaSet | None:
    if given is None:
        return None
    status = {"replicas": given["statusReplicas"], "availableReplicas": given["availableReplicas"]}
    body = {"metadata": {"name": given["name"], "uid": given["name"]}, "spec": {"replicas": given["specReplicas"]}, "status": status}
    return record(ReplicaSet, body)


@vector("deployment_progress", "TestSyncRolloutStatus")
def test_progress_is_a_condition(given, expected):
    store = at(time("2017-02-16T00:00:00Z") * 1000)
    d = stored(store, given["deployment"])
    before = util.get_condition(d.status.conditions, "Progressing")
    sync_rollout_status(store, Ledger(), d, replica_set(given["newRS"]), [replica_set(each) for each in given["allRSs"]])
    after = util.get_condition(store.get("Deployment", "foo").status.conditions, "Progressing")
    wanted = expected["condition"]
    if wanted is None:
        assert after is None
        return
    assert (after.status, after.reason) == (wanted["status"], wanted["reason"])
    kept = before is not None and after.last_update_time == before.last_update_time
    assert kept == wanted.get("lastUpdateTimeUnchanged", False)
    kept = before is not None and after.last_transition_time == before.last_transition_time
    assert kept == (before is not None and before.status == after.status)
    assert kept or not wanted.get("lastTransitionTimeUnchanged", False)


def test_a_failure_of_the_new_set_is_the_deployments_and_goes_with_it():
    store = at(0)
    d = stored(store, {"replicas": 3, "strategy": "RollingUpdate", "progressDeadlineSeconds": 60, "status": {}})
    rs = replica_set({"name": "new", "specReplicas": 3, "statusReplicas": 1, "availableReplicas": 0})
    failed = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "no room", "lastTransitionTime": None}
    broken = record(ReplicaSet, {"metadata": {"name": "new"}, "status": {"replicas": 1, "conditions": [failed]}})
    sync_rollout_status(store, Ledger(), d, broken, [broken])
    found = util.get_condition(store.get("Deployment", "foo").status.conditions, "ReplicaFailure")
    assert (found.status, found.reason, found.message) == ("True", "FailedCreate", "no room")
    sync_rollout_status(store, Ledger(), store.get("Deployment", "foo"), rs, [rs])
    assert util.get_condition(store.get("Deployment", "foo").status.conditions, "ReplicaFailure") is None

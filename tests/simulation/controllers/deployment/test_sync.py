"""Proportional scaling and clean-up of history: every case of upstream's sync_test.go."""

from msgspec.structs import replace

from simulation.controllers.deployment.sync import clean_up, scale
from simulation.engine import Engine
from simulation.ledger import Ledger
from simulation.objects import REVISION, Deployment, ReplicaSet, ReplicaSetSpec, ReplicaSetStatus
from simulation.store import Store
from tests.simulation.clusters import deployment
from tests.simulation.given import kept, metadata
from tests.vectors import vector


def sized(store: Store, given) -> ReplicaSet | None:
    if given is None:
        return None
    status = ReplicaSetStatus(replicas=given["replicas"], available_replicas=given["availableReplicas"])
    return kept(store, ReplicaSet(metadata(given), ReplicaSetSpec(replicas=given["replicas"]), status))


@vector("deployment_scale", "TestScale")
def test_sets_share_a_scaling_in_proportion(given, expected):
    store, wanted = Store(Engine(1)), given["deployment"]
    d = deployment(replicas=wanted["replicas"], surge=wanted["maxSurge"], unavailable=wanted["maxUnavailable"])
    new = sized(store, given["newRS"])
    old = [sized(store, each) for each in given["oldRSs"]]
    scale(store, Ledger(), d, new, old)
    for each in (expected["newRS"], *expected["oldRSs"]):
        if each is not None:
            assert store.get("ReplicaSet", each["name"]).spec.replicas == each["replicas"], each["name"]


def remembered(given, limit: int) -> tuple[Store, Deployment, list[ReplicaSet]]:
    """A store with the old sets of a case, each of them seen by its controller."""
    store = Store(Engine(1))
    d = replace(deployment(), spec=replace(deployment().spec, revision_history_limit=limit))
    sets = []
    for each in given["oldRSs"]:
        deleting = {"deletionTimestamp": {"now_plus_seconds": 0}} if each["deleting"] else {}
        annotations = {REVISION: each["revision"]} if each["revision"] else {}
        meta = metadata(each | deleting | {"annotations": annotations}, now=1000)
        status = ReplicaSetStatus(replicas=each["statusReplicas"], observed_generation=1)
        sets.append(kept(store, ReplicaSet(meta, ReplicaSetSpec(replicas=each["specReplicas"]), status)))
    return store, d, sets


@vector("deployment_cleanup", "TestDeploymentController_cleanupDeployment")
def test_history_beyond_its_limit_goes_unless_in_use(given, expected):
    store, d, sets = remembered(given, given["revisionHistoryLimit"])
    clean_up(store, Ledger(), d, sets)
    assert len(sets) - len(store.list("ReplicaSet")) == expected["expectedDeletions"]


@vector("deployment_cleanup", "TestDeploymentController_cleanupDeploymentOrder")
def test_the_lowest_revisions_go_first(given, expected):
    store, d, sets = remembered(given, given["revisionHistoryLimit"])
    clean_up(store, Ledger(), d, sets)
    left = [rs.metadata.name for rs in store.list("ReplicaSet")]
    assert sorted(rs.metadata.name for rs in sets if rs.metadata.name not in left) == sorted(expected["expectedDeletedRSs"])


def test_a_set_whose_controller_has_not_looked_yet_is_kept():
    given = {"oldRSs": [{"name": "a", "specReplicas": 0, "statusReplicas": 0, "revision": "1", "deleting": False}]}
    store, d, [rs] = remembered(given, 0)
    unseen = store.update_status(replace(rs, status=replace(rs.status, observed_generation=0)))
    clean_up(store, Ledger(), d, [unseen])
    assert store.list("ReplicaSet") == [unseen]

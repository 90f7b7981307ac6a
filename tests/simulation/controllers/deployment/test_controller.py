"""Every case of upstream's deployment_controller_test.go: what one look writes, what is claimed, and who wakes for what."""

from typing import Any

import pytest
from msgspec.structs import replace

from simulation.api.defaults import default
from simulation.cluster import Cluster
from simulation.controllers.deployment.controller import claim, sync_deployment
from simulation.ledger import Ledger
from simulation.objects import (
    REVISION,
    Deployment,
    DeploymentSpec,
    DeploymentStrategy,
    LabelSelector,
    ObjectMeta,
    OwnerReference,
    Pod,
    PodSpec,
    PodStatus,
    PodTemplateSpec,
    ReplicaSet,
    ReplicaSetSpec,
    RollingUpdateDeployment,
)
from simulation.store import Store, controller_of
from tests.simulation.clusters import Act, woken
from tests.vectors import vector

FILE, TABLE = "deployment_controller_scenarios", "(20 non table tests, one case each)"


def template(seconds: int = 30) -> PodTemplateSpec:
    return PodTemplateSpec(ObjectMeta(labels={"foo": "bar"}), PodSpec(termination_grace_period_seconds=seconds))


def deployment(given) -> Deployment:
    rolling = RollingUpdateDeployment(given["maxUnavailable"], given["maxSurge"]) if given["strategy"] == "RollingUpdate" else None
    spec = DeploymentSpec(given["replicas"], LabelSelector(given["selector"]), template(), DeploymentStrategy(given["strategy"], rolling))
    meta = ObjectMeta(
        name=given["name"],
        namespace="default",
        annotations=given.get("annotations", {}),
        deletion_timestamp=1 if given.get("deletionTimestamp") else None,
    )
    # defaulted but for the deadline, which upstream's tests leave out
    made = default(Deployment(meta, spec))
    return replace(made, spec=replace(made.spec, progress_deadline_seconds=None))


def owner(store: Store, kind: str, name: str | None) -> tuple[OwnerReference, ...]:
    """A controller reference; to a uid of its own if there is no such object."""
    if name is None:
        return ()
    found = store.get(kind, name)
    return (OwnerReference("apps/v1", kind, name, found.metadata.uid if found else f"uid-{name}", True, True),)


def replica_set(store: Store, given) -> ReplicaSet:
    spec = default(Deployment(spec=DeploymentSpec(template=template(1 if given["template"].startswith("differs") else 30)))).spec
    annotations = {REVISION: given["revision"]} if "revision" in given else {}
    meta = ObjectMeta(
        name=given["name"],
        namespace="default",
        labels=given["labels"],
        annotations=annotations,
        owner_references=owner(store, "Deployment", given["ownerDeployment"]),
    )
    return ReplicaSet(meta, ReplicaSetSpec(given["replicas"], selector=LabelSelector({"foo": "bar"}), template=spec.template))


def pod(store: Store, name: str, set_name: str | None, phase: str = "Running") -> Pod:
    meta = ObjectMeta(name=name, namespace="default", labels={"foo": "bar"}, owner_references=owner(store, "ReplicaSet", set_name))
    return Pod(meta, status=PodStatus(phase=phase))


def cluster_of(given) -> Cluster:
    """A cluster with the case's Deployments and, if they exist from the start, its sets; nobody has looked yet and nobody waits."""
    cluster = Cluster(nodes=0, lockstep=True)
    for each in given.get("deployments") or [given["deployment"]]:
        made = cluster.store.create(deployment(each))
        # upstream's objects have generation 0: seen
        cluster.store.update_status(replace(made, status=replace(made.status, observed_generation=1)))
    for each in given.get("replicaSets", ()):
        if not any(call.startswith("addReplicaSet") for call in given["call"]):
            cluster.store.create(replica_set(cluster.store, each))
    cluster.store.changes.clear()
    return cluster


def actions(store: Store) -> list[str]:
    """The writes since the last look, as upstream's fake client lists them."""
    found = []
    for kind, old, new in store.changes:
        plural = {"Deployment": "deployments", "ReplicaSet": "replicasets"}[kind]
        if old is None:
            found.append(f"create {plural}")
        else:
            found.append(f"update {plural}" + ("/status" if old.metadata.generation == new.metadata.generation else ""))
    return found


@vector(
    FILE,
    TABLE,
    only=(
        "TestSyncDeploymentCreatesReplicaSet",
        "TestSyncDeploymentDontDoAnythingDuringDeletion",
        "TestDontSyncDeploymentsWithEmptyPodSelector",
        "TestReentrantRollback",
    ),
)
def test_one_look_writes_what_it_must_and_no_more(given, expected):
    store = cluster_of(given).store
    if given["deployment"].get("deletionTimestamp") or not given["replicaSets"]:
        # there is a status to write
        d = store.get("Deployment", "foo")
        seen = 0 if given["deployment"]["selector"] else 1
        store.update_status(replace(d, status=replace(d.status, observed_generation=seen)))
        store.changes.clear()
    sync_deployment(store, Ledger(), ("default", "foo"))
    assert actions(store) == expected["actions"]
    if "event" in expected:
        [event] = store.list("Event")
        assert {"type": event.type, "reason": event.reason} == expected["event"]


def test_a_rollback_by_annotation_takes_the_old_template_and_clears_the_annotation():
    given = {"name": "foo", "replicas": 1, "selector": {"foo": "bar"}, "strategy": "RollingUpdate", "maxSurge": 0, "maxUnavailable": 1}
    given["annotations"] = {REVISION: "2", "deprecated.deployment.rollback.to": "0"}
    sets = [("old", 0, "differs", "1"), ("new", 1, "same", "2")]
    shape = [
        {"name": n, "ownerDeployment": "foo", "replicas": r, "labels": {"foo": "bar"}, "template": t, "revision": v} for n, r, t, v in sets
    ]
    store = cluster_of({"deployment": given, "replicaSets": shape, "call": "sync"}).store
    sync_deployment(store, Ledger(), ("default", "foo"))
    d = store.get("Deployment", "foo")
    assert d.spec.template.spec.termination_grace_period_seconds == 1
    assert d.metadata.annotations == {REVISION: "2"}


@vector(
    FILE,
    TABLE,
    only=(
        "TestPodDeletionEnqueuesRecreateDeployment",
        "TestPodDeletionDoesntEnqueueRecreateDeployment",
        "TestPodDeletionPartialReplicaSetOwnershipEnqueueRecreateDeployment",
        "TestPodDeletionPartialReplicaSetOwnershipDoesntEnqueueRecreateDeployment",
    ),
)
def test_the_end_of_the_last_pod_wakes_a_recreate(given, expected):
    cluster = cluster_of(given)
    for number, name in enumerate(["foo-1", *given["podsRemaining"]]):
        cluster.store.create(pod(cluster.store, f"pod-{number}", name))
    cluster.store.changes.clear()
    cluster.do(Act(lambda store: store.delete("Pod", "pod-0")))
    assert [name for kind, name in woken(cluster) if kind == "deployment"] == expected["enqueued"]


@vector(FILE, TABLE, only=("TestGetReplicaSetsForDeployment",))
def test_a_deployment_claims_its_own_sets(given, expected):
    store = cluster_of(given).store
    for name, sets in expected.items():
        assert [rs.metadata.name for rs in claim(store, store.get("Deployment", name))] == sets


@vector(FILE, TABLE, only=("TestGetReplicaSetsForDeploymentAdoptRelease",))
def test_a_matching_orphan_is_adopted_and_a_stranger_released(given, expected):
    store = cluster_of(given).store
    d = store.get("Deployment", "foo")
    claimed = claim(store, d)
    assert [rs.metadata.name for rs in claimed] == expected["claimed"]
    assert all(controller_of(rs).uid == d.metadata.uid for rs in claimed)
    assert [rs.metadata.name for rs in store.list("ReplicaSet") if controller_of(rs) is None] == expected["released"]


@vector(FILE, TABLE, only=("TestGetPodMapForReplicaSets",))
def test_the_pods_of_a_set_are_those_it_controls_ended_ones_too(given, expected):
    store = cluster_of(given).store
    for each in given["pods"]:
        store.create(pod(store, each["name"], each["owner"], each.get("phase", "")))
    for name, pods in expected.items():
        owned = store.owned(store.get("ReplicaSet", name).metadata.uid).pods.values()
        assert sorted(p.metadata.name for p in owned) == pods


def act(cluster: Cluster, given, call: str) -> Any:
    """The write that a case calls an event: the watch tells it so."""
    what, _, about = call.rstrip(")").partition("(")
    name = about.partition(",")[0] if what != "updateReplicaSet" or "rs2" in about else "rs1"
    store = cluster.store
    if what == "addReplicaSet":
        return store.create(replica_set(store, next(each for each in given["replicaSets"] if each["name"] == name)))
    if what == "deleteReplicaSet":
        return store.delete("ReplicaSet", name)
    rs = store.get("ReplicaSet", name)
    meta = rs.metadata
    if "labels" in about:
        store.update(replace(rs, metadata=replace(meta, labels={"foo": "notbar"})))
        store.changes.clear()
        return store.update(replace(store.get("ReplicaSet", name), metadata=meta))
    if "owner" in about:
        before, _, after = about.removeprefix("owner ").partition(" -> ")
        rs = store.update(replace(rs, metadata=replace(meta, owner_references=owner(store, "Deployment", before))))
        store.changes.clear()
        left = () if after == "none" else owner(store, "Deployment", after)
        return store.update(replace(rs, metadata=replace(rs.metadata, owner_references=left)))
    return store.update_status(replace(rs, status=replace(rs.status, ready_replicas=1)))


@vector(
    FILE,
    TABLE,
    only=(
        "TestAddReplicaSet",
        "TestAddReplicaSetOrphan",
        "TestUpdateReplicaSet",
        "TestUpdateReplicaSetOrphanWithNewLabels",
        "TestUpdateReplicaSetChangeControllerRef",
        "TestUpdateReplicaSetRelease",
        "TestDeleteReplicaSet",
        "TestDeleteReplicaSetOrphan",
    ),
)
def test_a_set_wakes_its_deployment_and_an_orphan_all_that_select_it(given, expected):
    cluster = cluster_of(given)
    for call, names in zip(given["call"], expected["enqueuedPerCall"], strict=True):
        cluster.do(Act(lambda _, call=call: act(cluster, given, call)))
        assert sorted(name for kind, name in woken(cluster) if kind == "deployment") == names


@pytest.mark.parametrize(("change", "wakes"), [({}, False), ({"labels": {"foo": "bar", "x": "y"}}, True)])
def test_an_orphan_set_wakes_deployments_only_when_it_may_belong_to_another(change, wakes):
    given = {"name": "d", "replicas": 1, "selector": {"foo": "bar"}, "strategy": "Recreate"}
    orphan = {"name": "rs1", "ownerDeployment": None, "replicas": 1, "labels": {"foo": "bar"}, "template": "same"}
    cluster = cluster_of({"deployment": given, "replicaSets": [orphan], "call": ""})
    rs = cluster.store.get("ReplicaSet", "rs1")
    new = replace(rs, metadata=replace(rs.metadata, **change), status=replace(rs.status, ready_replicas=1))
    cluster.do(Act(lambda store: store.update(new)))
    assert ("deployment" in [kind for kind, _ in woken(cluster)]) == wakes

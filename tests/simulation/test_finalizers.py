"""What a finalizer holds stays until it is taken off; what belongs to nobody that is there is garbage; a pod waits for its scheduler."""

import pytest
from msgspec.structs import replace

from simulation.api.validation import validate
from simulation.cluster import Cluster
from simulation.objects import OwnerReference
from simulation.requests import Bind, DeleteObjects, PatchObject, Post
from tests.simulation.api.objects import manifest

HELD = "example.com/held"


def cluster_with(kind: str = "Deployment", meta: dict | None = None, **spec) -> Cluster:
    """A cluster in which `web` was made with this metadata, 20 s ago."""
    cluster = Cluster(1)
    body = manifest(kind, **spec)
    cluster.do(Post(kind, body | {"metadata": body["metadata"] | (meta or {})}))
    cluster.run(20_000)
    return cluster


def let_go(cluster: Cluster, kind: str) -> None:
    cluster.do(PatchObject(kind, "web", {"metadata": {"finalizers": None}}, "merge"))


@pytest.mark.parametrize("kind", ["Deployment", "Pod", "Service"])
@pytest.mark.parametrize("propagation", ["Background", "Foreground", "Orphan"])
def test_what_is_held_is_marked_and_goes_when_nobody_holds_it(kind, propagation):
    cluster = cluster_with(kind, {"finalizers": [HELD]})
    cluster.do(DeleteObjects(kind, ("web",), propagation=propagation))
    cluster.run(90_000)
    held = cluster.store.get(kind, "web")
    assert (held.metadata.finalizers, held.metadata.deletion_grace_period_seconds) == ((HELD,), 0)
    assert held.metadata.deletion_timestamp is not None
    again = cluster.store.revision
    cluster.do(DeleteObjects(kind, ("web",)))
    assert cluster.store.revision == again
    let_go(cluster, kind)
    assert cluster.store.get(kind, "web") is None
    cluster.run(200_000)
    assert bool(cluster.store.list("Pod")) == (kind == "Deployment" and propagation == "Orphan")


def test_a_deployment_that_is_held_keeps_its_pods_until_it_is_gone():
    cluster = cluster_with(meta={"finalizers": [HELD]}, replicas=3)
    cluster.do(DeleteObjects("Deployment", ("web",)))
    cluster.run(60_000)
    assert len(cluster.store.list("Pod")) == 3
    let_go(cluster, "Deployment")
    cluster.run(160_000)
    assert not cluster.store.list("Pod")


def test_one_that_nobody_deletes_may_change_its_finalizers():
    cluster = cluster_with(meta={"finalizers": [HELD]})
    let_go(cluster, "Deployment")
    assert cluster.store.get("Deployment", "web").metadata.finalizers == ()


def test_none_may_be_added_to_what_is_going_and_its_name_is_a_qualified_one():
    cluster = cluster_with(meta={"finalizers": [HELD]})
    old = cluster.store.get("Deployment", "web")
    going = replace(old, metadata=replace(old.metadata, deletion_timestamp=20))
    more = replace(going, metadata=replace(going.metadata, finalizers=(HELD, "b", "a")))
    [error] = validate(more, going)
    assert str(error) == (
        "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers "
        '[]string{"a", "b"}'
    )
    wrong = replace(old, metadata=replace(old.metadata, finalizers=("a b",)))
    assert [error.field for error in validate(wrong, old)] == ["metadata.finalizers"]


def test_owners_are_named_whole_and_one_of_them_controls():
    cluster = cluster_with()
    old = cluster.store.get("Deployment", "web")

    def said(*owners: OwnerReference) -> list[str]:
        return [str(error) for error in validate(replace(old, metadata=replace(old.metadata, owner_references=owners)), old)]

    assert said(OwnerReference("", "", "", "")) == [
        'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
        *(f'metadata.ownerReferences.{field}: Invalid value: "": must not be empty' for field in ("kind", "name", "uid")),
    ]
    two = [OwnerReference("v1", "Pod", name, name, controller=True) for name in "ab"]
    assert said(*two)[0].endswith('Only one reference can have Controller set to true. Found "true" in references for Pod/a and Pod/b')


@pytest.mark.parametrize("kind", ["Pod", "Deployment", "Service"])
@pytest.mark.parametrize("controller", [False, True])
def test_what_belongs_to_nothing_that_is_there_is_collected(kind, controller):
    owner = {"apiVersion": "v1", "kind": "Pod", "name": "nosuch", "uid": "1", "controller": controller}
    cluster = cluster_with(kind, {"ownerReferences": [owner]})
    cluster.run(60_000)
    assert cluster.store.get(kind, "web") is None
    strange = cluster_with(kind, {"ownerReferences": [owner | {"apiVersion": "example.com/v1", "kind": "Thing"}]})
    assert strange.store.get(kind, "web") is not None


def test_a_pod_goes_with_an_owner_that_does_not_control_it():
    cluster = cluster_with("Service")
    uid = cluster.store.get("Service", "web").metadata.uid
    body = manifest("Pod", "mine")
    owner = {"apiVersion": "v1", "kind": "Service", "name": "web", "uid": uid}
    cluster.do(Post("Pod", body | {"metadata": body["metadata"] | {"ownerReferences": [owner]}}))
    cluster.run(30_000)
    assert cluster.store.get("Pod", "mine") is not None
    cluster.do(DeleteObjects("Service", ("web",)))
    cluster.run(90_000)
    assert cluster.store.get("Pod", "mine") is None


def test_a_pod_of_another_scheduler_waits_for_it():
    cluster = cluster_with("Pod", schedulerName="mine")
    assert cluster.store.get("Pod", "web").spec.node_name == ""
    node = cluster.store.list("Node")[0].metadata.name
    cluster.do(Bind("web", node))
    cluster.run(40_000)
    assert cluster.store.get("Pod", "web").status.phase == "Running"

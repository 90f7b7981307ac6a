"""What the API server and etcd promise: versions, generations, ownership, graceful deletion."""

import re

import pytest
from msgspec.structs import replace

from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.engine import Engine
from simulation.kubectl.parse import parse
from simulation.objects import ObjectMeta, OwnerReference, Pod, PodCondition, PodSpec, PodStatus, ReplicaSet, Service
from simulation.store import Exists, Forbidden, Owned, Store, controller_of, key_of
from tests.simulation.clusters import deployment


@pytest.fixture
def store():
    return Store(Engine(1))


def pod(name="p", owner="", node="", ready=False, phase="Running", labels=None):
    owners = (OwnerReference("apps/v1", "ReplicaSet", owner, f"uid-{owner}", True, True),) if owner else ()
    conditions = (PodCondition("Ready", "True" if ready else "False", 0),)
    return Pod(
        ObjectMeta(name=name, namespace="default", owner_references=owners, labels=labels or {"app": "web"}),
        PodSpec(node_name=node),
        PodStatus(phase=phase, conditions=conditions),
    )


def test_a_write_that_changes_nothing_wakes_nobody(store):
    made = store.create(deployment())
    store.changes.clear()
    assert store.update(replace(made)) is made
    assert store.changes == []


def test_every_write_has_a_higher_version_and_only_spec_a_new_generation(store):
    made = store.create(deployment())
    scaled = store.update(replace(made, spec=replace(made.spec, replicas=3)))
    status = store.update_status(replace(scaled, status=replace(scaled.status, replicas=1)))
    versions = [int(o.metadata.resource_version) for o in (made, scaled, status)]
    assert versions == sorted(set(versions))
    assert [o.metadata.generation for o in (made, scaled, status)] == [1, 2, 2]


def test_annotations_bump_a_deployments_generation_but_not_a_replica_sets(store):
    d, rs = store.create(deployment()), store.create(ReplicaSet(ObjectMeta(name="rs", namespace="default")))
    for obj, generation in ((d, 2), (rs, 1)):
        noted = store.update(replace(obj, metadata=replace(obj.metadata, annotations={"a": "b"})))
        assert noted.metadata.generation == generation


def test_services_have_no_generation(store):
    made = store.create(Service(ObjectMeta(name="web", namespace="default")))
    assert store.update(replace(made, spec=replace(made.spec, type="ClusterIP"))).metadata.generation == 0


def test_a_name_is_taken_once(store):
    store.create(deployment())
    with pytest.raises(Exists, match='deployments.apps "web" already exists'):
        store.create(deployment())


def test_a_full_desk_takes_no_more_pods(store):
    store.pod_quota = 1
    store.create(pod("a"))
    counts = "requested: count/pods=1, used: count/pods=1, limited: count/pods=1"
    with pytest.raises(Forbidden, match=f'pods "b" is forbidden: exceeded quota: desk, {counts}'):
        store.create(pod("b"))
    cluster = Cluster()
    cluster.store.pod_quota = 0
    with pytest.raises(StatusError) as refused:
        cluster.do(parse("run web --image=web:1.0"))
    assert refused.value.kubectl().startswith('Error from server (Forbidden): pods "web" is forbidden: exceeded quota')
    assert cluster.store.list("Pod") == []


def test_generated_names_use_the_safe_alphabet_and_uids_are_version_4(store):
    made = store.create(Pod(ObjectMeta(generate_name="web-abc-", namespace="default")))
    assert re.fullmatch("web-abc-[bcdfghjklmnpqrstvwxz2456789]{5}", made.metadata.name)
    assert re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", made.metadata.uid)


def test_a_bound_pod_ends_gracefully_and_a_second_delete_can_only_hurry_it(store):
    store.create(pod(node="node-1"))
    ending = store.delete("Pod", "p")
    assert (ending.metadata.deletion_timestamp, ending.metadata.deletion_grace_period_seconds) == (30, 30)
    assert ending.metadata.generation == 2
    assert store.delete("Pod", "p", grace_period_seconds=60).metadata.deletion_timestamp == 30
    assert store.delete("Pod", "p", grace_period_seconds=5).metadata.deletion_timestamp == 5
    store.delete("Pod", "p", grace_period_seconds=0)
    assert store.get("Pod", "p") is None


@pytest.mark.parametrize("of", [pod(), pod(node="node-1", phase="Failed"), pod(node="node-1", phase="Succeeded")])
def test_a_pod_that_never_ran_or_has_ended_is_gone_at_once(store, of):
    store.create(of)
    store.delete("Pod", "p")
    assert store.get("Pod", "p") is None


def test_orphaning_takes_the_reference_away_and_keeps_the_object(store):
    owner = store.create(ReplicaSet(ObjectMeta(name="rs", namespace="default")))
    reference = OwnerReference("apps/v1", "ReplicaSet", "rs", owner.metadata.uid, True, True)
    child = pod(node="node-1")
    store.create(replace(child, metadata=replace(child.metadata, owner_references=(reference,))))
    store.delete("ReplicaSet", "rs", propagation="Orphan")
    assert controller_of(store.get("Pod", "p")) is None
    assert ("default", "p") in store.loose


def test_counts_follow_every_change_of_a_pod(store):
    steps = [
        pod("a", "rs"),
        pod("a", "rs", node="n1"),
        pod("a", "rs", node="n1", ready=True),
        pod("a", "rs", node="n1", ready=False),
        pod("a", "rs", node="n1", phase="Failed"),
    ]
    seen = []
    made = store.create(steps[0])
    store.create(pod("b", "rs", labels={"app": "other"}))
    for step in steps[1:]:
        made = store.update_status(replace(made, spec=step.spec, status=step.status))
        owned = store.owned("uid-rs")
        seen.append((owned.active, owned.ready, owned.terminating, owned.by_node.get("n1", 0)))
    assert seen == [(2, 0, 0, 1), (2, 1, 0, 1), (2, 0, 0, 1), (1, 0, 0, 0)]
    assert list(store.owned("uid-rs").odd) == [("default", "b")]


def test_kept_counts_equal_a_recount_and_a_copy_has_its_own():
    store = Store(Engine(3))
    for number in range(20):
        store.create(pod(f"p{number}", "rs", node=f"n{number % 3}", ready=number % 2 == 0))
    for number in range(0, 20, 5):
        store.delete("Pod", f"p{number}")
    twin = store.copy(Engine(3))
    store.delete("Pod", "p1", grace_period_seconds=0)
    for each in (store, twin):
        fresh = Owned()
        for one in each.list("Pod"):
            fresh.put(key_of(one), one)
        kept = each.owned("uid-rs")
        assert {s: getattr(kept, s) for s in Owned.__slots__ if s != "odd"} == {s: getattr(fresh, s) for s in Owned.__slots__ if s != "odd"}
    assert len(twin.list("Pod")) == len(store.list("Pod")) + 1

"""Every case of upstream's recreate_test.go."""

from simulation.controllers.deployment.recreate import old_pods_running, scale_to_zero
from simulation.engine import Engine
from simulation.ledger import Ledger
from simulation.objects import ObjectMeta, OwnerReference, Pod, ReplicaSet, ReplicaSetSpec
from simulation.store import Store
from tests.simulation.clusters import deployment
from tests.simulation.given import kept, record
from tests.vectors import vector


@vector("deployment_recreate", "TestScaleDownOldReplicaSets")
def test_every_old_set_goes_to_zero_at_once(given, expected):
    store = Store(Engine(1))
    d = deployment(replicas=given["deploymentReplicas"], recreate=True)
    names = [f"old-{i}" for i in range(len(given["oldRSSizes"]))]
    sets = zip(names, given["oldRSSizes"], strict=True)
    old = [store.create(ReplicaSet(ObjectMeta(name=name, namespace="default"), ReplicaSetSpec(replicas=size))) for name, size in sets]
    assert scale_to_zero(store, Ledger(), d, old)
    assert [store.get("ReplicaSet", name).spec.replicas for name in names] == expected["sizes"]


@vector("deployment_recreate", "TestOldPodsRunning")
def test_an_old_pod_runs_until_it_has_ended(given, expected):
    store = Store(Engine(1))
    old = [record(ReplicaSet, {"status": {"replicas": 0}} | each) for each in given["oldRSs"] or ()]
    pods = given["podMap"] or {}
    # upstream's map may name a set that the case does not list
    listed = [rs.metadata.uid for rs in old]
    old += [ReplicaSet(ObjectMeta(name=uid, uid=uid, namespace="default")) for uid in pods if uid not in listed]
    for rs in old:
        kept(store, rs)
    for uid, bodies in pods.items():
        owner = OwnerReference("apps/v1", "ReplicaSet", uid, uid, controller=True)
        for number, body in enumerate(bodies):
            meta = ObjectMeta(name=f"{uid}-{number}", namespace="default", owner_references=(owner,))
            store.create(Pod(meta, status=record(Pod, body).status))
    assert bool(old_pods_running(store, old)) == expected["hasOldPodsRunning"]

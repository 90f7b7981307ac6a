"""Every case of upstream's replica_set_test.go, replica_set_utils_test.go and the ReplicaSet's half of controller_utils_test.go."""

from collections import Counter
from itertools import permutations

import pytest
from msgspec.structs import replace

from simulation.cluster import Cluster
from simulation.controllers import replicaset
from simulation.controllers.deployment import util
from simulation.controllers.replicaset import (
    age_keys,
    counts,
    least_missed,
    next_availability,
    same_controller,
    slow_start,
    sync_replica_set,
    with_failure,
)
from simulation.engine import FAILED, Engine
from simulation.ledger import Ledger
from simulation.objects import (
    LabelSelector,
    ObjectMeta,
    OwnerReference,
    Pod,
    PodCondition,
    PodStatus,
    PodTemplateSpec,
    ReplicaSet,
    ReplicaSetCondition,
    ReplicaSetSpec,
)
from simulation.pods import deletion_cost, is_active
from simulation.store import Owned, Store, controller_of, key_of, standing
from tests.simulation import given as from_vector
from tests.simulation.clusters import Act, create, deployment, running, sets, woken
from tests.simulation.given import kept, record
from tests.vectors import vector

NOW = 1_000_000
"""Seconds; the cases' times are relative to it."""


def owned_by(pods) -> Owned:
    """Some cases give two pods one name."""
    owned = Owned()
    for number, pod in enumerate(pods):
        owned.put((str(number), pod.metadata.name), pod)
    return owned


# -------------------------------------------------------------------------------------------------------------- counting


@vector("replicaset_status", "TestCalculateStatus")
def test_a_set_counts_what_it_has(given, expected):
    rs = from_vector.replica_set(given["replicaset"], NOW)
    pods = [from_vector.pod(each, NOW) for each in given["activePods"] + given["terminatingPods"]]
    status = counts(rs, owned_by(pods), NOW * 1000)
    wanted = [expected["replicas"], expected["fullyLabeledReplicas"], expected["readyReplicas"], expected["availableReplicas"]]
    assert [status.replicas, status.fully_labeled_replicas, status.ready_replicas, status.available_replicas] == wanted
    # where a case switches the field off, no pod of it is ending
    assert status.terminating_replicas == (expected["terminatingReplicas"] or 0)


@vector("replicaset_status", "TestCalculateStatusConditions")
def test_a_failure_is_a_condition_until_an_attempt_succeeds(given, expected):
    rs = from_vector.replica_set(given["replicaset"])
    found = with_failure(rs, len(given["activePods"]), given["manageReplicasErr"] or "", 7)
    wanted = record(tuple[ReplicaSetCondition, ...], expected["expectedReplicaSetConditions"] or [])
    assert tuple(replace(condition, last_transition_time=None) for condition in found) == wanted


def conditions(status):
    return record(tuple[ReplicaSetCondition, ...], status.get("conditions", []))


@vector("replicaset_controller", "TestGetCondition")
def test_a_condition_is_found_by_its_type(given, expected):
    assert (util.get_condition(conditions(given["status"]), given["condType"]) is not None) == expected["expected"]


@vector("replicaset_controller", "TestSetCondition")
def test_a_condition_is_set_once(given, expected):
    new = record(ReplicaSetCondition, given["cond"])
    assert util.set_condition(conditions(given["status"]), new) == conditions(expected["expectedStatus"])


@vector("replicaset_controller", "TestRemoveCondition")
def test_a_condition_is_removed(given, expected):
    assert util.remove_condition(conditions(given["status"]), given["condType"]) == conditions(expected["expectedStatus"])


@vector("controller_utils", "TestActivePodFiltering")
def test_a_pod_that_has_ended_is_not_active(given, expected):
    pods = [from_vector.pod(each) for each in given["pods"]]
    assert [pod.metadata.name for pod in pods if is_active(pod)] == expected["active"]


@vector("controller_utils", "TestCountTerminatingPods")
def test_a_pod_that_has_ended_terminates_no_more(given, expected):
    pods = [Pod(ObjectMeta(name=str(i), deletion_timestamp=1 if p["deleting"] else None)) for i, p in enumerate(given["pods"])]
    pods = [replace(pod, status=PodStatus(phase=p["phase"])) for pod, p in zip(pods, given["pods"], strict=True)]
    everything = ReplicaSet(spec=ReplicaSetSpec(selector=LabelSelector()))
    assert counts(everything, owned_by(pods), 0).terminating_replicas == expected["terminating"]


@vector("controller_utils", "TestClaimedPodFiltering")
def test_a_pod_is_a_sets_own_if_the_set_controls_it_and_selects_it(given, expected):
    """Upstream filters ending pods so; one at a time, it is counted or it is not."""
    claimed = []
    for each in given["pods"]:
        store = Store(Engine(1))
        rs = ReplicaSet(ObjectMeta(name="rs", namespace="default", uid=given["rsUID"]))
        rs = kept(store, replace(rs, spec=ReplicaSetSpec(selector=LabelSelector(given["selector"]))))
        store.create(from_vector.pod(each | {"deletionTimestamp": {"now_plus_seconds": 0}, "phase": "Running"}))
        if counts(rs, store.owned(rs.metadata.uid), 0).terminating_replicas:
            claimed.append(each["name"])
    assert claimed == expected["claimed"]


def check(pods, min_ready_seconds: int, now: int) -> float | None:
    rs = ReplicaSet(spec=ReplicaSetSpec(min_ready_seconds=min_ready_seconds))
    after = next_availability(rs, owned_by(pods), now)
    return None if after is None else after / 1000


@vector("controller_utils", "TestNextPodAvailabilityCheck")
def test_a_ready_pod_becomes_available_when_it_has_been_ready_long_enough(given, expected):
    assert check([from_vector.pod(given["pod"], NOW)], given["minReadySeconds"], NOW * 1000) == expected["nextCheckSeconds"]


@vector("controller_utils", "TestFindMinNextPodAvailabilitySimpleCheck")
def test_the_next_look_is_at_the_next_pod_that_becomes_available(given, expected):
    pods = [from_vector.pod(each, NOW) for each in given["pods"]]
    assert check(pods, given["minReadySeconds"], NOW * 1000) == expected["nextCheckSeconds"]


# --------------------------------------------------------------------------------------------------------- whom to delete


def sibling(given) -> ReplicaSet:
    """A set of the short form, owned by a Deployment of the case's uid."""
    rs = from_vector.replica_set(given)
    owners = tuple(replace(owner, kind="Deployment", name=owner.uid) for owner in rs.metadata.owner_references)
    return replace(rs, metadata=replace(rs.metadata, owner_references=owners))


@vector("replicaset_controller", "TestGetReplicaSetsWithSameController")
def test_sets_of_one_deployment_are_siblings(given, expected):
    store = Store(Engine(1))
    for each in given["rss"]:
        kept(store, sibling(each))
    found = same_controller(store, store.get("ReplicaSet", given["rs"]["name"]))
    assert [rs.metadata.name for rs in found] == expected["expectedRSs"]


@vector("replicaset_controller", "TestRelatedPodsLookup")
def test_pods_of_siblings_are_related(given, expected):
    store = Store(Engine(1))
    for each in given["rss"]:
        kept(store, sibling(each))
    for each in given["pods"]:
        kept(store, from_vector.pod(each))
    siblings = same_controller(store, store.get("ReplicaSet", given["rs"]["name"]))
    related = [pod.metadata.name for rs in siblings for pod in store.owned(rs.metadata.uid).pods.values()]
    assert related == expected["expectedPodNames"]
    assert sum(replicaset.ranks_of(store, siblings[0]).values()) == len(related)


@vector("replicaset_controller", "TestGetPodsToDelete")
def test_the_least_missed_pods_go(given, expected):
    pods = [from_vector.pod(each) for each in given["pods"]]
    related = [from_vector.pod(each) for each in given["related"] or ()]
    ranks = Counter(pod.spec.node_name for pod in related if is_active(pod))
    assert [pod.metadata.name for pod in least_missed(owned_by(pods), given["diff"], ranks, 0)] == expected["expectedPodsToDelete"]


@vector("replicaset_controller", "TestGetPodKeys")
def test_a_pod_has_a_key(given, expected):
    assert ["/".join(key_of(from_vector.pod(each))) for each in given["pods"]] == expected["expectedPodKeys"]


@vector("pod_sorting", "TestSortingActivePodsWithRanks")
def test_pods_between_which_nothing_decides(given, expected):
    assert less(given) == (expected["a_less_b"], expected["b_less_a"])


@vector("pod_sorting", "TestSortingActivePodsWithRanks#1")
def test_pods_of_which_one_goes_first(given, expected):
    assert less(given) == (expected["a_less_b"], expected["b_less_a"])


@vector("pod_sorting", "TestSortingActivePods")
def test_pods_in_the_order_in_which_they_go(given, expected):
    pods = [from_vector.pod(each, NOW) for each in given["pods"]]
    for turn in range(len(pods)):
        shuffled = pods[turn:] + pods[:turn]
        assert [pod.metadata.name for pod in least_missed(owned_by(shuffled), len(pods) - 1, {}, NOW * 1000)] == expected["order"][:-1]


def ranked(pod: Pod, rank: int) -> tuple:
    node, phase, since, cost = standing(pod)
    return replicaset.plain_order(node, phase, since is not None, cost, {node: rank})


def less(given) -> tuple[bool, bool]:
    a, b = (from_vector.pod(given[side]["pod"], NOW) for side in "ab")
    keys = [ranked(pod, given[side]["rank"]) for side, pod in zip("ab", (a, b), strict=True)]
    if keys[0] != keys[1]:
        return keys[0] < keys[1], keys[1] < keys[0]
    keys = age_keys([a, b], NOW * 1000)
    return keys[0] < keys[1], keys[1] < keys[0]


@pytest.mark.parametrize(("text", "cost"), [("", 0), ("10", 10), ("-3", -3), ("+10", 0), ("008", 0), ("2147483648", 0), ("x", 0), ("٣", 0)])
def test_a_deletion_cost_is_an_int32_or_nothing(text, cost):
    assert deletion_cost(Pod(ObjectMeta(annotations={"controller.kubernetes.io/pod-deletion-cost": text}))) == cost


def test_the_order_in_which_pods_are_listed_decides_nothing_that_a_rule_decides():
    pods = [from_vector.pod({"name": str(i), "nodeName": f"n{i % 2}", "phase": "Running", "ready": i > 1}) for i in range(5)]
    ranks = {"n0": 3, "n1": 2}
    chosen = {tuple(pod.metadata.name for pod in least_missed(owned_by(list(order)), 2, ranks, 0)) for order in permutations(pods)}
    assert chosen == {("0", "1")}


# ------------------------------------------------------------------------------------------------------------- scenarios


FILE, TABLE = "replicaset_scenarios", "(18 non table tests; burst test split in 3, update-pods test in 4)"
WEB = {"app": "web"}


def store_with(replicas: int, min_ready_seconds: int = 0, deleting: bool = False, quota: int | None = None) -> Store:
    store = Store(Engine(1))
    meta = ObjectMeta(name="web", namespace="default", deletion_timestamp=1 if deleting else None)
    spec = ReplicaSetSpec(replicas, min_ready_seconds, LabelSelector(WEB), PodTemplateSpec(ObjectMeta(labels=WEB)))
    store.create(ReplicaSet(meta, spec))
    store.pod_quota = quota or store.pod_quota
    return store


def add_pod(store: Store, number: int, given, now: int = 0) -> None:
    """A pod that matches; owned by the set unless the case names another controller or none."""
    owner = given.get("controller", "web")
    found = store.get("ReplicaSet", owner) if owner else None
    uid = found.metadata.uid if found else "another"
    owners = (OwnerReference("apps/v1", "ReplicaSet", owner, uid, True, True),) if owner else ()
    since = now - int(given["readySecondsAgo"]) if "readySecondsAgo" in given else None
    conditions = (PodCondition("Ready", "True", since),) if since is not None else ()
    meta = ObjectMeta(name=f"pod-{number}", namespace="default", labels=WEB, owner_references=owners)
    store.create(Pod(meta, status=PodStatus(phase=given.get("phase", ""), conditions=conditions)))


def writes(store: Store) -> dict[str, int]:
    """Pods created, deleted and adopted or released since the last look."""
    found = {"creates": 0, "deletes": 0, "patches": 0}
    for kind, old, new in store.changes:
        if kind == "Pod":
            found["creates" if old is None else "deletes" if new is None else "patches"] += 1
    store.changes.clear()
    return found


@vector(
    FILE,
    TABLE,
    only=("TestSyncReplicaSetDoesNothing", "TestDoNotPatchPodWithOtherControlRef", "TestDoNotAdoptOrCreateIfBeingDeleted"),
)
def test_one_look_does_no_more_than_it_must(given, expected):
    store = store_with(given["replicas"], deleting=given.get("rsDeleting", False))
    for number, each in enumerate(given["pods"]):
        add_pod(store, number, each)
    store.changes.clear()
    sync_replica_set(store, Ledger(), ("default", "web"))
    assert [writes(store)] == expected["perStep"]


@vector(FILE, TABLE, only=("TestSyncReplicaSetCreateFailures",))
def test_what_is_refused_is_tried_in_batches_that_double(given, expected):
    store = store_with(given["replicas"], quota=given["createLimit"])
    assert sync_replica_set(store, Ledger(), ("default", "web")) == FAILED
    assert writes(store)["creates"] == expected["successfulCreates"]
    calls = sum(event.count for event in store.list("Event") if event.reason in ("SuccessfulCreate", "FailedCreate"))
    assert calls == expected["maxCreateCalls"]


@vector("replicaset_controller", "TestSlowStartBatch")
def test_a_batch_that_fails_is_finished_and_is_the_last(given, expected):
    calls = []

    def call() -> str:
        calls.append("no" if len(calls) >= given["callLimit"] else "")
        return calls[-1]

    successes, error = slow_start(given["count"], given["initialBatchSize"], call)
    assert {"successes": successes, "calls": len(calls), "error": bool(error)} == expected


@vector(
    FILE,
    TABLE,
    only=(
        "TestControllerBurstReplicas(burst=5, replicas=30)",
        "TestControllerBurstReplicas(burst=5, replicas=12)",
        "TestControllerBurstReplicas(burst=3, replicas=2)",
    ),
)
def test_no_more_than_a_burst_at_once(given, expected, monkeypatch):
    monkeypatch.setattr(replicaset, "BURST", given["burstReplicas"])
    store = store_with(given["replicas"])
    for size, what, wanted in ((given["replicas"], "creates", "createsPerSync"), (0, "deletes", "deletesPerSync")):
        rs = store.get("ReplicaSet", "web")
        store.update(replace(rs, spec=replace(rs.spec, replicas=size)))
        moves = []
        while store.owned(rs.metadata.uid).active != size:
            store.changes.clear()
            sync_replica_set(store, Ledger(), ("default", "web"))
            moves.append(writes(store)[what])
        assert moves == expected[wanted]


@vector(FILE, TABLE, only=("TestReplicaSetAvailabilityCheck",))
def test_the_set_looks_again_when_the_next_pod_becomes_available(given, expected):
    store = store_with(given["replicas"], given["minReadySeconds"])
    # times of the API are whole seconds: 4.3 s ago is second 10 at 14.3
    store.engine.now = 14_300
    for number, each in enumerate(given["pods"]):
        add_pod(store, number, each, now=14)
    after = sync_replica_set(store, Ledger(), ("default", "web"))
    status = store.get("ReplicaSet", "web").status
    assert {"readyReplicas": status.ready_replicas, "availableReplicas": status.available_replicas} == expected["status"]
    assert after / 1000 == expected["requeueAfterSeconds"]


def several(*shapes: tuple[str, dict[str, str]]) -> Cluster:
    """A lockstep cluster with one set per (name, selector), which nobody has looked at and nobody waits for."""
    cluster = Cluster(nodes=0, lockstep=True)
    for name, selector in shapes:
        cluster.store.create(ReplicaSet(ObjectMeta(name=name, namespace="default"), ReplicaSetSpec(0, selector=LabelSelector(selector))))
    cluster.store.changes.clear()
    return cluster


def controlled(cluster: Cluster, given) -> Pod:
    owner = given["controller"]
    rs = cluster.store.get("ReplicaSet", owner) if owner else None
    owners = (OwnerReference("apps/v1", "ReplicaSet", owner, rs.metadata.uid, True, True),) if owner else ()
    return Pod(ObjectMeta(name="pod", namespace="default", labels=given["labels"], owner_references=owners))


def awake(cluster: Cluster) -> list[str]:
    return sorted(name for kind, name in woken(cluster) if kind == "replicaset")


@vector(
    FILE,
    TABLE,
    only=(
        "TestUpdatePods/keep controllerRef, labels change",
        "TestUpdatePods/controllerRef removed, labels match the former owner barfoo",
        "TestUpdatePods/controllerRef removed, labels match another RS",
        "TestUpdatePods/keep controllerRef barfoo, labels change",
    ),
)
def test_a_pod_wakes_whom_it_belonged_to_and_whom_it_may_belong_to(given, expected):
    cluster = several(*((each["name"], each["selector"]) for each in given["replicaSets"]))
    old = cluster.store.create(controlled(cluster, given["old"]))
    cluster.store.changes.clear()
    new = controlled(cluster, given["new"]).metadata
    meta = replace(old.metadata, labels=new.labels, owner_references=new.owner_references)
    cluster.do(Act(lambda store: store.update(replace(old, metadata=meta))))
    assert awake(cluster) == sorted(expected["enqueued"])


@vector(FILE, TABLE, only=("TestOverlappingRSs",))
def test_of_sets_with_one_selector_only_the_owner_wakes(given, expected):
    cluster = several(*((f"rs{i}", WEB) for i in range(1, 10)))
    cluster.do(Act(lambda store: store.create(controlled(cluster, {"controller": "rs4", "labels": WEB}))))
    assert awake(cluster) == expected["enqueued"]


@vector(FILE, TABLE, only=("TestDeleteFinalStateUnknown",))
def test_the_end_of_a_pod_wakes_its_set(given, expected):
    cluster = several(("web", WEB))
    cluster.store.create(controlled(cluster, {"controller": "web", "labels": WEB}))
    cluster.store.changes.clear()
    cluster.do(Act(lambda store: store.delete("Pod", "pod")))
    assert (awake(cluster) == ["web"]) == expected["enqueued"]


@vector("replicaset_controller", "TestPodControllerLookup")
def test_an_orphan_pod_wakes_the_sets_of_its_namespace_that_select_it(given, expected):
    cluster = Cluster(nodes=0, lockstep=True)
    for each in given["inRSs"]:
        cluster.store.create(from_vector.replica_set(each))
    cluster.store.changes.clear()
    cluster.do(Act(lambda store: store.create(from_vector.pod(given["pod"]))))
    assert awake(cluster) == [name for name in [expected["outRSName"]] if name]


# -------------------------------------------------------------------------------------------------------------- the whole


def test_a_full_desk_refuses_pods_and_the_set_says_so_until_there_is_room():
    cluster = Cluster(1)
    cluster.store.pod_quota = 4
    cluster.do(create(deployment(replicas=6)))
    cluster.run(20_000)
    [rs] = sets(cluster)
    [failure] = rs.status.conditions
    assert (failure.status, failure.reason) == ("True", "FailedCreate")
    assert failure.message.endswith(
        "is forbidden: exceeded quota: desk, requested: count/pods=1, used: count/pods=4, limited: count/pods=4"
    )
    found = util.get_condition(cluster.store.get("Deployment", "web").status.conditions, "ReplicaFailure")
    assert (found.reason, found.message) == ("FailedCreate", failure.message)
    cluster.store.pod_quota = 6
    # by now the wait has doubled from 5 ms to 20 s
    cluster.run(45_000)
    [rs] = sets(cluster)
    assert (rs.status.replicas, rs.status.conditions) == (6, ())
    assert util.get_condition(cluster.store.get("Deployment", "web").status.conditions, "ReplicaFailure") is None


def test_a_set_whose_pods_lack_its_templates_labels_says_so():
    cluster = running(replicas=3)
    [rs] = sets(cluster)
    labels = {**rs.spec.template.metadata.labels, "tier": "front"}
    template = replace(rs.spec.template, metadata=replace(rs.spec.template.metadata, labels=labels))
    assert (
        counts(replace(rs, spec=replace(rs.spec, template=template)), cluster.store.owned(rs.metadata.uid), 0).fully_labeled_replicas == 0
    )
    assert all(controller_of(pod).uid == rs.metadata.uid for pod in cluster.store.list("Pod"))

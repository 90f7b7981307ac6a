"""The arithmetic of a rollout as tables: every case of upstream's deployment_util_test.go, and int-or-percent."""

import pytest
from msgspec.structs import replace

from simulation.cluster import Cluster
from simulation.controllers.deployment import util
from simulation.controllers.deployment.sync import calculate_status
from simulation.objects import (
    REVISION,
    REVISION_HISTORY,
    Deployment,
    DeploymentCondition,
    DeploymentSpec,
    DeploymentStatus,
    DeploymentStrategy,
    LabelSelector,
    ObjectMeta,
    PodSpec,
    PodTemplateSpec,
    ReplicaSet,
    ReplicaSetSpec,
    ReplicaSetStatus,
    RollingUpdateDeployment,
)
from tests.simulation.clusters import Act, woken
from tests.simulation.given import record, time
from tests.vectors import vector


def rolling(replicas, surge=None, unavailable=None) -> Deployment:
    strategy = DeploymentStrategy("RollingUpdate", RollingUpdateDeployment(unavailable, surge))
    return Deployment(spec=DeploymentSpec(replicas=replicas, strategy=strategy))


def replica_set(replicas=0, name="", annotations=None, template=None, created=None, **status) -> ReplicaSet:
    meta = ObjectMeta(name=name, uid=name, annotations=annotations or {}, creation_timestamp=created)
    spec = ReplicaSetSpec(replicas=replicas, template=template or PodTemplateSpec())
    return ReplicaSet(meta, spec, ReplicaSetStatus(**{"replicas": 0} | status))


# ---------------------------------------------------------------------------------------------------------------- sizes


@vector("intstr", "TestGetIntFromIntOrPercent")
def test_a_percentage_is_rounded_as_asked(given, expected):
    if expected["expectErr"]:
        with pytest.raises(util.NotAPercentage):
            util.scaled(given["input"], given["total"], given["roundUp"])
    else:
        assert util.scaled(given["input"], given["total"], given["roundUp"]) == expected["expectVal"]


@vector("intstr", "TestGetIntFromIntOrString")
def test_a_number_stays_what_it_is_and_a_percentage_grows_with_the_whole(given, expected):
    if expected["expectErr"]:
        with pytest.raises(util.NotAPercentage):
            util.scaled(given["input"], 100, up=False)
    else:
        of_one, of_three = (util.scaled(given["input"], total, up=False) for total in (100, 300))
        assert of_one == expected["expectVal"]
        assert (of_three == 3 * of_one) == expected["expectPerc"]


@vector("deployment_util", "TestResolveFenceposts")
def test_surge_rounds_up_unavailable_down_and_never_both_to_nothing(given, expected):
    arguments = given["maxSurge"], given["maxUnavailable"], given["desired"]
    if expected["expectError"]:
        with pytest.raises(util.NotAPercentage):
            util.resolve_fenceposts(*arguments)
    else:
        assert util.resolve_fenceposts(*arguments) == (expected["expectSurge"], expected["expectUnavailable"])


@vector("deployment_util", "TestMaxUnavailable")
def test_no_more_can_be_missing_than_there_are(given, expected):
    assert util.max_unavailable(record(Deployment, given["deployment"])) == expected["expected"]


@vector("deployment_util", "TestMinAvailable")
def test_what_must_answer_is_what_may_not_be_missing(given, expected):
    assert util.min_available(record(Deployment, given["deployment"])) == expected["expected"]


@vector("deployment_util", "TestNewRSNewReplicas")
def test_the_new_set_takes_what_room_there_is(given, expected):
    d = rolling(given["depReplicas"], given["maxSurge"], given["maxUnavailable"])
    d = replace(d, spec=replace(d.spec, strategy=replace(d.spec.strategy, type=given["strategyType"])))
    assert util.new_rs_new_replicas(d, sum(given["allRSsReplicas"]), given["newRSReplicas"]) == expected["expected"]


@vector("deployment_util", "TestGetReplicaCountForReplicaSets")
def test_counts_are_sums_and_one_unknown_makes_the_sum_unknown(given, expected):
    sets = [record(ReplicaSet, {"spec": {"replicas": each["specReplicas"]}, "status": each["status"]}) for each in given["sets"]]
    status = calculate_status(rolling(1), None, sets, 0)
    counted = {"count": util.total_replicas(sets), "actual": status.replicas, "terminating": status.terminating_replicas}
    assert counted == expected


@vector("deployment_util", "TestGetReplicaSetFraction")
def test_a_share_is_rounded_half_away_from_zero(given, expected):
    d = replace(
        rolling(given["deploymentReplicas"], given["deploymentMaxSurge"], 1),
        status=DeploymentStatus(replicas=given["deploymentStatusReplicas"]),
    )
    rs = replica_set(given["rsReplicas"], annotations=given["rsAnnotations"])
    assert util.replica_set_fraction(rs, d) == expected["expectedFraction"]


# ------------------------------------------------------------------------------------------------- identity, annotations


@vector("deployment_util", "TestEqualIgnoreHash")
def test_templates_are_the_same_whatever_their_hash_says(given, expected):
    former, latter = record(PodTemplateSpec, given["former"]), record(PodTemplateSpec, given["latter"])
    assert util.equal_templates(former, latter) == util.equal_templates(latter, former) == expected["expected"]


NOW = 1000
WANTED = PodTemplateSpec(ObjectMeta(labels={"app": "web"}), PodSpec(restart_policy="Always"))


def listed(given) -> list[ReplicaSet]:
    sets = []
    for each in given["rsList"]:
        _, same, hash_ = each["template"].partition("hash=")
        labels = {"app": "web", "pod-template-hash": hash_.rstrip(")")} if same else {"app": "old"}
        template = replace(WANTED, metadata=ObjectMeta(labels=labels))
        sets.append(replica_set(each["replicas"], each["id"], template=template, created=time(each["creationTimestamp"], NOW)))
    return sets


@vector("deployment_util", "TestFindNewReplicaSet")
def test_the_new_set_is_the_oldest_with_the_wanted_template(given, expected):
    found = util.find_new(Deployment(spec=DeploymentSpec(template=WANTED)), listed(given))
    assert (found.metadata.name if found is not None else None) == expected["newRS"]


@vector("deployment_util", "TestFindOldReplicaSets")
def test_every_other_set_is_old(given, expected):
    sets = listed(given)
    old = util.find_old(sets, util.find_new(Deployment(spec=DeploymentSpec(template=WANTED)), sets))
    assert [rs.metadata.name for rs in old] == expected["allOld"]
    assert [rs.metadata.name for rs in util.active(old)] == expected["requiredOld"]


@vector("controller_utils", "TestActiveReplicaSetsFiltering")
def test_a_set_with_replicas_is_active(given, expected):
    sets = [replica_set(each["replicas"], each["name"]) for each in given["replicaSets"] if each]
    assert [rs.metadata.name for rs in util.active(sets)] == expected["active"]


@vector("deployment_util", "TestGetDeploymentsForReplicaSet")
def test_an_orphan_set_concerns_the_deployments_that_select_it(given, expected):
    cluster = Cluster(nodes=0, lockstep=True)
    for each in given["deployments"]:
        cluster.do(Act(lambda store, body=each: store.create(record(Deployment, body))))
    woken(cluster)
    cluster.do(Act(lambda store: store.create(record(ReplicaSet, {"status": {"replicas": 0}} | given["rs"]))))
    assert [name for kind, name in woken(cluster) if kind == "deployment"] == expected["deployments"]


@vector("labels_util", "TestCloneAndAddLabel", "TestAddLabel")
def test_a_template_gets_one_more_label(given, expected):
    assert util.with_label(given["labels"] or {}, given["labelKey"], given["labelValue"]) == expected["want"]


@vector("labels_util", "TestCloneSelectorAndAddLabel", "TestAddLabelToSelector")
def test_a_selector_asks_for_one_more_label(given, expected):
    selector = LabelSelector(given["labels"] or {})
    assert util.selecting(selector, given["labelKey"], given["labelValue"]).match_labels == expected["want"]


@vector("deployment_replicaset_name", "TestDeploymentController_generateReplicaSetName")
def test_a_set_is_named_after_its_deployment_and_template(given, expected):
    name = util.replica_set_name(given["deploymentName"], "5f9c8d7b64")
    assert name == f"{expected['wantDeploymentPortion']}-5f9c8d7b64"
    assert len(name) <= 253


@vector("deployment_replicaset_name", "TestGenerateReplicaSetName")
def test_a_long_name_is_cut_and_its_hash_is_not(given, expected):
    assert util.replica_set_name(given["deploymentName"], given["hash"]) == expected["want"]


@vector("controller_utils", "TestComputeHash")
def test_a_collision_gives_another_hash(given, expected):
    template = record(PodTemplateSpec, given["template"])
    counts = given["collisionCount"], given["otherCollisionCount"]
    assert util.template_hash(template, counts[0]) != util.template_hash(template, counts[1])


@vector("deployment_util", "TestGetNonNegativeInt32FromAnnotation")
def test_an_annotation_is_a_number_or_nothing(given, expected):
    found = util.non_negative_int32(given["annotations"] or {}, "test")
    assert found == (expected["expectedValue"] if expected["expectedValid"] else None)


@vector("deployment_util", "TestReplicasAnnotationsNeedUpdate")
def test_a_set_that_was_sized_for_other_numbers_is_written_again(given, expected):
    annotations = record(ReplicaSet, {"status": {"replicas": 0}} | given["replicaSet"]).metadata.annotations
    assert (util.with_replicas_annotations(annotations, 10, 20) != annotations) == expected["expected"]


@vector("deployment_util", "TestAnnotationUtils", only=("SetReplicasAnnotations(10, 11)",))
def test_a_set_notes_what_it_was_sized_for(given, expected):
    assert util.with_replicas_annotations({}, given["desired"], given["max"]) == expected["annotations"]


@vector("deployment_util", "TestAnnotationUtils", only=("IsSaturated",))
def test_a_set_that_has_all_and_all_of_them_answer_is_saturated(given, expected):
    rs = given["rs"]
    full = replica_set(rs["specReplicas"], annotations=rs["annotations"], available_replicas=rs["availableReplicas"])
    assert util.is_saturated(rolling(given["deploymentReplicas"]), full) == expected["saturated"]


@vector("deployment_util", "TestAnnotationUtils", only=("SetNewReplicaSetAnnotations: revision 11..20 with history limit of 5 characters",))
def test_a_set_that_comes_back_remembers_as_many_revisions_as_fit(given, expected, monkeypatch):
    monkeypatch.setattr(util, "REVISION_HISTORY_CHARS", given["revisionHistoryLimitChars"])
    d = Deployment(ObjectMeta(annotations={REVISION: given["deploymentRevision"]}))
    annotations = {}
    for revision, step in zip(given["sequence"], expected["steps"], strict=True):
        annotations = util.annotations_for_new(d, replica_set(annotations=annotations), int(revision))
        assert annotations[REVISION] == step["revision"]
        assert step["history"] in (None, annotations.get(REVISION_HISTORY))


# ------------------------------------------------------------------------------------------------------------ conditions


def conditions(status) -> tuple[DeploymentCondition, ...]:
    return record(tuple[DeploymentCondition, ...], status.get("conditions", []))


@vector("deployment_util", "TestGetCondition")
def test_a_condition_is_found_by_its_type(given, expected):
    assert (util.get_condition(conditions(given["status"]), given["condType"]) is not None) == expected["expected"]


@vector("deployment_util", "TestSetCondition")
def test_a_condition_is_set_once(given, expected):
    new = record(DeploymentCondition, given["cond"])
    assert util.set_condition(conditions(given["status"]), new) == conditions(expected["expectedStatus"])


@vector("deployment_util", "TestRemoveCondition")
def test_a_condition_is_removed(given, expected):
    assert util.remove_condition(conditions(given["status"]), given["condType"]) == conditions(expected["expectedStatus"])


@vector("deployment_util", "TestDeploymentComplete")
def test_complete_is_all_new_all_there_all_available(given, expected):
    d = record(Deployment, given["d"])
    assert util.is_complete(d, d.status) == expected["expected"]


@vector("deployment_util", "TestDeploymentProgressing")
def test_progress_is_more_new_ready_or_available_or_fewer_old(given, expected):
    assert util.is_progressing(record(Deployment, given["d"]), record(DeploymentStatus, given["newStatus"])) == expected["expected"]


@vector("deployment_util", "TestDeploymentTimedOut")
def test_a_deadline_is_missed_strictly_after_it(given, expected):
    d = record(Deployment, given["d"])
    now = time(given["now"]) or 0
    assert util.has_timed_out(d, d.status, now * 1000) == expected["expected"]
    # the clock of the controller is finer than a second
    if expected["expected"]:
        assert not util.has_timed_out(d, d.status, now * 1000 - 1000)
        assert util.has_timed_out(d, d.status, now * 1000 - 999)

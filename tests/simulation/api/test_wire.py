import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.api.defaults import default
from simulation.api.errors import StatusError
from simulation.api.wire import from_manifest, from_rfc3339, rfc3339, to_json
from simulation.cluster import Cluster
from simulation.kubectl.parse import parse
from simulation.objects import (
    EPOCH,
    KINDS,
    Event,
    EventSeries,
    ObjectMeta,
    PodCondition,
    PodStatus,
    ReplicaSet,
)
from simulation.objects import Pod as PodRecord
from tests.simulation.api.objects import answered, deployment, manifest

RECORDED = json.loads(Path(__file__).with_name("recorded.json").read_text())
"""Objects as a real API server (v1.36.2) answered them in the middle of a rollout, without managedFields."""


@pytest.mark.parametrize("answer", [pytest.param(o, id=f"{o['kind']} {o['metadata']['name']}") for o in RECORDED])
def test_an_object_is_written_as_the_real_api_server_writes_it(answer):
    assert to_json(answered(answer)) == answer


def test_what_is_stored_of_a_manifest_is_what_the_real_api_server_stores():
    recorded = RECORDED[0]
    sent = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "labels": {"app": "web"}},
        "spec": {
            "replicas": 4,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {
                    "containers": [
                        {
                            "name": "web",
                            "image": "nginx:2.0",
                            "ports": [{"containerPort": 80}],
                            "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                        }
                    ]
                },
            },
        },
    }
    assert to_json(default(from_manifest(sent)))["spec"] == recorded["spec"]


def test_times_are_rfc_3339_and_come_back():
    assert rfc3339(0) == "2026-01-01T00:00:00Z"
    assert from_rfc3339("2026-01-01T00:01:40Z") == 100
    assert from_rfc3339("1970-01-01T00:00:00+00:00") == -EPOCH


def test_a_pod_condition_has_a_null_probe_time_and_each_address_its_list():
    status = PodStatus(conditions=(PodCondition("Ready", "True", 5),), host_ip="192.0.2.1", pod_ip="10.244.0.1")
    out = to_json(PodRecord(status=status))["status"]
    assert out["conditions"] == [{"type": "Ready", "status": "True", "lastProbeTime": None, "lastTransitionTime": "2026-01-01T00:00:05Z"}]
    assert out["hostIPs"] == [{"ip": "192.0.2.1"}] and out["podIPs"] == [{"ip": "10.244.0.1"}]


def test_a_schedulers_event_has_a_time_in_microseconds_and_no_counts():
    out = to_json(Event(metadata=ObjectMeta(name="x"), event_time=7, series=EventSeries(2, 9), reporting_component="default-scheduler"))
    assert out["eventTime"] == "2026-01-01T00:00:07.000000Z"
    assert out["series"] == {"count": 2, "lastObservedTime": "2026-01-01T00:00:09.000000Z"}
    assert out["firstTimestamp"] is None and out["lastTimestamp"] is None and out["source"] == {} and "count" not in out


def test_zero_replicas_are_written_and_zero_counts_are_not():
    empty = to_json(deployment(replicas=0))
    assert empty["spec"]["replicas"] == 0 and empty["status"] == {}
    assert to_json(ReplicaSet())["status"] == {"replicas": 0}


def test_a_written_object_shares_nothing_with_the_record():
    stored = deployment()
    to_json(stored)["metadata"]["labels"]["app"] = "changed"
    assert stored.metadata.labels == {"app": "web"}


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"replicas": "x"}, "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"),
        ({"replicas": 1.5}, "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32"),
        ({"replicas": 2**31}, "json: cannot unmarshal number 2147483648 into Go struct field DeploymentSpec.spec.replicas of type int32"),
        ({"paused": "yes"}, "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.paused of type bool"),
        ({"selector": []}, "json: cannot unmarshal array into Go struct field DeploymentSpec.spec.selector of type v1.LabelSelector"),
        (
            {"template": {"spec": {"containers": {"a": 1}}}},
            "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container",
        ),
        (
            {"template": {"spec": {"containers": [{"ports": [{"containerPort": "http"}]}]}}},
            "json: cannot unmarshal string into Go struct field "
            "ContainerPort.spec.template.spec.containers.ports.containerPort of type int32",
        ),
        (
            {"template": {"metadata": {"labels": {"a": 1}}}},
            "json: cannot unmarshal number into Go struct field ObjectMeta.spec.template.metadata.labels.a of type string",
        ),
        ({"strategy": {"rollingUpdate": {"maxSurge": True}}}, "json: cannot unmarshal bool into Go value of type int32"),
        ({"replicaz": 3}, 'strict decoding error: unknown field "spec.replicaz"'),
        (
            {"Replicas": 3, "template": {"spec": {"containers": [{"imge": "x"}]}}},
            'strict decoding error: unknown field "spec.Replicas", unknown field "spec.template.spec.containers[0].imge"',
        ),
    ],
)
def test_a_manifest_of_the_wrong_shape_is_refused_in_go_words(spec, said):
    with pytest.raises(StatusError) as refused:
        from_manifest(manifest(**spec))
    assert (refused.value.code, refused.value.reason) == (400, "BadRequest")
    assert refused.value.message == f'Deployment in version "v1" cannot be handled as a Deployment: {said}'


@pytest.mark.parametrize(
    "bad",
    [
        None,
        [],
        "text",
        5,
        {},
        {"kind": "Deployment"},
        {"apiVersion": "v1"},
        {"apiVersion": "v1", "kind": "ConfigMap"},
        {"apiVersion": 1, "kind": {}},
    ],
)
def test_what_is_not_a_manifest_is_a_bad_request(bad):
    with pytest.raises(StatusError) as refused:
        from_manifest(bad)
    assert refused.value.code == 400


def test_a_real_field_that_has_no_place_here_is_named_and_left_out():
    warnings: list[str] = []
    pod = from_manifest(manifest("Pod", hostAliases=[{"ip": "1.2.3.4"}]), warnings)
    assert warnings == ['"spec.hostAliases" is not part of this simulation and was left out']
    assert "hostAliases" not in to_json(pod)["spec"]


def test_what_only_the_server_writes_is_ignored_in_a_manifest():
    body = manifest()
    body["metadata"] |= {"uid": "x", "resourceVersion": "5", "creationTimestamp": "2020-01-01T00:00:00Z", "managedFields": [{"a": "b"}]}
    meta = from_manifest(body | {"status": {"replicas": 99}}).metadata
    assert (meta.uid, meta.resource_version, meta.creation_timestamp) == ("", "", None)


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
keys = st.sampled_from(
    [
        "spec",
        "metadata",
        "name",
        "labels",
        "template",
        "containers",
        "image",
        "replicas",
        "selector",
        "matchLabels",
        "ports",
        "strategy",
        "rollingUpdate",
        "maxSurge",
        "resources",
        "requests",
        "cpu",
        "env",
        "x",
        "status",
        "readinessProbe",
        "httpGet",
    ]
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["Deployment", "ReplicaSet", "Pod", "Service"]), values, values)
def test_no_manifest_makes_anything_but_a_record_or_a_refusal(kind, spec, metadata):
    try:
        obj = default(from_manifest({"apiVersion": KINDS[kind].api_version, "kind": kind, "metadata": metadata, "spec": spec}))
    except StatusError:
        return
    assert to_json(obj)["kind"] == kind


def test_a_budget_is_written_before_anybody_has_looked_at_it():
    cluster = Cluster(1)
    cluster.do(parse("create poddisruptionbudget web --selector=app=web --min-available=1"))
    assert to_json(cluster.store.get("PodDisruptionBudget", "web"))["spec"]["minAvailable"] == 1

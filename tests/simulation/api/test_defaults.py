import pytest
from msgspec.structs import replace

from simulation.api.defaults import admit_pod, default, pull_policy, qos_class
from simulation.api.wire import from_manifest, to_json
from simulation.objects import Pod, PodSpec, Probe, Toleration
from tests.simulation.api.objects import deployment, manifest


def containers(**fields):
    return [{"name": "web", "image": "web:1.0", **fields}]


def pod(**spec):
    return default(from_manifest(manifest("Pod", **spec)))


def test_a_bare_deployment_gets_the_numbers_of_apps_v1():
    sent = manifest()
    del sent["spec"]["replicas"]
    spec = default(from_manifest(sent)).spec
    rolling = spec.strategy.rolling_update
    assert (spec.replicas, spec.revision_history_limit, spec.progress_deadline_seconds, spec.min_ready_seconds) == (1, 10, 600, 0)
    assert (spec.strategy.type, rolling.max_surge, rolling.max_unavailable) == ("RollingUpdate", "25%", "25%")


def test_half_a_strategy_gets_the_other_half_and_recreate_gets_none():
    rolling = deployment(strategy={"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0}}).spec.strategy.rolling_update
    assert (rolling.max_surge, rolling.max_unavailable) == (0, "25%")
    assert deployment(strategy={"type": "Recreate"}).spec.strategy.rolling_update is None


def test_defaulting_twice_changes_nothing():
    for kind in ("Deployment", "ReplicaSet", "Pod", "Service"):
        once = default(from_manifest(manifest(kind)))
        assert default(once) == once


def test_a_template_gets_no_more_than_templates_get():
    assert deployment().spec.template.spec.tolerations == () and deployment().spec.template.spec.priority is None


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("nginx", "Always"),
        ("nginx:latest", "Always"),
        ("nginx:1.27", "IfNotPresent"),
        ("r.io:5000/web", "Always"),
        ("web@sha256:ab", "IfNotPresent"),
    ],
)
def test_an_image_without_a_version_is_pulled_each_time(image, policy):
    assert pull_policy(image) == policy


def test_a_probe_asks_every_ten_seconds_unless_told_otherwise():
    probe = pod(containers=containers(readinessProbe={"httpGet": {"port": 80}})).spec.containers[0].readiness_probe
    assert probe == Probe(
        http_get={"port": 80, "path": "/", "scheme": "HTTP"}, timeout_seconds=1, period_seconds=10, success_threshold=1, failure_threshold=3
    )


def test_a_pod_survives_a_lost_node_for_five_minutes_unless_it_says_otherwise():
    keys = [(t.key, t.effect, t.toleration_seconds) for t in pod().spec.tolerations]
    assert keys == [("node.kubernetes.io/not-ready", "NoExecute", 300), ("node.kubernetes.io/unreachable", "NoExecute", 300)]
    own = pod(tolerations=[{"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 5}])
    assert [t.toleration_seconds for t in own.spec.tolerations] == [5, 300]
    assert pod(tolerations=[{"operator": "Exists"}]).spec.tolerations == (Toleration(operator="Exists"),)


def test_a_pod_is_admitted_pending_with_priority_and_quality():
    admitted = admit_pod(Pod(spec=deployment().spec.template.spec))
    assert (admitted.status.phase, admitted.status.qos_class) == ("Pending", "BestEffort")
    assert (admitted.spec.priority, admitted.spec.preemption_policy, admitted.spec.enable_service_links) == (
        0,
        "PreemptLowerPriority",
        True,
    )


def test_pods_of_one_template_share_one_spec_and_pods_of_another_do_not():
    one, other = deployment().spec.template.spec, deployment(minReadySeconds=1).spec.template.spec
    first = admit_pod(Pod(spec=one))
    assert admit_pod(Pod(spec=one)).spec is first.spec
    changed = replace(other, hostname="x")
    assert admit_pod(Pod(spec=changed)).spec.hostname == "x"
    assert admit_pod(Pod(spec=one)).spec == first.spec


@pytest.mark.parametrize(
    ("resources", "quality"),
    [
        ({}, "BestEffort"),
        ({"requests": {"cpu": "0"}}, "BestEffort"),
        ({"requests": {"cpu": "100m"}}, "Burstable"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}}, "Guaranteed"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "0.5"}}, "Burstable"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1000m", "memory": "1Gi"}}, "Guaranteed"),
    ],
)
def test_quality_of_service_follows_from_requests_and_limits(resources, quality):
    assert pod(containers=containers(resources=resources)).status.qos_class == quality


def test_limits_become_requests_on_pods_only():
    limits = {"limits": {"cpu": "1"}}
    assert pod(containers=containers(resources=limits)).spec.containers[0].resources["requests"] == {"cpu": "1"}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": containers(resources=limits)}}
    assert deployment(template=template).spec.template.spec.containers[0].resources == limits


def test_a_service_gets_its_ports_targets_and_families():
    spec = to_json(default(from_manifest(manifest("Service"))))["spec"]
    assert spec["ports"] == [{"protocol": "TCP", "port": 80, "targetPort": 80}]
    assert (spec["type"], spec["sessionAffinity"], spec["internalTrafficPolicy"]) == ("ClusterIP", "None", "Cluster")
    assert (spec["ipFamilies"], spec["ipFamilyPolicy"]) == (["IPv4"], "SingleStack")


def test_a_volume_without_a_source_is_an_empty_directory():
    assert pod(volumes=[{"name": "v"}]).spec.volumes == ({"name": "v", "emptyDir": {}},)


def test_nothing_of_an_empty_spec_needs_to_be_there():
    assert qos_class(PodSpec()) == "BestEffort"

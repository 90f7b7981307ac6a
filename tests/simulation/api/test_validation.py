import pytest
from msgspec.structs import replace

from simulation.api.defaults import default
from simulation.api.errors import StatusError, already_exists, invalid, not_found
from simulation.api.validation import (
    validate,
    validate_deployment,
    validate_deployment_status,
    validate_replicaset,
    validate_replicaset_status,
)
from simulation.api.wire import from_manifest
from simulation.objects import Deployment, DeploymentStatus, ObjectMeta, ReplicaSet, ReplicaSetStatus
from tests.simulation.api.objects import deployment, manifest, record
from tests.vectors import vector


def refusal(kind: str, obj, old=None) -> str:
    return invalid(kind, obj.metadata.name, validate(obj, old)).message


def errors_of(kind: str, body: dict) -> list[str]:
    """All errors of an object as upstream's tests give it, with no defaults filled in."""
    try:
        return [str(error) for error in validate(record(kind, body))]
    except StatusError as refused:
        return [refused.message]


@vector("validation_deployment", "TestValidateDeployment")
def test_a_deployment_is_refused_for_what_upstream_refuses(given, expected):
    errors = errors_of("Deployment", given["deployment"])
    if expected["valid"]:
        assert errors == []
    else:
        assert expected["firstErrorContains"] in errors[0]


@vector("validation_deployment", "TestValidateDeploymentUpdate")
def test_an_update_of_a_deployment_has_as_many_errors_as_upstream(given, expected):
    errors = validate_deployment(record("Deployment", given["update"]), record("Deployment", given["old"]))
    assert len(errors) == expected["errorCount"], errors


@vector("validation_deployment", "TestValidateDeploymentStatus")
def test_the_status_of_a_deployment_adds_up(given, expected):
    status = DeploymentStatus(
        observed_generation=given["observedGeneration"],
        replicas=given["replicas"],
        updated_replicas=given["updatedReplicas"],
        ready_replicas=given["readyReplicas"],
        available_replicas=given["availableReplicas"],
        terminating_replicas=given["terminatingReplicas"],
        collision_count=given["collisionCount"],
    )
    assert bool(validate_deployment_status(Deployment(status=status))) == expected["expectedErr"]


@vector("validation_deployment", "TestValidateDeploymentStatusUpdate")
def test_collisions_are_never_forgotten(given, expected):
    old, new = (Deployment(status=DeploymentStatus(collision_count=given[side].get("collisionCount"))) for side in ("from", "to"))
    assert bool(validate_deployment_status(new, old)) == expected["expectedErr"]


@vector("validation_replicaset", "TestValidateReplicaSet")
def test_a_replica_set_is_refused_for_what_upstream_refuses(given, expected):
    assert (errors_of("ReplicaSet", given["replicaSet"]) == []) == expected["valid"]


@vector("validation_replicaset", "TestValidateReplicaSetUpdate")
def test_an_update_of_a_replica_set_has_as_many_errors_as_upstream(given, expected):
    errors = validate_replicaset(record("ReplicaSet", given["update"]), record("ReplicaSet", given["old"]))
    assert len(errors) == expected["errorCount"], errors


@vector("validation_replicaset", "TestValidateReplicaSetStatus")
def test_the_status_of_a_replica_set_adds_up(given, expected):
    status = ReplicaSetStatus(
        replicas=given["replicas"],
        fully_labeled_replicas=given["fullyLabeledReplicas"],
        ready_replicas=given["readyReplicas"],
        available_replicas=given["availableReplicas"],
        terminating_replicas=given["terminatingReplicas"],
        observed_generation=given["observedGeneration"],
    )
    assert bool(validate_replicaset_status(ReplicaSet(status=status))) == expected["expectedErr"]


def rolling(**given):
    return {"strategy": {"type": "RollingUpdate", "rollingUpdate": given}}


SITUATIONS = {
    "replicas negative": lambda: refusal("Deployment", deployment(replicas=-1)),
    "maxSurge and maxUnavailable both 0": lambda: refusal("Deployment", deployment(**rolling(maxSurge=0, maxUnavailable=0))),
    "maxUnavailable 110%": lambda: refusal("Deployment", deployment(**rolling(maxUnavailable="110%"))),
    "maxSurge 20Percent": lambda: refusal("Deployment", deployment(**rolling(maxSurge="20Percent"))),
    "rollingUpdate with Recreate": lambda: refusal("Deployment", deployment(strategy={"type": "Recreate", "rollingUpdate": {}})),
    "template labels do not match selector": lambda: refusal("Deployment", deployment(template=template(labels={"app": "other"}))),
    "selector changed to app=other": lambda: refusal(
        "Deployment",
        deployment(selector={"matchLabels": {"app": "other"}}, template=template(labels={"app": "other"})),
        deployment(),
    ),
    "progressDeadlineSeconds 600, minReadySeconds 600": lambda: refusal("Deployment", deployment(minReadySeconds=600)),
    "restartPolicy Never": lambda: refusal("Deployment", deployment(template=template(restartPolicy="Never"))),
    "empty selector": lambda: refusal("Deployment", deployment(selector={})),
    "name Web": lambda: refusal("Deployment", default(from_manifest(manifest(name="Web")))),
    "not found": lambda: not_found("Deployment", "web").message,
    "already exists": lambda: already_exists("Deployment", "web").message,
    "stale resourceVersion": lambda: stale(),
}


def template(labels=None, **spec):
    containers = [{"name": "web", "image": "web:1.0"}]
    return {"metadata": {"labels": labels or {"app": "web"}}, "spec": {"containers": containers, **spec}}


def stale() -> str:
    from simulation.cluster import Cluster
    from simulation.commands import CreateDeployment, Patch

    cluster = Cluster(1)
    cluster.do(CreateDeployment("web", ("nginx",)))
    with pytest.raises(StatusError) as refused:
        cluster.do(Patch("Deployment", "web", '{"metadata": {"resourceVersion": "1"}}'))
    return refused.value.message


@vector("validation_messages_derived", "(derived from the source text, NOT a Go test)")
def test_the_whole_sentence_is_the_api_servers(given, expected):
    assert SITUATIONS[given["situation"]]() == expected["message"]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            {"strategy": {"type": "X"}},
            'spec.strategy: Unsupported value: {"Type":"X","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
        ),
        (
            {"template": template(activeDeadlineSeconds=5)},
            "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported",
        ),
        ({"template": {"metadata": {"labels": {"app": "web"}}}}, "spec.template.spec.containers: Required value"),
        ({"template": template(containers=[{"name": "a"}])}, "spec.template.spec.containers[0].image: Required value"),
        (
            {"template": template(containers=[{"name": "a", "image": "x"}, {"name": "a", "image": "x"}])},
            'spec.template.spec.containers[1].name: Duplicate value: "a"',
        ),
        (
            {"template": template(labels={"app": "web", "x": "a b"})},
            'spec.template.metadata.labels: Invalid value: "a b": a valid label must be an empty string or consist of alphanumeric '
            "characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "
            "'12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
        ),
        ({"revisionHistoryLimit": -1}, "spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0"),
        (rolling(maxSurge=-1), "spec.strategy.rollingUpdate.maxSurge: Invalid value: -1: must be greater than or equal to 0"),
        (
            {"template": template(containers=[{"name": "a", "image": "x", "readinessProbe": {"periodSeconds": 1}}])},
            "spec.template.spec.containers[0].readinessProbe: Required value: must specify a handler type",
        ),
        (
            {"template": template(containers=[{"name": "a", "image": "x", "ports": [{"containerPort": 70000}]}])},
            "spec.template.spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
        ),
        (
            {"template": template(containers=[{"name": "a", "image": "x", "imagePullPolicy": "Sometimes"}])},
            'spec.template.spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": '
            'supported values: "Always", "IfNotPresent", "Never"',
        ),
        (
            {"template": template(containers=[{"name": "a", "image": "x", "volumeMounts": [{"name": "v", "mountPath": "/v"}]}])},
            'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "v"',
        ),
        (
            {"selector": {"matchExpressions": [{"key": "app", "operator": "In"}]}},
            "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
        ),
    ],
)
def test_each_mistake_has_its_sentence(spec, said):
    assert said in [str(error) for error in validate_deployment(deployment(**spec))]


def test_a_percentage_that_rounds_to_nothing_is_not_zero():
    assert validate_deployment(deployment(**rolling(maxSurge="1%", maxUnavailable=0))) == []


def test_several_errors_come_in_the_api_servers_order_and_once_each():
    bad = deployment(replicas=-1, minReadySeconds=-1, selector={"matchLabels": {"app": "other"}}, **rolling(maxSurge="x"))
    fields = [error.field for error in validate_deployment(bad)]
    assert fields == [
        "spec.replicas",
        "spec.template.metadata.labels",
        "spec.strategy.rollingUpdate.maxSurge",
        "spec.minReadySeconds",
    ]
    twice = validate_deployment(bad) * 2
    assert invalid("Deployment", "web", twice).message == invalid("Deployment", "web", validate_deployment(bad)).message


def test_a_changed_selector_has_two_causes():
    changed = deployment(selector={"matchLabels": {"app": "x"}})
    error = invalid("Deployment", "web", validate_deployment(changed, deployment()))
    assert error.kubectl() == (
        'The Deployment "web" is invalid: \n'
        '* spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`\n'
        '* spec.selector: Invalid value: {"matchLabels":{"app":"x"}}: field is immutable'
    )


def test_a_pod_may_change_its_image_and_nothing_else():
    pod = default(from_manifest(manifest("Pod")))
    other = replace(pod.spec.containers[0], image="web:2.0")
    assert validate(replace(pod, spec=replace(pod.spec, containers=(other,))), pod) == []
    [error] = validate(replace(pod, spec=replace(pod.spec, hostname="x")), pod)
    assert str(error).startswith("spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,")


@pytest.mark.parametrize(
    ("name", "spec", "said"),
    [
        ("web", {"ports": []}, "spec.ports: Required value"),
        ("web", {"ports": [{"port": 80}, {"port": 81}]}, "spec.ports[0].name: Required value"),
        ("web", {"ports": [{"port": 0}]}, "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive"),
        (
            "web",
            {"type": "Pipe"},
            'spec.type: Unsupported value: "Pipe": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
        ),
        (
            "a.b",
            {},
            "metadata.name: Invalid value: \"a.b\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
            "and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
            "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
        ),
    ],
)
def test_each_mistake_in_a_service_has_its_sentence(name, spec, said):
    assert said in [str(error) for error in validate(default(from_manifest(manifest("Service", name, **spec))))]


def test_a_service_may_begin_with_a_digit_since_1_36_and_needs_no_ports_without_an_address():
    assert validate(default(from_manifest(manifest("Service", "1web")))) == []
    assert validate(default(from_manifest(manifest("Service", clusterIP="None", ports=[])))) == []


def test_an_object_needs_a_name_of_at_most_253_bytes():
    nameless = replace(deployment(), metadata=ObjectMeta(namespace="default"))
    assert str(validate_deployment(nameless)[0]) == "metadata.name: Required value: name or generateName is required"
    long = replace(deployment(), metadata=ObjectMeta(name="a" * 254, namespace="default"))
    assert validate_deployment(long)[0].detail == "must be no more than 253 bytes"


def test_only_a_sidecar_among_the_init_containers_has_probes():
    probe = {"httpGet": {"path": "/", "port": 80}}
    for policy, refused in (("", True), ("Always", False)):
        init = {"name": "a", "image": "a:1", "readinessProbe": probe} | ({"restartPolicy": policy} if policy else {})
        pod = default(from_manifest(manifest("Pod", containers=[{"name": "web", "image": "web:1"}], initContainers=[init])))
        errors = [str(error) for error in validate(pod)]
        wanted = ["spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers"]
        assert errors == (wanted if refused else [])

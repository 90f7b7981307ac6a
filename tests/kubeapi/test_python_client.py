"""The official Python client drives a desk: typed, watching, dynamic."""

import pytest
from kubernetes import client, dynamic, utils, watch
from kubernetes.client.exceptions import ApiException

NAMESPACE = "default"


@pytest.fixture
def api(kubectl):
    """A client with the key as a Bearer token, as a kubeconfig over https would send it."""
    configuration = client.Configuration(host=f"{kubectl.desk.server.url}/k8s/{kubectl.desk.desk}")
    configuration.api_key = {"authorization": f"Bearer {kubectl.desk.key}"}
    return client.ApiClient(configuration)


def test_list_create_patch_scale_watch_delete(api, kubectl):
    apps, core = client.AppsV1Api(api), client.CoreV1Api(api)
    assert [d.metadata.name for d in apps.list_namespaced_deployment(NAMESPACE).items] == ["web"]
    labels = {"app": "blue"}
    container = client.V1Container(name="blue", image="nginx:1.27")
    template = client.V1PodTemplateSpec(metadata=client.V1ObjectMeta(labels=labels), spec=client.V1PodSpec(containers=[container]))
    spec = client.V1DeploymentSpec(replicas=2, selector=client.V1LabelSelector(match_labels=labels), template=template)
    kubectl.desk.clock(speed=1)  # or all would be over before the watch begins
    made = apps.create_namespaced_deployment(NAMESPACE, client.V1Deployment(metadata=client.V1ObjectMeta(name="blue"), spec=spec))
    assert (made.metadata.generation, made.spec.strategy.type) == (1, "RollingUpdate")

    seen = []
    watching = watch.Watch()
    for event in watching.stream(core.list_namespaced_pod, NAMESPACE, label_selector="app=blue", timeout_seconds=30):
        seen.append((event["type"], event["object"].status.phase))
        if sum(phase == "Running" for _, phase in seen) >= 2:
            watching.stop()
    assert ("ADDED", "Pending") in seen
    kubectl.desk.clock(speed=16)

    apps.patch_namespaced_deployment_scale("blue", NAMESPACE, {"spec": {"replicas": 3}})
    assert apps.read_namespaced_deployment_scale("blue", NAMESPACE).spec.replicas == 3
    patched = apps.patch_namespaced_deployment("blue", NAMESPACE, {"metadata": {"annotations": {"a": "b"}}})
    assert patched.metadata.annotations["a"] == "b"
    listed = apps.patch_namespaced_deployment("blue", NAMESPACE, [{"op": "replace", "path": "/spec/replicas", "value": 1}])
    assert listed.spec.replicas == 1
    kubectl("rollout", "status", "deployment/blue")
    kubectl.desk.clock(paused=True)  # or the last old pod's end would come between reading and replacing
    live = apps.read_namespaced_deployment("blue", NAMESPACE)
    live.spec.template.spec.containers[0].image = "nginx:1.28"
    assert apps.replace_namespaced_deployment("blue", NAMESPACE, live).metadata.generation > live.metadata.generation
    with pytest.raises(ApiException) as conflict:
        apps.replace_namespaced_deployment("blue", NAMESPACE, live)
    assert conflict.value.status == 409

    assert core.list_node().items[0].status.node_info.kubelet_version
    assert client.DiscoveryV1Api(api).list_namespaced_endpoint_slice(NAMESPACE).items
    assert core.list_namespaced_event(NAMESPACE).items and client.EventsV1Api(api).list_namespaced_event(NAMESPACE).items
    kubectl.desk.clock(paused=False)
    status = apps.delete_namespaced_deployment("blue", NAMESPACE, propagation_policy="Foreground")
    assert status.status
    pods = core.list_namespaced_pod(NAMESPACE, label_selector="app=web", limit=3)
    assert len(pods.items) == 3 and pods.metadata._continue
    rest = core.list_namespaced_pod(NAMESPACE, label_selector="app=web", _continue=pods.metadata._continue)
    assert len(rest.items) == 7
    gone = core.delete_namespaced_pod(pods.items[0].metadata.name, NAMESPACE, grace_period_seconds=0)
    assert gone.metadata.name == pods.items[0].metadata.name
    core.delete_collection_namespaced_pod(NAMESPACE, label_selector="app=web")


def test_a_new_budget_has_all_its_counts(api):
    spec = client.V1PodDisruptionBudgetSpec(min_available="50%", selector=client.V1LabelSelector(match_labels={"no": "such"}))
    budget = client.V1PodDisruptionBudget(metadata=client.V1ObjectMeta(name="made"), spec=spec)
    made = client.PolicyV1Api(api).create_namespaced_pod_disruption_budget(NAMESPACE, budget)
    assert (made.status.disruptions_allowed, made.status.expected_pods) == (0, 0)


def test_evict(api, kubectl):
    kubectl("rollout", "status", "deployment/web")
    core = client.CoreV1Api(api)
    pod = core.list_namespaced_pod(NAMESPACE).items[0].metadata.name
    eviction = client.V1Eviction(metadata=client.V1ObjectMeta(name=pod, namespace=NAMESPACE))
    core.create_namespaced_pod_eviction(pod, NAMESPACE, eviction)
    assert pod not in [p.metadata.name for p in core.list_namespaced_pod(NAMESPACE).items if p.metadata.deletion_timestamp is None]


def test_the_dynamic_client(api):
    cluster = dynamic.DynamicClient(api)
    deployments = cluster.resources.get(api_version="apps/v1", kind="Deployment")
    assert [d.metadata.name for d in deployments.get(namespace=NAMESPACE).items] == ["web"]
    body = {"metadata": {"name": "web"}, "spec": {"replicas": 4}}
    done = deployments.patch(body=body, namespace=NAMESPACE, content_type="application/merge-patch+json")
    assert done.spec.replicas == 4
    applied = deployments.server_side_apply(
        body={"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "labels": {"a": "b"}}},
        name="web",
        namespace=NAMESPACE,
        field_manager="test",
    )
    assert applied.metadata.labels["a"] == "b"
    deployments.delete(name="web", namespace=NAMESPACE)


def test_objects_from_a_mapping(api):
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "made"}, "spec": {"ports": [{"port": 80}]}}
    (made,) = utils.create_from_dict(api, service)
    assert made.spec.cluster_ip


def test_what_may_i_do(kubectl):
    """kubectl sends this question in its binary form."""
    assert "*.*" in kubectl("auth", "can-i", "--list")

import pytest

from simulation.api.defaults import default
from simulation.api.errors import StatusError
from simulation.api.wire import from_manifest
from simulation.cluster import Cluster
from simulation.commands import Apply, Create, CreateDeployment, Run, Scale, SetImage
from simulation.kubectl.parse import parse
from tests.simulation.api.objects import manifest


@pytest.fixture
def cluster():
    cluster = Cluster(1)
    cluster.do(CreateDeployment("web", ("nginx",), replicas=4000))
    return cluster


def refused(cluster, command) -> StatusError:
    before = cluster.store.revision
    with pytest.raises(StatusError) as refusal:
        cluster.do(command)
    assert cluster.store.revision == before
    return refusal.value


def test_a_desk_holds_ten_thousand_replicas_in_all(cluster):
    cluster.do(CreateDeployment("other", ("nginx",), replicas=6000))
    error = refused(cluster, Scale("Deployment", "web", 4001))
    assert (error.code, error.field) == (422, "spec.replicas")
    assert error.message == (
        'Deployment.apps "web" is invalid: spec.replicas: Invalid value: 4001: '
        "a desk holds at most 10000 replicas in all, and 6000 of them are taken"
    )
    assert refused(cluster, Run("one", "nginx")).field == "metadata.name"
    assert cluster.do(Scale("Deployment", "web", 3999)) == "deployment.apps/web scaled"
    assert cluster.do(Run("one", "nginx")) == "pod/one created"


def test_a_full_desk_may_still_shrink_and_change(cluster):
    cluster.do(CreateDeployment("other", ("nginx",), replicas=6000))
    assert cluster.do(parse("set image deployment/web nginx=nginx:2")) == "deployment.apps/web image updated"


def test_a_desk_that_holds_too_many_may_shrink_and_change(cluster):
    """As after a Deployment was deleted in mid-rollout and left its sets and their surge behind."""
    cluster.store.create(default(from_manifest(manifest("ReplicaSet", replicas=9000))))
    assert "at most 10000 replicas" in refused(cluster, Scale("Deployment", "web", 4001)).message
    assert cluster.do(Scale("Deployment", "web", 3999)) == "deployment.apps/web scaled"
    assert cluster.do(parse("set image deployment/web nginx=nginx:2")) == "deployment.apps/web image updated"


def test_the_fader_of_a_replica_set_is_bound_too(cluster):
    cluster.run(1000)
    [rs] = cluster.store.list("ReplicaSet")
    assert "at most 10000 replicas" in refused(cluster, Scale("ReplicaSet", rs.metadata.name, 10_001)).message
    assert cluster.do(Scale("ReplicaSet", rs.metadata.name, 4001)).endswith("scaled")


def test_an_image_has_at_most_255_bytes(cluster):
    error = refused(cluster, SetImage("Deployment", "web", {"nginx": "a" * 300}))
    assert error.field == "spec.template.spec.containers[0].image"
    assert error.message.endswith("spec.template.spec.containers[0].image: Too long: may not be more than 255 bytes")
    assert cluster.do(SetImage("Deployment", "web", {"nginx": "a" * 255}))


def test_a_desk_holds_fifty_deployments_and_fifty_services():
    cluster = Cluster(1)
    for i in range(50):
        cluster.do(CreateDeployment(f"d{i}", ("nginx",), replicas=0))
        cluster.do(parse(f"create service clusterip s{i} --tcp=80"))
    assert "a desk holds at most 50 Deployments, and 50 are there already" in refused(cluster, CreateDeployment("x", ("nginx",))).message
    assert "at most 50 Services" in refused(cluster, parse("expose deployment d1 --port=80")).message


def test_history_containers_and_percentages_have_bounds_as_well(cluster):
    manifest = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: big}}
spec:
  selector: {{matchLabels: {{app: big}}}}
  {spec}
  template:
    metadata: {{labels: {{app: big}}}}
    spec: {{containers: {containers}}}
"""
    one = "[{name: a, image: x}]"
    many = "[" + ", ".join(f"{{name: c{i}, image: x}}" for i in range(21)) + "]"
    assert (
        "at most 100 old ReplicaSets" in refused(cluster, Apply(manifest.format(spec="revisionHistoryLimit: 101", containers=one))).message
    )
    assert "at most 20 containers" in refused(cluster, Apply(manifest.format(spec="paused: true", containers=many))).message
    nines = f"strategy: {{rollingUpdate: {{maxSurge: {'9' * 5000}%, maxUnavailable: 0%}}}}"
    assert "at most 9 digits" in refused(cluster, Create(manifest.format(spec=nines, containers=one))).message

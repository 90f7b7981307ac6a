import json

import pytest

from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.requests import PatchObject, Post, Put

BODY = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "labels": {"app": "web"}},
    "spec": {
        "replicas": 3,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "web:1", "ports": [{"containerPort": 80}]}]},
        },
    },
}
IMAGE = '.spec.template.spec.containers[name="web"].image'


@pytest.fixture
def cluster():
    cluster = Cluster(seed=1)
    cluster.do(Post("Deployment", BODY, "Apply", manager="one"))
    return cluster


def web(cluster):
    return cluster.store.get("Deployment", "web")


def apply(cluster, body, manager="two", force=False):
    cluster.do(PatchObject("Deployment", "web", body, "apply", force=force, manager=manager))
    return web(cluster)


def managers(cluster):
    return [(e["manager"], e["operation"], e.get("subresource", "")) for e in web(cluster).metadata.managed_fields]


def image(name):
    return {"metadata": {"name": "web"}, "spec": {"template": {"spec": {"containers": [{"name": "web", "image": name}]}}}}


def test_a_field_of_somebody_else_is_not_taken(cluster):
    with pytest.raises(StatusError) as refused:
        apply(cluster, image("web:2"))
    assert (refused.value.code, refused.value.reason) == (409, "Conflict")
    assert refused.value.message == f'Apply failed with 1 conflict: conflict with "one" using apps/v1: {IMAGE}'
    assert refused.value.causes == [("FieldManagerConflict", IMAGE, 'conflict with "one" using apps/v1')]


def test_the_same_value_is_owned_by_both(cluster):
    apply(cluster, image("web:1"))
    assert managers(cluster) == [("one", "Apply", ""), ("two", "Apply", "")]
    without = json.loads(json.dumps(BODY))
    del without["spec"]["template"]["spec"]["containers"][0]["image"]
    apply(cluster, without, "one")
    assert web(cluster).spec.template.spec.containers[0].image == "web:1", "the other still wants it"


def test_force_takes_it(cluster):
    assert apply(cluster, image("web:2"), force=True).spec.template.spec.containers[0].image == "web:2"
    with pytest.raises(StatusError):
        apply(cluster, BODY, "one")


def test_what_is_no_longer_applied_goes(cluster):
    apply(cluster, {"metadata": {"name": "web", "annotations": {"a": "b", "c": "d"}}})
    assert apply(cluster, {"metadata": {"name": "web", "annotations": {"a": "b"}}}).metadata.annotations == {"a": "b"}
    assert web(cluster).spec.replicas == 3, "what others own stays"


def test_applying_the_same_again_writes_nothing(cluster):
    before = web(cluster)
    assert apply(cluster, BODY, "one") is before


def test_a_patch_makes_its_sender_the_owner(cluster):
    cluster.do(PatchObject("Deployment", "web", {"spec": {"replicas": 5}}, "merge", "scale", manager="kubectl"))
    assert managers(cluster) == [("one", "Apply", ""), ("kubectl", "Update", "scale")]
    with pytest.raises(StatusError) as refused:
        apply(cluster, BODY, "one")
    assert refused.value.message.endswith('conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas')


def test_several_conflicts_are_listed_by_their_owner(cluster):
    with pytest.raises(StatusError) as refused:
        apply(cluster, {**image("web:2"), "spec": {**image("web:2")["spec"], "replicas": 9}})
    assert refused.value.message == (f'Apply failed with 2 conflicts: conflicts with "one" using apps/v1:\n- .spec.replicas\n- {IMAGE}')


def test_owners_outlive_a_replacement(cluster):
    cluster.do(Put("Deployment", "web", BODY, manager="three"))
    assert managers(cluster) == [("one", "Apply", "")]


def test_a_port_is_known_by_its_number_and_protocol(cluster):
    spec = {"containers": [{"name": "web", "ports": [{"containerPort": 81, "protocol": "UDP", "name": "x"}]}]}
    ports = apply(cluster, {"metadata": {"name": "web"}, "spec": {"template": {"spec": spec}}}).spec.template.spec.containers[0].ports
    assert sorted(port["containerPort"] for port in ports) == [80, 81]

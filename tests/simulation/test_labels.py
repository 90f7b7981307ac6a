"""Labels and selectors as a person uses them: who counts a pod and who sends to it is decided by its labels and nothing else."""

import msgspec
import pytest

from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.commands import Apply
from simulation.kubectl.parse import parse
from simulation.pods import is_active
from simulation.store import controller_of


def desk(*lines: str, seconds: int = 20) -> Cluster:
    return then(Cluster(1), *lines, seconds=seconds)


def then(cluster: Cluster, *lines: str, seconds: int = 20) -> Cluster:
    for line in lines:
        cluster.do(parse(line))
    cluster.run(cluster.now + seconds * 1000)
    return cluster


def three_of_web(seconds: int = 20) -> Cluster:
    return desk("create deployment web --image=web:1.0 --replicas=3", "expose deployment web --port=80", seconds=seconds)


def pods(cluster: Cluster, **labels: str) -> list[str]:
    """Names of the pods with these labels that are not ending."""
    found = (pod for pod in cluster.store.list("Pod") if is_active(pod))
    return [pod.metadata.name for pod in found if labels.items() <= pod.metadata.labels.items()]


def answering(cluster: Cluster, service: str = "web") -> list[str]:
    slices = [s for s in cluster.store.list("EndpointSlice") if s.metadata.name.startswith(f"{service}-")]
    return sorted(e.target_ref.name for s in slices for e in s.endpoints or () if e.conditions.ready)


def owner(cluster: Cluster, pod: str) -> str:
    ref = controller_of(cluster.store.get("Pod", pod))
    return ref.name if ref is not None else ""


def manifest(name: str, labels: dict[str, str], image: str = "web:1.0") -> Apply:
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels}}
    return Apply(msgspec.json.encode(body | {"spec": {"containers": [{"name": "web", "image": image}]}}).decode())


def test_pods_labelled_en_masse_come_onto_the_service_and_go_off_it_again():
    cluster = three_of_web()
    then(cluster, "create service clusterip picked --tcp=80", "set selector service picked app=web,status=enabled")
    assert answering(cluster, "picked") == []
    said = cluster.do(parse("label pods -l app=web status=enabled"))
    assert [line.split()[-1] for line in said.splitlines()] == ["labeled"] * 3
    then(cluster)
    assert answering(cluster, "picked") == sorted(pods(cluster))
    then(cluster, f"label pod {pods(cluster)[0]} status-")
    assert answering(cluster, "picked") == sorted(pods(cluster, status="enabled"))
    assert len(pods(cluster)) == 3, "a label that no ReplicaSet asks for costs no pod"


def test_the_canary_of_the_article_is_enabled_by_one_line():
    cluster = desk("create deployment web --image=web:1.0 --replicas=1")
    for name, version, enabled in (("stable", "v1.4", {"status": "enabled"}), ("canary", "v1.5", {})):
        labels = {"app": "blue", "version": version}
        pod = {"metadata": {"labels": labels | enabled}, "spec": {"containers": [{"name": "web", "image": "web:1.0"}]}}
        spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": pod}
        body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}
        cluster.do(Apply(msgspec.json.encode(body).decode()))
    then(cluster, "create service clusterip blue --tcp=80", "set selector service blue app=blue,status=enabled")
    assert answering(cluster, "blue") == sorted(pods(cluster, version="v1.4"))
    then(cluster, "label pods -l app=blue,version=v1.5 status=enabled", seconds=1)
    assert answering(cluster, "blue") == sorted(pods(cluster, app="blue"))
    then(cluster, "label pods -l app=blue,version=v1.5 status-", seconds=1)
    assert answering(cluster, "blue") == sorted(pods(cluster, version="v1.4"))
    assert len(pods(cluster, app="blue")) == 4


def test_a_pod_made_by_hand_with_a_sets_labels_is_adopted_and_one_too_many_goes():
    cluster = three_of_web()
    labels = cluster.store.get("Pod", pods(cluster)[0]).metadata.labels
    cluster.do(manifest("by-hand", labels))
    cluster.run(cluster.now + 100)
    assert len(pods(cluster)) == 3
    assert pods(cluster).count("by-hand") == 0, "the youngest, which has no node yet, is missed least"
    [rs] = cluster.store.list("ReplicaSet")
    assert [e.message for e in cluster.store.list("Event") if e.reason == "SuccessfulDelete"] == ["Deleted pod: by-hand"]
    assert rs.status.replicas == 3


def test_a_set_that_is_one_short_keeps_the_pod_that_was_made_by_hand():
    cluster = three_of_web()
    [rs] = cluster.store.list("ReplicaSet")
    labels = cluster.store.get("Pod", pods(cluster)[0]).metadata.labels
    cluster.do(parse("create deployment other --image=web:1.0 --replicas=1"))
    cluster.do(manifest("by-hand", {"app": "none"}))
    cluster.run(cluster.now + 20_000)
    cluster.do(parse(f"delete pod {pods(cluster, app='web')[0]}"))
    cluster.do(parse("label pod by-hand --overwrite " + " ".join(f"{key}={value}" for key, value in labels.items())))
    cluster.run(cluster.now + 20_000)
    assert owner(cluster, "by-hand") == rs.metadata.name
    assert len(pods(cluster, app="web")) == 3


@pytest.mark.parametrize(("label", "answers"), [("app", 3), ("pod-template-hash", 4)])
def test_a_pod_that_loses_a_label_is_released_and_replaced(label, answers):
    cluster = three_of_web()
    name = pods(cluster)[0]
    then(cluster, f"label pod {name} {label}-")
    assert owner(cluster, name) == ""
    assert cluster.store.get("Pod", name).status.phase == "Running"
    assert len(pods(cluster)) == 4
    assert len(answering(cluster)) == answers, "without app it is quarantined; without the hash it still gets requests"
    then(cluster, f"label pod {name} {label}={cluster.store.list('ReplicaSet')[0].spec.selector.match_labels[label]}")
    assert len(pods(cluster)) == 3, "taken back, and one too many goes"


def test_an_edited_template_of_a_set_leaves_its_pods_and_its_next_pods_are_of_the_new_one():
    rs = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 3,
            "selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "web2"]}]},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web:1.0"}]}},
        },
    }
    cluster = Cluster(1)
    cluster.do(Apply(msgspec.json.encode(rs).decode()))
    then(cluster)
    before = pods(cluster)
    then(cluster, "set image rs web web=web:2.0")
    assert pods(cluster) == before
    assert {pod.spec.containers[0].image for pod in cluster.store.list("Pod")} == {"web:1.0"}
    then(cluster, f"delete pod {before[0]}")
    images = sorted(pod.spec.containers[0].image for pod in cluster.store.list("Pod"))
    assert images == ["web:1.0", "web:1.0", "web:2.0"]
    then(cluster, f"label pod {before[1]} app=web2 --overwrite")
    assert len(pods(cluster)) == 3, "its selector picks both values, so nothing was released"


def test_a_deployment_answers_the_edit_of_its_set_with_a_new_set_of_its_own_template():
    cluster = three_of_web()
    [rs] = cluster.store.list("ReplicaSet")
    then(cluster, f"set image rs {rs.metadata.name} web=web:9.0", seconds=40)
    old, new = cluster.store.list("ReplicaSet")
    assert (old.spec.template.spec.containers[0].image, old.spec.replicas) == ("web:9.0", 0)
    assert (new.spec.template.spec.containers[0].image, new.spec.replicas) == ("web:1.0", 3)
    assert cluster.store.get("Deployment", "web").status.collision_count == 1
    assert {pod.spec.containers[0].image for pod in cluster.store.list("Pod")} == {"web:1.0"}


def test_a_selector_that_is_patched_or_set_cuts_over_at_once():
    cluster = three_of_web()
    then(cluster, "create deployment green --image=web:2.0 --replicas=2")
    assert cluster.do(parse("set selector service web app=green")) == "service/web selector updated"
    cluster.run(cluster.now + 100)
    assert answering(cluster) == sorted(pods(cluster, app="green"))
    cluster.do(parse("""patch service web -p '{"spec":{"selector":{"app":"web"}}}'"""))
    cluster.run(cluster.now + 100)
    assert answering(cluster) == sorted(pods(cluster, app="web"))


@pytest.mark.parametrize("kind", ["deployment web", "rs {rs}"])
def test_the_selector_of_a_deployment_or_a_set_cannot_be_changed(kind):
    cluster = three_of_web()
    named = kind.format(rs=cluster.store.list("ReplicaSet")[0].metadata.name)
    patch = '{"spec":{"selector":{"matchLabels":{"track":"canary"}}}}'
    with pytest.raises(StatusError) as refused:
        cluster.do(parse(f"patch {named} -p '{patch}'"))
    assert "field is immutable" in refused.value.kubectl()


def test_without_a_selector_nobody_keeps_the_endpoints_of_a_service():
    cluster = three_of_web()
    before = answering(cluster)
    then(cluster, """patch service web --type=merge -p '{"spec":{"selector":null}}'""", "scale deployment web --replicas=1")
    assert answering(cluster) == before

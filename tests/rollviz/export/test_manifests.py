from rollviz.export.manifests import NOTHING, manifests
from simulation.api.documents import read_all
from simulation.api.wire import to_json
from simulation.commands import Apply
from simulation.recording import Recording
from simulation.scenario import load
from tests.rollviz.export.runs import played, rolled_over


def test_what_is_taken_away_is_what_was_asked_for():
    found = [document.value for document in read_all(manifests(rolled_over().cluster.store))]
    assert [(body["kind"], body["metadata"]["name"]) for body in found] == [("Service", "web"), ("Deployment", "web")]
    for body in found:
        assert set(body) == {"apiVersion", "kind", "metadata", "spec"}
        assert set(body["metadata"]) <= {"name", "namespace", "labels", "annotations"}
    assert "clusterIP" not in found[0]["spec"]


def test_another_cluster_takes_it_and_has_the_same_objects():
    acts = [
        (0, "create deployment web --image=web:1.0 --replicas=3"),
        (0, "expose deployment web --port=80"),
        (0, "run lone --image=nginx"),
        (0, "create poddisruptionbudget web --selector=app=web --min-available=50%"),
        (0, "annotate deployment/web 'note=y'"),
        (5000, "set image deployment/web web=web:2.0"),
    ]
    before = played("blank", acts, 30_000).cluster
    after = Recording(load("blank"), 7)
    after.do(Apply(manifests(before.store)))
    for kind, name in (("Deployment", "web"), ("Service", "web"), ("PodDisruptionBudget", "web"), ("Pod", "lone")):
        one, two = (to_json(store.get(kind, name)) for store in (before.store, after.cluster.store))
        for spec in (one["spec"], two["spec"]):
            for given in ("clusterIP", "clusterIPs", "nodeName"):
                spec.pop(given, None)
        assert one["spec"] == two["spec"]
    assert after.cluster.store.get("Deployment", "web").metadata.annotations["note"] == "y"
    assert manifests(before.store) == manifests(after.cluster.store)


def test_an_empty_desk_says_that_it_is_empty():
    assert manifests(Recording(load("blank"), 1).cluster.store) == NOTHING

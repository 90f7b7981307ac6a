"""Which node, and if none, why: every case of upstream's FitError, and the words for what a node lacks."""

from collections import Counter

import pytest
from msgspec.structs import replace

from simulation import scheduler
from simulation.cluster import Cluster
from simulation.engine import Engine
from simulation.ledger import Ledger
from simulation.objects import Container, Node, NodeSpec, NodeStatus, ObjectMeta, Pod, PodSpec, PodStatus, Taint
from simulation.pods import condition
from simulation.scheduler import fit_error, quantity, requests, schedule
from simulation.store import Store
from tests.simulation.clusters import create, deployment, set_image
from tests.vectors import vector


@vector("scheduler_fit_error", "TestFitError_Error")
def test_reasons_are_counted_and_sorted(given, expected):
    diagnosis = given["diagnosis"]
    reasons = Counter(reason for node in diagnosis["nodeToStatus"]["explicit"].values() for reason in node["reasons"])
    assert fit_error(given["numAllNodes"], reasons, diagnosis.get("postFilterMsg", "")) == expected["wantReasonMsg"]


def node(name: str, cpu: str = "2", memory: str = "4Gi", pods: str = "10", **spec) -> Node:
    allocatable = {"cpu": cpu, "memory": memory, "pods": pods}
    return Node(ObjectMeta(name=name), NodeSpec(**spec), NodeStatus(allocatable=allocatable))


def pod(name: str, cpu: str = "", memory: str = "", on: str = "", phase: str = "Pending") -> Pod:
    requests = {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value}
    containers = (Container("c", resources={"requests": requests} if requests else None),)
    return Pod(ObjectMeta(name=name, namespace="default"), PodSpec(containers=containers, node_name=on), PodStatus(phase=phase))


def placed(store: Store, name: str) -> str:
    """The pod's node, or why it has none."""
    schedule(store, Ledger(), ("default", name))
    found = store.get("Pod", name)
    return found.spec.node_name or condition(found, "PodScheduled").message


def cluster(*nodes: Node) -> Store:
    store = Store(Engine(1))
    for each in nodes:
        store.create(each)
    return store


def test_each_node_says_all_that_it_has_too_little_of():
    store = cluster(node("a", pods="1"), node("b"), node("c", cpu="1"))
    for name, on in (("x", "a"), ("y", "b")):
        store.create(pod(name, "1500m", "3Gi", on=on, phase="Running"))
    store.create(pod("web", cpu="1500m", memory="2Gi"))
    assert placed(store, "web") == (
        "0/3 nodes are available: 1 Too many pods, 2 Insufficient memory, 3 Insufficient cpu. "
        "no new claims to deallocate, preemption: 0/3 nodes are available: "
        "1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod."
    )


def test_what_eviction_would_not_change_is_not_helped_by_it():
    taint = Taint(key="k", effect="NoSchedule")
    store = cluster(node("a", unschedulable=True), node("b", taints=(taint,)), node("c"))
    spec = pod("web").spec
    store.create(replace(pod("web"), spec=replace(spec, node_selector={"disk": "ssd"})))
    assert placed(store, "web") == (
        "0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint(s), "
        "1 node(s) were unschedulable. no new claims to deallocate, preemption: 0/3 nodes are available: "
        "3 Preemption is not helpful for scheduling."
    )


def test_a_pod_that_asks_for_nothing_fits_wherever_there_is_a_place_for_it():
    store = cluster(node("a", pods="2"))
    store.create(pod("big", cpu="2", on="a", phase="Running"))
    store.create(pod("done", cpu="2", on="a", phase="Succeeded"))
    store.create(pod("web"))
    assert placed(store, "web") == "a"
    store.create(pod("more"))
    assert placed(store, "more").startswith("0/1 nodes are available: 1 Too many pods.")


@pytest.mark.parametrize(
    ("text", "milli", "whole"),
    [("1", True, 1000), ("100m", True, 100), ("0.5", True, 500), ("1Gi", False, 2**30), ("1500m", False, 2), ("1k", False, 1000)],
)
def test_a_quantity_is_a_whole_number_rounded_up(text, milli, whole):
    assert quantity(text, milli) == whole


def test_a_pod_asks_for_what_runs_at_the_same_time():
    asks = [Container(str(cpu), resources={"requests": {"cpu": f"{cpu}m"}}) for cpu in (500, 900, 300, 400)]
    sidecar = replace(asks[0], restart_policy="Always")
    for init, milli in (((), 700), ((asks[1],), 900), ((sidecar,), 1200), ((sidecar, asks[1]), 1400), ((asks[1], sidecar), 1200)):
        assert requests(Pod(spec=PodSpec(init_containers=init, containers=tuple(asks[2:])))) == (milli, 0)


def test_without_nodes_there_is_nothing_to_count():
    store = cluster()
    store.create(pod("web"))
    assert placed(store, "web") == "no nodes available to schedule pods"


def test_the_short_way_chooses_what_the_scores_choose(monkeypatch):
    """Pods that ask for nothing are placed without a look at every filter; with one, they must land on the same nodes."""
    placed = []
    for short in (True, False):
        if not short:
            monkeypatch.setattr(scheduler, "_emptiest", lambda store, spread: "")
        cluster = Cluster(3, nodes=7, pods_per_node=5)
        cluster.do(create(deployment(replicas=40)))
        cluster.run(20_000)
        cluster.do(set_image("web:2.0"))
        cluster.run(60_000)
        placed.append({pod.metadata.name: pod.spec.node_name for pod in cluster.store.list("Pod")})
    assert placed[0] == placed[1]
    assert sum(not node for node in placed[0].values()) >= 5

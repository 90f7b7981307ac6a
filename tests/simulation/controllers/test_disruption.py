"""What a PodDisruptionBudget counts and allows."""

import pytest
from msgspec.structs import replace

from simulation.cluster import Cluster
from simulation.kubectl.parse import parse
from simulation.objects import PodDisruptionBudget, PodDisruptionBudgetStatus
from tests.simulation.clusters import Act, running


def budget(cluster: Cluster) -> PodDisruptionBudget:
    return cluster.store.get("PodDisruptionBudget", "web")


def counts(status: PodDisruptionBudgetStatus) -> tuple[int, int, int, int]:
    return status.expected_pods, status.desired_healthy, status.current_healthy, status.disruptions_allowed


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("--max-unavailable=1", (8, 7, 8, 1)),
        ("--max-unavailable=0", (8, 8, 8, 0)),
        ("--max-unavailable=25%", (8, 6, 8, 2)),
        ("--max-unavailable=30%", (8, 5, 8, 3)),
        ("--max-unavailable=20", (8, 0, 8, 8)),
        ("--min-available=6", (8, 6, 8, 2)),
        ("--min-available=20", (8, 20, 8, 0)),
        ("--min-available=50%", (8, 4, 8, 4)),
        ("--min-available=51%", (8, 5, 8, 3)),
    ],
)
def test_a_share_is_of_what_the_controllers_want_and_rounds_up(flag, expected):
    cluster = running(replicas=8)
    said = cluster.do(parse(f"create pdb web --selector=app=web {flag}"))
    assert said == "poddisruptionbudget.policy/web created"
    cluster.run(cluster.now + 100)
    status = budget(cluster).status
    assert counts(status) == expected
    [found] = status.conditions
    enough = expected[3] > 0
    assert (found.type, found.status) == ("DisruptionAllowed", "True" if enough else "False")
    assert found.reason == ("SufficientPods" if enough else "InsufficientPods")
    assert status.observed_generation == budget(cluster).metadata.generation == 1


def test_it_counts_again_when_pods_come_and_go():
    cluster = running(replicas=8)
    cluster.do(parse("create pdb web --selector=app=web --max-unavailable=1"))
    off = cluster.now
    cluster.do(parse("# node-1: power off"))
    cluster.run(off + 56_000)
    assert counts(budget(cluster).status) == (8, 7, 6, 0)
    cluster.do(parse("scale deploy web --replicas=4"))
    cluster.run(off + 120_000)
    assert counts(budget(cluster).status)[:2] == (4, 3)


def test_a_budget_that_picks_nothing_allows_nothing():
    cluster = running(replicas=2)
    cluster.do(parse("create pdb web --selector=app=other --min-available=0"))
    cluster.run(cluster.now + 100)
    assert counts(budget(cluster).status) == (0, 0, 0, 0)
    [said] = [e for e in cluster.store.list("Event") if e.involved_object.kind == "PodDisruptionBudget"]
    assert (said.type, said.reason, said.message, said.source.component) == (
        "Normal",
        "NoPods",
        "No matching pods found",
        "controllermanager",
    )


def test_pods_that_nobody_controls_make_a_share_doubtful():
    cluster = Cluster(1)
    cluster.do(parse("run bare --image=nginx --labels=app=web"))
    cluster.do(parse("create pdb web --selector=app=web --max-unavailable=1"))
    cluster.run(20_000)
    assert counts(budget(cluster).status) == (0, 0, 1, 0)
    said = [e for e in cluster.store.list("Event") if e.reason == "UnmanagedPods"]
    assert "(selector: &LabelSelector{MatchLabels:map[string]string{app: web,}," in said[0].message


def test_a_pod_that_was_let_go_and_stays_counts_again_after_two_minutes():
    cluster = running(replicas=2)
    cluster.do(parse("create pdb web --selector=app=web --max-unavailable=1"))
    cluster.run(cluster.now + 100)
    name = cluster.store.list("Pod")[0].metadata.name
    status = replace(budget(cluster).status, disrupted_pods={name: cluster.store.seconds})
    cluster.do(Act(lambda store: store.update_status(replace(budget(cluster), status=status))))
    at = cluster.now
    cluster.run(at + 100_000)
    assert counts(budget(cluster).status) == (2, 1, 1, 0)
    cluster.run(at + 130_000)
    assert counts(budget(cluster).status) == (2, 1, 2, 1)
    assert [e.message for e in cluster.store.list("Event") if e.reason == "NotDeleted"] == [
        "Pod was expected by PDB default/default to be deleted but it wasn't"
    ]
    assert cluster.engine.due() is None or cluster.engine.due() > at + 200_000

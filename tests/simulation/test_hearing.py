"""What two versions heard is counted over the same time; and with the engine's own requests a verdict is right as often as it says."""

import json
from itertools import islice

import pytest

from simulation.chance import Chance
from simulation.cluster import Cluster
from simulation.commands import Create, Scale, SendRequests
from simulation.hearing import together
from simulation.stages import Image, Images
from simulation.traffic import Heard
from simulation.verdict import SAME, WORSE, judge

RATE, RUNS = 200, 200


def deployment(name: str, track: str, image: str, replicas: int) -> Create:
    labels = {"app": "web", "track": track}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": image}]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    return Create(json.dumps({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}))


def cluster(canary_fails: float, canary: int = 2, **canary_image) -> Cluster:
    """Eight stable pods that fail 0.2 %, and a canary, behind one Service; requests begin."""
    images = Images((Image(name="web:1.0", error_rate=0.002), Image(name="web:2.0", error_rate=canary_fails, **canary_image)))
    made = Cluster(1, images)
    made.do(deployment("web", "stable", "web:1.0", 8))
    made.do(deployment("web-canary", "canary", "web:2.0", canary))
    spec = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
    made.do(Create(json.dumps({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec})))
    made.run(20_000)
    made.do(SendRequests("web", RATE))
    return made


def heard(made: Cluster) -> tuple[Heard, Heard]:
    """(stable, canary)"""
    uids = {rs.metadata.labels["track"]: rs.metadata.uid for rs in made.store.list("ReplicaSet")}
    return together(made.traffic.flows["default", "web"], uids["stable"], uids["canary"])


def runs(made: Cluster):
    """The same cluster with other chances for its requests."""
    for seed in range(RUNS):
        run = made.copy()
        run.traffic.chance = Chance(seed)
        yield run


def each_second(run: Cluster, seconds: int):
    for _ in range(seconds):
        run.run(run.now + 1000)
        yield judge(*heard(run))


def test_an_equal_canary_is_condemned_in_at_most_five_of_a_hundred_runs_though_each_second_is_looked_at():
    condemned = sum(any(verdict.said == WORSE for verdict in each_second(run, 40)) for run in runs(cluster(0.002)))
    assert condemned <= 0.05 * RUNS


def test_a_canary_that_fails_3_percent_is_condemned_in_95_of_a_hundred_runs_once_1000_requests_were_heard():
    condemned = 0
    for run in runs(cluster(0.03)):
        condemned += next(verdict for verdict in each_second(run, 60) if verdict.canary >= 1000).said == WORSE
    assert condemned >= 0.95 * RUNS


def test_a_slow_canary_is_condemned_for_it():
    *_, last = each_second(cluster(0.002, latency_ms=30.0), 60)
    assert [measure.name for measure in last.worse] == ["p50", "p95"]


@pytest.mark.parametrize(("slower", "said"), [(1.1, SAME), (1.5, WORSE)])
def test_a_canary_that_is_only_slower_is_condemned_when_it_is_by_more_than_is_allowed(slower, said):
    for run in islice(runs(cluster(0.002, latency_ms=20.0 * slower)), 20):
        verdict = next(verdict for verdict in each_second(run, 60) if verdict.canary >= 1000)
        assert verdict.said == said and {measure.name for measure in verdict.worse} == ({"p50", "p95"} if said == WORSE else set())


def test_both_are_heard_from_the_canarys_first_request_on():
    made = cluster(0.002, canary=0)
    made.run(made.now + 30_000)
    assert heard(made) == (Heard(), Heard())
    made.do(Scale("Deployment", "web-canary", 2))
    made.run(made.now + 30_000)
    stable, canary = heard(made)
    assert canary.requests > 0 and stable.requests == pytest.approx(4 * canary.requests, rel=0.1)
    assert all(sum(one.latencies) == one.requests - one.errors for one in (stable, canary))


def test_a_canary_is_not_condemned_for_the_requests_that_are_lost_when_a_hand_makes_it_smaller():
    made = cluster(0.002, canary=4)
    made.run(made.now + 15_000)
    made.do(Scale("Deployment", "web-canary", 1))
    made.run(made.now + 10_000)
    flow = made.traffic.flows["default", "web"]
    stable, canary = heard(made)
    assert flow.lost_in_all > 0
    assert canary.requests + stable.requests + flow.lost_in_all == flow.sent
    assert judge(stable, canary).said != WORSE


def test_hearing_is_copied_with_the_cluster():
    made = cluster(0.002)
    made.run(made.now + 5000)
    twin = made.copy()
    twin.run(twin.now + 5000)
    made.run(made.now + 5000)
    assert heard(twin) == heard(made)

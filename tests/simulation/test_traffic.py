"""Requests in numbers: none is forgotten, each lost one has a reason, and what was lost is what the run says."""

import pytest

from simulation import latency
from simulation.api.errors import StatusError
from simulation.chance import Chance
from simulation.kubectl.parse import parse
from simulation.scenario import Scenario

TEXT = """
title: Requests
images:
  - {{name: "web:1.0", error_rate: 0.0}}
  - {{name: "web:bad-answers", behaviour: good, error_rate: 0.25}}
  - {{name: "web:small", behaviour: good, concurrency: 1, latency_ms: 100}}
objects:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: web}}
    spec:
      replicas: {replicas}
      selector: {{matchLabels: {{app: web}}}}
      strategy: {strategy}
      template:
        metadata: {{labels: {{app: web}}}}
        spec:
          containers:
            - name: web
              image: {image}
              {probe}
              {hook}
  - apiVersion: v1
    kind: Service
    metadata: {{name: web}}
    spec: {{selector: {{app: web}}, ports: [{{port: 80}}], sessionAffinity: {affinity}}}
traffic: [{{service: web, rate: {rate}}}]
"""
PROBE = "readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}"
ONE_MORE = "{rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}"
RECREATE = "{type: Recreate}"


def start(strategy=ONE_MORE, hook="", probe=PROBE, image="web:1.0", replicas=10, rate=200, affinity="None", seed=1):
    text = TEXT.format(strategy=strategy, hook=hook, probe=probe, image=image, replicas=replicas, rate=rate, affinity=affinity)
    cluster = Scenario.parse(text).start(seed)
    cluster.run(20_000)
    return cluster


def flow_of(cluster):
    return cluster.traffic.flows["default", "web"]


def roll(cluster, image="web:2.0", until=120_000):
    cluster.do(parse(f"kubectl set image deployment/web web={image}"))
    cluster.run(until)
    return flow_of(cluster)


def accounted(flow):
    return sum(heard.requests for heard in flow.heard.values()) + flow.lost_in_all


SLEEP = "lifecycle: {preStop: {sleep: {seconds: 5}}}"


@pytest.mark.parametrize("hook", [SLEEP, 'lifecycle: {preStop: {exec: {command: ["sleep", "5"]}}}'])
def test_a_careful_rollout_loses_none_of_ten_thousand(hook):
    flow = roll(start(hook=hook))
    assert flow.sent >= 10_000 and flow.lost == {} and accounted(flow) == flow.sent


@pytest.mark.parametrize("rate,replicas,seconds", [(50, 1, 2), (700, 3, 30), (10_000, 50, 5)])
def test_nor_does_it_at_other_rates_sizes_and_delays(rate, replicas, seconds):
    """The delay must outlast what the proxies take to know: 20 ms after the slice, and their second between two writes."""
    cluster = start(hook=f"lifecycle: {{preStop: {{sleep: {{seconds: {seconds}}}}}}}", rate=rate, replicas=replicas)
    cluster.run(40_000)
    lost = flow_of(cluster).lost_in_all
    flow = roll(cluster, until=260_000)
    assert flow.sent >= 10_000 and flow.lost_in_all == lost and accounted(flow) == flow.sent
    assert cluster.store.get("Deployment", "web").status.updated_replicas == replicas


def test_without_a_pre_stop_hook_some_are_refused_by_pods_that_were_told_to_stop():
    lost = 0
    for seed in range(5):
        cluster = start(seed=seed, rate=2_000)
        flow = roll(cluster)
        assert set(flow.lost) == {"refused"} and accounted(flow) == flow.sent
        assert {loss.why for loss in flow.losses} == {"it was told to stop and the proxies still sent to it"}
        old = next(rs for rs in cluster.store.list("ReplicaSet") if rs.spec.replicas == 0)
        assert {loss.owner for loss in flow.losses} == {old.metadata.uid}
        assert all(pod.startswith(old.metadata.name) for loss in flow.losses for pod in loss.pods)
        assert sum(loss.count for loss in flow.losses) == flow.lost_in_all
        lost += flow.lost_in_all
    assert lost >= 5


def test_recreate_loses_what_the_gap_says():
    cluster = start(RECREATE)
    flow = roll(cluster)
    gap = next(loss for loss in flow.losses if loss.cause == "no endpoints")
    assert gap.count == pytest.approx(200 * (gap.until - gap.since) / 1000, abs=1)
    stopping = next(loss for loss in flow.losses if loss.cause == "refused")
    assert stopping.until == gap.since, "until the last old pod is gone the proxies send to those that end, for want of others"
    assert flow.lost_in_all == gap.count + stopping.count


@pytest.mark.parametrize("image", ["web:missing", "web:never-ready"])
def test_recreate_with_a_broken_image_loses_all_until_somebody_undoes_it(image):
    cluster = start(RECREATE)
    roll(cluster, image, until=60_000)
    cluster.do(parse("kubectl rollout undo deployment/web"))
    cluster.run(80_000)
    flow = flow_of(cluster)
    gap = flow.losses[-1]
    assert gap.cause == "no endpoints" and gap.since < 30_000 and 60_000 < gap.until < 75_000
    assert gap.count == pytest.approx(200 * (gap.until - gap.since) / 1000, abs=1)
    assert accounted(flow) == flow.sent


@pytest.mark.parametrize("image", ["web:missing", "web:never-ready", "web:crash"])
def test_a_broken_image_behind_a_probe_loses_none(image):
    flow = roll(start(), image)
    assert flow.sent >= 10_000
    assert flow.lost_in_all == 0 or image == "web:crash"
    assert flow.errors == 0


def test_what_crashes_behind_a_probe_is_not_said_to_count_as_ready_when_it_starts_again():
    why = {loss.why for loss in roll(start(rate=2_000), "web:crash").losses}
    assert "it had started again, did not listen yet, and the proxies still sent to it" in why
    assert "it counts as ready and does not listen yet" not in why


def test_without_a_probe_what_does_not_listen_yet_refuses():
    flow = roll(start(probe=""))
    assert any(loss.why == "it counts as ready and does not listen yet" for loss in flow.losses)


def test_without_a_probe_a_broken_version_answers_with_errors():
    cluster = start(probe="")
    flow = roll(cluster, "web:never-ready")
    new = next(rs for rs in cluster.store.list("ReplicaSet") if rs.spec.replicas)
    heard = flow.heard[new.metadata.uid]
    assert heard.errors == heard.requests > 1_000


def test_errors_come_at_the_images_rate_and_go_to_its_version():
    flow = roll(start(), "web:bad-answers", until=200_000)
    new = max(flow.heard.values(), key=lambda heard: heard.errors)
    assert new.errors / new.requests == pytest.approx(0.25, abs=0.01)
    assert flow.errors == new.errors and sum(new.latencies) == new.requests - new.errors


def test_lost_capacity_shows_as_latency_before_it_shows_as_loss():
    """Ten pods that do 8.7 requests a second each."""
    cluster = start(image="web:small", rate=60)
    idle = flow_of(cluster)
    heard = next(iter(idle.heard.values()))
    assert latency.quantile(heard.latencies, 0.5) == pytest.approx(100, rel=0.1)
    before = idle.lost_in_all
    cluster.do(parse("# web: 100 requests/s"))
    cluster.run(40_000)
    assert idle.lost_in_all == before, "they wait"
    later = next(iter(idle.heard.values()))
    assert latency.quantile(later.latencies, 0.9) > 1_000
    cluster.run(200_000)
    assert set(idle.lost) == {"timeout"} and idle.lost_in_all > before and accounted(idle) == idle.sent


def test_a_node_that_is_cut_off_swallows_requests_until_it_is_noticed():
    cluster = start()
    cluster.do(parse("# node-1: power off"))
    cluster.run(120_000)
    flow = flow_of(cluster)
    assert set(flow.lost) == {"timeout"}
    assert all("node" in loss.why for loss in flow.losses)
    lost = flow.lost_in_all
    cluster.run(180_000)
    assert flow.lost_in_all == lost


def test_with_affinity_clients_stay_with_their_pod_until_it_goes():
    cluster = start(affinity="ClientIP")
    flow = flow_of(cluster)
    (first,) = set(flow.sticky)
    name = flow.table[first].name
    assert len(flow.table) == 10, "all came when there was one pod, and stayed when there were ten"
    cluster.do(parse(f"kubectl delete pod {name}"))
    cluster.run(60_000)
    assert first not in flow.sticky and len(set(flow.sticky)) == 9


def test_nobody_there_is_lost_with_its_reason_and_a_rate_of_zero_ends_it():
    cluster = start()
    cluster.do(parse("kubectl scale deployment/web --replicas=0"))
    cluster.run(60_000)
    flow = flow_of(cluster)
    assert flow.lost["no endpoints"] > 0
    cluster.do(parse("# web: 0 requests/s"))
    sent = flow.sent
    cluster.run(100_000)
    assert flow.sent == sent


@pytest.mark.parametrize("pods", [0, 2])
def test_clients_that_wait_for_an_endpoint_send_once_there_is_one(pods):
    """Also when there is one already: nobody announces it again."""
    cluster = start(replicas=pods)
    cluster.do(parse("# web: 0 requests/s"))
    before, lost = flow_of(cluster).sent, flow_of(cluster).lost_in_all
    cluster.do(parse("# web: 200 requests/s once it answers"))
    if not pods:
        cluster.run(cluster.now + 10_000)
        assert flow_of(cluster).sent == before
        cluster.do(parse("scale deployment/web --replicas=2"))
    cluster.run(cluster.now + 30_000)
    assert flow_of(cluster).sent >= before + 2_000 and flow_of(cluster).lost_in_all == lost


def test_the_rate_is_kept_to_the_request():
    cluster = start(rate=333)
    flow = flow_of(cluster)
    sent = flow.sent
    cluster.run(30_000)
    assert flow.sent - sent == 3_330


def test_traffic_changes_nothing_else_and_is_the_same_again():
    with_it, again, without = start(), start(), start()
    without.do(parse("# web: 0 requests/s"))
    for cluster in (with_it, again, without):
        roll(cluster, until=60_000)
    assert with_it.store.list("Pod") == without.store.list("Pod")
    assert flow_of(with_it).heard == flow_of(again).heard and flow_of(with_it).losses == flow_of(again).losses


def test_a_copy_hears_the_same_from_here_on():
    cluster = start()
    cluster.do(parse("kubectl set image deployment/web web=web:bad-answers"))
    cluster.run(23_210)
    twin = cluster.copy()
    for one in (cluster, twin):
        one.run(61_000)
    assert flow_of(cluster).heard == flow_of(twin).heard and flow_of(cluster).sent == flow_of(twin).sent


def test_the_cost_does_not_grow_with_the_rate():
    few, many = (start(rate=rate) for rate in (200, 10_000))
    for cluster in (few, many):
        roll(cluster)
    assert many.engine.handled == few.engine.handled


def test_clients_need_a_service_and_a_sensible_rate():
    cluster = start()
    for line in ("# nobody: 10 requests/s", "# web: 100001 requests/s"):
        with pytest.raises(StatusError):
            cluster.do(parse(line))


# ------------------------------------------------------------------------------------------------------------ chance, latency


@pytest.mark.parametrize("n,p", [(10, 0.3), (1_000, 0.002), (1_000, 0.5), (10_000, 0.25), (50, 0.97)])
def test_binomial_has_its_mean_and_variance(n, p):
    chance = Chance(7)
    drawn = [chance.binomial(n, p) for _ in range(4_000)]
    mean = sum(drawn) / len(drawn)
    variance = sum((x - mean) ** 2 for x in drawn) / len(drawn)
    assert mean == pytest.approx(n * p, abs=4 * (n * p * (1 - p) / 4_000) ** 0.5)
    assert variance == pytest.approx(n * p * (1 - p), rel=0.12)
    assert all(0 <= x <= n for x in drawn)


def test_shares_add_up():
    chance = Chance(3)
    for n in (0, 1, 17, 5_000):
        assert sum(chance.share(n, [3, 0, 1, 6])) == n
        assert chance.share(n, [3, 0, 1])[1] == 0


@pytest.mark.parametrize("count", [30, 20_000])
def test_quantiles_come_back(count):
    chance, counts = Chance(5), list(latency.NONE)
    for _ in range(20_000 // count):
        latency.spread(chance, count, 20.0, 0.0, counts)
    assert sum(counts) == count * (20_000 // count)
    for part, multiple in ((0.5, 1.0), (0.9, 1.9), (0.99, 3.2)):
        assert latency.quantile(tuple(counts), part) == pytest.approx(20 * multiple, rel=0.13)
    assert latency.quantile(latency.NONE, 0.5) is None

import pytest

from simulation.kubectl.parse import parse
from simulation.recording import Recording
from simulation.scenario import Scenario, load
from simulation.upcoming import ONE_MOMENT_MS, Ahead, upcoming
from tests.simulation.test_cluster import snapshot

OUTAGE = Scenario.parse(
    """
title: A node dies, and a command comes by itself
nodes: 3
objects:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 6
      selector: {matchLabels: {app: web}}
      template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1.0"}]}}
commands:
  - {at: 30, run: "# node-2: power off"}
  - {at: 420, run: "# node-2: power on"}
  - {at: 421, run: delete deployment nobody}
"""
)


def played(until: int = 500_000) -> Recording:
    run = Recording(OUTAGE, 1)
    run.run(until)
    return run


def times(run: Recording, until: int) -> list[int]:
    ahead, found = Ahead(run), []
    while (moment := ahead.step(until)) is not None:
        found.append(moment.at_ms)
    return list(dict.fromkeys(found))


def test_what_is_foreseen_is_what_then_is_seen():
    run = Recording(OUTAGE, 1)
    run.run(5_000)
    foreseen = times(run, 500_000)
    run.run(500_000)
    assert foreseen == [time for time in run.tape.events if time > 5_000]


def test_in_the_past_what_people_did_since_is_foreseen_too():
    run = played(60_000)
    run.do(parse("scale deployment/web --replicas=4"))
    run.run(450_000)
    run.seek(40_000)
    assert times(run, 440_000) == [time for time in run.tape.events if 40_000 < time <= 440_000]


def test_a_moment_is_over_when_a_tenth_of_a_second_is():
    run = played(29_000)
    went_off = upcoming(run)
    assert (went_off.at_ms, [command.kubectl() for command in went_off.commands]) == (30_000, ["# node-2: power off"])
    run.run(30_000)
    noticed = upcoming(run)
    kinds = [kind for kind, _, _ in noticed.changes]
    assert kinds.count("Pod") == 2 and kinds.count("Node") >= 3, "NotReady, both taints, and its two pods"
    run.run(noticed.at_ms)
    node = run.cluster.store.get("Node", "node-2", "")
    assert {taint.effect for taint in node.spec.taints} == {"NoSchedule", "NoExecute"}
    after = upcoming(run)
    assert after.at_ms - noticed.at_ms > 299_000, "then nothing, until the pods are evicted"
    first = next(time for time in run.tape.events if time > 30_000)
    assert noticed.at_ms - first <= ONE_MOMENT_MS


def test_a_refused_command_is_nothing_that_happens():
    run = played(450_000)
    run.seek(420_900)
    assert all(not moment.commands for moment in [upcoming(run)] if moment)


def test_nothing_comes_when_all_is_at_rest_and_the_run_is_not_touched():
    run = played(60_000)
    before = snapshot(run.cluster), run.end, len(run.tape.events)
    assert upcoming(run, 1_000) is None
    upcoming(run)
    assert (snapshot(run.cluster), run.end, len(run.tape.events)) == before
    quiet = Recording(Scenario.parse("title: T"), 1)
    assert upcoming(quiet) is None


@pytest.mark.parametrize("at", [20_000, 100_000, 385_000])
def test_a_skip_ends_where_the_next_one_begins(at):
    run = played(at)
    first = upcoming(run)
    run.run(first.at_ms)
    following = upcoming(run)
    assert following is None or following.at_ms > first.at_ms


def test_a_drain_that_is_refused_and_one_that_ends_are_things_that_happen():
    run = Recording(OUTAGE, 1)
    run.run(20_000)
    run.do(parse("create poddisruptionbudget web --selector=app=web --min-available=6"))
    run.run(21_000)
    run.do(parse("drain node-3"))
    refused = upcoming(run)
    assert [(kind, new.tried) for kind, old, new in refused.changes if kind == "Draining" and old is not None] == [("Draining", True)]
    run.run(refused.at_ms)
    assert run.tape.events[-1] == 21_080 and run.cluster.store.drains
    run.do(parse("delete poddisruptionbudget web"))
    ended = []
    while not ended:
        moment = upcoming(run)
        run.run(moment.at_ms)
        ended = [old.nodes for kind, old, new in moment.changes if kind == "Draining" and new is None]
    assert ended == [("node-3",)] and not run.cluster.store.drains


def skipped(run: Recording) -> list[int]:
    """Where skips stop, one after another, until nothing comes by itself."""
    stops = []
    while (moment := upcoming(run)) is not None:
        run.run(moment.at_ms)
        stops.append(moment.at_ms)
    return stops


def lesson(name: str) -> Recording:
    scenario = load(name)
    return Recording(scenario, scenario.seed)


def test_who_skips_until_nothing_comes_has_the_step_of_the_lesson_done():
    run = lesson("broken-deploy")
    skipped(run)
    assert len(run.reached) == 1
    run.do(parse("set image deployment/web web=web:2.O"))
    while len(run.reached) < 3:
        run.run(upcoming(run).at_ms)
    run.do(parse("rollout undo deployment/web"))
    stops = skipped(run)
    assert len(run.reached) == 4 and run.reached[-1] in stops


def test_a_step_that_waits_for_requests_alone_is_foreseen():
    run = lesson("canary")
    skipped(run)
    [sent] = run.reached
    again = lesson("canary")
    again.run(sent - 500)
    moment = upcoming(again)
    assert (moment.at_ms, moment.steps, moment.changes) == (sent, 1, ())
    assert again.step() == sent, "and a step goes there too"
    assert again.step_back() < sent
    again.run(sent)
    assert [mark.words for mark in again.marks if mark.at_ms == sent] == ["step 2"]

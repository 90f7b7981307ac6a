"""Laws that no seed, no delay and no order of acts may break, on the free-running cluster. See laws.py for each of them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulation.controllers.deployment import util
from simulation.scenario import Scenario
from tests.simulation.laws import BOUNDS, GOOD, IMAGES, PAUSE, PODS, ROLLOUTS, SCALES, Act, Program, Run, Watch, check
from tests.simulation.test_cluster import snapshot

DELETE = PODS[0]
WAITS = st.one_of(st.integers(0, 300), st.integers(300, 15_000))
RECREATE = st.just({"type": "Recreate"})


@st.composite
def rolling(draw):
    surge, unavailable = draw(st.sampled_from(BOUNDS)), draw(st.sampled_from(BOUNDS))
    if surge in (0, "0%") and unavailable in (0, "0%"):
        unavailable = 1
    return {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}


def programs(lines, strategies=None, most=8):
    acts = st.lists(st.builds(Act, WAITS, st.sampled_from(lines), st.integers(0, 20)), min_size=1, max_size=most).map(tuple)
    replicas, ready_seconds = st.integers(0, 8), st.sampled_from([0, 0, 3])
    strategies = rolling() if strategies is None else strategies
    spec = st.builds(lambda n, s, m: {"replicas": n, "strategy": s, "minReadySeconds": m}, replicas, strategies, ready_seconds)
    return st.builds(Program, st.integers(0, 2**32), spec, acts)


def law(examples):
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@law(100)
@given(programs([*IMAGES, *ROLLOUTS, PAUSE, *PODS]))
def test_a_rollout_keeps_within_its_surge_and_takes_no_more_than_it_may(program):
    assert program.bounds
    check(program)


@law(80)
@given(programs([*IMAGES, *ROLLOUTS, PAUSE, *PODS, *SCALES]))
def test_whatever_is_done_sets_converge_revisions_grow_and_endpoints_follow(program):
    check(program)


@law(50)
@given(programs([*IMAGES, *ROLLOUTS, *PODS, *SCALES], RECREATE))
def test_recreate_never_makes_a_pod_while_one_of_another_version_is_there(program):
    """Not so when paused in between: then the newest set gets all the replicas, upstream too."""
    check(program)


@law(30)
@given(programs([*IMAGES, *ROLLOUTS, DELETE, *SCALES]), st.sampled_from(GOOD))
def test_nothing_happens_while_nothing_changes(program, image):
    """With a good version in the end, and no pod let go that would go on failing by itself."""
    run = Run(program)
    run.play()
    run.do(Act(0, f"set image deployment/web web={image}"))
    watch = Watch(run.cluster, bounds=False)
    watch.rest()
    version = run.cluster.store.revision
    run.cluster.run(run.cluster.now + 7_200_000)
    assert run.cluster.changes == []
    assert run.cluster.store.revision == version


@law(40)
@given(programs([*IMAGES, *ROLLOUTS, PAUSE, *PODS, *SCALES]), st.integers(0, 8), st.booleans())
def test_a_copy_lives_on_by_itself_and_does_the_same(program, at, first):
    plain, copied = Run(program), Run(program._replace(acts=program.acts[:at]))
    plain.play()
    copied.play()
    twin = Run(program)
    twin.cluster = copied.cluster.copy()
    for run in (twin, copied) if first else (copied, twin):
        run.program = program._replace(acts=program.acts[at:])
        run.play()
        run.cluster.run(plain.cluster.now + 20_000)
    plain.cluster.run(plain.cluster.now + 20_000)
    assert snapshot(copied.cluster) == snapshot(twin.cluster) == snapshot(plain.cluster)


@law(40)
@given(programs([*IMAGES, *ROLLOUTS, PAUSE, *PODS, *SCALES], most=4), st.lists(st.integers(1, 3000), min_size=1, max_size=5))
def test_time_may_pass_in_any_steps(program, slices):
    """At once, to the next thing a person sees, or in slices: the same moments give the same state."""
    whole, stepped, sliced = Run(program), Run(program), Run(program)
    for act in (*program.acts, Act(10_000, PAUSE)):
        until = whole.cluster.now + act.wait
        whole.cluster.run(until)
        while stepped.cluster.now < until:
            stepped.cluster.step(until)
        stepped.cluster.run(until)
        for slice_ in slices * 20:
            sliced.cluster.run(min(sliced.cluster.now + slice_, until))
        sliced.cluster.run(until)
        assert snapshot(whole.cluster) == snapshot(stepped.cluster) == snapshot(sliced.cluster)
        for run in (whole, stepped, sliced):
            run.do(act)


@law(15)
@given(programs([*IMAGES, *ROLLOUTS, PAUSE, *PODS, *SCALES]))
def test_a_run_written_down_as_a_scenario_file_plays_again(program):
    run = Run(program)
    run.play()
    scenario = Scenario.parse(run.scenario())
    cluster = scenario.start()
    for at, command in scenario.timed_commands():
        cluster.run(at)
        cluster.do(command)
    cluster.run(run.cluster.now)
    assert snapshot(cluster) == snapshot(run.cluster)


def test_a_broken_law_comes_with_a_scenario_file_that_breaks_it_again(monkeypatch):
    right = util.new_rs_new_replicas
    monkeypatch.setattr(util, "new_rs_new_replicas", lambda d, total, current: right(d, total, current) + 1)
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    program = Program(1, {"replicas": 2, "strategy": strategy}, (Act(20_000, IMAGES[1]),))
    with pytest.raises(AssertionError, match="4 pods wanted, 3 allowed") as broken:
        check(program)
    [file] = broken.value.__notes__
    scenario = Scenario.parse(file)
    cluster = scenario.start()
    watch = Watch(cluster, bounds=True)
    for at, command in scenario.timed_commands():
        cluster.run(at)
        cluster.do(command)
    with pytest.raises(AssertionError, match="4 pods wanted, 3 allowed"):
        watch.settled()

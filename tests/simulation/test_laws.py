"""Laws that no seed, no delay and no order of acts may break, on the free-running cluster. See laws.py for each of them."""

from contextlib import suppress
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulation import links
from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.controllers.deployment import util
from simulation.kubectl.parse import parse
from simulation.pods import is_active
from simulation.recording import Recording
from simulation.scenario import Scenario
from tests.simulation.laws import Broken, Laws, Run, begins
from tests.simulation.test_cluster import snapshot

GOOD = ("web:1.0", "web:2.0", "web:3.0")
BAD = ("web:missing", "web:crash", "web:never-ready")
POD = "{pod}"
"""Stands in a line for one of the pods there are at that moment."""
IMAGES = tuple(f"set image deployment/web web={image}" for image in (*GOOD, *BAD))
ROLLOUTS = tuple(f"rollout {verb} deployment/web" for verb in ("resume", "restart", "undo"))
PAUSE = "rollout pause deployment/web"
DELETE = f"delete pod {POD}"
PODS = (DELETE, f"label pod {POD} app-")
SCALES = tuple(f"scale deployment/web --replicas={size}" for size in range(10))
BOUNDS = (0, 1, 2, 3, 4, "0%", "10%", "25%", "50%", "100%")
PROBE = {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 2}
CONTAINER = {"name": "web", "image": GOOD[0], "ports": [{"containerPort": 80}], "readinessProbe": PROBE}
WAITS = st.one_of(st.integers(0, 300), st.integers(300, 15_000))
RECREATE = st.just({"type": "Recreate"})


class Act(NamedTuple):
    """A line, given `wait` ms after the one before it; `pick` says which pod it is about."""

    wait: int
    line: str
    pick: int = 0

    def words(self, cluster: Cluster) -> str:
        """What to type, "" if it would be about a pod and there is none."""
        pods = [pod.metadata.name for pod in cluster.store.list("Pod") if is_active(pod)]
        if POD not in self.line:
            return self.line
        return self.line.replace(POD, pods[self.pick % len(pods)]) if pods else ""


class Program(NamedTuple):
    """`spec` is that of the Deployment `web`, without selector and template."""

    seed: int
    spec: dict[str, Any]
    acts: tuple[Act, ...]

    def begin(self) -> Run:
        return Run(begins("A law is broken", self.spec, CONTAINER, nodes=4), self.seed)


def play(run: Run, acts: tuple[Act, ...]) -> None:
    for act in acts:
        run.wait(act.wait)
        if line := act.words(run.cluster):
            run.do(line)


def check(program: Program) -> None:
    """Play a program and let it come to rest under the laws. A broken one comes with the run in its notes."""
    run = program.begin()
    with run.told():
        play(run, program.acts)
        run.laws.settle()


def obey(cluster: Cluster, act: Act) -> None:
    """Do an act with nobody watching."""
    with suppress(StatusError):
        if line := act.words(cluster):
            cluster.do(parse(line))


def live(cluster: Cluster, acts: tuple[Act, ...]) -> None:
    for act in acts:
        cluster.run(cluster.now + act.wait)
        obey(cluster, act)


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
    run = program.begin()
    with run.told():
        play(run, (*program.acts, Act(0, f"set image deployment/web web={image}")))
        run.laws.settle()
        run.laws.still(7_200_000)


@law(40)
@given(programs([*IMAGES, *ROLLOUTS, PAUSE, *PODS, *SCALES]), st.integers(0, 8), st.booleans())
def test_a_copy_lives_on_by_itself_and_does_the_same(program, at, first):
    plain, copied = program.begin().cluster, program.begin().cluster
    live(plain, program.acts)
    live(copied, program.acts[:at])
    twin = copied.copy()
    for cluster in (twin, copied) if first else (copied, twin):
        live(cluster, program.acts[at:])
        cluster.run(plain.now + 20_000)
    plain.run(plain.now + 20_000)
    assert snapshot(copied) == snapshot(twin) == snapshot(plain)


@law(40)
@given(programs([*IMAGES, *ROLLOUTS, PAUSE, *PODS, *SCALES], most=4), st.lists(st.integers(1, 3000), min_size=1, max_size=5))
def test_time_may_pass_in_any_steps(program, slices):
    """At once, to the next thing a person sees, or in slices: the same moments give the same state."""
    whole, stepped, sliced = clusters = [program.begin().cluster for _ in range(3)]
    for act in (*program.acts, Act(10_000, PAUSE)):
        until = whole.now + act.wait
        whole.run(until)
        while stepped.now < until:
            stepped.step(until)
        stepped.run(until)
        for slice_ in slices * 20:
            sliced.run(min(sliced.now + slice_, until))
        sliced.run(until)
        assert snapshot(whole) == snapshot(stepped) == snapshot(sliced)
        for cluster in clusters:
            obey(cluster, act)


@law(15)
@given(programs([*IMAGES, *ROLLOUTS, PAUSE, *PODS, *SCALES]))
def test_a_run_written_down_as_a_file_and_as_a_link_plays_again(program):
    run = program.begin()
    play(run, program.acts)
    run.wait(5_000)
    scenario = Scenario.parse(run.file())
    cluster = scenario.start()
    for at, command in scenario.timed_commands():
        cluster.run(at)
        cluster.do(command)
    cluster.run(run.cluster.now)
    assert snapshot(cluster) == snapshot(run.cluster)
    assert snapshot(opened(run.link(run.cluster.now)).cluster) == snapshot(run.cluster)


def opened(path: str) -> Recording:
    """What a desk shows that opens a link."""
    run = links.read(path.removeprefix("/l/"))
    scenario, same = links.begin(run)
    assert same
    recording = Recording(scenario, run.seed)
    for _ in links.play(run, recording):
        pass
    assert links.state_sum(recording.cluster) == run.state
    return recording


@pytest.fixture
def told(monkeypatch):
    """What is said of a run in which a Deployment takes one pod too many."""
    right = util.new_rs_new_replicas
    monkeypatch.setattr(util, "new_rs_new_replicas", lambda d, total, current: right(d, total, current) + 1)
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    program = Program(1, {"replicas": 2, "strategy": strategy}, (Act(20_000, IMAGES[1]),))
    with pytest.raises(Broken, match="4 replicas where 3 are the most") as broken:
        check(program)
    [note] = broken.value.__notes__
    return note.partition("\n")


def test_a_broken_law_comes_with_a_scenario_file_that_breaks_it_again(told):
    scenario = Scenario.parse(told[2])
    laws = Laws(scenario.start())
    with pytest.raises(Broken, match="4 replicas where 3 are the most"):
        for at, command in scenario.timed_commands():
            laws.run(at)
            laws.do(command)
        laws.settle()


def test_a_broken_law_comes_with_a_link_to_the_moment_that_breaks_it(told):
    cluster = opened(told[0]).cluster
    assert util.total_replicas(cluster.store.list("ReplicaSet")) == 4

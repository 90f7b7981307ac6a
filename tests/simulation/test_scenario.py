import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.api.errors import StatusError
from simulation.api.validation import validate_deployment_status, validate_replicaset_status
from simulation.api.wire import to_json
from simulation.conditions import holds
from simulation.kubectl.parse import parse
from simulation.recording import Recording
from simulation.scenario import Scenario, from_manifest, load, names
from tests.simulation.api.objects import manifest

LESSONS = [name for name in names() if load(name).number]
PATIENCE_MS = 120_000


def test_the_lessons_come_in_order_and_the_blank_desk_last():
    assert names() == ["just-a-container", "replica-sets", "fade", "broken-deploy", "rollback", "blank"]
    assert [load(name).number for name in names()] == [1, 2, 3, 4, 5, 0]


def test_every_lesson_has_four_to_seven_steps_of_three_lines():
    for name in LESSONS:
        lesson = load(name)
        assert 4 <= len(lesson.steps) <= 7 and lesson.minutes and lesson.side == "A" and lesson.summary
        for step in lesson.steps:
            assert len(step.text) <= 330, step.title
            assert step.opens.startswith("opens when "), step.title
            assert "!" not in step.text + step.title


def test_the_key_of_a_step_is_the_very_line_that_it_runs():
    for name in LESSONS:
        for step in load(name).steps:
            if step.action:
                assert parse(step.action.run).kubectl() == step.action.run


class Told:
    """A lesson played to its end, with its claims held at every tenth of a second."""

    def __init__(self, name: str, seed: int | None, pause_ms: int) -> None:
        self.lesson = load(name)
        self.cluster = self.lesson.start(seed)
        self.done = 0
        for step in self.lesson.steps:
            if step.action:
                self.cluster.do(parse(step.action.run))
            self.wait(step)
            self.done += 1
            self.pass_time(pause_ms)
        self.pass_time(2000)

    def wait(self, step) -> None:
        until = self.cluster.now + PATIENCE_MS
        while not step.holds(self.cluster):
            assert self.cluster.now < until, f"{step.title}: {step.opens}"
            self.pass_time(100)

    def pass_time(self, ms: int) -> None:
        for _ in range(0, ms, 100):
            self.cluster.run(self.cluster.now + 100)
            for claim in self.lesson.claims:
                if claim.always is not None and self.done >= claim.after:
                    assert holds(claim.always, self.cluster), f"{claim.claim}, at {self.cluster.now} ms"
            self.hold_statuses()

    def hold_statuses(self) -> None:
        for d in self.cluster.store.list("Deployment"):
            assert validate_deployment_status(d) == []
        for rs in self.cluster.store.list("ReplicaSet"):
            assert validate_replicaset_status(rs) == []


@pytest.mark.parametrize("pause_ms", [0, 3000])
@pytest.mark.parametrize("seed", [None, 11])
@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_can_be_played_to_its_end_and_keeps_its_claims(name, seed, pause_ms):
    told = Told(name, seed, pause_ms)
    for claim in told.lesson.claims:
        if claim.finally_ is not None:
            assert holds(claim.finally_, told.cluster), claim.claim


def test_no_step_is_done_before_its_act():
    """Or its key would light up as done before anybody pressed it. Steps whose act is free to repeat are excused by their condition."""
    for name in LESSONS:
        lesson = load(name)
        cluster = lesson.start()
        for step in lesson.steps:
            cluster.run(cluster.now + 60_000 if step.action else cluster.now)
            if step.action:
                assert not step.holds(cluster), f"{name}: {step.title}"
                cluster.do(parse(step.action.run))
            end = cluster.now + PATIENCE_MS
            while not step.holds(cluster) and cluster.now < end:
                cluster.run(cluster.now + 500)


def test_the_fade_takes_twenty_to_forty_seconds_and_moves_often():
    fade = load("fade")
    cluster = fade.start()
    cluster.run(20_000)
    cluster.do(parse("set image deployment/web web=web:2.0"))
    sizes = set()
    while not holds({"deployment": "web", "complete": True, "image": "web:2.0"}, cluster):
        cluster.run(cluster.now + 50)
        sizes.add(tuple(rs.spec.replicas for rs in cluster.store.list("ReplicaSet")))
    assert 15_000 < cluster.now - 20_000 < 40_000
    assert len(sizes) >= 6


def test_the_broken_deploy_stays_at_thirteen_eight_and_five():
    cluster = load("broken-deploy").start()
    cluster.run(20_000)
    cluster.do(parse("set image deployment/web web=web:2.O"))
    for _ in range(20):
        cluster.run(cluster.now + 60_000)
        assert holds({"deployment": "web", "total": 13, "available": 8, "unavailable": 5, "updated": 5}, cluster)
    assert holds({"condition": "Progressing", "reason": "ProgressDeadlineExceeded"}, cluster)


def test_a_scenario_is_its_text_and_starts_the_same_each_time():
    for name in names():
        scenario = load(name)
        again = Scenario.parse(scenario.source, name)
        assert again == scenario
        one, two = scenario.start(5), again.start(5)
        one.run(15_000), two.run(15_000)
        assert [to_json(p) for p in one.store.list("Pod")] == [to_json(p) for p in two.store.list("Pod")]


def test_commands_of_a_scenario_happen_by_themselves_at_their_time():
    late, early = "{at: 2.5, run: kubectl scale deployment/web --replicas=3}", "{at: 1, run: create deployment web --image=nginx}"
    text = f"title: T\ncommands:\n  - {late}\n  - {early}\n"
    scenario = Scenario.parse(text)
    assert [at for at, _ in scenario.timed_commands()] == [1000, 2500]
    recording = Recording(scenario, 1)
    recording.run(3000)
    assert recording.cluster.store.get("Deployment", "web").spec.replicas == 3


def test_a_manifest_is_a_desk_of_its_own_that_can_be_parsed_again():
    text = json.dumps(manifest()) + "\n---\n" + json.dumps(manifest("Service"))
    scenario = from_manifest(text)
    assert Scenario.parse(scenario.source) == scenario
    cluster = scenario.start(3)
    assert cluster.store.get("Deployment", "web") and cluster.store.get("Service", "web")
    assert (scenario.number, scenario.steps, scenario.nodes) == (0, (), 4)


@pytest.mark.parametrize(
    "text", [json.dumps(manifest(replicas=-1)), json.dumps(manifest(replicas=10_001)), "kind: Deployment", "not yaml: : :", ""]
)
def test_a_manifest_that_the_api_refuses_makes_no_desk(text):
    with pytest.raises(StatusError):
        from_manifest(text)


def test_images_behave_as_the_scenario_says():
    scenario = Scenario.parse("title: T\nimages:\n  - {name: nginx, behaviour: missing}\n")
    cluster = scenario.start()
    cluster.do(parse("run web --image=nginx"))
    cluster.run(10_000)
    assert holds({"log": "Failed to pull image"}, cluster)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("titel: T", 1, "Object contains unknown field `titel`"),
        ("\nsummary: S", 2, "Object missing required field `title`"),
        ("title: T\nnodez: 3", 2, "Object contains unknown field `nodez`"),
        ("title: T\nnodes: x", 2, "Expected `int`, got `str`"),
        ("title: T\nnodes: 0", 2, "a desk has 1 to 20 nodes, not 0"),
        ("title: T\nimages:\n  - name: a\n    colour: red", 4, "Object contains unknown field `colour`"),
        ("title: T\nimages:\n  - {name: a, behaviour: odd}", 3, "a behaviour is one of good, slow,"),
        ("title: T\nimages:\n  - {name: a, pull_seconds: -1}", 3, "pull_seconds is out of range"),
        ("title: T\ncommands:\n  - at: 1\n    run: scal web", 4, 'kubectl has no "scal" here: did you mean scale?'),
        ("title: T\ncommands:\n  - {at: -1, run: delete pod web}", 3, "at is 0 to 86400 seconds"),
        ("title: T\nsteps:\n  - title: S\n    text: t\n    until:\n      moon: full", 5, "no condition begins with moon"),
        (
            "title: T\nsteps:\n  - title: S\n    text: t\n    until: {time: 1}\n    action:\n      label: go\n      run: fly",
            8,
            'kubectl has no "fly" here',
        ),
        ("title: T\nclaims:\n  - claim: c", 3, "a claim has either always or finally"),
        ("title: T\nsteps: [" + "{title: S, text: t, until: {time: 1}}, " * 21 + "]", 2, "at most 20 steps, these are 21"),
        ("- a", 1, "Expected `object`, got `array`"),
        ("title: &t T\nsummary: *t", 1, "anchors and aliases are not allowed"),
    ],
)
def test_a_bad_file_is_refused_with_the_line_that_is_wrong(text, line, said):
    with pytest.raises(StatusError) as refused:
        Scenario.parse(text)
    assert refused.value.message.startswith(f"error parsing the manifest: line {line}: {said}"), refused.value.message


def test_a_scenario_that_is_not_there_is_not_found():
    for name in ("nope", "../scenario", "", "fade.yaml"):
        with pytest.raises(StatusError) as refused:
            load(name)
        assert refused.value.code == 404


keys = st.sampled_from(
    [
        "title",
        "nodes",
        "images",
        "name",
        "objects",
        "commands",
        "at",
        "run",
        "steps",
        "text",
        "until",
        "action",
        "label",
        "claims",
        "seed",
        "always",
        "kind",
        "apiVersion",
        "metadata",
        "x",
    ]
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["T", "web", "delete pod web"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=15,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(keys, values, max_size=5))
def test_no_file_does_anything_but_make_a_scenario_or_be_refused(body):
    try:
        Scenario.parse(json.dumps(body)).start()
    except StatusError:
        return

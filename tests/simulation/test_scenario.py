import json
from contextlib import suppress
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import fields

from simulation.api.documents import read
from simulation.api.errors import StatusError
from simulation.api.wire import to_json
from simulation.commands import Apply, Command, Create, Scale, Several
from simulation.conditions import holds
from simulation.kubectl.parse import parse
from simulation.objects import KINDS
from simulation.recording import Recording
from simulation.scenario import BadScenario, Scenario, from_file, from_manifest, load, names, schema
from tests.simulation.api.objects import manifest


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


BAD = [
    ("titel: T", 1, "there is no titel here: did you mean title?"),
    ("\nsummary: S", 2, "title is missing"),
    ("title: T\nnodez: 3", 2, "there is no nodez here: did you mean nodes?"),
    ("title: T\nnodes: x", 2, "nodes must be a whole number, not a text"),
    ("title: T\nnodes: 0", 2, "nodes must be at least 1"),
    ("title: T\nnodes: 21", 2, "nodes must be at most 20"),
    ("title: T\nseed: 9223372036854775808", 2, "seed must be "),
    ("title: ''", 1, "title is empty"),
    ("title: " + "T" * 201, 1, "title has at most 200 characters"),
    ("title: T\nimages:\n  - name: a\n    colour: red", 4, "there is no colour here: there are name, behaviour,"),
    ("title: T\nimages:\n  - {name: a, behaviour: odd}", 3, "a behaviour is one of good, slow,"),
    ("title: T\nimages:\n  - {name: a, pull_seconds: -1}", 3, "pull_seconds is out of range"),
    ("title: T\ncommands:\n  - at: 1\n    run: scal web", 4, 'kubectl has no "scal" here: did you mean scale?'),
    ("title: T\ncommands:\n  - {at: -1, run: delete pod web}", 3, "at must be at least 0"),
    ("title: T\ncommands:\n  - {at: 86401, run: delete pod web}", 3, "at must be at most 86400"),
    ("title: T\ncommands:\n  - {at: 1}", 3, "a command is said in one way: run, apply, create or act"),
    ("title: T\ncommands:\n  - {at: 1, run: delete pod web, apply: x}", 3, "a command is said in one way"),
    ("title: T\ncommands:\n  - at: 1\n    act: {do: scale, kind: Moon, name: web, replicas: 1}", 4, "a desk has no Moon"),
    ("title: T\ncommands:\n  - at: 1\n    act: {do: fly}", 4, "do: Invalid value 'fly'"),
    ("title: T\ncommands: [" + "{at: 1.5, run: delete pod web}, " * 501 + "]", 2, "more than 500 commands in one second"),
    ("title: T\nsteps:\n  - title: S\n    text: t\n    until:\n      moon: full", 5, "no condition begins with moon"),
    (
        "title: T\nsteps:\n  - title: S\n    text: t\n    until: {time: 1}\n    action:\n      label: go\n      run: fly",
        8,
        'kubectl has no "fly" here',
    ),
    ("title: T\nclaims:\n  - claim: c", 3, "a claim has one of always, once, finally and answer"),
    ("title: T\nsteps: [" + "{title: S, text: t, until: {time: 1}}, " * 21 + "]", 2, "at most 20 steps"),
    ("title: T\nquestions:\n  - {ask: Why?, about: weather, at: 1}", 3, "about does not know weather"),
    ("title: T\nquestions:\n  - {ask: How many?, about: available}", 3, "a question has either step or at"),
    ("title: T\nquestions:\n  - {ask: How many?, about: available, step: 1}", 3, "there is no step 1: the steps are 0"),
    ("title: T\nquestions:\n  - {ask: How many?, about: lost, at: 1}", 3, "a question about lost says of which service: of: {service: …}"),
    ("title: T\nquestions:\n  - {ask: How many?, about: pods, at: 1, of: {moon: full}}", 3, "no condition begins with moon"),
    ("title: T\nsteps:\n  - {title: S, text: t}", 3, "a step says until when, or has an act that makes it done"),
    ("title: T\nsteps:\n  - title: S\n    text: t\n    action: {label: go}", 5, "an action has either run or apply"),
    ("title: T\nsteps:\n  - title: S\n    text: t\n    action: {label: go, run: []}", 5, "run is empty"),
    ("title: T\nideas:\n  - {say: s, run: fly}", 3, 'kubectl has no "fly" here'),
    ("title: T\ndocs:\n  - {title: t, url: 'https://evil.test/'}", 3, "url must match ^https://kubernetes"),
    ("title: T\nclaims:\n  - {claim: c, answer: 1, finally: {time: 1}}", 3, "a claim has one of always, once, finally and answer"),
    ("- a", 1, "the file must be a mapping, not a list"),
    ("title: &t T\nsummary: *t", 1, "anchors and aliases are not allowed"),
    ("title: T\n  bad: [", 2, "mapping values are not allowed"),
    ("title: T\nobjects:\n" + "  - {}\n" * 51, 2, "at most 50 objects"),
]


@pytest.mark.parametrize(("text", "line", "said"), BAD)
def test_a_bad_file_is_refused_with_the_line_that_is_wrong(text, line, said):
    with pytest.raises(BadScenario) as refused:
        Scenario.parse(text)
    assert refused.value.message.startswith(f"line {line}: {said}"), refused.value.message


TEN_MILLION = """\
title: T
objects:
  - {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}
  - apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 10000000
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, image: web}]}
"""
APPLIED = "title: T\napply: |\n" + "".join(
    f"  {line}\n" for line in ("apiVersion: v1", "kind: Service", "metadata:", "  name: W!", "spec: {ports: [{port: 80}]}")
)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (TEN_MILLION, 8, 'The Deployment "web" is invalid: spec.replicas: Invalid value: 10000000: a desk holds at most 10000 replicas'),
        (APPLIED, 6, 'The Service "W!" is invalid: metadata.name: Invalid value: "W!"'),
        ("title: T\napply: |\n  a: ]", 3, "did not find expected node content"),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {}\n", 4, 'The Service "a" is invalid: spec.ports'),
        ("kind: Pod\nmetadata: {name: a}\n", 1, "Error from server (BadRequest): "),
        ("title: T\nobjects:\n  - {}", 3, "Error from server (BadRequest): "),
        ("title: T\nobjects:\n  - 3", 3, "objects must be a mapping, not a whole number"),
        ("a: 1\n---\nb: 2", 0, "this is neither a scenario"),
        ("", 0, "this is neither a scenario"),
    ],
)
def test_what_the_api_refuses_is_refused_with_its_line_when_a_file_is_brought(text, line, said):
    with pytest.raises(BadScenario) as refused:
        from_file(text)
    assert refused.value.line == line and refused.value.said.startswith(said), refused.value.message
    assert "\n" not in refused.value.said


def test_a_file_that_is_brought_is_a_scenario_or_a_manifest():
    assert from_file("title: T").title == "T"
    assert from_file(json.dumps(manifest())).start().store.get("Deployment", "web")


def test_nodes_have_room_for_as_many_pods_as_the_file_says_and_a_saved_run_keeps_that():
    made = "{at: 0, run: create deployment web --image=web:1.0 --replicas=3}"
    told = Scenario.parse(f"title: T\nnodes: 2\nmax_pods: 1\ncommands:\n  - {made}")
    for scenario in (told, Scenario.parse(Scenario.save(Recording(told, 1)))):
        run = Recording(scenario, 1)
        run.run(5000)
        refused = [c.message for pod in run.cluster.store.list("Pod") for c in pod.status.conditions if c.reason == "Unschedulable"]
        assert len(refused) == 1 and refused[0].startswith("0/2 nodes are available: 2 Too many pods.")


def test_a_command_that_is_refused_when_its_time_comes_changes_nothing_and_is_marked():
    run = Recording(Scenario.parse("title: T\ncommands:\n  - {at: 1, run: delete pod web}\n  - {at: 2, run: run web --image=nginx}"), 1)
    run.run(3000)
    assert [mark.words for mark in run.marks] == ["refused: delete pod/web", "run web"]
    assert run.cluster.store.get("Pod", "web")


# ------------------------------------------------------------------------------------------------------------ the schema

VALIDATOR = Draft202012Validator(schema())


def test_the_schema_takes_every_scenario_that_comes_with_the_program():
    Draft202012Validator.check_schema(schema())
    for name in names():
        VALIDATOR.validate(read(load(name).source))


BY_MEANING = (
    "kubectl has no",
    "a question about",
    "a step says",
    "anchors",
    "more than 500",
    "there is no step",
    "mapping values",
    "a desk has no",
)
"""What the parser finds out by understanding a value, and no schema can."""


@pytest.mark.parametrize(("text", "line", "said"), [case for case in BAD if not case[2].startswith(BY_MEANING)])
def test_the_schema_refuses_what_the_parser_refuses(text, line, said):
    assert not VALIDATOR.is_valid(read(text))


# ---------------------------------------------------------------------------------------------------------------- saving

ACTS = st.one_of(
    st.builds("scale deployment/web --replicas={}".format, st.integers(0, 20)),
    st.builds("set image deployment/web web=web:{}".format, st.sampled_from(["1.0", "2.0", "2.O", "3.0"])),
    st.sampled_from(
        [
            "rollout pause deployment/web",
            "rollout resume deployment/web",
            "rollout undo deployment/web",
            "rollout restart deployment/web",
            "delete pods -l app=web",
            "# node-2: power off",
            "# node-2: power on",
            "drain node-1 --ignore-daemonsets --force",
            "uncordon node-1",
            "annotate deployment/web 'kubernetes.io/change-cause=a \"b\" & <c>'",
            'patch deployment web -p \'{"spec": {"minReadySeconds": 3}}\'',
        ]
    ),
    st.builds(lambda n: Apply(json.dumps(manifest(replicas=n), indent=1) + "\n"), st.integers(0, 9)),
    st.just(Create("kind: Pod\napiVersion: v1\nmetadata: {name: lone}\nspec: {containers: [{name: a, image: b}]}\n# \u00e9 \t\n")),
    st.builds(lambda n: Scale(kind="Deployment", name="web", replicas=n, all=True), st.integers(0, 9)),
)


def state(cluster) -> list:
    kinds = [kind for kind in KINDS if kind != "Event"]
    return [cluster.now, cluster.store.revision, *(to_json(obj) for kind in [*kinds, "Event"] for obj in cluster.store.list(kind))]


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["fade", "rollback", "blank", ""]),
    st.integers(0, 2**63 - 1),
    st.lists(st.tuples(st.integers(0, 20_000), ACTS), max_size=8),
)
def test_a_saved_run_opened_and_run_is_the_same_to_the_byte(name, seed, acts):
    told = load(name) if name else from_manifest(json.dumps(manifest()))
    run = Recording(told, seed)
    for at, act in sorted(acts, key=lambda timed: timed[0]):
        run.run(at)
        with suppress(StatusError):
            run.do(parse(act) if isinstance(act, str) else act)
    run.run(30_000)
    opened = from_file(Scenario.save(run))
    VALIDATOR.validate(read(opened.source))
    again = Recording(opened, opened.seed)
    again.run(30_000)
    assert state(again.cluster) == state(run.cluster)
    assert [(t.at_ms, t.command) for t in again.commands] == [(t.at_ms, t.command) for t in run.commands]
    assert again.reached == run.reached
    assert Scenario.save(again) == opened.source


def test_a_saved_lesson_reads_as_a_person_would_have_written_it():
    run = Recording(load("broken-deploy"), 4)
    run.run(20_500)
    run.do(parse("set image deployment/web web=web:2.O"))
    text = Scenario.save(run)
    assert text.startswith("title: Broken deploy\nnumber: 5\nside: A\n")
    assert "\ncommands:\n  - at: 20.5\n    run: kubectl set image deployment/web web=web:2.O\nsteps:\n" in text


def test_a_run_that_is_too_long_for_a_file_says_so():
    run = Recording(load("blank"), 1)
    for _ in range(50):
        run.do(Apply(f"{json.dumps(manifest('Service'))}\n# {'x' * 6000}"))
    with pytest.raises(BadScenario, match="too much behind it for one file"):
        Scenario.save(run)


def test_what_could_not_be_opened_again_is_not_saved():
    run = Recording(load("fade"), 1)
    run.run(2500)
    for i in range(501):
        run.do(parse(f"annotate deployment/web note={i} --overwrite"))
    with pytest.raises(BadScenario, match="more than 500 commands in its second 2"):
        Scenario.save(run)


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
    """And what makes one, the schema takes."""
    try:
        run = Recording(from_file(json.dumps(body)), 1)
    except BadScenario:
        return
    if "kind" not in body:
        VALIDATOR.validate(body)
    run.run(2000)


def acts() -> st.SearchStrategy:
    """Any command; where one carries whatever a client sent, any JSON."""
    free = {Any: values, dict[str, Any]: st.dictionaries(keys, values, max_size=5)}
    kinds = [kind for kind in get_args(Command) if kind is not Several]
    one = st.one_of([st.builds(kind, **{f.name: free[f.type] for f in fields(kind) if f.type in free}) for kind in kinds])
    return one | st.builds(Several, line=st.text(), commands=st.lists(one, max_size=3).map(tuple))


@settings(max_examples=200, deadline=None)
@given(acts())
def test_no_act_does_anything_but_its_work_or_be_refused(act):
    body = {"title": "T", "commands": [{"at": 0, "act": msgspec.to_builtins(act)}]}
    try:
        run = Recording(from_file(json.dumps(body)), 1)
    except BadScenario:
        return
    run.run(2000)

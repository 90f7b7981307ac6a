import pytest

from rollviz.desk.forms import asked, line_of, place_of, suggestion
from simulation.api.errors import StatusError
from tests.rollviz.desk.desks import web


def test_a_key_posts_the_line_it_shows():
    assert asked({"verb": "run", "line": "kubectl scale deployment/web --replicas=3"}).line == "scale deployment/web --replicas=3"


def test_a_fader_posts_a_number():
    assert asked({"verb": "scale", "target": "deployment/web", "replicas": "12"}).command.replicas == 12
    assert asked({"verb": "scale", "target": "rs/web-abc", "replicas": "0"}).command.kind == "ReplicaSet"


@pytest.mark.parametrize(("value", "written"), [("4", "4"), ("25%", '"25%"'), (" 10% ", '"10%"'), ("-1", "-1"), ("lots", '"lots"')])
def test_a_knob_posts_pods_or_a_percentage(value, written):
    command = asked({"verb": "strategy", "deployment": "web", "field": "maxSurge", "value": value}).command
    assert command.patch == f'{{"spec":{{"strategy":{{"rollingUpdate":{{"maxSurge":{written}}}}}}}}}'


@pytest.mark.parametrize(("field", "value", "said"), [("minReadySeconds", "20", 20), ("progressDeadlineSeconds", " 30 ", 30)])
def test_a_field_posts_seconds(field, value, said):
    asked_for = asked({"verb": "seconds", "deployment": "web", "field": field, "value": value})
    assert asked_for.line == f"""patch deployment web -p '{{"spec":{{"{field}":{said}}}}}'"""


@pytest.mark.parametrize(
    "post",
    [
        {},
        {"verb": "drop"},
        {"verb": "run", "line": ""},
        {"verb": "run", "line": "x" * 3000},
        {"verb": "run", "line": "scale deployment/web --replicas=2\0"},
        {"verb": "run", "line": "rm -rf /"},
        {"verb": "run", "line": "scale deployment/web --replicas='"},
        {"verb": "scale", "target": "deployment/web", "replicas": "many"},
        {"verb": "scale", "target": "deployment/web", "replicas": ""},
        {"verb": "scale", "target": "", "replicas": "3"},
        {"verb": "strategy", "deployment": "web", "field": "replicas", "value": "1"},
        {"verb": "seconds", "deployment": "web", "field": "replicas", "value": "1"},
    ],
)
def test_what_makes_no_sense_is_refused_in_words(post):
    with pytest.raises(StatusError) as refused:
        asked(post)
    assert refused.value.kubectl()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("maxSurge", "-1", "must be greater than or equal to 0"),
        ("maxUnavailable", "200%", "must not be greater than 100%"),
        ("maxSurge", "lots", "a valid percent string"),
        ("maxSurge", "9" * 400, "Invalid"),
        ("maxSurge", "+-1", "a valid percent string"),
        ("minReadySeconds", "600", "must be greater than minReadySeconds"),
        ("minReadySeconds", "soon", "Invalid"),
        ("progressDeadlineSeconds", "-1", "must be greater than or equal to 0"),
    ],
)
def test_a_bad_value_changes_nothing_and_says_what_the_server_says(field, value, said):
    desk = web()
    before = desk.recording.cluster.store.get("Deployment", "web")
    verb = "seconds" if field.endswith("Seconds") else "strategy"
    with pytest.raises(StatusError) as refused:
        desk.recording.do(asked({"verb": verb, "deployment": "web", "field": field, "value": value}).command)
    assert said in refused.value.kubectl() or refused.value.reason == "Invalid"
    assert desk.recording.cluster.store.get("Deployment", "web") is before


def test_the_tried_line_can_always_be_shown():
    assert line_of({"verb": "run", "line": " kubectl get po "}) == "get po"
    assert line_of({"verb": "scale", "target": "rs/x", "replicas": "9"}) == "scale rs/x --replicas=9"
    assert line_of({"verb": "strategy", "deployment": "web"}) == "patch deployment web"


def test_only_known_places_are_written_to():
    assert place_of({"at": "say-knobs"}) == "say-knobs"
    assert place_of({"at": "app"}) == ""


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("rollback", "rollout undo deployment/web"),
        ("undo deployment/web", "rollout undo deployment/web"),
        ("pause", "rollout pause deployment/web"),
        ("get", ""),
    ],
)
def test_one_line_may_have_been_meant(line, meant):
    assert suggestion(line, "web") == meant

import pytest

from simulation.api.errors import (
    DUPLICATE,
    FORBIDDEN,
    INVALID,
    REQUIRED,
    TOO_LONG,
    FieldError,
    StatusError,
    UsageError,
    already_exists,
    go_json,
    go_quote,
    invalid,
    not_found,
)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FieldError(REQUIRED, "a.b"), "a.b: Required value"),
        (FieldError(REQUIRED, "a", detail="why"), "a: Required value: why"),
        (FieldError(INVALID, "a", -1, "why"), "a: Invalid value: -1: why"),
        (FieldError(INVALID, "a", True, "why"), "a: Invalid value: true: why"),
        (FieldError(INVALID, "a", 'x"y', "why"), 'a: Invalid value: "x\\"y": why'),
        (FieldError(INVALID, "a", {"b": "<c>", "a": 1}, "why"), 'a: Invalid value: {"a":1,"b":"\\u003cc\\u003e"}: why'),
        (FieldError(INVALID, "a", None, "why"), "a: Invalid value: null: why"),
        (FieldError(FORBIDDEN, "a", 5, "why"), "a: Forbidden: why"),
        (FieldError(DUPLICATE, "a", "x"), 'a: Duplicate value: "x"'),
        (FieldError(TOO_LONG, "a", "xxx", "may not be more than 2 bytes"), "a: Too long: may not be more than 2 bytes"),
    ],
)
def test_a_field_error_prints_as_the_api_server_prints_it(error, said):
    assert str(error) == said


def test_text_is_quoted_as_go_quotes_it():
    assert go_quote('a"\\\n\x01é\u200b\U0001f600') == '"a\\"\\\\\\n\\x01é\\u200b😀"'
    assert go_json({"b": "&", "a": [1, None]}) == '{"a":[1,null],"b":"\\u0026"}'


def test_one_error_stands_alone_and_several_in_brackets():
    one, two = FieldError(INVALID, "a", 1, "x"), FieldError(REQUIRED, "b")
    assert invalid("Deployment", "web", [one]).message == 'Deployment.apps "web" is invalid: a: Invalid value: 1: x'
    assert invalid("Pod", "web", [one, two, one]).message == 'Pod "web" is invalid: [a: Invalid value: 1: x, b: Required value]'


def test_kubectl_says_it_in_its_own_way():
    one, two = FieldError(INVALID, "a", 1, "x"), FieldError(REQUIRED, "b")
    assert invalid("Deployment", "web", [one]).kubectl() == 'The Deployment "web" is invalid: a: Invalid value: 1: x'
    assert (
        invalid("Deployment", "web", [one, two]).kubectl()
        == 'The Deployment "web" is invalid: \n* a: Invalid value: 1: x\n* b: Required value'
    )
    assert not_found("Deployment", "web").kubectl() == 'Error from server (NotFound): deployments.apps "web" not found'
    assert already_exists("Deployment", "web", "failed to create deployment: ").kubectl() == (
        'error: failed to create deployment: deployments.apps "web" already exists'
    )
    assert UsageError("unknown flag: --x").kubectl() == "error: unknown flag: --x"
    assert UsageError("a sentence", prefix="").kubectl() == "a sentence"


def test_the_desk_is_told_the_field_the_reason_and_the_message():
    error = invalid("Deployment", "web", [FieldError(INVALID, "spec.replicas", -1, "x")])
    assert error.to_desk() == {"field": "spec.replicas", "reason": "Invalid", "message": error.message}
    assert StatusError(404, "NotFound", "gone").to_desk()["field"] == ""


def test_a_status_object_names_the_kind_for_invalid_and_the_resource_otherwise():
    bad = invalid("Deployment", "web", [FieldError(INVALID, "a", 1, "x")]).to_json()
    assert bad["details"] == {
        "name": "web",
        "group": "apps",
        "kind": "Deployment",
        "causes": [{"reason": "FieldValueInvalid", "message": "Invalid value: 1: x", "field": "a"}],
    }
    gone = not_found("Pod", "web").to_json()
    assert (gone["details"], gone["code"], gone["status"]) == ({"name": "web", "kind": "pods"}, 404, "Failure")

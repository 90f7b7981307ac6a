import pytest

from simulation.api.selectors import (
    NOTHING,
    ParseError,
    Requirement,
    Selector,
    from_object,
    lex,
    matches,
    parse,
    parse_set,
    requirement,
)
from simulation.objects import LabelSelector, LabelSelectorRequirement
from tests.vectors import vector


def written(rows) -> tuple[Requirement, ...]:
    return tuple(Requirement(row["key"], row["operator"], tuple(row.get("values", ()))) for row in rows)


@vector("label_selectors", "TestSelectorParse")
def test_a_selector_is_read_and_printed_as_kubectl_does(given, expected):
    if not expected["valid"]:
        with pytest.raises(ParseError):
            parse(given["selector"])
    else:
        assert str(parse(given["selector"])) == expected["string"]


@vector("label_selectors", "TestDeterministicParse")
def test_the_order_of_requirements_does_not_matter(given, expected):
    one, two = map(parse, given["selectors"])
    assert (str(one) == str(two)) == expected["sameString"]


@vector("label_selectors", "TestSelectorMatches")
def test_a_selector_picks_the_labels_it_should(given, expected):
    assert parse(given["selector"]).matches(given["labels"]) == expected["match"]


@vector("label_selectors", "TestSetMatches")
def test_a_map_of_labels_picks_those_that_have_them_all(given, expected):
    assert matches(LabelSelector(match_labels=given["matchLabels"]), given["labels"]) == expected["match"]


def test_an_empty_selector_picks_everything_and_none_nothing():
    assert parse("").empty and parse("").matches({"x": "y"})
    assert from_object(LabelSelector()).empty and matches(LabelSelector(), {"x": "y"})
    assert not matches(None, {"x": "y"})


@vector("label_selectors", "TestLexer")
def test_the_longest_token_wins(given, expected):
    assert lex(given["s"])[0][0] == expected["t"]


@vector("label_selectors", "TestLexerSequence")
def test_a_text_falls_into_tokens(given, expected):
    assert [token for token, _ in lex(given["s"])][:-1] == expected["t"]


@vector("label_selectors", "TestParserLookahead")
def test_the_last_token_is_the_end(given, expected):
    assert [token for token, _ in lex(given["s"])] == expected["t"]


@vector("label_selectors", "TestParseOperator")
def test_only_operators_follow_a_key(given, expected):
    text = f"key {given['token']} {'(a)' if given['token'] in ('in', 'notin') else '1'}"
    if expected["error"] is None:
        parse(text)
    else:
        with pytest.raises(ParseError) as refused:
            parse(text)
        assert str(refused.value) == f"unable to parse requirement: {expected['error']}"


@vector("label_selectors", "TestRequirementConstructor")
def test_a_requirement_says_what_is_wrong_with_it(given, expected):
    errors = []
    try:
        requirement(given["key"], given["operator"], given["values"])
    except ParseError as error:
        errors = error.errors
    types = {"Invalid value": "Invalid", "Unsupported value": "NotSupported"}
    found = [{"type": types[e.type], "field": e.field, "badValue": e.value} for e in errors]
    assert found == [{**e, "field": e["field"].replace("[Key]", f"[{given['key']}]")} for e in expected["errors"]]


@vector("label_selectors", "TestToString")
def test_requirements_print_in_their_order(given, expected):
    assert str(Selector(written(given["in"]))) == expected["out"]


@vector("label_selectors", "TestRequirementSelectorMatching")
def test_requirements_must_all_hold(given, expected):
    assert Selector(written(given["sel"])).matches(given["set"]) == expected["match"]


@vector("label_selectors", "TestSetSelectorParser")
def test_the_parser_finds_these_requirements(given, expected):
    if not expected["valid"]:
        with pytest.raises(ParseError):
            parse(given["in"])
        return
    wanted = Selector().add(*written(expected["out"] or ()))
    assert parse(given["in"]) == wanted


@vector("label_selectors", "TestAdd")
def test_requirements_can_be_added(given, expected):
    start = Selector(tuple(Requirement(*row[:2], tuple(row[2])) for row in given["sel"] or ()))
    added = start.add(requirement(given["key"], given["operator"], given["values"]))
    assert added.requirements == tuple(Requirement(*row[:2], tuple(row[2])) for row in expected["refSelector"])


@vector("label_selectors", "TestSetSelectorString")
def test_a_map_of_labels_prints_sorted(given, expected):
    assert str(from_object(LabelSelector(match_labels=given["set"]))) == expected["out"]


@vector("label_selectors", "TestValidatedSelectorFromSet")
def test_a_map_of_labels_is_checked(given, expected):
    selector = LabelSelector(match_labels=given["input"])
    if expected["expectedError"] is None:
        rows = expected["expectedSelector"]
        assert from_object(selector).requirements == tuple(Requirement(r["key"], r["operator"], tuple(r["strValues"])) for r in rows)
        return
    with pytest.raises(ParseError) as refused:
        from_object(selector)
    assert [error.value for error in refused.value.errors] == [error["badValue"] for error in expected["expectedError"]]


@vector("label_selectors", "TestRequirementEqual")
def test_requirements_are_equal_when_all_of_them_is(given, expected):
    one, two = (Requirement(given[side]["key"], given[side]["operator"], tuple(given[side]["strValues"])) for side in "xy")
    assert (one == two) == expected["want"]


@vector("label_selectors", "TestMatchesNothing")
def test_only_the_null_selector_is_known_to_pick_nothing(given, expected):
    if given["labelSelector"] in ({"nothing": True}, "sharedNothingSelector"):
        selector = NOTHING
    else:
        selector = from_object(LabelSelector(match_labels=given["set"])) if given["set"] else parse(given["selector"])
    assert selector.nothing == expected["want"]


@vector("label_selectors", "TestLabelSelectorParse")
def test_the_flag_labels_takes_only_pairs(given, expected):
    if not expected["valid"]:
        with pytest.raises(ParseError):
            parse_set(given["selector"])
    else:
        assert parse_set(given["selector"]) == expected["labels"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x,,y", "found ',', expected: identifier after ','"),
        (",x", "found ',', expected: !, identifier, or 'end of string'"),
        ("a in (b c)", "unable to parse requirement: found 'c', expected: ',' or ')'"),
        ("a nott", "unable to parse requirement: found 'nott', expected: in, notin, =, ==, !=, gt, lt"),
        ("x<a", "unable to parse requirement: values[0]: Invalid value: \"a\": for 'Gt', 'Lt' operators, the value must be an integer"),
    ],
)
def test_a_bad_selector_is_refused_in_the_parsers_words(text, said):
    with pytest.raises(ParseError) as refused:
        parse(text)
    assert str(refused.value) == said


def test_expressions_and_labels_must_both_hold():
    selector = LabelSelector({"app": "web"}, (LabelSelectorRequirement("track", "NotIn", ("canary",)),))
    assert matches(selector, {"app": "web"})
    assert not matches(selector, {"app": "web", "track": "canary"})
    assert not matches(LabelSelector({}, (LabelSelectorRequirement("track", "Near", ()),)), {"track": "x"})

"""Go's own words about a JSON text."""

import pytest

from simulation.api.jsontext import duplicate_fields, syntax_error


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "unexpected end of JSON input"),
        ('{"a":', "unexpected end of JSON input"),
        ('{"a', "unexpected end of JSON input"),
        ("[1,", "unexpected end of JSON input"),
        ("nonsense", "invalid character 'n' looking for beginning of value"),
        ("{a: 1}", "invalid character 'a' looking for beginning of object key string"),
        ('{"a" 1}', "invalid character '1' after object key"),
        ('{"a": 1 "b"}', "invalid character '\"' after object key:value pair"),
        ('{"a": [1 2]}', "invalid character '2' after array element"),
        ('{"a": "[" 2}', "invalid character '2' after object key:value pair"),
        ('{"a": 1,}', "invalid character '}' looking for beginning of object key string"),
        ("[1,]", "invalid character ']' looking for beginning of value"),
        ("{} x", "invalid character 'x' after top-level value"),
        ("{'a': 1}", "invalid character '\\'' looking for beginning of object key string"),
        ('{"a": "\n"}', "invalid character '\\n' in string literal"),
        ('{"a": "\\x"}', "invalid character 'x' in string escape code"),
        ("[" * 100_000, "exceeded max depth"),
        ('{"a": [1, {"b": null}]}', ""),
    ],
)
def test_what_is_wrong_is_said_as_go_says_it(text, said):
    assert syntax_error(text.encode()) == said


def test_a_field_said_twice_is_named_by_its_path():
    assert duplicate_fields(b'{"a": 1, "a": {"b": [{"c": 1, "c": 2}]}, "d": 1}') == ['duplicate field "a"', 'duplicate field "a.b[0].c"']
    assert duplicate_fields(b'[{"op": 1, "op": 2}]') == ['duplicate field "[0].op"']
    assert duplicate_fields(b'{"a": {"a": 1}}') == []

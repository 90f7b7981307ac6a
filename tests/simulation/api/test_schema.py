from decimal import Decimal

import pytest

from simulation.api.schema import FIELDS, Mismatch, clean, parse_int_or_string, quantity
from simulation.api.wire import to_json
from tests.simulation.api.objects import deployment
from tests.vectors import vector


@vector("intstr", "TestParse")
def test_a_flag_is_a_number_where_it_is_an_int32(given, expected):
    assert parse_int_or_string(given["input"]) == expected["output"]


@vector("intstr", "TestIntOrStringUnmarshalJSON")
def test_an_int_or_string_is_read_as_it_is_written(given, expected):
    assert clean("intstr", expected["result"], []) == expected["result"]


@vector("intstr", "TestIntOrStringMarshalJSON")
def test_an_int_or_string_is_written_as_it_is_stored(given, expected):
    rolling = {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": given["input"]}}}
    assert to_json(deployment(**rolling))["spec"]["strategy"]["rollingUpdate"]["maxSurge"] == given["input"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", "1"),
        ("100m", "0.1"),
        ("0.5", "0.5"),
        ("1Ki", "1024"),
        ("1.5Gi", "1610612736"),
        ("2k", "2000"),
        ("1e3", "1000"),
        ("1E", "1e18"),
        ("5u", "0.000005"),
    ],
)
def test_a_quantity_is_a_number(text, number):
    assert quantity(clean("quantity", text, [])) == Decimal(number)


@pytest.mark.parametrize("bad", ["", "1Q", "1 Gi", "a", "1.2.3", True, [], {}, "1ki"])
def test_what_is_not_a_quantity_is_refused(bad):
    with pytest.raises(Mismatch, match="quantities must match"):
        clean("quantity", bad, [])


def test_every_type_that_a_field_names_is_known():
    scalars = {"string", "int32", "int64", "bool", "intstr", "quantity", "time", "any", "byte", "float64"}
    for name, fields in FIELDS.items():
        for key, field in fields.items():
            assert field.item in FIELDS or field.item in scalars, f"{name}.{key}: {field.item}"


def test_the_same_field_name_merges_by_its_own_key_in_each_type():
    assert FIELDS["Container"]["ports"].merge_key == "containerPort"
    assert FIELDS["ServiceSpec"]["ports"].merge_key == "port"
    assert not FIELDS["PodSpec"]["tolerations"].merge

"""The shape of the objects a person may send: every field of the API's Go types and how a strategic patch merges it.

`schema.json` maps a Go type to its fields; a field is `TYPE [merge[=KEY]] [retainKeys]` where TYPE is a scalar, `intstr`,
`quantity`, `time`, `any`, another Go type, `[]TYPE` or `map:TYPE`. Source: struct tags of k8s.io/api (v1.36).
"""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

TYPES: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("schema.json").read_text())

QUANTITY = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)(([KMGTPE]i)|[numkMGTPE]|[eE][+-]?\d+)?$")
QUANTITY_ERROR = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
SUFFIXES = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
INT_RANGES = {"int32": 2**31, "int64": 2**63}


class Mismatch(Exception):
    """A value has the wrong type. `text` is encoding/json's sentence, `loose` is what a strategic merge patch says of it."""

    def __init__(self, text: str, loose: str) -> None:
        super().__init__(text)
        self.text = text
        self.loose = loose


class Field:
    """One field's type and merge rule, parsed from its line in the table."""

    __slots__ = ("merge", "merge_key", "retain_keys", "type")

    def __init__(self, line: str) -> None:
        self.type, *flags = line.split()
        self.retain_keys = "retainKeys" in flags
        merge = next((flag for flag in flags if flag.startswith("merge")), None)
        self.merge = merge is not None
        self.merge_key = merge.partition("=")[2] if merge else ""

    @property
    def item(self) -> str:
        """The type of the elements of a list or map."""
        return self.type.removeprefix("[]").removeprefix("map:")


FIELDS = {name: {key: Field(line) for key, line in fields.items()} for name, fields in TYPES.items()}


def clean(type: str, value: Any, unknown: list[str], struct: str = "", path: str = "", strict_path: str = "") -> Any:
    """A copy of `value` as Go would decode it into `type`: nulls dropped, quantities as strings. Raises Mismatch.

    `path` is the JSON path without indices that encoding/json names, `strict_path` the one with indices that the strict decoder
    names; the latter is added to `unknown` for each field the type does not have (case matters). Fields are taken by name, as kubectl
    sends them.
    """
    if type.startswith("[]"):
        if not isinstance(value, list):
            raise _mismatch(value, f"[]{_go_type(type[2:])}", struct, path)
        return [clean(type[2:], _zero(type[2:], v), unknown, struct, path, f"{strict_path}[{i}]") for i, v in enumerate(value)]
    if type.startswith("map:"):
        if not isinstance(value, dict):
            raise _mismatch(value, f"map[string]{_go_type(type[4:])}", struct, path)
        item = type[4:]
        return {key: clean(item, _zero(item, v), unknown, struct, f"{path}.{key}", f"{strict_path}.{key}") for key, v in value.items()}
    fields = FIELDS.get(type)
    if fields is None:
        return _scalar(type, value, struct, path)
    if not isinstance(value, dict):
        raise _mismatch(value, _go_type(type), struct, path)
    return _struct(type, fields, value, unknown, path, strict_path)


def _struct(type: str, fields: dict[str, Field], value: dict, unknown: list[str], path: str, strict_path: str) -> dict:
    out = {}
    for key, inner in sorted(value.items()):
        here, strict = (f"{p}.{key}" if p else key for p in (path, strict_path))
        field = fields.get(key)
        if field is None:
            unknown.append(strict)
        elif inner is not None:
            out[key] = clean(field.type, inner, unknown, type, here, strict)
    return out


def _scalar(type: str, value: Any, struct: str, path: str) -> Any:
    kind = _json_kind(value)
    if type == "any":
        return value
    if type in INT_RANGES:
        if kind == "number" and _is_int(value) and -INT_RANGES[type] <= value < INT_RANGES[type]:
            return int(value)
        raise _mismatch(value, type, struct, path)
    if type == "bool":
        if kind == "bool":
            return value
        raise _mismatch(value, type, struct, path)
    if type == "intstr":
        if kind == "string" or (kind == "number" and _is_int(value) and -(2**31) <= value < 2**31):
            return value
        raise Mismatch(f"json: cannot unmarshal {_said(value)} into Go value of type int32", "unrecognized type: int32")
    if type == "quantity":
        return _quantity(value)
    if kind != "string":
        raise _mismatch(value, "string" if type != "time" else "Time", struct, path)
    return value


def _quantity(value: Any) -> str:
    text = str(value) if _json_kind(value) in ("string", "number") else ""
    if not QUANTITY.match(text):
        raise Mismatch(QUANTITY_ERROR, QUANTITY_ERROR)
    return text


def quantity(text: str) -> Decimal:
    """The number a quantity stands for (apimachinery/pkg/api/resource). `text` has passed `clean`."""
    if text.endswith("i"):
        return Decimal(text[:-2]) * 1024 ** ("KMGTPE".index(text[-2]) + 1)
    if text[-1] in SUFFIXES and not re.search(r"[eE][+-]?\d", text):
        return Decimal(text[:-1]).scaleb(SUFFIXES[text[-1]])
    return Decimal(text)


def _zero(type: str, value: Any) -> Any:
    """A null inside a list or map is Go's zero value."""
    if value is not None:
        return value
    if type in FIELDS or type.startswith("map:"):
        return {}
    return [] if type.startswith("[]") else {"bool": False, "string": ""}.get(type, 0)


def _is_int(value: Any) -> bool:
    return isinstance(value, int)


def _json_kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "object" if isinstance(value, dict) else "array" if isinstance(value, list) else "null"


def _said(value: Any) -> str:
    kind = _json_kind(value)
    if kind == "number" and not _is_int(value):
        return f"number {value}"
    if kind == "number" and not -(2**31) <= value < 2**31:
        return f"number {value}"
    return kind


def _go_type(type: str) -> str:
    if type in FIELDS:
        return f"v1.{type}"
    if type.startswith("[]"):
        return f"[]{_go_type(type[2:])}"
    return {"time": "v1.Time", "quantity": "resource.Quantity", "intstr": "intstr.IntOrString"}.get(type, type)


def _mismatch(value: Any, go_type: str, struct: str, path: str) -> Mismatch:
    text = f"json: cannot unmarshal {_said(value)} into Go struct field {struct}.{path} of type {go_type}"
    if go_type.startswith("[]"):
        return Mismatch(text, f"cannot restore slice from {_reflect(value)}")
    if go_type.startswith("map["):
        return Mismatch(text, f"cannot restore map from {_reflect(value)}")
    if go_type.startswith("v1."):
        return Mismatch(text, f"cannot restore struct from: {_reflect(value)}")
    return Mismatch(text, f"unrecognized type: {go_type}")


def _reflect(value: Any) -> str:
    """The kind of Go value that JSON gives for this."""
    if isinstance(value, int) and not isinstance(value, bool):
        return "int64"
    return {"number": "float64", "object": "map", "array": "slice"}.get(_json_kind(value), _json_kind(value))


def parse_int_or_string(text: str) -> int | str:
    """A flag's or query's value: a number where it is an int32, else the text (apimachinery/pkg/util/intstr Parse)."""
    if re.fullmatch(r"[+-]?[0-9]{1,10}", text) and -(2**31) <= int(text) < 2**31:
        return int(text)
    return text

"""Reads the binary form in which kubectl 1.32 and later sends what its generators make; nothing is ever written in it.

`protobuf.json` maps a message to its fields: number -> `NAME TYPE [pointer] [inline]`. Sources: the struct tags of k8s.io/api,
apimachinery/pkg/runtime/serializer/protobuf (v1.36).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simulation.api.errors import StatusError, bad_request
from simulation.api.wire import rfc3339

MAGIC = b"k8s\0"
MAX_DEPTH = 40
FIELDS: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("protobuf.json").read_text())

Value = int | bytes


class Malformed(Exception):
    """These bytes are not a message."""


def read(data: bytes) -> dict[str, Any]:
    """The object in a `runtime.Unknown` envelope, in its JSON form with apiVersion and kind. Raises StatusError."""
    if not data.startswith(MAGIC):
        raise bad_request("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
    try:
        envelope = dict(_fields(data[len(MAGIC) :]))
        about = {number: _text(value) for number, value in _fields(_bytes(envelope.get(1, b"")))}
        api_version, kind = about.get(1, ""), about.get(2, "")
        group, _, version = api_version.rpartition("/")
        message = f"{PACKAGES.get(group, group.partition('.')[0])}/{version}.{kind}"
        if kind == "DeleteOptions":
            message = "meta/v1.DeleteOptions"
        if message not in FIELDS:
            raise StatusError(400, "BadRequest", f'no kind "{kind}" is registered for version "{api_version}"')
        return {"kind": kind, "apiVersion": api_version} | _message(message, _bytes(envelope.get(2, b"")), 0)
    except (Malformed, ValueError, OverflowError, OSError, RecursionError) as error:
        # OSError is what a time beyond the system's clock is
        raise bad_request(f"the body is not a protobuf message: {error}") from None


PACKAGES = {"": "core"}


def _message(name: str, data: bytes, depth: int) -> dict[str, Any]:
    if depth > MAX_DEPTH:
        raise Malformed(f"nested more than {MAX_DEPTH} deep")
    out: dict[str, Any] = {}
    known = FIELDS[name]
    for number, raw in _fields(data):
        line = known.get(str(number))
        if line is None:
            continue
        field, type, *flags = line.split()
        if "inline" in flags:
            out |= _message(type, _bytes(raw), depth + 1)
        elif type.startswith("[]"):
            out.setdefault(field, []).append(_value(type[2:], raw, depth))
        elif type.startswith("map:"):
            entry = dict(_fields(_bytes(raw)))
            out.setdefault(field, {})[_text(entry.get(1, b""))] = _value(type[4:], entry.get(2, b""), depth)
        else:
            value = _value(type, raw, depth)
            if value is not None and ("pointer" in flags or value not in ("", 0, False)):
                out[field] = value
    return out


def _value(type: str, raw: Value, depth: int) -> Any:
    if type == "int":
        return _signed(raw)
    if type == "bool":
        return bool(_number(raw))
    if type == "string":
        return _text(raw)
    if type == "bytes":
        return _bytes(raw).hex()
    if type == "raw":
        return json.loads(_bytes(dict(_fields(_bytes(raw))).get(1, b"null")))
    if type in ("quantity", "intstr", "time"):
        parts = dict(_fields(_bytes(raw)))
        if type == "quantity":
            return _text(parts.get(1, b""))
        if type == "intstr":
            return _text(parts.get(3, b"")) if parts.get(1, 0) else _signed(parts.get(2, 0))
        return rfc3339(_signed(parts[1]), 0) if 1 in parts else None
    return _message(type, _bytes(raw), depth + 1)


def _fields(data: bytes) -> Iterator[tuple[int, Value]]:
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
        elif wire in (1, 2, 5):
            size, at = (8 if wire == 1 else 4, at) if wire != 2 else _varint(data, at)
            if at + size > len(data):
                raise Malformed("unexpected EOF")
            yield number, data[at : at + size]
            at += size
        else:
            raise Malformed(f"illegal wireType {wire}")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data):
            raise Malformed("unexpected EOF")
        if shift >= 64:
            raise Malformed("integer overflow")
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7


def _signed(raw: Value) -> int:
    number = _number(raw) & (2**64 - 1)
    return number - 2**64 if number >= 2**63 else number


def _number(raw: Value) -> int:
    if not isinstance(raw, int):
        raise Malformed("wrong wireType for a number")
    return raw


def _bytes(raw: Value) -> bytes:
    if not isinstance(raw, bytes):
        raise Malformed("wrong wireType for bytes")
    return raw


def _text(raw: Value) -> str:
    return _bytes(raw).decode()

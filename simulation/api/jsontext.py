"""What Go says about a JSON text: what is wrong with it (encoding/json), and what it says twice (sigs.k8s.io/json UnmarshalStrict)."""

import json
from typing import Any

END = "unexpected end of JSON input"
FAULTS = {
    "Expecting value": "looking for beginning of value",
    "Expecting property name enclosed in double quotes": "looking for beginning of object key string",
    "Illegal trailing comma before end of object": "looking for beginning of object key string",
    "Illegal trailing comma before end of array": "looking for beginning of value",
    "Expecting ':' delimiter": "after object key",
    "Extra data": "after top-level value",
    "Invalid control character at": "in string literal",
    "Invalid \\escape": "in string escape code",
    "Invalid \\uXXXX escape": "in \\u hexadecimal character escape",
}
"""Python's words for where a text goes wrong, and Go's."""


def syntax_error(data: bytes) -> str:
    """What Go says of a text that is no JSON, "" if it is."""
    text = data.decode(errors="replace")
    try:
        json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        return _said(text, error)
    except (RecursionError, ValueError):
        return "exceeded max depth"
    return ""


class _Pairs(list):
    """An object as it was written."""


def duplicate_fields(text: bytes) -> list[str]:
    """A sentence for each, by its path. `text` is JSON that has been read before, so that it is neither wrong nor too deep."""
    out: list[str] = []
    _look(json.loads(text, object_pairs_hook=_Pairs), "", out)
    return list(dict.fromkeys(out))


def _said(text: str, error: json.JSONDecodeError) -> str:
    at = error.pos
    if error.msg.startswith("Unterminated string") or not text[at:] or (not text[at:].strip() and "control" not in error.msg):
        return END
    if "escape" in error.msg:
        at += text[at] == "\\"
    elif "control" not in error.msg:
        at += len(text[at:]) - len(text[at:].lstrip())
    if error.msg.startswith("Illegal trailing comma"):
        at = next(i for i in range(at + 1, len(text)) if not text[i].isspace())
    if error.msg == "Expecting ',' delimiter":
        where = "after object key:value pair" if _is_in_object(text[:at]) else "after array element"
    else:
        where = FAULTS.get(error.msg, "looking for beginning of value")
    return f"invalid character {_quoted(text[at])} {where}"


def _quoted(sign: str) -> str:
    """encoding/json quoteChar."""
    return {"'": r"'\''", '"': "'\"'"}.get(sign) or f"'{json.dumps(sign, ensure_ascii=False)[1:-1]}'"


def _is_in_object(text: str) -> bool:
    """Whether the innermost bracket that is open at the end of a text is a brace."""
    open_, inside, skip = [], False, False
    for sign in text:
        if skip:
            skip = False
        elif inside:
            inside, skip = sign != '"', sign == "\\"
        elif sign == '"':
            inside = True
        elif sign in "{[":
            open_.append(sign)
        elif sign in "}]" and open_:
            open_.pop()
    return bool(open_) and open_[-1] == "{"


def _no_constant(name: str) -> Any:
    raise json.JSONDecodeError("Expecting value", name, 0)


def _look(value: Any, path: str, out: list[str]) -> None:
    if isinstance(value, _Pairs):
        seen = set()
        for key, inner in value:
            here = f"{path}.{key}" if path else key
            if key in seen:
                out.append(f'duplicate field "{here}"')
            seen.add(key)
            _look(inner, here, out)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            _look(item, f"{path}[{i}]", out)

"""kubectl's JSONPath: `{.items[*].metadata.name}`, `{range .items[*]}{.metadata.name}{"\\n"}{end}`, filters, and text between braces.

Models k8s.io/client-go/util/jsonpath (v1.33): what is missing prints nothing, several values stand with spaces between them.
"""

import re
from collections.abc import Iterator
from typing import Any

from simulation.api.errors import UsageError, go_json, go_quote
from simulation.kubectl.gotext import syntax

TOKEN = re.compile(
    r"""\.\.|\.(?P<star>\*)|\.(?P<field>(?:\\.|[^\s.\\\[\]{}'"()|,])+)"""
    r"""|\[\?\((?P<filter>[^\]]*)\)\]|\[(?P<inside>[^\]]*)\]|(?P<root>[$@])"""
)
FILTER = re.compile(r"""\s*(?P<left>@[^\s=!<>]*)\s*(?:(?P<how>==|!=|<=|>=|<|>)\s*(?P<right>.+?))?\s*""")
QUOTED = re.compile(r"'[^']*'")
SLICE = re.compile(r"(-?\d{0,9})(:-?\d{0,9})?(:-?\d{0,9})?", re.ASCII)
MOST_STEPS = 100
MOST_TEXT = 4000
MOST_SIGNS = 1_000_000


class BadPath(Exception):
    """A path that cannot be read; the text is the parser's."""


class OutOfBounds(Exception):
    """A list has no such place."""


def evaluate(template: str, value: Any) -> str:
    """The template with its braces replaced. Raises UsageError."""
    if len(template) > MOST_TEXT:
        raise UsageError(f"a template has at most {MOST_TEXT} signs here", prefix="")
    out: list[str] = []
    try:
        _run(_split(template), value, value, out)
    except OutOfBounds as wrong:
        said = f"Error executing template: {wrong}. Printing more information for debugging the template:\n"
        said += f"\ttemplate was:\n\t\t{template}\n\tobject given to jsonpath engine was:\n\t\t{syntax(value)}\n\n"
        raise UsageError(f"error executing jsonpath {go_quote(template)}: {said}") from None
    except BadPath as wrong:
        raise UsageError(f"error parsing jsonpath {template}, {wrong}") from None
    return "".join(out)[:MOST_SIGNS]


def find(path: str, value: Any) -> list[Any]:
    """What one path such as `.metadata.name` finds. Raises UsageError."""
    try:
        return _walk(path.strip(), value, value)
    except (BadPath, OutOfBounds) as wrong:
        raise UsageError(str(wrong)) from None


def relaxed(path: str) -> str:
    """A path as `--sort-by` and custom columns take it: braces and the first dot may be left out (RelaxedJSONPathExpression)."""
    path = path.strip()
    if path.startswith("{") and path.endswith("}"):
        path = path[1:-1]
    return path if path.startswith((".", "[", "$", "@")) else f".{path}"


def _split(template: str) -> list[tuple[str, str]]:
    """(what, text) pieces: plain text, and the insides of braces."""
    pieces: list[tuple[str, str]] = []
    at = 0
    while at < len(template):
        begin = template.find("{", at)
        if begin < 0:
            pieces.append(("text", template[at:]))
            break
        if begin > at:
            pieces.append(("text", template[at:begin]))
        end, quote = begin + 1, ""
        while end < len(template) and (quote or template[end] != "}"):
            sign = template[end]
            quote = "" if sign == quote else quote or (sign if sign in "\"'" else "")
            end += 1
        if end >= len(template):
            begun = template[begin + 1 :]
            raise BadPath("unterminated array" if begun.count("[") > begun.count("]") else "unclosed action")
        pieces.append(("path", template[begin + 1 : end].strip()))
        at = end + 1
    return pieces


def _run(pieces: list[tuple[str, str]], value: Any, root: Any, out: list[str]) -> None:
    at = 0
    while at < len(pieces):
        what, text = pieces[at]
        at += 1
        if what == "text":
            out.append(text)
        elif text.startswith("range"):
            end = _end(pieces, at)
            inside = pieces[at : len(pieces) if end is None else end]
            for item in _walk(text.removeprefix("range").strip(), value, root):
                _run(inside, item, root, out)
                if sum(map(len, out[-50:])) > MOST_SIGNS or len(out) > MOST_SIGNS:
                    return
            at = at if end is None else end + 1
        elif text == "end":
            raise BadPath("not in range, nothing to end")
        elif text[:1] in "\"'" and text:
            out.append(_unquoted(text))
        else:
            out.append(" ".join(map(_shown, _walk(text, value, root))))


def _end(pieces: list[tuple[str, str]], at: int) -> int | None:
    """Where the range ends; one that does not is gone through, and then once more for what is around it."""
    deep = 1
    for index in range(at, len(pieces)):
        what, text = pieces[index]
        if what == "path":
            deep += text.startswith("range") - (text == "end")
            if not deep:
                return index
    return None


def _walk(path: str, value: Any, root: Any) -> list[Any]:
    path = re.sub(r"\.\.(?=[A-Za-z_*])", "...", path)
    here, at, steps = [value], 0, 0
    while at < len(path):
        found = TOKEN.match(path, at)
        steps += 1
        if found is None or steps > MOST_STEPS:
            raise BadPath(_unreadable(path[at:]))
        at = found.end()
        if found["inside"] is not None and "," in found["inside"]:
            here = [item for part in found["inside"].split(",") for parent in here for item in _inside(part.strip(), parent, root)]
        else:
            here = [item for parent in here for item in _step(found, parent, root)]
    return here


def _unreadable(rest: str) -> str:
    if rest[0] == "[":
        return "unterminated array"
    if rest[0].isalpha():
        return f"unrecognized identifier {rest}"
    return f"unrecognized character in action: U+{ord(rest[0]):04X} '{rest[0]}'"


def _step(found: re.Match, value: Any, root: Any) -> Iterator[Any]:
    if found["root"]:
        yield root if found["root"] == "$" else value
    elif found.group() == "..":
        yield from _below(value)
    elif found["star"]:
        yield from _children(value)
    elif found["field"]:
        name = re.sub(r"\\(.)", r"\1", found["field"])
        if isinstance(value, dict) and name in value:
            yield value[name]
    elif found["filter"] is not None:
        yield from (item for item in _children(value) if _holds(found["filter"], item, root))
    else:
        yield from _inside(found["inside"].strip(), value, root)


def _inside(text: str, value: Any, root: Any) -> Iterator[Any]:
    """What stands in brackets: `*`, a path in quotes, an index or a slice."""
    if text == "*":
        yield from _children(value)
    elif QUOTED.fullmatch(text):
        yield from _walk(f".{text[1:-1]}", value, root)
    elif (found := SLICE.fullmatch(text)) is None:
        raise BadPath(f"invalid array index {text}")
    elif isinstance(value, list) and value:
        yield from value[_slice(found, len(value))]


def _slice(found: re.Match, length: int) -> slice:
    """Go's: nothing is cut off, an index outside is an error."""
    first, last, step = (int(part[1:] if part.startswith(":") else part) if part and part != ":" else None for part in found.groups(""))
    begin = 0 if first is None else first + length if first < 0 else first
    alone = first is not None and ":" not in found.group()
    end = begin + 1 if alone else length if last is None else last + length if last < 0 else last
    if not 0 <= begin < length:
        raise OutOfBounds(f"array index out of bounds: index {begin}, length {length}")
    if not 0 <= end <= length:
        raise OutOfBounds(f"array index out of bounds: index {end - 1}, length {length}")
    if begin > end:
        raise OutOfBounds(f"starting index {begin} is greater than ending index {end}")
    if step is not None and step <= 0:
        raise OutOfBounds("step must be > 0")
    return slice(begin, end, step)


def _children(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, dict) else []


def _below(value: Any) -> Iterator[Any]:
    yield value
    for child in _children(value):
        yield from _below(child)


def _holds(text: str, item: Any, root: Any) -> bool:
    found = FILTER.fullmatch(text)
    if found is None:
        raise BadPath(f"unrecognized filter {text}")
    left = _walk(found["left"], item, root)
    if not found["how"]:
        return bool(left)
    if not left:
        return False
    right = found["right"]
    other = _unquoted(right) if right[0] in "\"'" else {"true": True, "false": False}.get(right, right)
    a, b = left[0], other
    if isinstance(a, int | float) and not isinstance(a, bool) and isinstance(b, str) and re.fullmatch(r"-?\d+(\.\d+)?", b):
        b = float(b)
    if found["how"] in ("==", "!="):
        return (a == b) == (found["how"] == "==")
    if type(a) is not type(b) and not (isinstance(a, int | float) and isinstance(b, int | float)):
        return False
    return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[found["how"]]


def _unquoted(text: str) -> str:
    inside = text[1:-1]
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t", "r": "\r"}.get(m[1], m[1]), inside)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    return go_json(value)

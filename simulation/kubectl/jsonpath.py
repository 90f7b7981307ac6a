"""kubectl's JSONPath: `{.items[*].metadata.name}`, `{range .items[*]}{.metadata.name}{"\\n"}{end}`, filters, and text between braces.

Models k8s.io/client-go/util/jsonpath (v1.33): what is missing prints nothing, several values stand with spaces between them.
"""

import re
from collections.abc import Iterator
from typing import Any

from simulation.api.errors import UsageError, go_json

TOKEN = re.compile(
    r"""\.\.|\.(?P<star>\*)|\.(?P<field>[^\s.\[\]{}'"()|,]+(?:\\\.[^\s.\[\]{}'"()|,]+)*)"""
    r"""|\[\?\((?P<filter>[^\]]*)\)\]|\[(?P<inside>[^\]]*)\]|(?P<root>[$@])"""
)
FILTER = re.compile(r"""\s*(?P<left>@[^\s=!<>]*)\s*(?:(?P<how>==|!=|<=|>=|<|>)\s*(?P<right>.+?))?\s*""")
MOST_STEPS = 100
MOST_TEXT = 4000
MOST_SIGNS = 1_000_000


def evaluate(template: str, value: Any) -> str:
    """The template with its braces replaced. Raises UsageError."""
    if len(template) > MOST_TEXT:
        raise UsageError(f"a template has at most {MOST_TEXT} signs here", prefix="")
    out: list[str] = []
    _run(_split(template), value, value, out)
    return "".join(out)[:MOST_SIGNS]


def find(path: str, value: Any) -> list[Any]:
    """What one path such as `.metadata.name` finds. Raises UsageError."""
    return _walk(path.strip(), value, value)


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
            raise UsageError(f"error parsing jsonpath {template}, unclosed action")
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
            for item in _walk(text.removeprefix("range").strip(), value, root):
                _run(pieces[at:end], item, root, out)
                if sum(map(len, out[-50:])) > MOST_SIGNS or len(out) > MOST_SIGNS:
                    return
            at = end + 1
        elif text == "end":
            raise UsageError("error parsing jsonpath, not in range, nothing to end")
        elif text[:1] in "\"'" and text:
            out.append(_unquoted(text))
        else:
            out.append(" ".join(map(_shown, _walk(text, value, root))))


def _end(pieces: list[tuple[str, str]], at: int) -> int:
    deep = 1
    for index in range(at, len(pieces)):
        what, text = pieces[index]
        if what == "path":
            deep += text.startswith("range") - (text == "end")
            if not deep:
                return index
    raise UsageError("error parsing jsonpath, unterminated range")


def _walk(path: str, value: Any, root: Any) -> list[Any]:
    path = re.sub(r"\.\.(?=[A-Za-z_*])", "...", path)
    here, at, steps = [value], 0, 0
    while at < len(path):
        found = TOKEN.match(path, at)
        steps += 1
        if found is None or steps > MOST_STEPS:
            raise UsageError(f"error parsing jsonpath {{{path}}}, unrecognized identifier {path[at:]}")
        at = found.end()
        here = [item for parent in here for item in _step(found, parent, root)]
    return here


def _step(found: re.Match, value: Any, root: Any) -> Iterator[Any]:
    if found["root"]:
        yield root if found["root"] == "$" else value
    elif found.group() == "..":
        yield from _below(value)
    elif found["star"]:
        yield from _children(value)
    elif found["field"]:
        name = found["field"].replace("\\.", ".")
        if isinstance(value, dict) and name in value:
            yield value[name]
    elif found["filter"] is not None:
        yield from (item for item in _children(value) if _holds(found["filter"], item, root))
    else:
        yield from _inside(found["inside"].strip(), value)


def _inside(text: str, value: Any) -> Iterator[Any]:
    if text == "*":
        yield from _children(value)
    elif text[:1] in "\"'" and text:
        if isinstance(value, dict) and text[1:-1] in value:
            yield value[text[1:-1]]
    elif not isinstance(value, list):
        return
    elif ":" in text:
        bounds = [int(part) if re.fullmatch(r"-?\d{1,9}", part) else None for part in text.split(":")]
        yield from value[slice(*bounds[:3])] if bounds[2:] != [0] else []
    else:
        for part in text.split(","):
            if not re.fullmatch(r"\s*-?\d{1,9}\s*", part):
                raise UsageError(f"error parsing jsonpath, invalid array index {text}")
            if -len(value) <= int(part) < len(value):
                yield value[int(part)]


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
        raise UsageError(f"error parsing jsonpath, unrecognized filter {text}")
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

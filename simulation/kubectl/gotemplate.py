"""`-o go-template`: Go's text/template over the JSON of an object, as far as people use it with kubectl.

There are range, if, with, else, end, variables, pipelines, and the functions len, index, eq, ne, lt, le, gt, ge, and, or, not, print,
println, printf (%s %v %q). Models text/template (Go 1.24) and cli-runtime/pkg/printers/template.go; numbers are JSON's, and so float64.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from simulation.api.errors import UsageError, go_quote
from simulation.kubectl.gofunctions import FUNCTIONS, MISSING, printed, true

MOST_SIGNS = 500_000
MOST_TEXT = 4000
MOST_STEPS = 100_000
ACTION = re.compile(r"\{\{(?P<left>-\s)?(?P<said>(?:\"(?:\\.|[^\"\\])*\"|`[^`]*`|(?!\}\}).)*?)(?P<right>\s-)?\}\}", re.DOTALL)
TOKEN = re.compile(
    r"\s*(?:(?P<text>\"(?:\\.|[^\"\\])*\"|`[^`]*`)|(?P<number>-?\d+(?:\.\d+)?)|(?P<path>(?:\$\w*)?(?:\.\w+)+|\$\w*|\.)"
    r"|(?P<sign>:=|\(|\)|\||,)|(?P<word>\w+))"
)
OPENS = ("range", "if", "with")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


class Node(NamedTuple):
    """A piece of a template: text, an action, or a block with its two bodies."""

    what: str
    said: str
    body: tuple["Node", ...] = ()
    other: tuple["Node", ...] = ()


def evaluate(template: str, value: Any) -> str:
    """Raises UsageError."""
    if len(template) > MOST_TEXT:
        raise UsageError(f"a template has at most {MOST_TEXT} signs here", prefix="")
    out: list[str] = []
    try:
        nodes, _ = _parse(list(_pieces(template)), 0, template)
        _Run(template).nodes(nodes, value, {"$": value}, out)
    except RecursionError:
        raise _wrong(template, "so deep a nesting") from None
    return "".join(out)[:MOST_SIGNS]


def _wrong(template: str, said: str) -> UsageError:
    return UsageError(f"this template is more than this terminal reads: {said} in {go_quote(template)}", prefix="")


def _pieces(template: str) -> Iterator[tuple[str, str]]:
    at, trim = 0, False
    for found in ACTION.finditer(template):
        text = template[at : found.start()]
        text = text.lstrip() if trim else text
        yield "text", text.rstrip() if found["left"] else text
        yield "action", found["said"].strip()
        at, trim = found.end(), bool(found["right"])
    rest = template[at:]
    if "{{" in rest:
        raise UsageError(f"error parsing template {template}, template: output:1: unclosed action")
    yield "text", rest.lstrip() if trim else rest


def _parse(pieces: list[tuple[str, str]], at: int, template: str, inside: bool = False) -> tuple[tuple[Node, ...], int]:
    """(nodes, where the else or end is that closes them)"""
    nodes: list[Node] = []
    while at < len(pieces):
        what, said = pieces[at]
        word, _, rest = said.partition(" ")
        at += 1
        if what == "action" and word in ("end", "else"):
            if not inside:
                raise UsageError(f"error parsing template {template}, template: output:1: unexpected {{{{{word}}}}}")
            return tuple(nodes), at - 1
        if what == "action" and word in OPENS:
            node, at = _block(pieces, at, template, word, rest)
            nodes.append(node)
            continue
        nodes.append(Node(what, said))
    if inside:
        raise UsageError(f"error parsing template {template}, template: output:1: unexpected EOF")
    return tuple(nodes), at


def _block(pieces: list[tuple[str, str]], at: int, template: str, word: str, said: str) -> tuple[Node, int]:
    """A block whose opening stands before `at`, and where it is over; `else if` shares its end."""
    if not said.strip():
        raise UsageError(f"error parsing template {template}, template: output:1: missing value for {word}")
    body, at = _parse(pieces, at, template, inside=True)
    closing = pieces[at][1]
    if closing.startswith("else "):
        word_too, _, more = closing.removeprefix("else ").partition(" ")
        node, at = _block(pieces, at + 1, template, word_too, more)
        return Node(word, said, body, (node,)), at
    other: tuple[Node, ...] = ()
    if closing == "else":
        other, at = _parse(pieces, at + 1, template, inside=True)
    return Node(word, said, body, other), at + 1


class _Run:
    def __init__(self, template: str) -> None:
        self.template = template
        self._steps = 0

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise _wrong(self.template, "so long a run")

    def nodes(self, nodes: tuple[Node, ...], dot: Any, names: dict[str, Any], out: list[str]) -> None:
        for node in nodes:
            self._step()
            if node.what == "text":
                out.append(node.said)
            elif node.what == "action":
                self._action(node.said, dot, names, out)
            elif node.what == "range":
                self._range(node, dot, names, out)
            else:
                value = self._pipeline(node.said, dot, names)
                inner = value if node.what == "with" and true(value) else dot
                self.nodes(node.body if true(value) else node.other, inner, dict(names), out)

    def _action(self, said: str, dot: Any, names: dict[str, Any], out: list[str]) -> None:
        if said.startswith("/*"):
            return
        if (found := re.match(r"(\$\w+)\s*:?=\s*(.+)", said, re.DOTALL)) is not None:
            names[found[1]] = self._pipeline(found[2], dot, names)
            return
        out.append(printed(self._pipeline(said, dot, names)))

    def _range(self, node: Node, dot: Any, names: dict[str, Any], out: list[str]) -> None:
        found = re.match(r"(?:(\$\w+)\s*(?:,\s*(\$\w+))?\s*:=\s*)?(.+)", node.said, re.DOTALL)
        if found is None:
            raise _wrong(self.template, "range without a value")
        value = self._pipeline(found[3], dot, names)
        pairs = list(enumerate(value)) if isinstance(value, list) else []
        pairs = [(key, value[key]) for key in sorted(value)] if isinstance(value, dict) else pairs
        if not pairs:
            self.nodes(node.other, dot, dict(names), out)
        for key, item in pairs:
            self._step()
            own = dict(names)
            if found[2]:
                own |= {found[1]: key, found[2]: item}
            elif found[1]:
                own[found[1]] = item
            self.nodes(node.body, item, own, out)

    def _pipeline(self, said: str, dot: Any, names: dict[str, Any]) -> Any:
        tokens, at = [], 0
        while at < len(said.rstrip()):
            found = TOKEN.match(said, at)
            if found is None:
                raise _wrong(self.template, said[at : at + 10])
            tokens.append((found.lastgroup or "", found.group(found.lastgroup or 0)))
            at = found.end()
        value, rest = self._commands(tokens, dot, names)
        if rest:
            raise _wrong(self.template, rest[0][1])
        return value

    def _commands(self, tokens: list, dot: Any, names: dict[str, Any]) -> tuple[Any, list]:
        """(value, tokens behind a closing bracket)"""
        piped: list[Any] = []
        while True:
            terms: list[Any] = []
            function = ""
            while tokens and tokens[0][1] not in ("|", ")"):
                kind, text = tokens.pop(0)
                if kind == "word" and not terms and not function and text in FUNCTIONS:
                    function = text
                elif text == "(":
                    value, tokens = self._commands(tokens, dot, names)
                    if not tokens or tokens.pop(0)[1] != ")":
                        raise _wrong(self.template, "an open bracket")
                    if tokens and tokens[0][0] == "path" and tokens[0][1] not in (".", "$") and tokens[0][1].startswith("."):
                        value = self._fields(value, tokens.pop(0)[1])
                    terms.append(value)
                else:
                    terms.append(self._term(kind, text, dot, names))
            if not function and (len(terms) + len(piped)) != 1:
                raise _wrong(self.template, "a value that is not a function")
            try:
                piped = [FUNCTIONS[function](*terms, *piped)] if function else [*terms, *piped]
            except (TypeError, IndexError, KeyError, ValueError):
                raise _wrong(self.template, f"{function} of these values") from None
            if not tokens or tokens[0][1] == ")":
                return piped[0], tokens
            tokens.pop(0)

    def _term(self, kind: str, text: str, dot: Any, names: dict[str, Any]) -> Any:
        if kind == "text":
            return text[1:-1] if text[0] == "`" else re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[1]), text[1:-1])
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "word" and text in ("true", "false", "nil"):
            return {"true": True, "false": False, "nil": None}[text]
        if kind != "path":
            raise _wrong(self.template, text)
        name, _, path = text.partition(".")
        return self._fields(dot if not name else names.get(name, MISSING), path)

    def _fields(self, value: Any, text: str) -> Any:
        for key in (key for key in text.split(".") if key):
            if value is MISSING or value is None:
                raise _wrong(self.template, f"{text}, which is not there,")
            if not isinstance(value, dict):
                raise _wrong(self.template, f"a field of what has none, {text},")
            value = value.get(key, MISSING)
        return value

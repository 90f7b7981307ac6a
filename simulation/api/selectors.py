"""Which labels a selector picks: the object form (matchLabels, matchExpressions) and kubectl's -l string form.

Models staging/src/k8s.io/apimachinery/pkg/labels/selector.go and pkg/apis/meta/v1/helpers.go (v1.36).
"""

import re
from collections.abc import Iterable, Mapping

import msgspec

from simulation.api.errors import INVALID, UNSUPPORTED, FieldError
from simulation.api.names import label_key_problems, label_value_problems
from simulation.objects import LabelSelector

IN, NOT_IN, EQUALS, DOUBLE_EQUALS, NOT_EQUALS = "in", "notin", "=", "==", "!="
EXISTS, DOES_NOT_EXIST, GREATER, LESS = "exists", "!", "gt", "lt"
OPERATORS = (IN, NOT_IN, EQUALS, DOUBLE_EQUALS, NOT_EQUALS, GREATER, LESS, EXISTS, DOES_NOT_EXIST)
FROM_OBJECT = {"In": IN, "NotIn": NOT_IN, "Exists": EXISTS, "DoesNotExist": DOES_NOT_EXIST}

TOKENS = {
    ")": "ClosedParToken",
    ",": "CommaToken",
    "!": "DoesNotExistToken",
    "==": "DoubleEqualsToken",
    "=": "EqualsToken",
    ">": "GreaterThanToken",
    "in": "InToken",
    "<": "LessThanToken",
    "!=": "NotEqualsToken",
    "notin": "NotInToken",
    "(": "OpenParToken",
}
IDENTIFIER, END = "IdentifierToken", "EndOfStringToken"
SPACE = " \t\r\n"
LEXER = re.compile(r"[ \t\r\n]*(?:(==|!=|[=!(),><])|([^=!(),>< \t\r\n]+))")

Labels = Mapping[str, str]


class ParseError(Exception):
    """A selector that cannot be read; the message is the parser's own. `errors` are the field errors of a requirement, if that is it."""

    def __init__(self, message: str, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(message)
        self.errors = errors


class Requirement(msgspec.Struct, frozen=True):
    """One condition; `values` are sorted and unique."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Labels) -> bool:
        value = labels.get(self.key)
        if self.operator in (IN, EQUALS, DOUBLE_EQUALS):
            return value is not None and value in self.values
        if self.operator in (NOT_IN, NOT_EQUALS):
            return value is None or value not in self.values
        if self.operator == EXISTS:
            return value is not None
        if self.operator == DOES_NOT_EXIST:
            return value is None
        return self._compares(value)

    def _compares(self, value: str | None) -> bool:
        have, bound = _int64(value), _int64(self.values[0] if len(self.values) == 1 else None)
        if have is None or bound is None:
            return False
        return have > bound if self.operator == GREATER else have < bound

    def __str__(self) -> str:
        if self.operator == DOES_NOT_EXIST:
            return f"!{self.key}"
        if self.operator == EXISTS:
            return self.key
        if self.operator in (IN, NOT_IN):
            return f"{self.key} {self.operator} ({','.join(self.values)})"
        sign = {GREATER: ">", LESS: "<"}.get(self.operator, self.operator)
        return f"{self.key}{sign}{','.join(self.values)}"


class Selector(msgspec.Struct, frozen=True):
    """Requirements that must all hold; none of them means everything."""

    requirements: tuple[Requirement, ...] = ()
    nothing: bool = False

    def matches(self, labels: Labels) -> bool:
        return not self.nothing and all(r.matches(labels) for r in self.requirements)

    @property
    def empty(self) -> bool:
        return not self.nothing and not self.requirements

    def add(self, *requirements: Requirement) -> "Selector":
        return Selector(tuple(sorted((*self.requirements, *requirements), key=lambda r: r.key)))

    def __str__(self) -> str:
        return ",".join(map(str, self.requirements))


NOTHING = Selector(nothing=True)


def requirement(key: str, operator: str, values: Iterable[str] = ()) -> Requirement:
    """A checked requirement (labels.NewRequirement). Raises ParseError with all that is wrong with it."""
    values = tuple(sorted(set(values)))
    errors = [FieldError(INVALID, "key", key, said) for said in label_key_problems(key)]
    errors += _operator_errors(operator, values)
    for i, value in enumerate(values):
        errors += [FieldError(INVALID, f"values[{i}][{key}]", value, said) for said in label_value_problems(value)]
    if errors:
        said = ", ".join(map(str, errors))
        raise ParseError(said if len(errors) == 1 else f"[{said}]", tuple(errors))
    return Requirement(key, operator, values)


def _operator_errors(operator: str, values: tuple[str, ...]) -> list[FieldError]:
    if operator not in OPERATORS:
        return [FieldError(UNSUPPORTED, "operator", operator, "supported values: " + ", ".join(f'"{o}"' for o in OPERATORS))]
    said = ""
    if operator in (IN, NOT_IN) and not values:
        said = "for 'in', 'notin' operators, values set can't be empty"
    elif operator in (EQUALS, DOUBLE_EQUALS, NOT_EQUALS) and len(values) != 1:
        said = "exact-match compatibility requires one single value"
    elif operator in (EXISTS, DOES_NOT_EXIST) and values:
        said = "values set must be empty for exists and does not exist"
    elif operator in (GREATER, LESS) and len(values) != 1:
        said = "for 'Gt', 'Lt' operators, exactly one value is required"
    if said:
        return [FieldError(INVALID, "values", list(values), said)]
    if operator in (GREATER, LESS) and _int64(values[0]) is None:
        return [FieldError(INVALID, "values[0]", values[0], "for 'Gt', 'Lt' operators, the value must be an integer")]
    return []


def from_object(selector: LabelSelector | None) -> Selector:
    """The selector of a LabelSelector: null picks nothing, empty everything. Raises ParseError if it is not valid."""
    if selector is None:
        return NOTHING
    found = [requirement(key, EQUALS, (value,)) for key, value in selector.match_labels.items()]
    for expression in selector.match_expressions:
        operator = FROM_OBJECT.get(expression.operator)
        if operator is None:
            raise ParseError(f'"{expression.operator}" is not a valid label selector operator')
        found.append(requirement(expression.key, operator, expression.values))
    return Selector().add(*found)


def matches(selector: LabelSelector | None, labels: Labels) -> bool:
    """Whether a LabelSelector picks these labels; one that is null or not valid picks nothing. What controllers ask, often."""
    if selector is None:
        return False
    if selector.match_expressions:
        try:
            return from_object(selector).matches(labels)
        except ParseError:
            return False
    return selector.match_labels.items() <= labels.items()


# ------------------------------------------------------------------------------------------------------------ string form


def lex(text: str) -> list[tuple[str, str]]:
    """(token, literal) pairs, the last one END."""
    tokens = []
    at = 0
    while match := LEXER.match(text, at):
        literal = match.group(1) or match.group(2)
        tokens.append((TOKENS.get(literal, IDENTIFIER), literal))
        at = match.end()
    return [*tokens, (END, "")]


def parse(text: str) -> Selector:
    """kubectl's -l form. Raises ParseError in the parser's words."""
    found = _Parser(text).requirements()
    return Selector().add(*found)


class _Parser:
    """Recursive descent over the tokens; in/notin are plain words where a value is expected."""

    def __init__(self, text: str) -> None:
        self.tokens = lex(text)
        self.at = 0

    def requirements(self) -> list[Requirement]:
        found: list[Requirement] = []
        while True:
            token, literal = self.peek(values=True)
            if token in (IDENTIFIER, "DoesNotExistToken"):
                found.append(self.requirement())
                token, literal = self.take()
                if token == END:
                    return found
                if token != "CommaToken":
                    raise ParseError(f"found '{literal}', expected: ',' or 'end of string'")
                after, said = self.peek(values=True)
                if after not in (IDENTIFIER, "DoesNotExistToken"):
                    raise ParseError(f"found '{said}', expected: identifier after ','")
            elif token == END:
                return found
            else:
                raise ParseError(f"found '{literal}', expected: !, identifier, or 'end of string'")

    def requirement(self) -> Requirement:
        try:
            return self._requirement()
        except ParseError as error:
            raise ParseError(f"unable to parse requirement: {error}") from None

    def _requirement(self) -> Requirement:
        token, literal = self.take(values=True)
        forbidden = token == "DoesNotExistToken"
        if forbidden:
            token, literal = self.take(values=True)
        if token != IDENTIFIER:
            raise ParseError(f"found '{literal}', expected: identifier")
        if problems := label_key_problems(literal):
            raise ParseError(f'key: Invalid value: "{literal}": {problems[0]}')
        key = literal
        if self.peek()[0] in (END, "CommaToken"):
            return requirement(key, DOES_NOT_EXIST if forbidden else EXISTS)
        if forbidden:
            raise ParseError(f"found '{self.peek()[1]}', expected: ',' or 'end of string'")
        operator = self.operator()
        return requirement(key, operator, self.listed() if operator in (IN, NOT_IN) else {self.exact()})

    def operator(self) -> str:
        token, literal = self.take()
        for name in (IN, NOT_IN, EQUALS, DOUBLE_EQUALS, NOT_EQUALS):
            if token == TOKENS[name]:
                return name
        if token in ("GreaterThanToken", "LessThanToken"):
            return GREATER if token == "GreaterThanToken" else LESS
        raise ParseError(f"found '{literal}', expected: in, notin, =, ==, !=, gt, lt")

    def listed(self) -> set[str]:
        token, literal = self.take()
        if token != "OpenParToken":
            raise ParseError(f"found '{literal}' expected: '('")
        token, literal = self.peek(values=True)
        if token == "ClosedParToken":
            self.take(values=True)
            return {""}
        if token not in (IDENTIFIER, "CommaToken"):
            raise ParseError(f"found '{literal}', expected: ',', ')' or identifier")
        values = self.identifiers()
        token, literal = self.take()
        if token != "ClosedParToken":
            raise ParseError(f"found '{literal}', expected: ')'")
        return values

    def identifiers(self) -> set[str]:
        values: set[str] = set()
        while True:
            token, literal = self.take(values=True)
            if token == IDENTIFIER:
                values.add(literal)
                after, said = self.peek(values=True)
                if after == "ClosedParToken":
                    return values
                if after != "CommaToken":
                    raise ParseError(f"found '{said}', expected: ',' or ')'")
            elif token == "CommaToken":
                if not values:
                    values.add("")
                while self.peek()[0] == "CommaToken":
                    self.take()
                    values.add("")
                if self.peek()[0] == "ClosedParToken":
                    return values | {""}
            else:
                raise ParseError(f"found '{literal}', expected: ',', or identifier")

    def exact(self) -> str:
        if self.peek(values=True)[0] in (END, "CommaToken"):
            return ""
        token, literal = self.take(values=True)
        if token != IDENTIFIER:
            raise ParseError(f"found '{literal}', expected: identifier")
        return literal

    def peek(self, values: bool = False) -> tuple[str, str]:
        token, literal = self.tokens[min(self.at, len(self.tokens) - 1)]
        if values and token in ("InToken", "NotInToken"):
            token = IDENTIFIER
        return token, literal

    def take(self, values: bool = False) -> tuple[str, str]:
        token = self.peek(values)
        self.at += 1
        return token


# ------------------------------------------------------------------------------------------------------------ label maps


def parse_set(text: str) -> dict[str, str]:
    """`k=v,k=v` only, as flags like --labels take (labels.ConvertSelectorToLabelsMap). Raises ParseError."""
    labels: dict[str, str] = {}
    for part in text.split(",") if text else []:
        pieces = part.split("=")
        if len(pieces) != 2:
            raise ParseError(f"invalid selector: [{' '.join(pieces)}]")
        key, value = (piece.strip(SPACE) for piece in pieces)
        for said in (*label_key_problems(key), *label_value_problems(value)):
            raise ParseError(f'key: Invalid value: "{key}": {said}')
        labels[key] = value
    return labels


def _int64(text: str | None) -> int | None:
    if text is None or not re.fullmatch(r"[+-]?\d+", text, re.ASCII):
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None

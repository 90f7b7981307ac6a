"""Text to plain values and back: YAML or JSON documents as `kubectl apply -f` reads them, from people who may not wish us well.

Refused with the line: anchors and aliases (a small text could otherwise become gigabytes), tags, keys said twice, more than
`MAX_BYTES`, `MAX_DOCUMENTS` or `MAX_DEPTH`. Words follow sigs.k8s.io/yaml: no dates, no base-60 numbers, keys are texts.
"""

import math
import re
from typing import Any

import msgspec
import yaml

from simulation.api.errors import StatusError

MAX_BYTES = 256 * 1024
MAX_DOCUMENTS = 50
MAX_DEPTH = 40

NULL = ("", "~", "null", "Null", "NULL")
TRUE = ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON")
FALSE = ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF")
LONG_BOOLS = {**dict.fromkeys((w for w in TRUE if len(w) > 1), True), **dict.fromkeys((w for w in FALSE if len(w) > 1), False)}
INT = re.compile(r"[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]*|[1-9][0-9_]*)")
BASE_60 = re.compile(r"[-+]?[0-9_]+:[0-9]|[0-9]{4}-[0-9]")
"""Numbers and dates of YAML 1.1 that are texts here."""
BREAKS = re.compile("[\r\x85\u2028\u2029]")
"""What YAML may take for the end of a line, besides the plain one."""
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


class Document(msgspec.Struct):
    """One document: its value, and the line (from 1) of every mapping key and list item by its path, e.g. ("spec", "replicas")."""

    value: Any
    lines: dict[tuple, int]


class BadDocument(StatusError):
    """A text that cannot be read; `line` counts from 1, 0 if unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        said = f"error parsing the manifest: {message}" if not line else f"error parsing the manifest: line {line}: {message}"
        super().__init__(400, "BadRequest", said)
        self.line = line


def read_all(text: str) -> list[Document]:
    """All documents of a text, empty ones left out. Raises BadDocument."""
    size = len(text.encode(errors="surrogatepass"))
    if size > MAX_BYTES:
        raise BadDocument(f"{size} bytes are more than the {MAX_BYTES} that one manifest may have")
    try:
        documents = [_read(events) for events in _split(text)]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadDocument(str(error.problem or error.context), mark.line + 1 if mark else 0) from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise BadDocument(str(error).splitlines()[0]) from None
    return [document for document in documents if document.value is not None]


def read(text: str) -> Any:
    """The value of the only document. Raises BadDocument."""
    documents = read_all(text)
    if len(documents) > 1:
        raise BadDocument("one document is expected, these are several")
    return documents[0].value if documents else None


def write(value: Any) -> str:
    """A value as one YAML document, which `read` takes back as the same value and kubectl as it does."""
    return yaml.dump(value, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=10**6)


def write_sorted(value: Any) -> str:
    """A value as kubectl's `-o yaml` writes it: keys in go-yaml's order, lists not indented, long texts folded at 80 signs."""
    return yaml.dump(_in_order(value), Dumper=_SortedWriter, sort_keys=False, allow_unicode=True, width=80, default_flow_style=False)


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value, key=_natural)}
    return [_in_order(item) for item in value] if isinstance(value, list | tuple) else value


def _natural(key: str) -> list[tuple[int, int, str]]:
    """yaml.v2's keyList.Less: other signs before letters, numbers inside by their value."""
    parts = re.findall(r"[0-9]+|[^0-9]", key)
    return [(1, int(part), "") if part.isdigit() else (2 if part.isalpha() else 0, 0, part) for part in parts]


class _Writer(yaml.SafeDumper):
    """Texts that a reader of YAML 1.1 would take for something else stand in quotes; those of several lines as blocks."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def text(self, data: str) -> yaml.Node:
        mistaken = data in TRUE + FALSE or _plain_scalar(data) is not data or BASE_60.match(data) or BREAKS.search(data)
        style = '"' if mistaken else "|" if "\n" in data else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Writer.add_representer(str, _Writer.text)


class _SortedWriter(_Writer):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        yaml.SafeDumper.increase_indent(self, flow, indentless)


_SortedWriter.add_representer(str, _Writer.text)


def _split(text: str) -> list[list[yaml.Event]]:
    """The events of each document, checked while they are read."""
    documents: list[list[yaml.Event]] = []
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            if len(documents) == MAX_DOCUMENTS:
                raise BadDocument(f"more than {MAX_DOCUMENTS} documents", line)
            documents.append([])
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadDocument("anchors and aliases are not allowed: write it out", line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise BadDocument(f"nested more than {MAX_DEPTH} deep", line)
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent | yaml.CollectionEndEvent):
            documents[-1].append(event)
    return documents


def _read(events: list[yaml.Event]) -> Document:
    lines: dict[tuple, int] = {}
    return Document(_Reader(events, lines).value(()), lines)


class _Reader:
    def __init__(self, events: list[yaml.Event], lines: dict[tuple, int]) -> None:
        self.events = iter(events)
        self.lines = lines

    def value(self, path: tuple) -> Any:
        event = next(self.events, None)
        return None if event is None else self._value(event, path)

    def _value(self, event: yaml.Event, path: tuple) -> Any:
        line = event.start_mark.line + 1
        self.lines.setdefault(path, line)
        if isinstance(event, yaml.MappingStartEvent):
            self._plain(event, "tag:yaml.org,2002:map", line)
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            self._plain(event, "tag:yaml.org,2002:seq", line)
            return self._sequence(path)
        return _scalar(event, line)

    def _plain(self, event: yaml.Event, tag: str, line: int) -> None:
        if event.tag not in (None, "!", tag):
            raise BadDocument(f"the tag {event.tag} is not allowed", line)

    def _mapping(self, path: tuple) -> dict[str, Any]:
        out: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent):
                raise BadDocument("a key must be a text", line)
            key = _key(_scalar(event, line))
            if key in out:
                raise BadDocument(f'key "{key}" already set in map', line)
            self.lines[(*path, key)] = line
            out[key] = self.value((*path, key))
        return out

    def _sequence(self, path: tuple) -> list[Any]:
        out: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            out.append(self._value(event, (*path, len(out))))
        return out


def _scalar(event: yaml.ScalarEvent, line: int) -> Any:
    tag = (event.tag or "").removeprefix("tag:yaml.org,2002:")
    if tag not in ("", "!", "str", "int", "float", "bool", "null"):
        raise BadDocument(f"the tag {event.tag} is not allowed", line)
    text = event.value
    if tag in ("!", "str") or event.style not in (None, "") or len(text) > 400:
        return text
    value = _plain_scalar(text)
    if isinstance(value, float) and not math.isfinite(value):
        raise BadDocument(f"{text} is not a number that JSON knows", line)
    return value


def _plain_scalar(text: str) -> Any:
    if text in NULL:
        return None
    if text in LONG_BOOLS:
        return LONG_BOOLS[text]
    if INT.fullmatch(text):
        return _int(text.replace("_", ""))
    if FLOAT.fullmatch(text):
        return float(text)
    return text


def _int(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-").lower()
    for prefix, base in (("0b", 2), ("0x", 16), ("0o", 8)):
        if digits.startswith(prefix):
            return sign * int(digits[2:] or "0", base)
    return sign * int(digits, 8 if len(digits) > 1 and digits.startswith("0") else 10)


def _key(value: Any) -> str:
    """Go's YAML turns every key into a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)

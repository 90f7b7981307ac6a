"""A language is two files: locale/<code>/LC_MESSAGES/django.po and djangojs.po. This collects the texts into them and compiles them.

`python -m rollviz.catalogue de` begins a language or brings it up to date: new texts come in empty, texts that are gone go, and the .mo
files, which the server reads, are written anew. Needs nothing but Python.
"""

import ast
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.utils.translation.template import templatize

from simulation import scenario

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
PYTHON_CALLS = {"gettext": (0,), "say": (0,), "noop": (0,), "ngettext": (0, 1), "counted": (0, 1), "Term": (1,)}
"""What marks a text, and where it stands among the arguments: one text, or one of a single thing and one of several."""
STRING = r"u?(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
IN_TEMPLATE = re.compile(rf"\b(n?gettext|_)\(\s*{STRING}(?:\s*,\s*{STRING})?")
IN_SCRIPT = re.compile(rf"\b(?:say|counted)\(\s*{STRING}(?:\s*,\s*{STRING})?")
FIELD = re.compile(r'^(msgid|msgid_plural|msgstr(?:\[\d\])?) "(.*)"$|^"(.*)"$')


class Message(NamedTuple):
    """A text as it stands in the source, and the same of several things, "" if it counts nothing."""

    id: str
    plural: str = ""


Catalogue = dict[Message, tuple[str, ...]]
"""Each text with its translation, or with one for each plural form; the text "" has the header."""


def in_templates() -> set[Message]:
    found = set()
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for call, one, many in IN_TEMPLATE.findall(templatize(path.read_text())):
            found.add(Message(ast.literal_eval(one), ast.literal_eval(many) if call == "ngettext" else ""))
    return found


def in_python() -> set[Message]:
    return {message for path in sorted((ROOT / "rollviz").rglob("*.py")) for message in _calls(ast.parse(path.read_text()))}


def in_lessons() -> set[Message]:
    """What the lessons say; a catalogue may leave it in English."""
    lines: set[str] = set()
    prose: set[str] = set()
    for told in map(scenario.load, scenario.names()):
        lines |= {told.title, told.summary}
        prose |= {idea.say for idea in told.ideas}
        for question in told.questions:
            lines |= {question.ask, *map(str, question.choices)}
            prose.add(question.why)
        for step in told.steps:
            lines |= {step.title, step.opens, step.action.label if step.action else ""}
            prose |= {step.text, step.then}
    doubled = {line.replace("%", "%%") for line in lines}  # as the template tag looks them up
    return {Message(text) for text in lines | prose | doubled if re.search(r"[a-z]{2}", text)}


def in_scripts() -> set[Message]:
    scripts = (path.read_text() for path in sorted((ROOT / "static" / "js").glob("*.js")))
    return {Message(ast.literal_eval(text)) for script in scripts for found in IN_SCRIPT.findall(script) for text in found if text}


def _calls(tree: ast.AST) -> Iterator[Message]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            found = [node.args[i] for i in PYTHON_CALLS.get(name, ()) if i < len(node.args)]
            texts = [arg.value for arg in found if isinstance(arg, ast.Constant) and isinstance(arg.value, str) and arg.value]
            if texts and len(texts) == len(found):
                yield Message(*texts)


# ------------------------------------------------------------------------------------------------------------ the files

DOMAINS = {"django": lambda: in_templates() | in_python() | in_lessons(), "djangojs": in_scripts}
HEADER = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"


def read(source: str) -> Catalogue:
    """A .po file."""
    found: Catalogue = {}
    for block in re.split(r"\n\s*\n", source):
        fields: dict[str, str] = {}
        name = ""
        for row in block.splitlines():
            if match := FIELD.match(row.strip()):
                name = match[1] or name
                fields[name] = fields.get(name, "") + _unquoted(match[2] if match[1] else match[3])
        if "msgid" in fields:
            texts = tuple(text for name, text in fields.items() if name.startswith("msgstr"))
            found[Message(fields["msgid"], fields.get("msgid_plural", ""))] = texts
    return found


def written(catalogue: Catalogue) -> str:
    """The text of a .po file, in the order of the texts, so that two editions can be compared."""
    blocks = []
    for message, texts in sorted(catalogue.items()):
        rows = [f"msgid {_quoted(message.id)}"]
        if message.plural:
            rows.append(f"msgid_plural {_quoted(message.plural)}")
            rows += [f"msgstr[{i}] {_quoted(text)}" for i, text in enumerate(texts)]
        else:
            rows.append(f"msgstr {_quoted(texts[0])}")
        blocks.append("\n".join(rows))
    return "\n\n".join(blocks) + "\n"


def compiled(catalogue: Catalogue) -> bytes:
    """The .mo file, as the manual of GNU gettext has it: two tables of lengths and places, then the texts. What is empty stays out."""
    pairs = []
    for message, texts in catalogue.items():
        if all(texts):
            key = f"{message.id}\0{message.plural}" if message.plural else message.id
            pairs.append((key.encode() + b"\0", "\0".join(texts).encode() + b"\0"))
    pairs.sort()
    start = 28 + 16 * len(pairs)
    tables, body = [], b""
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[column]) - 1, start + len(body)))
            body += pair[column]
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return head + b"".join(tables) + body


def renew(language: str) -> None:
    """The catalogues of a language, with the texts that are in the source now."""
    for domain, collect in DOMAINS.items():
        path = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        before = read(path.read_text()) if path.exists() else {}
        kept = {m: before.get(m) or (("",) * (2 if m.plural else 1)) for m in collect()}
        catalogue = {Message(""): before.get(Message("")) or (f"Language: {language}\n{HEADER}",), **kept}
        path.write_text(written(catalogue))
        path.with_suffix(".mo").write_bytes(compiled(catalogue))
        print(f"{path.relative_to(ROOT)}: {len(kept)} texts, {sum(not all(texts) for texts in kept.values())} without a translation")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text)


if __name__ == "__main__":
    for code in sys.argv[1:]:
        renew(code)

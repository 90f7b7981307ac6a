"""The little Markdown of lessons: paragraphs, lists, **strong**, *emphasis*, `code`, and [v2] for a version. All else is text."""

import re
from html import escape

from django.utils.translation import gettext

INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|\[v([1-9][0-9]?)\]")


class Markdown(str):
    """Source that prints as HTML in a template, in the reader's language if a catalogue has it. What is not understood stays as written."""

    __slots__ = ()

    def __html__(self) -> str:
        blocks = re.split(r"\n\s*\n", gettext(self).strip())
        return "".join(map(_block, blocks))


def _block(block: str) -> str:
    rows = block.split("\n")
    if all(row.lstrip().startswith("- ") for row in rows):
        return f"<ul>{''.join(f'<li>{_inline(row.lstrip()[2:])}</li>' for row in rows)}</ul>"
    return f"<p>{_inline(' '.join(row.strip() for row in rows))}</p>"


def _inline(source: str) -> str:
    out, at = [], 0
    for found in INLINE.finditer(source):
        out.append(escape(source[at : found.start()]))
        code, strong, emphasis, version = found.groups()
        if code is not None:
            out.append(f"<code>{escape(code)}</code>")
        elif strong is not None:
            out.append(f"<b>{escape(strong)}</b>")
        elif emphasis is not None:
            out.append(f"<em>{escape(emphasis)}</em>")
        else:
            out.append(f'<b class="vt" data-hue="{(int(version) - 1) % 6 + 1}">v{version}</b>')
        at = found.end()
    return "".join((*out, escape(source[at:])))

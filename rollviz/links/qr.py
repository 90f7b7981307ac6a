"""A QR code as SVG that needs no style: what a room points its phones at."""

import segno
from django.utils.safestring import SafeString, mark_safe

MOST_CHARS = 700
"""Beyond it the squares are too small for a phone at the back of a room."""
QUIET = 2


def qr(address: str) -> SafeString | None:
    """None if the address is too long for one."""
    if len(address) > MOST_CHARS:
        return None
    code = segno.make_qr(address, error="l")
    return mark_safe(code.svg_inline(border=QUIET, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None))

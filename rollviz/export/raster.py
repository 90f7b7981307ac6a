"""SVG on standard input becomes PNG on standard output, drawn with the fonts named as arguments and no others.

A process of its own: resvg does not let go of Python while it draws, and the desks cannot wait for that.
"""

import sys

from resvg_py import svg_to_bytes


def main(family: str, *fonts: str) -> None:
    png = svg_to_bytes(svg_string=sys.stdin.buffer.read().decode(), skip_system_fonts=True, font_files=list(fonts), font_family=family)
    sys.stdout.buffer.write(png)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Columns as kubectl prints them: a cell ends at a tab, and cells that stand above one another in consecutive lines are one column.

Models text/tabwriter as k8s.io/cli-runtime and kubectl set it up: padded with spaces, no alignment, no other flags.
"""

PRINTED = (6, 3)
"""(least width, padding) of `kubectl get` (printers.GetNewTabWriter)."""
DESCRIBED = (0, 2)
"""(least width, padding) of describe (tabbedString)."""


def align(text: str, how: tuple[int, int] = DESCRIBED) -> str:
    """The text with its tabs made spaces."""
    return Columns(*how).write(text)


class Columns:
    """A tabwriter; one that remembers goes on with the widths of what it wrote before, as `kubectl get -w` does."""

    def __init__(self, least: int, padding: int, remember: bool = False) -> None:
        self.least, self.padding, self.remember = least, padding, remember
        self._widest: dict[int, int] = {}

    def write(self, text: str) -> str:
        lines = [line.split("\t") for line in text.split("\n")]
        out: list[str] = []
        self._format(lines, 0, len(lines), [], out)
        return "\n".join(out)

    def _format(self, lines: list[list[str]], begin: int, end: int, widths: list[int], out: list[str]) -> None:
        column, at, written = len(widths), begin, begin
        while at < end:
            if column >= len(lines[at]) - 1:
                at += 1
                continue
            self._print(lines[written:at], widths, out)
            stop = at
            while stop < end and column < len(lines[stop]) - 1:
                stop += 1
            width = max(self.least, *(len(line[column]) + self.padding for line in lines[at:stop]))
            if self.remember:
                width = self._widest[column] = max(width, self._widest.get(column, 0))
            self._format(lines, at, stop, [*widths, width], out)
            written = at = stop
        self._print(lines[written:end], widths, out)

    def _print(self, lines: list[list[str]], widths: list[int], out: list[str]) -> None:
        for line in lines:
            cells = [cell.ljust(widths[i]) if i < len(widths) and i < len(line) - 1 else cell for i, cell in enumerate(line)]
            out.append("".join(cells))

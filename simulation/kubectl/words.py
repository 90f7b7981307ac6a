"""A line's words as a shell would split them, and what only a shell would do is refused.

Source: POSIX.1-2017, Shell Command Language 2.2 and 2.3.
"""

import re
import shlex

from simulation.api.errors import UsageError

MOST_BYTES = 64 * 1024
SHELL = re.compile(r"[|;<>`\n]|&|\$[A-Za-z({]")
SHELL_IN_QUOTES = re.compile(r"`|\$\(")


def words_of(line: str) -> tuple[list[str], bool]:
    """A line's words without the leading `kubectl`, and whether it had one. Raises UsageError for what only a shell would do."""
    words = _split(line)
    return (words[1:], True) if words[:1] in (["kubectl"], ["k"]) else (words, False)


def _split(line: str) -> list[str]:
    if len(line) > MOST_BYTES:
        raise UsageError(f"a line has at most {MOST_BYTES} characters", prefix="")
    line = line.strip().removeprefix("$ ").replace("\\\n", " ")
    _refuse_shell(line)
    try:
        return shlex.split(line)
    except ValueError as error:
        raise UsageError(f"this line does not end as it began: {str(error).lower()}", prefix="") from None


def _refuse_shell(line: str) -> None:
    """Signs that a shell would act on, outside quotes (and those that work inside double quotes)."""
    quote = ""
    at = 0
    while at < len(line):
        sign = line[at]
        if sign == "\\" and quote != "'":
            at += 2
            continue
        if sign == quote:
            quote = ""
        elif not quote and sign in "'\"":
            quote = sign
        found = None if quote == "'" else (SHELL_IN_QUOTES if quote else SHELL).match(line, at)
        if found:
            shown = "a second line" if found.group() == "\n" else f"the shell's {found.group()[:1]}"
            raise UsageError(f"one kubectl command at a time, without {shown}; quote it if it belongs to a value", prefix="")
        at += 1

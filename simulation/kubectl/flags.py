"""kubectl's flag grammar: `--flag=value`, `--flag value`, `-n value`, `-nvalue`, booleans, and `--` before a container's own words.

Models spf13/pflag as kubectl uses it; the errors are pflag's.
"""

import re

import msgspec

from simulation.api.errors import UsageError, go_quote

TRUE = ("1", "t", "T", "true", "TRUE", "True")
FALSE = ("0", "f", "F", "false", "FALSE", "False")


class Flag(msgspec.Struct, frozen=True):
    """`takes` is text, texts (may be said again), number, bool, duration, or optional (a text, `default` when said bare)."""

    name: str
    takes: str = "text"
    short: str = ""
    default: str = ""


class Parsed(msgspec.Struct):
    """The words of a command sorted into arguments, flags and what stood after `--`."""

    args: list[str]
    flags: dict[str, list[str]]
    rest: list[str]

    def has(self, name: str) -> bool:
        return name in self.flags

    def text(self, name: str, default: str = "") -> str:
        """The last value said."""
        return self.flags[name][-1] if name in self.flags else default

    def texts(self, name: str) -> list[str]:
        """All values, split at commas."""
        return [part for value in self.flags.get(name, ()) if value for part in value.split(",")]

    def number(self, name: str) -> int | None:
        return int(self.flags[name][-1]) if name in self.flags else None

    def ms(self, name: str, default: int = 0) -> int:
        """A duration."""
        return duration_ms(self.flags[name][-1]) if name in self.flags else default

    def true(self, name: str) -> bool:
        return self.text(name, "false") in TRUE


def parse_flags(words: list[str], known: tuple[Flag, ...], command: str) -> Parsed:
    """Raises UsageError in pflag's words; `command` is for the hint at the end of them."""
    long = {flag.name: flag for flag in known}
    short = {flag.short: flag for flag in known if flag.short}
    parsed = Parsed([], {}, [])
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            parsed.rest = waiting
            break
        if word.startswith("--"):
            _long(word, waiting, long, parsed, command)
        elif word.startswith("-") and word != "-":
            _short(word, waiting, short, parsed, command)
        else:
            parsed.args.append(word)
    return parsed


def _long(word: str, waiting: list[str], known: dict[str, Flag], parsed: Parsed, command: str) -> None:
    name, equals, value = word[2:].partition("=")
    flag = known.get(name)
    if flag is None:
        raise _refused(f"unknown flag: --{name}", command)
    if not equals:
        value = _bare(flag, waiting, f"--{name}", command)
    _keep(flag, value, f"-{flag.short}, --{name}" if flag.short else f"--{name}", parsed, command)


def _short(word: str, waiting: list[str], known: dict[str, Flag], parsed: Parsed, command: str) -> None:
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        flag = known.get(letter)
        if flag is None:
            raise _refused(f"unknown shorthand flag: {letter!r} in {word}", command)
        said = f"-{flag.short}, --{flag.name}"
        if flag.takes != "bool" and letters:
            _keep(flag, letters.removeprefix("="), said, parsed, command)
            return
        if flag.takes == "bool" and letters.startswith("="):
            _keep(flag, letters[1:], said, parsed, command)
            return
        value = _bare(flag, waiting, f"{letter!r} in {word}", command)
        _keep(flag, value, said, parsed, command)


def _bare(flag: Flag, waiting: list[str], said: str, command: str) -> str:
    if flag.takes == "bool":
        return "true"
    if flag.takes == "optional":
        return flag.default
    if not waiting:
        raise _refused(f"flag needs an argument: {said}", command)
    return waiting.pop(0)


def _keep(flag: Flag, value: str, said: str, parsed: Parsed, command: str) -> None:
    if flag.takes == "number":
        value = _number(value, said, command)
    if flag.takes == "bool" and value not in (*TRUE, *FALSE):
        wrong = f"strconv.ParseBool: parsing {go_quote(value)}: invalid syntax"
        raise _refused(f"invalid argument {go_quote(value)} for {go_quote(said)} flag: {wrong}", command)
    if flag.takes == "duration":
        try:
            duration_ms(value)
        except ValueError as wrong:
            raise _refused(f"invalid argument {go_quote(value)} for {go_quote(said)} flag: {wrong}", command) from None
    parsed.flags.setdefault(flag.name, []).append(value)


def _number(value: str, said: str, command: str) -> str:
    digits = value[1:] if value[:1] in ("+", "-") else value
    if not (digits.isascii() and digits.isdigit()):
        problem = "invalid syntax"
    elif len(digits) > 18 or not -(2**31) <= int(value) < 2**31:
        problem = "value out of range"
    else:
        return value
    wrong = f"strconv.ParseInt: parsing {go_quote(value)}: {problem}"
    raise _refused(f"invalid argument {go_quote(value)} for {go_quote(said)} flag: {wrong}", command)


def _refused(said: str, command: str) -> UsageError:
    return UsageError(f"{said}\nSee '{f'kubectl {command}'.rstrip()} --help' for usage.")


UNITS = {"h": 3_600_000.0, "m": 60_000.0, "s": 1000.0, "ms": 1.0, "us": 0.001, "µs": 0.001, "ns": 0.000_001}
PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)([^\d.]*)", re.ASCII)


def duration_ms(text: str) -> int:
    """Go's time.ParseDuration. Raises ValueError in its words."""
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0
    total, at = 0.0, 0
    while at < len(rest) <= 40:
        found = PART.match(rest, at)
        if found is None:
            break
        number, unit = found.groups()
        if not unit:
            raise ValueError(f"time: missing unit in duration {go_quote(text)}")
        if unit not in UNITS:
            raise ValueError(f"time: unknown unit {go_quote(unit)} in duration {go_quote(text)}")
        total += float(number) * UNITS[unit]
        at = found.end()
    if not rest or at < len(rest) or total > 2**63 / 1e6:
        raise ValueError(f"time: invalid duration {go_quote(text)}")
    return int(-total if text[0] == "-" else total)

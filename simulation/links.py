"""A run as the text of a link: the same run is the same text, and a text that `write` did not write is refused before it can cost anything.

A text is the format's number, then base64url of a checksum and of deflated JSON. What it may hold is bounded here, so that reading the
worst of them takes milliseconds; what the run in it does when played is bounded as on every desk, by the commands themselves.
"""

import binascii
import hashlib
import re
import zlib
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import msgspec

from simulation import ENGINE, scenario
from simulation.api.errors import StatusError
from simulation.api.wire import to_json
from simulation.cluster import Cluster
from simulation.commands import Command, Several
from simulation.commands.wording import MAX_COMMANDS
from simulation.objects import KINDS
from simulation.recording import Recording, Timed
from simulation.scenario import Scenario

FORMAT = "1"
COMMANDS = 10_000
LONGEST_MS = 24 * 3600 * 1000
LONGEST_PIECE_MS = 1_000
"""Playing stops at least this often: also a second in which nothing happens takes a moment."""
WHO_CHARS = 64
SUM_CHARS = 16
CHECK_BYTES = 4
SEEDS = 2**63
DICTIONARY = (
    b'{"kind":"Deployment","name":"","spec":{"replicas":"template":{"metadata":{"labels":{"app":"containers":[{"image":"'
    b'selector":{"matchLabels":{"strategy":{"rollingUpdate":{"maxSurge":"maxUnavailable":"minReadySeconds":'
    b"apiVersion: apps/v1\\nkind: Deployment\\nmetadata: {name: \\n  replicas: \\n  selector: {matchLabels: {app: \\n  template:\\n"
    b"    metadata: {labels: {app: \\n    spec:\\n      containers: [{name: web, image: \\napiVersion: v1\\nkind: Service\\n"
    b'"you"],[{"do":"drain","node":"{"do":"cordon","kind":"Node","name":"node-{"do":"cut-node","name":"{"do":"restore-node","name":"node-'
    b'{"do":"delete","kind":"Pod","names":["{"do":"create-deployment","name":"web","images":["{"do":"patch","kind":"Deployment","name":"web"'
    b'{"do":"apply","manifest":"{"do":"create","manifest":"{"do":"resume","kind":"Deployment","name":"web"},"you"],['
    b'{"do":"pause","kind":"Deployment","name":"web"},"you"],[{"do":"restart","kind":"Deployment","name":"web"},"you"],['
    b'{"do":"undo","kind":"Deployment","name":"web"},"you"],[{"do":"scale","kind":"Deployment","name":"web","replicas":1'
    b'{"do":"set-image","kind":"Deployment","name":"web","images":{"web":"web:2.0"}},"you"]],"state":"'
    b'{"engine":1,"scenario":["blank","rollback","replica-sets","just-a-container","broken-deploy","fade","],'
    b'"seed":1,"at_ms":"opens":"start","opens":"moment","commands":[[20'
)
"""What the compression takes for granted. A part of format 1 for ever: another dictionary is another format."""


class Bounds(NamedTuple):
    """How much a text may hold. `knots` are characters that can begin a YAML node: reading takes time and memory by these, not by bytes."""

    chars: int
    inflated: int
    source: int
    knots: int


LINK = Bounds(8_000, 256 * 1024, 32 * 1024, 1_500)
"""A text from anywhere: what chats, proxies and browsers carry without cutting it off, and what is read in milliseconds."""
KEPT = Bounds(128_000, 2**20, 256 * 1024, 256 * 1024)
"""A text that a server keeps for one of its own desks: as much as a desk may begin with."""

BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
SUM = re.compile(f"[0-9a-f]{{{SUM_CHARS}}}")


class BadLink(Exception):
    """This text is no run; says in a sentence why not."""


class TooLong(Exception):
    """This run does not fit into a link."""


class Refused(Exception):
    """Played, the run asks for something that is refused."""


class Lesson(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A scenario that comes with the program, and the sum of its text when the link was made."""

    name: str
    sum: str


class Given(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A command and when it was given by whom. What the scenario does by itself is not among them."""

    at_ms: int
    command: Command
    who: str


class Run(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything of a run: what it begins with, what was done up to `at_ms`, and how it opens there.

    `opens` is "moment" (paused at `at_ms`) or "start" (at 0 with the commands still to come). `state` is the sum of the cluster at
    `at_ms` as `engine` played it.
    """

    engine: int
    scenario: Lesson | str
    seed: int
    at_ms: int
    opens: Literal["moment", "start"]
    commands: tuple[Given, ...]
    state: str


def run_of(begins: Scenario, seed: int, commands: list[Timed], at_ms: int, opens: str, state: str) -> Run:
    """The run up to `at_ms`."""
    given = tuple(Given(t.at_ms, t.command, t.who) for t in commands if t.at_ms <= at_ms and t.who != "scenario")
    return Run(ENGINE, _named(begins), seed, at_ms, opens, given, state)


def state_sum(cluster: Cluster) -> str:
    """A short sum of all that the API server would say at this moment."""
    found = {kind: [to_json(obj) for obj in cluster.store.list(kind)] for kind in sorted(KINDS)}
    state = [cluster.now, {kind: objects for kind, objects in found.items() if objects}]
    return _sum(msgspec.json.encode(state, order="sorted"))


# ----------------------------------------------------------------------------------------------------------- run <-> text


def write(run: Run, bounds: Bounds = LINK) -> str:
    """The run's text. Raises TooLong, also for a run that `read` would not take back."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zdict=DICTIONARY)
    packed = deflate.compress(msgspec.json.encode(run)) + deflate.flush()
    text = FORMAT + _base64(_check(packed) + packed)
    try:
        read(text, bounds)
    except BadLink as error:
        raise TooLong(str(error)) from None
    return text


def read(text: str, bounds: Bounds = LINK) -> Run:
    """The run that `write` made this text of. Raises BadLink."""
    if len(text) > bounds.chars:
        raise BadLink(f"A link has at most {bounds.chars:,} characters, this one has {len(text):,}.")
    if text[:1].isdigit() and text[0] != FORMAT:
        raise BadLink(f"This link is in format {text[0]}, and this rollviz reads format {FORMAT}. A newer one may open it.")
    body = text[1:]
    if text[:1] != FORMAT or not BASE64URL.fullmatch(body):
        raise BadLink("This is not a link of rollviz, or a part of it was lost or changed on the way.")
    try:
        data = binascii.a2b_base64(body.replace("-", "+").replace("_", "/") + "=" * (-len(body) % 4), strict_mode=True)
    except binascii.Error:
        data = b""
    packed = data[CHECK_BYTES:]
    if _base64(data) != body or data[:CHECK_BYTES] != _check(packed):
        raise BadLink("A part of this link was lost or changed on the way. Copy it again, whole.")
    try:
        run = _DECODER.decode(_inflated(packed, bounds.inflated))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadLink(f"This link holds what no desk has: {str(error)[:200]}.") from None
    _validate(run, bounds)
    return run


def _inflated(packed: bytes, most: int) -> bytes:
    inflate = zlib.decompressobj(-15, zdict=DICTIONARY)
    try:
        data = inflate.decompress(packed, most + 1)
    except zlib.error:
        raise BadLink("What this link holds cannot be unpacked.") from None
    if len(data) > most:
        raise BadLink(f"Unpacked, this link is more than {most // 1024} kB.")
    if not inflate.eof or inflate.unused_data:
        raise BadLink("What this link holds cannot be unpacked.")
    return data


def _validate(run: Run, bounds: Bounds) -> None:
    if not 0 < run.engine < SEEDS or not 0 <= run.seed < SEEDS:
        raise BadLink("The seed or the engine of this link is out of range.")
    if not 0 <= run.at_ms <= LONGEST_MS:
        raise BadLink(f"A link goes to {LONGEST_MS // 3_600_000} simulated hours at most.")
    if len(run.commands) > COMMANDS:
        raise BadLink(f"A link holds {COMMANDS:,} commands at most, this one has {len(run.commands):,}.")
    before = 0
    for given in run.commands:
        if not before <= given.at_ms <= run.at_ms or len(given.who) > WHO_CHARS or given.who == "scenario":
            raise BadLink("The commands of this link are not in the order of their times.")
        if isinstance(given.command, Several) and not _is_one_line(given.command):
            raise BadLink(f"One command of this link is more than a line, or more than {MAX_COMMANDS} acts.")
        before = given.at_ms
    if not SUM.fullmatch(run.state):
        raise BadLink("This link does not say what it should lead to.")
    if isinstance(run.scenario, str):
        if len(run.scenario.encode()) > bounds.source or knots(run.scenario) > bounds.knots:
            raise BadLink("The scenario in this link is too large for one.")
    elif not re.fullmatch(r"[a-z0-9-]{1,64}", run.scenario.name) or not SUM.fullmatch(run.scenario.sum):
        raise BadLink("The scenario that this link names is none.")


def _is_one_line(several: Several) -> bool:
    """As a line can be typed: so many acts, and none of them is several again."""
    return (
        bool(several.line.strip())
        and len(several.commands) <= MAX_COMMANDS
        and not any(isinstance(command, Several) for command in several.commands)
    )


def knots(text: str) -> int:
    """At least as many as the YAML nodes in it."""
    return sum(map(text.count, (",", "\n", ":", "[", "{", "- ")))


# ------------------------------------------------------------------------------------------------------------- playing it


def begin(run: Run) -> tuple[Scenario, bool]:
    """What the run begins with, and whether that is still the text that it was. Raises StatusError."""
    if isinstance(run.scenario, str):
        return Scenario.parse(run.scenario), True
    found = scenario.load(run.scenario.name)
    return found, _sum(found.source.encode()) == run.scenario.sum


def play(run: Run, recording: Recording) -> Iterator[None]:
    """Plays the run on a recording that stands at its start. Stops after each thing that happens and each second, so that whoever
    drives it sets the pace and may leave. Raises Refused."""
    for number, given in enumerate(run.commands, 1):
        yield from _pass(recording, given.at_ms)
        try:
            recording.do(given.command, given.who)
        except StatusError as error:
            raise Refused(f"Command {number} of {len(run.commands)} is refused: {error.message}") from None
        except (LookupError, TypeError, ValueError, RecursionError):
            raise Refused(f"Command {number} of {len(run.commands)} makes no sense.") from None
        yield
    yield from _pass(recording, run.at_ms)


def _pass(recording: Recording, until: int) -> Iterator[None]:
    while recording.now < until:
        due = recording.cluster.engine.due()
        stop = min(until, recording.now + LONGEST_PIECE_MS, until if due is None else max(due, recording.now + 1))
        try:
            recording.run(stop)
        except StatusError as error:
            raise Refused(f"What the scenario does by itself is refused: {error.message}") from None
        yield


# ---------------------------------------------------------------------------------------------------------------- details


def _named(begins: Scenario) -> Lesson | str:
    for name in scenario.names():
        if scenario.load(name).source == begins.source:
            return Lesson(name, _sum(begins.source.encode()))
    return begins.source


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:SUM_CHARS]


def _check(packed: bytes) -> bytes:
    return hashlib.sha256(FORMAT.encode() + packed).digest()[:CHECK_BYTES]


def _base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode().rstrip("=").replace("+", "-").replace("/", "_")


_DECODER: Any = msgspec.json.Decoder(Run)

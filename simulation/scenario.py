"""A scenario file: what stands on the desk at the start, how images behave, what happens by itself, and the lesson told beside it.

A scenario is its text: parsing the same text and starting it with the same seed gives the same run. Read from `scenarios/NAME.yaml`,
or made of a plain Kubernetes manifest. A bad file is refused with the line that is wrong; what a key means is said at its field.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from simulation.api.documents import BadDocument, Document, read_all
from simulation.api.errors import StatusError, go_json
from simulation.cluster import Cluster
from simulation.commands import Apply, Command, Create
from simulation.conditions import BadCondition, Condition, condition, holds
from simulation.kubectl.parse import parse as parse_line
from simulation.stages import BEHAVIOURS, Image, Images

__all__ = ["Scenario", "Step", "from_manifest", "holds", "load", "names"]

FOLDER = Path(__file__).with_name("scenarios")
MOST_NODES = 20
MOST_IMAGES = 100
MOST_STEPS = 20
MOST_COMMANDS = 100
MOST_SECONDS = 24 * 3600
OWN = "Your own"


class Timed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A command that happens by itself `at` so many seconds."""

    at: float
    run: str


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The one key of a step: the verb on it, and the kubectl line that it runs (in the short form of `Command.kubectl`)."""

    label: str
    run: str


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A promise that the tests hold the lesson to: `always` once step number `after` is done, or `finally` at the end."""

    claim: str
    after: int = 0
    always: dict[str, Any] | None = None
    finally_: dict[str, Any] | None = msgspec.field(default=None, name="finally")


class Step(msgspec.Struct, frozen=True):
    """One step of a lesson. `opens` says what opens the next one; it is done when `until` has held once."""

    title: str
    text: str
    until: Condition
    opens: str
    action: Action | None = None

    def holds(self, cluster: Cluster) -> bool:
        return self.until.holds(cluster)


class _Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step as the file has it."""

    title: str
    text: str
    until: dict[str, Any]
    opens: str = ""
    action: Action | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scenario file as written."""

    title: str
    number: int = 0
    """Its place among the lessons; 0 is none of them."""
    side: str = ""
    """A: how it works. B: how to play it."""
    minutes: int = 0
    summary: str = ""
    seed: int = 1
    nodes: int = 4
    images: tuple[Image, ...] = ()
    """What the catalogue of `stages.py` should not guess from an image's name."""
    objects: tuple[dict[str, Any], ...] = ()
    """Kubernetes manifests, created before the clock starts."""
    commands: tuple[Timed, ...] = ()
    steps: tuple[_Step, ...] = ()
    claims: tuple[Claim, ...] = ()


class Scenario(msgspec.Struct, frozen=True):
    """A scenario that has been read and checked; `source` is the text it is."""

    name: str
    title: str
    number: int
    side: str
    minutes: int
    summary: str
    seed: int
    nodes: int
    images: tuple[Image, ...]
    objects: Create | Apply | None
    commands: tuple[tuple[int, Command], ...]
    steps: tuple[Step, ...]
    claims: tuple[Claim, ...]
    source: str

    @classmethod
    def parse(cls, text: str, name: str = "") -> "Scenario":
        """A scenario, or a plain manifest of objects. Raises StatusError that names the line."""
        documents = read_all(text)
        if any(isinstance(d.value, dict) and "kind" in d.value for d in documents):
            return _of_manifest(text)
        if len(documents) != 1:
            raise BadDocument("a scenario is one document with a title, a manifest has apiVersion and kind")
        return _of_file(documents[0], text, name)

    def start(self, seed: int | None = None) -> Cluster:
        """A new cluster at 0 s with the objects created. Raises StatusError if they are refused."""
        cluster = Cluster(self.seed if seed is None else seed, Images(self.images), self.nodes)
        if self.objects is not None:
            cluster.do(self.objects)
        return cluster

    def timed_commands(self) -> list[tuple[int, Command]]:
        """(ms, command) of what happens by itself, in order."""
        return sorted(self.commands, key=lambda timed: timed[0])


def names() -> list[str]:
    """The scenarios that come with the program: lessons by number, then the rest."""
    return [scenario.name for scenario in sorted(map(load, _files()), key=lambda s: (s.number or 999, s.name))]


@lru_cache(maxsize=64)
def load(name: str) -> Scenario:
    """One of `names()`. Raises a 404 StatusError."""
    if not re.fullmatch(r"[a-z0-9-]+", name) or name not in _files():
        raise StatusError(404, "NotFound", f'there is no scenario "{name[:64]}"', name=name[:64])
    return Scenario.parse((FOLDER / f"{name}.yaml").read_text(), name)


def from_manifest(text: str) -> Scenario:
    """A desk that begins with these objects, applied. Raises StatusError, also for objects that the API would refuse."""
    scenario = _of_manifest(text)
    scenario.start()
    return scenario


def _files() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def _of_manifest(text: str) -> Scenario:
    read_all(text)
    return Scenario("", OWN, 0, "", 0, "", 1, 4, (), Apply(text), (), (), (), text)


# --------------------------------------------------------------------------------------------------------------- reading


def _of_file(document: Document, text: str, name: str) -> Scenario:
    try:
        file = msgspec.convert(document.value, _File)
    except msgspec.ValidationError as error:
        said, path = _place(str(error))
        raise _bad(document, path, said) from None
    _check_sizes(document, file)
    return Scenario(
        name,
        file.title,
        file.number,
        file.side,
        file.minutes,
        file.summary,
        file.seed,
        file.nodes,
        file.images,
        Create("---\n".join(go_json(obj) + "\n" for obj in file.objects)) if file.objects else None,
        tuple((round(timed.at * 1000), _command(document, ("commands", i), timed.run)) for i, timed in enumerate(file.commands)),
        tuple(_step(document, i, step) for i, step in enumerate(file.steps)),
        tuple(_claim(document, i, claim) for i, claim in enumerate(file.claims)),
        text,
    )


def _check_sizes(document: Document, file: _File) -> None:
    for key, most in (("images", MOST_IMAGES), ("commands", MOST_COMMANDS), ("steps", MOST_STEPS)):
        have = len(getattr(file, key))
        if have > most:
            raise _bad(document, (key,), f"at most {most} {key}, these are {have}")
    if not 1 <= file.nodes <= MOST_NODES:
        raise _bad(document, ("nodes",), f"a desk has 1 to {MOST_NODES} nodes, not {file.nodes}")
    for i, image in enumerate(file.images):
        if image.behaviour not in BEHAVIOURS:
            raise _bad(document, ("images", i, "behaviour"), f"a behaviour is one of {', '.join(BEHAVIOURS)}, not {image.behaviour}")
        for field in image.__struct_fields__:
            value = getattr(image, field)
            if not isinstance(value, str) and not 0 <= value <= MOST_SECONDS * 10**9:
                raise _bad(document, ("images", i, field), f"{field} is out of range")
    for i, timed in enumerate(file.commands):
        if not 0 <= timed.at <= MOST_SECONDS:
            raise _bad(document, ("commands", i, "at"), f"at is 0 to {MOST_SECONDS} seconds")


def _step(document: Document, index: int, step: _Step) -> Step:
    path = ("steps", index)
    until = _condition(document, (*path, "until"), step.until)
    action = step.action and Action(step.action.label, _command(document, (*path, "action"), step.action.run).kubectl())
    return Step(step.title, step.text.strip(), until, step.opens or f"opens when {until.words()}", action)


def _claim(document: Document, index: int, claim: Claim) -> Claim:
    path = ("claims", index)
    if (claim.always is None) == (claim.finally_ is None):
        raise _bad(document, path, "a claim has either always or finally")
    _condition(document, path, claim.always if claim.always is not None else claim.finally_)
    return claim


def _condition(document: Document, path: tuple, given: Any) -> Condition:
    try:
        return condition(given)
    except BadCondition as error:
        raise _bad(document, path, str(error)) from None


def _command(document: Document, path: tuple, line: str) -> Command:
    try:
        return parse_line(line)
    except StatusError as error:
        raise _bad(document, (*path, "run"), error.message.splitlines()[0]) from None


def _bad(document: Document, path: tuple, said: str) -> BadDocument:
    while path not in document.lines:
        path = path[:-1]
    return BadDocument(said, document.lines[path])


def _place(error: str) -> tuple[str, tuple]:
    """msgspec's sentence and the path at its end, as keys of `Document.lines`."""
    said, _, place = error.partition(" - at `$")
    path: tuple = tuple(int(part[1:-1]) if part[0] == "[" else part[1:] for part in re.findall(r"\.[^.\[`]+|\[\d+\]", place))
    unknown = re.search(r"contains unknown field `(.+)`", said)
    return said, (*path, unknown.group(1)) if unknown else path

"""A scenario file: what stands on the desk at the start, how images behave, what happens by itself, and the lesson told beside it.

One YAML format for lessons, saved desks and what somebody drops on the home page; a plain Kubernetes manifest is a scenario too. A
scenario is its text: parsing the same text and starting it with the same seed gives the same run. A bad file is refused with the line
that is wrong. What a key means is said at its field below; `schema()` says the same to an editor.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from simulation.api.documents import MAX_BYTES, MAX_DOCUMENTS, BadDocument, Document, read_all, write
from simulation.api.errors import StatusError, go_json
from simulation.cluster import Cluster
from simulation.commands import Apply, Command, Create, SendRequests
from simulation.commands.clients import MOST_REQUESTS
from simulation.conditions import BadCondition, Condition, condition, holds
from simulation.conditions import schema as condition_schema
from simulation.kubectl.parse import parse as parse_line
from simulation.lesson import Action, Claim, Idea, Line, Page, Question, Seconds, Step, WrittenAction, WrittenStep
from simulation.objects import KINDS
from simulation.stages import BEHAVIOURS, Image, Images

__all__ = ["Scenario", "from_file", "from_manifest", "holds", "load", "names", "schema"]

FOLDER = Path(__file__).with_name("scenarios")
MOST_IN_ONE_SECOND = 500
"""Commands that one simulated second may hold: all of a second is done before anybody is served."""
OWN = "Your own"


class _Timed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A command that happens by itself, said in one of four ways. One that is refused when its time comes changes nothing."""

    at: Seconds
    """Seconds since the start."""
    run: str | None = None
    """A kubectl line, or a node's plug: `# node-1: power off`."""
    apply: str | None = None
    """Manifests, as `kubectl apply -f -` takes them."""
    create: str | None = None
    """Manifests, as `kubectl create -f -` takes them."""
    act: Command | None = None
    """Any other command, as the journal has it: {do: …}."""


class _Clients(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Requests to a Service."""

    service: Line
    rate: Annotated[int, Meta(ge=1, le=MOST_REQUESTS)]
    """In a second."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scenario file as written."""

    title: Line
    number: Annotated[int, Meta(ge=0, le=999)] = 0
    """Its place among the lessons; 0 is none of them."""
    side: Annotated[str, Meta(max_length=1)] = ""
    """A: how it works. B: how to play it."""
    minutes: Annotated[int, Meta(ge=0, le=999)] = 0
    summary: Annotated[str, Meta(max_length=1000)] = ""
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 1
    """Where all chance comes from: the same seed gives the same run."""
    nodes: Annotated[int, Meta(ge=1, le=20)] = 4
    max_pods: Annotated[int, Meta(ge=1, le=500)] = 110
    """How many pods each node has room for: its kubelet's maxPods."""
    images: Annotated[tuple[Image, ...], Meta(max_length=100)] = ()
    """How versions behave, where the catalogue of `stages.py` should not guess it from an image's name."""
    objects: Annotated[tuple[dict[str, Any], ...], Meta(max_length=MAX_DOCUMENTS)] = ()
    """Kubernetes manifests, created before the clock starts."""
    apply: str = ""
    """More of them as one text, applied as `kubectl apply` does, with the annotation that this leaves."""
    traffic: Annotated[tuple[_Clients, ...], Meta(max_length=10)] = ()
    """Who sends requests from the start, as soon as the Service has an endpoint."""
    commands: Annotated[tuple[_Timed, ...], Meta(max_length=10_000)] = ()
    """What happens by itself, and when."""
    steps: Annotated[tuple[WrittenStep, ...], Meta(max_length=20)] = ()
    """The lesson."""
    ideas: Annotated[tuple[Idea, ...], Meta(max_length=10)] = ()
    """What to try when it is over."""
    docs: Annotated[tuple[Page, ...], Meta(max_length=10)] = ()
    """Where the Kubernetes documentation says more."""
    claims: Annotated[tuple[Claim, ...], Meta(max_length=50)] = ()
    """What must be true when the lesson is played."""
    questions: Annotated[tuple[Question, ...], Meta(max_length=50)] = ()
    run: Literal["pod", "deployment"] = "pod"
    """What `kubectl run` makes in the desk's terminal: one pod, as since kubectl 1.18, or a Deployment, as in 2018."""


class BadScenario(StatusError):
    """A file that is no scenario: one plain sentence, and the `line` it is about, counted from 1 (0 if it is about all of it)."""

    def __init__(self, said: str, line: int = 0) -> None:
        super().__init__(400, "BadRequest", f"line {line}: {said}" if line else said)
        self.said = said
        self.line = line


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
    begins: tuple[Command, ...]
    """What makes its objects, before the clock starts."""
    commands: tuple[tuple[int, Command], ...]
    steps: tuple[Step, ...]
    claims: tuple[Claim, ...]
    questions: tuple[Question, ...]
    source: str
    run: str = "pod"
    """What `kubectl run` makes in the terminal."""
    max_pods: int = 110
    ideas: tuple[Idea, ...] = ()
    docs: tuple[Page, ...] = ()

    @classmethod
    def parse(cls, text: str, name: str = "") -> "Scenario":
        """A scenario, or a plain manifest of objects. Raises BadScenario."""
        documents = _read(text)
        if _is_manifest(documents):
            return _of_manifest(text)
        if len(documents) != 1:
            raise BadScenario("this is neither a scenario, which is one document with a title, nor a manifest, which has a kind")
        return _of_file(documents[0], text, name)

    @staticmethod
    def save(run: Any) -> str:
        """The file of a run: its scenario, its seed, and every command given since, at its time. Whoever opens it and lets time pass
        sees the same state, to the byte. `run` has `scenario`, `seed` and `commands` as a Recording. Raises BadScenario if it is too long.
        """
        told = run.scenario
        given = [(timed.at_ms, timed.command) for timed in run.commands if timed.who != "scenario"]
        timed = sorted([*told.commands, *given], key=lambda timed: timed[0])
        if (crowded := _crowded(at for at, _ in timed)) is not None:
            raise BadScenario(f"this run has more than {MOST_IN_ONE_SECOND} commands in its second {timed[crowded][0] // 1000}")
        body = {**_body(told), "seed": run.seed, "commands": [{"at": _seconds(at), **_said(command)} for at, command in timed]}
        body = {key: body[key] for key in _File.__struct_fields__ if body.get(key) not in (None, [], "")}
        text = write(body)
        if (size := len(text.encode())) > MAX_BYTES:
            raise BadScenario(f"this run has too much behind it for one file: {size} bytes, and {MAX_BYTES} are the most")
        return text

    def start(self, seed: int | None = None) -> Cluster:
        """A new cluster at 0 s with the objects created. Raises StatusError if they are refused."""
        cluster = Cluster(self.seed if seed is None else seed, Images(self.images), self.nodes, self.max_pods)
        for command in self.begins:
            cluster.do(command)
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


def from_file(text: str) -> Scenario:
    """A file that somebody brings, scenario or manifest. It is begun once, so that what the API would refuse is refused here with its line.

    Raises BadScenario.
    """
    scenario = Scenario.parse(text)
    try:
        scenario.start()
    except StatusError as refused:
        raise _located(text, refused) from None
    return scenario


def schema() -> dict[str, Any]:
    """The format as a JSON Schema (2020-12)."""
    _, parts = msgspec.json.schema_components([_File], ref_template="#/$defs/{name}")
    parts = msgspec.json.decode(msgspec.json.encode(parts).replace(b'"_', b'"').replace(b"#/$defs/_", b"#/$defs/"))
    _narrow_image(parts["Image"]["properties"])
    parts["Timed"]["oneOf"] = _one_of(*SAYINGS)
    parts["WrittenAction"]["oneOf"] = _one_of("run", "apply")
    parts["Claim"]["oneOf"] = _one_of(*PROMISES)
    parts["Question"]["oneOf"] = _one_of("step", "at")
    parts["Condition"] = condition_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "rollviz scenario", **parts.pop("File"), "$defs": parts}


def _one_of(*keys: str) -> list[dict[str, Any]]:
    return [{"required": [key], "properties": {key: {"not": {"type": "null"}}}} for key in keys]


def _narrow_image(properties: dict[str, Any]) -> None:
    properties["behaviour"] = {"enum": list(BEHAVIOURS), "default": BEHAVIOURS[0]}
    for name, part in properties.items():
        if part.get("type") in ("number", "integer"):
            properties[name] = {**part, "minimum": 0, "maximum": MOST_OF_AN_IMAGE}


def _files() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


# ---------------------------------------------------------------------------------------------------------------- saving


def _body(told: Scenario) -> dict[str, Any]:
    """The scenario as its file would have it."""
    documents = _read(told.source)
    if _is_manifest(documents):
        return {"title": told.title, "nodes": told.nodes, "apply": told.source}
    return documents[0].value


def _said(command: Command) -> dict[str, Any]:
    """One command in the way that brings exactly it back."""
    if isinstance(command, Apply):
        return {"apply": command.manifest}
    if isinstance(command, Create):
        return {"create": command.manifest}
    line = command.kubectl()
    line = line if line.startswith("#") else f"kubectl {line}"
    try:
        if parse_line(line) == command:
            return {"run": line}
    except StatusError:
        pass
    return {"act": msgspec.to_builtins(command)}


def _seconds(ms: int) -> int | float:
    return ms // 1000 if ms % 1000 == 0 else ms / 1000


# --------------------------------------------------------------------------------------------------------------- reading

SAYINGS = ("run", "apply", "create", "act")
PROMISES = ("always", "once", "finally", "answer")


def _read(text: str) -> list[Document]:
    try:
        return read_all(text)
    except BadDocument as bad:
        said = bad.message.removeprefix("error parsing the manifest: ").removeprefix(f"line {bad.line}: ")
        raise BadScenario(said, bad.line) from None


def _is_manifest(documents: list[Document]) -> bool:
    return any(isinstance(document.value, dict) and "kind" in document.value for document in documents)


def _of_manifest(text: str) -> Scenario:
    read_all(text)
    return Scenario("", OWN, 0, "", 0, "", 1, 4, (), (Apply(text),), (), (), (), (), text)


def _of_file(document: Document, text: str, name: str) -> Scenario:
    try:
        file = msgspec.convert(document.value, _File)
    except msgspec.ValidationError as error:
        said, path = _place(str(error))
        raise _bad(document, path, _plainly(said, path)) from None
    except RecursionError:
        raise BadScenario("this is nested too deep") from None
    _check(document, file)
    created = (Create("---\n".join(go_json(obj) + "\n" for obj in file.objects)),) if file.objects else ()
    applied = (Apply(file.apply),) if file.apply else ()
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
        created + applied + tuple(SendRequests(clients.service, clients.rate, True) for clients in file.traffic),
        tuple((round(timed.at * 1000), _timed(document, i, timed)) for i, timed in enumerate(file.commands)),
        tuple(_step(document, i, step) for i, step in enumerate(file.steps)),
        tuple(_claim(document, i, claim) for i, claim in enumerate(file.claims)),
        file.questions,
        text,
        file.run,
        file.max_pods,
        tuple(_idea(document, i, idea) for i, idea in enumerate(file.ideas)),
        file.docs,
    )


def _check(document: Document, file: _File) -> None:
    """What the types alone do not say."""
    for i, image in enumerate(file.images):
        if image.behaviour not in BEHAVIOURS:
            raise _bad(document, ("images", i, "behaviour"), f"a behaviour is one of {', '.join(BEHAVIOURS)}, not {image.behaviour}")
        for field in image.__struct_fields__:
            value = getattr(image, field)
            if not isinstance(value, str) and not 0 <= value <= MOST_OF_AN_IMAGE:
                raise _bad(document, ("images", i, field), f"{field} is out of range")
    if (crowded := _crowded(timed.at * 1000 for timed in file.commands)) is not None:
        raise _bad(document, ("commands", crowded, "at"), f"more than {MOST_IN_ONE_SECOND} commands in one second")
    for i, question in enumerate(file.questions):
        if (question.step is None) == (question.at is None):
            raise _bad(document, ("questions", i), "a question has either step or at")
        if question.step is not None and question.step > len(file.steps):
            raise _bad(document, ("questions", i, "step"), f"there is no step {question.step}: the steps are {len(file.steps)}")
        _check_of(document, i, question)


def _crowded(times: Iterable[float]) -> int | None:
    """The place of the first command (by its ms) that is one too many in its second."""
    in_second: dict[int, int] = {}
    for i, at in enumerate(times):
        second = int(at) // 1000
        in_second[second] = in_second.get(second, 0) + 1
        if in_second[second] > MOST_IN_ONE_SECOND:
            return i
    return None


def _timed(document: Document, index: int, timed: _Timed) -> Command:
    path = ("commands", index)
    said = [key for key in SAYINGS if getattr(timed, key) is not None]
    if len(said) != 1:
        raise _bad(document, path, f"a command is said in one way: {', '.join(SAYINGS[:-1])} or {SAYINGS[-1]}")
    if timed.run is not None:
        return _command(document, path, timed.run)
    if timed.act is not None:
        _check_kinds(document, (*path, "act"), timed.act)
        return timed.act
    return Apply(timed.apply) if timed.apply is not None else Create(timed.create or "")


def _check_kinds(document: Document, path: tuple, command: Any) -> None:
    for part in (command, *getattr(command, "commands", ())):
        kind = getattr(part, "kind", "Pod")
        if kind not in KINDS or kind == "Event":
            raise _bad(document, path, f"a desk has no {kind[:64]}")
        if part is not command:
            _check_kinds(document, path, part)


def _step(document: Document, index: int, step: WrittenStep) -> Step:
    path = ("steps", index)
    until = _condition(document, (*path, "until"), step.until) if step.until is not None else None
    action = step.action and _action(document, (*path, "action"), step.action)
    if until is None and (action is None or action.refused):
        raise _bad(document, path, "a step says until when, or has an act that makes it done")
    words = until.words() if until is not None else "it is done"
    return Step(step.title, step.text.strip(), until, step.opens or f"opens when {words}", action, step.then.strip())


def _action(document: Document, path: tuple, action: WrittenAction) -> Action:
    if (action.run is None) == (action.apply is None):
        raise _bad(document, path, "an action has either run or apply")
    if action.apply is not None:
        commands: tuple[Command, ...] = (Apply(action.apply),)
    else:
        lines = (action.run,) if isinstance(action.run, str) else action.run or ()
        commands = tuple(_command(document, path, line) for line in lines)
    return Action(action.label, tuple(c.kubectl() for c in commands), commands, action.apply or "", action.refused)


def _idea(document: Document, index: int, idea: Idea) -> Idea:
    if idea.run is None:
        return idea
    return replace(idea, run=_command(document, ("ideas", index), idea.run).kubectl())


def _check_of(document: Document, index: int, question: Question) -> None:
    """Pods and Services are named as a condition names them."""
    path = ("questions", index)
    if question.of is not None:
        path = (*path, "of")
        _condition(document, path, question.of)
    wanted = "pods" if question.about == "pods" else "service" if question.about in ("endpoints", "lost", "share") else ""
    if wanted and wanted not in (question.of or {}):
        raise _bad(document, path, f"a question about {question.about} says of which {wanted}: of: {{{wanted}: …}}")


def _claim(document: Document, index: int, claim: Claim) -> Claim:
    path = ("claims", index)
    given = [value for value in (claim.always, claim.once, claim.finally_) if value is not None]
    if len(given) + (claim.answer is not None) != 1:
        raise _bad(document, path, "a claim has one of always, once, finally and answer")
    if given:
        _condition(document, path, given[0])
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


# -------------------------------------------------------------------------------------------------------------- refusing

MOST_OF_AN_IMAGE = 10**14
MUST_BE = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "nothing",
}
STRUCTS = {
    (): _File,
    ("images",): Image,
    ("traffic",): _Clients,
    ("commands",): _Timed,
    ("steps",): WrittenStep,
    ("steps", "action"): WrittenAction,
    ("ideas",): Idea,
    ("docs",): Page,
    ("claims",): Claim,
    ("questions",): Question,
}
"""What stands where, to say which keys there are."""


def _bad(document: Document, path: tuple, said: str) -> BadScenario:
    while path not in document.lines:
        path = path[:-1]
    return BadScenario(said, document.lines[path])


def _place(error: str) -> tuple[str, tuple]:
    """msgspec's sentence and the path at its end, as keys of `Document.lines`."""
    said, _, place = error.partition(" - at `$")
    path = _keys(place)
    unknown = re.search(r"contains unknown field `(.+)`", said)
    return said, (*path, unknown.group(1)) if unknown else path


def _keys(place: str) -> tuple:
    """`.spec.containers[0]` as keys of `Document.lines`."""
    return tuple(int(part[1:-1]) if part[0] == "[" else part[1:] for part in re.findall(r"\.[^.\[`]+|\[\d+\]", place))


def _plainly(said: str, path: tuple) -> str:
    """msgspec's sentence for somebody who has never heard of it."""
    name = next((part for part in reversed(path) if isinstance(part, str)), "the file")
    if found := re.search(r"unknown field `(.+)`", said):
        return _unknown(found.group(1), path[:-1])
    if found := re.search(r"missing required field `(.+)`", said):
        return f"{found.group(1)} is missing"
    if found := re.fullmatch(r"Expected `(.+)`, got `(.+)`", said):
        wanted = " or ".join(MUST_BE.get(word, word) for word in found.group(1).split(" | ") if word != "null")
        return f"{name} must be {wanted}, not {MUST_BE.get(found.group(2), found.group(2))}"
    if found := re.fullmatch(r"Expected `array` of length ([<>]=) (\d+)", said):
        return f"{name} is empty" if found.group(1) == ">=" else f"at most {found.group(2)} {name}"
    if found := re.fullmatch(r"Expected `str` matching regex '(.+)'", said):
        return f"{name} must match {found.group(1)}"
    if found := re.fullmatch(r"Expected `str` of length ([<>]=) (\d+)", said):
        return f"{name} is empty" if found.group(1) == ">=" else f"{name} has at most {found.group(2)} characters"
    if found := re.fullmatch(r"Expected `(?:int|float)` ([<>]=) ([-\d.]+)", said):
        return f"{name} must be {'at least' if found.group(1) == '>=' else 'at most'} {float(found.group(2)):.15g}"
    if said.startswith("Invalid enum value"):
        return f"{name} does not know {said.removeprefix('Invalid enum value ').replace('`', '').replace(chr(39), '')}"
    return f"{name}: {said}"


def _unknown(key: str, path: tuple) -> str:
    struct = STRUCTS.get(tuple(part for part in path if isinstance(part, str)))
    if struct is None:
        return f"there is no {key[:64]} here"
    known = [field.encode_name for field in msgspec.structs.fields(struct)]
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    return f"there is no {key[:64]} here: {hint}"


class _Piece(NamedTuple):
    """One object of a file, by itself: what makes it, and where in the file it is said."""

    command: Create | Apply
    lines: dict[tuple, int]
    path: tuple
    above: int
    """Lines of the file above the text that `lines` counts."""

    def line(self, field: str) -> int:
        path = (*self.path, *_keys(f".{field}"))
        while path not in self.lines:
            path = path[:-1]
        return self.above + self.lines[path]


def _located(text: str, refused: StatusError) -> BadScenario:
    """The refusal of what a file begins with, and its line: the objects are made one by one until one is refused."""
    cluster = Cluster()
    try:
        for piece in _pieces(_read(text)):
            try:
                cluster.do(piece.command)
            except StatusError as found:
                unknown = re.search(r'unknown field "([^"]+)"', found.message)
                return BadScenario(_one_line(found), piece.line(unknown.group(1) if unknown else found.field))
    except BadScenario as unreadable:
        return unreadable
    return BadScenario(_one_line(refused))


def _pieces(documents: list[Document]) -> Iterator[_Piece]:
    if _is_manifest(documents):
        yield from _applied(documents, 0)
        return
    document = documents[0]
    for i, obj in enumerate(document.value.get("objects") or ()):
        yield _Piece(Create(go_json(obj)), document.lines, ("objects", i), 0)
    if applied := document.value.get("apply"):
        above = document.lines[("apply",)]
        try:
            inner = _read(applied)
        except BadScenario as bad:
            raise BadScenario(bad.said, above + bad.line) from None
        yield from _applied(inner, above)


def _applied(documents: list[Document], above: int) -> Iterator[_Piece]:
    for document in documents:
        value = document.value
        if isinstance(value, dict) and value.get("kind") == "List" and isinstance(value.get("items"), list):
            for i, item in enumerate(value["items"]):
                yield _Piece(Apply(go_json(item)), document.lines, ("items", i), above)
        else:
            yield _Piece(Apply(go_json(value)), document.lines, (), above)


def _one_line(refused: StatusError) -> str:
    said = " ".join(refused.kubectl().split()).removeprefix("error: ").removeprefix("error parsing the manifest: ")
    return said if len(said) <= 600 else f"{said[:600]}…"

"""A lesson: steps that each wait for something, at most one act in each, a question before it, and at the end what to try and to read.

These are the parts of a scenario file that teach, as they are written there; `scenario.py` reads them.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from simulation.cluster import Cluster
from simulation.commands import Command
from simulation.conditions import Condition
from simulation.engine import Millis

Line = Annotated[str, Meta(min_length=1, max_length=200)]
Markdown = Annotated[str, Meta(max_length=4000, description="Paragraphs, lists, **strong**, *emphasis*, `code`, [v2] for a version")]
Given = Annotated[dict[str, Any], Meta(extra_json_schema={"$ref": "#/$defs/Condition"})]
KubectlLine = Annotated[str, Meta(min_length=1, max_length=2000)]
MOST_LINES = 3
MOST_SECONDS = 24 * 3600
"""As long as a take lasts."""
Seconds = Annotated[float, Meta(ge=0, le=MOST_SECONDS)]


class WrittenAction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The one key of a step, said in one of two ways."""

    label: Line
    """The verb on it."""
    run: KubectlLine | Annotated[tuple[KubectlLine, ...], Meta(min_length=1, max_length=MOST_LINES)] | None = None
    """A kubectl line, or several that are run one after another."""
    apply: Annotated[str, Meta(min_length=1, max_length=4000)] | None = None
    """Manifests, as `kubectl apply -f -` takes them."""
    refused: Annotated[str, Meta(max_length=200)] = ""
    """What the refusal says, where the act is there to be refused; such a step is done without it."""


class Action(msgspec.Struct, frozen=True):
    """The key of a step: its verb, its lines in the short form of `Command.kubectl`, and what they are."""

    label: str
    lines: tuple[str, ...]
    commands: tuple[Command, ...]
    manifest: str = ""
    refused: str = ""


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asked before the reveal. The file has no answers: the engine runs a copy ahead (`simulation.questions`)."""

    ask: Line
    """The question as it is shown."""
    about: Literal["versions", "available", "pods", "endpoints", "lost", "share", "next", "finishes", "moves"]
    """versions: how many pods of each · available: how many in all · pods: how many of `of` · endpoints: how many has the Service of `of` ·
    lost: how many of its requests are lost by then · share: which part of its endpoints, in percent, are pods of `deployment` then ·
    next: which pod goes next · finishes: is the rollout complete by then · moves: does any fader or pod move."""
    step: Annotated[int, Meta(ge=1)] | None = None
    """Asked when this step of the lesson opens, counted from 1, and answered from its act on. Either this or `at`."""
    at: Seconds | None = None
    """Asked at this second."""
    ahead: Annotated[int, Meta(ge=1, le=3600)] = 10
    """How many seconds after the asking it is about."""
    deployment: str = ""
    """Which Deployment; may be left out where there is only one."""
    of: Given | None = None
    """Which pods, as in {pods: "app=web", image: "web:2.0"}, or which Service, as in {service: web}."""
    choices: Annotated[tuple[str | int, ...], Meta(max_length=6)] = ()
    """What one may say to it."""
    hold: bool = False
    """The clock stands from when the step opens until its act: the question is about this very moment."""
    why: Markdown = ""
    """Shown with the answer."""


class WrittenStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step of a lesson."""

    title: Line
    text: Markdown
    until: Given | None = None
    """What makes it done, see `simulation.conditions`; its act, when left out."""
    then: Markdown = ""
    """What is said in place of `text` once it is done."""
    opens: Annotated[str, Meta(max_length=200)] = ""
    """What opens the next step, in words; made from `until` when left out."""
    action: WrittenAction | None = None


class Step(msgspec.Struct, frozen=True):
    """One step of a lesson. `opens` says what opens the next one; it is done when `until` has held once, or with its act."""

    title: str
    text: str
    until: Condition | None
    opens: str
    action: Action | None = None
    then: str = ""

    def is_done(self, cluster: Cluster, given: Iterable[Any]) -> bool:
        """`given`: the commands, as a Recording has them, since the step before was done."""
        return self.until.holds(cluster) if self.until is not None else self.acted(given) is not None

    def acted(self, given: Iterable[Any]) -> Millis | None:
        """When all of its lines had been run; typing them counts as pressing the key. None if they were not."""
        if self.action is None:
            return None
        times: dict[str, Millis] = {}
        for timed in given:
            times.setdefault(timed.command.kubectl(), timed.at_ms)
        done = [times.get(line) for line in self.action.lines]
        return None if None in done else max(done)


def is_open_step_done(steps: Sequence[Step], reached: Sequence[Millis], cluster: Cluster, commands: Sequence[Any]) -> bool:
    """`reached`: when each of those before was; `commands`: all that were given so far, as a Recording has them. False past the last."""
    if len(reached) == len(steps):
        return False
    since = reached[-1] if reached else 0
    return steps[len(reached)].is_done(cluster, commands[bisect_left(commands, since, key=lambda timed: timed.at_ms) :])


class Idea(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something to try when the lesson is over."""

    say: Markdown
    run: KubectlLine | None = None
    """The line that does it."""


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page of the Kubernetes documentation."""

    title: Line
    """As the page itself is called."""
    url: Annotated[str, Meta(pattern=r"^https://kubernetes\.io/[a-z0-9/_#-]*$", max_length=300)]


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A promise that the tests hold the lesson to: `always` once step number `after` is done and until step number `until` is, `once` at
    some moment in between, or `finally` at the end. Or the `answer` to the question of step number `step`."""

    claim: Line
    after: Annotated[int, Meta(ge=0)] = 0
    until: Annotated[int, Meta(ge=1)] | None = None
    always: Given | None = None
    once: Given | None = None
    finally_: Given | None = msgspec.field(default=None, name="finally")
    answer: str | int | None = None
    step: Annotated[int, Meta(ge=1)] | None = None


def waits_for_act(recording: Any) -> bool:
    """At the end of a take, in the very instant in which a step has opened whose question is about this moment."""
    opened = recording.tape.reached
    if not opened or opened[-1] != recording.now or not recording.live:
        return False
    return any(question.hold and question.step == len(opened) + 1 for question in recording.scenario.questions)

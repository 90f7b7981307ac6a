"""Where a line is typed, and what it may come to: an answer, a running line, a command to give, a text to edit."""

import msgspec

from simulation.api.errors import StatusError
from simulation.cluster import Cluster
from simulation.commands import NOTHING_FOUND, Command, Drain
from simulation.drain import OUT
from simulation.kubectl import files
from simulation.kubectl.answer import Answer, Running
from simulation.kubectl.dry import Touched, decodes, printed
from simulation.kubectl.waiting import Drained, Gone
from simulation.kubectl.wording import as_1_33, deleted_names
from simulation.store import Store


class Seat(msgspec.Struct):
    """The desk as it is now, and what this terminal knows."""

    cluster: Cluster
    presenter: bool = True
    turn: int = 0
    """Grows with each request that `curl` makes."""
    text: str | None = None
    """What came back from the editor."""
    opened: str | None = None
    """What it opened with."""
    server: str = "http://localhost:8000"
    before_1_18: bool = False
    """`kubectl run` makes a Deployment, as it did in 2018."""

    @property
    def store(self) -> Store:
        return self.cluster.store


class Do(msgspec.Struct, frozen=True):
    """A command to give to the desk; `finish` makes the answer of what it said, and `refuse` of what it raised."""

    command: Command
    verb: str
    how: str = ""
    file: str = ""
    first: str = ""
    """What is said on stderr before anything else."""
    missing: str = ""
    """What is said there of objects that the line names and that are not there; the others are done."""
    refused: str = ""
    """How kubectl begins what it says of a refusal."""
    touched: Touched = ()
    """What `-o` prints afterwards."""
    before: str = ""
    """What `-o` prints where kubectl prints the objects as they were."""

    def finish(self, said: str, store: Store) -> Answer:
        lines = [as_1_33(line, self.verb) for line in said.splitlines()]
        if isinstance(self.command, Drain):
            return _begun(lines)
        warnings = [line for line in lines if line.startswith("Warning: ")]
        lines = [line for line in lines if line not in warnings]
        if self.how and self.verb.startswith("delete"):
            lines = deleted_names(lines)
        out = "".join(f"{line}\n" for line in lines)
        none = "No resources found in default namespace.\n" if self.verb == "rollout" and not lines else ""
        if self.how and not self.verb.startswith("delete") and (lines or self.verb != "set"):
            out = "".join(f"{line}\n" for line in lines if line.startswith("label ")) + self._objects(store)
        return Answer(out, self.first + none + "".join(f"{line}\n" for line in warnings) + self.missing, 1 if self.missing else 0)

    def _objects(self, store: Store) -> str:
        return self.before or printed(self.touched, self.how, store, decodes(self.command, self.verb), self.command)

    def refuse(self, error: StatusError) -> Answer:
        return refused(error, self.verb, self.file, self.refused)

    def after(self, store: Store) -> Running | None:
        """What goes on after the command is given: kubectl waits for what it deletes and drains."""
        if isinstance(self.command, Drain):
            line = Drained(self.command, store)
            return line if line.is_on(store) else None
        return Gone(self.command, store, 1 if self.missing else 0) if self.verb == "delete" else None


class Edit(msgspec.Struct, frozen=True):
    """A text to be edited first: the same line comes back with it."""

    title: str
    text: str
    said: str = ""


Plan = Answer | Running | Do | Edit


def refused(error: StatusError, verb: str, file: str, begin: str) -> Answer:
    if begin and error.reason not in ("Usage", "NotFound"):
        return Answer("", f"error: {begin}{error.message}\n", 1)
    return Answer("", files.refusal(error, verb, file) + "\n", 1)


def _begun(lines: list[str]) -> Answer:
    """What a drain says at once."""
    lines = [line for line in lines if line != NOTHING_FOUND]
    out, err = ([line for line in lines if bool(OUT.fullmatch(line)) is to_out] for to_out in (True, False))
    code = 1 if any(line.startswith("error:") for line in err) else 0
    return Answer("".join(f"{line}\n" for line in out), "".join(f"{line}\n" for line in err), code)

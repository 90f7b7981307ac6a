"""What a person may do to a desk, as data: each command changes the store whole or not at all, and knows the kubectl line it equals.

`apply` answers with what kubectl prints and raises `StatusError` before anything is written. The same command on the same store
always does the same, so a recording is its commands and their times. Sources: staging/src/k8s.io/kubectl/pkg (v1.36).
"""

import msgspec

from simulation.act import Act, Said
from simulation.api.writes import Writes
from simulation.commands.changing import Scale, SetImage, SetSelector
from simulation.commands.clients import SendRequests
from simulation.commands.creating import CreateBudget, CreateDeployment, CreateService, Expose, Run
from simulation.commands.deleting import Delete
from simulation.commands.labelling import Annotate, Label
from simulation.commands.manifests import Apply, Create, Patch
from simulation.commands.nodes import Cordon, CutNode, Drain, RestoreNode, SetTaints, StopDrain, Uncordon
from simulation.commands.rolling import Pause, Restart, Resume, Undo
from simulation.commands.wording import NOTHING_FOUND, text_of
from simulation.inside import KillInside, RemoveHealthy, TouchHealthy
from simulation.requests import Bind, DeleteObjects, Evict, PatchObject, Post, Put


class Several(Act, frozen=True, tag="several"):
    """One line that names several objects: all of it happens, or nothing."""

    commands: tuple["Command", ...]
    line: str

    def act(self, writes: Writes) -> Said:
        said = [command.act(writes) for command in self.commands]
        return lambda: self._joined([s if isinstance(s, str) else s() for s in said])

    @staticmethod
    def _joined(said: list[str]) -> str:
        """One "nothing found" for all of them, as kubectl says it of the whole line; a warning once."""
        lines = list(dict.fromkeys(line for text in said for line in text.splitlines()))
        found = [line for line in lines if line != NOTHING_FOUND]
        return text_of(found or lines)

    def kubectl(self) -> str:
        return self.line


Command = (
    Create
    | Apply
    | CreateDeployment
    | CreateService
    | Run
    | Expose
    | Patch
    | Scale
    | SetImage
    | Pause
    | Resume
    | Restart
    | Undo
    | SetSelector
    | Label
    | Annotate
    | Delete
    | Several
    | CutNode
    | RestoreNode
    | SendRequests
    | Cordon
    | Uncordon
    | Drain
    | StopDrain
    | SetTaints
    | CreateBudget
    | KillInside
    | RemoveHealthy
    | TouchHealthy
    | Post
    | Put
    | PatchObject
    | DeleteObjects
    | Evict
    | Bind
)

_decoder = msgspec.json.Decoder(Command)


def decode(data: bytes) -> Command:
    """The command that `msgspec.json.encode` wrote. Raises msgspec.ValidationError."""
    return _decoder.decode(data)

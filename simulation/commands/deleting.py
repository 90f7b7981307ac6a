"""kubectl delete. Models staging/src/k8s.io/kubectl/pkg/cmd/delete (v1.36)."""

import shlex
from typing import Any

from simulation.act import Said
from simulation.api.writes import NAMESPACE, Writes
from simulation.commands.picking import Picking
from simulation.commands.wording import NOTHING_FOUND, text_of
from simulation.objects import KINDS
from simulation.store import controller_of

FORCE_WARNING = (
    "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. "
    "The resource may continue to run on the cluster indefinitely."
)


class Delete(Picking, frozen=True, tag="delete"):
    """`kubectl delete`. `grace_period_seconds` None is the pod's own; `force` removes the object at once.

    `propagation` is Background, Orphan or Foreground: what happens to the objects it owns.
    """

    kind: str
    name: str = ""
    grace_period_seconds: int | None = None
    propagation: str = "Background"
    force: bool = False
    ignore_not_found: bool = False

    def act(self, writes: Writes) -> Said:
        if self.ignore_not_found and self.name and writes.find(self.kind, self.name) is None:
            return ""
        lines = super().act(writes)
        if not lines:
            return NOTHING_FOUND
        return text_of([FORCE_WARNING, lines]) if self.force else lines

    def _objects(self, writes: Writes) -> list[Any]:
        """Of `delete all`, those whose owner went with an earlier word are gone before they are looked for."""
        found = super()._objects(writes)
        if self.name or self.propagation != "Background":
            return found
        return [obj for obj in found if not ((owner := controller_of(obj)) and writes.is_going(owner.kind, owner.name))]

    def each(self, writes: Writes, obj: Any) -> list[str]:
        row = KINDS[self.kind]
        shown = f"{row.singular}.{row.group}" if row.group else row.singular
        writes.delete(self.kind, obj.metadata.name, 0 if self.force else self.grace_period_seconds, self.propagation)
        where = f" from {NAMESPACE} namespace" if row.namespaced else ""
        return [f'{shown} "{obj.metadata.name}" {"force " if self.force else ""}deleted{where}']

    def kubectl(self) -> str:
        words = ["delete", *self._picking()]
        words += [f"--cascade={self.propagation.lower()}"] if self.propagation != "Background" else []
        words += [f"--grace-period={self.grace_period_seconds}"] if self.grace_period_seconds is not None and not self.force else []
        words += ["--force", "--grace-period=0"] if self.force else []
        return shlex.join([*words, *(["--ignore-not-found"] if self.ignore_not_found else [])])

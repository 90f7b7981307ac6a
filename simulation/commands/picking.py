"""Commands about one object by name, those a selector picks, or all of a kind."""

from typing import Any

from simulation.act import Act, Said
from simulation.api import selectors
from simulation.api.errors import UsageError, bad_request, go_quote
from simulation.api.writes import Writes
from simulation.commands.wording import text_of
from simulation.objects import KINDS


class Picking(Act, frozen=True, kw_only=True):
    """Base of commands about one object by name, those a selector picks, or all of a kind: the same is done to each."""

    selector: str = ""
    all: bool = False

    def act(self, writes: Writes) -> Said:
        return text_of([line for obj in self._objects(writes) for line in self.each(writes, obj)])

    def each(self, writes: Writes, obj: Any) -> list[str]:
        """Note the writes for one object; the lines to print."""
        raise NotImplementedError

    def _objects(self, writes: Writes) -> list[Any]:
        if self.name:
            return [writes.get(self.kind, self.name)]
        if not self.selector and not self.all:
            raise UsageError("resource(s) were provided, but no name was specified")
        try:
            selector = selectors.parse(self.selector)
        except selectors.ParseError as error:
            raise bad_request(f"unable to parse selector {go_quote(self.selector)}: {error}") from None
        return writes.select(self.kind, selector)

    def _picking(self) -> list[str]:
        kind = KINDS[self.kind]
        if self.name:
            return [f"{kind.singular}/{self.name}"]
        return [kind.plural, *(["-l", self.selector] if self.selector else ["--all"])]

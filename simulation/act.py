"""The base of all that a person may do: data that changes the store whole or not at all, and knows the kubectl line it equals."""

from collections.abc import Callable

import msgspec

from simulation.api.writes import Writes
from simulation.store import Store

Said = str | Callable[[], str]


class Act(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="do"):
    """Base of all commands."""

    def apply(self, store: Store) -> str:
        """Do it now; kubectl's output, "" if it prints nothing. Raises StatusError, and then nothing has happened."""
        writes = Writes(store)
        said = self.act(writes)
        writes.commit()
        return said if isinstance(said, str) else said()

    def act(self, writes: Writes) -> Said:
        """Note the writes; the output, or a function that makes it once names are known."""
        raise NotImplementedError

    def kubectl(self) -> str:
        """The line it equals, without `kubectl`."""
        raise NotImplementedError

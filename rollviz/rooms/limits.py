"""What one process and one desk will bear; beyond it there is a sentence, never a slow death.

Rates are counted as an allowance that refills evenly: a burst is fine, a flood is not.
"""

import time

from django.utils.translation import gettext_noop as noop

from rollviz.desk.words import say

from .refusals import TooMany

OPEN_DESKS = 200
VIEWERS_PER_DESK = 2_000
COMMANDS_PER_DESK = 10_000
COMMANDS_PER_MINUTE = 600
NEW_DESKS_PER_MINUTE = 300
NEW_LINKS_PER_MINUTE = 60
VIEWER_MESSAGES_PER_MINUTE = 3_000
"""A drag along the recording says 30 times a second where it is."""
WHOLES_PER_MINUTE = 60

LIFE_SECONDS = 24 * 3600
"""The most simulated time in a take, and so the most that one call may run: a return to a desk replays all of it."""

TAKES_PER_DESK = 200
LOOKS_PER_MINUTE = 600

CLOSEUPS_PER_MINUTE = 6_000
"""A class behind one address, each with a pod open that is asked for twice a second while the cluster moves."""

LOOKS_SHARE = 0.25
"""The part of its process's time that a desk spends on those who look back alone; the more they are, the longer each waits."""

REQUEST_BYTES = 16 * 1024
MANIFEST_BYTES = 320 * 1024
"""A request that carries a manifest: 256 kB of YAML, and what JSON's escapes add."""


class Allowance:
    """`per_minute` acts a minute, all of them at once if the minute before was quiet."""

    def __init__(self, per_minute: int):
        self.per_minute = per_minute
        self._left = float(per_minute)
        self._seen = time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self._left = min(self.per_minute, self._left + (now - self._seen) * self.per_minute / 60)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    @property
    def full(self) -> bool:
        return self._left + (time.monotonic() - self._seen) * self.per_minute / 60 >= self.per_minute


class Allowances:
    """One allowance of `what` for each caller; callers who have all of theirs again are forgotten."""

    def __init__(self, per_minute: int, what: str, callers: int = 10_000):
        self._per_minute = per_minute
        self._what = what
        self._callers = callers
        self._of: dict[str, Allowance] = {}

    def take(self, caller: str) -> None:
        if caller not in self._of:
            if len(self._of) >= self._callers:
                self._of = {name: allowance for name, allowance in self._of.items() if not allowance.full}
            self._of[caller] = Allowance(self._per_minute)
        if not self._of[caller].take():
            raise TooMany(say("More than {n} {things} a minute. Wait a moment.", n=self._per_minute, things=say(self._what)))


new_desks = Allowances(NEW_DESKS_PER_MINUTE, noop("new desks"))
"""By network address, from the pages and the API together."""

new_links = Allowances(NEW_LINKS_PER_MINUTE, noop("new links"))
"""Short links are kept, so they are counted as desks are."""

closeups = Allowances(CLOSEUPS_PER_MINUTE, noop("close looks"))
"""By network address."""

looks = Allowances(LOOKS_PER_MINUTE, noop("looks into the past"))
"""By network address, for those who ask without a socket; a page's looks are paced by its desk."""

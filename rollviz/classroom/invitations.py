"""Who moves a desk may ask somebody else to: beside him, or in his place. An invitation works once and not for long.

It is kept in memory only: what it carries is the desk's key, which the server otherwise does not know.
"""

import secrets
import time
from typing import NamedTuple

from rollviz.desk.words import say
from rollviz.rooms import journal
from rollviz.rooms.keys import ALPHABET, hash_key, make_key
from rollviz.rooms.refusals import TooMany
from rollviz.rooms.room import Room

MINUTES = 15
WORD_LENGTH = 12
MOST = 20
"""Invitations to one desk that are open at once."""


class Invitation(NamedTuple):
    desk_id: str
    key: str
    """The desk's key, "" if whoever comes gets a new one and this one opens nothing any more."""
    until: float

    @property
    def hands_over(self) -> bool:
        return not self.key


_open: dict[str, Invitation] = {}


def invite(room: Room, key: str) -> str:
    """The word of a new invitation: to whoever comes with it belongs this key, or the desk alone if there is none."""
    _forget_old()
    if sum(invitation.desk_id == room.desk.id for invitation in _open.values()) >= MOST:
        raise TooMany(say("{n} invitations to this desk are open. Each ends after {minutes} minutes.", n=MOST, minutes=MINUTES))
    word = "".join(secrets.choice(ALPHABET) for _ in range(WORD_LENGTH))
    _open[word] = Invitation(room.desk.id, key, time.monotonic() + MINUTES * 60)
    return word


def find(room: Room, word: str) -> Invitation | None:
    _forget_old()
    found = _open.get(word)
    return found if found is not None and found.desk_id == room.desk.id else None


async def take(room: Room, word: str) -> str | None:
    """The key that moves the desk from now on; None if the invitation is not there (any more)."""
    found = find(room, word)
    if found is None:
        return None
    del _open[word]
    if not found.hands_over:
        return found.key
    key = make_key()
    await journal.rekey(room.desk.id, hash_key(key))
    room.handed(hash_key(key))
    for other in [other for other, invitation in _open.items() if invitation.desk_id == room.desk.id]:
        del _open[other]
    return key


def _forget_old() -> None:
    now = time.monotonic()
    for word in [word for word, invitation in _open.items() if invitation.until < now]:
        del _open[word]

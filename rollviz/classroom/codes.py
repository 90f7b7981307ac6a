"""A desk's code is as short as a hundred times more codes than desks allow, so that one who tries codes at random mostly finds none.

It is made when the desk's presenter first shows it, and kept: what hangs on a wall or stands on a slide goes on working.
"""

import secrets

from django.db import IntegrityError, transaction

from rollviz.classroom.models import FollowCode
from rollviz.rooms.journal import on_journal
from rollviz.rooms.keys import ALPHABET

SHORTEST = 4
SPARSE = 100


@on_journal
def made(desk_id: str) -> str:
    """This desk's code, a new one if it has none."""
    found = FollowCode.objects.filter(desk_id=desk_id).first()
    while found is None:
        try:
            with transaction.atomic():
                found = FollowCode.objects.create(code=_draw(length_for(FollowCode.objects.count())), desk_id=desk_id)
        except IntegrityError:
            continue  # somebody else's: draw again
    return found.code


@on_journal
def found(desk_id: str) -> str:
    """This desk's code, "" if it has none."""
    return next(iter(FollowCode.objects.filter(desk_id=desk_id).values_list("code", flat=True)), "")


@on_journal
def desk_of(code: str) -> str:
    """The desk with this code, "" if there is none. Capitals are as good as small letters."""
    return next(iter(FollowCode.objects.filter(code=code.strip().lower()[:12]).values_list("desk_id", flat=True)), "")


def length_for(codes: int) -> int:
    """How long the next code is when there are so many."""
    length = SHORTEST
    while len(ALPHABET) ** length < codes * SPARSE:
        length += 1
    return length


def _draw(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))

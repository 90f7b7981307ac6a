"""Short links are written and read on the journal's thread; the same run always has the same one."""

import hashlib
import secrets

from django.db import transaction

from rollviz.links.models import ShortLink
from rollviz.rooms.journal import on_journal
from rollviz.rooms.keys import ALPHABET

ID_LENGTH = 16


@on_journal
def keep(text: str, title: str, words: str) -> str:
    """The id under which this text is found from now on."""
    with transaction.atomic():
        found, _ = ShortLink.objects.get_or_create(
            sum=hashlib.sha256(text.encode()).hexdigest(), defaults={"id": _new_id(), "text": text, "title": title, "words": words}
        )
    return found.id


@on_journal
def find(id: str) -> ShortLink | None:
    return ShortLink.objects.filter(pk=id).first() if len(id) == ID_LENGTH else None


def _new_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))

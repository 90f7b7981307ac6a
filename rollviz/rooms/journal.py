"""What must survive, in the order in which it happened: one thread of its own writes it, so no socket ever waits for the database."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import msgspec
from asgiref.sync import sync_to_async
from django.db import close_old_connections, transaction

from simulation.commands import Command

from .clock import Note
from .models import Desk, JournalEntry, Take

_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")


def on_journal(function):
    """Awaited, it runs on the one thread that writes."""

    def run(*args):
        close_old_connections()
        return function(*args)

    return sync_to_async(run, thread_sensitive=False, executor=_THREAD)


def entry(desk_id: str, seq: int, at_ms: int, command: Command, who: str, take: int = 1) -> JournalEntry:
    return JournalEntry(desk_id=desk_id, seq=seq, at_ms=at_ms, command=msgspec.json.encode(command).decode(), who=who, take=take)


def command_of(entry: JournalEntry) -> Command:
    return msgspec.json.decode(entry.command, type=Command)


class Stored(NamedTuple):
    """All that is kept of a desk: its takes in order, and every command of all of them."""

    desk: Desk
    takes: list[Take]
    entries: list[JournalEntry]

    def commands_of(self, number: int) -> list[JournalEntry]:
        """What was done in this take: as in its parent at first, then its own."""
        take = self.takes[number - 1]
        before = self.commands_of(take.parent)[: take.kept] if take.parent else []
        return before + [entry for entry in self.entries if entry.take == number]

    def own_times(self) -> dict[int, list[int]]:
        """The milliseconds of the commands that were first given in each take."""
        own: dict[int, list[int]] = {take.number: [] for take in self.takes}
        for entry in self.entries:
            own[entry.take].append(entry.at_ms)
        return own


@on_journal
def create(desk: Desk, entries: list[JournalEntry], end_ms: int = 0) -> None:
    """A desk with one take, which goes to `end_ms` or to the playhead."""
    with transaction.atomic():
        desk.save(force_insert=True)
        Take.objects.create(desk=desk, number=1, end_ms=max(end_ms, desk.at_ms))
        JournalEntry.objects.bulk_create(entries)


@on_journal
def load(desk_id: str) -> Stored | None:
    """The desk with its playhead where it goes on now, and its take with the end that it has now."""
    desk = Desk.objects.filter(pk=desk_id).first()
    if desk is None:
        return None
    stored = Stored(desk, list(desk.takes.all()), list(desk.entries.all()))
    note = Note(desk.id, desk.at_ms, desk.noted, desk.paused, desk.speed)
    take, last = stored.takes[desk.take - 1], max((entry.at_ms for entry in stored.commands_of(desk.take)[-1:]), default=0)
    at_the_end = take.end_ms <= desk.at_ms
    desk.at_ms = max(note.resume_at(time.time()), last if at_the_end else 0)
    take.end_ms = max(take.end_ms, desk.at_ms, last)
    return stored


@on_journal
def stored(desk_id: str) -> Stored:
    desk = Desk.objects.get(pk=desk_id)
    return Stored(desk, list(desk.takes.all()), list(desk.entries.all()))


@on_journal
def rekey(desk_id: str, key_hash: str) -> None:
    """Another key moves this desk from now on."""
    Desk.objects.filter(pk=desk_id).update(key_hash=key_hash)


@on_journal
def append(entry: JournalEntry) -> None:
    entry.save(force_insert=True)


@on_journal
def begin_take(left: Take, begun: Take, entry: JournalEntry | None, note: Note) -> None:
    """A take is left and another begun, with its first command if it has one."""
    with transaction.atomic():
        _save_left(left)
        begun.save(force_insert=True)
        if entry is not None:
            entry.save(force_insert=True)
        _note(note)


@on_journal
def open_take(left: Take, note: Note) -> None:
    """A take is left for one that was before."""
    with transaction.atomic():
        _save_left(left)
        _note(note)


@on_journal
def note(notes: list[Note]) -> None:
    with transaction.atomic():
        for row in notes:
            _note(row)


def _note(row: Note) -> None:
    where = {"at_ms": row.at_ms, "noted": row.wall, "paused": row.paused, "speed": row.speed, "take": row.take}
    Desk.objects.filter(pk=row.desk_id).update(**where)
    if row.end_ms:
        Take.objects.filter(desk_id=row.desk_id, number=row.take).update(end_ms=row.end_ms)


def _save_left(left: Take) -> None:
    Take.objects.filter(desk_id=left.desk_id, number=left.number).update(end_ms=left.end_ms, said=left.said)

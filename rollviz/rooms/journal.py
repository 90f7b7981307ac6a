"""What must survive, in the order in which it happened: one thread of its own writes it, so no socket ever waits for the database."""

import time
from concurrent.futures import ThreadPoolExecutor

import msgspec
from asgiref.sync import sync_to_async
from django.db import close_old_connections, transaction

from simulation.commands import Command

from .clock import Note
from .models import Desk, JournalEntry

_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")


def on_journal(function):
    """Awaited, it runs on the one thread that writes."""

    def run(*args):
        close_old_connections()
        return function(*args)

    return sync_to_async(run, thread_sensitive=False, executor=_THREAD)


def entry(desk_id: str, seq: int, at_ms: int, command: Command, who: str) -> JournalEntry:
    return JournalEntry(desk_id=desk_id, seq=seq, at_ms=at_ms, command=msgspec.json.encode(command).decode(), who=who)


def command_of(entry: JournalEntry) -> Command:
    return msgspec.json.decode(entry.command, type=Command)


@on_journal
def create(desk: Desk, entries: list[JournalEntry]) -> None:
    with transaction.atomic():
        desk.save(force_insert=True)
        JournalEntry.objects.bulk_create(entries)


@on_journal
def load(desk_id: str) -> tuple[Desk, list[JournalEntry]] | None:
    """The desk with its clock where it goes on now, and all that was done to it."""
    desk = Desk.objects.filter(pk=desk_id).first()
    if desk is None:
        return None
    entries = list(desk.entries.all())
    note = Note(desk.id, desk.at_ms, desk.noted, desk.paused, desk.speed)
    desk.at_ms = max([note.resume_at(time.time()), *(entry.at_ms for entry in entries[-1:])])
    return desk, entries


@on_journal
def entries_of(desk_id: str) -> list[JournalEntry]:
    return list(JournalEntry.objects.filter(desk_id=desk_id))


@on_journal
def append(entry: JournalEntry) -> None:
    entry.save(force_insert=True)


@on_journal
def note(notes: list[Note]) -> None:
    with transaction.atomic():
        for row in notes:
            Desk.objects.filter(pk=row.desk_id).update(at_ms=row.at_ms, noted=row.wall, paused=row.paused, speed=row.speed)

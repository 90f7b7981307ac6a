import asyncio
import re
import time

import pytest
from django.db import DatabaseError

from rollviz.rooms import journal
from rollviz.rooms import room as rooms
from rollviz.rooms.models import Desk, JournalEntry
from rollviz.rooms.refusals import NotSaved, Refused, TooMany
from rollviz.rooms.registry import registry
from simulation.api.errors import StatusError
from simulation.kubectl.parse import parse
from tests.rollviz.desks import SET_IMAGE
from tests.rollviz.rooms.conftest import Viewer

NUMBER = r"(?<![\w.])-?\d[\d.]*"


async def fails(*args):
    await asyncio.sleep(0)
    raise DatabaseError("disk full")


async def test_a_command_is_in_the_database_before_the_answer(make_room):
    room = await make_room(paused=True)
    await room.set_clock(advance=1_500)
    assert await room.do(parse(SET_IMAGE), who="ada") == "deployment.apps/web image updated"
    entry = await JournalEntry.objects.aget()
    assert (entry.desk_id, entry.seq, entry.at_ms, entry.who) == (room.desk.id, 0, 1_500, "ada")
    assert journal.command_of(entry) == parse(SET_IMAGE)
    assert (await Desk.objects.aget()).at_ms == 1_500


async def test_no_viewer_sees_what_the_journal_does_not_have(make_room, viewer, monkeypatch):
    room = await make_room()
    room.join(viewer)
    await viewer.sees(1)
    may_save, append = asyncio.Event(), journal.append

    async def slow(entry):
        await may_save.wait()
        await append(entry)

    monkeypatch.setattr(journal, "append", slow)
    doing = asyncio.ensure_future(room.do(parse(SET_IMAGE)))
    while not room.busy:
        await asyncio.sleep(0)
    seen, at = len(viewer.frames), room.now
    await asyncio.sleep(3 * rooms.TICK)
    assert (len(viewer.frames), room.now) == (seen, at)
    may_save.set()
    await doing
    await viewer.sees(1)


@pytest.mark.parametrize("act", ["do", "set_clock"])
async def test_what_cannot_be_saved_did_not_happen(make_room, viewer, act):
    room = await make_room(paused=True)
    room.join(viewer)
    seen = len(viewer.frames)
    with pytest.MonkeyPatch.context() as broken, pytest.raises(NotSaved):
        broken.setattr(journal, "append" if act == "do" else "note", fails)
        await (room.do(parse(SET_IMAGE)) if act == "do" else room.set_clock(advance=1_000))
    assert len(viewer.frames) == seen
    assert room.closed and viewer.dropped
    again = await registry.open(room.desk.id)
    assert again is not room
    assert again.now == 0
    assert again.recording.cluster.store.get("Deployment", "web").spec.template.spec.containers[0].image == "web:1.0"


async def test_a_refused_command_changes_nothing_and_is_not_in_the_journal(make_room):
    room = await make_room(paused=True)
    with pytest.raises(StatusError):
        await room.do(parse("scale deployment/nope --replicas=3"))
    assert await JournalEntry.objects.acount() == 0


async def test_who_asks_and_leaves_does_not_tear_a_command_in_two(make_room):
    room = await make_room(paused=True)
    doing = asyncio.ensure_future(room.do(parse(SET_IMAGE)))
    while not room.busy:
        await asyncio.sleep(0)
    doing.cancel()
    await room.settled()
    assert await JournalEntry.objects.acount() == 1
    await room.do(parse("scale deployment/web --replicas=3"))
    assert [entry.seq async for entry in JournalEntry.objects.all()] == [0, 1]


async def test_commands_are_bounded_in_rate_and_in_number(make_room, monkeypatch):
    monkeypatch.setattr(rooms, "COMMANDS_PER_MINUTE", 2)
    monkeypatch.setattr(rooms, "COMMANDS_PER_DESK", 3)
    room = await make_room(paused=True)
    for replicas in (1, 2):
        await room.do(parse(f"scale deployment/web --replicas={replicas}"))
    with pytest.raises(TooMany, match="a minute"):
        await room.do(parse("scale deployment/web --replicas=3"))
    room._allowance = rooms.Allowance(600)
    await room.do(parse("scale deployment/web --replicas=3"))
    with pytest.raises(TooMany, match="its 3 commands"):
        await room.do(parse("scale deployment/web --replicas=4"))


async def test_advance_lets_other_work_in_between(make_room):
    room = await make_room(paused=True)
    longest, seen = 0.0, time.perf_counter()

    async def heart():
        nonlocal longest, seen
        while True:
            await asyncio.sleep(0)
            longest, seen = max(longest, time.perf_counter() - seen), time.perf_counter()

    beating = asyncio.ensure_future(heart())
    await room.set_clock(advance=3_600_000)
    beating.cancel()
    assert longest < 0.25


async def test_a_watched_desk_runs_and_a_paused_one_does_not(make_room, viewer):
    room = await make_room()
    assert not room.moving
    room.join(viewer)
    assert room.moving
    await viewer.sees(2)
    assert room.now > 0
    at = await room.set_clock(paused=True)
    await asyncio.sleep(3 * rooms.TICK)
    assert room.now == at
    await room.set_clock(paused=False)
    await viewer.sees(1)
    assert room.now > at


async def test_a_desk_set_going_runs_unwatched_for_a_while(make_room, settings):
    settings.IDLE_SECONDS = 0.2
    room = await make_room()
    await room.set_clock(paused=False, speed=16.0)
    assert room.moving
    await asyncio.sleep(0.25)
    assert not room.moving
    assert room.now > 0


async def test_a_desk_runs_on_for_a_while_when_its_last_viewer_leaves(make_room, viewer, settings):
    settings.IDLE_SECONDS = 0.2
    room = await make_room()
    room.join(viewer)
    await viewer.sees(1)
    room.leave(viewer)
    assert room.moving
    await asyncio.sleep(0.25)
    assert not room.moving


async def test_each_viewer_is_sent_words_of_his_language_and_the_same_numbers(make_room):
    room = await make_room(paused=True)
    viewers = {language: Viewer() for language in ("en", "de")}
    for language, viewer in viewers.items():
        viewer.language = language
        room.join(viewer)
    had = len(viewers["de"].frames)
    await room.do(parse("rollout pause deployment/web"))
    async with asyncio.timeout(60):
        while not any("rollout resume" in text for text in viewers["de"].texts[had:]):
            await asyncio.sleep(0.01)
    for place in (slice(0, had), slice(had, None)):
        english, german = ("".join(viewer.texts[place]) for viewer in viewers.values())
        assert "which pods web counts" in english and "welche Pods web zählt" in german
    english, german = (viewer.texts[0] for viewer in viewers.values())
    assert english != german and re.findall(NUMBER, english) == re.findall(NUMBER, german)


async def test_a_change_is_drawn_once_for_all_viewers(make_room, monkeypatch):
    drawn, message = [], rooms.message

    def counting(old, new, n, language):
        drawn.append(n)
        return message(old, new, n, language)

    monkeypatch.setattr(rooms, "message", counting)
    room = await make_room(paused=True)
    viewers = [Viewer() for _ in range(40)]
    for viewer in viewers:
        room.join(viewer)
    assert len(drawn) == 1
    before = len(viewers[0].frames)
    await room.do(parse("scale deployment/web --replicas=3"))
    await room.set_clock(advance=2_000)
    await asyncio.sleep(2 * rooms.TICK)
    assert len(viewers[0].frames) > before
    assert len(drawn) == len(set(drawn)), "no message was drawn twice"
    for viewer in viewers[1:]:
        assert all(a is b for a, b in zip(viewer.frames, viewers[0].frames, strict=True)), "the same bytes for everyone"


async def test_nothing_is_drawn_while_nobody_watches(make_room, monkeypatch):
    room = await make_room()
    monkeypatch.setattr(rooms, "picture", None)
    await room.set_clock(paused=False, speed=16.0)
    await asyncio.sleep(3 * rooms.TICK)
    assert room.now > 0
    assert not room.clock.paused


async def test_a_mistake_in_the_simulation_stops_that_desk_only(make_room, viewer, monkeypatch, caplog):
    room, other = await make_room(), await make_room()
    monkeypatch.setattr(room.recording, "run", lambda until: 1 / 0)
    room.join(viewer)
    other.join(watching := Viewer())
    await watching.sees(2)
    assert room.clock.paused
    assert not other.clock.paused
    assert "ZeroDivisionError" in caplog.text


async def test_time_ends_with_the_life_of_a_desk(make_room, monkeypatch):
    monkeypatch.setattr(rooms, "LIFE_SECONDS", 10)
    room = await make_room(paused=True)
    with pytest.raises(Refused):
        await room.set_clock(advance=10_001)
    await room.set_clock(advance=10_000)
    await room.set_clock(paused=False)
    assert not room.moving

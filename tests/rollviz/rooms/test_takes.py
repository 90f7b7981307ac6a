"""A desk has takes: what begins in the past of one leaves it as it was, and all of them survive whatever happens to the process."""

import asyncio

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from rollviz.rooms import journal
from rollviz.rooms import room as rooms
from rollviz.rooms.models import Desk, JournalEntry, Take
from rollviz.rooms.refusals import NotSaved, Refused, TooMany
from rollviz.rooms.registry import registry
from simulation.api.errors import StatusError
from simulation.kubectl.parse import parse
from tests.rollviz.desks import SET_IMAGE
from tests.rollviz.rooms.test_registry import forgotten_and_opened, looks

SCALE = "scale deployment/web --replicas={}"


@pytest.fixture
async def forked(make_room):
    """Take 1: an image at 20 s, on to 60 s. Take 2 leaves it at 25 s and goes to 40 s."""
    room = await make_room(paused=True)
    await room.set_clock(advance=20_000)
    await room.do(parse(SET_IMAGE))
    await room.set_clock(advance=40_000)
    room.first = looks(room)
    await room.set_clock(seek=25_000)
    await room.do(parse(SCALE.format(4)), "ada")
    await room.set_clock(advance=15_000)
    return room


async def test_the_first_command_in_the_past_begins_a_take_and_the_next_goes_on_with_it(forked):
    await forked.do(parse(SCALE.format(5)))
    assert [(row.number, row.parent, row.kept, row.from_ms, row.end_ms) async for row in Take.objects.all()] == [
        (1, 0, 0, 0, 60_000),
        (2, 1, 1, 25_000, 25_000),
    ]
    assert [(entry.take, entry.seq, entry.at_ms) async for entry in JournalEntry.objects.all()] == [
        (1, 0, 20_000),
        (2, 1, 25_000),
        (2, 2, 40_000),
    ]
    assert (await Desk.objects.aget()).take == 2


@pytest.mark.parametrize("warm", [True, False])
async def test_an_earlier_take_is_opened_as_it_was(forked, warm):
    second = looks(forked)
    if not warm:
        forked.takes._warm.clear()
    assert await forked.set_clock(take=1) == 40_000
    await forked.set_clock(seek="end")
    assert looks(forked) == forked.first
    await forked.set_clock(seek=50_000, take=2)
    await forked.set_clock(seek=40_000)
    assert looks(await forgotten_and_opened(forked))[1:3] == looks(forked)[1:3]
    forked.takes._warm.clear()
    assert second[0] == 40_000


@pytest.mark.parametrize("died", [True, False])
async def test_takes_and_the_playhead_come_back(forked, died):
    await forked.set_clock(take=1, seek=33_300)
    before, takes = looks(forked), forked.takes.shown
    if died:
        forked.close()
        registry.__init__()
        again = await registry.open(forked.desk.id)
    else:
        again = await forgotten_and_opened(forked)
    assert (looks(again), again.takes.shown) == (before, takes)
    assert (again.recording.live, again.recording.end) == (False, 60_000)
    await again.set_clock(seek="end")
    assert looks(again) == forked.first
    await again.set_clock(take=2)
    assert again.recording.commands[-1].who == "ada"


async def test_undo_is_kept_too(forked):
    await forked.set_clock(undo=True)
    assert (forked.now, forked.takes.number, len(forked.recording.commands)) == (25_000, 3, 1)
    await forked.set_clock(undo=True)
    again = await forgotten_and_opened(forked)
    assert (again.now, again.takes.number, again.recording.commands) == (20_000, 4, [])
    with pytest.raises(Refused, match="Nothing was done"):
        await again.set_clock(undo=True)


async def test_a_command_that_is_refused_begins_no_take(forked):
    await forked.set_clock(seek=30_000)
    with pytest.raises(StatusError):
        await forked.do(parse("scale deployment/nope --replicas=3"))
    assert (forked.takes.number, forked.now, await Take.objects.acount()) == (2, 30_000, 2)


async def test_a_take_that_cannot_be_saved_did_not_begin(forked):
    await forked.set_clock(seek=30_000)
    before = looks(forked)

    async def fails(*args):
        raise DatabaseError("disk full")

    with pytest.MonkeyPatch.context() as broken, pytest.raises(NotSaved):
        broken.setattr(journal, "begin_take", fails)
        await forked.do(parse(SCALE.format(9)))
    again = await registry.open(forked.desk.id)
    assert looks(again) == before and len(again.takes) == 2


async def test_takes_are_bounded(forked, monkeypatch):
    monkeypatch.setattr(rooms, "TAKES_PER_DESK", 2)
    await forked.set_clock(seek=30_000)
    with pytest.raises(TooMany, match="2 takes"):
        await forked.do(parse(SCALE.format(9)))
    await forked.set_clock(seek="end")
    await forked.do(parse(SCALE.format(9)))


async def test_play_from_the_past_plays_what_was_and_goes_on_at_the_end(forked, viewer):
    await forked.set_clock(take=1, seek=59_000, speed=16.0)
    forked.join(viewer)
    await forked.set_clock(paused=False)
    async with asyncio.timeout(60):
        while not forked.recording.live or forked.now < 62_000:
            await asyncio.sleep(0.01)
    await forked.set_clock(paused=True)
    assert len(forked.recording.commands) == 1
    assert looks(await forgotten_and_opened(forked)) == looks(forked)


async def test_a_drag_shows_the_newest_place_once_for_all_and_never_simulates(forked, viewer, monkeypatch):
    drawn, message = [], rooms.message
    forked.join(viewer)
    monkeypatch.setattr(rooms, "message", lambda *args: drawn.append(args) or message(*args))
    end, seen = forked.recording.end, len(viewer.frames)
    for said, place in enumerate((39_000, 31_000, 12_000, 26_000), 1):
        forked.scrub(place, said)
    forked.scrub(5_000, 2)
    await viewer.sees(1)
    assert (forked.now, len(drawn)) == (26_000, 1)
    assert len(viewer.frames) <= seen + 2
    forked.scrub(999_999, 9)
    await viewer.sees(1)
    assert (forked.now, forked.recording.end) == (end, end)


async def test_while_a_hand_holds_the_playhead_the_clock_stands(forked, viewer):
    forked.join(viewer)
    await forked.set_clock(paused=False, seek=10_000)
    forked.scrub(20_000, 1)
    await asyncio.sleep(4 * rooms.TICK)
    assert forked.now == 20_000


async def test_a_dragged_playhead_is_noted_soon(forked, viewer, monkeypatch):
    monkeypatch.setattr("rollviz.rooms.registry.BEAT", 0.02)
    forked.join(viewer)
    forked.scrub(12_000, 1)
    async with asyncio.timeout(60):
        while forked.now != 12_000 or forked.to_note:
            await asyncio.sleep(0.02)
    assert (await Desk.objects.aget()).at_ms == 12_000
    assert (await Take.objects.aget(number=2)).end_ms == 40_000


@pytest.mark.django_db(transaction=True)
def test_desks_of_before_keep_all_that_was_done_as_their_first_take():
    executor = MigrationExecutor(connection)
    executor.migrate([("rooms", "0001_initial")])
    old = executor.loader.project_state([("rooms", "0001_initial")]).apps
    desk = old.get_model("rooms", "Desk").objects.create(id="old", scenario="", seed=1, key_hash="", at_ms=7_000)
    old.get_model("rooms", "JournalEntry").objects.create(desk=desk, seq=0, at_ms=5_000, command="{}", who="you")
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    take = Take.objects.get()
    assert (take.desk_id, take.number, take.end_ms) == ("old", 1, 7_000)
    assert [entry.take for entry in JournalEntry.objects.all()] == [1]
    assert Desk.objects.get().take == 1

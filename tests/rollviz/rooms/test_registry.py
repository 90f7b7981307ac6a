import asyncio
import time

import pytest

from rollviz.rooms import registry as registries
from rollviz.rooms.clock import LEAD
from rollviz.rooms.keys import opens
from rollviz.rooms.models import Desk
from rollviz.rooms.refusals import NoSuchDesk, TooMany
from rollviz.rooms.registry import registry
from simulation.kubectl.parse import parse
from tests.rollviz.desks import SET_IMAGE


def looks(room) -> tuple:
    """All that a desk is: objects with their versions, events, ledger, samples."""
    store = room.recording.cluster.store
    kinds = ("Deployment", "ReplicaSet", "Pod", "Service", "EndpointSlice", "Node", "Event")
    ledger = [entry.to_json() for entry in room.recording.cluster.ledger.entries]
    return room.now, [store.list(kind) for kind in kinds], ledger, room.recording.samples, room.recording.commands


async def forgotten_and_opened(room):
    await registry.close_all()
    again = await registry.open(room.desk.id)
    assert again is not room
    return again


async def test_a_desk_comes_back_exactly_as_it_was(make_room):
    room = await make_room(paused=True)
    await room.set_clock(advance=60_123)
    await room.do(parse(SET_IMAGE))
    await room.set_clock(advance=2_345)
    await room.do(parse("scale deployment/web --replicas=4"))
    await room.do(parse("rollout undo deployment/web"))
    await room.set_clock(advance=1_111, speed=4.0)
    before = looks(room)
    again = await forgotten_and_opened(room)
    assert looks(again) == before
    assert (again.clock.paused, again.clock.speed) == (True, 4.0)
    await again.do(parse("scale deployment/web --replicas=5"))


async def test_a_desk_that_was_running_goes_on_from_where_it_stood(make_room, viewer):
    room = await make_room()
    await room.set_clock(speed=16.0)
    room.join(viewer)
    await viewer.sees(3)
    await registry.close_all()
    stood = room.now
    again = await registry.open(room.desk.id)
    assert (again.now, again.clock.paused) == (stood, False)


async def test_after_a_crash_nobody_sees_time_go_back(make_room, viewer):
    room = await make_room()
    room.join(viewer)
    await viewer.sees(3)
    noted, seen = await Desk.objects.aget(), room.now
    assert noted.noted is not None
    registry.__init__()  # the process is gone, nothing was written
    room.close()
    again = await registry.open(room.desk.id)
    assert seen <= again.now <= noted.at_ms + LEAD * 1000


async def test_all_who_ask_at_once_get_the_same_room(make_room):
    room = await make_room()
    await registry.close_all()
    opened = await asyncio.gather(*(registry.open(room.desk.id) for _ in range(20)))
    assert len(set(opened)) == 1


@pytest.mark.parametrize("desk_id", ["", "aaaaaaaaaa", "AAAAAAAAAA", "../../etc/", "a" * 500])
async def test_a_desk_that_was_never_made_is_refused(transactional_db, desk_id):
    with pytest.raises(NoSuchDesk):
        await registry.open(desk_id)


async def test_a_room_that_nobody_watches_or_touches_is_closed(make_room, settings, monkeypatch):
    monkeypatch.setattr(registries, "BEAT", 0.02)
    settings.IDLE_SECONDS = 0.1
    room = await make_room()
    await room.set_clock(paused=False)
    async with asyncio.timeout(60):
        while not room.closed:
            await asyncio.sleep(0.02)
    row = await Desk.objects.aget()
    assert (row.noted, row.at_ms, row.paused) == (None, room.now, False)


async def test_a_watched_room_stays_open(make_room, viewer, settings, monkeypatch):
    monkeypatch.setattr(registries, "BEAT", 0.02)
    settings.IDLE_SECONDS = 0.05
    room = await make_room(paused=True)
    room.join(viewer)
    await asyncio.sleep(0.2)
    assert not room.closed


async def test_the_clock_is_noted_while_it_moves_and_no_more_when_it_stands(make_room, viewer, monkeypatch):
    monkeypatch.setattr(registries, "BEAT", 0.02)
    begun = time.time()
    room = await make_room()
    moved, noted = asyncio.Event(), room.noted
    monkeypatch.setattr(room, "noted", lambda note: (noted(note), note.at_ms and moved.set()))
    room.join(viewer)
    async with asyncio.timeout(60):
        await moved.wait()  # not by asking the database: the tests' own, in memory, refuses a write while somebody reads
    monkeypatch.setattr(registries, "BEAT", 60)
    row = await Desk.objects.aget()
    assert 0 < row.at_ms <= room.now
    assert begun <= row.noted <= time.time()
    await room.set_clock(paused=True)
    assert (await Desk.objects.aget()).noted is None
    assert not room.to_note


async def test_when_all_places_are_taken_the_longest_unwatched_desk_makes_way(make_room, viewer, monkeypatch):
    monkeypatch.setattr(registries, "OPEN_DESKS", 2)
    watched, first = await make_room(), await make_room()
    watched.join(viewer)
    second = await make_room()
    assert (watched.closed, first.closed, second.closed) == (False, True, False)
    assert (await registry.open(first.desk.id)).desk.id == first.desk.id
    assert second.closed


async def test_when_all_places_are_watched_a_new_desk_is_refused(make_room, viewer, monkeypatch):
    monkeypatch.setattr(registries, "OPEN_DESKS", 1)
    (await make_room(paused=True)).join(viewer)
    with pytest.raises(TooMany):
        await make_room()
    assert await Desk.objects.acount() == 1


async def test_a_copy_has_the_same_past_and_a_life_of_its_own(make_room):
    room = await make_room(paused=True)
    await room.set_clock(advance=30_000)
    await room.do(parse(SET_IMAGE))
    await room.set_clock(advance=1_500)
    desk, key = await registry.copy(room)
    copy = await registry.open(desk.id)
    assert looks(copy) == looks(room)
    assert opens(desk, key) and not opens(room.desk, key)
    before = looks(room)
    await copy.do(parse("scale deployment/web --replicas=2"))
    await copy.set_clock(advance=60_000)
    assert looks(room) == before

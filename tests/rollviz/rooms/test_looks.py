"""Somebody looks back alone: he is shown his moment, the room is not touched, and the others pay nothing."""

import asyncio
import json

import pytest

from rollviz.desk.picture import picture
from rollviz.desk.render import message
from rollviz.rooms.looks import asked
from simulation.kubectl.parse import parse
from tests.rollviz.desks import SET_IMAGE
from tests.rollviz.rooms.conftest import Viewer


@pytest.fixture
async def room(make_room):
    room = await make_room(paused=True)
    await room.set_clock(advance=20_000)
    await room.do(parse(SET_IMAGE))
    await room.set_clock(advance=20_000)
    return room


async def beyond(viewer, had: int) -> None:
    async with asyncio.timeout(60):
        while len(viewer.frames) == had:
            await asyncio.sleep(0.005)


async def test_a_look_is_the_whole_desk_of_that_moment_and_where_the_class_is(room, viewer):
    other = Viewer()
    room.join(viewer)
    room.join(other)
    had, theirs = len(viewer.frames), len(other.frames)
    room.looks.ask(viewer, 23_456)
    await viewer.sees(3)
    where, *shown = viewer.texts[had:]
    assert json.loads(where) == {"class": {"t": 40_000, "end": 40_000, "run": False}, "own": 23_456}
    head = room.recording.look()
    head.seek(23_456)
    assert shown == message(None, picture(head, room.clock, room.takes.shown), room.hub.n)
    assert (len(other.frames), room.now, room.recording.live) == (theirs, 40_000, True)


async def test_who_looks_back_is_told_where_the_class_is_and_comes_back_to_it(room, viewer):
    room.join(viewer)
    room.looks.ask(viewer, 10_000)
    await viewer.sees(3)
    had = len(viewer.frames)
    await room.set_clock(advance=1_000)
    await beyond(viewer, had)
    assert [json.loads(text) for text in viewer.texts[had:]] == [{"class": {"t": 41_000, "end": 41_000, "run": False}}]
    asked(room.looks, viewer, {"look": None})
    keyframe = json.loads(viewer.texts[had + 1])
    assert (keyframe["k"], keyframe["s"]["t"]) == (room.hub.n, 41_000)
    had = len(viewer.frames)
    await room.set_clock(advance=1_000)
    await beyond(viewer, had)
    assert json.loads(viewer.texts[had])["n"] == room.hub.n


async def test_the_newest_wish_of_each_is_served(room, viewer):
    room.join(viewer)
    for when in range(1_000, 30_000, 500):
        room.looks.ask(viewer, when)
    await asyncio.sleep(0.5)
    looks = [json.loads(text) for text in viewer.texts if '"own"' in text]
    assert [look["own"] for look in looks] == [29_500]


async def test_looks_take_a_quarter_of_the_time_however_many_look(room, monkeypatch):
    viewers = [Viewer() for _ in range(30)]
    for viewer in viewers:
        room.join(viewer)
    spent, slept = 0.0, []
    sleep = asyncio.sleep

    async def noting(seconds, *args):
        if seconds:
            slept.append(seconds)
        await sleep(0)

    monkeypatch.setattr("rollviz.rooms.looks.asyncio.sleep", noting)
    begun = asyncio.get_running_loop().time()
    for number, viewer in enumerate(viewers):
        room.looks.ask(viewer, 1_000 * number)
    await room.looks._task
    spent = asyncio.get_running_loop().time() - begun
    assert all(any('"own"' in text for text in viewer.texts) for viewer in viewers)
    assert sum(slept) >= 2 * spent


@pytest.mark.parametrize("said", [{"look": "x"}, {"look": True}, {"look": [1]}, {"look": float("inf")}, {"look": 1e300}, {"look": -5}])
async def test_what_makes_no_sense_is_the_nearest_moment_or_nothing(room, viewer, said):
    room.join(viewer)
    asked(room.looks, viewer, said)
    await asyncio.sleep(0.1)
    owns = [json.loads(text)["own"] for text in viewer.texts if '"own"' in text]
    assert owns in ([], [0], [40_000])


async def test_who_left_is_not_looked_for(room, viewer):
    room.join(viewer)
    room.looks.ask(viewer, 3_000)
    room.leave(viewer)
    had = len(viewer.frames)
    await asyncio.sleep(0.1)
    assert len(viewer.frames) == had

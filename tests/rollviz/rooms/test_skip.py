"""A skip plays at the highest speed to where the next thing that happens is over, and stands there."""

import asyncio

import pytest

from rollviz.desk import transport
from rollviz.rooms.models import Desk
from rollviz.rooms.refusals import Refused
from rollviz.rooms.registry import registry
from simulation.kubectl.parse import parse
from simulation.upcoming import upcoming
from tests.rollviz.desks import SET_IMAGE


async def stands(room) -> None:
    async with asyncio.timeout(20):
        while not room.clock.paused:
            await asyncio.sleep(0.01)
    await room.settled()


@pytest.fixture
async def room(make_room, viewer):
    """At rest, watched, and standing."""
    room = await make_room(paused=True)
    await room.set_clock(advance=60_000, speed=4.0)
    room.join(viewer)
    return room


async def test_it_plays_there_so_that_everybody_sees_the_way_and_stands_at_the_speed_of_before(room, viewer):
    await room.do(parse("# node-2: power off"))
    goal = upcoming(room.recording).at_ms
    begun, at = len(viewer.frames), room.now
    await room.set_clock(transport.move({"skip": "next"}))
    assert (room.clock.paused, room.clock.speed, room.now) == (False, 64.0, at)
    await stands(room)
    assert (room.now, room.clock.paused, room.clock.speed, room.clock.goal) == (goal, True, 4.0, None)
    assert len(viewer.frames) - begun > 10, "50 s at 64 times take 0.8 s, in pictures"
    node = room.recording.cluster.store.get("Node", "node-2", "")
    assert "Unknown" in {c.status for c in node.status.conditions if c.type == "Ready"}
    assert (await Desk.objects.aget()).at_ms == goal


async def test_a_skip_to_a_time_stops_at_that_millisecond(room):
    await room.set_clock(transport.move({"skip": "63456"}))
    await stands(room)
    assert room.now == 63_456


async def test_from_the_past_it_plays_what_was(room):
    await room.do(parse(SET_IMAGE))
    await room.set_clock(advance=20_000)
    end = room.recording.end
    await room.set_clock(seek=59_000)
    goal = upcoming(room.recording).at_ms
    await room.set_clock(skip="next")
    await stands(room)
    assert room.now == goal and 60_000 <= goal <= 60_100 and not room.recording.live
    assert (await Desk.objects.aget()).at_ms == goal and room.recording.end == end
    assert [timed.at_ms for timed in room.recording.commands] == [60_000]


@pytest.mark.parametrize("was_paused", [True, False])
async def test_whoever_acts_on_the_way_ends_it_and_is_left_with_the_clock_of_before(room, was_paused):
    await room.set_clock(paused=was_paused)
    await room.set_clock(skip=400_000)
    while room.now < 70_000:
        await asyncio.sleep(0.01)
    await room.do(parse(SET_IMAGE))
    assert (room.clock.paused, room.clock.speed, room.clock.goal) == (was_paused, 4.0, None)
    desk = await Desk.objects.aget()
    assert desk.at_ms < 400_000 and desk.paused is was_paused and desk.speed == 4.0


async def test_a_hand_on_the_playhead_ends_it(room):
    await room.set_clock(skip=400_000)
    room.scrub(30_000, 1.0)
    while room.now != 30_000:
        await asyncio.sleep(0.01)
    assert room.clock.paused and room.clock.goal is None


async def test_where_nothing_happens_it_says_so_and_nothing_moves(room):
    at = room.now
    with pytest.raises(Refused, match="Nothing happens by itself in the next 10 minutes"):
        await room.set_clock(skip="next")
    assert (room.now, room.clock.paused) == (at, True)
    with pytest.raises(Refused, match="24 simulated hours"):
        await room.set_clock(skip=24 * 3600 * 1000 + 1)
    with pytest.raises(Refused, match="skip must be a whole number"):
        transport.move({"skip": "soon"})


async def test_a_room_that_is_given_up_on_the_way_comes_back_where_it_was_to_stop(room, viewer):
    await room.set_clock(skip=300_000)
    while room.now < 65_000:
        await asyncio.sleep(0.01)
    room.close()
    again = await registry.open(room.desk.id)
    assert again is not room
    assert (again.now, again.clock.paused, again.clock.speed) == (300_000, True, 4.0)

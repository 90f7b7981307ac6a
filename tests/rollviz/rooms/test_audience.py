"""How many follow is told to all, at a pace, and comes with the whole state to whoever joins later."""

import asyncio
import json

from rollviz.rooms import audience
from tests.rollviz.rooms.conftest import Viewer


def heard(viewer: Viewer) -> list[int]:
    return [said["audience"]["n"] for text in viewer.texts if text[0] == "{" and "audience" in (said := json.loads(text))]


def student() -> Viewer:
    viewer = Viewer()
    viewer.follows = True
    return viewer


async def told(viewer: Viewer, n: int) -> None:
    async with asyncio.timeout(60):
        while heard(viewer)[-1:] != [n]:
            await asyncio.sleep(0.005)


async def test_the_presenter_sees_how_many_follow(make_room, monkeypatch):
    monkeypatch.setattr(audience, "PACE", 0.05)
    room, teacher, students = await make_room(paused=True), Viewer(), [student() for _ in range(30)]
    room.join(teacher)
    for one in students:
        room.join(one)
    await told(teacher, 30)
    assert len(heard(teacher)) <= 2, "thirty who come at once are told at once"
    room.leave(students[0])
    await told(teacher, 29)
    late = student()
    room.join(late)
    assert heard(late) == [29], "what was told last comes with the whole state"
    await told(late, 30)


async def test_a_desk_that_nobody_follows_says_nothing_of_it(make_room, viewer):
    room = await make_room(paused=True)
    room.join(viewer)
    await asyncio.sleep(0.02)
    assert heard(viewer) == []


async def test_every_page_hears_that_the_server_is_there(make_room, viewer):
    room = await make_room(paused=True)
    room.join(viewer)
    room.hub.beat()
    assert viewer.texts[-1] == '{"beat":1}'

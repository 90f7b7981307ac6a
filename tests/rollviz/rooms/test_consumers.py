import asyncio
import json

import pytest
from channels.testing import WebsocketCommunicator

from rollviz.asgi import application
from rollviz.rooms import consumers
from rollviz.rooms.registry import registry
from tests.rollviz.desks import SET_IMAGE

SOME_DESK = "aaaaaaaaaa"


def socket(path: str, origin: str | None = "http://localhost") -> WebsocketCommunicator:
    headers = [(b"host", b"localhost")] + ([(b"origin", origin.encode())] if origin else [])
    return WebsocketCommunicator(application, path, headers=headers)


@pytest.fixture
async def watch():
    sockets = []

    async def join(desk_id: str) -> WebsocketCommunicator:
        sockets.append(socket(f"/ws/d/{desk_id}"))
        assert (await sockets[-1].connect())[0]
        return sockets[-1]

    yield join
    for each in sockets:
        await each.disconnect()


async def keyframe_of(viewer: WebsocketCommunicator) -> dict:
    """Reads up to and including the next keyframe."""
    while True:
        text = await viewer.receive_from()
        if text.startswith("{") and "k" in (said := json.loads(text)):
            return said


@pytest.mark.parametrize("origin", [None, "http://evil.example", "https://localhost.evil.example", "null"])
async def test_only_pages_of_this_server_may_watch(origin):
    assert (await socket(f"/ws/d/{SOME_DESK}", origin).connect())[0] is False


async def test_a_path_that_is_nobodys_is_refused():
    assert (await socket("/ws/nothing").connect())[0] is False


@pytest.mark.parametrize(("language", "said"), [("", "There is no desk"), ("?lang=de", "Ein Pult „")])
async def test_a_desk_that_is_not_there_says_so_in_the_viewers_language(transactional_db, language, said):
    viewer = socket(f"/ws/d/{SOME_DESK}{language}")
    await viewer.connect()
    closed = await viewer.receive_output()
    assert closed["code"] == 4404 and closed["reason"].startswith(said) and SOME_DESK in closed["reason"]


async def test_who_joins_gets_the_whole_state_and_then_what_changes(make_room, watch):
    room = await make_room()
    viewer = await watch(room.desk.id)
    await keyframe_of(viewer)
    html = await viewer.receive_from()
    assert html.startswith("<")
    assert room.moving
    assert len(await viewer.receive_from()) < len(html)


async def test_a_viewer_that_missed_something_asks_for_the_whole_state(make_room, watch):
    room = await make_room(paused=True)
    viewer = await watch(room.desk.id)
    first = await keyframe_of(viewer)
    await viewer.receive_from()
    await viewer.send_to('{"need": "keyframe"}')
    assert await keyframe_of(viewer) == first


@pytest.mark.parametrize("said", [json.dumps({"kubectl": SET_IMAGE}), '{"need": "pause"}', '{"paused": true}', "[]", "not json"])
async def test_a_viewer_cannot_change_anything(make_room, watch, said):
    room = await make_room(paused=True)
    before = (room.now, room.recording.cluster.store.revision, room.clock.paused, room.clock.speed)
    viewer = await watch(room.desk.id)
    await viewer.send_to(said)
    await viewer.send_to(bytes_data=said.encode())
    await viewer.send_to('{"need": "keyframe"}')
    await keyframe_of(viewer)
    await keyframe_of(viewer)
    assert (room.now, room.recording.cluster.store.revision, room.clock.paused, room.clock.speed) == before


async def test_a_viewer_that_talks_too_much_is_sent_away(make_room, watch, monkeypatch):
    monkeypatch.setattr(consumers, "VIEWER_MESSAGES_PER_MINUTE", 3)
    room = await make_room(paused=True)
    viewer = await watch(room.desk.id)
    for _ in range(4):
        await viewer.send_to("{}")
    while (message := await viewer.receive_output())["type"] == "websocket.send":
        pass
    assert (message["type"], message["code"]) == ("websocket.close", 4429)
    assert len(room.hub) == 0


async def test_who_leaves_is_forgotten(make_room):
    room = await make_room(paused=True)
    viewer = socket(f"/ws/d/{room.desk.id}")
    await viewer.connect()
    async with asyncio.timeout(60):
        while not len(room.hub):
            await asyncio.sleep(0.005)
    await viewer.disconnect()
    assert len(room.hub) == 0


async def test_watching_opens_a_desk_that_sleeps(make_room, watch):
    room = await make_room(paused=True)
    await room.set_clock(advance=5_000)
    await registry.close_all()
    await keyframe_of(await watch(room.desk.id))
    assert (await registry.open(room.desk.id)).now == 5_000

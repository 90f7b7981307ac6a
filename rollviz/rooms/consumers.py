"""A viewer's socket: state goes out, and all that comes in is "I missed something" and "let me look back".

A plain ASGI callable: a Channels consumer would hop to the database's thread for every message. Nothing here touches the database
unless the desk has to be opened first.
"""

import contextlib

import msgspec

from . import looks
from .limits import KEYFRAMES_PER_MINUTE, VIEWER_MESSAGES_PER_MINUTE, Allowance
from .refusals import Refused, TooMany
from .registry import registry
from .room import Room
from .sink import Sink, sink_for

APPLICATION_CODE = 4000
"""A socket is closed with this plus the HTTP status that fits (4404, 4429); the page does not come back after such a code."""


async def viewer(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    try:
        room = await registry.open(scope["url_route"]["kwargs"]["desk"])
        sink = sink_for(send)
        room.join(sink)
        try:
            await _listen(receive, room, sink)
        finally:
            room.leave(sink)
    except Refused as refusal:
        await send({"type": "websocket.close", "code": APPLICATION_CODE + refusal.status, "reason": refusal.message})


async def nowhere(scope, receive, send):
    """A path that is nobody's: the handshake is refused."""
    await receive()
    await send({"type": "websocket.close"})


async def _listen(receive, room: Room, sink: Sink) -> None:
    allowance, keyframes = Allowance(VIEWER_MESSAGES_PER_MINUTE), Allowance(KEYFRAMES_PER_MINUTE)
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        if not allowance.take():
            raise TooMany("A viewer has little to say; this was too much.")
        with contextlib.suppress(msgspec.DecodeError):
            said = msgspec.json.decode(message.get("text") or "null")
            if not isinstance(said, dict):
                continue
            if "look" in said:
                looks.asked(room.looks, sink, said)
            elif said.get("need") == "keyframe":
                if not keyframes.take():
                    raise TooMany("A viewer has little to ask; this was too much.")
                room.hub.show_whole(sink)

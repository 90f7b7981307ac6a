"""A viewer's socket: state goes out, and all that comes in is "I missed something", "I show the terminal", "let me look back" and "this is
my guess".

A plain ASGI callable: a Channels consumer would hop to the database's thread for every message. Nothing here touches the database
unless the desk has to be opened first.
"""

import contextlib
from urllib.parse import parse_qs

import msgspec
from django.utils.translation import override

from rollviz.desk.words import say
from rollviz.language import ENGLISH, known

from . import looks, phones
from .limits import VIEWER_MESSAGES_PER_MINUTE, WHOLES_PER_MINUTE, Allowance
from .refusals import Refused, TooMany
from .registry import registry
from .room import Room
from .sink import Sink, sink_for

REASON_BYTES = 123
"""What a closing frame has room for (RFC 6455, 5.5)."""

APPLICATION_CODE = 4000
"""A socket is closed with this plus the HTTP status that fits (4404, 4429); the page does not come back after such a code."""


async def viewer(scope, receive, send):
    """The address says who looks: ?follow is somebody in the class, ?follow=<signed> a phone with its token; ?lang is the language."""
    await receive()
    await send({"type": "websocket.accept"})
    asked = parse_qs(scope.get("query_string", b"").decode("ascii", "replace"), keep_blank_values=True)
    language = known(asked.get("lang", [""])[0], ENGLISH)
    try:
        room = await registry.open(scope["url_route"]["kwargs"]["desk"])
        sink = sink_for(send)
        sink.follows, sink.token = "follow" in asked, phones.read(room.desk.id, asked.get("follow", [""])[0])
        sink.language = language
        room.join(sink)
        try:
            await _listen(receive, room, sink)
        finally:
            room.leave(sink)
    except Refused as refusal:
        with override(language):
            reason = refusal.plain.encode()[:REASON_BYTES].decode(errors="ignore")
        await send({"type": "websocket.close", "code": APPLICATION_CODE + refusal.status, "reason": reason})


async def nowhere(scope, receive, send):
    """A path that is nobody's: the handshake is refused."""
    await receive()
    await send({"type": "websocket.close"})


async def _listen(receive, room: Room, sink: Sink) -> None:
    allowance, wholes = Allowance(VIEWER_MESSAGES_PER_MINUTE), Allowance(WHOLES_PER_MINUTE)
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return
        if not allowance.take():
            raise TooMany(say("A viewer has little to say; this was too much."))
        with contextlib.suppress(msgspec.DecodeError):
            said = msgspec.json.decode(message.get("text") or "null")
            if not isinstance(said, dict):
                continue
            if "answer" in said:
                room.audience.answer(sink, said)
            elif "look" in said:
                looks.asked(room.looks, sink, said)
            elif said.get("need") in ("keyframe", "terminal"):
                if not wholes.take():
                    raise TooMany(say("A viewer has little to ask; this was too much."))
                if said["need"] == "terminal":
                    room.transcript.hear(sink)
                else:
                    room.hub.show_whole(sink)

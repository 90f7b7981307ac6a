"""Over a real socket whose reader does not read: the private parts of Daphne and Twisted that the sink looks at."""

import json
import os
import socket
from urllib.parse import urlsplit

from tests.rollviz.desks import MANIFEST
from tests.rollviz.live import LiveDesk, Server

ASKED = 25
WHOLE = '{"need": "keyframe"}'
TEXT, PING, PONG = 1, 9, 10


class Slow:
    """A WebSocket client by hand, so that it can leave its window shut."""

    def __init__(self, server: Server, desk: LiveDesk):
        url = urlsplit(server.url)
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        self._socket.settimeout(60)
        self._socket.connect((url.hostname, url.port))
        head = {"Host": url.netloc, "Origin": server.url, "Upgrade": "websocket", "Connection": "Upgrade"}
        head |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        self._socket.sendall(f"GET /ws/d/{desk.desk} HTTP/1.1\r\n{lines}\r\n".encode())
        self._file = self._socket.makefile("rb")
        assert b"101" in self._file.readline()
        while self._file.readline() != b"\r\n":
            pass

    def say(self, text: str) -> None:
        self._send(TEXT, text.encode())

    def reads_again(self) -> None:
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_000_000)

    def hear(self) -> str:
        """The next message. Daphne asks every ten seconds whether we live; that is answered and not told."""
        kind, payload = self._frame()
        while kind == PING:
            self._send(PONG, payload)
            kind, payload = self._frame()
        assert kind == TEXT, (kind, payload)
        return payload.decode()

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def _frame(self) -> tuple[int, bytes]:
        first, length = self._file.read(2)
        if length > 125:
            length = int.from_bytes(self._file.read(2 if length == 126 else 8), "big")
        return first & 0x0F, self._file.read(length)

    def _send(self, kind: int, payload: bytes) -> None:
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self._socket.sendall(bytes([0x80 | kind, 0x80 | len(payload)]) + mask + masked)


def heard(viewer, begin: str) -> None:
    while not viewer.recv(timeout=60).startswith(begin):
        pass


def test_a_slow_viewer_is_given_the_current_state_and_nobody_waits_for_it(server):
    status, made = server.post("/api/desks", {"manifest": MANIFEST.replace("replicas: 10", "replicas: 400"), "paused": True})
    assert status == 201, made
    desk = LiveDesk(server, made["desk"], made["key"])
    desk.clock(advance=60)
    with desk.watch() as quick:
        slow = Slow(server, desk)
        for _ in range(ASKED):
            slow.say(WHOLE)
        for _ in range(2):  # there and back twice: then what was asked before was read before
            quick.send(WHOLE)
            heard(quick, '{"k"')
        desk.clock(advance=1)
        heard(quick, '{"n"')
    slow.reads_again()
    moments = []
    while 61_000 not in moments:
        text = slow.hear()
        if text.startswith('{"k"'):
            moments.append(json.loads(text)["s"]["t"])
    slow.close()
    assert len(moments) < ASKED, "what a slow viewer has no room for is not kept for it"

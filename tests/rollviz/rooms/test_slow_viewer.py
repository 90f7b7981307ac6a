"""Over a real socket whose reader does not read: the private parts of Daphne and Twisted that the sink looks at."""

import json
import os
import socket
from urllib.parse import urlsplit

from tests.rollviz.desks import MANIFEST
from tests.rollviz.live import LiveDesk, Server

ASKED = 25


class Slow:
    """A WebSocket client by hand, so that it can leave its window shut."""

    def __init__(self, server: Server, desk: LiveDesk):
        url = urlsplit(server.url)
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        self._socket.settimeout(10)
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
        mask, payload = os.urandom(4), text.encode()
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self._socket.sendall(bytes([0x81, 0x80 | len(payload)]) + mask + masked)

    def hear(self) -> str:
        _, length = self._file.read(2)
        if length > 125:
            length = int.from_bytes(self._file.read(2 if length == 126 else 8), "big")
        return self._file.read(length).decode()

    def close(self) -> None:
        self._file.close()
        self._socket.close()


def test_a_slow_viewer_is_given_the_current_state_and_nobody_waits_for_it(server):
    status, made = server.post("/api/desks", {"manifest": MANIFEST.replace("replicas: 10", "replicas: 400"), "paused": True})
    assert status == 201, made
    desk = LiveDesk(server, made["desk"], made["key"])
    desk.clock(advance=60)
    slow = Slow(server, desk)
    for _ in range(ASKED):
        slow.say('{"need": "keyframe"}')
    with desk.watch() as quick:
        desk.clock(advance=7)
        while not quick.recv(timeout=10).startswith('{"n"'):
            pass
    moments = []
    while not moments or moments[-1] != 67_000:
        text = slow.hear()
        if text.startswith('{"k"'):
            moments.append(json.loads(text)["s"]["t"])
    slow.close()
    assert len(moments) < ASKED, "what a slow viewer has no room for is not kept for it"

"""A class of three hundred on one machine: `python -m tests.crowd [--followers N] [--seconds N] [--pods N]`, a part of `make bench`.

A desk of a wall and three hundred phones on real sockets plays rollouts at 4×. Told are how long it took until all who came at once had the
whole state, how far apart the wall and the phones saw each message, whether any was lost, and how long a late comer waited for page and
state. The phones are read by one process, whose own delays count as well.
"""

import argparse
import asyncio
import base64
import os
import re
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.rollviz.live import LiveDesk, Server
from tests.scrub import percentile, spent

APART_MS = 250
"""The wall and the phones, at the 99th percentile."""
LATE_SECONDS = 1.0
NUMBER = re.compile(rb'\{"(n|k)":(\d+)')


class Phone(asyncio.Protocol):
    """Reads frames as they come: number of a message -> when its first frame was here."""

    def __init__(self, host: str, path: str):
        self._host, self._path = host, path
        self._data = bytearray()
        self._open = False
        self.whole: float | None = None
        """When the first whole state was here in full."""
        self.seen: dict[int, float] = {}
        self.wholes = 0
        self.lost = False

    def connection_made(self, transport) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = ("Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13")
        asked = (f"GET {self._path} HTTP/1.1", f"Host: {self._host}", f"Origin: http://{self._host}", *lines)
        transport.write("\r\n".join((*asked, "", "")).encode())
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        self._data += data
        if not self._open:
            head, end, rest = bytes(self._data).partition(b"\r\n\r\n")
            if not end:
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            self._open, self._data = True, bytearray(rest)
        while (frame := self._frame()) is not None:
            self._read(frame, now)

    def connection_lost(self, error) -> None:
        self.lost = True

    def _frame(self) -> bytes | None:
        """The next whole frame's payload; a ping is answered."""
        data = self._data
        if len(data) < 2:
            return None
        length, at = data[1] & 127, 2
        if length > 125:
            size = 2 if length == 126 else 8
            length, at = int.from_bytes(data[2 : 2 + size], "big"), 2 + size
        if len(data) < at + length:
            return None
        payload, kind = bytes(data[at : at + length]), data[0] & 15
        del data[: at + length]
        if kind == 9:
            self._transport.write(bytes([0x8A, 0x80 | len(payload), 0, 0, 0, 0]) + payload)
        return payload if kind == 1 else b""

    def _read(self, payload: bytes, now: float) -> None:
        found = NUMBER.match(payload)
        if found is None:
            if self.whole is None and payload[:1] == b"<":
                self.whole = now
            return
        self.wholes += found[1] == b"k"
        self.seen.setdefault(int(found[2]), now)


async def join(server: Server, desk: LiveDesk, query: str = "?follow") -> Phone:
    url = urlsplit(server.url)
    loop = asyncio.get_running_loop()
    _, phone = await loop.create_connection(lambda: Phone(url.netloc, f"/ws/d/{desk.desk}{query}"), url.hostname, url.port)
    return phone


async def whole(phones: list[Phone], patience: float = 60) -> None:
    async with asyncio.timeout(patience):
        while any(phone.whole is None for phone in phones):
            await asyncio.sleep(0.005)


async def teach(desk: LiveDesk, seconds: float) -> None:
    """A new version every few seconds."""
    version, until = 2, time.monotonic() + seconds
    while time.monotonic() < until:
        await asyncio.to_thread(desk.do, f"set image deployment/web *=web:{version}.0")
        version += 1
        await asyncio.sleep(min(5, max(0.1, until - time.monotonic())))


async def late(server: Server, desk: LiveDesk) -> float:
    """Seconds until somebody who scans the code now has the page and the state."""
    begun = time.monotonic()
    await asyncio.to_thread(desk.get, "follow")
    phone = await join(server, desk)
    await whole([phone])
    phone._transport.abort()
    return time.monotonic() - begun


async def crowd(server: Server, followers: int, seconds: int, pods: int) -> dict[str, float]:
    from simulation.bench import manifest

    status, made = server.post("/api/desks", {"manifest": manifest(pods)})
    assert status == 201, made
    desk = LiveDesk(server, made["desk"], made["key"])
    desk.clock(advance=60, speed=4)
    wall = await join(server, desk, "")
    await whole([wall])
    begun = time.monotonic()
    phones = await asyncio.gather(*(join(server, desk) for _ in range(followers)))
    await whole(phones)
    came = max(phone.whole for phone in phones) - begun
    first, cpu, since = max(wall.seen), spent(server.process.pid), time.monotonic()
    teaching = asyncio.create_task(teach(desk, seconds))
    waits = []
    while not teaching.done():
        await asyncio.sleep(2)
        waits.append(await late(server, desk))
    await teaching
    cpu = (spent(server.process.pid) - cpu) / (time.monotonic() - since)
    await asyncio.sleep(1)
    shown = [n for n in wall.seen if n > first + 1]
    shown = shown[: -1 - sum(time.monotonic() - wall.seen[n] < 0.5 for n in shown)]
    apart = [abs(phone.seen[n] - wall.seen[n]) for phone in phones for n in shown if n in phone.seen]
    return {
        "followers": followers,
        "came_s": came,
        "messages": len(shown),
        "p50_ms": percentile(apart, 0.5) * 1000,
        "p99_ms": percentile(apart, 0.99) * 1000,
        "most_ms": max(apart) * 1000,
        "missed": len(shown) * followers - len(apart),
        "skipped": sum(phone.wholes - 1 for phone in phones),
        "dropped": sum(phone.lost for phone in phones),
        "late_s": max(waits),
        "cpu": 100 * cpu,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crowd", description=__doc__)
    parser.add_argument("--followers", type=int, default=300)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--pods", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            found = asyncio.run(crowd(server, options.followers, options.seconds, options.pods))
        finally:
            server.kill()
    print(
        "{followers} follow a rollout at 4×: all had the whole state {came_s:.1f} s after they came at once; {messages} messages, wall and "
        "phones apart p50 {p50_ms:.0f} ms, p99 {p99_ms:.0f} ms, at most {most_ms:.0f} ms; {missed} messages missed, {skipped} skipped, "
        "{dropped} sockets dropped; a late comer waited {late_s:.2f} s at most; server CPU {cpu:.0f} % of a core".format(**found)
    )
    wrong = found["missed"] or found["skipped"] or found["dropped"]
    return int(bool(wrong) or found["p99_ms"] > APART_MS or found["late_s"] > LATE_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main())

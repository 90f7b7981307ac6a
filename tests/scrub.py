"""How fast time can be dragged: `python -m tests.scrub [--seconds N] [--viewers N] [--pods N]`.

A desk of 200 pods is run for ten minutes with a new version each minute, on a real server with viewers on real sockets. Then its playhead
is dragged 30 times a second, back and forth and at random. Told are the server's CPU time for a seek with its picture and messages (the
same work without a server), what the process spent in all per seek, how long a seek took until the last viewer had it, and whether any
socket was dropped.
"""

import argparse
import json
import os
import random
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path
from types import SimpleNamespace

from websockets.exceptions import ConnectionClosed

from tests.rollviz.live import LiveDesk, Server

MINUTES = 10
RATE = 30
LIMIT_MS = 20
"""What a seek may take of the server's time, at the 95th percentile."""


def places(seconds: int) -> list[int]:
    """A hand: two sweeps over everything, a stretch back and forth, and jumps."""
    draw, end = random.Random(7), MINUTES * 60_000
    n = seconds * RATE
    sweep = [int(end * abs(1 - 4 * i / n)) for i in range(n // 2)]
    local = [int(end / 2 + 20_000 * ((i % 60) / 60 - 0.5)) for i in range(n // 4)]
    wild = [draw.randrange(end) for _ in range(n - len(sweep) - len(local))]
    return [min(place + i, end) for i, place in enumerate((*sweep, *local, *wild))]


def percentile(took: list[float], part: float) -> float:
    return sorted(took)[min(int(len(took) * part), len(took) - 1)]


def alone(pods: int, hand: list[int]) -> list[float]:
    """CPU milliseconds of each seek with its picture and messages, here."""
    from rollviz.desk.memory import Memory
    from rollviz.desk.picture import picture
    from rollviz.desk.render import message
    from simulation.bench import manifest
    from simulation.kubectl.parse import parse
    from simulation.recording import Recording
    from simulation.scenario import from_manifest

    recording = Recording(from_manifest(manifest(pods)), 1)
    recording.attend(Memory())
    for minute in range(MINUTES):
        recording.run(minute * 60_000 + 5_000)
        recording.do(parse(f"set image deployment/web *=web:{minute + 2}.0"))
    recording.run(MINUTES * 60_000)
    clock, took = SimpleNamespace(paused=True, speed=1.0), []
    before = picture(recording, clock)
    for n, place in enumerate(hand):
        begun = time.process_time()
        recording.seek(place)
        shown = picture(recording, clock)
        message(before, shown, n)
        took.append((time.process_time() - begun) * 1000)
        before = shown
    return took


class Watching(threading.Thread):
    """A viewer: the newest simulated millisecond that it was shown, and when."""

    def __init__(self, desk: LiveDesk):
        super().__init__(daemon=True)
        self.socket = desk.watch()
        self.seen: dict[int, float] = {}
        self.dropped = False
        self.start()

    def run(self) -> None:
        try:
            with self.socket as socket:
                for text in socket:
                    if text[0] == "{":
                        said = json.loads(text)
                        self.seen.setdefault((said.get("p") or said.get("s"))["t"], time.monotonic())
        except ConnectionClosed:
            self.dropped = True


def live(pods: int, hand: list[int], viewers: int) -> dict[str, float]:
    from simulation.bench import manifest

    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            status, made = server.post("/api/desks", {"manifest": manifest(pods), "paused": True})
            assert status == 201, made
            desk = LiveDesk(server, made["desk"], made["key"])
            for minute in range(MINUTES):
                desk.clock(seek=minute * 60 + 5)
                desk.do(f"set image deployment/web *=web:{minute + 2}.0")
            desk.clock(seek=MINUTES * 60)
            watching = [Watching(desk) for _ in range(viewers)]
            time.sleep(0.5)
            return drag(server, desk, hand, watching)
        finally:
            server.kill()


def drag(server: Server, desk: LiveDesk, hand: list[int], watching: list[Watching]) -> dict[str, float]:
    sent: dict[int, float] = {}
    cpu, begun = spent(server.process.pid), time.monotonic()
    for n, place in enumerate(hand):
        time.sleep(max(0.0, begun + n / RATE - time.monotonic()))
        sent[place] = time.monotonic()
        body = urllib.parse.urlencode({"drag": place, "said": n + 1}).encode()
        request = urllib.request.Request(f"{server.url}/d/{desk.desk}/clock", body, {"Authorization": f"Bearer {desk.key}"})
        urllib.request.urlopen(request, timeout=20).close()
    time.sleep(1)
    cpu = spent(server.process.pid) - cpu
    shown = [place for place in sent if all(place in one.seen for one in watching)]
    took = [max(one.seen[place] for one in watching) - sent[place] for place in shown]
    return {
        "asked": len(hand),
        "seconds": time.monotonic() - begun - 1,
        "shown": len(shown),
        "cpu_ms": cpu * 1000 / len(hand),
        "p50_ms": percentile(took, 0.5) * 1000,
        "p95_ms": percentile(took, 0.95) * 1000,
        "dropped": sum(one.dropped for one in watching),
    }


def spent(pid: int) -> float:
    """CPU seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.scrub", description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--pods", type=int, default=200)
    options = parser.parse_args()
    hand = places(options.seconds)
    took = alone(options.pods, hand)
    p50, p95 = percentile(took, 0.5), percentile(took, 0.95)
    print(f"a seek in {MINUTES} minutes of {options.pods} pods, with picture and messages: CPU p50 {p50:.1f} ms, p95 {p95:.1f} ms")
    found = live(options.pods, hand, options.viewers)
    print(
        "dragged {asked} times in {seconds:.1f} s: {shown} places shown to all, server CPU {cpu_ms:.1f} ms each, "
        "until the last viewer had it p50 {p50_ms:.0f} ms, p95 {p95_ms:.0f} ms, {dropped} sockets dropped".format(**found)
    )
    return int(p95 > LIMIT_MS or found["dropped"] > 0)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollviz.settings")
    os.environ.setdefault("DATA_DIR", tempfile.mkdtemp())
    django.setup()
    raise SystemExit(main())

"""What a desk of 200 pods costs at 5 000 requests a second: `python -m tests.busy [--pods N] [--seconds N]`, a part of `make bench`.

On a real server: the share of a core that the desk takes, quiet and in a rollout, for one viewer and for more, at twice the requests and
for two Deployments. In a real Chromium: frames a second, and the processor time of the page's main thread for each, which other work on
the machine changes less than the frames. Without Chromium only the server is measured.
"""

import argparse
import json
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

from websockets.exceptions import ConnectionClosed

from tests.rollviz.live import LiveDesk, Server
from tests.scrub import spent

MOST_OF_A_CORE = 0.5
MOST_MS = 1000 / 60
"""Of the main thread for one frame."""
COUNT = "window.frames = 0; const tick = () => { window.frames++; requestAnimationFrame(tick); }; requestAnimationFrame(tick)"
PARTS = ("TaskDuration", "ScriptDuration", "RecalcStyleDuration", "LayoutDuration")


def deployment(name: str, pods: int, image: str, **labels: str) -> str:
    labels = {"app": "web", **labels}
    container = {"name": "web", "image": image, "readinessProbe": {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 2}}
    spec = {"replicas": pods, "selector": {"matchLabels": labels}}
    spec["template"] = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return json.dumps({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec})


def service(**selector: str) -> str:
    spec = {"selector": {"app": "web", **selector}, "ports": [{"port": 80}]}
    return json.dumps({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec})


def one(pods: int) -> str:
    return "\n---\n".join((deployment("web", pods, "web:1.0"), service()))


def blue_green(pods: int) -> str:
    halves = (deployment(f"web-{n}", pods // 2, f"web:{n}.0", version=f"v{n}") for n in (1, 2))
    return "\n---\n".join((*halves, service(version="v1")))


def canary(pods: int) -> str:
    stable = deployment("web", pods * 9 // 10, "web:1.0", track="stable")
    return "\n---\n".join((stable, deployment("web-canary", pods // 10, "web:2.0", track="canary"), service()))


def open_desk(server: Server, manifest: str, rate: int, speed: float = 1) -> LiveDesk:
    """All its pods are available, and requests come."""
    status, made = server.post("/api/desks", {"manifest": manifest})
    assert status == 201, made
    desk = LiveDesk(server, made["desk"], made["key"])
    desk.clock(advance=60, speed=speed)
    if rate:
        desk.do(f"# web: {rate} requests/s")
    desk.clock(advance=30)
    return desk


class Viewer(threading.Thread):
    """Reads what the desk says and does nothing with it."""

    def __init__(self, desk: LiveDesk):
        super().__init__(daemon=True)
        self.socket = desk.watch()
        self.bytes = 0
        self.start()

    def run(self) -> None:
        try:
            with self.socket as socket:
                for text in socket:
                    self.bytes += len(text)
        except ConnectionClosed:
            return


def share(server: Server, desk: LiveDesk, seconds: float, viewers: int = 1, rolls: str = "") -> tuple[float, float]:
    """(part of a core that the server took, bytes a second for one viewer)."""
    watching = [Viewer(desk) for _ in range(viewers)]
    time.sleep(1)
    if rolls:
        desk.do(f"set image deployment/{rolls} web=web:3.0")
    before, cpu, begun, clock = watching[0].bytes, spent(server.process.pid), time.monotonic(), desk.state()["time"]
    time.sleep(seconds)
    took = time.monotonic() - begun
    found = (spent(server.process.pid) - cpu) / took, (watching[0].bytes - before) / took
    assert desk.state()["time"] - clock > took * 0.9, "the desk fell behind its clock"
    for viewer in watching:
        viewer.socket.close()
    return found


def serve(server: Server, pods: int, seconds: float) -> bool:
    cases = (
        ("quiet, no requests", one(pods), 0, {}),
        ("quiet, 5 000 requests/s", one(pods), 5000, {}),
        ("quiet, 10 000 requests/s", one(pods), 10_000, {}),
        ("5 000 requests/s, 20 viewers", one(pods), 5000, {"viewers": 20}),
        ("5 000 requests/s, a rollout", one(pods), 5000, {"rolls": "web"}),
        ("blue/green, 5 000 requests/s", blue_green(pods), 5000, {}),
        ("blue/green, a rollout", blue_green(pods), 5000, {"rolls": "web-1"}),
        ("canary, 5 000 requests/s", canary(pods), 5000, {}),
    )
    fine = True
    for name, manifest, rate, how in cases:
        desk = open_desk(server, manifest, rate)
        core, sent = share(server, desk, seconds, **how)
        desk.clock(paused=True)
        print(f"{pods} pods, {name}: {core:.3f} of a core, {sent / 1000:.1f} kB a second to each viewer", flush=True)
        fine = fine and core <= MOST_OF_A_CORE
    return fine


def show(server: Server, chromium: str, pods: int, seconds: float) -> bool:
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import ARGS

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        fine = True
        for name, manifest, rate, speed, rolls in (
            ("quiet, no requests", one(pods), 0, 1, False),
            ("quiet, 5 000 requests/s", one(pods), 5000, 1, False),
            ("5 000 requests/s, a rollout", one(pods), 5000, 1, True),
            ("canary, 5 000 requests/s", canary(pods), 5000, 1, False),
            ("5 000 requests/s, a rollout at 4×", one(pods), 5000, 4, True),
        ):
            desk = open_desk(server, manifest, rate, speed)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{server.url}/d/{desk.desk}")
            page.wait_for_selector("#strips .strip .pod")
            if rolls:
                desk.do("set image deployment/web web=web:3.0")
            frames, costs = drawn(page, seconds)
            page.close()
            desk.clock(paused=True)
            each = ", ".join(f"{part.removesuffix('Duration').lower()} {cost:.2f}" for part, cost in zip(PARTS[1:], costs[1:], strict=True))
            print(f"{pods} pods, {name}: {frames:.0f} frames/s, main thread {costs[0]:.2f} ms each ({each})", flush=True)
            fine = fine and costs[0] <= MOST_MS
        browser.close()
    return fine


def drawn(page, seconds: float) -> tuple[float, list[float]]:
    """(frames a second, milliseconds of the main thread's processor time for each: in all, and in its parts)."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.evaluate(COUNT)
    page.wait_for_timeout(1000)
    before, begun, first = _metrics(session), time.monotonic(), page.evaluate("window.frames")
    page.wait_for_timeout(seconds * 1000)
    after, took, last = _metrics(session), time.monotonic() - begun, page.evaluate("window.frames")
    frames = last - first
    return frames / took, [(after[part] - before[part]) * 1000 / frames for part in PARTS]


def _metrics(session) -> dict[str, float]:
    return {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.busy", description=__doc__)
    parser.add_argument("--pods", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--only", choices=("server", "page"))
    options = parser.parse_args()
    chromium = next((found for name in (os.environ.get("CHROMIUM", ""), "chromium") if name and (found := shutil.which(name))), None)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            fine = options.only == "page" or serve(server, options.pods, options.seconds)
            if chromium and options.only != "server":
                fine = show(server, chromium, options.pods, options.seconds) and fine
        finally:
            server.kill()
    return int(not fine)


if __name__ == "__main__":
    raise SystemExit(main())

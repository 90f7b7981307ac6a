"""What requests cost to draw: `python -m tests.frames [--pods N] [--rate N] [--seconds N]`, a part of `make bench`.

A desk of two hundred pods plays at 1× in Chromium, without requests and with five thousand a second, at rest and in a rollout. Told are the
frames a second, the main thread's milliseconds of processor time for each (16.7 are there), and the server's share of a core. Without a
graphics card Chromium also paints on the processor, and on a busy machine frames are missed for that alone.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGS, NAMES
from tests.rollviz.live import LiveDesk, Server
from tests.watches import cpu

COUNT = """(seconds) => new Promise((done) => {
    const at = [], end = performance.now() + seconds * 1000;
    const frame = (now) => { at.push(now); if (now < end) requestAnimationFrame(frame); else done(at); };
    requestAnimationFrame(frame);
})"""


def desk(server: Server, pods: int, rate: int) -> LiveDesk:
    made = server.make_desk("blank")
    made.do(f"create deployment web --image=web:1.0 --replicas={pods}")
    made.do("expose deployment web --port=80")
    made.clock(advance=60)
    if rate:
        made.do(f"# web: {rate} requests/s")
    made.clock(advance=10)
    return made


def measure(server: Server, page, seconds: int) -> str:
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    busy, used = busy_of(session), cpu(server)
    times = page.evaluate(COUNT, seconds)
    busy, used = busy_of(session) - busy, cpu(server) - used
    frames, spent = len(times) - 1, (times[-1] - times[0]) / 1000
    gaps = sorted(b - a for a, b in zip(times, times[1:], strict=False))
    late = gaps[int(len(gaps) * 0.95)]
    return (
        f"{frames / spent:5.1f} frames/s (95 % within {late:.0f} ms), {1000 * busy / frames:4.1f} ms of the main thread each, "
        f"server {100 * used / spent:4.1f} % of a core"
    )


def busy_of(session) -> float:
    """Seconds of processor time that the page's main thread has used."""
    return next(row["value"] for row in session.send("Performance.getMetrics")["metrics"] if row["name"] == "TaskDuration")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pods", type=int, default=200)
    parser.add_argument("--rate", type=int, default=5000)
    parser.add_argument("--seconds", type=int, default=15)
    given = parser.parse_args()
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES[1:])))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        server = Server(Path(folder))
        try:
            for rate in (0, given.rate, 2 * given.rate):
                shown = desk(server, given.pods, rate)
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                page.goto(f"{server.url}/d/{shown.desk}")
                page.wait_for_selector("#app[data-live]")
                page.wait_for_timeout(2000)
                print(f"{given.pods} pods, {rate:6,} requests/s, at rest:       {measure(server, page, given.seconds)}", flush=True)
                shown.do("set image deployment/web web=web:2.0")
                print(f"{given.pods} pods, {rate:6,} requests/s, in a rollout:  {measure(server, page, given.seconds)}", flush=True)
                page.close()
        finally:
            server.kill()
            browser.close()


if __name__ == "__main__":
    main()

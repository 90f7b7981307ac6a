"""A real Chromium against a real server in a process of its own. What a page says on its console, or its CSP refuses, fails the test."""

import os
import shutil
import socket

import pytest

from tests.rollviz.live import Server

NAMES = (os.environ.get("CHROMIUM", ""), "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP *.test 127.0.0.1",
]
WATCH = """
    window.refused = [];
    addEventListener("securitypolicyviolation", (e) => window.refused.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}`));
"""
TIMEOUT_MS = 60_000
"""For a machine that does much else besides: a wait ends when what it waits for is there."""
SIZES = {"laptop": (1440, 900), "wall": (1920, 1080), "phone": (390, 844)}


@pytest.fixture(scope="session")
def chromium():
    path = next((found for name in NAMES if name and (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("browser"))
    yield server
    server.stop()


@pytest.fixture
def server_to_kill(tmp_path):
    """On a port of its own, so that it comes back at the same address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(tmp_path, PORT=str(port))
    yield server
    server.kill()


class Windows:
    """Browsers with one page each, as many as are open at once. To make one costs more than most tests, so the next gets it, cleared up."""

    def __init__(self, chromium):
        self._chromium = chromium
        self._free: dict[tuple, list] = {}

    def take(self, size: str, theme: str, **how):
        """A page in a browser of its own: no cookies, nothing stored, at its size, with motion unless it is to be without."""
        motion = how.pop("reduced_motion", "no-preference")
        kind = (size == "phone", theme)
        page = self._free[kind].pop() if not how and self._free.get(kind) else self._new(size, theme, **how)
        page.kind = None if how else kind
        width, height = SIZES[size]
        if page.viewport_size != {"width": width, "height": height}:
            page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme, forced_colors=how.get("forced_colors", "none"), reduced_motion=motion)
        page.set_default_timeout(TIMEOUT_MS)
        page.said = []
        return page

    def give_back(self, page, site: str) -> None:
        """Whoever comes next finds nothing of what was done here; a browser that was somewhere else than on this site is closed."""
        if page.kind is None or not page.url.startswith(f"{site}/"):
            page.context.close()
            return
        for other in page.context.pages:
            if other is not page:
                other.close()
        page.context.set_offline(False)
        page.evaluate("localStorage.clear(), sessionStorage.clear()")
        page.goto("about:blank")
        page.context.clear_cookies()
        page.mouse.up()
        page.mouse.move(-1, -1)
        self._free.setdefault(page.kind, []).append(page)

    def _new(self, size: str, theme: str, **how):
        width, height = SIZES[size]
        touch = {"has_touch": True, "is_mobile": True} if size == "phone" else {}
        context = self._chromium.new_context(viewport={"width": width, "height": height}, color_scheme=theme, **touch, **how)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.on("console", lambda message: page.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: page.said.append(f"error: {error}"))
        return page


@pytest.fixture(scope="session")
def windows(chromium):
    return Windows(chromium)


@pytest.fixture
def open_page(windows, server, request):
    """Opens an address in a browser of its own, as somebody else would; at the end nobody may have complained."""
    pages = []
    motion = {"reduced_motion": "reduce"} if request.node.get_closest_marker("still") else {}

    def open(address: str, size: str = "laptop", theme: str = "light", quiet: bool = True, **how):
        page = windows.take(size, theme, **{**motion, **how})
        pages.append((page, quiet))
        page.goto(address)
        return page

    yield open
    found = []
    for page, quiet in pages:
        found += page.said if quiet else [said for said in page.said if "Content Security Policy" in said]
        found += page.evaluate("window.refused")
        windows.give_back(page, server.url)
    assert found == []


@pytest.fixture
def new_desk(server, open_page):
    """A desk that this browser made from the home page, and so may move."""

    def make(scenario: str = "blank", where=None, **how):
        page = open_page(f"{(where or server).url}/", **how)
        page.locator(f'[name=scenario][value="{scenario}"]').last.click()
        page.wait_for_selector("#app[data-live]")
        page.desk = page.url.rpartition("/")[2]
        return page

    return make

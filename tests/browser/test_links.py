"""Sharing as people do it: a link goes from one browser to another, and a desk plays inside somebody else's page."""

import http.server
import json
import threading

import pytest

from tests.rollviz.live import Server

pytestmark = pytest.mark.still


@pytest.fixture
def stuck(server):
    """A desk paused at 1:30 of a rollout that is stuck, made by a script."""
    desk = server.make_desk("broken-deploy")
    desk.clock(paused=True, advance=20)
    desk.do("set image deployment/web web=web:2.O")
    desk.clock(advance=70)
    return desk


@pytest.fixture
def other_site():
    """A plain page on another origin; `serve(html)` gives its address."""
    sites = []

    def serve(body: str) -> str:
        class Page(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(f"<!doctype html><link rel=icon href=data:,><title>A blog</title>{body}".encode())

            def log_message(self, *args):
                pass

        site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        sites.append(site)
        return f"http://localhost:{site.server_port}/"

    yield serve
    for site in sites:
        site.shutdown()
        site.server_close()


def open_dialog(page):
    page.keyboard.press("s")
    page.wait_for_selector("#share[open] .shareout")


def to_copy(page, way: str) -> str:
    page.locator(f"#share [type=radio][value={way}]").check()
    return page.locator(f"#share [data-way={way}] .linkrow input").input_value()


def state(server, desk: str) -> str:
    """All but who has the clock, as JSON."""
    found = server.get(f"/api/desks/{desk}/state")[1]
    return json.dumps({name: value for name, value in found.items() if name not in ("paused", "speed")}, sort_keys=True)


def test_a_link_brings_somebody_else_to_the_same_cluster_at_the_same_moment(server, stuck, open_page):
    viewer = open_page(f"{server.url}/d/{stuck.desk}")
    viewer.wait_for_selector("#app[data-live]")
    open_dialog(viewer)
    link = to_copy(viewer, "moment")
    assert link.startswith(f"{server.url}/l/")

    other = open_page(link)
    other.wait_for_selector("#app[data-live]")
    mine = other.url.rpartition("/")[2]
    assert mine != stuck.desk
    assert other.get_attribute("#app", "data-role") == "presenter"
    assert state(server, mine) == state(server, stuck.desk)
    assert other.text_content("#clock") == "1:30.0"
    assert other.text_content("#now") == viewer.text_content("#now")


def test_back_leads_to_where_the_link_was(server, stuck, open_page):
    sharing = open_page(f"{server.url}/d/{stuck.desk}/share")
    link = sharing.locator("[data-way=moment] .linkrow input").input_value()
    page = open_page(f"{server.url}/")
    page.goto(link)
    page.wait_for_selector("#app[data-live]")
    page.go_back()
    page.wait_for_selector(".home")


def test_the_dialog_is_worked_by_keyboard_and_a_short_link_takes_the_long_ones_place(server, stuck, open_page):
    page = open_page(f"{server.url}/d/{stuck.desk}")
    page.wait_for_selector("#app[data-live]")
    page.locator("#share-key").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#share[open] .shareout")
    assert page.evaluate("document.activeElement.value") == "moment"
    page.keyboard.press("ArrowDown")
    assert page.locator("#share [data-way=start]").is_visible()
    assert not page.locator("#share [data-way=moment]").is_visible()
    page.locator("#share [data-way=start] button", has_text="make it short").press("Enter")
    short = page.locator("#share [data-way=start] .linkrow input[value*='/s/']")
    short.wait_for()
    assert short.input_value().startswith(f"{server.url}/s/")
    page.keyboard.press("Escape")
    assert not page.locator("#share").is_visible()
    assert page.evaluate("document.activeElement.id") == "share-key"


@pytest.fixture
def class_server(tmp_path):
    """As a class opens it: by a name on the network, without TLS, where browsers have no clipboard object."""
    server = Server(tmp_path, ALLOWED_HOSTS="desk.test,127.0.0.1")
    server.name = server.url.replace("127.0.0.1", "desk.test")
    yield server
    server.kill()


def test_a_link_is_copied_where_the_page_is_not_secure(class_server, open_page):
    desk = class_server.make_desk("fade").desk
    page = open_page(f"{class_server.name}/d/{desk}", quiet=False)
    page.wait_for_selector("#app[data-live]")
    assert not page.evaluate("isSecureContext")
    open_dialog(page)
    link = to_copy(page, "live")
    assert link == f"{class_server.name}/d/{desk}/follow"
    assert not page.get_by_text("works on this machine only").count()
    page.locator("#share [data-way=live] [data-copy]").click()
    page.locator("#share [data-way=live] [data-copy]", has_text="copied").wait_for()
    page.evaluate("""() => {
        const field = document.createElement("textarea");
        field.id = "paste";
        document.getElementById("share").append(field);
        field.focus();
    }""")
    page.keyboard.press("Control+V")
    assert page.locator("#paste").input_value() == link


def test_an_embedded_desk_plays_in_a_page_of_another_origin(server, stuck, open_page, other_site):
    viewer = open_page(f"{server.url}/d/{stuck.desk}")
    viewer.wait_for_selector("#app[data-live]")
    open_dialog(viewer)
    page = open_page(other_site(f"<h1>A rollout, stuck</h1>{to_copy(viewer, 'embed')}"))
    frame = page.frame_locator("iframe")
    frame.locator(".cover__play").click()
    frame.locator("#app[data-live]").wait_for()
    assert frame.locator("#clock").text_content().startswith("1:3")
    assert page.evaluate("document.querySelector('iframe').contentDocument") is None
    first, inside = frame.locator("#clock").text_content(), page.frames[1]
    inside.wait_for_function("first => document.getElementById('clock').textContent > first", arg=first)
    frame.locator("#play").click()
    inside.wait_for_selector("#app[data-paused]")
    frame.locator(".foot button", has_text="roll back").click()
    frame.locator("#play").click()
    frame.locator("#now", has_not_text="stuck").wait_for()


def test_without_javascript_a_link_opens_by_its_key(server, stuck, chromium, open_page):
    sharing = open_page(f"{server.url}/d/{stuck.desk}/share")
    link = sharing.locator("[data-way=moment] .linkrow input").input_value()
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="open it at 1:30").click()
    assert "/d/" in page.url
    assert page.locator("#clock").text_content() == "1:30.0"
    context.close()


def violations(page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found if v["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_of_links_are_accessible(server, stuck, open_page, theme):
    page = open_page(f"{server.url}/d/{stuck.desk}", theme=theme)
    page.wait_for_selector("#app[data-live]")
    open_dialog(page)
    assert violations(page) == []
    link = to_copy(page, "moment")
    embed = link.replace("/l/", "/embed/l/")
    for address in (embed, f"{server.url}/l/nothing", f"{server.url}/d/{stuck.desk}/share"):
        page = open_page(address, theme=theme, quiet=False)
        assert violations(page) == []
    page = open_page(embed, theme=theme)
    page.locator(".cover__play").click()
    page.wait_for_selector("#app[data-live]")
    assert violations(page) == []

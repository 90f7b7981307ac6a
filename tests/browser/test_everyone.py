"""Nobody is shut out of a page or state: axe finds nothing serious in any theme, a finger finds every key, all is on the screen."""

from functools import partial

import pytest
from django.core.management import call_command
from django.template.loader import render_to_string

from simulation.scenario import load
from tests.browser.access import beside, serious, small

pytestmark = pytest.mark.still  # what fades in has its colours at once

TOUCH = {"has_touch": True, "is_mobile": True}
MISSING = "set image deployment/web web=web:2.O"


class Walk:
    """Collects what is wrong, so that one look says all of it."""

    def __init__(self):
        self.wrong = []

    def look(self, name: str, page, finger: bool = True) -> None:
        page.wait_for_timeout(80)
        self.wrong += [f"{name}: {said}" for said in serious(page)]
        self.wrong += [f"{name}: {said}" for said in (small(page) if finger else ())]
        if beside(page) > 0:
            self.wrong.append(f"{name}: {beside(page)} px beside the screen")


@pytest.fixture
def walk():
    walk = Walk()
    yield walk
    assert walk.wrong == []


def live(page):
    page.wait_for_selector("#app[data-live]", state="attached")
    return page


def presenter(open_page, server, desk, where: str = "", **how):
    page = open_page(f"{server.url}/f", extra_http_headers={"Authorization": f"Bearer {desk.key}"}, quiet=False, **how)
    page.goto(f"{server.url}/d/{desk.desk}{where}")
    return live(page)


@pytest.fixture(scope="module")
def taught(server):
    desk = server.make_desk("broken-deploy")
    desk.clock(advance=10, paused=True)
    return desk


@pytest.fixture(scope="module")
def stuck(server):
    desk = server.make_desk("broken-deploy")
    desk.clock(advance=10)
    desk.do(MISSING)
    desk.clock(advance=25, paused=True)
    return desk


def test_a_class_that_is_asked(server, taught, open_page, walk):
    teacher = presenter(open_page, server, taught, **TOUCH)
    wall = presenter(open_page, server, taught, "/project", size="wall")
    phone = live(open_page(f"{server.url}/d/{taught.desk}/follow", size="phone"))
    walk.look("wall", wall, finger=False)
    walk.look("phone", phone)
    for tab in ("why", "terminal", "nodes"):
        phone.click(f"#key-{tab}")
        walk.look(tab, phone)
    walk.look("a question in a lesson", teacher)
    teacher.get_by_text(", 1 follows").wait_for()
    teacher.keyboard.press("q")
    walk.look("the menu of questions", teacher)
    teacher.click("#poll-form .key--solid")
    phone.wait_for_selector("#poll-phone form")
    wall.wait_for_selector("section#poll-panel")
    for name, page in (("asking, desk", teacher), ("choosing", phone)):
        walk.look(name, page)
    walk.look("asking, wall", wall, finger=False)
    phone.click('#poll-phone .option:has-text("8") >> nth=-1')
    phone.click('#poll-phone button:has-text("send 8")')
    walk.look("answered", phone)
    teacher.click("#poll-desk [data-poll-do=open]")
    wall.wait_for_selector("#poll-panel ol")
    walk.look("opened, wall", wall, finger=False)
    walk.look("opened, phone", phone)
    walk.look("opened, desk", teacher)
    teacher.click("#poll-desk [data-poll-do=away]")
    teacher.wait_for_selector("#poll-desk", state="hidden")
    teacher.keyboard.press("q")
    teacher.check("#poll-form input[value=available]")
    teacher.click("#poll-form .key--solid")
    phone.wait_for_selector("#poll-phone input[type=range]")
    walk.look("dragging", phone)
    teacher.click("#poll-desk [data-poll-do=open]")
    wall.wait_for_selector("#poll-panel .votes")
    walk.look("opened, wall, sideways", wall, finger=False)
    teacher.click("#poll-desk [data-poll-do=away]")


def test_all_that_opens_on_a_desk(server, stuck, open_page, walk):
    page = presenter(open_page, server, stuck, **TOUCH)
    walk.look("stuck", page)
    page.locator(".strip[data-rs] .pod").first.click()
    page.wait_for_selector("#insp:not([hidden])")
    page.click('#insp-labels [data-label="app"]')
    page.wait_for_selector("#insp-then b")
    walk.look("inspector", page)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.click("[data-selector=Service]")
    page.wait_for_selector("#pop .match")
    walk.look("selector", page)
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.wait_for_selector("#share[open]")
    for way in ("moment", "live", "embed"):
        page.check(f"#share input[value={way}]")
        walk.look(f"sharing, {way}", page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    walk.look("keys", page)
    page.keyboard.press("Escape")
    page.keyboard.press("`")
    for line in ("get pods -w", "describe deployment web"):
        page.fill("#cmd", f"kubectl {line}")
        page.keyboard.press("Enter")
    page.locator("#term-out", has_text="OldReplicaSets").wait_for()
    page.type("#cmd", "kubectl get po")
    page.wait_for_selector("#compl li")
    walk.look("terminal", page)
    page.click("#term-close")
    page.focus("#scrub")
    page.keyboard.press("Shift+ArrowLeft")
    page.wait_for_selector("#app[data-past]")
    walk.look("past", page)
    page.keyboard.press("v")
    page.wait_for_url("**/text")
    walk.look("text", live(page))


@pytest.mark.parametrize(("name", "scene"), [("blue-green", "bluegreen"), ("canary", "canary")])
def test_desks_of_two_deployments(server, open_page, walk, name, scene):
    desk = server.make_desk(name)
    desk.clock(advance=15)
    page = presenter(open_page, server, desk, **TOUCH)
    for _ in load(name).steps:
        page.keyboard.press("PageDown")
        desk.clock(advance=5)
        page.wait_for_timeout(100)
        if page.get_attribute("#desk", "data-scene") == scene:
            break
    page.wait_for_selector(f'#desk[data-scene="{scene}"]')
    walk.look(name, page)


def test_the_nodes_large(server, open_page, walk):
    desk = server.make_desk("node-down")
    desk.clock(advance=15, paused=True)
    page = presenter(open_page, server, desk, **TOUCH)
    page.keyboard.press("g")
    page.keyboard.press("n")
    page.wait_for_selector("#app[data-nodes]")
    walk.look("nodes", page)


def answered(html: str, route) -> None:
    route.fulfill(body=html, content_type="text/html")


def test_pages_around_the_desk(server, stuck, open_page, walk):
    page = open_page(f"{server.url}/", quiet=False, **TOUCH)
    walk.look("home", page)
    page.goto(f"{server.url}/d/{stuck.desk}/share")
    walk.look("share", page)
    page.goto(page.locator(".linkrow input").first.input_value())
    walk.look("link", page)
    for address in ("/f/zzzz", "/d/nothing", "/l/bad", f"/d/{stuck.desk}/present/aaaaaaaaaaaa"):
        page.goto(server.url + address)
        walk.look(address, page)
    call_command("collectstatic", verbosity=0, interactive=False)
    for status in (400, 403, 500):
        html = render_to_string(f"{status}.html", {"message": "This page is too old to act from. Load it again."})
        page.route(f"**/{status}", partial(answered, html))
        page.goto(f"{server.url}/{status}")
        walk.look(str(status), page)

"""The desk as text: an outline that is read, live, by the same messages and keys as the desk."""

import pytest

from tests.browser.access import serious
from tests.browser.test_desk import faster

pytestmark = pytest.mark.still

TREE = """() => [...document.querySelectorAll("#outline [data-list=tree] > li > ul > li")].map((set) =>
    [set.querySelector("[data-n=label]").textContent, ...set.querySelectorAll(".leaves > li")].map((row) => row.dataset?.s ?? row))"""
DESK = """() => [...document.querySelectorAll(".strip[data-rs]")].map((strip) =>
    [strip.querySelector(".ver").textContent, ...[...strip.querySelectorAll(".pod")].map((pod) => pod.dataset.s).sort()])"""
MISSING = "set image deployment/web web=web:2.O"


@pytest.fixture(scope="module")
def crowd(server):
    desk = server.make_desk("blank")
    desk.do("create deployment web --image=web:1.0 --replicas=500")
    desk.do("expose deployment web --port=80")
    desk.clock(advance=20)
    desk.do("set image deployment/web web=web:2.0")
    desk.clock(advance=6, paused=True)
    return desk


def test_it_is_the_desk_live_and_keeps_the_readers_place(new_desk, open_page, server):
    desk = new_desk("broken-deploy")
    faster(desk, "16")
    desk.locator("#now", has_text="10 pods of v1 answer").wait_for()
    reader = open_page(f"{server.url}/d/{desk.desk}")
    reader.wait_for_selector("#app[data-live]")
    reader.keyboard.press("v")
    reader.wait_for_url("**/text")
    reader.wait_for_selector("#outline .leaves li")
    reader.evaluate("window.place = document.querySelector('#outline h4')")
    assert reader.get_by_role("heading", name="ReplicaSet").count() == 1
    desk.click("#lesson [data-step]:not([hidden]) [data-next]:not([aria-disabled=true])")
    desk.click("#lesson [data-step]:not([hidden]) .act")
    reader.locator("#outline", has_text="cannot pull the image").first.wait_for()
    desk.click("#play")
    desk.wait_for_selector("#app[data-paused]")
    reader.wait_for_selector("#app[data-paused]")
    assert [[label, *sorted(pods)] for label, *pods in reader.evaluate(TREE)] == desk.evaluate(DESK)
    assert reader.evaluate("window.place.isConnected && window.place === document.querySelector('#outline h4')")
    words = reader.inner_text("#outline")
    for said in ("10 desired, 13 total", "8 of 8 ready, 8 endpoints", "held: 13 pods, max is 13", "8 endpoints: 8 v1", "Ready, "):
        assert said in words
    assert reader.text_content("#why .sum") == desk.text_content("#why .sum")
    assert reader.get_attribute("#acts button >> nth=0", "aria-disabled") == "true"
    # a look back of his own
    reader.focus("#scrub")
    reader.keyboard.press("Home")
    reader.locator("#past", has_text="Only you see this moment").wait_for()
    reader.locator("#outline", has_text="cannot pull").wait_for(state="detached")
    reader.keyboard.press("End")
    reader.locator("#outline", has_text="cannot pull").wait_for()


def test_who_moves_the_desk_moves_it_from_here_too(new_desk):
    page = new_desk("broken-deploy")
    page.keyboard.press("v")
    page.wait_for_url("**/text")
    page.wait_for_selector("#app[data-live]")
    page.keyboard.press("4")
    page.locator("#outline", has_text="10 of 10 ready").wait_for()
    page.wait_for_selector("#lesson [data-step]:not([hidden]) [data-next]:not([aria-disabled=true])")
    page.keyboard.press("n")
    page.keyboard.press("PageDown")
    page.locator("#outline", has_text="cannot pull the image").wait_for()
    page.keyboard.press("`")
    page.fill("#cmd", "kubectl rollout undo deployment/web")
    page.keyboard.press("Enter")
    page.locator("#term-out", has_text="rolled back").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press(" ")
    page.wait_for_selector("#app[data-paused]")
    page.keyboard.press("?")
    assert "this desk as text" in page.inner_text("#shortcuts")
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    page.wait_for_url(lambda url: not url.endswith("/text"))


def test_five_hundred_pods_are_counted_not_listed(open_page, server, crowd):
    page = open_page(f"{server.url}/d/{crowd.desk}/text")
    page.wait_for_selector("#outline .leaves li")
    assert page.locator("#outline .leaves li").count() < 12
    words = page.inner_text("#outline")
    assert "500 desired" in words and "310 pods" in words
    assert serious(page) == []
    for width, height in ((390, 844), (720, 450), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width

import re

import pytest
from django.test import AsyncClient

from rollviz.rooms.registry import registry
from simulation import scenario

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]


@pytest.fixture
def browser():
    return AsyncClient(enforce_csrf_checks=False)


async def made(browser, scenario: str = "broken-deploy") -> str:
    response = await browser.post("/d/new", {"scenario": scenario})
    assert response.status_code == 303
    return response["Location"]


async def test_home_offers_every_lesson_and_the_blank_desk(browser):
    html = (await browser.get("/")).content.decode()
    offered = set(re.findall(r'name="scenario" value="([^"]+)"', html))
    assert offered == set(scenario.names())


async def test_who_makes_a_desk_is_its_presenter_and_nobody_else(browser):
    address = await made(browser)
    assert 'data-role="presenter"' in (await browser.get(address)).content.decode()
    other = AsyncClient()
    html = (await other.get(address)).content.decode()
    assert 'data-role="viewer"' in html
    assert "you are watching" in html
    assert 'id="try"' in html


async def test_a_press_acts_and_shows_what_kubectl_prints(browser):
    address = await made(browser)
    response = await browser.post(f"{address}/do", {"verb": "run", "line": "scale deployment/web --replicas=4"})
    assert response.status_code == 200
    assert "deployment.apps/web scaled" in response.content.decode()
    room = await registry.open(address.removeprefix("/d/"))
    assert room.recording.cluster.store.get("Deployment", "web").spec.replicas == 4


@pytest.mark.parametrize(
    ("post", "said"),
    [
        ({"verb": "run", "line": "rollback"}, "rollout undo deployment/web"),
        ({"verb": "scale", "target": "deployment/web", "replicas": "-1"}, "--replicas"),
        ({"verb": "scale", "target": "deployment/web", "replicas": "10001"}, "10000"),
        ({"verb": "run", "line": f"set image deployment/web web={'x' * 300}"}, "255"),
        ({"verb": "run", "line": "set image deployment/nope web=web:2.0"}, "not found"),
    ],
)
async def test_a_bad_value_is_answered_with_the_message_and_changes_nothing(browser, post, said):
    address = await made(browser)
    room = await registry.open(address.removeprefix("/d/"))
    before = room.recording.cluster.store.revision
    response = await browser.post(f"{address}/do", post)
    html = response.content.decode()
    assert response.status_code == 422
    assert "data-bad" in html
    assert said in re.sub(r"[ ,]", "", html) or said in html
    assert room.recording.cluster.store.revision == before


async def test_a_bad_knob_says_so_at_the_knob(browser):
    address = await made(browser)
    knob = {"verb": "strategy", "deployment": "web", "at": "say-knobs"}
    await browser.post(f"{address}/do", {**knob, "field": "maxSurge", "value": "0"})
    response = await browser.post(f"{address}/do", {**knob, "field": "maxUnavailable", "value": "0"})
    assert response.status_code == 422
    assert re.search(r'id="say-knobs" role="alert" hx-swap-oob="true">.*may not be 0 when', response.content.decode())


@pytest.mark.parametrize("path", ["do", "clock"])
async def test_a_viewer_moves_nothing(browser, path):
    address = await made(browser)
    response = await AsyncClient().post(
        f"{address}/{path}", {"line": "delete deployment web", "paused": "yes"}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 403
    assert "try it" in response.content.decode()


async def test_the_speeds_on_the_keys_are_the_speeds_that_are_taken(browser):
    address = await made(browser)
    keys = re.findall(r'data-clock="speed" data-value="([^"]+)"', (await browser.get(address)).content.decode())
    assert keys == ["0.25", "1", "4", "16", "64"]
    for key in keys:
        assert (await browser.post(f"{address}/clock", {"speed": key})).status_code == 204


async def test_the_clock_is_set_and_stepped(browser):
    address = await made(browser)
    room = await registry.open(address.removeprefix("/d/"))
    assert (await browser.post(f"{address}/clock", {"paused": "yes"})).status_code == 204
    assert room.clock.paused
    await browser.post(f"{address}/clock", {"speed": "16"})
    assert room.clock.speed == 16
    before = room.now
    await browser.post(f"{address}/clock", {"step": "next"})
    assert room.now > before
    assert (await browser.post(f"{address}/clock", {"speed": "1000"})).status_code == 422


async def test_try_it_is_a_desk_of_ones_own_at_this_moment(browser):
    address = await made(browser)
    room = await registry.open(address.removeprefix("/d/"))
    await room.set_clock(paused=True, advance=7000)
    viewer = AsyncClient()
    response = await viewer.post(f"{address}/copy", headers={"HX-Request": "true"})
    own = response["HX-Redirect"]
    assert own != address
    html = (await viewer.get(own)).content.decode()
    assert 'data-role="presenter"' in html
    assert (await registry.open(own.removeprefix("/d/"))).now == room.now


@pytest.mark.parametrize("path", ["/d/nosuchdesk", "/d/x/do", "/nowhere"])
async def test_what_is_not_there_is_a_page_that_says_so(browser, path):
    response = await (browser.post if path.endswith("/do") else browser.get)(path)
    assert response.status_code == 404
    assert "No desk stands here" in response.content.decode()


async def test_an_unknown_lesson_is_not_made(browser):
    assert (await browser.post("/d/new", {"scenario": "../../etc/passwd"})).status_code == 404


@pytest.mark.parametrize(("path", "method"), [("/", "post"), ("/d/new", "get"), ("/d/abc/do", "get"), ("/d/abc/copy", "get")])
async def test_an_address_takes_its_own_methods_only(browser, path, method):
    assert (await getattr(browser, method)(path)).status_code == 405


async def test_a_form_without_its_token_is_refused():
    strict = AsyncClient(enforce_csrf_checks=True)
    response = await strict.post("/d/new", {"scenario": "fade"})
    assert response.status_code == 403
    assert "too old" in response.content.decode()

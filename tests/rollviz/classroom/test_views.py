"""The wall, the phones and the code that leads to them: whoever has the address may look, and looking makes nothing."""

import re

import pytest
from django.test import AsyncClient, RequestFactory, override_settings

from rollviz.classroom import views
from rollviz.classroom.models import FollowCode
from rollviz.rooms.limits import Allowances
from rollviz.rooms.registry import registry
from simulation.kubectl.parse import parse

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]


@pytest.fixture
async def teacher():
    """A browser with a desk of its own, and the address of that."""
    browser = AsyncClient()
    response = await browser.post("/d/new", {"scenario": "fade"})
    return browser, response["Location"]


async def text(response) -> str:
    assert response.status_code == 200, response.content.decode()[-600:]
    return response.content.decode()


async def test_the_presenters_wall_shows_a_code_that_leads_to_the_phones(teacher):
    browser, address = teacher
    wall = await text(await browser.get(f"{address}/project"))
    path = re.search(r"QR code of http://testserver(/f/\w{4})", wall)[1]
    response = await AsyncClient().get(path.upper().replace("/F/", "/f/"))
    assert (response.status_code, response["Location"]) == (303, f"{address}/follow")
    assert f'ws-connect="/ws{address}?follow=' in await text(await AsyncClient().get(response["Location"]))


async def test_somebody_else_who_projects_makes_no_code(teacher):
    _, address = teacher
    wall = await text(await AsyncClient().get(f"{address}/project"))
    assert f"QR code of http://testserver{address}/follow" in wall
    assert await FollowCode.objects.acount() == 0


async def test_a_desk_opened_with_project_leads_to_its_wall(teacher):
    browser, address = teacher
    assert (await browser.get(f"{address}?project"))["Location"] == f"{address}/project"


@pytest.mark.parametrize("page", ["project", "follow"])
async def test_wall_and_phone_show_the_desk_as_it_is(teacher, page):
    browser, address = teacher
    room = await registry.open(address.rpartition("/")[2])
    await room.set_clock(advance=10_000)
    await room.do(parse("set image deployment/web web=web:2.0"))
    await room.set_clock(advance=8_000, paused=True)
    shown = await text(await AsyncClient().get(f"{address}/{page}"))
    assert str(room.picture().parts["now"][1]).split(".")[0].split(" of ")[0].split()[-1] in shown
    for strip in room.picture().strips:
        assert f'id="{strip.id}"' in shown
    assert "data-role=" in shown and (page != "follow" or 'data-role="viewer"' in shown)


async def wall_at(host: str, teacher, query: str = "") -> str:
    """The presenter's wall, opened by this name."""
    browser, address = teacher
    request = RequestFactory().get(f"{address}/project{query}", headers={"host": host})
    request.COOKIES = {name: morsel.value for name, morsel in browser.cookies.items()}
    return await text(await views.project(request, desk=address.rpartition("/")[2]))


@override_settings(ALLOWED_HOSTS=["*"])
async def test_the_wall_warns_of_an_address_that_phones_cannot_open(teacher, monkeypatch):
    assert "Start rollviz with HOST=0.0.0.0" in await wall_at("localhost:8000", teacher)
    monkeypatch.setattr(views, "own_address", lambda: "192.168.1.5")
    with override_settings(LISTENS_AT="0.0.0.0"):
        assert "Show http://192.168.1.5:8000 instead" in await wall_at("localhost:8000", teacher)
        wall = await wall_at("localhost:8000", teacher, "?lan")
        assert "QR code of http://192.168.1.5:8000/f/" in wall
        assert "Phones cannot open" not in wall
        there = await wall_at("192.168.1.7:8000", teacher, "?lan")
        assert "QR code of http://192.168.1.7:8000/f/" in there and "Phones cannot open" not in there


async def test_a_wrong_code_is_answered_politely_and_not_for_ever(monkeypatch):
    monkeypatch.setattr(views, "wrong_codes", Allowances(2, "wrong codes"))
    for path in ("/f/zzzz", "/f?code=zzzz"):
        response = await AsyncClient().get(path)
        assert response.status_code == 404
        assert "No class has the code zzzz" in response.content.decode()
    assert (await AsyncClient().get("/f/zzzz")).status_code == 429


async def test_nobody_follows_a_desk_that_is_not_there():
    for page in ("project", "follow"):
        assert (await AsyncClient().get(f"/d/nothing/{page}")).status_code == 404


async def test_a_viewer_takes_a_copy_of_the_moment(teacher):
    _, address = teacher
    room = await registry.open(address.rpartition("/")[2])
    await room.set_clock(advance=12_000, paused=True)
    student = AsyncClient()
    response = await student.post(f"{address}/copy", headers={"HX-Request": "true"})
    own = await registry.open(response["HX-Redirect"].rpartition("/")[2])
    assert own.desk.id != room.desk.id
    assert own.recording.cluster.store.list("Pod") == room.recording.cluster.store.list("Pod")

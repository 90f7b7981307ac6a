"""Who moves a desk lets somebody else move it: beside him or in his place, once, and nobody who was not asked."""

import re

import pytest
from django.test import AsyncClient

from rollviz.classroom import invitations
from rollviz.rooms.registry import registry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]


@pytest.fixture(autouse=True)
def no_invitations():
    yield
    invitations._open.clear()


@pytest.fixture
async def teacher():
    browser = AsyncClient()
    return browser, (await browser.post("/d/new", {"scenario": "fade"}))["Location"]


async def invited(browser, address: str, way: str) -> str:
    response = await browser.post(f"{address}/invite", {"way": way})
    assert response.status_code == 200, response.content
    return re.search(r'readonly value="http://testserver([^"]+)"', response.content.decode())[1]


async def may_move(browser, address: str) -> bool:
    response = await browser.post(f"{address}/clock", {"paused": "no"})
    assert response.status_code in (204, 403)
    return response.status_code == 204


async def test_a_desk_is_moved_together(teacher):
    browser, address = teacher
    other, third = AsyncClient(), AsyncClient()
    link = await invited(browser, address, "share")
    assert "Move Fade in, fade out together" in (await other.get(link)).content.decode()
    assert not await may_move(other, address), "looking at an invitation is not taking it"
    response = await other.post(link)
    assert (response.status_code, response["Location"]) == (303, address)
    assert [await may_move(one, address) for one in (browser, other, third)] == [True, True, False]
    assert (await third.post(link)).status_code == 404, "an invitation works once"
    assert not await may_move(third, address)


async def test_a_desk_is_handed_over(teacher):
    browser, address = teacher
    other, beside = AsyncClient(), AsyncClient()
    await beside.post(await invited(browser, address, "share"))
    spare = await invited(browser, address, "share")
    await other.post(await invited(browser, address, "hand"))
    assert [await may_move(one, address) for one in (browser, beside, other)] == [False, False, True]
    assert (await beside.post(spare)).status_code == 404
    room = await registry.open(address.rpartition("/")[2])
    assert room.audience.hands == 1
    await registry.close_all()
    assert [await may_move(one, address) for one in (browser, other)] == [False, True], "also when the desk has left memory"


async def test_only_who_moves_a_desk_invites(teacher):
    browser, address = teacher
    assert (await AsyncClient().post(f"{address}/invite", {"way": "share"})).status_code == 403
    assert (await browser.get(f"{address}/invite")).status_code == 405
    assert (await browser.post(f"{address}/invite", {"way": "other"})).status_code == 422


async def test_an_invitation_is_for_one_desk_and_not_for_ever(teacher, monkeypatch):
    browser, address = teacher
    link = await invited(browser, address, "share")
    other = (await AsyncClient().post("/d/new", {"scenario": "fade"}))["Location"]
    assert (await AsyncClient().post(link.replace(address, other))).status_code == 404
    later = invitations.time.monotonic() + invitations.MINUTES * 60 + 1
    monkeypatch.setattr(invitations.time, "monotonic", lambda: later)
    assert (await AsyncClient().post(link)).status_code == 404


async def test_there_are_not_many_invitations_at_once(teacher):
    browser, address = teacher
    for _ in range(invitations.MOST):
        await invited(browser, address, "share")
    assert (await browser.post(f"{address}/invite", {"way": "share"})).status_code == 429

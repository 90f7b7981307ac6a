"""A question stands the desk still, phones answer by their sockets, and opened it shows what the engine says of that second."""

import json
import re
from html import unescape

import pytest
from django.test import AsyncClient

from rollviz.rooms import audience
from rollviz.rooms.phones import token_of
from rollviz.rooms.registry import registry
from simulation.kubectl.parse import parse
from simulation.states import pod_state
from tests.rollviz.rooms.test_consumers import keyframe_of, socket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]


@pytest.fixture
async def lesson(monkeypatch):
    """(the teacher's browser, its address, the room) in the middle of a rollout."""
    monkeypatch.setattr(audience, "PACE", 0.01)
    browser = AsyncClient()
    address = (await browser.post("/d/new", {"scenario": "fade"}))["Location"]
    room = await registry.open(address.rpartition("/")[2])
    await room.set_clock(paused=True, advance=20_000)
    await room.do(parse("set image deployment/web web=web:2.0"))
    await room.set_clock(advance=4_000)
    return browser, address, room


async def phone(address: str, browser=None):
    """Somebody's phone: the socket that its page opens."""
    page = (await (browser or AsyncClient()).get(f"{address}/follow")).content.decode()
    found = socket(unescape(re.search(r'ws-connect="([^"]+)"', page)[1]))
    assert (await found.connect())[0]
    await keyframe_of(found)
    return found


async def answered(viewer, ask: int, answer) -> str:
    """Why it was refused, "" if it was taken."""
    await viewer.send_to(json.dumps({"ask": ask, "answer": answer}))
    while True:
        text = await viewer.receive_from()
        if text[0] == "{" and "answered" in (said := json.loads(text)):
            return said["answered"]["no"]


async def asked(browser, address: str, about: str, ahead: int = 10) -> None:
    response = await browser.post(f"{address}/ask", {"about": about, "ahead": str(ahead)})
    assert response.status_code == 204, response.content


async def test_a_phone_is_refused_in_its_language(lesson):
    browser, address, _ = lesson
    reader = AsyncClient()
    await reader.get("/?lang=de")
    viewer = await phone(address, reader)
    assert await answered(viewer, 1, [3]) == "Diese Frage ist geschlossen."
    await asked(browser, address, "available")
    assert await answered(viewer, 1, ["x"]) == "Das ist keine der Antworten."


async def test_phones_guess_and_the_engine_shows_what_is_so(lesson):
    browser, address, room = lesson
    phones = [await phone(address) for _ in range(3)]
    await room.set_clock(paused=False)
    at = room.now
    await asked(browser, address, "available")
    assert room.clock.paused and str(room.audience.poll.ask) == "How many pods are available in 10 s?"
    true = None
    ahead = room.recording.at(room.now)
    ahead.run(room.now + 10_000)
    true = sum(pod_state(pod, ahead.now) == "available" for pod in ahead.store.list("Pod"))
    for viewer, guess in zip(phones, (true, true, 3), strict=True):
        assert await answered(viewer, 1, [guess]) == ""
    assert room.audience.poll.answered == 3
    assert (await browser.post(f"{address}/ask/open")).status_code == 204
    opened = room.audience.poll.opened
    assert room.now - 10_000 >= at and room.clock.paused
    assert str(opened.told) == f"{true} pods are available."
    assert {row.label: row.n for row in opened.rows} == {str(true): 2, "3": 1}
    assert await answered(phones[0], 1, [3]) == "It has been opened: this guess came too late."
    assert (await browser.post(f"{address}/ask/away")).status_code == 204
    assert room.audience.poll is None
    assert await answered(phones[0], 1, [3]) == "This question is closed."


@pytest.mark.parametrize("about", ["versions", "available", "next", "finishes", "moves"])
@pytest.mark.parametrize("ahead", [5, 30])
async def test_every_question_has_its_truth_among_the_answers(lesson, about, ahead):
    browser, address, room = lesson
    await asked(browser, address, about, ahead)
    await browser.post(f"{address}/ask/open")
    opened = room.audience.poll.opened
    assert opened.true is not None
    sets = {rs.metadata.name: rs.spec.replicas for rs in room.recording.cluster.store.list("ReplicaSet")}
    if about == "versions":
        assert opened.true in sets.values()
        assert all(f"at {n}" in str(opened.told) for n in sets.values())
    assert str(opened.told) and "Left alone" not in str(opened.told)


async def test_the_question_of_a_step_does_its_act_when_it_is_opened():
    browser = AsyncClient()
    address = (await browser.post("/d/new", {"scenario": "broken-deploy"}))["Location"]
    room = await registry.open(address.rpartition("/")[2])
    assert (await browser.post(f"{address}/ask", {"about": "lesson", "step": "2"})).status_code == 422, "it is not open yet"
    await room.set_clock(advance=10_000)
    for wrong in ("1", "0", "99", "x", ""):
        assert (await browser.post(f"{address}/ask", {"about": "lesson", "step": wrong})).status_code == 422
    assert (await browser.post(f"{address}/ask", {"about": "lesson", "step": "2"})).status_code == 204
    poll, at = room.audience.poll, room.now
    assert (poll.options, poll.lines) == (("10", "8", "5", "0"), ("set image deployment/web web=web:2.O",))
    poll.guess("a", [1], 9)
    poll.guess("b", [0], 9)
    assert (await browser.post(f"{address}/ask/open")).status_code == 204
    assert room.now == at + 10_000
    assert room.recording.commands[-1].command.kubectl() == "set image deployment/web web=web:2.O"
    assert [(row.label, row.n, row.right) for row in poll.opened.rows] == [("10", 1, 0), ("8", 1, 1)]
    assert str(poll.opened.told) == "8 pods are available."
    assert [term.n for term in poll.opened.sum] == [10, 2, 8]
    assert (await browser.post(f"{address}/ask", {"about": "lesson", "step": "2"})).status_code == 422, "its act has been done"


async def test_a_hand_in_the_meantime_is_told(lesson):
    browser, address, room = lesson
    await asked(browser, address, "available")
    await room.set_clock(advance=2_000)
    await room.do(parse("scale deployment/web --replicas=2"))
    await browser.post(f"{address}/ask/open")
    assert str(room.audience.poll.opened.told).startswith("Left alone: ")


async def test_a_phone_that_comes_back_is_the_same_phone(lesson):
    browser, address, room = lesson
    student = AsyncClient()
    await asked(browser, address, "moves")
    for _ in range(2):
        viewer = await phone(address, student)
        assert await answered(viewer, 1, [0]) == ""
        await viewer.disconnect()
    assert room.audience.poll.answered == 1


async def test_who_shows_no_token_of_this_desk_answers_nothing(lesson):
    browser, address, room = lesson
    await asked(browser, address, "moves")
    other = await registry.make(room.recording.scenario)
    for query in ("", "?follow", "?follow=made-up", f"?follow={_token(other[0].desk.id)}"):
        viewer = socket(f"/ws{address}{query}")
        await viewer.connect()
        await keyframe_of(viewer)
        assert await answered(viewer, 1, [0]) == "Load this page again to answer."
        await viewer.disconnect()
    assert room.audience.poll.answered == 0


def _token(desk_id: str) -> str:
    class Request:
        COOKIES: dict = {}
        META: dict = {}

    return token_of(Request(), desk_id)


async def test_who_comes_late_sees_what_is_asked(lesson):
    browser, address, room = lesson
    await asked(browser, address, "available")
    for page in ("follow", "project"):
        assert "How many pods are available in 10 s?" in (await AsyncClient().get(f"{address}/{page}")).content.decode()
    viewer = await phone(address)
    while "poll-phone" not in (text := await viewer.receive_from()):
        pass
    assert "How many pods are available in 10 s?" in text


async def test_only_who_moves_the_desk_asks(lesson):
    browser, address, room = lesson
    await asked(browser, address, "moves")
    for what in ("", "/open", "/away"):
        response = await AsyncClient().post(f"{address}/ask{what}", {"about": "moves", "ahead": "10"})
        assert response.status_code == 403
    assert room.audience.poll is not None and not room.audience.poll.opened


@pytest.mark.parametrize("values", [{}, {"about": "else", "ahead": "10"}, {"about": "moves", "ahead": "11"}, {"about": "moves"}])
async def test_what_cannot_be_asked_is_refused(lesson, values):
    browser, address, room = lesson
    assert (await browser.post(f"{address}/ask", values)).status_code == 422
    assert (await browser.post(f"{address}/ask/open")).status_code == 422
    assert room.audience.poll is None


async def test_a_desk_without_a_deployment_is_asked_nothing():
    browser = AsyncClient()
    address = (await browser.post("/d/new", {"scenario": "blank"}))["Location"]
    assert (await browser.post(f"{address}/ask", {"about": "moves", "ahead": "10"})).status_code == 422

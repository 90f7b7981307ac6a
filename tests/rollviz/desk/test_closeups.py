"""The addresses that read one thing: for everybody, at any moment, whatever is asked; and nothing changes."""

import re

import pytest
from django.test import AsyncClient

from rollviz.rooms.registry import registry
from simulation.kubectl.parse import parse
from tests.rollviz.desk.test_views import browser, made  # noqa: F401  a fixture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]


@pytest.fixture
async def desk(browser):  # noqa: F811
    """(address, room): ten of web:1.0, all available."""
    address = await made(browser, "fade")
    room = await registry.open(address.removeprefix("/d/"))
    room.recording.run(20_000)
    return address, room


async def html(address: str, **query: str) -> str:
    response = await AsyncClient().get(address, query)
    assert response.status_code == 200, response.content
    assert response["Cache-Control"] == "no-store"
    return response.content.decode()


async def test_anybody_looks_at_a_pod_by_name_or_by_place(desk):
    address, room = desk
    strip = room.picture().strips[0]
    by_name = await html(f"{address}/pod", name=strip.pods[3].name)
    assert f'<h2 id="insp-name">{strip.pods[3].name}</h2>' in by_name
    assert f'data-strip="{strip.id}" data-cell="3"' in by_name
    assert await html(f"{address}/pod", strip=strip.id, cell="3", at=str(room.now)) == by_name
    assert re.findall(r'id="(insp-[a-z]+)" data-h=', by_name) == ["insp-who", "insp-labels", "insp-facts", "insp-acts"]


async def test_who_looks_back_sees_the_pod_as_it_was_then(desk):
    address, room = desk
    name = room.picture().strips[0].pods[0].name
    before = await html(f"{address}/pod", name=name)
    when = room.now
    room.recording.run(when + 1_000)
    await room.do(parse(f"delete pod {name}"))
    room.recording.run(when + 20_000)
    assert "This pod is gone." in await html(f"{address}/pod", name=name)
    assert await html(f"{address}/pod", name=name, at=str(when)) == before
    assert room.now == when + 20_000


async def test_what_would_be_is_told_to_everybody_and_nothing_is_done(desk):
    address, room = desk
    name, revision = room.picture().strips[0].pods[0].name, room.recording.cluster.store.revision
    then = await html(f"{address}/label", name=name, key="app", value="debug")
    assert "makes another pod." in then
    assert f'data-do="label pod {name} app=debug --overwrite"' in then
    assert "remove label" in await html(f"{address}/label", name=name, key="app")
    editor = await html(f"{address}/selector", kind="Service", name="web")
    assert 'id="pop"' in editor and 'id="pop-then"' in editor
    plan = await html(f"{address}/selector/plan?kind=Service&name=web&key=app&value=web&key=track&value=x")
    assert 'data-line="set selector service web app=web,track=x"' in plan
    assert room.recording.cluster.store.revision == revision


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("pod", {}, 200),
        ("pod", {"name": "<script>"}, 200),
        ("pod", {"strip": "loose", "cell": "-1"}, 200),
        ("pod", {"strip": "nope", "cell": "9" * 30}, 200),
        ("pod", {"name": "x", "at": "soon"}, 400),
        ("label", {"name": "nope", "key": "a", "value": "b"}, 200),
        ("label", {}, 200),
        ("selector", {"kind": "Secret", "name": "web"}, 404),
        ("selector", {"kind": "Service", "name": "nope"}, 404),
        ("selector/plan", {"kind": "Service", "name": "nope"}, 200),
        ("selector/plan", {"kind": "Service", "name": "web", "key": "<b>", "value": "<i>" * 1000}, 200),
    ],
)
async def test_whatever_is_asked_is_answered_and_escaped(desk, path, query, status):
    response = await AsyncClient().get(f"{desk[0]}/{path}", query, HTTP_HX_REQUEST="true")
    assert response.status_code in (status, 422), response.content
    text = response.content.decode()
    assert "<script>" not in text
    assert "<i>" not in text


async def test_they_are_read_and_not_written(desk):
    for path in ("pod", "label", "selector", "selector/plan"):
        assert (await AsyncClient().post(f"{desk[0]}/{path}", {})).status_code == 405


async def test_anybody_is_told_what_becomes_of_a_node_also_of_a_moment_that_is_over(desk):
    address, room = desk
    answers = await html(f"{address}/nodes", node="node-2")
    assert 'data-node="node-2"' in answers and "node-2 answers." in answers
    when = room.now
    await room.do(parse("# node-4: power off"))
    room.recording.run(when + 1_000)
    revision = room.recording.cluster.store.revision
    off = await html(f"{address}/nodes")
    assert 'data-node="node-4"' in off and "Kubernetes has not noticed." in off
    assert re.findall(r'data-clock="skip" data-value="([^"]*)"', off)[0] == "next" and off.count('data-at="') == 3
    assert "node-4 went off" not in await html(f"{address}/nodes", at=str(when - 1_000))
    assert room.recording.cluster.store.revision == revision and room.now == when + 1_000


async def test_a_node_that_nobody_has_is_not_repeated_to_the_page(desk):
    address, _ = desk
    assert "script" not in await html(f"{address}/nodes", node="<script>alert(1)</script>")

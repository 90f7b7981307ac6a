import asyncio
import json

import pytest
from django.test import AsyncClient

from rollviz.rooms.registry import registry
from rollviz.terminal import session as terminal_sessions
from rollviz.terminal import views
from simulation.kubectl.parse import parse
from simulation.scenario import Scenario
from tests.rollviz.rooms.conftest import Viewer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]


@pytest.fixture(autouse=True)
def no_sessions():
    yield
    terminal_sessions.sessions.clear()
    terminal_sessions.taps.clear()


@pytest.fixture
def browser():
    return AsyncClient(enforce_csrf_checks=False)


async def made(browser, scenario: str = "fade") -> str:
    return (await browser.post("/d/new", {"scenario": scenario}))["Location"]


async def typed(browser, address: str, line: str, **more) -> dict:
    response = await browser.post(f"{address}/terminal", {"line": line, **more})
    assert response.status_code == 200, response.content
    return json.loads(response.content)


async def room_of(address: str):
    return await registry.open(address.rpartition("/")[2])


async def test_the_maker_types_and_the_desk_moves(browser):
    address = await made(browser)
    said = await typed(browser, address, "kubectl scale deployment web --replicas=4")
    assert (said["out"], said["code"]) == ("deployment.apps/web scaled\n", 0)
    room = await room_of(address)
    assert room.recording.cluster.store.get("Deployment", "web").spec.replicas == 4
    assert room.recording.commands[-1].command.kubectl() == "scale deployment/web --replicas=4"


async def test_a_viewer_reads_everything_and_changes_nothing(browser):
    address, other = await made(browser), AsyncClient()
    room = await room_of(address)
    before = room.recording.cluster.store.revision
    for line in ("scale deployment web --replicas=1", "delete deployment web", "edit deployment web", "apply -f x.yaml"):
        said = await typed(other, address, line)
        assert said["code"] == 1
        assert "only its maker" in said["note"]
    assert room.recording.cluster.store.revision == before
    assert (await typed(other, address, "get deployments"))["out"].startswith("NAME")
    assert (await typed(other, address, "scale deployment web --replicas=1 --dry-run=server"))["code"] == 0


async def test_a_line_from_another_site_is_refused():
    browser = AsyncClient(enforce_csrf_checks=True)
    async_made = await made(AsyncClient())
    response = await browser.post(f"{async_made}/terminal", {"line": "get pods"})
    assert response.status_code == 403


async def test_a_command_that_is_refused_says_what_kubectl_says(browser):
    address = await made(browser)
    said = await typed(browser, address, "scale deployment nope --replicas=2")
    assert (said["err"], said["code"]) == ('error: no objects passed to scale deployments.apps "nope" not found\n', 1)


async def test_an_editor_opens_and_its_text_is_applied(browser):
    address = await made(browser)
    asked = await typed(browser, address, "kubectl edit service web")
    assert "kind: Service" in asked["edit"]["text"]
    text = asked["edit"]["text"].replace("app: web", "app: blue")
    assert (await typed(browser, address, "kubectl edit service web", text=text))["out"] == "service/web edited\n"
    wrong = await typed(browser, address, "kubectl edit service web", text=text.replace("port: 80", "port: 99999999"))
    assert '# services "web" was not valid:\n# * spec.ports[0].port: Invalid value' in wrong["edit"]["text"]
    assert wrong["err"].endswith("error: Edit cancelled, no valid changes were saved.\n")
    response = await browser.post(f"{address}/terminal", {"line": "apply -f a", "text": "x" * 400_000}, headers={"HX-Request": "true"})
    assert response.status_code in (400, 413)


async def test_a_scenario_may_have_run_make_a_deployment_as_in_2018(browser):
    text = "title: As in 2018\nrun: deployment\n"
    room, key = await registry.make(Scenario.parse(text))
    shown = {"Authorization": f"Bearer {key}"}
    response = await browser.post(f"/d/{room.desk.id}/terminal", {"line": "kubectl run web --image=nginx"}, headers=shown)
    said = json.loads(response.content)
    assert (said["out"], said["hint"]) == ("deployment.apps/web created\n", "run-2018")


async def test_names_have_the_hues_of_their_versions(browser):
    address = await made(browser)
    await (await room_of(address)).set_clock(advance=3000)
    said = await typed(browser, address, "get rs")
    (name,) = said["hues"]
    assert name.startswith("web-")
    assert said["hues"][name] in range(7)


async def test_a_watch_comes_by_the_stream_and_stops(browser):
    address = await made(browser)
    room = await room_of(address)
    response = await browser.get(f"{address}/terminal/stream")
    assert response["Content-Type"] == "text/event-stream"
    assert response["Content-Encoding"] == "identity"
    stream = aiter(response.streaming_content)
    hello = (await anext(stream)).decode()
    session = hello.rpartition("data: ")[2].strip()
    begun = await typed(browser, address, "get deployments -w", session=session)
    assert begun["out"].startswith("NAME")
    assert begun["code"] is None
    await typed(browser, address, "set image deployment web web=web:9.0", session=session)
    await room.set_clock(advance=1000)
    data = json.loads((await asyncio.wait_for(anext(stream), 60)).decode().partition("data: ")[2].partition("\n\n")[0])
    assert data["n"] == begun["n"]
    assert data["out"].split()[0] == "web"
    await room.set_clock(advance=5000)
    await asyncio.wait_for(anext(stream), 60)
    await room.set_clock(seek=0)
    text = ""
    while "time was moved" not in text:
        text += (await asyncio.wait_for(anext(stream), 60)).decode()
    await browser.post(f"{address}/terminal/stop", {"session": session, "n": begun["n"]})
    await asyncio.sleep(0.3)
    assert room.recording.cluster.changes is None
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert terminal_sessions.sessions == {}


async def test_lines_that_run_on_are_counted(browser):
    address = await made(browser)
    response = await browser.get(f"{address}/terminal/stream")
    session = (await anext(aiter(response.streaming_content))).decode().rpartition("data: ")[2].strip()
    for _ in range(terminal_sessions.LINES_PER_SESSION):
        assert (await typed(browser, address, "get pods -w", session=session))["n"]
    refused = await browser.post(f"{address}/terminal", {"line": "get pods -w", "session": session}, headers={"HX-Request": "true"})
    assert refused.status_code == 429


async def test_ctrl_c_ends_a_drain_and_the_node_stays_cordoned(browser):
    address = await made(browser)
    room = await room_of(address)
    response = await browser.get(f"{address}/terminal/stream")
    session = (await anext(aiter(response.streaming_content))).decode().rpartition("data: ")[2].strip()
    await room.set_clock(advance=8000)
    await typed(browser, address, "create pdb web --selector=app=web --max-unavailable=0")
    begun = await typed(browser, address, "drain node-1 --ignore-daemonsets", session=session)
    assert begun["n"]
    assert room.recording.cluster.store.drains
    await browser.post(f"{address}/terminal/stop", {"session": session, "n": begun["n"]})
    assert not room.recording.cluster.store.drains
    assert room.recording.commands[-1].command.kubectl() == "# node-1: stop draining"
    assert room.recording.cluster.store.get("Node", "node-1", "").spec.unschedulable


async def test_a_watch_without_a_stream_is_told_so(browser):
    address = await made(browser)
    assert (await typed(browser, address, "get pods -w"))["note"] == views.NO_STREAM
    other = await made(browser)
    response = await browser.get(f"{other}/terminal/stream")
    session = (await anext(aiter(response.streaming_content))).decode().rpartition("data: ")[2].strip()
    assert (await typed(browser, address, "get pods -w", session=session))["note"] == views.NO_STREAM


async def test_what_is_typed_never_breaks_the_server(browser):
    address = await made(browser)
    for line in (
        "\0",
        "kubectl",
        "get",
        "get pods -o jsonpath={",
        "get pods -o custom-columns=:",
        "get pods -l '",
        "logs",
        "describe",
        "wait x",
        "rollout status",
        "explain a.b",
        "curl http://[::1",
        "get pods --sort-by={[",
        "é" * 3000,
        "edit",
        "patch svc web -p '['",
        "set env deploy/web 1=",
        "label --list",
        "auth",
        "events --for x",
        "drain",
        "get pods -w -o json",
        "create -f",
        "wait --for=jsonpath={ deploy/web",
    ):
        assert (await typed(browser, address, line))["code"] in (0, 1, None, 3, 6), line


async def test_completions_and_an_unknown_desk(browser):
    address = await made(browser)
    found = json.loads((await browser.get(f"{address}/terminal/complete", {"line": "kubectl rollout u"})).content)
    assert found == [{"word": "undo", "said": "goes back to the revision before"}]
    assert (await browser.post("/d/nosuchdesk/terminal", {"line": "get pods"})).status_code == 404
    assert (await browser.get(f"{address}/terminal")).status_code == 405


def printed(room) -> list[dict]:
    """What a phone shows that opens its terminal now."""
    phone = Viewer()
    room.transcript.hear(phone)
    return json.loads(phone.texts[-1])["printed"]


async def test_those_who_follow_see_what_the_maker_types_and_nobody_elses(browser):
    address, other = await made(browser), AsyncClient()
    room = await room_of(address)
    await typed(browser, address, "kubectl get deployments")
    await typed(other, address, "kubectl get nodes")
    await browser.post(f"{address}/do", {"verb": "run", "line": "scale deployment web --replicas=4"})
    await browser.post(f"{address}/do", {"verb": "run", "line": "scale deployment nothing --replicas=4"})
    shown = printed(room)
    assert [one["line"] for one in shown] == [
        "kubectl get deployments",
        "kubectl scale deployment/web --replicas=4",
        "kubectl scale deployment nothing --replicas=4",
    ]
    assert shown[0]["out"].startswith("NAME")
    assert shown[1]["out"] == "deployment.apps/web scaled\n"
    assert "not found" in shown[2]["err"]


async def test_what_runs_on_in_the_makers_terminal_runs_on_for_those_who_follow(browser):
    address = await made(browser)
    room = await room_of(address)
    stream = (await browser.get(f"{address}/terminal/stream")).streaming_content
    session = (await anext(stream)).decode().split("data: ")[1].strip()
    said = await typed(browser, address, "kubectl get deployments -w", session=session)
    before = printed(room)[0]["out"]
    assert before == said["out"]
    await room.do(parse("scale deployment web --replicas=4"))
    terminal_sessions.taps[room.desk.id].look()
    assert len(printed(room)[0]["out"]) > len(before)
    await stream.aclose()

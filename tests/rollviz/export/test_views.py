import asyncio
import json
import re
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import AsyncClient

from rollviz.export import views
from rollviz.export.files import FILES
from rollviz.rooms.limits import Allowances
from rollviz.rooms.registry import registry
from simulation.api.documents import read, read_all
from simulation.kubectl.parse import parse
from simulation.scenario import Scenario, load, schema
from tests.simulation.api.objects import manifest

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]
COMMAND = "set image deployment/web web=web:2.O"


@pytest.fixture(autouse=True)
def nobody_has_exported(monkeypatch):
    monkeypatch.setattr(views, "exports", Allowances(views.EXPORTS_PER_MINUTE, "exports"))
    monkeypatch.setattr(views, "files", Allowances(views.FILES_PER_MINUTE, "files"))
    monkeypatch.setattr(views, "_places", asyncio.Semaphore(views.AT_ONCE))


@pytest.fixture
async def room():
    room, _ = await registry.make(load("broken-deploy"), paused=True)
    room.recording.run(20_000)
    await room.do(parse(COMMAND))
    room.recording.run(60_000)
    return room


async def fetched(address: str, **how):
    response = await AsyncClient().get(address, **how)
    if response.streaming:
        response.text_ = b"".join([piece async for piece in response.streaming_content]).decode()
    else:
        response.text_ = response.content if response["Content-Type"] == "image/png" else response.content.decode()
    return response


@pytest.mark.parametrize("file", FILES)
async def test_whoever_may_watch_may_take_each_file(room, file):
    response = await fetched(f"/d/{room.desk.id}/export/{file.name}")
    assert response.status_code == 200 and response["Content-Type"] == file.type
    assert f'filename="{room.desk.id}-{file.name}"' in response["Content-Disposition"]
    assert response.text_


async def test_the_share_dialog_offers_them_all(room):
    offered = re.findall(r'href="/d/k3v/export/([^"]+)" download', render_to_string("desk/_exports.html", {"desk": "k3v"}))
    assert offered == [file.name for file in FILES]


async def test_a_file_is_of_now_or_of_the_moment_asked_for(room):
    now = (await fetched(f"/d/{room.desk.id}/export/recording.svg")).text_
    then = (await fetched(f"/d/{room.desk.id}/export/recording.svg?at=10000")).text_
    assert "v2 cannot start. 8 of 10 pods still answer." in now and "10 pods of v1 answer. Nothing is moving." in then
    assert COMMAND in (await fetched(f"/d/{room.desk.id}/export/run.csv")).text_
    assert COMMAND not in (await fetched(f"/d/{room.desk.id}/export/run.csv?at=10000")).text_
    assert "commands:" not in (await fetched(f"/d/{room.desk.id}/export/scenario.yaml?at=10000")).text_
    assert "web:1.0" in (await fetched(f"/d/{room.desk.id}/export/manifests.yaml?at=10000")).text_


async def test_a_picture_says_what_it_shows_in_the_readers_language(room):
    drawn = (await fetched(f"/d/{room.desk.id}/export/recording.svg?lang=de")).text_
    read = re.findall(r">([^<>]+)</text>", drawn)
    assert {"v2 kann nicht starten. 8 von 10 Pods antworten noch.", "Kaputter Deploy, bei 1:00", "einblenden", "0/5 bereit"} <= {*read}
    assert not re.search(r"ready|fading|image|answer|cannot", "".join(read).replace(COMMAND, ""))


@pytest.mark.parametrize("at", ["-1", "x", "1.5", "60001", "9" * 40, "٣"])
async def test_a_moment_that_is_none_is_refused(room, at):
    assert (await fetched(f"/d/{room.desk.id}/export/run.csv?at={quote(at)}")).status_code == 422


async def test_what_is_no_file_of_a_desk_is_not_found(room):
    for address in (f"/d/{room.desk.id}/export/run.exe", "/d/nobodysdsk/export/run.csv", f"/d/{room.desk.id}/export/"):
        assert (await fetched(address)).status_code == 404
    assert (await AsyncClient().post(f"/d/{room.desk.id}/export/run.csv")).status_code == 405


async def test_too_many_exports_wait(room, monkeypatch):
    monkeypatch.setattr(views, "exports", Allowances(2, "exports"))
    statuses = [(await fetched(f"/d/{room.desk.id}/export/manifests.yaml")).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


async def test_no_more_are_made_at_once_than_there_are_places(room, monkeypatch):
    monkeypatch.setattr(views, "_places", asyncio.Semaphore(0))
    assert (await fetched(f"/d/{room.desk.id}/export/manifests.yaml")).status_code == 429


async def test_the_loop_is_free_while_a_table_is_made(room):
    """Somebody else gets a turn at least every tenth of a second."""
    gaps, done = [], asyncio.Event()

    async def beat():
        loop = asyncio.get_running_loop()
        while not done.is_set():
            begun = loop.time()
            await asyncio.sleep(0.005)
            gaps.append(loop.time() - begun)

    beating = asyncio.create_task(beat())
    await fetched(f"/d/{room.desk.id}/export/run.json")
    done.set()
    await beating
    assert max(gaps) < 0.15


# ----------------------------------------------------------------------------------------------------------- the way back


async def brought(text: str | bytes, name: str = "mine.yaml", client: AsyncClient | None = None):
    content = text.encode() if isinstance(text, str) else text
    return await (client or AsyncClient()).post("/d/open", {"file": SimpleUploadedFile(name, content)})


async def test_a_desk_that_was_taken_away_opens_again_as_the_same(room):
    saved = (await fetched(f"/d/{room.desk.id}/export/scenario.yaml")).text_
    client = AsyncClient()
    response = await brought(saved, client=client)
    assert response.status_code == 303
    assert 'data-role="presenter"' in (await client.get(response["Location"])).content.decode()
    again = await registry.open(response["Location"].removeprefix("/d/"))
    again.recording.run(60_000)
    one, two = room.recording.cluster.store, again.recording.cluster.store
    assert one.revision == two.revision and one.list("Pod") == two.list("Pod")
    assert again.recording.scenario.steps == load("broken-deploy").steps


async def test_a_manifest_opens_as_a_desk():
    response = await brought(json.dumps(manifest()), "web.json")
    room = await registry.open(response["Location"].removeprefix("/d/"))
    assert room.recording.cluster.store.get("Deployment", "web")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: T\nnodez: 3", "Line 2: there is no nodez here: did you mean nodes?"),
        (json.dumps(manifest(replicas=10_000_000)), "Line 1: The Deployment &quot;web&quot; is invalid: spec.replicas"),
        ("title: T\nnodes: many", "Line 2: nodes must be a whole number, not a text"),
        ("x: " + "y" * 262_144, "a scenario file has at most 262144 bytes, and this one has more"),
        (b"\xff\xfe\x00", "this is no text: a scenario file is YAML, in UTF-8"),
        (b"title: a\0b", "this is no text: it contains a NUL character"),
        ("", "this is neither a scenario"),
        ("a: &a [*a]", "Line 1: anchors and aliases are not allowed"),
        ("[" * 10_000, "Line 1: exceeded maximum nesting depth"),
        ("title: T\ncommands:\n  - {at: 0, run: <b>x</b>}", "Line 3: one kubectl command at a time"),
    ],
)
async def test_a_bad_file_is_refused_on_the_page_with_its_line(text, said):
    response = await brought(text, "<b>mine</b>.yaml")
    html = response.content.decode()
    assert response.status_code == 422
    assert said in html and 'role="alert"' in html
    assert "<b>mine" not in html and "<b>x" not in html and 'name="scenario"' in html


async def test_script_in_names_is_text_on_the_desk():
    evil = "<script>alert(1)</script>"
    response = await brought(f"title: '{evil}'\nsteps:\n  - {{title: '{evil}', text: '{evil}', until: {{time: 1}}, opens: '{evil}'}}")
    html = (await AsyncClient().get(response["Location"])).content.decode()
    assert evil not in html and "&lt;script&gt;" in html


async def test_no_file_and_no_token_are_refused_plainly():
    assert "no file was chosen" in (await AsyncClient().post("/d/open", {})).content.decode()
    assert (await AsyncClient(enforce_csrf_checks=True).post("/d/open", {})).status_code == 403
    assert (await AsyncClient().get("/d/open")).status_code == 405


async def test_the_schema_stands_at_an_address_of_its_own():
    response = await AsyncClient().get("/scenario.schema.json")
    assert response["Content-Type"] == "application/schema+json" and json.loads(response.content) == schema()


async def test_a_saved_desk_reads_back_as_a_scenario(room):
    saved = (await fetched(f"/d/{room.desk.id}/export/scenario.yaml")).text_
    assert read(saved)["commands"] == [{"at": 20, "run": f"kubectl {COMMAND}"}]
    assert Scenario.parse(saved).seed == room.recording.seed
    assert len(read_all((await fetched(f"/d/{room.desk.id}/export/manifests.yaml")).text_)) == 2

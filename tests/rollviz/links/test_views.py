"""Links: looking at one changes nothing, opening one makes a desk of one's own, and a bad one gets one clear page."""

import gc
import html
import random
import re
import time
import tracemalloc

import pytest
from django.test import AsyncClient
from msgspec.structs import replace

from rollviz.links import cards, moments
from rollviz.links.models import ShortLink
from rollviz.rooms import limits
from rollviz.rooms.models import Desk
from rollviz.rooms.registry import registry
from simulation import links
from simulation.kubectl.parse import parse
from simulation.recording import Recording
from tests.links.golden.runs import PROGRAMS, played
from tests.simulation.test_cluster import snapshot
from tests.simulation.test_links import forged, mutate

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]
SET_IMAGE = "set image deployment/web web=web:2.O"


@pytest.fixture
def browser():
    return AsyncClient()


@pytest.fixture(autouse=True)
def fresh_allowances():
    limits.new_desks._of.clear()
    limits.new_links._of.clear()


async def stuck_desk(browser) -> str:
    """A presenter's desk, paused at 1:30 of a rollout that is stuck."""
    address = (await browser.post("/d/new", {"scenario": "broken-deploy"}))["Location"]
    room = await registry.open(address.removeprefix("/d/"))
    await room.set_clock(paused=True, advance=20_000)
    await room.do(parse(SET_IMAGE))
    await room.set_clock(advance=70_000)
    return address


async def shared(browser, address: str) -> dict[str, str]:
    """What the dialog offers to copy, by way."""
    page = (await browser.get(f"{address}/share")).content.decode()
    sections = re.findall(r'<section class="shareout" data-way="(\w+)"(.*?)</section>', page, re.S)
    found = {way: re.search(r'readonly value="([^"]+)"', inside) for way, inside in sections}
    return {way: html.unescape(value.group(1)) for way, value in found.items() if value}


def path(address: str) -> str:
    assert address.startswith("http://testserver/")
    return address.removeprefix("http://testserver")


async def recording_at(address: str) -> Recording:
    return (await registry.open(address.removeprefix("/d/"))).recording


async def test_a_desk_offers_four_ways_by_the_address_it_was_opened_at(browser):
    address = await stuck_desk(browser)
    ways = await shared(AsyncClient(), address)
    assert list(ways) == ["moment", "start", "live", "embed"]
    assert ways["live"] == f"http://testserver{address}/follow"
    short = path((await shared(browser, address))["live"])
    assert short.startswith("/f/") and (await AsyncClient().get(short))["Location"] == f"{address}/follow"
    assert ways["embed"].startswith('<iframe src="http://testserver/embed/l/1')
    page = (await browser.get(f"{address}/share")).content.decode()
    assert "works on this machine only" not in page
    assert ' style="' not in page


async def test_a_shared_moment_opens_with_the_same_bytes_where_its_desk_was_never_known(browser):
    address = await stuck_desk(browser)
    original = snapshot((await recording_at(address)).cluster)
    link = path((await shared(browser, address))["moment"])
    registry.__init__()
    await Desk.objects.all().adelete()

    opened = await AsyncClient().post(link)
    assert opened.status_code == 303
    copy = await recording_at(opened["Location"])
    assert snapshot(copy.cluster) == original
    assert (await registry.open(opened["Location"].removeprefix("/d/"))).clock.paused


async def test_opening_a_link_leaves_its_own_desk_alone(browser):
    address = await stuck_desk(browser)
    link = path((await shared(browser, address))["moment"])
    other = AsyncClient()
    mine = (await other.post(link))["Location"]
    assert mine != address
    before = snapshot((await recording_at(address)).cluster)
    assert (await other.post(f"{mine}/do", {"verb": "run", "line": "rollout undo deployment/web"})).status_code == 200
    assert snapshot((await recording_at(address)).cluster) == before
    assert (await other.post(f"{address}/do", {"verb": "run", "line": "rollout undo deployment/web"})).status_code == 403


async def test_the_page_of_a_link_says_what_is_going_on_and_makes_no_desk(browser):
    link = path((await shared(browser, await stuck_desk(browser)))["moment"])
    before = await Desk.objects.acount()
    for client in (browser, AsyncClient()):
        page = (await client.get(link)).content.decode()
    assert "<title>v2 is stuck, at 1:30 · rollviz</title>" in page
    assert '<meta property="og:title" content="v2 is stuck, at 1:30">' in page
    assert re.search(r'property="og:description" content="8 of 10 pods still answer', page)
    assert f'property="og:url" content="http://testserver{link}"' in page
    assert SET_IMAGE in page
    assert await Desk.objects.acount() == before


async def test_the_picture_of_a_link_is_the_same_wherever_it_is_drawn(browser):
    link = path((await shared(browser, await stuck_desk(browser)))["moment"])
    page = (await browser.get(link)).content.decode()
    assert f'property="og:image" content="http://testserver{link}/card.png"' in page
    first = await browser.get(f"{link}/card.png")
    assert first["Content-Type"] == "image/png"
    assert first.content.startswith(b"\x89PNG")
    cards._drawn.clear()
    assert (await browser.get(f"{link}/card.png")).content == first.content


async def test_the_picture_of_a_link_speaks_the_language_of_its_address_whoever_fetches_it(browser):
    address = await stuck_desk(browser)
    await browser.get("/?lang=de")
    link = path((await shared(browser, address))["moment"]).partition("?")[0]
    german = await browser.get(f"{link}/card.png?lang=de")
    assert german.content != (english := await browser.get(f"{link}/card.png")).content
    assert (await AsyncClient().get(f"{link}/card.png", headers={"Accept-Language": "de"})).content == english.content
    assert f'property="og:image" content="http://testserver{link}/card.png?lang=de"' in (await browser.get(link)).content.decode()


async def test_a_picture_that_takes_too_long_is_given_up(browser, monkeypatch):
    monkeypatch.setattr(cards, "PATIENCE", 0.0)
    text = links.write(played("nodes")[1])
    assert (await browser.get(f"/l/{text}/card.png")).status_code == 400


async def test_what_is_going_on_is_found_out_where_the_link_was_not_made(browser):
    run = played("manifest")[1]
    page = (await browser.get(f"/l/{links.write(run)}")).content.decode()
    assert "<title>5 of v1 answer" in page or "at 0:15" in page
    assert "Move the faders" in page


async def test_a_run_that_takes_long_is_described_by_what_it_holds(browser):
    scale = [given._replace(at_ms=0) if isinstance(given, tuple) else replace(given, at_ms=0) for given in played("manifest")[1].commands]
    big = [replace(given, command=replace(given.command, replicas=9_000)) for given in scale]
    run = replace(played("manifest")[1], at_ms=3_600_000, commands=tuple(big))
    text = links.write(run)
    begun = time.process_time()
    page = (await browser.get(f"/l/{text}")).content.decode()
    assert time.process_time() - begun < 0.5
    assert "Up to here 1 command was given" in page


async def test_a_short_link_is_the_same_run_and_is_kept_once(browser):
    address = await stuck_desk(browser)
    link = path((await shared(browser, address))["moment"])
    text = link.removeprefix("/l/")
    first = await browser.post("/s", {"text": text, "way": "moment"})
    again = await AsyncClient().post("/s", {"text": text, "way": "moment"})
    assert first.status_code == 303
    assert first["Location"] == again["Location"]
    short = first["Location"].removesuffix("/share")
    assert re.fullmatch(r"/s/[a-z2-9]{16}", short)
    assert (await ShortLink.objects.aget()).text == text
    page = (await browser.get(short)).content.decode()
    assert "<title>v2 is stuck, at 1:30" in page
    assert f"http://testserver{short}" in (await browser.get(first["Location"])).content.decode()
    opened = await AsyncClient().post(short)
    assert snapshot((await recording_at(opened["Location"])).cluster) == snapshot((await recording_at(address)).cluster)


async def test_a_run_that_is_too_long_for_a_link_is_offered_a_short_one(browser):
    noise = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz", k=20_000))
    made = await browser.post("/api/desks", {"manifest": f"# {noise}\n{MANIFEST}"}, content_type="application/json")
    address = f"/d/{made.json()['desk']}"
    page = (await browser.get(f"{address}/share")).content.decode()
    assert "too long for a link of its own" in page
    assert list(await shared(browser, address)) == ["live"]
    text = html.unescape(re.search(r'name="text" value="([^"]+)"', page).group(1))
    short = (await browser.post("/s", {"text": text}))["Location"].removesuffix("/share")
    opened = await AsyncClient().post(short)
    assert opened.status_code == 303
    assert (await browser.get(f"/l/{text}")).status_code == 400


async def test_a_manifest_that_takes_long_to_read_is_offered_a_short_link_too(browser):
    many = "---\n".join(MANIFEST.replace("name: web}", f"name: web-{n}}}") for n in range(50)).replace("app: web", "app:  web")
    made = await browser.post("/api/desks", {"manifest": many + "# \n" * 2_000}, content_type="application/json")
    address = f"/d/{made.json()['desk']}"
    assert list(await shared(browser, address)) == ["live"]


MANIFEST = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1.0"}]}
"""


async def test_links_are_kept_at_a_bounded_rate(browser, monkeypatch):
    monkeypatch.setattr(limits, "new_links", limits.Allowances(2, "new links"))
    run = played("untouched")[1]
    answers = [await browser.post("/s", {"text": links.write(replace(run, seed=seed))}) for seed in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]


async def test_a_link_of_another_engine_says_so_and_never_passes_off_another_run(browser):
    run = played("fade")[1]
    honest = links.write(replace(run, engine=run.engine + 1))
    page = (await browser.get(f"/l/{honest}")).content.decode()
    assert f"made with engine {run.engine + 1} of rollviz; this is engine {run.engine}" in page
    assert "data-open" not in page
    assert (await browser.post(f"/l/{honest}")).status_code == 303
    other = links.write(replace(run, engine=run.engine + 1, state="0" * links.SUM_CHARS))
    answer = await browser.post(f"/l/{other}")
    assert answer.status_code == 200
    assert "This is not the run that was shared" in answer.content.decode()
    desk = re.search(r'href="(/d/\w+)"', answer.content.decode()).group(1)
    assert 'data-role="presenter"' in (await browser.get(desk)).content.decode()


async def test_a_lesson_that_has_changed_is_noticed(browser):
    run = played("fade")[1]
    text = forged(run, scenario=["fade", "0" * links.SUM_CHARS])
    assert "The lesson has changed" in (await browser.get(f"/l/{text}")).content.decode()
    assert (await browser.post(f"/l/{text}")).status_code == 303


async def test_an_embedded_desk_may_stand_in_any_page_and_no_other_page_may(browser):
    address = await stuck_desk(browser)
    frame = (await shared(browser, address))["embed"]
    link = path(re.search(r'src="([^"]+)"', frame).group(1))
    before = await Desk.objects.acount()
    cover = await AsyncClient(enforce_csrf_checks=True).get(link)
    assert await Desk.objects.acount() == before
    assert "frame-ancestors *" in cover["Content-Security-Policy"]
    assert "X-Frame-Options" not in cover
    assert not cover.cookies
    for other in (address, link.removeprefix("/embed"), "/"):
        answer = await browser.get(other)
        assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "SAMEORIGIN"


async def test_an_embedded_desk_is_moved_by_the_key_in_its_page_and_needs_no_cookie(browser):
    frame = (await shared(browser, await stuck_desk(browser)))["embed"]
    link = path(re.search(r'src="([^"]+)"', frame).group(1))
    stranger = AsyncClient(enforce_csrf_checks=True)
    player = await stranger.post(link)
    assert player.status_code == 200
    assert "frame-ancestors *" in player["Content-Security-Policy"]
    assert not player.cookies
    page = html.unescape(player.content.decode())
    desk, key = re.search(r'data-desk="(\w+)"', page).group(1), re.search(r'"Bearer ([^"]+)"', page).group(1)
    room = await registry.open(desk)
    assert not room.clock.paused
    clean = AsyncClient(enforce_csrf_checks=True)
    assert (await clean.post(f"/d/{desk}/clock", {"paused": "yes"}, headers={"Authorization": f"Bearer {key}"})).status_code == 204
    assert room.clock.paused
    assert (await clean.post(f"/d/{desk}/clock", {"paused": "no"}, headers={"Authorization": "Bearer wrong"})).status_code == 403
    assert (await clean.post(f"/d/{desk}/clock", {"paused": "no"})).status_code == 403
    assert room.clock.paused


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("1", 400),
        ("1AAAA", 400),
        ("hello", 400),
        ("7AAAAAAAA", 400),
        ("%3Cscript%3Ealert(1)%3C/script%3E", 404),
        ("%3Cscript%3E", 400),
        ("1" + "A" * 12_000, 400),
        ("%00", 400),
        ("é", 400),
    ],
)
async def test_what_is_no_link_gets_one_clear_page(browser, text, status):
    for prefix in ("/l/", "/embed/l/"):
        for ask in (browser.get, browser.post):
            answer = await ask(prefix + text)
            assert answer.status_code == status
            assert "<script>alert" not in answer.content.decode()
            assert "Traceback" not in answer.content.decode()
            if status == 400:
                assert "This link opens nothing" in answer.content.decode()


@pytest.mark.parametrize("short", ["a" * 16, "a", "a" * 500, "%27--"])
async def test_a_short_link_that_nobody_made_is_not_found(browser, short):
    for ask in (browser.get, browser.post):
        assert (await ask(f"/s/{short}")).status_code == 404


TEN_MILLION = MANIFEST.replace("replicas: 2", "replicas: 10000000")


@pytest.mark.parametrize(
    "change",
    [
        {"scenario": TEN_MILLION},
        {"scenario": "title: x\nnodes: 1000000\n"},
        {"scenario": "a: &a [x]\nb: *a\n"},
        {"scenario": "not: [closed"},
        {"scenario": ["nowhere", "0" * 16]},
        {"commands": [[0, {"do": "scale", "kind": "Deployment", "name": "web", "replicas": 10**7}, "you"]]},
        {"commands": [[0, {"do": "delete", "kind": "<script>alert(1)</script>", "name": "web"}, "you"]]},
        {"extra": 1},
    ],
)
async def test_a_forged_link_gets_one_clear_page_for_next_to_nothing(browser, change):
    text = forged(played("roll-over")[1], **change)
    await browser.get("/l/1")
    before = await Desk.objects.acount()
    gc.collect()  # what other tests left is none of this page's cost
    for ask in (browser.get, browser.post):
        begun = time.process_time()
        answer = await ask(f"/l/{text}")
        assert time.process_time() - begun < 0.1
        assert answer.status_code == 400
        assert "This link opens nothing" in answer.content.decode()
        assert "<script>alert" not in answer.content.decode()
    assert await Desk.objects.acount() == before


SCALE = {"do": "scale", "kind": "Deployment", "name": "web", "replicas": 3}
MANY = "---\n".join(MANIFEST.replace("name: web}", f"name: web-{n}}}").replace("replicas: 2", "replicas: 200") for n in range(25))
DEAREST = {
    "yaml": {"scenario": "title: x\nsummary: [" + "a," * 1_450 + "b]\n"},
    "objects": {"scenario": MANY, "commands": []},
    "apply": {"commands": [[0, {"do": "apply", "manifest": MANY}, "you"]]},
    "a list": {"commands": [[0, {"do": "apply", "manifest": "a: [" + "1," * 2_800 + "1]"}, "you"]]},
    "commands": {"commands": [[75_020, SCALE, "you"]] * 3_300},
    "scales": {"commands": [[0, {**SCALE, "replicas": n}, "you"] for n in range(150)], "at_ms": 86_400_000},
    "a line": {"commands": [[0, {"do": "several", "line": "x", "commands": [SCALE] * 100}, "you"]]},
    "a day": {"commands": [], "at_ms": 86_400_000},
}


@pytest.mark.parametrize("name", DEAREST)
async def test_the_page_of_the_dearest_link_costs_next_to_nothing(browser, name):
    text = forged(played("roll-over")[1], **DEAREST[name])
    for other in ("1", links.write(played("fade")[1])):
        await browser.get(f"/l/{other}")
    gc.collect()
    gc.freeze()
    begun = time.process_time()
    assert (await browser.get(f"/l/{text}")).status_code in (200, 400)
    spent = time.process_time() - begun
    moments._noted.clear()
    tracemalloc.start()
    await browser.get(f"/l/{text}")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    gc.unfreeze()
    assert spent < 0.050
    assert peak < 10 * 2**20


async def test_a_link_to_a_desk_that_cannot_be_drawn_makes_none(browser, monkeypatch, caplog):
    monkeypatch.setattr("rollviz.links.opening.picture", lambda *_: 1 / 0)
    text = links.write(played("fade")[1])
    before = await Desk.objects.acount()
    assert (await browser.post(f"/l/{text}")).status_code == 400
    assert await Desk.objects.acount() == before


async def test_names_in_a_link_are_escaped(browser):
    run = played("manifest")[1]
    nasty = "title: <script>alert(1)</script>\n"
    text = forged(run, scenario=nasty, commands=[], opens="start", state=links.state_sum(Recording(links.Scenario.parse(nasty), 1).cluster))
    page = (await browser.get(f"/l/{text}")).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


async def test_a_thousand_mutants_get_an_answer_and_cost_next_to_nothing(browser):
    """What `tests/simulation/test_links.py` does twenty thousand times to the reader, here to the pages."""
    chance = random.Random(6)
    seeds = [links.write(played(name)[1]) for name in PROGRAMS]
    for text in seeds:
        assert (await browser.get(f"/l/{text}")).status_code == 200
    statuses, worst = set(), 0.0
    gc.collect()
    gc.freeze()  # what the tests before this one left behind is not this server's
    for i in range(1_000):
        mutant = mutate(chance, chance.choice(seeds)).replace("%", "%25").replace("\0", "%00")
        if i == 800:
            tracemalloc.start()
        begun = time.process_time()
        statuses.add((await browser.get(f"/l/{mutant}")).status_code)
        if i < 800:
            worst = max(worst, time.process_time() - begun)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    gc.unfreeze()
    assert statuses <= {200, 400, 404}
    assert worst < 0.050
    assert peak < 10 * 2**20

"""A page speaks the language of its link, for the rest of the visit; else the browser's; else English."""

import json
import re
from html import unescape

import pytest
from django.test import AsyncClient

from rollviz.language import known
from tests.rollviz.reading import texts, untranslated

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_files")]

NAMES = {"web", *(f"node-{n}" for n in range(1, 5)), "testserver", "Deployments: Updating a Deployment"}
START = {"en": "start with lesson 1", "de": "mit Lektion 1 beginnen"}


def language_of(response) -> str:
    page = response.content.decode()
    code = re.search(r'<html lang="([^"]+)"', page)[1]
    assert START[code] in page and response["Content-Language"] == code
    return code


async def test_a_link_sets_the_language_for_the_rest_of_the_visit():
    browser = AsyncClient()
    assert language_of(await browser.get("/")) == "en"
    assert language_of(await browser.get("/?lang=de")) == "de"
    assert language_of(await browser.get("/")) == "de"
    assert language_of(await browser.get("/", headers={"Accept-Language": "en"})) == "de"
    assert language_of(await browser.get("/?lang=en")) == "en"
    assert language_of(await browser.get("/", headers={"Accept-Language": "de"})) == "en"


async def test_without_such_a_link_the_browser_says_it_and_what_nobody_knows_is_english():
    for header, code in {"de-AT,de;q=0.9,en;q=0.8": "de", "fr, en;q=0.5, de;q=0.4": "en", "fr": "en", "*": "en", "x" * 3000: "en"}.items():
        assert language_of(await AsyncClient().get("/", headers={"Accept-Language": header})) == code
    for wanted in ("fr", "", "../de", "x" * 3000, "de\0"):
        assert known(wanted, "en") == "en"
        response = await AsyncClient().get("/", {"lang": wanted})
        assert language_of(response) == "en" and "lang" not in response.cookies


@pytest.fixture
async def teacher():
    """A browser that was told to speak German, and the address of its desk."""
    browser = AsyncClient()
    await browser.get("/?lang=de")
    return browser, (await browser.post("/d/new", {"scenario": "fade"}))["Location"]


async def said(response, status: int = 200) -> str:
    assert response.status_code == status
    return unescape(response.content.decode())


async def test_the_language_goes_with_the_links_that_are_given_away(teacher):
    browser, address = teacher
    wall = await said(await browser.get(f"{address}/project"))
    follow = re.search(r"QR-Code von http://testserver(/f/\w{4}\?lang=de)", wall)[1]
    phone = AsyncClient()
    response = await phone.get(follow)
    page = await said(await phone.get(response["Location"]))
    assert '<html lang="de"' in page and re.search(r'ws-connect="[^"]*lang=de', page)
    share = await said(await browser.get(f"{address}/share"))
    assert len(re.findall(r'value="http://testserver/[lf]/[^"]+\?lang=de"', share)) == 3
    assert re.search(r"http://testserver/embed/l/[\w-]+\?lang=de", share)


async def test_who_was_told_nothing_gives_away_links_that_say_nothing_of_a_language():
    browser = AsyncClient()
    address = (await browser.post("/d/new", {"scenario": "fade"}, headers={"Accept-Language": "de"}))["Location"]
    share = await said(await browser.get(f"{address}/share", headers={"Accept-Language": "de"}))
    assert 'lang="de"' in share and "?lang=" not in share


async def test_a_desk_in_another_page_speaks_the_language_of_its_address_and_sets_no_cookie(teacher):
    browser, address = teacher
    share = await said(await browser.get(f"{address}/share"))
    cover = re.search(r"http://testserver(/embed/l/[\w-]+)\?lang=de", share)[1]
    reader = AsyncClient()
    response = await reader.get(f"{cover}?lang=de")
    page = await said(response)
    assert '<html lang="de"' in page and not response.cookies
    play = re.search(r'action="(/embed/[^"]+)"', page)[1]
    response = await reader.post(play)
    assert '<html lang="de"' in await said(response) and "lang" not in response.cookies


async def test_numbers_are_written_in_one_way_in_every_language(teacher):
    browser, address = teacher
    for page in (address, f"{address}/text", "/"):
        german, english = await said(await browser.get(f"{page}?lang=de")), await said(await browser.get(f"{page}?lang=en"))
        for numbers in (r'\sdata-var="[^"]*"', r'\sd="[^"]*"', r'\sviewBox="[^"]*"'):
            assert re.findall(numbers, german) == re.findall(numbers, english)


async def test_no_page_of_a_desk_says_in_english_what_it_could_say_in_german(teacher):
    browser, address = teacher
    await browser.post(f"{address}/do", {"verb": "run", "line": "set image deployment/web web=web:2.O"})
    for page in ("/", address, f"{address}/text", f"{address}/project", f"{address}/follow"):
        german, english = [await said(await browser.get(f"{page}?lang={code}")) for code in ("de", "en")]
        names = {*NAMES, *re.findall(r"/f/(\w+)", german)}
        assert untranslated(texts(german), texts(english), names) == set(), page


async def test_errors_are_said_in_the_readers_language(teacher):
    browser, _ = teacher
    assert "Hier steht kein Pult" in await said(await browser.get("/d/nosuch"), 404)


async def test_scripts_find_their_words_in_the_page(teacher):
    browser, address = teacher
    page = await said(await browser.get(address))
    words = json.loads(re.search(r'<script id="words" type="application/json">(.*?)</script>', page)[1])
    assert words["The desk is back"] == "Das Pult ist zurück"
    assert 'id="words"' not in await said(await browser.get(f"{address}?lang=en"))

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import AsyncClient

ROOT = Path(__file__).parents[2]


@pytest.fixture
def get(static_files):
    return AsyncClient().get


async def test_a_static_file_is_named_by_its_hash_and_kept_for_ever(get):
    url = staticfiles_storage.url("css/app.css")
    assert re.fullmatch(r"/static/css/app\.[0-9a-f]{12}\.css", url)
    response = await get(url)
    assert response.status_code == 200
    assert "immutable" in response["Cache-Control"]
    assert not response.streaming


async def test_a_static_file_is_compressed_before_it_is_asked_for(get):
    url = staticfiles_storage.url("css/app.css")
    response = await get(url, headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) < len((await get(url)).content)


async def test_what_the_browser_has_is_not_sent_again(get):
    url = staticfiles_storage.url("css/app.css")
    first = await get(url)
    again = await get(url, headers={"if-modified-since": first["Last-Modified"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_our_modules_import_one_another_by_their_hashed_names(get):
    names = [name for name in staticfiles_storage.hashed_files if name.startswith("js/") and name.endswith(".js")]
    assert names
    for name in names:
        source = (await get(staticfiles_storage.url(name))).content.decode()
        for imported in re.findall(r"""\bfrom\s*["'](\..*?)["']""", source):
            assert re.search(r"\.[0-9a-f]{12}\.js$", imported), f"{name} imports {imported}"


async def test_the_typefaces_are_served_from_here(get):
    sheet = (await get(staticfiles_storage.url("css/fonts.css"))).content.decode()
    faces = re.findall(r'url\("(\.\./fonts/[^"]+)"\)', sheet)
    assert len(faces) == sheet.count("@font-face") > 0
    for face in faces:
        response = await get(face.replace("..", "/static", 1))
        assert (response.status_code, response.content[:4]) == (200, b"wOF2")


def test_every_icon_that_is_used_is_in_the_sprite():
    drawn = set(re.findall(r'id="([^"]+)"', (ROOT / "templates/_sprite.html").read_text()))
    pages = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("static/js/*.js"), *ROOT.glob("rollviz/**/*.py")]
    used = {name for page in pages for name in re.findall(r"""["'#](i-[a-z]+)["']""", page.read_text())}
    assert used and used <= drawn

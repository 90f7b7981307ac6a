import re

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import AsyncClient


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

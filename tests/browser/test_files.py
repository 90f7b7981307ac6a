"""A file comes in by drop, by choice and without JavaScript, and goes out through the share dialog."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from simulation.scenario import Scenario

pytestmark = pytest.mark.still

GOOD = "title: Brought\nseed: 7\ncommands:\n  - {at: 1, run: create deployment web --image=nginx --replicas=3}\n"
BAD = "title: Brought\nnodez: 3\n"


def file(text: str, name: str = "mine.yaml") -> dict:
    return {"name": name, "mimeType": "application/yaml", "buffer": text.encode()}


def drop(page, text: str, name: str) -> None:
    data = page.evaluate_handle(
        "([text, name]) => { const data = new DataTransfer(); data.items.add(new File([text], name)); return data; }", [text, name]
    )
    page.dispatch_event("main", "dragover", {"dataTransfer": data})
    assert page.locator("#bring[data-over]").count() == 1
    page.dispatch_event("main", "drop", {"dataTransfer": data})


def test_a_file_dropped_anywhere_on_the_home_page_opens_as_a_desk(server, open_page):
    page = open_page(f"{server.url}/")
    drop(page, GOOD, "mine.yaml")
    page.wait_for_selector("#app[data-live]")
    assert "Brought" in page.inner_text("header")
    page.wait_for_selector(".strip[data-rs^='rs/web-']")


def test_a_bad_file_is_refused_where_it_was_brought_and_a_better_one_opens(server, open_page):
    page = open_page(f"{server.url}/", quiet=False)
    drop(page, BAD, "bad.yaml")
    said = page.locator("#refused")
    said.wait_for()
    assert said.inner_text() == "bad.yaml was not opened. Line 2: there is no nodez here: did you mean nodes?"
    assert page.evaluate("document.activeElement.id") == "file"
    page.set_input_files("#file", file(GOOD))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#app[data-live]")


def test_without_javascript_a_file_is_chosen_and_sent(server, open_page):
    page = open_page(f"{server.url}/", java_script_enabled=False)
    page.set_input_files("#file", file(GOOD))
    page.click("#bring button")
    assert "/d/" in page.url and "Brought" in page.content()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_the_page_with_a_refusal_is_accessible(server, open_page, theme, size):
    page = open_page(f"{server.url}/", theme=theme, size=size, quiet=False)
    page.set_input_files("#file", file(BAD))
    page.click("#bring button")
    page.wait_for_selector("#refused")
    found = [(violation["id"], violation["nodes"][0]["html"]) for violation in Axe().run(page).response["violations"]]
    assert found == []
    for control in page.query_selector_all("#bring input[type=file], #bring button"):
        assert control.bounding_box()["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_share_dialog_gives_the_desk_as_a_file_that_opens_again(server, new_desk, open_page):
    page = new_desk("broken-deploy")
    page.goto(f"{server.url}/d/{page.desk}/share")
    with page.expect_download() as download:
        page.click("a[href$='/export/scenario.yaml']")
    text = download.value.path().read_text()
    assert Scenario.parse(text).title == "Broken deploy"
    with page.expect_download() as download:
        page.click("a[href$='/export/recording.png']")
    assert download.value.path().read_bytes()[:4] == b"\x89PNG"
    other = open_page(f"{server.url}/")
    other.set_input_files("#file", file(text))
    other.click("#bring button")
    other.wait_for_selector("#app[data-live]")
    assert other.url != page.url

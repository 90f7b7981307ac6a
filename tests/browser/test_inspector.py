"""A pod is looked at closely and taken from its owners; a selector is edited; and whoever only watches may look and not touch."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.still


def four_of_web(page) -> None:
    """Four of nginx behind a Service, all available."""
    page.click('[data-clock=speed][data-value="16"]')
    page.click("#do-it")
    page.wait_for_selector(".strip[data-rs]")
    page.click("#act-expose")
    page.wait_for_selector('.strip [data-n=of]:text-is("4/4")')
    page.wait_for_selector('#endpoints:text-is("4")')


def pods(server, page) -> dict[str, dict]:
    return {pod["metadata"]["name"]: pod for pod in server.get(f"/api/desks/{page.desk}/state")[1]["pods"]}


def name_of(cell) -> str:
    return cell.get_attribute("aria-label").partition(":")[0]


def serious(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found if v["impact"] in ("serious", "critical")]


def leads(page) -> int:
    return page.locator(".cables .core:not([data-dark])").count()


def test_a_pod_is_inspected_by_key_and_by_pointer_and_its_label_costs_another_pod(server, new_desk):
    page = new_desk("blank")
    four_of_web(page)
    cells = page.locator(".strip[data-rs] .pod")
    assert page.locator('.strip[data-rs] .pod[tabindex="0"]').count() == 1
    page.focus('.strip[data-rs] .pod[tabindex="0"]')
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_selector("#insp:not([hidden])")
    assert page.evaluate("document.activeElement.id") == "insp"
    assert page.inner_text("#insp-name") == name_of(cells.nth(2))
    assert cells.nth(2).get_attribute("data-sel") is not None
    assert not page.is_visible("#why")
    assert serious(page) == []
    page.keyboard.press("Escape")
    page.wait_for_selector("#insp", state="hidden")
    assert page.is_visible("#why")
    assert page.evaluate("document.activeElement.getAttribute('aria-label').split(':')[0]") == name_of(cells.nth(2))

    cells.nth(1).click()
    name = name_of(cells.nth(1))
    page.click('#insp-labels [data-label="app"]')
    page.keyboard.type("debug")
    page.wait_for_selector('#insp-then:has-text("app=web becomes app=debug. It leaves two selectors:")')
    assert "v1 counts 3 of 4 and makes another pod." in page.inner_text("#insp-then")
    assert page.inner_text("#insp-then .cmdline") == f"kubectl label pod {name} app=debug --overwrite"
    assert len(pods(server, page)) == 4, "nothing has happened yet"
    page.keyboard.press("Escape")
    assert page.locator(".chip--edit").count() == 0
    assert page.is_visible("#insp"), "Esc left the edit, not the pod"

    page.click('#insp-labels [data-label="app"]')
    page.keyboard.type("debug")
    page.wait_for_selector("#then-do")
    page.click("#then-do")
    page.wait_for_selector('#insp-who:has-text("Nobody counts this pod.")')
    page.wait_for_selector("#loose:not([hidden]) .pod[data-sel]")
    page.wait_for_selector('.strip[data-rs] [data-n=of]:text-is("4/4")')
    found = pods(server, page)
    assert len(found) == 5
    assert found[name]["metadata"]["labels"]["app"] == "debug"
    assert "ownerReferences" not in found[name]["metadata"]
    page.click("#insp-delete")
    page.wait_for_selector('#insp-who:has-text("This pod is gone.")')
    assert page.locator("#insp-acts [data-do]").count() == 0


def test_a_selector_is_counted_first_and_then_cuts_the_leads(server, new_desk):
    page = new_desk("blank")
    four_of_web(page)
    page.click("[data-selector=Service]")
    page.wait_for_selector('#pop .match td:text-is("4")')
    assert page.get_attribute("#pop-do", "aria-disabled") == "true", "there is nothing to set yet"
    page.click("#pop-more")
    page.keyboard.type("track")
    page.keyboard.press("Tab")
    page.keyboard.type("green")
    page.wait_for_selector('#pop-then:has-text("kubectl set selector service web app=web,track=green")')
    assert "Nobody answers. Every request is refused." in page.inner_text("#pop-then")
    assert (leads(page), page.inner_text("#endpoints")) == (1, "4"), "the desk never draws a plan"
    assert serious(page) == []
    page.keyboard.press("Enter")
    page.wait_for_selector('#endpoints:text-is("0")')
    page.wait_for_function("!document.querySelector('.cables .core')")
    services = server.get(f"/api/desks/{page.desk}/state")[1]["services"]
    assert services[0]["spec"]["selector"] == {"app": "web", "track": "green"}

    page.click("#sel-deployment")
    page.wait_for_selector("#pop .selrow")
    page.keyboard.press("End")
    page.keyboard.type("2")
    page.wait_for_selector('#pop-then:has-text("field is immutable")')
    assert page.get_attribute("#pop-do", "aria-disabled") == "true"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "sel-deployment"


def test_a_viewer_looks_at_a_pod_and_cannot_touch_it(server, new_desk, open_page):
    page = new_desk("blank")
    four_of_web(page)
    viewer = open_page(page.url, size="phone")
    viewer.wait_for_selector("#app[data-role=viewer][data-live]")
    viewer.locator(".strip[data-rs] .pod").nth(1).tap()
    viewer.wait_for_selector("#insp:not([hidden])")
    box = viewer.locator("#insp").bounding_box()
    assert abs(box["y"] + box["height"] - 844) < 1, "below 1000 px it is a sheet at the lower edge"
    assert viewer.evaluate("document.documentElement.scrollWidth") == 390
    for key in ('#insp-labels [data-label="app"]', "#insp-delete", "#insp-release"):
        assert viewer.get_attribute(key, "aria-disabled") == "true"
        viewer.evaluate("(key) => document.querySelector(key).click()", key)
        viewer.wait_for_selector('#told:has-text("You are watching")')
    assert viewer.locator(".chip--edit, #then-do").count() == 0
    assert len(pods(server, page)) == 4

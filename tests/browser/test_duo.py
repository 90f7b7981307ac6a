"""Blue/green: the crossfader cuts, by pointer and by key, and never rests in the middle. Canary: it is judged, and its keys act."""

import json

from axe_playwright_python.sync_playwright import Axe

TO_BLUE, TO_GREEN = (f"""patch service web -p '{{"spec":{{"selector":{{"app":"{side}"}}}}}}'""" for side in ("blue", "green"))
BLUE_GREEN = (
    "create deployment blue --image=web:1.0 --replicas=3",
    "create service clusterip web --tcp=80",
    "create deployment green --image=web:2.0 --replicas=3",
)
RUN = """(lines) => { const app = document.getElementById("app"); for (const line of lines)
    htmx.ajax("POST", `/d/${app.dataset.desk}/do`, { source: app, target: app, swap: "none", values: { verb: "run", line } }); }"""
"""All at once, as quick hands would: none may be lost."""


def run(page, *lines: str) -> None:
    page.evaluate(RUN, lines)


def selector(server, page) -> dict[str, str]:
    state = server.get(f"/api/desks/{page.desk}/state")[1]
    return state["services"][0]["spec"]["selector"]


def on(page, letter: str) -> None:
    """The cap is at this end, and the leads say so too."""
    page.wait_for_selector(f'#fade-{letter}[aria-checked="true"]')
    page.wait_for_selector(f'.xf__cap[data-at="{letter}"]')
    page.wait_for_selector(f'.strip[data-side="{letter}"] .jack[data-plug="lit"]')


def test_the_crossfader_cuts_by_pointer_by_key_and_by_arrow(server, new_desk, open_page):
    page = new_desk("blank")
    page.click('[data-clock=speed][data-value="16"]')
    run(page, *BLUE_GREEN[:2])
    assert not page.is_visible(".xf__slot") and page.is_visible("#master")
    run(page, BLUE_GREEN[2])
    page.wait_for_selector(".xf__slot")
    page.wait_for_selector('.strip[data-side="b"] [data-n=of]:text-is("3/3")')
    assert page.locator(".xf__cap").count() == 0
    assert not page.is_visible("#master")

    page.click("#fade-a")
    on(page, "a")
    assert selector(server, page) == {"app": "blue"}
    assert page.locator("#log li").first.inner_text().endswith(f"You ran {TO_BLUE}")

    slot = page.locator(".xf__slot").bounding_box()
    y, left, right = slot["y"] + slot["height"] / 2, slot["x"] + 20, slot["x"] + slot["width"]
    page.mouse.move(left, y)
    page.mouse.down()
    page.mouse.move(left + slot["width"] * 0.3, y)
    assert page.get_attribute(".xf__cap", "data-at") == "a"
    page.mouse.move(right - slot["width"] * 0.3, y)
    on(page, "b")
    page.mouse.up()
    assert selector(server, page) == {"app": "green"}
    assert page.locator(".cables .core").count() == 1

    page.keyboard.press("a")
    on(page, "a")
    page.keyboard.press("b")
    on(page, "b")
    page.focus("#fade-b")
    page.keyboard.press("ArrowLeft")
    on(page, "a")
    assert page.evaluate("document.activeElement.id") == "fade-a"
    page.keyboard.press("a")
    ran = [line.inner_text() for line in page.locator("#log li").all() if "You ran patch" in line.inner_text()]
    assert len(ran) == 5

    page.focus("#desired-b")
    page.keyboard.press("ArrowUp")
    page.wait_for_selector('.strip[data-side="b"] [data-n=of]:text-is("4/4")')
    page.wait_for_selector('.xf__stats b:text-is("7")')
    assert page.is_hidden("#heard")
    run(page, "# web: 100 requests/s")
    page.wait_for_selector('#heard [data-n=rps]:text-is("100")')
    page.wait_for_selector('#heard [data-n=lost]:text-is("0")')

    viewer = open_page(page.url)
    viewer.wait_for_selector("#app[data-role=viewer][data-live]")
    on(viewer, "a")
    viewer.keyboard.press("b")
    viewer.wait_for_selector("#told:not([hidden])")
    assert selector(server, page) == {"app": "blue"}
    serious = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == []

    run(page, "delete deployment green")
    page.wait_for_selector("#master", state="visible")
    assert not page.is_visible(".xf__slot")


def a_canary(tmp_path, fails: float) -> str:
    """A scenario file: eight of web:1.0 and two of web:2.0, which fails this part of its requests."""

    def deployment(name: str, track: str, image: str, replicas: int) -> dict:
        labels = {"app": "web", "track": track}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": image}]}}
        spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
        return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}

    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
    }
    objects = [deployment("web", "stable", "web:1.0", 8), deployment("web-canary", "canary", "web:2.0", 2), service]
    images = [{"name": "web:1.0", "error_rate": 0.002}, {"name": "web:2.0", "error_rate": fails}]
    path = tmp_path / "canary.yaml"
    path.write_text(json.dumps({"title": "Canary", "images": images, "objects": objects}))
    return str(path)


def opened(server, open_page, file: str):
    page = open_page(f"{server.url}/")
    page.set_input_files("#file", file)
    page.click("text=open it")
    page.wait_for_selector("#app[data-live]")
    page.desk = page.url.rpartition("/")[2]
    page.click('[data-clock=speed][data-value="64"]')
    return page


def test_a_canary_is_heard_judged_and_promoted(server, open_page, tmp_path):
    page = opened(server, open_page, a_canary(tmp_path, 0.002))
    page.wait_for_selector("#ab", state="visible")
    assert page.inner_text("#verdict h2") == "Nobody sends requests"
    page.click("#ab-clients")
    page.click("#ab-listen")
    page.wait_for_selector('#verdict[data-kind="nothing worse"]', timeout=40_000)
    for id in ("errors", "p95", "p50"):
        assert page.get_attribute(f"#test-{id} use", "href") == "#i-ok"
        plot = page.locator(f"#test-{id} .test__plot").bounding_box()
        for mark in page.locator(f"#test-{id} .test__plot i").all():
            box = mark.bounding_box()
            assert plot["x"] - 8 <= box["x"] and box["x"] + box["width"] <= plot["x"] + plot["width"] + 8
    assert page.locator("#test-errors [data-n=s]").inner_text().startswith("stable 0")
    serious = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == []
    page.click("#ab-promote")
    page.wait_for_selector('#verdict[data-kind="promoted"]')
    page.wait_for_selector('.strip[data-side="a"][data-target] [data-n=of]:text-is("8/8")')
    images = [
        d["spec"]["template"]["spec"]["containers"][0]["image"] for d in server.get(f"/api/desks/{page.desk}/state")[1]["deployments"]
    ]
    assert images == ["web:2.0", "web:2.0"]


def test_a_canary_that_fails_is_faded_out_by_the_key_that_says_so(server, open_page, tmp_path):
    page = opened(server, open_page, a_canary(tmp_path, 0.05))
    page.click("#ab-clients")
    page.click("#play") if page.get_attribute("#app", "data-paused") is not None else None
    page.wait_for_selector('#verdict[data-kind="worse"]', timeout=40_000)
    assert "allowed" in page.inner_text("#verdict p")
    page.focus('.strip[data-side="b"] [data-fader]')
    page.keyboard.press("ArrowUp")
    page.wait_for_selector('#log li:has-text("You ran scale deployment/web-canary --replicas=3")')
    page.click("#ab-out")
    page.wait_for_selector('#verdict[data-kind="gone"]')
    page.wait_for_selector('#log li:has-text("You ran scale deployment/web-canary --replicas=0")')

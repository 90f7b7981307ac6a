"""The rack: a node is switched off and Kubernetes finds out slowly, a drain waits for its budget, a cluster is full."""

import time

import pytest
from playwright.sync_api import TimeoutError, expect

from tests.browser.access import beside, serious, small
from tests.browser.test_duo import run

pytestmark = pytest.mark.still

FOUR = """
title: Four nodes with four places each
nodes: 4
max_pods: 4
objects:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 8
      selector: {matchLabels: {app: web}}
      template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1.0"}]}}
  - apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{port: 80}]}
  - apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: web}
    spec: {minAvailable: 8, selector: {matchLabels: {app: web}}}
"""
REFUSED = "Cannot evict pod as it would violate the pod's disruption budget."
FULL = "0/4 nodes are available: 4 Too many pods."


STOPPED = (
    """(before) => document.getElementById("app").hasAttribute("data-paused") && document.getElementById("clock").textContent !== before"""
)


@pytest.fixture
def four(server, open_page):
    """Opens a desk with eight pods on four nodes, all available, the clock standing."""

    def make(**how):
        page = open_page(f"{server.url}/", **how)
        page.set_input_files("#file", {"name": "four.yaml", "mimeType": "text/yaml", "buffer": FOUR.encode()})
        page.click("#bring button")
        page.wait_for_selector("#app[data-live]")
        page.server, page.desk = server, page.url.rpartition("/")[2]
        page.wait_for_selector(".node[data-node=node-4]")
        skip_until(page, '.strip [data-n=of]:text-is("8/8")')
        return page

    return make


def skip_until(page, selector: str, most: int = 20) -> None:
    """Press the key that skips until this is to be seen."""
    for _ in range(most):
        if appears(page, selector, 600):
            return
        begun = state(page)["time"]
        page.keyboard.press(".")
        deadline = time.monotonic() + 20
        while not ((now := state(page))["paused"] and now["time"] > begun):
            assert time.monotonic() < deadline, f"nothing happened after {begun} s"
            page.wait_for_timeout(50)
    page.wait_for_selector(selector)


def state(page) -> dict:
    return page.server.get(f"/api/desks/{page.desk}/state")[1]


def appears(page, selector: str, ms: int) -> bool:
    try:
        page.wait_for_selector(selector, timeout=ms)
    except TimeoutError:
        return False
    return True


def unit(page, node: str, part: str = ""):
    return page.locator(f"#unit-{node} {part}".strip())


def states(page, node: str) -> list[str]:
    return unit(page, node, ".pod").evaluate_all("cells => cells.map((cell) => cell.dataset.s)")


def condition(page, node: str) -> dict:
    status = next(n for n in state(page)["nodes"] if n["metadata"]["name"] == node)["status"]
    return next(c for c in status["conditions"] if c["type"] == "Ready")


def test_a_node_is_switched_off_and_kubernetes_finds_out_slowly(four):
    page = four()
    page.keyboard.press("g")
    page.keyboard.press("n")
    page.focus("#usw-unit-node-4")
    page.keyboard.press("Space")
    page.wait_for_selector('#usw-unit-node-4[aria-checked="false"]')
    unit(page, "node-4", ".unit__t:has-text('Ready, not noticed')").wait_for()
    assert states(page, "node-4") == ["available"] * 2
    page.wait_for_selector("#fate-panel h2:has-text('Kubernetes has not noticed.')")
    page.wait_for_selector("#skip-1:has-text('node-4 is NotReady')")
    assert serious(page) == []

    skip_until(page, "#unit-node-4 .unit__t:has-text('NotReady for')", 1)
    assert states(page, "node-4") == ["lost"] * 2
    assert unit(page, "node-4", ".pod__id").all_inner_texts() == ["lost v1"] * 2
    assert unit(page, "node-4", ".pods").get_attribute("aria-label") == "2 pods on node-4: 2 on a lost node"
    assert condition(page, "node-4")["reason"] == "NodeStatusUnknown"
    page.wait_for_selector("#skip-1:has-text('2 pods are evicted')")
    page.click("#skip-1")
    page.wait_for_selector("#unit-node-4 .pod[data-s=terminating] + .pod[data-s=terminating]", timeout=30_000)
    page.wait_for_selector("#app[data-paused]")
    times = [float(mark) / 1000 for mark in page.locator("#fate-panel [data-at]").evaluate_all("found => found.map((m) => m.dataset.at)")]
    off, noticed, evicted = times
    assert 50 <= noticed - off <= 55.1 and 300 <= evicted - noticed < 301
    skip_until(page, "#nodehead span:has-text('v1, 8 available')")
    told = [pod["spec"]["nodeName"] for pod in state(page)["pods"] if "deletionTimestamp" in pod["metadata"]]
    assert told == ["node-4"] * 2 and sum(len(states(page, f"node-{n}")) for n in (1, 2, 3)) == 8

    page.focus("#unit-node-4-f-power-on")
    page.keyboard.press("Enter")
    page.wait_for_selector("#pick-unit-node-4:focus")
    skip_until(page, "#unit-node-4 .unit__t span:text-is('Ready')")
    skip_until(page, "#unit-node-4 .pods:not(:has(.pod))")
    assert len(state(page)["pods"]) == 8 and all(pod["spec"]["nodeName"] != "node-4" for pod in state(page)["pods"])
    page.keyboard.press("Escape")
    page.wait_for_selector("#noderoom", state="hidden")
    said = page.locator("#log").inner_text()
    for words in ("# node-4: power off", "node-4 is NotReady.", "2 pods of v1 are evicted.", "# node-4: power on", "node-4 is Ready."):
        assert words in said
    assert page.evaluate("document.activeElement.dataset.openNode !== undefined || document.activeElement === document.body")


def test_a_drain_waits_for_its_budget_is_stopped_and_goes_on_one_by_one(four):
    page = four()
    page.click("#open-unit-node-3")
    unit(page, "node-3", "button:text-is('drain')").click()
    unit(page, "node-3", ".unit__t:has-text('Ready, draining')").wait_for()
    page.wait_for_selector("#say-nodes:has-text('node/node-3 cordoned')")
    page.wait_for_selector("#skip-1:has-text('the drain of node-3 is refused')")
    skip_until(page, f'#fate-panel:has-text("{REFUSED}")')
    assert "waits: budget web needs 8 healthy pods and has 8" in unit(page, "node-3").inner_text().replace("wait:", "waits:")
    assert states(page, "node-3") == ["available"] * 2
    unit(page, "node-3", "button:text-is('stop draining')").click()
    unit(page, "node-3", ".unit__t:has-text('Ready, cordoned')").wait_for()
    unit(page, "node-3", "button:text-is('drain')").click()
    unit(page, "node-3", ".unit__t:has-text('Ready, draining')").wait_for()

    run(page, "scale deployment/web --replicas=9")
    skip_until(page, "#unit-node-3 .pods:not(:has(.pod + .pod))")
    assert states(page, "node-3") == ["available"]
    skip_until(page, "#unit-node-3 .pods:not(:has(.pod))")
    skip_until(page, "#unit-node-3 .unit__t:has-text('Ready, cordoned')")
    unit(page, "node-3", "button:text-is('uncordon')").click()
    unit(page, "node-3", ".unit__t span:text-is('Ready')").wait_for()
    unit(page, "node-3", "button:text-is('cordon')").click()
    unit(page, "node-3", ".unit__t:has-text('Ready, cordoned')").wait_for()
    page.click("#nodes-close")
    said = page.locator("#log").inner_text()
    assert said.count(REFUSED) == 2 and "node-3 is drained." in said and "# node-3: stop draining" in said


def test_a_cluster_that_is_full_says_so_in_the_schedulers_words_everywhere(four):
    page = four(theme="dark")
    run(page, "scale deployment/web --replicas=18")
    skip_until(page, '.strip [data-n=of]:text-is("16/18")')
    page.wait_for_selector(f".foot:has-text('2 find no node. {FULL}')")
    assert f"The scheduler says: {FULL}" in page.locator("#why").inner_text()
    page.keyboard.press("g")
    page.keyboard.press("n")
    none = page.locator("#nonode")
    none.wait_for()
    expect(none.locator(".pod[data-s=pending]")).to_have_count(2)
    assert none.locator(".unit__s b").inner_text() == "0/4 nodes are available"
    assert none.locator(".unit__s li").all_inner_texts() == ["4 Too many pods"]
    assert serious(page) == []
    page.keyboard.press("Escape")
    page.locator(".strip .pod[data-s=pending]").first.click()
    page.wait_for_selector(f"#insp-facts:has-text('{FULL} no new claims to deallocate, preemption: 0/4 nodes are available')")


def test_on_a_phone_the_rack_is_worked_by_finger(four):
    page = four(size="phone")
    page.tap("#open-unit-node-2")
    page.wait_for_selector("#fate-panel[data-node=node-2]")
    assert beside(page) <= 0
    assert small(page) == []
    page.tap("#usw-unit-node-2")
    page.wait_for_selector("#skip-1:has-text('node-2 is NotReady')")
    assert page.locator("#skip-1").bounding_box()["y"] < page.locator("#unit-node-1").bounding_box()["y"]


def test_a_lesson_goes_on_beside_the_rack(new_desk):
    page = new_desk("node-down")
    page.click("#open-unit-node-1")
    page.wait_for_selector("#fate-panel[data-node=node-1]")
    page.click('[data-clock=speed][data-value="16"]')
    page.click("#lesson [data-step]:not([hidden]) [data-next]:not([aria-disabled=true])")
    page.click("#lesson [data-step]:not([hidden]) .act")
    page.wait_for_selector('#usw-unit-node-1[aria-checked="false"]')
    assert page.locator("#lesson").bounding_box()["x"] > page.locator("#unit-node-4").bounding_box()["x"]

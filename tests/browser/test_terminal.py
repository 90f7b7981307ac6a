"""The terminal as somebody uses it: keyboard first, four watches, on a phone, and beside somebody who only watches."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.still

DEMO = [
    "kubectl create deployment web --image=nginx",
    "kubectl scale deployment web --replicas=10",
    "kubectl set image deployment web nginx=that-image-does-not-exist",
]


def typed(page, line: str) -> None:
    page.fill("#cmd", line)
    page.press("#cmd", "Enter")


def test_the_articles_demo_in_four_watches(new_desk):
    page = new_desk()
    page.click('[data-clock=speed][data-value="16"]')
    page.keyboard.press("`")
    page.wait_for_selector("#cmd:focus")
    page.click("#term-four")
    page.wait_for_selector(".pane >> nth=3")
    pods, sets, deployments, events = (page.locator(".pane").nth(i) for i in range(4))
    for line, (said, ready) in zip(DEMO, (("created", "1/1"), ("scaled", "10/10"), ("image updated", "8/10")), strict=True):
        typed(page, line)
        page.wait_for_selector(f"#term-out >> text=deployment.apps/web {said}")
        deployments.locator(f"text={ready}").first.wait_for()
    pods.locator("em", has_text="ImagePull").first.wait_for()
    assert sets.locator("u[data-hue]").count() > 4
    assert "Scaled up replica set" in events.inner_text()
    assert page.locator(".strip:not(.strip--empty)").count() == 2
    typed(page, "kubectl rollout undo deployment web")
    page.wait_for_selector("#term-out >> text=deployment.apps/web rolled back")
    typed(page, "kubectl rollout status deployment web")
    page.wait_for_selector('#term-out >> text=deployment "web" successfully rolled out')
    page.locator(".pane header button").first.click()
    assert page.locator(".pane").count() == 3
    page.keyboard.press("Escape")
    assert page.locator("#terminal").is_hidden()


def test_ctrl_c_ends_what_runs_and_arrows_bring_lines_back(new_desk):
    page = new_desk()
    page.keyboard.press("`")
    typed(page, "kubectl create deployment web --image=that-image-does-not-exist")
    page.wait_for_selector("#term-out >> text=created")
    typed(page, "kubectl rollout status deployment web")
    page.wait_for_selector("#term-run:not([hidden])")
    page.keyboard.press("Control+c")
    page.wait_for_selector("#term-out >> text=^C")
    assert page.locator("#term-run").is_hidden()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.input_value("#cmd") == "kubectl create deployment web --image=that-image-does-not-exist"


SLOW = "() => { const asked = fetch; fetch = (...how) => new Promise((go) => setTimeout(go, 200)).then(() => asked(...how)); }"
"""A slow network: what comes next is typed before this is answered."""


def test_what_is_typed_ahead_waits_for_its_turn(new_desk):
    page = new_desk()
    page.keyboard.press("`")
    page.evaluate(SLOW)
    kinds = ("pods", "services", "deployments", "replicasets")
    for kind in kinds:
        typed(page, f"kubectl get {kind} --namespace=default")
    page.wait_for_function("() => document.querySelectorAll('#term-out .cmd .err').length == 4")
    assert page.locator("#term-out .big__line b").all_inner_texts() == [f"kubectl get {kind} --namespace=default" for kind in kinds]


def test_ctrl_c_ends_a_line_whose_answer_is_still_on_its_way(new_desk):
    page = new_desk()
    page.keyboard.press("`")
    page.evaluate(SLOW)
    typed(page, "kubectl get pods -w")
    page.wait_for_selector(".pane")
    page.keyboard.press("Control+c")
    page.wait_for_selector(".pane[data-ended]")


def test_tab_completes_and_says_what_a_verb_does(new_desk):
    page = new_desk()
    page.keyboard.press("`")
    page.keyboard.type("kubectl rollout u")
    page.wait_for_selector("#compl-said >> text=goes back to the revision before")
    page.keyboard.press("Tab")
    assert page.input_value("#cmd") == "kubectl rollout undo "


def test_tab_takes_what_completes_the_line_as_it_is_not_as_it_was(new_desk):
    page = new_desk()
    page.keyboard.press("`")
    page.evaluate(SLOW)
    page.keyboard.type("kubec")
    page.wait_for_selector('#compl [aria-selected="true"]')
    page.keyboard.type("tl desc")
    page.keyboard.press("Tab")
    page.wait_for_function("() => document.getElementById('cmd').value === 'kubectl describe '")
    page.keyboard.type("repl")
    page.keyboard.press("Tab")
    page.wait_for_function("() => document.getElementById('cmd').value === 'kubectl describe replicasets '")
    page.fill("#cmd", "")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") != "cmd", "where nothing completes, Tab leaves"


def test_a_sitting_at_the_prompt(new_desk):
    """One page: what is completed, coloured, suggested, refused, asked by curl, applied from the editor and ended by Ctrl-C."""
    page = new_desk("fade")
    page.click("#terminal-key")
    out = page.locator("#term-out")
    for begun, taken in (("kubectl desc", "kubectl describe "), ("kubectl get depl", "kubectl get deployments ")):
        page.fill("#cmd", "")
        page.type("#cmd", begun)
        page.wait_for_selector('#compl [aria-selected="true"]')
        page.press("#cmd", "Tab")
        assert page.input_value("#cmd") == taken
    page.wait_for_selector("#compl >> text=web")
    page.press("#cmd", "Tab")
    assert page.input_value("#cmd") == "kubectl get deployments web "
    page.press("#cmd", "Enter")
    out.locator("text=UP-TO-DATE").wait_for()
    typed(page, "kubectl get rs")
    out.locator("u[data-hue]").first.wait_for()
    assert 1 <= page.locator("#sugg button").count() <= 3
    typed(page, "kubectl get pods | wc -l")
    out.locator("text=without the shell's |").wait_for()
    typed(page, "kubectl gte pods")
    out.locator("text=Did you mean this?").wait_for()
    typed(page, "kubectl wait --for=condition=available deploy/web")
    out.locator("text=deployment.apps/web condition met").wait_for()
    typed(page, "curl web")
    out.locator("text=from pod/web-").wait_for()
    typed(page, "kubectl get svc web -o jsonpath={.spec.clusterIP}")
    address = out.locator(".cmd").last.locator(".out")
    address.wait_for()
    typed(page, f"curl {address.inner_text().strip()}")
    out.locator("text=from pod/web- >> nth=1").wait_for()
    typed(page, "kubectl apply -f svc.yaml")
    page.wait_for_selector("#editor[open]")
    page.fill("#editor-text", "apiVersion: v1\nkind: Service\nmetadata: {name: other}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n")
    page.click("#editor button[value=save]")
    out.locator("text=service/other created").wait_for()
    typed(page, "kubectl get pods -w")
    page.wait_for_selector(".pane")
    page.focus("#cmd")
    page.keyboard.press("Control+c")
    page.wait_for_selector(".pane[data-ended]")


def test_an_editor_opens_in_place_of_a_file(new_desk):
    page = new_desk("fade")
    page.click("#terminal-key")
    typed(page, "kubectl edit deployment web")
    page.wait_for_selector("#editor[open]")
    text = page.input_value("#editor-text")
    page.fill("#editor-text", text.replace("replicas: 10", "replicas: 4", 1))
    page.click("#editor button[value=save]")
    page.wait_for_selector("#term-out >> text=deployment.apps/web edited")


def test_run_teaches_once_and_its_card_makes_the_deployment(new_desk):
    page = new_desk()
    page.click("#terminal-key")
    typed(page, "kubectl run web --image=nginx")
    page.click(".hint .cli button")
    page.wait_for_selector("#term-out >> text=deployment.apps/web created")
    typed(page, "kubectl run web3 --image=nginx")
    page.wait_for_selector("#term-out >> text=pod/web3 created")
    assert page.locator(".hint").count() == 1


def test_who_watches_reads_and_is_told_why_not_more(server, new_desk, open_page):
    maker = new_desk("fade")
    page = open_page(f"{server.url}/d/{maker.desk}")
    page.wait_for_selector("#app[data-live]")
    page.click("#terminal-key")
    typed(page, "kubectl get deployments")
    page.wait_for_selector("#term-out >> text=UP-TO-DATE")
    typed(page, "kubectl scale deployment web --replicas=1")
    page.wait_for_selector("#term-out >> text=only its maker changes it")


def test_a_line_is_never_markup(new_desk):
    page = new_desk()
    page.click("#terminal-key")
    typed(page, "kubectl get '<img src=x onerror=alert(1)>'")
    page.wait_for_selector("#term-out .err")
    assert page.locator("#term-out img").count() == 0


def test_the_terminal_fits_a_phone(new_desk):
    page = new_desk("fade", size="phone")
    page.click("[data-open-terminal]")
    typed(page, "kubectl get pods -o wide")
    page.wait_for_selector("#term-out >> text=READINESS")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for selector in ("#term-four", "#term-close", "#cmd"):
        assert page.locator(selector).bounding_box()["height"] >= 44


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(new_desk, theme):
    page = new_desk("fade", theme=theme)
    page.click("#terminal-key")
    page.click("#term-four")
    page.wait_for_selector(".pane >> nth=3")
    typed(page, "kubectl get pods")
    page.wait_for_selector("#term-out >> text=READY")
    page.keyboard.type("kubectl rollout ")
    page.wait_for_selector('#compl [aria-selected="true"]')
    found = Axe().run(page).response["violations"]
    serious = [(v["id"], [node["target"] for node in v["nodes"]][:3]) for v in found if v["impact"] in ("serious", "critical")]
    assert serious == []

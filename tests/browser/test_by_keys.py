"""A lesson without a pointer: every act of it is done by keys, and wherever the focus is, it is seen."""

import pytest

pytestmark = pytest.mark.still

STEP = "#lesson [data-step]:not([hidden])"
FOCUS = """() => {
    const at = document.activeElement, box = at.getBoundingClientRect();
    const ringed = [at, at.nextElementSibling, at.closest("label"), at.parentElement].filter(Boolean).some((e) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(e);
        return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    });
    const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    return { what: at.outerHTML.slice(0, 140), ringed, seen, body: at === document.body };
}"""
MOST_TABS = 120


def tab_to(page, wanted: str) -> None:
    """Like somebody who does not know where things are: by Tab alone, until the focus is there."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["body"] or (focus["ringed"] and focus["seen"]), focus
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"Tab does not lead to {wanted}")


@pytest.fixture
def desk(server, open_page):
    page = open_page(f"{server.url}/")
    tab_to(page, 'button[value="broken-deploy"]')
    page.keyboard.press("Enter")
    page.wait_for_selector("#app[data-live]")
    return page


def test_broken_deploy_from_the_first_step_to_the_undo(desk):
    desk.keyboard.press("4")
    desk.locator("#now", has_text="10 pods of v1 answer").wait_for()
    desk.wait_for_selector(f"{STEP} [data-next]:not([aria-disabled=true])")
    tab_to(desk, "#lesson [data-next]")
    desk.keyboard.press("Enter")
    desk.wait_for_selector('#lesson [data-step="2"]:not([hidden])')

    # guess, as a radio group is answered: Tab to it, arrows in it
    tab_to(desk, f"{STEP} .guess input")
    desk.keyboard.press("ArrowRight")
    guess = desk.evaluate("document.activeElement.value")
    assert desk.locator(f"{STEP} .guess input:checked").get_attribute("value") == guess == "8"
    tab_to(desk, f"{STEP} .act")
    desk.keyboard.press("Enter")
    desk.locator("#now", has_text="cannot start").wait_for()
    desk.locator(f"{STEP} [data-said]", has_text="You said 8.").wait_for()

    desk.wait_for_selector(f"{STEP} [data-next]:not([aria-disabled=true])")
    desk.keyboard.press("2")
    desk.keyboard.press("n")
    desk.wait_for_selector('#lesson [data-step="3"]:not([hidden])')
    tab_to(desk, f"{STEP} [data-clock=skip]")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#app[data-paused]")
    for _ in range(8):
        desk.wait_for_timeout(300)
        if desk.locator(f"{STEP} [data-next]:not([aria-disabled=true])").count():
            break
        desk.keyboard.press(".")
        desk.wait_for_selector("#app:not([data-paused])")
        desk.wait_for_selector("#app[data-paused]")
    desk.wait_for_selector(f"{STEP} [data-next]:not([aria-disabled=true])")
    assert "ProgressDeadlineExceeded" in desk.text_content("#log") + desk.text_content("#why")

    # from here with a presenter's remote: the next step, its act
    desk.keyboard.press("PageDown")
    desk.wait_for_selector('#lesson [data-step="4"]:not([hidden])')
    desk.keyboard.press("PageDown")
    desk.wait_for_selector(f"{STEP} .act[data-done]")
    if desk.locator("#app[data-paused]").count():
        desk.keyboard.press(" ")
    desk.locator("#now", has_text="10 pods of v1 answer").wait_for()
    desk.keyboard.press("PageUp")
    desk.wait_for_selector('#lesson [data-step="3"]:not([hidden])')


def test_a_class_is_asked_by_keys(desk, open_page, server):
    phone = open_page(f"{server.url}/d/{desk.url.rpartition('/')[2]}/follow", size="phone")
    phone.wait_for_selector("#app[data-live]")
    desk.get_by_text(", 1 follows").wait_for()
    desk.keyboard.press("4")
    desk.locator("#now", has_text="10 pods of v1 answer").wait_for()
    desk.keyboard.press("q")
    desk.wait_for_selector("#poll-menu[open]")
    desk.keyboard.press("ArrowDown")
    assert desk.evaluate("document.activeElement.name") == "about"
    tab_to(desk, "#poll-form .key--solid")
    desk.keyboard.press("Enter")
    phone.wait_for_selector("#poll-phone form")
    tab_to(phone, "#poll-phone input")
    phone.keyboard.press("ArrowUp")
    tab_to(phone, "#poll-phone .key--solid")
    phone.keyboard.press("Enter")
    desk.locator("#poll-desk", has_text="1 of 1 have answered").wait_for()
    tab_to(desk, "#poll-desk [data-poll-do=open]")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#poll-desk:not(:has([data-poll-do=open]))")
    tab_to(desk, "#poll-desk [data-poll-do=away]")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#poll-desk", state="hidden")


def test_the_desk_itself_by_keys(desk):
    """A fader, a knob, a pod and its label, the rollback on a strip, the past and back, the terminal."""
    desk.keyboard.press("4")
    desk.locator("#now", has_text="10 pods of v1 answer").wait_for()
    tab_to(desk, ".strip[data-rs] [data-fader]")
    said = desk.evaluate("document.activeElement.getAttribute('aria-valuetext')")
    assert said == "10 replicas, 10 ready, on air"
    tab_to(desk, ".strip[data-rs] .pod")
    assert desk.evaluate("document.activeElement.getAttribute('aria-label')").endswith(": available")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#insp:not([hidden])")
    desk.keyboard.press("Escape")
    tab_to(desk, "#desired")
    desk.keyboard.press("ArrowUp")
    desk.locator("#now", has_text="11 pods of v1 answer").wait_for()
    tab_to(desk, ".knob__dial")
    desk.keyboard.press("ArrowUp")
    tab_to(desk, "#acts-fold summary")
    desk.keyboard.press("Enter")
    tab_to(desk, "#act-good")
    desk.keyboard.press("Enter")
    desk.locator("#now", has_text="11 pods of v2 answer. Nothing").wait_for()
    desk.keyboard.press("g")
    desk.keyboard.press("1")
    desk.keyboard.press("u")
    desk.locator("#now", has_text="11 pods of v1 answer. Nothing").wait_for()
    tab_to(desk, "#scrub")
    desk.keyboard.press("Home")
    desk.wait_for_selector("#app[data-past]")
    tab_to(desk, "#back-to-live")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#app:not([data-past])")
    desk.keyboard.press("`")
    assert desk.evaluate("document.activeElement.id") == "cmd"
    desk.keyboard.press("Escape")
    desk.wait_for_selector("#terminal", state="hidden")

"""Broken deploy, taught: a presenter, a projector and three phones see the same second at every step, from the first to the undo."""

import threading

from tests.browser.test_desk import faster

MOMENT = """() => ({
    now: document.getElementById("now").textContent,
    clock: document.getElementById("clock").textContent.split(".")[0],
    strips: [...document.querySelectorAll(".strip[data-rs]:not([hidden])")].map((strip) =>
        [strip.dataset.rs, ...[...strip.querySelectorAll(".cap, .pod")].map((part) => part.dataset.s ?? part.textContent)].join()),
    available: document.getElementById("available").textContent,
    total: document.getElementById("total").textContent,
    why: document.querySelector("#why h3").textContent,
})"""
DRAWN = """() => [...document.querySelectorAll("#poll-panel .votes li")].map((row) =>
    [row.style.getPropertyValue("--i"), row.querySelectorAll("i").length, row.querySelectorAll("[data-right]").length])"""
STEP = "#lesson [data-step]:not([hidden])"


def agree(presenter, *others) -> dict:
    """All stand at the same moment; the clock is paused for it."""
    presenter.wait_for_selector("#app[data-paused]")
    seen = None
    for _ in range(40):
        presenter.wait_for_timeout(50)
        seen = [page.evaluate(MOMENT) for page in (presenter, *others)]
        if all(moment == seen[0] for moment in seen):
            return seen[0]
    for moment in seen[1:]:
        assert moment == seen[0]
    raise AssertionError


def pause(page) -> None:
    page.click("#play")
    page.wait_for_selector("#app[data-paused]")


def play(page) -> None:
    page.click("#play")
    page.wait_for_selector("#app:not([data-paused])")


def phone(open_page, server, desk, **how):
    page = open_page(f"{server.url}/d/{desk}/follow", size="phone", **how)
    page.wait_for_selector("#app[data-live]")
    return page


def test_broken_deploy_is_taught_from_the_first_step_to_the_undo(new_desk, open_page, server):
    teacher = new_desk("broken-deploy", size="laptop")
    with teacher.context.expect_page() as opened:
        teacher.keyboard.press("p")
    wall = opened.value
    wall.set_viewport_size({"width": 1920, "height": 1080})
    wall.wait_for_selector("#app[data-live]")
    ann = phone(open_page, server, teacher.desk)
    ben = phone(open_page, server, teacher.desk, quiet=False)
    teacher.get_by_text(", 2 follow").wait_for()

    faster(teacher, "16")
    teacher.locator("#now", has_text="10 pods of v1 answer").wait_for()
    pause(teacher)
    assert agree(teacher, wall, ann, ben)["available"] == "10"

    # one loses the network for ten seconds
    ben.context.set_offline(True)
    since = threading.Event()
    threading.Timer(10, since.set).start()
    ben.locator("#off", has_text="What you see is the past").wait_for()

    # the lesson's question, before the image is set that does not exist; one comes late, right into it
    teacher.click(f"{STEP} [data-next]:not([aria-disabled=true])")
    teacher.keyboard.press("q")
    assert teacher.inner_text("#poll-form fieldset label >> nth=0") == "How many pods answer in 10 s?"
    teacher.click("#poll-form .key--solid")
    cleo = phone(open_page, server, teacher.desk)
    for page, guess in ((ann, "8"), (cleo, "0")):
        page.click(f'#poll-phone .option:has-text("{guess}") >> nth=-1')
        page.click(f'#poll-phone button:has-text("send {guess}")')
        page.locator("#poll-phone", has_text=f"You said {guess}.").wait_for()
    wall.locator("#poll-panel b", has_text="2").wait_for()
    assert "8" not in wall.inner_text("#poll-panel"), "the guesses stay hidden"
    wall.bring_to_front()
    wall.keyboard.press("PageDown")
    wall.locator("#poll-title", has_text="8 pods are available. 1 of 2 said so.").wait_for()
    assert wall.evaluate(DRAWN) == [["8.0", 1, 1], ["0.0", 1, 0]], "on the scale of the faders"
    assert wall.locator("#poll-why .sum b").all_text_contents() == ["10", "2", "8"]
    assert ann.locator("#poll-phone [data-said]").text_content() == "You said 8."
    moment = agree(teacher, wall, ann, cleo)
    assert (moment["available"], moment["total"]) == ("8", "13")

    # one that is asked on the spot, where faders are dragged
    wall.keyboard.press("PageDown")
    ann.wait_for_selector("#poll-phone", state="hidden")
    teacher.bring_to_front()
    teacher.keyboard.press("q")
    teacher.check("#poll-form input[value=available]")
    teacher.click("#poll-form .key--solid")
    for page, guess in ((ann, 8), (cleo, 0)):
        page.wait_for_selector("#poll-phone form")
        fader = page.locator("#poll-phone input[type=range]")
        fader.focus()
        if not guess:
            page.keyboard.press("Home")
        page.click(f'#poll-phone button:has-text("send {guess}")')
        page.locator("#poll-phone", has_text=f"You said {guess}.").wait_for()
    teacher.click("#poll-desk [data-poll-do=open]")
    wall.locator("#poll-title", has_text="8 pods are available. 1 of 2 said so.").wait_for()
    assert wall.evaluate(DRAWN) == [["8.0", 1, 1], ["0.0", 1, 0]]
    teacher.click("#poll-desk [data-poll-do=away]")

    since.wait()
    ben.context.set_offline(False)
    ben.wait_for_selector("#app[data-live]")
    agree(teacher, wall, ann, ben, cleo)

    # the third step: nothing moves until the deadline has passed, and not then
    teacher.bring_to_front()
    teacher.click(f"{STEP} [data-next]:not([aria-disabled=true])")
    play(teacher)
    teacher.locator("#why", has_text="ProgressDeadlineExceeded").wait_for()
    teacher.wait_for_selector(f"{STEP} [data-next]:not([aria-disabled=true])")
    pause(teacher)
    moment = agree(teacher, wall, ann, ben, cleo)
    assert (moment["available"], moment["total"]) == ("8", "13")

    # the fourth, from the wall: the way back
    wall.bring_to_front()
    wall.keyboard.press("PageDown")
    assert teacher.locator(f"{STEP} h2").text_content() == wall.locator(f"{STEP} h2").text_content() == "Roll it back"
    wall.keyboard.press("PageDown")
    teacher.wait_for_selector(f"{STEP} .act[data-done]")
    moment = agree(teacher, wall, ann, ben, cleo)
    teacher.bring_to_front()
    play(teacher)
    teacher.locator("#now", has_text="10 pods of v1 answer").wait_for()
    pause(teacher)
    moment = agree(teacher, wall, ann, ben, cleo)
    assert (moment["available"], moment["total"]) == ("10", "10")

"""A desk is made, an image is set, both caps move through what the engine reports, others follow, and nothing is ever lost."""

import re

import pytest

CAPS = """
    window.caps = {};
    const note = () => document.querySelectorAll(".strip[data-rs]").forEach((strip) => {
        const seen = (window.caps[strip.dataset.rs] ??= []), cap = Number(strip.querySelector(".cap").textContent);
        if (seen.at(-1) !== cap) seen.push(cap);
        if (String(cap) !== strip.style.getPropertyValue("--v")) seen.push(`cap ${cap} drawn at ${strip.style.getPropertyValue("--v")}`);
    });
    note();
    new MutationObserver(note).observe(document.getElementById("stage"), { subtree: true, childList: true, characterData: true });
"""


def state(server, page) -> dict:
    return server.get(f"/api/desks/{page.desk}/state")[1]


def press(page, act: str) -> None:
    page.click(f"#act-{act}")


def faster(page, speed: str = "4") -> None:
    page.click(f'[data-clock=speed][data-value="{speed}"]')
    page.wait_for_selector(f'#app[data-speed="{speed}"]')


def ten_of_web(page) -> None:
    """Ten of nginx behind a Service."""
    page.click("#do-it")
    page.wait_for_selector(".strip[data-rs]")
    press(page, "expose")
    for _ in range(6):
        page.focus("#desired")
        page.keyboard.press("ArrowUp")
    page.wait_for_selector('.strip [data-n=of]:text-is("10/10")')


def on_air(page, speed: str) -> None:
    """Waits, at the highest speed, until all ten answer; goes on at this one."""
    faster(page, "16")
    page.wait_for_selector('.strip [data-n=of]:text-is("10/10")')
    if speed != "16":
        faster(page, speed)


def sizes(server, page) -> dict[str, list[int]]:
    """The sizes that the engine gave each set, in order, from its ledger."""
    found: dict[str, list[int]] = {}
    for entry in state(server, page)["ledger"]:
        seen = found.setdefault(f"rs/{entry['replicaset']}", [0])
        match entry["rule"]:
            case "new may grow by" if entry["result"]:
                seen.append(entry["replicas"] - entry["wanted"] + entry["result"])
            case "only one set has replicas":
                seen.append(entry["replicas"])
            case "available old pods may go" | "unhealthy old pods go first":
                seen.append(seen[-1] - entry["result"])
    return found


def test_both_caps_move_through_the_values_the_engine_reports(server, new_desk, open_page):
    page = new_desk("blank")
    faster(page)
    ten_of_web(page)
    viewer = open_page(page.url)
    viewer.wait_for_selector("#app[data-role=viewer][data-live]")
    faster(page, "1")  # so that there is more to see than two screens on a busy machine miss
    for window in (page, viewer):
        window.evaluate(CAPS)
    old = page.get_attribute(".strip[data-rs]", "data-rs")
    # as slowly as it takes a busy machine to draw some of the steps
    faster(page, "1")
    press(page, "good")
    for window in (page, viewer):
        window.wait_for_function("() => Object.keys(caps).length == 2 && Object.values(caps).every((seen) => seen.length >= 3)")
    faster(page, "16")
    page.wait_for_selector('.strip[data-target] [data-n=of]:text-is("10/10")')
    page.wait_for_selector(f'.strip[data-rs="{old}"] .cap:text-is("0")')
    viewer.wait_for_selector(f'.strip[data-rs="{old}"] .cap:text-is("0")')
    new = page.get_attribute(".strip[data-target]", "data-rs")

    engine = sizes(server, page)
    for window in (page, viewer):
        caps = window.evaluate("window.caps")
        assert caps[old][0] == 10
        assert len(caps[old]) >= 3
        assert len(caps[new]) >= 3
        for name in (old, new):
            assert is_within(caps[name], engine[name]), (name, caps[name], engine[name])
            assert caps[name][-1] == engine[name][-1]
    sets = {f"rs/{rs['metadata']['name']}": rs for rs in state(server, page)["replicasets"]}
    assert (sets[old]["spec"]["replicas"], sets[new]["status"]["availableReplicas"]) == (0, 10)
    for window in (page, viewer):
        window.wait_for_function("() => document.getElementById('now').innerText == '10 pods of v2 answer. Nothing is moving.'")


def is_within(seen: list, reported: list[int]) -> bool:
    """What was seen is what was reported, in that order, with nothing in between that was not; a screen may miss some."""
    rest = iter(reported)
    return all(any(value == other for other in rest) for value in seen)


def test_a_reload_loses_nothing(server, new_desk):
    page = new_desk("blank")
    faster(page)
    ten_of_web(page)
    press(page, "missing")
    page.wait_for_selector("#callout:not([hidden])")
    page.click("#play")
    page.wait_for_selector("#app[data-paused]")
    page.wait_for_timeout(300)
    parts = ["#now", "#strips", "#service", "#master", "#why", "#log", "#callout", "#acts", "#rack", "#clock"]
    look = f"() => {parts}.map((part) => document.querySelector(part).innerText)"
    before, cells = page.evaluate(look), page.evaluate("document.querySelectorAll('.pod').length")
    page.reload()
    page.wait_for_selector("#app[data-paused][data-live]")
    page.wait_for_timeout(500)
    assert page.evaluate(look) == before
    assert page.evaluate("document.querySelectorAll('.pod').length") == cells
    assert page.get_attribute("#app", "data-role") == "presenter"


def test_the_stuck_rollout_is_explained_and_one_press_brings_it_back(server, new_desk):
    page = new_desk("broken-deploy")
    faster(page)
    page.click("#lesson [data-step]:not([hidden]) [data-next]:not([aria-disabled=true])")
    page.click("#lesson [data-step]:not([hidden]) .act")
    page.wait_for_selector("#undo")
    assert page.inner_text(".air b") == "80%"
    assert page.inner_text("#now") == "v2 cannot start. 8 of 10 pods still answer."
    assert page.locator(".sum b").all_inner_texts() == ["13", "8", "5", "0"]
    assert [cap.strip() for cap in page.locator(".strip[data-rs] .cap").all_inner_texts()] == ["8", "5"]
    page.click("#undo")
    page.wait_for_selector('.strip[data-target] [data-n=of]:text-is("10/10")')
    page.wait_for_selector("#callout", state="hidden")
    assert all(d["status"]["availableReplicas"] == 10 for d in state(server, page)["deployments"])


def test_after_the_server_was_killed_the_page_comes_back_by_itself_to_the_same_rollout(server_to_kill, new_desk):
    page = new_desk("fade", where=server_to_kill, quiet=False)
    on_air(page, "1")
    page.click("#acts-fold summary")
    press(page, "good")
    page.wait_for_selector('.strip[data-target] .cap:text-is("5")')
    before = state(server_to_kill, page)
    server_to_kill.kill()
    page.wait_for_selector("#off:not([hidden])")
    assert page.inner_text("#off b") == "The desk lost its line"
    assert re.search(r"Last heard at \d:\d\d\. What you see is the past\.", page.inner_text("#off span"))
    assert page.locator(".strip[data-rs]").count() == 2
    assert page.get_attribute("#play", "aria-disabled") == "true"
    server_to_kill.start()
    page.wait_for_selector("#app[data-live]", timeout=30_000)
    page.wait_for_selector("#off", state="hidden")
    after = state(server_to_kill, page)
    assert after["time"] >= before["time"]
    assert {rs["metadata"]["uid"] for rs in after["replicasets"]} == {rs["metadata"]["uid"] for rs in before["replicasets"]}
    faster(page, "16")
    page.wait_for_selector('.strip[data-target] [data-n=of]:text-is("10/10")')


def test_a_fader_moved_by_keyboard_and_by_mouse_scales_the_deployment(server, new_desk):
    page = new_desk("fade")
    on_air(page, "4")
    page.focus("#desired")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector('.strip[data-target] .cap:text-is("9")')
    box = page.locator("#master .fader input").bounding_box()
    cap = page.locator("#master .cap").bounding_box()
    page.mouse.move(cap["x"] + cap["width"] / 2, cap["y"] + cap["height"] / 2)
    page.mouse.down()
    page.mouse.move(cap["x"] + cap["width"] / 2, box["y"] + box["height"] * 0.75, steps=6)
    page.mouse.up()
    wanted = int(page.inner_text("#master .cap"))
    assert 1 < wanted < 6
    page.wait_for_selector(f'.strip[data-target] .cap:text-is("{wanted}")')
    assert state(server, page)["deployments"][0]["spec"]["replicas"] == wanted


def test_a_hand_that_takes_a_fader_right_after_a_key_holds_it_as_long_as_it_likes(new_desk):
    page = new_desk("fade")
    on_air(page, "1")
    page.focus("#desired")
    page.keyboard.press("ArrowDown")
    cap = page.locator("#master .cap").bounding_box()
    page.mouse.move(cap["x"] + cap["width"] / 2, cap["y"] + cap["height"] / 2)
    page.mouse.down()
    page.mouse.move(cap["x"] + cap["width"] / 2, cap["y"] + cap["height"] * 3, steps=3)
    page.wait_for_timeout(1500)  # longer than a key holds
    assert page.locator("#master[data-held]").count() == 1
    page.mouse.up()
    page.wait_for_selector("#master:not([data-held])")


def test_while_a_hand_holds_a_fader_nothing_snatches_it(new_desk):
    page = new_desk("fade")
    on_air(page, "4")
    cap = page.locator(".strip[data-rs] .cap").bounding_box()
    x, y = cap["x"] + cap["width"] / 2, cap["y"] + cap["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 40, steps=4)
    page.wait_for_timeout(1200)
    held = int(page.inner_text(".strip[data-rs] .cap"))
    assert held < 10
    page.mouse.up()
    page.wait_for_selector('.strip[data-rs] .cap:text-is("10")')
    page.wait_for_selector('.move__why:text-is("The Deployment put it back to 10")')
    assert "the Deployment put it back" in page.locator("#log").text_content()


def test_a_knob_turns_and_a_bad_value_is_answered_at_the_knob(server, new_desk):
    page = new_desk("fade", quiet=False)
    page.wait_for_selector("#dial-maxSurge")
    page.focus("#dial-maxSurge")
    page.keyboard.press("Home")
    page.wait_for_selector('.knob[data-knob=maxSurge][data-raw="0%"]')
    page.fill("[data-knob=maxUnavailable] .knob__raw", "0")
    page.press("[data-knob=maxUnavailable] .knob__raw", "Enter")
    page.wait_for_selector("#say-knobs:not(:empty)")
    assert "may not be 0 when `maxSurge` is 0" in page.inner_text("#say-knobs")
    assert page.input_value("[data-knob=maxUnavailable] .knob__raw") == "25%"
    strategy = state(server, page)["deployments"][0]["spec"]["strategy"]["rollingUpdate"]
    assert strategy == {"maxSurge": "0%", "maxUnavailable": "25%"}


def test_who_watches_moves_nothing_and_can_take_a_copy(new_desk, open_page):
    page = new_desk("fade")
    on_air(page, "4")
    viewer = open_page(page.url)
    viewer.wait_for_selector("#app[data-role=viewer][data-live]")
    viewer.locator("#play").click(force=True)
    viewer.wait_for_selector("#told:not([hidden])")
    assert "try it" in viewer.inner_text("#told")
    assert not viewer.locator("#app[data-paused]").count()
    viewer.focus("#desired")
    viewer.keyboard.press("ArrowDown")
    assert viewer.inner_text("#master .cap") == "10"
    viewer.click("#try")
    viewer.wait_for_selector("#app[data-role=presenter]")
    assert viewer.url != page.url
    assert viewer.inner_text(".strip[data-target] [data-n=of]") == "10/10"


def test_the_keyboard_plays_the_desk(new_desk):
    page = new_desk("fade")
    on_air(page, "4")
    page.keyboard.press("Space")
    page.wait_for_selector("#app[data-paused]")
    stood = page.inner_text("#clock")
    page.wait_for_timeout(400)
    assert page.inner_text("#clock") == stood
    page.keyboard.press("4")
    page.wait_for_selector('#app[data-speed="16"]')
    page.keyboard.press("g")
    page.keyboard.press("1")
    assert page.evaluate("document.activeElement.dataset.fader").startswith("rs/")
    page.keyboard.press("g")
    page.keyboard.press("m")
    assert page.evaluate("document.activeElement.id") == "desired"
    page.keyboard.press("w")
    assert page.evaluate("document.activeElement.id") == "why"
    page.keyboard.press("?")
    assert page.locator("#shortcuts[open]").count() == 1
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    assert page.get_attribute("html", "data-theme") == "dark"
    page.reload()
    assert page.get_attribute("html", "data-theme") == "dark"
    page.wait_for_selector("#app[data-live]")


def test_a_page_that_missed_a_message_asks_for_everything_and_is_right_again(new_desk):
    page = new_desk("fade")
    on_air(page, "1")
    missed = """() => {
        const asked = [], socketWrapper = { send: (text) => asked.push(text) };
        const say = (message) => document.getElementById("app").dispatchEvent(
            new CustomEvent("htmx:wsBeforeMessage", { bubbles: true, cancelable: true, detail: { message, socketWrapper } }));
        say(JSON.stringify({ n: 1_000_000, p: { m: { v: 99 } } }));
        say(JSON.stringify({ n: 1_000_001, p: { m: { v: 98 } } }));
        return asked;
    }"""
    assert page.evaluate(missed) == ['{"need":"keyframe"}']
    page.reload()
    page.wait_for_selector("#app[data-live]")
    assert page.inner_text("#master .cap") == "10"


def test_what_happens_is_read_out_now_and_then(new_desk):
    page = new_desk("fade")
    on_air(page, "4")
    page.evaluate("""() => {
        window.said = [];
        const note = ({ target }) => window.said.push([performance.now(), target.id, target.textContent]);
        const heard = new MutationObserver((all) => all.forEach(note));
        for (const id of ["announce-now", "announce-why"]) heard.observe(document.getElementById(id), { childList: true });
    }""")
    page.click("#acts-fold summary")
    press(page, "good")
    page.wait_for_selector('#announce-now:text-is("10 pods of v2 answer. Nothing is moving.")', state="attached")
    said = page.evaluate("window.said")
    for name in ("announce-now", "announce-why"):
        times = [time for time, id, _ in said if id == name]
        assert times and all(b - a > 1900 for a, b in zip(times, times[1:], strict=False)), said
    assert page.text_content("#announce-why").startswith("Why is nothing moving? 10 desired − 10 available = 0 left to do One version, ")


def test_the_clock_runs_while_it_plays_and_never_ahead_of_the_engine(server, new_desk):
    page = new_desk("fade")
    page.wait_for_timeout(2500)
    shown = page.inner_text("#clock")
    minutes, seconds = shown.split(":")
    assert int(minutes) * 60 + float(seconds) <= state(server, page)["time"] + 0.3
    assert float(seconds) >= 2


def test_a_field_that_is_typed_in_stays_and_shows_the_present_once_it_is_left(server, new_desk):
    page = new_desk("fade")
    page.wait_for_selector("#app[data-live]")
    field = page.locator("[data-knob=maxSurge] .knob__raw")
    field.focus()
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("#app[data-live]")
    for key, surge in (("Home", "0%"), ("ArrowUp", "1%")):
        other.focus("#dial-maxSurge")
        other.keyboard.press(key)
        other.wait_for_selector(f'[data-knob=maxSurge][data-raw="{surge}"]')
    page.wait_for_timeout(300)
    assert field.input_value() == "25%" and page.evaluate("document.activeElement.matches('.knob__raw')")
    field.blur()
    page.wait_for_selector('[data-knob=maxSurge][data-raw="1%"]')
    assert field.input_value() == "1%"


def test_a_key_that_a_finger_is_down_on_is_not_replaced_and_shows_the_present_once_it_is_up(server, new_desk):
    page = new_desk("broken-deploy")
    page.wait_for_selector("#app[data-live]")
    page.evaluate("window.lesson = document.getElementById('lesson')")
    page.hover("#lesson [data-step]:not([hidden]) [data-next]")
    page.mouse.down()
    page.locator("#now", has_text="10 pods of v1 answer").wait_for()
    page.wait_for_timeout(1500)  # the step is done at the next whole second
    assert page.evaluate("window.lesson.isConnected")
    assert not page.locator("#lesson [data-next]:not([aria-disabled=true])").count()
    page.mouse.up()
    page.wait_for_selector("#lesson [data-step]:not([hidden]) [data-next]:not([aria-disabled=true])")
    assert not page.evaluate("window.lesson.isConnected")


def busy_seconds(chromium) -> float:
    """What the page's thread has worked, in processor time: waiting for a busy machine does not count."""
    metrics = chromium.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")


@pytest.mark.parametrize("speed", ["1", "16"])
def test_the_page_keeps_up_while_it_moves(new_desk, speed):
    page = new_desk("fade")
    on_air(page, speed)
    page.click("#acts-fold summary")
    press(page, "good")
    count = """() => new Promise((done) => {
        let frames = 0; const end = performance.now() + 2500;
        const frame = (now) => { frames++; now < end ? requestAnimationFrame(frame) : done(frames); };
        requestAnimationFrame(frame);
    })"""
    chromium = page.context.new_cdp_session(page)
    chromium.send("Performance.enable", {"timeDomain": "threadTicks"})
    begun = busy_seconds(chromium)
    frames = page.evaluate(count)
    took = 1000 * (busy_seconds(chromium) - begun) / frames
    print(f"{frames / 2.5:.0f} frames/s at {speed}×, {took:.1f} ms of the page's thread for each")
    assert took < 1000 / 60

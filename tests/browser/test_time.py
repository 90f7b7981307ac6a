"""Time in a real browser: the recording is dragged and the desk is what the engine was; takes; somebody who looks back alone."""

import re

import pytest

from simulation import scenario
from simulation.kubectl.parse import parse
from simulation.recording import Recording
from simulation.states import pod_state

pytestmark = pytest.mark.still

NEXT = "set image deployment/web web=web:{}.0"

THERE = """([second, within]) => {
    const [minutes, seconds] = document.getElementById("clock").textContent.split(":");
    return Math.abs(minutes * 60 + Number(seconds) - second) < within;
}"""


def post(page, what: str, **values) -> int:
    return page.evaluate(
        """async ([what, values]) => {
            const app = document.getElementById("app");
            const headers = JSON.parse(app.getAttribute("hx-headers"));
            return (await fetch(`/d/${app.dataset.desk}/${what}`, { method: "POST", headers, body: new URLSearchParams(values) })).status;
        }""",
        [what, values],
    )


def clock(page) -> float:
    minutes, seconds = page.locator("#clock").inner_text().split(":")
    return int(minutes) * 60 + float(seconds)


def at(page, second: float) -> None:
    page.wait_for_function(THERE, arg=[second, 0.05])


def place(page, second: float) -> tuple[float, float]:
    box = page.locator("#scrub").bounding_box()
    return box["x"] + box["width"] * second / float(page.locator("#axis").get_attribute("data-span")), box["y"] + box["height"] / 2


def drawn(page) -> dict[str, tuple[int, list[str]]]:
    """Set -> where its cap stands, and its cells."""
    return {
        name.removeprefix("rs/"): (int(value), cells)
        for name, value, cells in page.evaluate(
            """() => [...document.querySelectorAll(".strip[data-rs]")].map((strip) => [
                strip.dataset.rs,
                strip.querySelector("[data-fader]").value,
                [...strip.querySelectorAll(".pod")].map((pod) => pod.dataset.s).sort(),
            ])"""
        )
    }


def engine(recording: Recording, second: float) -> dict[str, tuple[int, list[str]]]:
    cluster = recording.at(round(second * 1000))
    found = {}
    for rs in cluster.store.list("ReplicaSet"):
        pods = cluster.store.owned(rs.metadata.uid).pods.values()
        found[rs.metadata.name] = (rs.spec.replicas, sorted(pod_state(pod, cluster.now, rs.spec.min_ready_seconds) for pod in pods))
    return found


@pytest.fixture
def rolled_over(new_desk):
    """Three versions at once, a minute of them, and the same run for the test alone."""
    page = new_desk("fade")
    told = scenario.load("fade")
    recording = Recording(told, told.seed)
    assert post(page, "clock", paused="yes", seek="0") == 204
    for second, version in ((20, 2), (24, 3)):
        assert post(page, "clock", seek=str(second * 1000)) == 204
        assert post(page, "do", verb="run", line=NEXT.format(version)) == 200
        recording.run(second * 1000)
        recording.do(parse(NEXT.format(version)))
    assert post(page, "clock", seek="60000") == 204
    recording.run(60_000)
    at(page, 60)
    return page, recording


def test_dragged_back_and_forth_the_desk_is_what_the_engine_was(rolled_over, server):
    page, recording = rolled_over
    page.mouse.move(*place(page, 59))
    page.mouse.down()
    seen = set()
    for second in (52, 40, 33, 29, 26, 24.5, 22, 30, 45, 27, 21, 35):
        page.mouse.move(*place(page, second), steps=6)
        page.wait_for_function(THERE, arg=[second, 0.2])
        page.wait_for_timeout(100)
        assert page.locator("#playhead").get_attribute("data-t") == page.locator("#clock").inner_text()[:-2]
        now = clock(page)
        assert abs(now - second) < 0.2
        assert abs(int(page.locator("#scrub").get_attribute("aria-valuenow")) - second) <= 1
        shown = drawn(page)
        truth = [engine(recording, now + tenth / 1000) for tenth in range(0, 100, 10)]
        assert any(shown == {name: moment[name] for name in shown} for moment in truth), (second, shown, truth[0])
        seen.add(len(shown))
    page.mouse.up()
    assert seen == {2, 3}
    page.wait_for_selector("#app:not([data-scrub])")
    at(page, 35)
    assert page.locator("#past b").inner_text() == "You are at 0:35. Take 1 goes on to 1:00."
    shown = drawn(page)
    truth = engine(recording, server.get(f"/api/desks/{page.desk}/state")[1]["time"])
    assert shown == {name: truth[name] for name in shown}


def test_a_step_back_goes_over_an_event_and_a_step_forth_comes_to_it_again(rolled_over):
    page, recording = rolled_over
    post(page, "clock", seek="30000")
    at(page, 30)
    recording.seek(30_000)
    for key, step in (("[", recording.step_back), ("[", recording.step_back), ("]", recording.step)):
        page.keyboard.press(key)
        step()
        at(page, recording.now // 100 / 10)
        page.wait_for_timeout(100)
        truth = engine(recording, recording.now / 1000)
        shown = drawn(page)
        assert shown == {name: truth[name] for name in shown}


def test_keys_move_the_playhead_and_say_where_it_is(rolled_over):
    page, _ = rolled_over
    scrub = page.locator("#scrub")
    scrub.focus()
    page.keyboard.press("ArrowLeft")
    at(page, 59)
    page.keyboard.press("Shift+ArrowLeft")
    at(page, 49)
    page.wait_for_selector("#app:not([data-scrub])")
    assert scrub.get_attribute("aria-valuetext") == "0:49 of 1:00"
    page.keyboard.press("Home")
    at(page, 0)
    page.keyboard.press("End")
    at(page, 60)
    page.wait_for_selector("#past", state="hidden")
    page.wait_for_selector("#app:not([data-scrub])")
    page.locator("#play").focus()
    page.keyboard.press("{")
    page.wait_for_function("() => document.getElementById('app').hasAttribute('data-past')")
    page.locator("#back-to-live").click()
    at(page, 60)


def test_what_is_moved_in_the_past_begins_a_take_and_the_first_is_still_there(rolled_over):
    page, recording = rolled_over
    page.locator('.mark[data-k="you"]').last.click()
    at(page, 24)
    assert post(page, "do", verb="run", line="rollout undo deployment/web") == 200
    page.wait_for_selector("#take-1")
    assert [lane.inner_text() for lane in page.locator("#takes h3").all()] == ["Take 1", "Take 2"]
    assert "leaves take 1 at 0:24, 1 command." in page.locator("#takes").inner_text()
    page.wait_for_selector("#past", state="hidden")
    post(page, "clock", seek="60000")
    at(page, 60)
    page.wait_for_timeout(200)
    other = drawn(page)
    page.locator("#take-1").click()
    page.wait_for_selector("#take-2")
    page.wait_for_timeout(200)
    at(page, 60)
    truth, shown = engine(recording, 60), drawn(page)
    assert shown == {name: truth[name] for name in shown} and shown != other
    page.locator("#undo-last").click()
    page.wait_for_selector("#take-3", state="detached")
    page.wait_for_selector("#take-1")
    at(page, 24)
    assert page.locator("#takes h3").count() == 3


def test_a_viewer_follows_looks_back_alone_and_comes_back(rolled_over, open_page):
    page, recording = rolled_over
    viewer = open_page(page.url)
    viewer.wait_for_selector("#app[data-live]")
    post(page, "clock", seek="40000")
    at(viewer, 40)
    assert viewer.locator("#past b").inner_text() == "The class is at 0:40, in the past."
    viewer.mouse.click(*place(viewer, 22))
    viewer.wait_for_function("() => document.querySelector('#past b').textContent.startsWith('You are at 0:2')")
    said = viewer.locator("#past b").inner_text()
    assert re.fullmatch(r"You are at 0:2[12]\. The class is at 0:40\.", said)
    viewer.wait_for_timeout(200)
    now, shown = clock(viewer), drawn(viewer)
    truth = [engine(recording, now + ms / 1000) for ms in range(0, 100, 10)]
    assert any(shown == {name: moment[name] for name in shown} for moment in truth)
    assert clock(page) == 40, "nobody else noticed"
    post(page, "clock", seek="50000")
    viewer.wait_for_function("() => document.querySelector('#past b').textContent.endsWith('The class is at 0:50.')")
    assert abs(clock(viewer) - 22) < 0.2
    viewer.locator("#back-to-live").click()
    at(viewer, 50)
    assert viewer.locator("#past b").inner_text() == "The class is at 0:50, in the past."
    viewer.mouse.click(*place(viewer, 30))
    viewer.wait_for_function("() => document.querySelector('#past b').textContent.startsWith('You are at')")
    looked = clock(viewer)
    viewer.locator("#try").click()
    viewer.wait_for_selector('#app[data-live][data-role="presenter"]')
    assert abs(clock(viewer) - looked) < 0.2


def test_a_finger_drags_time_on_a_phone(new_desk):
    page = new_desk("fade", size="phone")
    post(page, "clock", paused="yes", seek="30000")
    at(page, 30)
    page.touchscreen.tap(*place(page, 12))
    page.wait_for_function("() => document.getElementById('app').hasAttribute('data-past')")
    page.wait_for_timeout(300)
    assert abs(clock(page) - 12) < 0.5
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_past(new_desk, theme):
    from axe_playwright_python.sync_playwright import Axe

    page = new_desk("fade", theme=theme)
    post(page, "clock", paused="yes", seek="20000")
    post(page, "do", verb="run", line=NEXT.format(2))
    post(page, "clock", seek="40000")
    post(page, "clock", seek="25000")
    post(page, "do", verb="run", line=NEXT.format(3))
    post(page, "clock", seek="22000")
    page.wait_for_selector("#app[data-past] #take-1")
    at(page, 22)
    found = Axe().run(page).response["violations"]
    assert [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")] == []

"""Every page, day and dark, on a laptop, a wall and a phone: nothing beside the screen, nothing that shuts somebody out."""

import pytest

from tests.browser.access import serious, small
from tests.browser.conftest import SIZES

MISSING = "set image deployment/web web=web:2.O"


@pytest.fixture(scope="module")
def addresses(server):
    """name -> address of each kind of page."""
    stuck = server.make_desk("broken-deploy")
    stuck.clock(advance=10)
    stuck.do(MISSING)
    stuck.clock(advance=25, paused=True)
    fading = server.make_desk("fade")
    fading.clock(advance=10)
    fading.do("set image deployment/web web=web:2.0")
    fading.clock(advance=11, paused=True)
    crowd = server.make_desk("blank")
    crowd.do("create deployment web --image=web:1.0 --replicas=120")
    crowd.do("expose deployment web --port=80")
    crowd.clock(advance=12)
    for number in range(2, 7):
        crowd.do(f"set image deployment/web web=web:{number}.0-crash")
        crowd.clock(advance=2)
    crowd.clock(advance=1, paused=True)
    blank = server.make_desk("blank")
    blank.clock(paused=True)
    desks = {"stuck": stuck, "fading": fading, "crowd": crowd, "blank": blank}
    found = {name: f"{server.url}/d/{desk.desk}" for name, desk in desks.items()}
    return {**found, "home": f"{server.url}/", "paper": f"{server.url}/lessons/canary/print", "nothing": f"{server.url}/d/nothing"}


PAGES = ("home", "paper", "stuck", "fading", "crowd", "blank", "nothing")


def opened(open_page, addresses, name, **how):
    page = open_page(addresses[name], quiet=name != "nothing", **how)
    if name not in ("home", "paper", "nothing"):
        page.wait_for_selector("#app[data-live]")
        page.wait_for_timeout(250)
    return page


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_lies_beside_the_screen(open_page, addresses, name, size):
    page = opened(open_page, addresses, name, size=size)
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]


@pytest.mark.parametrize("name", ["crowd", "blank", "paper"])
def test_axe_finds_nothing_serious(open_page, addresses, name):
    assert serious(opened(open_page, addresses, name)) == []


@pytest.mark.parametrize("name", ["stuck", "fading"])
def test_on_a_laptop_the_desk_is_one_screen(open_page, addresses, name):
    page = opened(open_page, addresses, name)
    assert page.evaluate("document.documentElement.scrollHeight") <= 900


@pytest.mark.parametrize("name", ["stuck", "crowd", "home", "paper"])
def test_a_finger_finds_every_key_on_a_phone(open_page, addresses, name):
    assert small(opened(open_page, addresses, name, size="phone")) == []


def test_the_caps_of_all_strips_and_the_master_share_one_scale(open_page, addresses):
    page = opened(open_page, addresses, "stuck")
    where = """() => [...document.querySelectorAll(".strip[data-rs] .bay, #master .bay")].map((bay) =>
        [...bay.querySelectorAll(".scale span")].map((n) => [n.textContent, Math.round(n.getBoundingClientRect().top)].join("@")))"""
    scales = page.evaluate(where)
    assert len(scales) == 3
    assert scales[0] == scales[1] == scales[2]


def test_without_motion_everything_stands(open_page, addresses):
    page = opened(open_page, addresses, "fading", reduced_motion="reduce")
    moving = """() => document.getAnimations().length
        + [...document.querySelectorAll(".cap")].filter((cap) => getComputedStyle(cap).transitionDuration !== "0s").length"""
    assert page.evaluate(moving) == 0


def test_states_have_shapes_without_colours(open_page, addresses):
    page = opened(open_page, addresses, "stuck", forced_colors="active")
    assert page.locator('.pod[data-s=pullerr] use[href="#s-pullerr"]').count() == 5
    assert page.locator(".pod[data-s=pullerr] .pod__id").first.text_content() == "no image"

    filled = "(where) => getComputedStyle(document.querySelector(where)).backgroundColor"
    assert page.evaluate(filled, ".bar__speed [aria-pressed=true]") != page.evaluate(filled, ".bar__speed [aria-pressed=false]")
    assert page.evaluate(filled, ".rail [data-done] button") != page.evaluate(filled, ".rail li:last-child button")
    page.goto(addresses["crowd"])
    page.wait_for_selector(".pods:not([data-cols='1']) .pod[data-s=available]")
    shapes = """() => [...new Set([...document.querySelectorAll(".strip .pod")].map((pod) => pod.dataset.s))].map((state) => {
        const cell = document.querySelector(`.strip .pod[data-s="${state}"]`), inner = getComputedStyle(cell, "::before");
        const { backgroundColor, backgroundImage, boxShadow } = getComputedStyle(cell);
        return [backgroundColor, backgroundImage, boxShadow, inner.content, inner.clipPath].join();
    })"""
    found = page.evaluate(shapes)
    assert len(found) > 2 and len(set(found)) == len(found)


def test_who_wants_nothing_to_move_is_offered_the_text(open_page, addresses):
    page = opened(open_page, addresses, "fading", reduced_motion="reduce")
    assert page.get_by_text("as text", exact=True).is_visible()
    page.click("#text-key")
    page.wait_for_selector("#outline .leaves li")
    assert page.evaluate("document.getAnimations().length") == 0


def test_without_scripts_the_page_still_says_it_all(open_page, addresses, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(addresses["stuck"])
    for said in ("cannot start", "held: 13 pods, max is 13", "Stuck, but still on air", "may be removed", "ImagePullBackOff"):
        assert page.get_by_text(said).count() >= 1
    context.close()

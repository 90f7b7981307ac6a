"""What is projected: large enough for the last row, nothing cut off, at every size of screen; and the keys of a presenter's remote."""

import base64

import pytest
import zxingcpp

from tests.browser.test_desk import faster

SCREENS = [(1280, 720), (1920, 1080), (3840, 2160), (1024, 768)]
MISSING = "set image deployment/web web=web:2.O"

SMALL = """() => {
    const least = 0.02 * innerHeight, found = [];
    const walker = document.createTreeWalker(document.getElementById("app"), NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode());) {
        const host = node.parentElement, size = parseFloat(getComputedStyle(host).fontSize);
        if (!node.textContent.trim() || !host.checkVisibility({ visibilityProperty: true }) || host.closest(".vh")) continue;
        if (size > 0 && size < least - 0.05) found.push(`${node.textContent.trim()} ${size}`);
    }
    return found;
}"""
CUT = """() => [...document.querySelectorAll("#app *")].filter((e) => {
    if (!e.checkVisibility({ visibilityProperty: true }) || e.closest(".vh, .qr, .scrub, .wave__head, .proj__keys")) return false;
    const box = e.getBoundingClientRect();
    const beside = box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1 || box.top < -1;
    const words = e.children.length === 0 && e.textContent.trim() && getComputedStyle(e).overflow !== "visible";
    return beside || (words && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1));
}).map((e) => e.outerHTML.slice(0, 140))"""
WORDS = ".now, .proj__clock, .pm h2, .pm__n, .gline p, .join > *, .why1 h3, .why1 .sum, .why1 p, .wave, " + ", ".join(
    f".strip:not([hidden]) {part}" for part in (".ver", ".move__n", ".move__dir")
)
OVER = """(words) => {
    const all = [...document.querySelectorAll(words)].filter((e) => e.checkVisibility()).map((e) => [e, e.getBoundingClientRect()]);
    const apart = (a, b) => a.bottom <= b.top + 1 || b.bottom <= a.top + 1 || a.right <= b.left + 1 || b.right <= a.left + 1;
    const over = ([one, a], i) => all.slice(i + 1).filter(([, b]) => !apart(a, b)).map(([other]) => `${one.className} ${other.className}`);
    return all.flatMap(over);
}"""
GREY = """async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let text = "";
    for (let i = 0; i < data.length; i += 4) text += String.fromCharCode((data[i] + data[i + 1] + data[i + 2]) / 3);
    return [image.height, image.width, btoa(text)];
}"""


@pytest.fixture(scope="module")
def desks(server):
    stuck = server.make_desk("broken-deploy")
    stuck.clock(advance=10)
    stuck.do(MISSING)
    stuck.clock(advance=25, paused=True)
    crowd = server.make_desk("blank")
    crowd.do("create deployment web --image=web:1.0 --replicas=12")
    crowd.clock(advance=12)
    for number in range(2, 8):
        crowd.do(f"set image deployment/web web=web:{number}.0-crash")
        crowd.clock(advance=0.4)
    crowd.clock(paused=True)
    return {"stuck": stuck, "crowd": crowd}


def wall_of(open_page, server, desk, theme="light", width=1920, height=1080, **how):
    """The wall as the desk's presenter opens it."""
    page = open_page(f"{server.url}/f", quiet=False, extra_http_headers={"Authorization": f"Bearer {desk.key}"}, **how)
    page.evaluate("theme => localStorage.setItem('theme', theme === 'dark' ? 'dark' : '')", theme)
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server.url}/d/{desk.desk}/project")
    page.wait_for_selector("#app[data-live]")
    page.wait_for_timeout(200)
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["stuck", "crowd"])
def test_everything_is_read_from_the_last_row(open_page, server, desks, name, theme):
    page = wall_of(open_page, server, desks[name], theme)
    assert page.get_attribute("html", "data-theme") == ("dark" if theme == "dark" else "bright")
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(150)
        assert page.evaluate(SMALL) == []
        assert page.evaluate(CUT) == []
        assert page.evaluate(OVER, WORDS) == []
        assert page.locator(".strip[data-rs]:visible").count() <= 4
    if name == "crowd":
        assert page.text_content("#older").startswith("+")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_question_and_its_answers_are_read_from_the_last_row_too(open_page, server, desks, theme):
    wall = wall_of(open_page, server, desks["crowd"], theme)
    desk = open_page(f"{server.url}/f", quiet=False, extra_http_headers={"Authorization": f"Bearer {desks['crowd'].key}"})
    desk.goto(f"{server.url}/d/{desks['crowd'].desk}")
    desk.wait_for_selector("#app[data-live]")
    for about in ("versions", "next", "finishes"):
        desk.keyboard.press("q")
        desk.check(f"#poll-form input[value={about}]")
        desk.click("#poll-form .key--solid")
        wall.wait_for_selector("section#poll-panel")
        read(wall, f"{about}, asked")
        desk.click("#poll-desk [data-poll-do=open]")
        wall.wait_for_selector("#poll-panel ol")
        read(wall, f"{about}, opened")
        desk.click("#poll-desk [data-poll-do=away]")
        desk.wait_for_selector("#poll-desk", state="hidden")


def read(wall, name: str) -> None:
    for width, height in SCREENS:
        wall.set_viewport_size({"width": width, "height": height})
        wall.wait_for_timeout(120)
        wrong = (wall.evaluate(SMALL), wall.evaluate(CUT), wall.evaluate(OVER, f"{WORDS}, .poll__title"))
        assert wrong == ([], [], []), f"{name} at {width}×{height}"


def test_the_address_that_phones_can_open_is_not_cut_off_beside_the_code(open_page, server, desks):
    page = wall_of(open_page, server, desks["stuck"])
    page.evaluate("""() => {
        const link = Object.assign(document.createElement("a"), { href: "?lan", textContent: "Show http://192.168.100.200:18000 instead" });
        document.querySelector(".join__no").append(link);
    }""")
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(100)
        assert page.evaluate(CUT) == []


def test_with_forced_colours_a_pod_that_is_available_is_filled_on_the_wall(open_page, server, desks):
    page = wall_of(open_page, server, desks["stuck"])
    page.emulate_media(color_scheme="dark", forced_colors="active")
    glyph = page.locator(".pod[data-s=available] .g").first
    assert glyph.is_visible()
    assert glyph.evaluate("e => getComputedStyle(e).color") == page.evaluate("getComputedStyle(document.querySelector('.pm h2')).color")


def codes_in(page, png: bytes) -> list[str]:
    """What a phone reads off a picture. `page` only helps to open it."""
    height, width, grey = page.evaluate(GREY, base64.b64encode(png).decode())
    seen = memoryview(bytearray(base64.b64decode(grey))).cast("B", (height, width))
    return [code.text for code in zxingcpp.read_barcodes(seen)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_code_on_the_wall_is_the_link_to_follow(open_page, server, desks, theme):
    page = wall_of(open_page, server, desks["stuck"], theme)
    helper = open_page(f"{server.url}/f", quiet=False)
    code = page.text_content(".join__u b")
    for width, height in SCREENS[:2] + SCREENS[3:]:
        page.set_viewport_size({"width": width, "height": height})
        assert codes_in(helper, page.screenshot()) == [f"{server.url}/f/{code}"]
    helper.goto(f"{server.url}/f/{code}")
    assert helper.url.startswith(f"{server.url}/d/{desks['stuck'].desk}")


def test_a_remote_turns_the_lesson_over_and_blanks_the_wall(new_desk):
    desk = new_desk("broken-deploy")
    faster(desk)
    with desk.context.expect_page() as opened:
        desk.keyboard.press("p")
    wall = opened.value
    wall.wait_for_selector("#app[data-live]")
    wall.bring_to_front()
    reads = "() => document.querySelector('#lesson [data-step]:not([hidden])').dataset.step"
    first = int(wall.evaluate(reads))
    wall.keyboard.press(".")
    assert not wall.locator(".proj__main").is_visible()
    wall.keyboard.press("Escape")
    assert wall.locator(".proj__main").is_visible()
    wall.wait_for_selector("#lesson [data-step]:not([hidden]) [data-next]:not([aria-disabled=true])", state="attached")
    wall.keyboard.press("PageDown")
    assert int(wall.evaluate(reads)) == int(desk.evaluate(reads)) == first + 1
    wall.keyboard.press("PageUp")
    assert int(wall.evaluate(reads)) == int(desk.evaluate(reads)) == first
    wall.keyboard.press("PageDown")
    wall.keyboard.press("PageDown")
    desk.wait_for_selector("#undo")
    assert "web=web:2.O" in desk.text_content("#log")
    wall.wait_for_selector("#app[data-idle]", timeout=6000)
    assert wall.evaluate("getComputedStyle(document.querySelector('.proj__main')).cursor") == "none"

"""What is projected: large enough for the last row, nothing cut off, at every size of screen; and the keys of a presenter's remote."""

import base64

import pytest
import segno

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
EDGE = 2
"""Pixels of the line around the code."""
MODULES = """async ([png, size, edge]) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const dark = (x, y) => context.getImageData(x, y, 1, 1).data[0] < 128;
    const step = (image.width - 2 * edge) / size, at = (n) => edge + (n + 0.5) * step;
    return [...Array(size).keys()].map((y) => [...Array(size).keys()].map((x) => dark(at(x), at(y))));
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


def test_the_code_on_the_wall_is_the_link_to_follow(open_page, server, desks):
    page = wall_of(open_page, server, desks["stuck"])
    address = page.get_attribute(".join__qr", "aria-label").removeprefix("QR code of ")
    code = page.text_content(".join__u b")
    assert address == f"{server.url}/f/{code}"
    matrix = segno.make_qr(address, error="l").matrix
    margin = 2
    png = base64.b64encode(page.locator(".join .qr").screenshot()).decode()
    page.goto(f"{server.url}/f")
    seen = page.evaluate(MODULES, [png, len(matrix) + 2 * margin, EDGE])
    assert [[bool(module) for module in row] for row in matrix] == [row[margin:-margin] for row in seen[margin:-margin]]
    quiet = [seen[y][x] for y in range(len(seen)) for x in range(1, len(seen) - 1) if y == 1 or y == len(seen) - 2]
    assert not any(quiet)


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

"""A class: one who teaches, a wall, and phones that follow, see the same second and move nothing."""

import pytest

from tests.browser.test_wall import CUT, MISSING

TABS = ("desk", "why", "terminal", "nodes")


@pytest.fixture(scope="module")
def stuck(server):
    desk = server.make_desk("broken-deploy")
    desk.clock(advance=10)
    desk.do(MISSING)
    desk.clock(advance=25, paused=True)
    return desk


def test_a_phone_shows_it_all_on_one_screen(open_page, server, stuck):
    page = open_page(f"{server.url}/d/{stuck.desk}/follow", size="phone")
    page.wait_for_selector("#app[data-live]")
    page.wait_for_timeout(200)
    for tab in TABS:
        page.click(f"#key-{tab}")
        assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [390, 844]
        assert page.locator(f"#tab-{tab}").is_visible()
    page.click("#key-desk")
    assert page.evaluate(CUT) == []
    assert page.text_content("#g-min") == "8 available, min 8"


def test_on_a_large_screen_who_follows_gets_the_whole_desk(open_page, server, stuck):
    page = open_page(f"{server.url}/d/{stuck.desk}/follow", quiet=False)
    page.wait_for_url(f"{server.url}/d/{stuck.desk}")


def test_what_the_teacher_types_is_on_the_phones_also_on_one_that_comes_late(open_page, server, stuck, new_desk):
    teacher = new_desk("fade")
    phones = [open_page(f"{server.url}/d/{teacher.desk}/follow", size="phone") for _ in range(2)]
    phones[0].click("#key-terminal")
    teacher.get_by_text(", 2 follow").wait_for()
    teacher.keyboard.press("`")
    teacher.fill("#cmd", "kubectl get deployments -w")
    teacher.keyboard.press("Enter")
    phones[0].locator("#printed pre", has_text="NAME").wait_for()
    teacher.fill("#cmd", "kubectl scale deployment web --replicas=4")
    teacher.keyboard.press("Enter")
    phones[0].locator("#printed", has_text="deployment.apps/web scaled").wait_for()
    phones[1].wait_for_selector("#app[data-live]")
    phones[1].click("#key-terminal")
    for phone in phones:
        phone.locator("#printed .cmd:first-child pre", has_text="web    4/4").wait_for()
        assert [line.split(" ", 1)[1].rsplit(" ", 1)[0] for line in phone.locator("#printed .big__line").all_text_contents()] == [
            "kubectl get deployments -w",
            "kubectl scale deployment web --replicas=4",
        ]


def test_a_phone_whose_network_is_gone_says_so_and_comes_back(open_page, server, stuck):
    page = open_page(f"{server.url}/d/{stuck.desk}/follow", size="phone", quiet=False)
    page.wait_for_selector("#app[data-live]")
    page.context.set_offline(True)
    page.locator("#off", has_text="What you see is the past").wait_for()
    stuck.clock(step="next")
    page.context.set_offline(False)
    page.wait_for_selector("#app[data-live]")
    page.locator("#off").wait_for(state="hidden")


def test_silence_is_a_line_that_is_dead(open_page, server, stuck):
    """The network takes the packets and brings none back."""
    page = open_page(f"{server.url}/d/{stuck.desk}/follow", size="phone", quiet=False)
    page.wait_for_selector("#app[data-live]")
    page.evaluate("""() => { const now = performance.now.bind(performance); performance.now = () => now() + 60_000; }""")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.locator("#told", has_text="The desk is back").wait_for()


def test_a_desk_is_handed_over_in_the_middle_of_a_class(new_desk, open_page, server):
    teacher = new_desk("fade")
    teacher.keyboard.press("s")
    teacher.check("#share input[value=live]")
    teacher.click("#share button[value=hand]")
    link = teacher.locator("#share [data-way=live] .linkrow input[value*='/present/']").input_value()
    other = open_page(link)
    other.get_by_role("button", name="move this desk").click()
    other.wait_for_selector("#app[data-role=presenter][data-live]")
    teacher.wait_for_selector("#app[data-role=viewer][data-live]")
    other.keyboard.press(" ")
    teacher.wait_for_selector("#app[data-paused]")


def test_where_nobody_follows_who_asks_may_answer(new_desk):
    desk = new_desk("broken-deploy")
    desk.keyboard.press("q")
    desk.check("#poll-form input[value=moves]")
    desk.click("#poll-form .key--solid")
    with desk.context.expect_page() as opened:
        desk.click("#poll-desk [data-alone]")
    window = opened.value
    window.click('#poll-phone .option:has-text("yes")')
    window.locator("#announce-ask", has_text="Does anything move in the next 10 s?").wait_for(state="attached")
    window.click("#poll-phone .key--solid")
    desk.locator("#poll-desk", has_text="1 of 1 have answered").wait_for()
    assert not desk.locator("#poll-desk [data-alone]").is_visible()
    desk.click("#poll-desk [data-poll-do=open]")
    window.locator("#poll-phone [data-said]", has_text="You said yes.").wait_for()
    window.click("#poll-phone [data-poll-close]")
    window.wait_for_url("**/d/" + desk.desk)

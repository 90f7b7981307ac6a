import json
import re
from copy import copy
from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rollviz.desk.delta import merge
from rollviz.desk.render import message, page
from simulation.api.errors import StatusError
from tests.rollviz.desk.desks import MISSING, NEXT, PAUSED, RUNNING, Watched, web


class Ids(HTMLParser):
    """id -> (hash, swap) of every element that has an id."""

    def __init__(self, html: str):
        super().__init__()
        self.found: dict[str, tuple[str, str]] = {}
        self.twice: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "id" in attributes:
            if attributes["id"] in self.found:
                self.twice.add(attributes["id"])
            self.found[attributes["id"]] = (attributes.get("data-h"), attributes.get("hx-swap-oob"))


def whole_page(desk: Watched, presenter: bool = True) -> str:
    facts = {"id": "abc", "title": "A desk", "place": "your own", "presenter": presenter, "speeds": [(1.0, "1", "1×")], "css": []}
    return render_to_string("desk/page.html", {**page(desk.look(PAUSED)), "desk": facts, "csrf_token": "t"})


@pytest.fixture(autouse=True)
def static_urls(settings):
    settings.STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


LINES = [
    NEXT,
    MISSING,
    "set image deployment/web web=web:3.0-crash",
    "scale deployment/web --replicas=14",
    "scale deployment/web --replicas=3",
    "scale deployment/web --replicas=60",
    "rollout undo deployment/web",
    "rollout pause deployment/web",
    "rollout resume deployment/web",
    "rollout restart deployment/web",
    "create deployment api --image=httpd:1.0",
    "delete deployment web",
    "run loose --image=nginx",
    "delete service web",
]
ACTS = st.lists(st.tuples(st.sampled_from([*LINES, ""]), st.integers(1, 12_000)), max_size=14)


@given(ACTS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_all_messages_on_top_of_a_keyframe_are_the_next_keyframe(acts):
    desk = web(4)
    picture = desk.look()
    state = json.loads(picture.keyframe(0))["s"]
    shown = Ids(whole_page(desk)).found
    for n, (line, ms) in enumerate(acts, 1):
        if line:
            try:
                desk.do(line)
            except StatusError:
                continue
        desk.recording.run(desk.recording.now + ms)
        before, picture = picture, desk.look()
        for text in message(before, picture, n):
            if text.startswith("{"):
                state = merge(state, json.loads(text)["p"])
            else:
                swap(shown, text)
    expected = json.loads(picture.keyframe(9))["s"]
    assert expected.pop("t") // 1000 == state.pop("t") // 1000
    assert state == expected
    shown |= {id: (str(hash), "") for id, hash in state["h"].items()}
    now = Ids(whole_page(desk)).found
    assert {id: seen[0] for id, seen in shown.items() if seen[0]} == {id: seen[0] for id, seen in now.items() if seen[0]}


def swap(shown: dict, html: str) -> None:
    """What a page with these elements has after htmx has swapped this in."""
    for id, (hash, how) in Ids(html).found.items():
        if how == "delete":
            for gone in [other for other in shown if other == id or other.startswith(f"{id}-")]:
                del shown[gone]
        elif how is None or how == "true":
            shown[id] = (hash, how)


def test_nothing_is_sent_while_only_the_clocks_fraction_moves():
    desk = web()
    before = desk.look()
    assert message(before, desk.run(0.05).look(), 1) == []


def test_the_clock_is_sent_once_a_second_and_nothing_with_it():
    desk = web().run(0.99)
    before = desk.look()
    (text,) = message(before, desk.run(0.02).look(), 7)
    frame = json.loads(text)
    assert frame["n"] == 7
    assert set(frame["p"]) <= {"t", "rec"}
    assert len(text) < 120


def test_a_delta_is_small_and_html_comes_only_with_words_that_changed():
    desk = web().do(MISSING).run(15)
    before = desk.look()
    texts = message(before, desk.run(1).look(), 1)
    assert len(texts) == 1
    assert len(texts[0]) < 200


def test_a_new_set_is_put_in_where_it_belongs_and_no_other_strip_is_touched():
    desk = web()
    before = desk.look()
    after = desk.do(NEXT).run(0.05).look()
    html = message(before, after, 1)[1]
    old, new = after.strips
    assert f'<div id="strips" hx-swap-oob="beforeend"><article class="strip" id="{new.id}"' in html
    assert f'id="{old.id}"' not in html
    assert "data-fader" in html.partition("</article>")[0]


def test_a_strip_that_becomes_a_spine_is_taken_away_alone():
    desk = web(2)
    for number in (2, 3):
        desk.do(f"set image deployment/web web=web:{number}.0").run(25)
    before = desk.look()
    after = desk.do("set image deployment/web web=web:4.0").run(0.05).look()
    html = message(before, after, 1)[1]
    assert f'<div id="{before.strips[0].id}" hx-swap-oob="delete"></div>' in html
    assert html.count("<article") == 1


def test_new_log_lines_go_on_top():
    desk = web()
    before = desk.look()
    html = message(before, desk.do(NEXT).run(0.05).look(), 1)[1]
    log = re.search(r'<ol class="log" id="log".*?</ol>', html, re.S)[0]
    assert 'hx-swap-oob="afterbegin"' in log
    assert log.count("<li data-new>") == 4
    assert "You ran" in log


def test_whoever_comes_gets_a_keyframe_and_every_element():
    desk = web().do(MISSING).run(20)
    keyframe, html = message(None, desk.look(), 41)
    assert json.loads(keyframe)["k"] == 41
    on_page = {id: seen[0] for id, seen in Ids(whole_page(desk)).found.items() if seen[0]}
    assert {id: seen[0] for id, seen in Ids(html).found.items() if seen[0]} == on_page


def test_the_page_is_whole_before_any_script_runs():
    html = whole_page(web().do(MISSING).run(20))
    text = re.sub(r"<[^>]+>", " ", html)
    words = [
        "cannot start",
        "8 of 10 pods still answer",
        "held: 13 pods, max is 13",
        "80%",
        "rollout undo",
        "no image",
        "8/8",
        "0/5",
        "13 max total",
    ]
    for said in words:
        assert said in re.sub(r"\s+", " ", text)
    assert '<path data-hue="1"' in html


@pytest.mark.parametrize("desk", [Watched, web, lambda: web().do(MISSING).run(20), lambda: Watched("broken-deploy").run(9)])
def test_no_page_has_inline_style_or_script_or_an_id_twice(desk):
    desk = desk()
    for html in (whole_page(desk), whole_page(desk, presenter=False), message(None, desk.look(), 1)[1]):
        assert not re.search(r"<[^>]+\sstyle\s*=", html)
        assert "<style" not in html
        assert not re.search(r"<[^>]+\son\w+\s*=", html)
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    assert Ids(whole_page(desk)).twice == set()


def test_a_name_from_a_manifest_cannot_become_markup():
    desk = Watched().do("create deployment web --image=web:1.0")
    desk.do("set image deployment/web web='<img src=x onerror=alert(1)>'")
    desk.run(5)
    for html in (whole_page(desk), *message(None, desk.look(), 1)[1:]):
        assert "<img" not in html


def test_a_viewer_and_the_presenter_get_the_same_elements():
    desk = web()
    mine, theirs = whole_page(desk), whole_page(desk, presenter=False)
    assert 'data-role="presenter"' in mine
    assert 'data-role="viewer"' in theirs
    assert {id: seen[0] for id, seen in Ids(mine).found.items() if seen[0]} == {
        id: seen[0] for id, seen in Ids(theirs).found.items() if seen[0]
    }


def test_play_and_pause_reach_the_page():
    desk = web()
    (text,) = message(desk.look(RUNNING), desk.look(PAUSED), 3)
    assert json.loads(text)["p"]["run"] is False


def test_of_the_rack_only_what_a_node_says_is_drawn_anew():
    desk = web(4)
    before = desk.look()
    html = message(before, desk.do("cordon node-4").run(0.05).look(), 1)[1]
    assert re.findall(r' id="(units?[^"]*)" ?[^>]*hx-swap-oob', html) == ["unit-node-4-h", "unit-node-4-f"]
    assert re.findall(r'id="(rack|nodehead|nonode)"', html) == ["rack", "nodehead"]


def test_the_columns_are_drawn_anew_when_there_are_others():
    after = web(4).look()
    before = copy(after)
    before.parts = {**after.parts, "units": ("units", after.parts["units"][1][:-1])}
    html = message(before, after, 1)[1]
    assert re.search(r'<div class="units" id="units"[^>]* hx-swap-oob="true">(<section class="unit panel" .*){4}', html, re.S)
    assert 'id="usw-unit-node-4"' in html

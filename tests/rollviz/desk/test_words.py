from django.template import engines

from rollviz.desk.markdown import Markdown
from rollviz.desk.words import Code, Version, clock, strong, text

NASTY = "<script>alert('1')</script>"


def printed(value) -> str:
    return engines["django"].from_string("{{ x }}").render({"x": value})


def test_a_version_is_printed_on_its_hue():
    words = text("Fading in ", Version("v3", 3), " 3 of 10.")
    assert printed(words.html) == 'Fading in <b class="vt" data-hue="3">v3</b> 3 of 10.'
    assert str(words) == "Fading in v3 3 of 10."


def test_what_people_typed_is_text_and_never_markup():
    words = text(NASTY, Code(NASTY), strong(Version(NASTY, 1)))
    assert "<script" not in printed(words.html)
    assert printed(words.html).count("&lt;script&gt;") == 3


def test_the_clock_grows_an_hour_when_it_needs_one():
    assert [clock(s * 1000) for s in (0, 9, 87, 3599, 3600, 36_061)] == ["0:00", "0:09", "1:27", "59:59", "1:00:00", "10:01:01"]


def test_a_lesson_text_knows_a_little_markdown():
    source = "A **pod** runs `web:1.0`, *always*.\nThen [v2].\n\n- one\n- two"
    assert printed(Markdown(source)) == (
        "<p>A <b>pod</b> runs <code>web:1.0</code>, <em>always</em>. "
        'Then <b class="vt" data-hue="2">v2</b>.</p><ul><li>one</li><li>two</li></ul>'
    )


def test_markup_in_a_lesson_is_shown_as_it_was_written():
    assert "<img" not in printed(Markdown("<img src=x onerror=y> **<b>** `<i>` [v1]<script>"))

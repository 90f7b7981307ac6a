"""Whatever somebody reads in a template has passed the translation machinery: no bare word stands outside its tags."""

import re
from pathlib import Path

import pytest
from django.test import AsyncClient

pytestmark = pytest.mark.usefixtures("static_files")

TEMPLATES = Path(__file__).parents[2] / "templates"
TRANSLATED = re.compile(r"\{%\s*blocktranslate.*?endblocktranslate\s*%\}|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.S)
COMMENT = re.compile(r"\{#.*?#\}")
AS_TYPED = re.compile(r"<(code|kbd|script|style)\b.*?</\1>", re.S)
READ_ATTRIBUTES = re.compile(r'\s(?:aria-label|aria-valuetext|title|placeholder|alt|content|data-none|data-loose)="([^"]*)"')
TAG = re.compile(r"<[a-z/!](?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.S)
SAME_EVERYWHERE = {"rollviz", "sim", "kubectl", "ms", "Esc", "px", "p50", "p95", "k7q2", "data-wall"}
"""Names, units and keys, and the attribute that a block gives to <html>."""
MACHINES = re.compile(r"(recording|run|scenario|manifests)\.\w+|width=device-width\S*|initial-scale=1|noindex|website|summary_large_image")
JSON = re.compile(r"\{[^{}%]*\"[^{}]*\}")


def bare(source: str) -> list[str]:
    """The words of a template that no catalogue can reach. Tokens of Django's go first, so that quotes in them do not end an attribute."""
    source = AS_TYPED.sub("", TRANSLATED.sub("", source))
    shown = [TAG.sub(" ", source), *READ_ATTRIBUTES.findall(source)]
    words = re.findall(r"[A-Za-z][\w-]+", MACHINES.sub(" ", JSON.sub(" ", re.sub(r"&\w+;", " ", " ".join(shown)))))
    return [word for word in words if word not in SAME_EVERYWHERE and not word.isdigit()]


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_word_of_a_template_stands_outside_the_machinery(path):
    assert bare(path.read_text()) == []


def test_a_bare_word_is_found_wherever_it_is_read():
    assert bare("<p>one {{ n }} two</p>") == ["one", "two"]
    assert bare('<p title="three{% if x %} four{% endif %}"></p>') == ["three", "four"]
    assert bare('<p title="{% translate "three" %}">{% blocktranslate %}four{% endblocktranslate %}</p>') == []


async def test_a_page_says_its_language_and_falls_back_to_english():
    for header in ("", "en", "xx;q=1, en;q=0.5", "x" * 2000):
        page = await AsyncClient().get("/", headers={"Accept-Language": header} if header else {})
        assert page["Content-Language"] == "en" and b'<html lang="en"' in page.content


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_what_is_translated_as_an_argument_has_no_percent_sign(path):
    """Django doubles it there for the sake of formats and, unlike the tag, does not take it back."""
    assert re.findall(r'_\("[^"]*%[^"]*"\)', COMMENT.sub("", path.read_text())) == []

"""Every word that rollviz says passes the catalogues: in a language of other letters, what is left in ours is a name or Kubernetes' own."""

import re
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test import AsyncClient
from django.utils import translation

from rollviz.desk.picture import picture
from rollviz.desk.render import message
from simulation import scenario
from simulation.api.errors import StatusError
from simulation.recording import Recording
from simulation.walk import PATIENCE, READ
from tests.rollviz.desk.desks import RUNNING

PLACE = re.compile(r"(\{\w+\}|%\(\w+\)s|<[^>]*>|&\w+;|`[^`]*`)")
OTHER_LETTERS = {ord(a): ord(a) + 0xFEE0 for a in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"}
WORD = re.compile(r"(?<![\w.:=/-])[A-Za-z]{3,}(?![\w.:=/-])")

NAMES = {
    "blank",
    "web",
    "nginx",
    "httpd",
    "redis",
    "blue",
    "green",
    "stranger",
    "extra",
    "stable",
    "canary",
    "rollviz",
    "seed",
    "testserver",
    "zzzz",
}
FIELDS = {"maxSurge", "maxUnavailable", "minReadySeconds", "progressDeadlineSeconds", "replicas", "track"}
STATES = {"Ready", "NotReady", "Terminating", "RollingUpdate", "Recreate"}
KUBERNETES_SAYS = re.compile(r"Kubelet stopped posting node status\.|Readiness probe failed: [^.]*|Taint manager: [^.]*")
COMMANDS = {
    "kubectl",
    "cordon",
    "uncordon",
    "drain",
    "delete",
    "rollout",
    "undo",
    "scale",
    "power",
    "off",
    "create",
    "label",
    "pod",
    "taint",
}
"""On keys that do what they say."""
KEPT = NAMES | FIELDS | STATES | COMMANDS

SHOWN = {"title", "aria-label", "aria-valuetext", "placeholder", "alt"}
UNREAD = {"code", "script", "style", "pre", "kbd", "time", "input", "textarea"}
VOID = {"input", "img", "br", "meta", "link", "wbr"}


class Reader(HTMLParser):
    """The words that people see or hear of a page, without code, names, commands over the graph, and titles of foreign pages."""

    def __init__(self):
        super().__init__()
        self.stack: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        command = said.get("data-k") == "you" or (said.get("title") or "").startswith(("kubectl ", "# "))
        self.found += [value for name, value in attrs if name in SHOWN and value and not command]
        if tag not in VOID:
            foreign = said.get("class") in ("pod__id", "join__u") or said.get("rel") == "noreferrer" or said.get("data-k") == "you"
            self.stack.append((tag, tag in UNREAD or foreign))

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not any(unread for _, unread in self.stack):
            self.found.append(data)


def english(html: str) -> set[str]:
    reader = Reader()
    reader.feed(html)
    return {word for said in reader.found for word in WORD.findall(KUBERNETES_SAYS.sub("", said))} - KEPT


@pytest.fixture
def other_letters(monkeypatch):
    """A language in which each text is itself, in other letters; Esperanto, since nobody's pages are kept in it."""

    def said(text: str) -> str:
        return "".join(piece if i % 2 else piece.translate(OTHER_LETTERS) for i, piece in enumerate(PLACE.split(text)))

    monkeypatch.setattr(translation._trans, "gettext", said)
    monkeypatch.setattr(translation._trans, "ngettext", lambda one, many, n: said(one if n == 1 else many))
    monkeypatch.setattr("rollviz.language.chosen", lambda request: "eo")


def moments(name: str) -> Iterator[Recording]:
    """A lesson, played; looked at every few seconds."""
    lesson = scenario.load(name)
    recording = Recording(lesson, lesson.seed)
    yield recording
    for number, step in enumerate(lesson.steps, 1):
        recording.run(recording.now + READ)
        for command in step.action.commands if step.action else ():
            with suppress(StatusError):
                recording.do(command)
        limit = recording.now + PATIENCE
        while len(recording.reached) < number and recording.now < limit:
            recording.run(recording.now + 7000)
            yield recording


@pytest.mark.parametrize("name", scenario.names())
def test_no_word_of_a_desk_is_left_in_english(other_letters, name):
    with translation.override("eo"):
        for recording in moments(name):
            _, html = message(None, picture(recording, RUNNING), 1, "eo")
            assert not english(html), (name, recording.now)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("static_files")
async def test_no_word_of_a_page_is_left_in_english(other_letters):
    teacher, stranger = AsyncClient(), AsyncClient()

    async def words(client, path: str) -> set[str]:
        response = await client.get(path)
        if response.status_code in (301, 302, 303):
            return await words(client, response["Location"])
        return english(re.sub(r"<svg.*?</svg>", "", response.content.decode(), flags=re.S))

    assert not await words(teacher, "/")
    for name in ("broken-deploy", "canary", "blank"):
        desk = (await teacher.post("/d/new", {"scenario": name}))["Location"]
        for page in ("", "/text", "/project", "/share", "/nodes?node=node-1"):
            assert not await words(teacher, f"{desk}{page}"), (name, page)
        share = (await teacher.get(f"{desk}/share")).content.decode()
        links = re.findall(r"http://testserver(/(?:l|f|embed)/[^\"\s?&]+)", share)
        assert len(links) >= 4
        for path in (desk, f"{desk}/text", f"{desk}/follow", *links):
            assert not await words(stranger, path), path
    for path in ("/lessons/broken-deploy/print", "/lessons/labels/print", "/f", "/f/zzzz", "/d/nosuch", "/l/xx", "/nothing", "/s/none"):
        assert not await words(stranger, path), path


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("static_files")
async def test_no_refusal_is_left_in_english(other_letters):
    teacher, stranger = AsyncClient(), AsyncClient()
    desk = (await teacher.post("/d/new", {"scenario": "fade"}))["Location"]
    refused = [
        await AsyncClient(enforce_csrf_checks=True).post("/d/new", {"scenario": "fade"}),
        await AsyncClient().get("/", headers={"Host": "evil!"}),
        await stranger.post(f"{desk}/clock", {"speed": "4"}),
        await teacher.post(f"{desk}/clock", {"speed": "5"}),
        await teacher.post(f"{desk}/clock", {"take": "9"}),
        await teacher.post(f"{desk}/ask", {"about": "nothing"}),
        await teacher.post(f"{desk}/ask/open"),
        await stranger.post(f"{desk}/invite", {"way": "share"}),
        await teacher.post("/d/open"),
    ]
    for response in refused:
        assert response.status_code >= 400
        assert not english(response.content.decode()), response.request["PATH_INFO"]


MARKED = re.compile(r"\b(?:say|counted)\((?:\s*\"(?:[^\"\\]|\\.)*\"\s*,?)+")
QUOTED = re.compile(r"\"([^\"]*)\"|`([^`]*)`")
PROSE = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
NO_PROSE = re.compile(r"[\[\].#=>]|kubectl|get |px|--|^no image$|^pane well")
"""Selectors, lines to run, styles, classes, and what a cell of a pod says on the wire."""


@pytest.mark.parametrize("path", sorted((settings.BASE_DIR / "static/js").glob("*.js")), ids=lambda path: path.stem)
def test_no_sentence_of_a_script_is_left_in_english(path):
    code = "\n".join(line for line in path.read_text().splitlines() if not line.lstrip().startswith(("//", "import ")))
    quoted = [re.sub(r"\$\{[^}]*\}", "", one or other) for one, other in QUOTED.findall(MARKED.sub("", code))]
    assert [text for text in quoted if PROSE.search(text) and not NO_PROSE.search(text)] == []

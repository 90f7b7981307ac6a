"""What the presenter types is shown to those whose page shows it, also to one who comes late, and never more than a page can hold."""

import json

from rollviz.rooms.transcript import LINES, SIGNS, Transcript
from tests.rollviz.rooms.conftest import Viewer


def shown(viewer: Viewer) -> list[tuple[int, str, str]]:
    return [
        (piece["id"], piece.get("line", ""), piece["out"] + piece["err"]) for text in viewer.texts for piece in json.loads(text)["printed"]
    ]


def transcript(*viewers: Viewer) -> Transcript:
    return Transcript(lambda: list(viewers), lambda: {"web-1": 1})


def test_a_line_and_what_it_says_later_come_to_those_who_show_them():
    here, elsewhere = Viewer(), Viewer()
    said = transcript(here, elsewhere)
    said.hear(here)
    first = said.say("kubectl get pods -w", 0, "NAME\n")
    second = said.say("kubectl get rs", 10, "", "none\n")
    said.add(first, 20, "web-1\n")
    assert shown(here) == [(first, "kubectl get pods -w", "NAME\n"), (second, "kubectl get rs", "none\n"), (first, "", "web-1\n")]
    assert elsewhere.texts == []
    assert json.loads(here.texts[-1])["hues"] == {"web-1": 1}


def test_who_comes_late_gets_what_there_is():
    late = Viewer()
    said = transcript(late)
    number = said.say("kubectl get pods -w", 0, "NAME\n")
    said.add(number, 5, "web-1\n")
    said.hear(late)
    assert shown(late) == [(number, "kubectl get pods -w", "NAME\nweb-1\n")]
    assert json.loads(late.texts[-1])["anew"] is True


def test_the_end_of_what_is_long_and_the_last_of_many_are_kept():
    late = Viewer()
    said = transcript(late)
    number = said.say("kubectl get pods", 0)
    said.add(number, 0, "x" * 90 + "\n" + ("y" * 99 + "\n") * (SIGNS // 100))
    said.hear(late)
    assert shown(late)[0][2].startswith("y") and len(shown(late)[0][2]) <= SIGNS
    for n in range(LINES):
        said.say(f"line {n}", 0, "said\n")
    said.add(number, 0, "more of what was forgotten\n")
    said.hear(late)
    assert len(json.loads(late.texts[-1])["printed"]) == LINES

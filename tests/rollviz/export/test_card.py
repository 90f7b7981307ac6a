import os
import re
import struct
from xml.etree import ElementTree

import pytest
from django.utils.translation import override

from rollviz.export import card
from rollviz.export.lettering import fit, version, width
from rollviz.export.moment import moment
from rollviz.export.pen import hue
from simulation.scenario import Scenario
from tests.rollviz.export.runs import played, rolled_over, stuck

SVG = "{http://www.w3.org/2000/svg}"


def drawn(run, at_ms):
    return ElementTree.fromstring(card.draw(moment(run, at_ms)).svg())


def words(tree) -> str:
    return " ".join(text.text for text in tree.iter(f"{SVG}text"))


def test_a_shared_stuck_rollout_says_so():
    run = stuck()
    png = card.png(run, 60_000)
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", png[16:24]) == (1200, 630)
    tree = drawn(run, 60_000)
    assert words(tree) == "v2 cannot start 8 of 10 pods still answer. Why is it waiting? rollviz at 1:00 Broken deploy v1 8 v2 5 0"
    faulty = [shape for shape in tree.iter(f"{SVG}rect") if shape.get("stroke") == hue("f")]
    assert len(faulty) == 5


def test_it_speaks_the_language_of_whoever_it_is_drawn_for():
    with override("de"):
        said = words(drawn(stuck(), 60_000))
    assert said == "v2 kann nicht starten 8 von 10 Pods antworten noch. Warum wartet es? rollviz bei 1:00 Kaputter Deploy v1 8 v2 5 0"


def test_the_card_is_of_its_moment_and_not_of_the_end():
    run = rolled_over()
    assert words(drawn(run, 36_500)).startswith("Fading in v3 5 of 10 8 available, 8 is the minimum. Why is it waiting?")
    assert words(drawn(run, 10_000)).startswith("10 pods of v1 answer Nothing is moving. rollviz at 0:10 Rollback")
    assert run.now == 60_000


def test_the_same_run_gives_the_same_bytes():
    assert card.png(stuck(), 60_000) == card.png(stuck(), 60_000)
    assert card.png(stuck(), 60_000) != card.png(stuck(), 59_000)


def test_a_card_costs_about_a_tenth_of_a_second():
    """Of processor time, its own and the drawing process's: a busy machine takes longer, and no more."""
    run = stuck()
    costs = []
    for at in range(50_000, 55_000, 1000):
        shown = moment(run, at)
        begun = used()
        card.draw(shown).png()
        costs.append(used() - begun)
    assert 0 < min(costs) < 0.2


def used() -> float:
    return sum(os.times()[:4])


@pytest.mark.parametrize(
    "acts",
    [
        [],
        [(0, "run web --image=nginx")],
        [(0, "create deployment web --image=nginx --replicas=200")],
        [(0, f"create deployment {'n' * 63} --image={'r' * 63}:{'1' * 100} --replicas=3"), (0, "create deployment b --image=nginx")],
        [(i * 3000, f"set image deployment/web *=web:{i}.0" if i else "create deployment web --image=web:0.0") for i in range(9)],
        [(0, "create deployment web --image=nginx"), (5000, "# node-1: power off"), (5000, "# node-2: power off")],
    ],
)
def test_whatever_stands_on_the_desk_has_a_card_and_nothing_leaves_it(acts):
    told = Scenario.parse('{title: "<script>alert(1)</script> \\u0001 \\u65e5\\u672c & so on, and on, and on, and on", nodes: 3}')
    run = played(told, acts, 60_000)
    for at in (0, 20_000, 60_000):
        tree = drawn(run, at)
        assert not list(tree.iter(f"{SVG}script"))
        for text in tree.iter(f"{SVG}text"):
            size, x = float(text.get("font-size")), float(text.get("x"))
            spacing = float(text.get("letter-spacing", 0)) / size
            wide = width(text.text, size, text.get("font-weight") == "700", spacing)
            left = x - wide * {"start": 0, "middle": 0.5, "end": 1}[text.get("text-anchor")]
            assert left >= 0 and left + wide <= 1200, text.text
        assert card.png(run, at)


def test_names_are_cut_where_they_can_be_told_apart():
    assert fit("a-very-long-name", 60, 20).endswith("…")
    assert re.fullmatch(r"a-very-[a-z-]*… v12", version("a-very-long-name-that-does-not-end v12", 200, 20))
    assert fit("short", 100, 20) == "short"

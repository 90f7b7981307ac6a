from rollviz.desk.gallery import gallery
from simulation import scenario


def test_there_is_a_card_for_each_lesson_in_order():
    cards = [card for side in gallery().sides for card in side.cards]
    assert [card.number for card in cards] == list(range(1, len(cards) + 1))
    assert {card.name for card in cards} == {name for name in scenario.names() if scenario.load(name).number}
    assert all(card.minutes and card.paths for card in cards)
    assert gallery().first == "just-a-container"


def test_the_broken_one_shows_what_is_broken():
    cards = {card.name: card for card in gallery().sides[0].cards}
    assert "f" in {path.hue for path in cards["broken-deploy"].paths}
    assert {path.hue for path in cards["fade"].paths} == {1, 2, 3}


def test_the_hero_is_one_fade_pod_by_pod():
    hero = gallery().hero
    caps = [[cap.n for cap in fader.caps] for fader in hero.faders]
    assert (caps[0], caps[-1]) == ([10, 0], [0, 10])
    assert all(10 <= old + new <= 11 for old, new in caps)
    assert all(before >= after for before, after in zip([c[0] for c in caps], [c[0] for c in caps][1:], strict=False))

from rollviz.desk.hues import Hues


def seen(*samples) -> Hues:
    hues = Hues()
    for sample in samples:
        hues.see(list(sample))
    return hues


A, B, C = ("a", 1), ("b", 2), ("c", 3)


def test_hues_follow_the_revisions():
    assert seen([A], [A, B], [B, C]).of == {"a": 1, "b": 2, "c": 3}


def test_two_that_have_pods_never_share_a_hue():
    seventh = ("g", 7)
    assert seen([A], [A, seventh]).of == {"a": 1, "g": 2}


def test_a_hue_stays_with_its_set_through_a_roll_back():
    hues = seen([A], [A, B], [B], [B, ("a", 3)], [("a", 3)])
    assert hues.of == {"a": 1, "b": 2}
    assert hues.born == {"a": 1, "b": 2}


def test_a_set_that_comes_as_another_goes_does_not_take_its_hue():
    assert seen([A], [("g", 7)]).of == {"a": 1, "g": 2}


def test_beyond_six_the_newest_hold_the_hues_and_the_older_are_grey():
    many = [(name, number) for number, name in enumerate("abcdefgh", 1)]
    hues = seen(*[many[:n] for n in range(1, 9)])
    assert [hues.of[name] for name, _ in many[:2]] == [0, 0]
    assert sorted(hues.of[name] for name, _ in many[2:]) == [1, 2, 3, 4, 5, 6]


def test_a_set_without_pods_shows_the_hue_it_would_get():
    hues = seen([A])
    assert (hues.peek("a", 1), hues.peek("new", 2), hues.peek("new", 7)) == (1, 2, 2)

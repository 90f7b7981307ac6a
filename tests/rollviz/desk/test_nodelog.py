from rollviz.desk.picture import Picture
from tests.rollviz.desk.desks import Watched, web
from tests.rollviz.desk.test_chronicle import told

NODE_4_OFF = ("You ran # node-4: power off", "")
LOST = ("node-4 is NotReady.", "Kubelet stopped posting node status. Its pods count as not ready, and nothing replaces them yet.")
REFUSED = "Cannot evict pod as it would violate the pod's disruption budget. kubectl asks again every 5 s."


def marks(picture: Picture) -> list[tuple[str, str, str]]:
    return [(mark.clock, mark.glyph, mark.words) for mark in picture.parts["marks"][1]]


def guarded(least: int) -> Watched:
    """Ten of web:1.0, and a budget that wants so many of them."""
    return web().do(f"create poddisruptionbudget web --selector=app=web --min-available={least}").run(1)


def test_a_node_that_dies_is_told_from_the_plug_to_the_replacements_and_back():
    desk = web(8).run(8).do("# node-4: power off").run(360).do("# node-4: power on").run(60)
    assert told(desk)[-6:] == [
        NODE_4_OFF,
        LOST,
        ("2 pods of v1 are evicted.", "Taint manager: deleting due to NoExecute taint. They count no more."),
        ("v1 makes 2 pods", "The ReplicaSet counts: 8 wanted − 6 there = 2 missing."),
        ("You ran # node-4: power on", ""),
        ("node-4 is Ready. Its kubelet posts its status again.", ""),
    ]
    assert [(glyph, words) for _, glyph, words in marks(desk.look())[-5:]] == [
        ("i-you", "node-4 off"),
        ("s-lost", "node-4 NotReady"),
        ("s-lost", "2 evicted"),
        ("i-you", "node-4 on"),
        ("i-ok", "node-4 Ready"),
    ]


def test_a_second_silence_is_told_at_its_own_time():
    desk = web(4).run(8).do("# node-4: power off").run(80).do("# node-4: power on").run(20).do("# node-4: power off").run(80)
    times = [line.time // 1000 for line in reversed(desk.look().log.lines) if "NotReady" in str(line.words)]
    off = [line.time // 1000 for line in reversed(desk.look().log.lines) if "power off" in str(line.words)]
    assert [50 <= noticed - gone <= 55 for gone, noticed in zip(off, times, strict=True)] == [True, True]


def test_a_drain_says_once_that_it_waits_in_the_api_servers_words_and_when_it_is_done():
    desk = guarded(10).do("drain node-4").run(30)
    [(words, sum_)] = [said for said in told(desk) if said[0].startswith("The drain waits")]
    assert words.startswith("The drain waits: web-") and sum_ == REFUSED
    desk.do("delete poddisruptionbudget web").run(60)
    assert told(desk)[-1] == ("node-4 is drained.", "")


def test_the_next_drain_tells_its_own_refusal():
    desk = guarded(10).do("drain node-4").run(10).do("# node-4: stop draining").run(1).do("drain node-3").run(10)
    assert [words.partition(":")[0] for words, _ in told(desk)[-4:]] == [
        "The drain waits",
        "You ran # node-4",
        "You ran drain node-3",
        "The drain waits",
    ]


def test_however_the_run_is_watched_the_log_is_the_same():
    lines = "# node-4: power off", "drain node-3"
    often, once = web().do(*lines), web().do(*lines)
    for _ in range(80):
        often.run(5.03).look()
    once.run(80 * 5.03)
    assert told(often) == told(once) and LOST in told(once)


def test_a_drain_that_cannot_go_on_says_so():
    desk = guarded(1).do("create poddisruptionbudget second --selector=app=web --min-available=1").run(1).do("drain node-4").run(20)
    [(_, sum_)] = [said for said in told(desk) if said[0] == "The drain fails."]
    assert sum_.startswith('unable to drain node "node-4" due to error: ') and "more than one PodDisruptionBudget" in sum_


def test_what_is_done_while_the_clock_stands_at_a_refusal_comes_after_it():
    desk = guarded(10).do("drain node-4").run(0.08)
    desk.do("# node-4: stop draining", "drain node-4").run(10)
    assert [words.partition(":")[0] for words, _ in told(desk)[-5:]] == [
        "You ran drain node-4",
        "The drain waits",
        "You ran # node-4",
        "You ran drain node-4",
        "The drain waits",
    ]


def test_what_a_drain_prints_as_a_second_begins_is_told_once():
    desk = web().run(0.92).do("drain node-4").run(10).do("uncordon node-4").run(10)
    [drained] = [line for line in desk.look().log.lines if str(line.words) == "node-4 is drained."]
    assert drained.time % 1000 == 0

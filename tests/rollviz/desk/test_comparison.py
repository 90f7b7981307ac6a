"""What is said of a canary has its sum, and what may be done about it is a kubectl line that does it."""

from rollviz.desk import comparison
from rollviz.desk.duo import Duo, duo, find
from rollviz.desk.sets import groups
from simulation.latency import EDGES_MS
from simulation.stages import Image
from simulation.traffic import Heard
from simulation.verdict import Verdict, judge
from tests.rollviz.desk.desks import Watched
from tests.rollviz.desk.test_duo import deployment, made, service

ANSWERS = {30: 4, 31: 9, 32: 16, 33: 20, 34: 19, 35: 14, 36: 8, 37: 5, 38: 3, 39: 2}


def behind_one_service(stable: int = 8, canary: int = 2) -> Watched:
    return made(
        deployment("web", {"app": "web", "track": "stable"}, "web:1.0", stable),
        deployment("web-canary", {"app": "web", "track": "canary"}, "web:2.0", canary),
        service({"app": "web"}),
    )


def pair(desk: Watched) -> Duo:
    store = desk.recording.cluster.store
    return duo(find(store, groups(store)), desk.look().strips)


def heard(stable: tuple[int, int], canary: tuple[int, int], slower: int = 0) -> Verdict:
    """(requests, errors) of each; the canary's answers take so many buckets longer."""

    def one(requests: int, errors: int, shift: int) -> Heard:
        return Heard(requests, errors, tuple(ANSWERS.get(i - shift, 0) * (requests - errors) // 100 for i in range(len(EDGES_MS))))

    return judge(one(*stable, 0), one(*canary, slower))


WORSE, SAME, EARLY = heard((4000, 8), (1000, 31)), heard((4000, 8), (1000, 2)), heard((1680, 3), (420, 1))


def lines(desk: Watched, verdict: Verdict | None) -> dict[str, str]:
    return {key.id: key.line for key in comparison.keys(pair(desk), verdict)}


def first(desk: Watched, verdict: Verdict | None) -> list[str]:
    return [key.id for key in comparison.keys(pair(desk), verdict) if key.first]


def test_the_share_of_requests_is_the_share_of_the_endpoints():
    desk = behind_one_service()
    assert str(comparison.headline(pair(desk), SAME)) == "The canary hears 1 request in 5, and nothing worse is heard."
    assert [(t.op, t.n, t.label) for t in desk.says("why").sum] == [
        ("", 2, "canary pods ready"),
        ("÷", 10, "pods ready"),
        ("=", "20\u00a0%", "of the requests"),
    ]
    desk.do("scale deployment web-canary --replicas=3").run(12)
    assert str(comparison.headline(pair(desk), WORSE)) == "The canary hears 3 requests in 11, and is worse."
    desk.do("scale deployment web --replicas=0").run(40)
    assert "hears every request" in str(comparison.headline(pair(desk), EARLY))
    assert str(desk.says("service").say) == "The selector does not ask for track, so it finds both."


def test_each_verdict_is_told_with_its_sum_and_puts_the_nearest_act_first():
    desk = behind_one_service()
    two = pair(desk)
    worse, same, early = (comparison.said(two, verdict) for verdict in (WORSE, SAME, EARLY))
    assert (str(worse.title), str(worse.text)) == (
        "Fade the canary out",
        "Errors: 0.2 % + 1 % = 1.2 % allowed, 3.1 % measured. It hears 1 request in 5: 2 of 10 endpoints.",
    )
    assert (str(same.title), str(same.text)[:38]) == ("Nothing worse heard", "1\u00a0000 requests of canary, 4\u00a0000 of sta")
    assert (str(early.title), str(early.text)[:64]) == (
        "Too early to say",
        "420 requests heard by the canary. A verdict needs 1\u00a0000 of each.",
    )
    assert [first(desk, verdict) for verdict in (WORSE, SAME, EARLY)] == [["out"], ["promote"], ["listen"]]
    slow = comparison.said(two, heard((4000, 8), (1000, 2), slower=4))
    assert "the typical request" in str(slow.text).lower() and "Also the slowest 5 %." in str(slow.text)


def test_without_clients_nothing_is_judged():
    desk = behind_one_service()
    assert str(desk.says("verdict").title) == "Nobody sends requests"
    assert str(desk.says("now")) == "The canary would hear 1 request in 5. Nobody sends any."


def test_fading_out_is_a_line_and_from_zero_it_may_come_again_or_go():
    desk = behind_one_service()
    desk.do(lines(desk, WORSE)["out"]).run(40)
    assert str(comparison.said(pair(desk), WORSE).title) == "The canary is at zero"
    assert str(desk.says("now")) == "stable web hears all requests."
    assert lines(desk, WORSE) == {
        "again": "scale deployment/web-canary --replicas=1",
        "delete": "delete deployment web-canary",
    }
    desk.do(lines(desk, WORSE)["again"]).run(12)
    assert pair(desk).b.endpoints == 1
    desk.do("delete deployment web-canary").run(40)
    assert desk.says("verdict") is None


def test_promoting_is_a_line_that_rolls_the_stable_deployment_to_the_canarys_image():
    desk = behind_one_service()
    assert lines(desk, SAME)["promote"] == "set image deployment/web web=web:2.0"
    desk.do(lines(desk, SAME)["promote"]).run(60)
    assert pair(desk).a.complete
    assert str(comparison.said(pair(desk), SAME).title) == "Promoted"
    assert (first(desk, SAME), list(lines(desk, SAME))) == (["out"], ["out", "listen"])


def test_while_stable_rolls_the_rollout_is_told():
    desk = behind_one_service().do("set image deployment/web web=web:2.0").run(1)
    assert "Fading in" in str(desk.says("now"))


def test_each_row_says_what_it_draws_and_draws_it_in_thousandths():
    rows = comparison.moving(WORSE)["rows"]
    errors = rows["errors"]
    assert (errors["g"], errors["c"], errors["s"], errors["l"], errors["chance"]) == ("s-crash", "3.1 %", "0.2 %", "1.2 %", False)
    at, low, high, b, b_low, b_high, limit = errors["at"]
    assert 0 < low < at < high < limit < b_low < b < b_high < 1000
    assert 15 < b / at < 16
    chance = comparison.moving(heard((4000, 200), (1000, 62)))["rows"]["errors"]
    assert (chance["g"], chance["l"], chance["chance"]) == ("i-hold", "6 %", True)
    assert (comparison.moving(SAME)["enough"]["at"], comparison.moving(EARLY)["enough"]["at"]) == (1000, 420)
    assert comparison.moving(heard((100, 0), (100, 0)))["rows"]["errors"]["at"][0] == 0


def test_the_panel_the_headline_and_the_log_follow_the_requests():
    desk = behind_one_service()
    desk.recording.cluster.images._known["web:2.1"] = Image("web:2.1", error_rate=0.05)
    clients = lines(desk, None)["clients"]
    assert clients == "# web: 200 requests/s"
    desk.do(clients)
    assert str(desk.run(4).says("verdict").title) == "Too early to say"
    assert str(desk.run(60).says("verdict").title) == "Nothing worse heard"
    rows = desk.look().moving["duo"]["rows"]
    assert (list(rows), rows["p50"]["c"][-3:], desk.look().moving["duo"]["enough"]["at"]) == (["errors", "p50", "p95"], " ms", 1000)
    told = [str(line.words) for line in desk.look().log.lines if "Verdict" in str(line.words)]
    assert told == ["Verdict: nothing worse heard"]
    desk.do("set image deployment/web-canary web=web:2.1").run(60)
    assert str(desk.says("verdict").title) == "Fade the canary out"
    assert [str(line.words) for line in desk.look().log.lines if "Verdict" in str(line.words)] == [
        "Verdict: fade the canary out. Errors",
        *told,
    ]


def test_a_canary_that_is_not_ready_hears_nothing():
    desk = made(
        deployment("web", {"app": "web", "track": "stable"}, "web:1.0", 2),
        deployment("web-canary", {"app": "web", "track": "canary"}, "web:2.0-missing", 1),
        service({"app": "web"}),
    )
    told = comparison.said(pair(desk), heard((100, 0), (0, 0)))
    assert (str(told.title), str(told.text)) == (
        "The canary hears nothing",
        "None of its pods is ready. It hears no request: 0 of 2 endpoints.",
    )

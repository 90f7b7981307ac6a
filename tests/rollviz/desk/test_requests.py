"""Requests on the desk are the engine's: what is drawn adds up to what was sent."""

import pytest

from rollviz.desk.bars import Bars
from rollviz.desk.picture import picture
from rollviz.desk.render import message
from rollviz.desk.requests import graph
from rollviz.rooms.clock import Clock
from simulation.kubectl.parse import parse
from simulation.recording import Recording
from simulation.scenario import load


def recording():
    run = Recording(load("fade"), 1)
    run.do(parse("# web: 0 requests/s"))
    run.run(20_000)
    run.do(parse("# web: 300 requests/s"))
    run.run(30_000)
    run.do(parse("kubectl set image deployment/web web=web:2.0"))
    run.run(70_000)
    return run


def answered(bar):
    return sum(bar[1:-1:3])


def test_each_second_of_the_graph_holds_what_was_sent_in_it():
    run = recording()
    bars = Bars()
    bars.follow(run.samples)
    assert {answered(bar) + bar[-1] for number, bar in bars.requests.items() if 22 <= int(number) < 70} == {300}


def test_a_graph_that_grew_is_the_one_drawn_at_once():
    run = recording()
    grown, places = Bars(), {}
    for end in range(1, len(run.samples) + 1):
        grown.follow(run.samples[:end])
    assert grown.requests == graph(run.samples, places, 1, 0)


def test_the_picture_says_rate_loss_and_times_and_the_same_after_a_seek():
    run = recording()
    shown = picture(run, Clock(True, 1.0, run.now)).moving
    flow = run.cluster.traffic.flows["default", "web"]
    assert (shown["svc"]["rps"], shown["svc"]["sent"], shown["svc"]["lost"]) == (300, flow.sent, flow.lost_in_all)
    assert 0 < shown["svc"]["p50"] < shown["svc"]["p95"]
    assert sum(s.get("q", 0) for s in shown["sets"].values()) == 300
    run.seek(40_000)
    past = picture(run, Clock(True, 1.0, run.now)).moving
    assert past["svc"]["sent"] == 6_000
    run.seek(70_000)
    assert picture(run, Clock(True, 1.0, run.now)).moving["svc"] == shown["svc"]


def test_a_desk_without_requests_says_nothing_of_them():
    run = Recording(load("replica-sets"), 1)
    run.run(30_000)
    shown = picture(run, Clock(True, 1.0, run.now)).moving
    assert shown["rec"]["req"] == {} and "sent" not in shown["svc"]


@pytest.mark.django_db
def test_what_is_sent_does_not_grow_with_the_rate():
    """Numbers get longer, nothing else: a hundred times the requests are no quarter more of bytes."""
    assert sent(10_000) < 1.25 * sent(100)


def sent(rate: int) -> int:
    """Letters of all messages of a rollout, ten pictures a second."""
    run = Recording(load("fade"), 1)
    run.run(20_000)
    run.do(parse(f"# web: {rate} requests/s"))
    run.run(25_000)
    run.do(parse("kubectl set image deployment/web web=web:2.0"))
    old, letters = None, 0
    for number in range(100):
        run.run(run.now + 100)
        new = picture(run, Clock(False, 1.0, run.now))
        letters += sum(map(len, message(old, new, number))) if old is not None else 0
        old = new
    return letters

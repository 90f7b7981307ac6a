"""The clock, the queue and chance."""

from simulation.engine import Engine


def drain(engine):
    out = []
    while engine.due() is not None:
        entry = engine.pop()
        if entry is not None:
            out.append((engine.now, *entry))
    return out


def test_a_key_that_waits_is_not_queued_twice():
    engine = Engine(1)
    for delay in (10, 20, 5):
        engine.add(0, "deployment", "web", delay)
    engine.add(0, "deployment", "other", 10)
    assert drain(engine) == [(10, "deployment", "web"), (10, "deployment", "other")]


def test_a_key_may_be_queued_again_once_it_was_taken():
    engine = Engine(1)
    engine.add(0, "deployment", "web", 10)
    engine.pop()
    engine.add(0, "deployment", "web", 10)
    assert drain(engine) == [(20, "deployment", "web")]


def test_of_two_timers_for_one_key_the_earlier_stays():
    engine = Engine(1)
    engine.add_after(0, "deployment", "web", 100)
    engine.add_after(0, "deployment", "web", 50)
    engine.add_after(0, "deployment", "web", 70)
    assert drain(engine)[0] == (50, "deployment", "web")


def test_at_one_instant_rank_decides_and_then_order():
    engine = Engine(1)
    for rank, key in ((2, "a"), (0, "b"), (2, "c"), (1, "d")):
        engine.at(7, rank, "x", key)
    assert [key for _, _, key in drain(engine)] == ["b", "d", "a", "c"]


def test_a_copy_draws_the_same_lots_and_neither_hears_of_the_other():
    engine = Engine(7)
    engine.add(0, "x", "k", 5)
    twin = engine.copy()
    assert [engine.between(0, 1000) for _ in range(5)] == [twin.between(0, 1000) for _ in range(5)]
    drain(engine)
    assert twin.due() == 5


def test_a_key_that_fails_waits_twice_as_long_each_time_until_it_succeeds():
    engine = Engine(1)
    waits = []
    for _ in range(20):
        start = engine.now
        engine.add_rate_limited(0, "replicaset", "web")
        engine = engine.copy()
        drain(engine)
        waits.append(engine.now - start)
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-2:] == [1_000_000, 1_000_000]
    engine.forget("replicaset", "web")
    engine.add_rate_limited(0, "replicaset", "web")
    assert engine.due() - engine.now == 5

import asyncio

from rollviz.rooms import sink as sinks
from rollviz.rooms.frame import Frame
from rollviz.rooms.hub import Hub
from rollviz.rooms.sink import SLOW_BYTES, QueueSink, Sink, sink_for


class Reader(Sink):
    """A viewer whose connection takes nothing while `stuck`."""

    def __init__(self):
        super().__init__()
        self.got: list[str] = []
        self.waiting: list[str] = []
        self.stuck = False
        self.dropped = False

    def buffered(self) -> int:
        return sum(len(text) for text in self.waiting)

    def write(self, frame: Frame) -> None:
        (self.waiting if self.stuck else self.got).append(frame.text)

    def drop(self) -> None:
        self.dropped = True

    def drain(self) -> None:
        self.got += self.waiting
        self.waiting, self.stuck = [], False


def hub() -> Hub:
    return Hub(lambda n, language: [f"whole {n}"])


async def test_every_viewer_gets_each_message_once_and_in_order():
    desk, viewers = hub(), [Reader() for _ in range(250)]
    for viewer in viewers:
        desk.join(viewer)
    for n in range(1, 4):
        await desk.publish(n, {"en": [f"delta {n}", f"<p>{n}</p>"]})
    for viewer in viewers:
        assert viewer.got == ["whole 0", "delta 1", "<p>1</p>", "delta 2", "<p>2</p>", "delta 3", "<p>3</p>"]


async def test_a_slow_viewer_is_skipped_and_then_given_the_current_state():
    desk, slow, quick = hub(), Reader(), Reader()
    desk.join(slow)
    desk.join(quick)
    slow.stuck = True
    big = "x" * (SLOW_BYTES + 1)
    await desk.publish(1, {"en": [big]})
    for n in range(2, 50):
        await desk.publish(n, {"en": [big]})
    assert len(slow.waiting) == 1, "no more than one message beyond the limit is kept for a slow viewer"
    assert len(quick.got) == 50
    slow.drain()
    await desk.publish(50, {"en": ["delta 50"]})
    await desk.publish(51, {"en": ["delta 51"]})
    assert slow.got == ["whole 0", big, "whole 50", "delta 51"]


async def test_a_slow_viewer_is_shown_the_current_state_even_when_nothing_new_happens():
    desk, slow = hub(), Reader()
    desk.join(slow)
    slow.stuck = True
    await desk.publish(1, {"en": ["x" * (SLOW_BYTES + 1)]})
    await desk.publish(2, {"en": ["last"]})
    assert desk.late
    slow.drain()
    desk.catch_up()
    assert slow.got[-1] == "whole 2"
    assert not desk.late


async def test_a_viewer_that_never_drains_is_dropped(monkeypatch):
    desk, stuck = hub(), Reader()
    desk.join(stuck)
    stuck.stuck = True
    await desk.publish(1, {"en": ["x" * (SLOW_BYTES + 1)]})
    await desk.publish(2, {"en": ["late"]})
    assert not stuck.dropped
    later = sinks.time.monotonic() + sinks.LATE_SECONDS + 1
    monkeypatch.setattr(sinks.time, "monotonic", lambda: later)
    await desk.publish(3, {"en": ["later"]})
    assert stuck.dropped


async def test_who_joins_while_a_message_goes_round_does_not_get_it_twice():
    desk = hub()
    for _ in range(150):
        desk.join(Reader())
    publishing = asyncio.ensure_future(desk.publish(1, {"en": ["delta 1"]}))
    await asyncio.sleep(0)
    newcomer = Reader()
    desk.join(newcomer)
    await publishing
    await desk.publish(2, {"en": ["delta 2"]})
    assert newcomer.got == ["whole 1", "delta 2"]


async def test_the_whole_state_is_made_once_for_all_who_join_at_one_moment():
    made = []
    desk = Hub(lambda n, language: made.append(n) or ["whole"])
    for _ in range(20):
        desk.join(Reader())
    await desk.publish(1, {"en": ["delta"]})
    for _ in range(20):
        desk.join(Reader())
    assert made == [0, 1]


async def test_under_another_server_frames_wait_in_a_queue_and_count_as_unsent():
    sent, open_gate = [], asyncio.Event()

    async def send(message):
        await open_gate.wait()
        sent.append(message)

    sink = sink_for(send)
    assert isinstance(sink, QueueSink)
    for text in "abc":
        sink.write(Frame(text))
    await asyncio.sleep(0)
    assert sink.buffered() == 3 * len(Frame("a").wire)
    open_gate.set()
    await asyncio.sleep(0.01)
    assert [message["text"] for message in sent] == ["a", "b", "c"]
    assert sink.buffered() == 0

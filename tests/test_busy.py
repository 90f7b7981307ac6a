"""What the bench measures of a busy desk, in short: it keeps its clock and stays far below half a core."""

from tests.busy import MOST_OF_A_CORE, one, open_desk, share
from tests.rollviz.live import Server


def test_a_busy_desk_keeps_its_clock_on_less_than_half_a_core(tmp_path):
    server = Server(tmp_path)
    try:
        core, sent = share(server, open_desk(server, one(200), 10_000), seconds=2, rolls="web")
    finally:
        server.kill()
    assert 0 < core < MOST_OF_A_CORE and sent > 1000

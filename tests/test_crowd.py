"""A small class: everything that is measured of a large one is measured, and nothing is lost."""

import asyncio

from tests.crowd import crowd
from tests.rollviz.live import Server


def test_a_class_loses_nothing(tmp_path):
    server = Server(tmp_path)
    try:
        found = asyncio.run(crowd(server, followers=40, seconds=3, pods=10))
    finally:
        server.kill()
    assert (found["missed"], found["skipped"], found["dropped"]) == (0, 0, 0)
    assert found["messages"] > 10

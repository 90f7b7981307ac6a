"""A code leads to its desk for good, is short, and is not found by trying."""

import asyncio

import pytest

from rollviz.classroom import codes
from rollviz.rooms.registry import registry
from simulation import scenario

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_desk_has_one_code_and_keeps_it():
    room, _ = await registry.make(scenario.load("fade"))
    other, _ = await registry.make(scenario.load("fade"))
    assert await codes.found(room.desk.id) == ""
    both = await asyncio.gather(codes.made(room.desk.id), codes.made(room.desk.id))
    assert both[0] == both[1] == await codes.found(room.desk.id)
    assert len(both[0]) == 4
    assert await codes.made(other.desk.id) != both[0]
    assert await codes.desk_of(both[0]) == room.desk.id
    assert await codes.desk_of(f" {both[0].upper()} ") == room.desk.id


async def test_what_is_no_code_leads_nowhere():
    for text in ("", "k7q2", "x" * 300, "%", "\0"):
        assert await codes.desk_of(text) == ""


async def test_a_code_that_is_taken_is_drawn_again(monkeypatch):
    room, _ = await registry.make(scenario.load("fade"))
    other, _ = await registry.make(scenario.load("fade"))
    drawn = iter(["aaaa", "aaaa", "bbbb"])
    monkeypatch.setattr(codes, "_draw", lambda length: next(drawn))
    assert [await codes.made(room.desk.id), await codes.made(other.desk.id)] == ["aaaa", "bbbb"]


@pytest.mark.parametrize(("desks", "length"), [(0, 4), (9_235, 4), (9_236, 5), (286_291, 5), (286_292, 6)])
def test_a_hundred_times_more_codes_than_desks(desks, length):
    assert codes.length_for(desks) == length

"""A question about this very moment stops the clock in it; the act sets it going again, whoever gives it and however."""

import asyncio

import pytest

from rollviz.rooms.registry import registry
from simulation.kubectl.parse import parse
from simulation.scenario import Scenario

TEXT = """
title: Held
steps:
  - {title: Wait, text: Until three., until: {time: 3}}
  - {title: Run, text: It., until: {exists: pod/web}, action: {label: run, run: run web --image=nginx}}
questions:
  - {ask: How many?, about: pods, of: {pods: ""}, step: 2, hold: true}
"""


@pytest.fixture
async def held(transactional_db, viewer):
    room, _ = await registry.make(Scenario.parse(TEXT), 1)
    room.join(viewer)
    await room.set_clock(paused=False, speed=64.0)
    async with asyncio.timeout(60):
        while not room.clock.paused:
            await asyncio.sleep(0.01)
    yield room
    await registry.close_all()


async def test_the_clock_stands_in_the_second_in_which_the_step_opens(held):
    await asyncio.sleep(0.2)
    assert (held.now, held.clock.paused) == (3_000, True)


async def test_an_act_sets_it_going_again(held):
    await held.do(parse("run web --image=nginx"))
    assert not held.clock.paused
    async with asyncio.timeout(60):
        while held.now < 10_000:
            await asyncio.sleep(0.01)
    assert not held.clock.paused


async def test_so_does_the_hand_that_presses_play(held):
    await held.set_clock(paused=False)
    async with asyncio.timeout(60):
        while held.now < 10_000:
            await asyncio.sleep(0.01)
    assert not held.clock.paused


async def test_a_clock_that_was_stopped_by_hand_stays_stopped(held):
    await held.set_clock(advance=1_500, paused=True)
    await held.do(parse("run web --image=nginx"))
    assert held.clock.paused

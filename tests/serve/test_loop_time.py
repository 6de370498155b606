"""The time of the event loop: what libuv measures adds up, and no reading is a reset of a counter."""

import asyncio
import time

import pytest
import uvloop
import uvloop.loop

from blog.serve.loop_time import LoopTime, loop_time


def test_waiting_is_idle_and_work_is_active() -> None:
    async def wait_and_work() -> list[tuple[float, float]]:
        measured = loop_time(asyncio.get_running_loop())
        assert measured
        await asyncio.sleep(0.2)
        waited = measured()
        time.sleep(0.1)  # noqa: ASYNC251 -- the loop is to be busy
        return [waited, measured()]

    (active, idle), (active_after, idle_after) = uvloop.run(wait_and_work())
    assert idle >= 0.19
    assert active_after - active >= 0.09
    assert idle_after == idle


def test_a_closed_loop_can_be_read() -> None:
    async def measure() -> LoopTime | None:
        measured = loop_time(asyncio.get_running_loop())
        await asyncio.sleep(0.01)
        assert measured
        assert measured()[1] > 0
        return measured

    measured = uvloop.run(measure())
    assert measured
    assert measured()[1] == measured()[1] > 0


def test_another_loop_is_not_measured() -> None:
    async def running() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    assert loop_time(asyncio.run(running())) is None


def test_a_loop_whose_library_exports_nothing_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uvloop.loop, "__file__", None)

    async def measure() -> LoopTime | None:
        return loop_time(asyncio.get_running_loop())

    assert uvloop.run(measure()) is None


def test_no_reading_is_lower_than_the_one_before() -> None:
    clock, idle = iter([0.0, 10.0, 10.1]), iter([0.0, 4.0, 4.2])
    measured = LoopTime(lambda: next(idle), lambda: next(clock))
    assert measured() == (6.0, 4.0)
    assert measured() == (6.0, 4.2)

import asyncio
from typing import TYPE_CHECKING

import pytest

from blog.serve.live import Live

if TYPE_CHECKING:
    from blog.app import Blog


def test_ready_means_that_there_are_pages_and_no_farewell(small_app: "Blog") -> None:
    live = Live()
    assert not live.ready
    edition, index = small_app.live.edition, small_app.live.index
    assert edition
    assert index
    live.publish(edition, index)
    assert live.ready
    live.draining = True
    assert not live.ready


def test_each_edition_has_a_number(small_app: "Blog") -> None:
    live = Live()
    edition, index = small_app.live.edition, small_app.live.index
    assert edition
    assert index
    for number in (1, 2):
        live.publish(edition, index)
        assert live.generation == number


async def test_a_publisher_that_failed_leaves_its_reason() -> None:
    async def fail() -> None:
        raise ValueError("no")

    live, task = Live(), asyncio.create_task(fail())
    task.add_done_callback(live.publishing_ended)
    with pytest.raises(ValueError, match="no"):
        await task
    await asyncio.sleep(0)
    assert isinstance(live.failure, ValueError)


async def test_a_publisher_that_was_stopped_is_no_failure() -> None:
    live, task = Live(), asyncio.create_task(asyncio.sleep(60))
    task.add_done_callback(live.publishing_ended)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)
    assert live.failure is None

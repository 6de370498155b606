import asyncio
from typing import TYPE_CHECKING

import pytest

from blog.build.state import ServiceState

if TYPE_CHECKING:
    from blog.app import Blog


def test_ready_means_that_there_are_pages_and_no_drain(small_app: "Blog") -> None:
    service = ServiceState()
    assert not service.ready
    edition = small_app.service.edition
    assert edition
    service.publish(edition)
    assert service.ready
    service.draining = True
    assert not service.ready


def test_each_edition_has_a_number(small_app: "Blog") -> None:
    service = ServiceState()
    edition = small_app.service.edition
    assert edition
    for number in (1, 2):
        service.publish(edition)
        assert service.generation == number


async def test_a_publisher_that_failed_leaves_its_reason() -> None:
    async def fail() -> None:
        raise ValueError("no")

    service, task = ServiceState(), asyncio.create_task(fail())
    task.add_done_callback(service.publishing_ended)
    with pytest.raises(ValueError, match="no"):
        await task
    await asyncio.sleep(0)
    assert isinstance(service.failure, ValueError)


async def test_a_publisher_that_was_stopped_is_no_failure() -> None:
    service, task = ServiceState(), asyncio.create_task(asyncio.sleep(60))
    task.add_done_callback(service.publishing_ended)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)
    assert service.failure is None

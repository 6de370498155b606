import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog.build.state import ServiceState
from blog.errors import Fault

if TYPE_CHECKING:
    from blog.app import Blog


def test_the_service_is_ready_with_an_edition_and_without_a_drain(small_app: "Blog") -> None:
    service = ServiceState()
    assert not service.ready
    edition = small_app.service.edition
    assert edition
    service.publish(edition)
    assert service.ready
    service.draining = True
    assert not service.ready


def test_each_publication_increments_the_generation(small_app: "Blog") -> None:
    service = ServiceState()
    edition = small_app.service.edition
    assert edition
    for number in (1, 2):
        service.publish(edition)
        assert service.generation == number


async def test_a_failed_publisher_leaves_its_exception() -> None:
    async def fail() -> None:
        raise ValueError("no")

    service, task = ServiceState(), asyncio.create_task(fail())
    task.add_done_callback(service.publishing_ended)
    with pytest.raises(ValueError, match="no"):
        await task
    await asyncio.sleep(0)
    assert isinstance(service.failure, ValueError)


async def test_a_cancelled_publisher_is_no_failure() -> None:
    service, task = ServiceState(), asyncio.create_task(asyncio.sleep(60))
    task.add_done_callback(service.publishing_ended)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)
    assert service.failure is None


def test_an_edition_counts_as_changed_until_the_end_of_the_second_of_its_publication(small_app: "Blog") -> None:
    """HTTP dates have whole seconds: a client may have the page from earlier in the same second."""
    service = ServiceState()
    edition = small_app.service.edition
    assert edition
    before = time.time()
    service.publish(edition)
    assert service.unchanged_since >= before


def test_content_that_stays_refused_is_refused_since_its_first_fault() -> None:
    service, first = ServiceState(), datetime(2026, 6, 1, tzinfo=UTC)
    fault = Fault(Path("a.md"), 1, "is broken")
    service.refuse((fault,), first)
    service.refuse((fault, fault), first + timedelta(hours=1))
    assert service.refusal
    assert (service.refusal.since, service.refusal.faults) == (first, 2)

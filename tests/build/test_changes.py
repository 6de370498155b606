"""Changes of files: waits that a change or a moment ends."""

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blog.build.changes import Changes
from blog.machine.clock import utc_now
from blog.settings import Settings

SOON = timedelta(seconds=0.2)


@pytest.fixture
def watched(tmp_path: Path, templates: Path) -> Settings:
    return Settings(posts_dir=tmp_path, templates_dir=templates, reload=True)


async def test_a_changed_file_ends_every_wait(watched: Settings) -> None:
    changes = Changes(utc_now)
    async with changes.watched(watched):
        assert not changes.pending
        (watched.posts_dir / "new.md").write_text("new")
        await asyncio.wait_for(changes.wait(), 20)
        assert changes.pending
        assert await changes.within(1)
        assert await changes.before(utc_now() + timedelta(days=1))
        changes.clear()
        assert not changes.pending


async def test_without_reload_nothing_is_watched(watched: Settings) -> None:
    changes = Changes(utc_now)
    async with changes.watched(replace(watched, reload=False)):
        assert not [thread for thread in threading.enumerate() if thread.name == "watcher"]
        assert not await changes.within(0.01)


async def test_the_watch_ends_with_its_block(watched: Settings) -> None:
    changes = Changes(utc_now)
    async with changes.watched(watched):
        assert [thread for thread in threading.enumerate() if thread.name == "watcher"]
    assert not [thread for thread in threading.enumerate() if thread.name == "watcher"]


async def test_a_moment_is_reached_when_nothing_changes() -> None:
    moment = utc_now() + SOON
    assert not await Changes(utc_now).before(moment)
    assert utc_now() >= moment


async def test_a_moment_is_reached_early_when_the_clock_is_set_forward() -> None:
    now = [datetime(2030, 1, 1, tzinfo=UTC)]
    waiting = asyncio.create_task(Changes(lambda: now[0]).before(now[0] + timedelta(days=1)))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    now[0] += timedelta(days=2)
    assert not await asyncio.wait_for(waiting, 10)

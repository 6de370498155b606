import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog.errors import ContentError
from blog.settings import Settings

if TYPE_CHECKING:
    from tests.conftest import Run, Running, Until, WritePost, WritePosts

MOMENT = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
LISTS = ["/", "/blog", "/rss", "/atom.xml", "/feed.json", "/sitemap.xml", "/archive", "/llms.txt",
         "/llms-full.txt", "/api/posts", "/api/posts?tag=news"]  # fmt: skip


class HeldClock:
    """Stands still until it is let go; then it runs as the wall clock does."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment
        self._since: float | None = None

    def let_go(self) -> None:
        self._since = time.monotonic()

    def __call__(self) -> datetime:
        passed = 0.0 if self._since is None else time.monotonic() - self._since
        return self._moment + timedelta(seconds=passed)


@pytest.fixture
def scheduled(posts: "WritePosts", post: "WritePost", templates: Path) -> Settings:
    folder = posts({
        "old.md": post("Old", "2026-01-01", "tags: [News]\n"),
        "surprise.md": post("Surprise", "2030-01-01T13:00:00+01:00", "tags: [News, Rare]\naliases: [/gift]\n"),
    })  # fmt: skip
    return Settings(posts_dir=folder, templates_dir=templates)


async def test_a_scheduled_post_appears_by_itself_everywhere(run: "Run", scheduled: Settings, until: "Until") -> None:
    clock = HeldClock(MOMENT - timedelta(seconds=1.5))
    async with run(scheduled, clock) as blog:
        await blog.until_ready()
        for path in LISTS:
            assert "surprise" not in (await blog.text(path)).lower(), path
        for path in ("/blog/surprise", "/blog/surprise.md", "/api/posts/surprise", "/blog/tag/rare", "/gift"):
            assert await blog.status(path) == 404
        assert "/blog/tag/rare" not in await blog.text("/tags")
        clock.let_go()
        await until(lambda: blog.app.live.generation == 2)
        assert clock() >= MOMENT
        for path in LISTS:
            assert "surprise" in (await blog.text(path)).lower(), path
        for path in ("/blog/surprise", "/blog/surprise.md", "/api/posts/surprise", "/blog/tag/rare/rss"):
            assert await blog.status(path) == 200
        assert await blog.status("/gift") == 301
        assert "/blog/tag/rare" in await blog.text("/tags")


async def test_a_scheduled_edition_has_the_bytes_of_a_later_start(
    run: "Run", scheduled: Settings, until: "Until"
) -> None:
    clock = HeldClock(MOMENT - timedelta(seconds=0.5))
    async with run(scheduled, clock) as early, run(scheduled, HeldClock(MOMENT + timedelta(days=1))) as late:
        await early.until_ready()
        await late.until_ready()
        clock.let_go()
        await until(lambda: early.app.live.generation == 2)
        assert _etags(early) == _etags(late)


def _etags(blog: "Running") -> dict[str, bytes]:
    assert blog.app.live.edition
    return {path: page.identity.etag for path, page in blog.app.live.edition.pages.items()}


async def test_a_post_that_comes_due_while_the_first_edition_is_built_is_not_missed(
    run: "Run", scheduled: Settings, until: "Until"
) -> None:
    told = iter([MOMENT - timedelta(seconds=1)])

    def clock() -> datetime:
        return next(told, MOMENT + timedelta(seconds=1))

    async with run(scheduled, clock) as blog:
        await blog.until_ready()
        await until(lambda: blog.app.live.generation == 2)
        assert await blog.status("/blog/surprise") == 200


async def test_two_posts_of_one_moment_appear_together(
    run: "Run", scheduled: Settings, post: "WritePost", until: "Until"
) -> None:
    (scheduled.posts_dir / "twin.md").write_text(post("Twin", "2030-01-01T12:00:00Z"))
    clock = HeldClock(MOMENT - timedelta(seconds=0.2))
    async with run(scheduled, clock) as blog:
        await blog.until_ready()
        clock.let_go()
        await until(lambda: blog.app.live.generation == 2)
        assert await blog.status("/blog/surprise") == 200
        assert await blog.status("/blog/twin") == 200


async def test_a_site_whose_first_post_is_to_come_opens_with_it(
    run: "Run", posts: "WritePosts", post: "WritePost", templates: Path, until: "Until"
) -> None:
    folder = posts({"first.md": post("First", "2030-01-01T12:00:00Z")})
    clock = HeldClock(MOMENT - timedelta(seconds=0.2))
    async with run(Settings(posts_dir=folder, templates_dir=templates), clock) as blog:
        await blog.until_ready()
        assert await blog.status("/") == 200
        clock.let_go()
        await until(lambda: blog.app.live.generation == 2)
        assert "/blog/first" in await blog.text("/")


async def test_an_empty_posts_folder_is_an_empty_site(run: "Run", posts: "WritePosts", templates: Path) -> None:
    async with run(Settings(posts_dir=posts({}), templates_dir=templates)) as blog:
        await blog.until_ready()
        for path in ("/", "/blog", "/tags", "/archive", "/rss", "/atom.xml", "/feed.json", "/sitemap.xml", "/llms.txt"):
            assert await blog.status(path) == 200, path


async def test_broken_content_ends_the_publisher_with_every_fault(
    run: "Run", posts: "WritePosts", templates: Path, until: "Until"
) -> None:
    folder = posts({"a.md": "no header", "b.md": "---\ntitle: B\n---\n", "c.md": b""})
    async with run(Settings(posts_dir=folder, templates_dir=templates)) as blog:
        await until(lambda: blog.app.live.failure is not None)
        failure = blog.app.live.failure
        assert isinstance(failure, ContentError)
        assert {fault.file.name for fault in failure.faults} == {"a.md", "b.md", "c.md"}
        assert await blog.status("/api/ready") == 503
        assert await blog.status("/api/health") == 200


async def test_without_reload_a_changed_file_changes_nothing(
    run: "Run", scheduled: Settings, post: "WritePost"
) -> None:
    async with run(scheduled) as blog:
        await blog.until_ready()
        assert not scheduled.reload
        before = blog.app.live.edition
        (scheduled.posts_dir / "old.md").write_text(post("Changed", "2026-01-01"))
        assert blog.app.live.edition is before
        assert "Changed" not in await blog.text("/blog/old")


async def test_a_leaving_app_does_not_wait_for_the_moment(run: "Run", scheduled: Settings) -> None:
    started = time.monotonic()
    async with run(replace(scheduled), HeldClock(MOMENT - timedelta(days=1))) as blog:
        await blog.until_ready()
    assert time.monotonic() - started < 20

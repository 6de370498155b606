"""The publisher: scheduled posts, changed files, and failed rebuilds."""

import asyncio
import ctypes
import errno
import gc
import platform
import resource
import shutil
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog.build import publisher, refusals
from blog.build.cache_pruner import MIB
from blog.build.edition_source import EditionSource
from blog.build.listener import BuildListener
from blog.build.publisher import Publisher
from blog.build.state import ServiceState
from blog.errors import ContentError
from blog.machine.cache import Cache
from blog.machine.clock import Clock, utc_now
from blog.settings import Settings

if TYPE_CHECKING:
    from tests.conftest import Run, Running, Until, WritePost, WritePosts

# Larger blocks are mapped one by one, and returned to the system when they are freed.
_BLOCK_BYTES = 64 * 1024
MOMENT = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
LISTS = ["/", "/blog", "/rss", "/atom.xml", "/feed.json", "/sitemap.xml", "/archive", "/llms.txt",
         "/llms-full.txt", "/api/posts", "/api/posts?tag=news"]  # fmt: skip


class StoppedClock:
    """A clock that stands still until `start`, and then runs like the wall clock."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment
        self._started: float | None = None

    def start(self) -> None:
        self._started = time.monotonic()

    def __call__(self) -> datetime:
        passed = 0.0 if self._started is None else time.monotonic() - self._started
        return self._moment + timedelta(seconds=passed)


@pytest.fixture
def scheduled(posts: "WritePosts", post: "WritePost", templates: Path) -> Settings:
    folder = posts({
        "old.md": post("Old", "2026-01-01", "tags: [News]\n"),
        "surprise.md": post("Surprise", "2030-01-01T13:00:00+01:00", "tags: [News, Rare]\naliases: [/gift]\n"),
    })  # fmt: skip
    return Settings(posts_dir=folder, templates_dir=templates)


async def test_a_scheduled_post_is_published_on_every_list_when_it_is_due(
    run: "Run", scheduled: Settings, until: "Until"
) -> None:
    clock = StoppedClock(MOMENT - timedelta(seconds=1.5))
    async with run(scheduled, clock) as blog:
        await blog.until_ready()
        for path in LISTS:
            assert "surprise" not in (await blog.text(path)).lower(), path
        for path in ("/blog/surprise", "/blog/surprise.md", "/api/posts/surprise", "/blog/tag/rare", "/gift"):
            assert await blog.status(path) == 404
        assert "/blog/tag/rare" not in await blog.text("/tags")
        clock.start()
        await until(lambda: blog.app.service.generation == 2)
        assert clock() >= MOMENT
        for path in LISTS:
            assert "surprise" in (await blog.text(path)).lower(), path
        for path in ("/blog/surprise", "/blog/surprise.md", "/api/posts/surprise", "/blog/tag/rare/rss"):
            assert await blog.status(path) == 200
        assert await blog.status("/gift") == 301
        assert "/blog/tag/rare" in await blog.text("/tags")


async def test_a_scheduled_edition_has_the_same_bytes_as_one_that_is_built_later(
    run: "Run", scheduled: Settings, until: "Until"
) -> None:
    clock = StoppedClock(MOMENT - timedelta(seconds=0.5))
    async with run(scheduled, clock) as early, run(scheduled, StoppedClock(MOMENT + timedelta(days=1))) as late:
        await early.until_ready()
        await late.until_ready()
        clock.start()
        await until(lambda: early.app.service.generation == 2)
        assert _etags(early) == _etags(late)


def _etags(blog: "Running") -> dict[str, bytes]:
    assert blog.app.service.edition
    return {path: page.identity.etag for path, page in blog.app.service.edition.pages.items()}


async def test_a_post_that_becomes_due_during_the_first_build_is_published(
    run: "Run", scheduled: Settings, until: "Until"
) -> None:
    first = iter([MOMENT - timedelta(seconds=1)])

    def clock() -> datetime:
        return next(first, MOMENT + timedelta(seconds=1))

    async with run(scheduled, clock) as blog:
        await blog.until_ready()
        await until(lambda: blog.app.service.generation == 2)
        assert await blog.status("/blog/surprise") == 200


async def test_two_posts_that_are_due_at_the_same_time_are_published_together(
    run: "Run", scheduled: Settings, post: "WritePost", until: "Until"
) -> None:
    (scheduled.posts_dir / "twin.md").write_text(post("Twin", "2030-01-01T12:00:00Z"))
    clock = StoppedClock(MOMENT - timedelta(seconds=0.2))
    async with run(scheduled, clock) as blog:
        await blog.until_ready()
        clock.start()
        await until(lambda: blog.app.service.generation == 2)
        assert await blog.status("/blog/surprise") == 200
        assert await blog.status("/blog/twin") == 200


async def test_the_first_post_of_a_site_may_be_scheduled(
    run: "Run", posts: "WritePosts", post: "WritePost", templates: Path, until: "Until"
) -> None:
    folder = posts({"first.md": post("First", "2030-01-01T12:00:00Z")})
    clock = StoppedClock(MOMENT - timedelta(seconds=0.2))
    async with run(Settings(posts_dir=folder, templates_dir=templates), clock) as blog:
        await blog.until_ready()
        assert await blog.status("/") == 200
        clock.start()
        await until(lambda: blog.app.service.generation == 2)
        assert "/blog/first" in await blog.text("/")


async def test_an_empty_posts_folder_gives_a_site_without_posts(
    run: "Run", posts: "WritePosts", templates: Path
) -> None:
    async with run(Settings(posts_dir=posts({}), templates_dir=templates)) as blog:
        await blog.until_ready()
        for path in ("/", "/blog", "/tags", "/archive", "/rss", "/atom.xml", "/feed.json", "/sitemap.xml", "/llms.txt"):
            assert await blog.status(path) == 200, path


async def test_faulty_content_at_the_start_ends_the_publisher_with_every_fault(
    run: "Run", posts: "WritePosts", templates: Path, until: "Until"
) -> None:
    folder = posts({"a.md": "no header", "b.md": "---\ntitle: B\n---\n", "c.md": b""})
    async with run(Settings(posts_dir=folder, templates_dir=templates)) as blog:
        await until(lambda: blog.app.service.failure is not None)
        failure = blog.app.service.failure
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
        before = blog.app.service.edition
        (scheduled.posts_dir / "old.md").write_text(post("Changed", "2026-01-01"))
        assert blog.app.service.edition is before
        assert "Changed" not in await blog.text("/blog/old")


async def test_shutdown_does_not_wait_for_a_scheduled_post(run: "Run", scheduled: Settings) -> None:
    started = time.monotonic()
    async with run(replace(scheduled), StoppedClock(MOMENT - timedelta(days=1))) as blog:
        await blog.until_ready()
    assert time.monotonic() - started < 20


class FailingStage:
    """A listener that raises ``problem`` in each build when its pages are rendered, or blocks there while ``resume`` is not set."""

    def __init__(self) -> None:
        self.problem: BaseException | None = None
        self.reached, self.resume = threading.Event(), threading.Event()
        self.resume.set()

    @contextmanager
    def __call__(self, name: str) -> Iterator[Callable[[str, int], None]]:
        if name == "render":
            self.reached.set()
            self.resume.wait(30)
            if self.problem:
                raise self.problem
        yield lambda _what, _count: None


@asynccontextmanager
async def _publishing(
    settings: Settings, stage: FailingStage, clock: Clock = utc_now, refused: Callable[[int], None] = lambda _: None
) -> AsyncIterator[ServiceState]:
    service = ServiceState()
    # With the cache of an earlier run, nothing would be built.
    settings = replace(settings, cache_dir=settings.posts_dir.parent / "cache")
    task = asyncio.create_task(Publisher(settings, service, clock, BuildListener(stage=stage, refused=refused)).run())
    task.add_done_callback(service.publishing_ended)
    yield service
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


EXCEPTIONS = [
    MemoryError(),
    RecursionError("maximum recursion depth exceeded"),
    OSError(errno.ENOSPC, "No space left on device"),
    OSError(errno.EIO, "Input/output error", "posts/a.md"),
    OSError(errno.EMFILE, "Too many open files"),
    KeyError("a fault of this program"),
    StopIteration(),
    SystemExit(3),
    KeyboardInterrupt(),
]


@pytest.mark.parametrize("problem", EXCEPTIONS, ids=repr)
async def test_the_last_good_edition_stays_when_a_rebuild_raises(
    posts: "WritePosts", post: "WritePost", templates: Path, until: "Until", problem: BaseException,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    folder = posts({"old.md": post("Old", "2026-01-01")})
    stage, counts = FailingStage(), list[int]()
    settings = Settings(posts_dir=folder, templates_dir=templates, reload=True)
    async with _publishing(settings, stage, refused=counts.append) as service:
        await until(lambda: service.generation == 1)
        stage.problem = problem
        (folder / "new.md").write_text(post("New", "2026-01-02"))
        await until(lambda: service.refusal is not None)
        assert (service.failure, service.ready, service.generation) == (None, True, 1)
        assert service.refusal
        assert (service.refusal.faults, counts) == (1, [1])
        logged = (
            "posts/a.md:1: cannot be used: Input/output error" if "a.md" in repr(problem) else type(problem).__name__
        )
        assert logged in caplog.text or problem.args[-1] in caplog.text
        assert ("Traceback" in caplog.text) == ("posts/a.md:1" not in caplog.text)
        stage.problem = None
        (folder / "old.md").write_text(post("Corrected", "2026-01-01"))
        await until(lambda: service.generation == 2)
        assert service.edition
        assert "/blog/new" in service.edition.pages
        assert service.refusal is None


async def test_a_text_that_a_template_fails_on_is_named_and_the_last_good_edition_stays(
    posts: "WritePosts", post: "WritePost", templates: Path, tmp_path: Path, until: "Until",
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    theme = shutil.copytree(templates, tmp_path / "theme")
    template = theme / "post.html"
    failing = "{% if 'Bad' in post.title %}{{ post.title|float // 0 }}{% endif %}"
    template.write_text(template.read_text().replace("{{ post.title }}", failing + "{{ post.title }}", 1))
    folder = posts({"old.md": post("Old", "2026-01-01")})
    settings = Settings(posts_dir=folder, templates_dir=theme, reload=True, base_url="https://blog.example")
    async with _publishing(settings, FailingStage()) as service:
        await until(lambda: service.generation == 1)
        (folder / "new.md").write_text(post("Bad", "2026-01-02"))
        await until(lambda: service.refusal is not None)
        assert (service.failure, service.ready, service.generation) == (None, True, 1)
        assert "posts/new.md:1: error: cannot be rendered (" in caplog.text
        assert "theme/post.html:" in caplog.text
        assert "Traceback" not in caplog.text


async def test_a_failed_build_of_a_scheduled_post_is_retried(
    scheduled: Settings, until: "Until", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "_FIRST_RETRY_SECONDS", 0.2)
    clock, stage = StoppedClock(MOMENT - timedelta(seconds=0.5)), FailingStage()
    async with _publishing(scheduled, stage, clock) as service:
        await until(lambda: service.generation == 1)
        stage.problem = MemoryError()
        clock.start()
        await until(lambda: service.refusal is not None)
        stage.problem = None
        await until(lambda: service.edition is not None and "/blog/surprise" in service.edition.pages)


async def test_all_posts_that_are_due_after_the_clock_was_set_forward_are_published_together(
    scheduled: Settings, post: "WritePost", until: "Until"
) -> None:
    for day in range(2, 20):
        (scheduled.posts_dir / f"day-{day}.md").write_text(post(f"Day {day}", f"2030-01-{day:02}"))
    now = [MOMENT - timedelta(days=1)]
    async with _publishing(scheduled, FailingStage(), lambda: now[0]) as service:
        await until(lambda: service.generation == 1)
        now[0] += timedelta(days=365)
        await until(lambda: service.edition is not None and "/blog/day-19" in service.edition.pages)
        assert service.generation == 2
        now[0] -= timedelta(days=700)
        await asyncio.sleep(1.5)
        assert (service.failure, service.generation) == (None, 2)


@pytest.mark.parametrize("build", ["first", "later"])
async def test_a_change_during_a_build_causes_another_build(
    posts: "WritePosts", post: "WritePost", templates: Path, until: "Until", build: str
) -> None:
    folder = posts({"old.md": post("Old", "2026-01-01")})
    stage = FailingStage()
    async with _publishing(Settings(posts_dir=folder, templates_dir=templates, reload=True), stage) as service:
        if build == "later":
            await until(lambda: service.generation == 1)
            stage.reached.clear()
            (folder / "old.md").write_text(post("Changed", "2026-01-01"))
        stage.resume.clear()
        await until(stage.reached.is_set)
        (folder / "new.md").write_text(post("New", "2026-01-02"))
        stage.resume.set()
        await until(lambda: service.edition is not None and "/blog/new" in service.edition.pages)


async def test_a_link_that_is_replaced_during_the_first_build_is_followed(
    post: "WritePost", templates: Path, tmp_path: Path, until: "Until"
) -> None:
    """git-sync publishes like this: each commit has its own checkout, and a symbolic link is replaced to point to it."""
    for commit in ("aaaa", "bbbb"):
        (tmp_path / commit).mkdir()
        (tmp_path / commit / f"{commit}.md").write_text(post(commit, "2026-01-01"))
    (tmp_path / "current").symlink_to("aaaa")
    stage = FailingStage()
    stage.resume.clear()
    settings = Settings(posts_dir=tmp_path / "current", templates_dir=templates, reload=True)
    async with _publishing(settings, stage) as service:
        await until(stage.reached.is_set)
        (tmp_path / "next").symlink_to("bbbb")
        (tmp_path / "next").replace(tmp_path / "current")
        stage.resume.set()
        await until(lambda: service.edition is not None and "/blog/bbbb" in service.edition.pages)


async def test_a_rebuild_that_blocks_is_logged_and_published_when_it_ends(
    posts: "WritePosts", post: "WritePost", templates: Path, until: "Until", monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(publisher, "_STUCK_SECONDS", 0.2)
    folder, stage = posts({"old.md": post("Old", "2026-01-01")}), FailingStage()
    async with _publishing(Settings(posts_dir=folder, templates_dir=templates, reload=True), stage) as service:
        await until(lambda: service.generation == 1)
        stage.resume.clear()
        (folder / "new.md").write_text(post("New", "2026-01-02"))
        await until(lambda: service.refusal is not None)
        assert "does the file system respond?" in caplog.text
        stage.resume.set()
        await until(lambda: service.generation == 2)
        assert service.refusal is None


async def test_readiness_and_metrics_report_refused_content(
    run: "Run", posts: "WritePosts", post: "WritePost", templates: Path, until: "Until"
) -> None:
    folder = posts({"old.md": post("Old", "2026-01-01")})
    settings = Settings(posts_dir=folder, templates_dir=templates, reload=True, base_url="https://blog.example")
    async with run(settings) as blog:
        await blog.until_ready()
        assert (await blog.client.get("/api/ready")).json() == {"status": "ready", "posts": 1}
        assert "\nblog_content_warnings 0.0" in await blog.text("/metrics")
        posts({"a.md": "no header", "b.md": "no header"})
        await until(lambda: blog.app.service.refusal is not None and blog.app.service.refusal.faults == 2)
        ready = await blog.client.get("/api/ready")
        assert ready.status_code == 200
        assert ready.json()["refused"]["faults"] == 2
        since = datetime.fromisoformat(ready.json()["refused"]["since"])
        assert abs(datetime.now(UTC) - since) < timedelta(minutes=1)
        assert "no header" not in ready.text
        assert "\nblog_content_faults 2.0" in await blog.text("/metrics")
        for name in ("a.md", "b.md"):
            (folder / name).unlink()
        await until(lambda: blog.app.service.refusal is None)
        assert "\nblog_content_faults 0.0" in await blog.text("/metrics")
        posts({"c.md": post("Linked", "2026-01-02", body="[gone](/gone)")})
        await until(lambda: blog.app.service.edition is not None and "c" in blog.app.service.edition.by_slug)
        assert "\nblog_content_warnings 1.0" in await blog.text("/metrics")
        assert "\nblog_content_failures_total 0.0" not in await blog.text("/metrics")


def test_the_garbage_collector_ignores_what_a_build_makes(
    posts: "WritePosts", post: "WritePost", templates: Path, tmp_path: Path
) -> None:
    """It lives as long as the process, and each collection that visits it delays requests."""
    folder = posts({"good.md": post("Good", "2026-01-01")})
    gc.unfreeze()
    settings = Settings(posts_dir=folder, templates_dir=templates, cache_dir=tmp_path / "cache")
    edition = EditionSource(settings, Cache(settings.cache_dir)).first()
    assert gc.isenabled()
    assert gc.get_freeze_count() > len(edition.pages)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="malloc_trim is glibc's")
def test_a_build_returns_freed_memory_to_the_system(
    posts: "WritePosts", post: "WritePost", templates: Path, tmp_path: Path
) -> None:
    folder = posts({"good.md": post("Good", "2026-01-01")})
    settings = Settings(posts_dir=folder, templates_dir=templates, cache_dir=tmp_path / "cache")
    source = EditionSource(settings, Cache(settings.cache_dir))
    with _freed_memory(100 * MIB):
        held = _resident()
        source.first()
        assert _resident() < held - 50 * MIB


@contextmanager
def _freed_memory(size: int) -> Iterator[None]:
    """Memory that the allocator keeps: freed blocks below one that is still in use."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = (
        ctypes.c_void_p,
        [ctypes.c_size_t],
        [ctypes.c_void_p],
    )
    blocks = [libc.malloc(_BLOCK_BYTES) for _ in range(size // _BLOCK_BYTES)]
    for block in blocks:
        ctypes.memset(block, 1, _BLOCK_BYTES)
    last = libc.malloc(_BLOCK_BYTES)
    for block in blocks:
        libc.free(block)
    yield
    libc.free(last)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

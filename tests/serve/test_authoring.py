"""What an author sees while writing: the texts that can be read, the faults of the others, and nothing for a change of nothing."""

import asyncio
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog.settings import Settings

if TYPE_CHECKING:
    from starlette.types import Message

    from blog.app import Blog
    from tests.conftest import Run, Running, Until, WritePost, WritePosts

BROKEN = "---\ntitel: Broken\n---\n"


@pytest.fixture
def authoring(posts: "WritePosts", post: "WritePost", templates: Path) -> Settings:
    folder = posts(
        {
            "one.md": post("One", "2026-01-01", body="First of one."),
            "two.md": post("Two", "2026-01-02", body="First of two."),
            "site.yaml": "title: Notes\n",
        }
    )
    return Settings(posts_dir=folder, templates_dir=templates, reload=True)


@pytest.fixture
def write(authoring: Settings, post: "WritePost") -> Callable[..., None]:
    def writer(name: str, body: str, more: str = "") -> None:
        (authoring.posts_dir / f"{name}.md").write_text(post(name.title(), "2026-01-01", more, body))

    return writer


def problems(blog: "Running") -> list[str]:
    return [f"{fault.file.name}:{fault.line}: {fault.problem}" for fault in blog.app.service.faults]


Write = Callable[..., None]


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        pytest.param(BROKEN, "one.md:2: date is missing", id="front-matter"),
        pytest.param("---\ntitle: One\ndate: 2026-01-01\nslug: two\n---\nx\n", "is already taken by one.md", id="address-of-another"),
        pytest.param("---\ntitle: One\ndate: 2026-01-01\n---\n[x](javascript:alert(1))\n", "one.md:5: link", id="script"),
    ],
)  # fmt: skip
async def test_a_broken_text_keeps_its_last_good_version_while_others_are_reloaded(
    run: "Run", authoring: Settings, write: Write, until: "Until", broken: str, problem: str
) -> None:
    async with run(authoring) as blog:
        await blog.until_ready()
        (authoring.posts_dir / "one.md").write_text(broken)
        await until(lambda: problem in "\n".join(problems(blog)))
        write("three", "First of three.")
        await blog.until_text("/blog/three", "First of three.")
        write("two", "Second of two.")
        await blog.until_text("/blog/two", "Second of two.")
        assert "First of one." in await blog.text("/blog/one")
        assert problem in "\n".join(problems(blog))
        write("one", "Second of one.")
        await blog.until_text("/blog/one", "Second of one.")
        assert problems(blog) == []


async def test_a_new_text_that_is_broken_is_left_out_until_it_is_mended(
    run: "Run", authoring: Settings, write: Write, until: "Until", caplog: pytest.LogCaptureFixture
) -> None:
    async with run(authoring) as blog:
        await blog.until_ready()
        (authoring.posts_dir / "three.md").write_text(BROKEN)
        await until(lambda: "three.md:2: date is missing" in "\n".join(problems(blog)))
        assert "three.md:2: warning: unknown key 'titel'; did you mean title?" in caplog.text
        write("two", "Second of two.")
        await blog.until_text("/blog/two", "Second of two.")
        assert await blog.status("/blog/three") == 404
        write("three", "First of three.")
        await blog.until_text("/blog/three", "First of three.")


async def test_a_text_that_is_emptied_is_left_out_until_it_has_words(
    run: "Run", authoring: Settings, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    async with run(authoring) as blog:
        await blog.until_ready()
        (authoring.posts_dir / "one.md").write_text("")
        write("two", "Second of two.")
        await blog.until_text("/blog/two", "Second of two.")
        assert await blog.status("/blog/one") == 404
        assert problems(blog) == []
        assert "one.md:1: warning: is empty, and is left out" in caplog.text
        write("one", "Second of one.")
        await blog.until_text("/blog/one", "Second of one.")


async def test_a_broken_site_file_keeps_its_last_good_version(
    run: "Run", authoring: Settings, write: Write, until: "Until"
) -> None:
    async with run(authoring) as blog:
        await blog.until_ready()
        (authoring.posts_dir / "site.yaml").write_text("title: [\n")
        await until(lambda: "site.yaml" in "".join(problems(blog)))
        write("two", "Second of two.")
        await blog.until_text("/blog/two", "Second of two.")
        assert "<title>Notes</title>" in await blog.text("/")


async def test_a_text_that_a_template_fails_on_is_the_only_one_that_stays(
    run: "Run", authoring: Settings, write: Write, until: "Until", tmp_path: Path
) -> None:
    theme = shutil.copytree(str(authoring.templates_dir), tmp_path / "theme")
    template = theme / "post.html"
    failing = "{% if 'Bad' in post.description %}{{ post.title|float // 0 }}{% endif %}"
    template.write_text(template.read_text().replace("{{ post.title }}", failing + "{{ post.title }}", 1))
    settings = Settings(posts_dir=authoring.posts_dir, templates_dir=theme, reload=True)
    async with run(settings) as blog:
        await blog.until_ready()
        write("one", "Bad words.")
        await until(lambda: "one.md:1: cannot be rendered" in "\n".join(problems(blog)))
        write("two", "Second of two.")
        await blog.until_text("/blog/two", "Second of two.")
        assert "First of one." in await blog.text("/blog/one")


async def test_a_start_with_broken_content_waits_and_then_goes_live(
    run: "Run", authoring: Settings, write: Write, until: "Until"
) -> None:
    (authoring.posts_dir / "one.md").write_text("---\ntitel: <b>One\n---\n")
    async with run(authoring) as blog:
        await until(lambda: bool(blog.app.service.faults))
        page = await blog.client.get("/blog/one")
        assert (page.status_code, page.headers["cache-control"]) == (503, "no-store")
        assert "one.md:2</code> date is missing" in page.text
        assert await blog.status("/api/ready") == 503
        assert await blog.status("/api/health") == 200
        write("one", "Second of one.")
        await blog.until_text("/blog/one", "Second of one.")
        assert await blog.status("/api/ready") == 200


async def test_a_start_without_a_posts_folder_waits_for_it(
    run: "Run", authoring: Settings, until: "Until", tmp_path: Path
) -> None:
    away = authoring.posts_dir.rename(tmp_path / "away")
    async with run(authoring) as blog:
        await until(lambda: "there is no such folder" in "".join(problems(blog)))
        away.rename(authoring.posts_dir)
        await blog.until_text("/blog/one", "First of one.")


def touch(folder: Path) -> None:
    os.utime(folder / "one.md")


def rewrite(folder: Path) -> None:
    text = (folder / "one.md").read_text()
    (folder / "one.md.new").write_text(text)
    (folder / "one.md.new").replace(folder / "one.md")


def temporary_files(folder: Path) -> None:
    for name in (
        ".one.md.swp",
        "one.md~",
        "4913",
        ".#one.md",
        "#one.md#",
        "one.md.tmp",
        "film.mp4.part",
        "sedQx1aBc",
        "one.md.bak",
    ):
        (folder / name).write_text("x")  # fmt: skip


@pytest.mark.parametrize("change", [touch, rewrite, temporary_files], ids=lambda change: change.__name__)
async def test_a_change_of_nothing_rebuilds_nothing(
    run: "Run", authoring: Settings, write: Write, change: Callable[[Path], None]
) -> None:
    async with run(authoring) as blog:
        await blog.until_ready()
        change(authoring.posts_dir)
        await asyncio.sleep(1)
        assert blog.app.service.generation == 1
        write("two", "Second of two.")
        await blog.until_text("/blog/two", "Second of two.")
        assert blog.app.service.generation == 2


async def test_a_text_that_is_put_back_ends_its_fault(run: "Run", authoring: Settings, until: "Until") -> None:
    async with run(authoring) as blog:
        await blog.until_ready()
        good = (authoring.posts_dir / "one.md").read_text()
        (authoring.posts_dir / "one.md").write_text(BROKEN)
        await until(lambda: problems(blog) != [])
        (authoring.posts_dir / "one.md").write_text(good)
        await until(lambda: problems(blog) == [])


async def test_the_events_have_the_faults_with_file_and_line(run: "Run", authoring: Settings, write: Write) -> None:
    async with run(authoring) as blog:
        await blog.until_ready()
        events, leave = asyncio.Queue[str](), asyncio.Event()
        listening = asyncio.create_task(_listen(blog.app, events, leave))
        assert await _next_faults(events) == []
        (authoring.posts_dir / "one.md").write_text(BROKEN)
        first, *_ = await _next_faults(events)
        assert first == {
            "file": str(authoring.posts_dir / "one.md"), "line": 2, "severity": "error", "problem": first["problem"],
        }  # fmt: skip
        write("one", "Second of one.")
        assert await _next_faults(events) == []
        leave.set()
        await asyncio.wait_for(listening, 10)


async def _next_faults(events: "asyncio.Queue[str]") -> list[dict[str, object]]:
    while True:
        event = await asyncio.wait_for(events.get(), 20)
        if event.startswith("event: faults"):
            faults: list[dict[str, object]] = json.loads(event.partition("data: ")[2])
            return faults


async def _listen(app: "Blog", events: "asyncio.Queue[str]", leave: asyncio.Event) -> None:
    async def receive() -> "Message":
        await leave.wait()
        return {"type": "http.disconnect"}

    async def send(message: "Message") -> None:
        if message["type"] == "http.response.body" and message["body"]:
            await events.put(message["body"].decode())

    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
             "path": "/api/reload", "raw_path": b"/api/reload", "query_string": b"", "root_path": "", "headers": [],
             "scheme": "http", "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 4), "state": {}}  # fmt: skip
    await app(scope, receive, send)

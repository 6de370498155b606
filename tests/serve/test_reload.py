import asyncio
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog.settings import Settings

if TYPE_CHECKING:
    from starlette.types import Message

    from tests.conftest import Fetch, Run, Running, Until, WritePost, WritePosts

SCRIPT = "data-events"


@pytest.fixture
def authoring(posts: "WritePosts", post: "WritePost", templates: Path, tmp_path: Path) -> Settings:
    folder = posts({"hello.md": post("Hello", "2026-01-01", body="First words.")})
    theme = shutil.copytree(templates, tmp_path / "theme")
    return Settings(posts_dir=folder, templates_dir=theme, reload=True)


def own_theme(settings: Settings) -> Path:
    assert settings.templates_dir
    return settings.templates_dir


async def _watching(blog: "Running") -> None:
    """Wait until the watcher, which starts after the first edition, sees changes."""
    await blog.until_ready()
    await asyncio.sleep(0.5)


async def test_a_changed_post_is_published_without_a_restart(
    run: "Run", authoring: Settings, post: "WritePost"
) -> None:
    async with run(authoring) as blog:
        await _watching(blog)
        assert "First words." in await blog.text("/blog/hello")
        (authoring.posts_dir / "hello.md").write_text(post("Hello", "2026-01-01", body="Second words."))
        await blog.until_text("/blog/hello", "Second words.")
        assert "Second words." in await blog.text("/rss")
        assert (await blog.client.get("/api/posts/hello")).json()["html"].strip() == "<p>Second words.</p>"


async def test_an_added_and_a_removed_post_are_published(run: "Run", authoring: Settings, post: "WritePost") -> None:
    async with run(authoring) as blog:
        await _watching(blog)
        (authoring.posts_dir / "new.md").write_text(post("A new one", "2026-01-02"))
        await blog.until_text("/blog", "A new one")
        (authoring.posts_dir / "hello.md").unlink()
        await blog.until_text("/api/posts", '"total":1')
        assert await blog.status("/blog/hello") == 404


async def test_a_post_with_a_fault_leaves_the_last_good_edition(
    run: "Run", authoring: Settings, post: "WritePost", caplog: pytest.LogCaptureFixture, until: "Until"
) -> None:
    async with run(replace(authoring, base_url="https://blog.example")) as blog:
        await _watching(blog)
        (authoring.posts_dir / "hello.md").write_text("---\ntitel: Hello\n---\n")
        await until(lambda: "the last good edition stays" in caplog.text)
        assert "unknown key 'titel'; did you mean title?" in caplog.text
        assert "First words." in await blog.text("/blog/hello")
        assert await blog.status("/api/ready") == 200
        (authoring.posts_dir / "hello.md").write_text(post("Hello", "2026-01-01", body="Corrected words."))
        await blog.until_text("/blog/hello", "Corrected words.")


async def test_a_changed_template_is_applied(run: "Run", authoring: Settings) -> None:
    async with run(authoring) as blog:
        await _watching(blog)
        base = own_theme(authoring) / "base.html"
        base.write_text(base.read_text().replace("<body>", '<body class="dressed">'))
        await blog.until_text("/blog/hello", '<body class="dressed">')
        assert '<body class="dressed">' in await blog.text("/nothing")


async def test_a_changed_stylesheet_gets_another_url(run: "Run", authoring: Settings, until: "Until") -> None:
    async with run(authoring) as blog:
        await _watching(blog)
        css = own_theme(authoring) / "assets" / "site.css"
        old = _stylesheet(await blog.text("/"))
        css.write_text(css.read_text() + "\n.dressed { color: red }\n")
        await until(lambda: blog.app.service.generation > 1)
        assert _stylesheet(await blog.text("/")) != old
        assert ".dressed" in await blog.text(_stylesheet(await blog.text("/")))


def _stylesheet(page: str) -> str:
    return "/assets/site." + page.split('rel="stylesheet" href="/assets/site.')[1].split('"', maxsplit=1)[0]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"{% if %}", id="syntax"),
        pytest.param(b"{{ nothing.at.all }}", id="undefined"),
        pytest.param(b"{{ asset('nothing.css') }}", id="asset"),
        pytest.param(b"{% include 'nothing.html' %}", id="include"),
        pytest.param(b"{{ 1 / 0 }}", id="arithmetic"),
        pytest.param(b"{{ 1 + 'a' }}", id="types"),
        pytest.param(b"{{ site.title() }}", id="not-a-function"),
        pytest.param(b"\xff\xfe", id="not-utf-8"),
    ],
)
async def test_a_template_with_a_fault_leaves_the_last_good_edition(
    run: "Run", authoring: Settings, caplog: pytest.LogCaptureFixture, until: "Until", broken: bytes
) -> None:
    async with run(authoring) as blog:
        await _watching(blog)
        home = own_theme(authoring) / "home.html"
        good = home.read_bytes()
        home.write_bytes(broken)
        await until(lambda: "the last good edition stays" in caplog.text or blog.app.service.failure is not None)
        assert blog.app.service.failure is None
        assert "home.html" in caplog.text
        assert await blog.status("/") == 200
        home.write_bytes(good.replace(b"{% block main %}", b"{% block main %}corrected"))
        await blog.until_text("/", "corrected")


async def test_each_edition_sends_an_event_to_open_pages(run: "Run", authoring: Settings, post: "WritePost") -> None:
    async with run(authoring) as blog:
        await _watching(blog)
        events, leave = asyncio.Queue[bytes](), asyncio.Event()
        listening = asyncio.create_task(_listen(blog, events, leave))
        first = await asyncio.wait_for(events.get(), 10)
        assert first.startswith(b"event: edition\ndata: ")
        (authoring.posts_dir / "hello.md").write_text(post("Hello", "2026-01-01", body="Second words."))
        second = await asyncio.wait_for(events.get(), 10)
        assert second != first
        leave.set()
        await asyncio.wait_for(listening, 10)


async def _listen(blog: "Running", events: "asyncio.Queue[bytes]", leave: asyncio.Event) -> None:
    async def receive() -> "Message":
        await leave.wait()
        return {"type": "http.disconnect"}

    async def send(message: "Message") -> None:
        if message["type"] == "http.response.start":
            headers = dict(message["headers"])
            assert headers[b"content-type"].startswith(b"text/event-stream")
            assert headers[b"cache-control"] == b"no-store"
        elif message["body"]:
            await events.put(message["body"])

    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
             "path": "/api/reload", "raw_path": b"/api/reload", "query_string": b"", "root_path": "", "headers": [],
             "scheme": "http", "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 4), "state": {}}  # fmt: skip
    await blog.app(scope, receive, send)


async def test_head_of_the_events_ends(run: "Run", authoring: Settings, fetch: "Fetch") -> None:
    async with run(authoring) as blog:
        await blog.until_ready()
        answer = await fetch(blog.app, "/api/reload", "HEAD")
        assert (answer.status, answer.body) == (200, b"")


async def test_a_page_has_the_reload_script_while_authoring(run: "Run", authoring: Settings) -> None:
    async with run(authoring) as blog:
        await blog.until_ready()
        for path in ("/", "/blog/hello", "/nothing"):
            assert SCRIPT in await blog.text(path)


@pytest.mark.parametrize(
    "changes", [{"base_url": "https://example.org"}, {"reload": False}], ids=["a-public-site", "without-reload"]
)
async def test_public_pages_never_have_the_reload_script(
    run: "Run", authoring: Settings, changes: dict[str, str | bool]
) -> None:
    async with run(replace(authoring, **changes)) as blog:  # type: ignore[arg-type]
        await blog.until_ready()
        for path in ("/", "/blog/hello", "/nothing"):
            assert SCRIPT not in await blog.text(path)
        assert await blog.status("/api/reload") == 404


async def test_a_public_site_may_reload_its_posts(run: "Run", authoring: Settings, post: "WritePost") -> None:
    async with run(replace(authoring, base_url="https://example.org")) as blog:
        await _watching(blog)
        (authoring.posts_dir / "hello.md").write_text(post("Hello", "2026-01-01", body="Second words."))
        await blog.until_text("/blog/hello", "Second words.")


async def test_a_symbolic_link_that_moves_to_another_folder_is_followed_each_time(
    run: "Run", posts: "WritePosts", post: "WritePost", templates: Path, tmp_path: Path
) -> None:
    """As git-sync publishes: a checkout for each commit, and a symbolic link that is moved to it."""
    link = tmp_path / "current"

    def publish(commit: str, words: str) -> None:
        checkout = tmp_path / "checkouts" / commit
        checkout.mkdir(parents=True)
        (checkout / "hello.md").write_text(post("Hello", "2026-01-01", body=words))
        temporary = tmp_path / "temporary"
        temporary.symlink_to(checkout)
        temporary.replace(link)

    publish("aaaa", "First words.")
    async with run(Settings(posts_dir=link, templates_dir=templates, reload=True)) as blog:
        await _watching(blog)
        for commit, words in {"bbbb": "Second words.", "cccc": "Third words."}.items():
            old = link.resolve()
            publish(commit, words)
            await blog.until_text("/blog/hello", words)
            # git-sync removes the old checkout later.
            shutil.rmtree(old)


async def test_the_files_of_a_config_map_are_published_when_they_are_replaced(
    run: "Run", post: "WritePost", templates: Path, tmp_path: Path
) -> None:
    """As the kubelet publishes: each name is a link through ..data, and ..data is a link that is moved."""
    folder = tmp_path / "mounted"

    def publish(version: str, words: str) -> None:
        (folder / f"..{version}").mkdir(parents=True)
        (folder / f"..{version}" / "hello.md").write_text(post("Hello", "2026-01-01", body=words))
        (folder / "..data_tmp").symlink_to(f"..{version}")
        (folder / "..data_tmp").replace(folder / "..data")

    publish("2026_1", "First words.")
    (folder / "hello.md").symlink_to("..data/hello.md")
    async with run(Settings(posts_dir=folder, templates_dir=templates, reload=True)) as blog:
        await _watching(blog)
        publish("2026_2", "Second words.")
        shutil.rmtree(folder / "..2026_1")
        await blog.until_text("/blog/hello", "Second words.")


async def test_a_theme_folder_that_is_created_later_is_used(
    run: "Run", authoring: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with run(replace(authoring, templates_dir=None)) as blog:
        await _watching(blog)
        home = tmp_path / "templates/home.html"
        home.parent.mkdir()
        home.write_text("My own home.", encoding="utf-8")
        await blog.until_text("/", "My own home.")
        home.write_text("My second home.", encoding="utf-8")
        await blog.until_text("/", "My second home.")
        home.unlink()
        home.parent.rmdir()
        await blog.until_text("/", "site.")

"""Starts of the real process: without a cache, with one, and with a damaged one, it serves the same bytes."""

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from tests.conftest import wait_until

if TYPE_CHECKING:
    from tests.conftest import Process, Serve, WritePosts

pytestmark = pytest.mark.process

TEMPLATES = Path(__file__).parents[2] / "templates"
GOOD = (
    "---\ntitle: Größe\ndate: 2026-03-01\ntags: [HTTP]\n---\n\nWords [elsewhere](second.md).\n\n## A section\n\n"
    "```python\nprint(1)\n```\n\n" + "Words of a post. " * 40 + "\n"
)
SECOND = "---\ntitle: Second\ndate: 2026-03-02\n---\n\n" + "More words. " * 60 + "\n"
SITE = {"good.md": GOOD, "second.md": SECOND, "pages/about.md": "---\ntitle: About\n---\n\nWho writes here.\n"}
BUILT = "1780000000"
PATHS = ("/", "/blog/good", "/rss")
CARDS = ("/og/good.png", "/og/second.png", "/og/pages/about.png", "/og/-/site.png")
CODINGS = ("br", "gzip", "zstd", "identity")

K = TypeVar("K")
V = TypeVar("V")
Responses = dict[tuple[str, str], tuple[int, dict[str, str], bytes]]


def _blog(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("BLOG_", "OTEL_"))}
    return subprocess.run(
        [sys.executable, "-m", "blog", *arguments],
        env={**inherited, "BLOG_TEMPLATES_DIR": str(TEMPLATES), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _entries(cache: Path) -> dict[str, bytes]:
    return {str(path.relative_to(cache)): path.read_bytes() for path in cache.rglob("*") if path.is_file()}


def _undated(entries: dict[str, bytes]) -> dict[str, bytes]:
    """The entries without the checksum and the date of an edition's head."""
    return {
        name: re.sub(rb'"made": \d+', b"", entry[32:]) if entry[32:].startswith(b'{"parts"') else entry
        for name, entry in entries.items()
    }


def _responses(server: "Process") -> Responses:
    """The response for each path in each coding, without Date and Last-Modified, which differ between processes."""
    responses: Responses = {}
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        for path in PATHS:
            for coding in CODINGS:
                connection.request("GET", path, headers={"Accept-Encoding": coding})
                response = connection.getresponse()
                headers = {name.lower(): value for name, value in response.getheaders()}
                assert parsedate_to_datetime(headers.pop("last-modified")) <= parsedate_to_datetime(headers.pop("date"))
                responses[path, coding] = (response.status, headers, response.read())
    return responses


def _is_thorough(cache: Path) -> bool:
    heads = [entry for entry in _entries(cache).values() if entry[32:].startswith(b'{"parts"')]
    return bool(heads) and all(b'"provisional": []' in head for head in heads)


def _start(serve: "Serve", posts_dir: Path, cache: Path, *, compresses: bool = False) -> Responses:
    """The responses of a process; if it ``compresses`` its pages after the start, when that is done and in the cache."""
    server = serve(posts_dir, BLOG_CACHE_DIR=str(cache), BLOG_ACCESS_LOG="off").wait_until_ready()
    if compresses:
        wait_until(lambda: "pages were compressed again" in server.output and _is_thorough(cache))
    responses = _responses(server)
    # A card that is damaged is drawn again when it is asked for.
    assert [server.get(path).status for path in CARDS] == [200] * len(CARDS)
    # The first search opens the index, and makes one that is damaged again.
    wait_until(lambda: server.get("/api/search?q=words").status == 200)
    server.signal()
    assert server.wait() == 0
    assert "Traceback" not in server.output
    return responses


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    for name, text in SITE.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def filled(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that `blog build` has filled."""
    folder = tmp_path_factory.mktemp("filled") / "cache"
    done = _blog("build", BLOG_POSTS_DIR=str(written), BLOG_CACHE_DIR=str(folder), SOURCE_DATE_EPOCH=BUILT)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def cold(serve_module: "Serve", written: Path, tmp_path_factory: pytest.TempPathFactory) -> Responses:
    """The responses of a process that starts without a cache."""
    return _start(serve_module, written, tmp_path_factory.mktemp("cold") / "cache", compresses=True)


def _differences(found: Mapping[K, V], expected: Mapping[K, V]) -> list[K]:
    """The keys of what is different. pytest would take minutes to show where two bodies differ."""
    return [key for key in {**found, **expected} if found.get(key) != expected.get(key)]


def test_a_cold_start_sends_every_coding(cold: Responses) -> None:
    for (path, coding), (status, headers, body) in cold.items():
        assert (status, headers.get("content-encoding", "identity")) == (200, coding), path
        assert headers["etag"]
        assert body


def _flip(file: Path) -> None:
    stored = bytearray(file.read_bytes())
    stored[len(stored) * 3 // 4] ^= 0x20
    file.write_bytes(stored)


def _halve(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


@pytest.mark.parametrize("damage", [pytest.param(_flip, id="flipped-bytes"), pytest.param(_halve, id="truncated")])
def test_a_damaged_cache_is_detected_and_repaired(
    serve: "Serve", written: Path, filled: Path, cold: Responses, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    cache = shutil.copytree(filled, tmp_path / "cache")
    for name in _entries(cache):
        damage(cache / name)
    assert _differences(_start(serve, written, cache, compresses=True), cold) == []
    assert _differences(_undated(_entries(cache)), _undated(_entries(filled))) == []


def test_a_warm_start_serves_the_same_bytes_and_writes_nothing(
    serve: "Serve", written: Path, filled: Path, cold: Responses
) -> None:
    before = {path: path.stat().st_mtime_ns for path in filled.rglob("*")}
    assert before
    assert _differences(_start(serve, written, filled), cold) == []
    assert {path: path.stat().st_mtime_ns for path in filled.rglob("*")} == before


def test_every_start_from_one_build_sends_the_same_date(serve: "Serve", written: Path, filled: Path) -> None:
    for _ in range(2):
        server = serve(written, BLOG_CACHE_DIR=str(filled)).wait_until_ready()
        date = server.get("/rss").headers["last-modified"]
        assert date == "Thu, 28 May 2026 20:26:40 GMT"
        assert server.get("/rss", headers={"If-Modified-Since": date}).status == 304


def test_a_warm_start_sends_the_date_of_the_cold_one(serve: "Serve", written: Path, tmp_path: Path) -> None:
    dates = set()
    for _ in range(2):
        server = serve(written, BLOG_CACHE_DIR=str(tmp_path / "cache")).wait_until_ready()
        dates.add(server.get("/rss").headers["last-modified"])
    assert len(dates) == 1


WARM_START = """
import sys
from pathlib import Path
import blog.__main__
from blog.app import create_app
from blog.build.edition_source import EditionSource
from blog.machine.cache import Cache
from blog.settings import Settings
from fastapi.openapi.models import OpenAPI

posts, theme, cache = map(Path, sys.argv[1:])
settings = Settings(posts_dir=posts, templates_dir=theme)
create_app(settings)
EditionSource(settings, Cache(cache)).first()
unneeded = {
    "PIL", "Stemmer", "crawleruseragents", "ctypes.util", "defusedxml", "httpx", "imagesize", "jinja2", "markdownify", "math_core", "mermaid_render",
    "mistune", "opentelemetry.sdk", "pydantic.v1.main", "pygments", "python_multipart", "sqlite3", "xml.etree.ElementTree", "yaml",
}
print(sorted(unneeded & set(sys.modules)), OpenAPI.__pydantic_complete__)
"""


def test_a_warm_start_imports_and_builds_only_what_it_needs(written: Path, filled: Path) -> None:
    folders = [str(folder) for folder in (written, TEMPLATES, filled)]
    done = subprocess.run([sys.executable, "-c", WARM_START, *folders], capture_output=True, text=True, check=True)
    assert done.stdout == "[] False\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_signal_while_the_process_parses_ends_it_at_once(
    serve: "Serve", posts: "WritePosts", tmp_path: Path, number: signal.Signals
) -> None:
    files = {
        f"post-{at}.md": GOOD.replace("Größe", f"Größe {at}").replace("Words", "Words *of* `code` " * 200)
        for at in range(400)
    }
    server = serve(posts({**SITE, **files}), BLOG_CACHE_DIR=str(tmp_path / "cache")).wait_until_listening()
    server.signal(number)
    assert server.wait(10) == (0 if number is signal.SIGTERM else -number)
    assert "Traceback" not in server.output


def test_a_cache_that_cannot_be_written_does_not_change_the_responses(
    serve: "Serve", written: Path, cold: Responses, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    server = serve(written, BLOG_CACHE_DIR=str(tmp_path / "file/below")).wait_until_ready()
    wait_until(lambda: "pages were compressed again" in server.output)
    assert _differences(_responses(server), cold) == []
    assert server.output.count("the cache cannot be written") == 1
    assert "Traceback" not in server.output
    assert (tmp_path / "file").read_text() == "not a folder"


def test_a_changed_post_is_not_served_from_the_cache(
    serve: "Serve", posts: "WritePosts", filled: Path, tmp_path: Path
) -> None:
    cache = shutil.copytree(filled, tmp_path / "cache")
    server = serve(posts({**SITE, "good.md": GOOD.replace("Words", "Verbs")}), BLOG_CACHE_DIR=str(cache))
    assert b"Verbs of a post" in server.wait_until_ready().get("/blog/good").body


def test_a_second_build_prints_and_writes_the_same(written: Path, filled: Path, tmp_path: Path) -> None:
    """In processes that hash strings differently, because the layers of an image must be reproducible."""
    cache = tmp_path / "cache"
    done = _blog(
        "build", BLOG_POSTS_DIR=str(written), BLOG_CACHE_DIR=str(cache), PYTHONHASHSEED="4242", SOURCE_DATE_EPOCH=BUILT
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(rf"2 posts, \d+ pages; the cache is {re.escape(str(cache))}\n", done.stdout)
    assert _differences(_entries(cache), _entries(filled)) == []


def test_build_names_every_fault_of_the_content(posts: "WritePosts", tmp_path: Path) -> None:
    folder = posts({**SITE, "second.md": SECOND + "\n[gone](/blog/gone)\n", "empty.md": "", "bad.md": "Hello"})
    done = _blog("build", BLOG_POSTS_DIR=str(folder), BLOG_CACHE_DIR=str(tmp_path / "cache"))
    faults = [
        f"{folder}/second.md:8: warning: ",
        f"{folder}/empty.md:1: warning: is empty, and is left out",
        f"{folder}/bad.md:1: error: date is missing",
    ]
    assert done.returncode == 1
    assert [fault for fault in faults if done.stderr.count(fault) != 1] == []
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_build_fails_if_it_cannot_fill_the_cache(written: Path, tmp_path: Path) -> None:
    """Filling the cache is its only purpose: the build of an image must not succeed without one."""
    (tmp_path / "file").write_text("not a folder")
    done = _blog("build", BLOG_POSTS_DIR=str(written), BLOG_CACHE_DIR=str(tmp_path / "file"))
    assert "the cache cannot be written (Not a directory)" in done.stderr or done.returncode != 0
    assert "Traceback" not in done.stderr

"""Cached editions: equal to the edition that was built, a miss when an input has changed or an entry is damaged."""

import json
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blog.build import edition as editions
from blog.build.builder import Builder
from blog.build.dates import Dates
from blog.build.edition import Edition
from blog.build.edition_cache import EditionCache
from blog.machine.cache import Cache, key
from blog.render.page import HTML
from blog.settings import Settings

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LATER = datetime(2999, 1, 1, tzinfo=UTC)
MADE = 1_780_000_000
TEMPLATES = Path(__file__).parents[2] / "templates"
MISPLACED = "notes/misplaced.rst"


@pytest.fixture
def settings(tmp_path: Path, files: Mapping[str, str]) -> Settings:
    posts = tmp_path / "posts"
    for name, content in {**files, MISPLACED: "lost"}.items():
        (posts / name).parent.mkdir(parents=True, exist_ok=True)
        (posts / name).write_text(content, encoding="utf-8")
    theme = shutil.copytree(TEMPLATES, tmp_path / "theme")
    return Settings(posts_dir=posts, templates_dir=theme, cache_dir=tmp_path / "cache", base_url="https://b.example")


def _build(settings: Settings, moment: datetime = NOW) -> Edition:
    """Build an edition and store it in the cache."""
    cache = Cache(settings.cache_dir)
    entry, builder = EditionCache(settings, cache), Builder(settings, cache)
    result = builder.make(moment, dates=Dates.following(None, MADE), store=entry.write_part)
    entry.finish(result.edition, result.referenced, builder.cache_keys())
    return result.edition


def _read(settings: Settings, moment: datetime = NOW) -> Edition | None:
    return EditionCache(settings, Cache(settings.cache_dir)).read(moment)


def _contents(edition: Edition) -> dict[str, object]:
    """Everything that an edition serves, in a form that can be compared."""
    contents: dict[str, object] = {}
    for path, page in edition.pages.items():
        for coding, representation in {b"": page.identity, **page.encoded}.items():
            contents[f"{path} {coding!r}"] = (
                page.route,
                page.media_type,
                representation.etag,
                representation.whole.headers,
                representation.whole.body,
                representation.not_modified.headers,
            )
    for path in ("/blog/helo", "/qqqq"):
        missing = edition.not_found.answer(path)
        contents[f"404 {path}"] = (missing.headers, missing.body)
    contents["posts"] = [(replace(entry, content=b""), dict(entry.details)) for entry in edition.posts]
    contents["rest"] = (edition.redirects, edition.states, edition.since, edition.until, edition.warnings)
    return contents


def _files(settings: Settings) -> list[Path]:
    return sorted(path for path in (settings.cache_dir / "editions").rglob("*") if path.is_file())


def test_a_cached_edition_equals_the_built_one(settings: Settings) -> None:
    built = _build(settings)
    cached = _read(settings)
    assert cached is not None
    assert cached.warnings
    assert _contents(cached) == _contents(built)


def test_a_cached_edition_has_the_date_of_the_built_one(settings: Settings) -> None:
    _build(settings)
    cached = _read(settings)
    assert cached is not None
    assert cached.made == MADE
    dates = {dict(page.identity.headers)[b"last-modified"] for page in cached.pages.values()}
    assert dates == {b"Thu, 28 May 2026 20:26:40 GMT"}


def test_an_edition_of_many_pages_is_stored_in_parts(settings: Settings) -> None:
    for number in range(150):
        text = f"---\ntitle: Post {number}\ndate: 2026-01-01\n---\n\nText {number}.\n"
        (settings.posts_dir / f"post-{number}.md").write_text(text)
    built = _build(settings)
    assert len(_files(settings)) > 3
    cached = _read(settings)
    assert cached is not None
    assert _contents(cached) == _contents(built)


def test_bodies_that_are_stored_compressed_are_the_same(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    uncompressed = _contents(_build(settings))
    monkeypatch.setattr(editions, "_UNCOMPRESSED_BYTES", 0)
    cached = _read(settings)
    assert cached is not None
    dropped = {f"{path} b'zstd'" for path, page in cached.pages.items() if page.media_type == HTML}
    assert dropped & uncompressed.keys()
    assert _contents(cached) == {name: value for name, value in uncompressed.items() if name not in dropped}


def test_an_empty_cache_has_no_edition_and_reading_does_not_create_it(settings: Settings) -> None:
    assert _read(settings) is None
    assert not settings.cache_dir.exists()


def test_an_edition_is_found_from_its_newest_post_until_the_next_one_is_due(settings: Settings) -> None:
    built = _build(settings)
    assert built.since == datetime(2026, 3, 5, tzinfo=UTC)
    assert built.until == LATER
    assert _read(settings, built.since - timedelta(seconds=1)) is None
    assert _read(settings, built.since) is not None
    assert _read(settings, LATER - timedelta(seconds=1)) is not None
    assert _read(settings, LATER) is None


def test_the_edition_of_a_later_moment_replaces_the_earlier_one(settings: Settings) -> None:
    _build(settings)
    later = _build(settings, LATER)
    cached = _read(settings, LATER)
    assert cached is not None
    assert _contents(cached) == _contents(later)
    assert _read(settings) is None


def _edit(settings: Settings, name: str, text: str) -> Settings:
    path = settings.posts_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return settings


def theme_folder(settings: Settings) -> Path:
    assert settings.templates_dir
    return settings.templates_dir


def _edit_theme(settings: Settings, name: str) -> Settings:
    path = theme_folder(settings) / name
    path.write_bytes((path.read_bytes() if path.exists() else b"") + b"\n")
    return settings


def _remove(settings: Settings, name: str) -> Settings:
    (settings.posts_dir / name).unlink()
    return settings


def _rename(settings: Settings) -> Settings:
    (settings.posts_dir / "elsewhere.md").rename(settings.posts_dir / "else.md")
    return settings


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda it: _edit(it, "elsewhere.md", "---\ntitle: E\ndate: 2026-01-01\n---\n"), id="text"),
        pytest.param(lambda it: _edit(it, "new.md", "---\ntitle: N\ndate: 2026-01-01\n---\n"), id="new-text"),
        pytest.param(lambda it: _edit(it, "notes/other.rst", "lost as well"), id="misplaced-text"),
        pytest.param(lambda it: _edit(it, "static/new.txt", "new"), id="static-file"),
        pytest.param(lambda it: _edit(it, "static/.well-known/new", "new"), id="well-known-file"),
        pytest.param(lambda it: _edit(it, "static/new.js", "new"), id="refused-static-file"),
        pytest.param(lambda it: _edit(it, "site.yaml", "title: Other\n"), id="site"),
        pytest.param(lambda it: _remove(it, "site.yaml"), id="no-site"),
        pytest.param(lambda it: _edit(it, "a.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="5"/>'), id="picture"),
        pytest.param(lambda it: _remove(it, "a.svg"), id="no-picture"),
        pytest.param(_rename, id="renamed-text"),
        pytest.param(lambda it: _edit_theme(it, "base.html"), id="template"),
        pytest.param(lambda it: _edit_theme(it, "new.html"), id="new-template"),
        pytest.param(lambda it: _edit_theme(it, "assets/site.css"), id="style"),
        pytest.param(lambda it: replace(it, base_url="https://other.example"), id="origin"),
        pytest.param(lambda it: replace(it, base_url="http://localhost", reload=True), id="preview"),
    ],
)  # fmt: skip
def test_a_change_of_any_input_is_a_miss(settings: Settings, change: Callable[[Settings], Settings]) -> None:
    _build(settings)
    assert _read(settings) is not None
    assert _read(change(settings)) is None


def test_a_change_that_affects_no_page_is_not_a_miss(settings: Settings) -> None:
    _build(settings)
    shutil.move(settings.posts_dir, settings.posts_dir.with_name("moved"))
    moved = replace(
        settings, posts_dir=settings.posts_dir.with_name("moved"), port=1, revision="abc", log_level="debug"
    )
    (moved.posts_dir / "unrelated.bin").write_bytes(b"no text refers to this file")
    cached = _read(moved)
    assert cached is not None
    assert {warning.file.parts[-3] for warning in cached.warnings if warning.file.name == "misplaced.rst"} == {"moved"}


@pytest.mark.parametrize("damage", [lambda it: os.truncate(it, it.stat().st_size // 2), Path.unlink,
                                    lambda it: it.write_bytes(b"x" + it.read_bytes()[1:])],
                         ids=["truncated", "missing", "flipped"])  # fmt: skip
def test_a_damaged_part_is_a_miss_and_the_next_build_repairs_it(
    settings: Settings, damage: Callable[[Path], object]
) -> None:
    _build(settings)
    intact = {path: path.read_bytes() for path in _files(settings)}
    for path in intact:
        damage(path)
        # Only pruning reads the list of cache entries that an edition used; a start does not need it.
        assert (_read(settings) is None) is (path.parent.name + path.name != key("needs"))
        _build(settings)
        assert {path: path.read_bytes() for path in _files(settings)} == intact


HEAD: dict[str, object] = {"parts": 1, "made": 0, "since": None, "until": None, "files": {}, "redirects": {}, "states": {}, "warnings": [], "list": "", "items": {},
        "not_found": {"path": "/", "route": "", "media_type": "text/html", "body": "", "cache": "", "headers": {}}}  # fmt: skip


@pytest.mark.parametrize(
    "head",
    [b"", b"\xff", b"null", b"[]", b"{}", b"[" * 100_000, json.dumps({**HEAD, "parts": 2}).encode(), json.dumps({**HEAD, "parts": None}).encode(),
     json.dumps({**HEAD, "since": "yesterday"}).encode(), json.dumps({**HEAD, "since": "2026-01-01"}).encode(), json.dumps({**HEAD, "files": ["a"]}).encode(),
     json.dumps({**HEAD, "files": {"../../etc/passwd": "0"}}).encode(), json.dumps({**HEAD, "not_found": {"body": ""}}).encode()],
)  # fmt: skip
def test_a_malformed_head_with_a_valid_checksum_is_a_miss(settings: Settings, head: bytes) -> None:
    _build(settings)
    (generation,) = (settings.cache_dir / "editions").iterdir()
    Cache(generation).put(key("head"), head)
    assert _read(settings) is None


def _framed(head: object, bodies: bytes = b"") -> bytes:
    text = json.dumps(head).encode()
    return struct.pack(">I", len(text)) + text + bodies


PAGE = {"page": ["/x", "/x", "text/html", "", 0], "encodings": {}, "identity": 1}


@pytest.mark.parametrize(
    "part",
    [b"", b"\0\0\0", b"\xff\xff\xff\xff{}", _framed([]), _framed({}), _framed({"posts": [], "headers": [], "pages": [PAGE]}, b"x"),
     _framed({"posts": [], "headers": [{}], "pages": [PAGE]}), _framed({"posts": [], "headers": [{}], "pages": [PAGE]}, b"xy"),
     _framed({"posts": [], "headers": [{}], "pages": [{**PAGE, "identity": -1}]}), _framed({"posts": [[{}, 0]], "headers": [{}], "pages": []}),
     _framed({"posts": [], "headers": [{}], "pages": [{**PAGE, "encodings": {"zstd": 1}}]}, b"x"),
     _framed({"posts": [], "headers": [{}], "pages": [{**PAGE, "encodings": {"br": 1}}]}, b"\xff"),
     _framed({"posts": [], "headers": [{}], "pages": [{**PAGE, "encodings": {"lzma": 1}}]}, b"x")],
)  # fmt: skip
def test_a_malformed_part_with_a_valid_checksum_is_a_miss(settings: Settings, part: bytes) -> None:
    built = _build(settings)
    (generation,) = (settings.cache_dir / "editions").iterdir()
    Cache(generation).put(key("part", str(built.since), "0"), part)
    assert _read(settings) is None


def test_an_edition_is_built_when_the_cache_cannot_be_written(settings: Settings) -> None:
    settings.cache_dir.mkdir()
    (settings.cache_dir / "editions").write_text("not a folder")
    built = _build(settings)
    assert built.pages
    assert _read(settings) is None


def test_the_oldest_editions_are_removed(settings: Settings) -> None:
    for origin in ("https://a.example", "https://b.example", "https://c.example", "https://d.example"):
        _build(replace(settings, base_url=origin))
    assert len(list((settings.cache_dir / "editions").iterdir())) == 2
    assert _read(replace(settings, base_url="https://d.example")) is not None
    assert _read(replace(settings, base_url="https://a.example")) is None


def test_reading_during_writes_gives_a_whole_edition(settings: Settings) -> None:
    expected = _contents(_build(settings))
    script = (
        "import sys\nfrom pathlib import Path\nfrom datetime import UTC, datetime\nfrom blog.settings import Settings\n"
        "from blog.machine.cache import Cache\nfrom blog.build.dates import Dates\nfrom blog.build.edition_cache import EditionCache\nfrom blog.build.builder import Builder\n"
        "posts, theme, cache = map(Path, sys.argv[1:])\n"
        "settings = Settings(posts_dir=posts, templates_dir=theme, cache_dir=cache, base_url='https://b.example')\n"
        "for _ in range(5):\n    entry, builder = EditionCache(settings, Cache(cache)), Builder(settings, Cache(cache))\n"
        f"    result = builder.make(datetime(2026, 6, 1, tzinfo=UTC), dates=Dates.following(None, {MADE}), store=entry.write_part)\n"
        "    entry.finish(result.edition, result.referenced, builder.cache_keys())\n"
    )
    folders = [str(folder) for folder in (settings.posts_dir, theme_folder(settings), settings.cache_dir)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    writers = [
        subprocess.Popen([sys.executable, "-c", script, *folders], env=environ, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    read = []
    while any(writer.poll() is None for writer in writers):
        read.append(_read(settings))
    assert [(writer.communicate()[1], writer.returncode) for writer in writers] == [(b"", 0)] * 3
    assert None not in read
    assert all(edition and _contents(edition) == expected for edition in read[-3:])


@pytest.fixture
def sparse(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a theme folder of one file, which the theme of the package completes."""
    (tmp_path / "sparse").mkdir()
    (tmp_path / "sparse/tags.html").write_text("tags", encoding="utf-8")
    return replace(settings, templates_dir=tmp_path / "sparse")


def test_a_change_in_either_folder_of_the_theme_is_a_miss(
    sparse: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = shutil.copytree(TEMPLATES, tmp_path / "shipped")
    monkeypatch.setattr("blog.render.theme_folders.shipped", lambda: shipped)
    _build(sparse)
    assert EditionCache(sparse, Cache(sparse.cache_dir)).read(NOW)
    (shipped / "tag.html").write_text("tag", encoding="utf-8")
    assert EditionCache(sparse, Cache(sparse.cache_dir)).read(NOW) is None
    _build(sparse)
    (theme_folder(sparse) / "tags.html").write_text("more", encoding="utf-8")
    assert EditionCache(sparse, Cache(sparse.cache_dir)).read(NOW) is None


def test_a_missing_theme_folder_is_a_miss(sparse: Settings) -> None:
    (theme_folder(sparse) / "tags.html").unlink()
    _build(sparse)
    theme_folder(sparse).rmdir()
    assert EditionCache(sparse, Cache(sparse.cache_dir)).read(NOW) is None

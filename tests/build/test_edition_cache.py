"""Kept editions: the same site as a new one, whatever stands on the disk; and another one as soon as anything is different."""

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
from blog.settings import Settings

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LATER = datetime(2999, 1, 1, tzinfo=UTC)
MADE = 1_780_000_000
TEMPLATES = Path(__file__).parents[2] / "templates"
MISPLACED = "notes/misplaced.md"


@pytest.fixture
def settings(tmp_path: Path, files: Mapping[str, str]) -> Settings:
    posts = tmp_path / "posts"
    for name, content in {**files, MISPLACED: "lost"}.items():
        (posts / name).parent.mkdir(parents=True, exist_ok=True)
        (posts / name).write_text(content, encoding="utf-8")
    theme = shutil.copytree(TEMPLATES, tmp_path / "theme")
    return Settings(posts_dir=posts, templates_dir=theme, cache_dir=tmp_path / "cache", base_url="https://b.example")


def _keep(settings: Settings, moment: datetime = NOW) -> Edition:
    cache = Cache(settings.cache_dir)
    folio, press = EditionCache(settings, cache), Builder(settings, cache)
    made = press.make(moment, dates=Dates.following(None, MADE), keep=folio.keep)
    folio.finish(made.edition, made.wanted, press.needs())
    return made.edition


def _read(settings: Settings, moment: datetime = NOW) -> Edition | None:
    return EditionCache(settings, Cache(settings.cache_dir)).read(moment)


def _said(edition: Edition) -> dict[str, object]:
    """All that can be asked of an edition."""
    answers: dict[str, object] = {}
    for path, page in edition.pages.items():
        for coding, variant in {b"": page.identity, **page.encoded}.items():
            whole, stands_for = variant.whole, variant.not_modified
            answers[f"{path} {coding!r}"] = (
                page.route,
                page.media_type,
                variant.etag,
                whole.headers,
                whole.body,
                stands_for.headers,
            )
    for path in ("/blog/helo", "/qqqq"):
        missing = edition.not_found.answer(path)
        answers[f"404 {path}"] = (missing.headers, missing.body)
    answers["posts"] = [(replace(entry, content=b""), dict(edition.content(entry))) for entry in edition.posts]
    answers["rest"] = (edition.redirects, edition.states, edition.since, edition.until, edition.warnings)
    return answers


def _files(settings: Settings) -> list[Path]:
    return sorted(path for path in (settings.cache_dir / "editions").rglob("*") if path.is_file())


def test_a_kept_edition_says_what_the_new_one_said(settings: Settings) -> None:
    made = _keep(settings)
    kept = _read(settings)
    assert kept is not None
    assert kept.warnings
    assert _said(kept) == _said(made)


def test_a_kept_edition_was_made_when_the_new_one_was(settings: Settings) -> None:
    _keep(settings)
    kept = _read(settings)
    assert kept is not None
    assert kept.made == MADE
    dates = {dict(page.identity.headers)[b"last-modified"] for page in kept.pages.values()}
    assert dates == {b"Thu, 28 May 2026 20:26:40 GMT"}


def test_an_edition_of_many_pages_is_kept_in_parts(settings: Settings) -> None:
    for number in range(150):
        text = f"---\ntitle: Post {number}\ndate: 2026-01-01\n---\n\nText {number}.\n"
        (settings.posts_dir / f"post-{number}.md").write_text(text)
    made = _keep(settings)
    assert len(_files(settings)) > 3
    kept = _read(settings)
    assert kept is not None
    assert _said(kept) == _said(made)


def test_bodies_beyond_what_is_kept_whole_are_the_same(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _said(_keep(settings))
    monkeypatch.setattr(editions, "_KEPT_WHOLE_BYTES", 0)
    kept = _read(settings)
    assert kept is not None
    assert _said(kept) == whole


def test_nothing_is_found_where_nothing_was_kept(settings: Settings) -> None:
    assert _read(settings) is None
    assert not settings.cache_dir.exists()


def test_an_edition_is_kept_until_the_next_post_is_due_and_from_its_newest_on(settings: Settings) -> None:
    made = _keep(settings)
    assert made.since == datetime(2026, 3, 1, tzinfo=UTC)
    assert made.until == LATER
    assert _read(settings, made.since - timedelta(seconds=1)) is None
    assert _read(settings, made.since) is not None
    assert _read(settings, LATER - timedelta(seconds=1)) is not None
    assert _read(settings, LATER) is None


def test_the_edition_of_a_later_moment_takes_the_place_of_the_earlier(settings: Settings) -> None:
    _keep(settings)
    later = _keep(settings, LATER)
    kept = _read(settings, LATER)
    assert kept is not None
    assert _said(kept) == _said(later)
    assert _read(settings) is None


def _edit(settings: Settings, name: str, text: str) -> Settings:
    path = settings.posts_dir / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return settings


def own_theme(settings: Settings) -> Path:
    assert settings.templates_dir
    return settings.templates_dir


def _theme(settings: Settings, name: str) -> Settings:
    path = own_theme(settings) / name
    path.write_bytes((path.read_bytes() if path.exists() else b"") + b"\n")
    return settings


def _gone(settings: Settings, name: str) -> Settings:
    (settings.posts_dir / name).unlink()
    return settings


def _renamed(settings: Settings) -> Settings:
    (settings.posts_dir / "elsewhere.md").rename(settings.posts_dir / "else.md")
    return settings


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda it: _edit(it, "elsewhere.md", "---\ntitle: E\ndate: 2026-01-01\n---\n"), id="text"),
        pytest.param(lambda it: _edit(it, "new.md", "---\ntitle: N\ndate: 2026-01-01\n---\n"), id="new-text"),
        pytest.param(lambda it: _edit(it, "notes/other.md", "lost as well"), id="misplaced-text"),
        pytest.param(lambda it: _edit(it, "site.yaml", "title: Other\n"), id="site"),
        pytest.param(lambda it: _gone(it, "site.yaml"), id="no-site"),
        pytest.param(lambda it: _edit(it, "a.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="5"/>'), id="picture"),
        pytest.param(lambda it: _gone(it, "a.svg"), id="no-picture"),
        pytest.param(_renamed, id="renamed-text"),
        pytest.param(lambda it: _theme(it, "base.html"), id="template"),
        pytest.param(lambda it: _theme(it, "new.html"), id="new-template"),
        pytest.param(lambda it: _theme(it, "assets/site.css"), id="style"),
        pytest.param(lambda it: replace(it, base_url="https://other.example"), id="origin"),
        pytest.param(lambda it: replace(it, base_url="http://localhost", reload=True), id="preview"),
    ],
)  # fmt: skip
def test_whatever_an_edition_depends_on_makes_another(
    settings: Settings, change: Callable[[Settings], Settings]
) -> None:
    _keep(settings)
    assert _read(settings) is not None
    assert _read(change(settings)) is None


def test_what_no_page_shows_changes_nothing(settings: Settings) -> None:
    _keep(settings)
    shutil.move(settings.posts_dir, settings.posts_dir.with_name("moved"))
    moved = replace(
        settings, posts_dir=settings.posts_dir.with_name("moved"), port=1, revision="abc", log_level="debug"
    )
    (moved.posts_dir / "unrelated.bin").write_bytes(b"nobody refers to this")
    kept = _read(moved)
    assert kept is not None
    assert {warning.file.parts[-3] for warning in kept.warnings if warning.file.name == "misplaced.md"} == {"moved"}


@pytest.mark.parametrize("damage", [lambda it: os.truncate(it, it.stat().st_size // 2), Path.unlink,
                                    lambda it: it.write_bytes(b"x" + it.read_bytes()[1:])],
                         ids=["truncated", "missing", "flipped"])  # fmt: skip
def test_a_damaged_part_makes_the_whole_a_miss_that_is_mended(
    settings: Settings, damage: Callable[[Path], object]
) -> None:
    _keep(settings)
    whole = {path: path.read_bytes() for path in _files(settings)}
    for path in whole:
        damage(path)
        # The list of the cache entries that an edition was made with is for pruning; a start does without.
        assert (_read(settings) is None) is (path.parent.name + path.name != key("needs"))
        _keep(settings)
        assert {path: path.read_bytes() for path in _files(settings)} == whole


HEAD: dict[str, object] = {"parts": 1, "made": 0, "since": None, "until": None, "files": {}, "redirects": {}, "states": {}, "warnings": [], "listed": "", "items": {},
        "missing": {"path": "/", "route": "", "media_type": "text/html", "body": "", "cache": "", "headers": {}}}  # fmt: skip


@pytest.mark.parametrize(
    "head",
    [b"", b"\xff", b"null", b"[]", b"{}", b"[" * 100_000, json.dumps({**HEAD, "parts": 2}).encode(), json.dumps({**HEAD, "parts": None}).encode(),
     json.dumps({**HEAD, "since": "yesterday"}).encode(), json.dumps({**HEAD, "since": "2026-01-01"}).encode(), json.dumps({**HEAD, "files": ["a"]}).encode(),
     json.dumps({**HEAD, "files": {"../../etc/passwd": "0"}}).encode(), json.dumps({**HEAD, "missing": {"body": ""}}).encode()],
)  # fmt: skip
def test_a_whole_head_that_is_not_ours_is_a_miss(settings: Settings, head: bytes) -> None:
    _keep(settings)
    (generation,) = (settings.cache_dir / "editions").iterdir()
    Cache(generation).put(key("head"), head)
    assert _read(settings) is None


def _framed(head: object, bodies: bytes = b"") -> bytes:
    text = json.dumps(head).encode()
    return struct.pack(">I", len(text)) + text + bodies


PAGE = {"page": ["/x", "/x", "text/html", "", 0], "coded": {}, "whole": 1}


@pytest.mark.parametrize(
    "part",
    [b"", b"\0\0\0", b"\xff\xff\xff\xff{}", _framed([]), _framed({}), _framed({"posts": [], "headers": [], "pages": [PAGE]}, b"x"),
     _framed({"posts": [], "headers": [{}], "pages": [PAGE]}), _framed({"posts": [], "headers": [{}], "pages": [PAGE]}, b"xy"),
     _framed({"posts": [], "headers": [{}], "pages": [{**PAGE, "whole": -1}]}), _framed({"posts": [[{}, 0]], "headers": [{}], "pages": []}),
     _framed({"posts": [], "headers": [{}], "pages": [{**PAGE, "coded": {"zstd": 1}}]}, b"x"),
     _framed({"posts": [], "headers": [{}], "pages": [{**PAGE, "coded": {"br": 1}}]}, b"\xff"),
     _framed({"posts": [], "headers": [{}], "pages": [{**PAGE, "coded": {"lzma": 1}}]}, b"x")],
)  # fmt: skip
def test_a_whole_part_that_is_not_ours_is_a_miss(settings: Settings, part: bytes) -> None:
    made = _keep(settings)
    (generation,) = (settings.cache_dir / "editions").iterdir()
    Cache(generation).put(key("part", str(made.since), "0"), part)
    assert _read(settings) is None


def test_a_cache_without_room_keeps_nothing_and_loses_nothing(settings: Settings) -> None:
    settings.cache_dir.mkdir()
    (settings.cache_dir / "editions").write_text("not a folder")
    made = _keep(settings)
    assert made.pages
    assert _read(settings) is None


def test_the_oldest_editions_are_let_go(settings: Settings) -> None:
    for origin in ("https://a.example", "https://b.example", "https://c.example", "https://d.example"):
        _keep(replace(settings, base_url=origin))
    assert len(list((settings.cache_dir / "editions").iterdir())) == 2
    assert _read(replace(settings, base_url="https://d.example")) is not None
    assert _read(replace(settings, base_url="https://a.example")) is None


def test_a_reader_beside_writers_gets_a_whole_edition_or_none(settings: Settings) -> None:
    expected = _said(_keep(settings))
    script = (
        "import sys\nfrom pathlib import Path\nfrom datetime import UTC, datetime\nfrom blog.settings import Settings\n"
        "from blog.machine.cache import Cache\nfrom blog.build.dates import Dates\nfrom blog.build.edition_cache import EditionCache\nfrom blog.build.builder import Builder\n"
        "posts, theme, cache = map(Path, sys.argv[1:])\n"
        "settings = Settings(posts_dir=posts, templates_dir=theme, cache_dir=cache, base_url='https://b.example')\n"
        "for _ in range(5):\n    folio, press = EditionCache(settings, Cache(cache)), Builder(settings, Cache(cache))\n"
        f"    made = press.make(datetime(2026, 6, 1, tzinfo=UTC), dates=Dates.following(None, {MADE}), keep=folio.keep)\n"
        "    folio.finish(made.edition, made.wanted, press.needs())\n"
    )
    folders = [str(folder) for folder in (settings.posts_dir, own_theme(settings), settings.cache_dir)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    writers = [
        subprocess.Popen([sys.executable, "-c", script, *folders], env=environ, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    seen = []
    while any(writer.poll() is None for writer in writers):
        seen.append(_read(settings))
    assert [(writer.communicate()[1], writer.returncode) for writer in writers] == [(b"", 0)] * 3
    assert None not in seen
    assert all(found and _said(found) == expected for found in seen[-3:])


@pytest.fixture
def sparse(settings: Settings, tmp_path: Path) -> Settings:
    """A theme of one file, over that of the package."""
    (tmp_path / "sparse").mkdir()
    (tmp_path / "sparse/tags.html").write_text("tags", encoding="utf-8")
    return replace(settings, templates_dir=tmp_path / "sparse")


def test_an_edition_is_named_by_both_folders_of_its_theme(
    sparse: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = shutil.copytree(TEMPLATES, tmp_path / "shipped")
    monkeypatch.setattr("blog.render.theme_folders.shipped", lambda: shipped)
    _keep(sparse)
    assert EditionCache(sparse, Cache(sparse.cache_dir)).read(NOW)
    (shipped / "tag.html").write_text("tag", encoding="utf-8")
    assert EditionCache(sparse, Cache(sparse.cache_dir)).read(NOW) is None
    _keep(sparse)
    (own_theme(sparse) / "tags.html").write_text("more", encoding="utf-8")
    assert EditionCache(sparse, Cache(sparse.cache_dir)).read(NOW) is None


def test_no_edition_is_found_for_a_theme_folder_that_is_set_and_missing(sparse: Settings) -> None:
    (own_theme(sparse) / "tags.html").unlink()
    _keep(sparse)
    own_theme(sparse).rmdir()
    assert EditionCache(sparse, Cache(sparse.cache_dir)).read(NOW) is None

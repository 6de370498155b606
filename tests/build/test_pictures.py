"""Pictures in editions: when their smaller versions are made, where they are offered, and the versions for dark themes."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from blog.build.edition import Edition
from blog.build.edition_source import EditionSource
from blog.machine.cache import Cache
from blog.settings import Settings

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>'
Make = Callable[..., Edition]


def _photo(width: int = 600) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((width, 400), 60).convert("RGB").save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    folder = tmp_path / "posts"
    folder.mkdir()
    return folder


@pytest.fixture
def make(tmp_path: Path, posts: Path) -> Make:
    """The first edition of a process with the text of a post, with or without making pictures."""

    def edition(text: str, *, makes: bool) -> Edition:
        (posts / "a.md").write_text(f"---\ntitle: A\ndate: 2026-03-01\n---\n\n{text}\n", encoding="utf-8")
        settings = replace(Settings(posts_dir=posts), cache_dir=tmp_path / "cache")
        return EditionSource(settings, Cache(tmp_path / "cache"), lambda: NOW, makes_pictures=makes).first()

    return edition


def html(edition: Edition, path: str = "/blog/a") -> str:
    return edition.pages[path].identity.body.decode()


def srcsets(markup: str) -> list[str]:
    return [entry.split()[0] for value in re.findall(r'srcset="([^"]*)"', markup) for entry in value.split(", ")]


def test_versions_are_offered_and_served_once_they_are_made(posts: Path, make: Make) -> None:
    (posts / "a.jpg").write_bytes(_photo())
    text = "![A](a.jpg)"
    assert "<picture>" not in html(make(text, makes=False))
    edition = make(text, makes=True)
    (picture,) = re.findall(r"<picture>.*?</picture>", html(edition))
    offered = srcsets(picture)
    assert len(offered) == 4
    assert all(len(edition.pages[path].identity.body) < len(_photo()) for path in offered)
    assert re.findall(r'type="([^"]*)" srcset="\S+ 480w, \S+ 600w" sizes="[^"]+" width="600" height="400"', picture)
    assert re.search(r'<img src="/assets/a\.\w+\.jpg" width="600" height="400" alt="A"', picture)
    assert b"<picture>" not in edition.pages["/rss"].identity.body
    assert html(make(text, makes=False)) == html(edition)


def test_a_start_with_versions_in_the_cache_offers_them(posts: Path, make: Make) -> None:
    (posts / "a.jpg").write_bytes(_photo())
    make("![A](a.jpg)", makes=True)
    assert "image/avif" in html(make("Other words. ![A](a.jpg)", makes=False))


def test_a_picture_that_cannot_be_made_smaller_is_a_warning_where_it_is_shown(posts: Path, make: Make) -> None:
    huge = _photo(40)
    size = (400).to_bytes(2) + (40).to_bytes(2)
    (posts / "a.jpg").write_bytes(huge.replace(size, (20_000).to_bytes(2) * 2, 1))
    (warning,) = make("x\n\n![A](a.jpg)", makes=True).warnings
    assert (warning.file.name, warning.line) == ("a.md", 8)
    assert warning.problem.startswith("image 'a.jpg' has 20,000 by 20,000 pixels")
    assert make("x\n\n![A](a.jpg)", makes=True).warnings == (warning,)


def test_the_picture_beside_it_is_shown_in_dark_themes(posts: Path, make: Make) -> None:
    (posts / "a.svg").write_text(SVG, encoding="utf-8")
    (posts / "a.dark.svg").write_text(SVG.replace("7", "8"), encoding="utf-8")
    (posts / "b.dark.svg").write_text(SVG, encoding="utf-8")
    (posts / "b.svg").write_text(SVG, encoding="utf-8")
    edition = make("![A](a.svg)", makes=False)
    found = re.search(
        r'<picture><source srcset="(\S+)" media="\(prefers-color-scheme: dark\)" width="8" height="5"><img src=',
        html(edition),
    )
    assert found
    assert edition.pages[found[1]].media_type == "image/svg+xml"
    assert not [path for path in edition.pages if path.startswith("/assets/b.")]


def test_a_dark_version_that_appears_later_is_shown(posts: Path, make: Make) -> None:
    (posts / "a.svg").write_text(SVG, encoding="utf-8")
    assert "<picture>" not in html(make("![A](a.svg)", makes=False))
    (posts / "a.dark.svg").write_text(SVG, encoding="utf-8")
    assert "<picture>" in html(make("![A](a.svg)", makes=False))


def test_a_missing_dark_version_is_no_warning(posts: Path, make: Make) -> None:
    (posts / "a.svg").write_text(SVG, encoding="utf-8")
    assert make("![A](a.svg)", makes=False).warnings == ()


def test_a_dark_version_has_the_size_that_its_author_gives(posts: Path, make: Make) -> None:
    for name in ("a.svg", "a.dark.svg"):
        (posts / name).write_text(SVG, encoding="utf-8")
    found = re.search(
        r'<picture><source srcset="\S+" media="[^"]+"><img [^>]*width="300"', html(make("![[a.svg|300]]", makes=False))
    )
    assert found


def test_a_video_has_the_still_and_the_captions_beside_it(posts: Path, make: Make) -> None:
    (posts / "a.poster.png").write_bytes(_photo(30))
    for name in ("a.mp4", "a.vtt", "a.de.vtt"):
        (posts / name).write_text("WEBVTT\n", encoding="utf-8")
    edition = make("![A](a.mp4)", makes=False)
    markup = html(edition)
    (poster,) = re.findall(r'<video controls src="/assets/a\.\w+\.mp4" poster="(\S+)"', markup)
    assert edition.pages[poster].media_type == "image/png"
    tracks = re.findall(r'<track kind="captions" src="(\S+)" srclang="(\w+)" label="\w+"( default)?>', markup)
    assert [(language, default) for _, language, default in tracks] == [("en", " default"), ("de", "")]
    assert all(path in edition.pages for path, _, _ in tracks)


def test_a_missing_recording_is_one_warning(make: Make) -> None:
    (warning,) = make("![A](a.mp4)", makes=False).warnings
    assert "'a.mp4' names no post, page or file beside this one" in warning.problem


def test_every_source_with_widths_has_sizes(posts: Path, make: Make) -> None:
    for name in ("a.jpg", "a.dark.jpg"):
        (posts / name).write_bytes(_photo())
    sources = re.findall(r"<source [^>]*>", html(make("![A](a.jpg)", makes=True)))
    assert len(sources) == 5
    assert all("600w" in source and "sizes=" in source for source in sources)
    assert ["media=" in source for source in sources] == [True, True, True, False, False]

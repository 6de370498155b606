"""Recompression: the pages of a served edition become small one by one, and the cache keeps them."""

import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog.build.edition import Edition
from blog.build.edition_source import EditionSource
from blog.build.encodings import compress, levels_for
from blog.build.recompression import recompress
from blog.build.response import etag_of
from blog.machine.cache import Cache
from blog.settings import Settings

if TYPE_CHECKING:
    from tests.conftest import WritePost, WritePosts

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PAGE = "/blog/one"


def _always() -> bool:
    return True


@pytest.fixture
def settings(posts: "WritePosts", post: "WritePost", templates: Path, tmp_path: Path) -> Settings:
    folder = posts({"one.md": post("One", "2026-01-01"), "two.md": post("Two", "2026-01-02")})
    return Settings(posts_dir=folder, templates_dir=templates, cache_dir=tmp_path / "cache")


CACHED = pytest.mark.parametrize("cached", [True, False], ids=["cached", "without-a-cache"])


def _source(settings: Settings, *, cached: bool = True, thorough: bool = False) -> EditionSource:
    return EditionSource(settings, Cache(settings.cache_dir if cached else None), lambda: NOW, makes_pictures=thorough)


def _encodings(edition: Edition) -> dict[str, dict[bytes, bytes]]:
    return {path: {coding: it.body for coding, it in page.encoded.items()} for path, page in edition.pages.items()}


def _expected(edition: Edition) -> dict[str, dict[bytes, bytes]]:
    """The thorough encodings of an edition's pages, for the types that are compressed at all."""
    return {
        path: dict(compress(page.identity.body, levels_for(page.media_type, len(page.identity.body))))
        for path, page in edition.pages.items()
        if page.encoded
    }


@CACHED
def test_a_start_that_serves_compresses_quickly_and_then_thoroughly(settings: Settings, *, cached: bool) -> None:
    source = _source(settings, cached=cached)
    edition = source.first()
    quick = _encodings(edition)
    assert PAGE in edition.provisional
    source.finish(edition, _always)
    thorough = _encodings(edition)
    assert quick[PAGE] != thorough[PAGE]
    expected = _expected(edition)
    assert {path: thorough[path] for path in expected} == expected


def test_the_tags_are_those_of_the_bytes_and_all_else_stays(settings: Settings) -> None:
    source = _source(settings)
    edition = source.first()
    before, digest = dict(edition.pages), edition.digest
    source.finish(edition, _always)
    for path, page in edition.pages.items():
        assert page.identity.etag == before[path].identity.etag
        assert page.identity.headers == before[path].identity.headers
        assert page.dated == before[path].dated
        for coding, representation in page.encoded.items():
            assert representation.etag.decode() == etag_of(representation.body)
            assert dict(representation.headers)[b"etag"] == representation.etag
            assert dict(representation.headers)[b"content-length"] == b"%d" % len(representation.body)
            assert dict(representation.headers)[b"content-encoding"] == coding
            assert dict(representation.not_modified.headers)[b"etag"] == representation.etag
    assert edition.digest == digest


def test_an_identity_that_is_kept_compressed_is_the_same_body(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blog.build.edition._UNCOMPRESSED_BYTES", 0)
    source = _source(settings)
    edition = source.first()
    body = edition.pages[PAGE].identity.body
    source.finish(edition, _always)
    assert edition.pages[PAGE].identity.whole.coding
    assert edition.pages[PAGE].identity.body == body


def test_the_next_start_finds_the_thorough_encodings(settings: Settings) -> None:
    source = _source(settings)
    edition = source.first()
    source.finish(edition, _always)
    found = _source(settings).first()
    assert found.provisional == frozenset()
    assert _encodings(found) == _encodings(edition)


def test_a_start_after_one_that_ended_early_goes_on(settings: Settings) -> None:
    """A build for an image does not take provisional encodings."""
    provisional = _source(settings).first().provisional
    warm = _source(settings)
    edition = warm.first()
    assert edition.provisional == provisional
    warm.finish(edition, _always)
    assert _encodings(_source(settings).first())[PAGE] == _expected(edition)[PAGE]
    assert _source(settings, thorough=True).first().provisional == frozenset()


def test_a_build_for_an_image_is_thorough_at_once(settings: Settings) -> None:
    _source(settings).first()
    built = _source(settings, thorough=True).first()
    assert built.provisional == frozenset()
    assert _encodings(built)[PAGE] == _expected(built)[PAGE]


def test_an_edition_that_is_replaced_is_left_as_it_is(settings: Settings) -> None:
    edition = _source(settings).first()
    turns = len(edition.provisional) // 2
    answers = iter([True] * turns + [False])
    before = _encodings(edition)
    assert not recompress(edition, compress, lambda: next(answers))
    after = _encodings(edition)
    assert 0 < len([path for path in edition.provisional if before[path] != after[path]]) <= turns


def test_what_has_no_brotli_comes_first(settings: Settings) -> None:
    edition = _source(settings).first()
    before = _encodings(edition)
    others = {path for path in edition.provisional if b"br" not in edition.pages[path].encoded}
    answers = iter([True] * len(others))
    recompress(edition, compress, lambda: next(answers, False))
    after = _encodings(edition)
    changed = {path for path in edition.provisional if before[path] != after[path]}
    assert {"/rss", "/atom.xml", "/feed.json"} <= changed <= others


def test_a_damaged_entry_does_no_harm(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    source = _source(settings)
    edition = source.first()
    for file in (settings.cache_dir / "editions").rglob("*"):
        if file.is_file() and file.stat().st_size > 4096:
            file.write_bytes(b"damaged")
    with caplog.at_level(logging.INFO):
        source.finish(edition, _always)
    assert _encodings(edition)[PAGE] == _expected(edition)[PAGE]


@CACHED
def test_a_rebuild_uses_what_was_compressed_thoroughly(settings: Settings, post: "WritePost", *, cached: bool) -> None:
    source = _source(replace(settings, reload=True, base_url="https://b.example"), cached=cached)
    first = source.first()
    source.finish(first, _always)
    (settings.posts_dir / "three.md").write_text(post("Three", "2026-01-03"))
    second = source.next(NOW, first)
    assert second
    assert "/blog/three" in second.provisional
    assert _encodings(second)["/assets/" + _asset(first)] == _encodings(first)["/assets/" + _asset(first)]
    assert not any(path.startswith("/assets/") for path in second.provisional)


def _asset(edition: Edition) -> str:
    return next(path for path in edition.pages if path.startswith("/assets/site.") and path.endswith(".css"))[8:]

"""The source of editions: from the cache or built, with the sources in memory only while a rebuild is expected."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog.build.edition_source import EditionSource
from blog.build.listener import BuildListener
from blog.errors import ContentError
from blog.machine.cache import Cache
from blog.settings import Settings

if TYPE_CHECKING:
    from tests.conftest import WritePost, WritePosts

NOW = datetime(2026, 6, 1, tzinfo=UTC)
MADE = 1_780_000_000


@pytest.fixture
def settings(posts: "WritePosts", post: "WritePost", templates: Path, tmp_path: Path) -> Settings:
    folder = posts({"old.md": post("Old", "2026-01-01"), "later.md": post("Later", "2026-07-01")})
    return Settings(posts_dir=folder, templates_dir=templates, cache_dir=tmp_path / "cache")


class Stages:
    """A listener that records the names of the stages."""

    def __init__(self) -> None:
        self.names = list[str]()

    @contextmanager
    def __call__(self, name: str) -> Iterator[Callable[[str, int], None]]:
        self.names.append(name)
        yield lambda _what, _count: None


def _source(settings: Settings, stages: Stages | None = None) -> EditionSource:
    listener = BuildListener(stage=stages) if stages else None
    return EditionSource(settings, Cache(settings.cache_dir), lambda: NOW, listener)


def test_the_first_edition_is_built_once_and_then_read_from_the_cache(settings: Settings) -> None:
    cold, warm = Stages(), Stages()
    built = _source(settings, cold).first(MADE)
    read = _source(settings, warm).first()
    assert "render" in cold.names
    assert warm.names == ["open"]
    assert read.made == built.made == MADE
    assert read.pages.keys() == built.pages.keys()


def test_the_edition_has_the_posts_of_its_moment(settings: Settings) -> None:
    source = _source(settings)
    first = source.first()
    assert [entry.slug for entry in first.posts] == ["old"]
    later = source.next(datetime(2026, 7, 1, tzinfo=UTC), first)
    assert later
    assert [entry.slug for entry in later.posts] == ["later", "old"]
    assert later.made > first.made


def test_pages_that_have_not_changed_keep_their_dates(settings: Settings) -> None:
    source = _source(settings)
    first = source.first(MADE)
    (settings.posts_dir / "later.md").unlink()
    second = source.next(NOW, first)
    assert second
    assert second.pages["/blog/old"].dated.modified == MADE
    assert second.made > MADE


def test_a_changed_file_that_a_fence_shows_makes_a_new_edition(settings: Settings, post: "WritePost") -> None:
    shown, page = settings.posts_dir / "a.txt", "/blog/code"
    shown.write_text("first\n")
    (settings.posts_dir / "code.md").write_text(post("Code", "2026-01-02") + "\n```text file=a.txt\n```\n")
    source = _source(settings)
    first = source.next(NOW, None)
    assert first
    assert b"first\n" in first.pages[page].identity.body
    assert source.next(NOW, first) is None
    shown.write_text("second\n")
    second = source.next(NOW, first)
    assert second
    assert b"second\n" in second.pages[page].identity.body


def test_a_changed_file_that_a_fence_shows_is_not_read_from_the_cache(settings: Settings, post: "WritePost") -> None:
    shown = settings.posts_dir / "a.txt"
    shown.write_text("first\n")
    (settings.posts_dir / "code.md").write_text(post("Code", "2026-01-02") + "\n```text file=a.txt\n```\n")
    _source(settings).first()
    shown.write_text("second\n")
    assert b"second\n" in _source(settings).first().pages["/blog/code"].identity.body


def test_the_entries_of_the_last_edition_are_needed(settings: Settings) -> None:
    source = EditionSource(settings, Cache(settings.cache_dir), lambda: NOW, makes_pictures=True)
    assert not source.needed.keys
    first = source.first()
    keys, editions = source.needed.keys, source.needed.editions
    assert keys
    assert [folder.parent.parent for folder in editions] == [settings.cache_dir]
    cards = {card.key for card in first.cards.values()}
    assert cards <= set(keys), "a card that is drawn later stays"
    assert all(Cache(settings.cache_dir).get(name) is not None for name in set(keys) - cards)
    (settings.posts_dir / "old.md").write_text(
        "---\ntitle: New\ndate: 2026-01-01\ndescription: x\n---\n\nOther words.\n"
    )
    source.next(NOW, first)
    assert source.needed.keys
    assert set(source.needed.keys) != set(keys)


@pytest.mark.parametrize(("reload", "scheduled"), [(False, False), (True, False), (False, True)])
def test_the_parsed_texts_stay_only_while_a_rebuild_is_expected(
    settings: Settings, *, reload: bool, scheduled: bool
) -> None:
    if not scheduled:
        (settings.posts_dir / "later.md").unlink()
    source = _source(replace(settings, reload=reload))
    source.first()
    assert source._last_builder  # noqa: SLF001 -- the memory of a process is not exact enough
    assert bool(source._last_builder._parsed) == (reload or scheduled)  # noqa: SLF001


def test_faults_are_raised_and_leave_the_source_usable(settings: Settings, post: "WritePost") -> None:
    source = _source(settings)
    (settings.posts_dir / "bad.md").write_text("no front matter")
    with pytest.raises(ContentError):
        source.first()
    (settings.posts_dir / "bad.md").write_text(post("Good", "2026-01-02"))
    edition = source.next(NOW, None)
    assert edition
    assert "/blog/bad" in edition.pages

"""Cards drawn by a process of their own, and the cache."""

import io
import logging
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from PIL import Image

from blog.build.cards.card import MOST_BYTES, SIZE
from blog.build.cards.drawer import CardDrawer, NotDrawnError
from blog.build.edition import Edition
from blog.build.edition_source import EditionSource
from blog.machine.cache import Cache
from blog.settings import Settings
from tests.conftest import Files, write_files

POST = "---\ntitle: {}\ndate: 2026-03-01\n{}---\n\nSome words.\n"


@pytest.fixture
def settings(tmp_path: Path, picture: Callable[..., bytes]) -> Settings:
    files: Files = {
        "site.yaml": "title: Field notes\nauthor: {name: Ada, portrait: /ada.png}\n",
        "static/ada.png": picture(300, 300),
        "a.md": POST.format("A title", ""),
        "photo.md": POST.format("A photo", "image: sea.jpg\n"),
        "sea.jpg": picture(1600, 1200, "jpg"),
    }
    return Settings(posts_dir=write_files(tmp_path / "posts", files), cache_dir=tmp_path / "cache")


@pytest.fixture
def cache(settings: Settings) -> Cache:
    return Cache(settings.cache_dir)


@pytest.fixture
def edition(settings: Settings) -> Edition:
    return EditionSource(settings, Cache(None)).first()


def test_a_card_is_a_picture_of_the_right_size(settings: Settings, cache: Cache, edition: Edition) -> None:
    drawer = CardDrawer(settings, cache)
    for path, kind in (("/og/a.png", "PNG"), ("/og/photo.jpg", "JPEG"), ("/og/-/site.png", "PNG")):
        body = drawer.drawn(edition.cards[path], edition)
        assert len(body) <= MOST_BYTES
        with Image.open(io.BytesIO(body)) as opened:
            assert (opened.format, opened.size) == (kind, SIZE)


def test_the_same_card_has_the_same_bytes(settings: Settings, edition: Edition) -> None:
    drawer = CardDrawer(settings, Cache(None))
    card = edition.cards["/og/a.png"]
    assert drawer.drawn(card, edition) == drawer.drawn(card, edition)


def test_the_build_draws_every_card_once(settings: Settings, cache: Cache) -> None:
    edition = EditionSource(settings, cache, makes_pictures=True).first()
    drawer = CardDrawer(settings, cache)
    assert all(drawer.stored(card) for card in edition.cards.values())
    assert drawer.draw_missing(edition) == 0


def test_the_build_draws_the_cards_of_an_edition_that_a_server_has_cached(settings: Settings, cache: Cache) -> None:
    served = EditionSource(replace(settings), cache).first()
    drawer = CardDrawer(settings, cache)
    assert [drawer.stored(card) for card in served.cards.values()] == [None, None, None]
    EditionSource(settings, cache, makes_pictures=True).first()
    assert all(drawer.stored(card) for card in served.cards.values())


def test_a_portrait_is_drawn_from_the_file_that_is_served(
    settings: Settings, edition: Edition, picture: Callable[..., bytes]
) -> None:
    drawer = CardDrawer(settings, Cache(None))
    card = edition.cards["/og/a.png"]
    with_portrait = drawer.drawn(card, edition)
    without = {path: page for path, page in edition.pages.items() if path != "/ada.png"}
    assert drawer.drawn(card, replace(edition, pages=without)) != with_portrait


def test_a_picture_that_cannot_be_decoded_is_a_card_that_is_not_drawn(
    settings: Settings, edition: Edition, caplog: pytest.LogCaptureFixture
) -> None:
    card = edition.cards["/og/photo.jpg"]
    without = {path: page for path, page in edition.pages.items() if path != card.picture}
    with pytest.raises(NotDrawnError, match="UnidentifiedImageError"), caplog.at_level(logging.WARNING):
        CardDrawer(settings, Cache(None)).drawn(card, replace(edition, pages=without))
    assert "could not be drawn: UnidentifiedImageError" in caplog.text


def test_a_worker_that_does_not_respond_is_ended(settings: Settings, cache: Cache, edition: Edition) -> None:
    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", "import time; time.sleep(600)"]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    with pytest.raises(NotDrawnError, match="took too long"):
        CardDrawer(settings, cache, start, most_seconds=0.2).drawn(edition.cards["/og/a.png"], edition)


def test_a_worker_that_ends_stops_no_other_card(settings: Settings, cache: Cache, edition: Edition) -> None:
    started: list[subprocess.Popen[bytes]] = []
    number = count()

    def start() -> subprocess.Popen[bytes]:
        module = "import sys; sys.exit(3)" if not next(number) else "from blog.build.cards.worker import main; main()"
        command = [sys.executable, "-c", module]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        return started[-1]

    drawer = CardDrawer(settings, cache, start)
    assert drawer.draw_missing(edition) == 3
    assert sum(drawer.stored(card) is not None for card in edition.cards.values()) == 2
    assert all(process.returncode is not None for process in started), "no process is left"


def test_the_fonts_of_the_site_reach_the_worker(settings: Settings, tmp_path: Path) -> None:
    fonts = tmp_path / "theme/fonts"
    fonts.mkdir(parents=True)
    own = replace(settings, templates_dir=tmp_path / "theme")
    usual = EditionSource(own, Cache(None)).first()
    (fonts / "title.woff2").write_bytes((Path(__file__).parents[3] / "templates/fonts/inter.woff2").read_bytes())
    changed = EditionSource(own, Cache(None)).first()
    drawer = CardDrawer(own, Cache(None))
    drawn = [drawer.drawn(it.cards["/og/a.png"], it) for it in (usual, changed)]
    assert drawn[0] != drawn[1]


def test_no_process_that_serves_or_builds_imports_pillow() -> None:
    code = "import sys, blog.app, blog.build.builder, blog.build.cards.drawer, blog.serve.cards; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

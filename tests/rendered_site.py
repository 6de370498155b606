"""Fixtures: a small site, rendered without compression."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from blog.build.builder import render
from blog.build.dates import Dates
from blog.build.drawings.drawer import Drawer
from blog.build.edition import Edition
from blog.build.encodings import Encoder
from blog.content.config import Look
from blog.content.loader import load
from blog.content.site import site_at
from blog.machine.cache import Cache
from blog.render.theme import Theme
from blog.settings import Settings

TEMPLATES = Path(__file__).parents[1] / "templates"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"><desc>{}</desc></svg>'

FILES: Mapping[str, str] = {
    "site.yaml": "title: Field & notes\ndescription: What was seen.\nauthor: {name: Ada, url: /about}\nlang: en\n"
    "series: {beginnings: How it began & went on.}\n",
    "hello.md": (
        "---\ntitle: Hello <world>\ndate: 2026-03-01\nupdated: 2026-03-05\ntags: [HTTP, Python]\nimage: a.svg\n"
        "image_alt: A dot\ndescription: First & foremost.\naliases: [/old/hello]\n---\n\n"
        "## A section\n\nSee [there](größe.md#part), [here](#a-section), [tags](/tags) and a note[^1].\n\n"
        "![A dot](a.svg)\n\n[^1]: The note.\n"
    ),
    "größe.md": "---\ntitle: Größe\ndate: 2026-02-01\ntags: [Python]\nlang: de\nseries: Beginnings\n---\n\n## Part\n\nText.\n",
    "elsewhere.md": "---\ntitle: Elsewhere\ndate: 2026-01-01\ncanonical: https://first.example/it\nseries: Beginnings\n---\n\nText.\n",
    "unfinished.md": (
        "---\ntitle: xyzzy-title\ndate: 2026-03-02\ndraft: true\ntags: [xyzzy-tag, Python]\nseries: xyzzy-series\n"
        "aliases: [/xyzzy-alias]\n---\n\nxyzzy-body ![xyzzy](draft.svg)\n"
    ),
    "later.md": (
        "---\ntitle: plugh-title\ndate: 2999-01-01\ntags: [plugh-tag, Python]\nseries: plugh-series\n"
        "aliases: [/plugh-alias]\n---\n\nplugh-body ![plugh](future.svg)\n"
    ),
    "pages/about.md": "---\ntitle: About\nupdated: 2026-01-15\n---\n\nWho writes here.\n",
    "a.svg": SVG.format("dot"),
    "draft.svg": SVG.format("xyzzy-picture"),
    "future.svg": SVG.format("plugh-picture"),
}

Make = Callable[..., Edition]


def _write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def theme() -> Theme:
    return Theme(TEMPLATES)


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory, theme: Theme) -> Make:
    """A function that renders a site from files."""

    def maker(
        files: Mapping[str, str],
        now: datetime = NOW,
        base_url: str = "https://b.example",
        dates: Dates | None = None,
        **settings: Any,
    ) -> Edition:
        library = load(_write(tmp_path_factory.mktemp("posts"), files), draw=Drawer(Cache(None))).library
        site_settings = Settings(base_url=base_url, **settings)
        dressed = theme if library.config.look == Look() else Theme(TEMPLATES, look=library.config.look)
        return render(library, site_at(library, now), dressed, site_settings, Encoder(lambda *_: {}), dates=dates)

    return maker


@pytest.fixture(scope="session")
def files() -> Mapping[str, str]:
    return FILES


@pytest.fixture(scope="session")
def edition(make: Make) -> Edition:
    return make(FILES)


@pytest.fixture(scope="session")
def body(edition: Edition) -> Callable[[str], str]:
    return lambda path: edition.pages[path].identity.body.decode()

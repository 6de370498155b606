"""docs/theming.md lists what the theme has, and nothing else."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment

from blog.build.builder import render
from blog.build.drawings.drawer import Drawer
from blog.build.encodings import Encoder
from blog.content.collections import Collection, Group
from blog.content.config import Author, CollectionSettings, Link, Look, SiteConfig
from blog.content.document import Document, Heading
from blog.content.loader import load
from blog.content.note_neighbours import NoteNeighbours
from blog.content.post import Note, Post, StandalonePage
from blog.content.series import Series
from blog.content.site import Neighbours, Tag, site_at
from blog.content.writers import Writer
from blog.machine.cache import Cache
from blog.render.meta import FeedLink, PageMetadata, Picture, Translation
from blog.render.rum import Rum
from blog.render.search_page import Option, Passage, Result, Results
from blog.render.theme import ASSET_TYPES, ASSETS, Theme
from blog.settings import Settings

TEMPLATES = Path(__file__).parents[1] / "templates"
TEXT = (Path(__file__).parents[1] / "docs/theming.md").read_text(encoding="utf-8")
OBJECTS = (
    PageMetadata, Translation, Picture, FeedLink, SiteConfig, CollectionSettings, Author, Look, Link, Post, StandalonePage, Note, Document, Heading, Tag,
    Neighbours, Series, Writer, Collection, Group, NoteNeighbours, Results, Result, Passage, Option, Rum,
)  # fmt: skip

# A group that a note introduces, and one that none does.
COLLECTION = {
    "notes/index.md": "---\ntitle: Notes\n---\n",
    "notes/a/index.md": "---\ntitle: A\n---\n",
    "notes/a/one.md": "---\ntitle: One\n---\n",
    "notes/b/two.md": "---\ntitle: Two\n---\n",
}


class Recorder(Theme):
    """The theme, which notes the variables that each template is given."""

    def __init__(self, *folders: Path) -> None:
        super().__init__(*folders)
        self.given: defaultdict[str, set[frozenset[str]]] = defaultdict(set)

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        self.given[template].add(frozenset(context))
        return super().render(template, context)


def section(heading: str) -> str:
    """What stands below a heading of level 2 or 3, up to the next heading."""
    found = re.search(rf"^###? `?{re.escape(heading)}`?$\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found, f"docs/theming.md has no heading {heading}"
    return found[1]


def listed(heading: str) -> set[str]:
    """The names in the first column of a section's table."""
    rows = re.findall(r"^\| (`.*?) \|", section(heading), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def attributes(kind: type) -> Iterator[str]:
    yield from (field.name for field in fields(kind))
    yield from (name for name in dir(kind) if isinstance(getattr(kind, name), property))


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory, files: Mapping[str, str]) -> Recorder:
    folder = tmp_path_factory.mktemp("posts")
    for name, content in {**files, **COLLECTION}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "drawn.md").write_text(
        "---\ntitle: Drawn\ndate: 2026-01-01\n---\n\n```mermaid\nflowchart LR\n A --> B\n```\n"
    )
    library = load(folder, draw=Drawer(Cache(None))).library
    theme = Recorder(TEMPLATES)
    settings = Settings(base_url="https://b.example", faro_url="http://faro.example/collect")
    render(library, site_at(library, datetime(2026, 6, 1, tzinfo=UTC)), theme, settings, Encoder(lambda *_: {}))
    return theme


def test_every_template_is_described_and_every_described_one_exists() -> None:
    described = set(re.findall(r"^### `(.+\.html)`$", TEXT, re.MULTILINE))
    assert described == {path.name for path in TEMPLATES.glob("*.html")}


def test_a_template_is_given_the_variables_that_are_described(recorder: Recorder) -> None:
    shared = listed("Templates")
    for template, contexts in recorder.given.items():
        own = listed(template)
        wanted = own if template.startswith(("diagram", "results", "suggestion")) else own | shared
        assert contexts == {frozenset(wanted)}, template


def test_a_template_that_is_only_included_is_described_without_variables(recorder: Recorder) -> None:
    others = {path.name for path in TEMPLATES.glob("*.html")} - set(recorder.given)
    assert {name: listed(name) for name in others} == {name: set() for name in others}


def test_every_filter_is_described(recorder: Recorder) -> None:
    assert listed("Filters") == set(recorder._environment.filters) - set(Environment().filters)  # noqa: SLF001


def test_every_function_is_described(recorder: Recorder) -> None:
    assert listed("Functions") == set(recorder._environment.globals) - set(Environment().globals)  # noqa: SLF001


def test_every_block_is_described() -> None:
    texts = [path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html")]
    assert listed("Blocks") == {name for text in texts for name in re.findall(r"{%-? *block (\w+)", text)}


def test_every_asset_and_every_kind_of_asset_is_described() -> None:
    assert listed("Assets") == {path.name for path in (TEMPLATES / ASSETS).iterdir()}
    (kinds,) = re.findall(r"^Allowed are (.+?);", section("Assets"), re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", kinds)) == set(ASSET_TYPES)


@pytest.mark.parametrize("kind", OBJECTS, ids=lambda kind: kind.__name__)
def test_an_object_has_the_attributes_that_are_described(kind: type) -> None:
    assert listed(kind.__name__) == set(attributes(kind))


def test_every_described_object_is_compared() -> None:
    described = re.findall(r"^### (\w+)$", TEXT, re.MULTILINE)
    assert described == [kind.__name__ for kind in OBJECTS]

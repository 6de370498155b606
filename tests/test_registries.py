"""Lists that are defined once: an entry added in a copy of the source takes effect everywhere."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ADDITIONS = {
    "urls.py": (
        "FEED_FORMATS = (\n",
        'FEED_FORMATS = (\n    FeedFormat("text", "Plain text", "/feed.txt", "text/plain"),\n',
        "KINDS = (POST, PAGE, TAG)\n",
        'RECIPE = TextKind("recipe", "recipes", "/recipes/", "/recipes/{recipe}")\nKINDS = (POST, PAGE, TAG, RECIPE)\n',
        "FIXED = (\n",
        'FIXED = (\n    Fixed("/", "home"), Fixed("/blog", "list"), Fixed("/now", "now"), Fixed("/later", "later"),\n',
    ),
    "content/post.py": (
        "= (Post, StandalonePage, TagPage)\n",
        "= (Post, StandalonePage, TagPage, Recipe)\n",
        "# The class of each kind of text with",
        "class Recipe(StandalonePage):\n    kind: ClassVar = urls.RECIPE\n\n\n# The class of each kind of text with",
    ),
    "render/pages.py": (
        "        yield self._archive()\n",
        (
            "        yield self._archive()\n"
            '        yield self._page("archive.html", self._metadata.index("Now", "/now"), "/now", {"years": [], "total": 0})\n'
        ),
    ),
    "render/feeds.py": ('= {"rss": _rss', '= {"text": lambda feed, _kind, _entries: feed.title.encode(), "rss": _rss'),
}
PROGRAM = """
import json, pathlib, sys
from datetime import UTC, datetime
from blog.build.builder import render
from blog.build.encodings import Encoder
from blog.urls import FIXED_PATHS
from blog.content.loader import load
from blog.content.site import site_at
from blog.render.theme import Theme
from blog.settings import Settings
from blog.telemetry.visits.counters import CONTENT_TYPES, FEEDS
posts, templates = map(pathlib.Path, sys.argv[1:])
library = load(posts).library
site = site_at(library, datetime.now(UTC))
edition = render(library, site, Theme(templates), Settings(), Encoder(lambda *_: {}))
text = lambda path: edition.pages[path].identity.body.decode()
print(json.dumps({
    "feeds": [text("/feed.txt"), text("/blog/tag/a/feed.txt")],
    "autodiscovery": '<link rel="alternate" type="text/plain"' in text("/"),
    "tag page": "/blog/tag/a/feed.txt" in text("/blog/tag/a"),
    "labels": [FEEDS["/feed.txt"], FEEDS["/blog/tag/{tag}/feed.txt"], CONTENT_TYPES["/now"]],
    "checked": {"/feed.txt", "/now"} <= FIXED_PATHS,
    "recipe": [
        text("/recipes/archive").startswith("a recipe: <!doctype html>"),
        edition.pages["/recipes/archive"].route,
        CONTENT_TYPES["/recipes/{recipe}"],
        "/recipes/archive</loc>" in text("/sitemap.xml"),
        "/recipes/archive)" in text("/llms.txt"),
        "/recipes/archive" in edition.not_found.answer("/recipes/archve").body.decode(),
        library.pages[0].aliases,
    ],
    "sitemap": ["/now</loc>" in text("/sitemap.xml"), "/later</loc>" in text("/sitemap.xml")],
}))
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name, words in ADDITIONS.items():
        path = folder / "src/blog" / name
        text = path.read_text()
        for old, new in zip(words[::2], words[1::2], strict=True):
            assert text.count(old) == 1
            text = text.replace(old, new)
        path.write_text(text)
    (folder / "posts").mkdir()
    (folder / "posts/a.md").write_text("---\ntitle: A\ndate: 2026-01-01\ntags: [a]\n---\n\nWords.\n")
    # "archive" is a reserved name for a page, and not for a recipe, which has a folder of its own in its path.
    (folder / "posts/recipes").mkdir()
    (folder / "posts/recipes/archive.md").write_text(
        "---\ntitle: A recipe\naliases: [/old]\n---\n\nSee [the post](../a.md).\n"
    )
    shutil.copytree(ROOT / "templates", folder / "templates")
    (folder / "templates/recipe.html").write_text('a recipe: {% include "page.html" %}')
    environ = {**os.environ, "PYTHONPATH": str(folder / "src")}
    command = [sys.executable, "-c", PROGRAM, str(folder / "posts"), str(folder / "templates")]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    outcome: dict[str, object] = json.loads(done.stdout)
    return outcome


def test_a_feed_format_needs_only_a_line_in_urls_and_a_writer(outcome: dict[str, object]) -> None:
    assert outcome["feeds"] == ["Blog", "Blog: a"]
    assert outcome["autodiscovery"] is True
    assert outcome["tag page"] is True


def test_labels_checks_and_the_sitemap_use_the_lists(outcome: dict[str, object]) -> None:
    assert outcome["labels"] == ["text", "text", "now"]
    assert outcome["checked"] is True
    assert outcome["sitemap"] == [True, False], "a page that nothing renders is in the sitemap"


def test_a_kind_of_text_needs_only_a_line_in_urls_a_class_and_a_template(outcome: dict[str, object]) -> None:
    assert outcome["recipe"] == [True, "/recipes/{recipe}", "recipe", True, True, True, ["/old"]]

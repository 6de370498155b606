import os
import time
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.content.other_names import meant

PAGES = frozenset({
    "/", "/blog", "/about", "/rss", "/atom.xml", "/feed.json", "/blog/hello", "/blog/hello.md", "/blog/größe", "/blog/index", "/tags",
    *(f"/blog/tag/{tag}{feed}" for tag in ("c-plus-plus", "c-sharp", "machine-learning", "node-js", "ci-cd", "käse", "http")
      for feed in ("", "/rss", "/atom.xml", "/feed.json")),
    "/series/field-notes", "/series/field-notes/rss", "/notes", "/notes/rss", "/notes/atom.xml",
})  # fmt: skip
REDIRECTS = {"/2019/old": "/blog/hello", "/2019/page.html": "/about", "/blog/page/1": "/blog"}


@pytest.mark.parametrize(
    ("path", "target"),
    [
        *((path, "/rss") for path in ("/feed", "/feed/", "/Feed", "/feed.xml", "/rss.xml", "/index.xml", "/rss/", "/blog/feed", "/blog/rss.xml")),
        *((path, "/atom.xml") for path in ("/atom", "/feed/atom", "/feed/atom/", "/blog/atom.xml")),
        *((path, "/feed.json") for path in ("/feed/json", "/index.json")),
        *((f"/blog/tag/http{path}", "/blog/tag/http/rss") for path in ("/feed", "/feed/", "/feed.xml", "/rss.xml", "/index.xml", "/RSS")),
        *((f"/blog/tag/http{path}", "/blog/tag/http/atom.xml") for path in ("/atom", "/feed/atom")),
        ("/blog/tag/C++/feed", "/blog/tag/c-plus-plus/rss"),
        ("/blog/tag/C++", "/blog/tag/c-plus-plus"),
        ("/notes/feed", "/notes/rss"),
        ("/Notes/feed/atom/", "/notes/atom.xml"),
        ("/series/Field Notes", "/series/field-notes"),
        ("/series/Field_Notes/feed", "/series/field-notes/rss"),
        ("/blog/tag/c#", "/blog/tag/c-sharp"),
        ("/blog/tag/Machine Learning", "/blog/tag/machine-learning"),
        ("/blog/tag/machine_learning/", "/blog/tag/machine-learning"),
        ("/blog/tag/Node.js", "/blog/tag/node-js"),
        ("/blog/tag/CI/CD", "/blog/tag/ci-cd"),
        ("/blog/tag/CI/CD/feed", "/blog/tag/ci-cd/rss"),
        ("/blog/tag/" + unicodedata.normalize("NFD", "Käse"), "/blog/tag/k%C3%A4se"),
        ("/blog/" + unicodedata.normalize("NFD", "GRÖßE"), "/blog/gr%C3%B6%C3%9Fe"),
        *((f"/blog/hello{end}", "/blog/hello") for end in (".html", ".htm", "/index.html", "/INDEX.HTML", ".html/", "/")),
        *((f"/about{end}", "/about") for end in (".html", ".htm", "/index.html")),
        ("/index.html", "/"),
        ("/blog/index.html", "/blog"),
        ("/blog/tag/C++.html", "/blog/tag/c-plus-plus"),
        ("/blog/tag/http/index.html", "/blog/tag/http"),
        ("/2019/old.html", "/blog/hello"),
        ("/2019/old/index.html", "/blog/hello"),
        ("/2019/page.html", "/about"),
        ("/blog/page/1/index.html", "/blog"),
    ],
)  # fmt: skip
def test_the_address_of_another_program_means_the_page_here(path: str, target: str) -> None:
    assert meant(path, PAGES, REDIRECTS) == target


@pytest.mark.parametrize(
    "path",
    ["/feeds", "/x/feed", "/hello.html", "/.html", "/blog/.html", "//.html", "/index.html/index.html", "/blog/tag/", "/blog/tag/!!!", "/blog/tag/go", "/blog/tag/go/feed",
     "//evil.example/feed", "/\\evil.example/index.html", "//feed", "/blog//hello.html", "/blog/hello.html.html", "/blog/hello/feed"],
)  # fmt: skip
def test_any_other_address_means_nothing(path: str) -> None:
    assert meant(path, PAGES, REDIRECTS) is None


@settings(max_examples=int(os.environ.get("BLOG_TEST_EXAMPLES", "200")), deadline=None)
@given(st.lists(st.sampled_from(["/", "//", "\\", "evil.example", "feed", "rss", "blog", "tag", "C++", "http", ".html", "index.html", "o\u0308", "\r\n", ""]), max_size=8))  # fmt: skip
def test_an_address_leads_only_to_a_page_of_the_site(parts: list[str]) -> None:
    target = meant("/" + "".join(parts), PAGES, REDIRECTS)
    assert target is None or unquote(target) in PAGES


@pytest.mark.parametrize("unit", ["a\u0316\u0301", "\u0301\u0316", "/feed", ".html", "İ", "++", "/index.html"])
def test_a_long_address_costs_little(unit: str) -> None:
    """Normalising 16,000 combining marks takes half a second."""
    path = "/blog/tag/" + unit * (16_000 // len(unit))
    began = time.thread_time()
    assert meant(path, PAGES, REDIRECTS) is None
    assert time.thread_time() - began < 0.05

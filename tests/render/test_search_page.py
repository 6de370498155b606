"""The frame and the results of the search page, as the theme has them."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blog.build.builder import render
from blog.build.drawings.drawer import Drawer
from blog.build.edition import Edition
from blog.build.encodings import Encoder
from blog.content.loader import load
from blog.content.site import site_at
from blog.errors import ContentError
from blog.machine.cache import Cache
from blog.render.results import ResultsRenderer
from blog.render.search_page import PLACEHOLDER, Option, Passage, Result, Results, SearchPage
from blog.render.theme import Theme
from blog.settings import Settings
from tests.rendered_site import NOW

TEMPLATES = Path(__file__).parents[2] / "templates"
FOUND = Result(
    title="A <title>",
    url="/blog/a",
    kind="post",
    date=datetime(2026, 3, 1, tzinfo=UTC),
    lang="de",
    tags=("C&A",),
    passages=(Passage("A <heading>", "/blog/a#x", (("a <b>", False), ("word", True))),),
)


@pytest.fixture
def render_with(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Edition]:
    """Renders a site of one post with a theme folder of its own."""
    posts = tmp_path_factory.mktemp("posts")
    (posts / "a.md").write_text("---\ntitle: A\ndate: 2026-01-01\n---\n")
    library = load(posts, draw=Drawer(Cache(None))).library

    def rendered(folder: Path) -> Edition:
        theme = Theme(folder, TEMPLATES)
        return render(library, site_at(library, NOW), theme, Settings(), Encoder(lambda *_: {}))

    return rendered


def test_results_are_text_whatever_is_in_them(edition: Edition) -> None:
    results = Results(total=1, number=1, count=1, found=(FOUND,), tags=(Option("<tag>", "/search?q=%22", 2),))
    page = ResultsRenderer(edition.search_frame).page(SearchPage(query="<i>", results=results)).decode()
    assert "<title>&lt;i&gt; · Search · Field &amp; notes</title>" in page
    assert '<h2><a href="/blog/a" lang="de">A &lt;title&gt;</a></h2>' in page
    assert '<a href="/blog/a#x" lang="de">A &lt;heading&gt;</a>' in page
    assert "a &lt;b&gt;<mark>word</mark>" in page
    assert "C&amp;A" in page
    assert "&lt;tag&gt; <small>2</small>" in page
    assert "1 March 2026" in page
    assert PLACEHOLDER not in page


def test_the_words_of_the_search_are_those_of_the_site(make: Callable[..., Edition]) -> None:
    edition = make(
        {"site.yaml": "title: Notizen\nlang: de\nauthor: Ada\n", "a.md": "---\ntitle: A\ndate: 2026-01-01\n---\n"}
    )
    page = ResultsRenderer(edition.search_frame).page(
        SearchPage(query="x", results=Results(total=2, number=1, count=1, found=(FOUND,)))
    )
    assert "2 Ergebnisse für <q><bdi>x</bdi></q>" in page.decode()
    assert "1. März 2026" in page.decode()


def test_each_part_of_the_results_is_in_its_language_on_a_site_whose_language_has_no_words(
    make: Callable[..., Edition],
) -> None:
    edition = make({"site.yaml": "title: T\nlang: fa\nauthor: Ada\n", "a.md": "---\ntitle: A\ndate: 2026-01-01\n---\n"})
    found = tuple(replace(FOUND, title=f"in {lang}", lang=lang) for lang in ("en", "fa", "ko"))
    near = tuple(Option(f"near {lang}", "/blog/a", lang=lang) for lang in ("en", "fa"))
    results = Results(total=3, number=1, count=1, found=found, near=near)
    page = ResultsRenderer(edition.search_frame).page(SearchPage(query="x", results=results)).decode()
    assert '<html lang="fa" dir="rtl">' in page
    around, results_part = page.split('<div lang="en" dir="ltr">\n<h1>Search</h1>')
    assert "in fa" not in around
    for lang, attributes in (("en", ""), ("fa", ' lang="fa" dir="rtl"'), ("ko", ' lang="ko"')):
        assert f'<h2><a href="/blog/a"{attributes}>in {lang}</a></h2>' in results_part
        assert f"<p{attributes}>a &lt;b&gt;" in results_part
    assert '<a href="/blog/a">near en</a>' in results_part
    assert '<a href="/blog/a" lang="fa" dir="rtl">near fa</a>' in results_part
    assert '<dialog class="finder" lang="en" dir="ltr"' in results_part


def test_the_page_without_an_answer_says_why_and_keeps_the_words(edition: Edition) -> None:
    page = edition.search_frame.refusal('"<q>', "search_busy").decode()
    assert re.search(r'<p class="problem" role="alert">The search is starting[^<]*</p>', page)
    assert 'name="q" value="&quot;&lt;q&gt;"' in page
    assert "<!--" not in page


@pytest.mark.parametrize(
    ("template", "text", "problem"),
    [
        pytest.param("results.html", "one\n{{ nonsense }}", "results.html:2: error: 'nonsense' is undefined", id="name"),
        pytest.param(
            "results.html", "{% for it in results.near %}{{ it.url.x }}{% endfor %}", "results.html:1: error: ",
            id="a name that only some answers have",
        ),
        pytest.param("results.html", "{% if results %}{{ asset('no.css') }}{% endif %}", "no asset 'no.css'", id="asset"),
        pytest.param("search.html", "{% extends 'base.html' %}{% block main %}{% endblock %}", "<!-- results -->", id="frame"),
    ],
)  # fmt: skip
def test_a_fault_of_the_search_page_is_found_before_it_is_served(
    tmp_path: Path, template: str, text: str, problem: str, render_with: Callable[[Path], Edition]
) -> None:
    (tmp_path / template).write_text(text)
    with pytest.raises(ContentError, match=re.escape(problem)):
        render_with(tmp_path)


def test_a_theme_has_its_own_results_and_assets_in_them(tmp_path: Path, render_with: Callable[[Path], Edition]) -> None:
    (tmp_path / "results.html").write_text('{% include "own.html" %} {{ asset("site.css") }}')
    (tmp_path / "own.html").write_text("own {{ query }} {{ t('search') }}")
    frame = render_with(tmp_path).search_frame
    shutil.rmtree(tmp_path)
    page = ResultsRenderer(frame).page(SearchPage(query="words")).decode()
    assert re.search(r"own words Search /assets/site\.\w+\.css", page)


def test_the_search_is_described_to_browsers(edition: Edition, body: Callable[[str], str]) -> None:
    description = body("/opensearch.xml")
    assert edition.pages["/opensearch.xml"].media_type == "application/opensearchdescription+xml"
    assert "<ShortName>Field &amp; notes</ShortName>" in description
    assert 'template="https://b.example/search?q={searchTerms}"' in description
    assert '<link rel="search" href="/opensearch.xml" type="application/opensearchdescription+xml"' in body("/")
    assert '"urlTemplate":"https://b.example/search?q={search_term_string}"' in body("/")


def test_a_long_title_is_cut_to_what_the_description_may_have(make: Callable[..., Edition]) -> None:
    edition = make(
        {"site.yaml": f"title: {'Long ' * 30}\nauthor: Ada\n", "a.md": "---\ntitle: A\ndate: 2026-01-01\n---\n"}
    )
    description = edition.pages["/opensearch.xml"].identity.body.decode()
    (short,) = re.findall("<ShortName>(.*)</ShortName>", description)
    (long,) = re.findall("<LongName>(.*)</LongName>", description)
    assert (short, len(long) <= 48) == ("Long Long Long L", True)


def test_the_search_page_is_in_no_sitemap(body: Callable[[str], str]) -> None:
    assert "/search" not in body("/sitemap.xml")

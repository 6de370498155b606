"""The search page: complete without a script, and whatever is asked."""

import re
import time
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from blog.settings import Settings

if TYPE_CHECKING:
    from blog.app import Blog
    from tests.conftest import Fetch, Run


@pytest.fixture(autouse=True)
async def opened(small_app: "Blog", fetch: "Fetch") -> None:
    """The index is open: the first search of a process waits for it only for a while."""
    deadline = time.monotonic() + 60
    while (await fetch(small_app, "/api/search?q=a")).status == 503:
        assert time.monotonic() < deadline


async def test_a_search_has_results_with_the_words_marked(small_app: "Blog", fetch: "Fetch") -> None:
    found = await fetch(small_app, "/search?q=lazy+dog")
    page = found.body.decode()
    assert found.status == 200
    assert "<title>lazy dog · Search · Field notes</title>" in page
    assert '<h2><a href="/blog/hello">Hello</a></h2>' in page
    assert '<a href="/blog/hello#a-section">A section</a>' in page
    assert "<mark>lazy</mark>" in page
    assert re.search(r'<input [^>]*value="lazy dog"', page)


async def test_no_cache_keeps_a_search_and_no_site_is_told_its_words(small_app: "Blog", fetch: "Fetch") -> None:
    found = await fetch(small_app, "/search?q=dog")
    assert found.headers["cache-control"] == "private, no-store"
    assert found.headers["referrer-policy"] == "strict-origin"
    assert found.headers["x-robots-tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in found.body.decode()
    names = [name for name, _ in found.raw_headers]
    assert len(names) == len(set(names)), "a field is sent twice"
    assert "etag" not in names


async def test_a_search_page_has_the_security_fields_of_every_page(small_app: "Blog", fetch: "Fetch") -> None:
    own = {
        "cache-control",
        "referrer-policy",
        "x-robots-tag",
        "vary",
        "etag",
        "last-modified",
        "content-length",
        "date",
    }
    home, search = await fetch(small_app, "/"), await fetch(small_app, "/search?q=dog")
    assert {n: v for n, v in search.headers.items() if n not in own} == {
        n: v for n, v in home.headers.items() if n not in own
    }


@pytest.mark.parametrize(
    "words",
    [
        pytest.param('"><script>alert(1)</script>', id="a script"),
        pytest.param("<!-- results --><!-- query -->", id="the placeholders"),
        pytest.param("{{ 7 * 7 }}{% raise %}", id="a template"),
        pytest.param("' OR 1=1 --", id="SQL"),
    ],
)
async def test_the_words_of_a_search_are_shown_as_text(small_app: "Blog", fetch: "Fetch", words: str) -> None:
    page = (await fetch(small_app, f"/search?q={quote(words)}")).body.decode()
    (value,) = re.findall(r'<input id="_query" name="q" value="([^"]+)"', page)
    assert unescape(value) == words
    assert "<script>alert" not in page
    assert "49" not in value


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("q=" + quote("a" * 5000), id="5000 characters"),
        pytest.param("q=dog&page=0", id="page 0"),
        pytest.param("q=dog&page=two", id="a page in words"),
        pytest.param("q=dog&page=" + "9" * 4000, id="a huge page"),
        pytest.param("q=dog&page=%D9%A3", id="a page in Arabic digits"),
        pytest.param("q=dog&year=MMXXVI", id="a year in Roman numerals"),
        pytest.param("&".join(f"q{n}=dog" for n in range(100)), id="100 parameters"),
    ],
)
async def test_what_is_no_search_is_400_with_a_sentence(small_app: "Blog", fetch: "Fetch", query: str) -> None:
    refused = await fetch(small_app, f"/search?{query}")
    page = refused.body.decode()
    assert refused.status == 400
    assert re.search(r'<p class="problem" role="alert">[^<]+\.</p>', page)
    assert "retry-after" not in refused.headers
    assert len(page) < 30_000


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("q=", id="empty"),
        pytest.param("q=+%09+", id="blank"),
        pytest.param("q=...!?", id="punctuation"),
        pytest.param("q=" + quote("(a+)+$ [^x]*"), id="a regular expression"),
        pytest.param("q=a%00b", id="NUL"),
        pytest.param("q=%FF%FE%C3", id="invalid UTF-8"),
        pytest.param("q=%ED%A0%80", id="a surrogate"),
        pytest.param("q=%EF%BF%BF%EF%B7%90", id="noncharacters"),
        pytest.param("q=" + quote("\u202eabc\u2066"), id="marks of direction"),
        pytest.param("q=" + "a+" * 1000, id="1000 words"),
        pytest.param("q=a&q=b&q=c", id="three queries"),
        pytest.param("%00=%00&&&=&q", id="no parameters"),
        pytest.param("q=dog&page=99", id="a page behind the last one"),
        pytest.param("q=dog&tag=" + quote("no such <tag>"), id="an unknown tag"),
        pytest.param("tag=http", id="a tag alone"),
        pytest.param("year=2026", id="a year alone"),
        pytest.param("q=in%3Acode+tag%3A+year%3A", id="filters without values"),
    ],
)
async def test_any_query_has_an_answer_that_is_valid_text(small_app: "Blog", fetch: "Fetch", query: str) -> None:
    found = await fetch(small_app, f"/search?{query}")
    assert found.status in {200, 400}
    page = found.body.decode()
    assert "<h1>Search</h1>" in page
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]", page)


async def test_a_search_without_words_explains_the_filters(small_app: "Blog", fetch: "Fetch") -> None:
    page = (await fetch(small_app, "/search")).body.decode()
    assert '<details class="syntax" open>' in page
    assert "<title>Search · Field notes</title>" in page


async def test_a_filter_is_a_link_that_can_be_taken_back(small_app: "Blog", fetch: "Fetch") -> None:
    page = (await fetch(small_app, "/search?q=words")).body.decode()
    assert 'href="/search?q=words&amp;tag=http"' in page
    filtered = (await fetch(small_app, "/search?q=words&tag=http")).body.decode()
    assert re.search(r'<ul class="filters" aria-label="Filters">\s*<li><a href="/search\?q=words"', filtered)
    assert '<input type="hidden" name="tag" value="http">' in filtered


async def test_more_results_than_one_page_holds_are_on_the_next(small_app: "Blog", fetch: "Fetch") -> None:
    first = (await fetch(small_app, "/search?q=words")).body.decode()
    second = (await fetch(small_app, "/search?q=words&page=2")).body.decode()
    assert 'href="/search?q=words&amp;page=2" rel="next nofollow"' in first
    assert 'href="/search?q=words" rel="prev nofollow"' in second
    links = [set(re.findall(r'<h2><a href="(/blog/[^"]+)"', page)) for page in (first, second)]
    assert len(links[0]) == 10
    assert links[1]
    assert not links[0] & links[1]


async def test_nothing_found_offers_the_nearest_word_and_posts(small_app: "Blog", fetch: "Fetch") -> None:
    page = (await fetch(small_app, "/search?q=zzzqqqxxx")).body.decode()
    assert "Nothing was found" in page
    assert 'href="/archive"' in page


async def test_a_search_is_no_page_view_and_no_visit(small_app: "Blog", fetch: "Fetch") -> None:
    browser = (("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),)

    def counted() -> float:
        samples = (sample for family in small_app.metrics.registry.collect() for sample in family.samples)
        return sum(sample.value for sample in samples if sample.name in {"blog_page_views_total", "blog_visits_total"})

    before = counted()
    await fetch(small_app, "/search?q=dog", headers=browser)
    assert counted() == before
    await fetch(small_app, "/blog/hello", headers=browser)
    assert counted() == before + 2


async def test_drafts_and_scheduled_posts_are_not_found(small_app: "Blog", fetch: "Fetch") -> None:
    for words in ("xyzzy", "plugh"):
        page = (await fetch(small_app, f"/search?q={words}")).body.decode()
        assert "Nothing was found" in page
        assert "Unfinished" not in page
        assert "Later" not in page


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip"])
async def test_a_search_page_is_compressed(small_app: "Blog", fetch: "Fetch", coding: str) -> None:
    found = await fetch(small_app, "/search?q=words", headers=(("Accept-Encoding", coding),))
    plain = await fetch(small_app, "/search?q=words")
    assert found.headers["content-encoding"] == coding
    assert found.headers["vary"] == "accept-encoding"
    assert len(found.body) < len(plain.body) / 2


async def test_head_has_the_fields_and_no_body(small_app: "Blog", fetch: "Fetch") -> None:
    found = await fetch(small_app, "/search?q=words", method="HEAD")
    assert (found.status, found.body) == (200, b"")


async def test_another_spelling_of_the_path_redirects_with_the_query(small_app: "Blog", fetch: "Fetch") -> None:
    moved = await fetch(small_app, "/Search/?q=a%20b")
    assert (moved.status, moved.headers["location"]) == (301, "/search?q=a%20b")


async def test_a_search_before_the_content_is_loaded_is_503(
    run: "Run", small_settings: Settings, fetch: "Fetch"
) -> None:
    async with run(small_settings) as running:
        running.app.service.edition = None
        found = await fetch(running.app, "/search?q=dog")
    assert found.status == 503
    assert int(found.headers["retry-after"]) > 0
    assert found.headers["cache-control"] == "no-store"


async def test_a_page_behind_the_last_one_leads_back(small_app: "Blog", fetch: "Fetch") -> None:
    page = (await fetch(small_app, "/search?q=fox&page=99")).body.decode()
    assert 'href="/search?q=fox" rel="prev nofollow"' in page

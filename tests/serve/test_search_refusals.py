"""Searches that are refused because too many wait: by a prepared answer, which the router never sees."""

import json
import re
from typing import TYPE_CHECKING

import pytest

from blog.http.request import Connection, RequestRecord
from blog.http.semantics import SearchOutcome
from blog.serve.search_refusals import SearchRefusals
from blog.serve.searcher import Searcher

if TYPE_CHECKING:
    from blog.app import Blog
    from tests.conftest import Fetch

PAGE, API = "/search?q=lazy+%3Cdog%3E", "/api/search?q=dog"


class _Full(Searcher):
    """A search for which too many wait already."""

    @property
    def is_full(self) -> bool:
        return True


@pytest.fixture
def counted() -> list[SearchOutcome]:
    return []


@pytest.fixture
def full(small_app: "Blog", counted: list[SearchOutcome]) -> SearchRefusals:
    searcher = _Full(small_app.service, lambda outcome, _seconds: counted.append(outcome))
    return SearchRefusals(small_app.service, searcher, secure=False)


def _record(target: str, method: str = "GET") -> RequestRecord:
    path, _, query = target.partition("?")
    return RequestRecord(Connection(None, None, "http"), method, path, query.encode(), [])


def test_the_page_that_refuses_a_search_keeps_its_words_and_says_when_to_try_again(
    full: SearchRefusals, counted: list[SearchOutcome]
) -> None:
    record = _record(PAGE)
    refused = full.answer(record)
    assert refused
    page, fields = refused.body.decode(), dict(refused.headers)
    assert (refused.status, record.route, int(fields[b"retry-after"])) == (503, "/search", 2)
    assert "<title>lazy &lt;dog&gt; · Search · Field notes</title>" in page
    assert re.search(r'name="q" value="lazy &lt;dog&gt;"', page)
    assert re.search(r'<p class="problem" role="alert">[^<]+\.</p>', page)
    assert fields[b"cache-control"] == b"private, no-store"
    assert b"content-security-policy" in fields
    assert int(fields[b"content-length"]) == len(refused.body)
    assert counted == [SearchOutcome.BUSY]


def test_the_api_that_refuses_a_search_says_why(full: SearchRefusals, counted: list[SearchOutcome]) -> None:
    record = _record(API)
    refused = full.answer(record)
    assert refused
    fields = dict(refused.headers)
    assert json.loads(refused.body) == {"detail": "Too many searches are waiting. Please try again in a moment."}
    assert (fields[b"content-type"], fields[b"cache-control"]) == (b"application/json", b"no-store")
    assert fields[b"x-content-type-options"] == b"nosniff"
    assert (refused.status, record.route, counted) == (503, "/api/search", [SearchOutcome.BUSY])


@pytest.mark.parametrize(
    ("target", "method"),
    [
        pytest.param("/search", "GET", id="the-page-without-a-search"),
        pytest.param("/search?q=a&page=none", "GET", id="what-is-no-search"),
        pytest.param("/api/posts?q=a", "GET", id="another-route"),
        pytest.param(PAGE, "POST", id="another-method"),
    ],
)
def test_what_is_no_search_is_left_to_the_application(
    full: SearchRefusals, counted: list[SearchOutcome], target: str, method: str
) -> None:
    assert full.answer(_record(target, method)) is None
    assert counted == []


@pytest.mark.parametrize("target", [PAGE, API])
def test_a_search_that_may_wait_is_left_to_the_application(small_app: "Blog", target: str) -> None:
    refusals = SearchRefusals(small_app.service, Searcher(small_app.service, lambda *_: None), secure=False)
    assert refusals.answer(_record(target)) is None


async def test_beyond_the_queue_nothing_reaches_the_router_and_nothing_is_logged(
    small_app: "Blog", fetch: "Fetch", monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Searcher, "is_full", True)
    monkeypatch.setattr(small_app.pipeline, "_dynamic", None)
    for target in (PAGE, API):
        assert (await fetch(small_app, target)).status == 503
    assert "/search" not in caplog.text
    monkeypatch.undo()
    metrics = (await fetch(small_app, "/metrics")).body.decode()
    assert re.search(
        r'http_request_duration_seconds_count\{handler="/search",method="GET",status="503"\} [1-9]', metrics
    )
    assert re.search(r'blog_searches_total\{outcome="busy"\} [2-9]', metrics)

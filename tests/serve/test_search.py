"""GET /api/search: results, refusals, and that nobody else learns what was searched for."""

import logging
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from blog.search.query import MAX_BYTES, MAX_TERMS

if TYPE_CHECKING:
    import httpx

    from blog.settings import Settings
    from tests.conftest import Run, WritePost, WritePosts

SECRET = "swordfishquery"


async def _found(client: "httpx.AsyncClient", query: str) -> list[str]:
    response = await client.get(f"/api/search?q={quote(query)}")
    assert response.status_code == 200, response.text
    return [hit["url"].rpartition("/")[2] for hit in response.json()["hits"]]


async def test_a_post_is_found_with_what_the_api_says_of_it(client: "httpx.AsyncClient") -> None:
    response = await client.get("/api/search?q=hello+jumps")
    assert response.headers["cache-control"] == "no-store"
    result = response.json()
    hit = result["hits"][0]
    assert hit["url"].endswith("/blog/hello")
    assert (hit["kind"], hit["lang"], result["query"]) == ("post", "en", "hello jumps")
    assert any(part["marked"] for section in hit["sections"] for part in section["snippet"])


async def test_a_page_of_hits_is_part_of_all(client: "httpx.AsyncClient") -> None:
    whole = (await client.get("/api/search?q=note&limit=50")).json()
    part = (await client.get("/api/search?q=note&limit=2&offset=3")).json()
    assert (part["total"], part["offset"]) == (whole["total"], 3)
    assert part["hits"] == whole["hits"][3:5]


async def test_a_tag_narrows_what_is_found(client: "httpx.AsyncClient") -> None:
    narrowed = (await client.get("/api/search?q=tag:http&limit=1&tag=python")).json()
    assert narrowed["total"] == 1
    assert {"name": "Python", "slug": "python", "count": 1} in narrowed["tags"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        pytest.param("x" * (MAX_BYTES + 1), f"A query has at most {MAX_BYTES} bytes.", id="too-long"),
        pytest.param(
            " ".join(f"word{n}" for n in range(MAX_TERMS + 1)),
            f"A query has at most {MAX_TERMS} words and phrases.",
            id="too-many-words",
        ),
        pytest.param("y" * 300, "A word or phrase of a query has at most 256 characters.", id="long-word"),
        pytest.param("year:last", "year: takes a year or two, such as year:2026 or year:2024-2026.", id="no-year"),
    ],
)
async def test_a_query_that_cannot_be_answered_is_refused_with_a_sentence(
    client: "httpx.AsyncClient", query: str, sentence: str
) -> None:
    response = await client.get(f"/api/search?q={quote(query)}")
    assert (response.status_code, response.json()) == (400, {"detail": sentence})


@pytest.mark.parametrize(
    "query",
    ["", "%20", "%00", "%ff%fe", "%22", "*", "-", "()", "%22%22", ".*", "[a-z]%2B", "%F0%9F%98%80", "';DROP+TABLE+texts;--", "%22+OR+1=1+--",
     "NEAR(hello,5)", "{title}:hello", "^hello", "tag:", "tag:%22", "in:", "%E2%80%AE", "%ED%A0%80", "NOT", "AND+OR", "%CC%88", "a%22b%22c"],
)  # fmt: skip
async def test_odd_queries_are_answered(client: "httpx.AsyncClient", query: str) -> None:
    response = await client.get(f"/api/search?q={query}")
    assert response.status_code == 200, response.text


@pytest.mark.parametrize(
    "parameters", ["limit=0", "limit=51", "limit=x", "offset=-1", "offset=10001", "year=0", "tag=" + "a" * 101]
)
async def test_other_parameters_out_of_their_bounds_are_refused(client: "httpx.AsyncClient", parameters: str) -> None:
    assert (await client.get(f"/api/search?q=hello&{parameters}")).status_code == 422


async def test_drafts_and_scheduled_posts_are_not_found(client: "httpx.AsyncClient") -> None:
    assert not {"unfinished", "later"} & set(await _found(client, "xyzzy plugh unfinished later"))


async def test_a_text_is_found_after_a_reload_and_its_old_words_are_not(
    small_settings: "Settings", run: "Run", posts: "WritePosts", post: "WritePost"
) -> None:
    folder = posts({"one.md": post("One", "2026-01-01", body="A quagga grazes.")})
    async with run(replace(small_settings, posts_dir=folder, reload=True)) as blog:
        await blog.until_ready()
        assert await _found(blog.client, "quagga") == ["one"]
        posts({"one.md": post("One", "2026-01-01", body="A zebra grazes.")})
        await blog.until_text("/blog/one", "zebra")
        assert await _found(blog.client, "zebra") == ["one"]
        assert await _found(blog.client, "quagga") == []


async def test_what_was_searched_for_is_in_no_log_line_and_no_metric(
    small_settings: "Settings", run: "Run", caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with run(replace(small_settings, access_log="all")) as blog:
        await blog.until_ready()
        for query in (SECRET, f"year:{SECRET}", f"{SECRET}&limit=x", f'"{SECRET}'):
            await blog.client.get(f"/api/search?q={query}")
        metrics = await blog.text("/metrics")
    mine = [record for record in caplog.records if not record.name.startswith("httpx")]
    assert any("/api/search" in record.getMessage() for record in mine)
    assert SECRET not in "\n".join(f"{record.getMessage()} {record.__dict__}" for record in mine)
    assert SECRET not in metrics
    assert 'blog_searches_total{outcome="refused"} 1.0' in metrics
    assert 'blog_searches_total{outcome="empty"} 2.0' in metrics
    assert "blog_search_duration_seconds_count 3.0" in metrics

"""GET /api/search: results, refusals, and what a full queue or a failing search answers."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx


async def test_a_post_is_found_with_the_section_that_has_the_word(client: "httpx.AsyncClient") -> None:
    response = await client.get("/api/search?q=hello")
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    result = response.json()
    assert result["hits"][0]["url"].endswith("/blog/hello")
    assert result["total"] == len(result["hits"])


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        pytest.param("x" * 5000, "A query has at most 4096 bytes.", id="too-long"),
        pytest.param("word+" * 800, "A query has at most 32 words and phrases.", id="too-many-words"),
        pytest.param(
            "year:last", "year: takes a year or two, such as year:2026 or year:2024-2026.", id="year-that-is-none"
        ),
    ],
)
async def test_a_query_that_cannot_be_answered_is_refused_with_a_sentence(
    client: "httpx.AsyncClient", query: str, sentence: str
) -> None:
    distinct = "+".join(f"word{n}" for n in range(100)) if "+" in query else query
    response = await client.get(f"/api/search?q={distinct}")
    assert (response.status_code, response.json()) == (400, {"detail": sentence})

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from blog.app import create_app

if TYPE_CHECKING:
    from blog.app import Blog
    from blog.settings import Settings
    from tests.conftest import Fetch


async def test_the_posts_are_listed_newest_first_without_drafts(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/api/posts")).json()
    slugs = [post["slug"] for post in answer["posts"]]
    assert slugs == ["hello", "größe", *(f"note-{n:02}" for n in range(12, 0, -1))]
    assert (answer["page"], answer["pages"], answer["total"]) == (1, 1, 14)


async def test_pages_of_a_list_share_the_posts_without_a_gap(client: httpx.AsyncClient) -> None:
    parts = [(await client.get(f"/api/posts?per_page=4&page={page}")).json() for page in (1, 2, 3, 4)]
    assert [len(part["posts"]) for part in parts] == [4, 4, 4, 2]
    assert {(part["pages"], part["total"]) for part in parts} == {(4, 14)}
    slugs = [post["slug"] for part in parts for post in part["posts"]]
    assert len(set(slugs)) == 14


async def test_a_page_beyond_the_last_is_empty(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/api/posts?page=99")).json()
    assert (answer["posts"], answer["page"], answer["total"]) == ([], 99, 14)


@pytest.mark.parametrize(
    ("tag", "total"),
    [
        ("http", 13),
        ("HTTP", 13),
        ("Python", 1),
        ("K%C3%A4se", 1),
        ("käse", 1),
        ("hush", 0),
        ("tomorrow", 0),
        ("%00", 0),
    ],
)
async def test_a_tag_narrows_the_list(client: httpx.AsyncClient, tag: str, total: int) -> None:
    assert (await client.get(f"/api/posts?tag={tag}")).json()["total"] == total


@pytest.mark.parametrize("tag", ["!!!", "-", "%F0%9F%8D%95"])
async def test_a_tag_that_cannot_exist_finds_nothing(client: httpx.AsyncClient, tag: str) -> None:
    assert (await client.get(f"/api/posts?tag={tag}")).json()["total"] == 0


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=x", "page=", "page=1e3", "page=" + "9" * 400, "per_page=0", "per_page=101", "per_page=1.5",
     "page=%00", "tag=" + "a" * 101],
)  # fmt: skip
async def test_a_wrong_value_is_422_and_names_the_parameter(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"/api/posts?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", query.split("=", maxsplit=1)[0]]


@pytest.mark.parametrize("slug", ["nothing", "unfinished", "later", "%00", "hello.md", "hello%2Fmore", "..%2Fsecret"])
async def test_an_unknown_slug_is_404(client: httpx.AsyncClient, slug: str) -> None:
    answer = await client.get(f"/api/posts/{slug}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"


async def test_one_post_has_its_content_and_sections(client: httpx.AsyncClient) -> None:
    post = (await client.get("/api/posts/hello")).json()
    assert post["title"] == "Hello"
    assert post["url"] == "http://127.0.0.1:8000/blog/hello"
    assert post["source_url"] == "http://127.0.0.1:8000/blog/hello.md"
    assert post["published"] == "2026-03-01T00:00:00Z"
    assert post["updated"] == "2026-03-05T00:00:00Z"
    assert post["tags"] == ["HTTP", "Python"]
    assert post["sections"] == [{"level": 2, "anchor": "a-section", "text": "A section"}]
    assert 'src="http://127.0.0.1:8000/assets/dot' in post["html"]
    assert post["words"] > 300


async def test_a_slug_that_is_not_ascii_is_found(client: httpx.AsyncClient) -> None:
    post = (await client.get("/api/posts/größe")).json()
    assert post["url"] == "http://127.0.0.1:8000/blog/gr%C3%B6%C3%9Fe"


async def test_responses_have_the_keys_of_the_openapi_document(client: httpx.AsyncClient) -> None:
    document = (await client.get("/api/openapi.json")).json()

    def documented(path: str) -> dict[str, Any]:
        schema = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return found

    post, listed = (await client.get("/api/posts/hello")).json(), (await client.get("/api/posts")).json()
    assert post.keys() == documented("/api/posts/{slug}")["properties"].keys()
    assert listed.keys() == documented("/api/posts")["properties"].keys()
    assert listed["posts"][0].keys() == document["components"]["schemas"]["PostSummary"]["properties"].keys()
    # ``refused`` is set only after a rebuild was refused.
    ready = (await client.get("/api/ready")).json()
    assert ready.keys() | {"refused"} == documented("/api/ready")["properties"].keys()
    assert (await client.get("/api/health")).json().keys() == documented("/api/health")["properties"].keys()


async def test_the_openapi_document_lists_the_routes(client: httpx.AsyncClient) -> None:
    document = (await client.get("/api/openapi.json")).json()
    assert document["openapi"].startswith("3.")
    assert {"/api/posts", "/api/posts/{slug}", "/api/health", "/api/ready"} <= document["paths"].keys()
    assert {"200", "404", "422", "503"} <= document["paths"]["/api/posts/{slug}"]["get"]["responses"].keys()


@pytest.mark.parametrize("path", ["/api/posts", "/api/posts/hello"])
async def test_the_api_responds_503_while_the_content_loads(
    small_settings: "Settings", fetch: "Fetch", path: str
) -> None:
    answer = await fetch(create_app(small_settings), path)
    assert (answer.status, answer.headers["content-type"]) == (503, "application/json")
    assert answer.headers["retry-after"] == "2"


async def test_an_api_response_may_be_cached_as_long_as_a_page(small_app: "Blog", fetch: "Fetch") -> None:
    page = await fetch(small_app, "/blog")
    for path in ("/api/posts", "/api/posts/hello"):
        assert (await fetch(small_app, path)).headers["cache-control"] == page.headers["cache-control"]

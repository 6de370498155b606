"""The application with its lifespan, over ASGI."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING

import feedparser
import httpx
import pytest

from blog.app import create_app

if TYPE_CHECKING:
    from blog.app import Blog
    from blog.settings import Settings
    from tests.conftest import Fetch, Run

HTML = "text/html; charset=utf-8"
HTML_PATHS = ["/", "/blog", "/blog/page/2", "/blog/hello", "/blog/größe", "/blog/tag/http", "/blog/tag/käse", "/tags",
              "/archive", "/about"]  # fmt: skip
FEED_TYPES = {"/rss": "application/rss+xml", "/atom.xml": "application/atom+xml", "/feed.json": "application/feed+json"}
OTHER_TYPES = {
    "/blog/hello.md": "text/markdown; charset=utf-8",
    "/blog/größe.md": "text/markdown; charset=utf-8",
    "/about.md": "text/markdown; charset=utf-8",
    "/sitemap.xml": "application/xml",
    "/robots.txt": "text/plain; charset=utf-8",
    "/llms.txt": "text/plain; charset=utf-8",
    "/llms-full.txt": "text/plain; charset=utf-8",
    "/site.webmanifest": "application/manifest+json",
    "/favicon.ico": "image/x-icon",
    "/api/posts": "application/json",
    "/api/posts/hello": "application/json",
    "/api/openapi.json": "application/json",
    "/api/health": "application/json",
    "/api/ready": "application/json",
}
TYPES = {
    **dict.fromkeys(HTML_PATHS, HTML),
    **FEED_TYPES,
    **{f"/blog/tag/http{path}": media_type for path, media_type in FEED_TYPES.items()},
    **OTHER_TYPES,
}
MISSING = ["/nothing", "/blog/nothing", "/blog/page/3", "/blog/page/0", "/blog/page/x", "/api/nothing", "/api",
           "/api/posts/nothing", "/blog/tag/nothing/rss"]  # fmt: skip
PAGES = [path for path in TYPES if not path.startswith("/api/")]
TEXTS = {"/blog/hello", "/blog/größe", "/about", "/blog/hello.md", "/blog/größe.md", "/about.md"}
FEEDS = [path for path in PAGES if path.endswith(tuple(FEED_TYPES))]


@pytest.mark.parametrize("path", TYPES)
async def test_each_url_of_the_contract_responds_200(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(TYPES[path])
    assert answer.content


@pytest.mark.parametrize("path", [*TYPES, *MISSING, "/Blog/", "/2019/old-hello", "/api/posts?page=0"])
async def test_head_has_the_status_and_header_of_get_without_the_body(client: httpx.AsyncClient, path: str) -> None:
    got, head = await client.get(path), await client.head(path)
    assert head.status_code == got.status_code
    assert head.headers == got.headers
    assert head.content == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
@pytest.mark.parametrize("path", TYPES)
async def test_each_path_refuses_other_methods(client: httpx.AsyncClient, path: str, method: str) -> None:
    response = await client.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", [path for path in MISSING if not path.startswith("/api/")])
async def test_an_unknown_path_gets_an_html_404(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, HTML)
    assert "noindex" in answer.text


@pytest.mark.parametrize("path", ["/api/nothing", "/api/", "/api/posts/nothing", "/api/posts/hello/more", "/api/draft"])
async def test_an_unknown_path_of_the_api_gets_a_json_404(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert answer.json()["detail"]


@pytest.mark.parametrize("path", [*HTML_PATHS, "/nothing"])
async def test_every_html_response_has_the_security_headers(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "strict-transport-security" not in headers
    assert "set-cookie" not in headers


@pytest.mark.parametrize("path", ["/", "/blog/hello", "/nothing", "/rss", "/Blog/", "/sitemap.xml"])
async def test_a_site_on_https_sends_strict_transport_security(secure_app: "Blog", fetch: "Fetch", path: str) -> None:
    headers = (await fetch(secure_app, path)).headers
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("path", PAGES)
async def test_a_cdn_may_cache_every_prepared_response(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["etag"].startswith('"')
    assert headers["vary"] == ("accept, accept-encoding" if path in TEXTS else "accept-encoding")
    fresh = "max-age=300, stale-while-revalidate=3600" if path in FEEDS else "max-age=60, stale-while-revalidate=600"
    assert headers["cache-control"] == f"public, {fresh}, stale-if-error=86400"


async def test_assets_have_their_hash_in_the_url_and_are_immutable(client: httpx.AsyncClient) -> None:
    page = await client.get("/blog/hello")
    assets = set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', page.text))
    assert {asset.rpartition(".")[2] for asset in assets} >= {"css", "js", "png"}
    for asset in assets:
        response = await client.get(asset)
        assert response.status_code == 200
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers["x-content-type-options"] == "nosniff"


async def test_an_image_next_to_a_post_is_served_with_its_size(client: httpx.AsyncClient) -> None:
    page = await client.get("/blog/hello")
    image = re.search(r'<img[^>]*src="(/assets/dot[^"]*)"[^>]*>', page.text)
    assert image
    for attribute in ('width="4"', 'height="3"', 'loading="lazy"', 'decoding="async"', 'alt="A dot"'):
        assert attribute in image[0]
    response = await client.get(image[1])
    assert (response.status_code, response.headers["content-type"]) == (200, "image/png")
    assert response.content.startswith(b"\x89PNG")


def test_a_draft_is_in_no_response(small_app: "Blog") -> None:
    edition = small_app.service.edition
    assert edition
    for path, page in edition.pages.items():
        assert "unfinished" not in path
        for secret in (b"xyzzy", b"Unfinished", b"Hush", b"/hidden."):
            assert secret not in page.identity.body, path
    assert all("unfinished" not in target for target in edition.redirects.values())


def test_a_scheduled_post_is_in_no_response(small_app: "Blog") -> None:
    edition = small_app.service.edition
    assert edition
    for path, page in edition.pages.items():
        for secret in (b"plugh", b"Tomorrow", b"/blog/later"):
            assert secret not in page.identity.body, path


async def test_every_url_of_the_sitemap_is_a_page(client: httpx.AsyncClient) -> None:
    document = ET.fromstring((await client.get("/sitemap.xml")).content)
    urls = [url.text or "" for url in document.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(urls) > 20
    for url in urls:
        answer = await client.get(url.removeprefix("http://127.0.0.1:8000"))
        assert (answer.status_code, answer.headers["content-type"]) == (200, HTML)


async def test_every_link_of_every_page_has_a_target(client: httpx.AsyncClient, small_app: "Blog") -> None:
    edition = small_app.service.edition
    assert edition
    pages = [page for page in edition.pages.values() if page.media_type == HTML]
    by_page = (re.findall(r'(?:href|src)="(/[^"#?]*)', page.identity.body.decode()) for page in pages)
    for link in {link for links in by_page for link in links}:
        assert (await client.get(link)).status_code == 200, link


@pytest.mark.parametrize("path", ["/rss", "/atom.xml", "/blog/tag/http/rss", "/blog/tag/http/atom.xml"])
async def test_the_feeds_are_well_formed(client: httpx.AsyncClient, path: str) -> None:
    feed = feedparser.parse((await client.get(path)).content)
    assert feed.bozo == 0
    assert len(feed.entries) > 5
    assert all(entry.link.startswith("http://127.0.0.1:8000/blog/") for entry in feed.entries)


@pytest.mark.parametrize("path", ["/", "/blog", "/blog/hello", "/rss", "/nothing", "/2019/old-hello", "/assets/x.css"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_pages_respond_503_with_retry_after_before_the_content_is_loaded(
    small_settings: "Settings", fetch: "Fetch", path: str, method: str
) -> None:
    answer = await fetch(create_app(small_settings), path, method)
    assert answer.status == 503
    assert answer.headers["retry-after"] == "2"
    assert answer.headers["cache-control"] == "no-store"


async def test_two_apps_in_one_process_share_nothing(run: "Run", small_settings: "Settings") -> None:
    other = replace(small_settings, base_url="https://other.example")
    async with run(small_settings) as first, run(other) as second:
        await first.until_ready()
        await second.until_ready()
        assert "https://other.example/blog/hello" in await second.text("/rss")
        assert "other.example" not in await first.text("/rss")


async def test_every_replica_builds_the_same_bytes(run: "Run", small_settings: "Settings", small_app: "Blog") -> None:
    async with run(small_settings) as replica:
        await replica.until_ready()
        ours, theirs = small_app.service.edition, replica.app.service.edition
        assert ours
        assert theirs
        assert {path: page.identity.etag for path, page in ours.pages.items()} == {
            path: page.identity.etag for path, page in theirs.pages.items()
        }

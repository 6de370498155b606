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
    from tests.conftest import Ask, Run

HTML = "text/html; charset=utf-8"
HTML_PATHS = ["/", "/blog", "/blog/page/2", "/blog/hello", "/blog/größe", "/blog/tag/http", "/blog/tag/käse", "/tags",
              "/archive", "/about"]  # fmt: skip
FEED_TYPES = {"/rss": "application/rss+xml", "/atom.xml": "application/atom+xml", "/feed.json": "application/feed+json"}
OTHER_TYPES = {
    "/blog/hello.md": "text/markdown; charset=utf-8",
    "/blog/größe.md": "text/markdown; charset=utf-8",
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


@pytest.mark.parametrize("path", TYPES)
async def test_each_url_of_the_contract_answers(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(TYPES[path])
    assert answer.content


@pytest.mark.parametrize("path", [*TYPES, *MISSING, "/Blog/", "/2019/old-hello", "/api/posts?page=0"])
async def test_head_says_what_get_says_without_the_body(client: httpx.AsyncClient, path: str) -> None:
    got, head = await client.get(path), await client.head(path)
    assert head.status_code == got.status_code
    assert head.headers == got.headers
    assert head.content == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
@pytest.mark.parametrize("path", TYPES)
async def test_each_url_refuses_other_methods(client: httpx.AsyncClient, path: str, method: str) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", [path for path in MISSING if not path.startswith("/api/")])
async def test_an_unknown_path_is_a_page(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, HTML)
    assert "noindex" in answer.text


@pytest.mark.parametrize("path", ["/api/nothing", "/api/", "/api/posts/nothing", "/api/posts/hello/more", "/api/draft"])
async def test_an_unknown_path_of_the_api_is_json(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert answer.json()["detail"]


@pytest.mark.parametrize("path", [*HTML_PATHS, "/nothing"])
async def test_html_is_never_sent_without_security_headers(client: httpx.AsyncClient, path: str) -> None:
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
async def test_a_site_on_https_asks_for_https(secure_app: "Blog", ask: "Ask", path: str) -> None:
    headers = (await ask(secure_app, path)).headers
    assert int(headers["strict-transport-security"].split("max-age=")[1].split(";")[0]) >= 31_536_000


@pytest.mark.parametrize("path", PAGES)
async def test_a_cdn_may_keep_what_is_prepared(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["etag"].startswith('"')
    assert headers["vary"] == "accept-encoding"
    assert re.search(r"max-age=\d+", headers["cache-control"])
    if path in HTML_PATHS:
        assert "stale-while-revalidate" in headers["cache-control"]


async def test_assets_carry_their_hash_and_never_change(client: httpx.AsyncClient) -> None:
    page = await client.get("/blog/hello")
    assets = set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', page.text))
    assert {asset.rpartition(".")[2] for asset in assets} >= {"css", "js", "png"}
    for asset in assets:
        answer = await client.get(asset)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_picture_beside_a_post_is_served_with_its_size(client: httpx.AsyncClient) -> None:
    page = await client.get("/blog/hello")
    image = re.search(r'<img[^>]*src="(/assets/dot[^"]*)"[^>]*>', page.text)
    assert image
    for attribute in ('width="4"', 'height="3"', 'loading="lazy"', 'decoding="async"', 'alt="A dot"'):
        assert attribute in image[0]
    answer = await client.get(image[1])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")


def test_a_draft_is_in_no_answer(small_app: "Blog") -> None:
    edition = small_app.service.edition
    assert edition
    for path, page in edition.pages.items():
        assert "unfinished" not in path
        for secret in (b"xyzzy", b"Unfinished", b"Hush", b"/hidden."):
            assert secret not in page.identity.body, path
    assert all("unfinished" not in target for target in edition.redirects.values())


def test_a_post_of_the_future_is_in_no_answer(small_app: "Blog") -> None:
    edition = small_app.service.edition
    assert edition
    for path, page in edition.pages.items():
        for secret in (b"plugh", b"Tomorrow", b"/blog/later"):
            assert secret not in page.identity.body, path


async def test_every_place_of_the_sitemap_is_a_page(client: httpx.AsyncClient) -> None:
    document = ET.fromstring((await client.get("/sitemap.xml")).content)
    places = [place.text or "" for place in document.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(places) > 20
    for place in places:
        answer = await client.get(place.removeprefix("http://127.0.0.1:8000"))
        assert (answer.status_code, answer.headers["content-type"]) == (200, HTML)


async def test_every_link_of_every_page_leads_somewhere(client: httpx.AsyncClient, small_app: "Blog") -> None:
    edition = small_app.service.edition
    assert edition
    pages = [page for page in edition.pages.values() if page.media_type == HTML]
    found = (re.findall(r'(?:href|src)="(/[^"#?]*)', page.identity.body.decode()) for page in pages)
    for link in {link for links in found for link in links}:
        assert (await client.get(link)).status_code == 200, link


@pytest.mark.parametrize("path", ["/rss", "/atom.xml", "/blog/tag/http/rss", "/blog/tag/http/atom.xml"])
async def test_a_feed_reader_has_nothing_to_complain_of(client: httpx.AsyncClient, path: str) -> None:
    feed = feedparser.parse((await client.get(path)).content)
    assert feed.bozo == 0
    assert len(feed.entries) > 5
    assert all(entry.link.startswith("http://127.0.0.1:8000/blog/") for entry in feed.entries)


@pytest.mark.parametrize("path", ["/", "/blog", "/blog/hello", "/rss", "/nothing", "/2019/old-hello", "/assets/x.css"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_before_there_is_content_pages_say_503_and_when_to_ask_again(
    small_settings: "Settings", ask: "Ask", path: str, method: str
) -> None:
    answer = await ask(create_app(small_settings), path, method)
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["cache-control"] == "no-store"


async def test_two_apps_in_one_process_do_not_mix(run: "Run", small_settings: "Settings") -> None:
    other = replace(small_settings, base_url="https://other.example")
    async with run(small_settings) as first, run(other) as second:
        await first.until_ready()
        await second.until_ready()
        assert "https://other.example/blog/hello" in await second.text("/rss")
        assert "other.example" not in await first.text("/rss")


async def test_every_replica_computes_the_same_bytes(run: "Run", small_settings: "Settings", small_app: "Blog") -> None:
    async with run(small_settings) as replica:
        await replica.until_ready()
        here, there = small_app.service.edition, replica.app.service.edition
        assert here
        assert there
        assert {path: page.identity.etag for path, page in here.pages.items()} == {
            path: page.identity.etag for path, page in there.pages.items()
        }

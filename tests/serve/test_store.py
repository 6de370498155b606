import asyncio
import itertools
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.app import create_app
from blog.build.response import PreparedResponse
from blog.http.request import Connection, RequestRecord
from blog.machine.budget import Budget
from blog.serve.store import PageStore

if TYPE_CHECKING:
    from blog.app import Blog
    from blog.settings import Settings
    from tests.conftest import Fetch

CODINGS = ["identity", "gzip", "br", "zstd"]
WRITES = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"]


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("path", ["/", "/blog/hello", "/rss", "/blog/hello.md", "/sitemap.xml"])
async def test_a_page_refuses_other_methods_with_allow(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("requested", "canonical"),
    [
        pytest.param("/Blog/Hello", "/blog/hello", id="upper-case"),
        pytest.param("/blog/hello/", "/blog/hello", id="slash"),
        pytest.param("/BLOG/HELLO///", "/blog/hello", id="upper-case-and-slashes"),
        pytest.param("/blog/HELLO.md", "/blog/hello.md", id="source"),
        pytest.param("/2019/old-hello", "/blog/hello", id="alias"),
        pytest.param("/2019/Old-Hello/", "/blog/hello", id="alias-in-upper-case-with-slash"),
        pytest.param("/blog/former", "/blog/hello", id="alias-below-blog"),
        pytest.param("/blog/page/1", "/blog", id="first-page"),
        pytest.param("/blog/page/1/", "/blog", id="first-page-with-slash"),
        pytest.param("/blog/", "/blog", id="list"),
        pytest.param("/RSS/", "/rss", id="feed"),
        pytest.param("/About/", "/about", id="standalone-page"),
        pytest.param("/blog/GR%C3%96%C3%9FE/", "/blog/gr%C3%B6%C3%9Fe", id="not-ascii"),
        pytest.param("/alt/gr%C3%B6%C3%9Fe", "/blog/gr%C3%B6%C3%9Fe", id="alias-not-ascii"),
        pytest.param("/blog/tag/K%C3%84SE", "/blog/tag/k%C3%A4se", id="tag-not-ascii"),
        pytest.param("/blog/tag/Ka%CC%88se", "/blog/tag/k%C3%A4se", id="tag-decomposed"),
        pytest.param("/blog/tag/HTTP/feed/", "/blog/tag/http/rss", id="feed-of-a-tag"),
        pytest.param("/feed/", "/rss", id="feed-of-other-programs"),
        pytest.param("/blog/hello.html", "/blog/hello", id="html"),
        pytest.param("/index.html", "/", id="index-html"),
        pytest.param("/api/posts/", "/api/posts", id="api-slash"),
        pytest.param("/api/Posts/Hello/", "/api/posts/hello", id="api-upper-case-and-slash"),
        pytest.param("/API/posts", "/api/posts", id="api-all-upper-case"),
    ],
)
async def test_other_spellings_redirect_to_the_canonical_path(
    small_app: "Blog", fetch: "Fetch", requested: str, canonical: str
) -> None:
    answer = await fetch(small_app, requested)
    assert (answer.status, answer.headers.get("location")) == (301, canonical)
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert (await fetch(small_app, canonical)).status == 200


@pytest.mark.parametrize(
    "requested", ["/Blog/", "/2019/old-hello", "/blog/page/1", "/api/Posts", "/feed", "/blog/hello.html"]
)
async def test_a_redirect_keeps_the_query(small_app: "Blog", fetch: "Fetch", requested: str) -> None:
    answer = await fetch(small_app, f"{requested}?a=1&b=%C3%B6//x")
    assert answer.status == 301
    assert answer.headers["location"].endswith("?a=1&b=%C3%B6//x")


@pytest.mark.parametrize(
    "requested",
    [
        "//evil.example/",
        "//evil.example",
        "///evil.example//",
        "/\\evil.example",
        "/%5Cevil.example/",
        "/%2F%2Fevil.example/",
        "/blog//evil",
        "/BLOG//evil/",
        "//EVIL.example/%2e%2e",
        "/api//evil.example/",
        "/http://evil.example/",
        "//evil.example/index.html",
        "/%5C%5Cevil.example/feed",
        "/%2F%2Fevil.example%2F.html",
        "//feed",
    ],
)
async def test_no_redirect_leaves_the_site(small_app: "Blog", fetch: "Fetch", requested: str) -> None:
    answer = await fetch(small_app, requested)
    assert answer.status in {301, 404}
    assert re.match(r"/(?![/\\])", answer.headers.get("location", "/"))


async def test_a_line_break_in_a_path_adds_no_header_field(small_app: "Blog", fetch: "Fetch") -> None:
    answer = await fetch(small_app, "/api/X%0d%0aSet-Cookie:%20a=b/")
    assert not re.search(r"[\r\n]", "".join(value for _, value in answer.raw_headers))


async def test_a_redirect_refuses_other_methods(client: httpx.AsyncClient) -> None:
    answer = await client.post("/2019/old-hello")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("coding", CODINGS)
async def test_each_encoding_has_its_own_strong_etag(client: httpx.AsyncClient, coding: str) -> None:
    tags = {
        other: (await client.get("/blog/hello", headers={"accept-encoding": other})).headers["etag"]
        for other in CODINGS
    }
    assert re.fullmatch(r'"[0-9a-f]{16,}"', tags[coding])
    assert len(set(tags.values())) == len(CODINGS)


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("written", ["{}", "W/{}", '"x", {}', '"x",W/{},"y"', "*"])
async def test_a_known_page_is_not_sent_again(client: httpx.AsyncClient, coding: str, written: str) -> None:
    full = await client.get("/blog/hello", headers={"accept-encoding": coding})
    known = {"accept-encoding": coding, "if-none-match": written.format(full.headers["etag"])}
    answer = await client.get("/blog/hello", headers=known)
    assert answer.status_code == 304
    assert answer.content == b""
    for name in ("etag", "vary", "cache-control"):
        assert answer.headers[name] == full.headers[name]
    assert "content-encoding" not in answer.headers


async def test_a_page_known_in_another_encoding_is_sent(client: httpx.AsyncClient) -> None:
    brotli = await client.get("/blog/hello", headers={"accept-encoding": "br"})
    known = {"accept-encoding": "gzip", "if-none-match": brotli.headers["etag"]}
    assert (await client.get("/blog/hello", headers=known)).status_code == 200


async def test_lines_of_if_none_match_count_as_one_list(small_app: "Blog", fetch: "Fetch") -> None:
    etag = (await fetch(small_app, "/blog/hello")).headers["etag"]
    known = (("if-none-match", '"x"'), ("if-none-match", etag))
    assert (await fetch(small_app, "/blog/hello", headers=known)).status == 304


async def test_head_may_answer_304_too(client: httpx.AsyncClient) -> None:
    answer = await client.head("/blog/hello", headers={"if-none-match": "*"})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize("ranges", ["bytes=0-10", "bytes=9-1", "lines=1-2", "bytes=" + "0-," * 2000, "\x7f"])
async def test_range_is_ignored(small_app: "Blog", fetch: "Fetch", ranges: str) -> None:
    whole = await fetch(small_app, "/blog/hello")
    answer = await fetch(small_app, "/blog/hello", headers=(("range", ranges),))
    assert (answer.status, answer.body) == (200, whole.body)


@pytest.mark.parametrize("path", ["/blog/helo", "/blog/hello-", "/hello", "/hello.html", "/blog/Hallo/"])
async def test_a_404_suggests_the_nearest_post(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert 'href="/blog/hello"' in answer.text


async def test_a_404_never_repeats_the_path(client: httpx.AsyncClient) -> None:
    answer = await client.get("/blog/%3Cscript%3Ealert(1)%3C/script%3E")
    assert answer.status_code == 404
    assert "alert(1)" not in answer.text


@pytest.mark.parametrize("path", ["/blog/unfinished", "/blog/unfinishe", "/blog/later", "/blog/tag/hush"])
async def test_a_404_does_not_reveal_drafts(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert "Unfinished" not in answer.text
    assert "Later" not in answer.text


def _not_found(store: PageStore, path: str, method: str = "GET") -> PreparedResponse:
    answer = store.answer(RequestRecord(Connection(None, None, "http"), method, path, b"", []))
    assert answer is not None
    assert answer.status == 404
    return answer


def test_a_404_beyond_the_budget_has_no_suggestions(small_app: "Blog") -> None:
    spent = PageStore(small_app.service, set(), secure=False, suggestions=Budget(0, 0))
    rich = PageStore(small_app.service, set(), secure=False, suggestions=Budget(1, 1))
    for path in ("/blog/helo", "/helo", "/nothing-like-it", "/" + "a" * 8000):
        plain, helpful = _not_found(spent, path), _not_found(rich, path)
        assert (plain.status, dict(plain.headers)[b"cache-control"]) == (404, b"no-cache")
        assert b"Did you mean" not in plain.body
        assert (b"Did you mean" in helpful.body) is ("helo" in path)
        assert {name for name, _ in plain.headers} == {name for name, _ in helpful.headers}


def test_a_flood_of_404s_uses_no_more_than_its_budget(small_app: "Blog") -> None:
    used = itertools.count(0, 0.001)  # each reading of the processor clock advances it by a millisecond
    store = PageStore(
        small_app.service, set(), secure=False, suggestions=Budget(0, 0.0105, lambda: 0.0, lambda: next(used))
    )
    answers = [_not_found(store, "/blog/helo") for _ in range(100)]
    assert sum(b"Did you mean" in answer.body for answer in answers) == 11


_BROWSER = [
    (b"host", b"x"),
    (b"user-agent", b"x"),
    (b"accept", b"text/html"),
    (b"accept-encoding", b"gzip, deflate, br, zstd"),
]
HOSTILE = {
    "accept-encoding-of-255-bytes": (b"accept-encoding", b"gzip;q=0.5, br, *, " * 13),
    "accept-encoding-of-commas": (b"accept-encoding", b"," * 250),
    "accept-encoding-of-60-kilobytes": (b"accept-encoding", b"gzip;q=0.5, br, " * 3700),
    "if-none-match-of-tags": (b"if-none-match", b'"aaaa", W/"b",' * 72),
    "if-none-match-of-60-kilobytes": (b"if-none-match", b'"aaaa",' * 8500),
    "if-none-match-of-commas": (b"if-none-match", b"," * 60_000),
    "accept-of-255-bytes": (b"accept", b"text/markdown;q=0.5, text/html;q=0.5,a/b;" * 6),
    "accept-of-quotes": (b"accept", b'text/markdown;a="b,' * 13),
    "accept-of-60-kilobytes": (b"accept", b"text/markdown, " * 4000),
    "if-match-of-60-kilobytes": (b"if-match", b'W/"aaaa",' * 6700),
    "if-match-of-quotes": (b"if-match", b',"' * 500),
    "if-modified-since-of-60-kilobytes": (b"if-modified-since", b"Sun, 06 Nov 1994 " * 3500),
}


def _seconds(store: PageStore, requests: list[list[tuple[bytes, bytes]]]) -> float:
    """Processor time of one request for a page with each of these lists of header fields."""
    began = time.thread_time()
    for headers in requests:
        store.answer(RequestRecord(Connection(None, None, "http"), "GET", "/blog/hello", b"", headers))
    return time.thread_time() - began


@pytest.mark.parametrize("name", HOSTILE)
def test_no_header_makes_a_page_expensive(small_app: "Blog", name: str) -> None:
    store, (header, value) = PageStore(small_app.service, set(), secure=False), HOSTILE[name]
    plain = [_BROWSER] * 300
    # Each value differs, so that no cache of earlier ones helps.
    hostile = [[*_BROWSER[:3], (header, value[:-3] + b"%03d" % number)] for number in range(300)]
    _seconds(store, plain)
    assert min(_seconds(store, hostile) for _ in range(3)) < 20 * min(_seconds(store, plain) for _ in range(5))


def test_the_cost_of_repeated_field_lines_is_linear(small_app: "Blog") -> None:
    store = PageStore(small_app.service, set(), secure=False)

    def seconds(lines: int) -> float:
        headers = [(b"accept-encoding", b"gzip;q=0.5, br" * 10)] * lines
        return min(_seconds(store, [headers] * (6400 // lines)) for _ in range(3))

    assert seconds(3200) < 4 * seconds(100)


SHORT = "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
FEED = "public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400"
CACHED = [
    *((path, "GET", 200, SHORT) for path in ("/", "/blog", "/blog/hello", "/about", "/tags", "/archive", "/blog/tag/http", "/blog/page/2")),
    *((path, "GET", 200, SHORT) for path in ("/blog/hello.md", "/api/posts", "/api/posts/hello")),
    *((path, "GET", 200, FEED) for path in ("/rss", "/atom.xml", "/feed.json", "/blog/tag/http/rss", "/blog/tag/http/feed.json")),
    *((path, "GET", 301, "public, max-age=3600") for path in ("/Blog/", "/2019/old-hello", "/blog/page/1", "/api/Posts")),
    *((path, "GET", 404, "no-cache") for path in ("/nothing", "/blog/helo", "/blog/unfinished", "/assets/site.css")),
    *((path, "POST", 405, "no-store") for path in ("/", "/rss", "/2019/old-hello")),
    *((path, "GET", 200, "no-store") for path in ("/api/health", "/api/ready", "/metrics")),
]  # fmt: skip


@pytest.mark.parametrize(("path", "method", "status", "cache_control"), CACHED, ids=lambda value: str(value)[:30])
async def test_how_long_a_response_may_be_cached(
    small_app: "Blog", fetch: "Fetch", path: str, method: str, status: int, cache_control: str
) -> None:
    for requested in (method, "HEAD") if method == "GET" else (method,):
        answer = await fetch(small_app, path, requested)
        assert (answer.status, answer.headers["cache-control"]) == (status, cache_control)


async def test_assets_are_immutable_and_refusals_are_not_stored(small_app: "Blog", fetch: "Fetch") -> None:
    page = (await fetch(small_app, "/blog/hello")).body.decode()
    files = re.findall(r'"(/assets/[^"]+)"', page)
    assert {path.rpartition(".")[2] for path in files} >= {"css", "png"}
    for path in files:
        assert (await fetch(small_app, path)).headers["cache-control"] == "public, max-age=31536000, immutable"
    for headers, status in (((("accept-encoding", "*;q=0"),), 406), ((("if-match", '"x"'),), 412)):
        answer = await fetch(small_app, "/blog/hello", headers=headers)
        assert (answer.status, answer.headers["cache-control"]) == (status, "no-store")


async def test_responses_while_the_content_loads_are_not_stored(small_settings: "Settings", fetch: "Fetch") -> None:
    for path in ("/", "/blog/hello", "/nothing"):
        answer = await fetch(create_app(small_settings), path, headers=(("if-match", '"x"'),))
        assert (answer.status, answer.headers["cache-control"]) == (503, "no-store")


@pytest.mark.parametrize("path", ["/", "/rss", "/api/posts"])
async def test_a_304_has_the_cache_control_of_the_200(small_app: "Blog", fetch: "Fetch", path: str) -> None:
    whole = await fetch(small_app, path)
    answer = await fetch(small_app, path, headers=(("if-none-match", whole.headers["etag"]),))
    assert (answer.status, answer.headers["cache-control"]) == (304, whole.headers["cache-control"])


UP = ["..", "%2e%2e", "..%2f", "%2e%2e%2f", "%252e%252e", "..%5c", "..\\", "%c0%ae%c0%ae", "%e0%80%ae", "....//", "..;"]


@pytest.mark.parametrize("up", UP)
@pytest.mark.parametrize("prefix", ["", "/blog", "/assets", "/api/posts"])
async def test_no_path_leaves_the_posts_folder(small_app: "Blog", fetch: "Fetch", prefix: str, up: str) -> None:
    for target in ("secret.png", "secret.md", "etc/passwd", "posts/unreferenced.txt"):
        answer = await fetch(small_app, f"{prefix}/{up}/{up}/{up}/{target}")
        assert answer.status in {301, 404}
        assert b"swordfish" not in answer.body
        assert b"root:" not in answer.body


@pytest.mark.parametrize(
    "path", ["/unreferenced.txt", "/assets/unreferenced.txt", "/dot.png", "/blog/dot.png", "/site.yaml"]
)
async def test_only_files_that_a_post_refers_to_are_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/blog/hello%00", id="nul"),
        pytest.param("/%00", id="only-nul"),
        pytest.param("/api/posts/%00", id="nul-in-the-api"),
        pytest.param("/blog/" + "a" * 8192, id="eight-kilobytes"),
        pytest.param("/" + "a/" * 4096, id="four-thousand-segments"),
        pytest.param("/" + "%C3%B6" * 3000, id="long-and-not-ascii"),
        pytest.param("/blog/%ff%fe", id="not-utf-8"),
        pytest.param("/blog/%ed%a0%80", id="a-surrogate"),
        pytest.param("/blog/%", id="half-an-escape"),
        pytest.param("/blog/%zz", id="no-escape"),
        pytest.param("/api/posts/" + "a" * 8192, id="eight-kilobytes-in-the-api"),
    ],
)
async def test_a_hostile_path_is_not_found(small_app: "Blog", fetch: "Fetch", path: str) -> None:
    assert (await fetch(small_app, path)).status == (422 if path.startswith("/api/posts/aaa") else 404)


_SEGMENTS = st.one_of(
    st.sampled_from(
        ["blog", "Blog", "api", "posts", "hello", "page", "1", "2", "tag", "http", "assets", "rss", "ready"]
    ),
    st.sampled_from([*UP, ".", "", "%00", "%0d%0a", "%2f", "%5c", "unfinished", "later", "former", "hello.md", "%ff"]),
    st.text(max_size=12).map(lambda text: quote(text.encode("utf-8", "surrogatepass"), safe="")),
    st.binary(max_size=12).map(lambda raw: quote(raw, safe="")),
)
_PATHS = st.lists(_SEGMENTS, max_size=6).map(lambda segments: "/" + "/".join(segments))
_QUERIES = st.sampled_from(
    ["", "?", "?page=0", "?page=1&per_page=3", "?page=x", "?tag=%00", "?tag=&page=99999", "?=&&%ff"]
)
_METHODS = st.sampled_from(["GET", "GET", "GET", "HEAD", "POST", "OPTIONS", "BREW", ""])
_VALUES = st.one_of(
    st.sampled_from(["*", "gzip", "identity;q=0", 'W/"x"', '"', ",", "br;q=0.5, *;q=0", "bytes=0-"]),
    st.text(alphabet=st.characters(max_codepoint=255), max_size=30),
)
_NAMES = st.sampled_from(
    ["accept-encoding", "if-none-match", "range", "host", "accept", "content-length", "connection"]
)
_HEADERS = st.lists(st.tuples(_NAMES, _VALUES), max_size=4).map(tuple)
ALLOWED = {200, 301, 304, 404, 405, 406, 422}


@settings(max_examples=400, deadline=None)
@given(path=_PATHS, query=_QUERIES, method=_METHODS, headers=_HEADERS)
def test_every_request_gets_a_valid_response(
    small_app: "Blog", fetch: "Fetch", path: str, query: str, method: str, headers: tuple[tuple[str, str], ...]
) -> None:
    answer = asyncio.run(fetch(small_app, path + query, method, headers))
    assert answer.status in ALLOWED
    assert re.match(r"/(?![/\\])", answer.headers.get("location", "/"))
    assert not re.search(r"[\r\n\0]", "".join(value for _, value in answer.raw_headers))
    assert all(secret not in answer.body for secret in (b"swordfish", b"xyzzy", b"plugh"))
    if method == "HEAD" or answer.status == 304:
        assert answer.body == b""
    else:
        assert answer.headers["content-length"] == str(len(answer.body))
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert "content-security-policy" in answer.headers

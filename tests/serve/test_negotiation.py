import gzip
import os
import re
from collections.abc import Callable
from itertools import combinations

import brotli
import httpx
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from blog.build.encodings import CODINGS
from blog.build.response import Resource, make_resource
from blog.render.page import Rendered as RenderedPage
from blog.serve.negotiation import LONGEST_LIST, choose, prefers_markdown

DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
}

CHOICES = [
    pytest.param("", "", id="empty"),
    pytest.param("identity", "", id="identity"),
    pytest.param("gzip", "gzip", id="gzip"),
    pytest.param("x-gzip", "gzip", id="the-old-name-of-gzip"),
    pytest.param("GZIP", "gzip", id="upper-case"),
    pytest.param("br", "br", id="brotli"),
    pytest.param("zstd", "zstd", id="zstd"),
    pytest.param("deflate", "", id="unknown-only"),
    pytest.param("gzip, deflate, br, zstd", "br", id="a-browser"),
    pytest.param("gzip;q=1.0, br;q=0.5", "gzip", id="weights-decide"),
    pytest.param("gzip;q=0.001", "gzip", id="the-least-weight"),
    pytest.param("br;q=0, gzip", "gzip", id="excluded-by-zero"),
    pytest.param("br;q=0.000, zstd;q=0, *", "gzip", id="a-star-for-the-rest"),
    pytest.param("*", "br", id="star"),
    pytest.param("*;q=0.1", "br", id="weighted-star"),
    pytest.param("identity;q=1, gzip;q=0.5", "", id="identity-preferred"),
    pytest.param("identity;q=0.5, gzip;q=0.9", "gzip", id="identity-second"),
    pytest.param("*;q=0, gzip", "gzip", id="only-gzip"),
    pytest.param("*;q=0, identity", "", id="only-identity"),
    pytest.param("gzip ; q=0.8 ,  br ; q=0.9", "br", id="white-space"),
    pytest.param("gzip;Q=0.8, br;Q=0.9", "br", id="upper-case-q"),
    pytest.param("gzip;q=", "", id="q-without-value"),
    pytest.param("gzip;q=abc", "", id="q-not-a-number"),
    pytest.param("gzip;q=-1", "", id="q-negative"),
    pytest.param("gzip;q=1.5", "", id="q-above-one"),
    pytest.param("gzip;q=0.12345", "", id="q-too-exact"),
    pytest.param("gzip;q=nan, br", "br", id="q-nan"),
    pytest.param("gzip;q=1e5, br;q=0.1", "br", id="q-exponent"),
    pytest.param(",,;;q=1,=,\x00,,", "", id="nonsense"),
    pytest.param(", gzip,", "gzip", id="empty-items"),
    pytest.param("gzip" + ", deflate" * 1200, "", id="ten-kilobytes"),
    pytest.param("a" * 10_000, "", id="one-long-name"),
]


@pytest.mark.parametrize(("accept", "coding"), CHOICES)
async def test_the_best_encoding_is_chosen_and_decodes_to_the_page(
    client: httpx.AsyncClient, accept: str, coding: str
) -> None:
    plain = await client.get("/blog/hello", headers={"accept-encoding": "identity"})
    async with client.stream("GET", "/blog/hello", headers={"accept-encoding": accept}) as answer:
        body = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding", "") == coding
    assert DECODERS[coding](body) == plain.content
    assert answer.headers["content-length"] == str(len(body))
    assert answer.headers["vary"] == "accept, accept-encoding"


@pytest.mark.parametrize("accept", ["identity;q=0", "*;q=0", "identity;q=0, deflate", "*;q=0.0, gzip;q=0.000"])
async def test_a_client_that_excludes_every_encoding_gets_406(client: httpx.AsyncClient, accept: str) -> None:
    answer = await client.get("/blog/hello", headers={"accept-encoding": accept})
    assert answer.status_code == 406
    assert "Accept-Encoding" in answer.text


async def test_lines_of_a_repeated_header_count_as_one_list(client: httpx.AsyncClient) -> None:
    lines = [("accept-encoding", "br;q=0"), ("accept-encoding", "gzip")]
    request = httpx.Request("GET", "http://blog.test/blog/hello", headers=lines)
    answer = await client.send(request)
    assert answer.headers["content-encoding"] == "gzip"


async def test_an_image_is_not_encoded(client: httpx.AsyncClient) -> None:
    page = await client.get("/blog/hello")
    picture = page.text.split('src="/assets/dot')[1].split('"')[0]
    answer = await client.get("/assets/dot" + picture, headers={"accept-encoding": "br, gzip"})
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers


def page_in(*codings: bytes) -> Resource:
    """A page with an encoding in each of these codings; its bodies name them."""
    rendered = RenderedPage(path="/x", route="/x", media_type="text/plain", body=b"identity")
    return make_resource(rendered, {coding: coding for coding in codings}, {})


def chosen(field: bytes, *codings: bytes) -> str | None:
    """The coding that is chosen for a page with these encodings, by default all; None for a 406."""
    found = choose(page_in(*(codings or CODINGS)), field)
    return found.body.decode() if found else None


def test_of_codings_with_equal_weights_the_smallest_is_chosen() -> None:
    field = b"gzip, zstd, br"
    assert chosen(field) == "br"
    assert chosen(field, b"gzip", b"zstd") == "zstd"
    assert chosen(field, b"gzip") == "gzip"


def test_a_page_without_encodings_is_sent_as_identity_or_not_at_all() -> None:
    page = page_in()
    assert choose(page, b"gzip, br") is page.identity
    assert choose(page, b"gzip, identity;q=0") is None


def _expected(header: str) -> dict[str, float]:
    """The weight of each coding of ours, parsed member by member after RFC 9110, section 12.5.3."""
    weights: dict[str, float] = {}
    for member in header.lower().split(","):
        found = re.fullmatch(
            r"[ \t]*([a-z*-]+)[ \t]*(?:;[ \t]*q[ \t]*=[ \t]*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)[ \t]*)?", member
        )
        if found:
            name = found[1].replace("x-gzip", "gzip")
            weights[name] = min(float(found[2] or 1), weights.get(name, 1.0))
    star = weights.get("*")
    return {
        **{name: weights.get(name, star or 0.0) for name in ("br", "zstd", "gzip")},
        "identity": weights.get("identity", 0.0001 if star is None else star),
    }


_TOKENS = st.sampled_from(
    ["gzip", "x-gzip", "GZip", "br", "zstd", "identity", "*", "deflate", "compress", "gzi", "gzipp", ""]
)
_WEIGHTS = st.sampled_from(
    [
        "",
        ";q=0",
        ";q=0.0",
        ";q=1",
        ";q=0.5",
        " ; Q = 0.001",
        ";q=",
        ";q=2",
        ";q=0.0001",
        ";q=.5",
        ";x=1",
        ";q=1;q=0",
        ";q=0,",
    ]
)
_SPACES = st.sampled_from(["", " ", "\t", "  "])
_MEMBERS = st.tuples(_SPACES, _TOKENS, _WEIGHTS, _SPACES).map("".join)
_FIELDS = st.one_of(
    st.lists(_MEMBERS, max_size=40).map(",".join), st.text(st.sampled_from("gzipbr*;q=01., -x"), max_size=60)
)


SUBSETS = [codings for size in range(1, len(CODINGS) + 1) for codings in combinations(CODINGS, size)]


@settings(max_examples=int(os.environ.get("BLOG_TEST_EXAMPLES", "300")), deadline=None)
@given(field=_FIELDS, codings=st.sampled_from(SUBSETS))
def test_codings_are_chosen_as_by_a_parser_that_follows_the_rfc(field: str, codings: tuple[bytes, ...]) -> None:
    found = chosen(field.encode(), *codings)
    if len(field) > LONGEST_LIST:
        assert found == "identity"
        return
    weights = _expected(field)
    available = {name: weights[name] for name in (*(coding.decode() for coding in codings), "identity")}
    best = max(available.values())
    assert found == next((name for name in available if available[name] == best > 0), None)


@pytest.mark.parametrize(
    "field",
    [
        pytest.param("*" + ", deflate" * 40 + ", gzip;q=0, br;q=0, zstd;q=0", id="excluded-at-the-end"),
        pytest.param("gzip;q=1" + " " * 300, id="white-space"),
        pytest.param("br, " * 70 + "br;q=0", id="named-often"),
        pytest.param("br;q=0." + "0" * 249, id="a-long-weight"),
    ],
)
def test_a_list_that_is_too_long_to_parse_gets_the_identity(field: str) -> None:
    assert chosen(field.encode()) == "identity"


def test_a_list_of_the_maximum_length_is_parsed() -> None:
    field = b"gzip" + b", deflate" * 27
    assert chosen(field + b" " * (LONGEST_LIST - len(field))) == "gzip"
    assert chosen(field + b" " * (LONGEST_LIST - len(field) + 1)) == "identity"


@pytest.mark.parametrize(
    "field", ["gzip;q=0, gzip", "gzip, gzip;q=0", "x-gzip;q=0, gzip", "gzip;q=0.0, *", "*, x-gzip;q=0"]
)
def test_a_coding_that_is_excluded_once_is_not_sent(field: str) -> None:
    assert chosen(field.encode(), b"gzip") == "identity"


CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
MARKDOWN = [
    "text/markdown", "text/markdown, text/html", "text/markdown, text/html;q=0.9, */*;q=0.8", "text/markdown, */*", "Text/Markdown",
    "text/html;q=0.5, text/markdown;q=0.5", "text/markdown ; q=0.8 , text/html ; q=0.7", "text/markdown;charset=utf-8, text/*;q=0.9",
    "text/markdown;q=0.001", "text/markdown;q=0.5, text/html;q=0, */*", "text/markdown;q=0.6, text/*;q=0.5, */*", "*/*;q=0.1,text/markdown;q=1.000",
    'text/markdown;variant="a, text/html;b";q=0.9', "application/json, text/markdown", ", ,text/markdown,", "text/markdown;q=0.9, text/html;q=2",
]  # fmt: skip
NOT_MARKDOWN = [
    "", "*/*", "text/*", "text/html", CHROME, "text/markdown;q=0", "text/markdown;q=0.000, */*", "text/markdown;q=0.5, text/html",
    "text/markdown;q=0.5, */*", "text/markdown;q=0.5, text/*;q=0.6", "text/markdown;q=0.9,text/html;level=1", "text/markdown;q=x",
    "text/markdown;q=1.5", "text/markdown;q=0.1234", "text/x-markdown", "text/markdownish", "xtext/markdown", 'application/x;a="text/markdown"',
    "text/html;markdown=1", "text/markdown, text/markdown;q=0", "text/markdown" + " " * LONGEST_LIST, "markdown", "text/markdown text/html",
]  # fmt: skip


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [*((accept, "text/markdown") for accept in MARKDOWN), *((accept, "text/html") for accept in NOT_MARKDOWN)],
)
@pytest.mark.parametrize("path", ["/blog/hello", "/blog/größe", "/about"])
async def test_accept_chooses_between_a_text_and_its_source(
    client: httpx.AsyncClient, path: str, accept: str, media_type: str
) -> None:
    answer = await client.get(path, headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{media_type}; charset=utf-8")
    assert answer.headers["vary"] == "accept, accept-encoding"
    if media_type == "text/markdown":
        assert answer.content == (await client.get(f"{path}.md", headers={"accept": "*/*"})).content


@pytest.mark.parametrize("path", ["/", "/blog", "/tags", "/archive", "/blog/tag/http", "/rss", "/blog/hello.md"])
async def test_a_path_without_a_source_ignores_accept(client: httpx.AsyncClient, path: str) -> None:
    plain = await client.get(path)
    answer = await client.get(path, headers={"accept": "text/markdown"})
    assert (answer.status_code, answer.content) == (200, plain.content)


@pytest.mark.parametrize("path", ["/blog/unfinished", "/blog/later", "/nothing"])
async def test_no_source_of_a_hidden_text_is_sent(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path, headers={"accept": "text/markdown"})).status_code == 404


async def test_a_source_has_its_own_validators_for_each_encoding(client: httpx.AsyncClient) -> None:
    for coding in ("identity", "br"):
        wants = {"accept": "text/markdown", "accept-encoding": coding}
        html = await client.get("/blog/hello", headers=wants | {"accept": "text/html"})
        source = await client.get("/blog/hello", headers=wants)
        assert source.headers["etag"] != html.headers["etag"]
        assert source.headers["last-modified"]
        head = await client.head("/blog/hello", headers=wants)
        assert (head.content, head.headers["content-length"]) == (b"", source.headers["content-length"])
        assert head.headers["etag"] == source.headers["etag"]
        known = await client.get("/blog/hello", headers=wants | {"if-none-match": source.headers["etag"]})
        assert (known.status_code, known.headers["vary"]) == (304, "accept, accept-encoding")
        other = await client.get("/blog/hello", headers=wants | {"if-none-match": html.headers["etag"]})
        assert (other.status_code, other.content) == (200, source.content)
    assert (await client.post("/blog/hello", headers={"accept": "text/markdown"})).status_code == 405


@given(st.lists(st.sampled_from(["text/markdown", "text/html", "*/*", "text/*", ";q=", "0.5", "1", ",", ";", '"', "\\", " ", "q", "=", "\t", "x/y"]), max_size=40))  # fmt: skip
def test_any_accept_is_parsed(parts: list[str]) -> None:
    accept = "".join(parts).encode()
    assert prefers_markdown(accept) in {True, False}
    if b"text/markdown" not in accept:
        assert not prefers_markdown(accept)

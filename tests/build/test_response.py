"""Prepared responses: bodies that are stored compressed, and the traceparent of one request."""

import pytest

from blog.build.encodings import CODINGS, compress
from blog.build.response import make_resource, with_traceparent, without_rarely_asked
from blog.render.page import HTML, Rendered

BODY = "Größe und Gewicht. ".encode() * 100


@pytest.mark.parametrize("coding", CODINGS)
def test_a_resource_without_rarely_asked_has_the_same_bytes_and_headers(coding: bytes) -> None:
    rendered = Rendered(path="/x", route="/x", media_type=HTML, body=BODY)
    page = make_resource(rendered, {coding: compress(BODY)[coding]}, {})
    compressed = without_rarely_asked(page)
    assert compressed.identity.body == page.identity.body == BODY
    assert compressed.identity.headers == page.identity.headers
    assert compressed.identity.etag == page.identity.etag
    assert compressed.encoded == page.encoded
    # No other copy of the body is in memory.
    assert compressed.identity.whole.stored is page.encoded[coding].whole.stored


def test_no_cache_may_keep_the_traceparent_of_a_request() -> None:
    page = make_resource(Rendered(path="/x", route="/x", media_type=HTML, body=BODY), {}, {})
    fields = with_traceparent(page.identity.whole, f"00-{'a' * 32}-{'b' * 16}-01").headers
    assert [value for name, value in fields if name == b"cache-control"] == [b"private, no-store"]
    assert with_traceparent(page.identity.not_modified, "x") == page.identity.not_modified

"""Bodies that are stored compressed: decompressing gives the same bytes."""

import pytest

from blog.build.encodings import CODINGS, compress
from blog.build.response import make_resource, without_identity
from blog.render.page import HTML, Rendered

BODY = "Größe und Gewicht. ".encode() * 100


@pytest.mark.parametrize("coding", CODINGS)
def test_a_resource_without_identity_has_the_same_bytes_and_headers(coding: bytes) -> None:
    rendered = Rendered(path="/x", route="/x", media_type=HTML, body=BODY)
    page = make_resource(rendered, {coding: compress(BODY)[coding]}, {})
    compressed = without_identity(page)
    assert compressed.identity.body == page.identity.body == BODY
    assert compressed.identity.headers == page.identity.headers
    assert compressed.identity.etag == page.identity.etag
    assert compressed.encoded == page.encoded
    # No other copy of the body is in memory.
    assert compressed.identity.whole.stored is page.encoded[coding].whole.stored

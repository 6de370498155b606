"""Bodies kept compressed: the same bytes when they are asked for."""

import pytest

from blog.build.compressed import without_identity
from blog.build.encodings import CODINGS, compress
from blog.build.response import make_resource
from blog.render.page import HTML, Rendered

BODY = "Größe und Gewicht. ".encode() * 100


@pytest.mark.parametrize("coding", CODINGS)
def test_a_folded_page_answers_with_the_same_bytes_and_headers(coding: bytes) -> None:
    rendered = Rendered(path="/x", route="/x", media_type=HTML, body=BODY)
    page = make_resource(rendered, {coding: compress(BODY)[coding]}, {})
    folded = without_identity(page)
    assert folded.identity.body == page.identity.body == BODY
    assert folded.identity.headers == page.identity.headers
    assert folded.identity.etag == page.identity.etag
    assert folded.encoded == page.encoded

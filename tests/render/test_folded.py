"""Bodies kept compressed: the same bytes when they are asked for."""

import pytest

from blog.render.encodings import CODINGS, compress
from blog.render.folded import fold
from blog.render.page import HTML, Rendered, make_page

BODY = "Größe und Gewicht. ".encode() * 100


@pytest.mark.parametrize("coding", CODINGS)
def test_a_folded_page_answers_with_the_same_bytes_and_headers(coding: bytes) -> None:
    rendered = Rendered(path="/x", route="/x", media_type=HTML, body=BODY)
    page = make_page(rendered, {coding: compress(BODY)[coding]}, {})
    folded = fold(page)
    assert folded.identity.body == page.identity.body == BODY
    assert folded.identity.headers == page.identity.headers
    assert folded.identity.etag == page.identity.etag
    assert folded.encoded == page.encoded

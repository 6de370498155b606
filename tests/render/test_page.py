"""Prepared responses."""

from blog.build.response import Resource, make_resource, with_traceparent
from blog.render.page import HTML, TEXT, Rendered


def page(body: bytes = b"body", **encoded: bytes) -> Resource:
    rendered = Rendered(path="/x", route="/{x}", media_type=HTML, body=body, headers={"X-Own": "1"})
    return make_resource(
        rendered, {name.encode(): body for name, body in encoded.items()}, {"x-content-type-options": "nosniff"}
    )


def test_each_representation_has_its_own_etag() -> None:
    made = page(br=b"one", gzip=b"two")
    tags = {made.identity.etag, *(representation.etag for representation in made.encoded.values())}
    assert len(tags) == 3
    assert all(tag.startswith(b'"') and tag.endswith(b'"') for tag in tags)


def test_the_etag_depends_only_on_the_bytes() -> None:
    assert page(b"a").identity.etag == page(b"a").identity.etag
    assert page(b"a").identity.etag != page(b"b").identity.etag


def test_each_representation_has_its_own_headers() -> None:
    made = page(br=b"short")
    plain, coded = dict(made.identity.headers), dict(made.encoded[b"br"].headers)
    assert (plain[b"content-length"], coded[b"content-length"]) == (b"4", b"5")
    assert b"content-encoding" not in plain
    assert coded[b"content-encoding"] == b"br"
    assert plain[b"content-type"] == b"text/html; charset=utf-8"
    assert plain[b"x-own"] == b"1"
    assert plain[b"x-content-type-options"] == b"nosniff"


def test_the_200_and_the_304_have_vary_accept_encoding() -> None:
    made = page(br=b"short")
    for representation in (made.identity, made.encoded[b"br"]):
        assert dict(representation.headers)[b"vary"].lower() == b"accept-encoding"
        assert dict(representation.not_modified.headers)[b"vary"].lower() == b"accept-encoding"


def test_a_304_has_only_the_fields_that_caches_need() -> None:
    headers = dict(page().identity.not_modified.headers)
    assert {b"etag", b"cache-control", b"vary"} <= set(headers)
    assert not {b"content-length", b"content-type", b"content-encoding"} & set(headers)


TRACE = f"00-{'a' * 32}-{'b' * 16}-01"


def test_no_cache_may_store_a_response_with_a_traceparent() -> None:
    response = page(b"body").identity.whole
    traced = with_traceparent(response, TRACE)
    headers = dict(traced.headers)
    assert headers[b"server-timing"] == f'traceparent;desc="{TRACE}"'.encode()
    assert headers[b"cache-control"] == b"private, no-store"
    changed = {b"server-timing", b"cache-control"}
    assert [pair for pair in traced.headers if pair[0] not in changed] == [
        pair for pair in response.headers if pair[0] not in changed
    ]
    assert [name for name, _ in traced.headers].count(b"cache-control") == 1
    assert (traced.status, traced.body) == (200, b"body")


def test_a_304_and_a_response_other_than_html_get_no_traceparent() -> None:
    text = make_resource(Rendered(path="/x", route="/x", media_type=TEXT, body=b"x"), {}, {})
    for response in (page().identity.not_modified, text.identity.whole, text.identity.not_modified):
        assert with_traceparent(response, TRACE) is response

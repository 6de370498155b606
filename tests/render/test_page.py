"""Prepared answers."""

from blog.build.response import Resource, make_resource, with_traceparent
from blog.render.page import HTML, TEXT, Rendered


def page(body: bytes = b"body", **encoded: bytes) -> Resource:
    rendered = Rendered(path="/x", route="/{x}", media_type=HTML, body=body, headers={"X-Own": "1"})
    return make_resource(
        rendered, {name.encode(): coded for name, coded in encoded.items()}, {"x-content-type-options": "nosniff"}
    )


def test_an_etag_is_that_of_the_bytes_sent() -> None:
    made = page(br=b"one", gzip=b"two")
    tags = {made.identity.etag, *(variant.etag for variant in made.encoded.values())}
    assert len(tags) == 3
    assert all(tag.startswith(b'"') and tag.endswith(b'"') for tag in tags)


def test_an_etag_changes_with_the_bytes_and_only_with_them() -> None:
    assert page(b"a").identity.etag == page(b"a").identity.etag
    assert page(b"a").identity.etag != page(b"b").identity.etag


def test_headers_are_those_of_the_variant() -> None:
    made = page(br=b"short")
    plain, coded = dict(made.identity.headers), dict(made.encoded[b"br"].headers)
    assert (plain[b"content-length"], coded[b"content-length"]) == (b"4", b"5")
    assert b"content-encoding" not in plain
    assert coded[b"content-encoding"] == b"br"
    assert plain[b"content-type"] == b"text/html; charset=utf-8"
    assert plain[b"x-own"] == b"1"
    assert plain[b"x-content-type-options"] == b"nosniff"


def test_vary_names_the_encoding_in_both_answers() -> None:
    made = page(br=b"short")
    for variant in (made.identity, made.encoded[b"br"]):
        assert dict(variant.headers)[b"vary"].lower() == b"accept-encoding"
        assert dict(variant.not_modified.headers)[b"vary"].lower() == b"accept-encoding"


def test_not_modified_repeats_what_the_cache_needs_and_no_more() -> None:
    headers = dict(page().identity.not_modified.headers)
    assert {b"etag", b"cache-control", b"vary"} <= set(headers)
    assert not {b"content-length", b"content-type", b"content-encoding"} & set(headers)


TRACE = f"00-{'a' * 32}-{'b' * 16}-01"


def test_an_answer_that_names_its_trace_is_kept_by_nobody() -> None:
    answer = page(b"body").identity.whole
    named = with_traceparent(answer, TRACE)
    headers = dict(named.headers)
    assert headers[b"server-timing"] == f'traceparent;desc="{TRACE}"'.encode()
    assert headers[b"cache-control"] == b"private, no-store"
    changed = {b"server-timing", b"cache-control"}
    assert [pair for pair in named.headers if pair[0] not in changed] == [
        pair for pair in answer.headers if pair[0] not in changed
    ]
    assert [name for name, _ in named.headers].count(b"cache-control") == 1
    assert (named.status, named.body) == (200, b"body")


def test_a_304_and_what_is_no_page_name_no_trace() -> None:
    text = make_resource(Rendered(path="/x", route="/x", media_type=TEXT, body=b"x"), {}, {})
    for answer in (page().identity.not_modified, text.identity.whole, text.identity.not_modified):
        assert with_traceparent(answer, TRACE) is answer

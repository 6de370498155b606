"""Range requests for files (RFC 9110, section 14)."""

import re
from typing import TYPE_CHECKING

import pytest

from blog.build.dates import Dated
from blog.build.response import Resource, make_resource
from blog.http.request import Connection, RequestRecord
from blog.render.page import Rendered
from blog.serve.ranges import NotSatisfiableError, part_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Serve

BODY = bytes(range(100))


def resource(body: bytes = BODY) -> Resource:
    return make_resource(
        Rendered(path="/assets/a", route="/assets/{asset}", media_type="audio/mpeg", body=body), {}, {}
    )


def part(field: str, body: bytes = BODY, **more: str) -> tuple[int, str, bytes] | None:
    """The status, Content-Range and body of a response to a range request; None for the whole file."""
    headers = {b"range": field.encode()} | {name.replace("_", "-").encode(): it.encode() for name, it in more.items()}
    answer = part_of(resource(body), headers)
    if answer is None:
        return None
    return answer.status, dict(answer.headers)[b"content-range"].decode(), bytes(answer.body)


@pytest.mark.parametrize(
    ("field", "first", "last"),
    [
        pytest.param("bytes=0-0", 0, 0, id="first-byte"),
        pytest.param("bytes=10-19", 10, 19, id="inside"),
        pytest.param("bytes=90-", 90, 99, id="to-the-end"),
        pytest.param("bytes=0-", 0, 99, id="all"),
        pytest.param("bytes=99-99", 99, 99, id="last-byte"),
        pytest.param("bytes=90-1000", 90, 99, id="beyond-the-end"),
        pytest.param("bytes=5-99999999999999999999999999", 5, 99, id="overflow"),
        pytest.param("bytes=-1", 99, 99, id="suffix"),
        pytest.param("bytes=-100", 0, 99, id="suffix-of-all"),
        pytest.param("bytes=-18446744073709551617", 0, 99, id="suffix-overflow"),
        pytest.param("BYTES=0-9", 0, 9, id="unit-in-upper-case"),
        pytest.param("bytes= 0-9 ,", 0, 9, id="empty-list-members"),
        pytest.param("bytes=007-009", 7, 9, id="leading-zeros"),
    ],
)
def test_a_range_is_answered_with_its_bytes(field: str, first: int, last: int) -> None:
    assert part(field) == (206, f"bytes {first}-{last}/100", BODY[first : last + 1])


@pytest.mark.parametrize("field", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999-"])
def test_a_range_without_a_byte_of_the_file_is_not_satisfiable(field: str) -> None:
    with pytest.raises(NotSatisfiableError):
        part(field)


@pytest.mark.parametrize(
    "field",
    ["lines=0-1", "bytes", "bytes=", "bytes=a-b", "bytes=9-1", "bytes=--1", "bytes=-", "bytes=1", "bytes=+1-2", "bytes=1-2-3",
     "bytes=0-1,5-9", "bytes=0-0, -1", "bytes=0-1,bytes=2-3", "0-1", "bytes:0-1", "bytes=0x0-0x1", "bytes=1.0-2", "bytes=" + "0" * 5000 + "-"],
)  # fmt: skip
def test_a_field_that_is_invalid_or_names_several_ranges_is_ignored(field: str) -> None:
    assert part(field) is None


def test_the_last_bytes_of_an_empty_file_are_the_whole_file() -> None:
    assert part("bytes=-5", b"") is None
    with pytest.raises(NotSatisfiableError):
        part("bytes=0-", b"")


def test_if_range_with_the_strong_etag_or_the_date_gets_the_part_and_anything_else_the_whole_file() -> None:
    etag = resource().identity.etag.decode()
    assert part("bytes=0-0", if_range=etag) == (206, "bytes 0-0/100", b"\0")
    for other in (f"W/{etag}", '"other"', etag.strip('"'), "", "*", f"{etag}, {etag}", "Sun, 06 Nov 1994 08:49:37 GMT"):
        assert part("bytes=0-0", if_range=other) is None


def test_if_range_compares_the_date_exactly() -> None:
    date = "Sun, 06 Nov 1994 08:49:37 GMT"
    page = resource()
    dated = Resource(page.route, page.media_type, page.identity, page.encoded, Dated(784111777, date))
    assert part_of(dated, {b"range": b"bytes=0-0", b"if-range": date.encode()}) is not None
    for other in ("Sun, 06 Nov 1994 08:49:38 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"):
        assert part_of(dated, {b"range": b"bytes=0-0", b"if-range": other.encode()}) is None


def test_a_long_part_is_no_copy_of_the_file() -> None:
    answer = part_of(resource(bytes(1024 * 1024)), {b"range": b"bytes=1-"})
    assert answer is not None
    assert isinstance(answer.body, memoryview)


def test_a_part_has_the_fields_of_the_whole_file() -> None:
    page = resource()
    answer = part_of(page, {b"range": b"bytes=0-9"})
    assert answer is not None
    fields = dict(answer.headers)
    whole = dict(page.identity.headers)
    assert fields == whole | {b"content-range": b"bytes 0-9/100", b"content-length": b"10"}


def test_a_record_keeps_the_fields_of_range_requests() -> None:
    record = RequestRecord(Connection(None, None, "http"), "GET", "/", b"", [(b"range", b"a"), (b"if-range", b"b")])
    assert record.headers == {b"range": b"a", b"if-range": b"b"}


def test_a_server_answers_range_requests_for_files_and_ignores_them_for_pages(tmp_path: "Path", serve: "Serve") -> None:
    song, table = bytes(range(256)) * 1024, "a,b\n" * 1000
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/a.md").write_text("---\ntitle: A\ndate: 2026-03-01\n---\n\n[song](a.mp3) [table](a.csv)\n")
    (tmp_path / "posts/a.mp3").write_bytes(song)
    (tmp_path / "posts/a.csv").write_text(table)
    server = serve(tmp_path / "posts").wait_until_ready()
    mp3, csv = _assets(server.get("/blog/a").body)

    answer = server.get(mp3, headers={"Range": "bytes=1-200000"})
    assert (answer.status, dict(answer.headers)["content-range"]) == (206, f"bytes 1-200000/{len(song)}")
    assert answer.body == song[1:200001]
    # The part is of the identity, whatever else the client accepts.
    encoded = server.get(csv, headers={"Range": "bytes=4-6", "Accept-Encoding": "br, gzip"})
    assert (encoded.status, encoded.body) == (206, b"a,b")
    assert "content-encoding" not in dict(encoded.headers)
    # Until it is compressed well, the file is there in zstd alone.
    refusing = server.get(csv, headers={"Range": "bytes=4-6", "Accept-Encoding": "gzip, zstd, identity;q=0"})
    assert (refusing.status, dict(refusing.headers)["content-encoding"] in {"gzip", "zstd"}) == (200, True)
    beyond = server.get(mp3, headers={"Range": f"bytes={len(song)}-"})
    assert (beyond.status, dict(beyond.headers)["content-range"]) == (416, f"bytes */{len(song)}")
    etag = dict(answer.headers)["etag"]
    assert server.get(mp3, headers={"Range": "bytes=0-0", "If-None-Match": etag}).status == 304
    assert server.get(mp3, headers={"Range": "bytes=0-0", "If-Match": '"x"'}).status == 412
    head = server.get(mp3, "HEAD", {"Range": "bytes=0-0"})
    assert (head.status, dict(head.headers)["content-length"]) == (200, str(len(song)))
    assert dict(head.headers)["accept-ranges"] == "bytes"
    assert server.get("/blog/a", headers={"Range": "bytes=0-0"}).status == 200


def _assets(page: bytes) -> list[str]:
    return [found.decode() for found in re.findall(rb'"(/assets/a\.[0-9a-f]+\.(?:mp3|csv))"', page)]

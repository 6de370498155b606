"""Responses prepared in full: bytes and field lines for each representation of a resource, ready to be sent."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from blog.build.dates import Dated, Dates
from blog.render.page import HTML, Rendered

RawHeaders = list[tuple[bytes, bytes]]

_NOT_MODIFIED = 304
_HTML_LINE = f"content-type: {HTML}\r\n".encode()
_CACHE_LINE = re.compile(rb"(?<![^\n])cache-control: [^\r]*\r\n")


@dataclass(frozen=True, slots=True)
class PreparedResponse:
    """A status, a body, and the header as lines that end with CRLF, in two parts.

    ``own`` is this answer's alone; ``shared`` is one object for all answers that have the same in it, which are most.
    """

    status: int
    own: bytes
    shared: bytes
    body: bytes = b""

    @property
    def headers(self) -> RawHeaders:
        """The same header as pairs, which is what ASGI wants."""
        pairs = (line.partition(b": ") for line in (self.own + self.shared).split(b"\r\n") if line)
        return [(name, value) for name, _, value in pairs]


@dataclass(frozen=True, slots=True)
class Representation:
    """One encoding of a page: the whole of it, the 304 that stands for it, and a strong ETag of exactly its bytes."""

    etag: bytes
    whole: PreparedResponse
    not_modified: PreparedResponse

    @property
    def body(self) -> bytes:
        return self.whole.body

    @property
    def headers(self) -> RawHeaders:
        return self.whole.headers


@dataclass(frozen=True, slots=True)
class Resource:
    """A path's answer. ``encoded`` holds br, zstd and gzip where they are smaller than the identity."""

    route: str
    media_type: str
    identity: Representation
    encoded: Mapping[bytes, Representation]
    dated: Dated = field(default_factory=Dated)


def make_resource(
    rendered: Rendered, encoded: Mapping[bytes, bytes], security: Mapping[str, str], dates: Dates | None = None
) -> Resource:
    """Prepare every answer that the page can ever be given. Without ``dates`` it has no Last-Modified."""
    plain = etag_of(rendered.body)
    dated = dates.of(rendered.path, plain.encode()) if dates else Dated()
    validated = (("vary", "accept-encoding"), ("cache-control", rendered.cache), *dated.headers)
    described = (("content-type", rendered.media_type), *rendered.headers.items(), *security.items())

    def variant(body: bytes, etag: str, coding: str = "") -> Representation:
        tagged = (("etag", etag),)
        coded = (("content-encoding", coding),) if coding else ()
        own = field_lines((*tagged, *coded, ("content-length", str(len(body)))))
        return Representation(
            etag.encode(),
            PreparedResponse(200, own, _shared((*validated, *described)), body),
            PreparedResponse(304, field_lines(tagged), _shared(validated)),
        )

    variants = {coding: variant(body, etag_of(body), coding.decode()) for coding, body in encoded.items()}
    return Resource(rendered.route, rendered.media_type, variant(rendered.body, plain), variants, dated)


def etag_of(body: bytes) -> str:
    """A strong ETag of the bytes as they are sent: a newer compressor makes other bytes of the same page, and they need another tag.

    >>> etag_of(b"body")
    '"230d8358dc8e8890b4c58dee"'
    """
    return f'"{sha256(body).hexdigest()[:24]}"'


def field_lines(headers: Iterable[tuple[str, str]]) -> bytes:
    r"""A header as it is sent.

    >>> field_lines([("Vary", "accept-encoding")])
    b'vary: accept-encoding\r\n'

    Raises:
        ValueError: a name or a value has a control character in it, with which it could pose as another line.
    """
    pairs = [(name.lower(), value) for name, value in headers]
    for pair in pairs:
        if not "".join(pair).isprintable():
            raise ValueError(f"{pair} is no line of a header")
    return "".join(f"{name}: {value}\r\n" for name, value in pairs).encode("latin-1")


def with_traceparent(answer: PreparedResponse, traceparent: str) -> PreparedResponse:
    """An HTML answer that names its trace to the browser (Server-Timing); any other as it is.

    It belongs to one request, so no cache may keep it: from a shared cache it would name another client's trace, and from the browser's own, by going back
    or by a 304 that refreshes it, the trace of an earlier visit. Hence a 304 names none either.
    """
    if answer.status == _NOT_MODIFIED or _HTML_LINE not in answer.shared:
        return answer
    own = (
        answer.own
        + b'cache-control: private, no-store\r\nserver-timing: traceparent;desc="%s"\r\n' % traceparent.encode()
    )
    return PreparedResponse(answer.status, own, _CACHE_LINE.sub(b"", answer.shared), answer.body)


@lru_cache(maxsize=1024)
def _shared(headers: tuple[tuple[str, str], ...]) -> bytes:
    return field_lines(headers)

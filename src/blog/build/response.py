"""Responses prepared in full: bytes and field lines for each representation of a resource, ready to be sent."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256

from blog import urls
from blog.build.compressed import decompressed, quickest_coding
from blog.build.dates import Dated, Dates
from blog.render.page import HTML, Rendered

RawHeaders = list[tuple[bytes, bytes]]

_NOT_MODIFIED = 304
_HTML_LINE = f"content-type: {HTML}\r\n".encode()
_CACHE_LINE = re.compile(rb"(?<![^\n])cache-control: [^\r]*\r\n")


@dataclass(frozen=True, slots=True)
class PreparedResponse:
    """A status, a body, and the field lines, each of which ends with CRLF, in two parts.

    ``own`` belongs to this response; ``shared`` is one object for all responses with the same lines in it, to save memory. ``stored`` is the
    body, or, with a ``coding``, an encoding of it that is in memory anyway.
    """

    status: int
    own: bytes
    shared: bytes
    stored: bytes = b""
    coding: bytes = b""

    @property
    def body(self) -> bytes:
        """The body as it is sent."""
        return decompressed(self.coding, self.stored) if self.coding else self.stored

    @property
    def headers(self) -> RawHeaders:
        """The field lines as (name, value) pairs, as ASGI expects them."""
        pairs = (line.partition(b": ") for line in (self.own + self.shared).split(b"\r\n") if line)
        return [(name, value) for name, _, value in pairs]


@dataclass(frozen=True, slots=True)
class Representation:
    """One representation of a page: its 200 response, its 304 response, and a strong ETag of exactly its bytes."""

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
    """All representations of a path. ``encoded`` has those in br, zstd and gzip that are smaller than the identity."""

    route: str
    media_type: str
    identity: Representation
    encoded: Mapping[bytes, Representation]
    dated: Dated = field(default_factory=Dated)


def make_resource(
    rendered: Rendered, encoded: Mapping[bytes, bytes], security: Mapping[str, str], dates: Dates | None = None
) -> Resource:
    """Prepare every 200 and 304 response of a page. Without ``dates`` they have no Last-Modified."""
    plain = etag_of(rendered.body)
    dated = dates.of(rendered.path, plain.encode()) if dates else Dated()
    vary = "accept, accept-encoding" if rendered.route in urls.TEXT_ROUTES else "accept-encoding"
    validated = (("vary", vary), ("cache-control", rendered.cache), *dated.headers)
    described = (("content-type", rendered.media_type), *rendered.headers.items(), *security.items())

    def representation(body: bytes, etag: str, coding: str = "") -> Representation:
        return Representation(
            etag.encode(),
            PreparedResponse(200, _own_lines(etag, body, coding), _shared((*validated, *described)), body),
            PreparedResponse(304, field_lines((("etag", etag),)), _shared(validated)),
        )

    encodings = {coding: representation(body, etag_of(body), coding.decode()) for coding, body in encoded.items()}
    return Resource(rendered.route, rendered.media_type, representation(rendered.body, plain), encodings, dated)


def _own_lines(etag: str, body: bytes, coding: str) -> bytes:
    coded = (("content-encoding", coding),) if coding else ()
    return field_lines((("etag", etag), *coded, ("content-length", str(len(body)))))


def without_rarely_asked(page: Resource) -> Resource:
    """The resource in less memory: its identity is decompressed on request, and HTML that has brotli has no zstd."""
    has_brotli_too = page.media_type == HTML and b"br" in page.encoded
    encoded = {name: it for name, it in page.encoded.items() if name != b"zstd" or not has_brotli_too}
    coding = quickest_coding(encoded)
    whole = replace(page.identity.whole, stored=encoded[coding].body, coding=coding)
    return replace(page, identity=replace(page.identity, whole=whole), encoded=encoded)


def with_encodings(page: Resource, encoded: Mapping[bytes, bytes]) -> Resource:
    """The resource with other encodings of the same body. Each has the ETag of its bytes; the identity and the dates stay."""

    def representation(coding: bytes, body: bytes) -> Representation:
        etag, identity = etag_of(body), page.identity
        own = _own_lines(etag, body, coding.decode())
        return Representation(
            etag.encode(),
            PreparedResponse(200, own, identity.whole.shared, body),
            PreparedResponse(304, field_lines((("etag", etag),)), identity.not_modified.shared),
        )

    codings = {coding: representation(coding, body) for coding, body in encoded.items()}
    changed = replace(page, encoded=codings)
    return without_rarely_asked(changed) if page.identity.whole.coding and codings else changed


def etag_of(body: bytes) -> str:
    """A strong ETag of the bytes that are sent: another version of a compressor makes other bytes from the same page, and they need another ETag.

    >>> etag_of(b"body")
    '"230d8358dc8e8890b4c58dee"'
    """
    return f'"{sha256(body).hexdigest()[:24]}"'


def field_lines(headers: Iterable[tuple[str, str]]) -> bytes:
    r"""Field lines in the form that is sent.

    >>> field_lines([("Vary", "accept-encoding")])
    b'vary: accept-encoding\r\n'

    Raises:
        ValueError: a name or a value contains a control character, which could start another field line.
    """
    pairs = [(name.lower(), value) for name, value in headers]
    for pair in pairs:
        if not "".join(pair).isprintable():
            raise ValueError(f"{pair} is not a valid field line")
    return "".join(f"{name}: {value}\r\n" for name, value in pairs).encode("latin-1")


def with_traceparent(response: PreparedResponse, traceparent: str) -> PreparedResponse:
    """An HTML response with its traceparent in Server-Timing, for the browser's RUM; any other response unchanged.

    The response belongs to one request, so no cache may store it. From a shared cache, it would carry the trace of another client; from the browser's
    cache, the trace of an earlier visit. A 304 would update the field of a response in the browser's cache, so it gets no traceparent either.
    """
    if response.status == _NOT_MODIFIED or _HTML_LINE not in response.shared:
        return response
    own = (
        response.own
        + b'cache-control: private, no-store\r\nserver-timing: traceparent;desc="%s"\r\n' % traceparent.encode()
    )
    return PreparedResponse(response.status, own, _CACHE_LINE.sub(b"", response.shared), response.body)


@lru_cache(maxsize=1024)
def _shared(headers: tuple[tuple[str, str], ...]) -> bytes:
    return field_lines(headers)

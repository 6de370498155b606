"""The record of one request, shared by the page store, tracing, metrics and the access log."""

import re
import time
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

KEY = "blog.http.request"
# When the header of a request without a record was on the socket.
STARTED = "blog.http.started"
# The only header fields that the service reads; a record keeps no others.
_KEPT_FIELDS = frozenset({
    b"accept", b"accept-encoding", b"if-match", b"if-none-match", b"if-modified-since", b"if-unmodified-since", b"range", b"if-range", b"traceparent", b"tracestate", b"user-agent", b"referer", b"sec-fetch-mode", b"sec-purpose", b"purpose", b"x-moz",
    b"x-forwarded-proto", b"host", b"content-length", b"transfer-encoding", b"expect",
})  # fmt: skip
# It begins where no such character is before, which keeps the search linear.
_MAIL_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+")


@dataclass(frozen=True, slots=True)
class Connection:
    """What the requests of one connection have in common: both ends as (host, port), where known, and the scheme."""

    client: tuple[str, int] | None
    server: tuple[str, int | None] | None
    scheme: str


@dataclass(frozen=True, slots=True)
class Parent:
    """The parent span that a traceparent field names."""

    trace_id: int
    span_id: int
    sampled: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """The sampling decision for a request, and its trace id. ``parent`` is set only if the peer's traceparent is honoured."""

    sampled: bool
    trace_id: int
    parent: Parent | None = None


class RequestRecord:
    """The record of one request and its response.

    ``path`` is decoded. ``route`` is a template, or "" for an unknown path. ``status`` is 0 until a response has started, ``size`` is the
    length of its body in bytes. ``dynamic`` is True if the router answered, not the page store. ``decision`` is the sampling decision,
    ``trace`` the ids of the request's span, if it has one. ``started`` is when the header was on the socket, or when the record was made, by
    `time.perf_counter`. ``conditional`` is whether the client sent preconditions for a page. ``is_bot`` is only set for requests with a span.
    ``failure`` is the exception because of which the answer is 500.
    """

    __slots__ = (
        "conditional", "connection", "decision", "dynamic", "failure", "headers", "is_bot", "method", "path", "query", "route", "size", "started",
        "status", "trace", "version",
    )  # fmt: skip

    def __init__(  # noqa: PLR0913, PLR0917 -- every request makes a record, and setting the fields afterwards takes longer
        self,
        connection: Connection,
        method: str,
        path: str,
        query: bytes,
        headers: Iterable[tuple[bytes, bytes]],
        version: str = "1.1",
        started: float | None = None,
    ) -> None:
        self.started = time.perf_counter() if started is None else started
        self.connection = connection
        self.method = method
        self.path = path
        self.query = query
        self.version = version
        self.route = ""
        self.status = 0
        self.size = 0
        self.dynamic = False
        self.conditional = False
        self.is_bot = False
        self.failure: Exception | None = None
        self.decision: Decision | None = None
        self.trace: dict[str, str] | None = None
        self.headers: dict[bytes, bytes] = {}
        known = self.headers
        repeated: dict[bytes, list[bytes]] | None = None
        for name, value in headers:
            if name in _KEPT_FIELDS:
                if name not in known:
                    known[name] = value
                    continue
                if repeated is None:
                    repeated = {}
                repeated.setdefault(name, [known[name]]).append(value)
        if repeated is not None:
            # Repeated field lines form one list (RFC 9110, section 5.3). They are joined once at the end: joining as they come is quadratic.
            known.update((name, b",".join(values)) for name, values in repeated.items())

    @property
    def shown_path(self) -> str:
        """The path without mail addresses, as logs and spans have it: links in mail put the reader's own into the path."""
        return _MAIL_ADDRESS.sub("[mail]", self.path) if "@" in self.path else self.path

    @classmethod
    def of(cls, scope: MutableMapping[str, Any]) -> "RequestRecord":
        """Create the record of an ASGI scope and store it in the scope."""
        connection = Connection(scope.get("client"), scope.get("server"), scope.get("scheme", "http"))
        version = scope.get("http_version", "1.1")
        record = cls(
            connection,
            scope["method"],
            scope["path"],
            scope["query_string"],
            scope["headers"],
            version,
            scope.get(STARTED),
        )
        scope[KEY] = record
        return record

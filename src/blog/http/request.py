"""The record of one request, shared by the page store, tracing, metrics and the access log."""

import time
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

KEY = "blog.http.request"
# The headers that anyone in the service looks at; all others are passed over in the one walk through them.
_LOOKED_AT = frozenset({
    b"accept-encoding", b"if-match", b"if-none-match", b"if-modified-since", b"if-unmodified-since", b"traceparent", b"user-agent", b"referer", b"sec-fetch-mode", b"sec-purpose", b"purpose", b"x-moz",
    b"x-forwarded-proto", b"host", b"content-length", b"transfer-encoding", b"expect",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Connection:
    """What the requests of one connection have in common: both ends as (host, port), where known, and the scheme."""

    client: tuple[str, int] | None
    server: tuple[str, int | None] | None
    scheme: str


@dataclass(frozen=True, slots=True)
class Parent:
    """The span of the caller, as its traceparent names it."""

    trace_id: int
    span_id: int
    sampled: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to record a request, and in which trace. ``parent`` is set only where it is honoured."""

    sampled: bool
    trace_id: int
    parent: Parent | None = None


class RequestRecord:
    """``path`` is decoded. ``route`` is a template or "", ``status`` 0 until an answer has started, ``size`` the bytes of its body.

    ``dynamic`` is set where a router answered and not the store; ``decision`` says whether to record the request, and ``trace`` holds the ids
    of its span, if it has one.
    """

    __slots__ = (
        "connection", "decision", "dynamic", "headers", "method", "path", "query", "route", "size", "started", "status", "trace", "version",
    )  # fmt: skip

    def __init__(
        self,
        connection: Connection,
        method: str,
        path: str,
        query: bytes,
        headers: Iterable[tuple[bytes, bytes]],
        version: str = "1.1",
    ) -> None:
        self.started = time.perf_counter()
        self.connection = connection
        self.method = method
        self.path = path
        self.query = query
        self.version = version
        self.route = ""
        self.status = 0
        self.size = 0
        self.dynamic = False
        self.decision: Decision | None = None
        self.trace: dict[str, str] | None = None
        self.headers: dict[bytes, bytes] = {}
        known = self.headers
        repeated: dict[bytes, list[bytes]] | None = None
        for name, value in headers:
            if name in _LOOKED_AT:
                if name not in known:
                    known[name] = value
                    continue
                if repeated is None:
                    repeated = {}
                repeated.setdefault(name, [known[name]]).append(value)
        if repeated is not None:
            # Repeated header lines are one list (RFC 9110, section 5.3); joined at the end, so that thousands of them cost no more than their bytes.
            known.update((name, b",".join(values)) for name, values in repeated.items())

    @classmethod
    def of(cls, scope: MutableMapping[str, Any]) -> "RequestRecord":
        """The record of an ASGI scope, which carries it from now on."""
        connection = Connection(scope.get("client"), scope.get("server"), scope.get("scheme", "http"))
        version = scope.get("http_version", "1.1")
        record = cls(connection, scope["method"], scope["path"], scope["query_string"], scope["headers"], version)
        scope[KEY] = record
        return record

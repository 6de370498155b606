"""An HTTP protocol on top of uvicorn's. It writes prepared responses as soon as the request is parsed.

For a page in memory, a task, a scope and two messages would cost more than the page itself. Unusual requests are passed to uvicorn's own
implementation: those with a body, a method other than GET and HEAD, or a dynamic route.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from blog.build.response import PreparedResponse
from blog.build.state import ServiceState
from blog.http.request import KEY, STARTED, Connection, RequestRecord
from blog.http.semantics import READ_METHODS
from blog.serve.bounded_protocol import ResponseTransport
from blog.serve.connections import Connections
from blog.serve.request_head import is_host, origin_form
from blog.serve.request_protocol import RequestProtocol

if TYPE_CHECKING:
    import asyncio

_READ_METHODS = {method.encode(): method for method in READ_METHODS}
# Requests with one of these fields have a body, or expect 100 (Continue).
_UNUSUAL_FIELDS = frozenset({b"content-length", b"transfer-encoding", b"expect"})
_CLOSE = b"connection: close\r\n"
# The methods of the server as a whole (RFC 9110, section 9.3.7).
_OPTIONS = PreparedResponse(204, b"allow: GET, HEAD, OPTIONS, POST\r\n", b"")
# Longer bodies are not joined to their headers, because clients that do not read would keep the copies in memory.
_MAX_JOINED_BODY = 64 * 1024


class PageProtocol(RequestProtocol):
    """One connection. ``answer`` returns the prepared response of a request; ``finished`` is called when it has been written, and returns the seconds that it took."""

    def __init__(
        self,
        answer: Callable[[RequestRecord], PreparedResponse | None],
        finished: Callable[[RequestRecord], float],
        service: ServiceState,
        connections: Connections,
        **uvicorn_arguments: Any,
    ) -> None:
        super().__init__(connections, **uvicorn_arguments)
        self._answer = answer
        self._finished = finished
        self._service = service
        self._connection: Connection | None = None
        self._host: bytes | None = None

    def answer_request(self) -> int | None:
        version = self.parser.get_http_version()
        if version != "1.1":
            if version != "1.0":
                return 505
            self.keeps_alive = False
        # While draining, the client's next request must go to another replica.
        if self._service.draining:
            self.keeps_alive = False
        if self.url[:1] != b"/" or not self.url.isascii():
            return self._answer_unusual_target(version)
        record = self._new_record(version)
        host = None if record is None else record.headers.get(b"host")
        if (host is None or host != self._host) and not self._has_valid_host(version):
            return 400
        if record is None or not _UNUSUAL_FIELDS.isdisjoint(record.headers):
            return self._call_application(None)
        answer = self._answer(record)
        if answer is None:
            return self._call_application(record)
        self._send(record, answer)
        self.answered = True
        return None

    def _has_valid_host(self, version: str) -> bool:
        """Whether there is exactly one valid Host field, or none in HTTP/1.0 (RFC 9112, section 3.2)."""
        hosts = [value for name, value in self.headers if name == b"host"]
        if not hosts:
            return version == "1.0"
        if len(hosts) > 1 or not is_host(hosts[0]):
            return False
        # The record joins repeated fields with a comma, so a value that contains one cannot be compared.
        self._host = hosts[0] if b"," not in hosts[0] else None
        return True

    def _answer_unusual_target(self, version: str) -> int | None:
        """Answer a request whose target is in asterisk-form or absolute-form (RFC 9112, section 3.2)."""
        if not self._has_valid_host(version):
            return 400
        if self.url == b"*" and self.parser.get_method() == b"OPTIONS":
            self._answer_options(version)
            return None
        form = origin_form(self.url) if self.url.isascii() else None
        if form is None:
            return 400
        authority, self.url = form
        # The authority of the target replaces Host (section 3.2.2).
        self.headers = [(b"host", authority), *(pair for pair in self.headers if pair[0] != b"host")]
        return self.answer_request()

    def _answer_options(self, version: str) -> None:
        record = RequestRecord(self._new_connection(), "OPTIONS", "*", b"", self.headers, version)
        record.status = _OPTIONS.status
        self._send(record, _OPTIONS)
        self.answered = True

    def _call_application(self, record: RequestRecord | None) -> int | None:
        """Pass the request to uvicorn's implementation, which calls the application. With a record, the application skips the store."""
        url, headers = self.url, self.headers
        HttpToolsProtocol.on_message_begin(self)
        self.url = url
        self.headers.extend(headers)
        self.expect_100_continue = any(n == b"expect" and v.lower() == b"100-continue" for n, v in headers)
        known, value = (STARTED, self.arrived) if record is None else (KEY, record)
        cast("dict[str, object]", self.scope)[known] = value
        try:
            HttpToolsProtocol.on_headers_complete(self)
        except httptools.HttpParserError:
            return 400
        self.cycle.keep_alive = self.keeps_alive
        self.cycle.transport = cast("asyncio.Transport", ResponseTransport(self))
        if not self._in_body:
            HttpToolsProtocol.on_message_complete(self)
        return None

    def _new_record(self, version: str) -> RequestRecord | None:
        """The record of the request; None if the page store cannot answer it."""
        method = _READ_METHODS.get(self.parser.get_method())
        target, _, query = self.url.partition(b"?")
        if method is None or b"#" in target:
            return None
        path = target.decode()
        if "%" in path:
            path = unquote(path)
        connection = self._connection or self._new_connection()
        return RequestRecord(connection, method, path, query, self.headers, version, self.arrived)

    def _new_connection(self) -> Connection:
        self._connection = Connection(self.client, self.server, self.scheme or "http")
        return self._connection

    def _send(self, record: RequestRecord, answer: PreparedResponse) -> None:
        body = answer.body
        record.size = len(body)
        if not self.transport.is_closing():
            start = _response_starts.of(answer.status, self.server_state.default_headers)
            head = (start, answer.own, answer.shared, b"" if self.keeps_alive else _CLOSE, b"\r\n")
            if len(body) > _MAX_JOINED_BODY:
                self.transport.writelines((b"".join(head), body))
            else:
                self.transport.write(b"".join((*head, body)))
        if not self.keeps_alive:
            self.close()
        self.last_active = self._connections.now
        self.server_state.total_requests += 1
        self.arrivals.ended = record.started + self._finished(record)


class _ResponseStarts:
    """The beginnings of responses: status line and uvicorn's default header fields, joined once for each value of Date."""

    def __init__(self) -> None:
        self._defaults: list[tuple[bytes, bytes]] | None = None
        self._known: dict[int, bytes] = {}

    def of(self, status: int, defaults: list[tuple[bytes, bytes]]) -> bytes:
        if defaults is not self._defaults:
            self._defaults, self._known = defaults, {}
        known = self._known.get(status)
        if known is None:
            fields = b"".join(b"%s: %s\r\n" % pair for pair in defaults)
            known = self._known[status] = STATUS_LINE[status] + fields
        return known


_response_starts = _ResponseStarts()

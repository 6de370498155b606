"""An HTTP protocol on top of uvicorn's, which answers what is prepared right where the request has been parsed.

For a page that lies in memory a task, a scope and two messages would cost more than the page itself. Whatever is unusual about a request goes
uvicorn's own way: a body, a method other than GET and HEAD, a dynamic route.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from blog.build.response import PreparedResponse
from blog.build.state import ServiceState
from blog.http.request import KEY, Connection, RequestRecord
from blog.serve.bounded_protocol import AnswerTransport
from blog.serve.connections import Connections
from blog.serve.request_head import is_host, origin_form
from blog.serve.request_protocol import RequestProtocol

if TYPE_CHECKING:
    import asyncio

_READS = {b"GET": "GET", b"HEAD": "HEAD"}
# A request with one of these has more to it than its header.
_UNUSUAL = frozenset({b"content-length", b"transfer-encoding", b"expect"})
_CLOSE = b"connection: close\r\n"
_WRONG = PreparedResponse(
    500, b"content-length: 22\r\n", b"content-type: text/plain; charset=utf-8\r\n", b"Internal Server Error\n"
)
# What the server as a whole can do (RFC 9110, section 9.3.7).
_OPTIONS = PreparedResponse(204, b"allow: GET, HEAD, OPTIONS, POST\r\n", b"")
# A longer body is not copied behind its headers: the copies of clients that do not read would pile up.
_LONGEST_COPIED = 64 * 1024

logger = logging.getLogger(__name__)


class PageProtocol(RequestProtocol):
    """One connection. ``answer`` finds what is prepared, ``finished`` is told when it has been sent."""

    def __init__(
        self,
        answer: Callable[[RequestRecord], PreparedResponse | None],
        finished: Callable[[RequestRecord], None],
        service: ServiceState,
        connections: Connections,
        **given: Any,  # by uvicorn, for its own part
    ) -> None:
        super().__init__(connections, **given)
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
        if self.url[:1] != b"/" or not self.url.isascii():
            return self._answer_rare_form(version)
        record = self._exchange(version)
        host = None if record is None else record.headers.get(b"host")
        if (host is None or host != self._host) and not self._is_for_a_host(version):
            return 400
        if record is None or not _UNUSUAL.isdisjoint(record.headers):
            return self._by_asgi(None)
        if not self._is_answered(record):
            return self._by_asgi(record)
        self.answered = True
        return None

    def _is_for_a_host(self, version: str) -> bool:
        """Whether Host is as RFC 9112, section 3.2, demands: one valid line, which only HTTP/1.0 may leave out."""
        hosts = [value for name, value in self.headers if name == b"host"]
        if not hosts:
            return version == "1.0"
        if len(hosts) > 1 or not is_host(hosts[0]):
            return False
        # Two lines would look like one with a comma in it.
        self._host = hosts[0] if b"," not in hosts[0] else None
        return True

    def _answer_rare_form(self, version: str) -> int | None:
        """The asterisk-form and the absolute-form (RFC 9112, section 3.2)."""
        if not self._is_for_a_host(version):
            return 400
        if self.url == b"*" and self.parser.get_method() == b"OPTIONS":
            self._say_what_is_allowed(version)
            return None
        form = origin_form(self.url) if self.url.isascii() else None
        if form is None:
            return 400
        authority, self.url = form
        # The authority stands instead of Host (section 3.2.2).
        self.headers = [(b"host", authority), *(pair for pair in self.headers if pair[0] != b"host")]
        return self.answer_request()

    def _say_what_is_allowed(self, version: str) -> None:
        record = RequestRecord(self._ends(), "OPTIONS", "*", b"", self.headers, version)
        record.status = _OPTIONS.status
        self._send(record, _OPTIONS)
        self.answered = True

    def _by_asgi(self, record: RequestRecord | None) -> int | None:
        """Uvicorn's way, from the beginning of the message on. The application need not ask the store again where there is a record."""
        url, headers = self.url, self.headers
        HttpToolsProtocol.on_message_begin(self)
        self.url = url
        self.headers.extend(headers)
        self.expect_100_continue = any(n == b"expect" and v.lower() == b"100-continue" for n, v in headers)
        if record is not None:
            cast("dict[str, object]", self.scope)[KEY] = record
        try:
            HttpToolsProtocol.on_headers_complete(self)
        except httptools.HttpParserError:
            return 400
        self.cycle.keep_alive = self.keeps_alive
        self.cycle.transport = cast("asyncio.Transport", AnswerTransport(self))
        if not self._in_body:
            HttpToolsProtocol.on_message_complete(self)
        return None

    def _exchange(self, version: str) -> RequestRecord | None:
        """The request as the store knows it; None for one that it cannot know."""
        method = _READS.get(self.parser.get_method())
        target, _, query = self.url.partition(b"?")
        if method is None or b"#" in target:
            return None
        path = target.decode()
        if "%" in path:
            path = unquote(path)
        return RequestRecord(self._connection or self._ends(), method, path, query, self.headers, version)

    def _ends(self) -> Connection:
        self._connection = Connection(self.client, self.server, self.scheme or "http")
        return self._connection

    def _is_answered(self, record: RequestRecord) -> bool:
        try:
            answer = self._answer(record)
        except Exception:
            logger.exception("%s could not be answered", record.path)
            answer, record.status = _WRONG, _WRONG.status
        if answer is None:
            return False
        self._send(record, answer)
        return True

    def _send(self, record: RequestRecord, answer: PreparedResponse) -> None:
        body = answer.body if record.method == "GET" else b""
        record.size = len(body)
        keeps_alive = self.keeps_alive and not self._service.draining
        if not self.transport.is_closing():
            start = _starts.of(answer.status, self.server_state.default_headers)
            head = (start, answer.own, answer.shared, b"" if keeps_alive else _CLOSE, b"\r\n")
            if len(body) > _LONGEST_COPIED:
                self.transport.writelines((b"".join(head), body))
            else:
                self.transport.write(b"".join((*head, body)))
        if not keeps_alive:
            self.close()
        self.last_active = self._connections.now
        self.server_state.total_requests += 1
        self._finished(record)


class _Starts:
    """How answers begin: the status line and the headers that uvicorn gives to all, joined once for each Date."""

    def __init__(self) -> None:
        self._defaults: list[tuple[bytes, bytes]] | None = None
        self._known: dict[int, bytes] = {}

    def of(self, status: int, defaults: list[tuple[bytes, bytes]]) -> bytes:
        if defaults is not self._defaults:
            self._defaults, self._known = defaults, {}
        known = self._known.get(status)
        if known is None:
            given = b"".join(b"%s: %s\r\n" % pair for pair in defaults)
            known = self._known[status] = STATUS_LINE[status] + given
        return known


_starts = _Starts()

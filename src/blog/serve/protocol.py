"""An HTTP protocol on top of uvicorn's, which answers what is prepared right where the request has been parsed.

For a page that lies in memory a task, a scope and two messages would cost more than the page itself. Whatever is unusual about a request, or has
to wait for anything, goes uvicorn's own way: a body, an upgrade, an answer still under way on the connection, a client that does not read.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from blog.exchange import KEY, Connection, Exchange
from blog.render.page import Answer
from blog.serve.live import Live

if TYPE_CHECKING:
    from asyncio import TimerHandle

_READS = {b"GET": "GET", b"HEAD": "HEAD"}
# A request with one of these has more to it than its header.
_UNUSUAL = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade"})
_CLOSE = b"connection: close\r\n"
_WRONG = Answer(
    500, b"content-length: 22\r\n", b"content-type: text/plain; charset=utf-8\r\n", b"Internal Server Error\n"
)
_TOO_LARGE = Answer(431, b"content-length: 0\r\n", b"content-type: text/plain; charset=utf-8\r\n")
_LARGEST_HEAD = 64 * 1024

logger = logging.getLogger(__name__)


class PageProtocol(HttpToolsProtocol):
    """One connection. ``answer`` finds what is prepared, ``finished`` is told when it has been sent."""

    def __init__(
        self,
        answer: Callable[[Exchange], Answer | None],
        finished: Callable[[Exchange], None],
        live: Live,
        **given: Any,  # by uvicorn, for its own part
    ) -> None:
        super().__init__(**given)
        self._answer = answer
        self._finished = finished
        self._live = live
        self._connection: Connection | None = None
        self._answered = False
        self._in_head = False
        self._head_size = 0
        self._idle_since = 0.0
        self._idle_look: TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._idle_look is not None:
            self._idle_look.cancel()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_size += len(data)
            if self._head_size > _LARGEST_HEAD and not self.transport.is_closing():
                self._write(_TOO_LARGE, _TOO_LARGE.body, keep_alive=False)

    def on_message_begin(self) -> None:
        self.url = b""
        self.expect_100_continue = False
        self.headers = []
        self._answered = False
        self._in_head = True
        self._head_size = 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self.transport.is_closing():
            # Pipelined behind the answer that closes the connection (RFC 9112, section 9.6): the client asks again elsewhere.
            self._answered = True
            return
        is_free = (self.cycle is None or self.cycle.response_complete) and not self.flow.write_paused
        exchange = self._exchange() if is_free else None
        if exchange is not None and self._is_answered(exchange):
            self._answered = True
        else:
            self._by_asgi(exchange)

    def on_body(self, body: bytes) -> None:
        if not self._answered:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._answered:
            super().on_message_complete()

    def _by_asgi(self, exchange: Exchange | None) -> None:
        """The way uvicorn goes, from the beginning of the message on. What is known of the request travels along."""
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers.extend(headers)
        if exchange is not None:
            cast("dict[str, object]", self.scope)[KEY] = exchange
        super().on_headers_complete()

    def _exchange(self) -> Exchange | None:
        """The request as the store knows it; None for one that is unusual."""
        method = _READS.get(self.parser.get_method())
        target, _, query = self.url.partition(b"?")
        if method is None or target[:1] != b"/" or b"#" in self.url or not self.url.isascii():
            return None
        path = target.decode()
        if "%" in path:
            path = unquote(path)
        if self._connection is None:
            self._connection = Connection(self.client, self.server, self.scheme or "http")
        exchange = Exchange(self._connection, method, path, query, self.headers, self.parser.get_http_version())
        return exchange if _UNUSUAL.isdisjoint(exchange.headers) else None

    def _is_answered(self, exchange: Exchange) -> bool:
        try:
            answer = self._answer(exchange)
        except Exception:
            logger.exception("%s could not be answered", exchange.path)
            answer, exchange.status = _WRONG, _WRONG.status
        if answer is None:
            return False
        keep_alive = exchange.version != "1.0" and self.parser.should_keep_alive() and not self._live.draining
        body = answer.body if exchange.method == "GET" else b""
        exchange.size = len(body)
        self._write(answer, body, keep_alive=keep_alive)
        self.server_state.total_requests += 1
        self._finished(exchange)
        return True

    def _write(self, answer: Answer, body: bytes, *, keep_alive: bool) -> None:
        if not self.transport.is_closing():
            start = _starts.of(answer.status, self.server_state.default_headers)
            closing = b"" if keep_alive else _CLOSE
            self.transport.write(b"".join((start, answer.own, answer.shared, closing, b"\r\n", body)))
        if not keep_alive:
            self.transport.close()
            return
        self._idle_since = self.loop.time()
        if self._idle_look is None:
            self._idle_look = self.loop.call_later(self.timeout_keep_alive, self._close_if_idle)

    def _close_if_idle(self) -> None:
        """Looks once in a while, instead of setting a timer for every answer and taking it back with every request."""
        self._idle_look = None
        is_busy = self._in_head or self.timeout_keep_alive_task is not None
        if is_busy or (self.cycle is not None and not self.cycle.response_complete):
            return  # whoever answers next sets the next look, or uvicorn's own timer
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._idle_look = self.loop.call_later(left, self._close_if_idle)
        else:
            self.timeout_keep_alive_handler()


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

"""An HTTP server for /metrics on its own port. It answers in threads, so that a scrape does not delay the event loop."""

import errno
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from socketserver import BaseRequestHandler, BaseServer, TCPServer, ThreadingMixIn
from typing import Any

from blog import urls
from blog.http.semantics import has_body
from blog.telemetry.exposition import Scrape

Exposition = Callable[[str, str], Scrape]


_MAX_CONNECTIONS = 16
# The time limits of one read or write, and of a connection, which serves one scrape.
_SILENCE_SECONDS = 5.0
_LONGEST_SECONDS = 15.0
_POLL_SECONDS = 0.2
_OUT_OF_DESCRIPTORS = {errno.EMFILE, errno.ENFILE}

logger = logging.getLogger(__name__)


class MetricsServer:
    """Serves scrapes on bound sockets until it is closed, with a thread for each socket and each connection."""

    def __init__(self, exposition: Exposition, listeners: Sequence[socket.socket]) -> None:
        self._servers = [_Server(listener, _handler(exposition)) for listener in listeners]
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), name="metrics", daemon=True).start()

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


class _Server(ThreadingMixIn, TCPServer):
    """A server with a maximum number of connections. A new one beyond it closes the oldest, so that idle connections cannot block scrapes."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, listener: socket.socket, handler: type[BaseRequestHandler]) -> None:
        # Skips TCPServer's, which would create and bind a socket.
        BaseServer.__init__(self, listener.getsockname(), handler)
        self.socket = listener
        self._since: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        self._free = threading.Semaphore(_MAX_CONNECTIONS)

    def get_request(self) -> tuple[socket.socket, Any]:
        try:
            return super().get_request()
        except OSError as problem:
            if problem.errno in _OUT_OF_DESCRIPTORS:
                time.sleep(_POLL_SECONDS)  # the connection stays in the queue, and accept() would fail again at once
            raise

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._since[request] = time.monotonic()
            if len(self._since) > _MAX_CONNECTIONS:
                _shut_down(next(iter(self._since)))
        if self._free.acquire(timeout=_SILENCE_SECONDS):
            super().process_request(request, client_address)
        else:
            self._unregister(request)
            super().shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def shutdown_request(self, request: Any) -> None:
        self._unregister(request)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Shut down connections that have exceeded their time; socketserver calls this several times a second."""
        oldest = time.monotonic() - _LONGEST_SECONDS
        with self._lock:
            for request, since in self._since.items():
                if since < oldest:
                    _shut_down(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        del request, client_address
        # OSError means that the client has disconnected, which is no error of the server.
        if not isinstance(sys.exception(), OSError):
            logger.error("a scrape failed", exc_info=sys.exception())

    def _unregister(self, request: socket.socket) -> None:
        with self._lock:
            self._since.pop(request, None)


def _shut_down(request: socket.socket) -> None:
    """Shut a connection down, which also ends the blocking read or write of its thread."""
    with suppress(OSError):
        request.shutdown(socket.SHUT_RDWR)


def _handler(exposition: Exposition) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SILENCE_SECONDS
        protocol_version = "HTTP/1.1"
        server_version, sys_version = "blog", ""

        def do_GET(self) -> None:
            if self.path.partition("?")[0] == urls.METRICS:
                fields = (self.headers.get(name, "") for name in ("accept", "accept-encoding"))
                self._respond(200, exposition(*fields))
            else:
                plain = {"content-type": "text/plain; charset=utf-8"}
                self._respond(404, Scrape(b"Metrics are at /metrics.\n", plain))

        do_HEAD = do_GET  # noqa: N815 -- the standard library's name

        def _respond(self, status: int, answer: Scrape) -> None:
            self.send_response(status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            # A connection that is kept alive between scrapes would count towards the maximum.
            self.send_header("Connection", "close")
            self.end_headers()
            if has_body(self.command):
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the standard library's name
            """Log nothing: scrapes do not belong in the access log."""

    return Handler

"""Splits the bytes of a connection into requests, one at a time.

The parser gets one request at a time. Bytes behind it are kept unparsed until the response is complete and the client reads it. So responses
and refusals are sent in the order of the requests, and a client occupies at most one request, one response and one read.
"""

import re
import time
from contextvars import Context
from typing import Any

import httptools

from blog.serve.bounded_protocol import BoundedProtocol
from blog.serve.connections import Connections
from blog.serve.request_body import BodyEnd
from blog.serve.request_head import LONGEST_HEAD, MOST_FIELDS, needs_line_check, refusal_status, without_upgrade

_EMPTY_LINES = re.compile(rb"[\r\n]*")
_END = b"\r\n\r\n"
# Nearly every request is a single read that is no longer than this, and is parsed without a search for the end of its head.
_SHORT_HEAD = 2048
# After so many requests of one read, the event loop serves other connections.
_MAX_REQUESTS_IN_A_ROW = 32


class _Callbacks:
    """The callbacks of the parser. Two of them are methods of lists: a call of a Python function costs ten times as much."""

    def __init__(self, protocol: "RequestProtocol", targets: list[bytes], unfinished: list[bool]) -> None:
        self.on_url = targets.append
        self.on_header = protocol.on_header
        self.on_headers_complete = protocol.on_headers_complete
        self.on_body = protocol.on_body
        self.on_message_complete = unfinished.clear


class RequestProtocol(BoundedProtocol):
    """A connection that parses requests; a subclass answers them.

    ``url`` is the request's target; ``keeps_alive`` is whether the request allows further ones on the connection;
    ``arrived`` is when the end of its header was on the socket, by `time.perf_counter`, and ``turn`` that of `Arrivals` in which it was read.
    """

    def __init__(self, connections: Connections, **uvicorn_arguments: Any) -> None:
        super().__init__(connections, **uvicorn_arguments)
        self.answered = False
        self.keeps_alive = False
        self.arrived = 0.0
        self.arrivals = connections.arrivals
        self.turn = 0
        self._data, self._at = b"", 0
        self._will_read = False
        self._body_end = BodyEnd(())
        self._new_parser()

    def answer_request(self) -> int | None:
        """Answer the request whose head has been parsed; return a status to refuse it, else None.

        Sets ``answered`` if the response is complete, so that a body which follows is discarded.
        """
        raise NotImplementedError

    def data_received(self, data: bytes) -> None:
        if self._is_closing:
            return
        self.arrived = self.arrivals.of(self)
        # Nearly every request takes this way, so the conditions are not in a function of their own.
        if (
            data[-4:] == _END
            and len(data) <= _SHORT_HEAD
            and (self.cycle is None or self.cycle.response_complete)
            and not (self._data or self._in_body or self.flow.write_paused)
            and self._is_one_request(data)
        ):
            self._has_had_request = True
            status = self.answer_request()
            if status:
                self.refuse(refusal_status(data.lstrip(b"\r\n")) or status)
            return
        self._data = self._data[self._at :] + data if self._data else data
        self._at = 0
        self._read()

    def _is_one_request(self, data: bytes) -> bool:
        """Parse a read as a whole; True if it was one request without a body. Anything else is parsed again, piece by piece."""
        self.headers = []
        self.answered = False
        self._unfinished.append(True)
        try:
            self.parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            pass
        else:
            if len(self._targets) == 1 and not self._unfinished and len(self.headers) <= MOST_FIELDS:
                self.url = self._targets.pop()
                return True
        self._new_parser()
        return False

    def _new_parser(self) -> None:
        self._targets: list[bytes] = []
        self._unfinished: list[bool] = []
        self.parser = httptools.HttpRequestParser(_Callbacks(self, self._targets, self._unfinished))

    def _feed_head(self, head: bytes) -> None:
        self.headers = []
        self.answered = False
        self._unfinished.append(True)
        self.parser.feed_data(head)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._read_later()

    def on_response_complete(self) -> None:
        """As uvicorn's, without its timer for each response and without its queue of requests."""
        self.server_state.total_requests += 1
        self.arrivals.ended = time.perf_counter()
        if not (self._is_closing or self.transport.is_closing()):
            self.last_active = self._connections.now
            self.flow.resume_reading()
            self._read_later()

    def _read(self) -> None:
        """Answer the requests that have been read, until one must wait for more bytes or for the response before it."""
        self._will_read = False
        left = _MAX_REQUESTS_IN_A_ROW
        while self._at < len(self._data) and not self._is_closing:
            if self._in_body:
                self._take_body()
            elif self.is_busy or self.flow.write_paused:
                self.flow.hold()
                return
            elif not left:
                self._read_later()
                return
            elif self._take_head():
                left -= 1
            else:
                break
        else:
            self._data = b""
        self.flow.release()

    def _read_later(self) -> None:
        if self._data and not self._will_read:
            self._will_read = True
            self.flow.hold()
            # In a new context, because the next request does not belong to the trace of the previous response.
            self.loop.call_soon(self._read, context=Context())

    def _take_head(self) -> bool:
        """Parse the next head and answer its request; False if the head is not complete."""
        data, at = self._data, self._at
        if data[at] in b"\r\n":
            at = self._at = _after_empty_lines(data, at)
        end = data.find(_END, at) + len(_END)
        if end < len(_END):
            self._wait_for_head(data[at : at + LONGEST_HEAD + 1])
            return False
        self._at, self._head_since, self._has_had_request = end, None, True
        head = data[at:end]
        status = (refusal_status(head) if needs_line_check(head) else None) or self._parse(head) or self._begin_answer()
        if status:
            self.refuse(refusal_status(head) or status)
        return True

    def _begin_answer(self) -> int | None:
        if self._unfinished:
            self._body_end, self._in_body = BodyEnd(self.headers), True
        return self.answer_request()

    def _wait_for_head(self, start: bytes) -> None:
        if not start:
            return
        if self._head_since is None:
            self._head_since = self._connections.now
        status = refusal_status(start)
        if status:
            self.refuse(status)

    def _parse(self, head: bytes) -> int | None:
        """Parse a head; return a status to refuse it, else None."""
        try:
            self._feed_head(head)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            status = refusal_status(head) or self._parse_again(without_upgrade(head))
            if status:
                return status
        self.url = self._targets.pop()
        return None

    def _parse_again(self, head: bytes) -> int | None:
        if head.startswith(b"CONNECT "):
            return 405
        self._new_parser()
        try:
            self._feed_head(head)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            return 400
        return None

    def _take_body(self) -> None:
        data, at = self._data, self._at
        self._at = self._body_end.after(data, at)
        self.last_active = self._connections.now
        try:
            self.parser.feed_data(data[at : self._at])
        except httptools.HttpParserError:
            self._refuse_body()
            return
        if not self._unfinished:
            self._in_body = False
            if not self.answered:
                super().on_message_complete()

    def _refuse_body(self) -> None:
        """Refuse an invalid body, unless a response to its request has started."""
        if self.is_busy and not self.cycle.response_started:
            self.refuse(400)
        else:
            self._connections.refused(400)
            self.linger()

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        # The parser resets it when the message is complete.
        self.keeps_alive = self.parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        if not self.answered:
            super().on_body(body)


def _after_empty_lines(data: bytes, at: int) -> int:
    """The position after empty lines, which a server ignores before a request (RFC 9112, section 2.2)."""
    lines = _EMPTY_LINES.match(data, at)
    return lines.end() if lines else at

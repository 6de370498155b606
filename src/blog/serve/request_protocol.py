"""Requests, one at a time, out of what a client sends.

The parser is given one request at a time. What has been read beyond it is kept unparsed until the answer is complete and the client reads it.
So answers and refusals leave in the order of the requests, and a client costs no more than one request, one answer and one read.
"""

import re
from contextvars import Context
from typing import Any

import httptools

from blog.serve.bounded_protocol import BoundedProtocol
from blog.serve.connections import Connections
from blog.serve.request_body import BodyEnd
from blog.serve.request_head import LONGEST_HEAD, MOST_FIELDS, fault, may_be_at_fault, plain

_EMPTY_LINES = re.compile(rb"[\r\n]*")
_END = b"\r\n\r\n"
# Nearly every request is a head of this length in one piece, and is parsed without a look at where it ends.
_SHORT_HEAD = 2048
# After so many requests out of one read, other connections have their turn.
_MOST_IN_A_TURN = 32


class _Callbacks:
    """What the parser calls. Two of them are methods of lists, because a call of Python code costs a page ten times as much."""

    def __init__(self, protocol: "RequestProtocol", targets: list[bytes], unfinished: list[bool]) -> None:
        self.on_url = targets.append
        self.on_header = protocol.on_header
        self.on_headers_complete = protocol.on_headers_complete
        self.on_body = protocol.on_body
        self.on_message_complete = unfinished.clear


class RequestProtocol(BoundedProtocol):
    """One connection, from bytes to requests. A subclass answers them.

    ``url`` is the request's target, ``keeps_alive`` what it says of the connection.
    """

    def __init__(self, connections: Connections, **given: Any) -> None:
        super().__init__(connections, **given)
        self.answered = False
        self.keeps_alive = False
        self._data, self._at = b"", 0
        self._will_read = False
        self._body_end = BodyEnd(())
        self._new_parser()

    def answer_request(self) -> int | None:
        """Answer the request whose head has been parsed; return the status to refuse it with, if it is refused.

        ``answered`` says whether its body, if it has one, is of no interest any more.
        """
        raise NotImplementedError

    def data_received(self, data: bytes) -> None:
        if self._is_leaving:
            return
        if data[-4:] == _END and len(data) <= _SHORT_HEAD and self._is_free() and self._is_one_request(data):
            self._has_asked = True
            status = self.answer_request()
            if status:
                self.refuse(fault(data.lstrip(b"\r\n")) or status)
            return
        self._data = self._data[self._at :] + data if self._data else data
        self._at = 0
        self._read()

    def _is_free(self) -> bool:
        cycle = self.cycle
        is_answered = cycle is None or cycle.response_complete
        return is_answered and not (self._data or self._in_body or self.flow.write_paused)

    def _is_one_request(self, data: bytes) -> bool:
        """Have a read parsed as a whole; True if it was one request without a body. Anything else is parsed again, in pieces."""
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
        """As uvicorn's, without a timer for each answer and without a queue."""
        self.server_state.total_requests += 1
        if not (self._is_leaving or self.transport.is_closing()):
            self.last_active = self._connections.now
            self.flow.resume_reading()
            self._read_later()

    def _read(self) -> None:
        """Take request after request from what has come, until something has to be waited for."""
        self._will_read = False
        left = _MOST_IN_A_TURN
        while self._at < len(self._data) and not self._is_leaving:
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
            # In a fresh context: the next request is no part of the trace of the answer that has just ended.
            self.loop.call_soon(self._read, context=Context())

    def _take_head(self) -> bool:
        """Parse the next head and answer its request; False if it is not there in full."""
        data, at = self._data, self._at
        if data[at] in b"\r\n":
            at = self._at = _after_empty_lines(data, at)
        end = data.find(_END, at) + len(_END)
        if end < len(_END):
            self._wait_for_head(data[at : at + LONGEST_HEAD + 1])
            return False
        self._at, self._head_since, self._has_asked = end, None, True
        head = data[at:end]
        status = (fault(head) if may_be_at_fault(head) else None) or self._parse(head) or self._begin_answer()
        if status:
            self.refuse(fault(head) or status)
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
        status = fault(start)
        if status:
            self.refuse(status)

    def _parse(self, head: bytes) -> int | None:
        """Have a head parsed; the status it is refused with, if it is."""
        try:
            self._feed_head(head)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            status = fault(head) or self._parse_plain(plain(head))
            if status:
                return status
        self.url = self._targets.pop()
        return None

    def _parse_plain(self, head: bytes) -> int | None:
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
        """Refuse a broken body, unless its request has been answered before the body came."""
        if self.is_busy and not self.cycle.response_started:
            self.refuse(400)
        else:
            self._connections.refused(400)
            self.linger()

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        # The parser forgets it when the message is complete.
        self.keeps_alive = self.parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        if not self.answered:
            super().on_body(body)


def _after_empty_lines(data: bytes, at: int) -> int:
    """Where a request may begin: RFC 9112, section 2.2, has a server pass over empty lines in front of it."""
    lines = _EMPTY_LINES.match(data, at)
    return lines.end() if lines else at

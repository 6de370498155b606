"""A connection with time limits: it closes if the client sends too slowly, idles too long, does not read, or is refused."""

import asyncio
import socket
import struct
from contextlib import suppress
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from blog.http.semantics import ALLOW
from blog.serve.connections import Connections

# The kernel doubles it. One read is the most that is buffered of pipelined requests.
_RECEIVE_BUFFER = 32 * 1024
_LINGER_SECONDS = 2.0
# Fields that belong to a status (RFC 9110, sections 15.5.6 and 15.6.4).
_STATUS_FIELDS = {405: f"allow: {ALLOW}\r\n".encode(), 503: b"retry-after: 5\r\n"}


class Flow(FlowControl):
    """uvicorn's flow control, with a second reason to pause reading: pipelined requests that have been read and must wait."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__(transport)
        self.held = False

    def hold(self) -> None:
        if not self.held:
            self.held = True
            if not self.read_paused:
                self._transport.pause_reading()

    def release(self) -> None:
        if self.held:
            self.held = False
            if not self.read_paused:
                self._transport.resume_reading()

    def pause_reading(self) -> None:
        if not self.read_paused:
            self.read_paused = True
            if not self.held:
                self._transport.pause_reading()

    def resume_reading(self) -> None:
        if self.read_paused:
            self.read_paused = False
            if not self.held:
                self._transport.resume_reading()


class ResponseTransport:
    """The transport that uvicorn's response cycle uses. Closing it during a request's body does not lose the response."""

    def __init__(self, protocol: "BoundedProtocol") -> None:
        self._protocol = protocol
        self.write = protocol.transport.write
        self.is_closing = protocol.transport.is_closing

    def close(self) -> None:
        self._protocol.close()


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol for one connection, with the limits of `Connections` in place of its timers."""

    flow: Flow

    def __init__(self, connections: Connections, **uvicorn_arguments: Any) -> None:
        super().__init__(**uvicorn_arguments)
        self.last_active = 0.0
        self._connections = connections
        self._head_since: float | None = None
        self._has_had_request = False
        self._in_body = False
        self._is_closing = False
        self._unsent = 0
        self._unsent_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = Flow(transport)
        tcp: socket.socket | None = transport.get_extra_info("socket")
        if tcp is not None:
            with suppress(OSError):
                tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        self._connections.opened(self, self.loop)

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_closing = True
        self._connections.closed(self)
        super().connection_lost(exc)

    @property
    def is_busy(self) -> bool:
        """Whether the application has not completed its response."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def is_idle(self) -> bool:
        """Whether the connection is kept alive and has been without a request for a second."""
        is_between = self._has_had_request and self._head_since is None and not (self._in_body or self._is_closing)
        return (
            is_between
            and not self.is_busy
            and self._connections.now - self.last_active >= 1
            and not (self.transport.is_closing() or self.transport.get_write_buffer_size())
        )

    def refuse(self, status: int) -> None:
        """Send an empty response with this status, then close the connection once the client has had time to read it."""
        self._connections.refused(status)
        if self.transport.is_closing():
            return
        lines = b"".join(b"%s: %s\r\n" % pair for pair in self.server_state.default_headers)
        end = _STATUS_FIELDS.get(status, b"") + b"content-length: 0\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + lines + end)
        self.linger()

    def close(self) -> None:
        """Close when everything written has been sent. If the rest of a body may still arrive, linger, to avoid a reset."""
        if self._in_body and not self.transport.is_closing():
            self.linger()
        else:
            self._is_closing = True
            self.transport.close()

    def linger(self) -> None:
        """Close for writing and keep reading for a while. Closing with unread bytes would reset the connection and lose the response."""
        self._is_closing = True
        self.last_active = self._connections.now
        self._disconnect_application()
        self.flow.resume_reading()
        self.flow.release()
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def check_limits(self, now: float) -> None:
        """Close the connection if it has exceeded a time limit."""
        limits = self._connections.limits
        if self._is_stuck(now, limits.send):
            self._reset()
        elif self._is_closing or self.transport.is_closing():
            if now - self.last_active > _LINGER_SECONDS and not self._unsent:
                self.transport.abort()
        elif self._in_body:
            if not self.flow.read_paused and now - self.last_active > limits.body:
                self._end_body()
        elif not self.is_busy and not self._unsent:
            self._check_head(now, limits.header)

    def _is_stuck(self, now: float, seconds: float) -> bool:
        """Whether the number of unsent bytes has not changed for so many seconds."""
        unsent = self.transport.get_write_buffer_size()
        if unsent != self._unsent:
            self._unsent, self._unsent_since = unsent, now
        return unsent > 0 and now - self._unsent_since > seconds

    def _check_head(self, now: float, seconds: float) -> None:
        if self._head_since is not None:
            if now - self._head_since > seconds:
                self.refuse(408)
        elif now - self.last_active > (self.timeout_keep_alive if self._has_had_request else seconds):
            self.transport.close()

    def _end_body(self) -> None:
        if self.is_busy and not self.cycle.response_started:
            self.refuse(408)
        else:
            self._disconnect_application()
            self._is_closing = True
            self.transport.close()

    def _reset(self) -> None:
        """Reset the connection, which also discards the kernel's send buffer."""
        self._disconnect_application()
        tcp: socket.socket | None = self.transport.get_extra_info("socket")
        if tcp is not None:
            with suppress(OSError):
                tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _disconnect_application(self) -> None:
        """Signal the disconnect to the application, so that it does not write to a closed transport."""
        if self.is_busy:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

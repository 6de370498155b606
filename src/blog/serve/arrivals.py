"""When data arrived at a socket, which is earlier than when it is read while the event loop is busy.

The event loop reads each socket that has data once, and then asks the kernel again. So a socket that is read a second time begins another turn, and what
is read in it arrived during the turn before, or just now if the loop paused in between. This takes no call of the kernel. After a long pause, and after
something has occupied the loop, the kernel is asked when the data arrived.
"""

import socket
import sys
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from blog.serve.request_protocol import RequestProtocol

# A loop that does not wait for data reads the next socket within this time.
_PAUSE_SECONDS = 50e-6
# A pause as long as this may be one in which the process had no processor. Only a loop with time to spare asks the kernel so often.
_LONG_PAUSE_SECONDS = 1e-3
# The server's tick comes every 20 ms. No turn is taken to last longer, and if a tick is this late, something has occupied the loop.
_LONGEST_TURN_SECONDS, _LATE_TICK_SECONDS = 0.02, 0.04
# tcp_info of Linux: the milliseconds since the last data, in ticks of the kernel, which are up to 10 ms.
_TCP_INFO, _SIZE, _LAST_DATA = 11, 56, slice(52, 56)
_KERNEL_TICK_SECONDS, _LONGEST_SECONDS = 0.01, 60.0


class Arrivals:
    """The turns of one event loop. ``ended`` is when the last response was completed; all times are of `time.perf_counter`."""

    __slots__ = ("_arrived", "_began", "_ticked", "_turn", "ended")

    def __init__(self) -> None:
        self.ended = perf_counter()
        self._ticked = inf
        self._arrived = self._began = 0.0
        self._turn = 0

    def tick(self) -> None:
        """To be called by the event loop every 20 ms."""
        self._ticked = perf_counter()

    def of(self, protocol: "RequestProtocol") -> float:
        """When the data arrived that a connection reads now. Every page calls this, so it is one function without another call."""
        now = perf_counter()
        if now - self.ended > _PAUSE_SECONDS:
            arrived = now if now - self.ended < _LONG_PAUSE_SECONDS else now - waited(protocol.transport)
        elif protocol.turn != self._turn and now - self._began < _LONGEST_TURN_SECONDS:
            protocol.turn = self._turn
            return self._arrived
        else:
            arrived = (self._began + now) / 2
        self._began, self._arrived = now, arrived
        protocol.turn = self._turn = self._turn + 1
        return arrived if now - self._ticked < _LATE_TICK_SECONDS else self._late(protocol, now)

    def _late(self, protocol: "RequestProtocol", now: float) -> float:
        # The next call does not take this turn for its own, and asks too.
        self._began = now - _LONGEST_TURN_SECONDS
        seconds = waited(protocol.transport)
        return now - seconds if seconds else self._arrived


def waited(transport: "asyncio.BaseTransport") -> float:
    """The seconds since the last data arrived at the socket of a transport, to a hundredth; 0 where the kernel does not tell."""
    tcp: socket.socket | None = transport.get_extra_info("socket")
    if tcp is None or sys.platform != "linux":
        return 0.0
    try:
        info = tcp.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _SIZE)
    except OSError:
        return 0.0
    seconds = int.from_bytes(info[_LAST_DATA], sys.byteorder) / 1000
    return seconds if _KERNEL_TICK_SECONDS <= seconds <= _LONGEST_SECONDS else 0.0

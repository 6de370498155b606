"""How a listener stops taking newcomers without losing those who are already through the door.

Closing a listening socket resets every connection that the kernel has accepted and the process has not. Under constant load that queue is never
empty. So the kernel is first told to drop the opening packet of new connections, by a socket filter that an unprivileged process may attach;
the queue then runs empty, and closing loses nobody. Whoever was dropped tries again, and is refused or routed elsewhere.
"""

import ctypes
import logging
import socket
import struct
import sys

_SO_ATTACH_FILTER = 26  # linux/asm-generic/socket.h; Python's socket module does not name it
# Classic BPF over the TCP header: byte 13 holds the flags; SYN without ACK is dropped, all else passes.
_DROP_OPENING_PACKETS = (
    (0x30, 0, 0, 13),  # load the flags
    (0x54, 0, 0, 0x12),  # keep SYN and ACK
    (0x15, 0, 1, 0x02),  # SYN alone?
    (0x06, 0, 0, 0),  # then drop
    (0x06, 0, 0, 0xFFFFFFFF),  # else pass
)

logger = logging.getLogger(__name__)


def refuse_newcomers(listener: int) -> None:
    """Attach the filter to a listening socket's descriptor; where that cannot be done, the queue is only drained."""
    if not sys.platform.startswith("linux"):
        return
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _DROP_OPENING_PACKETS))
    filter_ = struct.pack("HL", len(_DROP_OPENING_PACKETS), ctypes.addressof(program))
    try:
        door = socket.socket(fileno=listener)
        try:
            door.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filter_)
        finally:
            door.detach()  # the descriptor stays its owner's
    except OSError as problem:
        logger.info("newcomers cannot be turned away (%s); those in the queue may be reset", problem.strerror)

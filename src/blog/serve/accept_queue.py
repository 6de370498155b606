"""Closes a listening socket without resetting the connections in its accept queue.

close() resets every connection that the kernel has established and the process has not accepted yet, and under constant load there always are
some. So new connection attempts are dropped first, then the queue is emptied, and the socket is closed right after the accept() that found nothing.
"""

import errno
import logging
import socket
from typing import NamedTuple

# linux/in.h and linux/in6.h; Python's socket module does not name them.
_IP_MINTTL = 21
_IPV6_MINHOPCOUNT = 73
# Hosts send with a TTL of 64 or 128 and each router takes one off, so that no SYN has as much as this.
_HIGHEST_TTL = 255
_MOST_ACCEPTED = 10_000
_OUT_OF_RESOURCES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}

logger = logging.getLogger(__name__)


class Accepted(NamedTuple):
    """The connections that were in the queue, and whether it was empty after them."""

    connections: list[socket.socket]
    emptied: bool


def drop_newcomers(listener: socket.socket) -> bool:
    """Have the kernel drop new SYNs; False where it cannot. Needs no privilege.

    Linux compares the minimum TTL of a listener with new SYNs only, so handshakes under way still complete. Their connections inherit the
    minimum and receive nothing until `accept_all` takes it off; TCP repeats what was dropped meanwhile.
    """
    try:
        _require_ttl(listener, _HIGHEST_TTL)
    except OSError as problem:
        logger.info("new connections cannot be held off while the accept queue is emptied: %s", problem.strerror)
        return False
    return True


def accept_all(listener: socket.socket) -> Accepted:
    """Accept from a non-blocking listener until nothing is left, bounded in number."""
    connections: list[socket.socket] = []
    for _ in range(_MOST_ACCEPTED):
        try:
            connection, _address = listener.accept()
        except BlockingIOError:
            return Accepted(connections, emptied=True)
        except OSError as problem:
            if problem.errno in _OUT_OF_RESOURCES:
                break
            continue  # this client has gone already
        connections.append(connection)
        _require_ttl(connection, 0)
    return Accepted(connections, emptied=False)


def accept_all_and_close(listener: socket.socket) -> Accepted:
    """The same, and close the listener. Nothing runs between the last accept() and close()."""
    last = accept_all(listener)
    listener.close()
    return last


def _require_ttl(tcp: socket.socket, ttl: int) -> None:
    # A dual-stack socket receives IPv4 too, and then the option of IPv4 counts.
    tcp.setsockopt(socket.IPPROTO_IP, _IP_MINTTL, ttl)
    if tcp.family == socket.AF_INET6:
        tcp.setsockopt(socket.IPPROTO_IPV6, _IPV6_MINHOPCOUNT, ttl)

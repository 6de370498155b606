"""Closes a listening socket without resetting the connections in its accept queue.

close() resets every connection that the kernel has established and the process has not accepted yet; under constant load there are always some.
So first the kernel drops new SYNs, then the queue is emptied, and the socket is closed right after an accept() that found nothing.
"""

import errno
import logging
import socket
from typing import NamedTuple

# From linux/in.h and linux/in6.h; Python's socket module lacks them.
_IP_MINTTL = 21
_IPV6_MINHOPCOUNT = 73
# Most hosts send with a TTL of 64 or 128, and each router decrements it, so no SYN arrives with this TTL.
_HIGHEST_TTL = 255
_MAX_ACCEPTED = 10_000
_OUT_OF_RESOURCES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}

logger = logging.getLogger(__name__)


class Accepted(NamedTuple):
    """The connections that were in the accept queue, and whether it was emptied."""

    connections: list[socket.socket]
    emptied: bool


def drop_new_syns(listener: socket.socket) -> bool:
    """Make the kernel drop new SYNs; False if it cannot. Needs no privilege.

    Linux compares the minimum TTL of a listener with new SYNs only, so handshakes that have begun still complete. Their connections inherit the
    minimum and receive nothing until `accept_all` resets it; the clients retransmit what was dropped meanwhile.
    """
    try:
        _require_ttl(listener, _HIGHEST_TTL)
    except OSError as problem:
        logger.info("new SYNs cannot be dropped while the accept queue is emptied: %s", problem.strerror)
        return False
    return True


def accept_all(listener: socket.socket) -> Accepted:
    """Accept connections from a non-blocking listener until its queue is empty, 10,000 at most."""
    connections: list[socket.socket] = []
    for _ in range(_MAX_ACCEPTED):
        try:
            connection, _address = listener.accept()
        except BlockingIOError:
            return Accepted(connections, emptied=True)
        except OSError as problem:
            if problem.errno in _OUT_OF_RESOURCES:
                break
            continue  # the client has closed the connection already
        connections.append(connection)
        _require_ttl(connection, 0)
    return Accepted(connections, emptied=False)


def accept_all_and_close(listener: socket.socket) -> Accepted:
    """As `accept_all`, then close the listener. No other code runs between the last accept() and close()."""
    last = accept_all(listener)
    listener.close()
    return last


def _require_ttl(tcp: socket.socket, ttl: int) -> None:
    # For IPv4 connections to a dual-stack socket the kernel uses the IPv4 option.
    tcp.setsockopt(socket.IPPROTO_IP, _IP_MINTTL, ttl)
    if tcp.family == socket.AF_INET6:
        tcp.setsockopt(socket.IPPROTO_IPV6, _IPV6_MINHOPCOUNT, ttl)

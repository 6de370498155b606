"""Binds the listening sockets, at the very start of the process."""

import errno
import logging
import socket
from collections.abc import Iterable
from typing import Any

from blog.errors import SettingsError
from blog.settings import variable

_BACKLOG = 2048
_FIRST_UNPRIVILEGED = 1024
# A name may resolve to an address family that this machine lacks, as localhost does without IPv6.
_ABSENT = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}

logger = logging.getLogger(__name__)
Address = tuple[int, tuple[Any, ...]]


def listen(host: str, port: int, port_variable: str) -> list[socket.socket]:
    """Non-blocking listening sockets, one for each address of the host.

    Raises:
        SettingsError: the host has no address, or one of them cannot be bound. It names the variable, its value and the reason.
    """
    listeners: list[socket.socket] = []
    absent: list[SettingsError] = []
    try:
        for family, address in _addresses(host, port):
            try:
                listeners.append(_listener(family, address))
            except OSError as problem:
                error = _bind_error(host, port, port_variable, address, problem)
                if problem.errno not in _ABSENT:
                    raise error from None
                absent.append(error)
        if not listeners:
            raise absent[0]
    except SettingsError:
        close(listeners)
        raise
    for error in absent:
        logger.warning("%s; listening on the other addresses of %s", error, host)
    return listeners


def close(listeners: Iterable[socket.socket]) -> None:
    for listener in listeners:
        listener.close()


def url(listener: socket.socket) -> str:
    """The URL of a listening socket.

    >>> with socket.create_server(("127.0.0.1", 0)) as listener:
    ...     url(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"
    True
    """
    return f"http://{_authority(listener.getsockname())}"


def _addresses(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as problem:
        raise _unusable("host", host, f"it does not resolve to an address ({problem.strerror})") from None
    except UnicodeError:
        raise _unusable("host", host, "it is no host name: its labels must have 1 to 63 characters") from None
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _listener(family: int, address: tuple[Any, ...]) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # As asyncio does: a socket for each family, on every system.
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
        listener.settimeout(0)
    except OSError:
        listener.close()
        raise
    return listener


def _bind_error(host: str, port: int, port_variable: str, address: tuple[Any, ...], problem: OSError) -> SettingsError:
    where = _authority(address)
    if problem.errno == errno.EADDRINUSE:
        return SettingsError(f"{port_variable}='{port}' is not usable: {where} is in use; give a free port")
    if problem.errno in {errno.EACCES, errno.EPERM}:
        reason = (
            f"ports below {_FIRST_UNPRIVILEGED} may need a privilege"
            if port < _FIRST_UNPRIVILEGED
            else "permission denied"
        )
        return SettingsError(
            f"{port_variable}='{port}' is not usable: listening on {where} is not permitted ({reason})"
        )
    if problem.errno in _ABSENT:
        return _unusable("host", host, f"{address[0]} is no address of this machine")
    return _unusable("host", host, f"{where} cannot be listened on ({problem.strerror})")


def _unusable(field: str, value: str, reason: str) -> SettingsError:
    return SettingsError(f"{variable(field)}={value!r} is not usable: {reason}")


def _authority(address: tuple[Any, ...]) -> str:
    """An address in the form of a URL's authority.

    >>> _authority(("127.0.0.1", 80)), _authority(("::1", 80, 0, 0))
    ('127.0.0.1:80', '[::1]:80')
    """
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"

"""Binds the sockets that a process listens on, before it does anything else."""

import errno
import logging
import socket
from collections.abc import Iterable
from typing import Any

from blog.errors import SettingsError
from blog.settings import variable

_BACKLOG = 2048
_FIRST_UNPRIVILEGED = 1024
# A name may resolve to an address of a family that this machine does not have, as localhost does without IPv6.
_NOT_HERE = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}

logger = logging.getLogger(__name__)
Address = tuple[int, tuple[Any, ...]]


def listen(host: str, port: int, port_variable: str) -> list[socket.socket]:
    """Non-blocking listening sockets, one for each address that the host stands for.

    Raises:
        SettingsError: it has no address, or one of them cannot be listened on; names the variable, its value and the reason.
    """
    listeners: list[socket.socket] = []
    absent: list[SettingsError] = []
    try:
        for family, address in _addresses(host, port):
            try:
                listeners.append(_listener(family, address))
            except OSError as problem:
                refusal = _refusal(host, port, port_variable, address, problem)
                if problem.errno not in _NOT_HERE:
                    raise refusal from None
                absent.append(refusal)
        if not listeners:
            raise absent[0]
    except SettingsError:
        close(listeners)
        raise
    for refusal in absent:
        logger.warning("%s; listening on the other addresses of %s", refusal, host)
    return listeners


def close(listeners: Iterable[socket.socket]) -> None:
    for listener in listeners:
        listener.close()


def url(listener: socket.socket) -> str:
    """Where a browser on this machine would ask.

    >>> with socket.create_server(("127.0.0.1", 0)) as listener:
    ...     url(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"
    True
    """
    return f"http://{_spelled(listener.getsockname())}"


def _addresses(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as problem:
        raise _refuse("host", host, f"it does not resolve to an address ({problem.strerror})") from None
    except UnicodeError:
        raise _refuse("host", host, "it is no host name: its labels must have 1 to 63 characters") from None
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _listener(family: int, address: tuple[Any, ...]) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # As event loops do it: each family has its own socket, on every system.
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
        listener.settimeout(0)
    except OSError:
        listener.close()
        raise
    return listener


def _refusal(host: str, port: int, port_variable: str, address: tuple[Any, ...], problem: OSError) -> SettingsError:
    where = _spelled(address)
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
    if problem.errno in _NOT_HERE:
        return _refuse("host", host, f"{address[0]} is no address of this machine")
    return _refuse("host", host, f"{where} cannot be listened on ({problem.strerror})")


def _refuse(field: str, value: str, reason: str) -> SettingsError:
    return SettingsError(f"{variable(field)}={value!r} is not usable: {reason}")


def _spelled(address: tuple[Any, ...]) -> str:
    """An address as URLs have it.

    >>> _spelled(("127.0.0.1", 80)), _spelled(("::1", 80, 0, 0))
    ('127.0.0.1:80', '[::1]:80')
    """
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"

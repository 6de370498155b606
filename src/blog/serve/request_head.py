"""Validates the bytes of a request's head (RFC 9112), and chooses the status that refuses an invalid one.

A head is checked line by line, in order, and independently of how TCP splits it: an invalid prefix is refused however it arrives.
"""

import ipaddress
import re

import httptools

LONGEST_HEAD = 64 * 1024
LONGEST_LINE = 16 * 1024
MOST_FIELDS = 100

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_REQUEST_LINE = re.compile(rb"([^ ]+) ([^ \r\n]+) HTTP/(\d+)(?:\.(\d+))?\r\n")
_UPGRADE = re.compile(rb"\r\nupgrade:[^\r\n]*", re.IGNORECASE)
_LATER_MINOR = re.compile(rb"\A([^\r\n]* HTTP/1\.)[2-9]\r\n")
_REG_NAME = re.compile(rb"(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+(?::[0-9]*)?")
_ADDRESS_LITERAL = re.compile(rb"\[([0-9A-Fa-f:.]+)\](?::[0-9]*)?")
_ABSOLUTE = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_COMMON_METHODS = frozenset({b"GET", b"HEAD", b"POST", b"OPTIONS", b"CONNECT"})


def refusal_status(start: bytes) -> int | None:
    r"""The status that refuses a head with this beginning; None if its lines so far are valid.

    >>> refusal_status(b"GET / HTTP/2.0\r\n"), refusal_status(b"BREW /pot HTTP/1.1\r\n")
    (505, 501)
    >>> refusal_status(b"GET / HTTP/1.1\r\nHost: a\n"), refusal_status(b"GET /")
    (400, None)
    """
    end = start.find(b"\n", 0, LONGEST_LINE) + 1
    return _line_status(start[: end or LONGEST_LINE + 1], ended=end > 0) or (
        _fields_status(start, end) if end else None
    )


def needs_line_check(head: bytes) -> bool:
    """Whether a complete head may have an invalid line that the parser would accept."""
    lines = head.count(b"\r\n")
    return len(head) > LONGEST_LINE or lines > MOST_FIELDS + 2 or lines != head.count(b"\n")


def _line_status(line: bytes, *, ended: bool) -> int | None:
    method = _TOKEN.match(line)
    if method is None or line[method.end() : method.end() + 1] not in {b" ", b""}:
        return 400
    if not ended:
        return 414 if len(line) > LONGEST_LINE else None
    parts = _REQUEST_LINE.fullmatch(line)
    if parts is None:
        return 400
    if int(parts[3][:9]) != 1:
        return 505
    if parts[4] is None or len(parts[3]) + len(parts[4]) > len("11"):
        return 400
    return None if _is_supported(method[0]) else 501


def _is_supported(method: bytes) -> bool:
    """Whether the parser supports a method. Only the parser has the list."""
    if method in _COMMON_METHODS:
        return True
    try:
        httptools.HttpRequestParser(object()).feed_data(method + b" / HTTP/1.1\r\n")
    except httptools.HttpParserError:
        return False
    return True


def _fields_status(start: bytes, position: int) -> int | None:
    for _ in range(MOST_FIELDS + 1):
        end = start.find(b"\n", position, LONGEST_HEAD)
        if end < 0:
            return 431 if len(start) > LONGEST_HEAD else None
        if start[end - 1] != ord("\r"):
            return 400
        if end == position + 1:
            return None
        position = end + 1
    return 431


def without_upgrade(head: bytes) -> bytes:
    r"""The head without Upgrade, and with HTTP/1.1 in place of a later minor version; either would stop the parser.

    RFC 9110 lets a server ignore Upgrade (section 7.8), and requires it to process HTTP/1.2 as the version it supports (section 2.5).

    >>> without_upgrade(b"GET / HTTP/1.2\r\nUpgrade: h2c\r\nHost: a\r\n\r\n")
    b'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
    """
    return _LATER_MINOR.sub(rb"\g<1>1\r\n", _UPGRADE.sub(b"", head))


def is_host(value: bytes) -> bool:
    """Whether a field value is a host with an optional port (RFC 9110, section 7.2); an empty one is not.

    >>> is_host(b"blog.example:8000"), is_host(b"[::1]"), is_host(b""), is_host(b"a b"), is_host(b"[::1::]")
    (True, True, False, False, False)
    """
    if not value.startswith(b"["):
        return _REG_NAME.fullmatch(value) is not None
    literal = _ADDRESS_LITERAL.fullmatch(value)
    try:
        return literal is not None and bool(ipaddress.IPv6Address(literal[1].decode()))
    except ValueError:
        return False


def origin_form(target: bytes) -> tuple[bytes, bytes] | None:
    """The authority and the origin-form of an absolute-form target; None if it is no http URL (RFC 9112, section 3.2.2).

    >>> origin_form(b"http://blog.example?a=b"), origin_form(b"ftp://blog.example/")
    ((b'blog.example', b'/?a=b'), None)
    """
    parts = _ABSOLUTE.fullmatch(target)
    if parts is None or not is_host(parts[1]):
        return None
    rest: bytes = parts[2]
    return parts[1], rest if rest.startswith(b"/") else b"/" + rest

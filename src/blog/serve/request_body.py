"""Finds the end of a request's body, so that the parser never gets a byte of the next request."""

from collections.abc import Iterable

_END = b"\r\n\r\n"
_OVERLAP = len(_END) - 1


class BodyEnd:
    """Finds the end of a body in the bytes after its head. The parser validates the body; this only finds its end."""

    def __init__(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Read the length from fields that the parser has accepted; a body without Content-Length is chunked."""
        lengths = [value for name, value in headers if name == b"content-length"]
        # int() raises for thousands of digits, and a length may have that many leading zeros.
        self._left = int(lengths[0].strip().lstrip(b"0") or b"0") if lengths else None
        self._tail = b""

    def after(self, data: bytes, at: int) -> int:
        """The end of the part of ``data`` from ``at`` on that certainly belongs to the body."""
        if self._left is None:
            end = self._after_empty_line(data, at)
            last = data[max(at, end - _OVERLAP) : end]
            self._tail = (self._tail + last)[-_OVERLAP:]
        else:
            end = min(len(data), at + self._left)
            self._left -= end - at
        return end

    def _after_empty_line(self, data: bytes, at: int) -> int:
        """The position after the empty line that ends a chunked body; it may have begun in an earlier piece."""
        spanning = (self._tail + data[at : at + _OVERLAP]).find(_END)
        if spanning >= 0:
            return at + spanning + len(_END) - len(self._tail)
        found = data.find(_END, at)
        return found + len(_END) if found >= 0 else len(data)

"""Where a request's body ends, so that the parser is never given a byte of the request behind it."""

from collections.abc import Iterable

_END = b"\r\n\r\n"
_SEAM = len(_END) - 1


class BodyEnd:
    """Cuts what follows a head into pieces. The parser still judges the body; here only its end matters."""

    def __init__(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Take the length from headers that the parser has accepted; without one the body is chunked."""
        lengths = [value for name, value in headers if name == b"content-length"]
        # int() refuses thousands of digits, and a length may have that many zeros in front.
        self._left = int(lengths[0].strip().lstrip(b"0") or b"0") if lengths else None
        self._before = b""

    def after(self, data: bytes, at: int) -> int:
        """The end of the longest piece of ``data`` from ``at`` on that surely belongs to the body."""
        if self._left is None:
            end = self._empty_line(data, at)
            last = data[max(at, end - _SEAM) : end]
            self._before = (self._before + last)[-_SEAM:]
        else:
            end = min(len(data), at + self._left)
            self._left -= end - at
        return end

    def _empty_line(self, data: bytes, at: int) -> int:
        """A chunked body ends with an empty line, always; and that may have begun in an earlier piece."""
        seam = (self._before + data[at : at + _SEAM]).find(_END)
        if seam >= 0:
            return at + seam + len(_END) - len(self._before)
        found = data.find(_END, at)
        return found + len(_END) if found >= 0 else len(data)

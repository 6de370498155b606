"""Whether the bytes of a file can be audio, whatever its name says."""

_OTHER_KINDS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a PNG",
    b"\xff\xd8\xff": "a JPEG",
    b"GIF8": "a GIF",
    b"PK\x03\x04": "a ZIP",
    b"\x1f\x8b": "a gzip file",
}
_LOOKED_AT = 1024
# No format of audio begins with a kilobyte of text: each has lengths or frames in binary before.
_TEXT_CONTROLS = frozenset(b"\t\n\r\f")


def problem_of(body: bytes) -> str:
    r"""Why the body of a file is not audio; empty if it may be, for an MP3 may begin with anything.

    >>> problem_of(b"<!doctype html>"), problem_of(b""), problem_of(b"ID3\x04\x00")
    ('is text', 'is empty', '')
    """
    if not body:
        return "is empty"
    kind = next((kind for start, kind in _OTHER_KINDS.items() if body.startswith(start)), "")
    if kind:
        return f"is {kind}"
    return "is text" if _is_text(body[:_LOOKED_AT]) else ""


def _is_text(start: bytes) -> bool:
    if any(byte < 32 and byte not in _TEXT_CONTROLS for byte in start):  # noqa: PLR2004 -- where printable ASCII begins
        return False
    try:
        start.decode()
    except UnicodeDecodeError as problem:
        return problem.start > len(start) - 4  # the last character may be cut in the middle
    return True

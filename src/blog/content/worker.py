"""Parses for another process: a frame with a title and one with a body come in, a frame with the document goes out.

Frames rather than multiprocessing: pipes need neither /dev/shm nor a fork, and whoever reads them sees at once that the other side has gone.
"""

import gc
import signal
import struct
import sys
from typing import IO

from blog.content import markdown
from blog.content.document import dump

_LENGTH = struct.Struct(">I")


def write(stream: IO[bytes], *payloads: bytes) -> None:
    for payload in payloads:
        stream.write(_LENGTH.pack(len(payload)))
        stream.write(payload)
    stream.flush()


def read(stream: IO[bytes]) -> bytes | None:
    """The next frame; None where the other side has gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    payload = stream.read(length)
    return payload if len(payload) == length else None


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until nobody asks; an empty answer means that this text has to be parsed by who asked."""
    while (title := read(requests)) is not None and (body := read(requests)) is not None:
        try:
            answer = dump(markdown.parse(body.decode(errors="surrogatepass"), title.decode(errors="surrogatepass")))
        except Exception:  # noqa: BLE001 -- who asked meets the same problem, and knows the file
            answer = b""
        write(answers, answer)


if __name__ == "__main__":
    # Ctrl-C reaches every process of a terminal; this one ends when its parent does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A document is no circle: looking for circles costs 7 % here, and finds none.
    gc.disable()
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        sys.stdout = None  # nothing is left to flush to

"""The process that makes smaller versions of pictures.

A request on its standard input is the number of bytes as eight bytes, and the bytes of the picture. The response is a line of JSON before the
bytes of each version, and a last line with what went wrong. A step that takes too much processor time ends the process: no decoder and no
encoder can be interrupted.
"""

import json
import resource
import signal
import struct
import sys
from collections.abc import Mapping

from blog.build.pictures.encoder import versions

_MAX_ADDRESS_SPACE = 1024 * 1024 * 1024


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_ADDRESS_SPACE, _MAX_ADDRESS_SPACE))
    requests = sys.stdin.buffer
    while len(head := requests.read(8)) == 8:  # noqa: PLR2004
        _respond(requests.read(struct.unpack(">Q", head)[0]))


def _respond(body: bytes) -> None:
    problem = ""
    try:
        for version in versions(body, _limit):
            size = {"extension": version.extension, "width": version.width, "height": version.height}
            _write({**size, "bytes": len(version.body)}, version.body)
    except Exception as error:  # noqa: BLE001 -- Pillow raises many kinds for bytes that are no picture
        problem = f"cannot be decoded ({type(error).__name__}: {error})"
    _limit(0)
    _write({"problem": problem})


def _limit(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _write(head: Mapping[str, object], body: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

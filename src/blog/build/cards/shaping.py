"""Whether this machine can shape text: Pillow does so with Raqm, which looks for the library FriBiDi when it is first used."""

import ctypes
from functools import lru_cache

# The names that Pillow tries.
_NAMES = ("libfribidi.so.0", "libfribidi.so", "libfribidi.0.dylib", "libfribidi.dylib", "fribidi-0.dll", "fribidi.dll")


@lru_cache(maxsize=1)
def shapes() -> bool:
    """Whether letters that change with their neighbours, such as those of Arabic, are drawn as they should be."""
    return any(map(_opens, _NAMES))


def _opens(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True

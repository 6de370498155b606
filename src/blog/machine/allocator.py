"""The C library's allocator: how much memory it may keep for later, and when it returns the rest to the system."""

from contextlib import suppress

# mallopt's parameters, from glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_ARENAS = 2
_THRESHOLD_BYTES = 256 * 1024


def bound() -> None:
    """Keep the allocator from holding on to what compression has freed.

    By default each thread gets an arena of its own, up to eight for each core of the machine, and the size from which a block is returned
    at once grows to 32 MiB with the blocks that are freed. Where the C library has no such call, nothing happens.
    """
    import ctypes  # noqa: PLC0415 -- a start that finds its edition does without

    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, _ARENAS)
        mallopt(_M_MMAP_THRESHOLD, _THRESHOLD_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _THRESHOLD_BYTES)


def release_free_memory() -> None:
    """Return freed memory to the system. No-op where the C library has no such call."""
    import ctypes  # noqa: PLC0415 -- the same

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)

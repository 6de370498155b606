"""Settings of the C library's allocator: how much freed memory it keeps, and when it returns memory to the system."""

from contextlib import suppress

# mallopt's parameters, from glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_ARENAS = 2
_THRESHOLD_BYTES = 256 * 1024


def limit_retained_memory() -> None:
    """Make the allocator return memory that compression has freed. No-op where the C library has no mallopt.

    By default glibc creates an arena for each thread, up to eight for each core of the machine, and raises the size from which it unmaps a
    freed block at once up to 32 MiB, following the sizes of the blocks that are freed.
    """
    import ctypes  # noqa: PLC0415 -- a warm start does not need it

    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, _ARENAS)
        mallopt(_M_MMAP_THRESHOLD, _THRESHOLD_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _THRESHOLD_BYTES)


def release_free_memory() -> None:
    """Return freed memory to the system. No-op where the C library has no such call."""
    import ctypes  # noqa: PLC0415 -- a warm start does not need it

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)

"""Memory that a large piece of work has left behind goes back to the system: the C library would keep it for the next one."""

from contextlib import suppress


def give_back() -> None:
    """Where the C library has no such call, it keeps what it has."""
    import ctypes  # noqa: PLC0415 -- most starts do without

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)

"""How long an event loop has worked, and how long it has waited for work: the utilisation that shows saturation.

libuv measures the wait, which uvloop does not pass on, so this asks libuv. The processor time of the thread would not do: a process that gets no
processor is busy as well.
"""

import asyncio
import ctypes
import threading
from collections.abc import Callable
from time import perf_counter

import uvloop.loop

# UV_METRICS_IDLE_TIME of libuv's uv_loop_option: measure the wait. It costs two readings of the clock each time the loop asks for events.
_IDLE_TIME = 1
_NANOSECONDS = 1e9


class LoopTime:
    """The seconds for which a loop has been active, and idle, since this was created. Neither ever decreases, which would be a reset of a counter."""

    def __init__(self, idle: Callable[[], float], clock: Callable[[], float] = perf_counter) -> None:
        self._idle, self._clock = idle, clock
        self._idle_before, self._started = idle(), clock()
        self._last = (0.0, 0.0)
        self._lock = threading.Lock()

    def __call__(self) -> tuple[float, float]:
        with self._lock:
            idle = self._idle() - self._idle_before
            active = self._clock() - self._started - idle
            self._last = (max(self._last[0], active), max(self._last[1], idle))
            return self._last


def loop_time(loop: asyncio.AbstractEventLoop) -> LoopTime | None:
    """The time of a loop of uvloop; None for another loop, or a build of uvloop that does not export libuv. Any thread may read it."""
    if not isinstance(loop, uvloop.loop.Loop):
        return None
    # Calls of a PyDLL hold the GIL, so that the event loop is not closed meanwhile.
    libuv = ctypes.PyDLL(uvloop.loop.__file__)
    try:
        idle_time, configure = libuv.uv_metrics_idle_time, libuv.uv_loop_configure
    except AttributeError:
        return None
    idle_time.restype = ctypes.c_uint64
    pointer = _pointer(loop)
    configure(pointer, ctypes.c_int(_IDLE_TIME))
    last = 0.0

    def idle() -> float:
        nonlocal last
        if not loop.is_closed():
            last = idle_time(pointer) / _NANOSECONDS
        return last

    return LoopTime(idle)


def _pointer(loop: asyncio.AbstractEventLoop) -> ctypes.c_void_p:
    """The loop's uv_loop_t, which is valid until the loop is closed."""
    address = ctypes.pythonapi.PyCapsule_GetPointer
    address.restype, address.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
    capsule = uvloop.loop.libuv_get_loop_t_ptr(loop)  # type: ignore[attr-defined]
    return ctypes.c_void_p(address(capsule, None))

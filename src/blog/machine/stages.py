"""Named stages of a build, which tracing and the progress display time. Without a listener a stage costs one call."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

# Called at the end of a stage with what was counted in it.
Note = Callable[[str, int], None]
Start = Callable[[str], AbstractContextManager[None]]
Stage = Callable[[str], AbstractContextManager[Note]]


def unwatched(_name: str) -> AbstractContextManager[Note]:
    return nullcontext(_forget)


def unstarted(_name: str) -> AbstractContextManager[None]:
    return nullcontext()


def _forget(_what: str, _count: int) -> None:
    pass

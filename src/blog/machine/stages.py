"""Named stages of a build, which tracing and the progress display time. Without a listener a stage costs one call."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

# Called at the end of a stage with the name of what it counted, and the number.
SetCount = Callable[[str, int], None]
Start = Callable[[str], AbstractContextManager[None]]
Stage = Callable[[str], AbstractContextManager[SetCount]]


def untimed_stage(_name: str) -> AbstractContextManager[SetCount]:
    return nullcontext(_ignore)


def untimed_start(_name: str) -> AbstractContextManager[None]:
    return nullcontext()


def _ignore(_what: str, _count: int) -> None:
    pass

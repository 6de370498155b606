"""Unexpected errors as faults of the text that they are raised for."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blog.content.post import Text
from blog.errors import ContentError, Fault, faults_of

logger = logging.getLogger(__name__)


@contextmanager
def attributed(folder: Path, doing: str) -> Iterator[None]:
    """Name the text that an error is raised for, so that its author can work around a bug of this program or of a template.

    ``folder`` is the posts folder, ``doing`` what cannot be done ("rendered").

    Raises:
        ContentError: instead of the error, if it is raised for one text.
    """
    try:
        yield
    except Exception as problem:
        text, faults = None if _is_known(problem) else text_of(problem), faults_of(problem)
        if text is None or any(fault.file == folder / text.file for fault in faults):
            raise
        logger.debug("%s cannot be %s", text.file, doing, exc_info=problem)
        reason = "; ".join(f"{fault.file}:{fault.line}: {fault.problem}" for fault in faults) or described(problem)
        fault = Fault(folder / text.file, 1, f"cannot be {doing} ({reason})")
        raise ContentError([*faults, fault]) from problem


def described(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"


def text_of(problem: BaseException) -> Text | None:
    """The text that was worked on when an error was raised: the innermost local variable that is one, in Python or in a template."""
    if problem.__cause__ is not None and (found := text_of(problem.__cause__)):
        return found
    frames = [frame for frame, _ in traceback.walk_tb(problem.__traceback__)]
    for frame in reversed(frames):
        texts = [value for value in frame.f_locals.values() if isinstance(value, Text)]
        if texts:
            return texts[0]
    return None


def _is_known(problem: Exception) -> bool:
    """Whether an error is no text's: it is of the machine, or it is a fault that was found rather than raised."""
    return isinstance(problem, OSError | MemoryError) or (isinstance(problem, ContentError) and not problem.__cause__)

"""Refusals of changed content that cannot be served: logs their faults, and decides when to try again."""

import logging
from pathlib import PurePath

from blog.build.listener import BuildListener
from blog.build.state import ServiceState
from blog.errors import Fault, Severity, faults_of, summary
from blog.machine.clock import Clock

# The cause of a refusal may disappear without an event, for example when a file system responds again.
_FIRST_RETRY_SECONDS, _LONGEST_RETRY_SECONDS = 30.0, 300.0
# A site with thousands of warnings must not fill the log at each start.
_LOGGED_FAULTS = 100

logger = logging.getLogger(__name__)


class Refusals:
    """The refusals since the last publication. ``retry_seconds`` is how long to wait for a change before another attempt."""

    def __init__(self, service: ServiceState, clock: Clock, listener: BuildListener) -> None:
        self._service = service
        self._clock = clock
        self._listener = listener
        self._last: tuple[Fault, ...] = ()
        self.retry_seconds = _FIRST_RETRY_SECONDS

    def add(self, problem: Exception) -> None:
        """Log the faults, each of them unless they are those of the last attempt, and record the refusal."""
        faults = faults_of(problem)
        errors = tuple(fault for fault in faults if fault.severity is Severity.ERROR) or (_unexpected(problem),)
        if not faults:
            logger.error("the rebuild failed", exc_info=problem)
        elif faults != self._last:
            report(faults)
        repeated = self._service.refusal is not None and faults == self._last
        self.retry_seconds = min(self.retry_seconds * 2, _LONGEST_RETRY_SECONDS) if repeated else _FIRST_RETRY_SECONDS
        self._last = faults
        self._service.refuse(errors, self._clock())
        self._listener.refused(len(errors))
        served = "the last good edition stays" if self._service.edition else "nothing is served until they are mended"
        logger.error("the changed content has faults (%d); %s", len(errors), served)

    def clear(self) -> None:
        """Forget the faults, because an edition was published: the same ones are logged if they occur again."""
        self._last = ()


def _unexpected(problem: Exception) -> Fault:
    return Fault(PurePath("blog"), 1, f"the rebuild failed: {type(problem).__name__}: {problem}")


def report(faults: tuple[Fault, ...]) -> None:
    """Log faults, errors first: one line each up to a bound, and then how many there are."""
    in_order = sorted(faults, key=lambda fault: fault.severity is not Severity.ERROR)
    for fault in in_order[:_LOGGED_FAULTS]:
        logger.log(logging.ERROR if fault.severity is Severity.ERROR else logging.WARNING, "%s", fault)
    if len(faults) > _LOGGED_FAULTS:
        logger.warning("%d more faults are not listed; blog check prints all", len(faults) - _LOGGED_FAULTS)
    if faults:
        logger.warning("the content has %s", summary(faults))

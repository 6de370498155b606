"""Searches in the served edition, in one thread."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import Full, Queue
from typing import TypeVar, cast

from blog.build.edition import Edition
from blog.build.state import ServiceState
from blog.http.semantics import SearchOutcome
from blog.search.answers import Answer
from blog.search.query import Query
from blog.serve.open_index import LONGEST_REST_SECONDS, OpenIndex
from blog.serve.unavailable import RETRY_AFTER_SECONDS

TOO_MANY = "Too many searches are waiting. Please try again in a moment."
# One thread answers some hundred queries a second. Those that would wait longer than the deadline are refused.
_MOST_WAITING = 16
_SECONDS = 1.5
_RESTS = 3
# A thread that computes keeps the interpreter for 5 ms otherwise, which is ten times what a page takes.
_TURN_SECONDS = 0.0002


T = TypeVar("T")
Count = Callable[[SearchOutcome, float], None]


class BusyError(Exception):
    """The search cannot answer now. Its message is a sentence for the client."""

    def __init__(self, problem: str, outcome: SearchOutcome = SearchOutcome.BUSY) -> None:
        super().__init__(problem)
        self.outcome = outcome
        self.retry_after = RETRY_AFTER_SECONDS


class FailedError(Exception):
    """The search failed. The message is the type of its exception, whose traceback it has; that one's own message may contain the query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of everything found to answer with, and what narrows it beside the query."""

    limit: int = 10
    offset: int = 0
    tag: str | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class _Job:
    edition: Edition
    query: Query
    page: Page
    deadline: float
    finish: Callable[[Answer], object]
    future: "asyncio.Future[tuple[Answer, object]]"


class Searcher:
    """Answers the queries of all requests, one after the other. ``count`` gets the outcome and the seconds of each.

    A query waits behind at most ``most_waiting`` others, and is answered within ``seconds`` or not at all.
    """

    def __init__(
        self, service: ServiceState, count: Count, *, most_waiting: int = _MOST_WAITING, seconds: float = _SECONDS
    ) -> None:
        self._service = service
        self._count = count
        self._seconds = seconds
        self._jobs: Queue[_Job | None] = Queue(most_waiting)
        self._thread: threading.Thread | None = None
        self._index = OpenIndex(lambda: not self._jobs.empty())

    @property
    def is_full(self) -> bool:
        """Whether too many queries wait for another one to be answered."""
        return self._jobs.full()

    def has_index_of(self, edition: Edition) -> bool:
        """Whether the index of this edition is open."""
        return self._index.is_of(edition)

    def refuse(self) -> None:
        """Count a query that is refused because too many wait."""
        self._count(SearchOutcome.BUSY, 0.0)

    def prepare(self) -> None:
        """Make the index of the served edition in the background, if it is not stored."""
        with suppress(Full):  # one of those that wait makes it
            self._jobs.put_nowait(None)
        self._start()

    async def answer(self, query: Query, page: Page) -> Answer:
        """The answer to a query; that to one with a refusal is empty. Raises as `finished` does."""
        return await self.finished(query, page, lambda answer: answer)

    async def finished(self, query: Query, page: Page, finish: Callable[[Answer], T]) -> T:
        """What ``finish`` makes of the answer, in the thread that has found it. The answer to a query with a refusal is empty.

        Raises:
            BusyError: the edition or its index is not there yet, or too many queries wait.
            FailedError: the search failed.
        """
        started = time.perf_counter()
        try:
            answer, result = await self._answer(query, page, finish)
        except BusyError as problem:
            self._count(problem.outcome, time.perf_counter() - started)
            raise
        except FailedError:
            self._count(SearchOutcome.ERROR, time.perf_counter() - started)
            raise
        self._count(_outcome(answer), time.perf_counter() - started)
        return cast("T", result)

    async def _answer(self, query: Query, page: Page, finish: Callable[[Answer], object]) -> tuple[Answer, object]:
        if query.refusal:
            answer = Answer(query=query)
            return answer, finish(answer)
        edition = self._service.edition
        if edition is None:
            raise BusyError("The content is being loaded.")
        future: asyncio.Future[tuple[Answer, object]] = asyncio.get_running_loop().create_future()
        job = _Job(edition, query, page, time.monotonic() + self._seconds, finish, future)
        try:
            self._jobs.put_nowait(job)
        except Full:
            raise BusyError(TOO_MANY) from None
        self._start()
        try:
            return await asyncio.wait_for(future, self._seconds)
        except TimeoutError:
            if self.has_index_of(edition):
                raise BusyError("The search took too long.", SearchOutcome.TOO_SLOW) from None
            raise BusyError("The search index is being opened. Please try again in a moment.") from None

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="search", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                self._prepare()
            elif not (job.future.cancelled() or time.monotonic() > job.deadline):
                self._finish(job)

    def _prepare(self) -> None:
        if edition := self._service.edition:
            with _short_turns():
                self._index.prepare(edition)

    def _finish(self, job: _Job) -> None:
        began = time.thread_time()
        try:
            with _short_turns():
                answer = self._answered(job)
                result = job.finish(answer)
        except Exception as problem:  # noqa: BLE001 -- one query must not end the thread that answers all others
            _settle(job.future, job.future.set_exception, _raisable(problem))
        else:
            _settle(job.future, job.future.set_result, (answer, result))
        if not self._jobs.empty():
            # Many searches take a quarter of a core at most; pages get the rest.
            time.sleep(min(LONGEST_REST_SECONDS, _RESTS * (time.thread_time() - began)))

    def _answered(self, job: _Job) -> Answer:
        search = self._index.search(job.edition)
        left = max(0.0, job.deadline - time.monotonic())
        page = job.page
        return search.answer(
            job.query, limit=page.limit, offset=page.offset, tag=page.tag, year=page.year, seconds=left
        )


@contextmanager
def _short_turns() -> Iterator[None]:
    """Give the interpreter back to the event loop sooner than usual, so that pages do not wait behind a search."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def _settle(future: "asyncio.Future[tuple[Answer, object]]", settle: Callable[[T], None], outcome: T) -> None:
    def settle_once() -> None:
        if not future.done():
            settle(outcome)

    with suppress(RuntimeError):  # the loop is closed
        future.get_loop().call_soon_threadsafe(settle_once)


def _raisable(problem: Exception) -> Exception:
    from blog.search.engine import TooSlowError  # noqa: PLC0415 -- it is imported already

    if isinstance(problem, TooSlowError):
        return BusyError("The search took too long.", SearchOutcome.TOO_SLOW)
    return FailedError(type(problem).__qualname__).with_traceback(problem.__traceback__)


def _outcome(answer: Answer) -> SearchOutcome:
    if answer.query.refusal:
        return SearchOutcome.REFUSED
    return SearchOutcome.FOUND if answer.total else SearchOutcome.EMPTY

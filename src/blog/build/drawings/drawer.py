"""Drawings of diagrams and formulas, from the cache or by worker processes."""

import json
import logging
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from queue import SimpleQueue

from pydantic import TypeAdapter, ValidationError

from blog.build import worker_process
from blog.content.drawing import Drawing, DrawingSource, NotDrawn
from blog.machine import cores
from blog.machine.cache import Cache, key

_MAX_WORKERS = 4
# A worker holds 40 MB.
_BYTES_OF_A_WORKER = 64 * 1024 * 1024
_RESULT: TypeAdapter[Drawing | NotDrawn] = TypeAdapter(Drawing | NotDrawn)
_MAX_SECONDS = 2.0
_ENDED = NotDrawn(f"it takes more than {_MAX_SECONDS:g} s to draw")
_CRASHED = NotDrawn("it ends the process that draws it: it may be nested too deep")
# How a worker ends that has used its time, by itself or because it did not respond.
_TIMED_OUT = (-signal.SIGPROF, -signal.SIGKILL)
_SECONDS_TO_END = 5.0

logger = logging.getLogger(__name__)


def start_worker(max_seconds: float = _MAX_SECONDS) -> subprocess.Popen[bytes]:
    """A process that draws, with pipes to its standard input and output. A drawing that takes more processor time ends it."""
    return worker_process.start("blog.build.drawings.worker", str(max_seconds))


class Drawer:
    """Draws diagrams and formulas, each source once. Engines run only while something is drawn.

    A worker that does not respond for ``most_seconds`` is ended. On a machine that is too busy to draw in this time, a source is shown as
    it is written.
    """

    def __init__(
        self, cache: Cache, start: Callable[[], subprocess.Popen[bytes]] = start_worker, most_seconds: float = 60.0
    ) -> None:
        self._cache = cache
        self._new_worker = partial(_Worker, start, most_seconds)
        self._known: dict[DrawingSource, Drawing | NotDrawn] = {}

    def __call__(self, sources: Iterable[DrawingSource]) -> Mapping[DrawingSource, Drawing | NotDrawn]:
        """A drawing for each source, or why there is none. What earlier calls knew and this one does not need is forgotten."""
        wanted = dict.fromkeys(sources)
        known = {source: result for source in wanted if (result := self._known.get(source) or self._stored(source))}
        missing = [source for source in wanted if source not in known]
        if missing:
            known |= self._draw(missing)
        self._known = known
        return known

    def forget(self) -> None:
        self._known = {}

    def cache_keys(self) -> frozenset[str]:
        """The keys of the cache entries that the last call used."""
        return frozenset(_entry_key(source) for source in self._known if _is_stored(source))

    def _stored(self, source: DrawingSource) -> Drawing | NotDrawn | None:
        stored = self._cache.get(_entry_key(source)) if _is_stored(source) else None
        with suppress(ValidationError):
            return None if stored is None else _RESULT.validate_json(stored, strict=True, extra="forbid")
        return None

    def _draw(self, sources: list[DrawingSource]) -> dict[DrawingSource, Drawing | NotDrawn]:
        diagrams = sum(map(_is_stored, sources))
        count = max(1, min(diagrams, _MAX_WORKERS, cores.workers(_BYTES_OF_A_WORKER)))
        with _free(self._new_worker() for _ in range(count)) as free:
            drawn = cores.parallel_map(lambda source: _drawn_by_one_of(free, source), sources, count, 1)
        for source, result in zip(sources, drawn, strict=True):
            if result is not _ENDED and result is not _CRASHED and _is_stored(source):
                self._cache.put(_entry_key(source), _RESULT.dump_json(result))
        return dict(zip(sources, drawn, strict=True))


def _is_stored(source: DrawingSource) -> bool:
    """Whether a drawing is worth an entry of the cache: a formula takes 0.1 ms."""
    return source.kind == "diagram"


def _entry_key(source: DrawingSource) -> str:
    return key(_engine(), source.kind, source.text)


@lru_cache
def _engine() -> str:
    """What a drawing depends on beside its source: the versions of the engine, and the modules that use it."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    versions = " ".join(f"{name} {version(name)}" for name in ("math-core", "mermaid-render", "quickjs-ng"))
    return " ".join(["drawing", versions, *(sha256(file.read_bytes()).hexdigest() for file in files)])


class _Worker:
    """A process that draws, and is started again after a drawing that ended it."""

    def __init__(self, start: Callable[[], subprocess.Popen[bytes]], most_seconds: float) -> None:
        self._start, self._most_seconds = start, most_seconds
        self._process: subprocess.Popen[bytes] | None = None

    def draw(self, source: DrawingSource) -> Drawing | NotDrawn:
        process = self._process = self._process or self._start()
        request = json.dumps([source.kind, sha256(source.text.encode()).hexdigest(), source.text])
        with worker_process.ended_after(process, self._most_seconds):
            response = worker_process.send(process, request.encode() + b"\n").readline()
        if not response:
            timed_out = _exit_code(process) in _TIMED_OUT
            self.close()
            return _ENDED if timed_out else _CRASHED
        return _RESULT.validate_json(response, strict=True)

    def close(self) -> None:
        """End the process and free its pipes."""
        if self._process is not None:
            worker_process.stop(self._process)
            self._process = None


def _exit_code(process: subprocess.Popen[bytes]) -> int | None:
    """How a process ended that has closed its output; None if it does not end."""
    with suppress(subprocess.TimeoutExpired):
        return process.wait(_SECONDS_TO_END)
    return None


@contextmanager
def _free(workers: "Iterable[_Worker]") -> Iterator["SimpleQueue[_Worker]"]:
    workers, free = tuple(workers), SimpleQueue[_Worker]()
    for worker in workers:
        free.put(worker)
    try:
        yield free
    finally:
        for worker in workers:
            worker.close()


def _drawn_by_one_of(free: "SimpleQueue[_Worker]", source: DrawingSource) -> Drawing | NotDrawn:
    worker = free.get()
    try:
        return worker.draw(source)
    except (OSError, ValidationError) as problem:
        worker.close()
        logger.warning("a %s could not be drawn: %s", source.kind, problem)
        return _ENDED
    finally:
        free.put(worker)

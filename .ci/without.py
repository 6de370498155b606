"""Runs the blog with one piece taken out: `without.py PIECE ACTION`, where `nothing` takes out none. .ci/pieces.py compares with it.

`build` makes or opens the edition and prints figures of this process as JSON, `free` what freeing an edition costs, `serve` serves.
"""

import gc
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import blog.__main__ as command
from blog.build import edition, edition_cache, edition_source
from blog.machine.cache import Cache
from blog.settings import Settings
from blog.telemetry import metrics
from blog.telemetry.visits import counters


def replace(owner: Any, name: str, replacement: Any) -> None:
    """Replace an attribute.

    Raises:
        AttributeError: there is none of this name. Setting another one would take out nothing.
    """
    getattr(owner, name)
    setattr(owner, name, replacement)


def _documents() -> None:
    from blog.build import document_cache  # noqa: PLC0415 -- a start that finds its edition does without these
    from blog.content import markdown  # noqa: PLC0415 -- the same

    replace(document_cache, "cached", lambda _cache: markdown.parse)


def _encodings() -> None:
    from blog.build import builder, encodings  # noqa: PLC0415 -- the same

    replace(builder, "cached", lambda _cache: encodings.compress)


def _editions() -> None:
    for name in ("read", "write_part", "finish"):
        replace(edition_cache.EditionCache, name, lambda *_, **__: None)


def _content() -> None:
    """Keep the API's content uncompressed. An edition that was cached with compressed content cannot be read."""
    from blog.build import builder  # noqa: PLC0415 -- the same

    replace(builder, "compressed_details", lambda details: json.dumps(details, ensure_ascii=False).encode())
    replace(edition.Entry, "details", property(lambda entry: json.loads(entry.content)))


def _collector_on() -> None:
    replace(edition_source, "without_collections", nullcontext)


def _release() -> None:
    replace(edition_source, "release_free_memory", lambda: None)


def _whole() -> None:
    replace(edition, "_UNCOMPRESSED_BYTES", 1 << 60)


class _Counter:
    """The library's counter where the blog has its own; ``keep`` looks each child up once."""

    keep = False

    def __init__(self, name: str, text: str, labels: Any, registry: Any) -> None:
        self._family = metrics.Counter(name, text, labels, registry=registry)
        self._children: dict[tuple[str, ...], Any] = {}

    def add(self, *values: str, count: int = 1) -> None:
        child = self._children.get(values) or self._family.labels(*values)
        if self.keep:
            self._children[values] = child
        child.inc(count)


class _Histogram:
    def __init__(self, name: str, text: str, labels: Any, bounds: Any, registry: Any) -> None:
        self._family = metrics.Histogram(name, text, labels, registry=registry, buckets=bounds)

    def child(self, *values: str) -> Any:
        return self._family.labels(*values)

    def observe(self, child: Any, seconds: float, exemplar: Mapping[str, str] | None) -> None:
        child.observe(seconds, exemplar)


def _fast_collectors() -> None:
    replace(metrics, "FastCounter", _Counter)
    replace(counters, "FastCounter", _Counter)
    replace(metrics, "FastHistogram", _Histogram)


def _fast_collectors_kept() -> None:
    _Counter.keep = True
    _fast_collectors()


TAKEN_OUT: Mapping[str, Callable[[], None]] = {
    "nothing": lambda: None,
    "documents": _documents,
    "encodings": _encodings,
    "editions": _editions,
    "content": _content,
    "identities": _whole,
    "collector off": _collector_on,
    "release": _release,
    "fast collectors": _fast_collectors,
    "fast collectors, children kept": _fast_collectors_kept,
}


def _edition() -> edition.Edition:
    settings = Settings.from_environ(os.environ)
    return edition_source.EditionSource(settings, Cache(settings.cache_dir)).first()


def build() -> dict[str, float]:
    """Processor time in seconds since the process began, memory in MB, and seconds of garbage collections."""
    started, collections = [0.0], list[float]()

    def collecting(phase: str, _info: object) -> None:
        if phase == "start":
            started[0] = time.thread_time()
        else:
            collections.append(time.thread_time() - started[0])

    gc.callbacks.append(collecting)
    app_of = command.create_app(Settings.from_environ(os.environ))  # what serves is in memory too
    made = _edition()
    used = resource.getrusage(resource.RUSAGE_SELF)
    found = {
        "seconds": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss / 1024,
        "memory": _memory(),
        "collections": sum(collections),
        "longest": max(collections, default=0.0),
        "pages": len(made.pages),
    }
    began = time.thread_time()
    gc.collect()
    found["full"] = time.thread_time() - began
    del app_of
    return found


def _memory() -> float:
    """The memory of this process in MB, without the files that it shares with others."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    return float(fields["Pss_Anon"].split()[0]) / 1024


def free() -> dict[str, float]:
    """Seconds of freeing an edition at once, and of the longest of its pages."""
    once = _edition()
    began = time.thread_time()
    del once
    took = time.thread_time() - began
    pages = list(_edition().pages.values())
    longest = 0.0
    while pages:
        began = time.thread_time()
        pages.pop()
        longest = max(longest, time.thread_time() - began)
    return {"at once": took, "longest": longest}


def main() -> None:
    piece, action, *_port = sys.argv[1:]
    TAKEN_OUT[piece]()
    if action == "serve":
        sys.exit(command.main(["serve"]))
    print(json.dumps({"build": build, "free": free}[action]()))


if __name__ == "__main__":
    main()

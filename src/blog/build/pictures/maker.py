"""Smaller versions of pictures, from the cache or by worker processes."""

import json
import logging
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import IO

from blog.build import worker_process
from blog.content.files import File, Variant
from blog.machine import cores
from blog.machine.cache import Cache, key

_EXTENSIONS = frozenset({"jpg", "jpeg", "png", "webp"})
_MAX_PIXELS = 50_000_000
_MAX_WORKERS = 2
# A worker holds 120 MB for a photo of 12 million pixels, 315 MB for the largest picture.
_BYTES_OF_A_WORKER = 320 * 1024 * 1024

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """The versions of one picture, and why there are not all of them; empty if nothing is wrong."""

    variants: tuple[Variant, ...] = ()
    problem: str = ""


def start_worker() -> subprocess.Popen[bytes]:
    """A process that makes versions, with pipes to its standard input and output."""
    return worker_process.start("blog.build.pictures.worker")


class Maker:
    """Makes versions of pictures, each once. Without ``makes`` it finds those in the cache, and ``unmade`` counts the others.

    A worker that does not respond for ``most_seconds`` is ended.
    """

    def __init__(
        self,
        cache: Cache,
        *,
        makes: bool,
        start: Callable[[], subprocess.Popen[bytes]] = start_worker,
        most_seconds: float = 120.0,
    ) -> None:
        self._cache = cache
        self._makes = makes
        self._start = start
        self._most_seconds = most_seconds
        self._known: dict[str, Made] = {}
        self.unmade = 0

    def __call__(self, files: Iterable[File]) -> Mapping[PurePosixPath, Made]:
        """The versions of each picture of a kind that has any. What earlier calls knew and this one does not need is forgotten."""
        keys = {file.path: _entry_key(file) for file in files if file.extension in _EXTENSIONS and file.width}
        by_key = {keys[file.path]: file for file in files if file.path in keys}
        known = {entry: made for entry in by_key if (made := self._known.get(entry) or self._stored(entry))}
        missing = {entry: file for entry, file in by_key.items() if entry not in known}
        if self._makes:
            known |= self._made(missing)
        self.unmade = len(by_key) - len(known)
        self._known = known
        return {path: known[entry] for path, entry in keys.items() if entry in known}

    def forget(self) -> None:
        self._known = {}

    def cache_keys(self) -> frozenset[str]:
        """The keys of the cache entries that the last call used."""
        return frozenset(self._known)

    def _stored(self, entry: str) -> Made | None:
        stored = self._cache.get(entry)
        return None if stored is None else _load(stored)

    def _made(self, files: Mapping[str, File]) -> dict[str, Made]:
        if not files:
            return {}
        count = min(_MAX_WORKERS, cores.workers(_BYTES_OF_A_WORKER))
        made = cores.parallel_map(self._one, list(files.values()), count, 1)
        for entry, result in zip(files, made, strict=True):
            self._cache.put(entry, _dump(result))
        return dict(zip(files, made, strict=True))

    def _one(self, file: File) -> Made:
        if file.width * file.height > _MAX_PIXELS:
            size = f"{file.width:,} by {file.height:,} pixels"
            return Made(problem=f"has {size}; no smaller versions are made of more than {_MAX_PIXELS // 10**6} million")
        variants, problem = _versions(self._start(), self._most_seconds, file.body)
        return Made(_worthwhile(variants, len(file.body)), problem)


@lru_cache(maxsize=1)
def _engine() -> str:
    """Everything besides the picture that the versions depend on."""
    modules = (Path(__file__), Path(__file__).with_name("encoder.py"), Path(__file__).with_name("worker.py"))
    digests = [sha256(module.read_bytes()).hexdigest() for module in modules]
    return " ".join(["pictures", version("pillow"), *digests])


def _entry_key(file: File) -> str:
    return key(_engine(), sha256(file.body).hexdigest())


def _versions(process: subprocess.Popen[bytes], most_seconds: float, body: bytes) -> tuple[list[Variant], str]:
    """The versions that a worker makes before it ends, and what went wrong."""
    variants: list[Variant] = []
    try:
        with worker_process.ended_after(process, most_seconds):
            output = worker_process.send(process, len(body).to_bytes(8) + body)
            for found in _responses(output):
                if isinstance(found, str):
                    return variants, found
                variants.append(found)
        return variants, "takes too long to be made smaller"
    finally:
        worker_process.stop(process)


def _responses(stream: IO[bytes]) -> Iterator[Variant | str]:
    """The versions that a worker writes, and last what went wrong; without that if the worker ended."""
    while line := stream.readline():
        with suppress(ValueError):
            head = json.loads(line)
            if "problem" in head:
                yield str(head["problem"])
                return
            body = stream.read(head["bytes"])
            if len(body) == head["bytes"]:
                yield Variant(head["extension"], head["width"], head["height"], body)


def _worthwhile(variants: Iterable[Variant], size: int) -> tuple[Variant, ...]:
    """The versions that are smaller than the original, the smaller kind first.

    A kind whose widest version is not smaller is left out: browsers would show its narrower ones enlarged.
    """
    kinds: dict[str, list[Variant]] = {}
    for variant in variants:
        kinds.setdefault(variant.extension, []).append(variant)
    widest = max((variant.width for kind in kinds.values() for variant in kind), default=0)
    kept = [kind for kind in kinds.values() if kind[-1].width == widest and len(kind[-1].body) < size]
    kept.sort(key=lambda kind: len(kind[-1].body))
    return tuple(variant for kind in kept for variant in kind if len(variant.body) < size)


def _dump(made: Made) -> bytes:
    heads = [[it.extension, it.width, it.height, len(it.body)] for it in made.variants]
    head = json.dumps({"problem": made.problem, "variants": heads})
    return b"".join([head.encode(), b"\n", *(variant.body for variant in made.variants)])


def _load(stored: bytes) -> Made | None:
    """What an entry of the cache says; None if it does not have the expected form."""
    line, _, rest = stored.partition(b"\n")
    variants = []
    try:
        head = json.loads(line)
        for extension, width, height, length in head["variants"]:
            variants.append(Variant(str(extension), int(width), int(height), rest[:length]))
            rest = rest[length:]
        return Made(tuple(variants), str(head["problem"]))
    except (ValueError, KeyError, TypeError):
        return None

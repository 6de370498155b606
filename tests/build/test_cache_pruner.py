"""The pruner of the cache: when it prunes, and what it logs."""

from dataclasses import replace
from pathlib import Path

import pytest

from blog.build.cache_pruner import MIB, CachePruner
from blog.machine.cache import Cache, key
from blog.machine.cache_pruning import Needed, Pruned
from blog.settings import Settings

LIMIT = 1


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path / "cache", cache_max_mb=LIMIT)


def _store(cache: Cache, name: str, size: int) -> str:
    cache.put(key(name), bytes(size))
    return key(name)


def test_a_process_that_has_stored_nothing_prunes_nothing(settings: Settings) -> None:
    _store(Cache(settings.cache_dir), "of another process", 2 * LIMIT * MIB)
    CachePruner(settings, Cache(settings.cache_dir)).prune_when_grown(Needed())
    assert Cache(settings.cache_dir).get(key("of another process"))


def test_the_cache_is_pruned_after_the_first_writes_and_when_a_twentieth_of_its_limit_was_written(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    cache = Cache(settings.cache_dir)
    pruner = CachePruner(settings, cache)
    _store(cache, "first", 2 * LIMIT * MIB)
    pruner.prune_when_grown(Needed())
    assert cache.get(key("first")) is None
    assert "the cache was pruned: 1 files with 2.0 MiB removed" in caplog.text
    # Another process fills the cache again, and this one has stored little since it pruned.
    _store(Cache(settings.cache_dir), "other", 2 * LIMIT * MIB)
    _store(cache, "little", LIMIT * MIB // 40)
    pruner.prune_when_grown(Needed())
    assert Cache(settings.cache_dir).get(key("other"))
    _store(cache, "more", LIMIT * MIB // 20)
    pruner.prune_when_grown(Needed())
    assert cache.get(key("other")) is None


def test_needed_entries_stay_and_the_excess_is_logged(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    cache = Cache(settings.cache_dir)
    name = _store(cache, "needed", 2 * LIMIT * MIB)
    assert CachePruner(settings, cache).prune(Needed([name])).over
    assert cache.get(name)
    assert "raise BLOG_CACHE_MAX_MB, which is 1" in caplog.text


def test_a_cache_that_is_not_used_is_not_pruned(settings: Settings, tmp_path: Path) -> None:
    name = _store(Cache(settings.cache_dir), "entry", 2 * LIMIT * MIB)
    settings.cache_dir.chmod(0o777)
    assert CachePruner(settings, Cache(settings.cache_dir)).prune(Needed()) == Pruned()
    settings.cache_dir.chmod(0o755)
    assert Cache(settings.cache_dir).get(name)
    missing = replace(settings, cache_dir=tmp_path / "missing")
    assert CachePruner(missing, Cache(None)).prune(Needed()) == Pruned()

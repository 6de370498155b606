"""Pruner of the cache: keeps the folder of BLOG_CACHE_DIR within BLOG_CACHE_MAX_MB."""

import logging

from blog.machine.cache import Cache
from blog.machine.cache_pruning import Needed, Pruned, prune
from blog.settings import Settings

MIB = 1024 * 1024
# The cache is pruned each time this process has stored a twentieth of its limit.
_PRUNES_PER_LIMIT = 20

logger = logging.getLogger(__name__)


class CachePruner:
    """Prunes one cache, and logs what it has removed."""

    def __init__(self, settings: Settings, cache: Cache) -> None:
        self._settings = settings
        self._cache = cache
        self._stored = 0

    def prune_when_grown(self, needed: Needed) -> None:
        """Prune if this process has stored enough since the last time; pruning reads the status of every entry."""
        limit, written = self._settings.cache_max_mb * MIB, self._cache.written
        if written - self._stored > limit // _PRUNES_PER_LIMIT or (written and not self._stored):
            self._stored = written
            self.prune(needed)

    def prune(self, needed: Needed) -> Pruned:
        """Remove the least recently used entries, except the needed ones, until the cache is within its limit."""
        if not self._cache.writable:
            return Pruned()
        pruned = prune(self._settings.cache_dir, self._settings.cache_max_mb * MIB, needed)
        if pruned.files:
            logger.info(
                "the cache was pruned: %d files with %.1f MiB removed, %.1f MiB left",
                pruned.files,
                pruned.freed / MIB,
                pruned.left / MIB,
            )
        if pruned.over:
            logger.warning(
                "the cache keeps %.0f MiB that are needed or could not be removed; raise BLOG_CACHE_MAX_MB, which is %d",
                pruned.left / MIB,
                self._settings.cache_max_mb,
            )
        return pruned

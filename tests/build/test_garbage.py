"""The garbage of builds: no collection during a build, and editions that are freed in a thread."""

import gc
import threading
import weakref
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from blog.build import garbage
from blog.build.garbage import free_in_thread, without_collections

if TYPE_CHECKING:
    from blog.app import Blog
    from blog.build.response import Resource
    from tests.conftest import Until


def test_nothing_is_collected_during_a_build_and_its_objects_are_frozen() -> None:
    gc.unfreeze()
    with without_collections():
        assert not gc.isenabled()
        assert not gc.get_freeze_count()
    assert gc.isenabled()
    assert gc.get_freeze_count()
    gc.unfreeze()


def test_the_collector_runs_again_after_a_build_that_failed() -> None:
    with pytest.raises(MemoryError), without_collections():
        raise MemoryError
    assert gc.isenabled()
    gc.unfreeze()


class _Pages(dict[str, "Resource"]):
    """A mapping that can be referenced weakly."""


async def test_a_replaced_edition_is_freed_after_a_while(
    small_app: "Blog", until: "Until", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(garbage, "_FREE_AFTER_SECONDS", 0.05)
    assert small_app.service.edition
    pages = _Pages(small_app.service.edition.pages)
    freed = weakref.ref(pages)
    replaced = [replace(small_app.service.edition, pages=pages)]
    del pages
    free_in_thread(replaced)
    assert freed() is not None
    await until(lambda: freed() is None)
    assert not replaced


def test_an_edition_stays_while_no_thread_can_be_started(small_app: "Blog", monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", fail)
    assert small_app.service.edition
    replaced = [small_app.service.edition]
    free_in_thread(replaced)
    assert replaced == [small_app.service.edition]

"""The thread that searches: what it refuses, and where it finds its index."""

import asyncio
import traceback
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from blog.build.edition_source import EditionSource
from blog.build.index_source import IndexSource
from blog.build.state import ServiceState
from blog.http.semantics import SearchOutcome
from blog.machine.cache import Cache
from blog.search.engine import Search
from blog.search.query import parse
from blog.serve.searcher import BusyError, FailedError, Page, Searcher

if TYPE_CHECKING:
    from blog.app import Blog
    from blog.build.edition import Edition
    from blog.settings import Settings
    from tests.conftest import Run, Until

HELLO = parse("hello")


class _Outcomes(Counter[SearchOutcome]):
    def count_one(self, outcome: SearchOutcome, seconds: float) -> None:
        assert seconds >= 0
        self[outcome] += 1


@pytest.fixture
def outcomes() -> _Outcomes:
    return _Outcomes()


async def test_without_content_a_search_is_refused_for_now(outcomes: _Outcomes) -> None:
    searcher = Searcher(ServiceState(), outcomes.count_one)
    with pytest.raises(BusyError, match="being loaded"):
        await searcher.answer(HELLO, Page())
    assert outcomes == {SearchOutcome.BUSY: 1}


async def test_while_the_index_is_opened_a_search_is_refused_for_now(small_app: "Blog", outcomes: _Outcomes) -> None:
    searcher = Searcher(small_app.service, outcomes.count_one, seconds=0.0)
    with pytest.raises(BusyError, match="is being opened") as caught:
        await searcher.answer(HELLO, Page())
    assert caught.value.retry_after > 0


async def test_searches_beyond_the_queue_are_refused_and_all_others_answered(
    small_app: "Blog", outcomes: _Outcomes
) -> None:
    searcher = Searcher(small_app.service, outcomes.count_one, most_waiting=4, seconds=20)
    answers = await asyncio.gather(*(searcher.answer(HELLO, Page()) for _ in range(50)), return_exceptions=True)
    assert all(isinstance(it, BusyError) or (not isinstance(it, BaseException) and it.total) for it in answers)
    assert outcomes[SearchOutcome.FOUND] >= 4
    assert outcomes[SearchOutcome.BUSY] >= 40
    assert outcomes.total() == 50


async def test_a_search_that_fails_is_one_answer_and_the_next_one_works(small_app: "Blog", outcomes: _Outcomes) -> None:
    edition = small_app.service.edition
    assert edition is not None

    def failing() -> bytes | None:
        raise OSError(*parse("swordfish").text.split())

    service = ServiceState()
    service.publish(replace(edition, search=IndexSource(edition.search.texts, stored=failing)))
    searcher = Searcher(service, outcomes.count_one, seconds=20)
    with pytest.raises(FailedError) as raised:
        await searcher.answer(parse("swordfish"), Page())
    said = "".join(traceback.format_exception(raised.value))
    assert said.endswith("FailedError: OSError\n")
    assert "in failing" in said
    assert "OSError: swordfish" not in said
    service.publish(edition)
    assert (await searcher.answer(HELLO, Page())).total
    assert outcomes == {SearchOutcome.ERROR: 1, SearchOutcome.FOUND: 1}


@pytest.mark.parametrize("damage", ["none", "no index", "a damaged index", "no SQLite"])
async def test_the_index_of_a_build_is_opened_and_made_again_if_it_is_damaged(
    small_settings: "Settings", tmp_path: Path, outcomes: _Outcomes, damage: str
) -> None:
    settings = replace(small_settings, cache_dir=tmp_path / "cache")
    built = EditionSource(settings, Cache(settings.cache_dir), makes_pictures=True).first()
    index = built.search.stored()
    assert index is not None
    edition = EditionSource(settings, Cache(settings.cache_dir)).first()
    stored: bytes | None = {"none": index, "no index": None, "a damaged index": index[: len(index) // 2]}.get(
        damage, b"x" * 9000
    )
    put: list[bytes] = []
    service = ServiceState()
    service.publish(replace(edition, search=IndexSource(edition.search.texts, lambda: stored, put.append)))
    answer = await Searcher(service, outcomes.count_one, seconds=20).answer(HELLO, Page())
    assert answer.hits[0].path == "/blog/hello"
    assert len(put) == (damage != "none")


def _published(edition: "Edition", source: IndexSource) -> ServiceState:
    service = ServiceState()
    service.publish(replace(edition, search=source))
    return service


@pytest.fixture
def edition(small_app: "Blog") -> "Edition":
    assert small_app.service.edition is not None
    return small_app.service.edition


async def test_an_index_that_is_not_stored_is_made_before_the_first_query(
    edition: "Edition", outcomes: _Outcomes, until: "Until"
) -> None:
    put: list[bytes] = []
    searcher = Searcher(
        _published(edition, IndexSource(edition.search.texts, store=put.append)), outcomes.count_one, seconds=20
    )
    searcher.prepare()
    await until(lambda: bool(put))
    assert (await searcher.answer(HELLO, Page())).total
    assert len(put) == 1


async def test_a_stored_index_is_opened_with_the_first_query_and_not_before(
    edition: "Edition", outcomes: _Outcomes, until: "Until"
) -> None:
    index, read = Search.of(edition.search.texts).data, list[int]()

    def stored() -> bytes:
        read.append(len(index))
        return index

    put: list[bytes] = []
    service = _published(edition, IndexSource(edition.search.texts, stored, put.append))
    searcher = Searcher(service, outcomes.count_one, seconds=20)
    searcher.prepare()
    await until(lambda: bool(read))
    assert service.edition
    assert not searcher.has_index_of(service.edition)
    assert (await searcher.answer(HELLO, Page())).total
    assert searcher.has_index_of(service.edition)
    assert put == []


async def test_the_index_of_a_later_edition_is_made_from_the_stored_one_that_nobody_has_searched(
    edition: "Edition", outcomes: _Outcomes, until: "Until"
) -> None:
    first, *others = edition.search.texts
    index, put = Search.of(others).data, list[bytes]()
    service = _published(edition, IndexSource(tuple(others), lambda: index, put.append))
    searcher = Searcher(service, outcomes.count_one, seconds=20)
    searcher.prepare()
    service.publish(replace(edition, search=IndexSource((first, *others), store=put.append)))
    later = service.edition
    assert later
    searcher.prepare()
    await until(lambda: searcher.has_index_of(later))
    assert put == [], "the index was made from nothing"
    assert (await searcher.answer(parse("year:1900-2100"), Page(limit=50))).total


async def test_an_index_that_cannot_be_made_is_tried_again_by_the_next_query(
    edition: "Edition", outcomes: _Outcomes, until: "Until", caplog: pytest.LogCaptureFixture
) -> None:
    failures = [OSError("the disk has gone")]

    def stored() -> bytes | None:
        if failures:
            raise failures.pop()
        return None

    searcher = Searcher(_published(edition, IndexSource(edition.search.texts, stored)), outcomes.count_one, seconds=20)
    searcher.prepare()
    await until(lambda: "the search index could not be made" in caplog.text)
    assert (await searcher.answer(HELLO, Page())).total


async def test_the_index_of_a_site_without_a_cache_is_open_soon_after_it_is_ready(
    run: "Run", small_settings: "Settings", until: "Until", tmp_path: Path
) -> None:
    async with run(replace(small_settings, cache_dir=tmp_path)) as running:
        await running.until_ready()
        served = running.app.service.edition
        assert served
        await until(lambda: running.app.searcher.has_index_of(served))
        assert (await running.client.get("/api/search?q=hello")).status_code == 200

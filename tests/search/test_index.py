"""The index: kept as bytes, changed text by text, the same as if it were made anew."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blog.search.corpus import Corpus
from blog.search.engine import Search, TooSlowError
from blog.search.query import parse
from blog.search.texts import PackedText, SearchText, TextSection, joined, packed, split, unpacked
from tests.search.conftest import site_of

LATER = datetime(2031, 1, 1, tzinfo=UTC)


def _text(name: str, body: str, tag: str = "Go") -> SearchText:
    sections = (TextSection("", "", body, ""), TextSection("Größe", "größe", "", "run_it()"))
    return SearchText(path=f"/blog/{name}", title=name, kind="post", date=None, language="en", tags=((tag, tag.lower()),), sections=sections)  # fmt: skip


def _all(search: Search) -> dict[str, list[tuple[object, ...]]]:
    """What is in the tables of an index, whatever the numbers of the texts."""
    connection = sqlite3.connect(":memory:")
    connection.deserialize(search.data)
    connection.execute("CREATE VIRTUAL TABLE terms USING fts5vocab(text_words, row)")
    connection.execute("CREATE VIRTUAL TABLE section_terms USING fts5vocab(section_words, row)")
    tables = {
        "texts": "SELECT digest, path, title, tags FROM texts ORDER BY path",
        "sections": "SELECT heading, anchor, words FROM sections ORDER BY words, heading",
        "terms": "SELECT * FROM terms",
        "section terms": "SELECT * FROM section_terms",
        "vocabulary": "SELECT form, texts FROM vocabulary",
        "endings": "SELECT * FROM endings",
    }
    return {name: connection.execute(select).fetchall() for name, select in tables.items()}


def test_texts_are_the_same_after_packing() -> None:
    texts = [_text("a", "Some words"), _text("b", "証明書")]
    assert [unpacked(text) for text in split(joined(map(packed, texts)))] == texts


def test_an_index_that_follows_changes_equals_a_new_one() -> None:
    before = [packed(_text(f"post-{n}", f"kept{n} shared words zebra{n % 3}")) for n in range(12)]
    after = [*before[3:], packed(_text("post-1", "changed shared words")), packed(_text("new", "quagga"))]
    followed, new = Search.of(before).updated(after), Search.of(after)
    assert _all(followed) == _all(new)
    assert [hit.path for hit in followed.answer(parse("changed")).hits] == ["/blog/post-1"]
    assert followed.answer(parse('"kept1"')).total == 0


def test_the_index_of_the_same_texts_is_the_same_bytes() -> None:
    texts = [packed(_text(f"post-{n}", f"word{n} Größe readinessProbe")) for n in range(5)]
    assert Search.of(texts).data == Search.of(texts).data


def test_bytes_of_an_index_are_opened_and_others_refused() -> None:
    search = Search.open(Search.of([packed(_text("a", "quagga"))]).data)
    assert search.answer(parse("quagga")).total == 1
    for data in (b"", b"x" * 9000, search.data[:5000]):
        with pytest.raises(ValueError, match="no search index"):
            Search.open(data)


def test_a_query_ends_at_its_deadline() -> None:
    texts: list[PackedText] = [packed(_text(f"post-{n}", "words " * 200)) for n in range(400)]
    with pytest.raises(TooSlowError):
        Search.of(texts).answer(parse("words word run it"), seconds=-1.0)


def test_a_word_whose_stem_is_nothing_but_marks_has_none() -> None:
    found = Search.of([packed(_text("a", "quagga"))]).answer(parse("quagga \u06e5\u06e5\u06e5\u062a"))
    assert [hit.path for hit in found.hits] == ["/blog/a"]


def test_a_scheduled_post_is_found_from_its_moment(tmp_path: Path) -> None:
    corpus = Corpus()
    site = site_of(tmp_path)
    search = Search.of(corpus.pack(site))
    assert search.answer(parse("submarine")).total == 0
    later = search.updated(corpus.pack(site_of(tmp_path, LATER)))
    assert [hit.path for hit in later.answer(parse("submarine")).hits] == ["/blog/future"]
    assert later.answer(parse("zeppelin")).total == 0


def test_texts_that_have_not_changed_are_packed_once(tmp_path: Path) -> None:
    corpus, site = Corpus(), site_of(tmp_path)
    first, second = corpus.pack(site), corpus.pack(replace(site, posts=site.posts[1:]))
    assert all(any(text is known for known in first) for text in second)
    assert len(second) == len(first) - 1

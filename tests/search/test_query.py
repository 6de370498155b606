"""The language of queries."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from blog.search.engine import Search
from blog.search.query import MAX_BYTES, MAX_TERMS, Term, parse

PIECES = st.sampled_from(
    ['"', "-", "*", "tag:", "year:", "in:code", "2026", "..", " ", "probe", "証明", "é", "\u0301", "\0", "\ud800", "OR", "NEAR(", ")", "{code} :", "'", "^", "+", "c++", "a.b", "_"]
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        pytest.param("head sampling", (Term("word", "head"), Term("word", "sampling")), id="words"),
        pytest.param('"head sampling"', (Term("phrase", "head sampling"),), id="phrase"),
        pytest.param('"head sampling', (Term("phrase", "head sampling"),), id="phrase-being-typed"),
        pytest.param("“head sampling”", (Term("phrase", "head sampling"),), id="typographic-quotes"),
        pytest.param("-draft", (Term("word", "draft", excluded=True),), id="without"),
        pytest.param('-"not this"', (Term("phrase", "not this", excluded=True),), id="without-phrase"),
        pytest.param("kube*", (Term("prefix", "kube"),), id="prefix"),
        pytest.param("cert-manager", (Term("word", "cert-manager"),), id="hyphen-within-a-word"),
        pytest.param("a - b", (Term("word", "a"), Term("word", "b")), id="dash"),
        pytest.param("probe probe", (Term("word", "probe"),), id="repeated"),
        pytest.param("in:town", (Term("word", "in:town"),), id="in-that-is-no-filter"),
        pytest.param("... ?! *", (), id="punctuation"),
        pytest.param("a\0b\ud800", (Term("word", "a"), Term("word", "b")), id="unusable-characters"),
    ],
)
def test_a_query_is_read_as_its_terms(text: str, terms: tuple[Term, ...]) -> None:
    assert parse(text).terms == terms


def test_filters_are_no_terms() -> None:
    query = parse('tag:go tag:"two words" -tag:old year:2024..2026 -year:2020 IN:code x')
    assert (query.tags, query.without_tags) == (("go", "two words"), ("old",))
    assert (query.years, query.without_years) == (((2024, 2026),), ((2020, 2020),))
    assert query.in_code
    assert query.terms == (Term("word", "x"),)


@pytest.mark.parametrize("text", ["", "  ", "in:code", "\0"])
def test_a_query_without_words_and_filters_is_empty(text: str) -> None:
    assert parse(text).is_empty


@pytest.mark.parametrize(
    "text", ["é" * MAX_BYTES, "x " * MAX_BYTES, " ".join(map(str, range(MAX_TERMS + 1))), "year:soon", "y" * 257]
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(text: str) -> None:
    query = parse(text)
    assert query.refusal.endswith(".")
    assert not query.terms


@example("_KÈ")
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join)))
def test_any_text_is_parsed_and_answered(search: Search, text: str) -> None:
    answer = search.answer(parse(text), seconds=10)
    assert len(answer.hits) <= 10
    assert answer.total >= len(answer.hits)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("證" * 1300, id="one-run"),
        pytest.param(" ".join(["証明書更新" * 8] * 20), id="runs"),
        pytest.param(" ".join("証a書b" * 10 for _ in range(31)), id="alternating-scripts"),
        pytest.param(" ".join(f"instrumetnaton{n}" for n in range(32)), id="mistyped"),
        pytest.param(" ".join(f"{n}*" for n in range(10, 42)), id="prefixes"),
        pytest.param("-".join("ab" for _ in range(80)), id="joined"),
    ],
)
def test_long_queries_are_answered_or_refused(search: Search, text: str) -> None:
    answer = search.answer(parse(text), seconds=10)
    assert answer.query.refusal or answer.total >= 0

"""What people ask and what they expect first."""

import random
from collections.abc import Iterator

import pytest

from blog.search.engine import Search
from blog.search.query import parse

# A query and the path of the text that a person expects first, by its file's name.
EXPECTED = (
    # Words as they are, in titles, bodies and headings.
    ("readiness probe", "/blog/probes"), ("kubelet", "/blog/probes"), ("head sampling", "/blog/sampling"),
    ("tail sampling collector", "/blog/sampling"), ("bread", "/blog/sourdough"), ("espresso", "/blog/coffee"),
    ("cast iron pot", "/blog/sourdough"), ("register allocation", "/blog/compilers"), ("tunnel", "/blog/tunnels"),
    ("tomatoes balcony", "/blog/garden"), ("about this blog", "/about"), ("lighthouse", "/about"),
    ("newspaper", "/glossary/operating/edition"), ("edition", "/glossary/operating/edition"),
    # Stems.
    ("bake", "/blog/sourdough"), ("index", "/blog/postgres"), ("cancel tasks", "/blog/asyncio"), ("bicycles", "/blog/bicycle"),
    ("compiling", "/blog/compilers"), ("instrumented", "/blog/sampling"), ("Haus", "/blog/grosse"), ("Wanderung", "/blog/wandern"),
    ("certificat", "/blog/certificats"), ("fromage", "/blog/fromage"), ("книга", "/blog/rezerv"), ("копию", "/blog/rezerv"),
    # Typing errors.
    ("readines porbe", "/blog/probes"), ("sourdogh", "/blog/sourdough"), ("postgrsql", "/blog/postgres"), ("expresso", "/blog/coffee"),
    ("bicylce", "/blog/bicycle"), ("asynco", "/blog/asyncio"), ("cloudfalred", "/blog/tunnels"), ("instrumetnaton", "/blog/sampling"),
    ("Zertifkat", "/blog/zertifikate"), ("Schwarzwlad", "/blog/wandern"), ("reblochn", "/blog/fromage"), ("сметана", "/blog/borsch"),
    ("بفنجن", "/blog/qahwa"), ("इलायचि", "/blog/chai"),
    # Identifiers, whole and in parts.
    ("readinessProbe", "/blog/probes"), ("initialDelaySeconds", "/blog/probes"), ("initial delay", "/blog/probes"), ("BLOG_PORT", "/blog/settings"),
    ("blog_host", "/blog/settings"), ("asyncio.TaskGroup", "/blog/asyncio"), ("TaskGroup", "/blog/asyncio"), ("taskgroup", "/blog/asyncio"),
    ("cloudflared_tunnel_ha_connections", "/blog/tunnels"), ("CREATE INDEX CONCURRENTLY", "/blog/postgres"), ("C++", "/blog/compilers"),
    ("fetch_pages in:code", "/blog/asyncio"),
    # Phrases, exclusions, beginnings and filters.
    ('"tail sampling"', "/blog/sampling"), ('"one request every five seconds"', "/blog/probes"), ("kitchen -espresso", "/blog/garden"),
    ("compil*", "/blog/compilers"), ("mulch*", "/blog/garden"), ("tag:kitchen steam", "/blog/sourdough"), ("year:2022", "/blog/compilers"),
    ("tag:Operations year:2024", "/blog/settings"), ("kubel", "/blog/probes"),
    # Accents.
    ("Größe", "/blog/grosse"), ("grosse bilder", "/blog/grosse"), ("resume", "/blog/resume"), ("résumé", "/blog/cv"), ("cafe", "/blog/coffee"),
    ("ete dernier", "/blog/certificats"), ("chevres", "/blog/fromage"), ("елка", "/blog/rezerv"), ("свекла", "/blog/borsch"),
    # Scripts without spaces, and those with signs that readers leave out.
    ("証明書", "/blog/shoumeisho"), ("秘密鍵", "/blog/shoumeisho"), ("京都", "/blog/ramen"), ("豚骨スープ", "/blog/ramen"), ("東京", "/blog/shoumeisho"),
    ("证书", "/blog/zhengshu"), ("私钥", "/blog/zhengshu"), ("烤鸭", "/blog/beijing"), ("红叶", "/blog/beijing"),
    ("쿠버네티스", "/blog/kubernetes-ko"), ("파드", "/blog/kubernetes-ko"), ("마늘", "/blog/kimchi"), ("ต้มยำ", "/blog/tomyam"), ("ใบรับรอง", "/blog/bairapong"),
    ("الشهادات", "/blog/amn"), ("القرآن", "/blog/amn"), ("مفتاح", "/blog/amn"), ("القهوة", "/blog/qahwa"), ("प्रमाणपत्र", "/blog/suraksha"),
    ("कुंजी", "/blog/suraksha"), ("चाय", "/blog/chai"),
    # Sentences.
    ("how do I configure a readiness probe", "/blog/probes"), ("wie lange gilt ein Zertifikat", "/blog/zertifikate"),
    ("why do my brakes squeak", "/blog/bicycle"), ("証明書の更新方法", "/blog/shoumeisho"),
)  # fmt: skip
_TYPOS = 60


def _first(search: Search, query: str) -> str:
    hits = search.answer(parse(query), limit=1).hits
    return hits[0].path if hits else "nothing"


def test_most_queries_find_first_what_a_person_expects(search: Search) -> None:
    wrong = {query: found for query, expected in EXPECTED if (found := _first(search, query)) != expected}
    assert len(EXPECTED) >= 60
    assert len(wrong) <= len(EXPECTED) * 3 // 60, wrong


def _mistyped(word: str, chance: random.Random) -> Iterator[str]:
    """One wrong, missing, doubled and swapped letter."""
    at = chance.randrange(len(word) - 1)
    yield word[:at] + chance.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1 :]
    yield word[:at] + word[at + 1 :]
    yield word[:at] + word[at] + word[at:]
    yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def test_words_of_five_letters_with_one_error_find_their_text_among_the_first_three(search: Search) -> None:
    words = ("bread", "crumb", "flour", "crust", "chain", "beans", "spans", "brake", "trace", "shade", "water", "steam", "graph", "table", "photo")  # fmt: skip
    chance = random.Random(17)
    holding = {word: {hit.path for hit in search.answer(parse(word), limit=10).hits} for word in words}
    tried = [(word, mistyped) for word in words for mistyped in _mistyped(word, chance)]
    lost = [
        mistyped
        for word, mistyped in tried
        if not any(hit.path in holding[word] for hit in search.answer(parse(mistyped), limit=3).hits)
    ]
    assert len(tried) >= _TYPOS
    assert len(lost) <= len(tried) * 0.03, lost


@pytest.mark.parametrize("word", ["zeppelin", "zeppelins", "unfinished", "submarine"])
def test_drafts_and_texts_of_the_future_are_not_found(search: Search, word: str) -> None:
    answer = search.answer(parse(word))
    assert not any("draft" in hit.path or "future" in hit.path for hit in answer.hits)


@pytest.mark.parametrize(
    ("query", "heading"),
    [
        pytest.param("squeaking pads", "Brakes", id="body"),
        pytest.param("register allocation", "Register allocation", id="heading"),
        pytest.param("httpGet", "Configure it", id="code"),
        pytest.param("steem crisp", "Crust and crumb", id="typing-error"),
        pytest.param("私钥", "私钥管理", id="chinese"),
    ],
)
def test_a_hit_names_the_heading_that_the_words_stand_under(search: Search, query: str, heading: str) -> None:
    (hit, *_) = search.answer(parse(query)).hits
    section = next(section for section in hit.sections if section.heading == heading)
    assert section.anchor
    assert any(marked for _, marked in section.snippet)


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        pytest.param("sourdogh lively", {"lively"}, id="typing-error-in-title"),
        pytest.param("crsp", {"crisp"}, id="typing-error"),
        pytest.param("bake", {"bake"}, id="word"),
        pytest.param("grosse ladezeit", {"Größe", "Ladezeit"}, id="accents"),
        pytest.param("秘密鍵", {"秘密鍵"}, id="japanese"),
        pytest.param("mulch", {"mulching"}, id="stem"),
    ],
)
def test_the_words_that_were_found_are_marked(search: Search, query: str, marked: set[str]) -> None:
    (hit, *_) = search.answer(parse(query)).hits
    found = {text for section in hit.sections for text, is_marked in section.snippet if is_marked}
    assert marked <= found


@pytest.mark.parametrize("mistyped", ["bruke", "brae", "braake", "squeaknig braek"])
def test_another_form_of_a_word_than_the_texts_have_may_be_mistyped(search: Search, mistyped: str) -> None:
    answer = search.answer(parse(mistyped))
    assert [hit.path for hit in answer.hits] == ["/blog/bicycle"]
    assert answer.suggestion == mistyped.replace("squeaknig", "squeaking").replace(
        mistyped.rsplit(maxsplit=1)[-1], "brakes"
    )


def test_a_mistyped_query_is_suggested_with_the_words_that_were_meant(search: Search) -> None:
    assert search.answer(parse("sourdogh braed")).suggestion == "sourdough bread"
    assert search.answer(parse("Grösze")).suggestion in {"größe", None}
    assert search.answer(parse("sourdough bread")).suggestion is None


@pytest.mark.parametrize(
    ("query", "suggestion", "nearest"),
    [
        pytest.param("kubxrntxs", "kubernetes", "/blog/probes", id="three-errors"),
        pytest.param("sourdoughbreadbaking", "sourdough", "/blog/sourdough", id="a-compound"),
        pytest.param("Zertifikatsverwaltungsstelle", "zertifikat", "/blog/zertifikate", id="a-german-compound"),
        pytest.param('"sourdough kubelet"', None, "/blog/sourdough", id="a-phrase-that-nobody-wrote"),
        pytest.param('"sourdouhg kubelet"', '"sourdough kubelet"', "/blog/sourdough", id="a-mistyped-phrase"),
        pytest.param("kubelet year:1999", None, "/blog/probes", id="a-year-without-texts"),
        pytest.param("kubelet -probe", None, "/blog/probes", id="an-excluded-word"),
        pytest.param("brakes in:code", None, "/blog/bicycle", id="a-word-that-is-in-no-code"),
        pytest.param("tag:gardn", "tag:garden", "/blog/garden", id="a-mistyped-tag"),
        pytest.param("tag:kitchens lively", "tag:kitchen lively", "/blog/sourdough", id="a-mistyped-tag-and-a-word"),
        pytest.param("tag:garden espresso", None, "/blog/coffee", id="a-tag-of-other-texts"),
    ],
)
def test_nothing_found_offers_the_nearest_word_and_the_nearest_texts(
    search: Search, query: str, suggestion: str | None, nearest: str
) -> None:
    answer = search.answer(parse(query))
    assert (answer.total, answer.suggestion) == (0, suggestion)
    assert nearest in [text.path for text in answer.nearest]


@pytest.mark.parametrize("query", ["zzzqqqxxx", "year:1999", "tag:qqq", "☃x1z9q7", "龘龘", "year:1999 -bread"])
def test_a_query_that_nothing_resembles_offers_the_newest_texts(search: Search, query: str) -> None:
    answer = search.answer(parse(query))
    newest = search.answer(parse("year:1990-2030")).hits
    assert answer.total == 0
    assert [text.path for text in answer.nearest] == [hit.path for hit in newest[:3]]


@pytest.mark.parametrize("query", ["kubxrntxs", "sourdoughbreadbaking", "Zertifikatsverwaltungsstelle"])
def test_the_suggestion_for_a_query_that_finds_nothing_finds_something(search: Search, query: str) -> None:
    suggestion = search.answer(parse(query)).suggestion
    assert suggestion
    assert search.answer(parse(suggestion)).total


def test_exact_hits_come_first(search: Search) -> None:
    (first, *_) = search.answer(parse("resume")).hits
    assert first.path == "/blog/resume"


def test_tags_and_years_count_everything_found_and_narrow_it(search: Search) -> None:
    answer = search.answer(parse("tag:kitchen"), limit=1)
    assert (answer.total, len(answer.hits)) == (2, 1)
    assert [(it.slug, it.count) for it in answer.tags] == [("kitchen", 2)]
    assert [(it.year, it.count) for it in answer.years] == [(2023, 2)]
    assert search.answer(parse("water"), tag="garden").total == 1
    assert search.answer(parse("water"), year=1999).total == 0


def test_pages_of_an_answer_do_not_overlap(search: Search) -> None:
    whole = [hit.path for hit in search.answer(parse("server sampling"), limit=50).hits]
    parts = [
        hit.path for at in range(len(whole)) for hit in search.answer(parse("server sampling"), limit=1, offset=at).hits
    ]
    assert parts == whole

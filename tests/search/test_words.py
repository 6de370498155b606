"""Words, vocabulary and sections."""

import sqlite3

import pytest

from blog.search.index import made
from blog.search.sections import sections_of
from blog.search.texts import SearchText, TextSection, packed
from blog.search.vocabulary import distance, near
from blog.search.words import words_of

WORDS = "kubernetes probe readiness sampling largest smaller straße"


@pytest.fixture(scope="module")
def vocabulary() -> sqlite3.Connection:
    section = TextSection("", "", WORDS, "")
    text = SearchText(path="/a", title="", kind="post", date=None, language="en", tags=(), sections=(section,))
    return made([packed(text)])


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        ("prove", "probe"), ("prbe", "probe"), ("probbe", "probe"), ("porbe", "probe"), ("robe", "probe"), ("probes", "probe"), ("rpobe", "probe"),
        ("kubrentes", "kubernetes"), ("cubernetis", "kubernetes"), ("kuberneets", "kubernetes"), ("kubenets", "kubernetes"), ("readniess", "readiness"),
        ("smapling", "sampling"), ("strase", "strasse"),
    ],
)  # fmt: skip
def test_a_mistyped_word_is_near_the_one_that_was_meant(
    vocabulary: sqlite3.Connection, mistyped: str, meant: str
) -> None:
    assert [it.form for it in near(vocabulary, mistyped)] == [meant]


@pytest.mark.parametrize("other", ["prb", "prxxe", "pqrst", "kuxxxnetes", "12345"])
def test_words_with_more_errors_are_near_none(vocabulary: sqlite3.Connection, other: str) -> None:
    assert near(vocabulary, other) == []


@pytest.mark.parametrize(
    ("one", "other", "errors"),
    [("", "", 0), ("a", "", 1), ("ab", "ba", 1), ("abc", "acb", 1), ("abcd", "bacd", 1), ("abcdef", "badcef", 2), ("abcd", "abxy", 2)],
)  # fmt: skip
def test_letters_that_changed_places_are_one_error(one: str, other: str, errors: int) -> None:
    assert distance(one, other, 3) == distance(other, one, 3) == errors


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        pytest.param("readinessProbe", ("readinessprobe",), id="camel-case"),
        pytest.param("BLOG_PORT", ("blog", "port"), id="snake-case"),
        pytest.param("C++ and C#", ("c++", "and", "c#"), id="languages"),
        pytest.param("don't", ("don", "t"), id="apostrophe"),
        pytest.param("हिन्दी", ("हिन्दी",), id="hindi-keeps-its-vowels"),
        pytest.param("القُرْآن", ("القران",), id="arabic-without-signs"),
        pytest.param("証明書", ("証明", "明書", "書"), id="pairs"),
        pytest.param("TLSの証明", ("tls", "の証", "証明", "明"), id="two-scripts"),
        pytest.param("a\u0308rger", ("arger",), id="decomposed"),
    ],
)
def test_a_text_has_the_keys_of_its_words(text: str, keys: tuple[str, ...]) -> None:
    assert tuple(key for _, _, word in words_of(text) for key in word.keys) == keys


@pytest.mark.parametrize(
    ("html", "sections"),
    [
        pytest.param("<p>a<br>b</p><p>c</p>", [("", "a b c", "")], id="blocks-part-words"),
        pytest.param("<p>sam<em>pling</em></p>", [("", "sampling", "")], id="inline-elements-do-not"),
        pytest.param("<p>x</p><script>y</script><style>z</style><!-- c -->", [("", "x", "")], id="no-text"),
        pytest.param('<p title="a > b">1 &lt; 2</p>', [("", "1 < 2", "")], id="attributes"),
        pytest.param('<h2 id="a">A <code>b</code></h2><p>c</p>', [("A b", "c", "")], id="heading"),
        pytest.param("<pre><code><span>x = 1</span>\n\ny</code></pre>", [("", "", "x = 1\ny")], id="code"),
        pytest.param("<p>call <code>f()</code></p>", [("", "call f()", "f()")], id="code-in-a-line"),
        pytest.param("<p>a < b", [("", "a < b", "")], id="a-sign-that-is-no-tag"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_html_becomes_sections_of_plain_words(html: str, sections: list[tuple[str, str, str]]) -> None:
    assert [(it.heading, it.body, it.code) for it in sections_of(html)] == sections

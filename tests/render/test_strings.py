"""Words in templates, and how each language writes dates, numbers and lists."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import TemplateError
from markupsafe import Markup

from blog.render.catalogues import Catalogues
from blog.render.strings import Words

CATALOGUES = Catalogues(Path(__file__).parents[2] / "templates")
FIRST = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def english() -> Words:
    return CATALOGUES.words("en")


def test_a_value_is_escaped_unless_it_is_safe(english: Words) -> None:
    assert english("posts_about", tag="<b>") == "Posts about &lt;b&gt;"
    assert english("posts_about", tag=Markup("<b>")) == "Posts about <b>"
    assert english.text("posts_about", tag="<b>") == "Posts about <b>"


def test_a_value_is_no_pattern(english: Words) -> None:
    assert english("posts_about", tag="{site} [a](b)") == "Posts about {site} [a](b)"


def test_words_in_brackets_are_a_link(english: Words) -> None:
    assert english("all_years", archive='/a"b') == 'All years are in the <a href="/a&#34;b">archive</a>.'


def test_a_text_that_does_not_exist_is_an_error_that_names_the_nearest(english: Words) -> None:
    with pytest.raises(
        TemplateError, match=r"no text 'newset_first' in strings/en\.toml; did you mean 'newest_first'\?"
    ):
        english("newset_first")


def test_a_value_that_is_not_given_is_an_error(english: Words) -> None:
    with pytest.raises(TemplateError, match="the text 'posts_about' needs a value for 'tag'"):
        english("posts_about")


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("en", ["0 posts", "1 post", "2 posts", "1,234 posts"]),
        ("de", ["0 Beiträge", "1 Beitrag", "2 Beiträge", "1.234 Beiträge"]),
        ("fr", ["0 article", "1 article", "2 articles", "1\u202f234 articles"]),
        ("pt", ["0 artigo", "1 artigo", "2 artigos", "1.234 artigos"]),
        ("ja", ["0件の記事", "1件の記事", "2件の記事", "1,234件の記事"]),
        ("ar", ["لا مقالات", "مقال واحد", "مقالان", "1,234 مقالًا"]),
    ],
)
def test_a_number_decides_on_the_plural(lang: str, shown: list[str]) -> None:
    words = CATALOGUES.words(lang)
    assert [words.text("count_posts", n=n) for n in (0, 1, 2, 1234)] == shown


def test_arabic_has_six_forms() -> None:
    words = CATALOGUES.words("ar")
    assert [words.text("count_posts", n=n) for n in (3, 11, 100, 103)] == [
        "3 مقالات",
        "11 مقالًا",
        "100 مقال",
        "103 مقالات",
    ]


def test_a_year_has_no_separator(english: Words) -> None:
    assert english.text("posts_of_year", year=2026) == "Posts of 2026"


@pytest.mark.parametrize(
    ("lang", "day", "short"),
    [
        ("en", "1 March 2026", "1 Mar"),
        ("de", "1. März 2026", "1. März"),
        ("es", "1 de marzo de 2026", "1 mar"),
        ("fr", "1er mars 2026", "1er mars"),
        ("pt-BR", "1 de março de 2026", "1 de mar."),
        ("ja", "2026年3月1日", "3月1日"),
        ("zh-CN", "2026年3月1日", "3月1日"),
        ("ar", "1 مارس 2026", "1 مارس"),
    ],
)
def test_a_date_is_written_as_its_language_does(lang: str, day: str, short: str) -> None:
    words = CATALOGUES.words(lang)
    assert (words.day(FIRST), words.short_day(FIRST)) == (day, short)


def test_digits_are_those_of_the_catalogue(tmp_path: Path) -> None:
    (tmp_path / "strings").mkdir()
    (tmp_path / "strings/ar.toml").write_text('[formats]\ndigits = "٠١٢٣٤٥٦٧٨٩"\n', encoding="utf-8")
    words = Catalogues(tmp_path, Path(__file__).parents[2] / "templates").words("ar")
    assert [words.day(FIRST), words.text("count_posts", n=12)] == ["١ مارس ٢٠٢٦", "١٢ مقالًا"]


@pytest.mark.parametrize(
    ("size", "shown"),
    [(1, "1 Bytes"), (999, "999 Bytes"), (1000, "1.0 kB"), (1_250_000, "1.2 MB"), (5_000_000_000_000, "5000.0 GB")],
)
def test_the_size_of_a_file(english: Words, size: int, shown: str) -> None:
    assert english.size(size) == shown


@pytest.mark.parametrize(
    ("lang", "shown"),
    [("en", "a, b or &lt;"), ("de", "a, b oder &lt;"), ("ja", "a、b、または&lt;"), ("ar", "a أو b أو &lt;")],
)
def test_alternatives(lang: str, shown: str) -> None:
    assert CATALOGUES.words(lang).alternatives(["a", "b", "<"]) == shown
    assert CATALOGUES.words(lang).alternatives(["a"]) == "a"

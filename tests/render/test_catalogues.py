"""Catalogues of strings: the shipped ones, those of a theme, and what a mistake in one says."""

import re
from pathlib import Path
from string import Formatter

import pytest

from blog.errors import ContentError
from blog.render.catalogues import Catalogues
from blog.render.strings import LINK

SHIPPED = Path(__file__).parents[2] / "templates"
LANGUAGES = ("ar", "de", "en", "es", "fr", "ja", "pt", "zh")


@pytest.fixture(scope="module")
def shipped() -> Catalogues:
    return Catalogues(SHIPPED)


def theme(folder: Path, **catalogues: str) -> Path:
    (folder / "strings").mkdir(parents=True, exist_ok=True)
    for lang, text in catalogues.items():
        (folder / "strings" / f"{lang.replace('_', '-')}.toml").write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path) -> list[str]:
    """What is wrong with the catalogues of a theme folder, as file:line: problem."""
    try:
        faults = Catalogues(folder, SHIPPED).faults
    except ContentError as error:
        faults = error.faults
    return [f"{fault.file.name}:{fault.line}: {fault.problem}" for fault in faults]


def test_these_languages_are_shipped() -> None:
    assert {path.stem for path in (SHIPPED / "strings").iterdir()} == set(LANGUAGES)


def test_every_shipped_catalogue_has_every_text_with_the_values_of_the_english_one(shipped: Catalogues) -> None:
    assert shipped.faults == ()


def _values(form: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(form) if name} | {name for _, name in LINK.findall(form)}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_form_of_a_text_has_every_value_but_the_number(shipped: Catalogues, lang: str) -> None:
    english, words = shipped.words("en"), shipped.words(lang)
    for key in english.keys:
        wanted = _values(english.forms(key)["other"]) - {"n"}
        assert [form for form in words.forms(key).values() if _values(form) - {"n"} != wanted] == [], key


@pytest.mark.parametrize("lang", sorted({*LANGUAGES} - {"en"}))
def test_a_catalogue_is_translated(shipped: Catalogues, lang: str) -> None:
    english, words = shipped.words("en"), shipped.words(lang)
    same = {key for key in english.keys if english.forms(key) == words.forms(key)}
    # Words that two languages have in common.
    assert same <= {
        *("archive", "code", "pages", "notes", "note", "important", "topics", "alert_info", "alert_question"),
        *("alert_danger", "alert_attention", "diagram_source", "alert_key"),
    }


@pytest.mark.parametrize(
    ("tag", "used"),
    [
        *(("de", "de"), ("de-AT", "de"), ("DE-at", "de"), ("pt-BR", "pt"), ("en-GB", "en"), ("zh-Hans-CN", "zh")),
        *(("zh-TW", "en"), ("zh-Hant", "en"), ("zh-Hant-HK", "en"), ("th", "en"), ("xx", "en"), ("x-private", "en")),
    ],
)
def test_a_tag_has_the_words_of_its_language(shipped: Catalogues, tag: str, used: str) -> None:
    assert shipped.words(tag).lang == used
    assert shipped.has(tag) == (used != "en" or tag.startswith("en"))


def test_a_theme_changes_one_word_and_keeps_the_others(tmp_path: Path) -> None:
    folder = theme(tmp_path, de='posts = "Aufsätze"\n[formats]\ndecimal = "·"\n')
    words = Catalogues(folder, SHIPPED).words("de-CH")
    assert [words.text("posts"), words.text("tags")] == ["Aufsätze", "Schlagwörter"]
    assert [words.size(1500), words.formats.name] == ["1·5 kB", "Deutsch"]


def test_a_country_replaces_words_of_its_language(tmp_path: Path) -> None:
    words = Catalogues(theme(tmp_path, pt_PT='copy = "Copiar já"\n'), SHIPPED).words("pt-PT")
    assert [words.text("copy"), words.text("posts"), words.lang] == ["Copiar já", "Artigos", "pt-PT"]


def test_what_a_new_language_lacks_is_english_and_said(tmp_path: Path) -> None:
    folder = theme(tmp_path, pl='posts = "Wpisy"\n')
    words = Catalogues(folder, SHIPPED).words("pl")
    assert [words.text("posts"), words.text("count_posts", n=1)] == ["Wpisy", "1 post"]
    (problem,) = problems(folder)
    assert re.fullmatch(
        r"pl\.toml:1: has no text for skip, main, tags, .* and \d+ more; the English one is shown", problem
    )


def test_a_theme_may_have_texts_of_its_own(tmp_path: Path) -> None:
    folder = theme(tmp_path, en='hello = "Hello {who}"\n')
    assert Catalogues(folder, SHIPPED).words("en")("hello", who="<Ada>") == "Hello &lt;Ada&gt;"
    assert all("has no text for hello; the English one" in problem for problem in problems(folder))


@pytest.mark.parametrize(
    ("catalogue", "problem"),
    [
        ('posts = "a"\nposts = "b"\n', r"de\.toml:2: is not TOML: .*"),
        ("posts = \n", r"de\.toml:1: is not TOML: .*"),
        ("\nposts = 3\n", r"de\.toml:2: 'posts' is neither a text nor a table of texts .*"),
        ('\nposts = { one = "a" }\n', r"de\.toml:2: 'posts' is neither .* with at least 'other' .*"),
        ('posts = { some = "a", other = "b" }\n', r"de\.toml:1: 'posts' is neither .*"),
        ('posts = "a {}"\n', r"de\.toml:1: 'posts' is neither .*"),
        ('posts = "a {x.y}"\n', r"de\.toml:1: 'posts' is neither .*"),
        ('posts = "a {"\n', r"de\.toml:1: 'posts' is neither .*"),
        ('posts = "a {site}"\n', r"de\.toml:1: 'posts' has the placeholder \{site\}, .*it has no values"),
        ('page_of = "{page} {pages} {total}"\n', r".* \{total\}, for which there is no value; its values are page, pages"),
        ('page_of = "{page}"\n', r"de\.toml:1: 'page_of' leaves out \{pages\}, which the English text has"),
        ('nothing_yet = "Nichts"\n', r"de\.toml:1: 'nothing_yet' leaves out \{feed\}, .*"),
        ('psots = "a"\n', r"de\.toml:1: 'psots' is the key of no text in English, and is not used"),
        ('formats = "a"\n', r"de\.toml:1: 'formats' is no table"),
        ('[formats]\nmonths = ["a"]\n', r"de\.toml:2: formats\.months: .*12.*"),
        ('[formats]\nera = "a"\n', r"de\.toml:2: formats\.era: .*"),
        ('[formats]\nday = "{week}"\n', r"de\.toml:2: formats\.day: '\{week\}' has a placeholder .*"),
        ('[formats]\ndigits = "abc"\n', r"de\.toml:2: formats\.digits: .*"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(tmp_path: Path, catalogue: str, problem: str) -> None:
    found = problems(theme(tmp_path, de=catalogue))
    assert len(found) == 1
    assert re.fullmatch(problem, found[0])


def test_a_file_that_is_named_after_no_language_is_said(tmp_path: Path) -> None:
    assert problems(theme(tmp_path, german='posts = "a"\n')) == [
        "german.toml:1: is named after no language tag, such as de.toml or pt-BR.toml, and is not used"
    ]


def test_bytes_that_are_not_utf_8_are_named_with_their_line(tmp_path: Path) -> None:
    theme(tmp_path)
    (tmp_path / "strings/de.toml").write_bytes(b'posts = "a"\ntags = "\xff"\n')
    assert problems(tmp_path) == ["de.toml:2: is not UTF-8: invalid start byte"]


def test_a_link_that_leads_nowhere_is_said(tmp_path: Path) -> None:
    theme(tmp_path)
    (tmp_path / "strings/de.toml").symlink_to(tmp_path / "none")
    assert [problem.partition(":")[0] for problem in problems(tmp_path)] == ["de.toml"]


def test_editors_backups_are_ignored(tmp_path: Path) -> None:
    theme(tmp_path)
    for name in (".de.toml", "de.toml~", "#de.toml#", "notes.txt"):
        (tmp_path / "strings" / name).write_text("?")
    assert problems(tmp_path) == []

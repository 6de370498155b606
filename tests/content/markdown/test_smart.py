"""Typographic punctuation by the language of a text."""

from pathlib import Path

import pytest

from blog.content.extensions import Extensions
from blog.content.loader import load
from blog.content.markdown import parse

NARROW = "\N{NARROW NO-BREAK SPACE}"


def smart(text: str, lang: str = "en") -> str:
    return parse(text, extensions=Extensions(smart=True, lang=lang)).markup.removeprefix("<p>").removesuffix("</p>\n")


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("en", "“a ‘b’ c”"), ("de", "„a ‚b‘ c“"), ("de-CH", "«a ‹b› c»"), ("fr", f"«{NARROW}a “b” c{NARROW}»"), ("es", "«a “b” c»"), ("pt-BR", "“a ‘b’ c”"),
        ("it", "«a “b” c»"), ("nl", "“a ‘b’ c”"), ("pl", "„a «b» c”"), ("ru", "«a „b“ c»"), ("sv", "”a ’b’ c”"), ("da", "“a ‘b’ c”"), ("nb", "«a ‘b’ c»"),
        ("fi", "”a ’b’ c”"), ("cs", "„a ‚b‘ c“"), ("ja", "「a 『b』 c」"), ("xx", "“a ‘b’ c”"), ("", "“a ‘b’ c”"),
    ],
)  # fmt: skip
def test_quotation_marks_are_those_of_the_language(lang: str, shown: str) -> None:
    assert smart("\"a 'b' c\"", lang) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("it's the dogs' day", "it’s the dogs’ day"), ("the '90s, rock 'n' roll", "the ’90s, rock ’n’ roll"), ("'Tis", "’Tis"), ('*"a"*', "<em>“a”</em>"),
        ('("a")', "(“a”)"), ('"a," she said', "“a,” she said"), ("a -- b", "a – b"), ("1--2", "1–2"), ("a---b", "a—b"), ("wait...", "wait…"), ('"*a*"', "“<em>a</em>”"),
        ('["a"](/x)', "[“a”](/x)".replace("[", "<a \0000\0>").replace("](/x)", "</a>")), ('彼は"a"と', "彼は“a”と"),
    ],
)  # fmt: skip
def test_quotes_dashes_and_ellipses_become_typographic(text: str, shown: str) -> None:
    assert smart(text) == shown


@pytest.mark.parametrize(
    "text",
    ['`"a" -- ...`', r"\"a\"", "use --force", "a --> b", "<-- b", "a ---- b", "a....", '6" tall', "../..", '<i title="a--b">x</i>', "$a--b$", "a.b--c@example.org",
     "https://example.org/a--b...c", "xn--abc", '[a](/x--y "t")', "a - b", '```\n"a"\n```'],
)  # fmt: skip
def test_code_addresses_html_and_formulas_stay(text: str) -> None:
    assert smart(text) == parse(text).markup.removeprefix("<p>").removesuffix("</p>\n")


def test_a_text_turns_it_on_and_has_the_language_of_its_own_or_of_the_site(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("lang: de\nmarkdown: {smart: true}\n", encoding="utf-8")
    for name, more in (("a", ""), ("b", "lang: en\n"), ("c", "markdown: {smart: false}\n")):
        text = f'---\ntitle: x\nslug: {name}\ndate: 2026-03-01\n{more}---\n# x\n\n"a"\n'
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    posts = {post.slug: post.document for post in load(tmp_path).library.posts}
    assert {slug: document.summary for slug, document in posts.items()} == {"a": "„a“", "b": "“a”", "c": '"a"'}


def test_a_heading_that_repeats_the_title_is_left_out() -> None:
    document = parse('# It\'s "here"\n\nText.', 'It\'s "here"', extensions=Extensions(smart=True))
    assert document.headings == ()


def test_the_id_of_a_heading_stays_that_of_github() -> None:
    document = parse('## It\'s "here"', extensions=Extensions(smart=True))
    assert [heading.anchor for heading in document.headings] == ["its-here"]

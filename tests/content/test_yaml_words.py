"""Words that YAML would drop from front matter."""

import pytest

from blog.content.front_matter import FrontMatterError, Split, parse_front_matter


def problems(text: str) -> tuple[tuple[int, str], ...]:
    with pytest.raises(FrontMatterError) as caught:
        parse_front_matter(Split(f"title: T\n{text}\n"), "page")
    return caught.value.problems


def remarks(text: str) -> list[tuple[int, str]]:
    found = parse_front_matter(Split(f"title: T\n{text}\n"), "page").remarks
    return [(remark.line, remark.problem) for remark in found if "unknown key" not in remark.problem]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        pytest.param("series: !important is a smell", 3, "begins with ! in quotes", id="tag"),
        pytest.param("tags:\n  - a\n  - !b c", 5, "begins with ! in quotes", id="tag-in-a-list"),
        pytest.param("series: ! x", 3, "begins with ! in quotes", id="tag-without-a-name"),
        pytest.param("series: &x y", 3, "begins with & in quotes", id="anchor"),
        pytest.param("series: & more", 3, "begins with & in quotes", id="ampersand"),
        pytest.param("extra: {a: [&b c]}", 3, "begins with & in quotes", id="anchor-in-an-unknown-key"),
        pytest.param("series: *x", 3, "begins with * in quotes", id="alias"),
        pytest.param("series: *bold* move", 3, "begins with * in quotes", id="emphasis"),
        pytest.param("series: - x", 3, "begins with - in quotes", id="dash"),
        pytest.param("series: ? x", 3, "begins with ? in quotes", id="question-mark"),
        pytest.param("series: @me", 3, "begins with @ in quotes", id="at"),
        pytest.param("series: `code`", 3, "begins with ` in quotes", id="code"),
        pytest.param("lang: en\ntags: [C #lang, x]", 4, "what follows # is a comment", id="comment-in-a-list"),
        pytest.param('tags: ["a\\0b"]', 3, "contains a control character (U+0000)", id="escape"),
        pytest.param('aliases:\n  - x\n  - "a\\x1b"', 5, "contains a control character (U+001B)", id="in-an-alias"),
        pytest.param("id: a\x07b", 3, "contains a control character (U+0007)", id="raw"),
        pytest.param("image: a.png\nimage_alt: \udcff", 4, "contains a byte that is not UTF-8", id="byte"),
        pytest.param('extra: {"\\x9f": x}', 3, "contains a control character (U+009F)", id="in-a-key"),
    ],
)
def test_what_would_be_dropped_is_refused_with_its_line(text: str, line: int, problem: str) -> None:
    ((found, reason),) = problems(text)
    assert (found, problem in reason) == (line, True), reason


@pytest.mark.parametrize(
    ("text", "line", "comment"),
    [
        pytest.param("series: C # language", 3, "'# language'", id="series"),
        pytest.param("description: C # language", 3, "'# language'", id="words"),
        pytest.param("tags: #python #web", 3, "'#python #web'", id="all-tags"),
        pytest.param("tags:\n  - a # b\n  - c", 4, "'# b'", id="item"),
        pytest.param("tags: [a, 'b # c', d # e\n  ]", 3, "'# e'", id="item-in-brackets"),
        pytest.param("description: 😀 a\n  b # c", 4, "'# c'", id="second-line"),
        pytest.param("description: #x\n  y", 4, "'#x'", id="before-the-value"),
    ],
)
def test_a_comment_behind_words_is_a_warning(text: str, line: int, comment: str) -> None:
    ((found, problem),) = remarks(text)
    assert found == line
    assert f"{comment} is a comment" in problem


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("tags:\n  # languages\n  - a", id="line-of-its-own"),
        pytest.param("tags: # languages\n  - a", id="before-a-list"),
        pytest.param("tags: [a] # languages", id="behind-a-list"),
        pytest.param("description: 'C' # language", id="behind-quotes"),
        pytest.param("draft: true # not yet\ndate: 2026-03-01 # or later\nlang: en # x", id="behind-no-words"),
        pytest.param("description: >\n  a # b\n  # c", id="block"),
        pytest.param("description: Tom & Jerry! 2 * 3, C#, a#b", id="inside-words"),
    ],
)
def test_a_comment_that_takes_no_words_is_accepted(text: str) -> None:
    assert remarks(text) == []


def test_texts_are_in_nfc() -> None:
    assert parse_front_matter(Split('title: "Cafe\\u0301"\nseries: Cafe\u0301\n'), "page").series == "Caf\u00e9"
    assert parse_front_matter(Split('title: "Cafe\\u0301"\n'), "page").title == "Caf\u00e9"

"""Markdown: golden pairs of text and HTML, and what is known about a text besides."""

import os
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blog.content.document import Document, Reference
from blog.content.markdown import parse
from blog.content.targets import is_harmful
from tests.english import label

GOLDEN = Path(__file__).parents[2] / "golden" / "markdown"
VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def attribute(reference: Reference) -> str:
    return f'{"href" if reference.kind == "link" else "src"}="{escape(reference.target)}"'


def html(text: str) -> str:
    return parse(text).html(attribute, label)


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.md")))
def test_golden_markdown(name: str) -> None:
    rendered = parse((GOLDEN / f"{name}.md").read_text(encoding="utf-8"), "The title").html(attribute, label)
    golden = GOLDEN / f"{name}.html"
    if os.environ.get("BLOG_GOLDEN") == "refresh":
        golden.write_text(rendered, encoding="utf-8")
    assert rendered == golden.read_text(encoding="utf-8")


def test_headings_make_a_table_of_contents() -> None:
    document = parse("# One\n\n## *Two* `and` [three](x.md)\n\nText\n\n### Größe[^1]\n\n[^1]: Note.\n")
    assert [(heading.level, heading.anchor, heading.text, heading.line) for heading in document.headings] == [
        (1, "one", "One", 1),
        (2, "two-and-three", "Two and three", 3),
        (3, "größe", "Größe", 7),
    ]


def test_every_id_of_a_text_is_an_anchor() -> None:
    document = parse('## A\n\n<p id="b">x</p>\n\nNote[^1].\n\n[^1]: Text.\n')
    assert document.anchors == {"a", "b", "_fn-1", "_fnref-1"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("one two three", 3, id="words"),
        pytest.param("one\n\n```python\nnot = counted\n```\n\n    nor this\n", 1, id="code-does-not-count"),
        pytest.param("use `make` now", 3, id="inline-code-counts"),
        pytest.param("don't re-read 3.11", 3, id="marks-inside-words"),
        pytest.param("- a\n- b\n\n| c | d |\n|---|---|\n| e | f |\n", 6, id="lists-and-tables"),
        pytest.param("日本語です", 2, id="two-ideographs-a-word"),
        pytest.param("Shown <!-- not shown --> here", 2, id="comment"),
        pytest.param("", 0, id="nothing"),
    ],
)
def test_the_words_of_the_text_are_counted(text: str, words: int) -> None:
    assert parse(text).words == words


@pytest.mark.parametrize(
    ("words", "minutes"),
    [(0, 1), (1, 1), (220, 1), (440, 2), (2200, 10)],
)
def test_reading_takes_a_minute_for_220_words(words: int, minutes: int) -> None:
    assert parse("word " * words).minutes == minutes


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        pytest.param(
            "## Heading\n\nThe *first* `one`\nhere[^1].\n\nNot this.\n\n[^1]: x", "The first one here.", id="plain"
        ),
        pytest.param("![A picture](a.png)\n\nThe first words.", "The first words.", id="not-a-picture"),
        pytest.param("> Quoted.\n\nA & B &lt;c&gt;", "A & B <c>", id="entities"),
        pytest.param("- only a list", "", id="no-paragraph"),
    ],
)
def test_the_summary_is_the_first_paragraph(text: str, summary: str) -> None:
    assert parse(text).summary == summary


def test_remarks_name_their_lines() -> None:
    document = parse("Text\n\n![](a.png)\n\n#### Deep\n\n```klingon\nx\n```\n\n## Fine\n\n#### Again\n")
    assert [(remark.line, remark.problem) for remark in document.remarks] == [
        (3, "image 'a.png' has no alternative text"),
        (5, "heading 'Deep' skips from level 1 to 4"),
        (7, "code language 'klingon' is not known to Pygments"),
        (13, "heading 'Again' skips from level 2 to 4"),
    ]


@pytest.mark.parametrize("language", ["", "text", "python", "Python", "yaml", "console", "promql", "dockerfile", "c++"])
def test_a_language_in_use_is_known(language: str) -> None:
    assert parse(f"```{language}\nx\n```\n").remarks == ()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("one\n\n[a](a.md) and [b](b.md)\n[c](c.md)\n", [3, 3, 4], id="in-order"),
        pytest.param("[a](x.md)\n\n[b](x.md)\n\n[c](x.md)\n", [1, 3, 5], id="the-same-three-times"),
        pytest.param("`x.md`\n\n[a](x.md)\n", [3], id="named-in-code-before"),
        pytest.param("```\n[a](x.md)\n```\n\n[a](x.md)\n", [5], id="written-in-a-block-before"),
        pytest.param("See x.md there.\n\n[a](x.md)\n", [3], id="named-in-words-before"),
        pytest.param("one\n\n[a](größe.md)\n", [3], id="umlaut"),
        pytest.param("one\n\n[a](<with space.md>)\n", [3], id="space"),
        pytest.param("one\n\nwww.example.org\n", [3], id="www"),
        pytest.param("one\n\n<me@example.org>\n", [3], id="mail"),
        pytest.param("![x](a.png)\n\n[![x](a.png)](https://example.org)\n", [1, 3, 3], id="picture-in-a-link"),
        pytest.param("one\n\n<img src='a.png' alt='x'>\n", [3], id="raw-html"),
        pytest.param("a[^1]\n\n[^1]: [x](x.md)\n\n[y](y.md)\n", [3, 5], id="footnote-before-the-end"),
        pytest.param("a\n\n| [x](x.md) |\n|---|\n| [y](y.md) |\n", [3, 5], id="table"),
    ],
)
def test_references_name_their_lines(text: str, lines: list[int]) -> None:
    written = (reference for reference in parse(text).references if not reference.target.startswith("#_fn"))
    assert sorted(reference.line for reference in written) == lines


def test_what_only_looks_like_a_reference_is_none() -> None:
    shown = '<!-- <a href="a.md"> -->\n\n<p>write href="b.md"</p>\n\n<p data-src="c.md">x</p>\n\n`<a href="d.md">`'
    assert parse(shown).references == ()


def test_a_picture_carries_what_keeps_a_page_quick() -> None:
    assert html('x ![A](a.png "T")') == '<p>x <img src="a.png" alt="A" title="T" loading="lazy" decoding="async"></p>\n'


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[x](javascript:alert(1))", id="script"),
        pytest.param("[x](JaVaScRiPt:alert(1))", id="mixed-case"),
        pytest.param("[x](<javascript&colon;alert(1)>)", id="entity"),
        pytest.param("[x](vbscript:x)", id="vbscript"),
        pytest.param("[x](data:text/html,<b>)", id="data"),
        pytest.param("![x](javascript:alert(1))", id="image"),
        pytest.param("<javascript:alert(1)>", id="autolink"),
        pytest.param('<a href="javascript:alert(1)">x</a>', id="raw"),
        pytest.param("<a href='&#106;avascript:alert(1)'>x</a>", id="raw-entity"),
        pytest.param("[x]\n\n[x]: javascript:alert(1)", id="reference"),
    ],
)
def test_a_link_runs_no_script(text: str) -> None:
    document = parse(text)
    assert [is_harmful(reference.target) for reference in document.references] == [True]
    assert "\0" not in document.markup
    assert "script:" not in document.markup.replace(f">{text[1:-1]}<", "")


@pytest.mark.parametrize(
    "tag", ["script", "SCRIPT", "style", "iframe", "title", "textarea", "xmp", "plaintext", "noembed"]
)
def test_raw_html_that_swallows_the_page_is_shown_instead(tag: str) -> None:
    assert f"<{tag}" not in html(f"<{tag}>x</{tag}>")
    assert f"<{tag}" not in html(f"Inline <{tag}>x</{tag}>.")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('[x](y.md "</a><script>alert(1)</script>")', id="title"),
        pytest.param("![<script>alert(1)</script>](a.png)", id="alt"),
        pytest.param("```<script>alert(1)</script>\nx\n```", id="info"),
        pytest.param("```html\n<script>alert(1)</script>\n```", id="code"),
        pytest.param("`<script>alert(1)</script>`", id="inline-code"),
        pytest.param("## <script>alert(1)</script>", id="heading"),
        pytest.param('[x](<y"><script>alert(1)</script>>)', id="target"),
        pytest.param("a[^<script>]\n\n[^<script>]: <script>alert(1)</script>", id="footnote"),
    ],
)
def test_text_does_not_become_a_script(text: str) -> None:
    assert "<script" not in html(text).lower()


def test_a_nul_does_not_confuse_references() -> None:
    assert html("\x000\x00 [a](b)") == '<p>\ufffd0\ufffd <a href="b">a</a></p>\n'


def ids(markup: str) -> list[str]:
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- html.parser's call
            found.extend(value or "" for name, value in attrs if name == "id")

    Reader().feed(markup)
    return found


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("## A\n\n## A\n\n## A 1", id="headings"),
        pytest.param('## Raw\n\n<p id="raw">x</p>', id="raw-after-heading"),
        pytest.param("## Fn 1\n\nx[^1]\n\n[^1]: y", id="heading-like-a-footnote"),
        pytest.param("## Fnref 1\n\nx[^1] y[^1]\n\n[^1]: y", id="heading-like-a-reference"),
    ],
)
def test_ids_are_unique(text: str) -> None:
    found = ids(html(text))
    assert len(found) == len(set(found))


def test_an_id_shown_as_code_is_not_taken() -> None:
    assert parse('```html\n<p id="setup">\n```\n\n## Setup\n').headings[0].anchor == "setup"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 20_000, id="brackets"),
        pytest.param("![" * 10_000, id="pictures"),
        pytest.param("*a **b " * 5000, id="stars"),
        pytest.param("> " * 5000 + "x", id="quotes"),
        pytest.param("- " * 5000 + "x", id="lists"),
        pytest.param("<a " * 10_000, id="tags"),
        pytest.param("`" * 20_000, id="ticks"),
        pytest.param("[a](" * 5000, id="links"),
        pytest.param("|a" * 3000 + "\n" + "|-" * 3000 + "\n", id="columns"),
    ],
)
def test_a_pathological_text_is_parsed(text: str) -> None:
    assert isinstance(parse(text), Document)


class _Balance(HTMLParser):
    """Notes an end tag without its start, and what is open at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- the same
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1:] == [tag]:
            self.open.pop()
        else:
            self.wrong.append(tag)


# Without < there is no raw HTML, so every tag in the output is the writer's own.
PIECES = [
    "a", "b c", "\n", "\n\n", "# ", "## ", "- ", "1. ", "> ", "> [!NOTE]\n", "*", "**", "_", "~~", "`", "```\n", "```python\n",
    "[", "]", "(", ")", "![", "[^1]", "[^1]: ", "|", "\n|-|-|\n", "| a | b |\n|---|---|\n", "[ ] ", "- [x] ", "    ", "  \n", "\\",
    "https://example.org", "www.example.org", "&amp;", "&", '"', "---\n", "===\n", "é", "日本", "\0", "\u2028", "\t", "!", ":",
]  # fmt: skip


def _balance(markup: str) -> tuple[list[str], list[str]]:
    reader = _Balance()
    reader.feed(markup)
    reader.close()
    return reader.open, reader.wrong


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@example("> [!NOTE]\n")
@example("- [x] - [x] a\n\n  b")
def test_markdown_without_html_is_balanced_html(text: str) -> None:
    document = parse(text)
    assert _balance(document.html(attribute, label)) == ([], [])
    assert all(1 <= reference.line <= text.count("\n") + 1 for reference in document.references)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.text(max_size=300), st.lists(st.sampled_from([*PIECES, "<", ">", "<a href='", "<!--"])).map("".join))
)
def test_any_text_is_parsed(text: str) -> None:
    document = parse(text)
    assert "\0" not in html(text)
    assert "<script" not in document.markup.lower()


@pytest.mark.parametrize("text", ["[a]: /x\n- ", "[a]: /x\n-", "> [a]: /x\n> - "])
def test_definitions_before_what_could_be_a_heading_or_a_table_are_no_error(text: str) -> None:
    assert "-" in parse(text).markup


@pytest.mark.parametrize(
    ("rows", "lines"),
    [("|1|2|3|\n|4|5|6|", [3]), ("|1|2|\n|4|5|6|", [4]), ("|1|2||\n|3|", []), ("|1|2\\|3|", [])],
)
def test_cells_that_a_table_has_no_column_for_are_remarked_once(rows: str, lines: list[int]) -> None:
    remarks = parse(f"|a|b|\n|-|-|\n{rows}\n").remarks
    assert [(remark.line, "more cells than its head" in remark.problem) for remark in remarks] == [
        (line, True) for line in lines
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a\n[text][nope]", "nope"),
        ("a\n[text][]", "text"),
        ("a\n![alt][nope]", "nope"),
        ("a\n[a [b] c][nope]", "nope"),
        ("a\n[*text*][ nope ] b", "nope"),
        ("> a\n> [text][nope]", "nope"),
        ("| a |\n|---|\n| [text][nope] |", "nope"),
    ],
)
def test_a_reference_without_a_definition_is_remarked(text: str, name: str) -> None:
    (remark,) = parse(text).remarks
    assert remark.line == 2 + text.startswith("|")
    assert f"refers to [{name}], which is not defined; it is shown as it is written" in remark.problem


@pytest.mark.parametrize(
    "text",
    [
        "[text][Def]\n\n[def]: /x", "[text][]\n\n[text]: /x", "m[i][j]", "a[0][1]", "[a] [b]", "[a][b](/x)", r"\[a][b]", r"[a\][b]", "`[a][b]`",
        "[^1][^2]\n\n[^1]: a\n[^2]: b", "[ ][ ]", "[x][1]", "[a](/x)[b]", "- [x] [b]", "int[][]", "$[a][b]$", "[a]\\[b]",
    ],
)  # fmt: skip
def test_other_brackets_are_no_reference(text: str) -> None:
    assert not [remark for remark in parse(text).remarks if "is not defined" in remark.problem]


def test_the_first_heading_of_the_level_of_the_title_is_remarked() -> None:
    document = parse("Text.\n\n# One\n\n# Two\n")
    problem = "heading 'One' is of level 1, as the title of the page is; begin headings with ##"
    assert [(remark.line, remark.problem) for remark in document.remarks] == [(3, problem)]
    assert parse("# One\n\nText.\n", "One").remarks == ()

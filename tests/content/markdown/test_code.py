"""Blocks of code with the options of their fences and the marks in their comments."""

import re

import pytest
from pygments.lexers import get_lexer_by_name

from blog.content.markdown import parse
from blog.content.markdown.comment_marks import read
from blog.content.markdown.highlight import Highlighter

ELEMENT = re.compile(r'<(span|mark|ins|del) class="(line[^"]*)"(?: data-line="([^"]*)")?>')


def lines(text: str) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for found in ELEMENT.finditer(parse(text).markup)]


def test_code_without_options_has_no_elements_for_its_lines() -> None:
    assert parse("```text\na\nb\n```\n").markup == (
        '<pre tabindex="0" data-language="text"><code class="language-text">a\nb\n</code></pre>\n'
    )


def test_a_title_is_the_caption_of_a_figure_and_the_name_of_the_box() -> None:
    markup = parse('```text title="a&b <i>.py"\nx\n```\n').markup
    assert markup.startswith('<figure class="code">\n<figcaption>a&amp;b &lt;i&gt;.py</figcaption>\n<pre tabindex="0" ')
    assert 'role="group" aria-label="a&amp;b &lt;i&gt;.py"' in markup
    assert markup.endswith("x\n</code></pre>\n</figure>\n")


@pytest.mark.parametrize(
    "options", ["{2}", "hl_lines=2", 'hl_lines="2"', "{hl_lines=[2]}", ",hl_lines=2-2", "mark={2}"]
)
def test_marked_lines_are_marked_in_the_form_of_every_generator(options: str) -> None:
    assert lines(f"```text {options}\na\nb\nc\n```\n") == [
        ("span", "line"),
        ("mark", "line marked"),
        ("span", "line"),
    ]


def test_lines_past_the_end_are_no_lines() -> None:
    assert lines("```text {2-999999999}\na\nb\n```\n") == [("span", "line"), ("mark", "line marked")]
    assert lines("```text {7}\na\n```\n") in ([], [("span", "line")])


def test_numbers_begin_where_the_fence_says_and_are_no_text() -> None:
    markup = parse("```text linenos linenostart=9\na\nb\n```\n").markup
    assert [found[3] for found in ELEMENT.finditer(markup)] == [" 9", "10"]
    assert re.sub("<[^>]*>", "", markup) == "a\nb\n\n"


def test_lines_that_are_added_taken_out_and_focused_by_the_fence() -> None:
    assert lines("```text ins={1} del={2} focus={3}\na\nb\nc\n```\n") == [
        ("ins", "line inserted"),
        ("del", "line deleted"),
        ("span", "line focused"),
    ]


@pytest.mark.parametrize(
    "written",
    [
        "a // [!code ++]",
        "a # [!code ++]",
        "a -- [!code ++]",
        "a ; [!code ++]",
        "a % [!code ++]",
        "a /* [!code ++] */",
        "a <!-- [!code ++] -->",
        "a {/* [!code ++] */}",
        "a (* [!code ++] *)",
        "a {- [!code ++] -}",
        'a " [!code ++]',
        "a ' [!code ++]",
        "a REM [!code ++]",
        "a --[[ [!code ++] ]]",
        "a {{!-- [!code ++] --}}",
        "a {# [!code ++] #}",
        "a <%# [!code ++] %>",
        "a <%-- [!code ++] --%>",
        "a /** [!code ++] */",
        "a (;; [!code ++] ;;)",
        "a (: [!code ++] :)",
        "a #| [!code ++] |#",
        "a//[!code ++]",
        "a ### [!code ++]",
    ],
)
def test_a_mark_is_read_in_any_syntax_of_comments_and_left_out(written: str) -> None:
    marked = read(f"{written}\nb\n")
    assert (marked.code, marked.states) == ("a\nb\n", {0: {"inserted"}})


@pytest.mark.parametrize(
    ("written", "code", "states"),
    [
        pytest.param("a // [!code focus] [!code ++]\n", "a\n", {0: {"focused", "inserted"}}, id="two-in-a-comment"),
        pytest.param("a // [!code --] // [!code hl]\n", "a\n", {0: {"deleted", "marked"}}, id="two-comments"),
        pytest.param("a // [!code ++] why\n", "a // why\n", {0: {"inserted"}}, id="comment-with-words"),
        pytest.param("a # [!code hl:2]\nb\nc\n", "a\nb\nc\n", {0: {"marked"}, 1: {"marked"}}, id="count"),
        pytest.param("  # [!code hl:2]\na\nb\nc\n", "a\nb\nc\n", {0: {"marked"}, 1: {"marked"}}, id="own-line"),
        pytest.param("# highlight-next-line\na\nb\n", "a\nb\n", {0: {"marked"}}, id="next-line"),
        pytest.param("// highlight-start\na\n// highlight-end\nb\n", "a\nb\n", {0: {"marked"}}, id="from-to"),
        pytest.param("a // highlight-line\nb\n", "a\nb\n", {0: {"marked"}}, id="this-line"),
        pytest.param('a = "[!code ++]"\n', 'a = "[!code ++]"\n', {}, id="in-a-string"),
        pytest.param("a = '// [!code ++]'\n", "a = '// [!code ++]'\n", {}, id="comment-in-a-string"),
        pytest.param("a # [\\!code ++]\n", "a # [!code ++]\n", {}, id="escaped"),
        pytest.param("a <!-- [!code ++] --> b\n", "a b\n", {0: {"inserted"}}, id="comment-in-the-middle"),
    ],
)
def test_where_marks_stand_and_what_they_are_about(written: str, code: str, states: dict[int, set[str]]) -> None:
    marked = read(written)
    assert (marked.code, marked.states) == (code, states)


def test_an_unknown_mark_is_shown_with_a_warning_in_its_line() -> None:
    document = parse("Words.\n\n```js\na\nb // [!code blink]\n```\n")
    assert "[!code blink]" in document.markup
    assert [(remark.line, remark.problem[:24]) for remark in document.remarks] == [(5, "the mark [!code blink] h")]


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", '"""a\n\nb"""\n'),
        ("js", "`a\n${b}\n`\n/* c\nd */\n"),
        ("html", "<!-- a\nb --><p\nclass='a\nb'>\n"),
        ("bash", "cat <<E\na\nb\nE\n"),
        ("yaml", "a: |\n  b\n\n  c\n"),
        ("rust", 'r#"a\nb"#\n'),
        ("markdown", "```js\na\n\nb\n```\n"),
        ("console", "$ a \\\n> b\nc\n"),
    ],
)
def test_colours_that_span_lines_end_and_begin_with_each_line(language: str, code: str) -> None:
    written = Highlighter().highlight(code, language)
    assert written
    assert all(line.count("<span") == line.count("</span>") for line in written.split("\n"))
    assert get_lexer_by_name(language)


@pytest.mark.parametrize(
    "code",
    [
        "> a\nb\n",
        "mysql> a\nb\n",
        "PS> a\n",
        "C:\\my files> a\n",
        "\u276f a\n",
        "➜  ~ git:(main) ✗ a\n",
        "$ a\nb\n",
        "# a\nb\n",
        "PS C:\\x> a\nb\n",
        "u@h:~$ a\nb\n",
    ],
)
def test_prompts_of_a_session_are_told_from_its_commands(code: str) -> None:
    written = Highlighter().highlight(code, "shell-session")
    assert written
    assert re.findall('<span class="gp">(.*?) </span>a', written)


def test_an_arrow_in_the_output_of_a_command_is_no_prompt() -> None:
    written = Highlighter().highlight("$ npm run build\n> build\n", "console")
    assert written
    assert '<span class="go">&gt; build</span>' in written


@pytest.mark.parametrize("output", ["a -> b", "a => b", "a > b", "<b> c"])
def test_an_arrow_within_a_line_is_no_prompt(output: str) -> None:
    assert 'class="gp"' not in str(Highlighter().highlight(f"{output}\n", "console"))

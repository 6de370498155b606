"""HTML as Markdown. Each case is rendered again, and must show what the HTML showed."""

import re
from html import unescape

import pytest

from blog.content.markdown import parse
from blog.importers.html_markdown import plain_text, to_markdown


def converted(html: str) -> str:
    return to_markdown(html, lambda _, __: None, lambda _, __: None)


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        pytest.param("<h2>A</h2><p>b</p>", "## A\n\nb\n", id="heading"),
        pytest.param("<p>a<br>b<br></p>", "a\\\nb\n", id="line-break"),
        pytest.param("<p>a<br> </p><ul><li>b<br></li></ul><p>c<br>", "a\n\n- b\n\nc\n", id="line-break-at-the-end"),
        pytest.param("<p><b>a <strong>b</strong></b> <i><em>c</em></i></p>", "**a b** *c*\n", id="nested-emphasis"),
        pytest.param("<p>x<sub>2</sub> <del>y</del></p>", "x<sub>2</sub> ~~y~~\n", id="sub"),
        pytest.param("<ul><li>a<ol><li>b</li></ol></li></ul>", "- a\n  1. b\n", id="lists"),
        pytest.param('<ul><li><input type="checkbox" checked>a</li></ul>', "- [x] a\n", id="task"),
        pytest.param('<pre class="brush: py"><code>a\n```\nb</code></pre>', "````py\na\n```\nb\n````\n", id="fence"),
        pytest.param("<pre>a<br>b</pre>", "```\na\nb\n```\n", id="break-in-code"),
        pytest.param('<p><a href="/a b" title=\'T "q"\'>x</a></p>', '[x](</a b> "T \\"q\\"")\n', id="link"),
        pytest.param('<p><a href="/x"><img src="y" alt="a]b"></a></p>', "[![a]b](y)](/x)\n", id="picture-in-a-link"),
        pytest.param('<h2><img src="y" alt="A"> b</h2>', "## ![A](y) b\n", id="picture-in-a-heading"),
        pytest.param('<img data-src="y" alt="A">', "![A](y)\n", id="lazy-picture"),
        pytest.param(
            "<figure><img src='y' alt=''><figcaption>A *b*</figcaption></figure>",
            "![](y)\n\n*A \\*b\\**\n",
            id="figure",
        ),
        pytest.param('<iframe src="//v.example/1" title="T"></iframe>', "[T](https://v.example/1)\n", id="frame"),
        pytest.param(
            "<table><tr><th>A</th></tr><tr><td>a|b<br>c</td></tr></table>", "| A |\n| --- |\n| a\\|b c |\n", id="table"
        ),
        pytest.param(
            "<table><tr><td colspan=2 onclick=x()>a</td></tr></table>",
            '<table><tr><td colspan="2">a</td></tr></table>\n',
            id="wide-table",
        ),
        pytest.param(
            "<details><summary>S</summary><p>a</p></details>",
            "<details>\n<summary>S</summary>\n\na\n\n</details>\n",
            id="details",
        ),
        pytest.param(
            "<video src='v.mp4' autoplay onplay=x()>", '<video controls="" src="v.mp4"></video>\n', id="video"
        ),
        pytest.param("<p>a</p><script>b</script><style>c</style><form>d</form>", "a\n", id="lost"),
        pytest.param("<a name='top'></a><p>a</p>", '<a id="top"></a>\n\na\n', id="anchor"),
        pytest.param("", "", id="empty"),
    ],
)
def test_an_element_has_its_markdown(html: str, markdown: str) -> None:
    assert converted(html) == markdown


@pytest.mark.parametrize(
    "text",
    [
        "*a* _b_ __c__ **d** a_b_c", "`code` ``x``", "[a](b) ![c](d) [^1] [e]: f", "# not a heading", "- a", "+ b", "1. c", "12) d", "> e", "---", "===",
        "<b>bold</b> <!-- c --> <?x?>", "&amp; &copy; &#60; AT&T", "~~a~~ ~b~", "a \\* b \\", "| a | b |", "http://a.example/~u/x_y_z", ":::note", "{{ a }} {% b %} {{< c >}}",
        "5 < 6 > 4", "a * b * c", "x = y == z", "!!! note", "??? what", "a^[b]", "$5 to $10", "a \\(b\\)",
        "==marked== a == b == c===d", "x^2^ and ^a b^ 2^10 ^", "[[page]] ![[a.png]] [[page|x]]", "*[HTML]: Hyper Text", "$x$ $x^2$, $$y$$", "$$\\int$$", "US$5/$6 for $a$",
        ":tada: :+1: 10:30:20 :nope: a:b:c", "[TOC]", "[[toc]]", "[[_TOC_]]", "{{toc}}", ": a definition", "[ ] a task", "[x] done", "[!NOTE] a", "a {#id}", "a {: .x}",
        "[a][b] [c][]", "{.class}", "~2~O", "???+ what", ":::details", "a -- b --- c ...", "$ a $", "\\[x\\]", "[^1]: a", "^[note]",
    ],
)  # fmt: skip
def test_text_is_shown_as_it_is(text: str) -> None:
    html = "<p>" + text.replace("&", "&amp;").replace("<", "&lt;") + "</p>"
    document = parse(converted(html), "T")
    shown = unescape(re.sub(r"<[^>]*>", "", document.markup)).strip()
    assert shown == text
    assert document.remarks == ()


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>Term<br>: words</p>", "Term : words"),
        ("<p>Term</p><p>: words</p>", "Term : words"),
        ("<p><b>Note</b>: words</p>", "Note: words"),
        ("<h2>A {#b}</h2>", "A {#b}"),
        ("<ul><li>[ ] a</li><li>: b</li></ul>", "[ ] a : b"),
        ("<blockquote><p>[!NOTE]<br>a</p></blockquote>", "[!NOTE] a"),
        ("<p>*[HTML]: Hyper Text</p><p>HTML</p>", "*[HTML]: Hyper Text HTML"),
        ("<p>$a <b>b</b> c$ and $</p><p>$5</p>", "$a b c$ and $ $5"),
        ("<p>x^<i>2</i>^ =<i>=a</i>==</p>", "x^2^ ==a=="),
        ("<table><tr><th>$a$</th></tr><tr><td>==b==</td></tr></table>", "$a$ ==b=="),
        ("<p><code>$a$ ==b== ^c^</code></p><pre>$a$\n: b\n:tada:</pre>", "$a$ ==b== ^c^ $a$ : b :tada:"),
    ],
)
def test_what_means_something_here_alone_is_shown_as_it_was(html: str, shown: str) -> None:
    markup = parse(converted(html), "T").markup
    assert " ".join(unescape(re.sub(r"<a class=\"anchor.*?</a>|<[^>]*>", "", markup)).split()) == shown
    assert not re.search(r"<(?:dl|dt|dd|abbr|mark|sup|input)\b|alert", markup)


def test_a_price_needs_no_backslash() -> None:
    assert (
        converted("<p>It costs $5: a lot.</p><p>Or $6 at 10:30:20.</p>")
        == "It costs $5: a lot.\n\nOr $6 at 10:30:20.\n"
    )


def test_notes_have_the_lines_of_the_html() -> None:
    notes: list[tuple[int, str]] = []
    to_markdown(
        "<p>a</p>\n<script>x</script>\n\n<iframe src='/v'></iframe>",
        lambda line, text: notes.append((line, text)),
        lambda line, text: notes.append((line, text)),
    )
    assert [line for line, _ in notes] == [2, 4]


@pytest.mark.parametrize(
    "href", ["javascript:x", " java\tscript:x", "vbscript:x", "data:text/html,x", "JAVASCRIPT&colon;x"]
)
def test_a_link_that_runs_script_keeps_only_its_text(href: str) -> None:
    assert (
        converted(
            f'<p><a href="{href}">a</a></p><table><tr><td rowspan=2><a href="{href}">b</a></td></tr></table>'
        ).count("script")
        == 0
    )


def test_plain_text_is_one_line_of_words() -> None:
    assert plain_text("<p>A &amp;\n<b>b</b></p>") == "A & b"

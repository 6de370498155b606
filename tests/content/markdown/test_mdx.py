"""MDX, read without JavaScript: what is left out, what is a component, and what stays as it is written."""

from collections.abc import Callable

import pytest

from blog.content.document import Component, Reference
from blog.content.markdown import parse
from tests.english import label

Attribute = Callable[[Reference], str]


def lines(text: str) -> list[int]:
    return [remark.line for remark in parse(text, "", "mdx").remarks]


def component(found: Component, children: str) -> str:
    return f"[{found.name}|{children}]"


@pytest.fixture
def shown(attribute: Attribute) -> Callable[[str], str]:
    """The HTML of a text with each component as [name|children]."""
    return lambda text: parse(text, "", "mdx").html(attribute, label, component).strip()


Shown = Callable[[str], str]


@pytest.mark.parametrize(
    "left_out",
    [
        "import X from './x'", "import './x.css';", 'import * as X from "x"', "import X, { Y } from 'x'", "import {\n  X,\n  Y\n} from 'x'",
        "import type X from 'x'", "export const a = 1", "export default X", "export { a } from 'x'", "export * from 'x'",
        "export const meta = {\n  a: '}',\n\n  b: [1]\n}", "export function X() {\n\n  return <p>{/* x */}</p>\n}", "{/* one line */}", "{/* two\n\nlines */}",
        "import X from 'x'\nexport const a = 1",
    ],
)  # fmt: skip
def test_modules_and_comments_are_left_out_without_a_remark_and_lines_keep_their_numbers(left_out: str) -> None:
    text = f"First.\n\n{left_out}\n\n![](b.png)\n"
    document = parse(text, "", "mdx")
    assert document.markup.count("</p>") == 2
    assert [reference.line for reference in document.references] == [text.count("\n")]
    assert [remark.problem for remark in document.remarks] == ["image 'b.png' has no alternative text"]


@pytest.mark.parametrize(
    "prose",
    ["import duties from abroad rose", "exports rose", "importing is easy", "Words\nimport them from there", "a {/ b"],
)
def test_prose_that_begins_like_a_module_stays(prose: str, shown: Shown) -> None:
    assert shown(prose) == f"<p>{prose}</p>"
    assert lines(prose) == []


def test_an_export_whose_braces_never_close_ends_at_the_blank_line(shown: Shown) -> None:
    assert shown("export const a = {\n  b\n\nWords.") == "<p>Words.</p>"


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("A<br />b", "<p>A<br>b</p>"), ("<div />", "<div></div>"), ('<hr className="x"/>', '<hr class="x">'),
        ('a <b className="x">c</b>', '<p>a <b class="x">c</b></p>'), ("a <label htmlFor='x'>c</label>", '<p>a <label for="x">c</label></p>'),
        ('a <b title={"x"} data-n={12} hidden={true} id={`y`}>c</b>', '<p>a <b title="x" data-n="12" hidden id="y">c</b></p>'),
        ("a <b hidden={false} aria-hidden={true}>c</b>", '<p>a <b aria-hidden="true">c</b></p>'),
        ('a <b title="1 > 0 &amp; &quot;x&quot;">c</b>', '<p>a <b title="1 > 0 &amp; &quot;x&quot;">c</b></p>'),
        ("<section>\n*a*\n\n- b\n</section>", "<section>\n<p><em>a</em></p>\n<ul>\n<li>b</li>\n</ul>\n</section>"),
        ("a<>b</>c", "<p>abc</p>"), ("1 < 2 <3 <-4", "<p>1 &lt; 2 &lt;3 &lt;-4</p>"), ('a{" "}b{"\\"c\\""}', "<p>a b&quot;c&quot;</p>"),
        ("<span className='x'>a</span>", '<p><span class="x">a</span></p>'), ("`<br />` and `{x}`", "<p><code>&lt;br /&gt;</code> and <code>{x}</code></p>"),
        ("Words\n<br />\nwords", "<p>Words\n<br>\nwords</p>"), ("a {/* b */}c", "<p>a c</p>"),
    ],
)  # fmt: skip
def test_elements_are_written_as_html_means_them(written: str, html: str, shown: Shown) -> None:
    assert shown(written) == html
    assert lines(written) == []


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("a <b style={{ color: 'red' }}>c</b>", "<b style={{ color: 'red' }}>"), ("a <b onClick={() => go()}>c</b>", "<b onClick={() => go()}>"),
        ("<Chart data={rows} />", "<Chart data={rows}>"), ("<Chart {...props} />", "<Chart {...props}>"), ("a <X y={`${z}`} />", "<X y={`${z}`}>"),
    ],
)  # fmt: skip
def test_a_value_that_is_no_literal_is_left_out_with_a_remark(written: str, names: str) -> None:
    document = parse(f"First.\n\n{written}\n", "", "mdx")
    assert [(remark.line, remark.problem.partition(" is left out")[0]) for remark in document.remarks] == [(3, names)]
    assert all(not component.props for component in document.components)


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("<Tweet id='1' />", "[Tweet|]"), ("a <Kbd>x</Kbd> b", "<p>a [Kbd|x] b</p>"), ("<A>**x**</A>", "[A|<strong>x</strong>]"),
        ("<A>\n**x**\n</A>", "[A|<p><strong>x</strong></p>\n]"), ("<A><B>x</B></A>", "[A|[B|x]]"),
        ("<A>\n<B>\nx\n</B>\n</A>", "[A|[B|<p>x</p>\n]\n]"), ("<A>\n<A>\nx\n</A>\ny\n</A>", "[A|[A|<p>x</p>\n]\n<p>y</p>\n]"),
        ("<Foo.Bar />", "[Foo.Bar|]"), ("a <motion.div>x</motion.div>", "<p>a [motion.div|x]</p>"),
        ("- <A>\n  x\n  </A>\n- y", "<ul>\n<li>[A|<p>x</p>\n]\n</li>\n<li>y</li>\n</ul>"),
        ("> <A>\n> x\n> </A>", "<blockquote>\n[A|<p>x</p>\n]\n</blockquote>"), ("<A>\n- x\n</A>\ny", "[A|<ul>\n<li>x</li>\n</ul>\n]\n<p>y</p>"),
        ("<A>\n```\n</A>\n```\n</A>", '[A|<pre tabindex="0"><code>&lt;/A&gt;\n</code></pre>\n]'),
        ("<A\n  b='c'\n\n  d={{\n    e: 1\n  }}\n>\nx\n</A>", "[A|<p>x</p>\n]"), ("x\n<A>\ny\n</A>\nz", "<p>x</p>\n[A|<p>y</p>\n]\n<p>z</p>"),
        ("| a |\n|---|\n| <A>x</A> |", None), ("## A <B>x</B>", '<h2 id="a-x">A [B|x]</h2>'), ("[a <B/>](c)", '<p><a href="c">a [B|]</a></p>'),
        ("    <A>\n        x\n    </A>", "[A|<p>x</p>\n]"), ("<A> x </A>\n<B/>", "[A| x ]\n[B|]"), ("*<A>x</A>*", "<p><em>[A|x]</em></p>"),
    ],
)  # fmt: skip
def test_a_component_is_found_wherever_it_stands(written: str, html: str | None, shown: Shown) -> None:
    assert "[A|x]" in shown(written) if html is None else shown(written) == html


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("<details><summary>**a**</summary>\n\nx\n\n</details>\ny", "<details>\n<summary><strong>a</strong></summary>\n<p>x</p>\n</details>\n<p>y</p>"),
        ("<A>x\n\ny</A>\nz", "[A|<p>x</p>\n<p>y</p>\n]\n<p>z</p>"), ("<A>\nx</A>\ny", "[A|<p>x</p>\n]\n<p>y</p>"), ("<A>x\ny</A>", "[A|x\ny]"),
        ("<A>\nx <A>y</A>\n\nz</A>", "[A|<p>x [A|y]</p>\n<p>z</p>\n]"), ("- <A>x\n\n  y</A>\n- z", "<ul>\n<li>[A|<p>x</p>\n<p>y</p>\n]\n</li>\n<li>z</li>\n</ul>"),
        ("<A>\n```\nx</A>\n```\n</A>", '[A|<pre tabindex="0"><code>x&lt;/A&gt;\n</code></pre>\n]'), ("<p>**x**</p>", "<p><strong>x</strong></p>"),
        ("<ul><li>*x*</li>\n<li>y</li></ul>", "<ul><li><em>x</em></li>\n<li>y</li></ul>"),
    ],
)  # fmt: skip
def test_words_may_stand_beside_the_tags_around_blocks(written: str, html: str, shown: Shown) -> None:
    assert shown(written) == html
    assert lines(written) == []


def test_scripts_and_preformatted_text_stay_html(shown: Shown) -> None:
    assert shown("<pre>\n*a* {b}\n\n</pre>") == "<pre>\n*a* {b}\n\n</pre>"


def test_the_props_of_a_component_are_literals() -> None:
    text = """<A a="x &amp; y" b='z' c={"d"} e={-1.5} f={12} g={true} h={false} i />"""
    (found,) = parse(text, "", "mdx").components
    assert dict(found.props) == {
        "a": "x & y", "b": "z", "c": "d", "e": -1.5, "f": 12, "g": True, "h": False, "i": True,
    }  # fmt: skip


def test_a_component_without_a_template_shows_what_is_in_it() -> None:
    document = parse("<A>**x**</A>\n\n<B>\ny\n</B>\n\n<C />", "", "mdx")
    assert document.html(lambda _: "", label).split() == ["<p><strong>x</strong></p>", "<p>y</p>"]


def test_the_targets_in_props_are_references_with_their_line() -> None:
    document = parse('First.\n\n<Figure src="a b.png" href="other.md" alt="x.png" />', "", "mdx")
    assert document.references == (Reference("image address", "a%20b.png", 3), Reference("link", "other.md", 3))


@pytest.mark.parametrize(
    ("text", "line", "problem", "html"),
    [
        ("x\n\n<A>\n\ny", 3, "<A> is never closed", "<p>x</p>\n[A|]\n<p>y</p>"), ("x <A>y", 1, "<A> is never closed", "<p>x [A|]y</p>"),
        ("x\n\n</A>", 3, "</A> closes no tag, and is left out", "<p>x</p>"), ("x </A>y", 1, "</A> closes no tag, and is left out", "<p>x y</p>"),
        ("<A><B>x</A>", 1, "<B> is never closed", "[A|[B|]x]"), ("<A>\n<B>\nx\n</A>", 2, "<B> is never closed", "[A|[B|]\n<p>x</p>\n]"),
        ("*<A>x* y</A>", 1, "<A> is never closed", "<p><em>[A|]x</em> y</p>"),
    ],
)  # fmt: skip
def test_a_tag_without_its_partner_is_remarked_and_swallows_nothing(
    text: str, line: int, problem: str, html: str, shown: Shown
) -> None:
    assert (line, problem) in [(remark.line, remark.problem) for remark in parse(text, "", "mdx").remarks]
    assert shown(text) == html


@pytest.mark.parametrize(
    ("prose", "remarked"),
    [
        ("{-1, 0, 1}", False), ("{a, b}", False), ("{}", False), ("{ see below }", False), ("{name}", True), ("{props.title}", True),
        ("{list.map(x => x)}", True), ("{go()}", True), ("{() => 1}", True), ("\\{name}", False),
    ],
)  # fmt: skip
def test_braces_in_prose_stay_and_what_mdx_would_evaluate_is_remarked(prose: str, remarked: bool) -> None:  # noqa: FBT001
    document = parse(f"One.\n\nTwo {prose} three.", "", "mdx")
    assert prose.replace("\\", "").replace(">", "&gt;") in document.markup
    assert [remark.line for remark in document.remarks] == ([3] if remarked else [])


def test_the_braces_of_a_formula_are_no_expressions() -> None:
    assert lines(r"One $\frac{a}{b} + x_{i}$ two.") == []
    assert lines("It costs $5 for {name}.") == [1]


def test_the_words_and_the_summary_are_those_within_components() -> None:
    document = parse("<A>\nOne <B>two</B> three.\n</A>\n\nFour.", "", "mdx")
    assert document.summary == "One two three."
    assert document.words == 4


def test_footnotes_and_headings_within_components_are_found() -> None:
    document = parse("<A>\n## Inside\n\nx[^1]\n\n[^1]: Note.\n</A>", "", "mdx")
    assert [heading.anchor for heading in document.headings] == ["inside"]
    assert "Note." in document.markup


@pytest.mark.parametrize("text", ["<A>" * 400 + "x" + "</A>" * 400, "<A>\n" * 400 + "x\n" + "</A>\n" * 400, "*<A>" * 400 + "x" + "</A>*" * 400,
                                  "<A>\n" * 49 + "> " * 5 + "*<A>" * 40 + "x" + "</A>*" * 40])  # fmt: skip
def test_components_nested_too_deep_are_remarked_and_their_words_are_shown(text: str) -> None:
    document = parse(text, "", "mdx")
    assert any("nested more than" in remark.problem for remark in document.remarks)
    assert "x" in document.html(lambda _: "", label)


def test_a_text_has_no_more_than_a_thousand_components() -> None:
    document = parse("One.\n\n" + "<A>x</A>\n" * 1500, "", "mdx")
    assert len(document.components) == 1000
    assert [remark.line for remark in document.remarks] == [1003]
    assert document.markup.count("x") == 1500


@pytest.mark.parametrize(("times", "is_left_out"), [(10, True), (2000, False)])
def test_a_text_is_read_ahead_only_so_far(times: int, is_left_out: bool) -> None:  # noqa: FBT001
    text = "<A\na\n" * times + "\n{/* hidden\n\nwords */}\n"
    assert ("hidden" not in parse(text, "", "mdx").markup) == is_left_out


def test_other_texts_know_nothing_of_mdx() -> None:
    document = parse("<A>\nx\n</A>\n\n<div className='y'>\n\n    code\n")
    assert document.components == ()
    assert "<pre" in document.markup


@pytest.mark.parametrize(
    "text", ["> <details>\nwords </details>\n", "- <details>\nwords </details>\n", "1. > <Note>\nwords </Note>\n"]
)
def test_a_closing_tag_behind_words_that_end_its_quote_closes_nothing(text: str) -> None:
    document = parse(text, dialect="mdx")
    assert "<p>words</p>" in document.markup
    assert any("closes no tag" in remark.problem for remark in document.remarks)

"""Texts that make a parser slow: each takes time in proportion to its length."""

import os
import time

import pytest

from blog.content.document import Dialect
from blog.content.extensions import DEFAULT, Extensions
from blog.content.markdown import parse

SIZE = int(os.environ.get("BLOG_HOSTILE_CHARACTERS", "12000"))
# A text of the same length without markup is the unit. Every item of a list costs a few tokens, thus the generosity;
# what is quadratic is far above it.
TIMES_PLAIN = 150


EVERY = Extensions(smart=True, subscript=True)


def _seconds(text: str, dialect: Dialect = "markdown", extensions: Extensions = DEFAULT) -> float:
    started = time.process_time()
    parse(text, "", dialect, extensions)
    return time.process_time() - started


def _filled(unit: str, size: int = SIZE) -> str:
    return unit * (size // len(unit))


PATTERNS = {
    "pipes": _filled("|"),
    "dollars": _filled("$a "),
    "dollars-in-pairs": _filled("$$ a "),
    "dollars-alone": _filled("$"),
    "dollars-on-lines": _filled("$$ a\n"),
    "formulas": _filled("$a$ "),
    "parentheses-of-tex": _filled(r"\( "),
    "parentheses-of-tex-with-one-end": _filled(r"\( a ") + r"\)",
    "brackets-of-tex": _filled("\\[ a\n"),
    "brackets-of-tex-in-a-sentence-with-one-end": "a " + _filled(r"\[ a = ") + r"\]",
    "admonitions": _filled(":::note\n"),
    "admonitions-closed": _filled(":::note\n:::\n"),
    "admonitions-within-each-other": _filled(":::note\n", SIZE // 2) + _filled(":::\n", SIZE // 2),
    "admonitions-with-attributes": _filled(":::note{a "),
    "admonitions-in-quotes": _filled("> :::note\n"),
    "admonitions-with-titles": '!!! note "' + _filled('"a '),
    "admonitions-without-content": _filled("!!! note\n\n"),
    "colons": _filled(":::\n"),
    "wiki-links": _filled("[[a]]"),
    "wiki-links-open": _filled("[[a|"),
    "wiki-links-open-in-words": _filled("[[aaaa "),
    "wiki-embeds": _filled("![[a|b"),
    "equals": _filled("=="),
    "marks": _filled("==a== "),
    "marks-unclosed": _filled(" ==a ==b"),
    "definitions-of-terms": _filled("a\n: b\n\n"),
    "definitions-of-one-term": "a\n" + _filled(": b\n"),
    "definitions-within-each-other": "a\n" + _filled(": "),
    "terms": _filled("a\n") + ": b\n",
    "contents": _filled("[TOC]\n\n# a\n\n"),
    "short-codes": _filled(":tada:"),
    "short-codes-of-nothing": _filled(":a"),
    "carets": _filled("x^2^"),
    "carets-alone": _filled("^"),
    "carets-unclosed": _filled("x^2"),
    "abbreviations": "".join(f"*[a {'x' * (n % 60)}{n}]: b\n" for n in range(SIZE // 60)) + "\n" + _filled("a x "),
    "abbreviations-of-many-words": _filled("*[a]: b\n", SIZE // 2) + "\n" + _filled("a ", SIZE // 2),
    "abbreviations-with-long-meanings": f"*[a]: {'b' * (SIZE // 2)}\n\n" + _filled("a ", SIZE // 2),
    "abbreviations-unclosed": _filled("*[a"),
    "quotation-marks": _filled('"a'),
    "quotation-marks-in-pairs": _filled('"a" '),
    "single-quotation-marks": _filled("'a "),
    "single-quotation-marks-before-one-end": _filled("('a ") + "a'",
    "quotation-marks-alone": _filled("'\""),
    "dashes": _filled("a--"),
    "addresses-of-mail": _filled("a@b.c/"),
    "words-before-one-at": _filled("a.") + "@",
    "dashes-in-one-word": _filled("a--b@"),
    "ellipses": _filled("a..."),
    "subscripts-unclosed": _filled("x~2"),
    "escapes-before-tex": _filled("\\\\"),
    "comments": _filled("<!--"),
    "comments-in-html": "<div>" + _filled("<!--"),
    "quotes-in-tags": "<div>" + _filled('<a "'),
    "emphasis": _filled("**a *b ", SIZE // 2) + _filled(" c* d**", SIZE // 2),
    "emphasis-unclosed": _filled("*a **b "),
    "underscores": _filled("_a__b"),
    "stars-and-underscores": _filled("*_"),
    "tildes": _filled("~a ~~b "),
    "underscores-in-an-address": "http://a" + _filled("_."),
    "entities-in-an-address": "http://a/" + _filled("&a;"),
    "entities-after-www": "www.a" + _filled("&a;"),
    "parentheses-after-an-address": "http://a" + _filled(")"),
    "addresses": _filled("http://"),
    "www": _filled("www."),
    "e-mail": _filled("a.b+c_"),
    "e-mails": _filled("a@b."),
    "protocols": _filled("mailto:"),
    "delimiter-row": "|\n-" + " " * SIZE + "x",
    "delimiter-row-after-pipes": "|" * (SIZE // 2) + "\n-" + " " * (SIZE // 2) + "x",
    "columns": "|a" * (SIZE // 5) + "\n" + "|-" * (SIZE // 5) + "\n" + "x\n" * (SIZE // 10),
    "brackets": _filled("["),
    "brackets-closed": _filled("[", SIZE // 2) + _filled("](a)", SIZE // 2),
    "brackets-with-references": _filled("[a", SIZE // 2) + _filled("]", SIZE // 2) + "\n\n[b]: c\n",
    "pictures": _filled("!["),
    "parentheses": _filled("[a]("),
    "titles": _filled('[a](b "'),
    "backticks": _filled("`"),
    "backticks-of-all-lengths": " ".join("`" * length for length in range(1, int((2 * SIZE) ** 0.5))),
    "backslashes": _filled("\\"),
    "quotes": _filled("> ") + "x",
    "lists": _filled("- ") + "x",
    "nested-lists": "\n".join(" " * (2 * (level % 60)) + "- a" for level in range(SIZE // 60)),
    "items": _filled("- a\n"),
    "definitions": _filled("[a]: b\n"),
    "definitions-with-open-titles": _filled('[a]: b "\n'),
    "references-to-a-long-title": '[a]: b "' + "x" * (SIZE // 2) + '"\n\n' + _filled("[a]", SIZE // 2),
    "entities": _filled("&amp;"),
    "footnotes": _filled("[^1]") + "\n\n[^1]: x\n",
    "footnotes-in-a-ring": "[^0]\n\n" + "".join(f"[^{n}]: x[^{(n + 1) % (SIZE // 16)}]\n" for n in range(SIZE // 16)),
    "citations-of-nothing": _filled("[^a]"),
    "braces": _filled("{{"),
    "braces-after-a-heading": "# a {" + _filled("a ") + "}x}",
    "underlines": _filled("a\n=\n"),
    "lines-of-a-fence": "```js {" + _filled("1-99999,") + "7}\n" + _filled("a\n") + "```\n",
    "braces-of-a-fence": "```js " + _filled("{1-99999}") + "\n" + _filled("a\n") + "```\n",
    "options-of-a-fence": "```js " + _filled("x=[ ") + "\nx\n```\n",
    "numbers-of-a-fence": "```js hl_lines=" + _filled("1 ") + "x\nx\n```\n",
    "titles-of-a-fence": "```js " + _filled(" [a") + "\nx\n```\n",
    "marks-on-lines": "```text\n" + _filled("a # [!code ++:99999]\n") + "```\n",
    "marks-on-one-line": "```text\n# " + _filled("[!code ++] ") + "\n```\n",
    "comments-on-one-line": "```text\n" + _filled("# [!code x] ") + "\n```\n",
    "spaces-before-a-mark": "```text\n" + _filled(" ") + "highlight-x\n#" + _filled(" ") + "[!code ++]\n```\n",
    "tables": _filled("|a|\n|-|\n|b|\n\n"),
    "lazy-lines": "> " * 49 + "a\n" + _filled("b\n"),
    "labels": _filled("[" + "a " * 490 + "]") + "\n\n[b]: c\n",
    "hashes": "# a" + _filled(" #") + "x",
    "attributes": "<a" + _filled(" a"),
    "attributes-with-quotes": _filled("<a x='"),
    "processing-instructions": _filled("<?"),
    "blank-lines": _filled(" \n"),
    "spaces": "a" + " " * SIZE + "\nb",
    "srcset": '<img srcset="' + _filled("a,") + '">',
    "info": "```" + _filled("a{") + "\n",
    "code-cpp": "```cpp\n" + _filled('R"(') + "\n```",
    "code-perl": "```perl\n" + _filled("s{\n") + "\n```",
    "code-xml": "```xml\n" + _filled("<!--\n") + "\n```",
    "code-java": "```java\n" + _filled("a<\n") + "\n```",
}

PATTERNS |= {
    "shortcodes": _filled("{{<"),
    "shortcodes-closed": _filled("{{< a ", SIZE // 2) + _filled(">}}", SIZE // 2),
    "shortcodes-on-lines": _filled("{{<\n"),
    "shortcodes-on-lines-apart": _filled("{{< a\n\n"),
    "shortcodes-with-arguments": _filled("{{< figure a a a a >}}"),
    "arguments": _filled("{{< figure " + "a=b " * 800 + ">}}"),
    "tags": _filled("{%"),
    "tags-closed": _filled("{% a %}"),
    "raw-unclosed": _filled("a{% raw %}"),
    "raw-on-lines": _filled("{% raw %}\n{{ a }}\n{% endraw %}\n"),
    "liquid-comments-unclosed": _filled("a{% comment %}"),
    "liquid-comments-on-lines": _filled("{% comment %}\n"),
    "highlights-unclosed": _filled("{% highlight text %}\n"),
    "highlights": _filled("{% highlight text %}\n{% endhighlight %}\n"),
    "links-to-shortcodes": _filled("[a]({{ site.baseurl }}"),
    "addresses-of-shortcodes": "[a](" + _filled("{{ site.baseurl }}") + ")",
    "figures": _filled('{{< figure src=a caption="*b*" >}}'),
    "videos": _filled("{{< youtube abcdefghijk >}}"),
    "calls": _filled("{{ a(("),
    "more": _filled("a <!--more-->"),
    "open-values-of-templates": _filled('<a b="{{ x }}'),
    "templated-html": _filled('<a href="{{ site.url }}">'),
}
MDX_PATTERNS = {
    "components": _filled("<A>", SIZE // 2) + _filled("</A>", SIZE // 2),
    "components-on-lines": _filled("<A>\n", SIZE // 2) + _filled("</A>\n", SIZE // 2),
    "components-unclosed": _filled("<A>x"),
    "components-in-emphasis": _filled("*<A>", SIZE // 2) + _filled("</A>*", SIZE // 2),
    "closing-tags": _filled("<A>", SIZE // 2) + _filled("</B>", SIZE // 2),
    "elements": _filled("<div>\n"),
    "closed-tags": _filled("<A/>\n"),
    "tags-over-lines": _filled("<A\na\n"),
    "tags-with-open-braces": _filled("<A x={\n"),
    "tags-with-open-quotes": _filled("<A x='\n"),
    "comments": _filled("{/*"),
    "comments-on-lines": _filled("{/*\n\n"),
    "comments-before-words": _filled("{/*\n") + "*/} x",
    "imports": _filled("import "),
    "imports-with-open-braces": _filled("import {\n\n"),
    "exports-with-open-braces": _filled("export const a = {\n\n"),
    "braces": _filled("{"),
    "braces-and-quotes": _filled("{`"),
    "expressions": _filled("{a.b "),
    "dots": "<A" + _filled(".a"),
}


@pytest.fixture(scope="module")
def plain() -> float:
    """What a text of the same length takes, long enough to be measured."""
    parse(
        "Warm up, *please*: http://example.org\n\n```cpp\nint x;\n```\n\n```perl\nx\n```\n\n```xml\nx\n```\n\n```java\nx\n```\n"
    )
    text = _filled("Some words of an ordinary text, in lines.\n", 20 * SIZE)
    return max(min(_seconds(text) for _ in range(3)) / 20, 0.0005)


@pytest.mark.parametrize("name", PATTERNS)
def test_a_hostile_text_takes_time_in_proportion_to_its_length(name: str, plain: float) -> None:
    taken = _seconds(PATTERNS[name], extensions=EVERY)
    assert taken < plain * TIMES_PLAIN * (4 if name.startswith("code") else 1)


@pytest.mark.parametrize("name", MDX_PATTERNS)
def test_a_hostile_text_in_mdx_takes_time_in_proportion_to_its_length(name: str, plain: float) -> None:
    assert _seconds(MDX_PATTERNS[name], "mdx") < plain * TIMES_PLAIN


def test_blocks_nested_too_deep_are_text_with_a_remark() -> None:
    document = parse("> " * 500 + "x\n\nWords.\n")
    assert document.markup.count("<blockquote>") == 50
    assert [remark.line for remark in document.remarks] == [1]


def test_rows_are_not_filled_up_without_end() -> None:
    text = "|a" * 1000 + "\n" + "|-" * 1000 + "\n" + "x\n" * 1000
    assert parse(text).markup.count("<td") < 20_000


def test_references_stand_for_no_more_than_the_text_is_long() -> None:
    document = parse("[a]: /" + "x" * 1000 + "\n\n" + "[a] " * 1000 + "\n")
    assert len(document.references) == 99
    assert [remark.line for remark in document.remarks] == [3]


def test_short_definitions_are_cited_as_often_as_a_text_likes() -> None:
    assert len(parse("[a]: /b\n\n" + "[a] " * 20_000 + "\n").references) == 20_000

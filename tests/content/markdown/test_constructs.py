"""Constructs put together at random, in both dialects: none makes the parser raise, and no marker is left in what is written.

``BLOG_CONSTRUCT_TEXTS`` says how many texts are tried.
"""

import os
import random
from collections.abc import Iterator

import pytest

from blog.content.document import Dialect
from blog.content.markdown import parse
from tests.english import label

TEXTS = int(os.environ.get("BLOG_CONSTRUCT_TEXTS", "300"))
CONTAINERS = ["", "> ", "- ", "  ", "    ", "1. ", "> > ", "> - ", "- > ", "\t", "[^1]: ", "> [!NOTE]\n> ", "- [ ] "]
CONSTRUCTS = [
    "[^1]", "[^1]: note", "[^x y]: n", "> [!NOTE]", "- [x] t[^1]", "1. a", "```py", "```", "~~~ {.x #y}", "|a|b|", "|-|-|", "|1|2|3|", "# H", "## H {#id}",
    "===", "---", "***", "<div>", "</div>", "<details>", "<summary>s</summary>", "</details>", "<!-- c", "-->", "<script>", "[r]: x.md 'T'", "[r][]",
    "![a](a.png)", "[l](b.md#c)", "<https://x.example>", "www.a.example", "a@b.example", "**b", "__c__", "~~s~~", "`code`", "``", "\\", "&amp;", "&#0;",
    "{{ x }}", '{{< figure src="a.png" >}}', "{{< highlight go >}}", "{{< /highlight >}}", "{% raw %}", "{% endraw %}", "{% highlight py %}",
    "{% endhighlight %}", "{% comment %}", "{% endcomment %}", "<!--more-->", ":::note", ":::", ":::tip A title", "!!! note", "[[toc]]", "$x^2$", "$$", "```mermaid", "^[a note]",
    "[a](my f.md)", "import X from 'y'", "export const a = 1", '<Callout type="x">', "</Callout>", "<Callout/>", "{/* c */}", "{a.b}", "<>", "</>",
    "<img src=a.png srcset='a 2x, b'>", "<a href='javascript:x'>", "\t", "", "words", "ü🎉", "\x00", "\u2028", "\ufeff",
]  # fmt: skip


def _texts(seed: int) -> Iterator[str]:
    chosen = random.Random(seed)
    for _ in range(TEXTS):
        lines = [
            "".join(chosen.choices(CONTAINERS, k=chosen.randint(0, 2)))
            + "".join(chosen.choices(CONSTRUCTS, k=chosen.randint(1, 3)))
            for _ in range(chosen.randint(1, 9))
        ]
        yield "\n".join(lines) + "\n"


@pytest.mark.parametrize("dialect", ["markdown", "mdx"])
@pytest.mark.parametrize("seed", range(4))
def test_no_mixture_of_constructs_makes_the_parser_raise(seed: int, dialect: Dialect) -> None:
    for text in _texts(seed):
        try:
            document = parse(text, "H", dialect)
            html = document.html(lambda _reference: 'href="x"', label)
        except Exception as problem:
            raise AssertionError(repr(text)) from problem
        assert "\0" not in html, repr(text)

"""Info strings of fences, as other generators write them."""

import pytest

from blog.content.document import CodeBlock, FenceOptions
from blog.content.markdown import parse
from blog.content.markdown.fences import parse as parse_fence


@pytest.mark.parametrize(
    ("info", "language", "options"),
    [
        pytest.param("python", "python", FenceOptions(), id="name"),
        pytest.param("js{1,3}", "js", FenceOptions(highlight=((1, 1), (3, 3))), id="gatsby"),
        pytest.param("js {2-4}", "js", FenceOptions(highlight=((2, 4),)), id="docusaurus"),
        pytest.param("{.python}", "python", FenceOptions(), id="pandoc"),
        pytest.param(
            "{.python .numberLines startFrom=5}",
            "python",
            FenceOptions(numbered=True, first_line=5),
            id="pandoc-numbers",
        ),
        pytest.param("toml,hl_lines=5-6", "toml", FenceOptions(highlight=((5, 6),)), id="zola"),
        pytest.param("rust,linenos", "rust", FenceOptions(numbered=True), id="zola-numbers"),
        pytest.param(
            "rust,linenos,linenostart=20", "rust", FenceOptions(numbered=True, first_line=20), id="zola-start"
        ),
        pytest.param('python title="x y.py"', "python", FenceOptions(title="x y.py"), id="title"),
        pytest.param(
            'go {hl_lines=[2,"4-5"] linenos=true}',
            "go",
            FenceOptions(numbered=True, highlight=((2, 2), (4, 5))),
            id="hugo",
        ),
        pytest.param("ts:file.ts", "ts", FenceOptions(), id="colon"),
        pytest.param("c++", "c++", FenceOptions(), id="plus"),
        pytest.param("c#", "c#", FenceOptions(), id="sharp"),
        pytest.param("{#id .js}", "js", FenceOptions(), id="pandoc-id"),
        pytest.param("{code-block} python", "python", FenceOptions(), id="myst"),
        pytest.param("{1,3}", "", FenceOptions(highlight=((1, 1), (3, 3))), id="lines-without-a-language"),
        pytest.param(".js", "js", FenceOptions(), id="dot"),
        pytest.param("php?start_inline=1", "php", FenceOptions(), id="question-mark"),
        pytest.param("js;a", "js", FenceOptions(), id="semicolon"),
        pytest.param("js|a", "js", FenceOptions(), id="bar"),
        pytest.param("js#main", "js", FenceOptions(), id="id"),
        pytest.param("language-js {2}", "js", FenceOptions(highlight=((2, 2),)), id="class-of-html"),
        pytest.param('title="x"', "", FenceOptions(title="x"), id="no-language"),
        pytest.param("js {0,9999999999}", "js", FenceOptions(), id="lines-out-of-range"),
        pytest.param("js {1-999999999}", "js", FenceOptions(highlight=((1, 100_000),)), id="lines-without-an-end"),
        pytest.param("js {1-4,3-6,9}", "js", FenceOptions(highlight=((1, 6), (9, 9))), id="lines-that-overlap"),
        pytest.param(
            "rust,hl_lines=3-5 8-9,hide_lines=1", "rust", FenceOptions(highlight=((3, 5), (8, 9))), id="zola-two-ranges"
        ),
        pytest.param(
            "ts:line-numbers=2 {1}",
            "ts",
            FenceOptions(numbered=True, first_line=2, highlight=((1, 1),)),
            id="vitepress-numbers",
        ),
        pytest.param("ts [a b.ts]", "ts", FenceOptions(title="a b.ts"), id="vitepress-title"),
        pytest.param("js showLineNumbers", "js", FenceOptions(numbered=True), id="docusaurus-numbers"),
        pytest.param(
            "js showLineNumbers{5} {1}",
            "js",
            FenceOptions(numbered=True, first_line=5, highlight=((1, 1),)),
            id="rehype-start",
        ),
        pytest.param(
            "js ins={1,3-5} del={2} {7}",
            "js",
            FenceOptions(highlight=((7, 7),), inserted=((1, 1), (3, 5)), deleted=((2, 2),)),
            id="expressive-code",
        ),
        pytest.param('js title={"a.js"}', "js", FenceOptions(title="a.js"), id="jsx-title"),
        pytest.param(
            '{linenos=table,hl_lines=["8","15-17"],linenostart=199}',
            "",
            FenceOptions(numbered=True, first_line=199, highlight=((8, 8), (15, 17))),
            id="hugo-without-a-language",
        ),
        pytest.param("{{{", "", FenceOptions(), id="nonsense"),
        pytest.param("", "", FenceOptions(), id="nothing"),
    ],
)
def test_the_language_and_the_options_are_found(info: str, language: str, options: FenceOptions) -> None:
    fence = parse_fence(info)
    assert (fence.language, fence.options) == (language, options)


def test_the_document_keeps_the_options_of_its_code() -> None:
    document = parse("Words.\n\n```js{1} title=a.js\nx\n```\n")
    assert document.code == (CodeBlock("js", 3, FenceOptions(title="a.js", highlight=((1, 1),))),)
    assert document.remarks == ()

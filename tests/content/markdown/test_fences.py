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

"""Constructs of other programs in Markdown."""

import time
from collections.abc import Callable

import pytest

from blog.importers.constructs import BY_ENGINE, Voice
from blog.importers.html_markdown import plain_text, to_markdown
from blog.importers.wordpress_text import Gallery, to_html


def converted(engine: str, body: str) -> tuple[str, list[str]]:
    """The body, and what is said with its lines."""
    said: list[str] = []
    text = BY_ENGINE[engine](
        body,
        Voice(lambda line, what: said.append(f"{line}: {what}"), lambda line, what: said.append(f"{line}: {what}")),
    )
    return text, said


@pytest.mark.parametrize(
    ("engine", "body", "text"),
    [
        pytest.param("jekyll", "a\n{: .x #y}\n", "a\n\n", id="attributes"),
        pytest.param("jekyll", "{% comment %}a\nb{% endcomment %}c", "\nc", id="comment"),
        pytest.param(
            "jekyll", "{% raw %}{{ a }}{% endraw %} `{% raw %}{{ b }}{% endraw %}`", "\\{{ a }} `{{ b }}`", id="raw"
        ),
        pytest.param("jekyll", "`{% post_url a %}`", "`{% post_url a %}`", id="code"),
        pytest.param(
            "jekyll", "{%- highlight sh -%}\n```\n{%- endhighlight -%}", "````sh\n```\n````", id="fence-in-highlight"
        ),
        pytest.param(
            "hugo",
            "{{< vimeo id=12 >}} {{% gist a 1b %}}",
            "<https://vimeo.com/12> <https://gist.github.com/a/1b>",
            id="embedded",
        ),
        pytest.param("hugo", "{{< youtube 'x><script>' >}}", "{{< youtube 'x><script>' >}}", id="no-address"),
        pytest.param("hugo", "{{</* a */>}}", "{{< a >}}", id="shown"),
        pytest.param("next", "import a from 'b'\nimport {\n c,\n} from 'd'\nx", "\n\n\n\nx", id="imports"),
        pytest.param("next", "export const a = {\n  b: 1,\n}\n\nx", "\n\n\n\nx", id="export"),
        pytest.param(
            "next", "We export goods.\nimport duties apply\n", "We export goods.\nimport duties apply\n", id="words"
        ),
        pytest.param("pelican", "[a]({filename}/x.md#b)", "[a](@ref//x.md#b)", id="filename"),
    ],
)
def test_a_construct_gets_its_markdown(engine: str, body: str, text: str) -> None:
    assert converted(engine, body)[0] == text


@pytest.mark.parametrize(
    ("engine", "body", "said"),
    [
        ("jekyll", "a\n\n{% include x.html %}", "3: '{% include x.html %}' is a template tag"),
        ("hugo", "a\n`x\ny`\n{{< x >}}", "4: '{{< x >}}' is a shortcode"),
        ("zola", "a\n```\n{% a %}\n```\n{% b() %}", "5: '{% b() %}' is a shortcode"),
        ("astro", "a\n\n<Tweet id='1' />", "3: \"<Tweet id='1' />\" is a component"),
        ("eleventy", "{{ a }}", "1: '{{ a }}' is a template expression"),
    ],
)
def test_a_construct_without_a_markdown_form_is_said_with_its_line(engine: str, body: str, said: str) -> None:
    text, lines = converted(engine, body)
    assert text == body
    assert len(lines) == 1
    assert lines[0].startswith(said)


def ignore(_line: int, _what: str) -> None:
    pass


def html(text: str) -> str:
    return to_markdown(text, ignore, ignore)


def wordpress(text: str) -> str:
    return to_html(text, Gallery({}, []), ignore, ignore)


@pytest.mark.parametrize(
    ("convert", "piece"),
    [
        *(pytest.param(lambda text, engine=engine: converted(engine, text), piece, id=f"{engine}-{piece.strip()}") for engine, piece in [
            ("jekyll", "{% raw %}"), ("jekyll", "{% comment %}"), ("jekyll", "{% highlight a %}"), ("hugo", "{{< highlight a >}}"), ("hugo", "{{< a "),
            ("next", "export const a = {\n "), ("next", "{/*"), ("next", "import a from x "),
        ]),
        *(pytest.param(wordpress, piece, id=f"wordpress-{piece}") for piece in ("[caption]", "[gallery ", "[code]", "<pre>", "[a ")),
        *(pytest.param(html, piece, id=f"html-{piece}") for piece in ("<A ", "<a href=", "&#", "<!--")),
        pytest.param(plain_text, "<", id="plain-text"),
    ],
)  # fmt: skip
def test_the_time_follows_the_length_of_a_hostile_text(convert: Callable[[str], object], piece: str) -> None:
    def seconds(characters: int) -> float:
        started = time.process_time()
        convert(piece * (characters // len(piece)))
        return time.process_time() - started

    seconds(1_000)
    # Quadratic time would be 256 times as long.
    assert seconds(64_000) < 80 * max(seconds(4_000), 0.005)

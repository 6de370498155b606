"""Shortcodes of Hugo and Zola, and tags of Liquid: what is understood, and what stays visible with a warning."""

from collections.abc import Callable

import pytest

from blog.content.markdown import parse

Html = Callable[[str], str]


def remarked(text: str) -> list[int]:
    return [remark.line for remark in parse(text).remarks]


@pytest.mark.parametrize(
    ("written", "url", "words"),
    [
        ("{{< youtube abcdefghijk >}}", "https://www.youtube.com/watch?v=abcdefghijk", "YouTube: abcdefghijk"),
        ("{{<youtube abcdefghijk>}}", "https://www.youtube.com/watch?v=abcdefghijk", "YouTube: abcdefghijk"),
        ("{{% youtube abcdefghijk %}}", "https://www.youtube.com/watch?v=abcdefghijk", "YouTube: abcdefghijk"),
        ("{{< youtube id='abcdefghijk' title='A \"talk\"' />}}", "https://www.youtube.com/watch?v=abcdefghijk", "A &quot;talk&quot;"),
        ("{%- youtube abcdefghijk -%}", "https://www.youtube.com/watch?v=abcdefghijk", "YouTube: abcdefghijk"),
        ("{% youtube https://youtu.be/abcdefghijk %}", "https://www.youtube.com/watch?v=abcdefghijk", "YouTube: abcdefghijk"),
        ("{% youtube https://www.youtube.com/watch?v=abc_efg-ijk&t=3 %}", "https://www.youtube.com/watch?v=abc_efg-ijk", "YouTube: abc_efg-ijk"),
        ('{{ youtube(id="abcdefghijk", class="x") }}', "https://www.youtube.com/watch?v=abcdefghijk", "YouTube: abcdefghijk"),
        ("{{ vimeo(id=76979871) }}", "https://vimeo.com/76979871", "Vimeo: 76979871"), ("{{< tweet 877500564405444608 >}}", "https://x.com/i/status/877500564405444608", "X: 877500564405444608"),
        ("{{< x user=ada id=8775005644 >}}", "https://x.com/ada/status/8775005644", "X: ada, 8775005644"),
        ("{{< gist ada 0123abc >}}", "https://gist.github.com/ada/0123abc", "Gist: ada/0123abc"), ("{% gist 0123abc %}", "https://gist.github.com/0123abc", "Gist: 0123abc"),
    ],
)  # fmt: skip
def test_what_another_site_would_show_in_a_frame_is_a_link(html: Html, written: str, url: str, words: str) -> None:
    assert html(f"A {written}.") == f'<p>A <a href="{url}">{words}</a>.</p>\n'
    assert remarked(f"A {written}.") == []


@pytest.mark.parametrize(
    "written",
    [
        "{{< youtube >}}", "{% youtube page.video %}", '{{< youtube "a b" >}}', "{{< youtube javascript:alert(1) >}}", "{{< tweet user=a >}}", "{{< vimeo x >}}",
        "{{< gist a/b/c >}}", "{{< figure alt=x >}}", "{{< note >}}", "{{< /youtube >}}", "{% include a.html %}", "{% if x %}", "{{ page.title }}", "{{ f(x) }}",
        '{{< youtube id="x >}}', "{% raw %}", "{% comment %}", "{% endraw %}", "{{< unknown\n  a=1 >}}", "[a]({{ page.url }})",
    ],
)  # fmt: skip
def test_anything_else_stays_visible_with_a_warning(written: str) -> None:
    document = parse(f"First.\n\nA {written} b.\n")
    assert [remark.line for remark in document.remarks] == [3]
    assert written.split(maxsplit=1)[0].rsplit("]", maxsplit=1)[-1].replace("<", "&lt;").strip("(") in document.markup


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('{{</* ref "x" */>}}', "{{&lt; ref &quot;x&quot; &gt;}}"), ("{{%/* note */%}}", "{{% note %}}"), ("{{/* youtube(id=1) */}}", "{{ youtube(id=1) }}"),
        ("{% raw %}{{ x }} *y*{% endraw %}", "{{ x }} <em>y</em>"), ("\\{% raw %}", "{% raw %}"), ("`{{< youtube abcdefghijk >}}`", "<code>{{&lt; youtube abcdefghijk &gt;}}</code>"),
        ("{%- raw -%}\n{{< a\n>}}{%endraw%}", "{{&lt; a\n&gt;}}"), ("a{% comment %}b\nc{% endcomment %}d", "ad"),
    ],
)  # fmt: skip
def test_what_is_escaped_or_raw_is_shown_without_a_warning(html: Html, written: str, shown: str) -> None:
    assert shown in html(f"A {written}.")
    assert remarked(f"A {written}.") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{% highlight text %}\na\n\n  b\n{% endhighlight %}", "a\n\n  b\n"), ("{{< highlight text >}}\na\n{{< /highlight >}}", "a\n"),
        ("{{< highlight text >}}a{{< /highlight >}}", "a\n"), ("{{% highlight text %}}\n{% endhighlight %}\n{{% /highlight %}}", "{% endhighlight %}\n"),
        ("x\n{%- highlight text -%}\na\n{%- endhighlight -%}\ny", "a\n"), ("{% highlight text %}a\nb{% endhighlight %}", "a\nb\n"),
        ("- x\n  {% highlight text %}\n  a\n  {% endhighlight %}", "a\n"), ("> {% highlight text %}\n> a\n> {% endhighlight %}", "a\n"),
        ("{% highlight text %}\n```\n- {{< youtube x >}}\n<b>\n{% endhighlight %}", "```\n- {{&lt; youtube x &gt;}}\n&lt;b&gt;\n"),
    ],
)  # fmt: skip
def test_a_highlight_is_a_code_block(html: Html, text: str, code: str) -> None:
    assert f'<code class="language-text">{code}</code>' in html(text)
    assert remarked(text) == []


@pytest.mark.parametrize(
    ("tag", "options"),
    [
        ("{% highlight ruby linenos %}", (True, 1, ())), ('{% highlight ruby mark_lines="1 3" %}', (False, 1, ((1, 1), (3, 3)))),
        ('{{< highlight ruby "linenos=table,hl_lines=2 4-5,linenostart=10" >}}', (True, 10, ((2, 2), (4, 5)))),
        ("{{< highlight ruby linenos=inline >}}", (True, 1, ())),
    ],
)  # fmt: skip
def test_the_options_of_a_highlight_are_those_of_a_fence(tag: str, options: tuple[object, ...]) -> None:
    (block,) = parse(f"{tag}\nx\n").code
    assert block.language == "ruby"
    assert (block.options.numbered, block.options.first_line, block.options.highlight) == options


@pytest.mark.parametrize(
    ("text", "line"),
    [("x\n\n{% highlight ruby %}\na\n", 3), ("x\n\n{% raw %}\n{{ a }}\n", 3), ("- {{< highlight go >}}\n\nx", 1)],
)
def test_what_is_never_closed_is_remarked_where_it_begins(text: str, line: int) -> None:
    assert [(remark.line, "never closed" in remark.problem) for remark in parse(text).remarks] == [(line, True)]


def test_between_raw_tags_on_lines_of_their_own_blocks_are_blocks(html: Html) -> None:
    text = "{% raw %}\n- {{ a }}\n\n{% youtube abcdefghijk %}\n{% endraw %}\n\n{{ b }}\n"
    assert html(text) == "<ul>\n<li>{{ a }}</li>\n</ul>\n<p>{% youtube abcdefghijk %}</p>\n<p>{{ b }}</p>\n"
    assert remarked(text) == [7]


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("One *two*.\n\nThree.\n\n<!--more-->\n\nFour.", "One two. Three."), ("One <!-- more --> two.", "One"), ("One.\n<!--MORE-->\ntwo.", "One."),
        ("One.\n\nTwo.", "One."), ("One.\n\n`<!--more-->`", "One."), ("<!--more-->\n\nOne.", ""), ("## A\n\n- b\n\nOne.\n\n<!--more-->", "One."),
    ],
)  # fmt: skip
def test_the_summary_ends_where_the_author_says(text: str, summary: str) -> None:
    assert parse(text).summary == summary


def test_a_figure_stands_between_paragraphs(html: Html) -> None:
    text = 'One {{< figure src="a.png" caption="B" >}} two.'
    assert html(text) == (
        '<p>One</p>\n<figure>\n<img src="a.png" alt="B" loading="lazy" decoding="async">\n<figcaption>B</figcaption>\n</figure>\n<p>two.</p>\n'
    )
    assert parse(text).summary == "One two."


def test_links_in_shortcodes_are_checked_as_links() -> None:
    document = parse('One.\n\n{{< figure\nsrc="javascript:alert(1)" caption="[x](javascript:y)" link="data:z" >}}')
    assert "javascript" not in document.markup
    assert {reference.target for reference in document.references} == {"javascript:y", "data:z", "javascript:alert(1)"}


def test_a_link_contains_no_link_of_a_shortcode(html: Html) -> None:
    assert html("[a {{< youtube abcdefghijk >}}](b)").count("<a ") == 1


@pytest.mark.parametrize(
    ("html", "remarks"),
    [
        ("<div>\n{% include a.html %}\n</div>", [4]), ("<div>\n<img alt='' src='{{ page.picture }}'>\n</div>", [4]), ("<b>{{< note >}}</b>", [3]),
        ("<pre>\n{{ x }}\n</pre>", []), ("<p><code>{{ x }}</code></p>", []), ("<!-- {% if x %} -->", []), ("<div>\n{ x }\n</div>", []),
        ("{% raw %}\n<div>\n{{ x }}\n</div>\n{% endraw %}", []),
    ],
)  # fmt: skip
def test_a_tag_in_html_is_remarked_unless_the_html_shows_code(html: str, remarks: list[int]) -> None:
    assert [line for line in remarked(f"One.\n\n{html}\n") if line] == remarks

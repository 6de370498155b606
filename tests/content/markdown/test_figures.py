"""Figures and galleries: what pictures become that stand alone in a paragraph."""

from collections.abc import Callable

import pytest

from blog.content.markdown import parse

Html = Callable[[str], str]

REST = 'loading="lazy" decoding="async">'


def test_a_picture_with_a_title_alone_in_a_paragraph_is_a_figure(html: Html) -> None:
    assert html('![A](a.jpg "A <b> & \\"c\\"")') == (
        f'<figure>\n<img src="a.jpg" alt="A" {REST}\n<figcaption>A &lt;b&gt; &amp; &quot;c&quot;</figcaption>\n</figure>\n'
    )


def test_a_linked_picture_with_a_title_is_a_figure_with_a_link(html: Html) -> None:
    written = html('[![A](a.jpg "B")](large.jpg)')
    assert written.startswith(f'<figure>\n<a href="large.jpg"><img src="a.jpg" alt="A" {REST}</a>\n<figcaption>B<')


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("![A](a.jpg)", id="without-a-title"),
        pytest.param('![A](a.jpg " ")', id="with-a-blank-title"),
        pytest.param('Words ![A](a.jpg "B")', id="in-a-sentence"),
        pytest.param('- ![A](a.jpg "B")', id="in-a-tight-list"),
        pytest.param('| a |\n|---|\n| ![A](a.jpg "B") |', id="in-a-table"),
        pytest.param("[![A](a.svg)](b) [![C](c.svg)](d)", id="badges"),
        pytest.param("![A](a.png#gh-light-mode-only)\n![A](b.png#gh-dark-mode-only)", id="one-picture-for-each-theme"),
    ],
)
def test_other_pictures_are_neither_figures_nor_galleries(html: Html, text: str) -> None:
    written = html(text)
    assert "<img" in written
    assert "<figure" not in written
    assert "gallery" not in written


def test_several_pictures_in_a_paragraph_are_a_gallery(html: Html) -> None:
    assert html('![A](a.jpg)\n![B](b.jpg "C")  \n![D](d.jpg)') == (
        f'<div class="gallery">\n<img src="a.jpg" alt="A" {REST}\n'
        f'<figure>\n<img src="b.jpg" alt="B" {REST}\n<figcaption>C</figcaption>\n</figure>\n'
        f'<img src="d.jpg" alt="D" {REST}\n</div>\n'
    )


def test_figures_stand_in_quotes_and_footnotes(html: Html) -> None:
    assert html('> ![A](a.jpg "B")').startswith("<blockquote>\n<figure>\n")
    assert "</figure>\n<p><a class=" in html('x[^1]\n\n[^1]: ![A](a.jpg "B")')


def test_a_picture_for_one_theme_has_a_class(html: Html) -> None:
    written = html("![A](a.png#gh-light-mode-only)\n![A](b.png#gh-dark-mode-only)")
    assert 'class="light-only"' in written
    assert 'class="dark-only"' in written


def test_a_caption_is_neither_the_summary_nor_counted() -> None:
    document = parse('![A](a.jpg "B c d")\n\nWords here.')
    assert document.summary == "Words here."
    assert document.words == 3


def test_a_figure_without_alternative_text_is_a_remark_on_its_line() -> None:
    (remark,) = parse('x\n\n![](a.jpg "B")').remarks
    assert remark.line == 3
    assert "has no alternative text" in remark.problem

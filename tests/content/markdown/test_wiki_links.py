"""Links of Obsidian between two brackets."""

import pytest

from blog.content.extensions import Extensions
from blog.content.markdown import parse


@pytest.mark.parametrize(
    ("text", "target", "words"),
    [
        ("See [[My page]].", "@/%5B%5BMy%20page%5D%5D", "My page"),
        ("[[page|the *words*]]", "@/%5B%5Bpage%5D%5D", "the *words*"),
        ("[[page#A heading]]", "@/%5B%5Bpage%5D%5D#A%20heading", "page &gt; A heading"),
        ("[[page#A#B|x]]", "@/%5B%5Bpage%5D%5D#B", "x"),
        ("[[#A heading]]", "@/%5B%5B%5D%5D#A%20heading", "A heading"),
        ("[[folder/page.md]]", "@/%5B%5Bfolder%2Fpage.md%5D%5D", "folder/page.md"),
        ("参考[[页面]]内容", "@/%5B%5B%E9%A1%B5%E9%9D%A2%5D%5D", "页面"),
        ("**[[page]]**", "@/%5B%5Bpage%5D%5D", "page"),
        ("[[page]][[page]]", "@/%5B%5Bpage%5D%5D", "page"),
        (r"| a |" + "\n|---|\n" + r"| [[page\|x]] |", "@/%5B%5Bpage%5D%5D", "x"),
        ("[[report.pdf]]", "report.pdf", "report.pdf"),
    ],
)
def test_a_name_between_two_brackets_is_a_link(text: str, target: str, words: str) -> None:
    document = parse(text)
    assert document.references[0].target == target
    assert f"\0>{words}</a>" in document.markup


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("![[a b.png]]", '<img \0000\0 alt="" loading="lazy" decoding="async">'),
        ("![[a b.png|A dot]]", '<img \0000\0 alt="A dot" loading="lazy" decoding="async">'),
        ("![[a b.png|300]]", '<img \0000\0 width="300" alt="" loading="lazy" decoding="async">'),
        ("![[a b.png|A dot|30x20]]", '<img \0000\0 width="30" height="20" alt="A dot" loading="lazy" decoding="async">'),
    ],
)  # fmt: skip
def test_a_picture_between_two_brackets_is_shown(text: str, markup: str) -> None:
    document = parse(text)
    assert document.markup == f'<p class="picture">\0[0\0{markup}\0]0\0</p>\n'
    assert [(it.target, it.line) for it in document.references] == [("a%20b.png", 1)]


@pytest.mark.parametrize(
    "text",
    ["`[[page]]`", r"\[[page]]", "[[page](x.md)]", "[[page]](x.md)", "[[page]]\n\n[page]: /x", "a[[0]]", "[[ -f x ]]", "[[]]", "[[a\nb]]", "[[a [b] c]]",
     "```\n[[page]]\n```", "    [[page]]", "<i title='[[page]]'>x</i>", "$[[x]]$", "[[1]", "[[[page]]]", "[[page]]: /url", "![[page]]\n\n[[page]]: /url"],
)  # fmt: skip
def test_other_brackets_are_no_link_to_a_name(text: str) -> None:
    document = parse(text)
    assert document.markup == parse(text, extensions=Extensions(wiki_links=False)).markup
    assert not any(reference.target.startswith("@/") for reference in document.references)


def test_a_site_without_wiki_links_shows_them_as_text() -> None:
    assert parse("[[page]]", extensions=Extensions(wiki_links=False)).markup == "<p>[[page]]</p>\n"


def test_a_link_contains_no_other_link() -> None:
    assert parse("[a [[page]] b](x.md)").markup.count("<a ") == 1


@pytest.mark.parametrize(
    ("embedded", "target", "words"),
    [
        ("page", "@/%5B%5Bpage%5D%5D", "page"),
        ("page#A part|words", "@/%5B%5Bpage%5D%5D#A%20part", "words"),
        ("a drawing.canvas", "@/%5B%5Ba%20drawing.canvas%5D%5D", "a drawing.canvas"),
        ("report.pdf", "report.pdf", "report.pdf"),
        ("data.csv|numbers", "data.csv", "numbers"),
    ],
)
def test_an_embedded_text_or_document_is_a_link_with_a_warning(embedded: str, target: str, words: str) -> None:
    document = parse(f"a\n![[{embedded}]] b")
    (remark,) = document.remarks
    assert (remark.line, remark.problem.partition("' ")[2][:6]) == (2, "embeds")
    assert [(it.kind, it.target) for it in document.references] == [("link", target)]
    assert f"\0>{words}</a> b" in document.markup


def test_the_words_of_a_link_count() -> None:
    document = parse("One [[page|two words]].")
    assert (document.words, document.summary) == (3, "One two words.")

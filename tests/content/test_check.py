"""Faults that show only with all texts at hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from blog.content.loader import load

Write = Callable[[str, str | bytes], Path]
Faults = Callable[[], list[str]]

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>'


def text(body: str = "", more: str = "") -> str:
    return f"---\ntitle: Title\ndate: 2026-03-01\n{more}---\n{body}\n"


def line_of_body(more: str = "") -> int:
    return text(more=more).count("\n")


@pytest.fixture
def around(write: Write) -> None:
    """What the links of the tests lead to."""
    write("other.md", text("## A part\n", "tags: [Python]\naliases: [/old/other]\n"))
    write("unfinished.md", text(more="draft: true\ntags: [Hush]\n"))
    write("later.md", text().replace("2026", "2999"))
    write("pages/about.md", "---\ntitle: About\n---\n## Me\n\n[there](../other.md#a-part)\n")
    write("images/a.svg", SVG)
    write("data.csv", "a,b")


@pytest.mark.usefixtures("around")
@pytest.mark.parametrize(
    "target",
    [
        "/", "/blog", "/tags", "/archive", "/rss", "/atom.xml", "/feed.json", "/sitemap.xml", "/llms.txt", "/robots.txt",
        "/blog/other", "/blog/other#a-part", "/Blog/Other/", "/blog/other.md", "/blog/tag/python", "/blog/tag/python/rss",
        "/blog/tag/python/atom.xml", "/blog/tag/python/feed.json", "/old/other", "/about", "/about#me", "other.md",
        "other.md#a-part", "./other.md", "pages/about.md#me", "later.md", "/blog/later", "data.csv", "#here", "",
        "https://example.org/nowhere", "mailto:me@example.org", "/blog?page=1", "/api/posts", "/api/posts/other",
    ],
)  # fmt: skip
def test_a_link_that_leads_somewhere_is_fine(write: Write, faults: Faults, target: str) -> None:
    write("a.md", text(f"## Here\n\n[x]({target})"))
    assert faults() == []


@pytest.mark.usefixtures("around")
@pytest.mark.parametrize(
    ("target", "problem"),
    [
        pytest.param("/nowhere", "leads nowhere on this site", id="path"),
        pytest.param("/blog/gone", "leads nowhere on this site", id="post"),
        pytest.param("/blog/unfinished", "leads nowhere on this site", id="draft-by-path"),
        pytest.param("unfinished.md", "names no post, page or file", id="draft-by-file"),
        pytest.param("/blog/tag/hush", "leads nowhere on this site", id="tag-of-a-draft"),
        pytest.param("/blog/tag/gone/rss", "leads nowhere on this site", id="feed-of-no-tag"),
        pytest.param("gone.md", "names no post, page or file", id="file"),
        pytest.param("../posts/other.md", "names no post, page or file", id="out-and-in-again"),
        pytest.param("#nowhere", "names a section that a.md does not have", id="anchor-here"),
        pytest.param("other.md#nowhere", "names a section that other.md does not have", id="anchor-there"),
        pytest.param("/about#nowhere", "names a section that pages/about.md does not have", id="anchor-of-a-page"),
        pytest.param("images/gone.svg", "names no post, page or file", id="picture"),
        pytest.param("site.yaml", "names no post, page or file", id="what-is-not-served"),
    ],
)
def test_a_dead_link_is_named_with_its_line(write: Write, faults: Faults, target: str, problem: str) -> None:
    write("a.md", text(f"\nWords.\n\n[x]({target})"))
    assert [line.partition(": link")[0] for line in faults()] == ["a.md:8"]
    assert problem in faults()[0]


@pytest.mark.usefixtures("around")
def test_a_heading_in_unicode_is_reached_encoded_or_not(write: Write, faults: Faults) -> None:
    write("a.md", text("## Größe\n\n[x](#größe) [y](#gr%C3%B6%C3%9Fe)"))
    assert faults() == []


@pytest.mark.usefixtures("around")
@pytest.mark.parametrize("target", ["images/gone.svg", "/images/a.svg", "other.md"])
def test_a_missing_picture_is_named_with_its_line(write: Write, faults: Faults, target: str) -> None:
    write("a.md", text(f"\n![x]({target})"))
    assert [line.partition(" is not")[0] for line in faults()] == [f"a.md:6: image {target!r}"]


@pytest.mark.usefixtures("around")
def test_a_picture_beside_a_post_is_fine(write: Write, faults: Faults) -> None:
    write("a.md", text("![x](images/a.svg)", "image: images/a.svg\n"))
    write("pages/b.md", "---\ntitle: B\n---\n![x](../images/a.svg)\n")
    assert faults() == []


def test_a_missing_picture_of_the_front_matter_is_reported(write: Write, faults: Faults) -> None:
    write("a.md", text(more="image: gone.png\n"))
    assert faults()[0].startswith("a.md:1: image 'gone.png' is not a picture beside the post")


def test_the_image_of_the_front_matter_must_be_a_picture(write: Write, faults: Faults) -> None:
    write("data.csv", "a,b")
    write("a.md", text(more="image: data.csv\n"))
    assert faults()[0].startswith("a.md:1: image 'data.csv' is not a picture beside the post")


@pytest.mark.usefixtures("around")
@pytest.mark.parametrize(
    ("body", "fault"),
    [
        pytest.param("![](images/a.svg)", "image 'images/a.svg' has no alternative text", id="no-alt"),
        pytest.param("```klingon\nx\n```", "code language 'klingon' is not known", id="language"),
        pytest.param("## A\n\n#### B", "heading 'B' skips from level 2 to 4", id="heading"),
        pytest.param("![x](https://example.org/a.png)", "is on another site, which pages never ask", id="elsewhere"),
    ],
)
def test_a_minor_fault_is_a_warning(write: Write, folder: Path, body: str, fault: str) -> None:
    write("a.md", text(body))
    (warning,) = load(folder).warnings
    assert fault in warning.problem
    assert warning.line == (line_of_body() + 2 if "heading" in fault else line_of_body())


def test_a_draft_is_checked_too(write: Write, faults: Faults) -> None:
    write("a.md", text("[x](gone.md)", "draft: true\n"))
    assert len(faults()) == 1


@pytest.mark.parametrize(
    ("one", "two", "fault"),
    [
        pytest.param("slug: x\n", "slug: x\n", "b.md:1: slug 'x' is already taken by a.md", id="two-slugs"),
        pytest.param("aliases: [/o]\n", "aliases: [/O/]\n", "b.md:1: alias '/o' is already taken by a.md", id="two-aliases"),
        pytest.param("", "aliases: [a]\n", "b.md:1: alias '/blog/a' is already taken by a.md", id="alias-of-a-post"),
        pytest.param("aliases: [/rss]\n", "", "a.md:1: alias '/rss' is already taken by the service itself", id="service"),
        pytest.param("slug: x\ndraft: true\n", "slug: x\n", "b.md:1: slug 'x' is already taken by a.md", id="a-draft"),
        pytest.param("", "tags: [C, C!]\n", "b.md:1: tags 'c' and 'c!' would share the page /blog/tag/c", id="tags"),
        pytest.param("tags: [C]\n", "tags: [C!]\n", "b.md:1: tags 'c' and 'c!' would share", id="tags-of-two"),
    ],
)  # fmt: skip
def test_a_name_taken_twice_is_named(write: Write, faults: Faults, one: str, two: str, fault: str) -> None:
    write("a.md", text(more=one))
    write("b.md", text(more=two))
    assert len(faults()) == 1
    assert faults()[0].startswith(fault)


@pytest.mark.parametrize(
    "path", ["/blog/tag/python", "/blog/page/1", "/metrics", "/api/posts/a", "/assets/x.css", "/search"]
)
def test_an_alias_does_not_hide_what_the_service_answers(write: Write, faults: Faults, path: str) -> None:
    write("a.md", text(more=f"tags: [Python]\naliases: [{path}]\n"))
    assert len(faults()) == 1


def test_a_tag_may_be_spelled_in_two_cases(write: Write, faults: Faults) -> None:
    write("a.md", text(more="tags: [Python, web dev]\n"))
    write("b.md", text(more="tags: [python, Web-Dev]\n"))
    assert faults() == []


@pytest.mark.parametrize(
    "target",
    ["sms:+1", "obsidian://open?vault=x", "other.md?a=b:c", "#top", "#:~:text=words", "other.md#a-part:~:text=x"],
)
@pytest.mark.usefixtures("around")
def test_a_target_that_browsers_understand_is_no_fault(write: Write, faults: Faults, target: str) -> None:
    write("a.md", text(f"[x]({target})"))
    assert faults() == []


@pytest.mark.parametrize(
    "written", ["[x](javascript:alert)", "<a href=' JavaScript:alert'>x</a>", "![x](javascript:alert)"]
)
def test_a_target_that_runs_script_is_a_fault_that_names_it(write: Write, faults: Faults, written: str) -> None:
    write("a.md", text(written))
    (problem,) = faults()
    assert problem.startswith(f"a.md:{line_of_body()}: ")
    assert "avascript:alert' runs script" in problem.replace("S", "s")


def test_every_candidate_of_a_picture_has_to_be_there(write: Write, faults: Faults) -> None:
    write("a.svg", SVG)
    write("a.md", text('<img src=a.svg srcset="a.svg 1x, b.svg 2x" alt="">'))
    (problem,) = faults()
    assert "'b.svg'" in problem

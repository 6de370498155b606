"""Faults that show only with all texts at hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from blog.content.library import Library, Resolver
from blog.content.loader import load
from blog.errors import ContentError, Fault, Severity
from blog.settings import Settings

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
    write("other.md", text("## A part\n", "tags: [Python]\nseries: A Trip\naliases: [/old/other]\n"))
    write("unfinished.md", text(more="draft: true\ntags: [Hush]\nseries: Hush\n"))
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
        "/blog/tag/python/atom.xml", "/blog/tag/python/feed.json", "/series/a-trip", "/series/a-trip/rss", "/archive/2026", "/archive/2999", "/old/other", "/about", "/about#me", "other.md",
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
        pytest.param("/blog/unfinished", "leads to unfinished.md, a draft that is not served", id="draft-by-path"),
        pytest.param("unfinished.md", "leads to unfinished.md, a draft that is not served", id="draft-by-file"),
        pytest.param("/blog/tag/hush", "leads nowhere on this site", id="tag-of-a-draft"),
        pytest.param("/blog/tag/gone/rss", "leads nowhere on this site", id="feed-of-no-tag"),
        pytest.param("/series/hush", "leads nowhere on this site", id="series-of-a-draft"),
        pytest.param("/archive/2001", "leads nowhere on this site", id="year"),
        pytest.param("gone.md", "names no post, page or file", id="file"),
        pytest.param("../posts/other.md", "leads out of the posts folder", id="out-and-in-again"),
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
    write("a.md", text("![x](images/a.svg)"))
    write("pages/b.md", "---\ntitle: B\n---\n![x](../images/a.svg)\n")
    assert faults() == []


@pytest.mark.usefixtures("around")
@pytest.mark.parametrize(
    "src", ["images/a.svg", "https://a.example/a.avif", "https://a.example/A.SVG?v=1.png", "data:image/png;base64,eA=="]
)
def test_a_picture_that_no_social_network_draws_is_reported_with_its_line(
    write: Write, faults: Faults, src: str
) -> None:
    write("a.md", text(more=f"image: {src}\n"))
    write("pages/b.md", f"---\ntitle: B\nimage: {src.replace('images', '../images')}\n---\n")
    found = faults()
    assert [line.partition(": image")[0] for line in found] == ["a.md:4", "pages/b.md:3"]
    assert all("is drawn by no social network" in line for line in found)


@pytest.mark.parametrize("src", ["https://a.example/a.jpg", "https://a.example/picture", "https://a.example/a.svg/b"])
def test_a_picture_that_social_networks_draw_is_fine(write: Write, faults: Faults, src: str) -> None:
    write("a.md", text(more=f"image: {src}\n"))
    assert faults() == []


def test_a_missing_picture_of_the_front_matter_is_reported(write: Write, faults: Faults) -> None:
    write("a.md", text(more="image: gone.png\n"))
    assert faults()[0].startswith("a.md:4: image 'gone.png' is not a picture beside the post")


def test_the_image_of_the_front_matter_must_be_a_picture(write: Write, faults: Faults) -> None:
    write("data.csv", "a,b")
    write("a.md", text(more="image: data.csv\n"))
    assert faults()[0].startswith("a.md:4: image 'data.csv' is not a picture beside the post")


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
    write("b.md", text())
    assert len(faults()) == 1


@pytest.mark.parametrize(
    ("one", "two", "fault"),
    [
        pytest.param("slug: x\n", "slug: x\n", "b.md:4: error: slug 'x' is already taken by a.md", id="two-slugs"),
        pytest.param("slug: b\n", "", "b.md:1: error: slug 'b' is already taken by a.md", id="slug-of-the-file-name"),
        pytest.param("aliases: [/o]\n", "aliases: [/O/]\n", "b.md:4: error: alias '/O/' is already taken by a.md", id="two-aliases"),
        pytest.param("", "aliases: [A]\n", "b.md:4: error: alias 'A' is already taken by a.md", id="alias-of-a-post"),
        pytest.param("aliases: [/rss]\n", "", "a.md:4: warning: alias '/rss' is ignored", id="service"),
        pytest.param("", "tags: [C, C!]\n", "b.md:4: error: tags 'C' and 'C!' share the page /blog/tag/c", id="tags"),
        pytest.param("tags: [C]\n", "tags: [C!]\n", "b.md:4: error: tags 'C' and 'C!' share", id="tags-of-two"),
        pytest.param("slug: x\ndraft: true\n", "slug: x\n", "a.md:4: warning: slug 'x' is already taken by b.md", id="a-drafts-slug"),
        pytest.param("aliases: [b]\ndraft: true\n", "", "a.md:4: warning: alias 'b' is already taken by b.md", id="a-drafts-alias"),
        pytest.param("aliases: [/o]\ndraft: true\n", "aliases: [/o]\n", "a.md:4: warning: alias '/o' is already", id="two-aliases-of-a-draft"),
        pytest.param("draft: true\n", "aliases: [a]\n", "a.md:1: warning: slug 'a' is already taken by b.md", id="a-post-takes-a-drafts-path"),
    ],
)  # fmt: skip
def test_a_name_taken_twice_is_named(write: Write, folder: Path, one: str, two: str, fault: str) -> None:
    write("a.md", text(more=one))
    write("b.md", text(more=two))
    (found,) = all_faults(folder)
    assert str(found).removeprefix(f"{folder}/").startswith(fault)


def all_faults(folder: Path) -> tuple[Fault, ...]:
    try:
        return load(folder).warnings
    except ContentError as problem:
        return problem.faults


def test_an_alias_given_in_two_spellings_is_one(write: Write, faults: Faults) -> None:
    write("a.md", text(more="aliases: [/Old, /old, /old/]\n"))
    assert faults() == []


@pytest.mark.usefixtures("around")
@pytest.mark.parametrize(
    ("body", "more"),
    [
        pytest.param("[x](/nowhere)", "", id="dead-path"),
        pytest.param("[x](gone.md)", "", id="dead-file"),
        pytest.param("[x](#gone)", "", id="dead-section"),
        pytest.param("[x](/blog/unfinished)", "", id="link-to-a-draft"),
        pytest.param("![x](gone.png)", "", id="missing-picture"),
        pytest.param("![](images/a.svg)", "", id="no-alternative-text"),
        pytest.param("![x](https://example.org/a.png)", "", id="picture-elsewhere"),
        pytest.param("<img src=gone.png alt=x>", "", id="missing-picture-in-html"),
        pytest.param("```klingon\nx\n```", "", id="unknown-language"),
        pytest.param("{{< figure >}}", "", id="construct-of-another-generator"),
        pytest.param("a[^1]", "", id="undefined-footnote"),
        pytest.param("> " * 20_000 + "x", "", id="nested-too-deeply"),
        pytest.param("", "layout: post\n", id="unknown-key"),
        pytest.param("", "image: gone.png\n", id="missing-card"),
        pytest.param("", "aliases: [/api/health]\n", id="reserved-alias"),
        pytest.param("a \x1b b", "", id="control-character"),
    ],
)
def test_what_leaves_a_page_is_a_warning(write: Write, folder: Path, body: str, more: str) -> None:
    write("a.md", text(body, more))
    loaded = load(folder)
    assert {fault.file.name for fault in loaded.warnings} == {"a.md"}
    assert "a" in [post.slug for post in loaded.library.posts]


@pytest.mark.parametrize(
    "written",
    ["[x](javascript:alert(1))", "[x](VBScript:x)", "<data:text/html,x>", "![x](file:///etc/passwd)",
     "<a href='java&Tab;script:x'>x</a>", "[x][y]\n\n[y]: javascript:x", "<img srcset='javascript:x 1x' alt=x>"],
)  # fmt: skip
@pytest.mark.parametrize("draft", [False, True])
def test_a_target_that_runs_script_ends_a_start_unless_it_is_in_a_draft(
    write: Write, folder: Path, written: str, *, draft: bool
) -> None:
    write("a.md", text(written, "draft: true\n" if draft else ""))
    severities = {fault.severity for fault in all_faults(folder) if "runs script" in fault.problem}
    assert severities == {Severity.WARNING if draft else Severity.ERROR}


@pytest.mark.parametrize(
    ("portrait", "is_shown"),
    [("/ada.png", True), ("/gone.png", False), ("/notes.txt", False), ("https://a.example/ada.png", False), ("mailto:a@b.example", False)],
    ids=["picture", "missing", "no-picture", "elsewhere", "mail"],
)  # fmt: skip
def test_a_portrait_that_no_page_shows_is_a_warning(
    write: Write, folder: Path, portrait: str, *, is_shown: bool
) -> None:
    write("site.yaml", f"author: {{name: Ada, portrait: '{portrait}'}}\n")
    write("static/ada.png", "\x89PNG\r\n\x1a\n")
    write("static/notes.txt", "x")
    found = [str(fault) for fault in all_faults(folder) if "portrait" in fault.problem]
    problem = f"author: portrait '{portrait}' is not a picture in static/, so the first letter of the name is shown"
    assert [it.partition("site.yaml:1: ")[2].removeprefix("warning: ") for it in found] == (
        [] if is_shown else [problem]
    )


def test_a_card_that_runs_script_is_an_error(write: Write, folder: Path) -> None:
    write("a.md", text(more="image: 'javascript:alert(1)'\n"))
    (fault,) = all_faults(folder)
    assert (fault.severity, fault.line) == (Severity.ERROR, 4)


@pytest.mark.parametrize(
    "body",
    ["[b](b.md)", "[b](/blog/b)", "[b](b.md#part)", "[a](a.md)", "[a](#part)\n\n## Part", "[p](pages/p.md)", "[p](/p)"],
)
def test_a_draft_may_link_drafts(write: Write, faults: Faults, body: str) -> None:
    write("a.md", text(body, "draft: true\n"))
    write("b.md", text("## Part", "draft: true\n"))
    write("pages/p.md", "---\ntitle: P\ndraft: true\n---\n")
    write("c.md", text())
    assert faults() == []


@pytest.mark.parametrize(
    "broken",
    ["---\ndraft: true\n", "---\ntitle: [\ndraft: yes # soon\n---\n", "---\ndraft: true\n---\n",
     "---\ntitle: x\ndate: someday\ndraft: true\n---\n", "---\ntitle: !x y\ndraft: 'true'\n---\n"],
)  # fmt: skip
def test_a_broken_draft_is_a_warning(write: Write, folder: Path, broken: str) -> None:
    write("a.md", broken)
    write("b.md", text())
    loaded = load(folder)
    assert {fault.file.name for fault in loaded.warnings} == {"a.md"}
    assert [post.slug for post in loaded.library.posts] == ["b"]


@pytest.mark.parametrize(
    "path", ["/blog/tag/python", "/blog/page/1", "/metrics", "/api/posts/a", "/assets/x.css", "/search"]
)
def test_an_alias_does_not_hide_what_the_service_answers(write: Write, folder: Path, path: str) -> None:
    write("a.md", text(more=f"tags: [Python]\naliases: [{path}, /fine]\n"))
    loaded = load(folder)
    assert len(loaded.warnings) == 1
    assert loaded.library.posts[0].aliases == ("/fine",)


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


def test_an_update_in_the_future_is_a_warning_with_both_dates(write: Write, faults: Faults) -> None:
    write("a.md", text(more="updated: 2999-01-02\n"))
    write("pages/b.md", "---\ntitle: B\nupdated: 2999-01-02\n---\n")
    write("planned.md", text(more="updated: 2999-01-01\n").replace("2026-03-01", "2999-01-01"))
    first, second = faults()
    assert first == "a.md:4: updated 2999-01-02 is in the future and not shown before; date is 2026-03-01"
    assert second.startswith("pages/b.md:3: updated 2999-01-02 is in the future and not shown before; today is")


def test_two_texts_with_one_id_are_an_error(write: Write, faults: Faults) -> None:
    write("a.md", text(more="id: urn:caf\u00e9\n"))
    write("b.md", text(more="id: urn:cafe\u0301\n"))
    write("c.md", text(more="id: urn:caf\u00e9\ndraft: true\n"))
    problem = "id 'urn:caf\u00e9' is already taken by a.md"
    assert faults() == [f"b.md:4: {problem}", f"c.md:4: {problem}"]


@pytest.mark.parametrize(
    ("written", "is_uri"),
    [("hello 42", False), ("/2019/hello", False), ("1a:b", False), ("tag:", False), ("tag:a.example,2019:x", True),
     ("HTTPS://a.example/", True), ("http://[::1", True)],
)  # fmt: skip
def test_an_id_that_is_no_uri_is_a_warning(write: Write, faults: Faults, written: str, *, is_uri: bool) -> None:
    write("a.md", text(more=f'id: "{written}"\n'))
    assert ["is not a URI" in fault for fault in faults()] == [True] * (not is_uri)


@pytest.mark.parametrize("alias", ["/blog/b.md", "b.md", "/BLOG/B.md", "/blog/a.md", "/about.md"])
def test_an_alias_at_the_source_of_a_text_is_ignored_with_a_warning_that_names_both(
    write: Write, folder: Path, alias: str
) -> None:
    write("a.md", f"---\ntitle: A\ndate: 2026-03-01\naliases: [/old, {alias}]\n---\n")
    write("b.md", "---\ntitle: B\ndate: 2026-03-01\n---\n")
    write("pages/about.md", "---\ntitle: About\n---\n")
    (warning,) = load(folder).warnings
    file = {"b": "b.md", "a": "a.md", "t": "pages/about.md"}[alias.lower()[-4]]
    assert (warning.file.name, warning.line) == ("a.md", 4)
    assert warning.problem == f"alias {alias!r} is ignored: the Markdown source of {file} is there"


def test_a_draft_needs_no_date(write: Write, faults: Faults) -> None:
    write("a.md", "---\ntitle: A\ndraft: true\n---\n")
    write("b.md", "---\ntitle: B\ndraft: yes\ndate:\nupdated: 2026-01-01\ntags: [x]\n---\n")
    write("c.md", "---\ntitle: C\ndate: 2026-03-01\n---\n")
    assert faults() == []


def test_an_alias_at_its_own_address_is_fine(write: Write, faults: Faults) -> None:
    write("a.md", "---\ntitle: A\ndate: 2026-03-01\naliases: [a, /Blog/A/]\n---\n")
    assert faults() == []


@pytest.mark.parametrize(
    "target",
    ["/feed", "/rss.xml", "/atom", "/feed/json", "/index.html", "/blog/a.html", "/BLOG/A.HTM#part", "/about.html", "/blog/tag/C++", "/blog/tag/C++/feed"],
)  # fmt: skip
def test_a_link_to_an_address_that_redirects_is_fine(write: Write, faults: Faults, target: str) -> None:
    write("a.md", f"---\ntitle: A\ndate: 2026-03-01\ntags: [C++]\n---\n## Part\n\n[x]({target})\n")
    write("pages/about.md", "---\ntitle: About\n---\n")
    assert faults() == []


def test_a_section_behind_an_address_that_redirects_has_to_be_there(write: Write, faults: Faults) -> None:
    write("a.md", "---\ntitle: A\ndate: 2026-03-01\n---\n[x](/blog/a.html#gone) [y](/blog/b.html)\n")
    assert faults() == [
        "a.md:5: link '/blog/a.html#gone' names a section that a.md does not have",
        "a.md:5: link '/blog/b.html' leads nowhere on this site",
    ]


def _of_origin(folder: Path, write: Write, body: str) -> list[str]:
    write("a.md", text(body))
    loaded = load(folder, origin="https://blog.example")
    return [fault.problem for fault in loaded.warnings if fault.file.name == "a.md"]


@pytest.mark.usefixtures("around")
@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("[x](https://blog.example/nope)", "link 'https://blog.example/nope' leads nowhere on this site"),
        ("See https://BLOG.example/nope?a=b", "link 'https://BLOG.example/nope?a=b' leads nowhere on this site"),
        ("<http://blog.example/nope>", "link 'http://blog.example/nope' leads nowhere on this site"),
        ("[x](//blog.example/nope)", "link '//blog.example/nope' leads nowhere on this site"),
        ('<a href="https://blog.example/nope">x</a>', "link 'https://blog.example/nope' leads nowhere on this site"),
        ("[x](https://blog.example/blog/unfinished)", "leads to unfinished.md, a draft that is not served"),
        ("[x](https://blog.example/blog/other#b)", "names a section that other.md does not have"),
        ("![x](https://blog.example/nope.png)", "image 'https://blog.example/nope.png' leads nowhere on this site"),
    ],
)
def test_a_link_to_the_sites_own_origin_is_a_link_of_the_site(
    folder: Path, write: Write, body: str, problem: str
) -> None:
    (found,) = _of_origin(folder, write, body)
    assert found.endswith(problem)


@pytest.mark.usefixtures("around")
@pytest.mark.parametrize(
    "target",
    ["", "/", "/blog/other", "/blog/other/#a-part", "/blog/later", "/old/other", "/feed", "/blog/other.html", "/files/a.pdf", "/shop/1", ":8443/nope", "evil/nope"],
)  # fmt: skip
def test_a_right_link_to_the_sites_own_origin_is_no_fault(folder: Path, write: Write, target: str) -> None:
    write("static/files/a.pdf", "%PDF")
    write("site.yaml", "neighbours: [/shop]\n")
    assert _of_origin(folder, write, f"[x](https://blog.example{target})") == []


def test_an_origin_on_this_machine_is_an_example() -> None:
    assert Settings().public_origin == ""
    assert Settings(base_url="http://localhost:3000").public_origin == ""
    assert Settings(base_url="https://blog.example").public_origin == "https://blog.example"


@pytest.mark.parametrize(
    ("target", "address"), [("n/g", "/n/g"), ("n/g/", "/n/g"), ("./n/g#x", "/n/g#x"), ("n/", "/n"), ("m/01-h", "/m/h")]
)
def test_a_link_to_the_folder_of_a_group_leads_to_its_page(
    write: Write, faults: Faults, library: Callable[[], Library], target: str, address: str
) -> None:
    write("n/index.md", "# N\n")
    write("n/g/x.md", "# X\n")
    write("m/index.md", "# M\n")
    write("m/01-h/x.md", "# X\n")
    write("a.md", text(f"[a]({target})"))
    assert faults() == []
    read = library()
    (post,) = read.posts
    assert Resolver(read).url(post, target) == address


def test_a_link_to_another_folder_says_that_it_is_one(write: Write, faults: Faults) -> None:
    write("b/c.md", text())
    write("a.md", text("[a](b/)"))
    assert faults() == [
        f"a.md:{line_of_body()}: link 'b/' is beside the post, but it is a folder; link to a text or a file in it"
    ]


def test_a_name_of_obsidian_is_found_in_the_aliases(write: Write, faults: Faults) -> None:
    write("b.md", text(more="aliases: [Other Name, More]\n"))
    write("a.md", text("[[other name]] and [[More|x]]").replace("Title", "A"))
    assert faults() == []


@pytest.mark.parametrize("html", ["<video src=v.mp4></video>", "<audio src='v.mp3' controls></audio>"])
def test_a_missing_recording_is_called_one(write: Write, faults: Faults, html: str) -> None:
    write("a.md", text(html))
    (fault,) = faults()
    assert "recording 'v.mp" in fault

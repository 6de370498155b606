"""The pages of tags, with what tags/ in the posts folder says about them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from blog.build.edition import Edition
from blog.content.loader import load
from blog.errors import ContentError

Make = Callable[..., Edition]
POST = "---\ntitle: A post\ndate: 2026-01-01\ntags: [Kubernetes, C++]\n---\n\nWords of a post.\n"
TAG = (
    "---\ntitle: Running on Kubernetes\ndescription: Pods, probes and drains.\n{more}---\n\n"
    "Read [the post](../a.md) first.\n\n![A dot](dot.svg)\n"
)
DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>'


@pytest.fixture
def files() -> dict[str, str]:
    return {"a.md": POST, "tags/kubernetes.md": TAG.format(more="aliases: [/category/k8s]\n"), "tags/dot.svg": DOT}


def _html(edition: Edition, path: str) -> str:
    return edition.pages[path].identity.body.decode()


def test_a_tag_page_begins_with_its_introduction(make: Make, files: dict[str, str]) -> None:
    edition = make(files)
    html = _html(edition, "/blog/tag/kubernetes")
    assert "<h1>Running on Kubernetes</h1>" in html
    assert '<p class="lead">Pods, probes and drains.</p>' in html
    assert '<meta name="description" content="Pods, probes and drains.">' in html
    assert 'Read <a href="/blog/a">the post</a> first.' in html
    assert html.index("Read <a") < html.index("A post</a></h2>")
    assert any(path.startswith("/assets/dot.") for path in edition.pages)
    assert edition.redirects["/category/k8s"] == "/blog/tag/kubernetes"


def test_an_introduction_is_no_page_of_its_own(make: Make, files: dict[str, str]) -> None:
    edition = make(files)
    assert "/blog/tag/kubernetes.md" not in edition.pages
    for path in ("/", "/blog", "/rss", "/llms.txt"):
        assert "Running on Kubernetes" not in _html(edition, path), path
    assert _html(edition, "/sitemap.xml").count("/blog/tag/kubernetes<") == 1


def test_a_tag_without_an_introduction_has_the_words_of_the_service(make: Make, files: dict[str, str]) -> None:
    assert "<h1>Posts about C++</h1>" in _html(make(files), "/blog/tag/c-plus-plus")


def test_an_introduction_without_a_description_is_shown_once(make: Make) -> None:
    html = _html(
        make({"a.md": POST, "tags/c-plus-plus.md": "---\ntitle: C++\n---\n\nOnly this.\n"}), "/blog/tag/c-plus-plus"
    )
    assert html[html.index("<main") :].count("Only this.") == 1


@pytest.mark.parametrize("more", ["draft: true\n", "date: 2999-01-01\n"], ids=["draft", "scheduled"])
def test_an_introduction_that_is_not_published_is_not_shown(make: Make, more: str) -> None:
    html = _html(make({"a.md": POST, "tags/kubernetes.md": TAG.format(more=more)}), "/blog/tag/kubernetes")
    assert ("<h1>Posts about Kubernetes</h1>" in html, "Pods, probes" in html) == (True, False)


@pytest.mark.parametrize(
    ("name", "more", "problem"),
    [
        pytest.param(
            "kubernets", "", "introduces the tag 'kubernets', which no post has; the tags of the posts: 'C++', 'Kubernetes'",
            id="no-such-tag",
        ),
        pytest.param(
            "kubernetes", "permalink: /k8s\n", "permalink is ignored: this text introduces /blog/tag/kubernetes and has its address",
            id="permalink",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_introduction_is_said(tmp_path: Path, name: str, more: str, problem: str) -> None:
    (tmp_path / "tags").mkdir()
    (tmp_path / "a.md").write_text(POST)
    (tmp_path / f"tags/{name}.md").write_text(f"---\ntitle: T\n{more}---\n\nWords.\n")
    assert [fault.problem for fault in load(tmp_path).warnings] == [problem]


def test_two_introductions_of_one_tag_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "tags").mkdir()
    (tmp_path / "a.md").write_text(POST)
    for name in ("c", "b"):
        (tmp_path / f"tags/{name}.md").write_text("---\ntitle: T\nslug: c\n---\n\nWords.\n")
    with pytest.raises(ContentError, match=r"slug .c. is already taken by tags/b\.md"):
        load(tmp_path)

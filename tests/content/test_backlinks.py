"""Links between the texts of a site."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blog.content.library import Library
from blog.content.site import Site, site_at

Write = Callable[[str, str | bytes], Path]
Read = Callable[[], Library]
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def linking(write: Write, library: Read) -> Callable[..., Site]:
    """A site of notes, each with the targets that it links to."""

    def site(**targets: list[str]) -> Site:
        write("site.yaml", "collections: [notes]")
        for name, links in targets.items():
            body = "\n\n".join(f"[link]({target})" for target in links)
            write(f"notes/{name}.md", f"---\ntitle: {name}\n---\n\n{body}\n")
        return site_at(library(), NOW)

    return site


def backlinks(site: Site, slug: str) -> list[str]:
    return [text.url for text in site.notes[f"notes/{slug}"].backlinks]


def related(site: Site, slug: str) -> list[str]:
    return [note.title for note in site.notes[f"notes/{slug}"].related]


@pytest.mark.parametrize(
    "target",
    [
        "a.md",
        "./a.md#x",
        "/notes/a",
        "/Notes/A/?x=1#y",
        "/%6eotes/a",
        "../notes/a.md",
        "/old/a",
        "@/notes/a.md",
        "{{< ref 'a' >}}",
    ],
)
def test_a_note_knows_which_texts_link_to_it(linking: Callable[..., Site], write: Write, target: str) -> None:
    site = linking(a=[], b=[target, target], c=["/notes/b", "https://example.org/notes/a", "#a", ""])
    write("notes/a.md", "---\ntitle: A\naliases: [/old/a]\n---\n\n[me](a.md)\n")
    site = linking(b=[target, target])
    assert backlinks(site, "a") == ["/notes/b"]


def test_posts_and_pages_that_link_to_a_note_come_after_notes(linking: Callable[..., Site], write: Write) -> None:
    write("p.md", "---\ntitle: P\ndate: 2026-01-01\n---\n\n[a](/notes/a)\n")
    write("pages/about.md", "---\ntitle: About\n---\n\n[a](../notes/a.md)\n")
    write("later.md", "---\ntitle: Later\ndate: 2999-01-01\n---\n\n[a](/notes/a)\n")
    write("draft.md", "---\ntitle: Draft\ndate: 2026-01-01\ndraft: true\n---\n\n[a](/notes/a)\n")
    assert backlinks(linking(a=[], b=["a.md"]), "a") == ["/notes/b", "/blog/p", "/about"]


def test_notes_are_related_by_the_neighbours_that_they_share(linking: Callable[..., Site]) -> None:
    site = linking(a=["x.md", "y.md"], b=["x.md", "y.md"], c=["y.md"], x=[], y=[], lonely=[])
    assert related(site, "a")[0] == "b"
    assert "c" in related(site, "a")
    assert related(site, "lonely") == []


def test_a_note_that_links_here_is_not_named_twice(linking: Callable[..., Site]) -> None:
    site = linking(a=["b.md"], b=["a.md"])
    assert (backlinks(site, "a"), related(site, "a")) == (["/notes/b"], [])


def test_an_index_of_everything_relates_nothing(linking: Callable[..., Site]) -> None:
    names = [f"n{number}" for number in range(60)]
    site = linking(index=[f"{name}.md" for name in names], **{name: [] for name in names})
    assert related(site, "n1") == []

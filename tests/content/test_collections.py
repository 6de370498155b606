"""Collections of notes, from their files."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blog.content import collections
from blog.content.collections import Collection
from blog.content.library import Library
from blog.content.loader import ParsedTexts, load
from blog.content.post import Note
from blog.content.site import site_at

Write = Callable[[str, str | bytes], Path]
Read = Callable[[], Library]
Faults = Callable[[], list[str]]
NOW = datetime(2026, 6, 1, tzinfo=UTC)
POST = "---\ntitle: A post\ndate: 2026-01-01\n---\n"


def note(title: str, more: str = "", body: str = "Text.") -> str:
    return f"---\ntitle: {title}\n{more}---\n\n{body}\n"


def only(library: Library) -> Collection:
    (collection,) = site_at(library, NOW).collections
    return collection


def tree(collection: Collection) -> list[object]:
    groups = [(group.title, [note.title for note in group.notes]) for group in collection.groups]
    return [*(note.title for note in collection.notes), *groups]


def test_an_index_without_a_date_makes_a_collection(write: Write, library: Read) -> None:
    write("notes/index.md", note("My notes", "description: What I know.\n"))
    write("notes/a/one.md", note("One"))
    found = only(library())
    assert (found.title, found.description, found.url) == ("My notes", "What I know.", "/notes")
    assert found.introduction
    assert tree(found) == [("A", ["One"])]
    assert library().posts == ()


def test_site_yaml_makes_a_collection_of_a_folder(write: Write, library: Read) -> None:
    write("site.yaml", "collections:\n  deep_notes: {title: Deep, description: Far down., feed: true}\n")
    write("Deep_Notes/one.md", note("One"))
    found = only(library())
    assert (found.title, found.description, found.url, found.feed) == ("Deep", "Far down.", "/deep_notes", True)


def test_the_introduction_of_a_collection_says_more_than_site_yaml(write: Write, library: Read) -> None:
    write("site.yaml", "collections: {notes: {title: Not this, description: Nor this}}\n")
    write("notes/index.md", note("This", "description: And this.\n"))
    assert (only(library()).title, only(library()).description) == ("This", "And this.")


def test_the_section_files_of_hugo_introduce_a_collection_and_its_groups(write: Write, library: Read) -> None:
    write("site.yaml", "collections: [notes]\n")
    write("notes/_index.md", note("All notes"))
    write("notes/g/_index.md", note("The group", "weight: 1\n"))
    write("notes/g/x.mdx", note("X"))
    write("notes/a/y.markdown", note("Y"))
    found = only(library())
    assert (found.title, tree(found)) == ("All notes", [("The group", ["X"]), ("A", ["Y"])])


def test_a_list_of_names_is_enough(write: Write, library: Read) -> None:
    write("site.yaml", "collections: [notes]\n")
    write("notes/one.md", note("One"))
    assert only(library()).title == "Notes"


def test_a_first_paragraph_is_not_repeated_as_the_description(write: Write, library: Read) -> None:
    write("notes/index.md", note("Notes", body="First."))
    write("notes/g/g.md", note("G", body="Words " * 100))
    write("notes/g/x.md", note("X"))
    found = only(library())
    assert (found.description, found.groups[0].description) == ("", "")


def test_notes_are_sorted_by_order_then_by_the_numbers_of_their_names_then_by_title(
    write: Write, library: Read
) -> None:
    write("notes/index.md", note("Notes"))
    for name, title, more in (
        ("10-ten", "A", ""),
        ("9-nine", "B", ""),
        ("first", "C", "order: 1\n"),
        ("99-moved", "D", "order: 2\n"),
        ("part-10", "Part 10", ""),
        ("part-9", "part 9", ""),
        ("same-b", "Same", ""),
        ("same-a", "Same", ""),
    ):
        write(f"notes/{name}.md", note(title, more))
    assert [it.slug.removeprefix("notes/") for it in only(library()).notes] == [
        "first", "moved", "nine", "ten", "part-9", "part-10", "same-a", "same-b",
    ]  # fmt: skip


def test_a_title_of_very_many_digits_is_sorted(write: Write, library: Read) -> None:
    write("notes/index.md", note("Notes"))
    for name, number in (("a", "2" * 6000), ("b", "1" * 6000), ("c", "007"), ("d", "10")):
        write(f"notes/{name}.md", f"# Part {number}\n\nText.\n")
    assert [it.place.name for it in only(library()).notes] == ["c", "d", "b", "a"]


def test_groups_are_sorted_as_their_introductions_say(write: Write, library: Read) -> None:
    write("notes/index.md", note("Notes"))
    for name in ("02-b/x", "01-c/x", "d/x", "a/x"):
        write(f"notes/{name}.md", note("X"))
    write("notes/d/d.md", note("Z first", "order: 0\n"))
    assert tree(only(library())) == [("Z first", ["X"]), ("C", ["X"]), ("B", ["X"]), ("A", ["X"])]


def test_collections_are_sorted_as_their_introductions_say(write: Write, library: Read) -> None:
    for name, more in (("a", "order: 2\n"), ("b", "order: 1\n"), ("c", "")):
        write(f"{name}/index.md", note(name, more))
        write(f"{name}/x.md", note("X"))
    assert [it.slug for it in site_at(library(), NOW).collections] == ["b", "a", "c"]


def test_drafts_and_notes_of_the_future_are_not_shown(write: Write, library: Read) -> None:
    write("notes/index.md", note("Notes", "draft: true\n"))
    write("notes/seen.md", note("Seen"))
    write("notes/g/hidden.md", note("Hidden", "draft: true\n"))
    write("notes/h/later.md", note("Later", "date: 2999-01-01\n"))
    found = only(library())
    assert (found.title, found.introduction, tree(found)) == ("Notes", None, ["Seen"])


def test_a_collection_of_drafts_is_not_there(write: Write, library: Read) -> None:
    write("a.md", POST)
    write("notes/index.md", note("Notes", "draft: true\n"))
    write("notes/x.md", note("X", "draft: true\n"))
    assert site_at(library(), NOW).collections == ()


def test_a_large_collection_is_listed_in_parts(write: Write, library: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collections, "MOST_LISTED", 12)
    write("notes/index.md", note("Notes"))
    for group in range(10):
        for number in range(10):
            write(f"notes/{group}-g{group}/{number}-n{number}.md", note(f"N{number}"))
    site = site_at(library(), NOW)
    around = site.notes["notes/g5/n5"]
    assert around.group
    assert tree(around.collection.around(around.collection.groups[5].notes[5], around.group)) == [
        ("G2", []), ("G3", []), ("G4", []), ("G5", ["N2", "N3", "N4", "N5", "N6", "N7"]), ("G6", []), ("G7", []),
    ]  # fmt: skip


def test_a_note_knows_the_one_before_and_the_one_after_it(write: Write, library: Read) -> None:
    write("notes/index.md", note("Notes"))
    for name in ("a", "g/g", "g/b", "h/c"):
        write(f"notes/{name}.md", note(name))
    notes = site_at(library(), NOW).notes
    order = ["notes", "notes/a", "notes/g", "notes/g/b", "notes/h/c"]
    assert list(notes) == order
    following = [around.next.slug for around in notes.values() if around.next]
    preceding = [around.previous.slug for around in notes.values() if around.previous]
    assert (following, preceding) == (order[1:], order[:-1])


def test_a_note_is_placed_again_when_its_folder_changes(write: Write, folder: Path) -> None:
    parsed: ParsedTexts = {}
    write("notes/index.md", note("Notes"))
    index = write("notes/g/index.md", note("G"))
    write("notes/a.md", note("A"))

    def slugs() -> list[str]:
        return sorted(text.slug for text in load(folder, parsed).library.pages)

    before = slugs()
    write("notes/g/x.md", note("X"))
    with_a_group = load(folder, parsed).library.pages
    introduction = next(page for page in with_a_group if page.file.name == "index.md" and page.file.parent.name == "g")
    assert isinstance(introduction, Note)
    assert introduction.place.introduces
    index.unlink()
    assert (before, slugs()) == (["notes", "notes/a", "notes/g"], ["notes", "notes/a", "notes/g/x"])


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        pytest.param(
            {"archive/index.md": note("T"), "archive/x.md": note("X")},
            "archive:1: has the address '/archive', which is reserved for the service; rename the folder; or, if its texts are posts, rename its index.md to _index.md",
            id="reserved",
        ),
        pytest.param(
            {"pages/notes.md": note("P"), "notes/index.md": note("N"), "notes/x.md": note("X")},
            "pages/notes.md:1: slug 'notes' is already taken by notes/index.md",
            id="page",
        ),
        pytest.param(
            {"site.yaml": "collections: [notes]", "pages/notes.md": note("P"), "notes/x.md": note("X")},
            "pages/notes.md:1: slug 'notes' is already taken by notes/",
            id="page-without-an-index",
        ),
        pytest.param(
            {"site.yaml": "collections: [notes]", "a.md": POST.replace("\n---", "\naliases: [/notes]\n---"), "notes/x.md": note("X")},
            "a.md:4: alias '/notes' is already taken by notes/",
            id="alias",
        ),
        pytest.param(
            {"site.yaml": "collections: [notes]", "pages/p.md": note("P", "aliases: [/notes/g]\n"), "notes/g/x.md": note("X")},
            "pages/p.md:3: alias '/notes/g' is already taken by notes/g/",
            id="alias-of-a-group",
        ),
        pytest.param(
            {"notes/index.md": note("N"), "notes/1-x.md": note("X"), "notes/2-x.md": note("X")},
            "notes/2-x.md:1: slug 'notes/x' is already taken by notes/1-x.md",
            id="two-notes",
        ),
        pytest.param(
            {"site.yaml": "collections: {notes: {feed: true}}", "notes/rss.md": note("X", "date: 2026-01-01\n")},
            "notes/rss.md:1: slug 'notes/rss' is already taken by the feed of notes/",
            id="feed",
        ),
        pytest.param(
            {"site.yaml": "collections: [notes]", "Notes/x.md": note("X"), "notes/y.md": note("Y")},
            "notes:1: has the address '/notes', which Notes/ has already; rename the folder; or, if its texts are posts, rename its index.md to _index.md",
            id="two-collections",
        ),
        pytest.param(
            {"site.yaml": "collections: [notes]", "notes/01-g/x.md": note("X"), "notes/02-g/y.md": note("Y")},
            "notes/02-g:1: has the address '/notes/g', which notes/01-g/ has already; rename the folder; or, if its texts are posts, rename its index.md to _index.md",
            id="two-groups",
        ),
        pytest.param(
            {"static/notes": "x", "notes/index.md": note("N"), "notes/x.md": note("X")},
            "notes/index.md:1: slug 'notes' is already taken by static/notes",
            id="file",
        ),
        pytest.param(
            {"site.yaml": "collections: [notes]", "notes/!!!/x.md": note("X")},
            "notes/!!!/x.md:1: the folder '!!!' has neither a letter nor a digit; rename it",
            id="group-without-a-name",
        ),
    ],
)  # fmt: skip
def test_an_address_taken_twice_is_an_error_that_names_both(
    write: Write, faults: Faults, files: dict[str, str], fault: str
) -> None:
    write("b.md", POST)
    for name, text in files.items():
        write(name, text)
    assert fault in faults()


def test_a_collection_of_drafts_at_a_taken_address_is_a_warning(write: Write, faults: Faults, library: Read) -> None:
    write("b.md", POST)
    write("archive/index.md", note("T", "draft: true\n"))
    write("archive/x.md", note("X", "draft: true\n"))
    assert (
        "archive:1: has the address '/archive', which is reserved for the service; rename the folder; or, if its texts are posts, rename its index.md to _index.md"
        in faults()
    )
    assert library().posts, "it is served all the same"


@pytest.mark.parametrize(
    ("config", "fault"),
    [
        ("collections: [gone]", "collections: there is no folder 'gone' with notes"),
        ("collections: [pages]", "collections: the folder 'pages' has a meaning of its own, and cannot be a collection"),
        ("collections: {notes: {feed: true}}", "collections: the feed of 'notes' is empty, because none of its notes has a date"),
        ("collections: {notes: {feeds: true}}", "collections: unknown key 'feeds'; did you mean feed?"),
        ("collections: {notes: {feed: perhaps}}", "collections.notes.feed: 'perhaps' is neither true nor false"),
        ("collections: notes", "collections: give the folders: {notes: {title: Notes, "),
        ("collections: {notes: Notes}", "collections: give the folders: {notes: {title: Notes, "),
        ("collections: [[notes]]", "collections: give the folders: {notes: {title: Notes, "),
        ("collections: ['!']", "collections: '!' has neither a letter nor a digit"),
        ("collections: [Notes, notes]", "collections: 'notes' is given twice"),
    ],
)  # fmt: skip
def test_a_fault_of_site_yaml_says_what_is_allowed(write: Write, faults: Faults, config: str, fault: str) -> None:
    write("site.yaml", config)
    write("a.md", POST)
    write("notes/index.md", note("N"))
    write("notes/x.md", note("X"))
    (found,) = faults()
    assert found.startswith(f"site.yaml:1: {fault}")


def test_a_slug_names_a_note_and_no_introduction(write: Write, library: Read, faults: Faults) -> None:
    write("notes/index.md", note("N", "slug: other\n"))
    write("notes/g/x.md", note("X", "slug: y\n"))
    assert {page.slug for page in library().pages} == {"notes", "notes/g/y"}
    (fault,) = faults()
    assert fault.startswith("notes/index.md:3: slug is ignored: this text introduces /notes")


@pytest.mark.parametrize(
    "target",
    [
        "x.md", "./g/y.md#part", "../a.md", "/notes", "/notes/g", "/notes/g/", "/notes/g/y", "/Notes/G/Y#part", "/notes/x.md",
        "/notes/g/g", "/notes/rss", "/notes/feed.json", "g/g.md",
    ],
)  # fmt: skip
def test_a_link_among_notes_leads_somewhere(write: Write, faults: Faults, target: str) -> None:
    write("site.yaml", "collections: {notes: {feed: true}}")
    write("a.md", POST)
    write("notes/x.md", note("X", "date: 2026-01-01\n"))
    write("notes/g/g.md", note("G"))
    write("notes/g/y.md", note("Y", body="## Part\n\nText."))
    write("notes/z.md", note("Z", body=f"[there]({target})"))
    assert faults() == []


@pytest.mark.parametrize("target", ["/notes/gone", "/notes/rss", "/notes/h", "g/z.md", "/notes/g/y#gone"])
def test_a_dead_link_among_notes_is_a_warning(write: Write, faults: Faults, target: str) -> None:
    write("notes/index.md", note("N"))
    write("notes/g/y.md", note("Y"))
    write("notes/z.md", note("Z", body=f"[there]({target})"))
    (fault,) = faults()
    assert fault.startswith(f"notes/z.md:5: link {target!r} ")

"""Posts folder on disk: which files are texts, and which other files are found."""

import unicodedata
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from blog.content.folder import Folder
from blog.content.library import Library, Resolver
from blog.content.loader import load
from blog.errors import ContentError

Write = Callable[[str, str | bytes], Path]
Faults = Callable[[], list[str]]
Read = Callable[[], Library]

POST = "---\ntitle: Hello\ndate: 2026-03-01\n---\n\nText.\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>'


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        pytest.param("b.mdown", "rename it to 'b.md'", id="mdown"),
        pytest.param("b.MKD", "rename it to 'b.md'", id="upper-case"),
        pytest.param("pages/b.Rmd", "posts and pages are Markdown files", id="page"),
        pytest.param("2026/b.rst", "posts and pages are Markdown files", id="another-markup"),
    ],
)
def test_a_text_that_is_not_read_is_said_with_what_to_do(write: Write, faults: Faults, name: str, advice: str) -> None:
    write("a.md", POST)
    write(name, POST)
    (fault,) = faults()
    assert fault.startswith(f"{name}:1: is not read: ")
    assert advice in fault


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("b.MD", "/blog/b"),
        ("b.markdown", "/blog/b"),
        ("b.Mdx", "/blog/b"),
        ("2026/b.md", "/blog/b"),
        ("_posts/2026-03-01-b.md", "/blog/b"),
        ("category/_posts/2026-03-01-b.md", "/blog/b"),
        ("linux/kernel/2026/03-01-b.md", "/blog/b"),
        ("b/index.md", "/blog/b"),
        ("2026-03-01-b/index.markdown", "/blog/b"),
        ("pages/b/c.md", "/b/c"),
        ("pages/b/Index.MD", "/b"),
    ],
)
def test_a_text_is_read_in_any_folder(write: Write, faults: Faults, library: Read, name: str, url: str) -> None:
    write("a.md", POST)
    write(name, POST)
    assert faults() == []
    assert sorted(text.url for text in library().texts) == sorted(["/blog/a", url])


def test_a_folder_named_pages_in_upper_case_has_posts_and_is_said(write: Write, faults: Faults) -> None:
    write("Pages/b.md", POST)
    assert faults() == ["Pages:1: is read as a folder of posts; rename it to 'pages' if its texts are pages"]


def test_the_files_of_a_bundle_are_those_beside_its_index(write: Write, faults: Faults, library: Read) -> None:
    write("trip/index.md", POST + "\n![x](a.svg) ![y](./maps/b.svg) [c](../c.md)\n")
    write("trip/a.svg", SVG)
    write("trip/maps/b.svg", SVG)
    write("c.md", POST + "\n[trip](trip/index.md)\n")
    assert faults() == []
    assert sorted(map(str, library().files)) == ["trip/a.svg", "trip/maps/b.svg"]


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [("../c.mdx", "/blog/c"), ("../c", "/blog/c"), ("../d/", "/blog/d"), ("../d", "/blog/d"), ("../d/index.md", "/blog/d"),
     ("../d/#part", "/blog/d#part"), (".", "/blog/b")],
)  # fmt: skip
def test_a_link_may_name_a_folder_or_leave_the_extension_out(
    write: Write, faults: Faults, library: Read, link: str, leads_to: str
) -> None:
    write("b/index.md", POST + f"\n[x]({link})\n")
    write("c.mdx", POST)
    write("d/index.md", POST + "\n## Part\n")
    assert faults() == []
    read = library()
    (post,) = (post for post in read.posts if post.slug == "b")
    assert Resolver(read).url(post, link) == leads_to


def test_a_folder_that_is_a_link_within_the_folder_is_read_once(folder: Path, write: Write, faults: Faults) -> None:
    write("..data/pages/about.md", POST)
    (folder / "pages").symlink_to("..data/pages")
    write("real/b.md", POST)
    (folder / "same").symlink_to("real")
    (folder / "real/loop").symlink_to("..")
    assert faults() == [
        "real/loop:1: is the same folder as ., which is read already",
        "same:1: is the same folder as real, which is read already",
    ]


@pytest.mark.parametrize("name", ["_index.md", "2026/_index.fr.md"])
def test_a_file_that_describes_its_folder_is_no_text(write: Write, faults: Faults, library: Read, name: str) -> None:
    write("2026/a.md", POST)
    write(name, "+++\ntitle = 'All'\n+++\n")
    assert faults() == []
    assert len(library().texts) == 1


@pytest.mark.parametrize("name", ["a.rst", "2026/a.mkd", "pages/a.adoc"])
def test_a_folder_with_texts_of_which_none_is_read_is_an_error(folder: Path, write: Write, name: str) -> None:
    write(name, POST)
    with pytest.raises(ContentError):
        load(folder)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        pytest.param({}, ".:1: has no published text, so the site is empty", id="nothing"),
        pytest.param({"_index.md": POST}, ".:1: has no published text, so the site is empty", id="section"),
        pytest.param({"a.txt": "words"}, ".:1: has no published text, so the site is empty", id="no-text"),
        pytest.param(
            {"a.md": POST.replace("date", "draft: true\ndate")},
            ".:1: has no published text, so the site is empty: 1 draft",
            id="draft",
        ),
    ],
)
def test_an_empty_site_is_said(write: Write, faults: Faults, files: dict[str, str], said: str) -> None:
    for name, text in files.items():
        write(name, text)
    assert faults() == [said]


@pytest.mark.parametrize("name", ["README.md", "readme.MD", "pages/README.md", "images/Readme.markdown"])
def test_a_readme_is_skipped_in_silence(write: Write, faults: Faults, library: Read, name: str) -> None:
    write("a.md", POST)
    write(name, "# For people\n")
    assert faults() == []
    assert [text.slug for text in library().texts] == ["a"]


def test_a_post_whose_name_begins_like_readme_is_read(write: Write, library: Read) -> None:
    write("readme-driven-development.md", POST)
    assert [text.slug for text in library().texts] == ["readme-driven-development"]


@pytest.mark.parametrize("disk", ["NFC", "NFD"])
@pytest.mark.parametrize("link", ["NFC", "NFD"])
def test_names_are_compared_in_one_unicode_form(
    write: Write, library: Read, faults: Faults, disk: str, link: str
) -> None:
    def named(form: str, name: str) -> str:
        return unicodedata.normalize(form, name)  # type: ignore[arg-type]

    write(named(disk, "café.md"), POST)
    write(named(disk, "bilder ü/größe.svg"), SVG)
    write("b.md", POST + f"\n[x]({named(link, 'café.md')}) ![x](<{named(link, 'bilder ü/größe.svg')}>)\n")
    assert faults() == []
    assert list(library().files) == [PurePosixPath(named("NFC", "bilder ü/größe.svg"))]
    assert [text.slug for text in library().texts] == ["b", named("NFC", "café")]


def test_two_names_that_differ_only_in_unicode_form_are_said(write: Write, faults: Faults) -> None:
    for form in ("NFC", "NFD"):
        write(unicodedata.normalize(form, "café.md"), POST)
    assert any("in another Unicode form" in fault for fault in faults())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("f.html", ".html files are not served: they could run script", id="html"),
        pytest.param("f.xsl", ".xsl files are not served: they could run script", id="xsl"),
        pytest.param("f.exe", ".exe files are not served: their media type is not known", id="unknown"),
        pytest.param("Makefile", "files without an extension are not served", id="no-extension"),
        pytest.param("f.zip", "it has 16.0 MiB; 16.0 MiB is the most a file may have", id="too-large"),
    ],
)
def test_a_file_that_is_there_and_not_served_is_said_with_the_reason(
    write: Write, faults: Faults, name: str, reason: str
) -> None:
    write("a.md", POST + f"\n[x]({name})\n")
    write(name, "x" * (16 * 1024 * 1024 + 1) if name.endswith(".zip") else "x")
    assert any(f"link {name!r} is beside the post, but {reason}" in fault for fault in faults())


@pytest.mark.parametrize(
    "name", ["f.mp3", "f.OGG", "f.vtt", "f.srt", "f.epub", "f.ics", "f.patch", "f.tar.gz", "f.yaml"]
)
def test_the_files_that_people_link_are_served(write: Write, faults: Faults, library: Read, name: str) -> None:
    write("a.md", POST + f"\n[x]({name})\n")
    write(name, "x")
    assert faults() == []
    assert list(library().files) == [PurePosixPath(name)]


def test_an_svg_whose_entities_contain_entities_is_not_served(write: Write, faults: Faults, library: Read) -> None:
    write("a.md", POST + "\n[x](f.svg)\n")
    write("f.svg", '<!DOCTYPE svg [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><svg>&c;</svg>')
    assert any("'f.svg' is beside the post, but it is not served" in fault for fault in faults())


def test_a_picture_without_a_size_is_served_without_width_and_height(write: Write, library: Read) -> None:
    write("a.md", POST + "\n![x](f.svg)\n")
    write("f.svg", "<svg/>")
    (file,) = library().files.values()
    assert (file.width, file.height) == (0, 0)


def test_a_folder_that_is_missing_has_no_files(tmp_path: Path) -> None:
    assert not Folder(tmp_path).is_there(PurePosixPath("größe/a.svg"))

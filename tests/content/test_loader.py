"""Loading a posts folder: which files are read or refused, and the faults that are reported."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from blog.content import markdown
from blog.content.document import Dialect, Document
from blog.content.extensions import DEFAULT, Extensions
from blog.content.library import Library
from blog.content.loader import ParsedTexts, load
from blog.errors import ContentError, Severity

Write = Callable[[str, str | bytes], Path]
Faults = Callable[[], list[str]]
Read = Callable[[], Library]

POST = "---\ntitle: Hello\ndate: 2026-03-01\n---\n\nText.\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>'


def slugs(library: Library) -> list[str]:
    return [text.slug for text in library.texts]


def test_posts_pages_and_drafts_are_separated(write: Write, library: Read) -> None:
    write("a.md", POST)
    write("b.md", POST.replace("date", "draft: true\ndate"))
    write("pages/about.md", "---\ntitle: About\n---\n")
    write("site.yaml", "title: Notes")
    read = library()
    assert [post.slug for post in read.posts] == ["a"]
    assert [page.slug for page in read.pages] == ["about"]
    assert [draft.slug for draft in read.drafts] == ["b"]
    assert read.config.title == "Notes"


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="there is no such folder"):
        load(tmp_path / "nowhere")


def test_an_empty_folder_gives_no_texts(library: Read) -> None:
    assert library().texts == ()


def test_windows_line_ends_and_a_byte_order_mark_are_read(write: Write, library: Read) -> None:
    write("a.md", b"\xef\xbb\xbf" + POST.replace("\n", "\r\n").encode())
    write("b.md", POST.replace("\n", "\r"))
    posts = library().posts
    assert [post.document.markup for post in posts] == ["<p>Text.</p>\n"] * 2
    assert [post.source for post in posts] == [POST] * 2


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param("Hello", "a.md:1: date is missing: give a date in front matter between", id="no-front-matter"),
        pytest.param("---\ntitle: x", "a.md:1: the front matter is not closed", id="open-front-matter"),
        pytest.param(POST.encode() + b"two\n\xff", "a.md:8: is not UTF-8: byte 0xff at offset", id="not-utf-8"),
        pytest.param(
            "---\ntitle: x\ndat: 2026-03-01\n---\n", "a.md:3: unknown key 'dat'; did you mean date?", id="key"
        ),
        pytest.param(b"\xff\xfe" + POST.encode("utf-16-le"), "a.md:1: is not UTF-8", id="utf-16"),
    ],
)
def test_a_fault_of_a_file_is_reported_with_its_line(
    write: Write, faults: Faults, content: str | bytes, fault: str
) -> None:
    write("a.md", content)
    assert any(line.startswith(fault) for line in faults())


@pytest.mark.parametrize("content", ["", " \n\t\n", "\ufeff", "\u200b\n", "\u00a0"])
@pytest.mark.parametrize("name", ["b.md", "pages/b.md", "notes/b.md", "notes/index.md", "b/index.mdx"])
def test_an_empty_file_is_left_out_with_a_warning(
    write: Write, faults: Faults, library: Read, name: str, content: str
) -> None:
    write("a.md", POST)
    write("notes/index.md", "---\ntitle: Notes\n---\n")
    write("notes/x.md", "# X\n")
    write(name, content)
    assert faults() == [f"{name}:1: is empty, and is left out"]
    assert {str(text.file) for text in library().texts} == {"a.md", "notes/index.md", "notes/x.md"} - {name}


@pytest.mark.parametrize("name", ["b/part.md", "b/more/part.mdx", "b/day/index.md"])
def test_a_text_in_the_folder_of_a_post_is_none_without_a_date(
    write: Write, faults: Faults, library: Read, name: str
) -> None:
    write("b/index.md", POST)
    write("b/2026-01-02-other.md", "# Other\n")
    write("b/dated.md", POST)
    write(name, "---\ntitle: Part\n---\nA part.\n")
    (fault,) = faults()
    assert fault.startswith(f"{name}:1: is not read: it lies in the folder of b/index.md")
    assert {str(text.file) for text in library().texts} == {"b/index.md", "b/dated.md", "b/2026-01-02-other.md"}


def test_the_texts_of_pages_and_collections_are_no_parts_of_a_post(write: Write, faults: Faults, library: Read) -> None:
    for name in ("pages/guide/index.md", "pages/guide/setup.md", "notes/index.md", "notes/a/index.md", "notes/a/b.md"):
        write(name, "---\ntitle: T\n---\n")
    assert not [fault for fault in faults() if "is not read" in fault]
    assert len(library().texts) == 5


def test_the_faults_of_all_files_are_reported_together(write: Write, faults: Faults) -> None:
    write("a.md", "")
    write("b.md", "x")
    write("site.yaml", "title: [x")
    assert [line.partition(":")[0] for line in faults()] == ["a.md", "b.md", "site.yaml"]


def test_a_20_megabyte_post_is_refused_quickly(write: Write, faults: Faults) -> None:
    write("a.md", POST + "x" * 20 * 1024 * 1024)
    started = time.monotonic()
    assert faults() == ["a.md:1: has 20.0 MiB; 512 KiB is the most a file may have"]
    assert time.monotonic() - started < 1


def test_a_post_that_is_a_link_out_of_the_folder_is_refused(write: Write, faults: Faults, folder: Path) -> None:
    (folder.parent / "secret.md").write_text(POST)
    (folder / "a.md").symlink_to("../secret.md")
    assert faults() == ["a.md:1: is a link out of the posts folder; such links are not followed"]


def test_a_picture_that_is_a_link_out_of_the_folder_is_refused(write: Write, faults: Faults, folder: Path) -> None:
    (folder.parent / "secret.svg").write_text(SVG)
    (folder / "a.svg").symlink_to("../secret.svg")
    write("a.md", POST + "\n![x](a.svg)\n")
    assert "a.svg:1: is a link out of the posts folder; such links are not followed" in faults()


def test_a_subfolder_that_is_a_link_out_of_the_folder_is_refused(write: Write, faults: Faults, folder: Path) -> None:
    (folder.parent / "elsewhere").mkdir()
    write("a.md", POST)
    (folder / "images").symlink_to("../elsewhere")
    assert faults() == ["images:1: is a link out of the posts folder; such links are not followed"]


def test_links_within_the_folder_are_followed_as_in_a_mounted_configmap(
    folder: Path, write: Write, library: Read
) -> None:
    write("..2026_03_01/a.md", POST + "\n![x](a.svg)\n")
    write("..2026_03_01/a.svg", SVG)
    write("..2026_03_01/site.yaml", "title: Mounted")
    (folder / "..data").symlink_to("..2026_03_01")
    for name in ("a.md", "a.svg", "site.yaml"):
        (folder / name).symlink_to(f"..data/{name}")
    read = library()
    assert (slugs(read), len(read.files), read.config.title) == (["a"], 1, "Mounted")


def test_the_folder_itself_may_be_a_link(folder: Path, write: Write, tmp_path: Path) -> None:
    write("a.md", POST)
    (tmp_path / "link").symlink_to("posts")
    assert slugs(load(tmp_path / "link").library) == ["a"]


@pytest.mark.parametrize("name", ["a.md", "site.yaml"])
def test_a_fifo_does_not_block_the_start(folder: Path, faults: Faults, name: str) -> None:
    os.mkfifo(folder / name)
    assert faults() == [f"{name}:1: is not a regular file"]


def test_a_broken_link_is_reported(folder: Path, faults: Faults) -> None:
    (folder / "a.md").symlink_to("gone.md")
    assert faults() == ["a.md:1: cannot be read: No such file or directory"]


def test_a_loop_of_links_is_reported(folder: Path, faults: Faults) -> None:
    (folder / "a.md").symlink_to("b.md")
    (folder / "b.md").symlink_to("a.md")
    assert [line.partition(": cannot be read")[0] for line in faults()] == ["a.md:1", "b.md:1"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
@pytest.mark.parametrize("name", ["a.md", "pages"])
def test_a_file_or_folder_without_read_permission_is_reported(
    write: Write, faults: Faults, folder: Path, name: str
) -> None:
    write("a.md", POST)
    write("pages/about.md", "---\ntitle: About\n---\n")
    (folder / name).chmod(0)
    found = faults()
    (folder / name).chmod(0o755)
    assert found == [f"{name}:1: cannot be read: Permission denied"]


def test_a_picture_whose_name_is_too_long_is_reported_as_missing(write: Write, faults: Faults) -> None:
    name = "x" * 300
    write("a.md", POST + f"\n![x]({name}.svg)\n")
    assert faults()[0].startswith(f"a.md:8: image '{name}.svg' is not a picture")


@pytest.mark.parametrize(
    "target", ["a%00.svg", "../secret.svg", "%2Fetc%2Fsecret.svg", "..%2F..%2Fsecret.svg", "/etc/x.svg"]
)
def test_a_picture_outside_the_folder_is_reported_as_missing(
    write: Write, faults: Faults, folder: Path, target: str
) -> None:
    (folder.parent / "secret.svg").write_text(SVG)
    write("a.md", POST + f"\n![x]({target})\n")
    assert [line.partition(" '")[0] for line in faults()] == ["a.md:8: image"]


def test_a_file_that_is_not_the_picture_it_is_named_is_reported(write: Write, faults: Faults) -> None:
    write("a.md", POST + "\n![x](a.png)\n")
    write("a.png", "hello")
    assert any(line.startswith("a.png:1: is not a picture with a width") for line in faults())


def test_only_files_that_a_text_refers_to_are_read(write: Write, library: Read) -> None:
    write("a.md", POST + "\n![x](a.svg) [data](b.txt)\n")
    for name in ("a.svg", "b.txt", "private.txt"):
        write(name, SVG)
    assert sorted(map(str, library().files)) == ["a.svg", "b.txt"]


@pytest.mark.parametrize("name", [".hidden.md", "_draft.md", ".git/a.md", "_old/a.md", "a.txt", "README"])
def test_hidden_files_and_files_other_than_markdown_are_skipped(
    write: Write, faults: Faults, library: Read, name: str
) -> None:
    write("a.md", POST)
    write(name, "no front matter")
    assert faults() == []
    assert len(library().texts) == 1


def test_texts_are_read_in_a_stable_order(write: Write, library: Read) -> None:
    for name in ("c", "a", "b"):
        write(f"{name}.md", POST)
    assert slugs(library()) == ["a", "b", "c"]


def test_an_unchanged_text_is_not_parsed_again(write: Write, folder: Path) -> None:
    parsed: ParsedTexts = {}
    write("a.md", POST)
    write("b.md", POST)
    first = load(folder, parsed).library
    write("b.md", POST.replace("Text", "Other"))
    second = load(folder, parsed).library
    assert second.posts[0] is first.posts[0]
    assert "Other" in second.posts[1].document.markup
    assert len(parsed) == 2


def test_quotes_that_are_nested_too_deeply_are_reported(write: Write, faults: Faults) -> None:
    write("a.md", POST + "> " * 20_000 + "x")
    assert faults() == ["a.md:7: blocks are nested more than 50 deep; what is deeper is shown as text"]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(os.mkfifo, id="fifo"),
        pytest.param(lambda path: path.symlink_to("gone"), id="broken-link"),
        pytest.param(lambda path: path.symlink_to(path.name), id="loop"),
        pytest.param(lambda path: path.symlink_to("/etc/passwd"), id="link-out-of-the-folder"),
        pytest.param(lambda path: path.write_text(POST + "x" * 600_000), id="too-large"),
    ],
)
def test_a_text_that_cannot_be_read_ends_a_start_only_if_there_is_no_other(
    folder: Path, write: Write, damage: Callable[[Path], object]
) -> None:
    damage(folder / "bad.md")
    with pytest.raises(ContentError) as caught:
        load(folder)
    assert [fault.severity for fault in caught.value.faults] == [Severity.ERROR]
    write("good.md", POST)
    loaded = load(folder)
    assert slugs(loaded.library) == ["good"]
    assert [(fault.file.name, fault.severity) for fault in loaded.warnings] == [("bad.md", Severity.WARNING)]


@pytest.mark.parametrize(
    ("body", "line"), [(b"caf\xe9\n", 6), (b"x\r\n\r\ncaf\xe9\r\n", 8), (b"\xc3\n\xff", 6), (b"\xed\xa0\x80", 6)]
)
def test_a_body_that_is_not_utf_8_is_served_with_a_replacement_and_a_warning(
    folder: Path, write: Write, body: bytes, line: int
) -> None:
    write("a.md", POST.replace("Text.\n", "").encode() + body)
    loaded = load(folder)
    (fault,) = loaded.warnings
    assert (fault.line, fault.problem.partition(":")[0]) == (line, "is not UTF-8")
    assert "\ufffd" in loaded.library.posts[0].document.markup
    assert "\ufffd" in loaded.library.posts[0].source


@pytest.mark.parametrize("content", [b"---\ntitle: caf\xe9\ndate: 2026-03-01\n---\n", POST.encode("utf-16")])
def test_front_matter_that_is_not_utf_8_is_an_error(folder: Path, write: Write, content: bytes) -> None:
    write("a.md", content)
    with pytest.raises(ContentError, match="error: ") as caught:
        load(folder)
    assert any(fault.problem.startswith("is not UTF-8") for fault in caught.value.faults)


@pytest.mark.parametrize(
    "character", ["\0", "\x07", "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\x9b", "\ufffe", "\uffff"]
)
def test_a_control_character_in_a_body_is_replaced_with_a_warning(folder: Path, write: Write, character: str) -> None:
    write("a.md", POST + f"\nfine\n\na{character}b\n\n```\n{character}\n```\n")
    loaded = load(folder)
    (fault,) = loaded.warnings
    assert fault.line == 10
    assert f"U+{ord(character):04X}" in fault.problem
    post = loaded.library.posts[0]
    assert character not in post.document.markup + post.source + post.description


@pytest.mark.parametrize("draft", [False, True])
def test_a_text_that_the_parser_fails_on_is_named(folder: Path, write: Write, *, draft: bool) -> None:
    def fails(body: str, title: str, _dialect: Dialect, _extensions: Extensions = DEFAULT) -> Document:
        if title == "Bad":
            raise KeyError(body)
        return markdown.parse(body, title)

    write("good.md", POST)
    write("bad.md", POST.replace("Hello", "Bad\ndraft: true" if draft else "Bad"))
    try:
        faults = load(folder, parse=fails).warnings
    except ContentError as problem:
        faults = problem.faults
    (fault,) = faults
    assert fault.problem.startswith("cannot be parsed (KeyError: ")
    assert (fault.file.name, fault.severity) == ("bad.md", Severity.WARNING if draft else Severity.ERROR)


def test_the_texts_are_counted_whether_they_can_be_read_or_not(folder: Path, write: Write) -> None:
    write("a.md", POST)
    write("b.md", POST.replace("date", "draft: true\ndate"))
    os.mkfifo(folder / "c.md")
    assert load(folder).texts == 3


@pytest.mark.parametrize("text", ["titel: x", "title: x\nlinks: [{title: A, url: /a, rel: me}]"])
def test_an_unknown_key_of_the_site_is_a_warning(folder: Path, write: Write, text: str) -> None:
    write("a.md", POST)
    write("site.yaml", text)
    (fault,) = load(folder).warnings
    assert fault.file.name == "site.yaml"


@pytest.mark.parametrize(
    "script",
    ["<script>x()</script>", '<g\nonclick = "x()"/>', "<svg:SCRIPT/>", '<a href="JavaScript:x()"/>'],
    ids=["element", "attribute", "prefix", "address"],
)
def test_a_script_in_an_svg_is_a_warning_on_its_line(
    write: Callable[[str, str | bytes], Path], faults: Callable[[], list[str]], script: str
) -> None:
    write(
        "a.svg",
        f'<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5">\n<desc>on = off</desc>\n{script}\n</svg>',
    )
    write("a.md", "---\ntitle: A\ndate: 2026-03-01\n---\n![x](a.svg)\n")
    line = 4 if "\n" in script else 3
    assert faults() == [
        f"a.svg:{line}: contains a script, which is not run: SVGs are served under a policy without any"
    ]


def test_what_is_no_error_stays_a_warning_beside_one(write: Write, folder: Path) -> None:
    write("a.md", "---\ntitle: T\ndate: soon\nlayout: post\norder: first\n---\n")
    with pytest.raises(ContentError) as caught:
        load(folder)
    assert [(fault.line, fault.severity.value) for fault in caught.value.faults] == [
        (3, "error"), (4, "warning"), (5, "warning"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["index.md", "INDEX.markdown"])
def test_a_home_page_is_not_read(write: Write, faults: Faults, name: str) -> None:
    write("a.md", POST)
    write(name, "# Home\n")
    assert faults() == [
        f"{name}:1: is not read: it would be the home page, which the service makes itself; give it a date or a name"
    ]


def test_packages_of_node_are_not_read(write: Write, faults: Faults) -> None:
    write("a.md", POST)
    write("node_modules/x/guide.md", "# Guide\n")
    assert faults() == []

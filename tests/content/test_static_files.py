"""Files of static/: which are served, as what, and what is said of the others."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blog import urls
from blog.build.builder import render
from blog.build.encodings import Encoder
from blog.content.library import Library
from blog.content.loader import load
from blog.content.site import site_at
from blog.errors import ContentError
from blog.render.theme import Theme
from blog.settings import Settings
from tests.conftest import TEMPLATES

Write = Callable[[str, str | bytes], Path]
Faults = Callable[[], list[str]]
Read = Callable[[], Library]

POST = "---\ntitle: Hello\ndate: 2026-03-01\n---\n{}\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>'


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("robots.txt", "Sitemap: https://b.example/sitemap.xml", "text/plain; charset=utf-8"),
        ("favicon.ico", "icon", "image/x-icon"),
        ("keybase.txt", "proof", "text/plain; charset=utf-8"),
        ("images/deep/er/x.svg", SVG, "image/svg+xml"),
        ("google1234.html", "google-site-verification: google1234.html", "text/html; charset=utf-8"),
        ("BingSiteAuth.xml", "<users/>", "application/xml"),
        (".well-known/security.txt", "Contact: mailto:a@b.example", "text/plain; charset=utf-8"),
        (".well-known/matrix/server", '{"m.server": "b.example:443"}', "application/json"),
        (".well-known/acme-challenge/token", "token.thumb", "text/plain; charset=utf-8"),
        (".well-known/com.apple.remotemanagement", "{}", "application/json"),
        (".well-known/number", "42", "text/plain; charset=utf-8"),
        (".well-known/binary", b"\xff\xfe\x00", "application/octet-stream"),
        ("images/_DSC0001.svg", SVG, "image/svg+xml"),
    ],
)
def test_a_file_is_served_with_its_media_type(
    write: Write, faults: Faults, library: Read, name: str, content: str | bytes, media_type: str
) -> None:
    write("a.md", POST)
    write(f"static/{name}", content)
    assert faults() == []
    assert {address: file.media_type for address, file in library().static.items()} == {f"/{name}": media_type}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("app.js", "x", ".js files are not served"),
        ("nested/page.html", "x", ".html files could run script"),
        ("large.html", "x" * 4097, "up to 4 KiB"),
        (".well-known/page.html", "x", ".html files could run script"),
        ("site.css", "x", ".css files are not served"),
        ("x.unknown", "x", ".unknown files are not served"),
        ("CNAME", "b.example", "files without an extension are not served"),
        ("lost.md", "# Lost", "is not read"),
        ("blog/lost.markdown", "# Lost", "is not read"),
        ("bomb.svg", '<!DOCTYPE svg [<!ENTITY a "&b;"><!ENTITY b "x">]>' + SVG, "is not served"),
    ],
)
def test_a_file_that_is_not_served_is_said(
    write: Write, faults: Faults, library: Read, name: str, content: str, said: str
) -> None:
    write("a.md", POST)
    write(f"static/{name}", content)
    assert [(line.startswith(f"static/{name}:1: "), said in line) for line in faults()] == [(True, True)]
    assert not library().static


@pytest.mark.parametrize(
    "name", [".env", ".git/config", "x.txt~", ".x.txt.swp", "#x.txt#", ".well-known/.x", "images/.well-known/x.txt"]
)
def test_hidden_files_and_those_of_editors_are_not_served(
    write: Write, faults: Faults, library: Read, name: str
) -> None:
    write("a.md", POST)
    write(f"static/{name}", "secret")
    assert not library().static
    assert faults() == []


def test_links_out_of_the_folder_are_not_served(write: Write, faults: Faults, library: Read, tmp_path: Path) -> None:
    write("a.md", POST)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.txt").write_text("secret")
    place = write("static/ok.txt", "ok").parent
    (place / "file.txt").symlink_to(tmp_path / "outside/secret.txt")
    (place / "folder").symlink_to(tmp_path / "outside")
    (place / "loop").symlink_to(place)
    (place / "inside").mkdir()
    assert list(library().static) == ["/ok.txt"]
    assert [line.partition(":")[0] for line in faults()] == ["static/file.txt", "static/folder", "static/loop"]


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("secret.txt", "draft.md"),
        ("secret.png", "images/todo.png"),
        ("images", "images"),
        ("robots.txt", "draft.md"),
    ],
)
def test_a_link_to_a_draft_or_its_file_is_not_served_before_the_draft_is(
    write: Write, faults: Faults, library: Read, folder: Path, link: str, target: str
) -> None:
    write("a.md", POST.format(""))
    write("images/todo.png", b"picture")
    draft = POST.replace("---\n{}", "draft: true\n---\n![Todo](images/todo.png)\n")
    write("draft.md", draft)
    write("static/plain.txt", "words")
    (folder / "static" / link).symlink_to(folder / target)
    assert served(library()) == ["/plain.txt"]
    assert len([line for line in faults() if line.startswith(f"static/{link}") and "of a draft" in line]) == 1
    write("draft.md", draft.replace("draft: true\n", ""))
    assert len(served(library())) == 2


def test_a_link_to_a_file_of_a_scheduled_post_is_served_when_the_post_is(
    write: Write, library: Read, faults: Faults, folder: Path
) -> None:
    write("a.md", POST.format(""))
    write("later.md", POST.format("[k](report.txt)").replace("2026-03-01", "2999-03-01"))
    write("report.txt", "Everything.")
    (folder / "static").mkdir()
    (folder / "static/report.txt").symlink_to("../report.txt")
    assert served(library()) == []
    assert served(library(), datetime(3000, 1, 1, tzinfo=UTC)) == ["/report.txt"]
    assert faults() == []


def test_a_link_to_a_file_that_no_text_refers_to_is_served(write: Write, library: Read, folder: Path) -> None:
    write("a.md", POST.format(""))
    write("files/keybase.txt", "proof")
    write("README.md", "words")
    (folder / "static").mkdir()
    (folder / "static/keybase.txt").symlink_to("../files/keybase.txt")
    (folder / "static/readme.txt").symlink_to("../README.md")
    assert served(library()) == ["/keybase.txt", "/readme.txt"]


def served(library: Library, moment: datetime = datetime(2026, 6, 1, tzinfo=UTC)) -> list[str]:
    """The addresses of static files that a site serves at a moment."""
    theme = Theme(TEMPLATES)
    edition = render(library, site_at(library, moment), theme, Settings(), Encoder(lambda *_: {}))
    return sorted(path for path, page in edition.pages.items() if page.route == urls.STATIC_ROUTE)


@pytest.mark.parametrize("robots", ["User-agent: *\nDisallow:\n", "# Sitemap: x", "Sitemap:", ""])
def test_robots_without_a_sitemap_is_a_warning(write: Write, faults: Faults, robots: str) -> None:
    write("a.md", POST)
    write("static/robots.txt", robots)
    assert faults() == ["static/robots.txt:1: has no Sitemap: line, so crawlers do not learn of /sitemap.xml"]


@pytest.mark.parametrize("name", ["rss", "RSS", "api/x.json", "feed.json", "sitemap.xml", "assets/x.txt", "blog/tag/x"])
def test_a_file_at_an_address_of_the_service_is_an_error(write: Write, folder: Path, name: str) -> None:
    write("a.md", POST)
    write(f"static/{name}", "{}")
    with pytest.raises(ContentError, match=f"static/{name}:1: .*reserved for the service"):
        load(folder)


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("pages/about.md", "about"),
        ("a.md", "blog/a"),
        ("old.md", "old/x.txt"),
        ("old.md", "Old/X.txt"),
    ],
)
def test_a_file_at_the_address_of_a_text_is_an_error_that_names_both(
    write: Write, folder: Path, text: str, file: str
) -> None:
    write(text, POST.replace("---\n{}", "aliases: [/old/x.txt]\n---\n{}") if text == "old.md" else POST)
    write(f"static/{file}", "x")
    with pytest.raises(ContentError, match=rf"{text}:\d+: .*is already taken by static/{file}"):
        load(folder)


def test_links_and_pictures_of_static_files_are_known(write: Write, faults: Faults, library: Read) -> None:
    write("static/images/x.svg", SVG)
    write("static/images/Größe 1.svg", SVG)
    write("static/.well-known/security.txt", "Contact: x")
    write("a.md", POST.format("[k](/.well-known/security.txt) [p](/images/x.svg) ![P](/images/x.svg)"))
    write("b.md", POST.format("[k](/images/Größe%201.svg) ![P](/images/Größe%201.svg)"))
    assert faults() == []
    assert sorted(map(str, library().files)) == ["static/images/Größe 1.svg", "static/images/x.svg"]


def test_the_files_beside_texts_are_counted_once_each(write: Write, library: Read) -> None:
    write("static/images/x.svg", SVG)
    write("static/y.txt", "12345")
    write("z.txt", "123")
    write("unreferenced.txt", "12345678")
    write("a.md", POST.format("![P](/images/x.svg) [z](z.txt)"))
    assert sorted(library().file_sizes) == [
        ("image/svg+xml", len(SVG)),
        ("text/plain; charset=utf-8", 3),
        ("text/plain; charset=utf-8", 5),
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("![P](/images/gone.svg)", "is not a picture beside the post"),
        ("![P](/../a.svg)", "is not a picture beside the post"),
        ("[k](/images/gone.svg)", "leads nowhere on this site"),
        ("![P](/app.js)", "is in static/, but .js files are not served"),
    ],
)
def test_a_dead_reference_to_a_static_file_is_said(write: Write, faults: Faults, body: str, said: str) -> None:
    write("static/app.js", "x")
    write("a.svg", SVG)
    write("a.md", POST.format(body))
    assert [said in line for line in faults() if line.startswith("a.md:5: ")] == [True]


@pytest.mark.parametrize(
    ("audio", "said"),
    [
        ("talk.mp3", []),
        ("/talk.OGG", []),
        ("gone.mp3", ["a.md:4: audio 'gone.mp3' names no file beside the post"]),
        ("/gone.mp3", ["a.md:4: audio '/gone.mp3' names no file beside the post"]),
        ("talk.pdf", ["a.md:4: audio 'talk.pdf' is not audio (mp3, m4a, aac, ogg, oga, opus, wav, flac, weba)"]),
        ("https://cdn.example/a.mp3", ["a.md:4: audio 'https://cdn.example/a.mp3' is on another site"]),
        ("talk.js", ["a.md:4: audio 'talk.js' is beside the post, but .js files are not served"]),
    ],
)
def test_what_is_wrong_with_a_recording_is_said(write: Write, faults: Faults, audio: str, said: list[str]) -> None:
    for name in ("talk.mp3", "static/talk.OGG", "talk.pdf", "talk.js"):
        write(name, b"ID3\0")
    write("a.md", POST.replace("---\n{}", f"audio: {audio}\n---\n"))
    assert [line[: len(start)] for line, start in zip(faults(), said, strict=True)] == said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<!doctype html><title>404</title>", "is text"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is text"),
        ("Grüße " * 400, "is text"),
        ("", "is empty"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"\x89PNG\r\n\x1a\n", "is a PNG"),
        (b"PK\x03\x04", "is a ZIP"),
        (b"ID3\x04\x00\x00\x00", ""),
        (b"\xff\xfb\x90\x64", ""),
        (bytes(2000) + b"\xff\xfb", ""),
        (b"RIFF\x24\x00\x00\x00WAVE", ""),
        (b"OggS\x00\x02", ""),
        (b"fLaC\x00\x00\x00\x22", ""),
        (b"\x00\x00\x00\x20ftypM4A ", ""),
    ],
)
def test_a_recording_whose_content_is_no_audio_is_a_warning(
    write: Write, faults: Faults, body: str | bytes, said: str
) -> None:
    write("talk.mp3", body)
    write("a.md", POST.replace("---\n{}", "audio: talk.mp3\n---\n"))
    expected = [f"a.md:4: audio 'talk.mp3' {said}, whatever its name says; players cannot play it"] if said else []
    assert faults() == expected

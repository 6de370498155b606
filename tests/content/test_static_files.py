"""Files of static/: which are served, as what, and what is said of the others."""

from collections.abc import Callable
from pathlib import Path

import pytest

from blog.content.library import Library
from blog.content.loader import load
from blog.errors import ContentError

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

"""Files of static/ and recordings, as a server answers for them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from tests.conftest import Process, Serve

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>'
FILES: Mapping[str, str | bytes] = {
    "a.md": (
        "---\ntitle: A\ndate: 2026-03-01\ntags: [T]\naudio: talk.mp3\nimage: /images/card.jpg\n---\n"
        "![P](/images/x.svg) [p](/images/x.svg)\n"
    ),
    "b.md": "---\ntitle: B\ndate: 2026-02-01\n---\nText.\n",
    "talk.mp3": b"ID3\0" * 100,
    "static/robots.txt": "User-agent: x\nSitemap: https://b.example/sitemap.xml\n",
    "static/llms.txt": "mine",
    "static/images/x.svg": SVG,
    "static/images/card.jpg": b"\xff\xd8\xff",
    "static/google12.html": "google-site-verification",
    "static/.well-known/nodeinfo": '{"links": []}',
    "static/.env": "secret",
}


@pytest.fixture
def process(tmp_path: Path, serve: "Serve") -> "Process":
    for name, content in FILES.items():
        path = tmp_path / "posts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return serve(tmp_path / "posts", BLOG_BASE_URL="https://b.example").wait_until_ready()


def _by_name(document: ET.Element, name: str) -> list[dict[str, str]]:
    return [element.attrib for element in document.iter(name)]


def test_static_files_are_served_at_the_root(process: "Process") -> None:
    robots = process.get("/robots.txt")
    assert robots.body.startswith(b"User-agent: x")
    assert robots.headers["cache-control"].startswith("public, max-age=60,")
    assert robots.headers["x-content-type-options"] == "nosniff"
    assert process.get("/robots.txt", headers={"if-none-match": robots.headers["etag"]}).status == 304
    part = process.get("/robots.txt", headers={"range": "bytes=0-3"})
    assert (part.status, part.body) == (206, b"User")
    assert process.get("/llms.txt").body == b"mine"
    assert process.get("/llms-full.txt").body != b"mine"
    assert process.get("/.well-known/nodeinfo").headers["content-type"] == "application/json"
    assert process.get("/.env").status == 404
    for path in ("/google12.html", "/images/x.svg"):
        assert "sandbox" in process.get(path).headers["content-security-policy"]


def test_a_picture_in_static_has_a_lasting_address_in_a_text_and_a_link_the_plain_one(process: "Process") -> None:
    page = process.get("/blog/a").body.decode()
    shown = page.partition('<img src="')[2]
    address = shown.partition('"')[0]
    assert address.startswith("/assets/x.")
    assert 'width="7" height="5"' in shown.partition(">")[0]
    assert '<a href="/images/x.svg">' in page
    assert '<meta property="og:image" content="https://b.example/og/a.png?v=' in page, "the picture cannot be decoded"
    assert process.get(address).body == process.get("/images/x.svg").body == SVG.encode()


def test_a_recording_has_a_player_in_the_page_and_an_enclosure_in_every_feed(process: "Process") -> None:
    page = process.get("/blog/a")
    html = page.body.decode()
    assert '<audio controls preload="none" src="/assets/talk.' in html
    assert 'download="talk.mp3"' in html
    assert "media-src 'self'" in page.headers["content-security-policy"]
    assert "<audio" not in process.get("/blog/b").body.decode()
    (rss,) = _by_name(ET.fromstring(process.get("/rss").body), "enclosure")
    assert (rss["length"], rss["type"]) == ("400", "audio/mpeg")
    assert rss["url"].startswith("https://b.example/assets/talk.")
    assert len(process.get(rss["url"].removeprefix("https://b.example")).body) == 400
    links = _by_name(ET.fromstring(process.get("/blog/tag/t/atom.xml").body), "{http://www.w3.org/2005/Atom}link")
    (atom,) = (link for link in links if link["rel"] == "enclosure")
    assert (atom["href"], atom["length"], atom["type"]) == (rss["url"], "400", "audio/mpeg")
    items: list[dict[str, Any]] = json.loads(process.get("/feed.json").body)["items"]
    attached = {"url": rss["url"], "mime_type": "audio/mpeg", "size_in_bytes": 400}
    assert [item.get("attachments") for item in items] == [[attached], None]


def test_a_static_file_has_one_route_in_the_metrics(process: "Process") -> None:
    for path in ("/images/x.svg", "/.well-known/nodeinfo"):
        process.get(path)
    metrics = process.get("/metrics").body.decode()
    assert 'handler="/{file}"' in metrics
    assert "nodeinfo" not in metrics

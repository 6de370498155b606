"""Files for crawlers and other programs."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from math import hypot
from pathlib import PurePosixPath
from xml.etree import ElementTree as ET

from PIL import Image

from blog import urls
from blog.build.edition import Edition
from blog.content.config import SiteConfig
from blog.content.library import Library
from blog.content.site import Site, site_at
from blog.content.text_parser import ParseOptions, parse_page, parse_post
from blog.render.site_files import llms, llms_full
from tests.conftest import TEMPLATES

Body = Callable[[str], str]
ORIGIN = "https://b.example"


def many_posts(count: int, pages: int = 0) -> Site:
    day = datetime(2020, 1, 1, tzinfo=UTC)
    posts = tuple(
        parse_post(
            PurePosixPath(f"post-{n}.md"),
            f"---\ntitle: Post {n} größe\ndate: {day + timedelta(days=n):%Y-%m-%d}\ndescription: {'words ' * 20}\n---\n"
            + "Text. " * 400,
            ParseOptions(parse=lambda *_given: EMPTY),
        )
        for n in range(count)
    )
    texts = tuple(
        parse_page(PurePosixPath(f"pages/page-{n}.md"), f"---\ntitle: Page {n}\ndescription: {'words ' * 20}\n---\n")
        for n in range(pages)
    )
    library = Library(config=SiteConfig(description="What it is."), posts=posts, pages=texts, drafts=(), files={})
    return site_at(library, datetime(2030, 1, 1, tzinfo=UTC))


EMPTY = parse_post(PurePosixPath("x.md"), "---\ntitle: x\ndate: 2026-01-01\n---\n").document


def test_the_sitemap_has_every_html_page_once(edition: Edition, body: Body) -> None:
    locations = [str(node.text) for node in ET.fromstring(body("/sitemap.xml")).iter() if node.tag.endswith("}loc")]
    pages = [path for path, page in edition.pages.items() if page.media_type.startswith("text/html")]
    assert sorted(locations) == sorted(ORIGIN + urls.encoded(path) for path in pages)


def changed(sitemap: str) -> Mapping[str, str]:
    nodes = [[str(child.text) for child in node] for node in ET.fromstring(sitemap)]
    return {node[0].removeprefix(ORIGIN): node[1] if len(node) > 1 else "" for node in nodes}


def test_the_sitemap_has_the_dates_of_changes(body: Body) -> None:
    lastmod = changed(body("/sitemap.xml"))
    assert lastmod["/blog/hello"] == "2026-03-05T00:00:00Z"
    assert lastmod["/blog/elsewhere"] == "2026-01-01T00:00:00Z"
    assert lastmod["/blog/tag/python"] == "2026-03-05T00:00:00Z"
    assert lastmod["/archive/2026"] == "2026-03-05T00:00:00Z"
    assert lastmod["/series/beginnings"] == "2026-02-01T00:00:00Z"
    assert lastmod["/about"] == "2026-01-15T00:00:00Z"
    assert lastmod["/"] == "2026-03-05T00:00:00Z"


def test_the_sitemap_has_the_date_of_a_standalone_page(make: Callable[..., Edition]) -> None:
    edition = make({"pages/about.md": "---\ntitle: About\ndate: 2026-01-15\n---\n"})
    assert changed(edition.pages["/sitemap.xml"].identity.body.decode())["/about"] == "2026-01-15T00:00:00Z"


def test_robots_txt_names_the_sitemap(body: Body) -> None:
    assert body("/robots.txt") == "User-agent: *\nDisallow:\n\nSitemap: https://b.example/sitemap.xml\n"


def test_llms_txt_lists_posts_and_pages(body: Body) -> None:
    guide = body("/llms.txt")
    assert guide.startswith("# Field & notes\n\n> What was seen.\n\n## Posts\n")
    assert "- [Hello <world>](https://b.example/blog/hello.md): First & foremost." in guide
    assert "- [About](https://b.example/about): Who writes here." in guide


def test_llms_txt_of_2000_posts_is_short_and_counts_the_omitted_ones() -> None:
    guide = llms(many_posts(2000), ORIGIN)
    shown = guide.count("](https://b.example/blog/post-")
    assert len(guide.encode()) <= 50_000
    assert shown > 200
    assert f"- {2000 - shown} older posts are in the sitemap." in guide
    assert "Post 1999 größe" in guide


def test_llms_txt_of_many_pages_is_short() -> None:
    assert len(llms(many_posts(3, pages=600), ORIGIN).encode()) <= 50_000


def test_llms_full_txt_has_every_post_without_its_front_matter(body: Body) -> None:
    full = body("/llms-full.txt")
    assert full.startswith(
        "# Field & notes\n\n# Hello <world>\n\nhttps://b.example/blog/hello · 2026-03-01T00:00:00Z\n\n## A"
    )
    assert "title:" not in full


def test_llms_full_txt_counts_the_omitted_posts() -> None:
    full = llms_full(many_posts(2000), ORIGIN)
    shown = full.count("\n# Post ")
    assert len(full.encode()) < 4_100_000
    assert f"{2000 - shown} older posts are left out here" in full


def test_the_icons_of_the_manifest_are_served(edition: Edition, body: Body) -> None:
    manifest = json.loads(body("/site.webmanifest"))
    assert (manifest["name"], manifest["start_url"]) == ("Field & notes", "/")
    assert all(icon["src"] in edition.pages for icon in manifest["icons"])


def test_the_site_can_be_installed(body: Body) -> None:
    manifest = json.loads(body("/site.webmanifest"))
    assert (manifest["display"], manifest["id"], manifest["scope"]) == ("minimal-ui", "/", "/")
    assert manifest["theme_color"] == manifest["background_color"] == "#fbf9f4"
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} == {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip


def test_what_a_mask_leaves_of_the_icon_is_all_of_its_mark() -> None:
    with Image.open(TEMPLATES / "assets/icon-512.png") as icon:
        ground, (width, height) = icon.getpixel((0, 0)), icon.size
        marked = [(x, y) for x in range(width) for y in range(height) if icon.getpixel((x, y)) != ground]
    # The safe zone of the W3C's manifest: a circle whose radius is two fifths of the width.
    assert max(hypot(x - width / 2, y - height / 2) for x, y in marked) < width * 0.4


def test_the_source_of_a_post_is_served_unchanged(edition: Edition, body: Body, files: Mapping[str, str]) -> None:
    assert body("/blog/hello.md") == files["hello.md"]
    assert edition.pages["/blog/hello.md"].media_type == "text/markdown; charset=utf-8"

"""Files for crawlers and other programs: sitemap, robots.txt, llms.txt, the Markdown sources, the web manifest."""

import json
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree as ET

from blog import urls
from blog.content.collections import Collection, last_updated
from blog.content.post import Post, Text
from blog.content.site import Site, last_modified
from blog.render import security
from blog.render.environment import iso
from blog.render.page import MARKDOWN, TEXT, XML, Rendered
from blog.render.pages import POSTS_PER_PAGE
from blog.render.theme import Theme

LLMS_BYTES = 50_000
LLMS_FULL_BYTES = 4_000_000
ICON_SIZES = (192, 512)
OPENSEARCH = "application/opensearchdescription+xml"


def site_files(site: Site, theme: Theme, origin: str, pages: Container[str]) -> Iterator[Rendered]:
    """``pages`` are the paths of the pages that have been rendered."""
    yield _page(urls.SITEMAP, XML, sitemap(site, origin, pages))
    yield _page(urls.ROBOTS, TEXT, f"User-agent: *\nDisallow:\n\nSitemap: {origin}{urls.SITEMAP}\n".encode())
    yield _page(urls.LLMS, TEXT, llms(site, origin).encode())
    yield _page(urls.LLMS_FULL, TEXT, llms_full(site, origin).encode())
    yield _page(urls.OPENSEARCH, OPENSEARCH, opensearch(site, theme, origin))
    yield _page(urls.MANIFEST, "application/manifest+json", manifest(site, theme))
    if icon := theme.assets.get("favicon.ico"):
        yield _page(urls.FAVICON, "image/x-icon", icon)


def sources(site: Site) -> Iterator[Rendered]:
    """The Markdown sources of the posts, pages and notes. Those of unlisted texts are not to be indexed."""
    yield from (_source(post, urls.SOURCE_ROUTE) for post in site.posts)
    yield from (_source(page, urls.PAGE_SOURCE_ROUTE) for page in site.pages)
    for collection in site.collections:
        yield from (_source(note, urls.source_of(note.route)) for note in collection.all)
    for text in site.unlisted_texts:
        source = _source(text, urls.SOURCE_ROUTE if isinstance(text, Post) else urls.PAGE_SOURCE_ROUTE)
        yield replace(source, headers={**source.headers, **security.NOT_INDEXED})


def _page(path: str, media_type: str, body: bytes) -> Rendered:
    return Rendered(path=path, route=path, media_type=media_type, body=body)


def _source(text: Text, route: str) -> Rendered:
    return Rendered(path=urls.decoded(text.source_url), route=route, media_type=MARKDOWN, body=text.source.encode())


def sitemap(site: Site, origin: str, pages: Container[str]) -> bytes:
    """The sitemap: every HTML page among ``pages`` with the time its content last changed (sitemaps.org 0.9)."""
    root = ET.Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    translated = {text.url: group for group in site.translations.values() for text in group}
    if translated:
        root.set("xmlns:xhtml", "http://www.w3.org/1999/xhtml")
    for path, modified in _locations(site, pages):
        url = ET.SubElement(root, "url")
        ET.SubElement(url, "loc").text = origin + path
        if modified:
            ET.SubElement(url, "lastmod").text = iso(modified)
        for lang, text in alternates(translated.get(path, ()), site.config.lang):
            ET.SubElement(url, "xhtml:link", rel="alternate", hreflang=lang, href=origin + text.url)
    ET.indent(root, " ")
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def alternates(group: Sequence[Text], lang: str) -> Iterator[tuple[str, Text]]:
    """A text in each of its languages, and the one for readers of any other. The sitemap and the page must say the same."""
    yield from ((text.lang or lang, text) for text in group)
    yield from (("x-default", text) for text in group[:1])


def _locations(site: Site, pages: Container[str]) -> Iterator[tuple[str, datetime | None]]:
    first = (urls.HOME, urls.BLOG)
    for path in first:
        yield path, site.modified
    for start in range(POSTS_PER_PAGE, len(site.posts), POSTS_PER_PAGE):
        yield urls.listing(start // POSTS_PER_PAGE + 1), last_modified(site.posts[start : start + POSTS_PER_PAGE])
    for post in site.posts:
        yield post.url, post.modified
    for fixed in urls.FIXED:
        if fixed.content_type and fixed.path not in first and fixed.path in pages:
            yield fixed.path, site.modified
    for tag in site.tags:
        yield tag.url, last_modified(tag.posts)
    yield from ((series.url, last_modified(series.posts)) for series in site.series.values())
    yield from ((urls.year(year), last_modified(posts)) for year, posts in site.years.items())
    yield from ((writer.url, last_modified(writer.posts)) for writer in site.writers.values())
    for page in site.pages:
        yield page.url, page.updated
    for collection in site.collections:
        yield from _of_collection(collection)


def _of_collection(collection: Collection) -> Iterator[tuple[str, datetime | None]]:
    yield collection.url, last_updated(collection.all)
    for group in collection.groups:
        yield group.url, last_updated(group.all)
    yield from ((note.url, note.updated) for note in collection.all if not note.place.introduces)


def llms(site: Site, origin: str) -> str:
    """llms.txt, a guide for language models (llmstxt.org): newest posts first, at most LLMS_BYTES, with the number of omitted posts."""
    config = site.config
    head = [f"# {config.title}", ""]
    if config.description:
        head += [f"> {config.description}", ""]
    tail = ["", "## Optional", "", f"- [Everything in one file]({origin}{urls.LLMS_FULL})",
            f"- [Sitemap]({origin}{urls.SITEMAP})", f"- [JSON Feed]({origin}{urls.JSON_FEED})", ""]  # fmt: skip
    entries = [f"- [{page.title}]({origin}{page.url}): {page.description}" for page in site.pages]
    pages = ["", "## Pages", "", *_within_budget(entries, LLMS_BYTES // 5)] if entries else []
    pages += [
        line
        for collection in site.collections
        for line in _collection_entries(collection, origin, len(site.collections))
    ]
    budget = LLMS_BYTES - len("\n".join([*head, *pages, *tail]).encode()) - 200
    posts = [f"- [{post.title}]({origin}{post.source_url}): {post.description}" for post in site.posts]
    shown = list(_within_budget(posts, budget))
    if len(shown) < len(posts):
        shown.append(f"- {len(posts) - len(shown)} older posts are in the sitemap.")
    return "\n".join([*head, "## Posts", "", *shown, *pages, *tail])


def _collection_entries(collection: Collection, origin: str, share: int) -> Iterator[str]:
    """A section of llms.txt with the notes of a collection; all collections together have half of its bytes."""
    about = f": {collection.description}" if collection.description else ""
    yield from ("", f"## {collection.title}", "", f"- [{collection.title}]({origin}{collection.url}){about}")
    entries = [f"- [{note.title}]({origin}{note.source_url}): {note.description}" for note in collection.in_order]
    shown = list(_within_budget(entries, LLMS_BYTES // 2 // share))
    yield from shown
    if len(shown) < len(entries):
        yield f"- {len(entries) - len(shown)} more notes are in the sitemap."


def llms_full(site: Site, origin: str) -> str:
    """llms-full.txt: the Markdown of the posts, newest first, at most LLMS_FULL_BYTES."""
    shown = list(_within_budget((_full(post, origin) for post in site.posts), LLMS_FULL_BYTES))
    omitted = len(site.posts) - len(shown)
    closing = f"\n\n{omitted} older posts are left out here; see {origin}{urls.SITEMAP}\n" if omitted else "\n"
    return f"# {site.config.title}\n\n" + "\n\n---\n\n".join(shown) + closing


def _full(post: Post, origin: str) -> str:
    return f"# {post.title}\n\n{origin}{post.url} · {iso(post.published)}\n\n{post.body.strip()}"


def _within_budget(texts: Iterable[str], budget: int) -> Iterator[str]:
    for text in texts:
        budget -= len(text.encode()) + 1
        if budget < 0:
            return
        yield text


def opensearch(site: Site, theme: Theme, origin: str) -> bytes:
    """The OpenSearch 1.1 description, by which browsers offer the search of the site. Its lengths are those of the specification."""
    config = site.config
    root = ET.Element("OpenSearchDescription", xmlns="http://a9.com/-/spec/opensearch/1.1/")
    ET.SubElement(root, "ShortName").text = config.title[:16].strip()
    ET.SubElement(root, "LongName").text = config.title[:48].strip()
    ET.SubElement(root, "Description").text = (config.description or config.title)[:1024].strip()
    ET.SubElement(root, "Language").text = config.lang
    ET.SubElement(root, "InputEncoding").text = "UTF-8"
    if "favicon.ico" in theme.assets:
        icon = ET.SubElement(root, "Image", width="32", height="32", type="image/x-icon")
        icon.text = origin + urls.FAVICON
    ET.SubElement(root, "Url", type="text/html", template=f"{origin}{urls.SEARCH}?q={{searchTerms}}")
    ET.SubElement(root, "Url", type=OPENSEARCH, rel="self", template=origin + urls.OPENSEARCH)
    ET.indent(root, " ")
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def manifest(site: Site, theme: Theme) -> bytes:
    """The web app manifest, with which the site can be installed. Its largest icon fills a square, so a system may cut it into its own shape."""
    names = {size: f"icon-{size}.png" for size in ICON_SIZES}
    icons = [
        {"src": theme.asset(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size, name in names.items()
        for purpose in (("any", "maskable") if size == max(ICON_SIZES) else ("any",))
        if name in theme.assets
    ]
    colours = {"theme_color": theme.grounds[0], "background_color": theme.grounds[0]} if theme.grounds else {}
    document = {
        "name": site.config.title,
        "short_name": site.config.title,
        "description": site.config.description,
        "lang": site.config.lang,
        "start_url": urls.HOME,
        "id": urls.HOME,
        "scope": urls.HOME,
        "display": "minimal-ui",
        "icons": icons,
        **colours,
    }
    return json.dumps(document, ensure_ascii=False).encode()

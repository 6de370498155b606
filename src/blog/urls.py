"""Paths of the site, each defined once.

Functions return percent-encoded absolute paths for links. The constants ending in ``_ROUTE`` are the low-cardinality templates that label
traces and metrics.
"""

from dataclasses import dataclass
from urllib.parse import quote, unquote

HOME = "/"
BLOG = "/blog"
TAGS = "/tags"
ARCHIVE = "/archive"
SUBSCRIBE = "/subscribe"
RSS = "/rss"
ATOM = "/atom.xml"
JSON_FEED = "/feed.json"
SITEMAP = "/sitemap.xml"
ROBOTS = "/robots.txt"
LLMS = "/llms.txt"
LLMS_FULL = "/llms-full.txt"
MANIFEST = "/site.webmanifest"
FAVICON = "/favicon.ico"
SEARCH = "/search"
OPENSEARCH = "/opensearch.xml"

API = "/api"
API_POSTS = "/api/posts"
API_SEARCH = "/api/search"
SEARCHES = frozenset({SEARCH, API_SEARCH})
METRICS = "/metrics"
RUM_COLLECT = "/rum/collect"


API_POST_ROUTE = "/api/posts/{slug}"
OPENAPI = "/api/openapi.json"
HEALTH = "/api/health"
READY = "/api/ready"
RELOAD_EVENTS = "/api/reload"

POST_ROUTE = "/blog/{slug}"
SOURCE_ROUTE = "/blog/{slug}.md"
LIST_ROUTE = "/blog/page/{n}"
TAG_ROUTE = "/blog/tag/{tag}"
SERIES_ROUTE = "/series/{series}"
YEAR_ROUTE = "/archive/{year}"
AUTHOR_ROUTE = "/authors/{author}"
PAGE_ROUTE = "/{page}"
PAGE_SOURCE_ROUTE = "/{page}.md"
PREVIEW_ROUTE = "/preview/{slug}"
PREVIEW_FILE_ROUTE = "/preview/files/{file}"
COLLECTION_ROUTE = "/{collection}"
GROUP_ROUTE = "/{collection}/{group}"
UNGROUPED_NOTE_ROUTE = "/{collection}/{slug}"
NOTE_ROUTE = "/{collection}/{group}/{slug}"
ASSET_ROUTE = "/assets/{asset}"
STATIC_ROUTE = "/{file}"
CARD_ROUTE = "/og/{card:path}"
# The routes of texts and their sources, of which Accept chooses one.
_COLLECTION_ROUTES = frozenset({COLLECTION_ROUTE, GROUP_ROUTE, UNGROUPED_NOTE_ROUTE, NOTE_ROUTE})
SOURCE_ROUTES = frozenset({SOURCE_ROUTE, PAGE_SOURCE_ROUTE, *(f"{route}.md" for route in _COLLECTION_ROUTES)})
TEXT_ROUTES = SOURCE_ROUTES | _COLLECTION_ROUTES | {POST_ROUTE, PAGE_ROUTE}
# The routes of files, which answer range requests.
FILE_ROUTES = frozenset({ASSET_ROUTE, STATIC_ROUTE, PREVIEW_FILE_ROUTE})
PREVIEW_ROUTES = frozenset({PREVIEW_ROUTE, PREVIEW_FILE_ROUTE})
_PREVIEWS = "/preview/"
# The routes that have feeds of their own below them.
FEED_ROUTES = (TAG_ROUTE, SERIES_ROUTE, COLLECTION_ROUTE)


@dataclass(frozen=True, slots=True)
class TextKind:
    """A kind of text. ``name`` labels its page views and names its template; ``folder`` is that of its files within the posts folder."""

    name: str
    folder: str
    prefix: str
    route: str


POST = TextKind("post", "", "/blog/", POST_ROUTE)
PAGE = TextKind("page", "pages", "/", PAGE_ROUTE)
# Notes have no folder of their own: they are in those of collections, and their slugs have the collection and the group in them.
NOTE = TextKind("note", "", "/", NOTE_ROUTE)
# What introduces the page of a tag; its slug is that of the tag.
TAG = TextKind("tag", "tags", "/blog/tag/", TAG_ROUTE)
# A new kind with a folder of its own is added here, and its class in content/post.py.
KINDS = (POST, PAGE, TAG)

# How many posts a page of the list has, which decides how many pages there are.
POSTS_PER_PAGE = 10

# First path segments that the service uses or reserves: no page in posts/pages/ may have one as its slug.
RESERVED = frozenset(
    {
        "api",
        "archive",
        "assets",
        "authors",
        "blog",
        "metrics",
        "og",
        "preview",
        "rss",
        "rum",
        "search",
        "series",
        "tags",
    },
)


@dataclass(frozen=True, slots=True)
class FeedFormat:
    """A feed format. ``name`` is its label in metrics; ``path`` is appended to the path of the site, a tag, a series or a collection."""

    name: str
    label: str
    path: str
    media_type: str


# A new format is added here, and its writer in render/feeds.py.
FEED_FORMATS = (
    FeedFormat("rss", "RSS", RSS, "application/rss+xml"),
    FeedFormat("atom", "Atom", ATOM, "application/atom+xml"),
    FeedFormat("json", "JSON Feed", JSON_FEED, "application/feed+json"),
)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A path that every site has.

    ``content_type`` is the label of its page views. Only HTML pages have one, and those pages are in the sitemap.
    """

    path: str
    content_type: str = ""


# A new page of the whole site is added here, and rendered in render/pages.py or render/site_files.py.
FIXED = (
    Fixed(HOME, "home"),
    Fixed(BLOG, "list"),
    Fixed(TAGS, "tags"),
    Fixed(ARCHIVE, "archive"),
    Fixed(SUBSCRIBE, "subscribe"),
    *(Fixed(feed.path) for feed in FEED_FORMATS),
    *map(Fixed, (SITEMAP, ROBOTS, LLMS, LLMS_FULL, MANIFEST, FAVICON, SEARCH, OPENSEARCH)),
    *map(Fixed, (API_POSTS, API_SEARCH, OPENAPI, HEALTH, READY)),
)
FIXED_PATHS = frozenset(fixed.path for fixed in FIXED)


def text(kind: TextKind, slug: str) -> str:
    """
    >>> text(PAGE, "größe")
    '/gr%C3%B6%C3%9Fe'
    """
    return kind.prefix + quote(slug)


def post(slug: str) -> str:
    """
    >>> post("größe")
    '/blog/gr%C3%B6%C3%9Fe'
    """
    return text(POST, slug)


def source(slug: str) -> str:
    return source_of(post(slug))


def source_of(text: str) -> str:
    """The path of the Markdown source of the post or page at a path."""
    return f"{text}.md"


def listing(number: int) -> str:
    """The path of a page of the list. The first one is /blog; /blog/page/1 redirects to it."""
    return BLOG if number == 1 else f"/blog/page/{number}"


def tag(slug: str) -> str:
    return f"/blog/tag/{quote(slug)}"


def series(slug: str) -> str:
    return f"/series/{quote(slug)}"


def author(slug: str) -> str:
    return f"/authors/{quote(slug)}"


def collection(slug: str) -> str:
    return f"/{quote(slug)}"


def group(collection: str, slug: str) -> str:
    return f"/{quote(collection)}/{quote(slug)}"


def year(number: int) -> str:
    """The path of the posts of one year."""
    return f"{ARCHIVE}/{number}"


def asset(name: str, digest: str, extension: str) -> str:
    """The path of an asset. It contains a digest of the asset, so clients may cache it forever."""
    return f"/assets/{quote(name)}.{digest}.{extension}"


def card(kind: TextKind | None, slug: str, extension: str) -> str:
    """The path of the card of a text, or of the site where there is no kind. Slugs of notes contain slashes, those of posts none.

    >>> card(POST, "größe", "png"), card(PAGE, "about", "jpg"), card(None, "site", "png")
    ('/og/gr%C3%B6%C3%9Fe.png', '/og/pages/about.jpg', '/og/-/site.png')
    """
    folder = "" if kind is POST else f"{kind.name}s/" if kind else "-/"
    return f"/og/{folder}{quote(slug)}.{extension}"


def absolute(origin: str, address: str) -> str:
    """An address that an author gave, such as that of a licence: a path is one of this origin.

    >>> absolute("https://a.example", "/about"), absolute("https://a.example", "https://b.example/")
    ('https://a.example/about', 'https://b.example/')
    """
    return origin + address if address.startswith("/") else address


def api_post(slug: str) -> str:
    return f"{API_POSTS}/{quote(slug)}"


def preview(slug: str) -> str:
    """The path of an unpublished text, for those who have a link with a key."""
    return _PREVIEWS + quote(slug)


def preview_file(digest: str, extension: str) -> str:
    """The path of a file that only unpublished texts refer to. The whole digest is in it, so that nobody guesses it."""
    return f"{_PREVIEWS}files/{digest}.{extension}"


def is_preview(path: str) -> bool:
    """Whether a decoded path, however it is spelled, is below that of previews.

    >>> is_preview("/Preview/a-post/"), is_preview("/previews/a"), is_preview("/preview")
    (True, False, False)
    """
    return path[: len(_PREVIEWS)].lower() == _PREVIEWS


def section(text: str, anchor: str) -> str:
    """The address of a section of a text; the words before the first heading have no anchor, and the address of the text.

    >>> section("/blog/a", "größe"), section("/blog/a", "")
    ('/blog/a#gr%C3%B6%C3%9Fe', '/blog/a')
    """
    return f"{text}#{quote(anchor)}" if anchor else text


def decoded(path: str) -> str:
    """The percent-decoded path, as in ASGI's ``scope["path"]``."""
    return unquote(path)


def encoded(path: str) -> str:
    """A decoded path, percent-encoded for a link or Location. It never starts with //, which browsers take for another host.

    >>> encoded("/blog/größe")
    '/blog/gr%C3%B6%C3%9Fe'
    """
    return "/" + quote(path.lstrip("/"))


def is_reserved(path: str) -> bool:
    """Whether the service may answer a path itself, now or one day. Below /blog that is all but posts' names, and below /archive what has numbers alone.

    >>> is_reserved("/archive/2018"), is_reserved("/archive/2018/hello.html"), is_reserved("/blog/tag/x"), is_reserved("/blog/x")
    (True, False, True, False)
    """
    first, _, rest = path.strip("/").partition("/")
    if first == "blog":
        return not rest or rest.startswith(("page/", "tag/"))
    if first == "archive":
        # Old blogs have texts below it, such as /archive/2018/hello.html.
        return not rest or rest.replace("/", "").isdecimal()
    return first in RESERVED or path in FIXED_PATHS


def canonical(path: str) -> str:
    """The canonical form of a decoded path: lower case, without a trailing slash.

    >>> canonical("/Blog/Hello/"), canonical("/"), canonical("//")
    ('/blog/hello', '/', '/')
    """
    return path.lower().rstrip("/") or HOME

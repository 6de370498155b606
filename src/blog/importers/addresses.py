"""Old addresses: from a path or a URL of another program to the alias that keeps it."""

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import unquote, urlsplit

from blog import urls
from blog.content.front_matter import alias_path
from blog.content.slugs import slugify


class RefusedAddressError(ValueError):
    """An old address cannot be kept, and why."""


def old_path(address: str, site: str = "") -> str:
    """The decoded path of an old address in canonical form.

    >>> old_path("https://old.example/2019/Hello/", "https://old.example"), old_path("caf%C3%A9.html")
    ('/2019/hello', '/café.html')

    Raises:
        RefusedAddressError: it is of another origin, has a query, leads out of its folder, or cannot be an alias.
    """
    try:
        parts, own = urlsplit(address), urlsplit(site)
    except ValueError:
        raise RefusedAddressError("is not an address") from None
    if (parts.scheme or parts.netloc) and _host(parts.netloc) != _host(own.netloc):
        raise RefusedAddressError("is on another origin")
    if parts.query:
        raise RefusedAddressError("has a query, and only paths redirect")
    path = unquote(parts.path)
    if ".." in path.split("/"):
        raise RefusedAddressError("leads out of its folder")
    path = urls.canonical(_without_index("/" + path.lstrip("/")))
    if path == urls.HOME:
        raise RefusedAddressError("is the home page, which is generated here")
    if urls.is_reserved(path):
        raise RefusedAddressError("is among the service's own paths")
    if "%" in path:
        raise RefusedAddressError("has a percent sign, which no alias may have")
    if " ".join(path.split()) != path:
        raise RefusedAddressError("has a space at its start or end, or two in a row")
    try:
        return alias_path(path)
    except ValueError:
        raise RefusedAddressError("has a character that no alias may have") from None


def _host(netloc: str) -> str:
    return netloc.lower().removeprefix("www.")


def _without_index(path: str) -> str:
    """The path without index.html, which redirects by itself."""
    return re.sub(r"/index\.html?$", "/", path, flags=re.IGNORECASE)


def last_segment(address: str) -> str:
    """The name at the end of an address, without its extension.

    >>> last_segment("https://a.example/2019/hello.html"), last_segment("/2019/hello/"), last_segment("/v1.0")
    ('hello', 'hello', 'v1.0')
    """
    try:
        path = _without_index(unquote(urlsplit(address).path))
    except ValueError:
        return ""
    return re.sub(r"\.(?:html?|php|aspx?|md)$", "", path.rstrip("/").rpartition("/")[2], flags=re.IGNORECASE)


def prefix_of(url: str) -> str:
    """The path of a site's URL without a slash at its end: a site may be below its origin.

    >>> prefix_of("https://a.example/notes/"), prefix_of("https://a.example")
    ('/notes', '')
    """
    try:
        path = unquote(urlsplit(url).path).rstrip("/")
    except ValueError:
        return ""
    # Without a scheme, example.org would be a path.
    return path if path.startswith("/") else ""


def origin_of(url: str) -> str:
    """The origin of a site's URL; empty if it has none.

    >>> origin_of("https://a.example/notes/"), origin_of("/notes")
    ('https://a.example', '')
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} and parts.netloc else ""


def below(prefix: str, address: str) -> str:
    """An address below the path of its site; one with an origin stays as it is.

    >>> below("/notes", "was/here"), below("/notes", "https://a.example/x")
    ('/notes/was/here', 'https://a.example/x')
    """
    if "://" in address or address.startswith("//"):
        return address
    return f"{prefix}/{address.lstrip('/')}"


def date_words(when: datetime) -> dict[str, str]:
    """The parts of a date by the names that Jekyll and Hugo give them in permalinks."""
    return {
        "year": f"{when:%Y}", "short_year": f"{when:%y}", "month": f"{when:%m}", "i_month": str(when.month),
        "short_month": f"{when:%b}", "long_month": f"{when:%B}", "monthname": f"{when:%B}", "day": f"{when:%d}", "i_day": str(when.day),
        "y_day": f"{when:%j}", "yearday": str(int(f"{when:%j}")), "weekday": f"{when:%A}", "weekdayname": f"{when:%A}", "short_day": f"{when:%a}",
        "long_day": f"{when:%A}", "hour": f"{when:%H}", "minute": f"{when:%M}", "second": f"{when:%S}", "week": f"{when:%V}",
        "w_year": f"{when:%G}", "w_day": f"{when:%u}",
    }  # fmt: skip


def filled(pattern: str, words: Mapping[str, str]) -> str:
    """A permalink pattern with its `:words` replaced; a word that is empty leaves no double slash.

    >>> filled("/:categories/:year/:title:output_ext", {"categories": "", "year": "2019", "title": "a", "output_ext": ".html"})
    '/2019/a.html'

    Raises:
        KeyError: the pattern has a word that is not known.
    """
    names = sorted(words, key=len, reverse=True)
    known = re.compile(":(?:" + "|".join(map(re.escape, names)) + ")(?![a-z])" + "|:([a-z_]+)")

    def word(found: re.Match[str]) -> str:
        name = found[0][1:]
        if name in words:
            return words[name]
        # Words may stand directly behind each other, as in :title:output_ext.
        raise KeyError(name)

    return re.sub(r"//+", "/", known.sub(word, pattern))


def url_name(text: str) -> str:
    """A title as most programs write it in an address: what this one makes of it, without words for signs.

    >>> url_name("C++ & Größe: a test"), url_name("Don't")
    ('c-größe-a-test', 'don-t')
    """
    return slugify(re.sub(r"[+#&@]", " ", text))

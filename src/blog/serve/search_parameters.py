"""The parameters of a search, read from a query string and written into links."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from blog import urls

MOST_PAGES = 100
_MOST_PARAMETERS = 20
_YEARS = range(1, 10_000)
# Control characters and lone surrogates, and the noncharacters of the Unicode Standard, section 23.7.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NONCHARACTERS = re.compile(
    f"[\ufdd0-\ufdef{''.join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))}]"
)


class NotAQueryError(ValueError):
    """The parameters of a request are no search."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The parameters of a search: words, filters, and the number of the page of results."""

    query: str = ""
    tag: str = ""
    year: int | None = None
    page: int = 1

    @classmethod
    def of(cls, query_string: bytes) -> "Asked":
        """
        Raises:
            NotAQueryError: a parameter has a value that none can have.
        """
        try:
            pairs = parse_qsl(query_string.decode("latin-1"), errors="replace", max_num_fields=_MOST_PARAMETERS)
        except ValueError as problem:
            raise NotAQueryError(f"there are more than {_MOST_PARAMETERS} parameters") from problem
        sent = {name: shown(value) for name, value in reversed(pairs)}
        year = sent.get("year", "")
        return cls(
            query=sent.get("q", ""),
            tag=sent.get("tag", ""),
            year=_number("year", year, _YEARS) if year else None,
            page=_number("page", sent.get("page") or "1", range(1, MOST_PAGES + 1)),
        )

    @property
    def is_blank(self) -> bool:
        """Whether nothing is asked."""
        return not (self.query or self.tag or self.year)

    @property
    def url(self) -> str:
        """The address of this search. It has only the parameters that are set."""
        page = self.page if self.page > 1 else None
        pairs = {"q": self.query, "tag": self.tag, "year": self.year, "page": page}
        query = urlencode({name: value for name, value in pairs.items() if value})
        return f"{urls.SEARCH}?{query}" if query else urls.SEARCH

    @property
    def filters(self) -> Iterable[tuple[str, str, "Asked"]]:
        """Each filter that is set, as a name and a value, with the search without it."""
        if self.tag:
            yield "tag", self.tag, replace(self, tag="", page=1)
        if self.year:
            yield "year", str(self.year), replace(self, year=None, page=1)


def shown(text: str) -> str:
    r"""A text without the characters that may not stand in HTML, nor white space around it.

    >>> shown(" a\0b\ufffe ")
    'a b'
    """
    # A flood of long queries would take the loop half a millisecond for each.
    if text.isprintable():
        return text.strip()
    return _NONCHARACTERS.sub("", _CONTROLS.sub(" ", text)).strip()


def _number(name: str, sent: str, allowed: range) -> int:
    if not (sent.isascii() and sent.isdigit() and len(sent) <= len(str(allowed[-1])) and int(sent) in allowed):
        raise NotAQueryError(f"{name} is no number from {allowed[0]} to {allowed[-1]}")
    return int(sent)

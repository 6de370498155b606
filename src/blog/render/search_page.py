"""The search page: a frame that is rendered with the edition, and what its templates get to show one answer.

It imports no jinja2, because an edition from the cache contains a frame too. `blog.render.results` renders the answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

from blog import urls
from blog.render.page import Rendered

if TYPE_CHECKING:
    from blog.render.strings import Packed

FRAME, RESULTS = "search.html", "results.html"
PLACEHOLDER = "<!-- results -->"
# What stands in the part without results where the words that were asked for go, and the reason why there are no results.
QUERY, PROBLEM = "<!-- query -->", "<!-- problem -->"
_TITLE = "<title>"
RESULTS_PER_PAGE = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SearchFrame:
    """``page`` has the placeholder where the results of a query go. ``blank`` stands there before a query, and ``refused`` where there is no answer;
    both are rendered with the edition, so that neither takes time when there is none to spare.

    ``templates`` are the sources of results.html and of what it includes, by name, and ``assets`` the URLs of the theme's assets:
    an edition shows the theme that it was built with, whatever is on disk by now. ``words`` are in the language of the site.
    """

    page: Rendered
    blank: str
    refused: str
    templates: Mapping[str, str]
    assets: Mapping[str, str]
    words: "Packed"

    def filled(self, results: str, query: str = "") -> bytes:
        """The page with results. What was asked comes first in its title, which tabs and the history show."""
        before, _, after = self.page.body.decode().partition(PLACEHOLDER)
        if query:
            before = before.replace(_TITLE, f"{_TITLE}{escape(query)} · ", 1)
        return f"{before}{results}{after}".encode()

    def refusal(self, query: str, problem: str) -> bytes:
        """The page that says why there is no answer. ``problem`` is the key of a text."""
        _, forms = self.words["texts"][problem]
        results = self.refused.replace(PROBLEM, escape(forms["other"])).replace(QUERY, escape(query))
        return self.filled(results, query)


@dataclass(frozen=True, slots=True)
class Option:
    """A link: to the search with a filter more or less, to another spelling, or to a text. ``count`` is the number of its results, ``lang`` the language of a text."""

    name: str
    url: str
    count: int = 0
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A section of a text with words that were searched for. ``heading`` is empty above the first one.

    ``snippet`` are pieces of its text, each with whether it is such a word.
    """

    heading: str
    url: str
    snippet: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A post, page or note that was found. ``lang`` is its language."""

    title: str
    url: str
    kind: str
    date: datetime | None
    lang: str
    tags: tuple[str, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """One page of what was found. ``previous`` and ``following`` are the URLs of the pages beside it, or none. ``near`` are texts with words that are similar, where nothing was found."""

    total: int
    number: int
    count: int
    found: tuple[Result, ...]
    tags: tuple[Option, ...] = ()
    years: tuple[Option, ...] = ()
    previous: str | None = None
    following: str | None = None
    spelling: Option | None = None
    near: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """What results.html gets besides functions. ``results`` is none where nothing was asked, or there is no answer, for a reason that ``problem`` says.

    ``filters`` are those that are set, each with the URL of the search without it. ``chosen`` are their parameters.
    """

    query: str = ""
    filters: tuple[Option, ...] = ()
    chosen: tuple[tuple[str, str], ...] = ()
    results: Results | None = None
    problem: str = ""


def _samples() -> Iterator[SearchPage]:
    """A page of every kind that results.html has to render."""
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    option = Option("words", urls.SEARCH, 1)
    snippet = (("words", True), (" and more", False))
    passages = tuple(Passage(heading, urls.HOME, snippet) for heading in ("", "Section"))
    found = tuple(
        Result(title="Title", url=urls.HOME, kind=kind, date=date, lang="en", tags=tags, passages=some)
        for kind, date, tags, some in (
            ("post", moment, ("tag",), passages), ("note", None, (), ()), ("page", None, (), passages[:1])
        )
    )  # fmt: skip
    options = (option, Option("others", urls.SEARCH, 2))
    filtered = SearchPage(query="words", filters=options, chosen=(("tag", "words"), ("year", "2026")))
    yield SearchPage()
    yield replace(filtered, problem="Reason.")
    nothing = Results(total=0, number=1, count=0, found=())
    yield replace(filtered, results=nothing)
    yield replace(filtered, results=replace(nothing, spelling=option, near=(replace(option, lang="en"),)))
    few = Results(total=1, number=1, count=1, found=found[:1])
    yield replace(filtered, filters=(), chosen=(), results=few)
    many = Results(
        total=31,
        number=2,
        count=4,
        found=found,
        tags=options,
        years=options,
        previous=urls.SEARCH,
        following=urls.SEARCH,
        spelling=option,
    )
    yield replace(filtered, results=many)


SAMPLES = tuple(_samples())

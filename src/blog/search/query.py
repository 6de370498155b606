"""The language of queries: words, "phrases", -without, prefix*, tag:name, year:2026, in:code."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

MAX_BYTES = 4096
MAX_TERMS = 32
_MOST_CHARACTERS_OF_TERM = 256
# Control characters, lone surrogates and the replacement of bytes that are not UTF-8.
_UNUSABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd-\uffff]+")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\N{FULLWIDTH QUOTATION MARK}": '"'})
_PIECE = re.compile(
    r"""(?P<without>-(?=["\w]))?
        (?: (?P<filter>tag|year|in):(?:"(?P<quoted>[^"]+)"?|(?P<value>[^\s"]+))
          | "(?P<phrase>[^"]*)"?
          | (?P<word>[^\s"]+) )""",
    re.VERBOSE | re.IGNORECASE,
)
_YEARS = re.compile(r"(\d{4})(?:(?:-|\.\.)(\d{4}))?")

Kind = Literal["word", "phrase", "prefix"]


@dataclass(frozen=True, slots=True)
class Term:
    """Something to find, or with ``excluded`` something that no text found may contain."""

    kind: Kind
    text: str
    excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A parsed query. ``text`` is what was asked, on one line.

    ``refusal`` is a sentence for the client where the query cannot be answered; the terms are empty then.
    """

    text: str
    terms: tuple[Term, ...] = ()
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    years: tuple[tuple[int, int], ...] = ()
    without_years: tuple[tuple[int, int], ...] = ()
    in_code: bool = False
    refusal: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return not (self.terms or self.filters)

    @property
    def filters(self) -> bool:
        """Whether it is about tags or years."""
        return bool(self.tags or self.years or self.without_tags or self.without_years)


def parse(text: str) -> Query:
    """The query that a text means. It never raises: what cannot be asked has a ``refusal``.

    >>> parse('probe "head sampling" -draft kube* tag:go').terms[1:3]
    (Term(kind='phrase', text='head sampling', excluded=False), Term(kind='word', text='draft', excluded=True))
    >>> parse("year:last").refusal
    'year: takes a year or two, such as year:2026 or year:2024-2026.'
    """
    if len(text) > MAX_BYTES or len(text.encode(errors="replace")) > MAX_BYTES:
        return Query(text="", refusal=f"A query has at most {MAX_BYTES} bytes.")
    clean = " ".join(_UNUSABLE.sub(" ", unicodedata.normalize("NFC", text)).split())
    draft = _Draft()
    for piece in _PIECE.finditer(clean.translate(_QUOTES)):
        draft.add(piece)
        if draft.refusal:
            return Query(text=clean, refusal=draft.refusal)
    return draft.query(clean)


class _Draft:
    """Collects the pieces of a query."""

    def __init__(self) -> None:
        self.refusal = ""
        self._terms: list[Term] = []
        self._tags: dict[bool, list[str]] = {True: [], False: []}
        self._years: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
        self._in_code = False

    def add(self, piece: re.Match[str]) -> None:
        excluded = piece["without"] is not None
        if piece["filter"]:
            self._add_filter(piece["filter"].lower(), piece["quoted"] or piece["value"], piece[0], excluded=excluded)
        elif piece["phrase"] is not None:
            self._add_term("phrase", piece["phrase"], excluded=excluded)
        elif piece["word"].endswith("*"):
            self._add_term("prefix", piece["word"].rstrip("*"), excluded=excluded)
        else:
            self._add_term("word", piece["word"], excluded=excluded)

    def _add_term(self, kind: Kind, text: str, *, excluded: bool) -> None:
        if not any(character.isalnum() for character in text):
            return
        if len(self._terms) == MAX_TERMS:
            self.refusal = f"A query has at most {MAX_TERMS} words and phrases."
        elif len(text) > _MOST_CHARACTERS_OF_TERM:
            self.refusal = f"A word or phrase of a query has at most {_MOST_CHARACTERS_OF_TERM} characters."
        else:
            self._terms.append(Term(kind, text.strip(), excluded))

    def _add_filter(self, name: str, value: str, written: str, *, excluded: bool) -> None:
        if name == "tag":
            self._tags[excluded].append(value)
        elif name == "year":
            years = _YEARS.fullmatch(value)
            if years:
                self._years[excluded].append((int(years[1]), int(years[2] or years[1])))
            else:
                self.refusal = "year: takes a year or two, such as year:2026 or year:2024-2026."
        elif value.lower() == "code" and not excluded:
            self._in_code = True
        else:
            # A sentence may contain "in:" without meaning the filter.
            self._add_term("word", written.lstrip("-"), excluded=excluded)

    def query(self, text: str) -> Query:
        return Query(
            text=text,
            terms=tuple(dict.fromkeys(self._terms)),
            tags=tuple(self._tags[False]),
            without_tags=tuple(self._tags[True]),
            years=tuple(self._years[False]),
            without_years=tuple(self._years[True]),
            in_code=self._in_code,
        )

"""Which sections of the texts that were found have most of the words."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from blog.search.attempt import Found
from blog.search.stems import MARK
from blog.search.vocabulary import texts_with
from blog.search.wanted import Wanted

# Of a word in fewer texts than these all sections are read, otherwise those of each text apart: what is faster by measurement.
_IN_MANY_TEXTS = 500
_IN_ALL = """
    SELECT rowid FROM section_words WHERE section_words MATCH ? AND +rowid IN (SELECT value FROM json_each(?))
"""
_IN_EACH = """
    SELECT section_words.rowid FROM json_each(?) AS text CROSS JOIN section_words
    WHERE section_words MATCH ? AND section_words.rowid BETWEEN text.value->>0 AND text.value->>1
"""


def best_sections(connection: sqlite3.Connection, found: Sequence[Found], *, in_code: bool) -> dict[int, list[int]]:
    """For the number of each text the numbers of its sections, those with most of the terms first; of as many, with one in the heading."""
    terms: Counter[int] = Counter()
    headings: set[int] = set()
    alike: defaultdict[int, list[Found]] = defaultdict(list)
    for it in found:
        alike[id(it.wanted)].append(it)
    for group in alike.values():
        sections = _Sections(connection, group)
        for term in group[0].wanted:
            terms.update(sections.having([term], "code" if in_code else ""))
        if not in_code:
            headings.update(sections.having(group[0].wanted, "heading"))
    rank = lambda number: (-terms[number], number not in headings, number)  # noqa: E731 -- it has a line for each text otherwise
    return {
        it.text.number: sorted((n for n in range(it.text.first, it.text.last + 1) if n in terms), key=rank)
        for it in found
    }


class _Sections:
    """The sections of texts that were found by the same terms."""

    def __init__(self, connection: sqlite3.Connection, found: Sequence[Found]) -> None:
        self._connection = connection
        spans = [(it.text.first, it.text.last) for it in found]
        self._spans = json.dumps(spans)
        self._numbers = json.dumps([number for first, last in spans for number in range(first, last + 1)])
        self._frequent = {it for it in found[0].wanted if _is_frequent(connection, it)}

    def having(self, terms: Sequence[Wanted], column: str) -> Iterator[int]:
        """The numbers of those with one of the terms, in one column if it is named."""
        if not terms:
            return iter(())
        words = " OR ".join(term.words for term in terms)
        expression = f"{{{column}}} : ({words})" if column else words
        if self._frequent.isdisjoint(terms):
            rows = self._connection.execute(_IN_ALL, (expression, self._numbers))
        else:
            rows = self._connection.execute(_IN_EACH, (self._spans, expression))
        return (number for (number,) in rows)


def _is_frequent(connection: sqlite3.Connection, term: Wanted) -> bool:
    keys = {key.removeprefix(MARK) for alternative in term.alternatives for key in alternative.keys}
    return any(texts_with(connection, key) > _IN_MANY_TEXTS for key in keys)

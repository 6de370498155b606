"""Finds the first of many regular expressions that matches a User-Agent, in microseconds whatever the agent is.

Trying the 1,500 patterns of crawler-user-agents one after another costs milliseconds. So each is filed under a clue: up to six bytes that stand in
whatever it matches. One pass over the agent finds the clues in it, and only the patterns filed under them are tried.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

_CLUE = 6
# Clues are compared without case, and one digit is like another: that halves the automaton, and agents that differ in digits have the same clues.
FOLD = bytes(ord("0") if chr(byte).isdecimal() else byte for byte in bytes(range(128)).lower()) + bytes(range(128, 256))
# What browsers say, folded: a clue from here would have a pattern tried for every reader.
_BROWSERS = b" ".join((
    b"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36 Edg/140.0",
    b"Mozilla/5.0 (Linux; Android 15; K) Gecko/20100101 Firefox/140.0 SamsungBrowser/28.0 OPR/120.0 Version/4.0",
    b"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Vivaldi/7.5 (X11; Linux x86_64; rv:140.0) Chromium (X11; CrOS x86_64 14541.0.0)",
    b"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) (iPad; CPU OS 17_0 CriOS/140.0 FxiOS/140.0 Version/18.0 Mobile/15E148 Safari/604.1",
)).translate(FOLD)  # fmt: skip
_PLAIN = re.compile(r"(?:[^\\.^$*+?{}()|\[\]]|\\[^A-Za-z0-9])+")
# A character that has to be there (the group), or a class, a count or any other part of a regular expression.
_TOKEN = re.compile(
    r"(\\[^A-Za-z0-9]|[^\\.^$*+?{}()|\[\]])(?![*?{])|\[\^?\]?(?:\\.|[^\]\\])*\]|\{[^}]*\}|\\.|.", re.DOTALL
)
# A flag may say that case does not matter, and a character may be written as a number.
_UNREADABLE = re.compile(r"\(\?|\\[0-9xuUN]")

Branches = tuple[tuple[bytes, ...], ...]
# A state of the search: the next one for each class of bytes, and last the places that are filed under the clue just read.
Row = list[Any]


class Bots:
    """The patterns of a list. ``clues`` narrows them down for all agents that are alike but for case and digits, ``first`` decides for one."""

    def __init__(self, patterns: Sequence[str]) -> None:
        required = [literals(pattern) for pattern in patterns]
        filed = _filed(required)
        self._unfiled = filed.pop(b"", [])
        letters = bytes(sorted({letter for clue in filed for letter in clue}))
        self._classes = bytes(letters.find(letter) + 1 for letter in FOLD)
        self._start = _automaton({clue.translate(self._classes): filed[clue] for clue in filed}, len(letters) + 1)
        self._tests = tuple(map(_test, patterns, required))

    def candidates(self, agent: bytes) -> tuple[int, ...]:
        """The places of all patterns that may match an agent, in the order of the list."""
        found, row = set(self._unfiled), self._start
        for letter in agent.translate(self._classes):
            row = row[letter]
            if row[-1]:
                found.update(row[-1])
        return tuple(sorted(found))

    def first(self, candidates: Collection[int], agent: bytes) -> int | None:
        """The place of the first that matches, or None."""
        return next((place for place in candidates if _matches(self._tests[place], agent)), None)


def literals(pattern: str) -> Branches:
    r"""For each alternative of a pattern the texts that have to stand in whatever it matches.

    >>> literals(r"^Ahrefs(Bot|Audit) v2\.x?[0-9]+"), literals("Chirp|[gG]otosocial")
    (((b'Ahrefs', b' v2.'),), ((b'Chirp',), (b'otosocial',)))
    """
    if _UNREADABLE.search(pattern):
        return ((),)
    branches, depth = [[""]], 0
    for token in _TOKEN.finditer(pattern):
        depth += (token[0] == "(") - (token[0] == ")")
        if depth == 0 and token[1]:
            branches[-1][-1] += token[1][-1]
        elif depth == 0 and token[0] == "|":
            branches.append([""])
        else:
            branches[-1].append("")
    return tuple(tuple(run.encode() for run in runs if run) for runs in branches)


def _filed(required: Sequence[Branches]) -> dict[bytes, list[int]]:
    """Places by clue: for each alternative the one that the fewest others and no browser contain, or b"" where it requires nothing."""
    grams = [[{*_grams(runs)} for runs in branches] for branches in required]
    common = Counter(gram for branches in grams for choice in branches for gram in choice)

    def worth(gram: bytes) -> tuple[bool, int, int, int, bytes]:
        return (gram in _BROWSERS, -len(gram), gram.count(b"0"), common[gram], gram)

    filed: defaultdict[bytes, list[int]] = defaultdict(list)
    for place, branches in enumerate(grams):
        for clue in {min(choice, key=worth, default=b"") for choice in branches}:
            filed[clue].append(place)
    return dict(filed)


def _grams(runs: Sequence[bytes]) -> Iterator[bytes]:
    for run in runs:
        folded = run.translate(FOLD)
        yield from (folded[start : start + _CLUE] for start in range(max(1, len(run) - _CLUE + 1)))


def _automaton(filed: Mapping[bytes, Sequence[int]], width: int) -> Row:
    """The first state of a search for all clues at once (Aho and Corasick, 1975), with every transition worked out."""
    rows: dict[bytes, Row] = {clue[:end]: [] for clue in filed for end in range(len(clue) + 1)}
    children: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for prefix in filter(None, rows):
        children[prefix[:-1]].append(prefix)
    start = rows[b""]
    fallback: dict[bytes, Row] = {b"": [start] * width + [()]}
    for prefix in sorted(rows, key=len):
        row = rows[prefix]
        row[:] = fallback[prefix]
        row[-1] += tuple(filed.get(prefix, ()))
        for child in children.get(prefix, ()):
            fallback[child] = row[child[-1]]
            row[child[-1]] = rows[child]
    return start


def _test(pattern: str, required: Branches) -> bytes | re.Pattern[bytes]:
    """The text to look for, where a pattern is nothing but one."""
    return required[0][0] if _PLAIN.fullmatch(pattern) else re.compile(pattern.encode())


def _matches(test: bytes | re.Pattern[bytes], agent: bytes) -> bool:
    return test in agent if isinstance(test, bytes) else test.search(agent) is not None

"""Finds the first of many regular expressions that matches a User-Agent, in microseconds whatever the agent is.

Trying the 1,500 patterns of crawler-user-agents one after another takes milliseconds. So each pattern is indexed by an atom: up to six bytes that
every match contains. One pass over the agent finds the atoms in it, and only the patterns of those atoms are tried (as RE2's FilteredRE2 does).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

_ATOM_LENGTH = 6
# Atoms ignore case and treat all digits alike. That halves the automaton, and agents that differ only in digits contain the same atoms.
_NORMALIZED = bytes(ord("0") if chr(byte).isdecimal() else byte for byte in bytes(range(128)).lower()) + bytes(
    range(128, 256)
)
# Normalized User-Agents of browsers: a pattern with an atom from these would be tried for every reader.
_BROWSERS = b" ".join((
    b"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36 Edg/140.0",
    b"Mozilla/5.0 (Linux; Android 15; K) Gecko/20100101 Firefox/140.0 SamsungBrowser/28.0 OPR/120.0 Version/4.0",
    b"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Vivaldi/7.5 (X11; Linux x86_64; rv:140.0) Chromium (X11; CrOS x86_64 14541.0.0)",
    b"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) (iPad; CPU OS 17_0 CriOS/140.0 FxiOS/140.0 Version/18.0 Mobile/15E148 Safari/604.1",
)).translate(_NORMALIZED)  # fmt: skip
_PLAIN = re.compile(r"(?:[^\\.^$*+?{}()|\[\]]|\\[^A-Za-z0-9])+")
# A character that every match contains (the group), or a class, a count or any other part of a regular expression.
_TOKEN = re.compile(
    r"(\\[^A-Za-z0-9]|[^\\.^$*+?{}()|\[\]])(?![*?{])|\[\^?\]?(?:\\.|[^\]\\])*\]|\{[^}]*\}|\\.|.", re.DOTALL
)
# A flag may make the pattern ignore case, and an escape may denote a character by its number.
_UNSUPPORTED = re.compile(r"\(\?|\\[0-9xuUN]")

Branches = tuple[tuple[bytes, ...], ...]
# A state of the automaton: the next state for each class of bytes, and last the positions of the patterns whose atom ends here.
Row = list[Any]


class Bots:
    """The index of a list of patterns. ``candidates`` selects the patterns that may match an agent, ``first`` finds the one that does."""

    def __init__(self, patterns: Sequence[str]) -> None:
        required = [literals(pattern) for pattern in patterns]
        by_atom = _positions_by_atom(required)
        self._always_tried = by_atom.pop(b"", [])
        letters = bytes(sorted({letter for atom in by_atom for letter in atom}))
        self._classes = bytes(letters.find(letter) + 1 for letter in _NORMALIZED)
        self._start = _automaton({atom.translate(self._classes): by_atom[atom] for atom in by_atom}, len(letters) + 1)
        self._tests = tuple(map(_test, patterns, required))

    def candidates(self, agent: bytes) -> tuple[int, ...]:
        """The positions of the patterns that may match an agent, in the order of the list."""
        found, row = set(self._always_tried), self._start
        for letter in agent.translate(self._classes):
            row = row[letter]
            if row[-1]:
                found.update(row[-1])
        return tuple(sorted(found))

    def first(self, candidates: Collection[int], agent: bytes) -> int | None:
        """The position of the first pattern that matches, or None."""
        return next((position for position in candidates if _matches(self._tests[position], agent)), None)


def literals(pattern: str) -> Branches:
    r"""For each alternative of a pattern, the texts that every match contains.

    >>> literals(r"^Ahrefs(Bot|Audit) v2\.x?[0-9]+"), literals("Chirp|[gG]otosocial")
    (((b'Ahrefs', b' v2.'),), ((b'Chirp',), (b'otosocial',)))
    """
    if _UNSUPPORTED.search(pattern):
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


def _positions_by_atom(required: Sequence[Branches]) -> dict[bytes, list[int]]:
    """The positions of patterns by atom: for each alternative the atom that no browser and the fewest patterns contain, or b"" if it has none."""
    grams = [[{*_grams(runs)} for runs in branches] for branches in required]
    common = Counter(gram for branches in grams for choice in branches for gram in choice)

    def worth(gram: bytes) -> tuple[bool, int, int, int, bytes]:
        return (gram in _BROWSERS, -len(gram), gram.count(b"0"), common[gram], gram)

    by_atom: defaultdict[bytes, list[int]] = defaultdict(list)
    for position, branches in enumerate(grams):
        for atom in {min(choice, key=worth, default=b"") for choice in branches}:
            by_atom[atom].append(position)
    return dict(by_atom)


def _grams(runs: Sequence[bytes]) -> Iterator[bytes]:
    for run in runs:
        normalized = run.translate(_NORMALIZED)
        yield from (normalized[start : start + _ATOM_LENGTH] for start in range(max(1, len(run) - _ATOM_LENGTH + 1)))


def _automaton(by_atom: Mapping[bytes, Sequence[int]], width: int) -> Row:
    """The start state of an automaton that finds all atoms (Aho and Corasick, 1975), with every transition precomputed."""
    rows: dict[bytes, Row] = {atom[:end]: [] for atom in by_atom for end in range(len(atom) + 1)}
    children: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for prefix in filter(None, rows):
        children[prefix[:-1]].append(prefix)
    start = rows[b""]
    fallback: dict[bytes, Row] = {b"": [start] * width + [()]}
    for prefix in sorted(rows, key=len):
        row = rows[prefix]
        row[:] = fallback[prefix]
        row[-1] += tuple(by_atom.get(prefix, ()))
        for child in children.get(prefix, ()):
            fallback[child] = row[child[-1]]
            row[child[-1]] = rows[child]
    return start


def _test(pattern: str, required: Branches) -> bytes | re.Pattern[bytes]:
    """What to search for: plain text if the pattern is one, else the compiled pattern."""
    return required[0][0] if _PLAIN.fullmatch(pattern) else re.compile(pattern.encode())


def _matches(test: bytes | re.Pattern[bytes], agent: bytes) -> bool:
    return test in agent if isinstance(test, bytes) else test.search(agent) is not None

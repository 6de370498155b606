"""What the index stores of a text: the keys of its words in their order, then the further keys by which they are found."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from blog.search.stems import code_of, stem
from blog.search.texts import SearchText
from blog.search.words import LONGEST_WORD, WORD, words_of

# It stands between pieces that no phrase may span. No word has this character.
GAP = "¦"
_SHORTEST_FORM = 3
# Each takes 1 KB, and a large site has many times as many, most of them rare.
_MOST_KNOWN = 4096


@dataclass(frozen=True, slots=True)
class SectionFields:
    """The columns of a section in the index."""

    heading: str
    body: str
    code: str


@dataclass(frozen=True, slots=True)
class TextFields:
    """The columns of a text in the index, those of its sections, and the words that a typing error may be corrected to, as they are written.

    A stem may be what was mistyped too: its ``forms`` entry has a word of the text with that stem.
    """

    title: str
    tags: str
    headings: str
    body: str
    code: str
    sections: tuple[SectionFields, ...]
    forms: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the index has for a word as it is written: its keys in their order, its further keys, and the forms and stems that may be meant by it."""

    keys: tuple[str, ...]
    others: dict[str, None]
    forms: dict[str, str]
    stems: dict[str, str]


class _Forms:
    """The words of a text, and the stems of its words, with the words as they are written."""

    __slots__ = ("stems", "words")

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self.stems: dict[str, str] = {}

    def add(self, entry: _Entry) -> None:
        self.words.update(entry.forms)
        self.stems.update(entry.stems)


class _Field:
    """The keys of one piece of text, and its further keys, each once."""

    __slots__ = ("keys", "others")

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.others: dict[str, None] = {}

    def __str__(self) -> str:
        return _column([self])


class Analyzer:
    """Analyses texts of one language. It remembers the words that it has met last."""

    def __init__(self, language: str) -> None:
        self._language = code_of(language)
        self._known: dict[str, _Entry] = {}

    def fields(self, text: SearchText) -> TextFields:
        forms = _Forms()
        title, tags = self._field(text.title, forms), [self._field(name, forms) for name, _ in text.tags]
        sections = [
            [self._field(words, forms) for words in (section.heading, section.body, section.code)]
            for section in text.sections
        ]
        return TextFields(
            str(title),
            _column(tags),
            _column(heading for heading, _, _ in sections),
            _column(body for _, body, _ in sections),
            _column(code for _, _, code in sections),
            tuple(SectionFields(*map(str, section)) for section in sections),
            forms.stems | forms.words,
        )

    def _field(self, text: str, forms: _Forms) -> _Field:
        field, known = _Field(), self._known
        if len(known) > _MOST_KNOWN:
            known.clear()
        written = WORD.findall(text)
        distinct = dict.fromkeys(written)
        for word in distinct:
            if word not in known:
                known[word] = self._entry(word)
        for word in written:
            field.keys += known[word].keys
        for word in distinct:
            field.others.update(known[word].others)
            forms.add(known[word])
        return field

    def _entry(self, written: str) -> _Entry:
        keys: list[str] = []
        others: dict[str, None] = {}
        forms: dict[str, str] = {}
        stems: dict[str, str] = {}
        for _, _, word in words_of(written):
            keys += word.keys
            others |= dict.fromkeys(word.others)
            for form, shown in word.forms:
                if _may_be_meant(form):
                    forms[form] = shown
                if found := stem(shown, self._language):
                    others[found] = None
                    if _may_be_meant(found[1:]):
                        stems[found[1:]] = shown
        return _Entry(tuple(keys), others, forms, stems)


def _may_be_meant(form: str) -> bool:
    return _SHORTEST_FORM <= len(form) < LONGEST_WORD and not form.isdigit()


def _column(fields: Iterable[_Field]) -> str:
    return " ".join(_words(list(fields)))


def _words(fields: list[_Field]) -> Iterator[str]:
    others: dict[str, None] = {}
    for field in fields:
        if field.keys:
            yield from field.keys
            yield GAP
        others.update(field.others)
    yield from others

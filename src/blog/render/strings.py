"""Strings: the words that the service says to readers, in one language."""

import re
from collections.abc import Iterable, KeysView, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypedDict

from jinja2 import TemplateError
from markupsafe import Markup, escape

from blog.content.scripts import Direction, direction
from blog.render.formats import Formats
from blog.render.plurals import category

STRINGS = "strings"
ENGLISH = "en"
LINK = re.compile(r"\[([^\]]+)\]\((\w+)\)")

# The forms of a text by plural category; one that does not count has only "other".
Forms = Mapping[str, str]


class Packed(TypedDict):
    """The words of a page, with which an edition from the cache says them again: texts with the language of each by key, and the formats."""

    lang: str
    texts: Mapping[str, tuple[str, Forms]]
    formats: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language, and how it writes dates and numbers. ``files`` are those that they come from, by key."""

    lang: str
    texts: dict[str, Forms] = field(default_factory=dict)
    formats: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)


class Words:
    """The texts of one language, for templates: ``t("copy")``, ``t("count_posts", n=3)``. The first catalogue that has a text gives it."""

    def __init__(self, catalogues: Iterable[Catalogue], formats: Formats) -> None:
        first, *_ = chain = tuple(catalogues)
        self.lang = first.lang
        self.formats = formats
        self._texts = {key: (it.lang, forms) for it in reversed(chain) for key, forms in it.texts.items()}

    @property
    def keys(self) -> KeysView[str]:
        """The keys of the texts."""
        return self._texts.keys()

    def forms(self, key: str) -> Forms:
        """The forms of a text by plural category."""
        return self._texts[key][1]

    @property
    def dir(self) -> Direction:
        return direction(self.lang)

    def speaks(self, lang: str) -> bool:
        """Whether these are texts of the language of a tag, in whatever country."""
        return lang.lower().partition("-")[0] == self.lang.lower().partition("-")[0]

    def __call__(self, key: str, /, **values: object) -> Markup:
        """A text as HTML. Values are escaped unless they are safe; ``n`` is the number that decides on the plural.

        Raises:
            TemplateError: there is no such text, or a value is missing.
        """
        try:
            return _with_links(self._form(key, values)).format(**self._shown(values))
        except KeyError as problem:
            raise _lacks(key, problem) from problem

    def text(self, key: str, /, **values: object) -> str:
        """A text that is no HTML, such as a title; raises as a call does."""
        try:
            return self._form(key, values).format(**self._shown(values))
        except KeyError as problem:
            raise _lacks(key, problem) from problem

    def attributes(self, *keys: str) -> Markup:
        """Texts as data- attributes, for a script: their placeholders are left to it."""
        texts = ((key.replace("_", "-"), self._form(key, {})) for key in keys)
        return Markup("").join(Markup(' data-{}="{}"').format(name, text) for name, text in texts)

    def label(self, key: str, number: int) -> str:
        """A text in the markup of a document as HTML."""
        return str(self(key, number=number))

    def day(self, moment: datetime) -> str:
        return self.formats.date(moment)

    def short_day(self, moment: datetime) -> str:
        return self.formats.short_date(moment)

    def size(self, count: int) -> str:
        return self.formats.size(count)

    def alternatives(self, items: Iterable[str]) -> Markup:
        return self.formats.alternatives(list(items))

    def packed(self) -> Packed:
        """Everything that these words say, as JSON can say it."""
        return Packed(lang=self.lang, texts=self._texts, formats=self.formats.model_dump())

    @classmethod
    def unpacked(cls, packed: Packed) -> "Words":
        words = cls([Catalogue(packed["lang"])], Formats.model_validate(packed["formats"]))
        words._texts = {key: (lang, forms) for key, (lang, forms) in packed["texts"].items()}
        return words

    def _form(self, key: str, values: Mapping[str, object]) -> str:
        if key not in self._texts:
            near = get_close_matches(key, self._texts, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise TemplateError(f"there is no text {key!r} in {STRINGS}/{ENGLISH}.toml{hint}")
        lang, forms = self._texts[key]
        n = values.get("n")
        return forms.get(category(lang, n), forms["other"]) if isinstance(n, int) else forms["other"]

    def _shown(self, values: Mapping[str, object]) -> Mapping[str, object]:
        return {name: self._value(name, value) for name, value in values.items()}

    def _value(self, name: str, value: object) -> object:
        if not isinstance(value, int):
            return value
        return self.formats.number(value) if name == "n" else self.formats.plain(value)


def _with_links(form: str) -> Markup:
    """The text as HTML that still has its placeholders; ``[words](name)`` is a link to the value of that name."""
    return Markup(LINK.sub(r'<a href="{\2}">\1</a>', str(escape(form))))  # noqa: S704 -- escaped, apart from the links


def _lacks(key: str, problem: KeyError) -> TemplateError:
    return TemplateError(f"the text {key!r} needs a value for {problem}")

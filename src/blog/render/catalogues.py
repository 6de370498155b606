"""Catalogues of strings: strings/LANG.toml in the folders of the theme, and the one that a language tag gets."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from pydantic import ValidationError

from blog.content.file_names import is_language_tag
from blog.content.files import UnreadableError, is_editors_file, read_regular
from blog.content.folder import MAX_TEXT_BYTES
from blog.errors import ContentError, Fault, Severity, errors_in
from blog.render.formats import Formats
from blog.render.plurals import CATEGORIES
from blog.render.strings import ENGLISH, LINK, STRINGS, Catalogue, Forms, Words

_FORMATS = "formats"
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)")
# What these are written in is not the script of zh alone, so CLDR gives them another parent.
_TRADITIONAL_CHINESE = frozenset({"zh-hant", "zh-hk", "zh-mo", "zh-tw"})
_MOST_NAMED = 5


class Catalogues:
    """The catalogues of a theme. A text in an earlier folder replaces the text of that key in a later one. ``faults`` are warnings."""

    def __init__(self, *folders: Path) -> None:
        """Read the catalogues.

        Raises:
            ContentError: a catalogue has a fault.
        """
        self._folders = folders
        self._catalogues: dict[str, Catalogue] = {}
        # The values that a text may have, by its key: those in English, in any folder.
        self._values: dict[str, set[str]] = {}
        faults = [fault for folder in folders for fault in self._read(folder / STRINGS)]
        faults += [fault for it in self._catalogues.values() for fault in self._check(it)]
        if errors_in(faults):
            raise ContentError(faults)
        self.faults = tuple(faults)
        self.words = cache(self._words)

    def has(self, lang: str) -> bool:
        """Whether there is a catalogue for a language tag, or for the language alone."""
        return any(tag in self._catalogues for tag in _parents(lang))

    def _words(self, lang: str) -> Words:
        """The texts for a language tag: those of the tag, of the language alone, and in English.

        Raises:
            ContentError: there is no English catalogue.
        """
        chain = self._chain(lang)
        if not chain:
            raise ContentError([Fault(self._folders[-1] / STRINGS / f"{ENGLISH}.toml", 1, "does not exist")])
        return Words(chain, Formats.model_validate(_merged(chain)))

    def _chain(self, lang: str) -> list[Catalogue]:
        tags = dict.fromkeys([*_parents(lang), ENGLISH])
        return [self._catalogues[tag] for tag in tags if tag in self._catalogues]

    def _read(self, folder: Path) -> Iterator[Fault]:
        try:
            paths = sorted(folder.iterdir())
        except FileNotFoundError:
            return
        except OSError as problem:
            yield Fault(folder, 1, f"cannot be read: {problem.strerror}")
            return
        for path in paths:
            if path.suffix == ".toml" and not path.name.startswith(".") and not is_editors_file(path.name):
                yield from self._read_file(path)

    def _read_file(self, path: Path) -> Iterator[Fault]:
        if not is_language_tag(path.stem):
            problem = "is named after no language tag, such as de.toml or pt-BR.toml, and is not used"
            yield Fault(path, 1, problem, Severity.WARNING)
            return
        try:
            text = read_regular(path, MAX_TEXT_BYTES).decode()
            data = tomllib.loads(text)
        except UnreadableError as problem:
            yield Fault(path, 1, str(problem))
        except UnicodeDecodeError as problem:
            yield Fault(path, problem.object.count(b"\n", 0, problem.start) + 1, f"is not UTF-8: {problem.reason}")
        except tomllib.TOMLDecodeError as problem:
            at = _AT_LINE.search(str(problem))
            yield Fault(path, int(at[1]) if at else 1, f"is not TOML: {_AT_LINE.sub('', str(problem))}")
        else:
            yield from self._take(path, text, data)

    def _take(self, path: Path, text: str, data: dict[str, Any]) -> Iterator[Fault]:
        """Add what a file has to the catalogue of its language, where no earlier folder has it."""
        lang = path.stem.lower()
        catalogue = self._catalogues.setdefault(lang, Catalogue(path.stem))
        formats = data.pop(_FORMATS, {})
        if not isinstance(formats, dict):
            yield Fault(path, _line(text, _FORMATS), f"{_FORMATS!r} is no table")
            formats = {}
        for key, value in formats.items():
            if catalogue.formats.setdefault(key, value) is value:
                catalogue.files[f"{_FORMATS}.{key}"] = path
        for key, value in data.items():
            forms = _forms(value)
            if forms is None:
                problem = f"{key!r} is neither a text nor a table of texts by plural category, with at least 'other'"
                yield Fault(path, _line(text, key), f"{problem} ({', '.join(CATEGORIES)})")
            elif key not in catalogue.texts:
                catalogue.texts[key], catalogue.files[key] = forms, path
            if forms and lang == ENGLISH:
                self._values.setdefault(key, set()).update(*map(_values, forms.values()))

    def _check(self, catalogue: Catalogue) -> Iterator[Fault]:
        yield from self._check_formats(catalogue)
        if catalogue.lang == ENGLISH:
            return
        chain = self._chain(catalogue.lang)[:-1]
        missing = [key for key in self._values if not any(key in it.texts for it in chain)]
        if missing and catalogue.files:
            more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
            problem = f"has no text for {', '.join(missing[:_MOST_NAMED])}{more}; the English one is shown"
            yield Fault(next(iter(catalogue.files.values())), 1, problem, Severity.WARNING)
        for key, forms in catalogue.texts.items():
            yield from self._check_text(catalogue, key, forms)

    def _check_text(self, catalogue: Catalogue, key: str, forms: Forms) -> Iterator[Fault]:
        path, known = catalogue.files[key], self._values.get(key)
        if known is None:
            problem = f"{key!r} is the key of no text in English, and is not used"
            yield Fault(path, _line_in(path, key), problem, Severity.WARNING)
            return
        for form in forms.values():
            for name in sorted(_values(form) - known):
                problem = f"{key!r} has the placeholder {{{name}}}, for which there is no value; "
                values = f"its values are {', '.join(sorted(known))}" if known else "it has no values"
                yield Fault(path, _line_in(path, key), problem + values)
        for name in sorted(known - _values(forms["other"])):
            problem = f"{key!r} leaves out {{{name}}}, which the English text has"
            yield Fault(path, _line_in(path, key), problem, Severity.WARNING)

    def _check_formats(self, catalogue: Catalogue) -> Iterator[Fault]:
        english = self._catalogues[ENGLISH].formats if ENGLISH in self._catalogues else {}
        try:
            Formats.model_validate(_merged(self._chain(catalogue.lang)))
        except ValidationError as invalid:
            for error in invalid.errors(include_url=False):
                yield _of_format(catalogue, str(error["loc"][0]), error["msg"])
        for key, value in catalogue.formats.items():
            if isinstance(value, str) and not (_is_pattern(value) and _values(value) <= _values(str(english.get(key)))):
                yield _of_format(catalogue, key, f"{value!r} has a placeholder for which there is no value")


def _of_format(catalogue: Catalogue, key: str, problem: str) -> Fault:
    path = catalogue.files.get(f"{_FORMATS}.{key}") or next(iter(catalogue.files.values()))
    return Fault(path, _line_in(path, key), f"{_FORMATS}.{key}: {problem}")


def _parents(lang: str) -> list[str]:
    """A language tag and what it is cut down to (RFC 4647, 3.4), in lower case.

    >>> _parents("pt-BR"), _parents("zh-Hant-HK")
    (['pt-br', 'pt'], ['zh-hant-hk', 'zh-hant'])
    """
    parts = lang.lower().split("-")
    tags = ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]
    return tags[:-1] if _TRADITIONAL_CHINESE & set(tags) else tags


def _merged(chain: list[Catalogue]) -> dict[str, Any]:
    return {key: value for it in reversed(chain) for key, value in it.formats.items()}


def _forms(value: object) -> Forms | None:
    """The forms of a text as it is written; None if it is none."""
    if isinstance(value, str):
        return {"other": value} if _is_pattern(value) else None
    if not isinstance(value, dict) or "other" not in value or not value.keys() <= set(CATEGORIES):
        return None
    return value if all(isinstance(form, str) and _is_pattern(form) for form in value.values()) else None


def _is_pattern(form: str) -> bool:
    """Whether the placeholders of a text are names in braces, and nothing else."""
    try:
        fields = [name for _, name, _, _ in Formatter().parse(form) if name is not None]
    except ValueError:
        return False
    return all(name.isidentifier() for name in fields)


def _values(form: str) -> set[str]:
    names = {name for _, name, _, _ in Formatter().parse(form) if name}
    return names | {name for _, name in LINK.findall(form)}


def _line_in(path: Path, key: str) -> int:
    try:
        return _line(read_regular(path, MAX_TEXT_BYTES).decode(), key)
    except (UnreadableError, UnicodeDecodeError):
        return 1


def _line(text: str, key: str) -> int:
    """The line of a key."""
    found = re.search(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*(?:[=.\]]|$)", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1

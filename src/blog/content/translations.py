"""Translations: which texts are the same text in other languages."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from blog import urls
from blog.content.document import Remark
from blog.content.file_names import read_name, without_language
from blog.content.front_matter import key_line
from blog.content.library import Library, resolve_relative
from blog.content.named_texts import by_path
from blog.content.post import Text

# The texts that are translations of each other, by the file of each: first the one for readers of any other language.
Translations = Mapping[PurePosixPath, tuple[Text, ...]]


def translations_of(texts: Iterable[Text], lang: str) -> Translations:
    """The translations among some texts; ``lang`` is the language of the site."""
    groups = _Groups(texts)
    found = (_in_order(group, lang, groups.originals) for group in groups.all)
    return {text.file: group for group in found if len(group) > 1 for text in group}


def remarks(library: Library) -> Iterator[tuple[Text, Remark]]:
    """What is wrong with the translations of a library."""
    texts, lang = (*library.texts, *library.drafts), library.config.lang
    groups = _Groups(texts)
    shown = {text.file for group in groups.all for text in _in_order(group, lang, groups.originals)}
    for text in sorted(texts, key=lambda text: text.file):
        line = key_line(text.source, "translation_of")
        if text.translation_of and not groups.is_paired(text):
            problem = f"translation_of {text.translation_of!r} is no text; name its file, its address or its slug"
            yield text, Remark(line, problem)
        elif text.file not in shown:
            problem = f"is no translation: another text that it belongs to is in {text.lang or lang!r} too; give it another lang"
            yield text, Remark(line, problem)
        elif not groups.is_paired(text) and _is_named_after_language(text):
            problem = f"is read as a text in {text.lang!r} by its name; its address ends with {text.slug!r}"
            yield text, Remark(1, problem)


def _is_named_after_language(text: Text) -> bool:
    lang = read_name(text.file).lang
    return bool(lang) and text.slug.endswith(f"-{lang.lower()}")


def _in_order(group: list[Text], lang: str, originals: frozenset[PurePosixPath]) -> tuple[Text, ...]:
    """One text in each language: first that in the language of the site, or the original, then by language."""
    by_language: dict[str, Text] = {}
    for text in sorted(group, key=lambda it: (it.file not in originals, bool(read_name(it.file).lang), it.file)):
        by_language.setdefault((text.lang or lang).lower(), text)
    first, *_ = by_language
    default = lang.lower() if lang.lower() in by_language else first
    others = sorted(by_language.keys() - {default})
    return tuple(by_language[it] for it in (default, *others))


class _Groups:
    """Texts that belong together: by the key ``translation_of``, or by names as a.md and a.de.md."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self._texts = tuple(texts)
        self._by_path = by_path(self._texts)
        self._by_address = {urls.decoded(text.url): text for text in reversed(self._texts)}
        self._by_slug = {(text.kind.name, text.slug): text for text in reversed(self._texts)}
        self._targets = {text.file: self._target(text) for text in self._texts}
        self.originals = frozenset(target.file for target in self._targets.values() if target)
        groups: defaultdict[str, list[Text]] = defaultdict(list)
        for text in self._texts:
            groups[self._key(text)].append(text)
        self.all = tuple(groups.values())
        self._paired = frozenset(text.file for group in self.all if len(group) > 1 for text in group)

    def is_paired(self, text: Text) -> bool:
        return text.file in self._paired

    def _target(self, text: Text) -> Text | None:
        """The text that ``translation_of`` names."""
        written = text.translation_of
        if not written:
            return None
        path = resolve_relative(text, written)
        found = (path and self._by_path.get(path)) or self._by_address.get(urls.canonical(written))
        return found or self._by_slug.get((text.kind.name, written.strip("/").lower()))

    def _key(self, text: Text) -> str:
        """The same for all texts of a group. Texts may name each other; those that name no text have what they name in common."""
        chain = [text]
        while (target := self._targets[chain[-1].file]) and target not in chain:
            chain.append(target)
        if target:
            return min(str(without_language(it.file)) for it in chain[chain.index(target) :])
        last = chain[-1]
        return f"\0{last.translation_of}" if last.translation_of else str(without_language(last.file))

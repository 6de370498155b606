"""Languages of a library for which the theme has no words."""

from collections.abc import Iterator
from pathlib import Path

from blog.content.folder import CONFIG
from blog.content.front_matter import key_line
from blog.content.library import Library
from blog.errors import Fault, Severity
from blog.render.strings import STRINGS
from blog.render.theme import Theme


def unspoken(library: Library, theme: Theme, folder: Path) -> Iterator[Fault]:
    """A warning for each language without a catalogue, at the first place that names it."""
    config = library.config.lang
    if not theme.speaks(config):
        yield _warning(folder / CONFIG, 1, config, "English")
    seen = {config}
    for text in sorted((*library.texts, *library.drafts), key=lambda text: text.file):
        if text.lang and text.lang not in seen and not theme.speaks(text.lang):
            words = theme.words(config).formats.name
            yield _warning(folder / text.file, key_line(text.source, "lang"), text.lang, words)
        seen.add(text.lang or config)


def _warning(file: Path, line: int, lang: str, shown: str) -> Fault:
    problem = f"lang {lang!r} has no catalogue of words, so those around the text are in another language ({shown}); "
    return Fault(file, line, f"{problem}add {STRINGS}/{lang}.toml to the theme", Severity.WARNING)

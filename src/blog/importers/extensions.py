"""Extensions of Markdown that the old program did not have: a text in which one of them would change something turns it off."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from blog.content import markdown
from blog.content.document import dialect_of
from blog.content.extensions import DEFAULT, SWITCHES
from blog.importers.items import SourceSite
from blog.importers.plan import Planned
from blog.importers.source_folder import SourceFolder

# What each program understands by itself.
_OF_ENGINE: Mapping[str, frozenset[str]] = {
    "jekyll": frozenset({"definition_lists", "abbreviations"}),
    "hugo": frozenset({"definition_lists"}),
    "pelican": frozenset({"definition_lists", "abbreviations"}),
}
# Words in the configuration or the theme of a site which has an extension of its own.
_SIGNS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "math": r"mathjax|katex|remark-math|texmath|render_math|passthrough|latex2mathml|pandoc",
        "emoji": r"jemoji|enableEmoji[\"']?\s*[=:]\s*true|render_emoji\s*=\s*true|remark-g?emoji|markdown-it-emoji|pymdownx\.emoji",
        "mark": r"markdown-it-mark|remark-(?:flexible-)?mark|pymdownx\.mark|\[markup\.goldmark\.extensions\.extras\.mark\]",
        "superscript": r"markdown-it-sup\b|remark-(?:sub-)?super|pymdownx\.caret|\[markup\.goldmark\.extensions\.extras\.superscript\]",
        "definition_lists": r"markdown-it-deflist|remark-definition-list|remark-deflist",
        "abbreviations": r"markdown-it-abbr|remark-abbr",
        "admonitions": r"admonition|remark-directive|starlight|markdown-it-container|remark-container|callout",
        "wiki_links": r"wiki-?_?links?|obsidian|quartz|backlinks|interlink",
        "toc": r"markdown-it-(?:toc|table-of-contents)|toc-done-right|remark-toc|extensions\.toc|[\"']toc[\"']",
    }.items()
}
# Where a text uses one: a cheap test before it is parsed.
_USES: Mapping[str, re.Pattern[str]] = {
    "math": re.compile(r"\$|\\[(\[]"),
    "emoji": re.compile(r":[a-z0-9_+-]+:"),
    "mark": re.compile(r"=="),
    "superscript": re.compile(r"\^"),
    "definition_lists": re.compile(r"^[ >]*:[ \t]", re.MULTILINE),
    "abbreviations": re.compile(r"^[ >]*\*\[", re.MULTILINE),
    "admonitions": re.compile(r"^[ >]*(?::::|!!!|\?\?\?)|\[!\w", re.MULTILINE),
    "wiki_links": re.compile(r"\[\["),
    "toc": re.compile(r"\[_?toc_?\]|\{\{[ \t]*toc[ \t]*\}\}", re.IGNORECASE),
}
_CONFIGURATION = re.compile(r".*\.(?:toml|ya?ml|json|py|[cm]?[jt]s)|.*(?:head|foot|math|katex|base|default|layout|script|post|single)[^/]*\.(?:html|njk|liquid|astro|[jt]sx)", re.IGNORECASE)  # fmt: skip
_THEMES = (
    "_includes",
    "_layouts",
    "_data",
    "layouts",
    "templates",
    "themes",
    "config",
    "src/layouts",
    "src/components",
    "src/_includes",
    "theme",
)
_LARGEST_FILE = 256 * 1024
_MOST_FILES = 400
_LOCK_FILES = frozenset({"package-lock.json", "npm-shrinkwrap.json"})


def extensions_of(site: SourceSite, folder: SourceFolder) -> frozenset[str]:
    """The extensions that a site has: those of its program, and those that its configuration or its theme names."""
    known = set(_OF_ENGINE.get(site.engine, ()))
    for text in _configuration(folder):
        known |= {name for name, sign in _SIGNS.items() if name not in known and sign.search(text)}
    return frozenset(known)


def _configuration(folder: SourceFolder) -> Iterator[str]:
    files = sorted(path for path in folder.root.iterdir() if path.is_file())
    for top in _THEMES:
        files += folder.files(folder.root / top)
    chosen = [path for path in files if _CONFIGURATION.fullmatch(path.name) and path.name not in _LOCK_FILES]
    for path in chosen[:_MOST_FILES]:
        yield _text(folder, path)


def _text(folder: SourceFolder, path: Path) -> str:
    try:
        if folder.is_file(path) and path.stat().st_size <= _LARGEST_FILE:
            return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        pass
    return ""


def unwanted(text: Planned, body: str, known: frozenset[str]) -> list[str]:
    """The extensions that would change how a body is shown, and that its program does not have."""
    unknown = [name for name in SWITCHES if name in _USES and name not in known | text.item.extensions]
    used = [name for name in unknown if _USES[name].search(body)]
    if not used:
        return []
    dialect = dialect_of(text.file)
    shown = markdown.parse(body, text.item.title, dialect).markup
    changing = []
    for name in used:
        without = replace(DEFAULT, **{name: False})  # type: ignore[arg-type]
        if markdown.parse(body, text.item.title, dialect, without).markup != shown:
            changing.append(name)
    return changing

"""What the path of a text says about it: its name, its date, its language."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath, PurePosixPath

# What texts are named, in any case; other programs use the other names.
TEXT_SUFFIXES = frozenset({".md", ".markdown", ".mdx"})
# The last date of a path counts: folders of years and days may have dated files.
_DATED = re.compile(
    r"(?:.*/)?(?P<year>\d{4})[-_/](?P<month>\d{1,2})[-_/](?P<day>\d{1,2})(?:[-_/ ]+(?P<name>[^/]*))?",
    re.ASCII | re.DOTALL,
)
# ISO 639-1. A name such as node.js.md or asp.net.md ends with none of them.
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr "
    "fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln "
    "lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk "
    "sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
_LANGUAGES = frozenset(_CODES.split())
_LANGUAGE = re.compile(r"(?P<name>.+)\.(?P<lang>[a-z]{2}(?:[-_][a-z0-9]{2,8})*)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FileName:
    """The words that name a text, as written, its date (2026-03-01) or "", and its language or ""."""

    words: str
    date: str
    lang: str


def read_name(file: PurePosixPath) -> FileName:
    """What the path of a text says. The folder of an index.md is its name.

    >>> read_name(PurePosixPath("2026/03-01-hello.fr.md"))
    FileName(words='hello', date='2026-03-01', lang='fr')
    >>> read_name(PurePosixPath("2026-03-01-hello/index.md"))
    FileName(words='hello', date='2026-03-01', lang='')
    """
    stem, lang = _language(file.stem)
    path = file.parent if stem.lower() == "index" and file.parent.name else file.parent / stem
    found = _DATED.fullmatch(str(path))
    day = _day(found) if found else ""
    words = (found["name"] or day) if found and day else path.name
    return FileName(words, day, lang)


_TAG = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8})*")


def is_language_tag(text: str) -> bool:
    """
    >>> is_language_tag("pt-BR"), is_language_tag("english")
    (True, False)
    """
    return _TAG.fullmatch(text) is not None


def without_language(path: PurePosixPath) -> PurePosixPath:
    """The path that the translations of a text have in common.

    >>> str(without_language(PurePosixPath("a/b.de.md"))), str(without_language(PurePosixPath("a/b.mdx")))
    ('a/b', 'a/b')
    """
    return path.with_name(_language(path.stem)[0])


def is_text(path: PurePath) -> bool:
    return path.suffix.lower() in TEXT_SUFFIXES


def is_index(path: PurePosixPath) -> bool:
    """Whether a file is the text of its folder: index.md, index.fr.mdx.

    >>> is_index(PurePosixPath("a/Index.md")), is_index(PurePosixPath("index.md")), is_index(PurePosixPath("a/_index.md"))
    (True, False, False)
    """
    return is_text(path) and _language(path.stem)[0].lower() == "index" and path.parent.name != ""


def is_section(path: PurePosixPath) -> bool:
    """Whether a file describes its folder as Hugo and Zola have it: _index.md, _index.fr.md."""
    return is_text(path) and _language(path.stem)[0].lower() == "_index"


def _language(stem: str) -> tuple[str, str]:
    found = _LANGUAGE.fullmatch(stem)
    if found and found["lang"][:2].lower() in _LANGUAGES:
        return found["name"], found["lang"].replace("_", "-")
    return stem, ""


def _day(found: re.Match[str]) -> str:
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"])).isoformat()
    except ValueError:
        return ""

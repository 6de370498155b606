"""The fonts of the cards: the files in the folder fonts of the theme, and which of them has a glyph for which character."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from pathlib import Path

from blog.build.cards.font_file import Coverage, coverage
from blog.build.cards.scripts import clusters, is_silent, needs_shaping
from blog.build.cards.shaping import shapes
from blog.content.config import Look
from blog.content.files import UnreadableError, is_editors_file, read_regular
from blog.errors import Fault, Severity
from blog.render.theme_folders import FONTS, MOST_FONT_BYTES

_EXTENSIONS = frozenset({".ttf", ".otf", ".ttc", ".otc", ".woff", ".woff2"})
# The faces of each look, for titles and for small text.
_FACES: Mapping[str, tuple[str, str]] = {
    "paper": ("newsreader.woff2", "source-serif.woff2"),
    "quiet": ("inter.woff2", "inter.woff2"),
    "typewriter": ("jetbrains-mono.woff2", "jetbrains-mono.woff2"),
}
_SHIPPED = ("source-serif.woff2", "inter.woff2", "jetbrains-mono.woff2", "newsreader.woff2")


@dataclass(frozen=True, slots=True, eq=False)
class Font:
    """A font file, named by its path in the folder fonts. ``digest`` changes with its bytes."""

    name: str
    path: Path
    covered: Coverage
    digest: str


@dataclass(frozen=True, slots=True)
class Faces:
    """Fonts in the order in which they are asked for a glyph."""

    fonts: tuple[Font, ...]
    # Characters that are known to have a glyph and not to depend on others: most texts have no other ones.
    _plain: set[str] = field(default_factory=set, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(font.name for font in self.fonts)

    def font_of(self, cluster: str) -> Font | None:
        """The first font that has glyphs for all characters of a cluster."""
        wanted = [character for character in cluster if not is_silent(character)]
        if not shapes() and needs_shaping(cluster):
            return None
        return next((font for font in self.fonts if all(it in font.covered for it in wanted)), None)

    def missing(self, text: str) -> list[str]:
        """The clusters that no font has glyphs for, each once."""
        if self._plain.issuperset(text):
            return []
        missing = [it for it in dict.fromkeys(clusters(text)) if self.font_of(it) is None]
        self._plain.update(it for it in clusters(text) if len(it) == 1 and it not in missing)
        return missing


def font_paths(folders: Sequence[Path]) -> dict[str, Path]:
    """The font files of a theme by name; those of its own folder first, and in the place of shipped ones with their name."""
    found: dict[str, Path] = {}
    for folder in folders:
        found |= {path.name: path for path in _files(folder / FONTS) if path.name not in found}
    return found


def _files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for name in sorted(os.listdir(folder)):  # noqa: PTH208 -- only the names are needed
        if not (name.startswith(".") or is_editors_file(name)) and Path(name).suffix.lower() in _EXTENSIONS:
            yield folder / name


def read_fonts(paths: Mapping[str, Path]) -> tuple[dict[str, Font], list[Fault]]:
    """The fonts that can be read, by name, and a warning for each other one."""
    fonts: dict[str, Font] = {}
    faults: list[Fault] = []
    for name, path in paths.items():
        try:
            fonts[name] = _font(name, path, path.stat().st_mtime_ns)
        except (OSError, UnreadableError, ValueError) as problem:
            reason = problem.strerror if isinstance(problem, OSError) else str(problem)
            faults.append(Fault(path, 1, f"{reason}; no card is drawn with this font", Severity.WARNING))
    return fonts, faults


@lru_cache(maxsize=32)
def _font(name: str, path: Path, _changed: int) -> Font:
    body = read_regular(path, MOST_FONT_BYTES)
    return Font(name, path, coverage(body), sha256(body).hexdigest())


def faces_of(fonts: Mapping[str, Font], look: Look) -> tuple[Faces, Faces]:
    """The fonts for titles and those for small text: first those of the site that are called title and text, then the face of the look."""
    title, text = _FACES[look.theme]
    return Faces(tuple(_ordered(fonts, "title", title))), Faces(tuple(_ordered(fonts, "text", text)))


def _ordered(fonts: Mapping[str, Font], stem: str, face: str) -> Iterable[Font]:
    named = [name for name in fonts if Path(name).stem == stem]
    others = {"title", "text"}
    own = [name for name in fonts if name not in _SHIPPED and Path(name).stem not in others]
    names = dict.fromkeys(chain(named, (face,), own, _SHIPPED))
    return [fonts[name] for name in names if name in fonts]

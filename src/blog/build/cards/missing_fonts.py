"""Warnings about characters that no font of the cards has a glyph for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from blog.build.cards.scripts import needs_shaping, script_of
from blog.build.cards.shaping import shapes
from blog.content.front_matter import key_line
from blog.content.post import Text
from blog.errors import Fault, Severity
from blog.render.theme_folders import FONTS

_MOST_SHOWN = 6


@dataclass(slots=True)
class _Missing:
    """A font that is missing: characters without a glyph, and the texts whose titles have them."""

    text: Text
    clusters: dict[str, None] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)


class MissingFonts:
    """The fonts that the titles of texts need. There is one warning for each, at the first text: a site in Japanese would have one for every post."""

    def __init__(self) -> None:
        self._missing: dict[tuple[str, str], _Missing] = {}

    def note(self, text: Text, clusters: list[str]) -> None:
        for cluster in clusters:
            missing = self._missing.setdefault(_needed(cluster), _Missing(text))
            missing.clusters[cluster] = None
            missing.files.add(str(text.file))

    def faults(self, posts: Path, theme: Path) -> Iterator[Fault]:
        for (script, remedy), missing in self._missing.items():
            line, others = key_line(missing.text.source, "title"), len(missing.files) - 1
            also = f" (and {others} more)" if others else ""
            shown = "".join(list(missing.clusters)[:_MOST_SHOWN])
            problem = f"the card of this text{also} leaves out the title, because no font has {script} ({shown}); "
            yield Fault(
                posts / missing.text.file, line, problem + remedy.format(folder=theme / FONTS), Severity.WARNING
            )


def _needed(cluster: str) -> tuple[str, str]:
    """The script of a cluster, and what the author can do."""
    script, font = script_of(cluster)
    if needs_shaping(cluster) and not shapes():
        return script, "install the library FriBiDi (libfribidi0), without which it is not drawn"
    return script, f"put one, such as {font}, into {{folder}}"

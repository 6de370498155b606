"""The extensions of Markdown that a site or a text may turn on and off."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Extensions:
    """Each switch is a key below ``markdown`` in site.yaml and in front matter; none of those that are on changes an example of CommonMark."""

    math: bool = True
    admonitions: bool = True
    wiki_links: bool = True
    mark: bool = True
    definition_lists: bool = True
    toc: bool = True
    emoji: bool = True
    superscript: bool = True
    subscript: bool = False
    abbreviations: bool = True
    smart: bool = False
    # The language of a text whose punctuation depends on it; no switch.
    lang: str = ""

    def of_text(self, switches: Mapping[str, bool], lang: str = "") -> "Extensions":
        """The extensions of one text, with the switches of its front matter. ``self`` are those of the site."""
        changed = replace(self, **switches)  # type: ignore[arg-type]
        return replace(changed, lang=(lang or self.lang) if changed.smart else "")


DEFAULT = Extensions()
# The names of the switches.
SWITCHES = tuple(field.name for field in fields(Extensions) if isinstance(field.default, bool))

"""Card of a text: what is on it. A process that serves reads cards from the cache and imports no more than this before one is drawn."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

SIZE = (1200, 630)
# Networks show larger pictures too, but some fetch no more than this before they show a preview.
MOST_BYTES = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CardStyle:
    """What all cards of a site have. Colours are six hexadecimal digits behind #.

    The fonts are names of files in the folder fonts of the theme, the first of which has a glyph is used. ``portrait`` is the path of a picture of
    the edition, or "".
    """

    site: str
    ground: str
    raised: str
    ink: str
    soft: str
    line: str
    accent: str
    spark: str
    title_fonts: tuple[str, ...]
    text_fonts: tuple[str, ...]
    portrait: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The card of a text, or of the site. A string is empty where there is none of its kind, or no font to draw it with.

    ``picture`` is the path of a picture of the edition: the card is a section of it then, and a JPEG. ``key`` is that of the drawn card in the cache.
    """

    style: CardStyle
    lang: str
    title: str
    eyebrow: str = ""
    lead: str = ""
    author: str = ""
    facts: str = ""
    is_own: bool = True
    picture: str = ""
    key: str = ""

    @property
    def media_type(self) -> str:
        return "image/jpeg" if self.picture else "image/png"

    @property
    def version(self) -> str:
        """What changes with the card, for its address: networks keep a picture as long as its address stays."""
        return self.key[:12]

    @property
    def portrait(self) -> str:
        """The path of the portrait that is drawn on the card."""
        return self.style.portrait if self.is_own and not self.picture else ""

    def content(self) -> str:
        """Everything on the card, as JSON."""
        return json.dumps(asdict(replace(self, key="")), ensure_ascii=False)


def keys_of(cards: Mapping[str, Card]) -> frozenset[str]:
    """The keys of the entries of the cache with these cards."""
    return frozenset(card.key for card in cards.values())


def packed(cards: Mapping[str, Card]) -> dict[str, Any]:
    """Cards by path as JSON can say them, with each style once."""
    styles: dict[CardStyle, int] = {}
    rows = [[path, styles.setdefault(card.style, len(styles)), *_values(card)] for path, card in cards.items()]
    return {"styles": [asdict(style) for style in styles], "cards": rows}


def unpacked(values: Mapping[str, Any]) -> dict[str, Card]:
    """The cards that `packed` has said. Raises ValueError, KeyError or TypeError for anything else."""
    styles = [_style(style) for style in values["styles"]]
    return dict(_cards(values["cards"], styles))


def _cards(rows: Iterable[Sequence[Any]], styles: Sequence[CardStyle]) -> Iterator[tuple[str, Card]]:
    for path, style, *rest in rows:
        yield path, Card(style=styles[style], **dict(zip(_FIELDS, rest, strict=True)))


def _style(values: Mapping[str, Any]) -> CardStyle:
    fonts = {name: tuple(values[name]) for name in ("title_fonts", "text_fonts")}
    return CardStyle(**{**values, **fonts})


_FIELDS = ("lang", "title", "eyebrow", "lead", "author", "facts", "is_own", "picture", "key")


def _values(card: Card) -> list[Any]:
    return [getattr(card, name) for name in _FIELDS]


def card_of(values: Mapping[str, Any]) -> Card:
    """The card whose `Card.content` was parsed."""
    return Card(**{**values, "style": _style(values["style"])})

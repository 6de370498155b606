"""Plan of the cards of a site: what is on each, with which fonts, and what no font has a glyph for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from blog import urls
from blog.build.cards.card import SIZE, Card, CardStyle
from blog.build.cards.fonts import Faces, Font, faces_of, font_paths, read_fonts
from blog.build.cards.missing_fonts import MissingFonts
from blog.build.cards.scripts import plain
from blog.build.cards.shaping import shapes
from blog.content.files import File
from blog.content.library import Library, Resolver, is_external
from blog.content.media_types import CROPPED, is_on_cards
from blog.content.post import Note, Post, Text
from blog.content.site import Site
from blog.content.slugs import slugify
from blog.errors import Fault
from blog.machine.cache import key
from blog.render.accent import readable
from blog.render.meta import Picture
from blog.render.strings import Words
from blog.render.theme import Theme

# Networks show a smaller picture as a small square.
_SMALLEST = (600, 315)
# A picture with more takes more memory than a pod has. JPEGs are decoded in half their size.
_MOST_PIXELS, _MOST_PIXELS_OF_JPEG = 16_000_000, 50_000_000
_TAGS = 3
# An asset of a theme that replaces the card of the site.
_OWN_CARD = "card.png"
# The colours of the shipped theme, for one whose style sheet does not name them.
_COLOURS = {"ground": "#fbf9f4", "raised": "#f2eee4", "ink": "#211d18", "soft": "#645c51", "line": "#ddd6c6", "accent": "#a8431f", "spark": "#c07a12"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """The cards of a site by decoded path, the pictures for links to its texts by their address, and the warnings."""

    cards: Mapping[str, Card]
    texts: Mapping[str, Picture]
    site: Picture
    faults: tuple[Fault, ...]

    def picture(self, text: Text | None) -> Picture | None:
        """The picture for a link to a text; for None, to the site. A text that is not public has none."""
        return self.texts.get(text.url) if text else self.site


def plan(library: Library, site: Site, theme: Theme, origin: str, posts: Path) -> Plan:
    """The plan for the public texts of a site. ``posts`` is their folder."""
    fonts, faults = read_fonts(font_paths(theme.folders))
    planner = _Planner(library, site, theme, fonts)
    cards: dict[str, Card] = {}

    def drawn(kind: urls.TextKind | None, slug: str, card: Card, alt: str) -> Picture:
        path = urls.card(kind, slug, "jpg" if card.picture else "png")
        cards[urls.decoded(path)] = card
        return Picture(f"{origin}{path}?v={card.version}", alt, *SIZE, card.media_type)

    texts: dict[str, Picture] = {}
    for text in site.written:
        if text.image and is_external(text.image.src) and is_on_cards(text.image.src):
            texts[text.url] = Picture(text.image.src, text.image.alt)
            continue
        card = planner.of_text(text)
        alt = text.image.alt if text.image and card.picture else ""
        texts[text.url] = drawn(text.kind, text.slug, card, alt or text.title)
    if _OWN_CARD in theme.assets:
        for_site = Picture(origin + theme.asset(_OWN_CARD), site.config.title, *SIZE, "image/png")
    else:
        for_site = drawn(None, "site", planner.of_site(), site.config.title)
    return Plan(cards, texts, for_site, (*faults, *planner.missing.faults(posts, theme.folders[0])))


class _Planner:
    def __init__(self, library: Library, site: Site, theme: Theme, fonts: Mapping[str, Font]) -> None:
        self._site, self._config, self._theme = site, site.config, theme
        self._resolver = Resolver(library)
        self._title, self._text = faces_of(fonts, theme.look)
        self._digests = [font.digest for font in (*self._title.fonts, *self._text.fonts)]
        self.missing = MissingFonts()
        portrait = library.static.get(urls.decoded(self._config.author.portrait))
        portrait = portrait if portrait and _is_drawn(portrait.file) else None
        # Nearly every card has it.
        self._portrait_digest = portrait.file.source_digest if portrait else ""
        named = theme.colours
        colours = _COLOURS | {name: named[name] for name in _COLOURS if name in named}
        colours["accent"] = readable(colours["accent"], (colours["ground"],))
        self._style = CardStyle(
            site=self._drawable(self._title, self._config.title),
            title_fonts=self._title.names,
            text_fonts=self._text.names,
            portrait=portrait.address if portrait else "",
            **colours,
        )

    def of_site(self) -> Card:
        lead = self._drawable(self._text, self._config.description)
        name = "" if self._config.author.key else self._drawable(self._text, self._config.author.name)
        card = Card(style=self._style, lang=self._config.lang, title=self._style.site, lead=lead, author=name)
        return self._with_key(card, self._portrait_digest)

    def of_text(self, text: Text) -> Card:
        lang = text.lang or self._config.lang
        picture = self._resolver.file(text, text.image.src) if text.image else None
        if picture and _is_drawn(picture) and picture.width >= _SMALLEST[0] and picture.height >= _SMALLEST[1]:
            card = Card(style=self._style, lang=lang, title="", picture=urls.decoded(picture.url))
            return self._with_key(card, picture.source_digest)
        title = plain(text.title)
        if missing := self._title.missing(title):
            self.missing.note(text, missing)
        names = [author.name for author in text.authors]
        own = [] if self._config.author.key else [self._config.author.name]
        is_own = not names or slugify(names[0]) == slugify(self._config.author.name)
        card = Card(
            style=self._style,
            lang=lang,
            title="" if missing else title,
            eyebrow=self._drawable(self._text, self._eyebrow(text)),
            lead=self._drawable(self._text, text.description),
            author=self._drawable(self._text, ", ".join(names or own)),
            facts=self._drawable(self._text, _facts(text, self._theme.words(lang, self._config.lang))),
            is_own=is_own,
        )
        return self._with_key(card, self._portrait_digest)

    def _eyebrow(self, text: Text) -> str:
        """What a text belongs to."""
        if isinstance(text, Note):
            return self._site.notes[text.slug].collection.title
        if isinstance(text, Post):
            return text.series or " · ".join(text.tags[:_TAGS])
        return ""

    def _drawable(self, faces: Faces, text: str) -> str:
        """The text on one line; "" if a character of it has no glyph."""
        shown = plain(text)
        return "" if faces.missing(shown) else shown

    def _with_key(self, card: Card, picture_digest: str) -> Card:
        drawn_with = [] if card.picture else [*self._digests, str(shapes())]
        return replace(card, key=key(_engine(), card.content(), picture_digest, *drawn_with))


def _is_drawn(file: File) -> bool:
    most = _MOST_PIXELS_OF_JPEG if file.extension in {"jpg", "jpeg"} else _MOST_PIXELS
    return file.extension in CROPPED and 0 < file.width * file.height <= most


def _facts(text: Text, words: Words) -> str:
    if isinstance(text, Post):
        return f"{words.day(text.published)} · {words.text('minutes', n=text.document.minutes)}"
    return words.day(text.updated) if text.updated else ""


@lru_cache(maxsize=1)
def _engine() -> str:
    """Everything besides its content that a card depends on."""
    modules = sorted(Path(__file__).parent.glob("*.py"))
    return " ".join(["card", version("pillow"), *(sha256(module.read_bytes()).hexdigest() for module in modules)])

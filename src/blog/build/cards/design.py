"""The design of a card: the site's mark and name, what the text belongs to, its title, and who wrote it when."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PIL import Image, ImageColor, ImageDraw

from blog.build.cards.bidi import base_direction
from blog.build.cards.card import SIZE, Card
from blog.build.cards.fonts import Faces
from blog.build.cards.lines import Fitted, Room, fit
from blog.build.cards.pen import Pen
from blog.content.scripts import direction

# Some networks cut off a little at each edge, so nothing that is read comes closer to one. Letters such as A reach a little beyond the line at which
# a text begins.
SAFE, SAFE_ABOVE = 60, 36
MARGIN = 64
_WIDTH, _HEIGHT = SIZE
_BAND = 16
_MARK, _MARK_TOP, _NAME_SIZE = 40, 52, 34
_TOP, _BOTTOM = 118, 462
_TITLE_SIZES = tuple(range(88, 27, -4))
_TITLE_LEADING, _MOST_LEADING, _LEAD_LEADING = 1.08, 2.0, 1.36
_EYEBROW_SIZE, _EYEBROW_HEIGHT = 26, 52
_LEAD_SIZE, _LEAD_GAP, _LEAD_LINES = 30, 16, 2
_FOOT, _FACE = 486, 72
_AUTHOR_SIZE, _FACTS_SIZE = 30, 26
# Shapes are drawn larger and made smaller, because Pillow draws their edges hard.
_FINER = 4
# The mark of the theme's icon, on a square of 24: strokes from left to right, and the dot at the end.
_STROKES = (((2, 5), (22, 5)), ((2, 12), (22, 12)), ((2, 19), (12, 19)))
_STROKE, _DOT, _DOT_RADIUS = 3.4, (19.5, 19), 2.8


@dataclass(frozen=True, slots=True)
class Fonts:
    """The fonts of a card."""

    title: Faces
    text: Faces


def draw(card: Card, fonts: Fonts, portrait: Image.Image | None) -> Image.Image:
    """The card as a picture in RGB."""
    return _Canvas(card, fonts).drawn(portrait)


class _Canvas:
    def __init__(self, card: Card, fonts: Fonts) -> None:
        self._card = card
        self._style = card.style
        self._fonts = fonts
        self._base = direction(card.lang)
        self._image = Image.new("RGB", SIZE, card.style.ground)

    def drawn(self, portrait: Image.Image | None) -> Image.Image:
        self._ground()
        self._header()
        self._middle()
        self._footer(portrait)
        return self._image

    def _ground(self) -> None:
        draw, start = ImageDraw.Draw(self._image), self._left(0, _BAND)
        if self._card.author or self._card.facts:
            draw.rectangle((0, _FOOT, _WIDTH, _HEIGHT), fill=self._style.raised)
            draw.rectangle((0, _FOOT, _WIDTH, _FOOT + 1), fill=self._style.line)
        draw.rectangle((start, 0, start + _BAND - 1, _HEIGHT), fill=self._style.accent)

    def _header(self) -> None:
        self._mark()
        if self._card.title and self._card.title != self._style.site and self._style.site:
            start = MARGIN + _MARK + 14
            room = Room(_WIDTH - MARGIN - start, _NAME_SIZE * 1.2, 1.2)
            pen = self._pen(self._fonts.title, self._style.site)
            self._lines(
                fit(self._style.site, room, [_NAME_SIZE], pen.width), pen, start, _MARK_TOP + 32, self._style.ink
            )

    def _middle(self) -> None:
        """What the text belongs to, its title and its first sentence, in the middle of their room."""
        style, title = self._style, self._card.title or self._style.site
        pen = self._pen(self._fonts.title, title)
        above = _EYEBROW_HEIGHT if self._card.eyebrow else 0
        width = _WIDTH - 2 * MARGIN
        ascent, descent = pen.extent(title)
        leading = min(max(_TITLE_LEADING, ascent + descent + 0.06), _MOST_LEADING)
        room = Room(width, _BOTTOM - _TOP - above, leading)
        fitted = fit(title, room, _TITLE_SIZES, pen.width) if title else Fitted(_TITLE_SIZES[0], ())
        pitch = fitted.size * leading
        # Letters of scripts that rise above those of Latin keep their distance to the line above.
        rise = max(ascent, 0.74) * fitted.size
        height = above + rise + pitch * max(0, len(fitted.lines) - 1) + max(descent, 0.22) * fitted.size
        lead, lead_pen = self._lead(width, _BOTTOM - _TOP - height - _LEAD_GAP)
        lead_height = _LEAD_GAP + len(lead.lines) * lead.size * _LEAD_LEADING if lead.lines else 0
        top = _TOP + max(0.0, (_BOTTOM - _TOP - height - lead_height) / 2)
        if above:
            self._one_line(self._card.eyebrow, _EYEBROW_SIZE, (MARGIN, top + _EYEBROW_SIZE), style.accent)
        self._lines(fitted, pen, MARGIN, top + above + rise, style.ink, pitch)
        baseline = top + height + _LEAD_GAP + lead.size
        self._lines(lead, lead_pen, MARGIN, baseline, style.soft, lead.size * _LEAD_LEADING)

    def _lead(self, width: float, height: float) -> tuple[Fitted, Pen]:
        """The description of the text, if there is room for it."""
        pen = self._pen(self._fonts.text, self._card.lead)
        if height < _LEAD_SIZE * _LEAD_LEADING:
            return Fitted(_LEAD_SIZE, ()), pen
        room = Room(width * 0.86, min(height, _LEAD_LINES * _LEAD_SIZE * _LEAD_LEADING + 1), _LEAD_LEADING)
        fitted = fit(self._card.lead, room, [_LEAD_SIZE], pen.width)
        # A single line that is cut says nothing.
        return (Fitted(_LEAD_SIZE, ()) if fitted.is_cut and len(fitted.lines) < _LEAD_LINES else fitted), pen

    def _footer(self, portrait: Image.Image | None) -> None:
        style, card, middle = self._style, self._card, (_FOOT + _HEIGHT) // 2
        if not card.author:
            self._one_line(card.facts, _FACTS_SIZE, (MARGIN, middle + 9), style.soft)
            return
        self._face(portrait, middle - _FACE // 2)
        start = MARGIN + _FACE + 20
        if not card.facts:
            self._one_line(card.author, _AUTHOR_SIZE, (start, middle + 10), style.ink)
            return
        self._one_line(card.author, _AUTHOR_SIZE, (start, middle - 6), style.ink)
        self._one_line(card.facts, _FACTS_SIZE, (start, middle + 28), style.soft)

    def _face(self, portrait: Image.Image | None, top: int) -> None:
        """The portrait of the author in a circle, or the first letter of the name."""
        left = self._left(MARGIN, _FACE)
        mask = _smooth(_FACE, _disc)
        if portrait:
            self._image.paste(portrait.resize((_FACE, _FACE), Image.Resampling.LANCZOS), (left, top), mask)
            return
        self._image.paste(ImageColor.getrgb(self._style.accent), (left, top), mask)
        letter = self._card.author[:1].upper()
        pen = self._pen(self._fonts.title, letter)
        ascent, descent = pen.extent(letter)
        x = left + (_FACE - pen.width(letter) * 40) / 2
        y = top + _FACE / 2 + (ascent - descent) * 20
        pen.draw(self._image, (x, y), letter, 40, self._style.ground)

    def _one_line(self, text: str, size: int, at: tuple[float, float], colour: str) -> None:
        pen = self._pen(self._fonts.text, text)
        room = Room(_WIDTH - MARGIN - at[0], size * 1.2, 1.2)
        self._lines(fit(text, room, [size], pen.width), pen, at[0], at[1], colour)

    def _lines(self, fitted: Fitted, pen: Pen, start: float, baseline: float, colour: str, pitch: float = 0) -> None:
        """Draw lines that begin at the start of the card, whichever side that is."""
        for number, line in enumerate(fitted.lines):
            left = self._left(start, pen.width(line) * fitted.size)
            pen.draw(self._image, (left, round(baseline + number * pitch)), line, fitted.size, colour)

    def _pen(self, faces: Faces, text: str) -> Pen:
        return Pen(faces, self._card.lang, base_direction(text, self._base))

    def _left(self, start: float, width: float) -> int:
        """The left end of what begins at a distance from the start of the card."""
        return round(start if self._base == "ltr" else _WIDTH - start - width)

    def _mark(self) -> None:
        for paint, colour in ((_strokes, self._style.accent), (_dot, self._style.spark)):
            mask = _smooth(_MARK, partial(paint, unit=_MARK * _FINER / 24))
            self._image.paste(ImageColor.getrgb(colour), (self._left(MARGIN, _MARK), _MARK_TOP), mask)


def _strokes(draw: ImageDraw.ImageDraw, unit: float) -> None:
    radius = _STROKE / 2
    for (left, y), (right, _) in _STROKES:
        box = (left - radius, y - radius, right + radius, y + radius)
        draw.rounded_rectangle([it * unit for it in box], radius=radius * unit, fill=255)


def _dot(draw: ImageDraw.ImageDraw, unit: float) -> None:
    x, y = _DOT
    box = (x - _DOT_RADIUS, y - _DOT_RADIUS, x + _DOT_RADIUS, y + _DOT_RADIUS)
    draw.ellipse([it * unit for it in box], fill=255)


def _disc(draw: ImageDraw.ImageDraw) -> None:
    draw.ellipse((0, 0, _FACE * _FINER - 1, _FACE * _FINER - 1), fill=255)


def _smooth(size: int, paint: Callable[[ImageDraw.ImageDraw], None]) -> Image.Image:
    """A square mask whose shapes have smooth edges."""
    mask = Image.new("L", (size * _FINER, size * _FINER))
    paint(ImageDraw.Draw(mask))
    return mask.reduce(_FINER)

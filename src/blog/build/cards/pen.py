"""Text with Pillow: each part of a line by the first font that has its glyphs, in the order in which it is read."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, features

from blog.build.cards.bidi import Direction, visual_runs
from blog.build.cards.fonts import Faces, Font
from blog.build.cards.scripts import clusters

# Widths are measured in one size, and are proportional to it.
_EM = 100
_WEIGHT = 450
# The only sizes that fonts with bitmaps have: Noto Color Emoji, Apple's, and others.
_BITMAP_SIZES = (109, 128, 136, 160, 96, 72, 64, 32)
# Letters are drawn larger and made smaller: in their own size, their places would be rounded to pixels.
_FINER = 3


@dataclass(frozen=True, slots=True)
class _Run:
    """A part of a line that one font draws in one direction."""

    text: str
    font: Font
    direction: Direction


@dataclass(frozen=True, slots=True)
class Pen:
    """Measures and draws lines of a language in some fonts; ``base`` is the direction of the text."""

    faces: Faces
    lang: str
    base: Direction

    def width(self, text: str) -> float:
        """The width of a line in em."""
        return sum(self._width(run) for run in self._runs(text))

    def extent(self, text: str) -> tuple[float, float]:
        """How far a line goes above and below its baseline, in em."""
        boxes = [box for run in self._runs(text) if (box := self._box(run))]
        return max((-top for top, _ in boxes), default=0.0), max((bottom for _, bottom in boxes), default=0.0)

    def draw(self, image: Image.Image, at: tuple[float, float], text: str, size: int, colour: str) -> None:
        """Draw a line whose left end is at a place of the baseline."""
        ascent, descent = self.extent(text)
        # Letters may reach beyond the width of the line.
        edge = size
        width, above = round(self.width(text) * size) + 2 * edge, round(ascent * size) + 4
        layer = Image.new("RGBA", (width * _FINER, (above + round(descent * size) + 4) * _FINER), f"{colour}00")
        x = float(edge * _FINER)
        for run in self._runs(text):
            self._draw(layer, (x, above * _FINER), run, size * _FINER, colour)
            x += self._width(run) * size * _FINER
        drawn = layer.reduce(_FINER)
        image.paste(drawn, (round(at[0]) - edge, round(at[1]) - above), drawn)

    def _runs(self, text: str) -> list[_Run]:
        return [run for part, direction in visual_runs(text, self.base) for run in self._of_fonts(part, direction)]

    def _of_fonts(self, part: str, direction: Direction) -> list[_Run]:
        """The runs of a part, from left to right."""
        runs: list[_Run] = []
        for cluster in clusters(part):
            font = self.faces.font_of(cluster)
            if font is None:
                continue
            if runs and runs[-1].font is font:
                runs[-1] = _Run(runs[-1].text + cluster, font, direction)
            else:
                runs.append(_Run(cluster, font, direction))
        return runs if direction == "ltr" else runs[::-1]

    def _width(self, run: _Run) -> float:
        font, em = _opened(run.font.path, _EM)
        return font.getlength(run.text, direction=_shaped(run.direction), language=_shaped(self.lang)) / em

    def _box(self, run: _Run) -> tuple[float, float] | None:
        font, em = _opened(run.font.path, _EM)
        direction, language = _shaped(run.direction), _shaped(self.lang)
        _, top, _, bottom = font.getbbox(run.text, anchor="ls", direction=direction, language=language)
        return (top / em, bottom / em) if bottom > top else None

    def _draw(self, layer: Image.Image, at: tuple[float, float], run: _Run, size: int, colour: str) -> None:
        font, em = _opened(run.font.path, size)
        if em == size:
            self._write(layer, at, run, font, colour)
            return
        # The glyphs of this font have one size, so they are drawn apart and scaled.
        direction, language = _shaped(run.direction), _shaped(self.lang)
        left, top, right, bottom = font.getbbox(run.text, anchor="ls", direction=direction, language=language)
        bitmaps = Image.new("RGBA", (max(1, int(right - left)), max(1, int(bottom - top))))
        self._write(bitmaps, (-left, -top), run, font, colour)
        scale = size / em
        scaled = bitmaps.resize((max(1, round(bitmaps.width * scale)), max(1, round(bitmaps.height * scale))))
        layer.alpha_composite(scaled, (round(at[0] + left * scale), max(0, round(at[1] + top * scale))))

    def _write(
        self, layer: Image.Image, at: tuple[float, float], run: _Run, font: ImageFont.FreeTypeFont, colour: str
    ) -> None:
        direction, language = _shaped(run.direction), _shaped(self.lang)
        draw = ImageDraw.Draw(layer)
        draw.text(at, run.text, colour, font, anchor="ls", direction=direction, language=language, embedded_color=True)


def _shaped(option: str) -> str | None:
    """An option of Raqm; Pillow refuses it where Raqm is missing."""
    return option if features.check("raqm") else None


@lru_cache(maxsize=64)
def _opened(path: Path, size: int) -> tuple[ImageFont.FreeTypeFont, int]:
    """A font in a size, or in the nearest that it has if its glyphs are bitmaps."""
    sizes = (size, *sorted(_BITMAP_SIZES, key=lambda it: abs(it - size)))
    problem = OSError()
    for it in sizes:
        try:
            font = ImageFont.truetype(path, it)
        except OSError as error:
            problem = error
            continue
        _set_weight(font)
        return font, it
    raise problem


def _set_weight(font: ImageFont.FreeTypeFont) -> None:
    """Choose the weight of a variable font, which may begin with its thinnest."""
    try:
        axes = font.get_variation_axes()
    except (OSError, NotImplementedError):
        return
    font.set_variation_by_axes([
        float(_clamped(_WEIGHT, axis) if axis.get("name") == b"Weight" else axis["default"] or 0) for axis in axes
    ])  # fmt: skip


def _clamped(value: int, axis: "ImageFont.Axis") -> int:
    return min(max(value, axis["minimum"] or 0), axis["maximum"] or value)

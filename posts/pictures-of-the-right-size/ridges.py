"""Hills by day and by night: ridges of summed sine waves, paler with distance, and the grain of a film."""

import math
import random
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw

Colour = tuple[int, int, int]
WIDTH, HEIGHT, RIDGES = 1920, 1080, 7
# Of the sky: above and below; of the hills: near and far; of the sun or the moon.
DAY: tuple[Colour, ...] = ((110, 140, 176), (250, 214, 170), (24, 38, 44), (196, 178, 172), (255, 244, 220))
NIGHT: tuple[Colour, ...] = ((10, 14, 24), (38, 50, 74), (7, 10, 14), (44, 54, 74), (190, 198, 210))


def ridge(depth: int, chance: random.Random) -> list[tuple[float, float]]:
    waves = [(chance.uniform(0.4, 9), chance.uniform(0, 6.3)) for _ in range(9)]
    base = HEIGHT * (0.38 + 0.09 * depth)
    line = [
        (x, base - sum(44 / rate * math.sin(rate * x / WIDTH * 6.3 + shift) for rate, shift in waves))
        for x in range(0, WIDTH + 8, 8)
    ]
    return [*line, (WIDTH, HEIGHT), (0, HEIGHT)]


def blend(one: Colour, other: Colour, share: float) -> tuple[int, ...]:
    return tuple(round(a * share + b * (1 - share)) for a, b in zip(one, other, strict=True))


def hills(colours: tuple[Colour, ...]) -> Image.Image:
    above, below, near, far, light = colours
    chance = random.Random(7)  # noqa: S311 -- a picture, not a secret
    picture = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(picture)
    for y in range(HEIGHT):
        draw.line([(0, y), (WIDTH, y)], fill=blend(below, above, min(1, y / HEIGHT * 1.8)))
    draw.ellipse([1200, 264, 1312, 376], fill=light)
    for depth in range(RIDGES):
        draw.polygon(ridge(depth, chance), fill=blend(near, far, depth / (RIDGES - 1)))
    return ImageChops.overlay(picture, Image.effect_noise((WIDTH, HEIGHT), 5).convert("RGB"))


if __name__ == "__main__":
    for name, colours in (("ridges.jpg", DAY), ("ridges.dark.jpg", NIGHT)):
        hills(colours).save(Path(__file__).with_name(name), quality=72)

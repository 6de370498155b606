"""What is on a card, pixel by pixel."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageColor, ImageFont

from blog.build.cards.card import MOST_BYTES, SIZE, Card
from blog.build.cards.design import MARGIN, SAFE, SAFE_ABOVE
from blog.build.cards.encoder import as_jpeg, as_png, section
from blog.build.cards.fonts import Faces
from blog.build.cards.scripts import clusters, plain
from tests.build.cards.conftest import ACCENT, GROUND, LINE, RAISED, TEMPLATES, Studio, studio_of

BAND = 16
EMPTY = {ImageColor.getrgb(colour) for colour in (GROUND, RAISED, LINE)}
TITLES = {
    "latin": ("en", "A closed set for every label"),
    "latin-with-accents": ("cs", "Příliš žluťoučký kůň úpěl ďábelské ódy"),
    "vietnamese": ("vi", "Tiếng Việt và những dấu của nó"),
    "greek": ("el", "Ένας τίτλος στα ελληνικά"),
    "cyrillic": ("ru", "Заголовок на русском языке"),
    "japanese": ("ja", "起動時に「準備完了」と言えないプローブ"),
    "arabic": ("ar", "كيف يبدأ البود بصدق ويتوقف بلطف"),
    "arabic-and-latin": ("ar", "مقدمة إلى Kubernetes (1.30): البداية"),
    "emoji": ("en", "It works 🎉 with 👩‍💻 and ❤️ in 🇩🇪"),
}
HOSTILE = {
    "300-characters": "How we moved a hundred services " * 9 + "in one nigh",
    "word-of-400": "Donau" * 80,
    "wide-letters": "W" * 300,
    "one-letter": "A",
    "combining-marks": "Z" + "\u0301" * 60,
    "directions": "a\u202eb\u2066c",
    "punctuation": "?!" * 150,
    "spaces": "a" + "\u00a0" * 200 + "b",
}


def edges(card: Image.Image, *, rtl: bool = False) -> set[object]:
    """The colours outside of the safe area, without the band of the accent."""
    width, height = card.size
    left, right = (0, width - BAND) if rtl else (BAND, width)
    strips = (
        (left, 0, SAFE, height),
        (width - SAFE, 0, right, height),
        (left, 0, right, SAFE_ABOVE),
        (left, height - SAFE_ABOVE, right, height),
    )
    return {colour for strip in strips for _, colour in card.crop(strip).getcolors(1 << 20) or ()}


def is_rtl(lang: str) -> bool:
    return lang in {"ar", "he"}


@pytest.mark.parametrize(("lang", "title"), TITLES.values(), ids=TITLES)
def test_nothing_that_is_read_is_outside_of_the_safe_area(
    polyglot: Studio, ink: Callable[[Image.Image], int], lang: str, title: str
) -> None:
    card = polyglot.draw(polyglot.card(title, lang))
    assert card.size == SIZE
    assert edges(card, rtl=is_rtl(lang)) <= EMPTY
    without = polyglot.draw(polyglot.card("", lang))
    assert ink(card) > 1500
    assert card.tobytes() != without.tobytes()


@pytest.mark.parametrize(("lang", "title"), TITLES.values(), ids=TITLES)
def test_no_glyph_is_the_box_of_a_missing_one(polyglot: Studio, lang: str, title: str) -> None:
    assert polyglot.title.missing(title) == []
    for cluster in set(clusters(title)) - {" "}:
        font = polyglot.title.font_of(cluster)
        assert font
        drawn = ImageFont.truetype(font.path, 60)
        # A noncharacter, which no font has a glyph for.
        boxes = {bytes(drawn.getmask(text)) for text in ("\U0010ffff", "\U0010ffff" * len(cluster))}
        assert bytes(drawn.getmask(cluster, language=lang)) not in boxes


def test_emoji_that_are_bitmaps_are_scaled_and_drawn_in_their_colours(bitmap_emoji: bytes, tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts/emoji.ttf").write_bytes(bitmap_emoji)
    studio = studio_of(tmp_path, TEMPLATES)
    title = "It works \U0001f389"
    assert studio.title.missing(title) == []
    card = studio.draw(studio.card(title))
    assert edges(card) <= EMPTY
    colours = {colour: number for number, colour in card.getcolors(card.width * card.height) or ()}
    # The square has the size of the title's letters, and not that of the bitmap.
    assert 40 * 40 < colours[(255, 0, 0)] < 105 * 105


def test_letters_of_arabic_are_joined(polyglot: Studio) -> None:
    font = polyglot.title.font_of("ب")
    assert font
    drawn = ImageFont.truetype(font.path, 60)
    assert drawn.getlength("ببب") < 0.8 * 3 * drawn.getlength("ب")


@pytest.mark.parametrize("title", HOSTILE.values(), ids=HOSTILE)
def test_any_title_stays_inside_the_safe_area_and_small(studio: Studio, title: str) -> None:
    card = studio.draw(studio.card(plain(title)))
    assert edges(card) <= EMPTY
    assert len(as_png(card)) <= MOST_BYTES


@pytest.mark.parametrize("theme", ["paper", "quiet", "typewriter"])
def test_each_look_has_a_face_of_its_own(theme: str) -> None:
    studio = studio_of(TEMPLATES, theme=theme)
    title = "A closed set for every label"
    others = [studio_of(TEMPLATES, theme=other) for other in ("paper", "quiet", "typewriter") if other != theme]
    drawn = studio.draw(studio.card(title)).tobytes()
    assert all(other.draw(other.card(title)).tobytes() != drawn for other in others)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda card: replace(card, title="Other"), id="title"),
        pytest.param(lambda card: replace(card, eyebrow="Other"), id="eyebrow"),
        pytest.param(lambda card: replace(card, lead="Other"), id="lead"),
        pytest.param(lambda card: replace(card, author="Other"), id="author"),
        pytest.param(lambda card: replace(card, facts="Other"), id="facts"),
        pytest.param(lambda card: replace(card, style=replace(card.style, site="Other")), id="site"),
        pytest.param(lambda card: replace(card, style=replace(card.style, accent="#1d6864")), id="accent"),
    ],
)
def test_everything_on_a_card_is_seen(studio: Studio, change: Callable[[Card], Card]) -> None:
    card = studio.card("A title")
    assert studio.draw(card).tobytes() != studio.draw(change(card)).tobytes()


def test_a_card_in_a_language_from_right_to_left_is_mirrored(polyglot: Studio) -> None:
    card = polyglot.draw(polyglot.card("كيف", "ar"))
    accent = ImageColor.getrgb(ACCENT)
    assert card.getpixel((SIZE[0] - 2, 300)) == accent
    assert card.getpixel((2, 300)) != accent


def test_a_card_without_a_title_shows_the_name_of_the_site(studio: Studio, ink: Callable[[Image.Image], int]) -> None:
    card = studio.draw(studio.card("", eyebrow="", lead=""))
    assert edges(card) <= EMPTY
    assert ink(card.crop((MARGIN, 150, 1136, 440))) > 1500


def test_the_portrait_is_a_circle(studio: Studio) -> None:
    portrait = Image.new("RGB", (288, 288), "#0000ff")
    card = studio.draw(studio.card("A title"), portrait)
    blue = [(x, y) for x in range(SIZE[0]) for y in range(480, 630) if card.getpixel((x, y)) == (0, 0, 255)]
    width, height = max(x for x, _ in blue) - MARGIN + 1, max(y for _, y in blue) - min(y for _, y in blue) + 1
    assert abs(width - height) <= 2
    assert len(blue) == pytest.approx(0.785 * width * height, rel=0.06)
    assert studio.draw(studio.card("A title")).tobytes() != card.tobytes()


def test_a_card_without_any_font_is_drawn_without_words(studio: Studio) -> None:
    none = Studio(Faces(()), Faces(()))
    assert none.draw(studio.card("A title")).size == SIZE


def photo(size: tuple[int, int], mode: str = "RGB", kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    picture = Image.new("RGB", size, "#ff0000")
    picture.paste("#00ff00", (0, size[1] // 2 - 10, size[0], size[1] // 2 + 10))
    picture.convert(mode).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize("size", [(2000, 400), (600, 1800), (1200, 630)], ids=["wide", "tall", "as-it-should-be"])
def test_a_picture_is_cropped_around_its_middle(size: tuple[int, int]) -> None:
    cropped = section(photo(size), SIZE, GROUND)
    assert cropped.size == SIZE
    assert cropped.getpixel((600, 315)) == (0, 255, 0)


@pytest.mark.parametrize(
    ("mode", "kind"), [("RGBA", "PNG"), ("P", "PNG"), ("P", "GIF"), ("L", "JPEG"), ("CMYK", "JPEG"), ("RGB", "WEBP"), ("RGB", "AVIF")]
)  # fmt: skip
def test_a_picture_of_every_kind_is_cropped(mode: str, kind: str) -> None:
    assert section(photo((800, 500), mode, kind), SIZE, GROUND).mode == "RGB"


def test_what_is_transparent_shows_the_ground() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (800, 500)).save(buffer, "PNG")
    assert section(buffer.getvalue(), SIZE, GROUND).getpixel((9, 9)) == ImageColor.getrgb(GROUND)


def test_a_photo_is_upright() -> None:
    buffer = io.BytesIO()
    picture = Image.new("RGB", (630, 1200), "#ff0000")
    picture.paste("#0000ff", (0, 0, 630, 600))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    picture.save(buffer, "JPEG", exif=exif)
    upright = section(buffer.getvalue(), SIZE, GROUND)
    right = upright.getpixel((1150, 300))
    assert isinstance(right, tuple)
    assert right[2] > 200


@pytest.mark.parametrize("noise", [30, 120], ids=["grain", "noise"])
def test_a_cropped_picture_is_small_however_much_is_in_it(noise: int) -> None:
    picture = Image.merge("RGB", [Image.effect_noise(SIZE, noise) for _ in range(3)])
    body = as_jpeg(picture)
    assert len(body) <= MOST_BYTES
    with Image.open(io.BytesIO(body)) as opened:
        assert (opened.format, opened.size) == ("JPEG", SIZE)
        assert not opened.getexif()

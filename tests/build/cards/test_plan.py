"""Which texts have cards, what is on them, and what is said about fonts that are missing."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from blog.__main__ import main
from blog.build.cards import shaping
from blog.build.edition import Edition
from blog.build.edition_source import EditionSource
from blog.machine.cache import Cache
from blog.settings import Settings
from tests.conftest import SMALL_SITE, Files, write_files

SITE = "title: Field notes\ndescription: What was seen.\nauthor: {name: Ada, url: /about, portrait: /ada.png}\n"
POST = "---\ntitle: {}\ndate: 2026-03-01\n{}---\n\nSome words.\n"
Make = Callable[..., Edition]


@pytest.fixture
def make(tmp_path: Path, picture: Callable[..., bytes]) -> Make:
    """An edition from files beside a small site, with fonts in its theme."""

    def edition(files: Files, fonts: Mapping[str, Path | bytes] | None = None) -> Edition:
        shutil.rmtree(tmp_path / "posts", ignore_errors=True)
        site: Files = {"site.yaml": SITE, "static/ada.png": picture(300, 300)}
        posts = write_files(tmp_path / "posts", {**site, **files})
        theme = tmp_path / "theme"
        (theme / "fonts").mkdir(parents=True, exist_ok=True)
        for name, font in (fonts or {}).items():
            body = font.read_bytes() if isinstance(font, Path) else font
            (theme / "fonts" / name).write_bytes(body)
        settings = Settings(posts_dir=posts, templates_dir=theme, base_url="https://b.example")
        return EditionSource(settings, Cache(tmp_path / "cache")).first()

    return edition


def page(edition: Edition, path: str) -> str:
    return edition.pages[path].identity.body.decode()


def warnings(edition: Edition) -> list[str]:
    return [fault.problem for fault in edition.warnings if "card" in fault.problem]


def test_every_public_text_and_the_site_have_a_card(make: Make) -> None:
    edition = make({
        "hello.md": POST.format("Hello", "tags: [T]\n"),
        "größe.md": POST.format("Größe", ""),
        "draft.md": POST.format("Draft", "draft: true\n"),
        "later.md": POST.format("Later", "").replace("2026", "2999"),
        "pages/hello.md": "---\ntitle: A page\n---\n\nWords.\n",
        "tags/t.md": "---\ntitle: All about T\n---\n\nWords.\n",
        "notes/index.md": "---\ntitle: Notes\n---\n\nWords.\n",
        "notes/deep/one.md": "---\ntitle: One\n---\n\nWords.\n",
    })  # fmt: skip
    assert set(edition.cards) == {
        "/og/hello.png", "/og/größe.png", "/og/pages/hello.png", "/og/notes/notes.png", "/og/notes/notes/deep/one.png", "/og/tags/t.png", "/og/-/site.png",
    }  # fmt: skip
    for path in ("/", "/blog", "/tags", "/archive", "/subscribe", "/authors/ada"):
        assert 'property="og:image" content="https://b.example/og/-/site.png?v=' in page(edition, path)
    assert 'property="og:image" content="https://b.example/og/gr%C3%B6%C3%9Fe.png?v=' in page(edition, "/blog/größe")


def test_a_page_says_all_that_networks_ask_about_its_card(make: Make) -> None:
    html = page(make({"hello.md": POST.format("Hello", "")}), "/blog/hello")
    for tag in (
        '<meta property="og:image:alt" content="Hello">',
        '<meta property="og:image:type" content="image/png">',
        '<meta property="og:image:width" content="1200">',
        '<meta property="og:image:height" content="630">',
        '<meta name="twitter:card" content="summary_large_image">',
    ):
        assert tag in html
    assert '"image":"https://b.example/og/hello.png?v=' in html


def test_a_card_has_the_words_of_its_text_in_its_language(make: Make) -> None:
    edition = make({
        "hello.md": POST.format("Hello", "tags: [A, B, C, D]\nlang: de\ndescription: Worum es geht.\n"),
        "part.md": POST.format("Part", "series: The sea\nauthors: [Grace, Ada]\n"),
    })  # fmt: skip
    hello, part = edition.cards["/og/hello.png"], edition.cards["/og/part.png"]
    assert (hello.title, hello.lang, hello.eyebrow, hello.lead) == ("Hello", "de", "A · B · C", "Worum es geht.")
    assert hello.facts.startswith("1. März 2026 · 1 Min")
    assert (hello.author, hello.portrait, hello.style.site) == ("Ada", "/ada.png", "Field notes")
    assert (part.eyebrow, part.author, part.portrait) == ("The sea", "Grace, Ada", "")


@pytest.mark.parametrize(
    "name", ["wide.jpg", "wide.png", "wide.webp", "wide.gif", "wide.avif"], ids=lambda name: name.rpartition(".")[2]
)
def test_the_picture_of_a_text_is_its_card(make: Make, picture: Callable[..., bytes], name: str) -> None:
    body = picture(1600, 900, name.rpartition(".")[2])
    edition = make({"a.md": POST.format("A", f"image: {{src: {name}, alt: The sea}}\n"), name: body})
    card = edition.cards["/og/a.jpg"]
    assert edition.pages[card.picture].identity.body == body
    assert card.media_type == "image/jpeg"
    assert '<meta property="og:image:alt" content="The sea">' in page(edition, "/blog/a")
    assert '<meta property="og:image:type" content="image/jpeg">' in page(edition, "/blog/a")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="900"/>'),
        ("small.png", None),
        ("broken.jpg", b"\xff\xd8\xff"),
        ("gone.png", b""),
    ],
    ids=["svg", "small", "broken", "missing"],
)
def test_a_text_whose_picture_no_network_shows_has_a_card_with_its_title(
    make: Make, picture: Callable[..., bytes], name: str, body: bytes | None
) -> None:
    files: dict[str, str | bytes] = {"a.md": POST.format("A title", f"image: {name}\n")}
    if body != b"":
        files[name] = body or picture(200, 100)
    edition = make(files)
    assert edition.cards["/og/a.png"].title == "A title"
    assert ".svg" not in page(edition, "/blog/a").partition("og:image")[2].partition(">")[0]


def test_a_picture_of_another_site_is_not_fetched(make: Make) -> None:
    edition = make({"a.md": POST.format("A", "image: https://c.example/x.png\n")})
    assert set(edition.cards) == {"/og/-/site.png"}
    assert '<meta property="og:image" content="https://c.example/x.png">' in page(edition, "/blog/a")


def test_an_external_drawing_is_no_card(make: Make) -> None:
    edition = make({"a.md": POST.format("A", "image: https://c.example/x.svg\n")})
    assert 'property="og:image" content="https://b.example/og/a.png?v=' in page(edition, "/blog/a")


@pytest.mark.parametrize(
    ("portrait", "path"),
    [("/gone.png", ""), ("/ada.svg", ""), ("https://c.example/ada.png", ""), ("/ada.png", "/ada.png")],
    ids=["missing", "svg", "elsewhere", "there"],
)
def test_a_portrait_that_cannot_be_drawn_is_left_out(make: Make, portrait: str, path: str) -> None:
    files = {"site.yaml": f"title: T\nauthor: {{name: Ada, portrait: '{portrait}'}}\n", "a.md": POST.format("A", "")}
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    assert make({**files, "static/ada.svg": svg}).cards["/og/a.png"].portrait == path


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda files: files | {"a.md": POST.format("B", "")}, id="title"),
        pytest.param(lambda files: files | {"a.md": POST.format("A", "updated: 2026-03-09\ntags: [x]\n")}, id="tags"),
        pytest.param(lambda files: files | {"site.yaml": SITE + "accent: '#1d6864'\n"}, id="accent"),
        pytest.param(lambda files: files | {"site.yaml": SITE + "theme: quiet\n"}, id="look"),
        pytest.param(lambda files: files | {"site.yaml": SITE.replace("Field notes", "Notes")}, id="name"),
        pytest.param(lambda files: files | {"static/ada.png": SMALL_SITE["dot.png"]}, id="portrait"),
    ],
)
def test_the_address_of_a_card_changes_with_what_is_on_it(
    make: Make, picture: Callable[..., bytes], change: Callable[[dict[str, str | bytes]], Files]
) -> None:
    files: dict[str, str | bytes] = {"a.md": POST.format("A", ""), "static/ada.png": picture(300, 301)}
    first, second, changed = make(files), make(files), make(change(files))
    assert first.cards == second.cards
    assert first.cards["/og/a.png"].key != changed.cards["/og/a.png"].key


def test_an_edition_from_the_cache_has_the_same_cards(make: Make, tmp_path: Path) -> None:
    built = make({"a.md": POST.format("A", ""), "b.md": POST.format("B", "lang: de\n")})
    settings = Settings(posts_dir=tmp_path / "posts", templates_dir=tmp_path / "theme", base_url="https://b.example")
    cached = EditionSource(settings, Cache(tmp_path / "cache"))
    assert cached.first().cards == built.cards
    assert cached._last_builder is None, "it was not built again"  # noqa: SLF001
    assert len({id(card.style) for card in cached.first().cards.values()}) == 1


@pytest.mark.parametrize(
    ("title", "script", "font"),
    [
        ("日本語の題", "Han", "Noto Serif CJK"),
        ("ひらがな", "Japanese", "Noto Serif JP"),
        ("مرحبا بالعالم", "Arabic", "Noto Naskh Arabic"),
        ("It works \U0001f389", "emoji", "Noto Emoji"),
        ("สวัสดี", "Thai", "Noto Serif Thai"),
        ("हिन्दी", "Devanagari", "Noto Serif Devanagari"),
    ],
    ids=["han", "kana", "arabic", "emoji", "thai", "devanagari"],
)
def test_a_title_without_a_font_is_left_out_and_the_font_is_named(
    make: Make, tmp_path: Path, title: str, script: str, font: str
) -> None:
    edition = make({"a.md": POST.format("A", ""), "b.md": POST.format(title, ""), "c.md": POST.format(title + "!", "")})
    assert edition.cards["/og/b.png"].title == ""
    assert edition.cards["/og/b.png"].author == "Ada"
    assert edition.cards["/og/a.png"].title == "A"
    (fault,) = (fault for fault in edition.warnings if f"no font has {script} (" in fault.problem)
    assert "the card of this text (and 1 more) leaves out the title" in fault.problem
    assert f"put one, such as {font}, into {tmp_path / 'theme' / 'fonts'}" in fault.problem
    assert (fault.file.name[0] in "bc", fault.line) == (True, 2)


def test_check_names_the_font_that_is_missing(make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make({"b.md": POST.format("日本語", "")})
    environ = {"BLOG_POSTS_DIR": str(tmp_path / "posts"), "BLOG_TEMPLATES_DIR": str(tmp_path / "theme")}
    assert main(["check", "--strict"], environ) == 1
    assert "no font has Han (日本語); put one, such as Noto Serif CJK" in capsys.readouterr().out


def test_a_font_of_the_site_brings_the_title_back(make: Make, all_scripts: Path) -> None:
    files = {"b.md": POST.format("مرحبا Kubernetes", ""), "e.md": POST.format("It works \U0001f389", "")}
    fonts = {
        path.name: path for path in (all_scripts / "fonts").iterdir() if "emoji" in path.name or "naskh" in path.name
    }
    before, after = make(files), make(files, fonts)
    assert [before.cards[path].title for path in ("/og/b.png", "/og/e.png")] == ["", ""]
    assert [after.cards[path].title for path in ("/og/b.png", "/og/e.png")] == [
        "مرحبا Kubernetes",
        "It works \U0001f389",
    ]
    assert warnings(before)
    assert not warnings(after)


@pytest.fixture
def without_fribidi(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine on which Pillow finds no library that can order the letters of a line."""
    monkeypatch.setattr(shaping, "_NAMES", ("libfribidi-that-is-not-there.so",))
    shaping.shapes.cache_clear()
    yield
    shaping.shapes.cache_clear()


@pytest.mark.usefixtures("without_fribidi")
def test_letters_that_cannot_be_joined_are_left_out_and_the_library_is_named(make: Make, all_scripts: Path) -> None:
    naskh = {path.name: path for path in (all_scripts / "fonts").iterdir() if "naskh" in path.name}
    edition = make({"a.md": POST.format("A", ""), "b.md": POST.format("مرحبا Kubernetes", "")}, naskh)
    assert edition.cards["/og/a.png"].title == "A"
    assert edition.cards["/og/b.png"].title == ""
    (problem,) = warnings(edition)
    assert "leaves out the title, because no font has Arabic (" in problem
    assert problem.endswith("; install the library FriBiDi (libfribidi0), without which it is not drawn")


def test_a_font_that_is_taken_away_takes_its_title_along(make: Make, bitmap_emoji: bytes, tmp_path: Path) -> None:
    files = {"e.md": POST.format("It works \U0001f389", "")}
    assert make(files, {"emoji.ttf": bitmap_emoji}).cards["/og/e.png"].title == "It works \U0001f389"
    (tmp_path / "theme/fonts/emoji.ttf").unlink()
    edition = make(files)
    assert edition.cards["/og/e.png"].title == ""
    assert len(warnings(edition)) == 1


def test_a_font_that_is_none_is_named_and_the_others_are_used(make: Make) -> None:
    edition = make({"a.md": POST.format("A", "")}, {"broken.ttf": b"no font", "README.txt": b"not one either"})
    assert edition.cards["/og/a.png"].title == "A"
    (fault,) = (fault for fault in edition.warnings if fault.file.name == "broken.ttf")
    assert fault.problem == "is not a TrueType, OpenType, WOFF or WOFF2 font; no card is drawn with this font"


def test_a_font_of_the_site_called_title_is_the_face_of_titles(make: Make) -> None:
    mono = Path(__file__).parents[3] / "templates/fonts/jetbrains-mono.woff2"
    style = make({"a.md": POST.format("A", "")}, {"title.woff2": mono}).cards["/og/a.png"].style
    assert style.title_fonts[0] == "title.woff2"
    assert style.text_fonts[0] == "source-serif.woff2"


def test_a_theme_may_have_a_card_of_its_own_for_the_site(
    make: Make, tmp_path: Path, picture: Callable[..., bytes]
) -> None:
    (tmp_path / "theme/assets").mkdir(parents=True)
    (tmp_path / "theme/assets/card.png").write_bytes(picture(1200, 630))
    edition = make({"a.md": POST.format("A", "")})
    assert 'property="og:image" content="https://b.example/assets/card.' in page(edition, "/")
    assert set(edition.cards) == {"/og/a.png"}

"""What cmark-gfm, GitHub's own parser, makes of the same text: the extensions of GFM, footnotes, and texts by chance."""

import os
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

REPOSITORY = Path(__file__).parents[3]
# More folders with Markdown to compare, separated by colons.
FOLDERS = [Path(name) for name in os.environ.get("BLOG_MARKDOWN_FOLDERS", "").split(":") if name]
ROUNDS = int(os.environ.get("BLOG_MARKDOWN_ROUNDS", "300"))


@pytest.fixture(scope="session")
def differ(
    html: Callable[[str], str], meaning: Callable[[str], str], without_note_markup: Callable[[str], str]
) -> Callable[[str], tuple[str, str] | None]:
    """Both meanings of a text where they are not the same."""

    def compare(text: str) -> tuple[str, str] | None:
        theirs = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES)
        ours = meaning(without_note_markup(html(text)))
        expected = meaning(without_note_markup(theirs))
        return None if ours == expected else (ours, expected)

    return compare


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("| a | b |\n|:--|--:|\n| c |\n| d | e | f |\n", id="table-ragged"),
        pytest.param("1. x\n\n   | a | b |\n   |---|---|\n   | c | d |\n", id="table-in-a-list"),
        pytest.param("> | a | b |\n> |---|---|\n> | c |\n", id="table-in-a-quote"),
        pytest.param("- x\n  - y\n\n    | a | b |\n    |---|---|\n    | c |\n", id="table-in-a-nested-list"),
        pytest.param("> - | a |\n>   |---|\n>   | b |\n", id="table-in-a-list-in-a-quote"),
        pytest.param("a\n:-\nb\n", id="table-of-one-column-without-pipes"),
        pytest.param("| `a\\|b` | c \\| d | \\\\|\n|---|---|---|\n| x\\\\|y | | |\n", id="table-escaped-pipes"),
        pytest.param("| a |\n|---|\n| b |\n> q\n", id="table-before-a-quote"),
        pytest.param("| a |\n|---|\n    code\n", id="table-before-code"),
        pytest.param("words\n| a |\n|---|\n| b |\n", id="table-after-words"),
        pytest.param("| a | b |\n| - | -\n| c\n", id="table-without-outer-pipes"),
        pytest.param("| a | b |\n|---|\n| c |\n", id="table-of-two-widths"),
        pytest.param("| a |\n|---|\n", id="table-without-a-body"),
        pytest.param("| a |\n|---|\n| b |\nc\n\nd\n", id="table-with-a-row-without-pipes"),
        pytest.param("| a |\n|---|\n- b\n", id="table-before-a-list"),
        pytest.param("| a |\n|---|\n```\nb\n```\n", id="table-before-a-fence"),
        pytest.param("| **a | b** |\n|-|-|\n", id="table-with-emphasis-across-cells"),
        pytest.param("| [a\\|b](c) | `d|e` |\n|-|-|\n", id="table-with-pipes-in-a-link-and-in-code"),
        pytest.param("> a | b\n-|-\n", id="table-not-in-a-lazy-line"),
        pytest.param("~a~ ~~b~~ ~~~c~~~ ~d~~\n", id="strikethrough"),
        pytest.param("~~a\n\nb~~ ~ c ~ a~b~c ~a~~b~~c~\n", id="strikethrough-within-a-paragraph-and-a-word"),
        pytest.param("*~a~* ~*b*~ ~~**c**~~ ~[d](e)~ \\~f~\n", id="strikethrough-beside-other-markup"),
        pytest.param("- [ ] a\n- [x] b\n  1. [X] c\n- [y] d\n", id="tasks"),
        pytest.param("- [ ] a\n\n- [x] b\n", id="tasks-in-paragraphs"),
        pytest.param("www.a.org www.a_b.org www.a.org/(b)) (www.a.org) *www.a.org*\n", id="www"),
        pytest.param("http://a.org/b_c_d. HTTPS://A.ORG 'https://a.org' ftp://a.org/x; x:http://a.org\n", id="schemes"),
        pytest.param("_http://a.org_\n", id="address-in-underscores"),
        pytest.param("_http://a.org_ b\n", id="address-in-underscores-before-a-word"),
        pytest.param("http://a.org?b=c&copy; http://a.org?b&amp; http://a.org/&; http://localhost\n", id="entities"),
        pytest.param("a@b.org a.b-c_d@a.b a@b.c_ a@b mailto:a@b.org a@b.org.\n", id="e-mail"),
        pytest.param(
            "http://हिन्दी.भारत/x www.例.jp http://例。x http://🍄.ga/ http://a.b_c.d.e\n", id="hosts-in-every-script"
        ),
        pytest.param("a@b.c/d@e.f/g@h.i mailto:a@b.c/mailto:d@e.f xmpp:a@b.c/d. xxmpp:a@b.c/d\n", id="e-mail-by-slash"),
        pytest.param("[www.a.org](b) ![www.a.org](b) `www.a.org` [www.a.org\n", id="no-link-in-brackets"),
        pytest.param("a.b-c_d@a.b- a.b-c_d@a.b_ a+b@c.d (e@f.g) *h@i.j*\n", id="e-mail-ends"),
        pytest.param("http://a.org<b *http://a.org* ~~http://a.org~~ http://a.org/a(b)c(d\n", id="address-ends"),
        pytest.param("a <TITLE> b <title/> <xmp x> </plaintext> <iframe\n>\n", id="tag-filter-inline"),
        pytest.param("<noembed> <noframes> <textareax> <script-x>\n", id="tag-filter-names"),
        pytest.param("<script>x</script> <b>y</b>\n", id="tag-filter"),
        pytest.param("a[^1]\n\n[^1]: one\ntwo\n", id="note-wrapped"),
        pytest.param("a[^1]\n\n[^1]: one\n      two\n", id="note-indented"),
        pytest.param(
            "a[^1]\n\n[^1]: one\n\n    two\n\n    ```sh\n    if x\n      y\n    ```\n", id="note-with-a-fence"
        ),
        pytest.param("- a[^1]\n\n  [^1]: in a list\n", id="note-in-a-list"),
        pytest.param("> a[^1]\n>\n> [^1]: in a quote\n", id="note-in-a-quote"),
        pytest.param("- a[^1]\n[^1]: under a list\n", id="note-under-a-list"),
        pytest.param("a[^1]\n\n[^1]: b[^2]\n[^2]: c[^1]\n", id="notes-that-cite-each-other"),
        pytest.param("a[^b] b[^a] c[^b] ![^a]\n\n[^a]: A\n[^b]: B\n[^c]: C\n", id="notes-in-order"),
        pytest.param("a[^1]\n\n[^1]: > q\n    > r\n", id="note-with-a-quote"),
        pytest.param("a[^1]\n\n[^1]: | a |\n    |---|\n    | b |\n", id="note-with-a-table"),
        pytest.param("> - a[^1]\n>\n>   [^1]: x\n>   wrapped\n", id="note-in-a-list-in-a-quote"),
        pytest.param("| a[^1] |\n|---|\n| b[^1] |\n\n[^1]: x\n", id="note-cited-in-a-table"),
        pytest.param("[^1]\n\n[^1]: x[^1]\n", id="note-that-cites-itself"),
        pytest.param("x[^1]\n\n[^1]: [^2]\n\n    [^2]: inner\n", id="note-in-a-note"),
        pytest.param("words\n[^1]: x\n\nb[^1]\n", id="note-after-words"),
        pytest.param("~~a[^1]~~ *b[^1]* [^1]: c\n\n[^1]: x\n", id="note-cited-in-emphasis"),
        pytest.param("> [ !NOTE]\n> | a |\n> |---|\n> | b |\n", id="table-under-words-in-a-quote"),
        pytest.param("a[^no] [^1](u)\n\n[^1]: x\n", id="note-not-defined"),
    ],
)
def test_an_extension_means_what_github_makes_of_it(differ: Callable[[str], tuple[str, str] | None], text: str) -> None:
    assert differ(text) is None


# Posts that show extensions which GitHub does not have.
_EXTENDED = {"code-with-its-changes-marked", "pictures-of-the-right-size", "words-and-their-marks"}


def _texts() -> Iterator[Path]:
    yield from REPOSITORY.glob("*.md")
    for folder in (REPOSITORY / "posts", REPOSITORY / "docs", REPOSITORY / "chart", *FOLDERS):
        yield from (
            file for file in folder.rglob("*.md") if file.is_file() and not _EXTENDED & {file.stem, file.parent.name}
        )


@pytest.mark.parametrize("file", sorted(_texts()), ids=lambda file: str(file).removeprefix(f"{REPOSITORY}/"))
def test_a_text_of_this_repository_means_what_github_makes_of_it(
    differ: Callable[[str], tuple[str, str] | None], file: Path
) -> None:
    text = file.read_text(encoding="utf-8", errors="replace")
    body = text.split("---\n", 2)[2] if text.startswith("---\n") else text
    # Alerts, heading ids and formulas are not cmark-gfm's, but GitHub's above it.
    body = re.sub(r"(?m)^(#+ .*?)[ \t]*\{#[^}\n]*\}[ \t]*$", r"\1", body)
    assert differ(re.sub(r"^# .*\n", "", body.lstrip()).replace("[!", "[ !").replace("$", "§")) is None


_INLINE = (
    "word", "two words", "*stars*", "**bold**", "_under_", "__both__", "~gone~", "~~gone~~", "***all***", "a*b*c", "snake_case_x",
    "`code`", "`` a`b ``", "[link](u)", '[link](u "t")', "![pic](p.png)", "[ref]", "[text][ref]", "<b>raw</b>", "<https://e.org>",
    "https://e.org/a_b", "www.e.org.", "me@e.org", "&amp;", "&copy;", "\\*", "\\", "*", "**", "_", "`", "[", "]", "(", ")", "!", "<",
    "é", "日本", "हिन्दी", '"q"', "[^1]", "x[^2]", "  \n", "\\\n", "\n",
)  # fmt: skip


def _line(chance: random.Random) -> str:
    return " ".join(chance.choice(_INLINE) for _ in range(chance.randint(1, 6)))


def _block(chance: random.Random, depth: int = 0) -> str:
    if depth < 3 and chance.random() < 0.45:
        return _container(chance, depth)
    plain = _line(chance).replace("\n", " ")
    return chance.choice(
        [
            f"w{_line(chance)}",
            f"w{_line(chance)}",
            f"{'#' * chance.randint(2, 6)} h{plain}",
            "```py\nx\n\ty\n\n  z\n```",
            f"| a | b |\n|---|:-:|\n| c | {plain.replace('|', '')} |\n| d |",
            chance.choice(["w\n\n***", "w\n===", "w\n---", "    code\n\n    more", "<div>\nraw\n</div>"]),
            f"w{_line(chance)}\n{chance.choice(['w', '  w', '1986. w', '+w'])}{_line(chance)}",
        ]
    )


def _container(chance: random.Random, depth: int) -> str:
    lines = "\n\n".join(_block(chance, depth + 1) for _ in range(chance.randint(1, 3))).split("\n")
    if chance.random() < 0.5:
        return "\n".join(f"> {line}" for line in lines) + chance.choice(["", "", "\nwlazy"])
    mark = chance.choice(["- ", "* ", "1. ", "7) ", "-   "])
    return "\n".join(mark + line if not place else line and " " * len(mark) + line for place, line in enumerate(lines))


def _text(seed: int) -> str:
    chance = random.Random(seed)
    blocks = "\n\n".join(_block(chance) for _ in range(chance.randint(2, 8)))
    return f"{blocks}\n\n[^1] [^2]\n\n[ref]: /target 'title'\n\n[^1]: note\nwrapped\n\n[^2]: second\n\n    more\n"


def test_texts_by_chance_mean_what_github_makes_of_them(differ: Callable[[str], tuple[str, str] | None]) -> None:
    blocks, found = 0, []
    for seed in range(ROUNDS):
        text = _text(seed)
        blocks += text.count("\n\n") + 1
        if difference := differ(text):
            found.append((seed, difference))
    assert len(found) * 2000 <= blocks, found[:3]

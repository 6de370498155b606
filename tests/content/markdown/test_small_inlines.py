"""Superscript, subscript and short codes of emoji."""

import pytest

from blog.content.extensions import Extensions
from blog.content.markdown import parse
from blog.content.markdown.emoji_names import NAMES

OFF = Extensions(superscript=False, emoji=False, math=False)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x^2^", "x<sup>2</sup>"), ("1^er^ mai", "1<sup>er</sup> mai"), ("^14^C", "<sup>14</sup>C"), ("Na^+^", "Na<sup>+</sup>"), ("x^*n*^", "x<sup><em>n</em></sup>"),
        (r"a^b\ c^", "a<sup>b\u00a0c</sup>"), ("**x**^2^", "<strong>x</strong><sup>2</sup>"), (":tada:!", "🎉!"), ("a:+1:", "a👍"), (":e-mail:", "📧"), (":100:", "💯"),
    ],
)  # fmt: skip
def test_superscript_and_short_codes_are_understood(text: str, shown: str) -> None:
    document = parse(text)
    assert document.markup == f"<p>{shown}</p>\n"
    assert document.remarks == ()
    assert document.markup != parse(text, extensions=OFF).markup


@pytest.mark.parametrize(
    "text",
    ["2^10 and 2^20", "^_^", "(^o^)", "a^b c^", "^^", "`x^2^`", r"x\^2^", "[^a-z]+^", "word^[a note]", ":nope:", "`:tada:`", r"\:tada:", "10:100:20", "a: b :c", "::",
     "http://a.b:80:tada:x", "<i title=':tada:'>x</i>", "```\n:tada: x^2^\n```"],
)  # fmt: skip
def test_other_carets_and_colons_stay(text: str) -> None:
    assert parse(text).markup == parse(text, extensions=OFF).markup


def test_one_tilde_is_subscript_only_where_it_is_turned_on() -> None:
    assert parse("H~2~O").markup == "<p>H<del>2</del>O</p>\n"
    on = Extensions(subscript=True)
    assert parse("H~2~O, ~~a b~~, ~a b~", extensions=on).markup == "<p>H<sub>2</sub>O, <del>a b</del>, ~a b~</p>\n"


def test_the_id_of_a_heading_is_made_of_what_is_shown() -> None:
    assert [it.anchor for it in parse("## :tada: A x^2^\n").headings] == ["-a-x2"]


def test_each_short_code_has_an_emoji() -> None:
    words = NAMES.split()
    assert len(words) % 2 == 0
    assert all(name.isascii() for name in words[::2])
    assert len(set(words[::2])) == len(words) // 2 > 1800

"""Characters and their scripts."""

import pytest

from blog.build.cards.scripts import clusters, is_silent, needs_shaping, plain, script_of


@pytest.mark.parametrize(
    "cluster",
    [
        pytest.param("a", id="letter"),
        pytest.param("q\u0301", id="mark"),
        pytest.param("\u0938\u094d", id="virama"),
        pytest.param("\u0e19\u0e36\u0e48", id="thai-marks"),
        pytest.param("\U0001f468\u200d\U0001f469\u200d\U0001f467", id="family"),
        pytest.param("\U0001f44d\U0001f3fd", id="skin"),
        pytest.param("\u2764\ufe0f", id="selector"),
        pytest.param("1\ufe0f\u20e3", id="keycap"),
        pytest.param("\U0001f1e9\U0001f1ea", id="flag"),
    ],
)
def test_what_belongs_together_is_one_cluster(cluster: str) -> None:
    assert list(clusters(f"x{cluster}y{cluster}")) == ["x", cluster, "y", cluster]


def test_characters_that_turn_a_text_around_are_left_out() -> None:
    assert plain("a\u202egpj.exe\u2066b\u200f") == "agpj.exeb"


def test_a_letter_keeps_three_of_its_marks() -> None:
    assert plain("a" + "\u0337" * 60 + "b") == "a" + "\u0337" * 3 + "b"


@pytest.mark.parametrize("text", [" ", "\u00a0", "\u200d", "\ufe0f", "\u00ad", "\u3000"], ids=lambda it: f"{ord(it):x}")
def test_what_is_drawn_as_nothing_needs_no_glyph(text: str) -> None:
    assert is_silent(text)
    assert not is_silent("a")


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [
        ("a", False),
        ("\u65e5", False),
        ("\u0628", True),
        ("\u05d0", True),
        ("\u0915\u093f", True),
        ("\u2764\ufe0f", False),
    ],
    ids=["latin", "han", "arabic", "hebrew", "devanagari", "selector"],
)
def test_the_scripts_whose_letters_depend_on_each_other_need_shaping(cluster: str, *, expected: bool) -> None:
    assert needs_shaping(cluster) is expected


@pytest.mark.parametrize(
    ("cluster", "script"),
    [
        ("\u3042", "Japanese"), ("\u65e5", "Han"), ("\uac00", "Korean"), ("\u0628", "Arabic"), ("\u05d0", "Hebrew"), ("\u0e01", "Thai"),
        ("\u0915", "Devanagari"), ("\U0001f389", "emoji"), ("\u2764\ufe0f", "emoji"), ("\u2603", "emoji"), ("\u2a00", "symbols"), ("\ue000", "symbols"),
    ],
)  # fmt: skip
def test_a_script_has_the_name_that_readers_know(cluster: str, script: str) -> None:
    assert script_of(cluster)[0] == script

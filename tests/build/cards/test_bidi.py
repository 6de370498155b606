"""The order of lines that are written in both directions."""

import pytest

from blog.build.cards.bidi import Direction, base_direction, visual_runs


@pytest.mark.parametrize(
    ("text", "base", "seen"),
    [
        pytest.param("plain words", "ltr", "plain words", id="left-to-right"),
        pytest.param("שלום עולם", "rtl", "םלוע םולש", id="right-to-left"),
        pytest.param("קוד Python כאן", "rtl", "ןאכ Python דוק", id="latin-in-hebrew"),
        pytest.param("the word שלום in it", "ltr", "the word םולש in it", id="hebrew-in-latin"),
        pytest.param("גרסה 17 כאן", "rtl", "ןאכ 17 הסרג", id="number-in-hebrew"),
        pytest.param("מחיר 1,250.50 ש", "rtl", "ש 1,250.50 ריחמ", id="number-with-separators"),
        pytest.param("הנחה -5% היום", "rtl", "םויה 5%- החנה", id="number-with-signs"),
        pytest.param("قبل ١٢ بعد", "rtl", "دعب ١٢ لبق", id="arabic-digits"),
        pytest.param("ا Kubernetes (1.30) ب", "rtl", "ب Kubernetes (1.30) ا", id="brackets-behind-latin"),
        pytest.param("א (ב) ג", "rtl", "ג )ב( א", id="brackets-around-hebrew"),
        pytest.param("שלום, World!", "rtl", "!World ,םולש", id="punctuation-at-the-end"),
        pytest.param("שלום ", "ltr", "םולש ", id="space-at-the-end"),
        pytest.param("", "rtl", "", id="empty"),
    ],
)
def test_the_parts_of_a_line_are_in_the_order_in_which_they_are_seen(text: str, base: Direction, seen: str) -> None:
    runs = visual_runs(text, base)
    assert "".join(part if direction == "ltr" else part[::-1] for part, direction in runs) == seen
    assert sorted("".join(part for part, _ in runs)) == sorted(text)


@pytest.mark.parametrize(
    ("text", "direction"),
    [("2026: שלום", "rtl"), ("Python בעברית", "ltr"), ("2026", "rtl"), ("", "rtl")],
    ids=["number-first", "latin-first", "number-alone", "empty"],
)
def test_the_first_letter_decides_on_the_direction(text: str, direction: Direction) -> None:
    assert base_direction(text, "rtl") == direction
